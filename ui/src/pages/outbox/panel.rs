//! Everything about one line: why, what exactly, how often, and what can be done.

use domain::ipc::{OutboxRow, SyncPhase};
use domain::{EditState, ErrorCode};
use leptos::prelude::*;

use super::list::{LineChip, kept, next_text};
use super::model::{Advice, advice, offers};
use crate::clock::{local, use_now};
use crate::components::{Button, Details, Icon, Moment, Piece, SidePanel, pieces, span_pieces};
use crate::i18n::{everywhere, listed, outbox};
use crate::route::{Route, StoreTab, use_navigator};
use crate::words::change::set_change;
use crate::words::cure::refusal;
use crate::words::field::field_label;
use crate::words::time;
use crate::words::value::value_text;

/// What a person can start from the panel.
#[derive(Clone, Copy)]
pub struct Acts {
    /// Edit the values.
    pub edit: Callback<()>,
    /// Send now.
    pub retry: Callback<()>,
    /// Ask whether to drop it.
    pub discard: Callback<()>,
    /// Close the panel.
    pub close: Callback<()>,
}

/// What to do about a code.
pub fn advice_text(code: ErrorCode) -> &'static str {
    match advice(code) {
        Advice::ChangeValue => outbox::advice_change(),
        Advice::AskOperations => outbox::advice_operations(),
        Advice::WaitForReview => outbox::advice_wait(),
        Advice::ChooseAgain => outbox::advice_choose(),
        Advice::SignIn => outbox::advice_sign_in(),
        Advice::Automatic => outbox::advice_automatic(),
        Advice::CheckDisk => outbox::advice_disk(),
        Advice::TryAgain => outbox::advice_retry(),
    }
}

/// The pieces of one side, what differs marked by an element of its own.
fn marked(pieces: Vec<Piece>, came: bool) -> impl IntoView {
    pieces
        .into_iter()
        .map(|piece| match (piece.differs, came) {
            (false, _) => view! { <span>{piece.text}</span> }.into_any(),
            (true, true) => view! { <ins>{piece.text}</ins> }.into_any(),
            (true, false) => view! { <del>{piece.text}</del> }.into_any(),
        })
        .collect_view()
}

/// The panel of a line.
#[component]
pub fn Panel(
    /// The line.
    #[prop(into)]
    row: Signal<OutboxRow>,
    /// The phase, for what comes next.
    #[prop(into)]
    phase: Signal<SyncPhase>,
    /// What can be started.
    acts: Acts,
) -> impl IntoView {
    let title = Signal::derive(move || row.with(|row| field_label(&row.change.field)));
    let subtitle = Signal::derive(move || row.with(|row| format!("{} · {}", row.merchant_name, row.merchant_id)));
    view! {
        <SidePanel
            label=Signal::derive(|| outbox::panel_label().to_owned())
            title=title
            subtitle=subtitle
            on_close=acts.close
            footer=move || view! { <Footer row=row acts=acts /> }
        >
            <section class="sect">
                <div class="row wrap">
                    <LineChip row=row />
                    <span class="sm muted">{
                        let now = use_now();
                        move || row.with(|row| next_text(row, phase.get(), now.get()))
                    }</span>
                </div>
                <Why row=row />
            </section>
            <section class="sect">
                <h3>{outbox::change}</h3>
                <Lines row=row />
            </section>
            <section class="sect">
                <h3>
                    {outbox::attempts}
                    <span class="end xs faint">
                        {move || match row.with(|row| row.attempts) {
                            0 => outbox::attempts_none().to_owned(),
                            count => outbox::attempts_count(count.into()),
                        }}
                    </span>
                </h3>
                <Tries row=row />
            </section>
            <section class="sect">
                <dl class="facts">
                    <dt>{outbox::facts_author}</dt>
                    <dd>
                        {move || row.with(|row| {
                            if row.actor_name.is_empty() { outbox::nobody().to_owned() } else { row.actor_name.clone() }
                        })}
                    </dd>
                    <dt>{outbox::facts_saved}</dt>
                    <dd><Moment at=Signal::derive(move || row.with(|row| row.at)) /></dd>
                    <dt>{outbox::facts_key}</dt>
                    <dd class="mono">{move || row.with(|row| row.edit_id.to_string())}</dd>
                </dl>
            </section>
        </SidePanel>
    }
}

/// What is not in question any more of the same edit.
fn others_text(settled: &[String]) -> Option<String> {
    let labels: Vec<String> = settled.iter().map(|field| field_label(field)).collect();
    (!labels.is_empty()).then(|| outbox::review_settled(listed(&labels)))
}

/// Why it was refused or did not arrive, and what to do.
#[component]
fn Why(row: Signal<OutboxRow>) -> impl IntoView {
    move || {
        row.with(|row| match (&row.problem, row.state) {
            (Some(problem), state) => {
                let (code, message) = (problem.code, problem.message.clone());
                let (problem, field) = (problem.clone(), row.change.field.clone());
                let refused = state == EditState::Rejected;
                let class = if refused { "banner bad why" } else { "banner why" };
                Some(
                    view! {
                        <div class=class data-testid="outbox-reason">
                            <Icon name=if refused { "bad" } else { "warn" } />
                            <div class="col g2">
                                <b>{move || if refused { outbox::why_refused() } else { outbox::why_failed() }}</b>
                                <p>{move || refusal(&field, &problem)}</p>
                                <p>{move || advice_text(code)}</p>
                                <Details text=message />
                            </div>
                        </div>
                    }
                    .into_any(),
                )
            }
            (None, EditState::InReview) => Some(
                view! {
                    <div class="banner hold why">
                        <Icon name="hold" />
                        <div class="col g2">
                            <p>{outbox::review_note}</p>
                            {others_text(&row.settled).map(|text| view! { <p data-testid="outbox-settled">{text}</p> })}
                        </div>
                    </div>
                }
                .into_any(),
            ),
            (None, _) => None,
        })
    }
}

/// The change as two lines, what differs marked.
#[component]
fn Lines(row: Signal<OutboxRow>) -> impl IntoView {
    move || {
        if let Some(set) = row.with(|row| set_change(&row.change.field, &row.change.before, &row.change.after)) {
            let lines = |items: Vec<String>, came: bool| {
                let (class, sign) = if came { ("add", "+") } else { ("del", "−") };
                items
                    .into_iter()
                    .map(|item| {
                        view! {
                            <span
                                class=format!("s {class}")
                                aria-label=move || if came { everywhere::added() } else { everywhere::removed() }
                            >{sign}</span>
                            <span class=class>{item}</span>
                        }
                    })
                    .collect_view()
            };
            return view! { <div class="dl">{lines(set.went, false)}{lines(set.came, true)}</div> }.into_any();
        }
        if let Some(value) = row.with(kept) {
            return view! { <p class="sm">{outbox::keeps(value)}</p> }.into_any();
        }
        let (before, after) = row.with(|row| {
            let text = |value| value_text(&row.change.field, value);
            (text(&row.change.before), text(&row.change.after))
        });
        let (gone, come) = row.with(|row| match (row.change.before.is_null(), row.change.after.is_null()) {
            (false, false) if row.change.field.starts_with("hours.") => span_pieces(&before, &after),
            (false, false) => pieces(&before, &after),
            // A word that stands for "nothing" is not compared letter by letter.
            _ => (
                vec![Piece { text: before.clone(), differs: false }],
                vec![Piece { text: after.clone(), differs: false }],
            ),
        });
        view! {
            <div class="dl">
                <span class="s del" aria-label=everywhere::value_before>"−"</span>
                <span class="del">{marked(gone, false)}</span>
                <span class="s add" aria-label=everywhere::value_after>"+"</span>
                <span class="add">{marked(come, true)}</span>
            </div>
        }
        .into_any()
    }
}

/// What happened so far, newest first.
#[component]
fn Tries(row: Signal<OutboxRow>) -> impl IntoView {
    let now = use_now();
    let moment = move |at| time::moment(local(at), local(now.get()));
    move || {
        row.with(|row| {
            let (next, attempts, at) = (row.next_attempt_at, row.attempts, row.at);
            let answered = row.state.is_answered();
            let refused = row.state == EditState::Rejected;
            view! {
                <ol class="tl">
                    {next.map(|next| view! { <li class="wait">{outbox::attempt_next}<br /><time>{move || moment(next)}</time></li> })}
                    {answered
                        .then(|| view! { <li class=if refused { "bad" } else { "ok" }>{outbox::attempt_answer}</li> })}
                    {(attempts > 0).then(|| view! { <li>{move || outbox::attempt_sent(attempts.into())}</li> })}
                    <li class="ok">{outbox::attempt_saved}<br /><time>{move || moment(at)}</time></li>
                </ol>
            }
        })
    }
}

#[component]
fn Footer(row: Signal<OutboxRow>, acts: Acts) -> impl IntoView {
    let navigator = use_navigator();
    let offered = Memo::new(move |_| {
        row.with(|row| {
            let offers = offers(row);
            (offers.edit_here, offers.open_conflicts, offers.open_profile, offers.retry, offers.discard, row.state)
        })
    });
    move || {
        let (edit_here, conflicts, profile, retry, discard, state) = offered.get();
        let open =
            move |_| navigator.go(Route::Store(row.with_untracked(|row| row.merchant_id.clone()), StoreTab::Profile));
        view! {
            <div class="row wrap grow">
            {edit_here
                .then(|| view! {
                    <Button kind="primary" icon="draft" keys="E" testid="outbox-edit" on_press=move |_| acts.edit.run(())>
                        {outbox::edit}
                    </Button>
                })}
            {conflicts
                .then(|| view! {
                    <Button kind="primary" icon="clash" testid="outbox-conflicts" on_press=move |_| navigator.go(Route::Conflicts)>
                        {outbox::open_conflicts}
                    </Button>
                })}
            {(profile && !edit_here && !conflicts)
                .then(|| view! {
                    <Button icon="store" keys="E" testid="outbox-open" on_press=open>{outbox::open_profile}</Button>
                })}
            {retry
                .then(|| view! {
                    <Button keys="R" testid="outbox-retry" on_press=move |_| acts.retry.run(())>
                        {move || if state == EditState::Rejected { outbox::retry() } else { outbox::send_now() }}
                    </Button>
                })}
            {discard
                .then(|| view! {
                    <Button kind="danger end" testid="outbox-discard" on_press=move |_| acts.discard.run(())>
                        {outbox::discard}
                    </Button>
                })}
            </div>
        }
    }
}
