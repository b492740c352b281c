//! An area code in a column of its own, put in front of the numbers beside it.

use std::sync::LazyLock;

use regex::Regex;

/// A local number at the beginning of a cell: seven or eight digits, as those of China and Taiwan and many others are.
static LOCAL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[2-9][0-9]{2,3}[ -]?[0-9]{4}([^0-9].*)?$").ok());

/// Countries whose area codes begin with a zero that a spreadsheet takes away; nothing given is China.
const ZERO_IN_FRONT: [&str; 2] = ["86", "886"];

/// The number of a cell with the row's area code; nothing if it has one, or the code is none.
pub(super) fn with_area(code: &str, number: &str, country: Option<&str>) -> Option<String> {
    let code: String = code.chars().filter(|c| !matches!(c, '(' | ')' | '（' | '）' | '-' | ' ')).collect();
    let is_code = (1..=4).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code || !LOCAL.as_ref().is_some_and(|local| local.is_match(number)) {
        return None;
    }
    let has_lost_zero = !code.starts_with('0') && country.is_none_or(|country| ZERO_IN_FRONT.contains(&country));
    Some(format!("{}{code}-{number}", if has_lost_zero { "0" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_no_area_code_gets_one() {
        for (code, number, country, expected) in [
            ("010", "62561234", None, Some("010-62561234")),
            ("10", "6256-1234", None, Some("010-6256-1234")),
            ("（0755）", "2600 1234", None, Some("0755-2600 1234")),
            ("021", "62561234-801", None, Some("021-62561234-801")),
            ("0571", "8765432/8765433", None, Some("0571-8765432/8765433")),
            ("02", "27208889", Some("886"), Some("02-27208889")),
            ("2", "27208889", Some("886"), Some("02-27208889")),
            ("212", "555-0123", Some("1"), Some("212-555-0123")),
            ("010", "13800138000", None, None),
            ("010", "010-62561234", None, None),
            ("010", "95188", None, None),
            ("010", "400-810-0000", None, None),
            ("", "62561234", None, None),
            ("朝阳区", "62561234", None, None),
            ("86010", "62561234", None, None),
        ] {
            assert_eq!(with_area(code, number, country).as_deref(), expected, "{code} {number}");
        }
    }
}
