//! The hours of this store for others: choose stores; the rest is a bulk edit like any other.

use domain::MerchantId;
use domain::ipc::{BULK_STORES_MAX, BulkRequest, StoreRow, StoresQuery, Topic};
use leptos::prelude::*;

use super::plan::{What, registers, upcoming};
use crate::clock::{local, now};
use crate::components::{Button, Skeleton};
use crate::i18n::{grouped, hours as words};
use crate::ipc;
use crate::pages::bulk::{BulkDialog, Selection, use_flow};
use crate::pages::profile::editor::Editor;
use crate::query::use_query;

/// Rows that are listed at once.
const LISTED: u32 = 100;

/// What the dialog knows while it is open.
#[derive(Clone, Copy)]
struct Copying {
    editor: Editor,
    what: RwSignal<What>,
    chosen: RwSignal<Selection>,
    text: RwSignal<String>,
    category: RwSignal<String>,
}

fn today() -> String {
    local(now()).date().to_string()
}

impl Copying {
    fn own(&self) -> Option<MerchantId> {
        self.editor.view.with_untracked(|view| view.as_ref().map(|view| view.row.id.clone()))
    }
    /// What is looked for.
    fn query(&self) -> StoresQuery {
        StoresQuery {
            text: self.text.get(),
            category: Some(self.category.get()).filter(|category| !category.is_empty()),
            sort: domain::ipc::StoreSort::Name,
            limit: LISTED,
            ..StoresQuery::default()
        }
    }
    /// What was chosen, if it is something. Tracked.
    fn request(&self) -> Option<BulkRequest> {
        let what = self.what.get();
        let stores = self.chosen.with(|chosen| chosen.stores(|| self.query(), self.own()))?;
        if !what.week && !what.special {
            return None;
        }
        let registers = registers(&self.editor.edited()?, what, &today());
        Some(BulkRequest { stores, registers, typed: Vec::new() })
    }
}

/// The dialog.
#[component]
pub fn CopyStores(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let flow = use_flow();
    let copying = Copying {
        editor,
        what: RwSignal::new(What { week: true, special: false }),
        chosen: RwSignal::new(Selection::default()),
        text: RwSignal::new(String::new()),
        category: RwSignal::new(String::new()),
    };
    // Whoever opens it sets `open`; how it closes is the flow's.
    Effect::new(move |_| {
        if open.get() {
            open.set(false);
            copying.chosen.set(Selection::default());
            flow.begin();
        }
    });
    let request = Memo::new(move |_| flow.open.get().then(|| copying.request()).flatten());
    view! {
        <BulkDialog flow=flow title=Signal::derive(|| words::stores_title().to_owned()) request=request>
            <Choosing copying=copying />
        </BulkDialog>
    }
}

#[component]
fn Choosing(copying: Copying) -> impl IntoView {
    let (text, category) = (copying.text, copying.category);
    let found = use_query(&[Topic::Stores], move || copying.query(), |query| async move { ipc::stores(&query).await });
    // "All found" is what was found then.
    Effect::new(move |before: Option<StoresQuery>| {
        let query = copying.query();
        if before.is_some_and(|before| before != query) {
            copying.chosen.update(Selection::forget_all);
        }
        query
    });
    let own = copying.own();
    let special =
        Memo::new(move |_| copying.editor.edited().map_or(0, |profile| upcoming(&profile, &today()).count() as u64));
    let unsaved = Memo::new(move |_| copying.editor.is_dirty());
    let rows = move || {
        let own = own.clone();
        found
            .get()
            .map(|page| {
                let rows = page.rows.iter().filter(|row| Some(&row.id) != own.as_ref()).cloned();
                let rows = rows.map(|row| view! { <Choice copying=copying row=row /> }).collect_view();
                let more = page.total > u64::from(LISTED);
                view! {
                    <ul class="choices" data-testid="copy-list">{rows}</ul>
                    {(page.total == 0).then(|| view! { <p class="faint sm">{words::stores_none}</p> })}
                    {more.then(|| view! { <p class="hint">{move || words::stores_shown(LISTED.into())}</p> })}
                }
                .into_any()
            })
            .unwrap_or_else(|| view! { <Skeleton /> }.into_any())
    };
    let total = move || found.get().map_or(0, |page| page.total);
    let categories = move || {
        let known = found.get().map(|page| page.categories.clone()).unwrap_or_default();
        known.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()
    };
    let others = move || total().saturating_sub(u64::from(copying.own().is_some()));
    let count = move || copying.chosen.with(|chosen| chosen.count(others()));
    view! {
        <div class="txt col g12">
            <fieldset>
                <legend>{words::stores_what}</legend>
                <div class="row wrap g6">
                    <label class="tick">
                        <input
                            type="checkbox"
                            prop:checked=move || copying.what.get().week
                            on:change=move |event| copying.what.update(|what| what.week = event_target_checked(&event))
                        />
                        {words::stores_week}
                    </label>
                    <label class="tick">
                        <input
                            type="checkbox"
                            disabled=move || special.get() == 0
                            prop:checked=move || copying.what.get().special
                            on:change=move |event| copying.what.update(|what| what.special = event_target_checked(&event))
                        />
                        {move || words::stores_special(special.get())}
                    </label>
                </div>
                {move || unsaved.get().then(|| view! { <p class="hint">{words::stores_unsaved}</p> })}
            </fieldset>
            <div class="row">
                <input
                    class="in"
                    type="search"
                    autocomplete="off"
                    placeholder=words::stores_find
                    aria-label=words::stores_find
                    data-testid="copy-find"
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                />
                <select
                    class="in w160"
                    aria-label=words::stores_category
                    prop:value=category
                    on:change=move |event| category.set(event_target_value(&event))
                >
                    <option value="">{words::stores_any}</option>
                    {categories}
                </select>
            </div>
            <div class="row wrap">
                <span class="sm muted">{move || words::stores_found(total())}</span>
                <Button
                    kind="link sm"
                    testid="copy-all"
                    disabled=Signal::derive(move || total() == 0 || total() > BULK_STORES_MAX)
                    on_press=move |_| copying.chosen.update(Selection::choose_all)
                >
                    {words::stores_all}
                </Button>
                {move || (total() > BULK_STORES_MAX).then(|| view! { <span class="xs faint">{move || words::stores_max(grouped(BULK_STORES_MAX))}</span> })}
                <span class="end sm" role="status" data-testid="copy-count"><b>{move || words::stores_chosen(count())}</b></span>
                <Button kind="link sm" disabled=Signal::derive(move || count() == 0) on_press=move |_| copying.chosen.update(Selection::clear)>
                    {words::stores_clear}
                </Button>
            </div>
            {rows}
        </div>
    }
}

#[component]
fn Choice(copying: Copying, row: StoreRow) -> impl IntoView {
    let id = StoredValue::new(row.id.clone());
    let ticked = Memo::new(move |_| copying.chosen.with(|chosen| id.with_value(|id| chosen.contains(id))));
    let toggle = move |event: web_sys::Event| {
        let on = event_target_checked(&event);
        copying.chosen.update(|chosen| chosen.set(id.get_value(), on));
    };
    view! {
        <li>
            <label class="row sm">
                <input type="checkbox" data-testid="copy-choice" prop:checked=ticked on:change=toggle />
                <span class="grow cut">{row.name}</span>
                <span class="xs faint cut">{row.region}</span>
                <span class="xs faint mono">{row.id.to_string()}</span>
            </label>
        </li>
    }
}
