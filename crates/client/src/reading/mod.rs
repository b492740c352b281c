//! Cells as people write them: a week's opening hours, several telephone numbers, "nothing".

pub mod phones;
pub mod week;
mod week_words;

use domain::text;

/// Texts that say that there is nothing.
const PLACEHOLDERS: [&str; 10] = ["", "-", "--", "/", "无", "無", "n/a", "na", "none", "暂无"];

/// Does a cell say nothing?
pub fn is_empty(cell: &str) -> bool {
    let key = text::key(cell).replace(['–', '—', '―'], "-");
    PLACEHOLDERS.contains(&key.trim_matches('-')) || PLACEHOLDERS.contains(&key.as_str())
}
