//! Custom fields: what every store can have beside the usual. Administrators add, change and retire them; everybody else
//! sees them.

use std::sync::Arc;

use domain::ipc::{IpcError, SchemaView, Topic};
use domain::schema::{CustomField, NewSchema, SchemaDraft, SchemaPreview};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::field_form::FieldForm;
use super::fields_model::{FieldDraft, kind_word, put, shift, step_words, toggle_use};
use super::unsaved::use_unsaved;
use crate::components::{Button, Chip, Dialog, Icon, IconButton, Problem, ProblemBanner, Skeleton, use_toaster};
use crate::declared;
use crate::i18n::{Language, everywhere, lang, settings as words};
use crate::ipc;
use crate::query::use_query;
use crate::session::use_shared;

/// The declared fields as somebody changes them.
#[derive(Clone, Copy)]
struct Desk {
    /// As the server has them.
    view: Memo<Option<Arc<SchemaView>>>,
    /// As they shall be; nothing as long as nobody changed anything.
    wanted: RwSignal<Option<Vec<CustomField>>>,
    /// The field in the form.
    form: RwSignal<Option<FieldDraft>>,
    preview: RwSignal<Option<SchemaPreview>>,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<IpcError>>,
}

impl Desk {
    /// What is shown: what shall be, else what is. Tracked.
    fn fields(&self) -> Vec<CustomField> {
        self.wanted.get().unwrap_or_else(|| {
            self.view.with(|view| view.as_ref().map(|view| view.schema.custom.clone()).unwrap_or_default())
        })
    }
    fn change(&self, change: impl FnOnce(&mut Vec<CustomField>)) {
        let mut fields = untrack(|| self.fields());
        change(&mut fields);
        let same = self.view.with_untracked(|view| view.as_ref().is_some_and(|view| view.schema.custom == fields));
        self.wanted.set((!same).then_some(fields));
        self.problem.set(None);
    }
    /// Asks what the change would mean; the answer is shown before anything is done.
    fn try_it(&self) {
        let desk = *self;
        let Some(custom) = desk.wanted.get_untracked() else { return };
        desk.busy.set(true);
        desk.problem.set(None);
        spawn_local(async move {
            match ipc::preview_schema(&SchemaDraft { custom }).await {
                Ok(found) => {
                    desk.preview.try_set(Some(found));
                }
                Err(failed) => {
                    desk.problem.try_set(Some(failed));
                }
            }
            desk.busy.try_set(false);
        });
    }
}

/// The card.
#[component]
pub fn Fields() -> impl IntoView {
    let shared = use_shared();
    let asked = use_query(&[Topic::Schema, Topic::Session], || (), |()| ipc::schema_view());
    let desk = Desk {
        view: Memo::new(move |_| asked.get()),
        wanted: RwSignal::new(None),
        form: RwSignal::new(None),
        preview: RwSignal::new(None),
        busy: RwSignal::new(false),
        problem: RwSignal::new(None),
    };
    let unsaved = use_unsaved();
    Effect::new(move |_| unsaved.fields.set(desk.wanted.with(Option::is_some)));
    let fresh = Memo::new(move |_| desk.view.with(|view| view.as_ref().is_some_and(|view| view.fresh)));
    let may = Memo::new(move |_| fresh.get() && shared.status().is_some_and(|status| status.session.may_administer()));
    let version = move || desk.view.with(|view| view.as_ref().map(|view| view.schema.version.to_string()));
    let locked = move || {
        let (icon, text) = match (fresh.get(), may.get()) {
            (_, true) => return None,
            (false, _) => ("off", words::fields_offline()),
            (true, false) => ("hold", words::fields_locked()),
        };
        Some(view! { <p class="msg" data-testid="fields-locked"><Icon name=icon size="s" />{text}</p> })
    };
    view! {
        <section class="card" id="settings-fields" tabindex="-1">
            <header>
                <h3>{words::fields}</h3>
                {move || version().map(|version| view! { <span class="faint sm" data-testid="schema-version">{words::schema_version(version)}</span> })}
                <span class="end"></span>
                {move || may.get().then(|| view! {
                    <Button kind="sm" icon="plus" testid="field-add" on_press=move |_| desk.form.set(Some(FieldDraft::new()))>
                        {words::field_add}
                    </Button>
                })}
            </header>
            <div class="in-pad col g12">
                <p class="sm muted">{words::fields_lead}</p>
                {locked}
                <ProblemBanner problem=asked.problem />
                {move || match desk.view.with(Option::is_some) {
                    true => view! { <List desk=desk may=may /> }.into_any(),
                    false => view! { <Skeleton /> }.into_any(),
                }}
                {move || desk.problem.get().map(|failed| view! {
                    <div class="msg bad" role="alert" data-testid="fields-refused">
                        <Icon name="bad" size="s" />
                        <Problem problem=failed />
                    </div>
                })}
                {move || desk.wanted.with(Option::is_some).then(|| view! {
                    <div class="row g6">
                        <span class="sm muted">{words::fields_changed}</span>
                        <span class="end"></span>
                        <Button kind="sm quiet" testid="fields-drop" on_press=move |_| desk.wanted.set(None)>{words::fields_drop}</Button>
                        <Button kind="sm primary" testid="fields-preview" disabled=desk.busy on_press=move |_| desk.try_it()>
                            {words::fields_preview}
                        </Button>
                    </div>
                })}
                <Past desk=desk />
            </div>
            <FieldForm form=desk.form taken=Signal::derive(move || desk.fields().into_iter().map(|field| field.key).collect()) on_done=move |draft: FieldDraft| {
                desk.change(|fields| put(fields, &draft));
            } />
            <Preview desk=desk />
        </section>
    }
}

#[component]
fn List(desk: Desk, may: Memo<bool>) -> impl IntoView {
    let rows = move || {
        let chinese = lang() == Language::Chinese;
        let fields = desk.fields();
        if fields.is_empty() {
            return view! { <p class="faint sm" data-testid="fields-empty">{words::fields_empty}</p> }.into_any();
        }
        let last = fields.len() - 1;
        let rows = fields.into_iter().enumerate().map(|(n, field)| row(desk, may, n, n == last, field, chinese));
        view! {
            <table class="tbl" data-testid="fields">
                <thead>
                    <tr>
                        <th scope="col">{words::field_name}</th>
                        <th scope="col">{words::field_key}</th>
                        <th scope="col">{words::field_kind}</th>
                        <th scope="col" aria-label=words::field_acts></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! { {rows} }
}

fn row(desk: Desk, may: Memo<bool>, n: usize, last: bool, field: CustomField, chinese: bool) -> impl IntoView {
    let name = field.label(chinese).to_owned();
    let other = if chinese { field.labels.en.clone() } else { field.labels.zh.clone() };
    let offered = field.is_offered();
    let chips = view! {
        {field.required.then(|| view! { <Chip kind="mute">{words::field_required}</Chip> })}
        {field.sensitive.then(|| view! { <Chip kind="mute">{words::field_sensitive}</Chip> })}
        {(!offered).then(|| view! { <Chip kind="hold">{words::field_retired}</Chip> })}
    };
    let options = field.kind.options().len() as u64;
    let key = StoredValue::new(field.key.clone());
    let testid = format!("field-row-{}", field.key);
    let draft = FieldDraft::of(&field);
    let acts = move || {
        may.get().then(|| {
            let draft = draft.clone();
            let of = |word: fn(String) -> String, name: &str| {
                let name = name.to_owned();
                Signal::derive(move || word(name.clone()))
            };
            let use_label = if offered { of(words::field_retire, &name) } else { of(words::field_restore, &name) };
            view! {
                {(n > 0).then(|| view! {
                    <IconButton icon="up" kind="sm" label=of(words::field_up, &name)
                        on_press=move |_| desk.change(|fields| key.with_value(|key| shift(fields, key, true))) />
                })}
                {(!last).then(|| view! {
                    <IconButton icon="down" kind="sm" label=of(words::field_down, &name)
                        on_press=move |_| desk.change(|fields| key.with_value(|key| shift(fields, key, false))) />
                })}
                <IconButton icon="draft" kind="sm" label=of(words::field_edit, &name)
                    on_press=move |_| desk.form.set(Some(draft.clone())) />
                <IconButton icon=if offered { "hold" } else { "undo" } kind="sm" label=use_label
                    on_press=move |_| desk.change(|fields| key.with_value(|key| toggle_use(fields, key))) />
                <IconButton icon="trash" kind="sm" label=of(words::field_remove, &name)
                    on_press=move |_| desk.change(|fields| key.with_value(|key| fields.retain(|field| field.key != *key))) />
            }
        })
    };
    view! {
        <tr data-testid=testid class:faint=!offered>
            <td>
                <div>{field.label(chinese).to_owned()}</div>
                {(!other.is_empty()).then(|| view! { <div class="faint xs">{other}</div> })}
            </td>
            <td class="mono sm">{field.key.clone()}</td>
            <td>
                <div class="row wrap g2">
                    {kind_word(field.kind.name())}
                    {(options > 0).then(|| view! { <span class="faint sm">{words::field_options_count(options)}</span> })}
                    {chips}
                </div>
            </td>
            <td><div class="row end g2">{acts}</div></td>
        </tr>
    }
}

/// What the change would mean, before anything is done.
#[component]
fn Preview(desk: Desk) -> impl IntoView {
    let toaster = use_toaster();
    let save = move |_| {
        let (Some(custom), Some(found)) = (desk.wanted.get_untracked(), desk.preview.get_untracked()) else { return };
        desk.busy.set(true);
        spawn_local(async move {
            match ipc::save_schema(&NewSchema { replaces: found.against, custom }).await {
                Ok(schema) => {
                    desk.wanted.try_set(None);
                    toaster.say(words::fields_saved(schema.version.to_string()));
                    declared::follow(Arc::new(schema));
                }
                Err(failed) => {
                    desk.problem.try_set(Some(failed));
                }
            }
            desk.preview.try_set(None);
            desk.busy.try_set(false);
        });
    };
    let lines = move || {
        let found = desk.preview.get()?;
        let chinese = lang() == Language::Chinese;
        let (before, after) =
            (desk.view.get().map(|view| view.schema.custom.clone()).unwrap_or_default(), desk.fields());
        let name = |key: &str| {
            let field = after.iter().chain(before.iter()).find(|field| field.key == key);
            field.map_or_else(|| key.to_owned(), |field| field.label(chinese).to_owned())
        };
        let items = found.fields.iter().map(|field| {
            let examples = field.examples.iter().map(|one| {
                view! { <li class="sm"><span class="mono">{one.merchant_id.to_string()}</span>" "{one.value.plain()}</li> }
            });
            let bad = field.unfit > 0 || field.missing > 0;
            view! {
                <li class:fg-clash=bad>
                    {step_words(field, &name(&field.key))}
                    {(!field.examples.is_empty()).then(|| view! { <ul class="errors">{examples.collect_view()}</ul> })}
                </li>
            }
        });
        let step =
            if found.step == domain::schema::Step::Major { words::preview_major() } else { words::preview_minor() };
        Some(view! {
            <div class="txt col g6" data-testid="fields-foreseen">
                <p>{words::preview_version(found.against.to_string(), found.version.to_string())}</p>
                <ul class="errors">{items.collect_view()}</ul>
                <p class="sm muted">{step}</p>
            </div>
        })
    };
    let footer = move || {
        view! {
            <Button on_press=move |_| desk.preview.set(None)>{everywhere::cancel}</Button>
            <Button kind="primary" testid="fields-save" disabled=desk.busy on_press=save>{words::fields_save}</Button>
        }
    };
    view! {
        <Dialog
            open=Signal::derive(move || desk.preview.with(Option::is_some))
            on_close=move |()| desk.preview.set(None)
            title=Signal::derive(|| words::preview_title().to_owned())
            footer=footer
        >
            {lines}
        </Dialog>
    }
}

/// Who changed the fields last.
#[component]
fn Past(desk: Desk) -> impl IntoView {
    use crate::clock::{local, use_now};
    use crate::words::time;
    let now = use_now();
    let lines = move || {
        let view = desk.view.get()?;
        let some = view.events.iter().filter(|event| event.actor.is_some()).take(5).map(|event| {
            let when = time::moment(local(event.at), local(now.get()));
            let mut keys: Vec<&str> = event.steps.iter().map(|(key, _)| key.as_str()).collect();
            keys.dedup();
            let text = words::schema_event(event.version.to_string(), event.actor_name.clone(), when, keys.join(", "));
            view! { <li class="faint sm">{text}</li> }
        });
        let some = some.collect_view();
        (!some.is_empty()).then(|| view! { <ul class="errors" data-testid="schema-past">{some}</ul> })
    };
    view! { {lines} }
}
