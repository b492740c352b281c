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

/// Texts that say that there is nothing, where no store can be called so: in the same form, without dashes and points
/// around them.
const NOTHING_KNOWN: [&str; 23] = [
    "nan",
    "not available",
    "unavailable",
    "unknown",
    "not known",
    "not listed",
    "not provided",
    "n.a",
    "9",
    "99",
    "999",
    "9999",
    "无电话",
    "無電話",
    "暂无电话",
    "没有电话",
    "no phone",
    "no phone number",
    "no telephone",
    "no hours",
    "no hours listed",
    "no hours available",
    "暂无营业时间",
];

/// Does a cell of numbers or hours that could not be read say that there are none? `NOT AVAILABLE`, `无电话`, `-999`.
pub fn says_nothing(cell: &str) -> bool {
    let key = text::key(cell);
    let is_number = key.starts_with(|c: char| c.is_ascii_digit());
    !is_number && NOTHING_KNOWN.contains(&key.trim_matches(['-', '–', '—', '.', '。', '(', ')', ' ']))
}

/// Does a character alone show that a cell says something? A digit, a letter or an ideograph that is in no placeholder;
/// none of them changes when texts are brought into the form in which they are compared.
fn says_something(c: char) -> bool {
    match c {
        '0'..='9' => true,
        'A'..='Z' | 'a'..='z' => {
            !matches!(c.to_ascii_lowercase(), 'n' | 'a' | 'o' | 'e' | 'u' | 'l' | 'i' | 't' | 'b' | 'd')
        }
        '无' | '無' | '暂' | '暫' | '没' | '有' | '沒' | '未' | '知' | '填' | '提' | '供' | '待' | '定' | '补'
        | '充' | '空' | '不' | '详' | '詳' | '明' => false,
        '\u{4e00}'..='\u{9fff}' => true,
        _ => false,
    }
}

/// Does a cell say nothing? Dashes, slashes, `无`, `N/A` and their like.
pub fn is_empty(cell: &str) -> bool {
    if cell.is_empty() {
        return true;
    }
    // The first characters of almost every cell are enough.
    if cell.chars().take(4).any(says_something) {
        return false;
    }
    let key = text::key(cell);
    let is_dash = |c: char| matches!(c, '-' | '–' | '—' | '―' | '−' | '‐' | '‑' | '─' | '_' | '~' | ' ' | '·');
    key.chars().all(is_dash)
        || PLACEHOLDERS.contains(&key.as_str())
        || PLACEHOLDERS.contains(&key.trim_matches(is_dash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_may_say_in_words_that_there_is_nothing() {
        for typed in ["NOT AVAILABLE", "unknown", "n.a.", "-999", "无电话", "No phone", "No hours listed.", "(Unknown)"]
        {
            assert!(says_nothing(typed), "{typed}");
        }
        for typed in ["999", "99", "-998", "unknown Bar", "no", "010-62561234", "9:00-18:00", "-"] {
            assert!(!says_nothing(typed), "{typed}");
        }
    }

    #[test]
    fn what_is_in_a_placeholder_says_nothing_by_itself() {
        for placeholder in PLACEHOLDERS {
            assert!(!placeholder.chars().any(says_something), "{placeholder}");
            for typed in [placeholder.to_owned(), format!("— {} ", placeholder.to_uppercase())] {
                assert!(is_empty(&typed), "{typed}");
            }
        }
        for typed in ["王", "a1", "Nr", "无锡", "NAME", "none of it", "0"] {
            assert!(!is_empty(typed), "{typed}");
        }
    }
}
