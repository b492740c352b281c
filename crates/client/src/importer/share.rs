//! How much of a file is read, told from thread to thread.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The share of a file that is read, in thousandths.
#[derive(Clone, Debug, Default)]
pub struct ShareRead(Arc<AtomicU32>);

impl ShareRead {
    /// In thousandths.
    pub fn permille(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, done: u64, all: u64) {
        let permille = (u128::from(done) * 1_000 / u128::from(all.max(1))).min(1_000);
        self.0.store(u32::try_from(permille).unwrap_or(1_000), Ordering::Relaxed);
    }
}

/// Counts the bytes that are read of a file.
pub(super) struct Counted<R> {
    pub source: R,
    pub done: u64,
    pub all: u64,
    pub share: ShareRead,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.source.read(out)?;
        self.done += got as u64;
        self.share.set(self.done, self.all);
        Ok(got)
    }
}
