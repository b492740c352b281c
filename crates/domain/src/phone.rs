//! Telephone numbers in E.164 (ITU-T), by libphonenumber's metadata.

use phonenumber::{Mode, country::Id};
use unicode_normalization::UnicodeNormalization;

use crate::problem::{ErrorCode, Problem};
use crate::stored_phone::PHONE_DIGITS;
use crate::text;

/// Reads one number. Without a country code it is taken as a number of mainland China.
///
/// # Errors
/// `bad_phone` with the cure.
pub fn e164(input: &str) -> Result<String, Problem> {
    let plain = text::tidy(&input.nfkc().collect::<String>());
    let plain = plain.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '+' && c != '(');
    let bad = || {
        Problem::new(
            ErrorCode::BadPhone,
            format!(
                "“{}” is no telephone number: write the area code too, or +country code",
                plain.chars().take(40).collect::<String>()
            ),
        )
    };
    // Told a country, the library takes that country's trunk and carrier codes off numbers of every other one too.
    let country = (!plain.trim_start_matches('(').starts_with('+')).then_some(Id::CN);
    // The library takes all that stands between + and the first hyphen for the country code: `+8610-82868686`.
    let spaced = if country.is_none() { plain.replace('-', " ") } else { plain.to_owned() };
    let parsed = phonenumber::parse(country, spaced).map_err(|_| bad())?;
    if !phonenumber::is_valid(&parsed) {
        return Err(bad());
    }
    let found = parsed.format().mode(Mode::E164).to_string();
    // The library knows longer ones, called within their country only.
    if PHONE_DIGITS.contains(&found.trim_start_matches('+').len()) { Ok(found) } else { Err(bad()) }
}
