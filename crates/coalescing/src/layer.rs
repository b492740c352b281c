//! The layer as SQLite knows it: tables of functions (<https://www.sqlite.org/vfs.html>). Only the write-ahead log has
//! ours; all other files are the system's own.

// SQLite is C: its file layer is tables of functions over raw pointers.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, c_void};
use std::mem::size_of;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use libsqlite3_sys as sqlite;
use sqlite::{sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

use crate::commit;
use crate::gathered::{Gathered, Log};

/// Why SQLite goes on without the layer. Nothing is lost by it but time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("SQLite refused the layer that gathers writes to its log (code {0})")]
pub struct Refused(c_int);

/// The layer below: the one that was SQLite's choice before.
struct Below(*mut sqlite3_vfs);

// SAFETY: SQLite never frees or changes a layer that is registered, and its functions may be called on any thread.
unsafe impl Send for Below {}
// SAFETY: as above.
unsafe impl Sync for Below {}

static BELOW: OnceLock<Result<Below, Refused>> = OnceLock::new();

/// Puts the layer under every connection that this process opens from now on. Once is enough, more often does no harm.
///
/// # Errors
/// If SQLite refuses: then nothing changes.
pub fn install() -> Result<(), Refused> {
    BELOW.get_or_init(register).as_ref().map(|_| ()).map_err(|refused| *refused)
}

fn register() -> Result<Below, Refused> {
    crate::swaps::install();
    // SAFETY: SQLite may be initialised at any time; a null name asks for its choice.
    let below = unsafe {
        sqlite::sqlite3_initialize();
        sqlite::sqlite3_vfs_find(null())
    };
    if below.is_null() {
        return Err(Refused(sqlite::SQLITE_ERROR));
    }
    // SAFETY: the copy lives as long as the process, and keeps all that the functions of the layer below look up in it.
    let code = unsafe {
        let mut ours = *below;
        ours.zName = c"coalescing".as_ptr();
        ours.pNext = null_mut();
        ours.szOsFile += size_of::<LogFile>() as c_int;
        ours.xOpen = Some(open);
        sqlite::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1)
    };
    if code == sqlite::SQLITE_OK { Ok(Below(below)) } else { Err(Refused(code)) }
}

/// A log, in the memory that SQLite gives for a file. The file of the layer below follows it there.
#[repr(C)]
struct LogFile {
    ours: sqlite3_file,
    gathered: *mut Gathered,
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Without what only a database has: shared memory and pages that are mapped.
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// What the system's layer takes at once: of 131,072 bytes and more it writes the remainder.
const WRITE_BYTES_MAX: usize = 128_000;

/// The file of the layer below.
struct Under(*mut sqlite3_file);

/// Calls a method of the layer below.
macro_rules! below {
    ($under:expr, $method:ident $(, $argument:expr)*) => {{
        let file = $under.0;
        // SAFETY: the file is open, so its table is set; the arguments are those that SQLite gave for it.
        match unsafe { (*(*file).pMethods).$method } {
            // SAFETY: as above.
            Some(method) => unsafe { method(file $(, $argument)*) },
            None => sqlite::SQLITE_INTERNAL,
        }
    }};
}

impl Log for Under {
    fn write(&mut self, bytes: &[u8], at: u64) -> Result<(), c_int> {
        let mut at = at.cast_signed();
        for piece in bytes.chunks(WRITE_BYTES_MAX) {
            let amount = piece.len() as c_int;
            match below!(self, xWrite, piece.as_ptr().cast(), amount, at) {
                sqlite::SQLITE_OK => at += sqlite3_int64::from(amount),
                code => return Err(code),
            }
        }
        Ok(())
    }
}

/// # Safety
/// `file` is of [`open`], as a log.
unsafe fn under(file: *mut sqlite3_file) -> Under {
    // SAFETY: the memory is that of both.
    Under(unsafe { file.cast::<LogFile>().add(1) }.cast())
}

/// Does something with a log and what waits for it.
///
/// # Safety
/// `file` is of [`open`], as a log; SQLite uses it on one thread at a time.
unsafe fn on(file: *mut sqlite3_file, act: impl FnOnce(&mut Gathered, Under) -> c_int) -> c_int {
    // SAFETY: as the caller says; nobody else has the pointer.
    unsafe { act(&mut *(*file.cast::<LogFile>()).gathered, under(file)) }
}

fn code(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(sqlite::SQLITE_OK)
}

/// What waits is brought to the file first.
///
/// # Safety
/// As [`on`].
unsafe fn after_flush(file: *mut sqlite3_file, act: impl FnOnce(Under) -> c_int) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        on(file, |gathered, mut under| match gathered.flush(&mut under, commit::under_way()) {
            Ok(()) => act(under),
            Err(code) => code,
        })
    }
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // Another thread may open a file in the moment between the registration and its note.
    let Ok(Below(vfs)) = BELOW.wait() else { return sqlite::SQLITE_CANTOPEN };
    // SAFETY: a registered layer.
    let Some(open) = (unsafe { (**vfs).xOpen }) else { return sqlite::SQLITE_CANTOPEN };
    if flags & sqlite::SQLITE_OPEN_WAL == 0 {
        // SAFETY: SQLite's own arguments; the memory is larger than the layer below needs.
        return unsafe { open(*vfs, name, file, flags, out) };
    }
    // SAFETY: SQLite gave memory for both files, and calls no method where the table is null.
    let (code, under, has_methods) = unsafe {
        (*file).pMethods = null();
        let under = under(file);
        (*under.0).pMethods = null();
        let code = open(*vfs, name, under.0, flags, out);
        let has_methods = !(*under.0).pMethods.is_null();
        (code, under, has_methods)
    };
    if code != sqlite::SQLITE_OK {
        // What could not be opened is closed if the layer below wants that. SQLite does not know of this file.
        if has_methods {
            below!(under, xClose);
        }
        return code;
    }
    let safe = below!(under, xDeviceCharacteristics) & sqlite::SQLITE_IOCAP_POWERSAFE_OVERWRITE != 0;
    let mut end = 0;
    // If it cannot be asked now, it is taken for shorter than it is.
    below!(under, xFileSize, &raw mut end);
    let gathered = Box::new(if safe { Gathered::of(end.max(0).cast_unsigned()) } else { Gathered::straight() });
    // SAFETY: as above.
    unsafe {
        (*file.cast::<LogFile>()).gathered = Box::into_raw(gathered);
        (*file).pMethods = &raw const METHODS;
    }
    sqlite::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a log that it has opened, once.
    let (flushed, under) = unsafe {
        let flushed = after_flush(file, |_| sqlite::SQLITE_OK);
        drop(Box::from_raw((*file.cast::<LogFile>()).gathered));
        (*file).pMethods = null();
        (flushed, under(file))
    };
    let closed = below!(under, xClose);
    if closed == sqlite::SQLITE_OK { flushed } else { closed }
}

unsafe extern "C" fn read(file: *mut sqlite3_file, into: *mut c_void, amount: c_int, at: sqlite3_int64) -> c_int {
    let act = |gathered: &mut Gathered, mut under: Under| match gathered.read(
        &mut under,
        commit::under_way(),
        at.cast_unsigned(),
    ) {
        Ok(()) => below!(under, xRead, into, amount, at),
        Err(code) => code,
    };
    // SAFETY: a log that is open.
    unsafe { on(file, act) }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, bytes: *const c_void, amount: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives `amount` bytes.
    unsafe {
        let bytes = std::slice::from_raw_parts(bytes.cast::<u8>(), amount as usize);
        on(file, |gathered, mut under| code(gathered.write(&mut under, commit::under_way(), bytes, at.cast_unsigned())))
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    let act = |gathered: &mut Gathered, mut under: Under| match gathered.flush(&mut under, commit::under_way()) {
        Ok(()) => {
            gathered.cut(size.max(0).cast_unsigned());
            below!(under, xTruncate, size)
        }
        Err(code) => code,
    };
    // SAFETY: a log that is open.
    unsafe { on(file, act) }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    let act = |under: Under| below!(under, xSync, flags);
    // SAFETY: a log that is open.
    unsafe { after_flush(file, act) }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    let act = |under: Under| below!(under, xFileSize, size);
    // SAFETY: a log that is open.
    unsafe { after_flush(file, act) }
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, kind: c_int) -> c_int {
    // SAFETY: a log that is open.
    let under = unsafe { under(file) };
    below!(under, xLock, kind)
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, kind: c_int) -> c_int {
    // SAFETY: a log that is open.
    let under = unsafe { under(file) };
    below!(under, xUnlock, kind)
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: a log that is open.
    let under = unsafe { under(file) };
    below!(under, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(file: *mut sqlite3_file, what: c_int, value: *mut c_void) -> c_int {
    let act = |under: Under| below!(under, xFileControl, what, value);
    // SAFETY: a log that is open.
    unsafe { after_flush(file, act) }
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    // SAFETY: a log that is open.
    let under = unsafe { under(file) };
    below!(under, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    // SAFETY: a log that is open.
    let under = unsafe { under(file) };
    below!(under, xDeviceCharacteristics)
}
