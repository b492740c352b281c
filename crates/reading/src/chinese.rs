//! Traditional characters to simplified ones, one by one (OpenCC's table).

use std::collections::HashMap;
use std::sync::LazyLock;

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = include_str!("../data/simplified.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut pair = line.chars();
            Some((pair.next()?, pair.next()?))
        })
        .collect()
});

/// The first of the unified ideographs, which names are full of.
const FIRST: u32 = 0x4e00;
/// How many there are.
const IDEOGRAPHS: usize = 0x5200;

/// Which of them have another form when simplified: a bit each, so that looking touches little memory.
static TRADITIONAL: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0; IDEOGRAPHS / 64];
    for place in SIMPLIFIED.keys().filter_map(|c| usual(*c)) {
        bits[place / 64] |= 1 << (place % 64);
    }
    bits
});

/// The place of one of the usual ideographs among them.
fn usual(c: char) -> Option<usize> {
    let place = u32::from(c).checked_sub(FIRST)? as usize;
    (place < IDEOGRAPHS).then_some(place)
}

/// The simplified form of a character; all others stay.
pub fn simplified(c: char) -> char {
    let may_differ = match usual(c) {
        Some(place) => TRADITIONAL[place / 64] >> (place % 64) & 1 == 1,
        None => !c.is_ascii(),
    };
    if may_differ { SIMPLIFIED.get(&c).copied().unwrap_or(c) } else { c }
}
