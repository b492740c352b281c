//! A value that is typed instead of taken, checked by the shell before it counts.

use std::time::Duration;

use domain::field::FieldPath;
use domain::ipc::Checked;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::desk::use_desk;
use super::model::{self, Picked};
use crate::components::{Button, Icon, Problem};
use crate::i18n::{conflicts, everywhere};
use crate::ipc;
use crate::keyboard::is_composing;
use crate::words::cure::cure;
use crate::words::field::field_label;
use crate::words::value::value_text;

/// How long typing rests before it is checked.
const REST: Duration = Duration::from_millis(200);

/// The input of a field.
#[component]
pub fn TypedValue(
    /// Which field.
    field: FieldPath,
    /// What stands there at first.
    begin: String,
    /// Gives the focus back to the row.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let desk = use_desk();
    let field = StoredValue::new(field);
    let text = RwSignal::new(begin);
    let checked = RwSignal::new(None::<Checked>);
    let failed = RwSignal::new(None);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    // Asks the shell; with `and_use`, takes the value if it is good.
    let check = move |and_use: bool| {
        let Some(typed) = text.try_get_untracked() else { return };
        let name = field.with_value(|field| model::check_name(field).to_owned());
        spawn_local(async move {
            let reply = ipc::check_field(&name, &typed).await;
            // Of use only if nothing was typed meanwhile.
            if text.try_get_untracked().as_deref() != Some(typed.as_str()) {
                return;
            }
            match reply {
                Ok(found) => {
                    failed.set(None);
                    if and_use && found.ok {
                        let field = field.get_value();
                        let value = model::checked_value(&field, &found.normalised);
                        desk.pick(&field, Picked::Typed(value));
                        // This component ends when nothing is typed any more, so that comes last.
                        on_done.run(());
                        desk.typing.set(None);
                    } else {
                        checked.set(Some(found));
                    }
                }
                Err(problem) => failed.set(Some(problem)),
            }
        });
    };
    let leave = move || {
        on_done.run(());
        desk.typing.set(None);
    };
    on_cleanup(move || {
        if let Some(Some(timer)) = timer.try_get_value() {
            timer.clear();
        }
    });
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
            input.select();
        }
    });
    let keys = move |event: KeyboardEvent| {
        // These keys belong to the input method while it composes. All others go on to the window, which knows that
        // somebody types: F6, Ctrl K and Ctrl Shift S work here as everywhere.
        if is_composing(&event) {
            return;
        }
        match event.key().as_str() {
            "Enter" => check(true),
            "Escape" => leave(),
            _ => return,
        }
        event.stop_propagation();
        event.prevent_default();
    };
    let typed = move |event| {
        text.set(event_target_value(&event));
        checked.set(None);
        if let Some(before) = timer.get_value() {
            before.clear();
        }
        timer.set_value(set_timeout_with_handle(move || check(false), REST).ok());
    };
    let bad = Memo::new(move |_| checked.with(|checked| checked.as_ref().is_some_and(|checked| !checked.ok)));
    let label = move || field.with_value(|field| conflicts::input_label(field_label(field.as_str())));
    view! {
        <div class="typed" class:bad=bad on:click=|event| event.stop_propagation()>
            <input
                class="in sm"
                node_ref=input
                autocomplete="off"
                data-testid="conflict-input"
                aria-label=label
                aria-invalid=move || bad.get().to_string()
                aria-describedby="conflict-input-note"
                prop:value=move || text.get()
                on:input=typed
                on:keydown=keys
            />
            <div id="conflict-input-note" aria-live="polite">
                {move || match (failed.get(), checked.get()) {
                    (Some(problem), _) => view! {
                        <div class="msg bad"><Icon name="bad" size="s" /><Problem problem=problem /></div>
                    }
                    .into_any(),
                    (None, None) => view! { <p class="hint">{conflicts::input_hint}</p> }.into_any(),
                    (None, Some(found)) if found.ok => {
                        let stored = move || field.with_value(|field| {
                            conflicts::stored_as(value_text(field.as_str(), &model::checked_value(field, &found.normalised)))
                        });
                        view! { <p class="hint">{stored}</p> }.into_any()
                    }
                    (None, Some(found)) => found
                        .errors
                        .into_iter()
                        .map(|finding| {
                            let text = move || field.with_value(|field| cure(model::check_name(field), finding.code));
                            view! { <p class="msg bad"><Icon name="bad" size="s" />{text}</p> }
                        })
                        .collect_view()
                        .into_any(),
                }}
            </div>
            <div class="row">
                <Button kind="sm primary" testid="conflict-input-use" on_press=move |_| check(true)>{conflicts::input_use}</Button>
                <Button kind="sm" on_press=move |_| leave()>{everywhere::cancel}</Button>
            </div>
        </div>
    }
}
