//! Cells that say that there is nothing.

use domain::text;

/// Texts that say that there is nothing, in the form in which texts are compared.
const PLACEHOLDERS: [&str; 28] = [
    "",
    "/",
    "\\",
    ".",
    "...",
    "?",
    "无",
    "無",
    "暂无",
    "暫無",
    "没有",
    "沒有",
    "未知",
    "未填",
    "不详",
    "不詳",
    "不明",
    "未提供",
    "待定",
    "待补充",
    "空",
    "n/a",
    "na",
    "#n/a",
    "none",
    "null",
    "nil",
    "tbd",
];

/// Does a cell say nothing? Dashes, slashes, `无`, `N/A` and their like.
pub fn is_empty(cell: &str) -> bool {
    let key = text::key(cell);
    let is_dash = |c: char| matches!(c, '-' | '–' | '—' | '―' | '−' | '‐' | '‑' | '─' | '_' | '~' | ' ' | '·');
    key.chars().all(is_dash)
        || PLACEHOLDERS.contains(&key.as_str())
        || PLACEHOLDERS.contains(&key.trim_matches(is_dash))
}
