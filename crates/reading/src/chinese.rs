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

/// The simplified form of each of them, without looking for it.
static USUAL: LazyLock<Vec<char>> = LazyLock::new(|| {
    let all = (FIRST..).take(IDEOGRAPHS).filter_map(char::from_u32);
    all.map(|c| SIMPLIFIED.get(&c).copied().unwrap_or(c)).collect()
});

/// The simplified form of a character; all others stay.
pub fn simplified(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let usual = u32::from(c).checked_sub(FIRST).and_then(|n| USUAL.get(n as usize));
    usual.or_else(|| SIMPLIFIED.get(&c)).copied().unwrap_or(c)
}
