//! All refused changes together: a refused bulk edit leaves thousands of them, which nobody handles one by one.

use domain::ipc::{OutboxGroup, OutboxPage, Refused, RefusedDone};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Button, Dialog, use_toaster};
use crate::i18n::{listed, outbox};
use crate::ipc;
use crate::words::field::field_label;
use crate::words::joined;

/// Fields that are named in the question.
const FIELDS_NAMED: usize = 8;

/// The fields of refused changes, each once, those that are too many as an ellipsis.
fn fields(refused: &Refused) -> String {
    let mut labels: Vec<String> = Vec::new();
    for label in refused.fields.iter().map(|field| field_label(field)) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    if labels.len() > FIELDS_NAMED {
        labels.truncate(FIELDS_NAMED);
        labels.push("…".to_owned());
    }
    listed(&labels)
}

/// What was done, and what could not be.
fn said(done: RefusedDone, words: fn(u64) -> String) -> String {
    let left = if done.left > 0 { outbox::all_left(done.left) } else { String::new() };
    let did = if done.changes > 0 || done.left == 0 { words(done.changes) } else { String::new() };
    joined([did, left])
}

/// The buttons, while the refused ones are listed and there are several.
#[component]
pub fn AllRefused(
    /// The chosen group.
    #[prop(into)]
    group: Signal<OutboxGroup>,
    /// The counts.
    #[prop(into)]
    page: Signal<OutboxPage>,
) -> impl IntoView {
    let toaster = use_toaster();
    let busy = RwSignal::new(false);
    let asked = RwSignal::new(None::<Refused>);
    let count = Memo::new(move |_| page.with(|page| page.needs_you));
    let several = Memo::new(move |_| group.get() == OutboxGroup::NeedsYou && count.get() > 1);
    // Each of these looks first which ones are refused now: what is refused later was not meant.
    let retry = move || {
        busy.set(true);
        spawn_local(async move {
            let reply = match ipc::refused().await {
                Ok(refused) => ipc::retry_refused(refused.edits).await,
                Err(problem) => Err(problem),
            };
            match reply {
                Ok(done) => toaster.say(said(done, outbox::done_retry_all)),
                Err(problem) => toaster.fail(&problem),
            }
            busy.try_set(false);
        });
    };
    let ask = move || {
        busy.set(true);
        spawn_local(async move {
            match ipc::refused().await {
                Ok(refused) => {
                    asked.try_set(Some(refused));
                }
                Err(problem) => toaster.fail(&problem),
            }
            busy.try_set(false);
        });
    };
    view! {
        {move || several.get().then(|| view! {
            <div class="slot row wrap" data-testid="outbox-all">
                <Button kind="sm" icon="sync" testid="outbox-retry-all" disabled=busy on_press=move |_| retry()>
                    {outbox::retry_all}
                </Button>
                <Button kind="danger sm" icon="trash" testid="outbox-discard-all" disabled=busy on_press=move |_| ask()>
                    {move || outbox::discard_all(count.get())}
                </Button>
            </div>
        })}
        <DiscardAll asked=asked />
    }
}

#[component]
fn DiscardAll(asked: RwSignal<Option<Refused>>) -> impl IntoView {
    let toaster = use_toaster();
    let busy = RwSignal::new(false);
    let close = move || {
        if !busy.get_untracked() {
            asked.set(None);
        }
    };
    let go = move || {
        let Some(refused) = asked.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            match ipc::discard_refused(refused.edits).await {
                Ok(done) => toaster.say(said(done, outbox::done_discard_all)),
                Err(problem) => toaster.fail(&problem),
            }
            busy.try_set(false);
            asked.try_set(None);
        });
    };
    let title = move || asked.with(|asked| asked.as_ref().map(|asked| outbox::discard_all_title(asked.changes)));
    view! {
        <Dialog
            open=Signal::derive(move || asked.with(Option::is_some))
            title=Signal::derive(move || title().unwrap_or_default())
            on_close=move |()| close()
            footer=move || view! {
                <Button testid="discard-all-keep" disabled=busy on_press=move |_| close()>{outbox::discard_keep}</Button>
                <Button kind="danger solid" icon="trash" testid="discard-all-confirm" disabled=busy on_press=move |_| go()>
                    {move || if busy.get() { outbox::discard_all_running() } else { outbox::discard_all_do() }}
                </Button>
            }
        >
            <div class="txt">
                {move || asked.get().map(|asked| view! {
                    <p>{outbox::discard_all_text(asked.merchants, fields(&asked))}</p>
                    <p>{outbox::discard_all_kept}</p>
                })}
            </div>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn what_was_done_and_what_was_not() {
        set_lang(Language::English);
        for (changes, left, text) in [
            (2, 0, "2 changes will be sent now."),
            (
                1,
                3,
                "1 change will be sent now. 3 changes stay: others chose meanwhile, choose again on the conflicts page.",
            ),
            (0, 1, "1 change stays: others chose meanwhile, choose again on the conflicts page."),
        ] {
            assert_eq!(said(RefusedDone { changes, left }, outbox::done_retry_all), text);
        }
        let many = Refused { fields: (0..9).map(|n| format!("custom.{n}")).collect(), ..Refused::default() };
        assert!(fields(&many).ends_with(", …"));
        let twice = Refused { fields: vec!["name".to_owned(), "name".to_owned()], ..Refused::default() };
        assert_eq!(fields(&twice), field_label("name"));
    }
}
