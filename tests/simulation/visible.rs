//! What a device shows and says: nothing older than before, its own edits, and "synced" only where it is true.

use std::collections::BTreeMap;

use domain::{EditState, FieldPath, MerchantId, Value};

use crate::checks::Broken;
use crate::entry::{Entry, knows};
use crate::memory::{Changed, Shown};
use crate::world::World;

/// 9: that the digests are equal is said only of records that are.
pub fn equal_digests_are_equal_records(world: &World, device: usize) -> Result<(), Broken> {
    let own = &world.devices[device];
    let rotten = world.memory.rotten[device].keys().next();
    let found = rotten.filter(|merchant| {
        let theirs = world.server.records.get(*merchant).map(|(_, record)| record);
        own.store.records.get(*merchant).map(|stored| &stored.record) != theirs
    });
    match found {
        Some(merchant) if own.store.cursor == world.server.seq => {
            let what = format!("{merchant} of device {device} is damaged, and its digest is called equal");
            Err(Broken::new("9 never synced by guess", what))
        }
        _ => Ok(()),
    }
}

/// 5: never an older state of the server after a newer one.
pub fn no_step_back(world: &mut World, device: usize, changed: &Changed) -> Result<(), Broken> {
    let store = &world.devices[device].store;
    let memory = &mut world.memory.shown[device];
    let rotten = &world.memory.rotten[device];
    for merchant in &changed.merchants {
        let Some(stored) = store.records.get(merchant).filter(|_| !rotten.contains_key(merchant)) else {
            continue;
        };
        if let Some(shown) = memory.get(merchant) {
            let same_reading = shown.generation == stored.generation;
            if same_reading && shown.seq == stored.seq {
                continue;
            }
            // A restored backup is older, and a merchant that was pruned begins anew; that is shown as it is.
            let begins_anew = shown.era < world.server.era || world.server.pruned.contains(merchant);
            let older = (same_reading && stored.seq < shown.seq)
                || (!begins_anew && !stored.record.version().covers(&shown.version));
            if older {
                return Err(Broken::new("5 no step back", format!("{merchant} on device {device} became older")));
            }
        }
        let (era, version) = (world.memory.pulled_era[device], stored.record.version().clone());
        let now = Shown { era, generation: stored.generation, seq: stored.seq, version };
        memory.insert(merchant.clone(), now);
    }
    let server = &world.server;
    let gone = changed.merchants.iter().find(|merchant| {
        let lost = |shown: &Shown| shown.era < server.era || server.pruned.contains(*merchant);
        let known = memory.get(*merchant).is_some_and(|shown| !lost(shown));
        known && !store.records.contains_key(*merchant) && !rotten.contains_key(*merchant)
    });
    match gone {
        Some(gone) => Err(Broken::new("5 no step back", format!("{gone} vanished from device {device}"))),
        None => Ok(()),
    }
}

/// 5: own edits stay visible. Of each field of a merchant shows what the device's newest write says that the stored
/// record does not know: neither as a candidate nor within the context of its register. It may be covered by a still
/// newer write of the device that the record does know and that has not come back yet. Refused and cancelled edits say
/// nothing. Judged by the stored record, not by what the store believes about answers and change numbers; hence it
/// holds at every instant, also of what a restored server has lost, from the transaction on that stores the older
/// record. Left out are merchants that the server forgot, or that have to be taken for it, and rows that rotted unseen.
pub fn own_edits_visible(world: &World, device: usize, changed: &Changed) -> Result<(), Broken> {
    let store = &world.devices[device].store;
    let mut newest: BTreeMap<(&MerchantId, &FieldPath), (&Entry, Vec<&Value>)> = BTreeMap::new();
    for entry in store.outbox.values().filter(|entry| changed.merchants.contains(&entry.edit.merchant_id)) {
        let edit = &entry.edit;
        if matches!(entry.state, EditState::Rejected | EditState::Cancelled) || !has_record(world, device, entry) {
            continue;
        }
        let absent = !store.records.contains_key(&edit.merchant_id);
        // It need not show; sent again after a restore, it may.
        let may_hide = absent && world.memory.forgotten[device].contains(&edit.edit_id);
        let record = store.records.get(&edit.merchant_id).map(|stored| &**stored.record);
        for write in &edit.writes {
            let key = (&edit.merchant_id, &write.field);
            if !may_hide && !knows(record, &write.field, edit.dot) {
                newest.insert(key, (entry, vec![&write.value]));
            } else if let Some((_, covered_by)) = newest.get_mut(&key) {
                covered_by.push(&write.value);
            }
        }
    }
    let mut views: BTreeMap<&MerchantId, domain::profile::Registers> = BTreeMap::new();
    for ((merchant, field), (entry, values)) in newest {
        let view = views.entry(merchant).or_insert_with(|| store.view(merchant));
        let shown = view.get(field).cloned().unwrap_or_default();
        if !values.contains(&&shown) {
            return Err(Broken::new(
                "5 own edits stay visible",
                format!(
                    "{field} of {merchant} on device {device} shows {shown:?}, not one of {values:?} ({:?} {:?}, restored {} times)",
                    entry.edit.dot, entry.state, world.server.era
                ),
            ));
        }
    }
    Ok(())
}

/// Is there a record to judge by? Of a merchant that was pruned on the server, or whose row rotted, nothing need
/// be shown.
fn has_record(world: &World, device: usize, entry: &Entry) -> bool {
    let merchant = &entry.edit.merchant_id;
    let memory = &world.memory;
    let rotten = memory.rotten[device].contains_key(merchant) || memory.unread[device].contains_key(merchant);
    !world.server.pruned.contains(merchant) && !rotten
}

/// 9: "synced" is true when it is said: every edit is answered and has come back, the last page was the last,
/// and the device has what the server had then.
pub fn never_synced_by_guess(world: &World, device: usize) -> Result<(), Broken> {
    let own = &world.devices[device];
    let wrong = |what: String| Err(Broken::new("9 never synced by guess", what));
    if !own.running.as_ref().is_some_and(|running| running.page_complete) {
        return wrong(format!("device {device} says synced before the last page"));
    }
    if world.memory.pulled_era[device] < world.server.era {
        // The server was restored behind its back: it is told with the next answer.
        return Ok(());
    }
    for entry in own.store.outbox.values() {
        let edit = &entry.edit;
        if !has_record(world, device, entry)
            || entry.state == EditState::Cancelled
            || entry.state == EditState::Rejected && entry.dismissed
        {
            continue;
        }
        let seen = world.memory.shown[device].get(&edit.merchant_id);
        let back = seen.is_some_and(|shown| shown.version.contains(edit.dot));
        if !world.server.ever_answered.contains(&edit.edit_id) || !back {
            return wrong(format!("device {device} says synced, {} is {:?}", edit.edit_id, entry.state));
        }
    }
    // After a restore the numbers may fit by chance: then only a comparison of digests tells, and comes in time.
    if own.store.epoch.as_ref() != Some(&world.server.epoch) || world.server.era > 0 {
        return Ok(());
    }
    let scope = &world.server.actors[own.actor].scope;
    for (merchant, (seq, record)) in &world.server.records {
        let known_rot = world.memory.rotten[device].contains_key(merchant);
        let due = scope.contains(merchant) && *seq <= own.store.cursor && !known_rot;
        let same = own.store.records.get(merchant).is_some_and(|stored| stored.record == *record);
        if due && !same {
            return wrong(format!("device {device} says synced with another {merchant} than the server"));
        }
    }
    Ok(())
}
