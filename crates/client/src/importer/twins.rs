//! Rows of one file that mean one store.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use domain::text;
use reading::names::Name;

use super::row::Row;

/// What a store is compared by.
#[derive(Clone, Debug, Default)]
pub(super) struct Likeness {
    /// The whole name.
    pub name: String,
    /// The name without its branch.
    pub stem: String,
    pub has_branch: bool,
    pub address: String,
    /// Numbers that belong to one store.
    pub own_phones: Vec<String>,
    /// Numbers that many branches share.
    pub shared_phones: Vec<String>,
    /// Latitude and longitude, in degrees.
    pub place: Option<(f64, f64)>,
}

/// A number that many branches share.
fn is_shared(number: &str) -> bool {
    number.starts_with("+86400") || number.starts_with("+86800")
}

impl Likeness {
    pub fn new<'a>(
        name: &str,
        address: &str,
        phones: impl Iterator<Item = &'a str>,
        place: Option<(f64, f64)>,
    ) -> Self {
        let read = Name::new(name);
        let (shared, own): (Vec<&str>, Vec<&str>) = phones.partition(|number| is_shared(number));
        let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        Self {
            name: read.key(),
            has_branch: read.branch.is_some(),
            stem: read.brand,
            address: text::key(address).replace(' ', ""),
            own_phones: owned(own),
            shared_phones: owned(shared),
            place,
        }
    }

    pub fn of(row: &Row) -> Self {
        Self::new(&row.name, &row.address, row.e164(), row.place)
    }

    /// The square of about 50 metres in which it lies, and how many there are around it.
    fn square(&self, north: i64, east: i64) -> Option<String> {
        let (latitude, longitude) = self.place?;
        let step = |degrees: f64| (degrees * 2000.0).floor() as i64;
        Some(format!("{}/{}", step(latitude) + north, step(longitude) + east))
    }
}

/// Keys are hashes already.
#[derive(Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// What is remembered of a row under a key: its number, and in the last bit whether it names a branch.
type Seen = u32;

/// What was seen in earlier rows. Hashes only, so that a million rows fit into memory.
#[derive(Default)]
pub(super) struct Twins {
    seen: HashMap<u64, Seen, BuildHasherDefault<Same>>,
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

/// What two rows have in common, for the hash.
#[derive(Clone, Copy)]
enum By {
    Code = 1,
    Name,
    Address,
    Phone,
    StemAddress,
    StemPhone,
    House,
    Square,
}

pub(super) fn hash(by: u8, parts: [&str; 2]) -> u64 {
    let mut bytes = Vec::with_capacity(parts[0].len() + parts[1].len() + 2);
    bytes.push(by);
    bytes.extend_from_slice(parts[0].as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(parts[1].as_bytes());
    domain::digest::bytes(&bytes)
}

fn key(by: By, first: &str, second: &str) -> u64 {
    hash(by as u8, [first, second])
}

/// Where stores of one stem meet, and stores of one house.
fn meetings(like: &Likeness) -> Vec<u64> {
    let phones = like.own_phones.iter().chain(&like.shared_phones);
    let mut keys: Vec<u64> = phones.map(|phone| key(By::StemPhone, &like.stem, phone)).collect();
    keys.push(key(By::StemAddress, &like.stem, &like.address));
    keys
}

fn houses(like: &Likeness) -> impl Iterator<Item = u64> + '_ {
    like.own_phones.iter().map(|phone| key(By::House, &like.address, phone))
}

impl Twins {
    fn at(&self, key: u64) -> Option<(u64, bool)> {
        self.seen.get(&key).map(|seen| (u64::from(seen >> 1), seen & 1 == 1))
    }

    /// Compares a row with the earlier ones.
    pub fn judge(&self, code: &str, like: &Likeness) -> Twin {
        let by_phone = like.own_phones.iter().filter_map(|phone| self.at(key(By::Phone, &like.name, phone)));
        let by_address = self.at(key(By::Address, &like.name, &like.address));
        if let Some((earlier, _)) = by_phone.chain(by_address).min() {
            return Twin::Duplicate(earlier);
        }
        if self.has_code(code) {
            return Twin::CodeTaken;
        }
        let around = (-1..=1).flat_map(|north| (-1..=1).map(move |east| (north, east)));
        let near = around.filter_map(|(north, east)| self.at(key(By::Square, &like.name, &like.square(north, east)?)));
        // Two named branches are two stores; a brand without a branch may be any of them.
        let met = meetings(like).into_iter().filter_map(|key| self.at(key));
        let stem = met.filter(|(_, other)| !(like.has_branch && *other));
        let house = houses(like).filter_map(|key| self.at(key));
        let earlier = self.at(key(By::Name, &like.name, "")).into_iter().chain(near).chain(stem).chain(house).min();
        earlier.map_or(Twin::New, |(earlier, _)| Twin::Possible(earlier))
    }

    /// Has an earlier row this code?
    pub fn has_code(&self, code: &str) -> bool {
        !code.is_empty() && self.seen.contains_key(&key(By::Code, code, ""))
    }

    /// Notes a row that is to be imported.
    pub fn note(&mut self, n: u64, code: &str, like: &Likeness) {
        let seen = u32::try_from(n << 1).unwrap_or(u32::MAX - 1) | u32::from(like.has_branch);
        let mut note = |key: u64| {
            if let Entry::Vacant(free) = self.seen.entry(key) {
                free.insert(seen);
            }
        };
        meetings(like).into_iter().for_each(&mut note);
        houses(like).for_each(&mut note);
        note(key(By::Name, &like.name, ""));
        note(key(By::Address, &like.name, &like.address));
        like.own_phones.iter().for_each(|phone| note(key(By::Phone, &like.name, phone)));
        like.square(0, 0).iter().for_each(|square| note(key(By::Square, &like.name, square)));
        if !code.is_empty() {
            note(key(By::Code, code, ""));
        }
    }

    /// Looks at a code before rows are judged: how long are codes with their zeros?
    pub fn look_at(&mut self, code: &str) {
        if code.starts_with('0') && code.bytes().all(|b| b.is_ascii_digit()) {
            self.zero_padded = self.zero_padded.max(code.len());
        }
    }

    /// Did a spreadsheet take the leading zeros of this code?
    pub fn zeros_lost(&self, code: &str) -> bool {
        !code.is_empty()
            && code.len() < self.zero_padded
            && !code.starts_with('0')
            && code.bytes().all(|b| b.is_ascii_digit())
    }
}
