//! The invariants of `docs/architecture.md`, by number and name, checked against what really happened.

use std::collections::{BTreeMap, HashSet};

use domain::digest;
use domain::validate;
use domain::version::VersionVector;
use domain::{Decision, Dot, EditId, EditState, FieldPath, MerchantId, OutcomeState, Record, Value};
use sync_engine::reconcile;

use crate::device::Lane;
use crate::device_store::{Entry, is_in, knows};
use crate::oracle;
use crate::server::Server;
use crate::verdicts;
use crate::world::World;

/// An invariant that does not hold.
#[derive(Debug)]
pub struct Broken {
    pub invariant: &'static str,
    pub what: String,
}

impl Broken {
    pub fn new(invariant: &'static str, what: impl Into<String>) -> Self {
        Self { invariant, what: what.into() }
    }
}

/// What those who check remember.
pub struct Memory {
    pub events: u64,
    /// The edits that each device's window called saved.
    pub saved: Vec<HashSet<EditId>>,
    /// Of these, the ones that their author took back before they were sent.
    pub cancelled: HashSet<EditId>,
    says_synced: Vec<bool>,
    /// Rows that rotted on a disk, and what is left of them.
    pub rotten: Vec<BTreeMap<MerchantId, Option<Record>>>,
    /// The same, also where the server has meanwhile come to hold no more: until the device has read it anew.
    unread: Vec<BTreeMap<MerchantId, Option<Record>>>,
    /// The epochs that each device gave up since it last read everything.
    epochs_before: Vec<Vec<String>>,
    /// Edits of merchants that a device has to take for deleted and forgotten.
    forgotten: Vec<HashSet<EditId>>,
    /// How often the server had been restored when it gave the page that each device stored last.
    pub pulled_era: Vec<u64>,
    /// What each device has shown of the server.
    shown: Vec<BTreeMap<MerchantId, Shown>>,
    /// The newest edit that was accepted of each device and merchant.
    latest: BTreeMap<(u64, MerchantId), u64>,
}

/// What a device has shown of a merchant.
struct Shown {
    era: u64,
    generation: u64,
    seq: u64,
    version: VersionVector,
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
            shown: (0..devices).map(|_| BTreeMap::new()).collect(),
            latest: BTreeMap::new(),
        }
    }
}

/// Everything that must hold of one device after whatever happened to it. `stored` says that its disk changed.
pub fn device(world: &mut World, device: usize, stored: bool) -> Result<(), Broken> {
    if stored {
        note_what_is_mended(world, device);
        no_lost_edit(world, device)?;
        no_step_back(world, device)?;
        own_edits_visible(world, device)?;
        read_scope(world, device)?;
    }
    let says = world.devices[device].says_synced();
    let said = std::mem::replace(&mut world.memory.says_synced[device], says);
    if says && (stored || !said) { never_synced_by_guess(world, device) } else { Ok(()) }
}

/// 1: what was called saved is in the outbox, and what the outbox calls answered the server has answered.
/// 8: that holds whatever was killed before.
fn no_lost_edit(world: &World, device: usize) -> Result<(), Broken> {
    let store = &world.devices[device].store;
    let mut found = 0;
    for entry in store.outbox.values() {
        let edit_id = entry.edit.edit_id;
        if world.memory.saved[device].contains(&edit_id) {
            found += 1;
        }
        let refused_by_itself = entry.state == EditState::Rejected && entry.answer.is_none();
        if entry.state.is_answered() && !refused_by_itself && !world.server.ever_answered.contains(&edit_id) {
            return Err(Broken::new(
                "1 no lost edit",
                format!("{edit_id} is called answered, the server never saw it"),
            ));
        }
        if entry.state == EditState::Rejected && entry.reason.is_none() {
            return Err(Broken::new("1 no lost edit", format!("{edit_id} is refused without a reason")));
        }
        if entry.state == EditState::Cancelled && world.server.ever_answered.contains(&edit_id) {
            return Err(Broken::new("1 no lost edit", format!("{edit_id} was taken back, but the server has it")));
        }
    }
    if found != world.memory.saved[device].len() {
        return Err(Broken::new("1 no lost edit", format!("device {device} lost a saved edit")));
    }
    Ok(())
}

/// A row on a disk is not what was written, and nobody knows yet.
pub fn note_rot(world: &mut World, device: usize, merchant: MerchantId, left: Option<Record>) {
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
fn note_what_is_mended(world: &mut World, device: usize) {
    let records = &world.devices[device].store.records;
    let servers = &world.server.records;
    world.memory.unread[device].retain(|merchant, left| records.get(merchant).map(|s| &s.record) == left.as_ref());
    world.memory.rotten[device].retain(|merchant, left| {
        let left = left.as_ref();
        records.get(merchant).map(|s| &s.record) == left && servers.get(merchant).map(|(_, record)| record) != left
    });
}

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
fn no_step_back(world: &mut World, device: usize) -> Result<(), Broken> {
    let store = &world.devices[device].store;
    let memory = &mut world.memory.shown[device];
    let rotten = &world.memory.rotten[device];
    for (merchant, stored) in &store.records {
        if rotten.contains_key(merchant) {
            continue;
        }
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
        let (era, version) = (world.memory.pulled_era[device], stored.record.version());
        let now = Shown { era, generation: stored.generation, seq: stored.seq, version };
        memory.insert(merchant.clone(), now);
    }
    let server = &world.server;
    let gone = memory.iter().find(|(merchant, shown)| {
        let lost = shown.era < server.era || server.pruned.contains(*merchant);
        !store.records.contains_key(*merchant) && !rotten.contains_key(*merchant) && !lost
    });
    match gone {
        Some((gone, _)) => Err(Broken::new("5 no step back", format!("{gone} vanished from device {device}"))),
        None => Ok(()),
    }
}

/// 5: own edits stay visible. Of each field of a merchant shows what the device's newest write says that the stored
/// record does not know: neither as a candidate nor within the context of its register. It may be covered by a still
/// newer write of the device that the record does know and that has not come back yet. Refused and cancelled edits say
/// nothing. Judged by the stored record, not by what the store believes about answers and change numbers; hence it
/// holds at every instant, also of what a restored server has lost, from the transaction on that stores the older
/// record. Left out are merchants that the server forgot, or that have to be taken for it, and rows that rotted unseen.
fn own_edits_visible(world: &World, device: usize) -> Result<(), Broken> {
    let store = &world.devices[device].store;
    let mut newest: BTreeMap<(&MerchantId, &FieldPath), (&Entry, Vec<&Value>)> = BTreeMap::new();
    for entry in store.outbox.values() {
        let edit = &entry.edit;
        if matches!(entry.state, EditState::Rejected | EditState::Cancelled) || !has_record(world, device, entry) {
            continue;
        }
        let absent = !store.records.contains_key(&edit.merchant_id);
        if absent && world.memory.forgotten[device].contains(&edit.edit_id) {
            continue;
        }
        let record = store.records.get(&edit.merchant_id).map(|stored| &stored.record);
        for write in &edit.writes {
            let key = (&edit.merchant_id, &write.field);
            if !knows(record, &write.field, edit.dot) {
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

/// 7: a device holds nothing outside its actor's scope.
fn read_scope(world: &World, device: usize) -> Result<(), Broken> {
    let actor = &world.server.actors[world.devices[device].actor];
    match world.devices[device].store.records.keys().find(|merchant| !actor.scope.contains(merchant)) {
        Some(merchant) => Err(Broken::new("7 scope", format!("device {device} read {merchant}"))),
        None => Ok(()),
    }
}

/// 9: "synced" is true when it is said: every edit is answered and has come back, the last page was the last,
/// and the device has what the server had then.
fn never_synced_by_guess(world: &World, device: usize) -> Result<(), Broken> {
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

/// 1: an edit in review stays so until nobody is asked about it any more, and then is called accepted if it shows.
pub fn asked_until_people_answer(world: &World, device: usize, touched: &[EditId]) -> Result<(), Broken> {
    let store = &world.devices[device].store;
    let rules = &store.rules.rules;
    for entry in store.outbox.values().filter(|entry| touched.contains(&entry.edit.edit_id)) {
        let (edit, record) = (&entry.edit, store.records.get(&entry.edit.merchant_id));
        let (Some(record), EditState::Accepted | EditState::Declined) =
            (record.map(|stored| &stored.record), entry.state)
        else {
            continue;
        };
        let decisions = entry.answer.iter().flat_map(|answer| &answer.decisions);
        let asked = decisions.filter(|decided| decided.decision == Decision::NeedsReview).map(|decided| &decided.field);
        let asked: HashSet<&FieldPath> = asked.collect();
        let shown = oracle::shown(record, rules);
        let mut all_show = true;
        for write in edit.writes.iter().filter(|write| asked.contains(&write.field)) {
            let is_candidate =
                record.registers.get(&write.field).is_some_and(|r| r.siblings.iter().any(|s| s.dot == edit.dot));
            if is_candidate && oracle::is_contested(record, &write.field, rules) {
                let what =
                    format!("{} of {} is {:?}, and people are still asked", write.field, edit.edit_id, entry.state);
                return Err(Broken::new("1 asked until people answer", what));
            }
            let now = shown.get(&write.field).cloned().unwrap_or_default();
            all_show &= validate::same(&write.field, &now, &write.value);
        }
        if all_show != (entry.state == EditState::Accepted) {
            let what = format!("{} is {:?}, and that it shows is {all_show}", edit.edit_id, entry.state);
            return Err(Broken::new("1 asked until people answer", what));
        }
    }
    Ok(())
}

/// 6: nothing is retried without delay, nor before the server wished.
pub fn no_hurry(world: &World, device: usize, lane: Lane) -> Result<(), Broken> {
    let running = world.devices[device].running.as_ref();
    let quiet = running.map(|running| running.quiet[lane as usize]).unwrap_or_default();
    if world.now_ms < quiet.until_ms {
        let early_ms = quiet.until_ms - world.now_ms;
        return Err(Broken::new("6 nothing is retried without delay", format!("{lane:?} is {early_ms} ms early")));
    }
    Ok(())
}

/// 6: sending stops for a person only when the server will not take the newest token.
pub fn pause_has_a_reason(world: &World, device: usize) -> Result<(), Broken> {
    let own = &world.devices[device];
    let good = own.token.is_some_and(|token| world.server.takes(world.now_ms, token));
    if good && !world.server.revoked[own.actor] {
        return Err(Broken::new("6 progress", format!("device {device} waits for a sign-in that it does not need")));
    }
    Ok(())
}

/// 1, 2 and 7, after every push.
pub fn server(world: &mut World, push: &domain::api::PushRequest) -> Result<(), Broken> {
    for edit in &push.edits {
        if world.server.effects.get(&edit.edit_id).is_some_and(|n| *n != 1) {
            return Err(Broken::new("2 exactly once", format!("{} had two effects", edit.edit_id)));
        }
    }
    let rules = world.server.rules.clone();
    for taken in std::mem::take(&mut world.server.taken) {
        verdicts::taken(&taken, &rules.rules, &mut world.report)?;
    }
    // 1: whoever has seen a device's later edit is taken to have seen its earlier ones. What a restored server had
    // lost comes again after what it never had.
    let latest = &mut world.memory.latest;
    for accepted in &world.server.accepted[world.server.looked_at..] {
        let dot = accepted.edit.dot;
        let before = latest.insert((dot.device.0, accepted.edit.merchant_id.clone()), dot.counter);
        if world.server.era == 0 && before.is_some_and(|before| before >= dot.counter) {
            return Err(Broken::new("1 no lost edit", format!("{dot} arrived after a later edit of its device")));
        }
    }
    world.server.looked_at = world.server.accepted.len();
    match world.server.accepted.last() {
        Some(last) if !last.actor.scope.contains(&last.edit.merchant_id) => {
            Err(Broken::new("7 scope", format!("{} wrote to {}", last.actor.id, last.edit.merchant_id)))
        }
        Some(last) if last.edit.settles.is_some() && !last.actor.role.may_review() => {
            Err(Broken::new("7 scope", format!("{} settled a review", last.actor.id)))
        }
        _ => Ok(()),
    }
}

/// 3: devices and server are equal, byte for byte, and no queue holds anything.
pub fn convergence(world: &World) -> Result<(), Broken> {
    for (n, own) in world.devices.iter().enumerate() {
        let scope = &world.server.actors[own.actor].scope;
        let theirs = own.store.records.iter().map(|(merchant, stored)| (merchant, &stored.record));
        let servers = world.server.records.iter().map(|(merchant, (_, record))| (merchant, record));
        let mut servers = servers.filter(|(merchant, _)| scope.contains(merchant));
        let mut equal = true;
        for (merchant, record) in theirs {
            equal &= servers.next().is_some_and(|(other, theirs)| {
                merchant == other && digest::canonical(record).ok() == digest::canonical(theirs).ok()
            });
        }
        if !equal || servers.next().is_some() {
            return Err(Broken::new("3 convergence", format!("device {n} and the server differ")));
        }
        for merchant in own.store.records.keys() {
            let pulled = oracle::shown(&own.store.records[merchant].record, &world.server.rules.rules);
            if own.store.view(merchant) != pulled {
                return Err(Broken::new("3 convergence", format!("device {n} still shows own values of {merchant}")));
            }
        }
    }
    Ok(())
}

/// 1: every saved edit has an end that somebody can see.
pub fn every_edit_has_an_end(world: &World) -> Result<(), Broken> {
    let mut lines: BTreeMap<EditId, usize> = BTreeMap::new();
    for entry in &world.server.history {
        *lines.entry(entry.edit_id).or_insert(0) += 1;
    }
    for (n, own) in world.devices.iter().enumerate() {
        for entry in own.store.outbox.values() {
            let edit = &entry.edit;
            let in_history = lines.get(&edit.edit_id).copied().unwrap_or(0);
            let fine = match entry.state {
                EditState::Queued | EditState::Sending => false,
                EditState::Cancelled => in_history == 0,
                EditState::Rejected => entry.reason.is_some(),
                // What a restored server had lost, and somebody had already replaced who had seen it, has no line.
                _ => in_history == edit.writes.len() || (world.server.era > 0 && server_knows(&world.server, entry)),
            };
            if !fine {
                let what = format!("{} of device {n} ended as {:?} with {in_history} lines", edit.edit_id, entry.state);
                return Err(Broken::new("1 no lost edit", what));
            }
        }
    }
    Ok(())
}

/// Does the server's record know of each write, or is the merchant gone for good?
fn server_knows(server: &Server, entry: &Entry) -> bool {
    let record = server.records.get(&entry.edit.merchant_id).map(|(_, record)| record);
    is_in(record, &entry.edit) || server.pruned.contains(&entry.edit.merchant_id)
}

/// A write as an element of a set: its dot, its value, and what its author had seen.
type SetWrite<'e> = (Dot, Value, &'e VersionVector);

/// 4: the records are what the accepted edits give as sets, without any order, by a reckoning of its own: of a
/// register those writes are left that no other writer of it had seen. And with it 2, once more.
pub fn order_does_not_matter(server: &Server) -> Result<(), Broken> {
    let mut writes: BTreeMap<(&MerchantId, &FieldPath), Vec<SetWrite>> = BTreeMap::new();
    for accepted in &server.accepted {
        let edit = &accepted.edit;
        for write in &edit.writes {
            let value = validate::normalise(&write.field, &write.value)
                .map_err(|problem| Broken::new("4 order", problem.to_string()))?;
            let of = writes.entry((&edit.merchant_id, &write.field)).or_default();
            of.push((edit.dot, value, &edit.base));
        }
    }
    let mut registers = 0;
    for ((merchant, field), writes) in &writes {
        let mut left: Vec<(Dot, &Value)> = writes
            .iter()
            .filter(|(dot, ..)| !writes.iter().any(|(_, _, base)| base.contains(*dot)))
            .map(|(dot, value, _)| (*dot, value))
            .collect();
        left.sort_by_key(|(dot, _)| *dot);
        let mut seen = VersionVector::default();
        writes.iter().for_each(|(_, _, base)| seen.join(base));
        let stored = server.records.get(*merchant).and_then(|(_, record)| record.registers.get(*field));
        let same = stored.is_some_and(|register| {
            let have: Vec<(Dot, &Value)> = register.siblings.iter().map(|s| (s.dot, &s.value)).collect();
            have == left && register.context == seen
        });
        if !same {
            return Err(Broken::new(
                "4 order does not matter",
                format!("{field} of {merchant} is not what its edits say"),
            ));
        }
        registers += 1;
    }
    let stored: usize = server.records.values().map(|(_, record)| record.registers.len()).sum();
    if stored != registers {
        return Err(Broken::new("4 order does not matter", "there are registers that nobody wrote"));
    }
    Ok(())
}

/// After people have answered every question, none is left, on any device, and no edit waits for one.
pub fn nothing_in_review(world: &World) -> Result<(), Broken> {
    let rules = &world.server.rules.rules;
    for (merchant, (_, record)) in &world.server.records {
        if reconcile::review(record, rules).is_some() {
            return Err(Broken::new("6 progress", format!("{merchant} is still in review")));
        }
    }
    for (n, own) in world.devices.iter().enumerate() {
        for entry in own.store.outbox.values() {
            if entry.state == EditState::InReview {
                return Err(Broken::new("6 progress", format!("an edit of device {n} is in review for ever")));
            }
            let answered = entry.answer.as_ref().map(|answer| answer.state);
            let by_people = matches!(entry.state, EditState::Accepted | EditState::Declined);
            if by_people && answered != Some(OutcomeState::InReview) {
                return Err(Broken::new("1 no lost edit", format!("an edit of device {n} was settled unasked")));
            }
        }
    }
    Ok(())
}
