//! A field of the form: label, input, what waits, what is wrong, what somebody else wrote.

use domain::EditState;
use domain::validate::STATUSES;
use leptos::prelude::*;

use super::editor::{Editor, input_id};
use crate::clock::{local, use_now};
use crate::components::Icon;
use crate::declared;
use crate::i18n::profile as words;
use crate::route::Route;
use crate::session::use_shared;
use crate::words::field::{field_label, status_label};
use crate::words::time;

/// The mark of an own change that is not through: `14:32 修改，未同步`.
#[component]
pub fn PendingMark(editor: Editor, #[prop(into)] shown: String) -> impl IntoView {
    let now = use_now();
    move || {
        editor.pending(&shown).map(|pending| {
            let (class, icon) = match pending.state {
                EditState::Rejected => ("q fg-bad", "bad"),
                EditState::InReview => ("q fg-clash", "clash"),
                _ => ("q", "wait"),
            };
            let (at, now) = (local(pending.at), local(now.get()));
            let when = if at.date() == now.date() { time::hm(at) } else { time::moment(at, now) };
            let text = match pending.state {
                EditState::Rejected => words::rejected_at(when),
                EditState::InReview => words::review_at(when),
                _ => words::queued_at(when),
            };
            view! { <span class=class><Icon name=icon size="s" />{text}</span> }
        })
    }
}

/// The notice that people are choosing this field's value; who may choose goes there from here.
#[component]
pub fn ContestedNote(editor: Editor, #[prop(into)] shown: String) -> impl IntoView {
    let shared = use_shared();
    move || {
        (editor.is_locked(&shown) || editor.is_contested(&shown)).then(|| {
            let text = if shared.may_review() {
                view! { <a href=Route::Conflicts.href()>{words::contested_other}</a> }.into_any()
            } else {
                view! { <span>{words::contested}</span> }.into_any()
            };
            view! { <p class="msg warn"><Icon name="clash" size="s" />{text}</p> }
        })
    }
}

/// The notice that somebody else changed a field that was touched here.
#[component]
pub fn MovedNote(editor: Editor, #[prop(into)] path: String) -> impl IntoView {
    let theirs = {
        let path = path.clone();
        Memo::new(move |_| {
            editor.draft.with(|draft| draft.moved().into_iter().find(|(moved, _)| *moved == path).map(|(_, text)| text))
        })
    };
    let path = StoredValue::new(path);
    move || {
        theirs.get().map(|text| {
            view! {
                <p class="msg warn" role="status" data-testid="moved-note">
                    <Icon name="warn" size="s" />
                    <span>
                        {move || words::moved(&text)}
                        <button type="button" class="btn link sm inline" on:click=move |_| path.with_value(|path| editor.take(path))>
                            {words::take_theirs}
                        </button>
                    </span>
                </p>
            }
        })
    }
}

/// What a check says below an input.
#[component]
pub fn Message(editor: Editor, #[prop(into)] key: String, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let id = format!("{}-m", input_id(&key));
    let key = StoredValue::new(key);
    move || {
        let text = text.get();
        key.with_value(|key| editor.message(key, &text)).map(|(error, text)| {
            let class = if error { "msg bad" } else { "msg warn" };
            view! {
                <p class=class id=id.clone() data-testid="field-message">
                    <Icon name=if error { "bad" } else { "warn" } size="s" />
                    {text}
                </p>
            }
        })
    }
}

/// A line of text.
#[component]
pub fn TextField(
    editor: Editor,
    /// The register.
    path: &'static str,
    /// Over both columns?
    #[prop(optional)]
    full: bool,
    /// More than one line?
    #[prop(optional)]
    long: bool,
    /// Below the input.
    #[prop(optional)]
    hint: Option<fn() -> &'static str>,
) -> impl IntoView {
    let text = Memo::new(move |_| editor.draft.with(|draft| draft.text(path)));
    let bad = Memo::new(move |_| editor.message(path, &text.get()).is_some_and(|(error, _)| error));
    let locked = Memo::new(move |_| editor.is_locked(path));
    let queued = Memo::new(move |_| editor.pending(path).is_some());
    let typed = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        editor.draft.update(|draft| draft.type_text(path, value.clone()));
        editor.check(path, path, value);
    };
    // One source for window and server; of a list of words there is nothing to require.
    let required =
        Memo::new(move |_| domain::FieldPath::new(path).is_ok_and(|path| declared::schema().is_required(&path)));
    let id = input_id(path);
    let describedby = format!("{id}-m");
    let input = if long {
        view! {
            <textarea
                id=id.clone()
                class="in"
                rows="2"
                readonly=locked
                aria-invalid=move || bad.get().then_some("true")
                aria-describedby=describedby
                data-testid=format!("field-{path}")
                prop:value=text
                on:input=typed
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                id=id.clone()
                class="in"
                autocomplete="off"
                readonly=locked
                aria-required=move || required.get().then_some("true")
                aria-invalid=move || bad.get().then_some("true")
                aria-describedby=describedby
                data-testid=format!("field-{path}")
                prop:value=text
                on:input=typed
            />
        }
        .into_any()
    };
    view! {
        <div class="field" class:full=full class:bad=bad class:queued=queued>
            <label class="lab" for=id>
                {move || field_label(path)}
                {move || required.get().then(|| view! { <span class="req" aria-hidden="true">"*"</span> })}
                <PendingMark editor=editor shown=path />
            </label>
            {input}
            <Message editor=editor key=path text=text />
            {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
            <ContestedNote editor=editor shown=path />
            <MovedNote editor=editor path=path />
        </div>
    }
}

/// The business status.
#[component]
pub fn StatusField(editor: Editor) -> impl IntoView {
    const PATH: &str = "status";
    let text = Memo::new(move |_| editor.draft.with(|draft| draft.text(PATH)));
    let locked = Memo::new(move |_| editor.is_locked(PATH));
    let queued = Memo::new(move |_| editor.pending(PATH).is_some());
    let choices = move || {
        // A status of a newer version stays choosable.
        let now = text.get();
        let known = STATUSES.iter().map(|status| (*status).to_owned());
        let other = (!now.is_empty() && !STATUSES.contains(&now.as_str())).then(|| now.clone());
        std::iter::once(String::new())
            .chain(known)
            .chain(other)
            .map(|value| {
                let label = if value.is_empty() { words::no_status().to_owned() } else { status_label(&value) };
                let chosen = value == now;
                view! { <option value=value selected=chosen>{label}</option> }
            })
            .collect_view()
    };
    let id = input_id(PATH);
    view! {
        <div class="field" class:queued=queued>
            <label class="lab" for=id.clone()>
                {move || field_label(PATH)}
                <PendingMark editor=editor shown=PATH />
            </label>
            <select
                id=id
                class="in"
                disabled=locked
                data-testid="field-status"
                prop:value=text
                on:change=move |event| {
                    let value = event_target_value(&event);
                    editor.draft.update(|draft| draft.type_text(PATH, value));
                }
            >
                {choices}
            </select>
            <ContestedNote editor=editor shown=PATH />
            <MovedNote editor=editor path=PATH />
        </div>
    }
}

/// The id: given once, never changed.
#[component]
pub fn IdField(editor: Editor) -> impl IntoView {
    let id = input_id("merchant_id");
    let note = format!("{id}-m");
    let mistake = Memo::new(move |_| editor.mistake("merchant_id"));
    let bad = Memo::new(move |_| mistake.with(Option::is_some));
    let shown = Signal::derive(move || match editor.is_new() {
        true => editor.new_id.get(),
        false => editor.view.with(|view| view.as_ref().map(|view| view.row.id.to_string()).unwrap_or_default()),
    });
    view! {
        <div class="field" class:bad=bad>
            <label class="lab" for=id.clone()>
                {move || field_label("merchant_id")}
                {editor.is_new().then(|| view! { <span class="req" aria-hidden="true">"*"</span> })}
            </label>
            <input
                id=id
                class="in"
                autocomplete="off"
                spellcheck="false"
                readonly=!editor.is_new()
                aria-required=editor.is_new().then_some("true")
                aria-invalid=move || bad.get().then_some("true")
                aria-describedby=note.clone()
                data-testid="field-merchant_id"
                prop:value=shown
                on:input=move |event| {
                    editor.new_id.set(event_target_value(&event));
                    editor.forget_refusal("merchant_id");
                }
            />
            {move || mistake.get().map(|text| view! { <p class="msg bad" id=note.clone()><Icon name="bad" size="s" />{text}</p> })}
        </div>
    }
}
