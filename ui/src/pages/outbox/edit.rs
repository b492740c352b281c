//! A refused edit, put right and sent again.

use std::time::Duration;

use domain::ipc::{Checked, OutboxRow, Resend};
use domain::{EditId, Value, Write};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::resend::{EditInput, EditLine, Holds, edit_lines, writes};
use crate::components::{Button, Dialog, Icon, Problem, use_toaster};
use crate::i18n::{everywhere, outbox};
use crate::ipc;
use crate::keyboard::is_composing;
use crate::words::change::set_change;
use crate::words::cure::cure;
use crate::words::field::field_label;
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
    /// Starts to edit, with all lines of the edit.
    pub fn begin(row: &OutboxRow, rows: &[OutboxRow]) -> Self {
        Self { edit_id: row.edit_id, store: row.merchant_name.clone(), lines: edit_lines(row.edit_id, rows) }
    }
}

#[derive(Clone, Copy)]
struct Input {
    what: StoredValue<EditInput>,
    text: RwSignal<String>,
    checked: RwSignal<Option<Checked>>,
}

impl Input {
    fn new(what: EditInput) -> Self {
        Self { text: RwSignal::new(what.typed.clone()), what: StoredValue::new(what), checked: RwSignal::new(None) }
    }
    fn check(self) {
        let Some(text) = self.text.try_get_untracked() else { return };
        let field = self.what.with_value(|what| what.check.clone());
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
        self.what.with_value(|what| self.text.with(|text| *text != what.typed))
    }
    /// What is stored for it; nothing while it is not checked, or bad.
    fn good(self) -> Option<Value> {
        self.checked.with(|checked| checked.as_ref().filter(|found| found.ok).map(|found| found.normalised.clone()))
    }
}

/// A line with its inputs.
#[derive(Clone)]
struct Entry {
    line: EditLine,
    inputs: Vec<Input>,
}

/// The writes of all lines; nothing while an input is not good.
fn all_writes(entries: &[Entry]) -> Option<Vec<Write>> {
    let mut all = Vec::new();
    for entry in entries {
        let values: Vec<Value> = entry.inputs.iter().map(|input| input.good()).collect::<Option<_>>()?;
        all.extend(writes(&entry.line, &values).ok()?);
    }
    Some(all)
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
    let entries: Vec<Entry> = editing
        .lines
        .into_iter()
        .map(|line| Entry { inputs: line.inputs.iter().cloned().map(Input::new).collect(), line })
        .collect();
    let entries = StoredValue::new(entries);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None);
    let good = Memo::new(move |_| entries.with_value(|entries| all_writes(entries)));
    let differs = Memo::new(move |_| {
        entries.with_value(|entries| entries.iter().flat_map(|entry| &entry.inputs).any(|input| input.differs()))
    });
    let ready =
        Memo::new(move |_| differs.get() && good.with(|good| good.as_ref().is_some_and(|writes| !writes.is_empty())));
    let nothing_left = Memo::new(move |_| good.with(|good| good.as_ref().is_some_and(Vec::is_empty)));
    let edit_id = editing.edit_id;
    let save = move || {
        if busy.get_untracked() || !ready.get_untracked() {
            return;
        }
        let Some(writes) = good.get_untracked() else { return };
        let resend = Resend { edit_id, writes };
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
                {entries.with_value(|entries| {
                    entries
                        .iter()
                        .enumerate()
                        .map(|(nth, entry)| view! { <Line entry=entry.clone() nth=nth /> })
                        .collect_view()
                })}
                {move || problem.get().map(|problem| view! {
                    <div class="msg bad" role="alert"><Icon name="bad" size="s" /><Problem problem=problem /></div>
                })}
                {move || match (differs.get(), nothing_left.get()) {
                    (false, _) => Some(outbox::edit_same()),
                    (true, true) => Some(outbox::edit_nothing()),
                    (true, false) => None,
                }
                .map(|text| view! { <p class="hint"><Icon name="info" size="s" />{text}</p> })}
            </div>
            <footer>
                <Button on_press=move |_| on_close.run(())>{everywhere::cancel}</Button>
                <Button
                    kind="primary"
                    r#type="submit"
                    testid="outbox-resend"
                    disabled=Signal::derive(move || busy.get() || !ready.get())
                >
                    {outbox::edit_save}
                </Button>
            </footer>
        </form>
    }
}

/// A line: what was refused, and its inputs.
#[component]
fn Line(entry: Entry, nth: usize) -> impl IntoView {
    let Entry { line, inputs } = entry;
    let change = domain::change::changes(&line.writes).into_iter().next();
    let note = format!("resend-{nth}-note");
    let refused = move || {
        change.as_ref().map(|change| {
            let words = set_change(&change.field, &change.before, &change.after).map(|set| set.words());
            outbox::edit_refused_value(words.unwrap_or_else(|| value_text(&change.field, &change.after)))
        })
    };
    let field = StoredValue::new(line.field);
    let kept = inputs.is_empty();
    view! {
        <div class="col g6" role="group" data-testid="outbox-line">
            {inputs
                .into_iter()
                .enumerate()
                .map(|(n, input)| view! { <Typed input=input field=field id=format!("resend-{nth}-{n}") note=note.clone() /> })
                .collect_view()}
            {kept.then(|| view! { <b class="sm">{move || field.with_value(|field| field_label(field))}</b> })}
            <p class="hint" id=note.clone()>
                {refused}
                {kept.then(|| view! { " " {outbox::edit_as_it_was} })}
            </p>
        </div>
    }
}

/// One input of a line.
#[component]
fn Typed(input: Input, field: StoredValue<String>, id: String, note: String) -> impl IntoView {
    let holds = input.what.with_value(|what| what.holds);
    let label = move || {
        let field = match holds {
            Holds::Value => input.what.with_value(|what| field_label(&what.check)),
            _ => field.with_value(|field| field_label(field)),
        };
        match holds {
            Holds::Value => field,
            Holds::Added => outbox::edit_added(field),
            Holds::Removed => outbox::edit_removed(field),
        }
    };
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
            <label class="lab" for=id.clone()>{label}</label>
            <input
                class="in"
                id=id
                autocomplete="off"
                data-testid="outbox-input"
                aria-invalid=move || bad.get().to_string()
                aria-describedby=note
                prop:value=move || input.text.get()
                on:input=typed
                // Enter that ends a composition does not send the form.
                on:keydown=|event: KeyboardEvent| if is_composing(&event) { event.stop_propagation() }
            />
            {move || input.checked.get().map(|checked| {
                let messages = checked
                    .errors
                    .into_iter()
                    .map(|finding| ("msg bad", "bad", finding))
                    .chain(checked.warnings.into_iter().map(|finding| ("msg warn", "warn", finding)));
                messages
                    .map(|(class, icon, finding)| view! {
                        <p class=class>
                            <Icon name=icon size="s" />
                            {move || input.what.with_value(|what| cure(&what.check, finding.code))}
                        </p>
                    })
                    .collect_view()
            })}
        </div>
    }
}
