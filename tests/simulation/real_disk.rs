//! The real cache under a device: SQLite in a file of its own. What it does is real; what it holds is read back
//! after each transaction, so that the invariants are checked on what is on the disk and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use client::cache::{self, Cache, Discarded, FILE_NAME};
use domain::api::{Change, ChangesPage, ChangesQuery, DigestReply, PushReply};
use domain::ipc::{Durability, IpcError};
use domain::rules::RuleBook;
use domain::{Actor, DeviceId, Edit, EditId, EditState, MerchantId, Outcome, Problem, Record, TraceId, digest};
use rusqlite::{Connection, params};
use sync_engine::device::Comparison;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::device::Whole;
use crate::device_store::DeviceStore;
use crate::entry::{Awaits, Draft, Entry, Stored};
use crate::held::{Row, hold};
use crate::real_files::{self, Seeded};

/// What the program says of all merchants is looked at once in so many times, otherwise only of those that changed.
const ALL_MERCHANTS_ONE_IN: u64 = 16;

pub struct RealDisk {
    folder: TempDir,
    runtime: Runtime,
    machine: Arc<Seeded>,
    /// While the program runs.
    cache: Option<Cache>,
    /// The file past the program.
    file: Connection,
    /// The version of the file that was read back last.
    read: Option<i64>,
    /// The texts of the records and edits that were read back last.
    records: BTreeMap<MerchantId, String>,
    edits: BTreeMap<EditId, Edit>,
    looks: u64,
    actor: Actor,
    /// What the server answered last about each edit.
    answers: BTreeMap<EditId, Outcome>,
}

impl RealDisk {
    pub fn new(device: DeviceId, actor: Actor) -> Self {
        let folder = real_files::folder();
        real_files::new_cache(folder.path());
        let file = real_files::watch(&folder.path().join(FILE_NAME));
        // The device's id is drawn by chance; here it comes from the seed, like all chance. The file is a copy, which would
        // draw one of its own, if it knew when the first was made.
        file.execute("UPDATE meta SET value = ?1 WHERE key = 'device_id'", [device.to_string()]).unwrap();
        file.execute("DELETE FROM meta WHERE key = 'file_made_ns'", []).unwrap();
        Self {
            folder,
            runtime: real_files::runtime(),
            machine: Arc::new(Seeded::new(device.0)),
            cache: None,
            file,
            read: None,
            records: BTreeMap::new(),
            edits: BTreeMap::new(),
            looks: 0,
            actor,
            answers: BTreeMap::new(),
        }
    }

    pub fn set_wall_ms(&self, wall_ms: u64) {
        self.machine.set_now_ms(wall_ms);
    }

    /// The process is gone: nothing is closed in order, nothing is folded into the file.
    pub fn kill(&mut self) {
        let _guard = self.runtime.enter();
        self.cache = None;
    }

    /// The program starts. Returns how many edits wait again.
    pub fn open(&mut self) -> usize {
        let cache = self.runtime.block_on(async {
            let machine: Arc<Seeded> = Arc::clone(&self.machine);
            let cache = Cache::open_on(self.folder.path(), machine).await.unwrap();
            // A killed process loses nothing of what it wrote; the power stays on here.
            cache.set_durability(Durability::Normal).await.unwrap();
            // Known since the sign-in; without it no batch is passed by the pull.
            cache.set_last_actor(&self.actor).await.unwrap();
            cache
        });
        let released = self.runtime.block_on(cache.release_all()).unwrap();
        self.cache = Some(cache);
        released as usize
    }

    fn cache(&self) -> &Cache {
        self.cache.as_ref().unwrap()
    }

    pub fn save(&mut self, wall_ms: u64, id: Uuid, draft: Draft) -> EditId {
        self.set_wall_ms(wall_ms);
        self.machine.give(id);
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

    /// Puts the rules of a page in force, if they are others.
    pub fn follow_rules(&mut self, page: &ChangesPage, rules: &RuleBook) {
        if self.cache().lacks_rules_of(page) {
            self.runtime.block_on(self.cache().follow_rules(page, rules.clone())).unwrap();
        }
    }

    /// Returns how many merchants have edits that wait again.
    pub fn store_page(&mut self, page: &ChangesPage) -> u64 {
        self.runtime.block_on(self.cache().apply_page(page.clone())).unwrap() as u64
    }

    pub fn read_anew(&mut self) {
        self.runtime.block_on(self.cache().read_anew()).unwrap();
    }

    pub fn restart_pull(&mut self) {
        self.runtime.block_on(self.cache().restart_pull()).unwrap();
    }

    /// As the driver compares. Returns also how many merchants have edits that wait again.
    pub fn compare(&mut self, theirs: &DigestReply) -> (Comparison, u64) {
        let cache = self.cache();
        self.runtime.block_on(async {
            cache.reread_digests().await.unwrap();
            let ours = cache.digests().await.unwrap();
            if ours.epoch != theirs.digests.epoch || ours.seq != theirs.digests.seq {
                return (Comparison::Moved, 0);
            }
            cache.forget_pruned(theirs.pruned).await.unwrap();
            let buckets = cache.digests().await.unwrap().differing(&theirs.digests);
            if buckets.is_empty() {
                (Comparison::Equal, cache.look_through_log().await.unwrap() as u64)
            } else {
                (Comparison::Different { buckets }, 0)
            }
        })
    }

    /// Returns how many records were mended, and how many merchants have edits that wait again.
    pub fn repair(&mut self, buckets: &[u8], whole: &Whole) -> (u64, u64) {
        let (mut mended, mut again) = (0, 0);
        for bucket in buckets {
            let of_bucket = |(_, record): &&(u64, Row)| digest::bucket(&record.merchant_id) == *bucket;
            let changes = whole.rows.iter().filter(of_bucket).map(|(seq, row)| Change::new(*seq, Record::clone(row)));
            let changes = changes.collect();
            let done = self.runtime.block_on(self.cache().mend_bucket(*bucket, changes, whole.head)).unwrap();
            mended += done.records;
            again += done.again;
        }
        (mended, again)
    }

    /// Behind the program's back.
    pub fn rot(&mut self, merchant: &MerchantId, left: Option<&Record>) {
        // By a connection of its own: the one that looks does not see what it does itself.
        let file = real_files::watch(&self.folder.path().join(FILE_NAME));
        let id = merchant.as_str();
        match left {
            Some(record) => file.execute(
                "UPDATE records SET record = ?2 WHERE merchant_id = ?1",
                params![id, digest::canonical(record).unwrap()],
            ),
            None => file.execute("DELETE FROM records WHERE merchant_id = ?1", [id]),
        }
        .unwrap();
    }

    fn rows<T>(&self, sql: &str, row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let mut select = self.file.prepare_cached(sql).unwrap();
        select.query_map([], row).unwrap().map(Result::unwrap).collect()
    }

    /// An edit as the file has it; an edit never changes.
    fn edit(&mut self, id: &str, text: &str) -> Edit {
        let id = EditId(id.parse().unwrap());
        self.edits.entry(id).or_insert_with(|| serde_json::from_str(text).unwrap()).clone()
    }

    /// What is on the disk now. Returns the edits whose state changed.
    pub fn read_back(&mut self, store: &mut DeviceStore) -> Vec<EditId> {
        let version = self.file.pragma_query_value(None, "data_version", |row| row.get(0)).unwrap();
        if self.read.replace(version) == Some(version) {
            return Vec::new();
        }
        let meta = self.rows("SELECT key, value FROM meta", |row| Ok((row.get(0)?, row.get(1)?)));
        let meta: BTreeMap<String, String> = meta.into_iter().collect();
        let number = |key: &str| meta.get(key).map_or(0, |text| text.parse().unwrap());
        (store.cursor, store.generation) = (number("cursor"), number("generation"));
        store.epoch = meta.get("epoch").cloned();
        store.reading_whole = number("outdated_generation") > 0;
        let mut changed = self.read_records(store);
        let touched = self.read_outbox(store, &mut changed);
        self.looks += 1;
        if self.looks.is_multiple_of(ALL_MERCHANTS_ONE_IN) {
            changed = store.merchants();
        }
        self.window_agrees(store, changed);
        touched
    }

    /// Returns the merchants whose row is another than before.
    fn read_records(&mut self, store: &mut DeviceStore) -> BTreeSet<MerchantId> {
        let rows = self.rows("SELECT merchant_id, seq, generation, record FROM records", |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, String>(3)?))
        });
        let mut before = store.records.take();
        let mut texts = std::mem::take(&mut self.records);
        let mut changed = BTreeSet::new();
        for (id, seq, generation, text) in rows {
            let id = MerchantId::new(id).unwrap();
            let same = texts.remove(&id).is_some_and(|known| known == text);
            let record = match before.remove(&id).filter(|_| same) {
                Some(stored) => stored.record,
                None => {
                    changed.insert(id.clone());
                    hold(serde_json::from_str(&text).unwrap())
                }
            };
            store.records.insert(id.clone(), Stored { generation: generation as u64, seq: seq as u64, record });
            self.records.insert(id, text);
        }
        changed.extend(before.into_keys());
        changed.extend(texts.into_keys());
        changed
    }

    /// Returns the edits whose state changed; with them or with what lies on top, their merchants changed too.
    fn read_outbox(&mut self, store: &mut DeviceStore, changed: &mut BTreeSet<MerchantId>) -> Vec<EditId> {
        let sent = self.rows("SELECT edit_id, edit, state FROM sent", |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        });
        let outbox = self.rows(
            "SELECT edit_id, edit, state, attempts, answered_seq, answered_epoch, come_back, problem, quiet FROM outbox",
            |row| {
                let known = (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?);
                let answered = (row.get::<_, Option<i64>>(4)?, row.get::<_, Option<String>>(5)?, row.get(6)?);
                Ok((known, row.get::<_, i64>(3)?, answered, row.get::<_, Option<String>>(7)?, row.get::<_, bool>(8)?))
            },
        );
        let before = store.outbox.take();
        for (id, text, state) in sent {
            let mut entry = Entry::of(self.edit(&id, &text));
            entry.state = state.parse().unwrap();
            let known = before.get(&entry.edit.dot.counter);
            if let Some(refused) = known.filter(|known| known.state == EditState::Rejected) {
                // Forgotten by its author, who knows why it was refused.
                (entry.state, entry.dismissed) = (EditState::Rejected, true);
                entry.reason = refused.reason.clone();
            }
            store.outbox.insert(entry.edit.dot.counter, entry);
        }
        for ((id, text, state), attempts, (seq, epoch, come_back), problem, quiet) in outbox {
            let mut entry = Entry::of(self.edit(&id, &text));
            entry.state = state.parse().unwrap();
            (entry.attempts, entry.quiet) = (attempts as u32, quiet);
            let come_back: bool = come_back;
            let awaits = seq.zip(epoch).filter(|_| !come_back);
            entry.awaits = awaits.map(|(seq, epoch)| Awaits { seq: seq as u64, epoch });
            entry.reason = problem.map(|text| {
                let problem: IpcError = serde_json::from_str(&text).unwrap();
                Problem::new(problem.code, problem.message)
            });
            store.outbox.insert(entry.edit.dot.counter, entry);
        }
        let mut touched = Vec::new();
        let answers = &self.answers;
        let all = |_: &Entry| true;
        store.outbox.change(all, |entry| {
            if entry.state.is_answered() {
                entry.answer = answers.get(&entry.edit.edit_id).cloned();
            }
            let known = before.get(&entry.edit.dot.counter);
            if known.is_some_and(|known| known.state != entry.state) {
                touched.push(entry.edit.edit_id);
            }
            let shows = |entry: &Entry| (entry.state, entry.on_top(), entry.quiet);
            if known.map(shows) != Some(shows(entry)) {
                changed.insert(entry.edit.merchant_id.clone());
            }
        });
        touched
    }

    /// What the program itself says of its disk is what is there.
    fn window_agrees(&self, store: &DeviceStore, merchants: BTreeSet<MerchantId>) {
        let Some(cache) = &self.cache else {
            return;
        };
        self.runtime.block_on(async {
            let merchants: Vec<MerchantId> = merchants.into_iter().collect();
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
