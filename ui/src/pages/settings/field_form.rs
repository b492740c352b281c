//! One declared field in a form.

use domain::schema::is_key;
use leptos::prelude::*;

use super::fields_model::{FieldDraft, KINDS, kind_word};
use crate::components::{Button, Dialog, Icon};
use crate::i18n::{everywhere, settings as words};

/// The form, shown while it has a field.
#[component]
pub fn FieldForm(
    /// The field in it.
    form: RwSignal<Option<FieldDraft>>,
    /// Keys that are taken.
    taken: Signal<Vec<String>>,
    /// It is good: put it into the list.
    #[prop(into)]
    on_done: Callback<FieldDraft>,
) -> impl IntoView {
    let tried = RwSignal::new(false);
    let is_new = Memo::new(move |_| form.with(|form| form.as_ref().is_some_and(|draft| draft.known.is_none())));
    let mistake = Memo::new(move |_| form.with(|form| form.as_ref().and_then(|draft| mistake_of(draft, &taken.get()))));
    let close = move || {
        tried.set(false);
        form.set(None);
    };
    let done = move || {
        tried.set(true);
        if mistake.with_untracked(Option::is_none)
            && let Some(draft) = form.get_untracked()
        {
            close();
            on_done.run(draft);
        }
    };
    let footer = move || {
        view! {
            <Button on_press=move |_| close()>{everywhere::cancel}</Button>
            <Button kind="primary" testid="field-done" on_press=move |_| done()>{words::field_done}</Button>
        }
    };
    let change = move |change: fn(&mut FieldDraft, String), text: String| {
        form.update(|form| {
            if let Some(draft) = form {
                change(draft, text);
            }
        });
    };
    let value = move |get: fn(&FieldDraft) -> String| {
        Signal::derive(move || form.with(|form| form.as_ref().map(get).unwrap_or_default()))
    };
    let line = move |id: &'static str,
                     label: fn() -> &'static str,
                     get: fn(&FieldDraft) -> String,
                     set: fn(&mut FieldDraft, String)| {
        let text = value(get);
        view! {
            <div class="field">
                <label class="lab" for=id>{label}</label>
                <input
                    id=id
                    class="in"
                    autocomplete="off"
                    data-testid=id
                    prop:value=text
                    on:input=move |event| change(set, event_target_value(&event))
                />
            </div>
        }
    };
    let tick = move |id: &'static str,
                     label: fn() -> &'static str,
                     get: fn(&FieldDraft) -> bool,
                     set: fn(&mut FieldDraft, bool)| {
        view! {
            <label class="tick">
                <input
                    type="checkbox"
                    data-testid=id
                    prop:checked=move || form.with(|form| form.as_ref().is_some_and(get))
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        form.update(|form| {
                            if let Some(draft) = form {
                                set(draft, on);
                            }
                        });
                    }
                />
                {label}
            </label>
        }
    };
    let kinds = move || {
        let now = form.with(|form| form.as_ref().map(|draft| draft.kind.clone()).unwrap_or_default());
        KINDS
            .iter()
            .map(|kind| view! { <option value=*kind selected=now == *kind>{kind_word(kind)}</option> })
            .collect_view()
    };
    view! {
        <Dialog
            open=Signal::derive(move || form.with(Option::is_some))
            on_close=move |()| close()
            title=Signal::derive(move || if is_new.get() { words::field_add() } else { words::field_change() }.to_owned())
            footer=footer
        >
            <div class="txt form">
                {line("field-zh", words::field_zh, |draft| draft.labels.zh.clone(), |draft, text| draft.labels.zh = text)}
                {line("field-en", words::field_en, |draft| draft.labels.en.clone(), |draft, text| draft.labels.en = text)}
                <div class="field">
                    <label class="lab" for="field-key">{words::field_key}</label>
                    <input
                        id="field-key"
                        class="in"
                        autocomplete="off"
                        spellcheck="false"
                        readonly=move || !is_new.get()
                        data-testid="field-key"
                        prop:value=value(|draft| draft.key.clone())
                        on:input=move |event| change(|draft, text| draft.key = text, event_target_value(&event))
                    />
                    <p class="hint">{words::field_key_hint}</p>
                </div>
                <div class="field">
                    <label class="lab" for="field-kind">{words::field_kind}</label>
                    <select
                        id="field-kind"
                        class="in"
                        data-testid="field-kind"
                        on:change=move |event| change(|draft, text| draft.kind = text, event_target_value(&event))
                    >
                        {kinds}
                    </select>
                </div>
                {move || form.with(|form| form.as_ref().is_some_and(FieldDraft::has_options)).then(|| view! {
                    <div class="field full">
                        <label class="lab" for="field-options">{words::field_options}</label>
                        <textarea
                            id="field-options"
                            class="in"
                            rows="5"
                            data-testid="field-options"
                            prop:value=value(|draft| draft.options.clone())
                            on:input=move |event| change(|draft, text| draft.options = text, event_target_value(&event))
                        ></textarea>
                        <p class="hint">{words::field_options_hint}</p>
                    </div>
                })}
                {line("field-help-zh", words::field_help_zh, |draft| draft.help.zh.clone(), |draft, text| draft.help.zh = text)}
                {line("field-help-en", words::field_help_en, |draft| draft.help.en.clone(), |draft, text| draft.help.en = text)}
                <div class="full col g6">
                    {tick("field-required", words::field_required_tick, |draft| draft.required, |draft, on| draft.required = on)}
                    {tick("field-sensitive", words::field_sensitive_tick, |draft| draft.sensitive, |draft, on| draft.sensitive = on)}
                </div>
                {move || mistake.get().filter(|_| tried.get()).map(|text| view! {
                    <p class="msg bad full" role="alert" data-testid="field-mistake"><Icon name="bad" size="s" />{text}</p>
                })}
            </div>
        </Dialog>
    }
}

/// What is to correct before it can be put into the list. Tracked: the language.
fn mistake_of(draft: &FieldDraft, taken: &[String]) -> Option<&'static str> {
    let key = draft.key.trim();
    if draft.labels.zh.trim().is_empty() && draft.labels.en.trim().is_empty() {
        return Some(words::field_no_name());
    }
    if !is_key(key) {
        return Some(words::field_bad_key());
    }
    if draft.known.is_none() && taken.iter().any(|other| other == key) {
        return Some(words::field_double_key());
    }
    (draft.has_options() && draft.options.trim().is_empty()).then(words::field_no_options)
}
