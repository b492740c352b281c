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
    fn is_free(&self) -> bool {
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

fn gives_hours(phrase: Option<&Phrase>) -> bool {
    phrase.is_some_and(is_hours)
}

/// Does a time without hours lie about noon?
pub(super) fn is_noon(from: u16, to: u16) -> bool {
    from < to && from <= 14 * 60 && to >= 12 * 60 + 30 && from >= 10 * 60
}

fn ends(phrase: Option<&Phrase>) -> bool {
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
    fn open_rule(&mut self, complete: impl Fn(&Rule) -> bool) -> &mut Rule {
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
            Word::FreeDays => self.free_days()?,
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
            Word::OpenEnd => return Err(ErrorCode::MissingEnd),
            _ => {}
        }
        self.at += 1;
        Ok(())
    }

    fn subject(&mut self, subject: &Subject) -> Result<(), ErrorCode> {
        let before = self.before().cloned();
        let (next, later) = (self.behind(1).cloned(), self.behind(2).cloned());
        let earlier = said(self.said_before()).cloned();
        let without = earlier == Some(Word::Without) && said(before.as_ref()) != Some(&Word::Shut);
        if without || said(next.as_ref()) == Some(&Word::Excepted) {
            return self.except(subject, without);
        }
        self.at += 1;
        let next_word = said(next.as_ref());
        let opens = |word: Option<&Word>| matches!(word, Some(Word::Opens | Word::StaysOpen));
        let own =
            |phrase: &Option<Phrase>| gives_hours(phrase.as_ref()) || said(phrase.as_ref()) == Some(&Word::Closed);
        let with = earlier == Some(Word::With);
        if subject.days.is_empty() || with {
            let ph_open = with
                || opens(next_word) && !own(&later)
                || next_word == Some(&Word::AlwaysOpen)
                || opens(earlier.as_ref()) && !own(&next);
            if subject.holidays && ph_open {
                self.found.ph_open = true;
            } else if subject.holidays {
                self.open_rule(Rule::has_body).holidays = true;
            }
            if with && !self.rule().days.is_empty() {
                self.rule().days.extend(&subject.days);
            }
            return Ok(());
        }
        let in_bracket = said(before.as_ref()) == Some(&Word::Open) && next_word == Some(&Word::Shut);
        // "10:00-22:00 周一、周二，周三休息": open, or closed like the day behind them?
        let closes = matches!(
            &self.phrases[(self.at + 1).min(self.phrases.len())..],
            [Phrase::On(_), Phrase::Say(Word::Closed), ..]
        );
        // "10-4 Sat", where other hours have their days behind them.
        let in_manner = subject.days.len() > 1 || self.found.rules.iter().any(|rule| rule.done);
        let right_behind = matches!(before, Some(Phrase::Span(_))) && in_manner && ends(next.as_ref());
        // "仅工作日（营业）", but not "周一仅预约".
        let only = subject.only
            && (ends(next.as_ref()) || opens(next_word) && ends(later.as_ref()))
            && !self.hours_ahead(usize::from(opens(next_word)));
        if self.rule().is_free() && (in_bracket || right_behind || only) {
            if right_behind && closes && (2..4).contains(&subject.days.len()) {
                return Err(ErrorCode::Ambiguous);
            }
            let rule = self.rule();
            rule.name(subject);
            rule.done = true;
            return Ok(());
        }
        self.open_rule(Rule::has_body).name(subject);
        Ok(())
    }

    /// `除周一外`, `except Sundays and public holidays`.
    fn except(&mut self, subject: &Subject, without: bool) -> Result<(), ErrorCode> {
        let start = self.at - usize::from(said(self.before()) == Some(&Word::Without));
        let of_closure = self.rule().closed && self.rule().names_days();
        self.at += 1;
        if of_closure {
            // "周一闭馆（节假日除外）": open on those. Behind a comma it may mean the hours.
            let by_itself = start.checked_sub(1).is_some_and(|n| self.phrases[n] == Phrase::Say(Word::Break));
            if by_itself || !subject.days.is_empty() {
                return Err(ErrorCode::Ambiguous);
            }
            self.found.ph_open = true;
            return Ok(());
        }
        // "10:00-22:00 except Sunday 11:00-20:00"
        if without && gives_hours(self.behind(0)) && self.found.rules.iter().any(|rule| !rule.spans.is_empty()) {
            return Err(ErrorCode::Ambiguous);
        }
        self.found.without.extend(&subject.days);
        self.found.ph_off |= subject.holidays;
        Ok(())
    }

    /// Does the rule before the last have hours to which days can still be said?
    fn is_behind_free(&self) -> bool {
        matches!(self.found.rules.as_slice(), [.., before, _] if before.is_free())
    }

    /// "周一至周六营业": these days have the hours that follow, or that were said for no days yet.
    fn opens(&mut self) -> Result<(), ErrorCode> {
        if !self.is_pending() || self.hours_ahead(1) || said(self.behind(1)) == Some(&Word::Dash) {
            return Ok(());
        }
        if !self.is_behind_free() {
            self.rule().same = true;
            return Ok(());
        }
        let last = self.found.rules.len() - 1;
        // "10:00-22:00，周末营业": on the weekend too, or on no other day?
        if self.rule().days.len() < 4 {
            return Err(ErrorCode::Ambiguous);
        }
        let named = self.found.rules.remove(last);
        let rule = self.rule();
        (rule.days, rule.holidays, rule.done) = (named.days, named.holidays, true);
        Ok(())
    }

    /// `周末无休`: these days are like all others, and so are the hours behind it, if they are all there are.
    fn no_rest(&mut self) {
        if !self.is_pending() || self.rule().days.is_empty() {
            self.found.ph_open = true;
            return;
        }
        self.found.ph_open |= self.rule().holidays;
        let subjects = self.phrases.iter().filter(|phrase| matches!(phrase, Phrase::On(_))).count();
        if !self.hours_ahead(1) {
            self.rule().same = true;
        } else if subjects == 1 && self.rule().days.len() < 5 && !self.phrases[..self.at].iter().any(is_hours) {
            *self.rule() = Rule::default();
        }
    }

    /// Saturday and Sunday beside "Monday to Friday"; by itself two things.
    fn free_days(&mut self) -> Result<(), ErrorCode> {
        let (before, next) = (said(self.said_before()), said(self.behind(1)));
        if matches!(next, Some(Word::Opens | Word::StaysOpen)) || before == Some(&Word::With) {
            self.found.ph_open = true;
            return Ok(());
        }
        let working: BTreeSet<usize> = (0..5).collect();
        let ahead =
            self.phrases[self.at..].iter().any(|phrase| matches!(phrase, Phrase::On(named) if named.days == working));
        if !ahead && !self.found.rules.iter().any(|rule| rule.days == working) {
            return Err(ErrorCode::Ambiguous);
        }
        let rule = self.open_rule(Rule::has_body);
        rule.days.extend([5, 6]);
        rule.holidays = true;
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
        rule.spans.push(span);
        rule.meals.extend(meal);
        self.at += 1;
        Ok(())
    }
}
