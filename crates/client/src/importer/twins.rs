//! Rows of one file that mean one store.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::field::FieldPath;
use domain::text;

use super::row::Row;

/// What was seen in earlier rows that create. Hashes only, so that a million rows fit into memory.
#[derive(Default)]
pub(super) struct Twins {
    by_name: HashMap<u64, u64>,
    /// By the name without its branch and an address or number: the row, and whether it names a branch.
    by_stem: HashMap<u64, (u64, bool)>,
    by_name_and_address: HashMap<u64, u64>,
    by_name_and_phone: HashMap<u64, u64>,
    by_code: HashMap<u64, u64>,
    /// Length of the longest all-digit code with a leading zero.
    zero_padded: usize,
}

/// What a row is to the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twin {
    /// The same store as that row.
    Duplicate(u64),
    /// Another store with the code of that row.
    CodeTaken,
    /// Perhaps the same store as that row.
    Possible(u64),
    /// Nothing like it.
    New,
}

fn hash(parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// The name in the form in which stores are compared: without advertising, blanks and punctuation, with one
/// word for a branch.
pub(super) fn name_key(name: &str) -> String {
    let mut key = text::key(name);
    while let (Some(open), Some(close)) = (key.find('【'), key.find('】')) {
        if close < open {
            break;
        }
        key.replace_range(open..close + '】'.len_utf8(), "");
    }
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    plain.strip_suffix("分店").map_or_else(|| plain.clone(), |stem| format!("{stem}店"))
}

fn line(row: &Row, field: &'static str) -> String {
    row.registers.get(&FieldPath::fixed(field)).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

pub(super) fn address_key(row: &Row) -> String {
    text::key(&line(row, "address")).replace(' ', "")
}

/// The name without a branch in brackets, and whether there was one.
fn stem_key(name: &str) -> (String, bool) {
    let key = text::key(name);
    match key.split_once('(') {
        Some((stem, branch)) if branch.trim_end_matches(')').ends_with('店') => (name_key(stem), true),
        _ => (name_key(&key), false),
    }
}

/// Where stores of one stem would meet: the address and all numbers.
fn meeting_points(row: &Row) -> Vec<u64> {
    let (stem, _) = stem_key(&line(row, "name"));
    let phones = row.phones.iter().map(|number| hash(&[&stem, number]));
    phones.chain([hash(&[&stem, &address_key(row)])]).collect()
}

/// A number that many branches share.
fn is_shared(number: &str) -> bool {
    number.starts_with("+86400") || number.starts_with("+86800")
}

impl Twins {
    /// Compares a row with the earlier ones.
    pub fn judge(&self, row: &Row) -> Twin {
        let name = name_key(&line(row, "name"));
        let address = address_key(row);
        let phones = row.phones.iter().filter(|number| !is_shared(number));
        let by_phone = phones.filter_map(|number| self.by_name_and_phone.get(&hash(&[&name, number])).copied()).min();
        let by_address = self.by_name_and_address.get(&hash(&[&name, &address])).copied();
        if let Some(earlier) = [by_phone, by_address].into_iter().flatten().min() {
            return Twin::Duplicate(earlier);
        }
        if !row.code.is_empty() && self.by_code.contains_key(&hash(&[&row.code])) {
            return Twin::CodeTaken;
        }
        let (_, branch) = stem_key(&line(row, "name"));
        // Two named branches are two stores; a brand without a branch may be any of them.
        let met = meeting_points(row).into_iter().filter_map(|point| self.by_stem.get(&point));
        let stem = met.filter(|(_, other)| !(branch && *other)).map(|(earlier, _)| *earlier).min();
        let earlier = self.by_name.get(&hash(&[&name])).copied().or(stem);
        earlier.map_or(Twin::New, Twin::Possible)
    }

    /// Notes a row that creates or updates.
    pub fn note(&mut self, n: u64, row: &Row) {
        let (_, branch) = stem_key(&line(row, "name"));
        for point in meeting_points(row) {
            self.by_stem.entry(point).or_insert((n, branch));
        }
        let name = name_key(&line(row, "name"));
        self.by_name.entry(hash(&[&name])).or_insert(n);
        self.by_name_and_address.entry(hash(&[&name, &address_key(row)])).or_insert(n);
        for number in row.phones.iter().filter(|number| !is_shared(number)) {
            self.by_name_and_phone.entry(hash(&[&name, number])).or_insert(n);
        }
        if !row.code.is_empty() {
            self.by_code.entry(hash(&[&row.code])).or_insert(n);
        }
    }

    /// Did a spreadsheet take the leading zeros of this code?
    pub fn zeros_lost(&mut self, code: &str) -> bool {
        if code.is_empty() || !code.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
        if code.starts_with('0') {
            self.zero_padded = self.zero_padded.max(code.len());
        }
        code.len() < self.zero_padded && !code.starts_with('0')
    }
}
