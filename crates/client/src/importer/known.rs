//! What the cache holds that a row may mean.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use domain::MerchantId;
use domain::profile::Registers;
use reading::names::{Verdict, compare_keys};

use super::ahead::{is_digits, zero_padded_digits};
use super::likeness::{Likeness, hash};
use crate::cache::{Cache, Extent, NumberIndex, Shown};
use crate::error::Result;

/// Rows of the list read at a time.
const PAGE: u32 = 5_000;
/// Merchants of one name that are compared with a row; chains have more, of which those of the same address come first.
const COMPARED_MAX: usize = 64;

/// A merchant of the cache, by hashes.
struct Entry {
    name: u64,
    address: u64,
    n: i64,
}

/// A merchant of the cache that a row may mean.
pub(super) enum Alike {
    /// The same store.
    Same(MerchantId),
    /// Perhaps: a person must look.
    Perhaps(MerchantId),
}

/// Keys that are hashes already.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Which merchants there are.
#[derive(Default)]
pub(super) struct Known {
    /// Hashes of their ids: most rows of a first import are of nobody, and need not be looked for.
    ids: HashSet<u64, BuildHasherDefault<Same>>,
    /// Length of the longest id that is all digits and begins with a zero.
    zero_padded: usize,
    /// How far the cache was read for them.
    pub extent: Extent,
    /// Was there anybody when the first row was judged?
    had_some: Option<bool>,
    /// Made when the first row comes whose id the cache does not know.
    entries: Option<Entries>,
}

/// All merchants, by name and by address.
struct Entries {
    /// Sorted by name and address.
    by_name: Vec<Entry>,
    /// Places in `by_name`, sorted by address; of those that have one.
    by_address: Vec<u32>,
    by_number: NumberIndex,
}

impl Known {
    /// Takes note of the merchants that have come since the last look.
    pub async fn look(&mut self, cache: &Cache) -> Result<()> {
        // Read before the ids: what comes in between is read again the next time.
        let extent = cache.extent().await?;
        if extent.records != self.extent.records {
            let mut after = self.extent.records.min(extent.records);
            while let Some((last, ids)) = cache.ids_of_records(after, PAGE).await? {
                after = last;
                self.take(&ids);
            }
        }
        // Places of edits are used again: all of them, if there is a new one.
        if extent.edits != self.extent.edits {
            let mut after = 0;
            while let Some((last, ids)) = cache.ids_of_edits(after, PAGE).await? {
                after = last;
                self.take(&ids);
            }
        }
        self.extent = extent;
        self.had_some.get_or_insert(!self.ids.is_empty());
        Ok(())
    }

    fn take(&mut self, ids: &[String]) {
        self.ids.extend(ids.iter().map(|id| hash(id)));
        let longest = ids.iter().map(|id| zero_padded_digits(id)).max();
        self.zero_padded = self.zero_padded.max(longest.unwrap_or(0));
    }

    /// The merchant whose id this one is without its leading zeros, as a spreadsheet takes them.
    fn padded(&self, id: &MerchantId) -> Option<MerchantId> {
        let id = id.as_str();
        if !is_digits(id) {
            return None;
        }
        let padded = (id.len() + 1..=self.zero_padded).map(|width| format!("{id:0>width$}"));
        let there = padded.filter(|padded| self.ids.contains(&hash(padded))).find_map(|id| MerchantId::new(id).ok());
        there.filter(|_| !id.starts_with('0'))
    }

    /// The merchant that a row means by its id but for the leading zeros, if the row is like it otherwise too.
    pub async fn zeros_lost(&self, cache: &Cache, id: &MerchantId, like: &Likeness<'_>) -> Result<Option<MerchantId>> {
        let Some(padded) = self.padded(id) else { return Ok(None) };
        let stored = self.stored(cache, std::iter::once(&padded)).await?;
        let is_like = stored.get(&padded).is_some_and(|shown| {
            let other = Likeness::of(&shown.registers);
            other.name == like.name || other.is_at(like)
        });
        Ok(is_like.then_some(padded))
    }

    /// Takes note of a merchant that this import makes.
    pub fn add(&mut self, id: &MerchantId) {
        self.ids.insert(hash(id.as_str()));
    }

    /// Was nobody there before the first row?
    pub fn is_empty(&self) -> bool {
        self.had_some == Some(false)
    }

    /// What each of some merchants shows; only those that are there.
    pub async fn stored(
        &self,
        cache: &Cache,
        ids: impl Iterator<Item = &MerchantId>,
    ) -> Result<HashMap<MerchantId, Shown>> {
        let there: Vec<MerchantId> = ids.filter(|id| self.ids.contains(&hash(id.as_str()))).cloned().collect();
        if there.is_empty() {
            return Ok(HashMap::new());
        }
        let known = cache.shown_of(&there).await?;
        Ok(known.into_iter().filter(|(_, shown)| !shown.registers.is_empty()).collect())
    }

    /// A merchant of the cache that is the same store: by name, and a number, the address or the place. Where there is
    /// none, one that may be it: of the same name, unless it lies elsewhere; at the same address or with the same number,
    /// if the names may mean the same.
    pub async fn like(&mut self, cache: &Cache, like: &Likeness<'_>) -> Result<Option<Alike>> {
        if self.entries.is_none() {
            self.entries = Some(Entries::read(cache).await?);
        }
        let Some(entries) = &self.entries else { return Ok(None) };
        let mut perhaps = None;
        for (id, registers) in shown(cache, &entries.of_name(like)).await? {
            let other = Likeness::of(&registers);
            if registers.is_empty() || other.name != like.name {
                continue;
            }
            if like.is_at(&other) {
                return Ok(Some(Alike::Same(id)));
            }
            // Two stores of a chain whose places are known are two.
            if perhaps.is_none() && like.place.zip(other.place).is_none() {
                perhaps = Some(Alike::Perhaps(id));
            }
        }
        if perhaps.is_some() {
            return Ok(perhaps);
        }
        for (id, registers) in shown(cache, &entries.at_address(like)).await? {
            if compare_keys(&Likeness::of(&registers).name, &like.name) == Verdict::Review {
                return Ok(Some(Alike::Perhaps(id)));
            }
        }
        for (id, registers) in entries.of_number(cache, like).await? {
            let other = Likeness::of(&registers);
            let is_common = like.own_phones.iter().any(|number| other.own_phones.contains(number));
            let may_be = other.address == like.address || compare_keys(&other.name, &like.name) == Verdict::Review;
            if is_common && may_be {
                return Ok(Some(Alike::Perhaps(id)));
            }
        }
        Ok(None)
    }
}

/// What some rows of the list show.
async fn shown(cache: &Cache, numbers: &[i64]) -> Result<Vec<(MerchantId, Registers)>> {
    match numbers {
        [] => Ok(Vec::new()),
        numbers => cache.registers_of(&cache.listed(numbers).await?).await,
    }
}

impl Entries {
    async fn read(cache: &Cache) -> Result<Self> {
        let (mut after, mut by_name) = (0, Vec::new());
        loop {
            let page = cache.listed_after(after, PAGE).await?;
            let Some((last, ..)) = page.last() else { break };
            after = *last;
            for (n, name, address) in page {
                let like = Likeness::new(&name, &address, std::iter::empty(), None);
                by_name.push(Entry { name: hash(&like.name), address: hash(&like.address), n });
            }
        }
        by_name.sort_unstable_by_key(|entry| (entry.name, entry.address, entry.n));
        let nowhere = hash("");
        let mut by_address: Vec<u32> = (0..u32::try_from(by_name.len()).unwrap_or(u32::MAX))
            .filter(|place| by_name[*place as usize].address != nowhere)
            .collect();
        by_address.sort_unstable_by_key(|place| (by_name[*place as usize].address, *place));
        Ok(Self { by_name, by_address, by_number: cache.number_index().await? })
    }

    /// Those of a name, of which those of the same address come first.
    fn of_name(&self, like: &Likeness<'_>) -> Vec<i64> {
        let (name, address) = (hash(&like.name), hash(&like.address));
        let from = self.by_name.partition_point(|entry| entry.name < name);
        let to = self.by_name.partition_point(|entry| entry.name <= name);
        let same = &self.by_name[from..to];
        let here = same.iter().filter(|entry| entry.address == address);
        let elsewhere = same.iter().filter(|entry| entry.address != address);
        here.chain(elsewhere).take(COMPARED_MAX).map(|entry| entry.n).collect()
    }

    /// Those of other names at an address; none where so many give it that it says nothing, like "as on the map".
    fn at_address(&self, like: &Likeness<'_>) -> Vec<i64> {
        let (name, address) = (hash(&like.name), hash(&like.address));
        let at = |place: &u32| &self.by_name[*place as usize];
        let from = self.by_address.partition_point(|place| at(place).address < address);
        let there = self.by_address[from..].iter().map(at).take_while(|entry| entry.address == address);
        let others = there.filter(|entry| entry.name != name).map(|entry| entry.n);
        let others: Vec<i64> = others.take(COMPARED_MAX + 1).collect();
        if others.len() > COMPARED_MAX { Vec::new() } else { others }
    }

    /// Those with one of its own numbers; none where so many have it that it says nothing.
    async fn of_number(&self, cache: &Cache, like: &Likeness<'_>) -> Result<Vec<(MerchantId, Registers)>> {
        let mut places: Vec<i64> = Vec::new();
        for number in &like.own_phones {
            let all: Vec<i64> = self.by_number.of(number, COMPARED_MAX + 1).collect();
            places.extend(all.iter().filter(|_| all.len() <= COMPARED_MAX));
        }
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let ids = cache.having_numbers(places).await?;
        let shown = cache.registers_of(&ids).await?;
        Ok(shown.into_iter().filter(|(_, registers)| !registers.is_empty()).collect())
    }
}
