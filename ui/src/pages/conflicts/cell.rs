//! A value as it stands in the table: text with what differs marked, hours as a bar.

use domain::Value;
use domain::field::FieldKind;
use domain::review::{Candidate, ReviewItem};
use leptos::prelude::*;

use super::hours_bar::{Axis, Segment, Stretch, segments};
use super::model::Column;
use crate::components::pieces;
use crate::i18n::conflicts;
use crate::words::value::value_text;

/// What a dashed edge keeps from the ends of its stretch, as a share of the width, so that it stays within.
const INSET: f64 = 0.004;
/// A stretch is at least so wide, as a share of the width.
const WIDTH_MIN: f64 = 0.004;
/// A label nearer to the left end than this begins at its place, as there is no room for half of it.
const LEFT_END: f64 = 0.03;

/// A share of the picture's width. It has no view box: its bars follow the column, its figures keep their size.
fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

/// The name of a column, or of a value in it: that of its author, where "mine" and "theirs" would be wrong.
pub fn column_name(column: Column, author: Option<&Candidate>) -> String {
    match (column, author) {
        (Column::Base, _) => conflicts::base().to_owned(),
        (Column::Mine, _) => conflicts::mine().to_owned(),
        (Column::Theirs, _) => conflicts::theirs().to_owned(),
        (Column::Nth(_), Some(author)) => author.actor_name.clone(),
        (Column::Nth(n), None) => conflicts::nth(n),
    }
}

/// The values that share the picture's scale.
fn axis(item: &ReviewItem) -> Axis {
    Axis::of(item.candidates.iter().map(|c| &c.value).chain(std::iter::once(&item.base)))
}

/// A value of a field in a column.
#[component]
pub fn Cell(
    /// The field.
    item: ReviewItem,
    /// The value.
    value: Value,
    /// In which column.
    column: Column,
    /// Whose it is; nobody's, if it was there before.
    author: Option<Candidate>,
) -> impl IntoView {
    let author = StoredValue::new(author);
    let field = item.field.as_str().to_owned();
    if item.field.kind() == FieldKind::Hours {
        let bars = segments(&item.base, &value);
        let axis = axis(&item);
        let words = StoredValue::new((field, value));
        let text = move || words.with_value(|(field, value)| value_text(field, value));
        return view! {
            <HoursBar
                axis=axis
                bars=bars
                column=column
                label=Signal::derive(move || {
                    conflicts::hours_label(author.with_value(|author| column_name(column, author.as_ref())), text())
                })
            />
            <span>{text}</span>
        }
        .into_any();
    }
    let base = item.base;
    (move || {
        let text = value_text(&field, &value);
        // A word that stands for "nothing" is not compared letter by letter.
        if column == Column::Base || value.is_null() || base.as_str().is_none() || value.as_str().is_none() {
            let class = if value.is_null() { "faint" } else { "" };
            return view! { <span class=class>{text}</span> }.into_any();
        }
        let class = match column {
            Column::Theirs => "th",
            Column::Nth(n) if n % 2 == 0 => "th",
            _ => "",
        };
        pieces(&value_text(&field, &base), &text)
            .1
            .into_iter()
            .map(|piece| {
                if piece.differs {
                    view! { <ins class=class>{piece.text}</ins> }.into_any()
                } else {
                    view! { <span>{piece.text}</span> }.into_any()
                }
            })
            .collect_view()
            .into_any()
    })
    .into_any()
}

#[component]
fn HoursBar(axis: Axis, bars: Vec<Segment>, column: Column, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let added = match column {
        Column::Theirs => "var(--c2)",
        Column::Nth(n) if n % 2 == 0 => "var(--c2)",
        _ => "var(--c1)",
    };
    let bars = bars
        .into_iter()
        .map(|bar| {
            let (from, to) = (axis.share(bar.from_min), axis.share(bar.to_min));
            match bar.stretch {
                Stretch::Removed => view! {
                    <rect
                        x=percent(from + INSET)
                        y="2.2"
                        width=percent((to - from - 2.0 * INSET).max(WIDTH_MIN))
                        height="8.6"
                        rx="1.5"
                        fill="none"
                        stroke=added
                        stroke-width="1.2"
                        stroke-dasharray="2.5 2"
                    ></rect>
                }
                .into_any(),
                kept => view! {
                    <rect
                        x=percent(from)
                        y="1.5"
                        width=percent((to - from).max(WIDTH_MIN))
                        height="10"
                        rx="2"
                        fill=if kept == Stretch::Added { added } else { "var(--c6)" }
                    ></rect>
                }
                .into_any(),
            }
        })
        .collect_view();
    let ticks = axis
        .ticks()
        .into_iter()
        .map(|hour| {
            let at = axis.share(hour * 60);
            let anchor = if at < LEFT_END { "start" } else { "middle" };
            let label = if hour > 24 { hour - 24 } else { hour }.to_string();
            view! { <text x=percent(at) y="24" text-anchor=anchor>{label}</text> }
        })
        .collect_view();
    view! {
        <svg class="hrs" role="img" aria-label=label>
            <rect class="track" x="0" y="1.5" width="100%" height="10" rx="2"></rect>
            {bars}
            {ticks}
        </svg>
    }
}
