//! The layer under a real SQLite: what is committed is there for everybody, at once, and nothing else is.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use rusqlite::Connection;

/// A connection with so few pages in memory that large transactions are written ahead of their end.
fn connect(file: &Path) -> Connection {
    coalescing::install().unwrap();
    let connection = Connection::open(file).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "cache_size", 10).unwrap();
    connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    connection
}

#[derive(Clone, Debug)]
enum Step {
    /// One of both writes rows, takes back those behind a savepoint, and commits, together or not, or gives up.
    Write {
        first: bool,
        rows: Vec<(i64, u16)>,
        taken_back: Vec<(i64, u16)>,
        end: End,
    },
    Full(bool),
    Checkpoint {
        anew: bool,
    },
    Reopen,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Together,
    Straight,
    GivesUp,
}

fn step() -> impl Strategy<Value = Step> {
    let rows = || proptest::collection::vec((0..300_i64, any::<u16>()), 0..120);
    prop_oneof![
        8 => (any::<bool>(), rows(), rows(), prop_oneof![3 => Just(End::Together), 1 => Just(End::Straight), 1 => Just(End::GivesUp)])
            .prop_map(|(first, rows, taken_back, end)| Step::Write { first, rows, taken_back, end }),
        1 => any::<bool>().prop_map(Step::Full),
        1 => any::<bool>().prop_map(|anew| Step::Checkpoint { anew }),
        1 => Just(Step::Reopen),
    ]
}

/// Rows of a few bytes and of several pages.
fn text(seed: u16) -> String {
    char::from(b'a' + (seed % 26) as u8).to_string().repeat(usize::from(seed % 9_000) + 1)
}

fn put(connection: &Connection, rows: &[(i64, u16)]) {
    let mut put = connection.prepare_cached("INSERT OR REPLACE INTO t VALUES (?1, ?2)").unwrap();
    rows.iter().for_each(|(n, seed)| assert_eq!(put.execute((n, text(*seed))).unwrap(), 1));
}

fn stored(connection: &Connection) -> BTreeMap<i64, String> {
    let mut select = connection.prepare_cached("SELECT n, text FROM t").unwrap();
    select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn everybody_reads_what_was_committed(steps in proptest::collection::vec(step(), 1..14)) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.sqlite");
        let mut one = connect(&file);
        one.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL); CREATE INDEX i ON t (text)").unwrap();
        let mut other = connect(&file);
        let mut expected = BTreeMap::new();
        for step in steps {
            match step {
                Step::Write { first, rows, taken_back, end } => {
                    let (writer, other) = if first { (&one, &other) } else { (&other, &one) };
                    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
                    put(writer, &rows);
                    writer.execute_batch("SAVEPOINT s").unwrap();
                    put(writer, &taken_back);
                    writer.execute_batch("ROLLBACK TO s").unwrap();
                    put(writer, &rows);
                    prop_assert_eq!(&stored(other), &expected, "before the commit");
                    match end {
                        End::Together => coalescing::together(|| writer.execute_batch("COMMIT")).unwrap(),
                        End::Straight => writer.execute_batch("COMMIT").unwrap(),
                        End::GivesUp => writer.execute_batch("ROLLBACK").unwrap(),
                    }
                    if !matches!(end, End::GivesUp) {
                        expected.extend(rows.iter().map(|(n, seed)| (*n, text(*seed))));
                    }
                }
                Step::Full(full) => {
                    one.pragma_update(None, "synchronous", if full { "FULL" } else { "NORMAL" }).unwrap();
                }
                Step::Checkpoint { anew } => {
                    let how = if anew { "PRAGMA wal_checkpoint(RESTART)" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
                    other.query_row(how, [], |_| Ok(())).unwrap();
                }
                Step::Reopen => (one, other) = (other, connect(&file)),
            }
            prop_assert_eq!(&stored(&other), &expected);
            prop_assert_eq!(&stored(&one), &expected);
        }
        let check: String = other.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        prop_assert_eq!(check, "ok");
        drop((one, other));
        let plain = connect(&file);
        prop_assert_eq!(&stored(&plain), &expected);
    }
}

#[test]
fn what_was_committed_is_in_the_files_before_anybody_closes_them() {
    let folder = tempfile::tempdir().unwrap();
    let writer = connect(&folder.path().join("t.sqlite"));
    writer.pragma_update(None, "synchronous", "NORMAL").unwrap();
    writer.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)").unwrap();
    for n in 0..40 {
        writer.execute_batch("BEGIN IMMEDIATE").unwrap();
        put(&writer, &[(n, 7_000 + n as u16), (n + 100, 3)]);
        coalescing::together(|| writer.execute_batch("COMMIT")).unwrap();
        // As a kill would leave them.
        let copies = tempfile::tempdir().unwrap();
        for name in ["t.sqlite", "t.sqlite-wal"] {
            std::fs::copy(folder.path().join(name), copies.path().join(name)).unwrap();
        }
        assert_eq!(stored(&connect(&copies.path().join("t.sqlite"))), stored(&writer));
    }
}

#[test]
fn transactions_larger_than_the_system_takes_at_once_are_whole() {
    // The longest frames that there are, and many.
    for (page_bytes, rows) in [(65_536, 3), (4_096, 600)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.sqlite");
        let blank = Connection::open(&file).unwrap();
        blank.pragma_update(None, "page_size", page_bytes).unwrap();
        blank.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)").unwrap();
        drop(blank);
        let writer = connect(&file);
        writer.pragma_update(None, "cache_size", 10_000).unwrap();
        writer.execute_batch("BEGIN IMMEDIATE").unwrap();
        let long = (page_bytes - 100).to_string();
        for n in 0..rows {
            writer.execute("INSERT INTO t VALUES (?1, hex(zeroblob(?2 / 2)))", (n, &long)).unwrap();
        }
        coalescing::together(|| writer.execute_batch("COMMIT")).unwrap();
        let other = connect(&file);
        let check: String = other.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        let count: i64 = other.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!((check.as_str(), count), ("ok", rows), "pages of {page_bytes}");
    }
}

#[test]
fn what_was_given_up_is_not_written_over_what_others_commit_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.sqlite");
    let (one, other) = (connect(&file), connect(&file));
    one.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)").unwrap();
    for round in 0..12 {
        // So many rows that some are in the log before the end, and in each round another number.
        one.execute_batch("BEGIN IMMEDIATE").unwrap();
        put(&one, &(0..20 + round).map(|n| (n, 8_000)).collect::<Vec<_>>());
        one.execute_batch("ROLLBACK").unwrap();
        let rows: Vec<_> = (0..60).map(|n| (n, 7_000 + round as u16)).collect();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        put(&other, &rows);
        coalescing::together(|| other.execute_batch("COMMIT")).unwrap();
        one.execute_batch("BEGIN IMMEDIATE").unwrap();
        put(&one, &[(100 + round, 3)]);
        coalescing::together(|| one.execute_batch("COMMIT")).unwrap();
        let third = connect(&file);
        let check: String = third.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        let stored = stored(&third);
        assert!(rows.iter().all(|(n, seed)| stored[n] == text(*seed)));
        assert_eq!(stored.len(), 61 + round as usize);
    }
}

#[test]
fn behind_small_transactions_the_log_grows_in_few_steps() {
    let folder = tempfile::tempdir().unwrap();
    let writer = connect(&folder.path().join("t.sqlite"));
    writer.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)").unwrap();
    let mut sizes = Vec::new();
    for n in 0..200 {
        writer.execute_batch("BEGIN IMMEDIATE").unwrap();
        put(&writer, &[(n, 7_000)]);
        coalescing::together(|| writer.execute_batch("COMMIT")).unwrap();
        sizes.push(std::fs::metadata(folder.path().join("t.sqlite-wal")).unwrap().len());
    }
    sizes.dedup();
    assert!(sizes.len() < 30, "{sizes:?}");
}
