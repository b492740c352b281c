//! What the targets share: a file on its way through the importer, and what must hold of every reading.

use std::fmt::Debug;
use std::path::Path;
use std::process::abort;

use client::cache::Cache;
use client::importer::{self, ImportOptions};
use domain::ErrorCode;
use reading::Finding;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// An importer over an empty cache.
pub struct Importer {
    runtime: Runtime,
    cache: Cache,
    home: TempDir,
}

impl Importer {
    /// Opens the cache.
    ///
    /// # Panics
    /// Without a folder for temporary files.
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads");
        let cache = runtime.block_on(Cache::open(home.path())).expect("a cache");
        Self { runtime, cache, home }
    }

    /// Looks at a file and imports it dry. Nothing but the file may be blamed for a refusal.
    ///
    /// # Panics
    /// On a finding.
    pub fn import(&self, bytes: &[u8]) {
        let path = self.home.path().join("table");
        std::fs::write(&path, bytes).expect("the file");
        self.runtime.block_on(self.look_and_import(&path));
    }

    async fn look_and_import(&self, path: &Path) {
        let mut options = ImportOptions::new(path, "fuzz");
        options.request.dry_run = true;
        refused_for_the_file(importer::preview(&self.cache, &options.request).await);
        let mut last = 0;
        let done = importer::import(&self.cache, None, &options, &mut |row| {
            assert_eq!(row.row, last + 1, "rows are numbered through");
            last = row.row;
            true
        })
        .await;
        if let Some(summary) = refused_for_the_file(done) {
            assert_eq!(summary.counts.values().sum::<u64>(), last, "each row is counted once");
            assert_eq!(summary.file.data_records, last);
        }
    }
}

impl Default for Importer {
    fn default() -> Self {
        Self::new()
    }
}

fn refused_for_the_file<T>(done: Result<T, client::Error>) -> Option<T> {
    match done {
        Ok(found) => Some(found),
        Err(error) => {
            let problem = domain::Problem::from(error);
            assert!(matches!(problem.code, ErrorCode::BadFile | ErrorCode::BadRequest), "{problem:?}");
            None
        }
    }
}

/// Lets the libraries that read workbooks panic: the importer refuses the file then. Every other panic is a finding.
pub fn libraries_may_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let file = panic.location().map_or("", |location| location.file());
        if !["/calamine-", "/zip-", "/quick-xml-", "/library/"].iter().any(|library| file.contains(library)) {
            eprintln!("{panic}");
            abort();
        }
    }));
}

/// A text, if the bytes are one.
pub fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A text is read or refused, never both, and every finding says something; what was read is read again as the same.
///
/// # Panics
/// On a finding.
pub fn reads_once_and_for_all(fields: &[&str], typed: &str) {
    let schema = domain::schema::Schema::default();
    for field in fields {
        let checked = reading::check(&schema, field, typed);
        assert_eq!(checked.ok, checked.errors.is_empty(), "{field} {typed:?}");
        for finding in checked.errors.iter().chain(&checked.warnings) {
            says_something(finding);
        }
        let Ok(path) = domain::FieldPath::new(*field) else { continue };
        if let Ok((value, warnings)) = reading::register(&schema, &path, typed) {
            warnings.iter().for_each(says_something);
            assert_eq!(domain::validate::normalise(&path, &value).as_ref(), Ok(&value), "{field} {typed:?}");
            if let Some(stored) = value.as_str() {
                match reading::register(&schema, &path, stored) {
                    // North of 72 degrees two plain numbers are taken for a place in China, longitude first, and said so.
                    Ok((_, warnings)) if warnings.iter().any(|warning| warning.code == ErrorCode::Swapped) => {}
                    again => assert_eq!(again.map(|(value, _)| value).as_ref(), Ok(&value), "{field} {typed:?}"),
                }
            }
        }
    }
}

/// A message for people: not empty, and short whatever was typed.
///
/// # Panics
/// On a finding.
pub fn says_something(finding: &Finding) {
    let length = finding.message.chars().count();
    assert!((10..=600).contains(&length), "{finding:?}");
}

/// Equal, or a finding that shows both.
///
/// # Panics
/// On a finding.
pub fn is_same<T: PartialEq + Debug>(a: &T, b: &T, of: &impl Debug) {
    assert!(a == b, "{a:#?}\n{b:#?}\nof {of:?}");
}
