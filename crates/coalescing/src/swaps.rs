//! Commits that take no longer because two pages changed places.
//!
//! When SQLite spreads rows over pages anew, it may give two pages each other's number, and one of them the number of the
//! page that no file has for a moment: that of the lock byte at 1 GiB (<https://www.sqlite.org/fileformat2.html>, §1.5).
//! Its cache then believes that it had a page of so high a number, looks at the commit for pages behind the end of the
//! file, and finds none after going through all that it holds: a tenth of what saves compute went there. Here the page
//! that changes its number is number 0 for that moment, which no page is either.

// SQLite is C: its page cache is a table of functions over raw pointers.
#![allow(unsafe_code)]

use std::ffi::c_uint;
use std::sync::OnceLock;

use libsqlite3_sys as sqlite;
use sqlite::{sqlite3_pcache, sqlite3_pcache_methods2, sqlite3_pcache_page};

/// The lock byte's place in a file, in bytes.
const LOCK_BYTE: u64 = 1 << 30;

type Rekey = unsafe extern "C" fn(*mut sqlite3_pcache, *mut sqlite3_pcache_page, c_uint, c_uint);

static BELOW: OnceLock<Rekey> = OnceLock::new();

/// Changes the page cache of this process so. Before SQLite is initialised: afterwards it refuses, and commits take
/// longer, as before.
pub(crate) fn install() {
    // SAFETY: SQLite fills the table; all its fields may be zero.
    let mut methods: sqlite3_pcache_methods2 = unsafe { std::mem::zeroed() };
    // SAFETY: this call takes one pointer to such a table. Should another thread initialise SQLite at the same time, it
    // finds the very same functions but one, of which either will do.
    unsafe {
        if sqlite::sqlite3_config(sqlite::SQLITE_CONFIG_GETPCACHE2, &raw mut methods) != sqlite::SQLITE_OK {
            return;
        }
        if let Some(below) = methods.xRekey
            && BELOW.set(below).is_ok()
        {
            methods.xRekey = Some(rekey);
            sqlite::sqlite3_config(sqlite::SQLITE_CONFIG_PCACHE2, &raw mut methods);
        }
    }
}

/// The number that no page has, for pages of so many bytes and a little more.
fn lock_page(bytes: usize) -> Option<c_uint> {
    let page_bytes = 1_u64 << bytes.checked_ilog2()?;
    c_uint::try_from(LOCK_BYTE / page_bytes + 1).ok()
}

unsafe extern "C" fn rekey(cache: *mut sqlite3_pcache, page: *mut sqlite3_pcache_page, old: c_uint, new: c_uint) {
    // SAFETY: SQLite calls with a page of its cache. Behind the page's bytes stand the few of its own, then the others.
    let bytes = unsafe { (*page).pExtra.addr().saturating_sub((*page).pBuf.addr()) };
    let lock = lock_page(bytes);
    let number = |number: c_uint| if Some(number) == lock { 0 } else { number };
    if let Some(below) = BELOW.get() {
        #[cfg(test)]
        tests::note(number(new) == 0);
        // SAFETY: the arguments are SQLite's own; a page is put under 0 and taken from there before anything is looked up.
        unsafe { below(cache, page, number(old), number(new)) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;
    use rusqlite::{Connection, params};

    use super::*;

    static SWAPS: AtomicU64 = AtomicU64::new(0);

    pub(super) fn note(is_swap: bool) {
        SWAPS.fetch_add(u64::from(is_swap), Ordering::Relaxed);
    }

    #[test]
    fn the_page_of_the_lock_byte_is_that_of_the_file_format() {
        for (bytes, page) in [(4_096 + 64, 262_145), (1_024 + 56, 1_048_577), (65_536 + 64, 16_385)] {
            assert_eq!(lock_page(bytes), Some(page), "{bytes}");
        }
        assert_eq!(lock_page(0), None);
    }

    fn model() -> impl Strategy<Value = Vec<(u16, u16)>> {
        prop::collection::vec((0..2_000_u16, 1..3_000_u16), 400..800)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Rows come and grow in no order, each in a transaction, in pages of any size.
        #[test]
        fn pages_that_change_places_keep_what_they_hold(rows in model(), page_bits in 9..16_u32) {
            crate::install().unwrap();
            let before = SWAPS.load(Ordering::Relaxed);
            let home = tempfile::tempdir().unwrap();
            let db = Connection::open(home.path().join("db")).unwrap();
            db.pragma_update(None, "page_size", 1_u32 << page_bits).unwrap();
            db.pragma_update(None, "journal_mode", "WAL").unwrap();
            db.pragma_update(None, "synchronous", "OFF").unwrap();
            // The cache holds few of them, so that they are also read again.
            db.pragma_update(None, "cache_size", 40).unwrap();
            db.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, body BLOB); CREATE INDEX i ON t (body, n)").unwrap();
            let mut put = db.prepare("INSERT INTO t VALUES (?1, ?2) ON CONFLICT (n) DO UPDATE SET body = ?2").unwrap();
            let mut shall = BTreeMap::new();
            for (n, bytes) in rows {
                let body = vec![n as u8; usize::from(bytes)];
                put.execute(params![n, body]).unwrap();
                shall.insert(n, body);
            }
            let check: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            prop_assert_eq!(check, "ok");
            let mut all = db.prepare("SELECT n, body FROM t ORDER BY n").unwrap();
            let is = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            prop_assert_eq!(is.collect::<rusqlite::Result<BTreeMap<u16, Vec<u8>>>>().unwrap(), shall);
            // Few large pages need not.
            prop_assert!(page_bits > 12 || SWAPS.load(Ordering::Relaxed) > before, "no page changed places");
        }
    }
}
