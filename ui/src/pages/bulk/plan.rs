//! What a bulk edit would change: counts first, then what is left out and why, then store by store.

use std::sync::Arc;

use domain::ipc::{BulkPlan, LeftStore, StorePlan};
use leptos::prelude::*;

use super::model::{Line, lines, per_field, reason, reason_of_one};
use crate::components::Icon;
use crate::i18n::{bulk, grouped};

/// The preview.
#[component]
pub fn PlanView(plan: Arc<BulkPlan>) -> impl IntoView {
    let (changes, same, left) = (plan.changes, plan.same, plan.exceptions.total());
    let (room, shown) = (plan.room, plan.shown.len() as u64);
    let tile = |testid: &'static str, count: u64, name: fn() -> &'static str| {
        view! { <div data-testid=testid><b>{grouped(count)}</b><span>{name}</span></div> }
    };
    let fields = plan.fields.clone();
    let by_field = move || {
        let counts = per_field(&fields, changes);
        let line = |(label, count): (String, u64)| view! { <li><b>{label}</b>{" "}{grouped(count)}</li> };
        (!counts.is_empty())
            .then(|| view! { <ul class="per-field sm">{counts.into_iter().map(line).collect_view()}</ul> })
    };
    let stores = plan.shown.iter().cloned().map(|plan| view! { <Planned plan=plan /> }).collect_view();
    view! {
        <div class="txt col g12" data-testid="bulk-plan">
            <div class="counts" role="status">
                {tile("bulk-changes", changes, bulk::changes)}
                {tile("bulk-same", same, bulk::same)}
                {tile("bulk-left", left, bulk::left)}
            </div>
            {(changes == 0).then(|| view! { <p class="msg">{bulk::nothing}</p> })}
            {(changes > room)
                .then(|| view! { <p class="msg bad" role="alert"><Icon name="bad" size="s" />{move || bulk::no_room(changes, grouped(room))}</p> })}
            {by_field}
            <Exceptions exceptions=plan.exceptions.clone() />
            {(shown > 0)
                .then(|| {
                    view! {
                        <h3 class="sm">{move || if shown < changes { bulk::first_stores(shown) } else { bulk::all_stores().to_owned() }}</h3>
                        <ul class="choices planned" data-testid="bulk-stores" tabindex="0">{stores}</ul>
                    }
                })}
        </div>
    }
}

/// Stores that do not get all of it: how many for which reason, and which.
#[component]
pub fn Exceptions(exceptions: domain::ipc::Exceptions) -> impl IntoView {
    let unnamed = exceptions.total().saturating_sub(exceptions.named.len() as u64);
    let counts = exceptions.counts.clone();
    let reasons = move || {
        counts
            .iter()
            .map(|(because, count)| view! { <p class="msg warn"><Icon name="clash" size="s" />{reason(*because, *count)}</p> })
            .collect_view()
    };
    let any = exceptions.total() > 0;
    let named = exceptions.named.into_iter().map(|left| view! { <Left left=left /> }).collect_view();
    any.then(|| {
        view! {
            <div class="col g6" data-testid="bulk-exceptions">
                {reasons}
                <details>
                    <summary class="sm">{bulk::which}</summary>
                    <ul class="choices" tabindex="0">{named}</ul>
                    {(unnamed > 0).then(|| view! { <p class="hint">{move || bulk::more(unnamed)}</p> })}
                </details>
            </div>
        }
    })
}

#[component]
fn Left(left: LeftStore) -> impl IntoView {
    let (id, name) = (left.id.to_string(), left.name.clone());
    view! {
        <li class="row sm">
            <b class="cut">{name}</b>
            <span class="xs faint mono">{id}</span>
            <span class="end xs muted cut">{move || reason_of_one(left.because, &left.fields)}</span>
        </li>
    }
}

#[component]
fn Planned(plan: StorePlan) -> impl IntoView {
    let (id, name) = (plan.id.to_string(), plan.name);
    let writes = StoredValue::new(plan.writes);
    let list = move || {
        let line = |Line { fields, before, after }: Line| {
            view! {
                <div class="row sm">
                    <span class="muted nowrap">{fields}</span>
                    {before.map(|before| view! { <span class="was">{before}</span><Icon name="arrow" size="s" /> })}
                    <span class="now">{after}</span>
                </div>
            }
        };
        writes.with_value(|writes| lines(writes)).into_iter().map(line).collect_view()
    };
    view! {
        <li>
            <div class="row sm"><b class="cut">{name}</b><span class="xs faint mono">{id}</span></div>
            {list}
        </li>
    }
}
