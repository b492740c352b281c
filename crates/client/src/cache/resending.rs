//! A reading of the server's data from the beginning: what they do not contain of this device's own edits is sent
//! again. An edit that they do contain gets the answer that it got before, so a doubt costs a request and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Edit, EditId, MerchantId, Record, change, digest};
use rusqlite::{Connection, OptionalExtension, params};

use super::listing::Touched;
use super::{int, json_list, json_numbers, meta, pages, saving, sql};
use crate::error::Result;

/// What the record of its merchant says about an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    /// Something of it is a candidate: all of it was applied.
    There,
    /// All of its registers were written by somebody who had seen it. Whether the history has it cannot be told.
    WrittenOver,
    /// None.
    Missing,
}

fn trace(record: &Record, edit: &Edit) -> Trace {
    let registers = || edit.writes.iter().map(|write| record.registers.get(&write.field));
    if registers().flatten().any(|register| register.siblings.iter().any(|sibling| sibling.dot == edit.dot)) {
        Trace::There
    } else if registers().all(|register| register.is_some_and(|register| register.context.contains(edit.dot))) {
        Trace::WrittenOver
    } else {
        Trace::Missing
    }
}

/// The merchants that are looked at.
pub(super) enum About<'a> {
    /// These.
    Came(&'a Touched),
    /// Those of edits that have come back by their number for the first time, in a reading that goes on, and only
    /// these edits. What somebody has written over was there.
    Back(&'a BTreeMap<EditId, MerchantId>),
    /// Those of a bucket of the digests.
    Bucket(u8),
    /// Every one, at the end of a reading. `forgotten`: who is not there was deleted and forgotten by the server, as far
    /// as can be told: edits of them show nothing.
    All { forgotten: bool },
}

impl About<'_> {
    fn asks(&self, id: &str) -> bool {
        match self {
            Self::Bucket(bucket) => MerchantId::new(id).is_ok_and(|id| digest::bucket(&id) == *bucket),
            Self::Came(_) | Self::Back(_) | Self::All { .. } => true,
        }
    }
    /// The list of merchants that the statements take; none for all.
    fn list(&self) -> Option<String> {
        match self {
            Self::Came(merchants) => Some(json_list(merchants.keys())),
            Self::Back(edits) => Some(json_list(edits.values())),
            Self::Bucket(_) | Self::All { .. } => None,
        }
    }
    /// What the records of this generation say about an edit.
    fn trace(&self, tx: &Connection, generation: i64, edit: &Edit) -> Result<Trace> {
        if matches!(self, Self::Back(edits) if !edits.contains_key(&edit.edit_id)) {
            return Ok(Trace::There);
        }
        Ok(match (record_of(tx, generation, edit)?, self) {
            (Some(record), Self::Back(_)) if trace(&record, edit) == Trace::WrittenOver => Trace::There,
            (Some(record), _) => trace(&record, edit),
            (None, Self::All { forgotten: true }) => Trace::WrittenOver,
            (None, _) => Trace::Missing,
        })
    }
}

/// An edit that is sent again.
struct Lost {
    edit: Edit,
    text: String,
    /// It had been written over: it shows nothing.
    quiet: bool,
}

/// Queues again, where they were made, the edits in the log of sent ones of which the records of this
/// generation do not show that the server has them. Edits that wait already and show nothing, because they had been
/// written over, show again where they are not written over any more. Returns the merchants of both.
pub(super) fn resend_lost(tx: &Connection, generation: i64, about: About<'_>) -> Result<BTreeSet<MerchantId>> {
    let mut touched = show_again(tx, generation, &about)?;
    queue(tx, lost(tx, generation, &about)?, &mut touched)?;
    Ok(touched)
}

/// Up to which row of the log edits were held against the records; 0: the next is the first.
const LOOKED_TO: &str = "log_looked_to";
/// Up to which row of the log nothing follows from a merchant that is not there.
const ABSENT_TO: &str = "log_absent_to";

/// Merchants were forgotten because the server has them no more: that they are not there says nothing about the edits
/// that are in the log now.
pub(super) fn note_forgotten(tx: &Connection) -> Result<()> {
    let last: i64 = tx.query_row(sql!("outbox/log_last"), [], |row| row.get(0))?;
    meta::set(tx, ABSENT_TO, last)
}

/// Holds the next edits of the log against the records, of which is known that they are the server's, and queues again
/// those that the server has lost: a restored one whose numbers fit tells nobody, and a record that came since or rotted
/// shows no difference. What somebody has written over was there. Returns the merchants.
pub(super) fn look_through(tx: &Connection, generation: i64, rows_max: i64) -> Result<BTreeSet<MerchantId>> {
    let (absent_to, reach) = (int(meta::number(tx, ABSENT_TO)?), pages::reach(tx)?);
    let (mut lost, mut absent, mut read, mut last) = (Vec::new(), absent_to, 0, 0);
    let mut next = tx.prepare_cached(sql!("outbox/log_next"))?;
    let mut rows = next.query([int(meta::number(tx, LOOKED_TO)?), rows_max])?;
    while let Some(row) = rows.next()? {
        (read, last) = (read + 1, row.get(0)?);
        let text: String = row.get(1)?;
        let edit: Edit = serde_json::from_str(&text)?;
        let missing = match record_of(tx, generation, &edit)? {
            None if !reach.contains(&edit.merchant_id) => false,
            Some(record) => trace(&record, &edit) == Trace::Missing,
            // Once: of a merchant that is gone for good nothing ever comes back.
            None if last > absent_to => {
                absent = last;
                true
            }
            None => false,
        };
        if missing {
            lost.push(Lost { edit, text, quiet: false });
        }
    }
    drop(rows);
    meta::set(tx, LOOKED_TO, if read < rows_max { 0 } else { last })?;
    if absent > absent_to {
        meta::set(tx, ABSENT_TO, absent)?;
    }
    let mut touched = BTreeSet::new();
    queue(tx, lost, &mut touched)?;
    Ok(touched)
}

/// The record of an edit's merchant, of this generation.
fn record_of(tx: &Connection, generation: i64, edit: &Edit) -> Result<Option<Record>> {
    let mut record_of = tx.prepare_cached(sql!("records/of_generation"))?;
    let values = params![edit.merchant_id.as_str(), generation];
    let text: Option<String> = record_of.query_row(values, |row| row.get(0)).optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Queues lost edits where they were made: ahead of what was saved since.
fn queue(tx: &Connection, lost: Vec<Lost>, touched: &mut BTreeSet<MerchantId>) -> Result<()> {
    if lost.is_empty() {
        return Ok(());
    }
    let author = meta::last_actor(tx)?;
    let mut insert = tx.prepare_cached(sql!("outbox/insert_again"))?;
    for Lost { edit, text, quiet } in lost {
        let name = author.as_ref().filter(|author| edit.actor.as_ref() == Some(&author.id));
        let name = name.map(|author| author.name.as_str());
        let lines = int(change::count(&edit.writes) as u64);
        insert.execute(params![
            int(edit.dot.counter),
            edit.edit_id.to_string(),
            edit.merchant_id.as_str(),
            text,
            int(text.len() as u64),
            lines,
            edit.actor.as_ref().map(|actor| actor.as_str()),
            name.or(edit.actor.as_ref().map(|actor| actor.as_str())).unwrap_or_default(),
            int(edit.hlc.wall_ms()),
            quiet,
        ])?;
        saving::count_added(tx, lines, 1)?;
        touched.insert(edit.merchant_id);
    }
    Ok(())
}

/// The edits in the log of sent ones of which nothing is there.
fn lost(tx: &Connection, generation: i64, about: &About<'_>) -> Result<Vec<Lost>> {
    let (mut lost, reach) = (Vec::new(), pages::reach(tx)?);
    let mut candidates = tx.prepare_cached(sql!("outbox/lost_candidates"))?;
    let mut rows = candidates.query([about.list()])?;
    while let Some(row) = rows.next()? {
        if !about.asks(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?) {
            continue;
        }
        let text: String = row.get(1)?;
        let edit: Edit = serde_json::from_str(&text)?;
        // Of a merchant that whoever signed in may not see nothing is there either way.
        if !reach.contains(&edit.merchant_id) {
            continue;
        }
        match about.trace(tx, generation, &edit)? {
            Trace::There => {}
            Trace::WrittenOver => lost.push(Lost { edit, text, quiet: true }),
            Trace::Missing => lost.push(Lost { edit, text, quiet: false }),
        }
    }
    Ok(lost)
}

/// Edits that wait and show nothing, of which the records of this generation have no trace: their successors are lost
/// too.
pub(super) fn show_again(tx: &Connection, generation: i64, about: &About<'_>) -> Result<BTreeSet<MerchantId>> {
    let (mut touched, mut shows) = (BTreeSet::new(), Vec::new());
    let mut quiet = tx.prepare_cached(sql!("outbox/quiet"))?;
    let mut rows = quiet.query([about.list()])?;
    while let Some(row) = rows.next()? {
        let edit: Edit = serde_json::from_str(&row.get::<_, String>(1)?)?;
        if about.asks(edit.merchant_id.as_str()) && about.trace(tx, generation, &edit)? == Trace::Missing {
            shows.push(row.get(0)?);
            touched.insert(edit.merchant_id);
        }
    }
    if !shows.is_empty() {
        tx.prepare_cached(sql!("outbox/show"))?.execute([json_numbers(shows)])?;
    }
    Ok(touched)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::edit::{Source, Write};
    use domain::record::{Register, Sibling};
    use domain::{DeviceId, Dot, FieldPath, TraceId, Value, VersionVector};

    use super::*;

    fn dot(counter: u64) -> Dot {
        Dot { device: DeviceId(1), counter }
    }

    fn edit(counter: u64, fields: &[&str]) -> Edit {
        let write = |field: &&str| Write {
            field: FieldPath::new(*field).unwrap(),
            base_value: Value::NULL,
            value: Value::text("x"),
        };
        Edit {
            edit_id: EditId(uuid::Uuid::from_u128(u128::from(counter))),
            merchant_id: MerchantId::new("A").unwrap(),
            dot: dot(counter),
            base: VersionVector::default(),
            hlc: Default::default(),
            actor: None,
            source: Source::Manual,
            writes: fields.iter().map(write).collect(),
            settles: None,
            trace_id: TraceId(uuid::Uuid::nil()),
        }
    }

    fn record(registers: &[(&str, Option<u64>, u64)]) -> Record {
        let mut record = Record::empty(MerchantId::new("A").unwrap());
        for (field, written, seen) in registers {
            let sibling =
                written.map(|counter| Sibling { dot: dot(counter), value: Value::text("y"), base_value: Value::NULL });
            let context = (*seen > 0).then(|| dot(*seen)).into_iter().collect();
            let register = Register { siblings: sibling.into_iter().collect(), context };
            record.registers.insert(FieldPath::new(*field).unwrap(), register);
        }
        record
    }

    #[test]
    fn a_later_edit_of_another_field_says_nothing_about_an_earlier_one() {
        use Trace::{Missing, There, WrittenOver};
        for (registers, expected) in [
            (&[("name", Some(5), 0)][..], There),
            (&[("name", Some(9), 5)], WrittenOver),
            (&[("name", Some(9), 4)], Missing),
            (&[("note", Some(9), 7)], Missing),
            (&[], Missing),
        ] {
            assert_eq!(trace(&record(registers), &edit(5, &["name"])), expected, "{registers:?}");
        }
        let both = edit(5, &["name", "note"]);
        assert_eq!(trace(&record(&[("name", Some(9), 5), ("note", Some(5), 0)]), &both), There);
        assert_eq!(trace(&record(&[("name", Some(9), 5), ("note", Some(4), 0)]), &both), Missing);
    }
}
