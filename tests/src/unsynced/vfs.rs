//! The layer under SQLite: the system's own file layer with a note before each write and after each sync.
//!
//! The system's layer opens each file; then the table of its methods is replaced by a copy with our write,
//! truncate, sync and close in place of its own. Nothing of the files is read past SQLite: closing a
//! second descriptor of a database would drop the locks of the first.

// SQLite is C: its file layer is tables of functions over raw pointers.
#![allow(unsafe_code)]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use libsqlite3_sys as sqlite;
use sqlite::{sqlite3_file, sqlite3_io_methods, sqlite3_vfs};

use super::journal::Journal;

/// Why the layer could not be put under SQLite.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The notes cannot be written.
    #[error("the notes of unsynced writes cannot be written: {0}")]
    Journal(#[from] std::io::Error),
    /// SQLite has no file layer, or another one of ours.
    #[error("SQLite refused the layer (code {0})")]
    Refused(c_int),
}

struct Layer {
    /// The system's own; SQLite never frees it.
    system: *mut sqlite3_vfs,
    state: Mutex<State>,
}

// The pointer is to a table that is never written after SQLite has started.
unsafe impl Send for Layer {}
unsafe impl Sync for Layer {}

struct State {
    journal: Journal,
    files: HashMap<usize, OpenFile>,
    /// Our copy of each table of methods that the system's layer uses.
    tables: HashMap<usize, &'static sqlite3_io_methods>,
}

#[derive(Clone)]
struct OpenFile {
    path: PathBuf,
    system: &'static sqlite3_io_methods,
}

static LAYER: OnceLock<Layer> = OnceLock::new();

/// Puts the layer under every connection that this process opens from now on.
///
/// # Errors
/// When the notes cannot be begun or SQLite refuses.
pub fn install(log: &Path) -> Result<(), InstallError> {
    let journal = Journal::begin(log)?;
    // SAFETY: SQLite may be initialised at any time; a null name asks for the default layer.
    let system = unsafe {
        sqlite::sqlite3_initialize();
        sqlite::sqlite3_vfs_find(std::ptr::null())
    };
    if system.is_null() {
        return Err(InstallError::Refused(sqlite::SQLITE_ERROR));
    }
    let state = Mutex::new(State { journal, files: HashMap::new(), tables: HashMap::new() });
    if LAYER.set(Layer { system, state }).is_err() {
        return Err(InstallError::Refused(sqlite::SQLITE_MISUSE));
    }
    // SAFETY: the copy lives as long as the process, and keeps all that the system's functions look up in it.
    let code = unsafe {
        let mut ours = *system;
        ours.zName = c"unsynced".as_ptr();
        ours.pNext = std::ptr::null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        sqlite::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1)
    };
    if code == sqlite::SQLITE_OK { Ok(()) } else { Err(InstallError::Refused(code)) }
}

/// Does something with the layer's state; an answer of SQLite.
fn with(act: impl FnOnce(&Layer, &mut State) -> c_int) -> c_int {
    let Some(layer) = LAYER.get() else { return sqlite::SQLITE_INTERNAL };
    act(layer, &mut layer.state.lock().unwrap_or_else(PoisonError::into_inner))
}

fn noted(result: std::io::Result<()>) -> c_int {
    if result.is_ok() { sqlite::SQLITE_OK } else { sqlite::SQLITE_IOERR }
}

fn known(state: &State, file: *mut sqlite3_file) -> Option<OpenFile> {
    state.files.get(&(file as usize)).cloned()
}

/// Does something with an open file; SQLite only calls with files that [`open`] has seen.
fn on(file: *mut sqlite3_file, act: impl FnOnce(&mut State, &OpenFile) -> c_int) -> c_int {
    with(|_, state| match known(state, file) {
        Some(open) => act(state, &open),
        None => sqlite::SQLITE_INTERNAL,
    })
}

/// Calls the system's method, if it has it.
macro_rules! system {
    ($method:expr, $($argument:expr),+) => {
        match $method {
            // SAFETY: the arguments are those that SQLite gave for this file.
            Some(method) => unsafe { method($($argument),+) },
            None => sqlite::SQLITE_INTERNAL,
        }
    };
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    const WATCHED: c_int = sqlite::SQLITE_OPEN_MAIN_DB | sqlite::SQLITE_OPEN_MAIN_JOURNAL | sqlite::SQLITE_OPEN_WAL;
    with(|layer, state| {
        // SAFETY: the layer's own table, and SQLite's arguments.
        let code = system!(unsafe { (*layer.system).xOpen }, layer.system, name, file, flags, out);
        if code != sqlite::SQLITE_OK || flags & WATCHED == 0 || name.is_null() {
            return code;
        }
        // SAFETY: the file was opened, so its table is set; tables of the system's layer are constants.
        let system: &'static sqlite3_io_methods = unsafe { &*(*file).pMethods };
        let ours = *state.tables.entry(std::ptr::from_ref(system) as usize).or_insert_with(|| {
            let mut ours = *system;
            ours.xWrite = Some(write);
            ours.xTruncate = Some(truncate);
            ours.xSync = Some(sync);
            ours.xClose = Some(close);
            Box::leak(Box::new(ours))
        });
        // SAFETY: SQLite's names end with a zero byte, and nobody else uses the file yet.
        let path = unsafe {
            (*file).pMethods = ours;
            path_of(name)
        };
        state.files.insert(file as usize, OpenFile { path, system });
        code
    })
}

/// # Safety
/// `name` ends with a zero byte.
unsafe fn path_of(name: *const c_char) -> PathBuf {
    // SAFETY: as the caller says.
    let name = unsafe { CStr::from_ptr(name) };
    PathBuf::from(String::from_utf8_lossy(name.to_bytes()).into_owned())
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    with(|layer, state| {
        // SAFETY: the layer's own table, and SQLite's arguments.
        let code = system!(unsafe { (*layer.system).xDelete }, layer.system, name, sync_folder);
        // SAFETY: SQLite's names end with a zero byte.
        let forgotten = state.journal.synced(&unsafe { path_of(name) });
        if code == sqlite::SQLITE_OK { noted(forgotten) } else { code }
    })
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    on(file, |state, open| {
        state.files.remove(&(file as usize));
        system!(open.system.xClose, file)
    })
}

/// The file's size, and what it holds from `at`, as far as it reaches.
fn content(open: &OpenFile, file: *mut sqlite3_file, at: i64, length: i64) -> Option<(i64, Vec<u8>)> {
    let mut size = 0;
    if system!(open.system.xFileSize, file, &raw mut size) != sqlite::SQLITE_OK {
        return None;
    }
    let length = length.min(size - at).max(0);
    let mut old = vec![0_u8; usize::try_from(length).ok()?];
    let code = match c_int::try_from(length).ok()? {
        0 => sqlite::SQLITE_OK,
        amount => system!(open.system.xRead, file, old.as_mut_ptr().cast(), amount, at),
    };
    (code == sqlite::SQLITE_OK).then_some((size, old))
}

unsafe extern "C" fn write(file: *mut sqlite3_file, bytes: *const c_void, amount: c_int, at: i64) -> c_int {
    on(file, |state, open| {
        let Some((size, old)) = content(open, file, at, amount.into()) else { return sqlite::SQLITE_IOERR };
        // SAFETY: SQLite gives `amount` bytes.
        let new = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), amount as usize) };
        match noted(state.journal.written(&open.path, at as u64, size as u64, &old, new)) {
            sqlite::SQLITE_OK => system!(open.system.xWrite, file, bytes, amount, at),
            failed => failed,
        }
    })
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, at: i64) -> c_int {
    on(file, |state, open| {
        let Some((size, old)) = content(open, file, at, i64::MAX) else { return sqlite::SQLITE_IOERR };
        match noted(state.journal.cut_off(&open.path, at as u64, size as u64, &old)) {
            sqlite::SQLITE_OK => system!(open.system.xTruncate, file, at),
            failed => failed,
        }
    })
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    on(file, |state, open| match system!(open.system.xSync, file, flags) {
        sqlite::SQLITE_OK => noted(state.journal.synced(&open.path)),
        failed => failed,
    })
}
