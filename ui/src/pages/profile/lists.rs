//! Lists of the form: telephone numbers and fields that an administrator added.

use leptos::prelude::*;

use super::declared_fields::DeclaredFields;
use super::editor::{Editor, focus, input_id};
use super::fields::{ContestedNote, Message, MovedNote, PendingMark};
use super::model::Draft;
use crate::components::{Button, Icon, IconButton};
use crate::i18n::profile as words;

/// Telephone numbers, the main one first.
#[component]
pub fn Phones(editor: Editor) -> impl IntoView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.phones.value.len()));
    let locked = Memo::new(move |_| editor.is_locked("phones"));
    let add = move |_| {
        let next = count.get_untracked();
        editor.draft.update(|draft| draft.phones.value.push(String::new()));
        request_animation_frame(move || {
            focus(&format!("phones.{next}"));
        });
    };
    view! {
        <For each=move || 0..count.get() key=|n| *n let:n>
            <Phone editor=editor n=n locked=locked />
        </For>
        <div class="field full">
            <ContestedNote editor=editor shown="phones" />
            <MovedNote editor=editor path="phones" />
            <div class="row">
                <Button kind="quiet sm" icon="plus" testid="add-phone" disabled=locked on_press=add>{words::add_phone}</Button>
            </div>
        </div>
    }
}

#[component]
fn Phone(editor: Editor, n: usize, locked: Memo<bool>) -> impl IntoView {
    let key = format!("phones.{n}");
    let text = Memo::new(move |_| editor.draft.with(|draft| draft.phones.value.get(n).cloned().unwrap_or_default()));
    let message = {
        let key = key.clone();
        Memo::new(move |_| {
            editor.message(&key, &text.get()).is_some_and(|(error, _)| error)
                && !text.with(|text| text.trim().is_empty())
        })
    };
    let queued = Memo::new(move |_| n == 0 && editor.pending("phones").is_some());
    let id = input_id(&key);
    let typed = {
        let key = key.clone();
        move |event: web_sys::Event| {
            let value = event_target_value(&event);
            editor.draft.update(|draft| {
                if let Some(number) = draft.phones.value.get_mut(n) {
                    number.clone_from(&value);
                }
            });
            editor.check(&key, "phones", value);
        }
    };
    let remove = move |_| editor.draft.update(|draft| drop(draft.phones.value.remove(n)));
    let first = move |_| {
        editor.draft.update(|draft| {
            let number = draft.phones.value.remove(n);
            draft.phones.value.insert(0, number);
        });
    };
    view! {
        <div class="field" class:bad=message class:queued=queued>
            <label class="lab" for=id.clone()>
                {move || if n == 0 { words::phone_main() } else { words::phone_other() }}
                {(n == 0).then(|| view! { <PendingMark editor=editor shown="phones" /> })}
            </label>
            <div class="row g2">
                <input
                    id=id.clone()
                    class="in"
                    type="tel"
                    autocomplete="off"
                    readonly=locked
                    aria-invalid=move || message.get().then_some("true")
                    aria-describedby=format!("{id}-m")
                    data-testid=format!("field-phone-{n}")
                    prop:value=text
                    on:input=typed
                />
                {(n > 0)
                    .then(|| {
                        view! {
                            <IconButton
                                icon="up"
                                kind="sm"
                                label=Signal::derive(|| words::make_main().to_owned())
                                disabled=locked
                                on_press=first
                            />
                        }
                    })}
                <IconButton
                    icon="x"
                    kind="sm"
                    label=Signal::derive(|| words::remove_phone().to_owned())
                    disabled=locked
                    on_press=remove
                />
            </div>
            <Message editor=editor key=key text=text />
        </div>
    }
}

/// Custom fields: the declared ones, and what else the store has.
#[component]
pub fn Custom(editor: Editor) -> impl IntoView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.custom.value.len()));
    let add = move |_| {
        let next = count.get_untracked();
        editor.draft.update(|draft| draft.custom.value.push((String::new(), String::new())));
        request_animation_frame(move || {
            focus(&format!("custom.{next}.key"));
        });
    };
    view! {
        <h2 class="gapped">{words::custom}</h2>
        <DeclaredFields editor=editor />
        <h3 class="gapped" title=words::undeclared_hint>
            {words::undeclared}
            <span class="end"></span>
            <Button kind="quiet sm" icon="plus" testid="add-custom" on_press=add>{words::add_custom}</Button>
        </h3>
        <div class="pairs">
            <For each=move || 0..count.get() key=|n| *n let:n>
                <CustomField editor=editor n=n />
            </For>
            {move || (count.get() == 0).then(|| view! { <p class="faint sm">{words::custom_empty}</p> })}
            <MovedNote editor=editor path="custom" />
        </div>
    }
}

#[component]
fn CustomField(editor: Editor, n: usize) -> impl IntoView {
    let pair = Memo::new(move |_| editor.draft.with(|draft| draft.custom.value.get(n).cloned().unwrap_or_default()));
    let key_id = input_id(&format!("custom.{n}.key"));
    let note = format!("{key_id}-m");
    let mistake = Memo::new(move |_| editor.mistake(&format!("custom.{n}.key")));
    let path = Memo::new(move |_| format!("custom.{}", pair.get().0.trim()));
    let queued = Memo::new(move |_| editor.pending(&path.get()).is_some());
    // Only what the store has: a new line whose name is being typed must stay free, or it could not be put right.
    let locked = Memo::new(move |_| {
        let there =
            |draft: &Draft| pair.with(|(key, _)| draft.custom.base.iter().any(|(there, _)| there == key.trim()));
        editor.is_locked(&path.get()) && editor.draft.with(there)
    });
    let set = move |first: bool, value: String| {
        editor.draft.update(|draft| {
            if let Some(pair) = draft.custom.value.get_mut(n) {
                if first { pair.0 = value } else { pair.1 = value }
            }
        });
    };
    view! {
        <div class="field" class:queued=queued class:bad=move || mistake.get().is_some()>
            <div class="row g2">
                <input
                    id=key_id
                    class="in key"
                    autocomplete="off"
                    readonly=locked
                    aria-label=words::custom_key
                    placeholder=words::custom_key
                    aria-invalid=move || mistake.get().map(|_| "true")
                    aria-describedby=note.clone()
                    data-testid=format!("custom-key-{n}")
                    prop:value=move || pair.get().0
                    on:input=move |event| set(true, event_target_value(&event))
                />
                <input
                    class="in"
                    autocomplete="off"
                    readonly=locked
                    aria-label=words::custom_value
                    placeholder=words::custom_value
                    data-testid=format!("custom-value-{n}")
                    prop:value=move || pair.get().1
                    on:input=move |event| set(false, event_target_value(&event))
                />
                <IconButton
                    icon="x"
                    kind="sm"
                    label=Signal::derive(move || words::remove_custom(pair.get().0))
                    disabled=locked
                    on_press=move |_| editor.draft.update(|draft| drop(draft.custom.value.remove(n)))
                />
            </div>
            {move || mistake.get().map(|text| view! { <p class="msg bad" id=note.clone()><Icon name="bad" size="s" />{text}</p> })}
            {move || locked.get().then(|| view! { <ContestedNote editor=editor shown=path.get() /> })}
        </div>
    }
}
