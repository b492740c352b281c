//! The status bar: what waits, and apart from it whether the server can be reached.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::ipc::{StatusView, SyncPhase};
use leptos::prelude::*;

use super::status_words::sync_words;
use crate::clock::{local, use_now};
use crate::components::Icon;
use crate::i18n::shell;
use crate::route::Route;
use crate::session::use_shared;
use crate::words::problem::sentence;
use crate::words::time;

/// Screen readers are told of a change at most this often.
const SPOKEN_EVERY: Duration = Duration::from_secs(10);

/// The text that is spoken: follows `text`, but at most every ten seconds.
fn spoken(text: Signal<String>) -> ReadSignal<String> {
    let (said, say) = signal(String::new());
    let waiting = StoredValue::new(false);
    Effect::new(move |_| {
        let text_now = text.get();
        if waiting.get_value() || text_now == said.get_untracked() {
            return;
        }
        say.set(text_now);
        waiting.set_value(true);
        set_timeout(
            move || {
                waiting.try_set_value(false);
                if let Some(newest) = text.try_get_untracked() {
                    say.try_set(newest);
                }
            },
            SPOKEN_EVERY,
        );
    });
    said
}

/// `14:21`, with the day if it was another one.
fn when(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (at, now) = (local(at), local(now));
    if at.date() == now.date() { time::hm(at) } else { time::moment(at, now) }
}

fn connection(status: &StatusView) -> (&'static str, String) {
    match (status.online, status.latency_ms, status.next_attempt_at) {
        (true, Some(latency), _) => ("cloud", shell::reachable_ms(time::span_ms(latency))),
        (true, None, _) => ("cloud", shell::reachable().to_owned()),
        (false, _, Some(next)) => {
            ("off", format!("{} · {}", shell::unreachable(), shell::next_attempt(time::hms(local(next)))))
        }
        (false, _, None) => ("off", shell::unreachable().to_owned()),
    }
}

/// The status bar.
#[component]
pub fn StatusBar() -> impl IntoView {
    let shared = use_shared();
    let now = use_now();
    // Age of the oldest grows between two answers of the shell.
    let asked = StoredValue::new(now.get_untracked());
    Effect::new(move |_| {
        shared.status.data.track();
        asked.set_value(crate::clock::now());
    });
    let words = Memo::new(move |_| {
        let now = now.get();
        shared.status().map(|status| {
            let mut status = (*status).clone();
            let since = (now - asked.get_value()).num_seconds();
            status.oldest_unsynced_s = status.oldest_unsynced_s.map(|age| age + u64::try_from(since).unwrap_or(0));
            sync_words(&status)
        })
    });
    let said = spoken(Signal::derive(move || {
        words.get().map(|words| format!("{} {}", words.count, words.detail)).unwrap_or_default()
    }));
    let sync = move || {
        words.get().map(|words| {
            let size = if words.icon == "sync" { "spin" } else { "" };
            view! {
                <a class=format!("sync {}", words.class) href=Route::Outbox.href() data-testid="status-sync">
                    <Icon name=words.icon size=size />
                    <span aria-hidden="true">{words.count}<small>{words.detail}</small></span>
                    <span class="vh" role="status">{said}</span>
                </a>
            }
        })
    };
    let rest = move || {
        shared.status().map(|status| {
            let (icon, text) = connection(&status);
            let last = status
                .last_sync_at
                .map_or_else(|| shell::never_synced().to_owned(), |at| shell::last_sync(when(at, now.get())));
            let damaged = status.checked.filter(|checked| !checked.equal);
            let memory = status.session.signed_in && status.session.secret_store == domain::ipc::SecretStore::Memory;
            view! {
                <span class="sep"></span>
                <span data-testid="status-connection" title=status.server.clone()><Icon name=icon />{text}</span>
                {status
                    .fallback
                    .then(|| view! {
                        <span class="fg-hold" data-testid="status-server" title=status.server.clone()>
                            <Icon name="link" />{shell::standby}
                        </span>
                    })}
                <span class="sep"></span>
                <span data-testid="status-last-sync">{last}</span>
                <span class="grow"></span>
                {damaged
                    .map(|_| view! {
                        <a class="fg-bad" href=Route::Settings.href() data-testid="status-data"><Icon name="warn" />{shell::data_differ}</a>
                        <span class="sep"></span>
                    })}
                {status
                    .clock_ahead_ms
                    .map(|ahead| {
                        view! {
                            <span class="fg-clash"><Icon name="warn" />{shell::clock_ahead(time::span_ms(ahead))}</span>
                            <span class="sep"></span>
                        }
                    })}
                {memory.then(|| view! {
                    <span><Icon name="key" />{shell::memory_only}</span>
                    <span class="sep"></span>
                })}
                <span data-testid="status-device"><Icon name="dev" />{status.device_name.clone()}</span>
            }
        })
    };
    let failed = move || {
        shared
            .status
            .problem
            .get()
            .filter(|_| shared.status().is_none_or(|status| status.phase != SyncPhase::Error))
            .map(|problem| {
                view! {
                    <span class="fg-bad" title=sentence(problem.code)>
                        <Icon name="bad" />
                        {shell::problem_status}
                    </span>
                }
            })
    };
    view! {
        <footer class="status" aria-label=shell::status_bar data-region="status">
            {sync}
            {rest}
            {failed}
        </footer>
    }
}
