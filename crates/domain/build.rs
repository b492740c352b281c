//! Makes the table of how Chinese characters are pronounced (`search::spoken`), so that no program does it at its start:
//! syllables without tones, in the order of the alphabet, and an order of all characters by pronunciation.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;

use pinyin::ToPinyinMulti;

/// Readings of a character that are looked at; the usual ones come first.
const READINGS_MAX: usize = 3;
/// The characters that have readings, almost all: the unified ideographs and their first extension.
const CHARACTERS: RangeInclusive<u32> = 0x3400..=0x9fff;

/// As it is typed: `ü` is on no keyboard.
fn typed(plain: &str) -> String {
    plain.replace('ü', "v").chars().filter(char::is_ascii_lowercase).collect()
}

fn tone(numbered: &str) -> u8 {
    numbered.bytes().find(u8::is_ascii_digit).unwrap_or(b'5')
}

/// The readings of a character, each with its tone.
fn readings(c: char) -> Vec<(String, u8)> {
    let all = c.to_pinyin_multi();
    let readings = all.into_iter().flatten().map(|one| (typed(one.plain()), tone(one.with_tone_num())));
    readings.filter(|(plain, _)| !plain.is_empty()).collect()
}

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let characters: Vec<char> = CHARACTERS.filter_map(char::from_u32).collect();
    let spoken: Vec<Vec<(String, u8)>> = characters.iter().map(|c| readings(*c)).collect();
    let syllables: BTreeSet<&String> = spoken.iter().flatten().map(|(plain, _)| plain).collect();
    let syllables: Vec<&String> = syllables.into_iter().collect();
    let number = |plain: &String| syllables.binary_search(&plain).map_or(0, |at| at + 1);
    let mut order: Vec<(&String, u8, usize)> = Vec::new();
    let mut numbers: Vec<[usize; READINGS_MAX]> = Vec::with_capacity(spoken.len());
    for (at, of_one) in spoken.iter().enumerate() {
        let mut few = [0; READINGS_MAX];
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
    let mut places = vec![0; spoken.len()];
    for (place, (_, _, at)) in order.iter().enumerate() {
        places[*at] = place + 1;
    }
    let mut out = String::new();
    let written = write!(
        out,
        "const READINGS_MAX: usize = {READINGS_MAX};\n\
         const FIRST: u32 = {first};\n\
         static SYLLABLES: [&str; {many}] = {syllables:?};\n\
         static READINGS: [Readings; {all}] = {numbers:?};\n\
         static PLACES: [u16; {all}] = {places:?};\n",
        first = CHARACTERS.start(),
        many = syllables.len(),
        all = characters.len(),
    );
    written.map_err(std::io::Error::other)?;
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| std::io::Error::other("cargo names the folder"))?;
    std::fs::write(Path::new(&folder).join("spoken.rs"), out)
}
