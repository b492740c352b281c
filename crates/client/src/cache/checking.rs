//! Whether the pulled records are the server's: digests of what is stored, and the repair of what differs.

use std::collections::HashMap;
use std::sync::Arc;

use domain::api::Change;
use domain::digest::{self, Bucket, Digests};
use domain::record::Record;
use domain::rules::RuleSet;
use domain::{FieldPath, MerchantId};
use rusqlite::{Connection, Transaction, params};
use sync_engine::reconcile;

use super::direct::Flush;
use super::listing::{self, Touched};
use super::resending::{self, About};
use super::{Cache, count, int, meta, pages, sql};
use crate::error::Result;

/// Rows that are read again in one transaction.
const CHUNK_ROWS: i64 = 1_000;
/// Chunks whose texts are read again at each comparison, in turn: damage to the file itself is found within a few.
const REREAD_CHUNKS: usize = 20;
/// Edits of the log that are held against the records at each comparison, in turn.
const LOG_ROWS: i64 = 500;
/// The row up to which texts were read again.
const REREAD_TO: &str = "digests_reread_to";

/// What is kept beside the text of a record.
pub(super) struct Beside {
    pub digest: i64,
    pub bucket: i64,
    pub deleted: bool,
}

impl Beside {
    /// Of a plain record.
    pub fn of_plain(id: &MerchantId, text: &str) -> Self {
        let (digest, bucket) = (digest::row(text).cast_signed(), i64::from(digest::bucket(id)));
        Self { digest, bucket, deleted: false }
    }
}

/// What belongs beside a text.
pub(super) fn beside(id: &MerchantId, text: &str, record: &Record, rules: &RuleSet) -> Beside {
    Beside {
        // As the server forgets: deleted, and nothing is asked about it.
        deleted: record.registers.contains_key(&FieldPath::deleted())
            && reconcile::is_deleted(record, rules)
            && reconcile::review(record, rules).is_none(),
        ..Beside::of_plain(id, text)
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

impl Cache {
    /// Writes the digests that are missing, and reads some rows again whose digests are there.
    ///
    /// # Errors
    /// `storage`.
    pub async fn reread_digests(&self) -> Result<()> {
        while self.write_flushed(Flush::Later, |tx, rules| fill(tx, rules)).await? {}
        let mut from = self.direct.read(|tx| meta::number(tx, REREAD_TO)).await?;
        for _ in 0..REREAD_CHUNKS {
            let (rules, after) = (self.rules(), from);
            let Reread { wrong, to } = self.direct.scan(move |tx| reread(tx, &rules, int(after))).await?;
            if !wrong.is_empty() {
                tracing::warn!(rows = wrong.len(), "records on this computer are not as they were written");
                let work = move |tx: &Transaction<'_>| wrong.iter().try_for_each(|(n, now)| set(tx, *n, now));
                self.direct.write(Flush::Later, work).await?;
            }
            from = to;
            if from == 0 {
                break;
            }
        }
        self.direct.write(Flush::Later, move |tx| meta::set(tx, REREAD_TO, from)).await
    }

    /// The digests of the pulled records, with epoch and cursor, of one moment.
    ///
    /// # Errors
    /// `storage`.
    pub async fn digests(&self) -> Result<Digests> {
        self.direct.scan(|tx| digests(tx)).await
    }

    /// Forgets deleted merchants that the server has forgotten, up to a change number.
    ///
    /// # Errors
    /// `storage`.
    pub async fn forget_pruned(&self, pruned: u64) -> Result<()> {
        let now_ms = self.machine.now_ms();
        while self.write(move |tx, rules| pages::forget_pruned(tx, rules, pruned, now_ms)).await? {}
        Ok(())
    }

    /// Holds the next edits of the log of sent ones against the records, after a comparison that showed them to be the
    /// server's; the whole log in turn. Those that they do not show are queued again. Returns of how many merchants.
    ///
    /// # Errors
    /// `storage`.
    pub async fn look_through_log(&self) -> Result<usize> {
        let work = |tx: &Transaction<'_>, rules: &RuleSet| {
            if meta::number(tx, pages::OUTDATED)? > 0 {
                return Ok(0);
            }
            let lost = resending::look_through(tx, int(meta::number(tx, pages::GENERATION)?), LOG_ROWS)?;
            let again = lost.len();
            listing::refresh(tx, lost.into_iter().map(|id| (id, None)).collect(), rules)?;
            Ok(again)
        };
        self.write_flushed(Flush::Later, work).await
    }

    /// Makes a bucket what the server says it is: replaces what differs, whatever its change number, and removes
    /// what did not come. The outbox is kept, and own edits stay on top. What the log of sent edits has and these
    /// records do not is sent again: a restored server whose numbers happen to fit is noticed only here. `head` is the
    /// server's newest change when it said so (0: unknown); what came here later stays, answers to edits that were sent
    /// meanwhile.
    ///
    /// # Errors
    /// `storage`.
    pub async fn mend_bucket(&self, bucket: u8, changes: Vec<Change>, head: u64) -> Result<Mended> {
        let now_ms = self.machine.now_ms();
        self.write(move |tx, rules| mend(tx, rules, bucket, changes, head, now_ms)).await
    }
}

/// Writes some of the digests that are missing. Returns whether some may be left.
fn fill(tx: &Connection, rules: &RuleSet) -> Result<bool> {
    let mut missing = tx.prepare_cached(sql!("records/without_digest"))?;
    let mut rows = missing.query([CHUNK_ROWS])?;
    let mut made = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, text): (String, String) = (row.get(1)?, row.get(2)?);
        made.push((row.get(0)?, beside_text(&id, &text, rules)));
    }
    made.iter().try_for_each(|(n, now)| set(tx, *n, now))?;
    Ok(!made.is_empty())
}

/// What was read again.
struct Reread {
    /// Rows that are not what stands beside them, and what should.
    wrong: Vec<(i64, Beside)>,
    /// The last row; 0 at the end, so that it begins with the first next time.
    to: u64,
}

/// One row after the other: their texts need not be in memory together.
fn reread(tx: &Connection, rules: &RuleSet, after: i64) -> Result<Reread> {
    let (mut wrong, mut read, mut last) = (Vec::new(), 0, 0);
    let mut next = tx.prepare_cached(sql!("records/next"))?;
    let mut rows = next.query([after, CHUNK_ROWS])?;
    while let Some(row) = rows.next()? {
        (read, last) = (read + 1, row.get(0)?);
        let text = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let id = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let stored: (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
        let bucket = MerchantId::new(id).map_or(0, |id| i64::from(digest::bucket(&id)));
        // Only of a text that is not what it was anything else can be wrong.
        if stored != (Some(digest::row(text).cast_signed()), Some(bucket)) {
            wrong.push((last, beside_text(id, text, rules)));
        }
    }
    Ok(Reread { wrong, to: if read < CHUNK_ROWS { 0 } else { count(last) } })
}

fn digests(tx: &Connection) -> Result<Digests> {
    let epoch = meta::get(tx, pages::EPOCH)?.unwrap_or_default();
    let mut digests = Digests::empty(epoch, meta::number(tx, pages::CURSOR)?);
    let mut sums = tx.prepare_cached(sql!("records/sums"))?;
    let mut rows = sums.query([])?;
    while let Some(row) = rows.next()? {
        let at = usize::try_from(row.get::<_, i64>(0)?).ok().and_then(|at| digests.buckets.get_mut(at));
        if let Some(at) = at {
            *at = Bucket::of_halves(count(row.get(1)?), count(row.get(2)?), count(row.get(3)?));
        }
    }
    Ok(digests)
}

fn mend(tx: &Connection, rules: &RuleSet, bucket: u8, changes: Vec<Change>, head: u64, now_ms: u64) -> Result<Mended> {
    let generation = int(meta::number(tx, pages::GENERATION)?);
    // Only as far as the cursor has come: a number beyond it is no answer's, but damage.
    let at = int(meta::number(tx, pages::CURSOR)?);
    let is_later = |seq: i64| head > 0 && seq > int(head) && seq <= at;
    let mut stored: HashMap<String, (i64, Option<i64>)> = HashMap::new();
    let mut of_bucket = tx.prepare_cached(sql!("records/of_bucket"))?;
    let mut rows = of_bucket.query([i64::from(bucket)])?;
    while let Some(row) = rows.next()? {
        stored.insert(row.get(0)?, (row.get(1)?, row.get(2)?));
    }
    let mut newest: HashMap<MerchantId, Change> = HashMap::new();
    for change in changes {
        if digest::bucket(change.merchant_id()) == bucket {
            newest.insert(change.merchant_id().clone(), change);
        }
    }
    let mut touched = Touched::new();
    let mut put = tx.prepare_cached(sql!("records/put"))?;
    for (id, change) in newest {
        let known = stored.remove(id.as_str());
        let theirs = (int(change.seq), Some(digest::row(&change.text()?).cast_signed()));
        if known != Some(theirs) && !known.is_some_and(|(seq, _)| is_later(seq)) {
            pages::put(&mut put, &change, generation, rules)?;
            touched.insert(id, Some(Arc::new(change.into_record()?)));
        }
    }
    let gone: Vec<String> = stored.into_iter().filter(|(_, (seq, _))| !is_later(*seq)).map(|(id, _)| id).collect();
    let records = (touched.len() + gone.len()) as u64;
    if records == 0 {
        return Ok(Mended::default());
    }
    pages::settle(tx, rules, &mut touched, now_ms)?;
    pages::forget(tx, rules, gone, now_ms)?;
    let lost = resending::resend_lost(tx, generation, About::Bucket(bucket))?;
    let again = lost.len() as u64;
    for id in lost {
        touched.entry(id).or_insert(None);
    }
    listing::refresh(tx, touched, rules)?;
    Ok(Mended { records, again })
}

fn set(tx: &Connection, n: i64, beside: &Beside) -> Result<()> {
    let values = params![n, beside.digest, beside.bucket, beside.deleted];
    tx.prepare_cached(sql!("records/set_digest"))?.execute(values)?;
    Ok(())
}
