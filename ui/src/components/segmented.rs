//! One of a few, side by side: arrow keys move, as in any group of radio buttons.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Icon;

/// One choice.
#[derive(Clone)]
pub struct Segment<T: Send + Sync + 'static> {
    /// What it stands for.
    pub value: T,
    /// Its words.
    pub label: Signal<String>,
    /// Icon before them.
    pub icon: Option<&'static str>,
    /// A number after them.
    pub count: Option<Signal<Option<u64>>>,
    /// Language of the words, if not that of the window.
    pub lang: Option<&'static str>,
    /// Not now?
    pub disabled: Option<Signal<bool>>,
}

impl<T: Send + Sync + 'static> Segment<T> {
    /// A choice with words only.
    pub fn new(value: T, label: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self { value, label: Signal::derive(label), icon: None, count: None, lang: None, disabled: None }
    }
    /// With an icon.
    #[must_use]
    pub fn icon(mut self, icon: &'static str) -> Self {
        self.icon = Some(icon);
        self
    }
    /// With a number; nothing is shown while it is not known.
    #[must_use]
    pub fn count(mut self, count: impl Fn() -> Option<u64> + Send + Sync + 'static) -> Self {
        self.count = Some(Signal::derive(count));
        self
    }
    /// In another language than the window.
    #[must_use]
    pub fn lang(mut self, lang: &'static str) -> Self {
        self.lang = Some(lang);
        self
    }
    /// Cannot be chosen while this holds.
    #[must_use]
    pub fn disabled(mut self, disabled: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.disabled = Some(Signal::derive(disabled));
        self
    }
}

/// The group.
#[component]
pub fn Segmented<T>(
    /// What the choice is about.
    #[prop(into)]
    label: Signal<String>,
    /// The choices.
    segments: Vec<Segment<T>>,
    /// The chosen one.
    #[prop(into)]
    chosen: Signal<T>,
    /// Somebody chose.
    #[prop(into)]
    on_choose: Callback<T>,
    /// `sm` for small.
    #[prop(optional)]
    kind: &'static str,
    /// For tests.
    #[prop(optional)]
    testid: Option<&'static str>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let group = NodeRef::<html::Div>::new();
    let values: Vec<T> = segments.iter().map(|segment| segment.value.clone()).collect();
    let disabled: Vec<Option<Signal<bool>>> = segments.iter().map(|segment| segment.disabled).collect();
    let keys = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => values.len() - 1,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let now = chosen.with_untracked(|chosen| values.iter().position(|value| value == chosen)).unwrap_or(0);
        let free = |place: &usize| disabled[*place].is_none_or(|disabled| !disabled.get_untracked());
        let Some(next) = (1..values.len()).map(|n| (now + n * step) % values.len()).find(free) else { return };
        on_choose.run(values[next].clone());
        let child = group.get_untracked().and_then(|group| group.children().item(u32::try_from(next).unwrap_or(0)));
        if let Some(button) = child.and_then(|child| child.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    let buttons = segments
        .into_iter()
        .map(|segment| {
            let value = StoredValue::new(segment.value);
            let disabled = segment.disabled;
            let checked = Memo::new(move |_| value.with_value(|value| chosen.with(|chosen| chosen == value)));
            view! {
                <button
                    type="button"
                    role="radio"
                    lang=segment.lang
                    disabled=move || disabled.is_some_and(|disabled| disabled.get())
                    aria-checked=move || checked.get().to_string()
                    tabindex=move || if checked.get() { "0" } else { "-1" }
                    on:click=move |_| on_choose.run(value.get_value())
                >
                    {segment.icon.map(|name| view! { <Icon name=name size="s" /> })}
                    {segment.label}
                    {segment
                        .count
                        .map(|count| move || count.get().map(|count| view! { <small>{crate::i18n::grouped(count)}</small> }))}
                </button>
            }
        })
        .collect_view();
    view! {
        <div
            node_ref=group
            class=format!("seg {kind}")
            role="radiogroup"
            aria-label=label
            data-testid=testid
            on:keydown=keys
        >
            {buttons}
        </div>
    }
}
