//! The real cache under a device: SQLite in a file of its own. What it does is real; what it holds is read back
//! after each transaction, so that the invariants are checked on what is on the disk and nothing else.
//!
//! Stamps and ids come from the machine's clock here: two runs of such a seed differ in them, and in nothing that the
//! engine, the merge or the order of events looks at.

use std::collections::BTreeMap;

use client::cache::{self, Cache, Discarded, FILE_NAME};
use domain::api::{ChangesPage, ChangesQuery, DigestReply, PushReply};
use domain::ipc::{Durability, IpcError};
use domain::rules::RuleBook;
use domain::{Actor, DeviceId, Edit, EditId, EditState, MerchantId, Outcome, Problem, Record, TraceId, digest};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use sync_engine::device::Comparison;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::device_store::DeviceStore;
use crate::entry::{Awaits, Draft, Entry, Stored};

/// A row of the outbox: edit, state, attempts, change number and epoch of the answer, come back, problem, quiet.
type OutboxRow = (String, String, i64, Option<i64>, Option<String>, bool, Option<String>, bool);

pub struct RealDisk {
    folder: TempDir,
    runtime: Runtime,
    /// While the program runs.
    cache: Option<Cache>,
    actor: Actor,
    /// What the server answered last about each edit.
    answers: BTreeMap<EditId, Outcome>,
}

impl RealDisk {
    pub fn new(device: DeviceId, actor: Actor) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            Cache::open(folder.path()).await.unwrap().close().await;
            let mut file = connect(&folder).await;
            // The device's id is drawn by chance; here it comes from the seed, like all chance.
            sqlx::query("UPDATE meta SET value = ? WHERE key = 'device_id'")
                .bind(device.to_string())
                .execute(&mut file)
                .await
                .unwrap();
            file.close().await.unwrap();
        });
        Self { folder, runtime, cache: None, actor, answers: BTreeMap::new() }
    }

    /// The process is gone: nothing is closed in order, nothing is folded into the file.
    pub fn kill(&mut self) {
        let _guard = self.runtime.enter();
        self.cache = None;
    }

    /// The program starts. Returns how many edits wait again.
    pub fn open(&mut self) -> usize {
        let cache = self.runtime.block_on(async {
            let cache = Cache::open(self.folder.path()).await.unwrap();
            // A killed process loses nothing of what it wrote; the power stays on here.
            cache.set_durability(Durability::Normal).await.unwrap();
            cache
        });
        let released = self.runtime.block_on(cache.release_all()).unwrap();
        self.cache = Some(cache);
        released as usize
    }

    fn cache(&self) -> &Cache {
        self.cache.as_ref().unwrap()
    }

    pub fn save(&mut self, id: Uuid, draft: Draft) -> EditId {
        let mut real = cache::Draft::new(draft.merchant_id, draft.writes, draft.source);
        (real.settles, real.trace_id) = (draft.settles, Some(TraceId(id)));
        self.runtime.block_on(self.cache().save(real, Some(&self.actor))).unwrap().edit_id
    }

    /// Takes back an edit that was not sent, or forgets one that was refused. Was it?
    pub fn discard(&mut self, edit_id: EditId) -> bool {
        // While the program does not run nobody can ask it to.
        let Some(cache) = &self.cache else {
            return false;
        };
        matches!(self.runtime.block_on(cache.discard(edit_id)).unwrap(), Discarded::Cancelled(_))
    }

    pub fn load_batch(&mut self, wall_ms: u64, edits_max: usize, bytes_max: usize) -> (Vec<Edit>, Option<u64>) {
        let loading = self.cache().load_batch(edits_max, bytes_max, wall_ms, Some(&self.actor.id));
        let batch = self.runtime.block_on(loading).unwrap();
        (batch.edits, batch.next_due_ms)
    }

    pub fn store_outcomes(&mut self, reply: &PushReply, retry_at_ms: u64) {
        self.runtime.block_on(self.cache().store_outcomes(reply, retry_at_ms)).unwrap();
        self.answers.extend(reply.outcomes.iter().map(|outcome| (outcome.edit_id, outcome.clone())));
    }

    pub fn release(&mut self, edit_ids: &[EditId]) {
        // That a connection was not even made is known of real networks only.
        self.runtime.block_on(self.cache().release(edit_ids, false)).unwrap();
    }

    pub fn reject(&mut self, edit_id: EditId, problem: &Problem) {
        self.runtime.block_on(self.cache().reject(edit_id, problem)).unwrap();
    }

    pub fn pull_from(&self, limit: usize) -> ChangesQuery {
        let mut query = self.runtime.block_on(self.cache().cursor()).unwrap();
        query.limit = Some(limit);
        query
    }

    /// Returns how many merchants have edits that wait again.
    pub fn store_page(&mut self, page: &ChangesPage, rules: &RuleBook) -> u64 {
        if self.cache().lacks_rules_of(page) {
            self.runtime.block_on(self.cache().follow_rules(&page.epoch, rules.clone())).unwrap();
        }
        self.runtime.block_on(self.cache().apply_page(page.clone())).unwrap() as u64
    }

    pub fn restart_pull(&mut self) {
        self.runtime.block_on(self.cache().restart_pull()).unwrap();
    }

    /// As the driver compares.
    pub fn compare(&mut self, theirs: &DigestReply) -> Comparison {
        let cache = self.cache();
        self.runtime.block_on(async {
            cache.reread_digests().await.unwrap();
            let ours = cache.digests().await.unwrap();
            if ours.epoch != theirs.digests.epoch || ours.seq != theirs.digests.seq {
                return Comparison::Moved;
            }
            cache.forget_pruned(theirs.pruned).await.unwrap();
            let buckets = cache.digests().await.unwrap().differing(&theirs.digests);
            if buckets.is_empty() { Comparison::Equal } else { Comparison::Different { buckets } }
        })
    }

    /// Returns how many records were mended, and how many merchants have edits that wait again.
    pub fn repair(&mut self, buckets: &[u8], whole: &crate::device::Whole) -> (u64, u64) {
        let (mut mended, mut again) = (0, 0);
        for bucket in buckets {
            let of_bucket = |change: &&domain::api::Change| digest::bucket(&change.record.merchant_id) == *bucket;
            let changes = whole.changes.iter().filter(of_bucket).cloned().collect();
            let done = self.runtime.block_on(self.cache().mend_bucket(*bucket, changes)).unwrap();
            mended += done.records;
            again += done.again;
        }
        (mended, again)
    }

    /// Behind the program's back.
    pub fn rot(&mut self, merchant: &MerchantId, left: Option<&Record>) {
        self.runtime.block_on(async {
            let mut file = connect(&self.folder).await;
            let rotting = match left {
                Some(record) => sqlx::query("UPDATE records SET record = ?2 WHERE merchant_id = ?1")
                    .bind(merchant.as_str())
                    .bind(digest::canonical(record).unwrap()),
                None => sqlx::query("DELETE FROM records WHERE merchant_id = ?1").bind(merchant.as_str()),
            };
            rotting.execute(&mut file).await.unwrap();
            file.close().await.unwrap();
        });
    }

    /// What is on the disk now. Returns the edits whose state changed.
    pub fn read_back(&self, store: &mut DeviceStore) -> Vec<EditId> {
        let (records, meta, outbox, sent) = self.runtime.block_on(async {
            let mut file = connect(&self.folder).await;
            let records: Vec<(String, i64, i64, String)> =
                sqlx::query_as("SELECT merchant_id, seq, generation, record FROM records")
                    .fetch_all(&mut file)
                    .await
                    .unwrap();
            let meta: Vec<(String, String)> =
                sqlx::query_as("SELECT key, value FROM meta").fetch_all(&mut file).await.unwrap();
            let outbox: Vec<OutboxRow> = sqlx::query_as(
                "SELECT edit, state, attempts, answered_seq, answered_epoch, come_back, problem, quiet FROM outbox",
            )
            .fetch_all(&mut file)
            .await
            .unwrap();
            let sent: Vec<(String, String)> =
                sqlx::query_as("SELECT edit, state FROM sent").fetch_all(&mut file).await.unwrap();
            file.close().await.unwrap();
            (records, meta, outbox, sent)
        });
        let meta: BTreeMap<String, String> = meta.into_iter().collect();
        let number = |key: &str| meta.get(key).map_or(0, |text| text.parse().unwrap());
        (store.cursor, store.generation) = (number("cursor"), number("generation"));
        store.epoch = meta.get("epoch").cloned();
        store.reading_whole = number("outdated_generation") > 0;
        store.records = records
            .into_iter()
            .map(|(id, seq, generation, text)| {
                let (seq, generation) = (seq as u64, generation as u64);
                let stored = Stored { generation, seq, record: serde_json::from_str(&text).unwrap() };
                (MerchantId::new(id).unwrap(), stored)
            })
            .collect();

        let before = std::mem::take(&mut store.outbox);
        for (text, state) in sent {
            let edit: Edit = serde_json::from_str(&text).unwrap();
            let mut entry = Entry::of(edit);
            entry.state = state.parse().unwrap();
            let known = before.get(&entry.edit.dot.counter);
            if let Some(refused) = known.filter(|known| known.state == EditState::Rejected) {
                // Forgotten by its author, who knows why it was refused.
                (entry.state, entry.dismissed) = (EditState::Rejected, true);
                entry.reason = refused.reason.clone();
            }
            store.outbox.insert(entry.edit.dot.counter, entry);
        }
        for (text, state, attempts, seq, epoch, come_back, problem, quiet) in outbox {
            let mut entry = Entry::of(serde_json::from_str(&text).unwrap());
            entry.state = state.parse().unwrap();
            (entry.attempts, entry.quiet) = (attempts as u32, quiet);
            let awaits = seq.zip(epoch).filter(|_| !come_back);
            entry.awaits = awaits.map(|(seq, epoch)| Awaits { seq: seq as u64, epoch });
            entry.reason = problem.map(|text| {
                let problem: IpcError = serde_json::from_str(&text).unwrap();
                Problem::new(problem.code, problem.message)
            });
            store.outbox.insert(entry.edit.dot.counter, entry);
        }
        let mut touched = Vec::new();
        for (counter, entry) in &mut store.outbox {
            if entry.state.is_answered() {
                entry.answer = self.answers.get(&entry.edit.edit_id).cloned();
            }
            if before.get(counter).is_some_and(|before| before.state != entry.state) {
                touched.push(entry.edit.edit_id);
            }
        }
        self.window_agrees(store);
        touched
    }

    /// What the program itself says of its disk is what is there.
    fn window_agrees(&self, store: &DeviceStore) {
        let Some(cache) = &self.cache else {
            return;
        };
        self.runtime.block_on(async {
            let merchants: Vec<MerchantId> = store.merchants().into_iter().collect();
            for (merchant, shown) in cache.registers_of(&merchants).await.unwrap() {
                let expected = store.view(&merchant);
                assert_eq!(shown, expected, "what shows of {merchant} is not the record with what lies on top");
            }
            let numbers = cache.numbers().await.unwrap();
            let open = numbers.queued + numbers.rejected + numbers.coming_back > 0;
            assert_eq!(!open, store.nothing_open(), "the numbers of the status bar are not the outbox: {numbers:?}");
        });
    }
}

async fn connect(folder: &TempDir) -> SqliteConnection {
    SqliteConnectOptions::new().filename(folder.path().join(FILE_NAME)).connect().await.unwrap()
}
