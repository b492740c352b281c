//! Opening hours: the week in words and as a drawing, special dates in a calendar, copies to days and stores, and what
//! customers see.

mod axis;
mod calendar;
mod copy_days;
mod copy_stores;
mod grid;
mod hand;
mod month;
mod now;
mod now_line;
mod plan;
mod reading;
mod spans;
mod special;
mod week_text;
mod wish;

use domain::hours::{Span, parse_day};
use leptos::prelude::*;

use super::editor::Editor;
use crate::components::Button;
use crate::i18n::hours as words;

pub use reading::day as day_of;
pub use special::{KEY as SPECIAL_KEY, SpecialDates};
pub use week_text::KEY as WEEK_KEY;
pub use wish::Wish;

/// Registers of the week, as they are named for as long as the program runs.
pub const DAYS: [&str; 7] = ["hours.mo", "hours.tu", "hours.we", "hours.th", "hours.fr", "hours.sa", "hours.su"];

/// What stands in a day's field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Nothing.
    NotGiven,
    /// Hours; none is closed.
    Spans(Vec<Span>),
    /// Something that is not read, or not yet.
    Unreadable,
}

impl Typed {
    /// The spans; none where there are none.
    pub fn spans(self) -> Vec<Span> {
        if let Typed::Spans(spans) = self { spans } else { Vec::new() }
    }
}

/// What stands in a day's field, as it is read. Tracked.
pub fn typed(editor: Editor, day: usize) -> Typed {
    let path = DAYS[day % 7];
    let text = editor.draft.with(|draft| draft.text(path));
    if text.trim().is_empty() {
        return Typed::NotGiven;
    }
    if let Ok(spans) = parse_day(&text) {
        return Typed::Spans(spans);
    }
    let found = editor.checked(path, &text).filter(|found| found.ok);
    found.and_then(|found| day_of(&found.normalised.0)).map_or(Typed::Unreadable, Typed::Spans)
}

/// The spans of all days, as they are read. Tracked.
pub fn all_typed(editor: Editor) -> [Vec<Span>; 7] {
    std::array::from_fn(|day| typed(editor, day).spans())
}

/// Spans as one types them.
pub fn typed_text(spans: &[Span]) -> String {
    let texts: Vec<String> = spans.iter().map(Span::to_string).collect();
    super::model::hours_typed(Some(&texts))
}

/// Puts hours into a day's field, and checks them.
pub fn fill(editor: Editor, day: usize, text: String) {
    let path = DAYS[day % 7];
    editor.draft.update(|draft| draft.type_text(path, text.clone()));
    editor.check(path, path, text);
}

/// The heading and the week.
#[component]
pub fn Week(editor: Editor) -> impl IntoView {
    let days_open = RwSignal::new(false);
    let stores_open = RwSignal::new(false);
    view! {
        <h2>
            {words::title}
            <span class="faint xs">{move || now_line::zone_label(editor)}</span>
            <span class="end"></span>
            <Button kind="quiet sm" icon="copy" testid="copy-days" on_press=move |_| days_open.set(true)>{words::copy_days}</Button>
            {(!editor.is_new())
                .then(|| view! {
                    <Button kind="quiet sm" icon="store" testid="copy-stores" on_press=move |_| stores_open.set(true)>
                        {words::copy_stores}
                    </Button>
                })}
        </h2>
        <now_line::NowLine editor=editor />
        <week_text::WeekText editor=editor />
        <grid::Grid editor=editor />
        <copy_days::CopyDays editor=editor open=days_open />
        <copy_stores::CopyStores editor=editor open=stores_open />
    }
}
