//! The list of sections: leads to each, and shows in which one is.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::components::Icon;
use crate::i18n::settings as words;

type Link = (&'static str, &'static str, fn() -> &'static str);

const LINKS: [Link; 7] = [
    ("connection", "link", words::connection),
    ("account", "user", words::account),
    ("general", "set", words::general),
    ("device", "dev", words::device),
    ("sync", "sync", words::sync),
    ("fields", "draft", words::fields),
    ("keys", "table", words::keys),
];

/// How far below the upper edge a section may begin that counts as the one that is read, in CSS pixels.
const READ_PX: f64 = 80.0;

fn section(name: &str) -> Option<web_sys::HtmlElement> {
    document().get_element_by_id(&format!("settings-{name}")).and_then(|element| element.dyn_into().ok())
}

/// The place of the section that is read: the last one that begins above the line; the last of all at the end, which
/// cannot be scrolled up to it.
fn read_now(tops: impl Iterator<Item = (usize, f64)>, at_end: bool) -> usize {
    let above = |(_, top): &(usize, f64)| at_end || *top <= READ_PX;
    tops.filter(above).map(|(place, _)| place).last().unwrap_or(0)
}

/// The list.
#[component]
pub fn Sections(
    /// What scrolls the sections.
    scroller: NodeRef<html::Div>,
    /// Changes when it was scrolled.
    scrolled: ReadSignal<i32>,
) -> impl IntoView {
    let current = RwSignal::new(0_usize);
    // Where a jump has led: that scrolling says nothing about what is read.
    let landed = StoredValue::new(None::<i32>);
    let look = move || {
        let Some(scroller) = scroller.get_untracked() else { return };
        if landed.get_value() == Some(scroller.scroll_top()) {
            return;
        }
        landed.set_value(None);
        let edge = scroller.get_bounding_client_rect().top();
        let found = LINKS.iter().enumerate().filter_map(|(place, (name, ..))| Some((place, section(name)?)));
        let tops = found.map(|(place, section)| (place, section.get_bounding_client_rect().top() - edge));
        let at_end = scroller.scroll_top() > 0
            && scroller.scroll_top() + scroller.client_height() >= scroller.scroll_height() - 1;
        let now = read_now(tops, at_end);
        if current.get_untracked() != now {
            current.set(now);
        }
    };
    Effect::new(move |_| {
        scrolled.track();
        look();
    });
    let jump = move |place: usize| {
        let Some(section) = section(LINKS[place].0) else { return };
        section.scroll_into_view();
        let _ = section.focus();
        landed.set_value(scroller.get_untracked().map(|scroller| scroller.scroll_top()));
        current.set(place);
    };
    view! {
        <nav aria-label=words::sections>
            {LINKS
                .into_iter()
                .enumerate()
                .map(|(place, (_, icon, label))| {
                    view! {
                        <button
                            type="button"
                            aria-current=move || (current.get() == place).then_some("true")
                            on:click=move |_| jump(place)
                        >
                            <Icon name=icon />
                            {label}
                        </button>
                    }
                })
                .collect_view()}
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_that_is_read_is_the_last_that_begins_above_the_line() {
        for (tops, at_end, expected) in [
            (&[][..], false, 0),
            (&[12.0, 300.0, 700.0][..], false, 0),
            (&[-300.0, 79.0, 500.0][..], false, 1),
            (&[-900.0, -500.0, 90.0][..], false, 1),
            (&[-900.0, -500.0, 400.0][..], true, 2),
        ] {
            assert_eq!(read_now(tops.iter().copied().enumerate(), at_end), expected, "{tops:?}");
        }
    }
}
