//! Standard output is for results, standard error for messages.

use std::io::Write;

use domain::{ErrorCode, Problem};
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
    writeln!(out, "{text}")
        .map_err(|error| Problem::new(ErrorCode::Storage, format!("the output cannot be written: {error}")).into())
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
