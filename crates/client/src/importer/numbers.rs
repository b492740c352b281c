//! Telephone numbers of the shapes that most cells have, read without asking the tables each time.

use std::borrow::Cow;
use std::sync::LazyLock;

use domain::ErrorCode;
use reading::phones::{self, Kind as Line, Phone, Phones};
use regex::Regex;

use super::countries::is_chinese;
use super::rows::{Cell, Kind};

/// The numbers of a cell, and whether a zero was put back.
pub(super) type Numbers = std::result::Result<(Phones, bool), &'static str>;

/// Eleven digits that are a mobile number of mainland China for certain, which most cells are: the tables behind
/// [`phones::read`] need not be asked. Blocks of these prefixes are wholly in use (metadata of libphonenumber).
pub(super) fn plain_mobile(cell: &str) -> Option<Phone> {
    // Written 138 0013 8000 or 138-0013-8000.
    let grouped = match cell.as_bytes() {
        [_, _, _, first @ (b' ' | b'-'), _, _, _, _, second, _, _, _, _] => first == second,
        _ => false,
    };
    let digits: Cow<'_, str> = if grouped { cell.replace([' ', '-'], "").into() } else { cell.into() };
    let bytes = digits.as_bytes();
    let whole = matches!(bytes, [b'1', b'3' | b'8', ..] | [b'1', b'5' | b'9', b'0'..=b'3' | b'5'..=b'9', ..]);
    let is_mobile = whole && bytes.len() == 11 && bytes.iter().all(u8::is_ascii_digit);
    is_mobile.then(|| Phone {
        e164: Some(["+86", &digits].concat()),
        ext: None,
        service: None,
        kind: phones::Kind::Mobile,
    })
}

/// Fixed lines of mainland China, by their national numbers.
static FIXED_LINES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let lines = include_str!("fixed_lines.txt").lines().filter(|line| !line.starts_with('#'));
    // A test holds that it compiles.
    Regex::new(&format!("^(?:{})$", lines.collect::<String>())).ok()
});

/// A Chinese fixed line with its area code, `010-62561234`, and nothing else.
pub(super) fn plain_fixed_line(cell: &str) -> Option<Phone> {
    let (area, rest) = cell.split_once('-')?;
    // Behind 01 there is only 010: a zero before a mobile number is read otherwise.
    let is_area =
        matches!(area.as_bytes(), [b'0', b'1', b'0'] | [b'0', b'2'..=b'9', ..] if matches!(area.len(), 3 | 4));
    if !is_area || !matches!(rest.len(), 7 | 8) || !area.bytes().chain(rest.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut e164 = String::with_capacity(cell.len() + 1);
    e164.push_str("+86");
    e164.push_str(&area[1..]);
    e164.push_str(rest);
    let known = phones::is_possible(&e164) && FIXED_LINES.as_ref().is_some_and(|lines| lines.is_match(&e164[3..]));
    known.then_some(Phone { e164: Some(e164), ext: None, service: None, kind: phones::Kind::Fixed })
}

/// The numbers of a cell. A number cell has lost the zero before its area code.
pub(super) fn read_numbers(cell: &Cell<'_>, country: Option<&str>) -> Numbers {
    let digits = cell.text;
    let national = |start: &[&str]| start.iter().any(|start| digits.starts_with(start));
    let lost = cell.kind == Kind::Number && (9..=11).contains(&digits.len()) && !national(&["400", "800"]);
    let mobile = digits.len() == 11 && digits.starts_with('1');
    if lost
        && !mobile
        && let Ok(found) = phones::read(&format!("0{digits}"), country)
    {
        return Ok((found, true));
    }
    match phones::read(digits, country) {
        Ok(found) => {
            let restored = has_lost_zero(digits, &found);
            Ok((found, restored))
        }
        Err(finding) if finding.code == ErrorCode::Empty => Ok((Phones::default(), false)),
        Err(finding) => Err(finding.code.as_str()),
    }
}

/// `1062561234` as text: a spreadsheet took the zero before its area code.
fn has_lost_zero(digits: &str, found: &Phones) -> bool {
    let is_it =
        |phone: &Phone| is_chinese(phone, Line::Fixed) && phone.e164.as_deref() == Some(&["+86", digits].concat());
    (9..=11).contains(&digits.len()) && found.phones.iter().any(is_it)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_says_what_the_long_one_says() {
        let mut taken = 0;
        for prefix in 100..200 {
            let digits = format!("{prefix}12345678");
            if let Some(phone) = plain_mobile(&digits) {
                assert_eq!(phones::read(&digits, None).unwrap().phones, std::slice::from_ref(&phone), "{digits}");
                for grouped in [format!("{prefix} 1234 5678"), format!("{prefix}-1234-5678")] {
                    assert_eq!(plain_mobile(&grouped), Some(phone.clone()));
                    assert_eq!(phones::read(&grouped, None).unwrap().phones, std::slice::from_ref(&phone), "{grouped}");
                }
                taken += 1;
            }
        }
        assert!(taken > 30, "{taken}");
        for other in [
            "1381234567",
            "138123456789",
            "13812a45678",
            "12345678901",
            "",
            "15412345678",
            "138 1234-5678",
            "138 12 345678",
        ] {
            assert_eq!(plain_mobile(other), None, "{other}");
        }
    }

    #[test]
    fn a_fixed_line_is_one_for_the_tables_too() {
        assert!(FIXED_LINES.is_some());
        let (mut taken, mut asked) = (0, 0);
        let areas = (10..1_000).map(|area| format!("0{area}")).filter(|area| area.len() < 5);
        for (n, area) in areas.enumerate() {
            for subscriber in (1_000_000..99_999_999_u32).step_by(12_837_111).chain([1_001_234, 1_230_000, 95_123_456])
            {
                let cell = format!("{area}-{}", subscriber + u32::try_from(n).unwrap() * 977);
                let Some(phone) = plain_fixed_line(&cell) else {
                    asked += 1;
                    continue;
                };
                assert_eq!(phones::read(&cell, None).unwrap().phones, std::slice::from_ref(&phone), "{cell}");
                assert_eq!(phones::read(&cell, Some("86")).unwrap().phones, [phone], "{cell}");
                taken += 1;
            }
        }
        assert!(taken > 500 && asked > 100, "{taken} {asked}");
        for other in [
            "010-6256123",
            "010 62561234",
            "010-62561234-8",
            "13800138000",
            "010-6256123a",
            "0138-12345678",
            "-62561234",
        ] {
            assert_eq!(plain_fixed_line(other), None, "{other}");
        }
        // What the tables call a fixed line is one here, so that the copy does not fall behind them.
        for cell in ["010-62561234", "0755-26012345", "0571-88888888", "021-64333333", "0898-66666666"] {
            assert!(plain_fixed_line(cell).is_some(), "{cell}");
        }
    }
}
