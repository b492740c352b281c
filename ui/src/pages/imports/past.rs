//! Imports of the past: what became of them, and taking one back.

use domain::ipc::{ImportState, LeftBecause, PastImport, UndoneImport};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model;
use super::report::ReportDialog;
use super::state::Desk;
use crate::components::{Button, Chip, Dialog, Empty, Moment, ProblemBanner, Skeleton, use_toaster};
use crate::i18n::{everywhere, grouped, imports, listed};
use crate::ipc;
use crate::words::field::field_label;

/// Rows that kept something and are named in the dialog.
const LEFT_SHOWN: usize = 50;

/// What somebody is about to do with an import.
#[derive(Clone, Copy)]
pub struct Actions {
    /// Take it back?
    undoing: RwSignal<Option<PastImport>>,
    /// Write its report, or only its failed rows?
    pub reporting: RwSignal<Option<(PastImport, bool)>>,
}

impl Actions {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { undoing: RwSignal::new(None), reporting: RwSignal::new(None) }
    }
    /// Asks whether to take it back.
    pub fn undo(&self, import: &PastImport) {
        self.undoing.set(Some(import.clone()));
    }
    /// Asks where to write it.
    pub fn report(&self, import: &PastImport, failed_only: bool) {
        self.reporting.set(Some((import.clone(), failed_only)));
    }
}

fn state_look(state: ImportState) -> (&'static str, &'static str) {
    match state {
        ImportState::Running => ("hold", imports::s_running()),
        ImportState::Cancelled => ("hold", imports::s_cancelled()),
        ImportState::Done => ("ok", imports::s_done()),
        ImportState::Undoing => ("wait", imports::s_undoing()),
        ImportState::Undone => ("mute", imports::s_undone()),
    }
}

/// The list.
#[component]
pub fn PastImports(desk: Desk) -> impl IntoView {
    let actions = Actions::new();
    let none = Memo::new(move |_| desk.past.get().is_some_and(|past| past.is_empty()));
    let loaded = Memo::new(move |_| desk.past.get().is_some());
    view! {
        <section class="card past" data-testid="import-past">
            <header><h3>{imports::past}</h3></header>
            <ProblemBanner problem=desk.past.problem />
            {move || match (loaded.get(), none.get()) {
                (false, _) => desk.past.problem.with(Option::is_none).then(|| view! { <Skeleton /> }).into_any(),
                (true, true) => view! {
                    <Empty
                        icon="in"
                        title=Signal::derive(|| imports::past_none().to_owned())
                        text=Signal::derive(|| imports::past_none_text().to_owned())
                    />
                }
                .into_any(),
                (true, false) => view! {
                    <table class="tbl tall past-imports" aria-label=imports::past>
                        <colgroup><col class="file" /><col class="when" /><col /><col class="state" /><col class="acts" /></colgroup>
                        <thead>
                            <tr>
                                <th scope="col">{imports::col_file}</th>
                                <th scope="col">{imports::col_when}</th>
                                <th scope="col">{imports::col_counts}</th>
                                <th scope="col">{imports::col_state}</th>
                                <th scope="col"><span class="vh">{imports::col_acts}</span></th>
                            </tr>
                        </thead>
                        <tbody>
                            <For
                                each=move || desk.past.get().map(|past| (*past).clone()).unwrap_or_default()
                                key=|import| (import.import_id.clone(), format!("{:?}", import.state), import.rows)
                                let:import
                            >
                                <Line import=import actions=actions />
                            </For>
                        </tbody>
                    </table>
                }
                .into_any(),
            }}
        </section>
        <UndoDialog actions=actions />
        <ReportDialog actions=actions desk=desk />
    }
}

#[component]
fn Line(import: PastImport, actions: Actions) -> impl IntoView {
    let (begun, state, counts) = (import.begun_at, import.state, import.counts.clone());
    let (saved, failed) = (model::to_save(&counts), model::failed(&counts));
    let can_undo = model::can_undo(&import);
    let import = StoredValue::new(import);
    let source = import.with_value(|import| import.source.clone());
    let actor = import.with_value(|import| import.actor_name.clone());
    let name = import.with_value(|import| import.file_name.clone());
    let label = StoredValue::new(name.clone());
    view! {
        <tr data-testid="import-past-row">
            <td><span class="two name" data-full=name.clone()>{name.clone()}</span><span class="two">{source}</span></td>
            <td><span class="two"><Moment at=begun /></span><span class="two">{actor}</span></td>
            <td>
                <span class="two">{move || imports::past_saved(saved)}</span>
                <span class="two">{move || if failed > 0 { imports::past_failed(failed) } else { imports::past_clean().to_owned() }}</span>
            </td>
            <td><Chip kind=state_look(state).0>{move || state_look(state).1}</Chip></td>
            <td>
                <div class="row g2 acts-cell">
                    <Button kind="quiet sm" on_press=move |_| import.with_value(|import| actions.report(import, false))>
                        {imports::report}
                        <span class="vh">{move || label.get_value()}</span>
                    </Button>
                    {(failed > 0).then(|| view! {
                        <Button kind="quiet sm" on_press=move |_| import.with_value(|import| actions.report(import, true))>
                            {imports::failed_rows}
                            <span class="vh">{move || label.get_value()}</span>
                        </Button>
                    })}
                    {can_undo.then(|| view! {
                        <Button kind="sm" icon="undo" testid="import-past-undo" on_press=move |_| import.with_value(|import| actions.undo(import))>
                            {imports::undo_short}
                            <span class="vh">{move || label.get_value()}</span>
                        </Button>
                    })}
                </div>
            </td>
        </tr>
    }
}

/// Asks, does it, and says what was left.
#[component]
pub fn UndoDialog(actions: Actions) -> impl IntoView {
    let toaster = use_toaster();
    let busy = RwSignal::new(false);
    let done = RwSignal::new(None::<UndoneImport>);
    let close = move || {
        if !busy.get_untracked() {
            actions.undoing.set(None);
            done.set(None);
        }
    };
    let go = move || {
        let Some(import) = actions.undoing.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let answer = ipc::import_undo(&import.import_id).await;
            busy.set(false);
            match answer {
                Ok(undone) => done.set(Some(undone)),
                Err(problem) => {
                    toaster.fail(&problem);
                    actions.undoing.set(None);
                }
            }
        });
    };
    let over = Memo::new(move |_| done.with(Option::is_some));
    view! {
        <Dialog
            open=Signal::derive(move || actions.undoing.with(Option::is_some))
            class="dlg wide"
            title=Signal::derive(move || if over.get() { imports::undone_title() } else { imports::undo_title() }.to_owned())
            on_close=move |()| close()
            footer=move || if over.get() {
                view! { <Button kind="primary" testid="undo-close" on_press=move |_| close()>{everywhere::close}</Button> }.into_any()
            } else {
                view! {
                    <Button testid="undo-keep" disabled=busy on_press=move |_| close()>{imports::undo_keep}</Button>
                    <Button kind="danger solid" icon="undo" testid="undo-confirm" disabled=busy on_press=move |_| go()>
                        {move || if busy.get() { imports::undo_running() } else { imports::undo() }}
                    </Button>
                }
                    .into_any()
            }
        >
            <div class="txt">
                {move || match done.get() {
                    Some(undone) => view! { <Undone undone=undone /> }.into_any(),
                    None => actions.undoing.get().map(|import| view! {
                        <p>{imports::undo_text(import.file_name, grouped(model::to_save(&import.counts)))}</p>
                        <p>{imports::undo_left_text}</p>
                    })
                    .into_any(),
                }}
            </div>
        </Dialog>
    }
}

#[component]
fn Undone(undone: UndoneImport) -> impl IntoView {
    let more = undone.left_rows.saturating_sub(undone.left.len().min(LEFT_SHOWN) as u64);
    let (deleted, restored, left_rows) = (undone.deleted, undone.restored, undone.left_rows);
    view! {
        <p role="status" data-testid="undo-result">{move || model::undone_words(deleted, restored)}</p>
        {(left_rows > 0).then(|| {
            let rows = undone.left.into_iter().take(LEFT_SHOWN).map(|left| {
                let fields: Vec<String> = left.fields.iter().map(|field| field_label(field)).collect();
                let why = match left.because {
                    LeftBecause::ChangedSince => imports::left_changed(),
                    LeftBecause::Gone => imports::left_gone(),
                };
                let what = if fields.is_empty() { imports::left_all().to_owned() } else { listed(&fields) };
                view! {
                    <tr><td class="num faint">{left.row}</td><td class="cut">{left.merchant_id.to_string()}</td><td class="cut">{what}</td><td>{why}</td></tr>
                }
            });
            view! {
                <h4 class="gapped">{imports::left_title(left_rows)}</h4>
                <table class="tbl tight left-rows">
                    <thead>
                        <tr>
                            <th scope="col" class="num">{imports::col_row}</th>
                            <th scope="col">{imports::col_store}</th>
                            <th scope="col">{imports::col_about}</th>
                            <th scope="col">{imports::col_reason}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
                {(more > 0).then(|| view! { <p class="faint">{imports::left_more(more)}</p> })}
            }
        })}
    }
}
