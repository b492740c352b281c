//! Registers of the program that have a form of their own: place, category, licences, settlement, closure.

use domain::place::{Datum, Degrees};
use domain::schema::SETTLEMENT_CYCLES;
use leptos::prelude::*;

use super::controls::{Cascade, Choose, Framed, Line, field_text, locked, set_text};
use super::editor::{Editor, input_id};
use crate::i18n::profile as words;
use crate::words::field::cycle_label;

/// What belongs to the place: division and coordinates.
#[component]
pub fn PlaceFields(editor: Editor) -> impl IntoView {
    let text = field_text(editor, "location");
    // What is refused as a place is none in the other datum either.
    let refused = move |text: &str| editor.message("location", text).is_some_and(|(error, _)| error);
    let hint =
        Signal::derive(move || text.with(|text| other_datum(text).filter(|_| !refused(text))).unwrap_or_default());
    view! {
        <Framed editor=editor path="region_code" full=true>
            <Cascade editor=editor path="region_code" />
        </Framed>
        <Framed editor=editor path="location" full=true hint=hint>
            <Line editor=editor path="location" example="39.904200,116.407400" />
        </Framed>
    }
}

/// A place in the other datum, in words; nothing for a text that is no place.
fn other_datum(text: &str) -> Option<String> {
    let stored = domain::place::stored(text.trim())?;
    let (pair, datum) = match stored.strip_suffix(" GCJ-02") {
        Some(pair) => (pair.to_owned(), Datum::Gcj02),
        None => (stored, Datum::Wgs84),
    };
    let (lat, lng) = pair.split_once(',')?;
    let degrees = Degrees { lat: lat.trim().parse().ok()?, lng: lng.trim().parse().ok()? };
    let (other, name) = match datum {
        Datum::Wgs84 => (degrees.wgs84_to_gcj02(), Datum::Gcj02),
        Datum::Gcj02 => (degrees.gcj02_to_wgs84(), Datum::Wgs84),
    };
    let pair = format!("{:.6},{:.6}", other.lat, other.lng);
    Some(words::in_other_datum(datum.as_str(), name.as_str(), pair))
}

/// What it is: its place in the category tree, its industry.
#[component]
pub fn KindFields(editor: Editor) -> impl IntoView {
    view! {
        <Framed editor=editor path="category_code">
            <Cascade editor=editor path="category_code" />
        </Framed>
        <Framed editor=editor path="industry">
            <Cascade editor=editor path="industry" />
        </Framed>
    }
}

/// Licences, settlement, language, time zone.
#[component]
pub fn BusinessFields(editor: Editor) -> impl IntoView {
    let cycles = Signal::derive(|| {
        SETTLEMENT_CYCLES.iter().map(|cycle| ((*cycle).to_owned(), cycle_label(cycle))).collect::<Vec<_>>()
    });
    view! {
        <Framed editor=editor path="licence.credit_code">
            <Line editor=editor path="licence.credit_code" example="91310110666007217T" />
        </Framed>
        <Framed editor=editor path="licence.food">
            <Line editor=editor path="licence.food" example="JY11105130001234" />
        </Framed>
        <Framed editor=editor path="settlement_cycle">
            <Choose editor=editor path="settlement_cycle" options=cycles />
        </Framed>
        <Framed editor=editor path="language">
            <Cascade editor=editor path="language" />
        </Framed>
        <Framed editor=editor path="time_zone">
            <Cascade editor=editor path="time_zone" />
        </Framed>
    }
}

/// A time while the store is closed: from a day, to a day or for the time being.
#[component]
pub fn ClosureField(editor: Editor) -> impl IntoView {
    const PATH: &str = "closure";
    let (text, locked) = (field_text(editor, PATH), locked(editor, PATH));
    let part = move |n: usize| {
        text.with(|text| {
            let (from, to) = text.split_once('/').unwrap_or((text, ""));
            if n == 0 {
                from
            } else if to == ".." {
                ""
            } else {
                to
            }
            .to_owned()
        })
    };
    let typed = move |n: usize, value: String| {
        let (from, to) = if n == 0 { (value, part(1)) } else { (part(0), value) };
        let (from, to) = (from.trim().to_owned(), to.trim().to_owned());
        let whole = match (from.is_empty(), to.is_empty()) {
            (true, true) => String::new(),
            (_, true) => format!("{from}/.."),
            _ => format!("{from}/{to}"),
        };
        set_text(editor, PATH, whole);
    };
    let day = move |n: usize, label: fn() -> &'static str| {
        view! {
            <input
                id=(n == 0).then(|| input_id(PATH))
                class="in"
                autocomplete="off"
                placeholder=|| words::example("2026-02-10")
                readonly=locked
                aria-label=label
                aria-describedby=format!("{}-m", input_id(PATH))
                data-testid=format!("field-closure-{n}")
                prop:value=move || part(n)
                on:change=move |event| typed(n, event_target_value(&event))
            />
        }
    };
    view! {
        <Framed editor=editor path=PATH full=true hint=Signal::derive(|| words::closure_hint().to_owned())>
            <div class="row g2">
                {day(0, words::closure_from)}
                <span class="faint">{words::closure_to}</span>
                {day(1, words::closure_until)}
            </div>
        </Framed>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn a_place_is_shown_in_the_other_datum_too() {
        set_lang(Language::English);
        let shown = other_datum("39.996790,116.480940 GCJ-02").unwrap();
        assert!(shown.contains("WGS-84") && shown.contains("39.99"), "{shown}");
        assert!(other_datum("39.996790,116.480940").unwrap().contains("GCJ-02"));
        assert_eq!(other_datum("somewhere"), None);
    }
}
