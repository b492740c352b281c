//! What to type instead.

use domain::ErrorCode;

use crate::finding::shortened;

/// Why a text is refused, and the words that are to blame, as typed, if single ones are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub code: ErrorCode,
    pub words: Option<String>,
    /// They are days without work, and nothing tells which.
    pub free_days: bool,
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self { code, words: None, free_days: false }
    }
}

/// What is wrong with a text about opening hours, and what to type instead.
pub(super) fn message(refusal: &Refusal, text: &str) -> String {
    let text = shortened(text);
    if let Some(words) = &refusal.words {
        let words = shortened(words);
        let cure = match refusal.code {
            _ if refusal.free_days => {
                "may be the weekend, public holidays, or both: write 周末, 法定节假日, or 周末及法定节假日"
            }
            ErrorCode::BadTime => "is on no clock: hours go to 24, minutes to 59: write times like 09:00-21:30",
            ErrorCode::BadDay => {
                "is no weekday: write 周一 to 周日, or Mon to Sun; without a day the hours hold for all seven; a remark goes behind the hours, after a comma"
            }
            ErrorCode::Irregular => {
                "depends on season, date or week of the month: write the weekly hours here and the others as special days"
            }
            _ => "is not understood beside hours: take it out, or write days and times, like Mon-Fri 09:00-17:30",
        };
        return format!("“{words}” in “{text}” {cure}");
    }
    let cure = match refusal.code {
        ErrorCode::Empty => return "no opening hours: write them like Mon-Fri 10:00-22:00, or closed".to_owned(),
        ErrorCode::NoTime => "has no usable time: write days and times, like Mon-Sun 10:00-22:00",
        ErrorCode::BadTime => {
            "starts after 24:00, or ends after 06:00 of the next day (30:00): was an evening meant? Write 21:00 for 9 p.m.; longer nights go to the next day"
        }
        ErrorCode::MissingEnd => "has a time without its other end: write both, like 10:00-22:00",
        ErrorCode::ZeroLength => "starts and ends at one time: write closed, or 24 hours",
        ErrorCode::Overlap => "has spans that overlap, perhaps across midnight: join them or change one",
        ErrorCode::Ambiguous => {
            "can be read in two ways: say of each day its hours or closed, like Mon-Sat 11:00-21:00; Sun closed, also of days by appointment; write times on the clock of 24 hours, like 09:00-17:00, or say next day"
        }
        ErrorCode::Irregular => {
            "depends on season, date or week of the month: write the weekly hours here and the others as special days"
        }
        ErrorCode::ConflictDays => "gives one weekday two different hours: write each day once",
        ErrorCode::BadDay => "has a weekday that does not exist: use 周一 to 周日, or Mon to Sun",
        ErrorCode::TooLarge => "is too long, or has more than eight spans on one day: keep to the weekly hours",
        _ => "cannot be read as opening hours: write them like Mon-Fri 10:00-14:00, 17:00-02:00; Sun closed",
    };
    format!("“{text}” {cure}")
}
