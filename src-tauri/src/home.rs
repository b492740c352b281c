//! Where the data folder is, and how a second start finds the window that has it open.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use domain::{ErrorCode, Problem};

/// A second start leaves this file; the open window takes it away and comes to the front.
const RAISE: &str = "raise";

/// The data folder: the given one, else the user's own for this program.
///
/// # Errors
/// `storage` where the user has no home.
pub fn folder(given: Option<&Path>) -> Result<PathBuf, Problem> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    ProjectDirs::from("", "", "merchant-console")
        .map(|dirs| dirs.data_dir().to_owned())
        .ok_or_else(|| Problem::new(ErrorCode::Storage, "this user has no home folder: name a data folder with --home"))
}

/// Asks the open window to come to the front.
///
/// # Errors
/// `storage` if the folder cannot be written.
pub fn ask_to_raise(home: &Path) -> Result<(), Problem> {
    std::fs::write(home.join(RAISE), b"")
        .map_err(|error| Problem::new(ErrorCode::Storage, format!("the open window cannot be reached: {error}")))
}

/// Was the window asked to come to the front since the last look?
pub fn asked_to_raise(home: &Path) -> bool {
    std::fs::remove_file(home.join(RAISE)).is_ok()
}
