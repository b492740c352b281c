//! Cells as spreadsheets write them: texts that are marked as text, formulas, several that make one.

use std::borrow::Cow;

use domain::text::{has_plain_ends, is_invisible};

use super::rows::{Cell, Cells, Kind};
use crate::exporter::RISKY;

pub(super) fn is_formula(cell: &Cell<'_>) -> bool {
    matches!(cell.kind, Kind::Formula | Kind::BareFormula) || cell.text.starts_with('=')
}

/// A formula that no result came with.
pub(super) fn bare_formula(cell: &Cell<'_>) -> bool {
    cell.kind == Kind::BareFormula || cell.kind == Kind::Text && cell.text.starts_with('=')
}

/// What a spreadsheet shows where a formula has no value.
const ERRORS: [&str; 7] = ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"];

/// Is it such an error? It says nothing, as an empty cell.
pub(super) fn is_error(text: &str) -> bool {
    text.starts_with('#') && ERRORS.contains(&text.trim())
}

/// Without blanks and what nobody sees at its ends: a mark of byte order in front of `=` makes a formula no less one.
fn trimmed(text: &str) -> &str {
    if has_plain_ends(text) { text } else { text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c)) }
}

/// `="13800138000"` and `'=1+1`: texts that a spreadsheet was told to keep, the second by our export.
pub(super) fn unwrapped(cell: Cell<'_>) -> Cell<'_> {
    let plain = trimmed(cell.text);
    let first = plain.as_bytes().first().copied();
    let text = match first {
        Some(b'\'') => {
            let rest = &plain[1..];
            if rest.starts_with(RISKY) {
                return Cell { text: rest, kind: Kind::Text };
            }
            plain
        }
        // A spreadsheet could not work it out.
        Some(b'#') if is_error(plain) => "",
        Some(b'=') => match plain.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if !inner.contains('"') => return Cell { text: inner, kind: Kind::Text },
            _ => plain,
        },
        _ => plain,
    };
    Cell { text, kind: cell.kind }
}

/// The text of some cells.
#[derive(Default)]
pub(super) struct Joined<'a> {
    pub text: Cow<'a, str>,
    /// A cell was a formula, or looks like one.
    pub is_formula: bool,
}

/// The cells of several columns, joined.
pub(super) fn joined<'a>(cells: &Cells<'a>, columns: &[usize]) -> Joined<'a> {
    let mut joined = Joined::default();
    for n in columns {
        let raw = cells.get(*n);
        let mut cell = unwrapped(raw);
        // Only a time of opening or closing asks for the time of a moment; dates are days.
        if cell.kind == Kind::Date {
            cell.text = cell.text.split(' ').next().unwrap_or_default();
        }
        if cell.text.is_empty() {
            continue;
        }
        // What was marked as text is none, whatever it begins with.
        joined.is_formula |= matches!(cell.kind, Kind::Formula | Kind::BareFormula)
            || cell.text.starts_with('=') && cell.text.len() == trimmed(raw.text).len();
        if joined.text.is_empty() {
            joined.text = Cow::Borrowed(cell.text);
        } else {
            let text = joined.text.to_mut();
            text.push_str(", ");
            text.push_str(cell.text);
        }
    }
    joined
}
