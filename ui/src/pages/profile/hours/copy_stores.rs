//! The hours of this store for others: choose stores, see what changes in each, save one ordinary edit for each.

use std::collections::BTreeSet;

use domain::MerchantId;
use domain::ipc::{
    IpcError, PLAN_STORES_MAX, PlanCopy, SavePlans, SavedPlans, StorePlan, StoreRow, StoresQuery, Topic,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::plan::{What, lines, registers, upcoming};
use crate::clock::{local, now};
use crate::components::{Button, Dialog, Icon, Problem, Skeleton, Toaster, use_toaster};
use crate::i18n::{common, hours as words, listed};
use crate::ipc;
use crate::pages::profile::editor::Editor;
use crate::query::use_query;
use crate::words::field::field_label;

/// Rows that are listed at once.
const LISTED: u32 = 100;
/// The list's limit of one answer.
const PAGE: u32 = 500;

/// Where one is.
#[derive(Clone, Debug, Default, PartialEq)]
enum Stage {
    #[default]
    Choosing,
    Looking(Vec<StorePlan>),
    Saved(SavedPlans),
}

/// What the dialog knows while it is open.
#[derive(Clone, Copy)]
struct Copying {
    editor: Editor,
    open: RwSignal<bool>,
    stage: RwSignal<Stage>,
    what: RwSignal<What>,
    chosen: RwSignal<BTreeSet<MerchantId>>,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<IpcError>>,
    toaster: Toaster,
}

fn today() -> String {
    local(now()).date().to_string()
}

impl Copying {
    fn fail(&self, problem: IpcError) {
        self.busy.try_set(false);
        self.problem.try_set(Some(problem));
    }
    fn begin(&self) {
        self.busy.set(true);
        self.problem.set(None);
    }
    fn own(&self) -> Option<MerchantId> {
        self.editor.view.with_untracked(|view| view.as_ref().map(|view| view.row.id.clone()))
    }
    /// Chooses all that the search finds.
    fn choose_all(self, query: StoresQuery) {
        self.begin();
        spawn_local(async move {
            let found = ipc::stores(&StoresQuery { offset: 0, limit: PAGE, ..query }).await;
            match found {
                Ok(page) => {
                    let own = self.own();
                    let ids = page.rows.into_iter().map(|row| row.id).filter(|id| Some(id) != own.as_ref());
                    self.chosen.try_update(|chosen| chosen.extend(ids.take(PLAN_STORES_MAX)));
                    self.busy.try_set(false);
                }
                Err(problem) => self.fail(problem),
            }
        });
    }
    fn preview(self) {
        let Some(profile) = untrack(|| self.editor.edited()) else { return };
        let registers = registers(&profile, self.what.get_untracked(), &today());
        let stores = self.chosen.with_untracked(|chosen| chosen.iter().cloned().collect());
        self.begin();
        spawn_local(async move {
            match ipc::plan_copy(&PlanCopy { registers, stores }).await {
                Ok(plans) => {
                    self.stage.try_set(Stage::Looking(plans));
                    self.busy.try_set(false);
                }
                Err(problem) => self.fail(problem),
            }
        });
    }
    fn save(self, plans: Vec<StorePlan>) {
        self.begin();
        spawn_local(async move {
            match ipc::save_plans(&SavePlans { plans }).await {
                Ok(saved) => {
                    self.toaster.say_with_undo_all(words::stores_saved(saved.edits.len() as u64), saved.edits.clone());
                    self.stage.try_set(Stage::Saved(saved));
                    self.busy.try_set(false);
                }
                Err(problem) => self.fail(problem),
            }
        });
    }
    fn undo(self, saved: SavedPlans) {
        self.begin();
        spawn_local(async move {
            match ipc::undo_all(saved.edits).await {
                Ok(done) => {
                    let left = crate::i18n::grouped(done.left);
                    self.toaster.say(if done.left == 0 {
                        common::undone().to_owned()
                    } else {
                        common::undone_left(done.undone, left)
                    });
                    self.open.try_set(false);
                    self.busy.try_set(false);
                }
                Err(problem) => self.fail(problem),
            }
        });
    }
}

/// The dialog.
#[component]
pub fn CopyStores(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let copying = Copying {
        editor,
        open,
        stage: RwSignal::new(Stage::Choosing),
        what: RwSignal::new(What { week: true, special: false }),
        chosen: RwSignal::new(BTreeSet::new()),
        busy: RwSignal::new(false),
        problem: RwSignal::new(None),
        toaster: use_toaster(),
    };
    Effect::new(move |_| {
        if open.get() {
            copying.stage.set(Stage::Choosing);
            copying.chosen.set(BTreeSet::new());
            copying.problem.set(None);
        }
    });
    view! {
        <Dialog
            open=open
            on_close=move |()| open.set(false)
            title=Signal::derive(|| words::stores_title().to_owned())
            class="dlg wide copying"
            footer=move || view! { <Footer copying=copying /> }
        >
            {move || match copying.stage.get() {
                Stage::Choosing => view! { <Choosing copying=copying /> }.into_any(),
                Stage::Looking(plans) => view! { <Looking plans=plans /> }.into_any(),
                Stage::Saved(saved) => view! {
                    <p class="txt" data-testid="copy-saved"><Icon name="ok" />{" "}{move || words::stores_saved(saved.edits.len() as u64)}</p>
                }
                .into_any(),
            }}
            {move || copying.problem.get().map(|problem| view! { <div class="msg bad padl"><Icon name="bad" size="s" /><Problem problem=problem /></div> })}
        </Dialog>
    }
}

#[component]
fn Footer(copying: Copying) -> impl IntoView {
    let close = move |_| copying.open.set(false);
    move || match copying.stage.get() {
        Stage::Choosing => {
            let ready = move || {
                let what = copying.what.get();
                let count = copying.chosen.with(BTreeSet::len);
                (what.week || what.special) && (1..=PLAN_STORES_MAX).contains(&count) && !copying.busy.get()
            };
            view! {
                <Button on_press=close>{common::cancel}</Button>
                <Button
                    kind="primary"
                    testid="copy-preview"
                    disabled=Signal::derive(move || !ready())
                    on_press=move |_| copying.preview()
                >
                    {words::stores_preview}
                </Button>
            }
            .into_any()
        }
        Stage::Looking(plans) => {
            let count = plans.iter().filter(|plan| !plan.writes.is_empty()).count() as u64;
            let plans = StoredValue::new(plans);
            view! {
                <Button on_press=move |_| copying.stage.set(Stage::Choosing)>{words::stores_back}</Button>
                <Button
                    kind="primary"
                    testid="copy-save"
                    disabled=Signal::derive(move || count == 0 || copying.busy.get())
                    on_press=move |_| copying.save(plans.get_value())
                >
                    {move || words::stores_do(count)}
                </Button>
            }
            .into_any()
        }
        Stage::Saved(saved) => {
            let saved = StoredValue::new(saved);
            view! {
                <Button icon="undo" testid="copy-undo" disabled=copying.busy on_press=move |_| copying.undo(saved.get_value())>
                    {words::stores_undo}
                </Button>
                <Button kind="primary" on_press=close>{common::close}</Button>
            }
            .into_any()
        }
    }
}

#[component]
fn Choosing(copying: Copying) -> impl IntoView {
    let (text, category) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let query = move || StoresQuery {
        text: text.get(),
        category: Some(category.get()).filter(|category| !category.is_empty()),
        sort: domain::ipc::StoreSort::Name,
        limit: LISTED,
        ..StoresQuery::default()
    };
    let found = use_query(&[Topic::Stores], query, |query| async move { ipc::stores(&query).await });
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
    let count = move || copying.chosen.with(BTreeSet::len) as u64;
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
                    disabled=Signal::derive(move || total() == 0 || total() > PLAN_STORES_MAX as u64)
                    on_press=move |_| copying.choose_all(untrack(query))
                >
                    {words::stores_all}
                </Button>
                {move || (total() > PLAN_STORES_MAX as u64).then(|| view! { <span class="xs faint">{words::stores_max}</span> })}
                <span class="end sm" role="status" data-testid="copy-count"><b>{move || words::stores_chosen(count())}</b></span>
                <Button kind="link sm" disabled=Signal::derive(move || count() == 0) on_press=move |_| copying.chosen.set(BTreeSet::new())>
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
        copying.chosen.update(|chosen| {
            if on {
                chosen.insert(id.get_value());
            } else {
                id.with_value(|id| chosen.remove(id));
            }
        });
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

#[component]
fn Looking(plans: Vec<StorePlan>) -> impl IntoView {
    let changed = plans.iter().filter(|plan| !plan.writes.is_empty()).count() as u64;
    let locked = plans.iter().filter(|plan| !plan.locked.is_empty()).count() as u64;
    let same = plans.iter().filter(|plan| plan.writes.is_empty() && plan.locked.is_empty()).count() as u64;
    let rows = plans
        .into_iter()
        .filter(|plan| !plan.writes.is_empty() || !plan.locked.is_empty())
        .map(|plan| view! { <Planned plan=plan /> })
        .collect_view();
    view! {
        <div class="txt col g12">
            <div class="row wrap g6 sm">
                <b data-testid="copy-changes">{move || words::stores_changes(changed)}</b>
                {(same > 0).then(|| view! { <span class="muted">{move || words::stores_same(same)}</span> })}
                {(locked > 0)
                    .then(|| view! { <span class="msg warn"><Icon name="clash" size="s" />{move || words::stores_locked(locked)}</span> })}
            </div>
            {(changed == 0).then(|| view! { <p class="msg">{words::stores_nothing}</p> })}
            <ul class="choices planned" data-testid="copy-plan">{rows}</ul>
        </div>
    }
}

#[component]
fn Planned(plan: StorePlan) -> impl IntoView {
    let plan = StoredValue::new(plan);
    let list = move || {
        let lines = plan.with_value(lines).into_iter();
        lines
            .map(|line| {
                view! {
                    <div class="row sm">
                        <span class="muted nowrap">{line.days}</span>
                        <span class="was">{line.before}</span>
                        <Icon name="arrow" size="s" />
                        <span class="now">{line.after}</span>
                    </div>
                }
            })
            .collect_view()
    };
    let left_out = move || {
        plan.with_value(|plan| {
            let fields: Vec<String> = plan.locked.iter().map(|path| field_label(path)).collect();
            (!fields.is_empty()).then(|| view! { <p class="msg warn"><Icon name="clash" size="s" />{words::stores_locked_one(listed(&fields))}</p> })
        })
    };
    view! {
        <li>
            <div class="row sm">
                <b class="cut">{plan.with_value(|plan| plan.name.clone())}</b>
                <span class="xs faint mono">{plan.with_value(|plan| plan.id.to_string())}</span>
            </div>
            {list}
            {left_out}
        </li>
    }
}
