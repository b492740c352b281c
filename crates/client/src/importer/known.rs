//! What the cache holds that a row may mean.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use domain::MerchantId;
use domain::profile::Registers;

use super::likeness::{Likeness, hash};
use crate::cache::{Cache, Extent};
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
    /// How far the cache was read for them.
    pub extent: Extent,
    /// Was there anybody when the first row was judged?
    had_some: Option<bool>,
    /// Sorted by name; made when the first row comes whose id the cache does not know.
    entries: Option<Vec<Entry>>,
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
                self.ids.extend(ids.iter().map(|id| hash(id)));
            }
        }
        // Places of edits are used again: all of them, if there is a new one.
        if extent.edits != self.extent.edits {
            let mut after = 0;
            while let Some((last, ids)) = cache.ids_of_edits(after, PAGE).await? {
                after = last;
                self.ids.extend(ids.iter().map(|id| hash(id)));
            }
        }
        self.extent = extent;
        self.had_some.get_or_insert(!self.ids.is_empty());
        Ok(())
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
    ) -> Result<HashMap<MerchantId, Registers>> {
        let there: Vec<MerchantId> = ids.filter(|id| self.ids.contains(&hash(id.as_str()))).cloned().collect();
        if there.is_empty() {
            return Ok(HashMap::new());
        }
        let known = cache.registers_of(&there).await?;
        Ok(known.into_iter().filter(|(_, registers)| !registers.is_empty()).collect())
    }

    /// A merchant of the cache that is the same store: by name, and a number, the address or the place.
    pub async fn like(&mut self, cache: &Cache, like: &Likeness<'_>) -> Result<Option<MerchantId>> {
        if self.entries.is_none() {
            self.entries = Some(entries(cache).await?);
        }
        let entries = self.entries.as_deref().unwrap_or_default();
        let (name, address) = (hash(&like.name), hash(&like.address));
        let from = entries.partition_point(|entry| entry.name < name);
        let to = entries.partition_point(|entry| entry.name <= name);
        if from == to {
            return Ok(None);
        }
        let same = &entries[from..to];
        let here = same.iter().filter(|entry| entry.address == address);
        let elsewhere = same.iter().filter(|entry| entry.address != address);
        let numbers: Vec<i64> = here.chain(elsewhere).take(COMPARED_MAX).map(|entry| entry.n).collect();
        let ids = cache.listed(&numbers).await?;
        for (id, registers) in cache.registers_of(&ids).await? {
            if is_same(like, &registers) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}

async fn entries(cache: &Cache) -> Result<Vec<Entry>> {
    let (mut after, mut entries) = (0, Vec::new());
    loop {
        let page = cache.listed_after(after, PAGE).await?;
        let Some((last, ..)) = page.last() else { break };
        after = *last;
        for (n, name, address) in page {
            let like = Likeness::new(&name, &address, std::iter::empty(), None);
            entries.push(Entry { name: hash(&like.name), address: hash(&like.address), n });
        }
    }
    entries.sort_unstable_by_key(|entry| (entry.name, entry.address, entry.n));
    Ok(entries)
}

fn is_same(like: &Likeness<'_>, registers: &Registers) -> bool {
    let other = Likeness::of(registers);
    !registers.is_empty() && other.name == like.name && like.is_at(&other)
}
