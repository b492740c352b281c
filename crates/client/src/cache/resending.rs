//! A new epoch of the server: what it does not contain of this device's own edits is sent again. An edit that it
//! does contain gets the answer that it got before, so a doubt costs a request and nothing else.

use std::collections::BTreeSet;

use domain::role::Actor;
use domain::{Edit, MerchantId, Record, change};
use rusqlite::{Connection, OptionalExtension, params};

use super::{int, meta, sql};
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

/// Queues again, ahead of everything that waits, the edits in the log of sent ones of which the records of this
/// generation do not show that the server has them; only of merchants in question. Returns their merchants.
pub(super) fn resend_lost(
    tx: &Connection,
    generation: i64,
    in_question: impl Fn(&MerchantId) -> bool,
) -> Result<BTreeSet<MerchantId>> {
    let mut record_of = tx.prepare_cached(sql!("records/of_generation"))?;
    let mut lost: Vec<(Edit, String, bool)> = Vec::new();
    let mut candidates = tx.prepare_cached(sql!("outbox/lost_candidates"))?;
    let mut rows = candidates.query([])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        if !MerchantId::new(id.as_str()).is_ok_and(|id| in_question(&id)) {
            continue;
        }
        let text: String = row.get(1)?;
        let edit: Edit = serde_json::from_str(&text)?;
        let record: Option<String> = record_of.query_row(params![id, generation], |row| row.get(0)).optional()?;
        let record: Option<Record> = record.map(|text| serde_json::from_str(&text)).transpose()?;
        match record.map_or(Trace::Missing, |record| trace(&record, &edit)) {
            Trace::There => {}
            Trace::WrittenOver => lost.push((edit, text, true)),
            Trace::Missing => lost.push((edit, text, false)),
        }
    }
    // In the order in which they were made; before what waits already, which was made later.
    lost.sort_by_key(|(edit, ..)| edit.dot.counter);
    let first: Option<i64> = tx.query_row(sql!("outbox/first"), [], |row| row.get(0))?;
    let begin = first.unwrap_or(0).saturating_sub(int(lost.len() as u64));
    let author: Option<Actor> = meta::get(tx, meta::ACTOR)?.map(|text| serde_json::from_str(&text)).transpose()?;
    let mut insert = tx.prepare_cached(sql!("outbox/insert_again"))?;
    for (place, (edit, text, quiet)) in (begin..).zip(&lost) {
        let name = author.as_ref().filter(|author| edit.actor.as_ref() == Some(&author.id));
        let name = name.map(|author| author.name.as_str());
        insert.execute(params![
            place,
            edit.edit_id.to_string(),
            edit.merchant_id.as_str(),
            text,
            int(text.len() as u64),
            int(change::count(&edit.writes) as u64),
            edit.actor.as_ref().map(|actor| actor.as_str()),
            name.or(edit.actor.as_ref().map(|actor| actor.as_str())).unwrap_or_default(),
            int(edit.hlc.wall_ms()),
            quiet,
        ])?;
    }
    Ok(lost.into_iter().map(|(edit, ..)| edit.merchant_id).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::edit::{Source, Write};
    use domain::record::{Register, Sibling};
    use domain::{DeviceId, Dot, EditId, FieldPath, TraceId, Value, VersionVector};

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
