//! How Chinese characters are pronounced: syllables without tones, in the order of the alphabet, and an order of all
//! characters by pronunciation.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

/// Readings of a character that are looked at; the usual ones come first.
const READINGS_MAX: usize = 3;
/// The characters that have readings, almost all: the unified ideographs and their first extension.
const CHARACTERS: RangeInclusive<u32> = 0x3400..=0x9fff;
/// The longest syllable (`zhuang`).
const LETTERS_MAX: usize = 6;
/// Ways to cut letters into syllables that are looked at.
const WAYS_MAX: usize = 64;

/// The number of a syllable, from 1, in the order of the alphabet; 0 is none.
pub(super) type Syllable = u16;
/// The readings of a character; 0 where there are fewer.
pub(super) type Readings = [Syllable; READINGS_MAX];

struct Table {
    /// Sorted.
    syllables: Vec<String>,
    readings: Vec<Readings>,
    /// Places of the characters in the order of pronunciation, from 1; 0 without one.
    places: Vec<u16>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::make);

/// As it is typed: `ü` is on no keyboard.
fn typed(plain: &str) -> String {
    plain.replace('ü', "v").chars().filter(char::is_ascii_lowercase).collect()
}

fn tone(numbered: &str) -> u8 {
    numbered.bytes().find(u8::is_ascii_digit).unwrap_or(b'5')
}

impl Table {
    fn make() -> Self {
        let characters = || CHARACTERS.filter_map(char::from_u32);
        let read = |c: char| {
            let all = c.to_pinyin_multi();
            let readings = all.into_iter().flatten().map(|one| (typed(one.plain()), tone(one.with_tone_num())));
            readings.filter(|(plain, _)| !plain.is_empty()).collect::<Vec<_>>()
        };
        let readings: Vec<Vec<(String, u8)>> = characters().map(read).collect();
        let syllables: BTreeSet<&String> = readings.iter().flatten().map(|(plain, _)| plain).collect();
        let syllables: Vec<String> = syllables.into_iter().cloned().collect();
        let number = |plain: &String| syllables.binary_search(plain).map_or(0, |at| (at + 1) as Syllable);
        let mut order: Vec<(&String, u8, usize)> = Vec::new();
        let mut numbers = Vec::with_capacity(readings.len());
        for (at, of_one) in readings.iter().enumerate() {
            let mut few = Readings::default();
            let mut known = 0;
            for (plain, _) in of_one {
                let syllable = number(plain);
                if known < READINGS_MAX && !few.contains(&syllable) {
                    few[known] = syllable;
                    known += 1;
                }
            }
            numbers.push(few);
            order.extend(of_one.first().map(|(plain, tone)| (plain, *tone, at)));
        }
        order.sort_unstable();
        let mut places = vec![0; readings.len()];
        for (place, (_, _, at)) in order.iter().enumerate() {
            places[*at] = (place + 1) as u16;
        }
        Self { readings: numbers, places, syllables }
    }
}

fn at(c: char) -> Option<usize> {
    CHARACTERS.contains(&(c as u32)).then(|| (c as u32 - CHARACTERS.start()) as usize)
}

/// How a character is read: nothing if it is not.
pub(super) fn readings(c: char) -> Option<Readings> {
    let readings = *TABLE.readings.get(at(c)?)?;
    (readings[0] != 0).then_some(readings)
}

/// The place of a character in the order of pronunciation.
pub(super) fn place(c: char) -> Option<u16> {
    TABLE.places.get(at(c)?).copied().filter(|place| *place != 0)
}

/// The first letter of a syllable.
pub(super) fn initial(syllable: Syllable) -> u8 {
    TABLE.syllables.get(usize::from(syllable).wrapping_sub(1)).map_or(0, |letters| letters.as_bytes()[0])
}

/// The syllables that begin with these letters, as a range.
fn beginning_with(letters: &str) -> Option<RangeInclusive<Syllable>> {
    let syllables = &TABLE.syllables;
    let from = syllables.partition_point(|one| one.as_str() < letters);
    let many = syllables[from..].iter().take_while(|one| one.starts_with(letters)).count();
    (many > 0).then(|| (from + 1) as Syllable..=(from + many) as Syllable)
}

fn exactly(letters: &str) -> Option<Syllable> {
    TABLE.syllables.binary_search_by(|one| one.as_str().cmp(letters)).ok().map(|at| (at + 1) as Syllable)
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
