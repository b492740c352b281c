//! Tiles, and how figures are worded. What is not known is a dash, never a zero.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::clock::{local, use_now};
use crate::components::{Banner, Empty, Icon, Tone};
use crate::i18n::{insights, times};
use crate::session::use_shared;
use crate::words::time;

/// A tile.
#[component]
pub fn Figure(
    /// What it counts.
    #[prop(into)]
    label: Signal<String>,
    /// The figure.
    #[prop(into)]
    value: Signal<String>,
    /// What belongs to it.
    #[prop(into)]
    sub: Signal<String>,
    /// Is it bad?
    #[prop(optional, into)]
    bad: Signal<bool>,
    /// For tests.
    testid: &'static str,
) -> impl IntoView {
    view! {
        <div class="kpi" data-testid=testid>
            <dt>{move || bad.get().then(|| view! { <Icon name="bad" size="s" /> })}{label}</dt>
            <dd class:fg-bad=bad>{value}<small>{sub}</small></dd>
        </div>
    }
}

/// The figure, or a dash.
pub fn or_dash(value: Option<String>) -> String {
    value.unwrap_or_else(|| insights::unknown().to_owned())
}

/// Seconds where they matter: `45 秒`, `2 分 27 秒`, `14 分钟`.
pub fn exact_span(seconds: u64) -> String {
    match seconds {
        60..600 if !seconds.is_multiple_of(60) => times::span_min_s(seconds / 60, seconds % 60),
        _ => time::span(seconds),
    }
}

/// `14:31` today, with the day before that.
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (at, now) = (local(at), local(now));
    if at.date() == now.date() { time::hm(at) } else { time::moment(at, now) }
}

/// Says that what is shown is not of now.
#[component]
pub fn Stale(
    /// Could the server be asked?
    #[prop(into)]
    fresh: Signal<bool>,
    /// Of when the figures are.
    #[prop(into)]
    as_of: Signal<Option<DateTime<Utc>>>,
) -> impl IntoView {
    let now = use_now();
    let shared = use_shared();
    let signed_out = move || shared.status().is_some_and(|status| status.phase == domain::ipc::SyncPhase::Paused);
    let reason = move || if signed_out() { insights::signed_out_body() } else { insights::stale_body() };
    move || match (fresh.get(), as_of.get()) {
        (true, _) => ().into_any(),
        (false, Some(at)) => view! {
            <div data-testid="insights-stale">
                <Banner tone=Tone::Plain icon="off">
                    <b>{move || insights::stale_title(moment(at, now.get()))}</b>
                    {reason}
                </Banner>
            </div>
        }
        .into_any(),
        (false, None) => view! {
            <div data-testid="insights-never">
                <Empty
                    icon="off"
                    title=Signal::derive(|| insights::never_title().to_owned())
                    text=Signal::derive(move || {
                        if signed_out() { insights::signed_out_body() } else { insights::never_body() }.to_owned()
                    })
                />
            </div>
        }
        .into_any(),
    }
}
