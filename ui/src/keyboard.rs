//! Keys of the window. Single keys are off while somebody types, and every key is off while an input method composes.

use std::sync::Arc;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::route::{Navigator, Route};

/// How long `G` waits for the second key.
const CHORD: Duration = Duration::from_millis(1500);

/// Does an input method own this key? Enter and Escape belong to it then.
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Is this a Mac, where `Ctrl` is `Cmd`?
pub fn is_mac() -> bool {
    window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac"))
}

/// `Ctrl`, or `Cmd` on a Mac.
pub fn has_command(event: &KeyboardEvent) -> bool {
    if is_mac() { event.meta_key() } else { event.ctrl_key() }
}

/// Is somebody typing text there?
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return false;
    };
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => {
            let kind = element.get_attribute("type").unwrap_or_default();
            !matches!(kind.as_str(), "checkbox" | "radio" | "button")
        }
        _ => element.is_content_editable(),
    }
}

/// A key that a page uses while it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKey {
    /// `Ctrl S`
    Save,
    /// `F8`
    NextError,
    /// A single letter, small; never while somebody types.
    Letter(char),
}

type Handler = Arc<dyn Fn(PageKey) -> bool + Send + Sync>;

/// Who hears keys.
#[derive(Clone, Copy)]
pub struct Keyboard {
    page: StoredValue<Vec<(u64, Handler)>>,
    next: StoredValue<u64>,
    /// Is the palette open?
    pub palette: RwSignal<bool>,
    /// Is help open?
    pub help: RwSignal<bool>,
}

impl Keyboard {
    /// Hears page keys until the component is gone; the handler says whether it took the key.
    pub fn on_key(&self, handler: impl Fn(PageKey) -> bool + Send + Sync + 'static) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.page.update_value(|page| page.push((id, Arc::new(handler))));
        let page = self.page;
        on_cleanup(move || {
            page.try_update_value(|page| page.retain(|(other, _)| *other != id));
        });
    }
    fn tell(&self, key: PageKey) -> bool {
        let handlers: Vec<Handler> =
            self.page.with_value(|page| page.iter().rev().map(|(_, handler)| handler.clone()).collect());
        handlers.iter().any(|handler| handler(key))
    }
}

/// The keyboard.
pub fn use_keyboard() -> Keyboard {
    use_context().unwrap_or_else(|| Keyboard {
        page: StoredValue::new(Vec::new()),
        next: StoredValue::new(0),
        palette: RwSignal::new(false),
        help: RwSignal::new(false),
    })
}

/// Starts to listen. Once, by the app.
pub fn provide(navigator: Navigator, sync_now: impl Fn() + 'static) -> Keyboard {
    let keyboard = Keyboard {
        page: StoredValue::new(Vec::new()),
        next: StoredValue::new(0),
        palette: RwSignal::new(false),
        help: RwSignal::new(false),
    };
    provide_context(keyboard);
    let chord = RwSignal::new(false);
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if is_composing(&event) || event.default_prevented() {
            return;
        }
        let key = event.key();
        let modal = document().query_selector("dialog[open]").ok().flatten().is_some();
        let taken = match (has_command(&event), event.shift_key(), event.alt_key(), key.as_str()) {
            (true, false, false, "k" | "K") => {
                keyboard.palette.update(|open| *open = !*open);
                true
            }
            (true, true, false, "s" | "S") => {
                sync_now();
                true
            }
            // Always taken: the browser's "save page" would confuse.
            (true, false, false, "s" | "S") => {
                if !modal {
                    keyboard.tell(PageKey::Save);
                }
                true
            }
            _ if modal => false,
            (false, back, false, "F6") => {
                next_region(back);
                true
            }
            (false, false, false, "F8") => keyboard.tell(PageKey::NextError),
            (false, _, false, _) if !is_typing(&event) && !event.ctrl_key() && !event.meta_key() => {
                letter(&key, keyboard, navigator, chord)
            }
            _ => false,
        };
        if taken {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
    keyboard
}

fn letter(key: &str, keyboard: Keyboard, navigator: Navigator, chord: RwSignal<bool>) -> bool {
    let mut chars = key.chars();
    let (Some(letter), None) = (chars.next(), chars.next()) else { return false };
    let letter = letter.to_ascii_lowercase();
    if chord.get_untracked() {
        chord.set(false);
        let to = match letter {
            's' => Route::Stores,
            'o' => Route::Outbox,
            'c' => Route::Conflicts,
            'i' => Route::Insights,
            'm' => Route::Imports,
            _ => return false,
        };
        navigator.go(to);
        return true;
    }
    match letter {
        'g' => {
            chord.set(true);
            set_timeout(move || chord.set(false), CHORD);
            true
        }
        '/' => {
            if !focus_search() {
                keyboard.palette.set(true);
            }
            true
        }
        '?' => {
            keyboard.help.set(true);
            true
        }
        letter => keyboard.tell(PageKey::Letter(letter)),
    }
}

/// The page's own search box, if it has one.
fn focus_search() -> bool {
    document()
        .query_selector("[data-search]")
        .ok()
        .flatten()
        .and_then(|found| found.dyn_into::<web_sys::HtmlInputElement>().ok())
        .is_some_and(|input| {
            input.select();
            input.focus().is_ok()
        })
}

/// Moves the focus to the next part of the window: rail, top bar, page, side panel, status bar.
fn next_region(back: bool) {
    let Ok(list) = document().query_selector_all("[data-region]") else { return };
    let regions: Vec<web_sys::HtmlElement> =
        (0..list.length()).filter_map(|n| list.item(n)).filter_map(|node| node.dyn_into().ok()).collect();
    if regions.is_empty() {
        return;
    }
    let active = document().active_element();
    // The innermost region that has the focus: a side panel lies within the page.
    let now = regions.iter().rposition(|region| active.as_ref().is_some_and(|active| region.contains(Some(active))));
    let (count, step) = (regions.len(), if back { regions.len() - 1 } else { 1 });
    let first = now.map_or(0, |now| now + step);
    // One with nothing to stop at, such as a list without rows, is passed over.
    if let Some(target) = (0..count).find_map(|n| entry(&regions[(first + n * step) % count])) {
        let _ = target.focus();
    }
}

/// Where the focus enters a part of the window: where Tab would in a group of its own (the row that keys act on, the chosen
/// tab), else at the first control, else the part itself.
fn entry(region: &web_sys::HtmlElement) -> Option<web_sys::HtmlElement> {
    const STOPS: [&str; 2] = [
        "[tabindex=\"0\"]",
        "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled])",
    ];
    // What lies in a part within it is that part's, and what Tab leaves out is no place to begin.
    let is_own = |element: &web_sys::HtmlElement| {
        let innermost = element.closest("[data-region]").ok().flatten();
        innermost.as_ref() == Some(region as &web_sys::Element)
            && element.get_attribute("tabindex").as_deref() != Some("-1")
    };
    STOPS
        .into_iter()
        .find_map(|stops| {
            let found = region.query_selector_all(stops).ok()?;
            let nodes = (0..found.length()).filter_map(|n| found.item(n));
            nodes.filter_map(|node| node.dyn_into::<web_sys::HtmlElement>().ok()).find(is_own)
        })
        .or_else(|| region.has_attribute("tabindex").then(|| region.clone()))
}
