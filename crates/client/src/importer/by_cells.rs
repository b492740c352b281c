//! Headers that say too little: what their columns hold is seen by the first cell.

use domain::text;
use reading::coordinates;

use super::columns::Target;
use super::header_words::header_key;

/// The fewest digits of a telephone number in a column that may hold persons too.
const DIGITS_MIN: usize = 6;

/// Where a column goes that a rule sent to `target`; nothing if its first cell is no such thing.
pub(super) fn corrected(target: Target, header: &str, cell: &str) -> Option<Target> {
    match target {
        Target::Opened => Some(of_times(cell).unwrap_or(target)),
        Target::Coordinates if is_location(header) => is_place(cell).then_some(target),
        _ => Some(target),
    }
}

/// Is it called by a word that means degrees to one and an address to another?
pub(super) fn is_location(header: &str) -> bool {
    matches!(header_key(header).as_str(), "location" | "poilocation")
}

/// May it be degrees, by its cell? An empty one says nothing against it.
fn is_place(cell: &str) -> bool {
    reading::is_empty(cell) || coordinates::read(cell).is_ok() || !cell.contains(char::is_alphabetic)
}

/// Degrees with a fraction, up to so many.
pub(super) fn is_degrees(cell: &str, most: f64) -> bool {
    cell.contains('.') && cell.parse().is_ok_and(|degrees: f64| degrees.abs() <= most)
}

/// Telephone numbers, and nobody's name.
pub(super) fn is_number(cell: &str) -> bool {
    cell.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_MIN && !cell.contains(char::is_alphabetic)
}

/// What a column called “opened” holds instead of a day, by its first cell: a time of day, or hours.
fn of_times(cell: &str) -> Option<Target> {
    let cell = text::key(cell);
    let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
    if !matches!(digits, 1 | 2) || !cell[digits..].starts_with(':') {
        return None;
    }
    let is_span = cell.contains(['-', '~', '至', '到', '–', '—']);
    Some(if is_span { Target::Hours } else { Target::Open })
}
