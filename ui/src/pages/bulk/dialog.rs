//! The dialog of a bulk edit, and its buttons.

use std::sync::Arc;

use domain::ipc::{BulkProgress, BulkRequest, BulkSaved, Topic};
use leptos::prelude::*;

use super::flow::{Flow, Stage};
use super::plan::{Exceptions, PlanView};
use crate::components::{Button, Dialog, Icon, Problem};
use crate::focus::focus_if_lost;
use crate::i18n::{bulk, everywhere, grouped};
use crate::ipc;
use crate::query::use_query;
use crate::route::Route;

/// The dialog. Its children choose stores and change.
#[component]
pub fn BulkDialog(
    /// Its way.
    flow: Flow,
    /// What it does.
    #[prop(into)]
    title: Signal<String>,
    /// What was chosen; nothing while that is incomplete. Tracked.
    #[prop(into)]
    request: Signal<Option<BulkRequest>>,
    /// Do the children say a problem of this field where it is chosen? Tracked.
    #[prop(optional, into)]
    says_itself: Option<Callback<String, bool>>,
    /// Where stores and change are chosen.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    // The buttons of a stage are gone with it; the one that changes nothing comes first.
    Effect::new(move |_| {
        let next = flow.stage.with(|stage| match stage {
            Stage::Choosing => Some("dialog.bulk :is(select, input)"),
            Stage::Looking(_) => Some("[data-testid=bulk-back]"),
            Stage::Saved(_) => Some("[data-testid=bulk-close]"),
            Stage::Planning | Stage::Saving | Stage::Undoing(_) => None,
        });
        if let Some(next) = next.filter(|_| flow.open.get_untracked()) {
            focus_if_lost(next);
        }
    });
    view! {
        <Dialog
            open=flow.open
            on_close=move |()| flow.close()
            title=title
            class="dlg wide bulk"
            footer=move || view! { <Footer flow=flow request=request /> }
        >
            {move || match flow.stage.get() {
                Stage::Choosing => children.with_value(|children| children()).into_any(),
                Stage::Planning => view! { <Progress title=bulk::planning /> }.into_any(),
                Stage::Saving => view! { <Progress title=bulk::saving /> }.into_any(),
                Stage::Undoing(_) => view! { <Progress title=bulk::undoing /> }.into_any(),
                Stage::Looking(plan) => view! { <PlanView plan=plan /> }.into_any(),
                Stage::Saved(saved) => view! { <Saved saved=saved /> }.into_any(),
            }}
            {move || {
                // Said once: beside what it is about, or else here.
                let said = |field: &String| says_itself.is_some_and(|says| says.run(field.clone()));
                let choosing = flow.stage.with(|stage| *stage == Stage::Choosing);
                flow.problem
                    .get()
                    .filter(|problem| !(choosing && problem.field.as_ref().is_some_and(said)))
                    .map(|problem| view! { <div class="msg bad padl" role="alert"><Icon name="bad" size="s" /><Problem problem=problem /></div> })
            }}
        </Dialog>
    }
}

#[component]
fn Footer(flow: Flow, request: Signal<Option<BulkRequest>>) -> impl IntoView {
    let close = move |_| flow.close();
    move || match flow.stage.get() {
        Stage::Choosing => view! {
            <Button on_press=close>{everywhere::cancel}</Button>
            <Button
                kind="primary"
                testid="bulk-preview"
                disabled=Signal::derive(move || request.with(Option::is_none))
                on_press=move |_| {
                    if let Some(request) = request.get_untracked() {
                        flow.preview(request);
                    }
                }
            >
                {bulk::preview}
            </Button>
        }
        .into_any(),
        Stage::Planning => {
            view! { <Button testid="bulk-stop" on_press=move |_| flow.stop()>{everywhere::cancel}</Button> }.into_any()
        }
        Stage::Looking(plan) => {
            let (changes, room) = (plan.changes, plan.room);
            let plan = StoredValue::new(plan);
            view! {
                <Button testid="bulk-back" on_press=move |_| flow.back()>{bulk::back}</Button>
                <Button
                    kind="primary"
                    testid="bulk-save"
                    disabled=Signal::stored(changes == 0 || changes > room)
                    on_press=move |_| flow.save(plan.get_value())
                >
                    {move || bulk::save(changes)}
                </Button>
            }
            .into_any()
        }
        Stage::Saving | Stage::Undoing(_) => view! {
            <Button testid="bulk-stop" on_press=move |_| flow.stop()>{bulk::stop}</Button>
            <Button kind="primary" on_press=close>{bulk::go_on_behind}</Button>
        }
        .into_any(),
        Stage::Saved(saved) => {
            let can_undo = saved.saved > 0;
            let saved = StoredValue::new(saved);
            view! {
                {can_undo
                    .then(|| {
                        view! {
                            <Button icon="undo" testid="bulk-undo" on_press=move |_| flow.undo(saved.get_value())>
                                {bulk::undo}
                            </Button>
                        }
                    })}
                <Button kind="primary" testid="bulk-close" on_press=close>{everywhere::close}</Button>
            }
            .into_any()
        }
    }
}

/// How far it is.
#[component]
pub fn Progress(
    /// What is under way.
    title: fn() -> &'static str,
) -> impl IntoView {
    let progress = use_query(&[Topic::Bulk], || (), |()| ipc::bulk_progress());
    let now = move || progress.get().map(|progress| *progress).unwrap_or_default();
    let counted = move || {
        let BulkProgress { done, total, .. } = now();
        (total > 0).then(|| bulk::done_of(grouped(done), grouped(total)))
    };
    view! {
        <div class="txt col g12" data-testid="bulk-progress">
            <p role="status">{title}</p>
            <progress
                aria-label=title
                max=move || now().total.max(1).to_string()
                value=move || now().done.to_string()
            ></progress>
            <p class="sm faint num">{counted}</p>
        </div>
    }
}

/// What was saved, and what was left out meanwhile.
#[component]
fn Saved(saved: Arc<BulkSaved>) -> impl IntoView {
    let (count, cancelled) = (saved.saved, saved.cancelled);
    view! {
        <div class="txt col g12" data-testid="bulk-saved">
            <p role="status"><Icon name="ok" />{" "}<b>{move || bulk::saved(count)}</b></p>
            {cancelled.then(|| view! { <p class="msg warn"><Icon name="bad" size="s" />{bulk::stopped}</p> })}
            <p class="sm">{bulk::saved_text}{" "}<a href=Route::Outbox.href()>{bulk::to_outbox}</a></p>
            <Exceptions exceptions=saved.exceptions.clone() />
        </div>
    }
}
