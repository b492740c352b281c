//! Spans without a dash: `早9晚9`, `9点开门21点打烊`, `Open: 10:00 Close: 22:00`.

use super::words::{Token, Word};

/// Puts the dash between such times.
pub(super) fn join(tokens: &mut Vec<Token>) {
    let mut at = 0;
    while at < tokens.len() {
        // Where the words that say something stand.
        let said: Vec<usize> =
            (at..tokens.len()).filter(|n| !matches!(tokens[*n].word, Word::Gap | Word::Label)).take(6).collect();
        let word = |n: usize| said.get(n).map(|n| &tokens[*n].word);
        let behind_dash = tokens[..at].iter().rev().find(|token| token.word != Word::Gap).map(|token| &token.word)
            == Some(&Word::Dash);
        if said.first() != Some(&at) || behind_dash {
            at += 1;
            continue;
        }
        let comma = usize::from(word(2) == Some(&Word::Break));
        let (first, second, used) = match (word(0), word(1), word(2 + comma), word(3 + comma)) {
            // "9点开门，21点打烊"
            (Some(Word::Time(_)), Some(Word::Opens), Some(Word::Time(_)), Some(Word::Closed)) => {
                (0, 2 + comma, 4 + comma)
            }
            // "开门9:00 关门21:00"
            (Some(Word::Opens), Some(Word::Time(_)), Some(Word::Closed), Some(Word::Time(_)))
                if word(4 + comma) != Some(&Word::Dash) =>
            {
                (1, 3 + comma, 4 + comma)
            }
            // "早9晚9"
            (Some(Word::Time(from)), Some(Word::Time(to)), ..)
                if from.morning && to.evening && word(2) != Some(&Word::Dash) =>
            {
                (0, 1, 2)
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let (from, to, last) = (said[first], said[second], said[used - 1]);
        let dash = Token { word: Word::Dash, from: tokens[from].to, to: tokens[to].from };
        let span = [tokens[from].clone(), dash, tokens[to].clone()];
        tokens.splice(at..=last, span);
        at += 3;
    }
}
