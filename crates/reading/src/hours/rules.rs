//! From words to rules: which days have which spans.

use std::collections::BTreeSet;

use domain::ErrorCode;

use super::clock::Time;
use super::spans::{DAY_MIN, Minutes, span, span_end, without_breaks};
use super::words::Word;

/// Some days and what holds for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rule {
    /// None: all days that no other rule names.
    pub days: BTreeSet<usize>,
    pub holidays: bool,
    pub spans: Vec<Minutes>,
    /// Closed within them.
    breaks: Vec<Minutes>,
    pub closed: bool,
    /// "Every day" was said: the default, though holidays are named too.
    pub every: bool,
    /// As on the other days.
    pub same: bool,
    /// It has its days behind its spans.
    done: bool,
}

impl Rule {
    fn has_body(&self) -> bool {
        self.closed || self.same || !self.spans.is_empty()
    }
    fn names_days(&self) -> bool {
        self.holidays || !self.days.is_empty()
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
    let words: Vec<Word> =
        words.iter().filter(|word| !matches!(word, Word::Gap | Word::Label | Word::And)).cloned().collect();
    let mut found =
        Reader { words: &words, at: 0, found: Rules { rules: vec![Rule::default()], ..Rules::default() } }.read()?;
    let dangling = |rule: &Rule| rule.names_days() && !rule.has_body();
    if found.rules.iter().any(dangling) {
        let any_body = found.rules.iter().any(|rule| rule.has_body() && !rule.closed);
        if !any_body {
            return Err(ErrorCode::NoTime);
        }
        found = days_behind(&words, found)?;
    }
    for rule in &mut found.rules {
        rule.spans = without_breaks(&rule.spans, &rule.breaks)?;
    }
    found.rules.retain(Rule::has_body);
    Ok(found)
}

struct Reader<'a> {
    words: &'a [Word],
    at: usize,
    found: Rules,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Rules, ErrorCode> {
        while self.at < self.words.len() {
            self.word()?;
        }
        Ok(self.found)
    }

    fn rule(&mut self) -> &mut Rule {
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

    fn behind(&self, steps: usize) -> Option<&Word> {
        self.words.get(self.at + steps)
    }
    fn before(&self) -> Option<&Word> {
        self.at.checked_sub(1).map(|at| &self.words[at])
    }
    /// The word before, brackets and commas not counted.
    fn said_before(&self) -> Option<&Word> {
        self.words[..self.at].iter().rev().find(|word| !matches!(word, Word::Open | Word::Shut | Word::Break))
    }

    fn word(&mut self) -> Result<(), ErrorCode> {
        let words = self.words;
        match &words[self.at] {
            Word::Days(_) => return self.days(),
            Word::Holidays => return self.holidays(),
            Word::FreeDays => self.free_days()?,
            Word::Time(start) => return self.span(*start),
            // "全日7:00-21:00": all day long, within these hours.
            Word::AllDay if matches!(self.behind(1), Some(Word::Time(_))) => {}
            Word::AllDay => {
                let rule = self.open_rule(|rule| rule.closed || rule.same || rule.done);
                if !rule.spans.is_empty() {
                    return Err(ErrorCode::Ambiguous);
                }
                rule.spans.push((0, DAY_MIN));
            }
            Word::Closed => return self.closed(),
            Word::Suspended if self.rule().names_days() && !self.rule().has_body() => self.rule().closed = true,
            Word::StaysOpen => {
                let hours_follow = matches!(self.behind(1), Some(Word::Time(_) | Word::AllDay | Word::Dash));
                let rule = self.rule();
                if rule.names_days() && !rule.has_body() && !hours_follow {
                    rule.same = true;
                }
            }
            // "周日下午公休" closes half a day.
            Word::PartOfDay if self.behind(1) == Some(&Word::Closed) => return Err(ErrorCode::Ambiguous),
            Word::AlwaysOpen => self.found.ph_open = true,
            Word::EveryDay if self.before() == Some(&Word::Dash) => {}
            Word::EveryDay => self.open_rule(|rule| rule.has_body() && rule.names_days()).every = true,
            Word::Rest if self.rule().has_body() || self.rule().names_days() => {
                self.found.rules.push(Rule::default());
            }
            Word::OpenEnd => return Err(ErrorCode::MissingEnd),
            // "至23:00" has no start; a dash before a whole span is an ornament.
            Word::Dash
                if matches!(self.behind(1), Some(Word::Time(_))) && span_end(&words[self.at + 2..]).is_none() =>
            {
                return Err(ErrorCode::MissingEnd);
            }
            _ => {}
        }
        self.at += 1;
        Ok(())
    }

    fn days(&mut self) -> Result<(), ErrorCode> {
        let (days, used) = range(&self.words[self.at..]);
        let next = self.words.get(self.at + used).cloned();
        let (said, before) = (self.said_before().cloned(), self.before().cloned());
        self.at += used;
        if said == Some(Word::Without) && self.words.get(self.at.saturating_sub(used + 1)) != Some(&Word::Shut)
            || next == Some(Word::Excepted)
        {
            self.found.without.extend(days);
            return Ok(());
        }
        let ends = matches!(next, None | Some(Word::Break | Word::Shut));
        let rule = self.rule();
        let is_free = !rule.spans.is_empty() && rule.days.is_empty() && !rule.holidays && !rule.done;
        let in_bracket = before == Some(Word::Open) && next == Some(Word::Shut);
        let right_behind = matches!(before, Some(Word::Time(_))) && days.len() > 1 && ends;
        if is_free && (in_bracket || right_behind) {
            rule.days.extend(days);
            rule.done = true;
            return Ok(());
        }
        if said == Some(Word::With) {
            if !rule.days.is_empty() {
                rule.days.extend(days);
            }
            return Ok(());
        }
        self.open_rule(Rule::has_body).days.extend(days);
        Ok(())
    }

    fn holidays(&mut self) -> Result<(), ErrorCode> {
        let (said, next, later) = (self.said_before().cloned(), self.behind(1).cloned(), self.behind(2).cloned());
        self.at += 1;
        let hours_follow = |word: &Option<Word>| matches!(word, Some(Word::Time(_) | Word::AllDay | Word::Closed));
        if said == Some(Word::Without) || next == Some(Word::Excepted) {
            self.found.ph_off = true;
        } else if said == Some(Word::With)
            || next == Some(Word::StaysOpen) && !hours_follow(&later)
            || next == Some(Word::AlwaysOpen)
            || said == Some(Word::StaysOpen) && !hours_follow(&next)
        {
            self.found.ph_open = true;
        } else {
            self.open_rule(Rule::has_body).holidays = true;
        }
        Ok(())
    }

    /// Saturday and Sunday beside "Monday to Friday"; by itself two things.
    fn free_days(&mut self) -> Result<(), ErrorCode> {
        if self.behind(1) == Some(&Word::StaysOpen) || self.said_before() == Some(&Word::With) {
            self.found.ph_open = true;
            return Ok(());
        }
        let working: BTreeSet<usize> = (0..5).collect();
        let beside = self.found.rules.iter().any(|rule| rule.days == working)
            || self.words[self.at..].iter().enumerate().any(|(n, word)| {
                matches!(word, Word::Days(_))
                    && range(&self.words[self.at + n..]).0.into_iter().collect::<BTreeSet<_>>() == working
            });
        if !beside {
            return Err(ErrorCode::Ambiguous);
        }
        let rule = self.open_rule(Rule::has_body);
        rule.days.extend([5, 6]);
        rule.holidays = true;
        Ok(())
    }

    fn span(&mut self, start: Time) -> Result<(), ErrorCode> {
        let (end, used) = span_end(&self.words[self.at + 1..]).ok_or(ErrorCode::MissingEnd)?;
        let span = span(start, end)?;
        // "14:00-17:00休息"
        let behind = &self.words[self.at + used + 1..];
        if behind.first() == Some(&Word::Closed)
            && matches!(behind.get(1), None | Some(Word::Break | Word::Shut | Word::Time(_)))
        {
            self.rule().breaks.push(span);
            self.at += used + 2;
            return Ok(());
        }
        let rule = self.open_rule(|rule| rule.closed || rule.same || rule.done);
        if rule.spans.contains(&(0, DAY_MIN)) {
            return Err(ErrorCode::Ambiguous);
        }
        rule.spans.push(span);
        self.at += used + 1;
        Ok(())
    }

    fn closed(&mut self) -> Result<(), ErrorCode> {
        self.at += 1;
        let rule = self.rule();
        if rule.names_days() && !rule.has_body() {
            rule.closed = true;
            return Ok(());
        }
        if rule.closed {
            // "公休日：休" says it twice.
            return Ok(());
        }
        // "休息时间14:00-17:00"
        if let Some(Word::Time(start)) = self.words.get(self.at)
            && let Some((end, used)) = span_end(&self.words[self.at + 1..])
        {
            let span = span(*start, end)?;
            self.rule().breaks.push(span);
            self.at += used + 1;
            return Ok(());
        }
        let mut rule = Rule { closed: true, ..Rule::default() };
        let mut at = self.at;
        loop {
            let skipped = self.words[at..].iter().take_while(|word| matches!(word, Word::Break | Word::Open)).count();
            let Some(word @ (Word::Days(_) | Word::Holidays)) = self.words.get(at + skipped) else { break };
            let (days, used) =
                if *word == Word::Holidays { (Vec::new(), 1) } else { range(&self.words[at + skipped..]) };
            let next = self.words.get(at + skipped + used);
            let has_own =
                matches!(next, Some(Word::Time(_) | Word::AllDay | Word::Closed | Word::StaysOpen | Word::Excepted));
            if has_own {
                break;
            }
            rule.holidays |= *word == Word::Holidays;
            rule.days.extend(days);
            at += skipped + used;
        }
        self.at = at;
        let says_nothing = !self
            .words
            .iter()
            .any(|word| matches!(word, Word::Time(_) | Word::AllDay | Word::Days(_) | Word::Holidays));
        let is_rest =
            self.words[..self.at].iter().rev().find(|w| !matches!(w, Word::Break | Word::Closed)) == Some(&Word::Rest);
        if rule.names_days() || says_nothing || is_rest {
            self.found.rules.push(rule);
            Ok(())
        } else {
            Err(ErrorCode::Ambiguous)
        }
    }
}

/// `周一`, `周一至周五`: the days, and how many words that took.
fn range(words: &[Word]) -> (Vec<usize>, usize) {
    let Some(Word::Days(first)) = words.first() else { return (Vec::new(), 1) };
    if let (Some(Word::Dash), Some(Word::Days(last)), Some(from)) = (words.get(1), words.get(2), first.last())
        && let [to, more @ ..] = last.as_slice()
        && first.len() < 5
    {
        let length = (to + 7 - from) % 7;
        let days = first.iter().copied().chain((0..=length).map(|step| (from + step) % 7)).chain(more.iter().copied());
        return (days.collect(), 3);
    }
    (first.clone(), 1)
}

/// Hours before their days: `9am-5pm Mon-Fri, 10am-4pm Sat, closed Sun`.
fn days_behind(words: &[Word], found: Rules) -> Result<Rules, ErrorCode> {
    let mut rules: Vec<Rule> = vec![Rule::default()];
    let (mut at, mut closes) = (0, false);
    while at < words.len() {
        let last = rules.len() - 1;
        let mut used = 1;
        match &words[at] {
            Word::Time(start) => {
                let (end, taken) = span_end(&words[at + 1..]).ok_or(ErrorCode::MissingEnd)?;
                if rules[last].names_days() {
                    rules.push(Rule::default());
                }
                closes = false;
                let last = rules.len() - 1;
                rules[last].spans.push(span(*start, end)?);
                used += taken;
            }
            Word::AllDay => rules.push(Rule { spans: vec![(0, DAY_MIN)], ..Rule::default() }),
            Word::Days(_) if closes => {
                let (days, taken) = range(&words[at..]);
                rules[last].days.extend(days);
                used = taken;
            }
            Word::Days(_) => {
                let (days, taken) = range(&words[at..]);
                if !rules[last].has_body() || matches!(words.get(at + taken), Some(Word::Closed)) {
                    return Err(ErrorCode::Ambiguous);
                }
                rules[last].days.extend(days);
                used = taken;
            }
            Word::Holidays if rules[last].has_body() => rules[last].holidays = true,
            Word::Closed => {
                rules.push(Rule { closed: true, ..Rule::default() });
                closes = true;
            }
            Word::Break
            | Word::Open
            | Word::Shut
            | Word::EveryDay
            | Word::AlwaysOpen
            | Word::StaysOpen
            | Word::Dash => {}
            _ => return Err(ErrorCode::Ambiguous),
        }
        at += used;
    }
    rules.retain(Rule::has_body);
    if rules.iter().any(|rule| !rule.names_days()) {
        return Err(ErrorCode::Ambiguous);
    }
    Ok(Rules { rules, ..found })
}
