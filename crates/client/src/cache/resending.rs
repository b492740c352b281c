//! A new epoch of the server: what it does not contain of this device's own edits is sent again. An edit that it
//! does contain gets the answer that it got before, so a doubt costs a request and nothing else.

use std::collections::{BTreeSet, HashMap};

use domain::role::Actor;
use domain::{Edit, MerchantId, Record, change};
use sqlx::sqlite::SqliteConnection;

use super::{int, json_list, meta, sql};
use crate::error::Result;

/// Edits whose merchants are looked up together.
const EDITS_AT_ONCE: usize = 500;

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
/// generation do not show that the server has them. Returns their merchants.
pub(super) async fn resend_lost(tx: &mut SqliteConnection, generation: i64) -> Result<BTreeSet<MerchantId>> {
    let texts: Vec<String> = sqlx::query_scalar(sql!("outbox/lost_candidates")).fetch_all(&mut *tx).await?;
    let mut lost: Vec<(Edit, String, bool)> = Vec::new();
    for chunk in texts.chunks(EDITS_AT_ONCE) {
        let edits = chunk.iter().map(|text| Ok(serde_json::from_str(text)?)).collect::<Result<Vec<Edit>>>()?;
        let ids = json_list(edits.iter().map(|edit| edit.merchant_id.as_str()));
        let rows: Vec<(String, String)> =
            sqlx::query_as(sql!("records/of_generation")).bind(ids).bind(generation).fetch_all(&mut *tx).await?;
        let mut records: HashMap<String, Record> = HashMap::with_capacity(rows.len());
        for (id, text) in rows {
            records.insert(id, serde_json::from_str(&text)?);
        }
        for (edit, text) in edits.into_iter().zip(chunk) {
            let record = records.get(edit.merchant_id.as_str());
            match record.map_or(Trace::Missing, |record| trace(record, &edit)) {
                Trace::There => {}
                Trace::WrittenOver => lost.push((edit, text.clone(), true)),
                Trace::Missing => lost.push((edit, text.clone(), false)),
            }
        }
    }
    // In the order in which they were made; before what waits already, which was made later.
    lost.sort_by_key(|(edit, ..)| edit.dot.counter);
    let first: Option<i64> = sqlx::query_scalar(sql!("outbox/first")).fetch_one(&mut *tx).await?;
    let begin = first.unwrap_or(0).saturating_sub(int(lost.len() as u64));
    let author: Option<Actor> =
        meta::get(&mut *tx, meta::ACTOR).await?.map(|text| serde_json::from_str(&text)).transpose()?;
    for (place, (edit, text, quiet)) in (begin..).zip(&lost) {
        let name = author.as_ref().filter(|author| edit.actor.as_ref() == Some(&author.id));
        let name = name.map(|author| author.name.as_str());
        sqlx::query(sql!("outbox/insert_again"))
            .bind(place)
            .bind(edit.edit_id.to_string())
            .bind(edit.merchant_id.as_str())
            .bind(text)
            .bind(int(text.len() as u64))
            .bind(int(change::count(&edit.writes) as u64))
            .bind(edit.actor.as_ref().map(|actor| actor.as_str()))
            .bind(name.or(edit.actor.as_ref().map(|actor| actor.as_str())).unwrap_or_default())
            .bind(int(edit.hlc.wall_ms()))
            .bind(*quiet)
            .execute(&mut *tx)
            .await?;
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
