//! What to type instead.

use domain::ErrorCode;

use crate::finding::shortened;

/// What is wrong with a text about opening hours, and what to type instead.
pub fn message(code: ErrorCode, text: &str) -> String {
    let cure = match code {
        ErrorCode::Empty => return "no opening hours: write them like Mon-Fri 10:00-22:00, or closed".to_owned(),
        ErrorCode::NoTime => "has no usable time: write days and times, like Mon-Sun 10:00-22:00",
        ErrorCode::BadTime => {
            "has a time that no clock shows: hours go to 23, minutes to 59, an end to 30:00 (06:00 of the next day)"
        }
        ErrorCode::MissingEnd => "has a time without its other end: write both, like 10:00-22:00",
        ErrorCode::ZeroLength => "starts and ends at one time: write closed, or 24 hours",
        ErrorCode::Overlap => "has spans that overlap, perhaps across midnight: join them or change one",
        ErrorCode::Ambiguous => {
            "can be read in two ways: write times on the clock of 24 hours, like 09:00-17:00, or say next day; take out words that are no hours"
        }
        ErrorCode::Irregular => {
            "depends on season, date or week of the month: write the weekly hours here and the others as special days"
        }
        ErrorCode::ConflictDays => "gives one weekday two different hours: write each day once",
        ErrorCode::BadDay => "has a weekday that does not exist: use 周一 to 周日, or Mon to Sun",
        ErrorCode::TooLarge => "is too long, or has more than eight spans on one day: keep to the weekly hours",
        _ => "cannot be read as opening hours: write them like Mon-Fri 10:00-14:00, 17:00-02:00; Sun closed",
    };
    format!("“{}” {cure}", shortened(text))
}
