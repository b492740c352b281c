//! "Closed for the time being": of the whole shop, or of the days and times beside it.

use super::words::{Token, Word};

/// Is the shop as a whole suspended? If not, what is suspended is closed.
pub(super) fn suspended(tokens: &mut [Token]) -> bool {
    let times = tokens.iter().filter(|token| matches!(token.word, Word::Time(_))).count();
    let has_hours = tokens.iter().any(|token| matches!(token.word, Word::Time(_) | Word::AllDay));
    let found = |at: &usize| tokens[*at].word == Word::Suspended;
    let mut places = (0..tokens.len()).filter(found).peekable();
    if places.peek().is_none() {
        return false;
    }
    if !has_hours || places.any(|at| is_whole(tokens, at, times)) {
        return true;
    }
    for token in tokens {
        if token.word == Word::Suspended {
            token.word = Word::Closed;
        }
    }
    false
}

/// Nothing in its clause says of what: no days, no span beside others, nothing unknown ("二楼装修中").
fn is_whole(tokens: &[Token], at: usize, times: usize) -> bool {
    let ends = |token: &Token| matches!(token.word, Word::Break | Word::Open | Word::Shut);
    let from = tokens[..at].iter().rposition(ends).map_or(0, |n| n + 1);
    let to = tokens[at..].iter().position(ends).map_or(tokens.len(), |n| at + n);
    let of_part = |token: &Token| {
        matches!(
            token.word,
            Word::Days(_) | Word::Holidays | Word::FreeDays | Word::Sitting(_) | Word::Unknown | Word::Quantity
        )
    };
    let before = tokens[from..at].iter().rev().find(|token| !matches!(token.word, Word::Gap | Word::Label));
    let of_span = times > 2 && before.is_some_and(|token| matches!(token.word, Word::Time(_)));
    // "每月1号暂停营业"; but behind it a date says until when.
    let of_dates = tokens[from..at].iter().any(|token| token.word == Word::Irregular);
    !(of_span || of_dates || tokens[from..to].iter().any(of_part))
}
