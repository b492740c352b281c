//! From phrases to rules: which days have which spans.

use std::collections::BTreeSet;

use domain::ErrorCode;

use super::behind::days_behind;
use super::closures::moved;
use super::phrases::{Phrase, Subject, is_hours, is_mark, phrases, said};
use super::spans::{DAY_MIN, Minutes, without_breaks};
use super::vocabulary::Sitting;
use super::words::Word;

/// Some days and what holds for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rule {
    /// None: all days that no other rule names.
    pub days: BTreeSet<usize>,
    pub holidays: bool,
    pub spans: Vec<Minutes>,
    /// Closed within them.
    pub breaks: Vec<Minutes>,
    pub closed: bool,
    /// "Every day" was said: the default, though holidays are named too.
    pub every: bool,
    /// As on the other days.
    pub same: bool,
    /// It has its days behind its spans.
    pub done: bool,
    /// For which meals its spans are; of each is said for which.
    pub meals: Vec<Sitting>,
}

impl Rule {
    pub(super) fn has_body(&self) -> bool {
        self.closed || self.same || !self.spans.is_empty()
    }
    pub(super) fn names_days(&self) -> bool {
        self.holidays || !self.days.is_empty()
    }
    /// Hours to which days can still be said.
    pub(super) fn is_free(&self) -> bool {
        !self.spans.is_empty() && !self.names_days() && !self.done
    }
    pub(super) fn name(&mut self, subject: &Subject) {
        self.days.extend(&subject.days);
        self.holidays |= subject.holidays;
    }
}

/// All rules of a text, and what it says beside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rules {
    pub rules: Vec<Rule>,
    /// Excepted days: closed whatever else is said.
    pub without: BTreeSet<usize>,
    pub ph_open: bool,
    pub ph_off: bool,
}

/// Reads the rules; days stand before their hours, or, if that leaves days without hours, behind them.
pub(super) fn rules(words: &[Word]) -> Result<Rules, ErrorCode> {
    let phrases = moved(phrases(words)?)?;
    let mut found = Reader {
        phrases: &phrases,
        at: 0,
        meal: None,
        found: Rules { rules: vec![Rule::default()], ..Rules::default() },
    }
    .read()?;
    let dangling = |rule: &Rule| rule.names_days() && !rule.has_body();
    if found.rules.iter().any(dangling) {
        let any_body = found.rules.iter().any(|rule| rule.has_body() && !rule.closed);
        if !any_body {
            return Err(ErrorCode::NoTime);
        }
        found = days_behind(&phrases, found)?;
    }
    for rule in &mut found.rules {
        rule.spans = without_breaks(&rule.spans, &rule.breaks)?;
    }
    found.rules.retain(Rule::has_body);
    Ok(found)
}

pub(super) struct Reader<'a> {
    pub phrases: &'a [Phrase],
    pub at: usize,
    /// Whose hours come next.
    pub meal: Option<Sitting>,
    pub found: Rules,
}

pub(super) fn gives_hours(phrase: Option<&Phrase>) -> bool {
    phrase.is_some_and(is_hours)
}

/// Does a time without hours lie about noon?
pub(super) fn is_noon(from: u16, to: u16) -> bool {
    from < to && from <= 14 * 60 && to >= 12 * 60 + 30 && from >= 10 * 60
}

pub(super) fn ends(phrase: Option<&Phrase>) -> bool {
    matches!(phrase, None | Some(Phrase::Say(Word::Break | Word::Shut)))
}

impl Reader<'_> {
    fn read(mut self) -> Result<Rules, ErrorCode> {
        while self.at < self.phrases.len() {
            self.phrase()?;
        }
        Ok(self.found)
    }

    pub(super) fn rule(&mut self) -> &mut Rule {
        if self.found.rules.is_empty() {
            self.found.rules.push(Rule::default());
        }
        let last = self.found.rules.len() - 1;
        &mut self.found.rules[last]
    }

    /// The rule that days or hours go to: a new one if the last is complete.
    pub(super) fn open_rule(&mut self, complete: impl Fn(&Rule) -> bool) -> &mut Rule {
        if complete(self.rule()) {
            self.found.rules.push(Rule::default());
        }
        self.rule()
    }

    /// The last rule names days and says nothing of them yet.
    pub(super) fn is_pending(&mut self) -> bool {
        self.rule().names_days() && !self.rule().has_body()
    }

    pub(super) fn behind(&self, steps: usize) -> Option<&Phrase> {
        self.phrases.get(self.at + steps)
    }
    pub(super) fn before(&self) -> Option<&Phrase> {
        self.at.checked_sub(1).map(|at| &self.phrases[at])
    }
    /// The phrase before, brackets and commas not counted.
    pub(super) fn said_before(&self) -> Option<&Phrase> {
        self.phrases[..self.at].iter().rev().find(|phrase| !is_mark(phrase))
    }
    /// Do hours follow, whatever brackets, commas and meals stand before them?
    pub(super) fn hours_ahead(&self, steps: usize) -> bool {
        let rest = self.phrases.get(self.at + steps..).unwrap_or_default();
        gives_hours(rest.iter().find(|phrase| !is_mark(phrase) && !matches!(phrase, Phrase::Say(Word::Sitting(_)))))
    }

    /// A part of the day or a meal, by itself, is all that is said of some days: "周日下午公休", "周日仅午市",
    /// "closed for lunch".
    fn is_half_a_day(&self) -> bool {
        let mut back = self.phrases[..self.at].iter().rev().filter(|phrase| !is_mark(phrase));
        let mut named = back.next();
        if said(named) == Some(&Word::Opens) {
            named = back.next();
        }
        let of_days = matches!(named, Some(Phrase::On(_) | Phrase::Say(Word::FreeDays)));
        let meal = |phrase: &&Phrase| matches!(phrase, Phrase::Say(Word::Sitting(_) | Word::Open));
        let has_hours = gives_hours(self.phrases[self.at + 1..].iter().find(|phrase| !meal(phrase)));
        let next = self.behind(1);
        said(next) == Some(&Word::Closed)
            || of_days && !has_hours
            || said(self.before()) == Some(&Word::Closed) && ends(next)
    }

    fn phrase(&mut self) -> Result<(), ErrorCode> {
        let phrases = self.phrases;
        let word = match &phrases[self.at] {
            Phrase::On(subject) => return self.subject(subject),
            Phrase::Span(span) => return self.span(*span),
            Phrase::Say(word) => word,
        };
        match word {
            Word::FreeDays => return Err(ErrorCode::Ambiguous),
            // "周一全天休息"
            Word::AllDay if said(self.behind(1)) == Some(&Word::Closed) && self.is_pending() => {}
            Word::AllDay => {
                let rule = self.open_rule(|rule| rule.closed || rule.same || rule.done);
                match rule.spans.as_slice() {
                    [] => rule.spans.push((0, DAY_MIN)),
                    // "全天候24小时" says it twice.
                    [(0, DAY_MIN)] => {}
                    _ => return Err(ErrorCode::Ambiguous),
                }
            }
            Word::Closed => return self.closed(),
            Word::Pause => return self.pause(),
            Word::WeekendsOff => self.weekends_off()?,
            Word::Opens => self.opens()?,
            Word::StaysOpen => {
                let hours_follow = gives_hours(self.behind(1)) || said(self.behind(1)) == Some(&Word::Dash);
                // "周末不休 10:00-18:00": on the weekend, or every day?
                if hours_follow && self.is_like_others() {
                    return Err(ErrorCode::Ambiguous);
                }
                if self.is_pending() && !hours_follow {
                    self.rule().same = true;
                }
            }
            Word::Sitting(_) if self.is_half_a_day() && phrases.iter().any(is_hours) => {
                return Err(ErrorCode::Ambiguous);
            }
            // "节假日次日休息"
            Word::NextDay if said(self.behind(1)) == Some(&Word::Closed) => return Err(ErrorCode::Irregular),
            Word::NoRest => self.no_rest(),
            // "10:00-22:00，周末节假日营业": on the weekend too, or on no other day?
            Word::AlwaysOpen
                if self.is_pending() && self.rule().days.len() < 4 && !self.hours_ahead(1) && self.is_behind_free() =>
            {
                return Err(ErrorCode::Ambiguous);
            }
            Word::AlwaysOpen => self.found.ph_open = true,
            // "其余每天": every day of the rest.
            Word::EveryDay if matches!(said(self.before()), Some(Word::Dash | Word::Rest)) => {}
            Word::EveryDay => self.open_rule(|rule| rule.has_body() && rule.names_days()).every = true,
            Word::Sitting(sitting) => self.meal = Some(*sitting),
            Word::Rest if self.rule().has_body() || self.rule().names_days() => {
                self.found.rules.push(Rule::default());
            }
            // "周一预约，周二至周日10:00-18:00": whether somebody is there on Monday it does not say.
            Word::Appointment if self.is_pending() && phrases.iter().any(is_hours) && !self.hours_ahead(1) => {
                return Err(ErrorCode::Ambiguous);
            }
            Word::OpenEnd => return Err(ErrorCode::MissingEnd),
            _ => {}
        }
        self.at += 1;
        Ok(())
    }

    fn span(&mut self, span: Minutes) -> Result<(), ErrorCode> {
        // "14:00-17:00休息", but of "10:00-21:00 午休14:00-17:00" the other is the break.
        let closes = matches!(said(self.behind(1)), Some(Word::Closed | Word::Pause));
        // A break at noon itself is none of these.
        let is_morning = span.0 < 11 * 60;
        let pauses = said(self.behind(1)) == Some(&Word::Pause);
        let of_next = match self.behind(2) {
            // "9:00-12:00 中午休息 14:00-18:00" names what lies between.
            Some(Phrase::Span((from, to))) => {
                span.0 < *from && *to < span.1 || pauses && is_morning && is_noon(span.1, *from)
            }
            next => {
                let rest =
                    || self.found.rules.last().is_some_and(|rule| rule.spans.iter().any(|one| is_noon(one.1, span.0)));
                !ends(next) || pauses && span.1 > 15 * 60 && rest()
            }
        };
        if closes && !of_next {
            self.break_at(span)?;
            self.at += 2;
            return Ok(());
        }
        let meal = self.meal.take();
        let rule = self.open_rule(|rule| rule.closed || rule.same || rule.done);
        if rule.spans.contains(&(0, DAY_MIN)) {
            return Err(ErrorCode::Ambiguous);
        }
        // "早上九点至下午六点（09:00-18:00）" says it twice.
        if !rule.spans.contains(&span) {
            rule.spans.push(span);
            rule.meals.extend(meal);
        }
        self.at += 1;
        Ok(())
    }
}
