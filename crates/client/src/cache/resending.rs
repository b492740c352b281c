//! A reading of the server's data from the beginning: what they do not contain of this device's own edits is sent
//! again. An edit that they do contain gets the answer that it got before, so a doubt costs a request and nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::role::Actor;
use domain::{DeviceId, Edit, EditId, MerchantId, Record, change, digest};
use sqlx::sqlite::SqliteConnection;

use super::{int, json_list, json_numbers, meta, sql};
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

/// The merchants that are looked at.
pub(super) enum About<'a> {
    /// These.
    Came(&'a BTreeSet<MerchantId>),
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
            Self::Back(edits) => Some(json_list(edits.values().map(MerchantId::as_str))),
            Self::Came(merchants) => Some(json_list(merchants.iter().map(MerchantId::as_str))),
            Self::Bucket(_) | Self::All { .. } => None,
        }
    }
    fn trace(&self, record: Option<&Record>, edit: &Edit) -> Trace {
        match (record, self) {
            (_, Self::Back(edits)) if !edits.contains_key(&edit.edit_id) => Trace::There,
            (Some(record), Self::Back(_)) if trace(record, edit) == Trace::WrittenOver => Trace::There,
            (Some(record), _) => trace(record, edit),
            (None, Self::All { forgotten: true }) => Trace::WrittenOver,
            (None, _) => Trace::Missing,
        }
    }
}

/// Queues again, ahead of everything that waits, the edits in the log of sent ones of which the records of this
/// generation do not show that the server has them. Edits that wait already and show nothing, because they had been
/// written over, show again where they are not written over any more. Returns the merchants of both.
pub(super) async fn resend_lost(
    tx: &mut SqliteConnection,
    generation: i64,
    about: About<'_>,
) -> Result<BTreeSet<MerchantId>> {
    let mut touched = show_again(tx, generation, &about).await?;
    let texts: Vec<(String, String)> =
        sqlx::query_as(sql!("outbox/lost_candidates")).bind(about.list()).fetch_all(&mut *tx).await?;
    let texts: Vec<String> = texts.into_iter().filter(|(id, _)| about.asks(id)).map(|(_, text)| text).collect();
    let mut lost: Vec<(Edit, String, bool)> = Vec::new();
    for chunk in texts.chunks(EDITS_AT_ONCE) {
        let edits = chunk.iter().map(|text| Ok(serde_json::from_str(text)?)).collect::<Result<Vec<Edit>>>()?;
        let records = records_of(tx, generation, &edits).await?;
        for (edit, text) in edits.into_iter().zip(chunk) {
            match about.trace(records.get(edit.merchant_id.as_str()), &edit) {
                Trace::There => {}
                Trace::WrittenOver => lost.push((edit, text.clone(), true)),
                Trace::Missing => lost.push((edit, text.clone(), false)),
            }
        }
    }
    let mut places = places(tx, &lost).await?;
    let author: Option<Actor> =
        meta::get(&mut *tx, meta::ACTOR).await?.map(|text| serde_json::from_str(&text)).transpose()?;
    for (edit, text, quiet) in &lost {
        let place = places.remove(&made(edit)).unwrap_or_default();
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
    touched.extend(lost.into_iter().map(|(edit, ..)| edit.merchant_id));
    Ok(touched)
}

/// The order in which a device made its edits, also if it has drawn a new id since.
type Made = (u64, DeviceId);

fn made(edit: &Edit) -> Made {
    (edit.dot.counter, edit.dot.device)
}

/// Where edits are put in the outbox: in the order in which they were made, before what waits already.
/// What waits already of the same merchants and was made earlier goes before them.
async fn places(tx: &mut SqliteConnection, lost: &[(Edit, String, bool)]) -> Result<HashMap<Made, i64>> {
    let mut last: HashMap<&str, Made> = HashMap::new();
    for (edit, ..) in lost {
        let last = last.entry(edit.merchant_id.as_str()).or_insert(made(edit));
        *last = (*last).max(made(edit));
    }
    let waiting: Vec<(i64, String)> =
        sqlx::query_as(sql!("outbox/placed")).bind(json_list(last.keys())).fetch_all(&mut *tx).await?;
    let mut order: Vec<(Made, Option<i64>)> = lost.iter().map(|(edit, ..)| (made(edit), None)).collect();
    for (n, text) in waiting {
        let edit: Edit = serde_json::from_str(&text)?;
        if last.get(edit.merchant_id.as_str()).is_some_and(|last| made(&edit) < *last) {
            order.push((made(&edit), Some(n)));
        }
    }
    order.sort_unstable();
    let first: Option<i64> = sqlx::query_scalar(sql!("outbox/first")).fetch_one(&mut *tx).await?;
    let begin = first.unwrap_or(0).saturating_sub(int(order.len() as u64));
    for (place, (_, waits)) in (begin..).zip(&order) {
        if let Some(n) = waits {
            sqlx::query(sql!("outbox/place")).bind(n).bind(place).execute(&mut *tx).await?;
        }
    }
    Ok((begin..).zip(order).map(|(place, (made, _))| (made, place)).collect())
}

/// Edits that wait and show nothing, of which the records of this generation have no trace: their successors are lost
/// too.
async fn show_again(tx: &mut SqliteConnection, generation: i64, about: &About<'_>) -> Result<BTreeSet<MerchantId>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(sql!("outbox/quiet")).bind(about.list()).fetch_all(&mut *tx).await?;
    let mut touched = BTreeSet::new();
    for chunk in rows.chunks(EDITS_AT_ONCE) {
        let edits = chunk.iter().map(|(_, text)| Ok(serde_json::from_str(text)?)).collect::<Result<Vec<Edit>>>()?;
        let records = records_of(tx, generation, &edits).await?;
        let mut shows = Vec::new();
        for (edit, (n, _)) in edits.into_iter().zip(chunk) {
            let missing = about.trace(records.get(edit.merchant_id.as_str()), &edit) == Trace::Missing;
            if about.asks(edit.merchant_id.as_str()) && missing {
                shows.push(*n);
                touched.insert(edit.merchant_id);
            }
        }
        sqlx::query(sql!("outbox/show")).bind(json_numbers(shows)).execute(&mut *tx).await?;
    }
    Ok(touched)
}

/// The records of this generation that edits are about.
async fn records_of(tx: &mut SqliteConnection, generation: i64, edits: &[Edit]) -> Result<HashMap<String, Record>> {
    let ids = json_list(edits.iter().map(|edit| edit.merchant_id.as_str()));
    let rows: Vec<(String, String)> =
        sqlx::query_as(sql!("records/of_generation")).bind(ids).bind(generation).fetch_all(&mut *tx).await?;
    rows.into_iter().map(|(id, text)| Ok((id, serde_json::from_str(&text)?))).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::edit::{Source, Write};
    use domain::record::{Register, Sibling};
    use domain::{Dot, FieldPath, TraceId, Value, VersionVector};

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
