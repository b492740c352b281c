//! How Chinese characters are pronounced: syllables without tones, in the order of the alphabet, and an order of all
//! characters by pronunciation.

use std::ops::RangeInclusive;

/// The longest syllable (`zhuang`).
const LETTERS_MAX: usize = 6;
/// Ways to cut letters into syllables that are looked at.
const WAYS_MAX: usize = 64;

/// The number of a syllable, from 1, in the order of the alphabet; 0 is none.
pub(super) type Syllable = u16;
/// The readings of a character; 0 where there are fewer.
pub(super) type Readings = [Syllable; READINGS_MAX];

// How many readings of a character are looked at; the first character of the tables; the syllables, sorted; the readings of each character; the places of the characters
// in the order of pronunciation, from 1, 0 without one.
include!(concat!(env!("OUT_DIR"), "/spoken.rs"));

fn at(c: char) -> Option<usize> {
    (c as u32).checked_sub(FIRST).map(|at| at as usize)
}

/// How a character is read: nothing if it is not.
pub(super) fn readings(c: char) -> Option<Readings> {
    let readings = *READINGS.get(at(c)?)?;
    (readings[0] != 0).then_some(readings)
}

/// The place of a character in the order of pronunciation.
pub(super) fn place(c: char) -> Option<u16> {
    PLACES.get(at(c)?).copied().filter(|place| *place != 0)
}

/// The letters of a syllable.
pub(super) fn letters(syllable: Syllable) -> &'static str {
    SYLLABLES.get(usize::from(syllable).wrapping_sub(1)).copied().unwrap_or_default()
}

/// The first letter of a syllable.
pub(super) fn initial(syllable: Syllable) -> u8 {
    letters(syllable).as_bytes().first().copied().unwrap_or(0)
}

/// The syllables that begin with these letters, as a range.
fn beginning_with(letters: &str) -> Option<RangeInclusive<Syllable>> {
    let from = SYLLABLES.partition_point(|one| *one < letters);
    let many = SYLLABLES[from..].iter().take_while(|one| one.starts_with(letters)).count();
    (many > 0).then(|| (from + 1) as Syllable..=(from + many) as Syllable)
}

fn exactly(letters: &str) -> Option<Syllable> {
    SYLLABLES.binary_search(&letters).ok().map(|at| (at + 1) as Syllable)
}

/// Ways to read letters as whole syllables, the last one perhaps only begun; those with long syllables first.
pub(super) fn ways(letters: &str) -> Vec<Vec<RangeInclusive<Syllable>>> {
    let mut ways = Vec::new();
    cut(letters, &mut Vec::new(), &mut ways);
    ways
}

fn cut(letters: &str, before: &mut Vec<RangeInclusive<Syllable>>, ways: &mut Vec<Vec<RangeInclusive<Syllable>>>) {
    if ways.len() >= WAYS_MAX {
        return;
    }
    if letters.len() <= LETTERS_MAX
        && let Some(last) = beginning_with(letters)
    {
        ways.push(before.iter().cloned().chain([last]).collect());
    }
    for length in (1..=LETTERS_MAX.min(letters.len().saturating_sub(1))).rev() {
        // Letters of Latin words: every one of them begins here.
        let Some(syllable) = letters.get(..length).and_then(exactly) else { continue };
        before.push(syllable..=syllable);
        cut(&letters[length..], before, ways);
        before.pop();
    }
}
