//! What closes: days, and breaks within the hours.

use std::collections::BTreeSet;

use domain::ErrorCode;

use super::phrases::{Phrase, is_hours, is_mark, said};
use super::rules::{Reader, Rule, is_noon};
use super::spans::Minutes;
use super::words::Word;

impl Reader<'_> {
    /// `双休`: Saturday and Sunday are closed, whatever else is said; before hours it may name the weekend.
    pub(super) fn weekends_off(&mut self) -> Result<(), ErrorCode> {
        let weekend = BTreeSet::from([5, 6]);
        let named = usize::from(matches!(self.behind(1), Some(Phrase::On(_))));
        if self.behind(1 + named).is_some_and(is_hours) {
            return Err(ErrorCode::Ambiguous);
        }
        if self.is_pending() && self.rule().days == weekend {
            self.rule().closed = true;
        } else {
            self.found.rules.insert(0, Rule { days: weekend, closed: true, ..Rule::default() });
        }
        Ok(())
    }

    /// A break within the hours; in a clause of its own, behind the hours of several days, of which?
    pub(super) fn break_at(&mut self, span: Minutes) -> Result<(), ErrorCode> {
        let several = self.found.rules.iter().filter(|rule| !rule.spans.is_empty()).count() > 1;
        if several && said(self.before()) == Some(&Word::Break) {
            return Err(ErrorCode::Ambiguous);
        }
        self.rule().breaks.push(span);
        Ok(())
    }

    /// `午休12:00-13:00`, `break (12:00-13:00)`; between two spans it says nothing new.
    pub(super) fn pause(&mut self) -> Result<(), ErrorCode> {
        let bracket = usize::from(said(self.behind(1)) == Some(&Word::Open));
        let before = match self.before() {
            Some(Phrase::Span(span)) => Some(*span),
            _ => None,
        };
        if let Some(Phrase::Span(span)) = self.behind(1 + bracket)
            && before.is_none_or(|before| before.1 >= span.0)
        {
            self.break_at(*span)?;
            self.at += 2 + bracket;
            return Ok(());
        }
        let between = matches!(self.said_before(), Some(Phrase::Span(_))) && self.hours_ahead(1);
        let mut spans = self.rule().spans.clone();
        spans.sort_unstable();
        // "9:00-12:00 14:00-18:00 中午休息": they leave that time out.
        let says_nothing = !self.is_pending() && spans.windows(2).any(|pair| is_noon(pair[0].1, pair[1].0));
        if !between && !says_nothing {
            return Err(ErrorCode::Ambiguous);
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn closed(&mut self) -> Result<(), ErrorCode> {
        let by_itself = self.before().is_some_and(is_mark);
        self.at += 1;
        let (named, used) = self.listed()?;
        if self.is_pending() && !(by_itself && named.names_days()) {
            if self.closes_what_follows() {
                return Err(ErrorCode::Ambiguous);
            }
            self.rule().closed = true;
            return Ok(());
        }
        if named.names_days() {
            self.found.rules.push(named);
            self.at += used;
            return Ok(());
        }
        if self.rule().closed {
            // "公休日：休" says it twice.
            return Ok(());
        }
        // "休息时间14:00-17:00"
        if let Some(Phrase::Span(span)) = self.behind(0) {
            let span = *span;
            self.at -= 1;
            self.break_at(span)?;
            self.at += 2;
            return Ok(());
        }
        let says_nothing = !self.phrases.iter().any(|p| is_hours(p) || matches!(p, Phrase::On(_)));
        let earlier = self.phrases[..self.at].iter().rev();
        let is_rest =
            said(earlier.clone().find(|p| !matches!(p, Phrase::Say(Word::Break | Word::Closed)))) == Some(&Word::Rest);
        if says_nothing || is_rest {
            self.found.rules.push(named);
            Ok(())
        } else {
            Err(ErrorCode::Ambiguous)
        }
    }

    /// "Tue-Sun closed Mon 10am-6pm": nothing parts the days behind "closed" from those before it, they are the
    /// fewer, and the hours behind them are all there are.
    fn closes_what_follows(&mut self) -> bool {
        let before = self.rule().days.len();
        let [Phrase::On(subject), hours, rest @ ..] = &self.phrases[self.at..] else { return false };
        let others =
            self.phrases[..self.at].iter().any(is_hours) || rest.iter().any(|phrase| matches!(phrase, Phrase::On(_)));
        before >= 3 && subject.days.len() < before && is_hours(hours) && !others
    }

    /// The days behind "closed" that have nothing of their own, and how many phrases that took.
    fn listed(&self) -> Result<(Rule, usize), ErrorCode> {
        let mut rule = Rule { closed: true, ..Rule::default() };
        let mut used = 0;
        loop {
            let rest = &self.phrases[self.at + used..];
            let skipped = rest.iter().take_while(|p| matches!(p, Phrase::Say(Word::Break | Word::Open))).count();
            let Some(Phrase::On(subject)) = rest.get(skipped) else { break };
            let next = rest.get(skipped + 1);
            let own = next.is_some_and(is_hours)
                || matches!(said(next), Some(Word::Closed | Word::Opens | Word::StaysOpen | Word::Excepted));
            if own {
                break;
            }
            rule.name(subject);
            used += skipped + 1;
            // "closed Sunday evening"
            if matches!(said(next), Some(Word::Sitting(_) | Word::Pause)) {
                return Err(ErrorCode::Ambiguous);
            }
        }
        Ok((rule, used))
    }
}
