//! The search box: finds while one types, but leaves an input method alone until it is done.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::ListState;
use crate::components::{Icon, IconButton};
use crate::i18n::stores;

/// Between two keys of somebody who types fast; the engine answers within a picture's time.
const TYPING: Duration = Duration::from_millis(16);

/// The box.
#[component]
pub fn Search(list: ListState) -> impl IntoView {
    let (typed, set_typed) = signal(list.query.with_untracked(|query| query.text.clone()));
    let composing = StoredValue::new(false);
    let keystrokes = StoredValue::new(0_u64);
    let find = move |text: String| {
        let stroke = keystrokes.get_value() + 1;
        keystrokes.set_value(stroke);
        set_timeout(
            move || {
                let newest = keystrokes.try_get_value() == Some(stroke);
                if newest && list.query.with_untracked(|query| query.text != text) {
                    list.query.update(|query| query.text = text);
                }
            },
            TYPING,
        );
    };
    let input = move |event: web_sys::Event| {
        // Every input event of a browser is one of these two.
        let pre_edit = js_sys::Reflect::get(&event, &"isComposing".into()).is_ok_and(|flag| flag.is_truthy());
        let text = event_target_value(&event);
        set_typed.set(text.clone());
        if !pre_edit && !composing.get_value() {
            find(text);
        }
    };
    // A text that is changed elsewhere (a view, going back, filters that are cleared) shows in the box.
    Effect::new(move |_| {
        let text = list.query.with(|query| query.text.clone());
        if !composing.get_value() && text.trim() != typed.get_untracked().trim() {
            set_typed.set(text);
        }
    });
    view! {
        <label class="find-box">
            <Icon name="find" />
            <input
                type="search"
                data-testid="store-search"
                data-search
                aria-label=stores::search
                placeholder=stores::search
                autocomplete="off"
                spellcheck="false"
                prop:value=typed
                on:input=input
                on:compositionstart=move |_| composing.set_value(true)
                on:compositionend=move |event| {
                    composing.set_value(false);
                    let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
                    if let Some(target) = target {
                        find(target.value());
                    }
                }
                on:keydown=move |event| {
                    // From the box straight to what it found.
                    if matches!(event.key().as_str(), "ArrowDown" | "Enter") && !crate::keyboard::is_composing(&event) {
                        event.prevent_default();
                        super::table::focus_active();
                    }
                }
            />
            {move || {
                (!typed.get().is_empty())
                    .then(|| {
                        view! {
                            <IconButton
                                icon="x"
                                kind="sm"
                                label=Signal::derive(|| stores::clear_search().to_owned())
                                on_press=move |_| {
                                    set_typed.set(String::new());
                                    list.query.update(|query| query.text.clear());
                                }
                            />
                        }
                    })
            }}
        </label>
    }
}
