//! The journal of imports: what each row led to, how far the file is, how columns are mapped. Written in the
//! transaction that saves the rows, so that a crash neither loses nor repeats one.

use std::collections::BTreeMap;

use domain::ipc::{ImportState, PastImport};
use domain::problem::ErrorCode;
use domain::role::Actor;
use domain::{DeviceId, MerchantId, TraceId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::creating::NewMerchant;
use super::meta::Stamps;
use super::{Cache, Draft, count, int, json_numbers, list, pages, sql};
use crate::clock;
use crate::error::{Error, Result};

/// Imports that are remembered; of older ones merchants stay, but they cannot be taken back as a whole.
const IMPORTS_KEPT: u32 = 200;

/// How many rows of each outcome.
pub type Counts = BTreeMap<String, u64>;

/// An import that is being saved.
#[derive(Clone, Debug)]
pub struct OpenImport {
    n: i64,
    /// Under which people see it.
    pub import_id: String,
    /// The last row that is saved.
    pub position: u64,
    /// Up to there.
    pub counts: Counts,
}

/// How far the cache goes: who finds it again where it was knows that nobody has saved or pulled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The last place of a record.
    pub records: i64,
    /// The number of this device's last edit.
    pub edits: u64,
}

impl Extent {
    fn read(tx: &Connection, device: DeviceId) -> Result<Self> {
        let records = tx.prepare_cached(sql!("imports/last_record"))?.query_row([], |row| row.get(0))?;
        Ok(Self { records, edits: Stamps::read(tx, device)?.counter() })
    }
}

/// Some rows of an import, to be saved together.
#[derive(Debug, Default)]
pub(crate) struct ImportBatch {
    /// The number of the last of them.
    pub to: u64,
    /// How many of each outcome there are up to there.
    pub counts: Counts,
    /// For the journal.
    pub rows: Vec<JournalRow>,
    /// Different merchants that nothing is stored of, each with what follows its first edit.
    pub new: Vec<(NewMerchant, TraceId)>,
    /// All others.
    pub drafts: Vec<Draft>,
}

/// What an import is, when it begins.
pub struct NewImport<'a> {
    /// Where the file comes from.
    pub source: &'a str,
    /// Its name.
    pub file_name: &'a str,
    /// SHA-256 of its bytes, and of what it was told about them.
    pub digest: &'a str,
    /// Its columns.
    pub headers: &'a [String],
}

/// One row for the journal.
#[derive(Clone, Debug)]
pub struct JournalRow {
    /// Number in the file.
    pub row: u64,
    /// As text.
    pub outcome: String,
    /// Which merchant.
    pub merchant_id: Option<MerchantId>,
    /// Problems and warnings.
    pub remarks: Option<String>,
    /// Of a failed row, as a JSON list.
    pub cells: Option<String>,
    /// What an undo needs.
    pub undo: Option<String>,
}

/// A row that an undo looks at.
#[derive(Clone, Debug)]
pub struct RowToUndo {
    /// Number in the file.
    pub row: u64,
    /// As text.
    pub outcome: String,
    /// Which merchant.
    pub merchant_id: MerchantId,
    /// What was kept for it.
    pub undo: String,
}

fn state_text(state: ImportState) -> &'static str {
    match state {
        ImportState::Running => "running",
        ImportState::Cancelled => "cancelled",
        ImportState::Done => "done",
        ImportState::Undoing => "undoing",
        ImportState::Undone => "undone",
    }
}

fn state(text: &str) -> ImportState {
    let all = [ImportState::Cancelled, ImportState::Done, ImportState::Undoing, ImportState::Undone];
    all.into_iter().find(|state| state_text(*state) == text).unwrap_or(ImportState::Running)
}

impl Cache {
    /// Begins an import, or goes on with the same file of the same source that was not finished.
    ///
    /// # Errors
    /// `storage`.
    pub async fn begin_import(&self, new: NewImport<'_>, actor: Option<&Actor>, anew: bool) -> Result<OpenImport> {
        let (source, file_name, digest) = (new.source.to_owned(), new.file_name.to_owned(), new.digest.to_owned());
        let headers = serde_json::to_string(new.headers)?;
        let actor_name = actor.map(|actor| actor.name.clone()).unwrap_or_default();
        self.write(move |tx, _| {
            if !anew {
                let mut select = tx.prepare_cached(sql!("imports/unfinished"))?;
                let found = select.query_row([&source, &digest], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?, row.get::<_, String>(3)?))
                });
                if let Some((n, import_id, position, counts)) = found.optional()? {
                    let counts = serde_json::from_str(&counts)?;
                    return Ok(OpenImport { n, import_id, position: count(position), counts });
                }
            }
            let import_id = Uuid::now_v7().to_string();
            tx.execute(
                sql!("imports/begin"),
                params![import_id, source, file_name, digest, headers, actor_name, int(clock::now_ms())],
            )?;
            let n = tx.last_insert_rowid();
            tx.execute(sql!("imports/trim_rows"), [IMPORTS_KEPT])?;
            tx.execute(sql!("imports/trim"), [IMPORTS_KEPT])?;
            Ok(OpenImport { n, import_id, position: 0, counts: Counts::new() })
        })
        .await
    }

    /// Saves a batch: its edits, its rows in the journal, and how far the import is; all or nothing. `extent` is how far
    /// the cache went when drafts were found to be of new merchants; returns how far it goes now, if nobody else had
    /// saved or pulled since.
    ///
    /// # Errors
    /// As [`Self::save_all`]; `bad_request` if another process goes on with this import.
    pub(crate) async fn save_import_batch(
        &self,
        import: &mut OpenImport,
        batch: ImportBatch,
        extent: Extent,
        actor: Option<&Actor>,
    ) -> Result<Option<Extent>> {
        let (desk, n, from) = (self.desk(actor), import.n, import.position);
        let ImportBatch { to, counts, rows, mut new, drafts } = batch;
        let counts_text = serde_json::to_string(&counts)?;
        let grown = self.write(move |tx, rules| {
            let moved =
                tx.prepare_cached(sql!("imports/advance"))?.execute(params![n, int(from), int(to), counts_text])?;
            if moved == 0 {
                return Err(Error::new(
                    ErrorCode::BadRequest,
                    "this import goes on in another window or command: look there; nothing was saved twice",
                ));
            }
            if from == 0 {
                list::put_off(tx)?;
            }
            let alone = Extent::read(tx, desk.device)? == extent;
            if alone {
                desk.insert_new(tx, &mut new)?;
            } else {
                // Somebody has saved or pulled since: some of them may be there by now.
                desk.insert_known(tx, rules, &new)?;
            }
            if !drafts.is_empty() {
                desk.insert(tx, rules, drafts)?;
            }
            let mut put = tx.prepare_cached(sql!("imports/put_row"))?;
            for row in &rows {
                let id = row.merchant_id.as_ref().map(MerchantId::as_str);
                put.execute(params![n, int(row.row), row.outcome, id, row.remarks, row.cells, row.undo])?;
            }
            Ok(if alone { Some(Extent::read(tx, desk.device)?) } else { None })
        });
        let grown = grown.await?;
        (import.position, import.counts) = (to, counts);
        Ok(grown)
    }

    /// Says where an import stands.
    ///
    /// # Errors
    /// `storage`.
    pub async fn end_import(&self, import: &OpenImport, state: ImportState) -> Result<()> {
        let n = import.n;
        self.write(move |tx, _| {
            tx.execute(sql!("imports/end"), params![n, state_text(state), int(clock::now_ms())])?;
            Ok(())
        })
        .await
    }

    /// Imports of the past, newest first.
    ///
    /// # Errors
    /// `storage`.
    pub async fn imports(&self) -> Result<Vec<PastImport>> {
        let rows = self.import_rows_of_list(None).await?;
        Ok(rows.into_iter().map(|(_, past, _)| past).collect())
    }

    /// One of them, and the columns of its file.
    ///
    /// # Errors
    /// `not_found`, `storage`.
    pub async fn import(&self, import_id: &str) -> Result<(OpenImport, PastImport, Vec<String>)> {
        let found = self.import_rows_of_list(Some(import_id.to_owned())).await?.into_iter().next();
        let (n, past, headers) = found.ok_or_else(|| {
            let title = format!("there is no import {import_id} on this computer; `imports list` says which there are");
            Error::new(ErrorCode::NotFound, title)
        })?;
        let open =
            OpenImport { n, import_id: past.import_id.clone(), position: past.rows, counts: past.counts.clone() };
        Ok((open, past, headers))
    }

    async fn import_rows_of_list(&self, import_id: Option<String>) -> Result<Vec<(i64, PastImport, Vec<String>)>> {
        self.direct
            .read(move |tx| {
                let mut select = tx.prepare_cached(sql!("imports/list"))?;
                let mut rows = select.query(params![import_id, IMPORTS_KEPT])?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    let text = |n| row.get::<_, String>(n);
                    let past = PastImport {
                        import_id: text(1)?,
                        source: text(2)?,
                        file_name: text(3)?,
                        state: state(&text(5)?),
                        rows: count(row.get(6)?),
                        counts: serde_json::from_str(&text(7)?)?,
                        actor_name: text(8)?,
                        begun_at: clock::at(count(row.get(9)?)),
                        ended_at: row.get::<_, Option<i64>>(10)?.map(|ms| clock::at(count(ms))),
                    };
                    found.push((row.get(0)?, past, serde_json::from_str(&text(4)?)?));
                }
                Ok(found)
            })
            .await
    }

    /// The rows of an import behind one of them, in order.
    ///
    /// # Errors
    /// `storage`.
    pub async fn import_rows(
        &self,
        import: &OpenImport,
        after: u64,
        failed_only: bool,
        limit: u32,
    ) -> Result<Vec<JournalRow>> {
        let n = import.n;
        self.direct
            .read(move |tx| {
                let mut select = tx.prepare_cached(sql!("imports/rows"))?;
                let mut rows = select.query(params![n, int(after), failed_only, limit])?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(JournalRow {
                        row: count(row.get(0)?),
                        outcome: row.get(1)?,
                        merchant_id: row.get::<_, Option<String>>(2)?.map(MerchantId::new).transpose()?,
                        remarks: row.get(3)?,
                        cells: row.get(4)?,
                        undo: None,
                    });
                }
                Ok(found)
            })
            .await
    }

    /// The rows of an import that changed something and were not taken back, last first, before one of them.
    ///
    /// # Errors
    /// `storage`.
    pub async fn import_rows_to_undo(&self, import: &OpenImport, before: u64, limit: u32) -> Result<Vec<RowToUndo>> {
        let n = import.n;
        self.direct
            .read(move |tx| {
                let mut select = tx.prepare_cached(sql!("imports/to_undo"))?;
                let mut rows = select.query(params![n, int(before), limit])?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(RowToUndo {
                        row: count(row.get(0)?),
                        outcome: row.get(1)?,
                        merchant_id: MerchantId::new(row.get::<_, String>(2)?)?,
                        undo: row.get(3)?,
                    });
                }
                Ok(found)
            })
            .await
    }

    /// Saves the edits that take rows back, and that they were looked at; all or nothing.
    ///
    /// # Errors
    /// As [`Self::save_all`].
    pub async fn save_undo_batch(
        &self,
        import: &OpenImport,
        rows: Vec<u64>,
        drafts: Vec<Draft>,
        actor: Option<&Actor>,
    ) -> Result<()> {
        let (desk, n) = (self.desk(actor), import.n);
        self.write(move |tx, rules| {
            if !drafts.is_empty() {
                desk.insert(tx, rules, drafts)?;
            }
            let mut undone = tx.prepare_cached(sql!("imports/undone"))?;
            for row in rows {
                undone.execute(params![n, int(row)])?;
            }
            Ok(())
        })
        .await
    }

    /// Where the columns of a source's last file went, and which version that is.
    ///
    /// # Errors
    /// `storage`.
    pub async fn import_mapping(&self, source: &str) -> Result<Option<(u32, String)>> {
        let source = source.to_owned();
        self.direct
            .read(move |tx| {
                let mut select = tx.prepare_cached(sql!("imports/mapping"))?;
                Ok(select.query_row([source], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
            })
            .await
    }

    /// Remembers it, as a new version if it differs from the last one.
    ///
    /// # Errors
    /// `storage`.
    pub async fn remember_import_mapping(&self, source: &str, mapping: String) -> Result<()> {
        let source = source.to_owned();
        self.write(move |tx, _| {
            let mut select = tx.prepare_cached(sql!("imports/mapping"))?;
            let last: Option<(u32, String)> =
                select.query_row([&source], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            if last.as_ref().is_some_and(|(_, known)| *known == mapping) {
                return Ok(());
            }
            let version = last.map_or(1, |(version, _)| version + 1);
            tx.execute(sql!("imports/put_mapping"), params![source, version, mapping, int(clock::now_ms())])?;
            Ok(())
        })
        .await
    }

    /// How far the cache goes.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn extent(&self) -> Result<Extent> {
        let device = self.device;
        self.direct.read(move |tx| Extent::read(tx, device)).await
    }

    /// Ids of merchants that the server has brought, by their place: behind `after`, some at a time, with the last place;
    /// nothing when there are no more.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn ids_of_records(&self, after: i64, limit: u32) -> Result<Option<(i64, Vec<String>)>> {
        self.ids(sql!("imports/records_behind"), after, limit).await
    }

    /// The same of merchants that own edits wait for; one of several edits comes several times.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn ids_of_edits(&self, after: i64, limit: u32) -> Result<Option<(i64, Vec<String>)>> {
        self.ids(sql!("imports/edits_behind"), after, limit).await
    }

    async fn ids(&self, sql: &'static str, after: i64, limit: u32) -> Result<Option<(i64, Vec<String>)>> {
        self.direct
            .read(move |tx| {
                let mut select = tx.prepare_cached(sql)?;
                let mut rows = select.query(params![after, limit])?;
                let (mut last, mut ids) = (after, Vec::new());
                while let Some(row) = rows.next()? {
                    last = row.get(0)?;
                    ids.push(row.get(1)?);
                }
                Ok((!ids.is_empty()).then_some((last, ids)))
            })
            .await
    }

    /// Number, name and address of the list's rows behind a number.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn listed_after(&self, after: i64, limit: u32) -> Result<Vec<(i64, String, String)>> {
        self.direct
            .read(move |tx| {
                let mut select = tx.prepare_cached(sql!("imports/listed_after"))?;
                let rows =
                    select.query_map(params![after, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                Ok(rows.collect::<std::result::Result<_, _>>()?)
            })
            .await
    }

    /// Which merchants some rows of the list are.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn listed(&self, numbers: &[i64]) -> Result<Vec<MerchantId>> {
        let list = json_numbers(numbers.iter().copied());
        self.direct.read(move |tx| pages::merchants(tx, sql!("imports/listed"), [list])).await
    }
}
