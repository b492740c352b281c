//! How much of a file is read, told from thread to thread.

use std::io::{self, ErrorKind, Read};
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

/// Counts the bytes that are read of a file. One that ends before its time has been changed meanwhile: what was read of
/// it is not all of it.
pub(super) struct Counted<R> {
    pub source: R,
    pub done: u64,
    pub all: u64,
    pub share: ShareRead,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.source.read(out)?;
        if got == 0 && !out.is_empty() && self.done < self.all {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.done += got as u64;
        self.share.set(self.done, self.all);
        Ok(got)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_gets_shorter_while_it_is_read_is_no_shorter_file() {
        let counted = |all| Counted { source: &b"a,b\nc"[..], done: 0, all, share: ShareRead::default() };
        let mut text = String::new();
        assert_eq!(counted(5).read_to_string(&mut text).unwrap(), 5);
        assert_eq!(counted(6).read_to_string(&mut text).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}
