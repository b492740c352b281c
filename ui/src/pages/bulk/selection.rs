//! Which stores are chosen: some, or all that a filter finds but for some. Pure.

use std::collections::BTreeSet;

use domain::MerchantId;
use domain::ipc::{Chosen, StoresQuery};

/// A choice of stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// All that the filter finds? Then `stores` are the exceptions.
    all: bool,
    stores: BTreeSet<MerchantId>,
}

impl Selection {
    /// Is the store chosen?
    pub fn contains(&self, id: &MerchantId) -> bool {
        self.stores.contains(id) != self.all
    }
    /// Chooses a store or leaves it out.
    pub fn set(&mut self, id: MerchantId, chosen: bool) {
        if chosen == self.all {
            self.stores.remove(&id);
        } else {
            self.stores.insert(id);
        }
    }
    /// The other way round.
    pub fn toggle(&mut self, id: MerchantId) {
        let chosen = self.contains(&id);
        self.set(id, !chosen);
    }
    /// Chooses all that the filter finds.
    pub fn choose_all(&mut self) {
        *self = Self { all: true, stores: BTreeSet::new() };
    }
    /// Chooses none.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
    /// The filter finds others now: "all" were those of before. Stores that were chosen one by one stay.
    pub fn forget_all(&mut self) {
        if self.all {
            self.clear();
        }
    }
    /// Are all chosen that the filter finds?
    pub fn is_all(&self) -> bool {
        self.all && self.stores.is_empty()
    }
    /// How many, if the filter finds `total`.
    pub fn count(&self, total: u64) -> u64 {
        let stores = self.stores.len() as u64;
        if self.all { total.saturating_sub(stores) } else { stores }
    }
    /// For a bulk edit, never with `but`; nothing if none is chosen.
    pub fn stores(&self, query: impl FnOnce() -> StoresQuery, but: Option<MerchantId>) -> Option<Chosen> {
        let mut stores = self.stores.clone();
        if self.all {
            stores.extend(but);
            return Some(Chosen::Matching { query: Box::new(query()), except: stores.into_iter().collect() });
        }
        if let Some(but) = but {
            stores.remove(&but);
        }
        (!stores.is_empty()).then(|| Chosen::These { stores: stores.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> MerchantId {
        MerchantId::new(text).unwrap()
    }

    #[test]
    fn one_by_one_and_all_but_some() {
        let mut chosen = Selection::default();
        assert_eq!((chosen.count(9), chosen.stores(StoresQuery::default, None)), (0, None));
        chosen.toggle(id("A"));
        chosen.set(id("B"), true);
        chosen.set(id("C"), false);
        assert_eq!((chosen.count(9), chosen.contains(&id("A")), chosen.contains(&id("C"))), (2, true, false));
        let stores = vec![id("B")];
        assert_eq!(chosen.stores(StoresQuery::default, Some(id("A"))), Some(Chosen::These { stores }));
        chosen.forget_all();
        assert_eq!(chosen.count(9), 2, "what was chosen one by one stays");

        chosen.choose_all();
        assert!(chosen.is_all() && chosen.contains(&id("C")));
        chosen.toggle(id("C"));
        assert_eq!((chosen.count(9), chosen.contains(&id("C")), chosen.is_all()), (8, false, false));
        let query = Box::new(StoresQuery::default());
        let except = vec![id("A"), id("C")];
        assert_eq!(chosen.stores(StoresQuery::default, Some(id("A"))), Some(Chosen::Matching { query, except }));
        chosen.forget_all();
        assert_eq!(chosen, Selection::default());
    }
}
