//! Profiles as rows of a table that a spreadsheet can open without running anything in it.

use std::collections::BTreeSet;
use std::io::Write;

use domain::field::{FieldPath, WEEKDAYS};
use domain::{Profile, Value};

use crate::error::Result;

const USUAL: [&str; 9] = ["merchant_id", "name", "address", "phones", "category", "region", "status", "tags", "note"];

/// Has this register a column only if some merchant has it?
pub(super) fn is_extra(field: &FieldPath) -> bool {
    let weekday = field.root() == "hours" && field.key().is_some_and(|key| WEEKDAYS.contains(&key));
    !weekday && !USUAL.contains(&field.root())
}

/// The headers.
pub(super) fn columns(extra: &BTreeSet<FieldPath>) -> Vec<String> {
    let usual = USUAL.iter().map(|name| (*name).to_owned());
    let days = WEEKDAYS.iter().map(|day| format!("hours.{day}"));
    usual.chain(days).chain(extra.iter().map(ToString::to_string)).collect()
}

/// A cell that a spreadsheet would run as a formula gets an apostrophe in front; so does one that begins with
/// an apostrophe, so that taking one away always gives back what was there.
pub(super) fn neutral(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) { format!("'{cell}") } else { cell }
}

fn spans(spans: &[String]) -> String {
    if spans.is_empty() { "closed".to_owned() } else { spans.join(",") }
}

fn cell(profile: &Profile, column: &str) -> String {
    let text = |value: Option<&Value>| value.map(Value::plain).unwrap_or_default();
    match column {
        "merchant_id" => profile.merchant_id.to_string(),
        "name" => profile.name.clone(),
        "address" => profile.address.clone(),
        "phones" => profile.phones.join(","),
        "category" => profile.category.clone(),
        "tags" => profile.tags.iter().map(String::as_str).collect::<Vec<_>>().join(","),
        _ => match column.split_once('.') {
            Some(("hours", key)) => {
                let day = match key.strip_prefix("special.") {
                    Some(date) => profile.special_hours.get(date),
                    None => profile.hours.get(key),
                };
                day.map(|day| spans(day)).unwrap_or_else(|| text(profile.other.get(column)))
            }
            Some(("custom", key)) => text(profile.custom.get(key)),
            _ => text(profile.other.get(column)),
        },
    }
}

fn write_cells(out: &mut impl Write, cells: impl Iterator<Item = String>) -> Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(cells.map(neutral))?;
    writer.flush()?;
    Ok(())
}

pub(super) fn write_header(out: &mut impl Write, columns: &[String]) -> Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    write_cells(out, columns.iter().cloned())
}

pub(super) fn write_row(out: &mut impl Write, columns: &[String], profile: &Profile) -> Result<()> {
    write_cells(out, columns.iter().map(|column| cell(profile, column)))
}
