//! Bulk edits of the past, and the way back from each.

use domain::ipc::{BulkEdit, BulkState, Topic};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::clock::{local, use_now};
use crate::components::{Button, Icon, Popover, use_toaster};
use crate::i18n::{bulk, everywhere, listed};
use crate::ipc;
use crate::query::use_query;
use crate::words::field::field_label;
use crate::words::{time, undone_text};

/// The button and its list; nothing while there was no bulk edit.
#[component]
pub fn PastEdits() -> impl IntoView {
    let past = use_query(&[Topic::Bulk], || (), |()| ipc::bulk_edits());
    let any = Memo::new(move |_| past.get().is_some_and(|past| !past.is_empty()));
    let open = RwSignal::new(false);
    move || {
        any.get().then(|| {
            view! {
                <Popover
                    open=open
                    class="btn quiet sm ico"
                    to_left=true
                    label=Some(Signal::derive(|| bulk::past().to_owned()))
                    testid=Some("bulk-past")
                    face=move || view! { <Icon name="clock" size="s" /> }
                >
                    <div class="asking past col g6">
                        <b class="sm">{bulk::past}</b>
                        <ul class="values">
                            {move || {
                                let edits = past.get().map(|past| past.as_ref().clone()).unwrap_or_default();
                                edits.into_iter().map(|edit| view! { <Past edit=edit /> }).collect_view()
                            }}
                        </ul>
                    </div>
                </Popover>
            }
        })
    }
}

fn state(state: BulkState) -> &'static str {
    match state {
        BulkState::Saving | BulkState::Cancelled => bulk::state_cancelled(),
        BulkState::Done => bulk::state_done(),
        BulkState::Undoing => bulk::state_undoing(),
        BulkState::Undone => bulk::state_undone(),
    }
}

#[component]
fn Past(edit: BulkEdit) -> impl IntoView {
    let toaster = use_toaster();
    let now = use_now();
    let id = StoredValue::new(edit.bulk_id.clone());
    let busy = RwSignal::new(false);
    let undo = move |_| {
        busy.set(true);
        spawn_local(async move {
            match ipc::bulk_undo(&id.get_value()).await {
                Ok(done) => toaster.say(undone_text(done)),
                Err(problem) => toaster.fail(&problem),
            }
            busy.try_set(false);
        });
    };
    let fields: Vec<String> = edit.registers.keys().map(ToString::to_string).collect();
    let fields = move || listed(&fields.iter().map(|path| field_label(path)).collect::<Vec<_>>());
    let (saved, stands, can_undo) = (edit.saved, edit.state, edit.state != BulkState::Undone && edit.saved > 0);
    let who = edit.actor_name.clone();
    view! {
        <li class="col g2">
            <span class="sm cut">{fields}</span>
            <span class="row xs faint">
                <span class="grow cut">
                    {move || time::moment(local(edit.begun_at), local(now.get()))}" · "{who}" · "{move || bulk::stores(saved)}" · "{move || state(stands)}
                </span>
                {can_undo
                    .then(|| view! { <Button kind="link sm" icon="undo" testid="bulk-past-undo" disabled=busy on_press=undo>{everywhere::undo}</Button> })}
            </span>
        </li>
    }
}
