//! That somebody always answers, `24小时`, beside a number: its digits are no part of that.

use super::number::digits;

const ALL_DAY: [&str; 7] = ["24小时", "24小時", "24 小时", "24h", "7x24小时", "7*24小时", "7x24"];

/// `24小时 138…`, `24h热线 400-…`: no number begins with it. Behind a colon it is a label as any other.
pub(super) fn in_front(part: &str) -> (Option<&str>, &str) {
    let lower = part.to_ascii_lowercase();
    let leads = |word: &&&str| lower.starts_with(**word) && part.len() > word.len();
    let Some(word) = ALL_DAY.iter().find(leads).filter(|_| !part.contains(':')) else {
        return (None, part);
    };
    let (front, rest) = part.split_at(word.len());
    let glued = rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && front.ends_with(|c: char| c.is_ascii());
    if glued { (None, part) } else { (Some(front), rest.trim_start()) }
}

/// `138… 24小时`, `138… 24h服务`, or nothing but that: what is left, and the words.
pub(super) fn behind(part: &str) -> (&str, Option<&str>) {
    let lower = part.to_ascii_lowercase();
    let starts = ALL_DAY.iter().flat_map(|word| lower.match_indices(*word));
    let says_only_that = |(at, word): &(usize, &str)| {
        let before = &part[..*at];
        let stands_alone = before.is_empty() || before.ends_with(' ') && digits(before).len() >= 5;
        stands_alone && digits(&part[at + word.len()..]).is_empty()
    };
    match starts.filter(says_only_that).min_by_key(|(at, _)| *at) {
        Some((at, _)) => (part[..at].trim_end(), Some(part[at..].trim_end_matches([':', ' ']))),
        None => (part, None),
    }
}
