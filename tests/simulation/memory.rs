//! What those who check remember of what happened.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use domain::digest;
use domain::rules::RuleBook;
use domain::version::VersionVector;
use domain::{EditId, MerchantId};

use crate::entry::Entry;
use crate::held::Row;
use crate::world::World;

/// What those who check remember.
pub struct Memory {
    pub events: u64,
    /// The edits that each device's window called saved.
    pub saved: Vec<HashSet<EditId>>,
    /// Of these, the ones that their author took back before they were sent.
    pub cancelled: HashSet<EditId>,
    pub says_synced: Vec<bool>,
    /// Rows that rotted on a disk, and what is left of them.
    pub rotten: Vec<BTreeMap<MerchantId, Option<Row>>>,
    /// The same, also where the server has meanwhile come to hold no more: until the device has read it anew.
    pub unread: Vec<BTreeMap<MerchantId, Option<Row>>>,
    /// The epochs that each device gave up since it last read everything.
    pub epochs_before: Vec<Vec<String>>,
    /// Edits of merchants that a device has to take for deleted and forgotten.
    pub forgotten: Vec<HashSet<EditId>>,
    /// How often the server had been restored when it gave the page that each device stored last.
    pub pulled_era: Vec<u64>,
    /// The merchants of which nothing is asked, because their row rotted, and the rules, when each device was checked
    /// last.
    pub excused: Vec<BTreeSet<MerchantId>>,
    pub judged_by: Vec<Option<Arc<RuleBook>>>,
    /// What each device has shown of the server.
    pub shown: Vec<BTreeMap<MerchantId, Shown>>,
    /// The newest edit that was accepted of each device and merchant.
    pub latest: BTreeMap<(u64, MerchantId), u64>,
}

/// What a device has shown of a merchant.
pub struct Shown {
    pub era: u64,
    pub generation: u64,
    pub seq: u64,
    pub version: VersionVector,
}

impl Memory {
    pub fn new(devices: usize) -> Self {
        Self {
            events: 0,
            saved: vec![HashSet::new(); devices],
            cancelled: HashSet::new(),
            says_synced: vec![false; devices],
            rotten: vec![BTreeMap::new(); devices],
            unread: vec![BTreeMap::new(); devices],
            epochs_before: vec![Vec::new(); devices],
            forgotten: vec![HashSet::new(); devices],
            pulled_era: vec![0; devices],
            excused: vec![BTreeSet::new(); devices],
            judged_by: vec![None; devices],
            shown: (0..devices).map(|_| BTreeMap::new()).collect(),
            latest: BTreeMap::new(),
        }
    }
}

/// A row on a disk is not what was written, and nobody knows yet.
pub fn note_rot(world: &mut World, device: usize, merchant: MerchantId, left: Option<Row>) {
    world.memory.unread[device].insert(merchant.clone(), left.clone());
    world.memory.rotten[device].insert(merchant, left);
}

/// Buckets were written anew. After a restore that may bring what is older, where the numbers had fitted by chance.
pub fn note_repair(world: &mut World, device: usize, buckets: &[u8]) {
    let other = |merchant: &MerchantId| !buckets.contains(&digest::bucket(merchant));
    world.memory.unread[device].retain(|merchant, _| other(merchant));
    if world.server.era > 0 {
        world.memory.shown[device].retain(|merchant, _| other(merchant));
    }
}

/// The device is about to forget its cursor.
pub fn note_restart(world: &mut World, device: usize) {
    world.memory.epochs_before[device].extend(world.devices[device].store.epoch.clone());
}

/// The edits that the server has taken by its answer, before a device stores a page, and those that show nothing.
pub fn at_rest(world: &World, device: usize) -> HashSet<EditId> {
    let rests = |entry: &&Entry| entry.state.is_answered() || entry.quiet;
    world.devices[device].store.outbox.values().filter(rests).map(|entry| entry.edit.edit_id).collect()
}

/// A reading of everything has come to its end. Where the epoch was the same before, and nobody is there to say
/// whether a merchant was deleted and forgotten or lost with a restored backup, the first is assumed.
pub fn note_whole_reading(world: &mut World, device: usize, rested: &HashSet<EditId>) {
    let memory = &mut world.memory;
    memory.unread[device].clear();
    let store = &world.devices[device].store;
    let before = std::mem::take(&mut memory.epochs_before[device]);
    if !before.is_empty() && before.iter().all(|epoch| Some(epoch) == store.epoch.as_ref()) {
        let absent = |entry: &&Entry| !store.records.contains_key(&entry.edit.merchant_id);
        let taken = store.outbox.values().filter(absent).map(|entry| entry.edit.edit_id);
        memory.forgotten[device].extend(taken.filter(|edit_id| rested.contains(edit_id)));
    }
}

/// A row that rotted is well again as soon as it is anything else than what was left of it, or that is what
/// the server has.
pub fn note_what_is_mended(world: &mut World, device: usize) {
    let records = &world.devices[device].store.records;
    let servers = &world.server.records;
    world.memory.unread[device].retain(|merchant, left| records.get(merchant).map(|s| &s.record) == left.as_ref());
    world.memory.rotten[device].retain(|merchant, left| {
        let left = left.as_ref();
        records.get(merchant).map(|s| &s.record) == left && servers.get(merchant).map(|(_, record)| record) != left
    });
}

/// What has to be looked at again on a device.
pub struct Changed {
    /// Edits of its outbox, by counter.
    pub edits: BTreeSet<u64>,
    /// Merchants whose record or whose edits are not what they were, or are judged otherwise now.
    pub merchants: BTreeSet<MerchantId>,
}

/// What may have changed on a device since it was last asked for. Whatever else the checks of a device look at only
/// becomes more lenient as time goes by: that the server was restored, has forgotten a merchant, or has answered.
pub fn what_changed(world: &mut World, device: usize) -> Changed {
    let memory = &mut world.memory;
    let store = &mut world.devices[device].store;
    let (edits, mut merchants) = (store.outbox.touched(), store.records.touched());
    let of_edits = edits.iter().filter_map(|counter| store.outbox.get(counter));
    merchants.extend(of_edits.map(|entry| entry.edit.merchant_id.clone()));
    let excused: BTreeSet<_> = memory.rotten[device].keys().chain(memory.unread[device].keys()).cloned().collect();
    let before = std::mem::replace(&mut memory.excused[device], excused);
    merchants.extend(before.into_iter().filter(|merchant| !memory.excused[device].contains(merchant)));
    let known = memory.judged_by[device].replace(Arc::clone(&store.rules));
    if known.is_none_or(|known| !Arc::ptr_eq(&known, &store.rules)) {
        merchants.extend(store.merchants());
    }
    Changed { edits, merchants }
}

/// Everything is to be looked at again.
pub fn all(world: &World, device: usize) -> Changed {
    let store = &world.devices[device].store;
    let shown = world.memory.shown[device].keys().cloned();
    let of_edits = store.outbox.values().map(|entry| entry.edit.merchant_id.clone());
    let merchants = store.records.keys().cloned().chain(shown).chain(of_edits).collect();
    Changed { edits: store.outbox.keys().copied().collect(), merchants }
}
