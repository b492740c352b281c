//! Why a text was found: the parts of it that a query looks for.

use std::ops::Range;

use super::runs::{Class, runs};
use super::{QUERY_CHARS_MAX, spoken};
use crate::text;

/// One character of a text, as it is compared, and where it stands.
struct Shown {
    key: String,
    at: Range<usize>,
}

/// The parts of a text that a query looks for: what was typed as it stands there, and what is pronounced so. Byte ranges,
/// in order, none within another; empty if it was found by something else.
pub fn found(shown: &str, query: &str) -> Vec<Range<usize>> {
    let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
    let chars: Vec<Shown> = shown
        .char_indices()
        .map(|(at, c)| Shown { key: text::key(c.encode_utf8(&mut [0; 4])), at: at..at + c.len_utf8() })
        .collect();
    let mut marked = vec![false; chars.len()];
    for (class, run) in runs(&text::key(&query)) {
        let literal = |from: usize| {
            (class != Class::Word || begins_word(&chars, from)).then(|| written(&chars[from..], run)).flatten()
        };
        let mut any = false;
        let mut from = 0;
        while from < chars.len() {
            let length =
                literal(from).or_else(|| (class == Class::Word).then(|| heard(shown, &chars[from..], run)).flatten());
            match length {
                Some(length) => {
                    marked[from..from + length].fill(true);
                    any = true;
                    from += length;
                }
                None => from += 1,
            }
        }
        // Chinese is found by its pairs, which need not stand together.
        if !any && class == Class::Characters && run.chars().count() > 2 {
            let letters: Vec<char> = run.chars().collect();
            for pair in letters.windows(2).map(|pair| pair.iter().collect::<String>()) {
                (0..chars.len())
                    .filter(|from| written(&chars[*from..], &pair).is_some())
                    .for_each(|from| marked[from..from + 2].fill(true));
            }
        }
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (one, _) in chars.iter().zip(marked).filter(|(_, marked)| *marked) {
        match parts.last_mut() {
            Some(last) if last.end == one.at.start => last.end = one.at.end,
            _ => parts.push(one.at.clone()),
        }
    }
    parts
}

fn begins_word(chars: &[Shown], from: usize) -> bool {
    let is_letter = |one: &Shown| one.key.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    from == 0 || !is_letter(&chars[from - 1])
}

/// How many characters these begin with that are written like this; gaps such as those within a number do not count.
fn written(chars: &[Shown], run: &str) -> Option<usize> {
    let mut rest = run;
    for (n, one) in chars.iter().enumerate() {
        let is_gap = !one.key.chars().any(char::is_alphanumeric);
        match rest.strip_prefix(one.key.as_str()) {
            Some(after) if !one.key.is_empty() && !is_gap => rest = after,
            _ if n > 0 && is_gap && one.key != "\n" => continue,
            _ => return None,
        }
        if rest.is_empty() {
            return Some(n + 1);
        }
    }
    None
}

/// How many characters these begin with that are pronounced like this: whole syllables of which the last may only have
/// begun, or the first letters of each.
fn heard(shown: &str, chars: &[Shown], letters: &str) -> Option<usize> {
    let readings = |one: &Shown| -> Vec<&'static str> {
        let c = shown.get(one.at.clone()).and_then(|c| c.chars().next());
        let all = c.and_then(spoken::readings).into_iter().flatten();
        all.filter(|syllable| *syllable != 0).map(spoken::letters).collect()
    };
    syllables(chars, letters, &readings).or_else(|| {
        let initial = |(one, letter): (&Shown, char)| readings(one).iter().any(|reading| reading.starts_with(letter));
        let count = letters.chars().count();
        (chars.len() >= count && chars.iter().zip(letters.chars()).all(initial)).then_some(count)
    })
}

fn syllables(chars: &[Shown], letters: &str, readings: &impl Fn(&Shown) -> Vec<&'static str>) -> Option<usize> {
    let (one, after) = chars.split_first()?;
    readings(one).iter().find_map(|reading| {
        if reading.starts_with(letters) {
            return Some(1);
        }
        letters.strip_prefix(*reading).and_then(|rest| syllables(after, rest, readings)).map(|more| more + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_for_is_marked_as_it_is_written_or_spoken() {
        let table: [(&str, &str, &[&str]); 14] = [
            ("美味小馆（望京店）", "望京", &["望京"]),
            ("美味小馆（望京店）", "mw", &["美味"]),
            ("美味小馆（望京店）", "meiweix", &["美味小"]),
            ("美味小馆（望京店）", "wangj", &["望京"]),
            ("美味小馆（望京店）", "美味 wj", &["美味", "望京"]),
            ("重庆小面", "chongq", &["重庆"]),
            ("重庆小面", "zhongq", &["重庆"]),
            ("KFC 肯德基", "kf", &["KF"]),
            ("KFC 肯德基", "fc", &[]),
            ("ＫＦＣ", "kfc", &["ＫＦＣ"]),
            ("010-6478 2210", "47822", &["478 22"]),
            ("BJ-0187", "0187", &["0187"]),
            ("老北京铜锅涮肉", "北京涮肉", &["北京", "涮肉"]),
            ("美味小馆", "", &[]),
        ];
        for (shown, query, parts) in table {
            let marked: Vec<&str> = found(shown, query).into_iter().map(|range| &shown[range]).collect();
            assert_eq!(marked, parts, "{query} in {shown}");
        }
    }
}
