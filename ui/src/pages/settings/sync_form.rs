//! The form of the sync settings: each mistake at its field, nothing saved before all are right.

use domain::ErrorCode;
use domain::ipc::{Durability, IpcError, Mistake, SyncNumber, SyncSettings};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::unsaved::use_unsaved;
use crate::components::{Button, Icon, Problem, use_toaster};
use crate::i18n::{everywhere, grouped, settings as words};
use crate::ipc;

/// Name and hint of a number.
fn number_words(number: SyncNumber) -> (&'static str, &'static str) {
    match number {
        SyncNumber::LingerMs => (words::linger_ms(), words::linger_ms_text()),
        SyncNumber::BatchEdits => (words::batch_edits(), words::batch_edits_text()),
        SyncNumber::BatchKib => (words::batch_kib(), words::batch_kib_text()),
        SyncNumber::Burst => (words::burst(), words::burst_text()),
        SyncNumber::FirstMs => (words::first_ms(), words::first_ms_text()),
        SyncNumber::BurstMaxMs => (words::burst_max_ms(), words::burst_max_ms_text()),
        SyncNumber::SlowMs => (words::slow_ms(), words::slow_ms_text()),
    }
}

/// Which numbers it takes: said of one outside of them and of what is no number alike.
fn range_words(number: SyncNumber) -> String {
    words::out_of_range(grouped(*number.range().start()), grouped(*number.range().end()))
}

fn mistake_words(number: SyncNumber, mistake: Mistake, settings: &SyncSettings) -> String {
    match mistake {
        Mistake::OutOfRange => range_words(number),
        Mistake::ShorterThan(other) => words::shorter_than(number_words(other).0, grouped(other.of(settings))),
    }
}

/// What is in the form.
#[derive(Clone, Copy)]
struct Draft {
    durability: RwSignal<Durability>,
    compression: RwSignal<bool>,
    texts: StoredValue<Vec<(SyncNumber, RwSignal<String>)>>,
}

impl Draft {
    fn new(settings: &SyncSettings) -> Self {
        let text = |number: SyncNumber| (number, RwSignal::new(number.of(settings).to_string()));
        Self {
            durability: RwSignal::new(settings.durability),
            compression: RwSignal::new(settings.compression),
            texts: StoredValue::new(SyncNumber::ALL.into_iter().map(text).collect()),
        }
    }

    fn show(self, settings: &SyncSettings) {
        self.durability.set(settings.durability);
        self.compression.set(settings.compression);
        self.texts
            .with_value(|texts| texts.iter().for_each(|(number, text)| text.set(number.of(settings).to_string())));
    }

    /// The settings as typed, and the fields without a number in them. Tracked.
    fn read(self) -> (SyncSettings, Vec<SyncNumber>) {
        let mut settings = SyncSettings {
            durability: self.durability.get(),
            compression: self.compression.get(),
            ..SyncSettings::default()
        };
        let mut wrong = Vec::new();
        self.texts.with_value(|texts| {
            for (number, text) in texts {
                match text.with(|text| text.trim().parse()) {
                    Ok(value) => number.put(&mut settings, value),
                    Err(_) => wrong.push(*number),
                }
            }
        });
        (settings, wrong)
    }
}

/// The form.
#[component]
pub fn Form(
    /// What is stored.
    stored: SyncSettings,
    /// May it be changed?
    #[prop(into)]
    may: Signal<bool>,
) -> impl IntoView {
    let toaster = use_toaster();
    let draft = Draft::new(&stored);
    let stored = StoredValue::new(stored);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<IpcError>);
    let read = Memo::new(move |_| draft.read());
    let same =
        Memo::new(move |_| read.with(|(settings, wrong)| wrong.is_empty() && stored.with_value(|s| s == settings)));
    let unsaved = use_unsaved();
    Effect::new(move |_| unsaved.sync.set(may.get() && !same.get()));
    let good = Memo::new(move |_| read.with(|(settings, wrong)| wrong.is_empty() && settings.check().is_ok()));
    let mistake = move |number: SyncNumber| {
        read.with(|(settings, wrong)| {
            if wrong.contains(&number) {
                return Some(range_words(number));
            }
            number.mistake(settings).map(|mistake| mistake_words(number, mistake, settings))
        })
    };
    let save = move || {
        if busy.get_untracked() || !good.get_untracked() || same.get_untracked() {
            return;
        }
        let (settings, _) = read.get_untracked();
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            match ipc::save_sync_settings(&settings).await {
                Ok(_) => toaster.say(words::sync_saved()),
                Err(failed) => {
                    problem.try_set(Some(failed));
                }
            }
            busy.try_set(false);
        });
    };
    // A refusal about one field stands there; any other, and one about a field that is not here, below the form.
    let refused = move || {
        problem.get().map(|failed| {
            let name = SyncNumber::ALL.into_iter().find(|number| Some(number.key()) == failed.field.as_deref());
            let about = name.filter(|_| failed.code == ErrorCode::BadValue).map(|number| number_words(number).0);
            view! {
                <div class="msg bad" role="alert" data-testid="sync-refused">
                    <Icon name="bad" size="s" />
                    {about.map(|name| view! { <b>{name}</b> })}
                    <Problem problem=failed />
                </div>
            }
        })
    };
    let choice = move |value: Durability, id: &'static str, name: fn() -> &'static str, text: fn() -> &'static str| {
        view! {
            <div class="col g2">
                <label class="tick">
                    <input
                        type="radio"
                        name="durability"
                        data-testid=id
                        disabled=move || !may.get()
                        prop:checked=move || draft.durability.get() == value
                        aria-describedby=format!("{id}-text")
                        on:change=move |_| draft.durability.set(value)
                    />
                    {name}
                </label>
                <p class="hint under" id=format!("{id}-text")>{text}</p>
            </div>
        }
    };
    view! {
        <form
            class="col g20"
            data-testid="sync-settings"
            on:submit=move |event: web_sys::SubmitEvent| {
                event.prevent_default();
                save();
            }
        >
            <fieldset class="col g6">
                <legend class="lab sm">{words::durability}</legend>
                {choice(Durability::Full, "durability-full", words::durability_full, words::durability_full_text)}
                {choice(Durability::Normal, "durability-normal", words::durability_normal, words::durability_normal_text)}
            </fieldset>
            <div class="form three">
                {draft.texts.with_value(|texts| {
                    texts
                        .iter()
                        .map(|(number, text)| {
                            let (number, text) = (*number, *text);
                            view! { <Number number=number text=text may=may mistake=move || mistake(number) /> }
                        })
                        .collect_view()
                })}
            </div>
            <div class="col g2">
                <label class="tick">
                    <input
                        type="checkbox"
                        data-testid="sync-compression"
                        disabled=move || !may.get()
                        prop:checked=move || draft.compression.get()
                        aria-describedby="sync-compression-text"
                        on:change=move |event| draft.compression.set(event_target_checked(&event))
                    />
                    {words::compression}
                </label>
                <p class="hint under" id="sync-compression-text">{words::compression_text}</p>
            </div>
            {refused}
            {move || may.get().then(|| view! {
                <div class="row">
                    <Button
                        kind="primary"
                        r#type="submit"
                        testid="sync-save"
                        disabled=Signal::derive(move || busy.get() || !good.get() || same.get())
                    >
                        {everywhere::save}
                    </Button>
                    <Button testid="sync-defaults" on_press=move |_| draft.show(&SyncSettings::default())>{words::defaults}</Button>
                    {move || same.get().then(|| view! { <span class="xs faint">{words::sync_same}</span> })}
                </div>
            })}
        </form>
    }
}

#[component]
fn Number(
    number: SyncNumber,
    text: RwSignal<String>,
    may: Signal<bool>,
    #[prop(into)] mistake: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("sync-{}", number.key());
    let note = format!("{id}-note");
    let bad = Memo::new(move |_| mistake.with(Option::is_some));
    let hint = move || match mistake.get() {
        Some(reason) => {
            view! { <span class="msg bad" role="alert"><Icon name="bad" size="s" />{reason}</span> }.into_any()
        }
        None => {
            let range = number.range();
            let range = words::range(grouped(*range.start()), grouped(*range.end()));
            view! { <span class="hint">{number_words(number).1}" · "{range}</span> }.into_any()
        }
    };
    view! {
        <div class="field" class:bad=bad>
            <label class="lab" for=id.clone()>{move || number_words(number).0}</label>
            <input
                class="in"
                id=id.clone()
                data-testid=id
                inputmode="numeric"
                autocomplete="off"
                readonly=move || !may.get()
                aria-invalid=move || bad.get().to_string()
                aria-describedby=note.clone()
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
            <div id=note>{hint}</div>
        </div>
    }
}
