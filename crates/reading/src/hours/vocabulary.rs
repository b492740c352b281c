//! The words about opening hours that are understood.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::Word;

type Entries = Vec<(Vec<char>, Word)>;

/// By first character, the longest first.
static WORDS: LazyLock<HashMap<char, Entries>> = LazyLock::new(|| {
    let mut words: HashMap<char, Entries> = HashMap::new();
    for line in include_str!("../../data/hours_words.txt").lines().filter(|line| !line.starts_with('#')) {
        let Some((word, texts)) = line.split_once(": ").and_then(|(kind, texts)| Some((meaning(kind)?, texts))) else {
            continue;
        };
        let before = if line.starts_with("last_of:") { &LAST[..] } else { &[""] };
        for (text, before) in texts.split(" | ").flat_map(|text| before.iter().map(move |before| (text, before))) {
            let chars: Vec<char> = before.chars().chain(text.chars()).collect();
            words.entry(chars[0]).or_default().push((chars, word.clone()));
        }
    }
    words.values_mut().for_each(|entries| entries.sort_by_key(|(text, _)| std::cmp::Reverse(text.len())));
    words
});

/// What is done for the last time: no orders, no visitors from then on.
const LAST: [&str; 5] = ["最后", "最晚", "最迟", "停止", "截止"];

fn meaning(kind: &str) -> Option<Word> {
    Some(match kind {
        "all_day" => Word::AllDay,
        "day_long" => Word::DayLong,
        "every_day" => Word::EveryDay,
        "usual" => Word::Usual,
        "working_days" => Word::Days((0..5).collect()),
        "weekends" => Word::Days(vec![5, 6]),
        "free_days" => Word::FreeDays,
        "holidays" => Word::Holidays,
        "always_open" => Word::AlwaysOpen,
        "no_rest" => Word::NoRest,
        "opens" => Word::Opens,
        "stays_open" => Word::StaysOpen,
        "longer" => Word::Longer,
        "only" => Word::Only,
        "without" => Word::Without,
        "excepted" => Word::Excepted,
        "with" => Word::With,
        "closed" => Word::Closed,
        "closing_day" => Word::ClosingDay,
        "pause" => Word::Pause,
        "weekends_off" => Word::WeekendsOff,
        "suspended" => Word::Suspended,
        "appointment" => Word::Appointment,
        "next_day" => Word::NextDay,
        "rest" => Word::Rest,
        "irregular" => Word::Irregular,
        "open_end" => Word::OpenEnd,
        "last_order" | "last_of" => Word::LastOrder,
        "festival" => Word::Festival,
        "remark" => Word::Remark,
        "vague" => Word::Vague,
        "early" => Word::Sitting(Sitting::Early),
        "noon" => Word::Sitting(Sitting::Noon),
        "late" => Word::Sitting(Sitting::Late),
        "night" => Word::Sitting(Sitting::Night),
        "label" => Word::Label,
        "to" => Word::Dash,
        day => Word::Days(vec![day.strip_prefix("day")?.parse().ok()?]),
    })
}

/// The longest known word at the beginning of a text, and its length. Latin words end where letters end.
pub(super) fn word_at(text: &[char]) -> Option<(Word, usize)> {
    let entries = WORDS.get(text.first()?)?;
    let fits = |known: &[char]| {
        let letter = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
        text.starts_with(known) && !(letter(known.last()) && letter(text.get(known.len())))
    };
    entries.iter().find(|(known, _)| fits(known)).map(|(known, word)| (word.clone(), known.len()))
}

/// What makes the word behind it say the opposite.
const NEGATIONS: [&str; 14] =
    ["无需", "无须", "不需要", "不需", "不用", "不必", "免", "无", "不", "没有", "no ", "not ", "never ", "without "];

/// `不停业`, `not closed`: open as always. `无需预约`, `no booking required`: nothing for the hours.
pub(super) fn negated_at(text: &[char]) -> Option<(Word, usize)> {
    NEGATIONS.iter().find_map(|negation| {
        let length = negation.chars().count();
        let rest = text.get(length..).filter(|_| negation.chars().eq(text[..length].iter().copied()))?;
        let (word, more) = word_at(rest)?;
        let meaning = match word {
            Word::Closed | Word::ClosingDay | Word::Suspended => Word::StaysOpen,
            Word::Appointment | Word::Pause => Word::Remark,
            _ => return None,
        };
        // "不定休" and "不休" are words of their own.
        word_at(text).is_none_or(|(_, known)| known < length + more).then_some((meaning, length + more))
    })
}

/// A part of the day, or a meal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sitting {
    Early,
    Noon,
    Late,
    Night,
}

impl Sitting {
    /// Can it have these hours as they stand, on the clock of twenty-four?
    pub(super) fn holds(self, from: u16, to: u16) -> bool {
        const NOON: u16 = 12 * 60;
        match self {
            Self::Early => true,
            Self::Noon => from >= 9 * 60,
            Self::Late => from >= 10 * 60 && to > NOON,
            Self::Night => from < 5 * 60 || to > NOON,
        }
    }
}

/// Parts of the day: what they do to an hour on the clock of twelve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Midnight to dawn: 12 is 0.
    Small,
    /// Before noon.
    Morning,
    /// About noon: 10 and 11 stay, 1 is 13.
    Noon,
    /// After noon.
    Afternoon,
    /// Evening and night: 12 is 24; 1 to 4 lie behind midnight.
    Evening,
    /// English a.m.: 12 is 0.
    Am,
    /// English p.m.
    Pm,
}

const PARTS: [(&str, Part); 31] = [
    ("凌晨", Part::Small),
    ("零晨", Part::Small),
    ("清晨", Part::Morning),
    ("早晨", Part::Morning),
    ("早上", Part::Morning),
    ("上午", Part::Morning),
    ("早间", Part::Morning),
    ("中午", Part::Noon),
    ("正午", Part::Noon),
    ("下午", Part::Afternoon),
    ("午后", Part::Afternoon),
    ("傍晚", Part::Afternoon),
    ("晚上", Part::Evening),
    ("晚间", Part::Evening),
    ("夜间", Part::Evening),
    ("夜里", Part::Evening),
    ("夜晚", Part::Evening),
    ("深夜", Part::Evening),
    ("半夜", Part::Evening),
    ("午夜", Part::Evening),
    ("早", Part::Morning),
    ("朝", Part::Morning),
    ("晚", Part::Evening),
    ("夜", Part::Evening),
    ("a.m.", Part::Am),
    ("p.m.", Part::Pm),
    ("a.m", Part::Am),
    ("p.m", Part::Pm),
    ("am", Part::Am),
    ("pm", Part::Pm),
    ("午", Part::Noon),
];

/// The part of the day that a text begins with, and its length.
pub(super) fn part_at(text: &[char]) -> Option<(Part, usize)> {
    PARTS.iter().find_map(|(name, part)| {
        let length = name.chars().count();
        let fits = name.chars().enumerate().all(|(n, c)| text.get(n) == Some(&c));
        fits.then_some((*part, length))
    })
}
