//! The form in which telephone numbers are stored.

use std::ops::RangeInclusive;

/// How many digits a number has, country code and all (ITU-T E.164, 6.2.1: at most 15; none that is called is shorter).
pub const PHONE_DIGITS: RangeInclusive<usize> = 7..=15;
/// Digits of an extension.
pub const EXTENSION_DIGITS: RangeInclusive<usize> = 1..=8;
/// Between a number and its extension (RFC 3966).
const EXTENSION: &str = ";ext=";
/// The country whose service numbers are known, as they begin when they are stored.
const CHINA: &str = "+86";

/// A stored number: E.164, and behind it an extension as RFC 3966 writes it, `+862158881234;ext=801`. A service number,
/// which has no E.164, stands behind the code of its country: `+8695188`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredPhone<'a> {
    /// `+` and digits.
    pub number: &'a str,
    /// Digits to dial behind it.
    pub ext: Option<&'a str>,
}

impl<'a> StoredPhone<'a> {
    /// A text that has the form; of the plans of countries nothing is asked.
    pub fn parse(text: &'a str) -> Option<Self> {
        let has = |digits: &str, count: RangeInclusive<usize>| {
            count.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        };
        let (number, ext) = text.split_once(EXTENSION).map_or((text, None), |(number, ext)| (number, Some(ext)));
        let is_good = has(number.strip_prefix('+')?, PHONE_DIGITS) && ext.is_none_or(|ext| has(ext, EXTENSION_DIGITS));
        is_good.then_some(Self { number, ext })
    }
    /// The digits of a service number of mainland China, if it is one.
    pub fn service(&self) -> Option<&'a str> {
        self.number.strip_prefix(CHINA).filter(|digits| is_service(digits))
    }
}

/// A number with its extension, in the stored form.
pub fn with_extension(number: &str, ext: &str) -> String {
    [number, EXTENSION, ext].concat()
}

/// A service number of mainland China, in the stored form.
pub fn of_service(digits: &str) -> String {
    [CHINA, digits].concat()
}

/// Short numbers of service lines in mainland China: 95xxx, 96xxx, 10xxx, 11xxx, 12xxx with five digits, all but the
/// last with six, and eight behind 950, 9510 and 1010. One digit five times stands for none.
pub fn is_service(number: &str) -> bool {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| number.starts_with(prefix));
    let short = match number.len() {
        5 => starts(&["95", "96", "10", "11", "12"]) && number != "11111",
        6 => starts(&["95", "96", "10", "11"]),
        _ => false,
    };
    let long = number.len() == 8 && starts(&["950", "9510", "1010"]);
    (short || long) && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_extensions_and_services() {
        for (text, number, ext, service) in [
            ("+8613800138000", "+8613800138000", None, None),
            ("+862158881234;ext=801", "+862158881234", Some("801"), None),
            ("+8695188", "+8695188", None, Some("95188")),
            ("+8695188;ext=3", "+8695188", Some("3"), Some("95188")),
            ("+8610105678", "+8610105678", None, Some("10105678")),
            ("+8695013888", "+8695013888", None, Some("95013888")),
            ("+8611111", "+8611111", None, None),
            ("+442071234567", "+442071234567", None, None),
        ] {
            let read = StoredPhone::parse(text).unwrap();
            assert_eq!((read.number, read.ext, read.service()), (number, ext, service), "{text}");
        }
        for text in [
            "",
            "95188",
            "13800138000",
            "+123456",
            "+1234567890123456",
            "+86 95188",
            "+8695188;ext=",
            "+8695188ext=1",
            "+8695188;ext=123456789",
            "+8695188;ext=1;ext=2",
            "+8695188;ext=a",
            "+8695188; ext=1",
        ] {
            assert_eq!(StoredPhone::parse(text), None, "{text}");
        }
        assert_eq!(with_extension("+862158881234", "801"), "+862158881234;ext=801");
        assert_eq!(of_service("95188"), "+8695188");
    }
}
