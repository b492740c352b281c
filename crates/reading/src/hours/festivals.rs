//! Festivals, and the further days of one: `大年初一、二、三`, `国庆三天`. Their numerals are no weekdays.

use super::vocabulary::word_at;
use super::words::{Token, Word};

/// The festival that a text begins with, or what goes on with the one before it.
pub(super) fn festival_at(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    let is_festival = |found: &(Word, usize)| found.0 == Word::Festival;
    // "初一十五" is longer, and no festival.
    word_at(text).filter(is_festival).or_else(|| further(text, before))
}

/// `、二`, `至三`, `三天`.
fn further(text: &[char], before: &[Token]) -> Option<(Word, usize)> {
    before.last().filter(|token| token.word == Word::Festival)?;
    let link = usize::from(matches!(text[0], '、' | '至' | '到' | '-' | '和'));
    let run = text[link..].iter().take_while(|c| "一二三四五六七八九十".contains(**c)).count();
    if run > 0 && !text.get(link + run).is_some_and(|c| "点时刻分月年号周日天个层楼店小".contains(*c)) {
        return Some((Word::Festival, link + run));
    }
    let count = text.iter().take_while(|c| c.is_ascii_digit() || "一二三四五六七八九十两".contains(**c)).count();
    ((1..=2).contains(&count) && text.get(count) == Some(&'天')).then_some((Word::Festival, count + 1))
}
