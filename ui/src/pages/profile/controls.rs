//! Controls for registers that are not a line of text: one of some, several of some, a place in a tree.

use domain::ipc::FieldChoice;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::editor::{Editor, input_id};
use super::fields::{ContestedNote, Message, MovedNote, PendingMark};
use crate::declared;
use crate::i18n::{Language, lang, profile as words};
use crate::ipc;
use crate::words::field::field_label;

/// What stands around the control of a register: its name, what waits, what is wrong, what somebody else wrote.
#[component]
pub fn Framed(
    editor: Editor,
    /// The register.
    #[prop(into)]
    path: String,
    /// Over both columns?
    #[prop(optional)]
    full: bool,
    /// Below the control.
    #[prop(optional, into)]
    hint: Signal<String>,
    children: Children,
) -> impl IntoView {
    let text = field_text(editor, &path);
    let (bad, queued) = {
        let (one, other) = (path.clone(), path.clone());
        (
            Memo::new(move |_| editor.message(&one, &text.get()).is_some_and(|(error, _)| error)),
            Memo::new(move |_| editor.pending(&other).is_some()),
        )
    };
    let name = StoredValue::new(path.clone());
    let required = Memo::new(move |_| {
        domain::FieldPath::new(name.get_value()).is_ok_and(|path| declared::schema().is_required(&path))
    });
    view! {
        <div class="field" class:full=full class:bad=bad class:queued=queued>
            <label class="lab" for=input_id(&path)>
                {move || name.with_value(|path| field_label(path))}
                {move || required.get().then(|| view! { <span class="req" aria-hidden="true">"*"</span> })}
                <PendingMark editor=editor shown=path.clone() />
            </label>
            {children()}
            <Message editor=editor key=path.clone() text=text />
            {move || (!hint.with(String::is_empty)).then(|| view! { <p class="hint">{hint}</p> })}
            <ContestedNote editor=editor shown=path.clone() />
            <MovedNote editor=editor path=path.clone() />
        </div>
    }
}

/// What stands in the form for a register.
pub fn field_text(editor: Editor, path: &str) -> Signal<String> {
    let path = path.to_owned();
    Memo::new(move |_| editor.draft.with(|draft| draft.text(&path))).into()
}

/// Somebody chose or typed: it is checked like any text.
pub fn set_text(editor: Editor, path: &str, text: String) {
    editor.draft.update(|draft| draft.type_text(path, text.clone()));
    editor.check(path, path, text);
}

/// May this person not write it now?
pub fn locked(editor: Editor, path: &str) -> Memo<bool> {
    let path = path.to_owned();
    Memo::new(move |_| editor.is_locked(&path))
}

/// A line of text of a register that has a form.
#[component]
pub fn Line(
    editor: Editor,
    #[prop(into)] path: String,
    /// `numeric`, `decimal`, `tel`, `url`, `email` or `text`.
    #[prop(default = "text")]
    mode: &'static str,
    /// An example, shown as one while nothing is typed.
    #[prop(optional)]
    example: &'static str,
) -> impl IntoView {
    let (text, locked) = (field_text(editor, &path), locked(editor, &path));
    let id = input_id(&path);
    let bad = {
        let path = path.clone();
        Memo::new(move |_| editor.message(&path, &text.get()).is_some_and(|(error, _)| error))
    };
    let testid = format!("field-{path}");
    view! {
        <input
            id=id.clone()
            class="in"
            autocomplete="off"
            spellcheck="false"
            inputmode=mode
            placeholder=move || (!example.is_empty()).then(|| words::example(example))
            readonly=locked
            aria-invalid=move || bad.get().then_some("true")
            aria-describedby=format!("{id}-m")
            data-testid=testid
            prop:value=text
            on:input=move |event| set_text(editor, &path, event_target_value(&event))
        />
    }
}

/// One of some values, or none.
#[component]
pub fn Choose(
    editor: Editor,
    #[prop(into)] path: String,
    /// Values and their words.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let (text, locked) = (field_text(editor, &path), locked(editor, &path));
    let (id, testid) = (input_id(&path), format!("field-{path}"));
    let choices = move || {
        let now = text.get();
        let mut all = vec![(String::new(), words::no_status().to_owned())];
        all.extend(options.get());
        // What a newer version or another declaration knows stays choosable.
        if !all.iter().any(|(value, _)| *value == now) {
            all.push((now.clone(), now.clone()));
        }
        let option = |(value, label): (String, String)| {
            let chosen = value == now;
            view! { <option value=value selected=chosen>{label}</option> }
        };
        all.into_iter().map(option).collect_view()
    };
    view! {
        <select
            id=id
            class="in"
            disabled=locked
            data-testid=testid
            prop:value=text
            on:change=move |event| set_text(editor, &path, event_target_value(&event))
        >
            {choices}
        </select>
    }
}

/// Several of some values.
#[component]
pub fn Several(
    editor: Editor,
    #[prop(into)] path: String,
    /// Values and their words, in their order.
    options: Vec<(String, String)>,
) -> impl IntoView {
    let (text, locked) = (field_text(editor, &path), locked(editor, &path));
    let id = input_id(&path);
    let order: Vec<String> = options.iter().map(|(value, _)| value.clone()).collect();
    let boxes = options.into_iter().enumerate().map(|(n, (value, label))| {
        let (order, path, own) = (order.clone(), path.clone(), value.clone());
        let chosen = Memo::new(move |_| text.with(|text| picked(text).any(|one| one == own)));
        let testid = format!("field-{path}-{value}");
        let toggle = move |event| {
            let on = event_target_checked(&event);
            let now = text.get_untracked();
            let kept = |one: &&String| if **one == value { on } else { picked(&now).any(|other| other == **one) };
            let list: Vec<&str> = order.iter().filter(kept).map(String::as_str).collect();
            set_text(editor, &path, list.join(", "));
        };
        view! {
            <label class="tick">
                <input
                    id=(n == 0).then(|| id.clone())
                    type="checkbox"
                    disabled=locked
                    data-testid=testid
                    prop:checked=chosen
                    on:change=toggle
                />
                {label}
            </label>
        }
    });
    view! { <div class="row wrap g12" role="group">{boxes.collect_view()}</div> }
}

fn picked(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '，', '、']).map(str::trim).filter(|one| !one.is_empty())
}

/// One level of a tree: its choices and the one that leads to the value.
#[derive(Clone, PartialEq)]
struct Level {
    /// The value that this level is below.
    under: String,
    options: Vec<FieldChoice>,
    chosen: String,
}

/// A place in a tree: a choice a level.
#[component]
pub fn Cascade(
    editor: Editor,
    /// `region_code`, `category_code`, `industry`, …
    path: &'static str,
) -> impl IntoView {
    let (text, locked) = (field_text(editor, path), locked(editor, path));
    let levels: RwSignal<Vec<Level>> = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        let value = text.get();
        spawn_local(async move {
            let found = levels_of(path, &value).await;
            if text.try_get_untracked().as_deref() == Some(&value) {
                levels.try_set(found);
            }
        });
    });
    let id = input_id(path);
    let one = move |n: usize, level: Level| {
        let under = level.under.clone();
        let blank = if n == 0 { words::no_status() } else { words::whole_of_it() };
        let chosen = level.chosen.clone();
        let options = level.options.into_iter().map(|option| {
            let selected = option.value == chosen;
            let label = option.labels.of(lang() == Language::Chinese).to_owned();
            view! { <option value=option.value selected=selected>{label}</option> }
        });
        view! {
            <select
                id=(n == 0).then(|| id.clone())
                class="in"
                disabled=locked
                lang=(path == "region_code").then_some("zh-CN")
                aria-label=move || format!("{} {}", field_label(path), n + 1)
                data-testid=format!("field-{path}-{n}")
                on:change=move |event| {
                    let value = event_target_value(&event);
                    set_text(editor, path, if value.is_empty() { under.clone() } else { value });
                }
            >
                <option value="" selected=level.chosen.is_empty()>{blank}</option>
                {options.collect_view()}
            </select>
        }
    };
    view! {
        <div class="row wrap g2 cascade">
            {move || levels.get().into_iter().enumerate().map(|(n, level)| one(n, level)).collect_view()}
            {move || {
                let unknown = levels.with(|levels| {
                    let reached = levels.iter().rev().find(|level| !level.chosen.is_empty());
                    reached.map_or("", |level| level.chosen.as_str()) != text.get() && !levels.is_empty()
                });
                (unknown && !text.with(String::is_empty)).then(|| view! { <span class="mono sm faint">{text}</span> })
            }}
        </div>
    }
}

/// The levels that lead to a value, and the one below it. A shell that does not answer gives fewer.
async fn levels_of(path: &str, value: &str) -> Vec<Level> {
    let (mut levels, mut under): (Vec<Level>, String) = (Vec::new(), String::new());
    loop {
        let options = ipc::choices(path, &under).await.unwrap_or_default();
        if options.is_empty() {
            return levels;
        }
        let exact = options.iter().find(|option| option.value == value);
        let found = exact.or_else(|| options.iter().find(|option| is_above(&option.value, value)));
        let chosen = found.map(|option| option.value.clone()).unwrap_or_default();
        levels.push(Level { under, options, chosen: chosen.clone() });
        if chosen.is_empty() {
            return levels;
        }
        under = chosen;
    }
}

/// Does a code lead to another? `110000` to `110105`, `food` to `food.hotpot`, `H` to `H6210`.
fn is_above(code: &str, value: &str) -> bool {
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    let stem = match code.strip_suffix("0000").or_else(|| code.strip_suffix("00")) {
        Some(stem) if digits => stem.to_owned(),
        _ if code.len() == 1 => code.to_owned(),
        _ => format!("{code}."),
    };
    value != code && value.starts_with(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_down_their_tree() {
        for (code, value, leads) in [
            ("110000", "110105", true),
            ("440300", "440305", true),
            ("440300", "440100", false),
            ("110000", "110000", false),
            ("food", "food.hotpot", true),
            ("food", "foods", false),
            ("H", "H6210", true),
            ("F", "H6210", false),
            ("zh-CN", "zh-HK", false),
        ] {
            assert_eq!(is_above(code, value), leads, "{code} {value}");
        }
    }

    #[test]
    fn what_is_picked_is_read_from_one_text() {
        assert_eq!(picked("wifi, parking、 ").collect::<Vec<_>>(), ["wifi", "parking"]);
    }
}
