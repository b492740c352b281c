//! Standard output is for results, standard error for messages.

use std::io::Write;

use domain::change::Change;
use domain::{ErrorCode, FieldPath, Problem, Value};
use serde::Serialize;

use super::Failed;

/// A message for people.
pub fn say(message: &str) {
    let mut err = std::io::stderr().lock();
    // Nobody reads: nothing to do about it.
    let _ = writeln!(err, "{message}");
}

/// A line of the result.
pub fn line(text: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failed::NobodyReads,
        _ => Problem::new(ErrorCode::Storage, format!("the output cannot be written: {error}")).into(),
    })
}

/// A value in one line: a day that is closed says so, and what is not there is a dash.
pub fn value(field: &str, value: &Value) -> String {
    let is_closed = FieldPath::root_of(field) == "hours" && value.as_list().is_some_and(|spans| spans.is_empty());
    match value.plain() {
        _ if is_closed => "closed".to_owned(),
        text if text.is_empty() => "—".to_owned(),
        text => text,
    }
}

/// What a change did, in one line.
pub fn change(change: &Change) -> String {
    format!("{} → {}", value(&change.field, &change.before), value(&change.field, &change.after))
}

/// The result as one JSON document.
pub fn json(value: &impl Serialize) -> Result<(), Failed> {
    let text = serde_json::to_string(value)
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("the result has no JSON form: {error}")))?;
    line(&text)
}

/// Columns, as wide as their widest cell in a terminal (Chinese characters take two places).
pub fn table(rows: &[Vec<String>]) -> Result<(), Failed> {
    let width = |text: &str| text.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum::<usize>();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|n| rows.iter().filter_map(|row| row.get(n)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    for row in rows {
        let mut text = String::new();
        for (cell, wide) in row.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', wide.saturating_sub(width(cell)) + 2));
        }
        line(text.trim_end())?;
    }
    Ok(())
}
