//! A week's opening hours as people write them, Chinese or English. What has two readings is refused: a
//! person must choose.

mod behind;
mod clock;
mod closures;
mod days;
mod festivals;
mod free_days;
mod message;
mod named;
mod notes;
mod numbers;
mod osm;
mod pairs;
mod phrases;
mod rules;
mod shut;
mod spans;
mod spelling;
mod suspended;
mod vocabulary;
mod week;
mod words;

use domain::hours::{Span, value};
use domain::{ErrorCode, FieldPath, Value, text};

use crate::empty::is_empty;
use crate::finding::{Finding, TEXT_CHARS_MAX};
use message::{Refusal, message};
use spelling::Spelling;
use words::{Token, Word};

pub use osm::osm;

/// What a text says beside the weekly hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Open round the clock on every open day.
    AllDay,
    /// It opens on public holidays.
    PhOpen,
    /// It closes on public holidays.
    PhOff,
    /// Public holidays have hours of their own.
    PhHours,
    /// Suspended.
    ClosedTemporarily,
    /// Needs booking.
    ByAppointment,
    /// Words are left that do not change the hours.
    Note,
}

impl Flag {
    /// The flag as programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllDay => "all_day",
            Self::PhOpen => "ph_open",
            Self::PhOff => "ph_off",
            Self::PhHours => "ph_hours",
            Self::ClosedTemporarily => "closed_temporarily",
            Self::ByAppointment => "by_appointment",
            Self::Note => "note",
        }
    }
}

/// Opening hours that were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// For each day, Monday first, its spans: sorted, not overlapping; empty: closed. An end above 1440 runs
    /// into the next day.
    pub days: [Vec<Span>; 7],
    /// In order, each once.
    pub flags: Vec<Flag>,
    /// The words that are left, as typed.
    pub note: Option<String>,
    /// Hours of public holidays, where the text has them.
    pub ph: Vec<Span>,
}

impl Hours {
    /// The registers of the seven days.
    pub fn registers(&self) -> impl Iterator<Item = (FieldPath, Value)> + '_ {
        self.days.iter().enumerate().map(|(n, spans)| (FieldPath::hours(n), value(spans)))
    }
    /// Does the text say more than the registers of the seven days hold?
    pub fn has_more(&self) -> bool {
        self.flags.iter().any(|flag| *flag != Flag::AllDay)
    }
    /// Minutes of each weekday, by its short name: `{"mo":[[540,1260]],…}`.
    pub fn minutes(&self) -> Value {
        let days = domain::field::WEEKDAYS.iter().zip(&self.days);
        Value(days.map(|(name, spans)| ((*name).to_owned(), minutes(spans))).collect())
    }
}

/// Spans as pairs of minutes.
pub fn minutes(spans: &[Span]) -> serde_json::Value {
    spans.iter().map(|span| serde_json::json!([span.start_min, span.end_min])).collect()
}

/// Reads a text.
///
/// # Errors
/// Why it cannot be read: `empty`, `no_time`, `bad_time`, `missing_end`, `zero_length`, `overlap`,
/// `ambiguous`, `irregular`, `conflict_days`, `bad_day`; `too_large` for what is no text about hours.
pub fn read(text: &str) -> Result<Hours, Finding> {
    hours(text).map_err(|refusal| Finding::new(refusal.code, message(&refusal, text)))
}

fn hours(typed: &str) -> Result<Hours, Refusal> {
    if is_empty(typed) {
        return Err(ErrorCode::Empty.into());
    }
    if typed.chars().count() > TEXT_CHARS_MAX {
        return Err(ErrorCode::TooLarge.into());
    }
    let spelling = Spelling::new(typed);
    let tokens = words::tokens(&spelling.plain);
    let (mut tokens, notes) = notes::without_notes(&spelling, tokens);
    pairs::join(&mut tokens);
    let suspended = suspended::suspended(&mut tokens);
    if !suspended && let Some((code, at)) = refused(&spelling, &tokens) {
        // "上学日" is one word to who typed it.
        let run = |token: &&Token| matches!(token.word, Word::Unknown | Word::Label);
        let end = tokens[at..].iter().take_while(run).last().map_or(tokens[at].to, |token| token.to);
        let typed = spelling.part(tokens[at].from, end);
        let words = typed.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '[' | ']')).to_owned();
        return Err(Refusal { code, words: (code != ErrorCode::NoTime).then_some(words), free_days: false });
    }
    // "11:00-20:00，假日09:00-20:00"
    if !suspended && let Some(token) = tokens.iter().find(|token| token.word == Word::FreeDays) {
        let words = Some(spelling.part(token.from, token.to));
        return Err(Refusal { code: ErrorCode::Ambiguous, words, free_days: true });
    }
    let words: Vec<Word> = tokens.into_iter().map(|token| token.word).collect();
    let has = |wanted: &Word| words.contains(wanted);
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    let mut flags = Vec::new();
    if has(&Word::Appointment) {
        flags.push(Flag::ByAppointment);
    }
    if note.is_some() {
        flags.push(Flag::Note);
    }
    if suspended {
        // What else is said ("until 1 March") is for people.
        let said = words
            .iter()
            .any(|word| !matches!(word, Word::Suspended | Word::Gap | Word::Label | Word::Break | Word::Closed));
        let note = if said { Some(text::tidy(typed)) } else { note };
        flags.retain(|flag| *flag != Flag::Note);
        flags.extend(note.is_some().then_some(Flag::Note));
        flags.push(Flag::ClosedTemporarily);
        flags.sort_unstable();
        return Ok(Hours { flags, note, ..Hours::default() });
    }
    let found = rules::rules(&words)?;
    let open = found
        .rules
        .iter()
        .any(|rule| !rule.spans.is_empty() && (!rule.holidays || rule.every || !rule.days.is_empty()));
    let shut_all = found.rules.iter().any(|rule| rule.closed && !rule.holidays && matches!(rule.days.len(), 0 | 7));
    if !open && !shut_all {
        return Err(ErrorCode::NoTime.into());
    }
    let days = week::week(&found)?;
    let ph = week::holidays(&found.rules)?;
    if !ph.is_empty() {
        flags.push(Flag::PhHours);
    }
    let everywhere =
        found.rules.iter().any(|rule| rule.holidays && (rule.every || rule.days.len() == 7) && !rule.spans.is_empty());
    let same = found.rules.iter().any(|rule| rule.holidays && rule.same);
    if found.ph_open || everywhere || same {
        flags.push(Flag::PhOpen);
    }
    if found.ph_off || found.rules.iter().any(|rule| rule.holidays && rule.closed) {
        flags.push(Flag::PhOff);
    }
    if flags.contains(&Flag::PhHours) && flags.contains(&Flag::PhOff) {
        return Err(ErrorCode::ConflictDays.into());
    }
    let mut all_day = days.iter().filter(|day| !day.is_empty()).peekable();
    if all_day.peek().is_some() && all_day.all(|day| day.as_slice() == [(0, 1440)]) {
        flags.push(Flag::AllDay);
    }
    flags.sort_unstable();
    let spans = |minutes: Vec<spans::Minutes>| -> Vec<Span> {
        minutes.into_iter().map(|(start_min, end_min)| Span { start_min, end_min }).collect()
    };
    Ok(Hours { days: days.map(spans), flags, note, ph: spans(ph) })
}

/// The first word that no week can be read beside.
fn refused(text: &Spelling, tokens: &[Token]) -> Option<(ErrorCode, usize)> {
    let is_hours = |token: &Token| matches!(token.word, Word::Time(_) | Word::AllDay);
    let has_hours = tokens.iter().any(is_hours);
    for (word, code) in [
        (Word::Irregular, ErrorCode::Irregular),
        (Word::BadDay, ErrorCode::BadDay),
        (Word::BadTime, ErrorCode::BadTime),
        (Word::Number, if has_hours { ErrorCode::Ambiguous } else { ErrorCode::NoTime }),
    ] {
        if let Some(found) = tokens.iter().position(|token| token.word == word) {
            return Some((code, found));
        }
    }
    let at = tokens.iter().position(|token| matches!(token.word, Word::Unknown | Word::Quantity))?;
    // "工做日 9:00-18:00": days are expected there.
    let in_front = |token: &Token| {
        matches!(
            token.word,
            Word::Gap | Word::Label | Word::Unknown | Word::Dash | Word::And | Word::Open | Word::Shut | Word::Break
        )
    };
    let leads =
        tokens[..at].iter().all(in_front) && tokens[at..].iter().find(|token| !in_front(token)).is_some_and(is_hours);
    let code = match (has_hours, leads) {
        (false, _) => ErrorCode::NoTime,
        (true, true) if is_like_days(text, &tokens[at..]) => ErrorCode::BadDay,
        (true, _) => ErrorCode::Ambiguous,
    };
    Some((code, at))
}

/// "工做日", "学期内", "Mondy", "月-金", but neither "外卖" nor "新店".
fn is_like_days(text: &Spelling, tokens: &[Token]) -> bool {
    let ahead = |token: &&Token| !matches!(token.word, Word::Time(_) | Word::AllDay);
    let Some(last) = tokens.iter().take_while(ahead).last() else { return false };
    let words: Vec<char> = text.plain[tokens[0].from..last.to].to_vec();
    words.iter().any(|c| c.is_ascii_alphabetic() || "日天期周曰礼".contains(*c))
        || tokens.iter().take_while(ahead).any(|token| token.word == Word::Dash)
}
