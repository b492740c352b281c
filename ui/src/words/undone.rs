//! What became of an undo.

use domain::ipc::Undone;

use crate::i18n::{bulk, everywhere, grouped};

/// What a person is told about taking a bulk edit back.
pub fn undone_text(done: Undone) -> String {
    if done.cancelled {
        bulk::undo_stopped(done.undone)
    } else if done.left == 0 {
        everywhere::undone().to_owned()
    } else {
        everywhere::undone_left(done.undone, grouped(done.left))
    }
}
