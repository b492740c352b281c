//! Third and fourth step: a run, how far it is, what it found; its end.

use std::sync::Arc;

use domain::ipc::{ImportProgress, ImportState, PastImport};
use leptos::prelude::*;

use super::model::{self, FileDoubt, Group, Stand, Step};
use super::past::{Actions, UndoDialog};
use super::report::ReportDialog;
use super::row_numbers::{as_in_file, rows_above};
use super::rows::Rows;
use super::state::Desk;
use super::tiles::{Tiles, group_name};
use crate::components::{Banner, Button, Empty, Icon, Problem, ProblemBanner, Tone};
use crate::i18n::{grouped, imports, listed};
use crate::route::{Route, use_navigator};

fn progress_of(desk: Desk) -> Signal<Arc<ImportProgress>> {
    Signal::derive(move || desk.progress.get().unwrap_or_default())
}

/// The bar, the number and the button that stops it.
#[component]
fn Progress(desk: Desk, title: fn(u64) -> String, kept: fn() -> &'static str) -> impl IntoView {
    let progress = progress_of(desk);
    let rows = Memo::new(move |_| progress.with(|progress| progress.rows));
    let percent = Memo::new(move |_| {
        let done = |total: u64| u8::try_from((rows.get() * 100 / total.max(1)).min(99)).unwrap_or(99);
        // How many rows there are is known after a dry run; until then how much of the file is read.
        desk.total.get().map_or_else(|| progress.with(|progress| progress.percent), done)
    });
    let stopping = RwSignal::new(false);
    view! {
        <div class="slot">
            <section class="card" data-testid="import-progress">
                <div class="in-pad col">
                    <div class="row">
                        <Icon name="sync" size="spin" />
                        <h2 class="grow" role="status">
                            {move || title(rows.get())}
                            {move || desk.total.get().map(|total| format!(" / {}", grouped(total)))}
                            <span class="muted num" data-testid="import-percent">{move || format!(" · {}%", percent.get())}</span>
                        </h2>
                        <Button
                            kind="sm"
                            icon="x"
                            testid="import-stop"
                            disabled=stopping
                            on_press=move |_| {
                                stopping.set(true);
                                desk.stop();
                            }
                        >
                            {move || if stopping.get() { imports::stopping() } else { imports::stop() }}
                        </Button>
                    </div>
                    <progress max="100" prop:value=move || f64::from(percent.get()) aria-label=imports::progress></progress>
                    <span class="muted sm">{kept}</span>
                </div>
            </section>
        </div>
    }
}

/// Tiles, the line about the chosen group and its rows. `about_all` is the line about all of them.
#[component]
fn Outcomes(
    desk: Desk,
    group: RwSignal<Group>,
    about_all: fn() -> &'static str,
    /// Was the import taken back?
    #[prop(optional, into)]
    undone: Signal<bool>,
) -> impl IntoView {
    let progress = progress_of(desk);
    let counts = Signal::derive(move || progress.with(|progress| progress.counts.clone()));
    let lines = Memo::new(move |_| {
        let preview = desk.preview.get();
        let first = preview.as_ref().map(|preview| preview.rows.as_slice()).unwrap_or_default();
        progress.with(|progress| {
            // What the run says of the file counts; until it ends, what the look said.
            let file = progress.summary.as_ref().map(|summary| &summary.file);
            let above = file.or(preview.as_ref().map(|preview| &preview.file)).map_or(0, rows_above);
            as_in_file(model::lines(first, progress, group.get()), above)
        })
    });
    let in_group = Memo::new(move |_| counts.with(|counts| model::count(counts, group.get())));
    let about = move || match group.get() {
        Group::All | Group::Create | Group::Update if undone.get() => imports::about_undone(),
        Group::All => about_all(),
        Group::Create => imports::about_create(),
        Group::Update => imports::about_update(),
        Group::Unchanged => imports::about_unchanged(),
        Group::Duplicate => imports::about_duplicate(),
        Group::Invalid => imports::about_invalid(),
        Group::Skipped => imports::about_skipped(),
    };
    let empty = Memo::new(move |_| lines.with(Vec::is_empty));
    view! {
        <div class="slot"><Tiles counts=counts chosen=group undone=undone /></div>
        <div class="tools">
            <h3>{move || imports::group_rows(group_name(group.get()), grouped(in_group.get()))}</h3>
            <span class="faint sm">{about}</span>
            <span class="end faint sm" data-testid="import-listed">
                {move || {
                    let shown = lines.with(|lines| model::rows_listed(lines));
                    (shown > 0 && shown < in_group.get()).then(|| imports::listed(shown))
                }}
            </span>
        </div>
        {move || if empty.get() {
            let title = Signal::derive(move || {
                if in_group.get() == 0 { imports::group_empty().to_owned() } else { imports::group_unlisted().to_owned() }
            });
            view! { <div class="body split1 quiet"><Empty icon="table" title=title /></div> }.into_any()
        } else {
            view! { <Rows lines=lines undone=undone /> }.into_any()
        }}
    }
}

fn said_of_file(doubt: &FileDoubt) -> String {
    match doubt {
        FileDoubt::ZerosLost(rows) => imports::zeros_late(*rows),
        FileDoubt::HiddenRows(rows) => imports::hidden_rows(*rows),
        FileDoubt::CountryWanted(rows) => imports::country_wanted(*rows),
        FileDoubt::SheetsLeftOut(sheets) => imports::skipped_sheets(listed(sheets)),
    }
}

/// The dry run.
#[component]
pub fn DryRunStep(desk: Desk) -> impl IntoView {
    let progress = progress_of(desk);
    let stand = Memo::new(move |_| progress.with(|progress| model::stand(progress, true)));
    let group = RwSignal::new(Group::All);
    // What needs a look comes first, once it is known.
    Effect::new(move |_| {
        if stand.get() == Stand::Done {
            let invalid = progress.with_untracked(|progress| model::count(&progress.counts, Group::Invalid));
            if invalid > 0 {
                group.set(Group::Invalid);
            }
        }
    });
    let to_save = Memo::new(move |_| progress.with(|progress| model::to_save(&progress.counts)));
    let can = Memo::new(move |_| stand.get() == Stand::Done && to_save.get() > 0);
    let doubts = Memo::new(move |_| {
        progress.with(|progress| progress.summary.as_ref().map(model::doubts_of_file).unwrap_or_default())
    });
    view! {
        {move || match stand.get() {
            Stand::Running | Stand::Waiting if desk.problem.with(Option::is_none) => view! {
                <Progress desk=desk title=imports::dry_running kept=imports::dry_run_kept />
            }
            .into_any(),
            Stand::Cancelled => view! {
                <div class="slot"><Banner tone=Tone::Hold><b>{imports::dry_stopped}</b>{imports::dry_stopped_text}</Banner></div>
            }
            .into_any(),
            Stand::Failed(problem) => view! {
                <div class="slot"><Banner tone=Tone::Bad><Problem problem=problem /></Banner></div>
            }
            .into_any(),
            _ => view! { <div class:slot=move || desk.problem.with(Option::is_some)><ProblemBanner problem=desk.problem /></div> }.into_any(),
        }}
        {move || (stand.get() == Stand::Done).then(|| doubts.get().into_iter().map(|doubt| view! {
            <div class="slot" data-testid="import-doubt"><Banner tone=Tone::Hold>{move || said_of_file(&doubt)}</Banner></div>
        }).collect_view())}
        <Outcomes desk=desk group=group about_all=imports::about_all />
        <div class="foot">
            <span class="muted grow cut">{imports::nothing_changed}</span>
            <Button
                testid="import-back"
                disabled=Signal::derive(move || stand.get() == Stand::Running)
                on_press=move |_| {
                    desk.problem.set(None);
                    desk.step.set(if desk.preview.with_untracked(Option::is_some) { Step::Mapping } else { Step::File });
                }
            >
                {imports::back}
            </Button>
            {move || matches!(stand.get(), Stand::Cancelled | Stand::Failed(_)).then(|| view! {
                <Button icon="sync" on_press=move |_| desk.begin(true)>{imports::dry_again}</Button>
            })}
            <Button
                kind="primary"
                testid="import-apply"
                disabled=Signal::derive(move || !can.get())
                on_press=move |_| desk.begin(false)
            >
                {move || imports::apply(to_save.get())}
            </Button>
        </div>
    }
}

/// The import.
#[component]
pub fn ApplyStep(desk: Desk) -> impl IntoView {
    let navigator = use_navigator();
    let progress = progress_of(desk);
    let stand = Memo::new(move |_| progress.with(|progress| model::stand(progress, false)));
    let group = RwSignal::new(Group::All);
    let saved = Memo::new(move |_| progress.with(|progress| model::to_save(&progress.counts)));
    // The list knows it under its id, with what was saved before it broke off.
    let import = Memo::new(move |_| {
        let id = progress.with(|progress| progress.summary.as_ref()?.import_id.clone())?;
        let past = desk.past.get()?;
        past.iter().find(|import| import.import_id == id).cloned()
    });
    let undone =
        Memo::new(move |_| import.with(|import| import.as_ref().is_some_and(|past| past.state == ImportState::Undone)));
    let actions = Actions::new();
    let over = Memo::new(move |_| !matches!(stand.get(), Stand::Running | Stand::Waiting));
    // What becomes of the rows is said above then, or they were taken back.
    let settled = Memo::new(move |_| undone.get() || stand.get() == Stand::Done);
    let resumed =
        move || progress.with(|progress| progress.summary.as_ref().map_or(0, |summary| summary.resumed_after_row));
    view! {
        {move || match stand.get() {
            Stand::Running | Stand::Waiting if desk.problem.with(Option::is_none) => view! {
                <Progress desk=desk title=imports::applying kept=imports::apply_kept />
            }
            .into_any(),
            Stand::Done => view! {
                <div class="slot">
                    <div class="banner ok" role="status" data-testid="import-done">
                        <Icon name="ok" />
                        <p>
                            <b>{move || if undone.get() {
                                imports::undone_title().to_owned()
                            } else {
                                imports::done_title(saved.get())
                            }}</b>
                            {move || (!undone.get()).then(imports::done_text)}
                            {move || (resumed() > 0).then(|| imports::done_resumed(resumed()))}
                        </p>
                        <div class="acts"><Ended import=import actions=actions /></div>
                    </div>
                </div>
            }
            .into_any(),
            Stand::Cancelled => view! {
                <div class="slot">
                    <Banner
                        tone=Tone::Hold
                        acts=move || view! {
                            {move || (!undone.get()).then(|| view! {
                                <Button kind="sm" icon="sync" testid="import-resume" on_press=move |_| desk.begin(false)>{imports::go_on}</Button>
                            })}
                            <Ended import=import actions=actions />
                        }
                    >
                        <b>{move || if undone.get() {
                            imports::undone_title().to_owned()
                        } else {
                            imports::stopped_title(saved.get())
                        }}</b>
                        {move || (!undone.get()).then(imports::stopped_text)}
                    </Banner>
                </div>
            }
            .into_any(),
            Stand::Failed(problem) => view! {
                <div class="slot">
                    <Banner
                        tone=Tone::Bad
                        acts=move || view! {
                            <Button kind="sm" icon="sync" on_press=move |_| desk.begin(false)>{imports::go_on}</Button>
                        }
                    >
                        <Problem problem=problem.clone() />
                    </Banner>
                </div>
            }
            .into_any(),
            _ => view! { <div class:slot=move || desk.problem.with(Option::is_some)><ProblemBanner problem=desk.problem /></div> }.into_any(),
        }}
        <Outcomes desk=desk group=group about_all=imports::about_all_done undone=undone />
        <div class="foot">
            <span class="muted grow cut">{move || (!settled.get()).then(imports::then_sent)}</span>
            <Button on_press=move |_| navigator.go(Route::Outbox)>{imports::open_outbox}</Button>
            <Button
                kind="primary"
                testid="import-finish"
                disabled=Signal::derive(move || !over.get())
                on_press=move |_| desk.clear()
            >
                {imports::finish}
            </Button>
        </div>
        <UndoDialog actions=actions />
        <ReportDialog actions=actions desk=desk />
    }
}

/// What can be done with an import that has ended.
#[component]
fn Ended(import: Memo<Option<PastImport>>, actions: Actions) -> impl IntoView {
    move || {
        import.get().map(|import| {
            let (report, failed, undo) = (import.clone(), import.clone(), import.clone());
            view! {
                <Button kind="sm" icon="file" testid="import-report" on_press=move |_| actions.report(&report, false)>{imports::report}</Button>
                {(model::failed(&import.counts) > 0).then(|| view! {
                    <Button kind="sm" icon="out" testid="import-failed" on_press=move |_| actions.report(&failed, true)>
                        {imports::failed_rows}
                    </Button>
                })}
                {model::can_undo(&import).then(|| view! {
                    <Button kind="danger sm" icon="undo" testid="import-undo" on_press=move |_| actions.undo(&undo)>{imports::undo}</Button>
                })}
            }
        })
    }
}
