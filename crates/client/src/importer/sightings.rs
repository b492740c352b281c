//! Where a key was seen first: hashes in few bytes, so that a million rows fit into memory.

/// Tables, by the first bits of a key: each grows by itself, so that there is never room for all twice.
const TABLES: usize = 64;
const TABLE_BITS: u32 = TABLES.trailing_zeros();
/// A table begins with so many places.
const PLACES_MIN: usize = 16;
/// Keys that do not occur: free places.
const FREE: u64 = 0;

/// The first place of each key. Of keys it takes their hashes for granted.
#[derive(Default)]
pub(super) struct Sightings {
    tables: Vec<Table>,
}

#[derive(Clone, Default)]
struct Table {
    places: Vec<Place>,
    taken: usize,
}

/// A key in two halves, and its value beside them: what is far away in memory is fetched once.
#[derive(Clone, Copy)]
struct Place {
    halves: [u32; 2],
    value: u32,
}

impl Place {
    fn of(key: u64, value: u32) -> Self {
        Self { halves: [(key >> 32) as u32, (key & u64::from(u32::MAX)) as u32], value }
    }

    fn key(&self) -> u64 {
        u64::from(self.halves[0]) << 32 | u64::from(self.halves[1])
    }
}

fn table_of(key: u64) -> usize {
    (key >> (u64::BITS - TABLE_BITS)) as usize
}

impl Sightings {
    fn table(&mut self, key: u64) -> &mut Table {
        if self.tables.is_empty() {
            self.tables.resize(TABLES, Table::default());
        }
        &mut self.tables[table_of(key)]
    }

    /// With room for about so many keys.
    pub fn expecting(keys: usize) -> Self {
        let (mut tables, places) = (vec![Table::default(); TABLES], keys / TABLES * 3 / 2);
        tables.iter_mut().filter(|_| places > 0).for_each(|table| table.grow(places));
        Self { tables }
    }

    /// What is noted under a key.
    pub fn get(&self, key: u64) -> Option<u32> {
        let key = key.max(1);
        let table = self.tables.get(table_of(key))?;
        table.find(key).map(|at| &table.places[at]).filter(|place| place.key() == key).map(|place| place.value)
    }

    /// Has a key's place brought near before it is asked for: it is far away in memory, and whoever asks waits for it.
    pub fn fetch(&self, key: u64) {
        let key = key.max(1);
        if let Some(table) = self.tables.get(table_of(key))
            && let Some(place) = table.places.get(table.home(key))
        {
            near(place);
        }
    }

    /// Notes a value unless there is one; returns the one that was there.
    pub fn note(&mut self, key: u64, value: u32) -> Option<u32> {
        let key = key.max(1);
        let table = self.table(key);
        table.make_room();
        let place = table.find(key)?;
        if table.places[place].key() == key {
            return Some(table.places[place].value);
        }
        table.places[place] = Place::of(key, value);
        table.taken += 1;
        None
    }

    /// Replaces what is noted under a key, if anything is.
    pub fn replace(&mut self, key: u64, value: u32) {
        let key = key.max(1);
        let table = self.table(key);
        if let Some(place) = table.find(key).filter(|place| table.places[*place].key() == key) {
            table.places[place].value = value;
        }
    }
}

/// A hint to the processor; on others than x86-64, nothing.
#[allow(unsafe_code)]
fn near(place: &Place) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every such processor has the instruction, which changes nothing that a program can see.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(place).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

impl Table {
    /// Where a key is looked for first.
    fn home(&self, key: u64) -> usize {
        let rest = u128::from(key << TABLE_BITS);
        ((rest * self.places.len() as u128) >> u64::BITS) as usize
    }

    /// The place of a key, or the free one where it belongs; nothing in a table without places.
    fn find(&self, key: u64) -> Option<usize> {
        let count = self.places.len();
        if count == 0 {
            return None;
        }
        let mut place = self.home(key);
        // A quarter of the places is free.
        while !matches!(self.places[place].key(), there if there == key || there == FREE) {
            place = if place + 1 == count { 0 } else { place + 1 };
        }
        Some(place)
    }

    fn make_room(&mut self) {
        if (self.taken + 1) * 4 <= self.places.len() * 3 {
            return;
        }
        self.grow((self.places.len() * 7 / 5).max(PLACES_MIN));
    }

    /// Its memory is written at once: handed out page by page as it is used, it takes longer.
    fn grow(&mut self, places: usize) {
        let mut grown = Self { places: vec![Place::of(FREE, 0); places], taken: self.taken };
        for place in self.places.iter().filter(|place| place.key() != FREE) {
            if let Some(at) = grown.find(place.key()) {
                grown.places[at] = *place;
            }
        }
        *self = grown;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn the_first_sighting_of_each_key_stays() {
        // Nobody expected any, or far fewer or more than come.
        for expected in [None, Some(0), Some(900), Some(50_000)] {
            stays(expected);
        }
    }

    fn stays(expected: Option<usize>) {
        let mut sightings = expected.map_or_else(Sightings::default, Sightings::expecting);
        let mut model = HashMap::new();
        assert_eq!(sightings.get(7), None);
        for n in 0..40_000_u32 {
            let key = domain::digest::bytes(&(n % 30_000).to_le_bytes()) >> (n % 2 * 3);
            let before = model.get(&key).copied();
            assert_eq!(sightings.get(key), before);
            assert_eq!(sightings.note(key, n), before);
            model.entry(key).or_insert(n);
        }
        for (key, n) in &model {
            assert_eq!(sightings.get(*key), Some(*n));
        }
        sightings.replace(domain::digest::bytes(&0_u32.to_le_bytes()), 9);
        assert_eq!(sightings.get(domain::digest::bytes(&0_u32.to_le_bytes())), Some(9));
        assert_eq!(sightings.get(domain::digest::bytes(b"nowhere")), None);
    }
}
