//! Single merchants.

use std::sync::Arc;

use domain::MerchantId;
use domain::change::Change;
use domain::edit::{Edit, EditState};
use domain::ipc::{PendingChange, StoreRow};
use domain::profile::Registers;
use domain::record::Record;
use domain::review::Review;
use domain::version::VersionVector;
use rusqlite::{Connection, Transaction};

use super::listing::{self, Own};
use super::{Cache, count, list, merchant, open_fields, parse, sql};
use crate::clock;
use crate::error::Result;

/// An edit in the outbox with what people see of it.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub edit: Edit,
    pub state: EditState,
    pub actor_name: String,
    pub saved_ms: u64,
    pub come_back: bool,
    /// What of it waits.
    lines: Vec<Change>,
}

impl Waiting {
    fn lines(&self) -> impl Iterator<Item = PendingChange> + '_ {
        self.lines.iter().map(|change| PendingChange {
            edit_id: self.edit.edit_id,
            change: change.clone(),
            state: self.state,
            actor_name: self.actor_name.clone(),
            at: clock::at(self.saved_ms),
        })
    }
}

/// All that this device knows about a merchant.
pub(crate) struct Known {
    /// Its row of the list, if it shows.
    pub row: Option<StoreRow>,
    /// The server's word.
    pub record: Option<Arc<Record>>,
    /// Own edits, oldest first.
    pub waiting: Vec<Waiting>,
    /// What shows.
    pub registers: Registers,
    /// Open questions that this device has not answered.
    pub review: Option<Review>,
}

/// What a merchant shows.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Register by register.
    pub registers: Registers,
    /// What somebody has seen who was shown it, for [`super::Draft::seen`].
    pub seen: VersionVector,
}

impl Known {
    /// What somebody who looks at it has seen.
    pub fn seen(&self) -> VersionVector {
        let mut seen = self.record.as_deref().map(Record::version).unwrap_or_default();
        self.waiting
            .iter()
            .filter(|w| !w.come_back && !matches!(w.state, EditState::Rejected))
            .for_each(|w| seen.add(w.edit.dot));
        seen
    }

    /// Own changes that wait or were refused, newest first.
    pub fn pending(&self) -> Vec<PendingChange> {
        let shows = |w: &&Waiting| !matches!(w.state, EditState::Applied | EditState::Merged);
        self.waiting.iter().rev().filter(shows).flat_map(Waiting::lines).collect()
    }

    /// Own changes that the server has not answered, newest first.
    pub fn unanswered(&self) -> Vec<PendingChange> {
        self.waiting.iter().rev().filter(|w| !w.state.is_answered()).flat_map(Waiting::lines).collect()
    }
}

fn waiting_of(tx: &Connection, id: &MerchantId) -> Result<Vec<Waiting>> {
    let mut select = tx.prepare_cached(sql!("outbox/of_merchant"))?;
    let mut rows = select.query([id.as_str()])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        let edit: Edit = serde_json::from_str(row.get_ref("edit")?.as_str().map_err(rusqlite::Error::from)?)?;
        let state = parse(row.get_ref("state")?.as_str().map_err(rusqlite::Error::from)?)?;
        let open: Option<String> = row.get("open_fields")?;
        waiting.push(Waiting {
            lines: open_fields::waiting_lines(&edit, state, open.as_deref())?,
            edit,
            state,
            actor_name: row.get("actor_name")?,
            saved_ms: count(row.get("saved_ms")?),
            come_back: row.get("come_back")?,
        });
    }
    Ok(waiting)
}

impl Cache {
    /// All that this device knows about a merchant.
    pub(crate) async fn known(&self, id: &MerchantId) -> Result<Known> {
        let asked = id.clone();
        let read = move |tx: &Transaction<'_>| {
            Ok((list::row_of(tx, &asked)?, merchant::record_of(tx, &asked)?, waiting_of(tx, &asked)?))
        };
        let (row, record, waiting) = self.direct.read(read).await?;
        let own: Vec<Own> = waiting
            .iter()
            .map(|w| Own { edit: w.edit.clone(), state: w.state, changes: 0, come_back: w.come_back })
            .collect();
        let registers = listing::registers(record.as_deref(), &own, &self.rules());
        let review = record.as_ref().and_then(|record| listing::open_review(record, &own, &self.rules()));
        Ok(Known { row, record, waiting, registers, review })
    }

    /// The ids of merchants that show, in order, after one of them.
    ///
    /// # Errors
    /// `storage`.
    pub async fn ids_after(&self, after: &str, limit: u32) -> Result<Vec<MerchantId>> {
        let ids: Vec<String> =
            sqlx::query_scalar(sql!("listing/after")).bind(after).bind(limit).fetch_all(&self.readers).await?;
        Ok(ids.into_iter().map(MerchantId::new).collect::<std::result::Result<_, _>>()?)
    }

    /// What each of some merchants shows.
    ///
    /// # Errors
    /// `storage`.
    pub async fn registers_of(&self, ids: &[MerchantId]) -> Result<Vec<(MerchantId, Registers)>> {
        let shown = self.shown_of(ids).await?;
        Ok(shown.into_iter().map(|(id, Shown { registers, .. })| (id, registers)).collect())
    }

    /// The same, with what somebody has seen who was shown it.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn shown_of(&self, ids: &[MerchantId]) -> Result<Vec<(MerchantId, Shown)>> {
        let list = super::json_list(ids.iter().map(MerchantId::as_str));
        let mut tx = self.readers.begin().await?;
        let rows: Vec<(String, i64, String)> =
            sqlx::query_as(sql!("records/get_many")).bind(&list).fetch_all(&mut *tx).await?;
        let own = listing::own_edits(&mut tx, &list).await?;
        tx.rollback().await?;
        let mut records = std::collections::HashMap::new();
        for (id, _, text) in rows {
            records.insert(id, serde_json::from_str::<Record>(&text)?);
        }
        let rules = self.rules();
        let shown = ids.iter().map(|id| {
            let own = own.get(id).map(Vec::as_slice).unwrap_or_default();
            let record = records.get(id.as_str());
            let seen = record.map(Record::version).unwrap_or_default();
            (id.clone(), Shown { registers: listing::registers(record, own, &rules), seen })
        });
        Ok(shown.collect())
    }
}
