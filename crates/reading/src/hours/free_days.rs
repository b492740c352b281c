//! `假日`, `例假日`: Saturday and Sunday beside hours of working days, public holidays beside a weekend that is named; by
//! itself either of them.

use std::collections::BTreeSet;

use super::phrases::range;
use super::words::{Token, Word};

/// Names of public holidays that may be all days without work beside "working days".
const DOUBTFUL: [&str; 4] = ["节假日", "节日", "假期", "国定例假日"];

/// Puts what they mean in their place, and leaves them where nothing tells.
pub(super) fn resolve(text: &[char], tokens: &mut Vec<Token>) {
    let named = Named::of(tokens);
    let mut at = 0;
    while at < tokens.len() {
        let doubtful = tokens[at].word == Word::Holidays && is_doubtful(text, tokens, at) && named.works_only();
        if doubtful {
            tokens[at].word = Word::FreeDays;
        } else if tokens[at].word == Word::FreeDays {
            if named.is_weekend() {
                tokens[at].word = Word::Holidays;
            } else if named.works() && !is_vague(tokens, at) {
                let part = |word| Token { word, ..tokens[at] };
                let both = [part(Word::Days(vec![5, 6])), part(Word::And), part(Word::Holidays)];
                tokens.splice(at..=at, both);
                at += 2;
            } else if opens(tokens, at) {
                tokens[at].word = Word::Holidays;
            }
        }
        at += 1;
    }
}

/// "假日不定期休": no hours of these days.
fn is_vague(tokens: &[Token], at: usize) -> bool {
    tokens[at + 1..].iter().find(|token| token.word != Word::Gap).is_some_and(|token| token.word == Word::Remark)
}

/// "假日营业", "含假日": open on both.
fn opens(tokens: &[Token], at: usize) -> bool {
    let said = |token: &&Token| !matches!(token.word, Word::Gap | Word::Label);
    let next = tokens[at + 1..].iter().find(said).map(|token| &token.word);
    let before = tokens[..at].iter().rev().find(said).map(|token| &token.word);
    matches!(next, Some(Word::Opens | Word::StaysOpen)) || before == Some(&Word::With)
}

/// One of these names, with hours of its own.
fn is_doubtful(text: &[char], tokens: &[Token], at: usize) -> bool {
    let is_name = |name: &&str| name.chars().eq(text[tokens[at].from..tokens[at].to].iter().copied());
    let is_hours = |token: Option<&Token>| token.is_some_and(|t| matches!(t.word, Word::Time(_) | Word::AllDay));
    let said = |token: &&Token| !matches!(token.word, Word::Gap | Word::Label);
    let next = tokens[at + 1..].iter().find(|t| said(t) && !matches!(t.word, Word::Open | Word::Sitting(_)));
    let mut back = tokens[..at].iter().rev().filter(said);
    let in_bracket = back.next().is_some_and(|token| token.word == Word::Open)
        && tokens[at + 1..].iter().find(said).is_some_and(|token| token.word == Word::Shut);
    DOUBTFUL.iter().any(is_name) && (is_hours(next) || in_bracket && is_hours(back.next()))
}

/// The sets of days that a text names.
struct Named(Vec<BTreeSet<usize>>);

impl Named {
    fn of(tokens: &[Token]) -> Self {
        let said = |word: &&Word| !matches!(word, Word::Gap | Word::Label);
        let words: Vec<Word> = tokens.iter().map(|token| &token.word).filter(said).cloned().collect();
        let (mut sets, mut at) = (Vec::new(), 0);
        while at < words.len() {
            let (days, _, used) = range(&words[at..]);
            sets.extend((!days.is_empty()).then(|| days.into_iter().collect()));
            at += used;
        }
        Self(sets)
    }

    fn is_weekend(&self) -> bool {
        let weekend = BTreeSet::from([5, 6]);
        let own = self.0.iter().filter(|set| set.is_subset(&weekend));
        own.flatten().copied().collect::<BTreeSet<usize>>() == weekend
    }

    /// Days of work, and none of a weekend.
    fn works_only(&self) -> bool {
        let named: BTreeSet<usize> = self.0.iter().flatten().copied().collect();
        named.len() >= 3 && named.iter().all(|day| *day < 5)
    }

    fn works(&self) -> bool {
        self.works_only() || self.0.contains(&(0..5).collect())
    }
}
