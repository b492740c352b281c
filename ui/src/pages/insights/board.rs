//! The alert board: what is about to be ready, how sure that is, and the rider.

use std::collections::BTreeMap;

use domain::OrderId;
use domain::ipc::{ChartView, KitchenInsights};
use domain::orders::AlertView;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::answer::Answer;
use super::model::{Attempt, Rider, rider, share_percent, still_open};
use crate::clock::local;
use crate::components::{Chip, Empty, Icon};
use crate::i18n::insights;
use crate::ipc;
use crate::words::time;

type Attempts = RwSignal<BTreeMap<OrderId, Attempt>>;

/// The board.
#[component]
pub fn Board(
    /// What the shell says.
    answer: Answer<KitchenInsights>,
) -> impl IntoView {
    let attempts: Attempts = RwSignal::new(BTreeMap::new());
    let board = Memo::new(move |_| answer.own(|data| data.board.clone()));
    let strips = Memo::new(move |_| answer.own(|data| Some(data.strips.clone())).unwrap_or_default());
    Effect::new(move |_| {
        if let Some(board) = board.get() {
            attempts.update(|attempts| still_open(attempts, &board));
        }
    });
    let ids = Memo::new(move |_| {
        board.with(|board| {
            board
                .as_ref()
                .map(|board| board.alerts.iter().map(|alert| alert.order.order_id.clone()).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    // The soonest order whose rider is not told yet: its button is the one to press next.
    let first = Memo::new(move |_| {
        board.with(|board| {
            let board = board.as_ref()?;
            let open = |alert: &&AlertView| {
                attempts.with(|attempts| matches!(rider(alert, attempts.get(&alert.order.order_id)), Rider::Offer))
            };
            board.alerts.iter().find(open).map(|alert| alert.order.order_id.clone())
        })
    });
    let lead = move || {
        board.with(|board| {
            board
                .as_ref()
                .and_then(|board| Some(insights::board_lead(board.window_min, share_percent(board.confidence_min)?)))
        })
    };
    let at = move || board.with(|board| board.as_ref().map(|board| insights::board_at(time::hms(local(board.at)))));
    let open_orders = move || board.with(|board| board.as_ref().map_or(0, |board| u64::from(board.open_orders)));
    view! {
        <section class="card" data-testid="alert-board">
            <header>
                <h3><Icon name="bell" />{insights::board_title}</h3>
                <p class="cut">{lead}</p>
                <span class="end xs faint nowrap">{at}</span>
            </header>
            {move || if ids.with(Vec::is_empty) {
                view! {
                    <Empty
                        icon="bell"
                        title=Signal::derive(|| insights::board_empty_title().to_owned())
                        text=Signal::derive(move || insights::board_empty_body(open_orders()))
                    />
                }
                .into_any()
            } else {
                view! {
                    <div class="gap8"></div>
                    <table class="tbl tall alerts" aria-label=insights::board_title>
                        <colgroup>
                            <col />
                            <col class="w72" />
                            <col class="w128" />
                            <col class="sure" />
                            <col class="rider" />
                        </colgroup>
                        <thead>
                            <tr>
                                <th scope="col">{insights::col_order}</th>
                                <th scope="col">{insights::col_p50}</th>
                                <th scope="col">{insights::col_interval}</th>
                                <th scope="col">{insights::col_confidence}</th>
                                <th scope="col">{insights::col_rider}</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || ids.get() key=OrderId::clone let:id>
                                {
                                    let id = StoredValue::new(id);
                                    let alert = Memo::new(move |_| board.with(|board| {
                                        board.as_ref()?.alerts.iter().find(|a| id.with_value(|id| a.order.order_id == *id)).cloned()
                                    }));
                                    let strip = Memo::new(move |_| {
                                        let at = ids.with(|ids| id.with_value(|id| ids.iter().position(|other| other == id)));
                                        strips.with(|strips| at.and_then(|at| strips.get(at).cloned()).unwrap_or_default())
                                    });
                                    let next = Memo::new(move |_| first.with(|first| id.with_value(|id| first.as_ref() == Some(id))));
                                    view! { <Row id=id alert=alert strip=strip next=next attempts=attempts answer=answer /> }
                                }
                            </For>
                        </tbody>
                    </table>
                }
                .into_any()
            }}
        </section>
    }
}

#[component]
fn Row(
    id: StoredValue<OrderId>,
    alert: Memo<Option<AlertView>>,
    strip: Memo<ChartView>,
    next: Memo<bool>,
    attempts: Attempts,
    answer: Answer<KitchenInsights>,
) -> impl IntoView {
    let clock = move |pick: fn(&AlertView) -> chrono::DateTime<chrono::Utc>| {
        alert.with(|alert| alert.as_ref().map(|alert| time::hm(local(pick(alert)))).unwrap_or_default())
    };
    let (from, to) = (move || clock(|a| a.p10_at), move || clock(|a| a.p90_at));
    let dishes = move || {
        alert.with(|alert| {
            alert.as_ref().map(|alert| {
                format!(
                    "{} · {}",
                    alert.order.order_id,
                    insights::items(alert.order.items_done, u64::from(alert.order.items))
                )
            })
        })
    };
    let share = move || alert.with(|alert| alert.as_ref().and_then(|alert| share_percent(alert.confidence)));
    view! {
        <tr
            data-testid="alert-row"
            data-order=id.with_value(|id| id.as_str().to_owned())
            aria-selected=move || next.get().to_string()
        >
            <td>
                <span class="two">{move || alert.with(|alert| alert.as_ref().map(|alert| alert.order.merchant_name.clone()))}</span>
                <span class="two">{dishes}</span>
            </td>
            <td><b>{move || clock(|a| a.p50_at)}</b></td>
            <td>
                <span
                    class="two strip"
                    role="img"
                    aria-label=move || insights::interval_label(from(), to())
                    inner_html=move || strip.with(|strip| strip.svg.clone())
                ></span>
                <span class="two" aria-hidden="true">{move || format!("{}–{}", from(), to())}</span>
            </td>
            <td>
                {move || share().map(|share| view! {
                    <span class="conf"><progress max="100" value=share.to_string() aria-hidden="true"></progress>{format!("{share}%")}</span>
                })}
            </td>
            <RiderCell id=id alert=alert next=next attempts=attempts answer=answer />
        </tr>
    }
}

#[component]
fn RiderCell(
    id: StoredValue<OrderId>,
    alert: Memo<Option<AlertView>>,
    next: Memo<bool>,
    attempts: Attempts,
    answer: Answer<KitchenInsights>,
) -> impl IntoView {
    let cell = NodeRef::<html::Td>::new();
    let state = Memo::new(move |_| {
        alert.with(|alert| {
            alert.as_ref().map(|alert| attempts.with(|attempts| id.with_value(|id| rider(alert, attempts.get(id)))))
        })
    });
    let note = move |attempt: Attempt| {
        attempts.try_update(|attempts| attempts.insert(id.get_value(), attempt));
    };
    let tell = move || {
        note(Attempt::Sending);
        // The button is gone: the focus stays in its place.
        if let Some(cell) = cell.get_untracked() {
            let _ = cell.focus();
        }
        spawn_local(async move {
            match ipc::pickup_ready(id.get_value()).await {
                Ok(()) => note(Attempt::Taken),
                // The general sentence would promise another try, which nobody makes: the button says so itself.
                Err(problem) => note(Attempt::Failed(problem)),
            }
            answer.refetch();
        });
    };
    let button = move |icon: &'static str, label: fn() -> &'static str| {
        let spoken = move || {
            alert.with(|alert| {
                alert.as_ref().map(|a| insights::notify_label(&a.order.merchant_name, a.order.order_id.as_str()))
            })
        };
        view! {
            <button
                type="button"
                class=move || if next.get() { "btn sm primary" } else { "btn sm" }
                data-testid="notify-rider"
                aria-label=spoken
                on:click=move |_| tell()
            >
                <Icon name=icon size="s" />
                {label}
            </button>
        }
    };
    let chip = |kind: &'static str, text: String| view! { <Chip kind=kind>{text}</Chip> };
    let hm = |at| time::hm(local(at));
    view! {
        <td node_ref=cell tabindex="-1" aria-live="polite" data-testid="rider-state">
            {move || match state.get() {
                None => ().into_any(),
                Some(Rider::Offer) => button("bike", insights::notify).into_any(),
                Some(Rider::Failed(_)) => button("warn", insights::notify_failed).into_any(),
                Some(Rider::Sending) => chip("wait", insights::notifying().to_owned()).into_any(),
                Some(Rider::Told(Some(at))) => chip("ok", insights::notified_at(hm(at))).into_any(),
                Some(Rider::Told(None)) => chip("ok", insights::notified().to_owned()).into_any(),
                Some(Rider::PickedUp(Some(at))) => chip("mute", insights::picked_up_at(hm(at))).into_any(),
                Some(Rider::PickedUp(None)) => chip("mute", insights::picked_up().to_owned()).into_any(),
                Some(Rider::Cancelled) => chip("mute", insights::cancelled().to_owned()).into_any(),
            }}
        </td>
    }
}
