//! The invariants of `docs/architecture.md`, by number and name, checked against what really happened; here those that
//! are checked as it happens. What a device shows: `visible`; when all is quiet: `ends`.

use std::collections::HashSet;

use domain::validate;
use domain::{Decision, EditId, EditState, FieldPath};

use crate::device::Lane;
use crate::memory::{self, Changed};
use crate::oracle;
use crate::verdicts;
use crate::visible;
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

/// Everything that must hold of one device after whatever happened to it. `stored` says that its disk changed.
pub fn device(world: &mut World, device: usize, stored: bool) -> Result<(), Broken> {
    if stored {
        memory::note_what_is_mended(world, device);
        let changed = memory::what_changed(world, device);
        what_is_stored(world, device, &changed)?;
    }
    let says = world.devices[device].says_synced();
    let said = std::mem::replace(&mut world.memory.says_synced[device], says);
    if says && (stored || !said) { visible::never_synced_by_guess(world, device) } else { Ok(()) }
}

/// Of all devices, whether it changed or not.
pub fn everything(world: &mut World) -> Result<(), Broken> {
    for device in 0..world.devices.len() {
        memory::note_what_is_mended(world, device);
        what_is_stored(world, device, &memory::all(world, device))?;
        let saved = &world.memory.saved[device];
        let found = world.devices[device].store.outbox.values().filter(|entry| saved.contains(&entry.edit.edit_id));
        if found.count() != saved.len() {
            return Err(Broken::new("1 no lost edit", format!("device {device} lost a saved edit")));
        }
    }
    Ok(())
}

fn what_is_stored(world: &mut World, device: usize, changed: &Changed) -> Result<(), Broken> {
    no_lost_edit(world, device, changed)?;
    visible::no_step_back(world, device, changed)?;
    visible::own_edits_visible(world, device, changed)?;
    read_scope(world, device, changed)
}

/// 1: what was called saved is in the outbox, and what the outbox calls answered the server has answered.
/// 8: that holds whatever was killed before.
fn no_lost_edit(world: &World, device: usize, changed: &Changed) -> Result<(), Broken> {
    let store = &world.devices[device].store;
    // Each save adds one, and nothing else does.
    if store.outbox.len() != world.memory.saved[device].len() {
        return Err(Broken::new("1 no lost edit", format!("device {device} lost a saved edit")));
    }
    for entry in changed.edits.iter().filter_map(|counter| store.outbox.get(counter)) {
        let edit_id = entry.edit.edit_id;
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
    Ok(())
}

/// 7: a device holds nothing outside its actor's scope.
fn read_scope(world: &World, device: usize, changed: &Changed) -> Result<(), Broken> {
    let actor = &world.server.actors[world.devices[device].actor];
    let records = &world.devices[device].store.records;
    let mut held = changed.merchants.iter().filter(|merchant| records.contains_key(merchant));
    match held.find(|merchant| !actor.scope.contains(merchant)) {
        Some(merchant) => Err(Broken::new("7 scope", format!("device {device} read {merchant}"))),
        None => Ok(()),
    }
}

/// 1: an edit in review stays so until nobody is asked about it any more, and then is called accepted if it shows.
pub fn asked_until_people_answer(world: &World, device: usize, touched: &[EditId]) -> Result<(), Broken> {
    let store = &world.devices[device].store;
    let rules = &store.rules.rules;
    for entry in store.outbox.values().filter(|entry| touched.contains(&entry.edit.edit_id)) {
        let (edit, record) = (&entry.edit, store.records.get(&entry.edit.merchant_id));
        let (Some(record), EditState::Accepted | EditState::Declined) =
            (record.map(|stored| &**stored.record), entry.state)
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
        if world.memory.cancelled.contains(&edit.edit_id) && world.server.ever_answered.contains(&edit.edit_id) {
            let what = format!("{} was taken back, but the server has it", edit.edit_id);
            return Err(Broken::new("1 no lost edit", what));
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
