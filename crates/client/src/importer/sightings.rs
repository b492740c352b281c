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
    keys: Vec<u64>,
    values: Vec<u32>,
    taken: usize,
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

    /// Makes room for about so many keys.
    pub fn expect(&mut self, keys: usize) {
        let places = keys / TABLES * 3 / 2;
        self.tables.resize(TABLES, Table::default());
        self.tables.iter_mut().filter(|table| table.keys.len() < places).for_each(|table| table.grow(places));
    }

    /// What is noted under a key.
    pub fn get(&self, key: u64) -> Option<u32> {
        let key = key.max(1);
        let table = self.tables.get(table_of(key))?;
        table.find(key).and_then(|place| (table.keys[place] == key).then(|| table.values[place]))
    }

    /// Notes a value unless there is one; returns the one that was there.
    pub fn note(&mut self, key: u64, value: u32) -> Option<u32> {
        let key = key.max(1);
        let table = self.table(key);
        table.make_room();
        let place = table.find(key)?;
        if table.keys[place] == key {
            return Some(table.values[place]);
        }
        (table.keys[place], table.values[place]) = (key, value);
        table.taken += 1;
        None
    }

    /// Replaces what is noted under a key, if anything is.
    pub fn replace(&mut self, key: u64, value: u32) {
        let key = key.max(1);
        let table = self.table(key);
        if let Some(place) = table.find(key).filter(|place| table.keys[*place] == key) {
            table.values[place] = value;
        }
    }
}

impl Table {
    /// The place of a key, or the free one where it belongs; nothing in a table without places.
    fn find(&self, key: u64) -> Option<usize> {
        let places = self.keys.len();
        if places == 0 {
            return None;
        }
        let rest = u128::from(key << TABLE_BITS);
        let mut place = ((rest * places as u128) >> u64::BITS) as usize;
        // A quarter of the places is free.
        while self.keys[place] != key && self.keys[place] != FREE {
            place = if place + 1 == places { 0 } else { place + 1 };
        }
        Some(place)
    }

    fn make_room(&mut self) {
        if (self.taken + 1) * 4 <= self.keys.len() * 3 {
            return;
        }
        self.grow((self.keys.len() * 7 / 5).max(PLACES_MIN));
    }

    fn grow(&mut self, places: usize) {
        let mut grown = Self { keys: vec![FREE; places], values: vec![0; places], taken: self.taken };
        for (key, value) in self.keys.iter().zip(&self.values).filter(|(key, _)| **key != FREE) {
            if let Some(place) = grown.find(*key) {
                (grown.keys[place], grown.values[place]) = (*key, *value);
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
        let (mut sightings, mut model) = (Sightings::default(), HashMap::new());
        assert_eq!(sightings.get(7), None);
        for n in 0..40_000_u32 {
            let key = domain::digest::bytes(&(n % 30_000).to_le_bytes()) >> (n % 2 * 3);
            let before = model.get(&key).copied();
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
