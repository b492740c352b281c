//! The stores that wait for a decision: one tab stop, arrows or J and K.

use domain::MerchantId;
use domain::review::{Review, ReviewKind};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::desk::{Desk, use_desk};
use super::model::age_s;
use super::table::focus_row;
use crate::clock::use_now;
use crate::components::Icon;
use crate::focus::focus_soon;
use crate::i18n::conflicts;
use crate::keyboard::is_composing;
use crate::words::field::field_label;
use crate::words::time;

fn now_ms(now: chrono::DateTime<chrono::Utc>) -> u64 {
    u64::try_from(now.timestamp_millis()).unwrap_or(0)
}

/// How long the longest has waited, worded.
pub fn oldest(queue: &[Review], now: chrono::DateTime<chrono::Utc>) -> Option<String> {
    queue.first().map(|review| time::span(age_s(review, now_ms(now))))
}

/// Opens the store so many places further; false at the end of the queue.
fn open_next(desk: Desk, by: isize) -> bool {
    let queue = desk.queue.get_untracked();
    let open = desk.open.get_untracked();
    let at = queue.iter().position(|review| Some(&review.merchant_id) == open.as_ref()).unwrap_or(0);
    let to = at.saturating_add_signed(by).min(queue.len().saturating_sub(1));
    if let Some(review) = queue.get(to) {
        desk.show(&review.merchant_id);
    }
    to != at
}

/// The same with the focus on the queue.
pub fn step(desk: Desk, by: isize) {
    open_next(desk, by);
    focus_open();
}

/// Goes to the next field, behind the last one to the next store; the same backwards.
pub fn step_field(desk: Desk, by: isize) {
    let mut moved = false;
    desk.change(|bench| moved = bench.step(by));
    if !moved && open_next(desk, by) {
        desk.change(|bench| bench.select(if by > 0 { 0 } else { usize::MAX }));
    }
    focus_row();
}

fn focus_open() {
    focus_soon("[data-testid=conflict-row][aria-selected=true]");
}

/// The queue.
#[component]
pub fn Queue(
    /// Goes on to the fields of the open store.
    #[prop(into)]
    on_enter: Callback<()>,
) -> impl IntoView {
    let desk = use_desk();
    let list = NodeRef::<html::Ul>::new();
    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => step(desk, 1),
            "ArrowUp" => step(desk, -1),
            "Home" => step(desk, isize::MIN / 2),
            "End" => step(desk, isize::MAX / 2),
            "Enter" => on_enter.run(()),
            _ => return,
        }
        event.prevent_default();
    };
    let ids = Memo::new(move |_| {
        desk.queue.with(|queue| queue.iter().map(|review| review.merchant_id.clone()).collect::<Vec<_>>())
    });
    view! {
        <aside class="queue" aria-label=conflicts::queue_label data-region="queue">
            <ul class="scroll grow" role="listbox" aria-label=conflicts::queue_label node_ref=list on:keydown=keys>
                <For each=move || ids.get() key=MerchantId::clone let:id>
                    <Row id=id />
                </For>
            </ul>
        </aside>
    }
}

#[component]
fn Row(id: MerchantId) -> impl IntoView {
    let desk = use_desk();
    let now = use_now();
    let id = StoredValue::new(id);
    let review = Memo::new(move |_| {
        desk.queue.with(|queue| id.with_value(|id| queue.iter().find(|review| review.merchant_id == *id).cloned()))
    });
    let selected = Memo::new(move |_| desk.open.with(|open| id.with_value(|id| open.as_ref() == Some(id))));
    let chosen = Memo::new(move |_| {
        desk.benches.with(|benches| id.with_value(|id| benches.get(id).map_or(0, super::model::Bench::decided)))
    });
    let refused = Memo::new(move |_| {
        desk.refused.with(|refused| id.with_value(|id| refused.iter().any(|refused| refused.merchant_id == *id)))
    });
    let what = move || {
        review.with(|review| {
            let Some(review) = review else { return String::new() };
            let count = review.items.len();
            match (review.items.as_slice(), chosen.get()) {
                (_, done) if done > 0 => conflicts::queue_left(count.saturating_sub(done), count as u64),
                ([only], _) => conflicts::queue_field_named(field_label(only.field.as_str())),
                _ => conflicts::queue_fields(count as u64),
            }
        })
    };
    let deleted = move || {
        review.with(|review| {
            review
                .as_ref()
                .is_some_and(|review| review.items.iter().any(|item| item.kind == ReviewKind::DeletedAndChanged))
        })
    };
    view! {
        <li
            role="option"
            data-testid="conflict-row"
            data-merchant=id.with_value(|id| id.as_str().to_owned())
            aria-selected=move || selected.get().to_string()
            tabindex=move || if selected.get() { "0" } else { "-1" }
            on:click=move |_| {
                id.with_value(|id| desk.show(id));
                focus_row();
            }
        >
            <span class="cut">{move || review.with(|review| review.as_ref().map(|review| review.merchant_name.clone()))}</span>
            <span class="meta">
                <span class="cut">{what}</span>
                <span class="end">
                    {move || review.with(|review| review.as_ref().map(|review| time::span(age_s(review, now_ms(now.get())))))}
                </span>
            </span>
            {move || deleted().then(|| view! { <span class="meta"><Icon name="trash" size="s" />{conflicts::queue_deleted}</span> })}
            {move || refused.get().then(|| view! { <span class="meta fg-bad"><Icon name="bad" size="s" />{conflicts::queue_refused}</span> })}
        </li>
    }
}
