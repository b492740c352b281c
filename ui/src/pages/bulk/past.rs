//! Bulk edits of the past, and the way back from each.

use domain::ipc::{BulkEdit, BulkState, Topic};
use leptos::prelude::*;

use super::undo::{UndoDialog, use_undoing};
use crate::clock::{local, use_now};
use crate::components::{Button, Icon, Popover};
use crate::focus::focus_on;
use crate::i18n::{bulk, everywhere, listed};
use crate::ipc;
use crate::query::use_query;
use crate::words::field::field_label;
use crate::words::time;

/// The button and its list; nothing while there was no bulk edit.
#[component]
pub fn PastEdits() -> impl IntoView {
    let past = use_query(&[Topic::Bulk], || (), |()| ipc::bulk_edits());
    let any = Memo::new(move |_| past.get().is_some_and(|past| !past.is_empty()));
    let open = RwSignal::new(false);
    let undoing = use_undoing();
    // The button has the focus before the question comes, and gets it back from there: what was pressed is gone then.
    let ask = Callback::new(move |edit: BulkEdit| {
        open.set(false);
        focus_button();
        undoing.ask(edit);
    });
    let list = move || {
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
                                edits.into_iter().map(|edit| view! { <Past edit=edit on_undo=ask /> }).collect_view()
                            }}
                        </ul>
                    </div>
                </Popover>
            }
        })
    };
    view! {
        {list}
        <UndoDialog undoing=undoing />
    }
}

fn focus_button() {
    focus_on("[data-testid=bulk-past]");
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
fn Past(edit: BulkEdit, on_undo: Callback<BulkEdit>) -> impl IntoView {
    let now = use_now();
    let fields: Vec<String> = edit.registers.keys().map(ToString::to_string).collect();
    let fields = move || listed(&fields.iter().map(|path| field_label(path)).collect::<Vec<_>>());
    let (saved, stands, can_undo) = (edit.saved, edit.state, edit.state != BulkState::Undone && edit.saved > 0);
    let (who, begun_at) = (edit.actor_name.clone(), edit.begun_at);
    let edit = StoredValue::new(edit);
    view! {
        <li class="col g2">
            <span class="sm cut">{fields}</span>
            <span class="row xs faint">
                <span class="grow cut">
                    {move || time::moment(local(begun_at), local(now.get()))}" · "{who}" · "{move || bulk::stores(saved)}" · "{move || state(stands)}
                </span>
                {can_undo
                    .then(|| view! {
                        <Button kind="link sm" icon="undo" testid="bulk-past-undo" on_press=move |_| on_undo.run(edit.get_value())>
                            {everywhere::undo}
                        </Button>
                    })}
            </span>
        </li>
    }
}
