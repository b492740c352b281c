//! Named days: to which hours they belong, and whether it opens on them.

use domain::ErrorCode;

use super::phrases::{Phrase, Subject, is_hours, said};
use super::rules::{Reader, Rule, ends, gives_hours};
use super::words::Word;

impl Reader<'_> {
    pub(super) fn subject(&mut self, subject: &Subject) -> Result<(), ErrorCode> {
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
            } else if !with && self.names_hours_before() {
                self.name_hours_before(subject);
            } else if subject.holidays {
                self.open_rule(Rule::has_body).holidays = true;
            }
            if with && !self.rule().days.is_empty() {
                self.rule().days.extend(&subject.days);
            }
            return Ok(());
        }
        let in_bracket = self.names_hours_before();
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
        if in_bracket || self.rule().is_free() && (right_behind || only) {
            if right_behind && closes && (2..4).contains(&subject.days.len()) {
                return Err(ErrorCode::Ambiguous);
            }
            self.name_hours_before(subject);
            return Ok(());
        }
        self.open_rule(Rule::has_body).name(subject);
        Ok(())
    }

    /// "9:00-18:00（周末）": do the days right before a place, alone in brackets, name hours that have no days yet?
    fn names_hours_before(&mut self) -> bool {
        let open = self.at.checked_sub(2).map(|at| &self.phrases[at]);
        let ahead = self.phrases.get(self.at..).unwrap_or_default();
        // "（周一至周五，节假日除外）"
        let except = match ahead {
            [Phrase::Say(Word::Break), Phrase::On(_), Phrase::Say(Word::Excepted), ..] => 3,
            [Phrase::On(_), Phrase::Say(Word::Excepted), ..] => 2,
            _ => 0,
        };
        said(open) == Some(&Word::Open) && said(ahead.get(except)) == Some(&Word::Shut) && self.rule().is_free()
    }

    fn name_hours_before(&mut self, subject: &Subject) {
        let rule = self.rule();
        rule.name(subject);
        rule.done = true;
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
    pub(super) fn is_behind_free(&self) -> bool {
        matches!(self.found.rules.as_slice(), [.., before, _] if before.is_free())
    }

    /// "周一至周六营业": these days have the hours that follow, or that were said for no days yet.
    pub(super) fn opens(&mut self) -> Result<(), ErrorCode> {
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
    pub(super) fn no_rest(&mut self) {
        if !self.is_pending() || self.rule().days.is_empty() {
            self.found.ph_open = true;
            return;
        }
        self.found.ph_open |= self.rule().holidays;
        if !self.hours_ahead(1) {
            self.rule().same = true;
        } else if self.is_like_others() {
            *self.rule() = Rule::default();
        }
    }

    /// Few days, the only ones that are named, before any hours: it is open on them too.
    pub(super) fn is_like_others(&mut self) -> bool {
        let subjects = self.phrases.iter().filter(|phrase| matches!(phrase, Phrase::On(_))).count();
        let first = !self.phrases[..self.at].iter().any(is_hours);
        first && subjects == 1 && self.is_pending() && (1..5).contains(&self.rule().days.len())
    }
}
