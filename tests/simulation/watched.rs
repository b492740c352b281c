//! A map that knows which of its entries may have changed, so that those who check need look at no others.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

pub struct Watched<K, V> {
    entries: BTreeMap<K, V>,
    /// Put in, given out to be changed, or taken away since they were last asked for.
    touched: BTreeSet<K>,
}

impl<K: Ord + Clone, V> Watched<K, V> {
    pub fn new() -> Self {
        Self { entries: BTreeMap::new(), touched: BTreeSet::new() }
    }

    pub fn insert(&mut self, key: K, value: V) {
        self.touched.insert(key.clone());
        self.entries.insert(key, value);
    }

    pub fn remove(&mut self, key: &K) {
        self.touched.insert(key.clone());
        self.entries.remove(key);
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.touched.insert(key.clone());
        self.entries.get_mut(key)
    }

    /// Changes each entry that is asked for.
    pub fn change(&mut self, asks: impl Fn(&V) -> bool, mut change: impl FnMut(&mut V)) {
        for (key, value) in self.entries.iter_mut().filter(|(_, value)| asks(value)) {
            self.touched.insert(key.clone());
            change(value);
        }
    }

    /// Takes all entries out, to be put in anew.
    pub fn take(&mut self) -> BTreeMap<K, V> {
        self.touched.extend(self.entries.keys().cloned());
        std::mem::take(&mut self.entries)
    }

    /// What may have changed since the last time, also what is there no more.
    pub fn touched(&mut self) -> BTreeSet<K> {
        std::mem::take(&mut self.touched)
    }
}

impl<K, V> Deref for Watched<K, V> {
    type Target = BTreeMap<K, V>;
    fn deref(&self) -> &BTreeMap<K, V> {
        &self.entries
    }
}
