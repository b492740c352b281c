//! What must hold when all is quiet.

use std::collections::BTreeMap;
use std::rc::Rc;

use domain::version::VersionVector;
use domain::{Dot, EditId, EditState, FieldPath, MerchantId, OutcomeState, Value, digest, validate};
use sync_engine::reconcile;

use crate::checks::Broken;
use crate::entry::{Entry, is_in};
use crate::oracle;
use crate::server::Server;
use crate::world::World;

/// Does a device hold what the server has of its scope, byte for byte?
pub fn is_equal(world: &World, device: usize) -> bool {
    let own = &world.devices[device];
    let scope = &world.server.actors[own.actor].scope;
    let theirs = own.store.records.iter().map(|(merchant, stored)| (merchant, &stored.record));
    let servers = world.server.records.iter().map(|(merchant, (_, record))| (merchant, record));
    let mut servers = servers.filter(|(merchant, _)| scope.contains(merchant));
    let mut equal = true;
    for (merchant, record) in theirs {
        equal &= servers.next().is_some_and(|(other, theirs)| {
            let one = Rc::ptr_eq(record, theirs);
            merchant == other && (one || digest::canonical(record).ok() == digest::canonical(theirs).ok())
        });
    }
    equal && servers.next().is_none()
}

/// 3: devices and server are equal, byte for byte, and no queue holds anything.
pub fn convergence(world: &World) -> Result<(), Broken> {
    for (n, own) in world.devices.iter().enumerate() {
        if !is_equal(world, n) {
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
    let record = server.records.get(&entry.edit.merchant_id).map(|(_, record)| &***record);
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
