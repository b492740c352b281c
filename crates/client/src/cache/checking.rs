//! Whether the pulled records are the server's: digests of what is stored, and the repair of what differs.

use std::collections::{BTreeSet, HashMap};

use domain::api::Change;
use domain::digest::{self, Bucket, Digests};
use domain::record::Record;
use domain::rules::RuleSet;
use domain::{FieldPath, MerchantId};
use sqlx::sqlite::SqliteConnection;
use sync_engine::reconcile;

use super::listing::{self, Indexing};
use super::resending::{self, About};
use super::{Cache, begin, count, int, meta, pages, sql};
use crate::error::Result;

/// Rows that are read again in one transaction.
const CHUNK_ROWS: i64 = 1_000;
/// Rows whose text is read again at each comparison, in turn: damage to the file itself is found within a few.
const REREAD_ROWS: i64 = 20_000;
/// The row up to which texts were read again.
const REREAD_TO: &str = "digests_reread_to";

/// What is kept beside the text of a record.
pub(super) struct Beside {
    pub digest: i64,
    pub bucket: i64,
    pub deleted: bool,
}

/// What belongs beside a text.
pub(super) fn beside(id: &MerchantId, text: &str, record: &Record, rules: &RuleSet) -> Beside {
    Beside {
        digest: digest::row(text).cast_signed(),
        bucket: i64::from(digest::bucket(id)),
        // As the server forgets: deleted, and nothing is asked about it.
        deleted: record.registers.contains_key(&FieldPath::deleted())
            && reconcile::is_deleted(record, rules)
            && reconcile::review(record, rules).is_none(),
    }
}

/// What belongs beside a text that may be damaged: its digest will not be the server's, and it is fetched again.
fn beside_text(id: &str, text: &str, rules: &RuleSet) -> Beside {
    let Ok(id) = MerchantId::new(id) else {
        return Beside { digest: digest::row(text).cast_signed(), bucket: 0, deleted: false };
    };
    let record = serde_json::from_str(text).unwrap_or_else(|_| Record::empty(id.clone()));
    beside(&id, text, &record, rules)
}

/// What a repair did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// Records that were replaced or removed.
    pub records: u64,
    /// Merchants with edits that are sent again.
    pub again: u64,
}

type Row = (i64, String, String, Option<i64>, Option<i64>);

impl Cache {
    /// Writes the digests that are missing, and reads some rows again whose digests are there.
    ///
    /// # Errors
    /// `storage`.
    pub async fn reread_digests(&self) -> Result<()> {
        loop {
            let mut writer = self.writer.lock().await;
            let mut tx = begin(&mut writer).await?;
            let rows: Vec<(i64, String, String)> =
                sqlx::query_as(sql!("records/without_digest")).bind(CHUNK_ROWS).fetch_all(&mut *tx).await?;
            if rows.is_empty() {
                break;
            }
            for (n, id, text) in rows {
                set(&mut tx, n, &beside_text(&id, &text, &self.rules())).await?;
            }
            tx.commit().await?;
        }
        let mut from = int(meta::number(&self.readers, REREAD_TO).await?);
        let mut read = 0;
        while read < REREAD_ROWS {
            let rows: Vec<Row> =
                sqlx::query_as(sql!("records/next")).bind(from).bind(CHUNK_ROWS).fetch_all(&self.readers).await?;
            let wrong: Vec<(i64, Beside)> = rows
                .iter()
                .map(|(n, id, text, digest, bucket)| (*n, beside_text(id, text, &self.rules()), digest, bucket))
                .filter(|(_, now, digest, bucket)| **digest != Some(now.digest) || **bucket != Some(now.bucket))
                .map(|(n, now, _, _)| (n, now))
                .collect();
            if !wrong.is_empty() {
                tracing::warn!(rows = wrong.len(), "records on this computer are not as they were written");
                let mut writer = self.writer.lock().await;
                let mut tx = begin(&mut writer).await?;
                for (n, now) in &wrong {
                    set(&mut tx, *n, now).await?;
                }
                tx.commit().await?;
            }
            read += rows.len() as i64;
            // At the end it begins with the first row next time.
            from = rows.last().map_or(0, |(n, ..)| *n);
            if (rows.len() as i64) < CHUNK_ROWS {
                from = 0;
                break;
            }
        }
        meta::set(&mut *self.writer.lock().await, REREAD_TO, from).await
    }

    /// The digests of the pulled records, with epoch and cursor, of one moment.
    ///
    /// # Errors
    /// `storage`.
    pub async fn digests(&self) -> Result<Digests> {
        let mut tx = self.readers.begin().await?;
        let epoch = meta::get(&mut *tx, pages::EPOCH).await?.unwrap_or_default();
        let cursor = meta::number(&mut *tx, pages::CURSOR).await?;
        let sums: Vec<(i64, i64, i64, i64)> = sqlx::query_as(sql!("records/sums")).fetch_all(&mut *tx).await?;
        tx.rollback().await?;
        let mut digests = Digests::empty(epoch, cursor);
        for (bucket, rows, high, low) in sums {
            let at = usize::try_from(bucket).ok().and_then(|at| digests.buckets.get_mut(at));
            if let Some(at) = at {
                *at = Bucket::of_halves(count(rows), count(high), count(low));
            }
        }
        Ok(digests)
    }

    /// Forgets deleted merchants that the server has forgotten, up to a change number.
    ///
    /// # Errors
    /// `storage`.
    pub async fn forget_pruned(&self, pruned: u64) -> Result<()> {
        loop {
            let mut writer = self.writer.lock().await;
            let mut tx = begin(&mut writer).await?;
            let ids: Vec<String> =
                sqlx::query_scalar(sql!("records/pruned")).bind(int(pruned)).fetch_all(&mut *tx).await?;
            if ids.is_empty() {
                return Ok(());
            }
            self.forget(&mut tx, ids).await?;
            tx.commit().await?;
        }
    }

    /// Makes a bucket what the server says it is: replaces what differs, whatever its change number, and removes
    /// what did not come. The outbox is kept, and own edits stay on top. What the log of sent edits has and these
    /// records do not is sent again: a restored server whose numbers happen to fit is noticed only here.
    ///
    /// # Errors
    /// `storage`.
    pub async fn mend_bucket(&self, bucket: u8, changes: Vec<Change>) -> Result<Mended> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let generation = int(meta::number(&mut *tx, pages::GENERATION).await?);
        let rows: Vec<(String, i64, Option<i64>)> =
            sqlx::query_as(sql!("records/of_bucket")).bind(i64::from(bucket)).fetch_all(&mut *tx).await?;
        let mut stored: HashMap<String, (i64, Option<i64>)> =
            rows.into_iter().map(|(id, seq, digest)| (id, (seq, digest))).collect();
        let mut newest: HashMap<MerchantId, Change> = HashMap::new();
        for change in changes {
            if digest::bucket(&change.record.merchant_id) == bucket {
                newest.insert(change.record.merchant_id.clone(), change);
            }
        }
        let mut differing = Vec::new();
        for (id, change) in newest {
            let known = stored.remove(id.as_str());
            let theirs = (int(change.seq), Some(digest::row(&change.text()?).cast_signed()));
            if known != Some(theirs) {
                differing.push(change);
            }
        }
        let gone: Vec<String> = stored.into_keys().collect();
        let mended = differing.len() + gone.len();
        if mended == 0 {
            return Ok(Mended::default());
        }
        pages::store(&mut tx, &differing, generation, &self.rules()).await?;
        let mut touched: BTreeSet<MerchantId> = differing.iter().map(|c| c.record.merchant_id.clone()).collect();
        let mut records: HashMap<MerchantId, Record> =
            differing.into_iter().map(|change| (change.record.merchant_id.clone(), change.record)).collect();
        self.settle(&mut tx, &touched, &mut records).await?;
        self.forget(&mut tx, gone).await?;
        let lost = resending::resend_lost(&mut tx, generation, About::Bucket(bucket)).await?;
        let again = lost.len() as u64;
        touched.extend(lost);
        let ids: Vec<MerchantId> = touched.into_iter().collect();
        listing::refresh(&mut tx, &ids, records, &self.rules(), Indexing::Now).await?;
        tx.commit().await?;
        Ok(Mended { records: mended as u64, again })
    }
}

async fn set(tx: &mut SqliteConnection, n: i64, beside: &Beside) -> Result<()> {
    sqlx::query(sql!("records/set_digest"))
        .bind(n)
        .bind(beside.digest)
        .bind(beside.bucket)
        .bind(beside.deleted)
        .execute(tx)
        .await?;
    Ok(())
}
