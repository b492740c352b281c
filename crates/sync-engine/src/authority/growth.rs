//! How far a record may grow: so that whoever may see it can still be sent it, and edit it.

use std::io;

use domain::edit::{Edit, Write};
use domain::problem::{ErrorCode, Problem};
use domain::record::Record;
use domain::role::Role;

use super::BASE_DEVICES_MAX;

/// The most bytes that a record may have, canonical, by the bound that an edit is examined with (docs/sync-protocol.md, section 6).
pub const RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What a write adds to a record beside value, base value and base, in bytes: dots, names, who made it.
const WRITE_BYTES: usize = 512;
/// The most devices of a record's version. Whoever edits next has seen all of them, and names itself.
pub const RECORD_DEVICES_MAX: usize = BASE_DEVICES_MAX - 1;
/// The same, of edits by roles that may not review: the others can still edit, and delete, what these filled.
pub const RECORD_DEVICES_MAX_OF_MERCHANTS: usize = 2048;

/// The longest canonical text of an entry of a version vector, in bytes: `"16 hexadecimal digits":19 digits,`.
const ENTRY_BYTES_MAX: usize = 39;
/// The longest canonical text of a candidate with both values, and of who made it, in bytes.
const CANDIDATE_BYTES_MAX: usize = 2 * domain::value::VALUE_BYTES_MAX + 2048;

/// Would this make a record larger than it may be? The bound is what is there and what is added, whatever is taken away.
pub(super) fn check(record: &Record, is_new: bool, edit: &Edit, writes: &[Write], role: Role) -> Result<(), Problem> {
    if may_exceed_bytes(record, edit, writes) {
        let there = if is_new { 0 } else { bytes(record) };
        let values: usize = writes.iter().map(|write| bytes(&write.value) + bytes(&write.base_value)).sum();
        if there + values + writes.len() * (bytes(&edit.base) + WRITE_BYTES) > RECORD_BYTES_MAX {
            return Err(Problem::new(
                ErrorCode::TooLarge,
                "this merchant would have more data than can be sent: at most 4 MiB; settle or shorten what is there first",
            ));
        }
    }
    let most = if role.may_review() { RECORD_DEVICES_MAX } else { RECORD_DEVICES_MAX_OF_MERCHANTS };
    if devices_at_most(record, edit) > most {
        let before = record.version();
        let mut after = before.clone();
        after.join(&edit.base);
        after.add(edit.dot);
        if after.len() > most.max(before.len()) {
            return Err(Problem::new(
                ErrorCode::TooLarge,
                "more devices have edited this merchant than can be kept apart: operations must enter it anew",
            ));
        }
    }
    Ok(())
}

/// Looks only at numbers of things, which almost always are few.
fn may_exceed_bytes(record: &Record, edit: &Edit, writes: &[Write]) -> bool {
    let registers = record.registers.values();
    let (candidates, seen) =
        registers.fold((0, 0), |(candidates, seen), r| (candidates + r.siblings.len(), seen + r.context.len()));
    let entries = seen + writes.len() * edit.base.len();
    (candidates + writes.len()) * CANDIDATE_BYTES_MAX + entries * ENTRY_BYTES_MAX > RECORD_BYTES_MAX
}

fn devices_at_most(record: &Record, edit: &Edit) -> usize {
    let seen: usize = record.registers.values().map(|register| register.context.len()).sum();
    record.edits.len() + seen + edit.base.len() + 1
}

/// The length of the canonical text, without making it.
fn bytes(value: &impl serde::Serialize) -> usize {
    struct Counted(usize);
    impl io::Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counted = Counted(0);
    serde_json::to_writer(&mut counted, value).map_or(usize::MAX, |()| counted.0)
}
