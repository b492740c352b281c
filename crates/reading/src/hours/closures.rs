//! A closure that stands between days and their hours: `周二至周日（周一店休）10:00-22:00`.

use std::collections::BTreeSet;

use domain::ErrorCode;

use super::phrases::{Phrase, Subject, is_hours, is_mark};
use super::words::Word;

/// The phrases with such closures behind all hours, where they mean the same and part nothing.
pub(super) fn moved(phrases: Vec<Phrase>) -> Result<Vec<Phrase>, ErrorCode> {
    let (mut found, mut closures): (Vec<Phrase>, Vec<Phrase>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < phrases.len() {
        let rest = &phrases[at..];
        let Some((closed, used)) = closure(rest) else {
            found.push(phrases[at].clone());
            at += 1;
            continue;
        };
        let in_brackets = rest[0] == Phrase::Say(Word::Open);
        let pending = pending(&found, in_brackets);
        let parts = !pending.days.is_empty() && (in_brackets || pending.cannot_close_with(&closed));
        let hours_follow = hours_follow(&phrases[at + used..]);
        if parts && !hours_follow && phrases.iter().any(is_hours) {
            // "周一至周五，周六休息，周日 10:00-18:00"
            return Err(ErrorCode::Ambiguous);
        }
        if !parts && hours_follow && !pending.is_list(&rest[0]) {
            return Err(ErrorCode::Ambiguous);
        }
        if !parts || !hours_follow {
            found.extend_from_slice(&rest[..used]);
        } else {
            // What follows belongs to the days before.
            closures.extend([Phrase::Say(Word::Break), Phrase::Say(Word::Closed)]);
            closures.extend(closed.into_iter().map(Phrase::On));
        }
        at += used;
    }
    found.extend(closures);
    Ok(found)
}

fn subject(phrase: &Phrase) -> Option<&Subject> {
    match phrase {
        Phrase::On(subject) => Some(subject),
        _ => None,
    }
}

/// A closure at the beginning, with the marks about it: the days, and how many phrases that took.
fn closure(phrases: &[Phrase]) -> Option<(Vec<Subject>, usize)> {
    let marks = |at: usize| phrases[at..].iter().take_while(|phrase| is_mark(phrase)).count();
    let in_brackets = phrases.first() == Some(&Phrase::Say(Word::Open));
    let from = marks(0);
    let is_closed = |at: usize| phrases.get(at) == Some(&Phrase::Say(Word::Closed));
    // "closed Mon" needs a mark before it: "周一休息 周二" closes the day before.
    let first = if from > 0 && is_closed(from) { from + 1 } else { from };
    let behind = first > from;
    let named = phrases[first..].iter().take_while(|phrase| match phrase {
        Phrase::On(_) => true,
        // Without brackets a comma may part it from what stands before.
        Phrase::Say(Word::Break) => in_brackets,
        _ => false,
    });
    let days: Vec<Subject> = named.clone().filter_map(subject).cloned().collect();
    let last = first + named.count();
    if days.is_empty() || days.len() > 1 && !in_brackets {
        return None;
    }
    let to = match (behind, is_closed(last)) {
        (true, _) => last,
        (false, true) => last + 1,
        (false, false) => return None,
    };
    // "closed Mon 10:00-18:00" gives hours to Monday.
    let closing_marks = marks(to);
    (!behind || closing_marks > 0).then_some((days, to + closing_marks))
}

fn hours_follow(phrases: &[Phrase]) -> bool {
    let skipped = phrases.iter().take_while(|phrase| {
        is_mark(phrase)
            || matches!(
                phrase,
                Phrase::Say(Word::Opens | Word::StaysOpen | Word::AlwaysOpen | Word::NoRest | Word::Sitting(_))
            )
    });
    phrases.get(skipped.count()).is_some_and(is_hours)
}

/// The days before a closure that have no hours yet.
#[derive(Default)]
struct Pending {
    days: BTreeSet<usize>,
    /// They are named one by one.
    single: bool,
    /// What stands between them, if more are named than one.
    between: Option<bool>,
}

fn pending(found: &[Phrase], in_brackets: bool) -> Pending {
    let is_part = |phrase: &&Phrase| {
        matches!(
            phrase,
            Phrase::On(_) | Phrase::Say(Word::Break | Word::Opens | Word::StaysOpen | Word::AlwaysOpen | Word::NoRest)
        )
    };
    let from = found.len() - found.iter().rev().take_while(is_part).count();
    let run = &found[from..];
    // "9:00-18:00 周一至周五，周末休息": they have hours, in front.
    let behind = found[..from].iter().rev().find(|phrase| **phrase != Phrase::Say(Word::Open));
    let has_hours = matches!(behind, Some(Phrase::Span(_))) && run.first().and_then(subject).is_some();
    if has_hours && !in_brackets {
        return Pending::default();
    }
    let subjects: Vec<&Subject> = run.iter().filter_map(subject).collect();
    let commas = run.windows(2).any(|two| subject(&two[1]).is_some() && two[0] == Phrase::Say(Word::Break));
    Pending {
        days: subjects.iter().flat_map(|subject| subject.days.iter().copied()).collect(),
        single: subjects.iter().all(|subject| subject.single),
        between: (subjects.len() > 1).then_some(commas),
    }
}

impl Pending {
    /// These days and those that are closed are not one list of closed days.
    fn cannot_close_with(&self, closed: &[Subject]) -> bool {
        let shut: BTreeSet<usize> = closed.iter().flat_map(|subject| subject.days.iter().copied()).collect();
        let within = !shut.is_empty() && shut.is_subset(&self.days);
        within || self.days.union(&shut).count() == 7 || self.days.len() >= 5
    }

    /// "周六，周日休息，9:00-18:00": one list, in one manner of writing, of closed days.
    fn is_list(&self, mark: &Phrase) -> bool {
        let comma = *mark == Phrase::Say(Word::Break);
        self.days.is_empty() || self.single && self.between.is_none_or(|commas| commas == comma)
    }
}
