//! The real server under a run, without HTTP: its SQLite database in a file, and what its handlers call. A restart
//! closes and opens the file, a restored backup is a copy that was taken earlier. After each request the file is read
//! past the program, so that the invariants are checked on what is on the disk.

use std::path::PathBuf;
use std::sync::Arc;

use domain::api::{ChangesPage, ChangesQuery, DigestReply, HistoryEntry, MINOR_DIGESTS, PushReply};
use domain::digest::Bucket;
use domain::rules::{NewRules, RuleBook, RuleSet};
use domain::{Actor, Edit, EditId, MerchantId, Record, Scope, digest};
use rusqlite::{Connection, OptionalExtension, params};
use server::app::App;
use server::exchange::{self, NoPage};
use server::{db, rulebook};
use sync_engine::device::Failure;
use sync_engine::reconcile;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::device::Whole;
use crate::held::hold;
use crate::real_files::{self, Seeded};
use crate::server::Data;

/// Rows of a bucket that are asked for at once: few, so that there are pages.
const BUCKET_ROWS: usize = 2;
/// Tombstones of one transaction.
const PRUNE_ROWS: usize = 2;
/// Reviews of a page.
const REVIEWS: usize = 3;

pub struct RealServer {
    folder: TempDir,
    runtime: Runtime,
    machine: Arc<Seeded>,
    /// While it runs.
    app: Option<Arc<App>>,
    /// The file past the program.
    file: Connection,
    /// Which file it is: a restored one has a name of its own.
    files: u64,
    backup: Option<PathBuf>,
    backups: u64,
    stops: u64,
}

impl RealServer {
    pub fn new(epoch: &str) -> Self {
        let folder = real_files::folder();
        let path = folder.path().join("server-0.db");
        real_files::new_database(&path);
        let file = real_files::watch(&path);
        // Epochs are drawn by chance; here the first has the name that the model gives it.
        set_epoch(&file, epoch);
        Self {
            folder,
            runtime: real_files::runtime(),
            machine: Arc::new(Seeded::new(0)),
            app: None,
            file,
            files: 0,
            backup: None,
            backups: 0,
            stops: 0,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(format!("server-{}.db", self.files))
    }

    pub fn set_now_ms(&self, wall_ms: u64) {
        self.machine.set_now_ms(wall_ms);
    }

    /// It runs, from now on if it did not.
    fn start(&mut self) {
        if self.app.is_some() {
            return;
        }
        let url = real_files::url(&self.path());
        let machine: Arc<Seeded> = Arc::clone(&self.machine);
        self.app = Some(self.runtime.block_on(async {
            let app = App::on(machine, db::open(&url).await.unwrap()).await.unwrap();
            rulebook::catch_up(&app).await.unwrap();
            Arc::new(app)
        }));
    }

    fn run<T>(&mut self, act: impl AsyncFnOnce(&Arc<App>) -> T) -> T {
        self.start();
        let app = self.app.as_ref().unwrap();
        self.runtime.block_on(act(app))
    }

    /// It stops: killed, or every other time in order.
    pub fn stop(&mut self) {
        self.stops += u64::from(self.app.is_some());
        self.end(self.stops.is_multiple_of(2));
    }

    fn end(&mut self, in_order: bool) {
        let Some(app) = self.app.take() else {
            return;
        };
        if in_order {
            self.runtime.block_on(app.db.close());
        }
        let _guard = self.runtime.enter();
        drop(app);
    }

    /// Nothing if the disk is full and something was to be written.
    pub fn push(&mut self, actor: &Actor, edits: &[Edit], disk_full: bool) -> Option<PushReply> {
        if disk_full {
            // As the disk says it, in the middle of the transaction.
            let full = "CREATE TRIGGER disk_full BEFORE INSERT ON edits BEGIN SELECT RAISE(ABORT, 'disk full'); END";
            self.file.execute_batch(full).unwrap();
        }
        let reply = self.run(async |app| exchange::push(app, actor, Arc::new(edits.to_vec()), None).await);
        if disk_full {
            self.file.execute_batch("DROP TRIGGER disk_full").unwrap();
            return reply.ok();
        }
        Some(reply.unwrap())
    }

    /// What travels, read as a device reads it.
    pub fn page(&mut self, scope: &Scope, asked: &ChangesQuery) -> Result<ChangesPage, NoPage> {
        let page = self.run(async |app| exchange::page(app, scope, asked, MINOR_DIGESTS).await)?;
        Ok(serde_json::from_str(&page.json).unwrap())
    }

    pub fn digests(&mut self, scope: &Scope) -> DigestReply {
        self.run(async |app| exchange::digests(app, scope).await.unwrap())
    }

    /// Whole buckets, page by page, as a device fetches them.
    pub fn buckets(&mut self, scope: &Scope, buckets: &[u8]) -> Result<Whole, Failure> {
        let mut whole = Whole { epoch: self.epoch(), rows: Vec::new(), head: 0 };
        for bucket in buckets {
            let mut asked = ChangesQuery {
                limit: Some(BUCKET_ROWS),
                epoch: Some(whole.epoch.clone()),
                bucket: Some(*bucket),
                ..ChangesQuery::default()
            };
            loop {
                let page = self.page(scope, &asked).map_err(|_| Failure::EpochChanged)?;
                whole
                    .rows
                    .extend(page.changes.into_iter().map(|change| (change.seq, hold(change.into_record().unwrap()))));
                whole.head = page.head;
                if page.complete {
                    break;
                }
                assert!(page.next_cursor > asked.cursor, "the pages of a bucket do not go on");
                asked.cursor = page.next_cursor;
            }
        }
        Ok(whole)
    }

    /// Forgets tombstones of before a time.
    pub fn prune(&mut self, before_ms: u64) {
        while self.run(async |app| app.db.prune(before_ms, PRUNE_ROWS).await.unwrap()) > 0 {}
    }

    /// Returns the rules that are in force then.
    pub fn set_rules(&mut self, replaces: u64, rules: RuleSet) -> Arc<RuleBook> {
        self.run(async |app| rulebook::change(app, NewRules { replaces, rules }).await.unwrap())
    }

    /// A copy of the file: taken while the server runs, or every other time when it is closed.
    pub fn back_up(&mut self) {
        self.backups += 1;
        let copy = self.folder.path().join(format!("backup-{}.db", self.backups));
        if self.backups.is_multiple_of(2) {
            self.start();
            self.end(true);
            std::fs::copy(self.path(), &copy).unwrap();
        } else {
            self.file.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        }
        if let Some(older) = self.backup.replace(copy) {
            std::fs::remove_file(older).unwrap();
        }
    }

    /// The copy takes the file's place.
    pub fn restore(&mut self) {
        let backup = self.backup.clone().unwrap();
        self.stop();
        self.files += 1;
        let path = self.path();
        std::fs::copy(backup, &path).unwrap();
        self.file = real_files::watch(&path);
    }

    /// An operator gives all merchants new numbers, in this order, and begins an epoch.
    pub fn rebuild(&mut self, order: &[MerchantId], epoch: &str) {
        self.end(true);
        let tx = self.file.transaction().unwrap();
        for (n, merchant) in order.iter().enumerate() {
            // Below zero first: a number that is still taken cannot be given.
            let sql = "UPDATE merchants SET seq = ?2 WHERE merchant_id = ?1";
            tx.execute(sql, params![merchant.as_str(), -(n as i64) - 1]).unwrap();
        }
        tx.execute("UPDATE merchants SET seq = -seq", []).unwrap();
        tx.execute("UPDATE edits SET seq = ?1", [order.len() as i64]).unwrap();
        tx.execute("DELETE FROM meta WHERE name = 'pruned_seq'", []).unwrap();
        set_epoch(&tx, epoch);
        tx.commit().unwrap();
    }

    pub fn epoch(&self) -> String {
        self.file.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0)).unwrap()
    }

    pub fn merchants(&self) -> Vec<MerchantId> {
        self.rows("SELECT merchant_id FROM merchants", |row| row.get::<_, String>(0))
            .into_iter()
            .map(|id| MerchantId::new(id).unwrap())
            .collect()
    }

    /// What changed after a number.
    pub fn changed_after(&self, seq: u64) -> Vec<(u64, Record)> {
        let sql = format!("SELECT seq, record FROM merchants WHERE seq > {seq} ORDER BY seq");
        let rows = self.rows(&sql, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
        rows.into_iter()
            .map(|(seq, text)| {
                let record = serde_json::from_str(&text).unwrap();
                assert_eq!(digest::canonical(&record).unwrap(), text, "a record is not stored in its canonical form");
                (seq as u64, record)
            })
            .collect()
    }

    /// The lines of these edits in the history of a merchant.
    pub fn history(&mut self, merchant: &MerchantId, edits: &[EditId]) -> Vec<HistoryEntry> {
        let page = self.run(async |app| app.db.history(merchant, None, edits.len()).await.unwrap());
        page.entries.into_iter().filter(|line| edits.contains(&line.edit_id)).collect()
    }

    fn rows<T>(&self, sql: &str, row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let mut select = self.file.prepare_cached(sql).unwrap();
        select.query_map([], row).unwrap().map(Result::unwrap).collect()
    }

    /// The file holds exactly what was answered and not lost with a backup: records, answers, history, and what is
    /// read off the records.
    pub fn holds(&mut self, data: &Data) {
        assert_eq!(self.epoch(), data.epoch);
        assert_eq!(self.run(async |app| app.rules.now()), data.rules, "the rules in force");
        let head: Option<i64> =
            self.file.query_row("SELECT max(seq) FROM merchants", [], |row| row.get(0)).optional().unwrap().flatten();
        assert_eq!(head.unwrap_or_default() as u64, data.seq, "the newest change number");
        let records = self.changed_after(0);
        assert_eq!(records.len(), data.records.len(), "merchants in the file");
        for (seq, record) in records {
            let known = data.records.get(&record.merchant_id).map(|(seq, record)| (*seq, &***record));
            assert_eq!(known, Some((seq, &record)), "a merchant in the file");
        }
        let answers = self.rows("SELECT edit_id, seq, json_array_length(writes) FROM edits", |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        });
        assert_eq!(answers.len(), data.answers.len(), "answers in the file");
        let mut lines = 0;
        for (id, seq, writes) in answers {
            let known = &data.answers[&EditId(Uuid::from_slice(&id).unwrap())];
            assert_eq!(seq as u64, known.seq, "the change number of the answer to {}", known.edit_id);
            lines += writes as usize;
        }
        assert_eq!(lines, data.history.len(), "lines of history in the file");
        self.asks_what_is_open(data);
    }

    /// The list of reviews is what the records say.
    fn asks_what_is_open(&mut self, data: &Data) {
        let rules = &data.rules.rules;
        let open: Vec<_> = data.records.values().filter_map(|(_, record)| reconcile::review(record, rules)).collect();
        let (mut listed, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.run(async |app| exchange::reviews(app, &Scope::All, &after, REVIEWS).await.unwrap());
            assert_eq!(page.total, open.len() as u64, "open reviews in all");
            listed.extend(page.reviews);
            let Some(next) = page.next else {
                break;
            };
            after = next.as_str().to_owned();
        }
        assert_eq!(listed, open, "the reviews that the server lists");
    }
}

/// Are the records of a batch those that its answer has the digest of?
pub fn landed_is_true(reply: &PushReply, before: u64, changed: &[(u64, Record)]) {
    let Some(landed) = &reply.landed else {
        assert!(changed.is_empty(), "something changed, and the answer does not say so");
        return;
    };
    let mut sum = Bucket::default();
    changed.iter().for_each(|(_, record)| sum.add(digest::row(&digest::canonical(record).unwrap())));
    let head = changed.last().map(|(seq, _)| *seq);
    assert_eq!((landed.before, Some(landed.head), landed.changed), (before, head, sum), "what a batch did");
}

fn set_epoch(file: &Connection, epoch: &str) {
    file.execute("UPDATE meta SET value = ?1 WHERE name = 'epoch'", [epoch]).unwrap();
}
