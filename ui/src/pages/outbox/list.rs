//! The list: only the rows that are seen are in the page.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::ipc::{OutboxGroup, OutboxRow, SyncPhase};
use domain::{EditState, ErrorCode, Value};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::model::{self, Next, ROW_PX};
use crate::clock::{local, use_now};
use crate::components::{Chip, Icon, use_size};
use crate::i18n::{everywhere, outbox};
use crate::keyboard::is_composing;
use crate::words::change::set_change;
use crate::words::field::field_label;
use crate::words::time;
use crate::words::value::value_text;

/// Height of the heading row, in CSS pixels.
const HEADING_PX: f64 = 35.0;

/// The rows that are loaded, and where they begin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Number of the first.
    pub offset: u64,
    /// The rows.
    pub rows: Arc<Vec<OutboxRow>>,
    /// All rows of the group.
    pub total: u64,
}

impl Loaded {
    /// The row with this number, if it is loaded.
    pub fn row(&self, index: u64) -> Option<OutboxRow> {
        let at = usize::try_from(index.checked_sub(self.offset)?).ok()?;
        self.rows.get(at).cloned()
    }
}

/// The word of a state.
fn state_label(state: EditState) -> &'static str {
    match state {
        EditState::Rejected => everywhere::state_rejected(),
        EditState::InReview => everywhere::state_in_review(),
        EditState::Sending => everywhere::state_sending(),
        _ => everywhere::state_queued(),
    }
}

/// The chip of a line: what the group says, where it says more than the state.
#[component]
pub fn LineChip(
    /// The line.
    #[prop(into)]
    row: Signal<OutboxRow>,
) -> impl IntoView {
    move || {
        let (state, group) = row.with(|row| (row.state, row.group));
        let (kind, icon) = match (state, group) {
            (EditState::Rejected, _) => ("bad", "bad"),
            (EditState::InReview, _) => ("hold", "hold"),
            (EditState::Sending, _) | (_, OutboxGroup::Retrying) => ("wait", "sync"),
            _ => ("wait", "wait"),
        };
        let label = move || match (state, group) {
            (EditState::Queued, OutboxGroup::Retrying) => outbox::state_retrying(),
            (state, _) => state_label(state),
        };
        view! { <Chip kind=kind icon=icon>{label}</Chip> }
    }
}

/// What happens next, in words.
pub fn next_text(row: &OutboxRow, phase: SyncPhase, now: DateTime<Utc>) -> String {
    match model::next(row, phase, now) {
        Next::Fix if row.problem.as_ref().is_some_and(|p| p.code == ErrorCode::ReviewMoved) => {
            outbox::next_choose().to_owned()
        }
        Next::Fix => outbox::next_fix().to_owned(),
        Next::Review => outbox::next_review().to_owned(),
        Next::Sending => outbox::next_sending().to_owned(),
        Next::InSeconds(seconds) => outbox::next_in(time::span(seconds)),
        Next::WhenOnline => outbox::next_online().to_owned(),
        Next::AfterSignIn => outbox::next_sign_in().to_owned(),
        Next::AfterRepair => outbox::next_repair().to_owned(),
        Next::Batch => outbox::next_batch().to_owned(),
    }
}

fn side(field: &str, value: &Value) -> String {
    if value.is_null() && field != domain::field::DELETED { "—".to_owned() } else { value_text(field, value) }
}

/// The value of a line that leaves it as it was: a decision for what was there before.
pub fn kept(row: &OutboxRow) -> Option<String> {
    let text = |value: &Value| value_text(&row.change.field, value);
    let (before, after) = (text(&row.change.before), text(&row.change.after));
    (before == after).then_some(after)
}

/// The list.
#[component]
pub fn List(
    /// What is loaded.
    #[prop(into)]
    loaded: Signal<Loaded>,
    /// Number of the selected row.
    #[prop(into)]
    cursor: Signal<u64>,
    /// The phase, for what comes next.
    #[prop(into)]
    phase: Signal<SyncPhase>,
    /// The rows that are seen: first, and the one after the last.
    seen: WriteSignal<(u64, u64)>,
    /// Selects a row.
    #[prop(into)]
    on_select: Callback<u64>,
    /// Opens the selected row.
    #[prop(into)]
    on_open: Callback<()>,
) -> impl IntoView {
    let viewport = NodeRef::<html::Div>::new();
    let size = use_size(viewport);
    let scrolled = RwSignal::new(0.0_f64);
    let total = Memo::new(move |_| loaded.with(|loaded| loaded.total));
    let range = Memo::new(move |_| model::visible(scrolled.get(), size.get().1, total.get()));
    Effect::new(move |_| seen.set(range.get()));

    // The selected row is scrolled into view when it changes, not when somebody scrolls away from it.
    Effect::new(move |before: Option<u64>| {
        let row = cursor.get();
        if before.is_some_and(|before| before != row)
            && let Some(viewport) = viewport.get_untracked()
        {
            let (top, height) = (f64::from(viewport.scroll_top()), size.get_untracked().1);
            if let Some(to) = model::scroll_to(row, top, height, HEADING_PX) {
                // Within the list's height, far below an i32's limit.
                #[allow(clippy::cast_possible_truncation)]
                viewport.set_scroll_top(to as i32);
            }
        }
        row
    });
    // The focus follows the cursor, but is never taken from elsewhere.
    let rows = NodeRef::<html::Tbody>::new();
    Effect::new(move |_| {
        let row = cursor.get();
        request_animation_frame(move || {
            let Some(body) = rows.try_get_untracked().flatten() else { return };
            let within = document().active_element().is_some_and(|active| body.contains(Some(&active)));
            if within && let Ok(Some(line)) = body.query_selector(&format!("[data-row=\"{row}\"]")) {
                use wasm_bindgen::JsCast;
                if let Ok(line) = line.dyn_into::<web_sys::HtmlElement>() {
                    let _ = line.focus();
                }
            }
        });
    });

    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        let page = (size.get_untracked().1 / ROW_PX).max(1.0) as i64;
        let by = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "PageDown" => page,
            "PageUp" => -page,
            "Home" => i64::MIN / 2,
            "End" => i64::MAX / 2,
            "Enter" => {
                event.prevent_default();
                on_open.run(());
                return;
            }
            _ => return,
        };
        event.prevent_default();
        on_select.run(model::moved(cursor.get_untracked(), by, total.get_untracked()));
    };

    view! {
        <div
            class="scroll"
            node_ref=viewport
            on:scroll=move |_| {
                if let Some(viewport) = viewport.get_untracked() {
                    scrolled.set(f64::from(viewport.scroll_top()));
                }
            }
        >
            <table
                class="tbl tall outbox"
                aria-label=outbox::table_label
                aria-rowcount=move || (total.get() + 1).to_string()
                data-testid="outbox-list"
            >
                <colgroup>
                    <col class="state" />
                    <col class="what" />
                    <col />
                    <col class="w64" />
                    <col class="next" />
                </colgroup>
                <thead>
                    <tr aria-rowindex="1">
                        <th scope="col">{outbox::col_state}</th>
                        <th scope="col">{outbox::col_what}</th>
                        <th scope="col">{outbox::col_change}</th>
                        <th scope="col" class="num">{outbox::col_attempts}</th>
                        <th scope="col">{outbox::col_next}</th>
                    </tr>
                </thead>
                <tbody node_ref=rows on:keydown=keys>
                    <tr class="spacer" aria-hidden="true">
                        <td style:height=move || format!("{}px", range.get().0 as f64 * ROW_PX)></td>
                    </tr>
                    <For each=move || { let (first, last) = range.get(); first..last } key=|index| *index let:index>
                        <Row index=index loaded=loaded cursor=cursor phase=phase on_select=on_select on_open=on_open />
                    </For>
                    <tr class="spacer" aria-hidden="true">
                        <td
                            style:height=move || format!("{}px", total.get().saturating_sub(range.get().1) as f64 * ROW_PX)
                        ></td>
                    </tr>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(
    index: u64,
    loaded: Signal<Loaded>,
    cursor: Signal<u64>,
    phase: Signal<SyncPhase>,
    on_select: Callback<u64>,
    on_open: Callback<()>,
) -> impl IntoView {
    let now = use_now();
    let row = Memo::new(move |_| loaded.with(|loaded| loaded.row(index)));
    let selected = Memo::new(move |_| cursor.get() == index);
    view! {
        <tr
            data-testid="outbox-row"
            data-row=index.to_string()
            data-state=move || row.with(|row| row.as_ref().map(|row| row.state.as_str()))
            aria-rowindex=(index + 2).to_string()
            aria-selected=move || selected.get().to_string()
            tabindex=move || if selected.get() { "0" } else { "-1" }
            on:click=move |_| on_select.run(index)
            on:dblclick=move |_| on_open.run(())
        >
            {move || match row.get() {
                None => view! { <td><span class="sk b"></span></td> }.into_any(),
                Some(row) => {
                    let set = set_change(&row.change.field, &row.change.before, &row.change.after);
                    let kept = kept(&row);
                    let (row, shown) = (StoredValue::new(row.clone()), Signal::stored(row));
                    let what = move || row.with_value(|row| {
                        format!("{} · {} {}", field_label(&row.change.field), row.actor_name, time::hm(local(row.at)))
                    });
                    let before = move || row.with_value(|row| side(&row.change.field, &row.change.before));
                    let after = move || row.with_value(|row| side(&row.change.field, &row.change.after));
                    let (group, attempts) = row.with_value(|row| (row.group, row.attempts));
                    view! {
                        <td><LineChip row=shown /></td>
                        <td>
                            <span class="two">{row.with_value(|row| row.merchant_name.clone())}</span>
                            <span class="two">{what}</span>
                        </td>
                        <td>
                            {match (set, kept) {
                                (Some(set), _) => view! {
                                    <div class="cut" data-testid="outbox-set">{move || set.words()}</div>
                                }
                                .into_any(),
                                (None, Some(value)) => view! {
                                    <div class="cut" data-testid="outbox-kept">{outbox::keeps(value)}</div>
                                }
                                .into_any(),
                                (None, None) => view! {
                                    <div class="diff">
                                        <del class="was cut" class:nothing=move || before() == "—" data-full=before><span class="vh">{outbox::sr_was}</span>{before}</del>
                                        <Icon name="arrow" size="s" />
                                        <span class="now cut" data-full=after><span class="vh">{outbox::sr_now}</span>{after}</span>
                                    </div>
                                }
                                .into_any(),
                            }}
                        </td>
                        <td class="num" class:faint=attempts == 0>{attempts}</td>
                        <td class=if group == OutboxGroup::NeedsYou { "fg-bad" } else { "faint" }>
                            {move || row.with_value(|row| next_text(row, phase.get(), now.get()))}
                        </td>
                    }
                        .into_any()
                }
            }}
        </tr>
    }
}
