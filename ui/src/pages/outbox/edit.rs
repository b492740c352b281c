//! A refused edit, put right and sent again.

use std::time::Duration;

use domain::ipc::{Checked, OutboxRow, Resend};
use domain::{EditId, Value};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model::{EditLine, edit_lines, writes};
use crate::components::{Button, Dialog, Icon, use_toaster};
use crate::i18n::{common, outbox};
use crate::ipc;
use crate::keyboard::is_composing;
use crate::words::field::field_label;
use crate::words::problem::{problem_text, sentence};
use crate::words::value::value_text;

/// How long typing rests before it is checked.
const REST: Duration = Duration::from_millis(200);

/// What is being edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Editing {
    /// The refused edit.
    pub edit_id: EditId,
    /// Of which store.
    pub store: String,
    /// Its lines.
    pub lines: Vec<EditLine>,
}

impl Editing {
    /// Starts to edit; nothing if the profile is the better place.
    pub fn begin(row: &OutboxRow, rows: &[OutboxRow]) -> Option<Self> {
        Some(Self { edit_id: row.edit_id, store: row.merchant_name.clone(), lines: edit_lines(row.edit_id, rows)? })
    }
}

#[derive(Clone, Copy)]
struct Input {
    line: StoredValue<EditLine>,
    text: RwSignal<String>,
    checked: RwSignal<Option<Checked>>,
}

impl Input {
    fn new(line: EditLine) -> Self {
        Self { text: RwSignal::new(line.typed.clone()), line: StoredValue::new(line), checked: RwSignal::new(None) }
    }
    fn check(self) {
        let Some(text) = self.text.try_get_untracked() else { return };
        let field = self.line.with_value(|line| line.field.as_str().to_owned());
        spawn_local(async move {
            let reply = ipc::check_field(&field, &text).await;
            // Of use only if nothing was typed meanwhile.
            if self.text.try_get_untracked().as_deref() == Some(text.as_str())
                && let Ok(checked) = reply
            {
                self.checked.try_set(Some(checked));
            }
        });
    }
    fn differs(self) -> bool {
        self.line.with_value(|line| self.text.with(|text| *text != line.typed))
    }
}

/// The dialog, while something is edited.
#[component]
pub fn EditDialog(
    /// What is edited.
    editing: RwSignal<Option<Editing>>,
) -> impl IntoView {
    let open = Memo::new(move |_| editing.with(Option::is_some));
    let close = Callback::new(move |()| editing.set(None));
    view! {
        <Dialog open=open title=Signal::derive(|| outbox::edit_title().to_owned()) on_close=close>
            {move || editing.get().map(|editing_now| view! { <Form editing=editing_now on_close=close /> })}
        </Dialog>
    }
}

#[component]
fn Form(editing: Editing, on_close: Callback<()>) -> impl IntoView {
    let toaster = use_toaster();
    let inputs: Vec<Input> = editing.lines.iter().cloned().map(Input::new).collect();
    let inputs = StoredValue::new(inputs);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None);
    let good = Memo::new(move |_| {
        inputs.with_value(|inputs| {
            inputs.iter().all(|input| input.checked.with(|checked| checked.as_ref().is_some_and(|checked| checked.ok)))
        })
    });
    let differs = Memo::new(move |_| inputs.with_value(|inputs| inputs.iter().any(|input| input.differs())));
    let edit_id = editing.edit_id;
    let save = move || {
        if busy.get_untracked() || !good.get_untracked() || !differs.get_untracked() {
            return;
        }
        let (lines, values): (Vec<EditLine>, Vec<Value>) = inputs.with_value(|inputs| {
            inputs
                .iter()
                .filter_map(|input| Some((input.line.get_value(), input.checked.get_untracked()?.normalised)))
                .unzip()
        });
        let resend = Resend { edit_id, writes: writes(&lines, &values) };
        busy.set(true);
        spawn_local(async move {
            match ipc::resend(&resend).await {
                Ok(_) => {
                    toaster.say(outbox::done_resend());
                    on_close.run(());
                }
                Err(failed) => {
                    problem.try_set(Some(failed));
                }
            }
            busy.try_set(false);
        });
    };
    let store = editing.store;
    view! {
        <form
            class="resend"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <div class="txt">{move || outbox::edit_lead(&store)}</div>
            <div class="fields">
                {inputs.with_value(|inputs| inputs.iter().enumerate().map(|(n, input)| view! { <Line input=*input nth=n /> }).collect_view())}
                {move || problem.get().map(|problem| view! {
                    <p class="msg bad" role="alert"><Icon name="bad" size="s" />{move || problem_text(&problem)}</p>
                })}
                {move || (!differs.get()).then(|| view! {
                    <p class="hint"><Icon name="info" size="s" />{outbox::edit_same}</p>
                })}
            </div>
            <footer>
                <Button on_press=move |_| on_close.run(())>{common::cancel}</Button>
                <Button
                    kind="primary"
                    r#type="submit"
                    testid="outbox-resend"
                    disabled=Signal::derive(move || busy.get() || !good.get() || !differs.get())
                >
                    {outbox::edit_save}
                </Button>
            </footer>
        </form>
    }
}

#[component]
fn Line(input: Input, nth: usize) -> impl IntoView {
    let field = input.line.with_value(|line| line.field.as_str().to_owned());
    let label = StoredValue::new(field);
    let id = format!("resend-{nth}");
    let note = format!("resend-{nth}-note");
    let timer = StoredValue::new(None::<TimeoutHandle>);
    input.check();
    on_cleanup(move || {
        if let Some(Some(timer)) = timer.try_get_value() {
            timer.clear();
        }
    });
    let bad = Memo::new(move |_| input.checked.with(|checked| checked.as_ref().is_some_and(|checked| !checked.ok)));
    let typed = move |event| {
        input.text.set(event_target_value(&event));
        if let Some(before) = timer.get_value() {
            before.clear();
        }
        input.checked.set(None);
        timer.set_value(set_timeout_with_handle(move || input.check(), REST).ok());
    };
    view! {
        <div class="field" class:bad=bad>
            <label class="lab" for=id.clone()>{move || label.with_value(|field| field_label(field))}</label>
            <input
                class="in"
                id=id
                autocomplete="off"
                data-testid="outbox-input"
                aria-invalid=move || bad.get().to_string()
                aria-describedby=note.clone()
                prop:value=move || input.text.get()
                on:input=typed
                // Enter that ends a composition does not send the form.
                on:keydown=|event: KeyboardEvent| if is_composing(&event) { event.stop_propagation() }
            />
            <div id=note class="col g2">
                <p class="hint">
                    {move || input.line.with_value(|line| {
                        outbox::edit_refused_value(label.with_value(|field| value_text(field, &line.sent)))
                    })}
                </p>
                {move || input.checked.get().map(|checked| {
                    let messages = checked
                        .errors
                        .into_iter()
                        .map(|finding| ("msg bad", "bad", finding))
                        .chain(checked.warnings.into_iter().map(|finding| ("msg warn", "warn", finding)));
                    messages
                        .map(|(class, icon, finding)| view! {
                            <p class=class><Icon name=icon size="s" />{move || sentence(finding.code)}</p>
                        })
                        .collect_view()
                })}
            </div>
        </div>
    }
}
