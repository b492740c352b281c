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
    /// Writes rows, keeps those behind a savepoint or takes them back, and commits or gives up.
    Write {
        rows: Vec<(i64, u16)>,
        taken_back: Vec<(i64, u16)>,
        gives_up: bool,
    },
    Full(bool),
    Checkpoint {
        anew: bool,
    },
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let rows = || proptest::collection::vec((0..300_i64, any::<u16>()), 0..120);
    prop_oneof![
        6 => (rows(), rows(), proptest::bool::weighted(0.2))
            .prop_map(|(rows, taken_back, gives_up)| Step::Write { rows, taken_back, gives_up }),
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
        let mut writer = connect(&file);
        writer.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL); CREATE INDEX i ON t (text)").unwrap();
        let mut other = connect(&file);
        let mut expected = BTreeMap::new();
        for step in steps {
            match step {
                Step::Write { rows, taken_back, gives_up } => {
                    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
                    put(&writer, &rows);
                    writer.execute_batch("SAVEPOINT s").unwrap();
                    put(&writer, &taken_back);
                    writer.execute_batch("ROLLBACK TO s").unwrap();
                    put(&writer, &rows);
                    prop_assert_eq!(&stored(&other), &expected, "before the commit");
                    if gives_up {
                        writer.execute_batch("ROLLBACK").unwrap();
                    } else {
                        writer.execute_batch("COMMIT").unwrap();
                        expected.extend(rows.iter().map(|(n, seed)| (*n, text(*seed))));
                    }
                }
                Step::Full(full) => {
                    writer.pragma_update(None, "synchronous", if full { "FULL" } else { "NORMAL" }).unwrap();
                }
                Step::Checkpoint { anew } => {
                    let how = if anew { "PRAGMA wal_checkpoint(RESTART)" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
                    other.query_row(how, [], |_| Ok(())).unwrap();
                }
                // Each writes in turn.
                Step::Reopen => (writer, other) = (other, connect(&file)),
            }
            prop_assert_eq!(&stored(&other), &expected);
            prop_assert_eq!(&stored(&writer), &expected);
        }
        let check: String = other.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        prop_assert_eq!(check, "ok");
        drop((writer, other));
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
        put(&writer, &[(n, 7_000 + n as u16), (n + 100, 3)]);
        // As a kill would leave them.
        let copies = tempfile::tempdir().unwrap();
        for name in ["t.sqlite", "t.sqlite-wal"] {
            std::fs::copy(folder.path().join(name), copies.path().join(name)).unwrap();
        }
        assert_eq!(stored(&connect(&copies.path().join("t.sqlite"))), stored(&writer));
    }
}
