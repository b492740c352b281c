//! One field of a bulk edit, and what it shall be.

use domain::Value;
use domain::ipc::IpcError;
use domain::schema::{CustomField, CustomKind};
use leptos::prelude::*;

use super::dialog::about_label;
use super::wishes::{About, Wish};
use crate::components::{Icon, IconButton, Problem};
use crate::i18n::stores;
use crate::pages::stores::state::ListState;
use crate::words::time;
use crate::words::value::value_text;

/// Language tags that are offered; others can be typed.
const LANGUAGES: [&str; 4] = ["zh-CN", "zh-TW", "zh-HK", "en"];
/// Time zones that are offered.
const TIME_ZONES: [&str; 5] = ["Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Macau"];

type Wishes = RwSignal<Vec<(u64, Wish)>>;

/// The row.
#[component]
pub fn WishRow(n: u64, wishes: Wishes, list: ListState, problem: RwSignal<Option<IpcError>>) -> impl IntoView {
    let wish = Memo::new(move |_| {
        wishes.with(|wishes| wishes.iter().find(|(other, _)| *other == n).map(|(_, wish)| wish.clone()))
    });
    let about = wish.get_untracked().map_or(About::Closure, |wish| wish.about);
    let change = move |change: &dyn Fn(&mut Wish)| {
        wishes.update(|wishes| wishes.iter_mut().filter(|(other, _)| *other == n).for_each(|(_, wish)| change(wish)));
    };
    let clear = Memo::new(move |_| wish.with(|wish| wish.as_ref().is_some_and(|wish| wish.clear)));
    let wrong = Memo::new(move |_| {
        let field = problem.get().and_then(|problem| problem.field)?;
        wish.with(|wish| wish.as_ref().is_some_and(|wish| wish.is_about(&field))).then(|| problem.get()).flatten()
    });
    let label = {
        let about = about.clone();
        Signal::derive(move || about_label(&about))
    };
    let can_clear = about.can_clear();
    let key = about.key();
    let input = StoredValue::new(about);
    view! {
        <li data-testid=format!("wish-{key}") class:bad=move || wrong.with(Option::is_some)>
            <div class="row">
                <b class="sm w112">{label}</b>
                <div class="grow row wrap g6">
                    {move || match clear.get() {
                        true => view! { <span class="sm muted">{stores::bulk_will_clear}</span> }.into_any(),
                        false => view! { <Input about=input.get_value() wish=wish change=Callback::new(move |edit: Edit| change(&|wish| edit.apply(wish))) list=list label=label /> }.into_any(),
                    }}
                </div>
                {can_clear
                    .then(|| {
                        view! {
                            <label class="tick">
                                <input
                                    type="checkbox"
                                    prop:checked=clear
                                    on:change=move |event| {
                                        let on = event_target_checked(&event);
                                        change(&|wish| wish.clear = on);
                                    }
                                />
                                {stores::bulk_clear}
                            </label>
                        }
                    })}
                <IconButton
                    icon="x"
                    kind="sm"
                    label=Signal::derive(move || stores::bulk_drop(label.get()))
                    on_press=move |_| wishes.update(|wishes| wishes.retain(|(other, _)| *other != n))
                />
            </div>
            {move || wrong.get().map(|problem| view! { <p class="msg bad" role="alert"><Icon name="bad" size="s" /><Problem problem=problem /></p> })}
        </li>
    }
}

/// What somebody changed of a wish.
#[derive(Clone)]
enum Edit {
    Text(String),
    Until(String),
    Name(String),
    Day(usize, bool),
    Option(String, bool),
}

impl Edit {
    fn apply(&self, wish: &mut Wish) {
        match self {
            Edit::Text(text) => wish.text.clone_from(text),
            Edit::Until(text) => wish.until.clone_from(text),
            Edit::Name(text) => wish.name.clone_from(text),
            Edit::Day(day, on) => wish.days[day % 7] = *on,
            Edit::Option(value, on) => wish.choose(value, *on),
        }
    }
}

#[component]
fn Input(
    about: About,
    wish: Memo<Option<Wish>>,
    change: Callback<Edit>,
    list: ListState,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    let of = move |pick: fn(&Wish) -> String| move || wish.with(|wish| wish.as_ref().map(pick).unwrap_or_default());
    let text = of(|wish| wish.text.clone());
    let typed = move |event: web_sys::Event| change.run(Edit::Text(event_target_value(&event)));
    let (choices, several, key) = (about.choices(), about.several(), about.key());
    let offered = move |about: &About| -> Vec<String> {
        let fixed = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match about {
            About::Field("category") => list.cache.with(|cache| cache.counts().categories.clone()),
            About::Field("language") => fixed(&LANGUAGES),
            About::Field("time_zone") => fixed(&TIME_ZONES),
            _ => Vec::new(),
        }
    };
    let line = move |about: About, class: &'static str, mode: &'static str, placeholder: fn() -> &'static str| {
        let key = about.key();
        let options = format!("offered-{key}");
        view! {
            <input
                class=class
                type=if mode == "date" { "date" } else { "text" }
                inputmode=(mode != "date").then_some(mode)
                autocomplete="off"
                data-testid=format!("wish-text-{key}")
                aria-label=label
                placeholder=placeholder
                list=options.clone()
                prop:value=text
                on:input=typed
            />
            <datalist id=options>
                {move || offered(&about).into_iter().map(|word| view! { <option value=word></option> }).collect_view()}
            </datalist>
        }
    };
    let nothing: fn() -> &'static str = || "";
    if !choices.is_empty() {
        let choices = choices.into_iter().map(|choice| {
            let (path, value) = (key.clone(), stored(&about, &choice));
            let selected = wish.with_untracked(|wish| wish.as_ref().is_some_and(|wish| wish.text == choice));
            view! { <option value=choice selected=selected>{move || value_text(&path, &value)}</option> }
        });
        let testid = format!("wish-text-{key}");
        return view! {
            <select class="in sm w200" data-testid=testid aria-label=label prop:value=text on:change=typed>
                {choices.collect_view()}
            </select>
        }
        .into_any();
    }
    if !several.is_empty() {
        let boxes = several.into_iter().map(|value| {
            let (path, own, changed) = (key.clone(), value.clone(), value.clone());
            let on = Memo::new(move |_| wish.with(|wish| wish.as_ref().is_some_and(|wish| wish.has(&own))));
            view! {
                <label class="tick">
                    <input
                        type="checkbox"
                        data-testid=format!("wish-{key}-{value}")
                        prop:checked=on
                        on:change=move |event| change.run(Edit::Option(changed.clone(), event_target_checked(&event)))
                    />
                    {move || value_text(&path, &Value::list([value.as_str()]))}
                </label>
            }
        });
        return view! { <div class="row wrap g6" role="group" aria-label=label>{boxes.collect_view()}</div> }
            .into_any();
    }
    match about {
        About::Hours => view! {
            {line(about, "in sm", "text", stores::bulk_hours_hint)}
            <div class="row wrap g6" role="group" aria-label=stores::bulk_days>
                {(0..7)
                    .map(|day| {
                        let on = Memo::new(move |_| wish.with(|wish| wish.as_ref().is_some_and(|wish| wish.days[day])));
                        view! {
                            <label class="tick">
                                <input
                                    type="checkbox"
                                    prop:checked=on
                                    on:change=move |event| change.run(Edit::Day(day, event_target_checked(&event)))
                                />
                                {move || time::weekday(day)}
                            </label>
                        }
                    })
                    .collect_view()}
            </div>
        }
        .into_any(),
        About::Closure => view! {
            <input class="in sm w144" type="date" aria-label=stores::bulk_from data-testid="wish-text-closure" prop:value=text on:input=typed />
            <span class="sm muted">{stores::bulk_to}</span>
            <input
                class="in sm w144"
                type="date"
                aria-label=stores::bulk_until
                prop:value=of(|wish| wish.until.clone())
                on:input=move |event| change.run(Edit::Until(event_target_value(&event)))
            />
            <span class="xs faint">{stores::bulk_open_end}</span>
        }
        .into_any(),
        About::Custom => view! {
            <input
                class="in sm w128"
                type="text"
                autocomplete="off"
                aria-label=stores::bulk_custom_name
                placeholder=stores::bulk_custom_name
                data-testid="wish-name-custom"
                prop:value=of(|wish| wish.name.clone())
                on:input=move |event| change.run(Edit::Name(event_target_value(&event)))
            />
            {line(about, "in sm w200", "text", stores::bulk_custom_value)}
        }
        .into_any(),
        About::AddTags | About::RemoveTags => line(about, "in sm", "text", stores::bulk_tags_hint).into_any(),
        About::Declared(ref field) => {
            let mode = input_mode(&field.kind);
            line(about, "in sm w200", mode, nothing).into_any()
        }
        About::Field(_) => line(about, "in sm", "text", nothing).into_any(),
    }
}

/// Which keyboard, or which control, suits values of a kind.
fn input_mode(kind: &CustomKind) -> &'static str {
    match kind {
        CustomKind::Integer => "numeric",
        CustomKind::Decimal => "decimal",
        CustomKind::Date => "date",
        CustomKind::Phone => "tel",
        CustomKind::Url => "url",
        CustomKind::Email => "email",
        _ => "text",
    }
}

/// A choice as a register holds it.
fn stored(about: &About, choice: &str) -> Value {
    match about {
        About::Declared(CustomField { kind: CustomKind::Boolean, .. }) => Value((choice == "true").into()),
        _ => Value::text(choice),
    }
}
