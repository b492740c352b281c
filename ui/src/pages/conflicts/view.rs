//! The page: queue, notices, table and foot put together, and its keys.

use leptos::prelude::*;

use super::decide::Decide;
use super::desk::{Desk, use_desk};
use super::model;
use super::notices::Notices;
use super::queue::{self, Queue};
use super::table::{Fields, focus_row};
use crate::clock::use_now;
use crate::components::{Empty, Kbd, ProblemBanner, Skeleton};
use crate::i18n::conflicts;
use crate::keyboard::{PageKey, use_keyboard};
use crate::route::{Route, StoreTab};
use crate::session::use_shared;
use crate::words::joined;

fn in_queue() -> bool {
    document().active_element().is_some_and(|active| active.closest(".queue").ok().flatten().is_some())
}

fn in_row() -> bool {
    let active = document().active_element();
    active.is_some_and(|active| active.closest("[data-testid=conflict-field][tabindex=\"0\"]").ok().flatten().is_some())
}

fn page_key(desk: Desk, key: PageKey) -> bool {
    let PageKey::Letter(letter) = key else { return false };
    // A button that has the focus keeps its own keys, but none of these is one.
    match letter {
        'j' | 'k' => {
            let by = if letter == 'j' { 1 } else { -1 };
            if in_queue() {
                queue::step(desk, by);
            } else {
                queue::step_field(desk, by);
            }
        }
        '1'..='9' => {
            let n = letter.to_digit(10).unwrap_or_default() as usize;
            let chosen = desk.bench.with_untracked(|bench| {
                let bench = bench.as_ref()?;
                Some((bench.current()?.field.clone(), bench.by_key(n)?))
            });
            let Some((field, choice)) = chosen else { return false };
            desk.pick(&field, choice);
            // Enter goes on from the row.
            if !in_row() {
                focus_row();
            }
        }
        'e' if desk.may_review.get_untracked() => {
            let field = desk.bench.with_untracked(|bench| {
                bench.as_ref().and_then(|bench| bench.current().map(|item| item.field.clone()))
            });
            match field.filter(model::typeable) {
                Some(field) => desk.typing.set(Some(field)),
                None => return false,
            }
        }
        'z' if desk.may_review.get_untracked() => {
            desk.undo();
        }
        _ => return false,
    }
    true
}

/// The page.
#[component]
pub fn ConflictsPage() -> impl IntoView {
    let desk = Desk::new();
    provide_context(desk);
    let now = use_now();
    use_keyboard().on_key(move |key| page_key(desk, key));
    let some = Memo::new(move |_| desk.queue.with(|queue| !queue.is_empty()));
    let lead = move || {
        desk.queue.with(|queue| queue::oldest(queue, now.get()).map(|span| conflicts::lead(queue.len() as u64, span)))
    };
    view! {
        <div class="head">
            <h1>{conflicts::title}<small>{lead}</small></h1>
            {move || (some.get() && desk.may_review.get()).then(|| view! { <Keys /> })}
        </div>
        <ProblemBanner problem=desk.reviews.problem />
        {move || {
            if desk.reviews.get().is_none() {
                return desk.reviews.problem.with(Option::is_none).then(|| view! { <Skeleton /> }).into_any();
            }
            if some.get() { view! { <Work /> }.into_any() } else { view! { <Nothing /> }.into_any() }
        }}
    }
}

#[component]
fn Keys() -> impl IntoView {
    view! {
        <div class="keys end" aria-label=conflicts::keys_label>
            <span><Kbd keys="J" /><Kbd keys="K" />{conflicts::key_move}</span>
            <span><Kbd keys="1" /><Kbd keys="2" /><Kbd keys="3" />{conflicts::key_take}</span>
            <span><Kbd keys="E" />{conflicts::key_edit}</span>
            <span><Kbd keys="Enter" />{conflicts::key_next}</span>
            <span><Kbd keys="Z" />{conflicts::key_undo}</span>
        </div>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    let shared = use_shared();
    let text = move || match shared.status().is_some_and(|status| status.online) {
        true => conflicts::empty_body().to_owned(),
        false => joined([conflicts::empty_body(), conflicts::empty_offline()].map(str::to_owned)),
    };
    view! {
        <Notices />
        <Empty icon="ok" title=Signal::derive(|| conflicts::empty_title().to_owned()) text=Signal::derive(text) />
    }
}

#[component]
fn Work() -> impl IntoView {
    let desk = use_desk();
    let name = move || desk.bench.with(|bench| bench.as_ref().map(|bench| bench.review().merchant_name.clone()));
    let id =
        Memo::new(move |_| desk.bench.with(|bench| bench.as_ref().map(|bench| bench.review().merchant_id.clone())));
    let counts = Memo::new(move |_| {
        desk.bench.with(|bench| bench.as_ref().map_or((0, 0), |bench| (bench.decided(), bench.items().len())))
    });
    let decided = move || conflicts::decided(counts.get().0, counts.get().1 as u64);
    view! {
        <div class="bench">
            <Queue on_enter=move |()| focus_row() />
            <section class="work" aria-label=name data-region="work" data-testid="conflict-bench">
                <div class="subj">
                    <h3 class="cut">{name}</h3>
                    <span class="faint nowrap">{move || id.get().map(|id| id.to_string())}</span>
                    {move || id.get().map(|id| view! {
                        <a class="sm nowrap" href=Route::Store(id, StoreTab::Profile).href()>{conflicts::open_store}</a>
                    })}
                    {move || desk.may_review.get().then(|| view! {
                        <span class="end xs muted nowrap">{decided}</span>
                        <progress
                            class="w96"
                            max=move || counts.get().1.to_string()
                            value=move || counts.get().0.to_string()
                            aria-label=decided
                        ></progress>
                    })}
                </div>
                <Notices />
                <Fields />
                {move || desk.may_review.get().then(|| view! { <Decide /> })}
            </section>
        </div>
    }
}
