//! The banner above the list: the most important thing to say, and its cure.

use domain::ipc::StatusView;
use leptos::prelude::*;

use super::model::Banner as Say;
use crate::components::{Banner, Button, Problem, Tone};
use crate::i18n::outbox;
use crate::route::{Route, use_navigator};
use crate::words::{behind, time};

/// How long the oldest has waited: said anew every few seconds, so it is not part of what is read out.
fn oldest(status: &StatusView) -> String {
    behind(status.oldest_unsynced_s.map(|seconds| outbox::banner_oldest(time::span(seconds))).unwrap_or_default())
}

fn oldest_if_any(status: &StatusView) -> String {
    if status.queued > 0 { oldest(status) } else { String::new() }
}

fn waiting(status: &StatusView, some: impl Fn(u64) -> String) -> String {
    match status.queued {
        0 => outbox::banner_offline_none().to_owned(),
        count => some(count),
    }
}

fn others(rest: u64) -> String {
    if rest > 0 { outbox::banner_refused_rest(rest) } else { String::new() }
}

/// The banner, or nothing.
#[component]
pub fn OutboxBanner(
    /// What to say.
    #[prop(into)]
    say: Signal<Option<Say>>,
    /// Counts and ages.
    #[prop(into)]
    status: Signal<Option<StatusView>>,
    /// Goes to the first refused line.
    #[prop(into)]
    on_first: Callback<()>,
    /// Tries to sync.
    #[prop(into)]
    on_sync: Callback<()>,
) -> impl IntoView {
    let navigator = use_navigator();
    let text = move |of: fn(&StatusView) -> String| move || status.with(|status| status.as_ref().map(of));
    let banner = move |say: Say| {
        match say {
        Say::Problem(problem) => view! {
            <Banner
                tone=Tone::Bad
                acts=move || {
                    view! { <Button kind="sm primary" on_press=move |_| on_sync.run(())>{outbox::banner_error_act}</Button> }
                }
            >
                <b>{outbox::banner_error_title}</b>
                <Problem problem=problem />
                " "
                {text(|status| if status.queued > 0 { outbox::banner_error_kept(status.queued) } else { String::new() })}
            </Banner>
        }
        .into_any(),
        Say::Paused => view! {
            <Banner
                tone=Tone::Hold
                quiet=text(oldest_if_any)
                acts=move || {
                    view! {
                        <Button kind="sm primary" testid="outbox-sign-in" on_press=move |_| navigator.go(Route::SignIn)>
                            {outbox::banner_paused_act}
                        </Button>
                    }
                }
            >
                <b>{outbox::banner_paused_title}</b>
                {text(|status| waiting(status, outbox::banner_paused_body))}
            </Banner>
        }
        .into_any(),
        Say::Offline => view! {
            <Banner
                tone=Tone::Plain
                icon="off"
                quiet=text(oldest_if_any)
                acts=move || {
                    view! { <Button kind="sm" on_press=move |_| navigator.go(Route::Settings)>{outbox::banner_connection}</Button> }
                }
            >
                <b>{outbox::banner_offline_title}</b>
                {text(|status| waiting(status, outbox::banner_offline_body))}
            </Banner>
        }
        .into_any(),
        Say::Syncing => view! {
            <Banner tone=Tone::Wait>
                <b>{outbox::banner_syncing_title}</b>
                {text(|status| if status.queued > 0 { outbox::banner_syncing_body(status.queued) } else { String::new() })}
            </Banner>
        }
        .into_any(),
        Say::Refused { refused, rest } => view! {
            <Banner
                tone=Tone::Clash
                quiet=text(oldest)
                acts=move || {
                    view! {
                        <Button kind="sm" testid="outbox-first" on_press=move |_| on_first.run(())>{outbox::banner_refused_act}</Button>
                    }
                }
            >
                <b>{move || outbox::banner_refused_title(refused)}</b>
                {move || others(rest)}
            </Banner>
        }
        .into_any(),
    }
    };
    move || say.get().map(|say| view! { <div class="slot">{banner(say)}</div> })
}
