//! First edits of merchants that nothing is stored of, as an import makes many: nothing is read for them, and each of
//! their rows is written once.

use domain::change;
use domain::edit::Edit;
use domain::version::VersionVector;
use domain::{EditId, TraceId};
use rusqlite::Connection;

use super::meta::Stamps;
use super::saving::{Desk, Draft, make_room, put};
use super::{int, list, listing, merchant};
use crate::error::Result;

impl Desk {
    /// Saves them within a transaction that is already begun. The merchants differ, and neither server nor outbox knows
    /// any of them.
    pub fn insert_new(&self, tx: &Connection, drafts: Vec<Draft>) -> Result<()> {
        make_room(tx, drafts.len())?;
        let now_ms = self.machine.now_ms();
        let mut stamps = Stamps::read(tx, self.device)?;
        let mut rows = merchant::Rows::of(tx)?;
        for draft in drafts {
            let (dot, hlc) = stamps.next(now_ms);
            let edit = Edit {
                edit_id: EditId(self.machine.fresh_id()),
                dot,
                base: VersionVector::default(),
                hlc,
                actor: self.actor.as_ref().map(|actor| actor.id.clone()),
                source: draft.source,
                writes: draft.writes,
                settles: None,
                trace_id: draft.trace_id.unwrap_or_else(|| TraceId(self.machine.fresh_id())),
                merchant_id: draft.merchant_id,
            };
            let lines = int(change::count(&edit.writes) as u64);
            put(tx, &edit, lines, self.actor.as_ref(), now_ms)?;
            let row = listing::row_of_new(&edit, lines);
            let n = rows.insert(&edit.merchant_id, &row)?;
            list::note(tx, n, &row.words)?;
        }
        stamps.write(tx)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use domain::edit::{Source, Write};
    use domain::rules::RuleSet;
    use domain::{FieldPath, MerchantId, Value};
    use rusqlite::types::Value as Stored;
    use uuid::Uuid;

    use super::super::Cache;
    use super::*;
    use crate::clock::Machine;

    /// Time stands still, and ids are counted.
    #[derive(Default)]
    struct Still(AtomicU64);

    impl Machine for Still {
        fn now_ms(&self) -> u64 {
            1_800_000_000_000
        }
        fn fresh_id(&self) -> Uuid {
            Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
        }
    }

    fn drafts() -> Vec<Draft> {
        let draft = |n: usize| {
            let write = |path: &str, value: Value| Write {
                field: FieldPath::new(path).unwrap(),
                base_value: Value::NULL,
                value,
            };
            let mut writes = vec![
                write("address", Value::text(format!("长安街{n}号"))),
                write("category", Value::text(["火锅", "面馆"][n % 2])),
                write("hours.mo", Value::list(["10:00-14:00", "17:00-22:00"])),
                write("name", Value::text(format!("店{n}"))),
                write("phones.+8613800138000", Value::yes()),
                write("phones.primary", Value::text("+8613800138000")),
                write("tags.清真", Value::yes()),
            ];
            writes.truncate(7 - n % 3);
            Draft::new(MerchantId::new(format!("A{n:02}")).unwrap(), writes, Source::Import)
        };
        (0..30).map(draft).collect()
    }

    /// All that a transaction wrote.
    async fn written(is_short: bool) -> Vec<Vec<Stored>> {
        let home = tempfile::tempdir().unwrap();
        let cache = Cache::open_on(home.path(), Arc::new(Still::default())).await.unwrap();
        let (desk, device) = (cache.desk(None), cache.device().to_string());
        let work = move |tx: &rusqlite::Transaction<'_>| {
            match is_short {
                true => desk.insert_new(tx, drafts())?,
                false => drop(desk.insert(tx, &RuleSet::default(), drafts())?),
            }
            let mut all = Vec::new();
            for table in ["outbox", "outbox_totals", "listing", "unindexed", "categories"] {
                let mut select = tx.prepare(&format!("SELECT * FROM {table} ORDER BY 1"))?;
                let columns = select.column_count();
                let mut rows = select.query([])?;
                while let Some(row) = rows.next()? {
                    let cells = (0..columns).map(|n| {
                        Ok(match row.get(n)? {
                            Stored::Text(text) => Stored::Text(text.replace(&device, "device")),
                            other => other,
                        })
                    });
                    all.push(cells.collect::<rusqlite::Result<Vec<_>>>()?);
                }
            }
            Ok(all)
        };
        cache.direct.write(super::super::direct::Flush::AsSet, work).await.unwrap()
    }

    #[tokio::test]
    async fn nothing_is_read_and_the_same_is_written() {
        let (short, long) = (written(true).await, written(false).await);
        assert!(short.len() > 90, "{}", short.len());
        assert_eq!(short, long);
    }
}
