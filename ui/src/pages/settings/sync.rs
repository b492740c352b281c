//! Synchronisation: how this device sends, and what is known about server and data.

use chrono::{DateTime, Utc};
use domain::ipc::{DataCheck, Settings, StatusView, Topic};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::sync_form::Form;
use crate::clock::{local, use_now};
use crate::components::{Button, Icon, ProblemBanner, Skeleton, use_toaster};
use crate::i18n::settings as words;
use crate::ipc;
use crate::query::use_query;
use crate::session::use_shared;
use crate::words::time;

/// The server that counts now, where several are given.
fn server_words(status: &StatusView, settings: &Settings) -> Option<String> {
    let several = settings.server.contains(',');
    several.then(|| {
        if status.fallback { words::in_use_standby(&status.server) } else { words::in_use_first(&status.server) }
    })
}

/// What the last comparison with the server found.
pub fn check_words(checked: Option<DataCheck>, moment: impl FnOnce(DateTime<Utc>) -> String) -> String {
    match checked {
        None => words::compared_never().to_owned(),
        Some(DataCheck { at, equal: true, mended: 0 }) => words::compared_equal(moment(at)),
        Some(DataCheck { at, equal: true, mended }) => words::compared_mended(moment(at), mended),
        Some(DataCheck { at, equal: false, .. }) => words::compared_differ(moment(at)),
    }
}

/// Which server counts, and whether its data and this computer's are the same.
#[component]
pub fn DataFacts() -> impl IntoView {
    let shared = use_shared();
    let now = use_now();
    let server = Memo::new(move |_| {
        shared.status().zip(shared.settings.get()).and_then(|(status, settings)| server_words(&status, &settings))
    });
    let checked = Memo::new(move |_| shared.status().and_then(|status| status.checked));
    let compared = move || {
        check_words(checked.get(), |at| {
            let (at, now) = (local(at), local(now.get()));
            if at.date() == now.date() { time::hm(at) } else { time::moment(at, now) }
        })
    };
    let online = Memo::new(move |_| shared.status().is_some_and(|status| status.online && status.session.signed_in));
    let toaster = use_toaster();
    let rebuild = move |_| {
        spawn_local(async move {
            match ipc::rebuild().await {
                Ok(()) => toaster.say(words::rebuild_begun()),
                Err(problem) => toaster.fail(&problem),
            }
        });
    };
    let differ = move || checked.get().is_some_and(|checked| !checked.equal);
    view! {
        <dl class="facts wide">
            {move || server.get().map(|text| view! {
                <dt>{words::in_use}</dt>
                <dd data-testid="server-in-use">{text}</dd>
            })}
            <dt>{words::compared}</dt>
            <dd class:fg-bad=differ data-testid="data-check">{compared}</dd>
        </dl>
        <div class="row g2 wrap">
            <Button icon="sync" testid="rebuild" disabled=Signal::derive(move || !online.get()) on_press=rebuild>
                {words::rebuild}
            </Button>
            <span class="hint">{words::rebuild_hint}</span>
        </div>
    }
}

/// The card.
#[component]
pub fn Synchronisation() -> impl IntoView {
    let shared = use_shared();
    let stored = use_query(&[Topic::Settings, Topic::Session], || (), |()| ipc::sync_settings());
    let may = Memo::new(move |_| shared.status().is_some_and(|status| status.session.may_administer()));
    // What somebody is typing stays until what is stored becomes something else.
    let settings = Memo::new(move |_| stored.get().map(|settings| (*settings).clone()));
    view! {
        <section class="card" id="settings-sync" tabindex="-1">
            <header><h3>{words::sync}</h3></header>
            <div class="in-pad col g12">
                <p class="sm muted">{words::sync_lead}</p>
                {move || (!may.get()).then(|| view! {
                    <p class="msg" data-testid="sync-locked"><Icon name="hold" size="s" />{words::sync_locked}</p>
                })}
                <ProblemBanner problem=stored.problem />
                {move || match settings.get() {
                    Some(settings) => view! { <Form stored=settings may=may /> }.into_any(),
                    None => view! { <Skeleton /> }.into_any(),
                }}
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn a_comparison_says_when_and_what() {
        let at = |equal, mended| Some(DataCheck { at: DateTime::UNIX_EPOCH, equal, mended });
        let table = [
            (None, "还没有核对过", "Not compared with the server yet"),
            (at(true, 0), "10:03 与服务器核对：一致", "Compared with the server at 10:03: they match"),
            (
                at(true, 3),
                "10:03 与服务器核对：修复了 3 条，现在一致",
                "Compared with the server at 10:03: 3 records mended, equal now",
            ),
        ];
        for (checked, chinese, english) in table {
            for (language, expected) in [(Language::Chinese, chinese), (Language::English, english)] {
                set_lang(language);
                assert_eq!(check_words(checked, |_| "10:03".to_owned()), expected);
            }
        }
        assert!(check_words(at(false, 2), |_| "10:03".to_owned()).contains("still different"));
    }
}
