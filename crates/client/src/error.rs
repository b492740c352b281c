//! What can go wrong on the device.

use domain::ipc::IpcError;
use domain::problem::{ErrorCode, Problem};

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure with a stable code.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Said by a rule, by the server, or by us, with what to do.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// SQLite refused.
    #[error("the cache on this computer cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// SQLite refused a save.
    #[error("the cache on this computer cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// What is stored cannot be read.
    #[error("the cache on this computer holds something that cannot be read: {0}")]
    Stored(#[from] serde_json::Error),
    /// A file or folder refused.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A table file refused.
    #[error("the file cannot be read: {0}")]
    Csv(#[from] csv::Error),
}

impl Error {
    /// A problem of ours.
    pub(crate) fn new(code: ErrorCode, title: impl Into<String>) -> Self {
        Self::Problem(Problem::new(code, title))
    }

    /// For programs.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Problem(problem) => problem.code,
            Self::Database(_) | Self::Sqlite(_) | Self::Stored(_) => ErrorCode::Storage,
            Self::Io(_) | Self::Csv(_) => ErrorCode::BadFile,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Problem(problem) => problem,
            other => Problem::new(other.code(), other.to_string()),
        }
    }
}

impl From<Error> for IpcError {
    fn from(error: Error) -> Self {
        Problem::from(error).into()
    }
}
