//! A source of bytes of which one piece takes no more than its share: what has no end is not gathered in memory.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many bytes the next piece may take. Held by who knows where pieces end.
#[derive(Clone)]
pub(super) struct Allowance {
    most: usize,
    left: Arc<AtomicUsize>,
}

impl Allowance {
    /// So many bytes a piece.
    pub fn new(most: usize) -> Self {
        Self { most, left: Arc::new(AtomicUsize::new(most)) }
    }
    /// A piece ends, another begins.
    pub fn renew(&self) {
        self.left.store(self.most, Ordering::Relaxed);
    }
    /// Is this the error of a piece that took all?
    pub fn is_spent(error: &io::Error) -> bool {
        error.kind() == ErrorKind::FileTooLarge
    }
}

/// Bytes under an [`Allowance`].
pub(super) struct Bounded<R> {
    source: R,
    allowance: Allowance,
}

impl<R> Bounded<R> {
    pub fn new(source: R, allowance: &Allowance) -> Self {
        Self { source, allowance: allowance.clone() }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.left.load(Ordering::Relaxed);
        if left == 0 && !out.is_empty() {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let most = out.len().min(left);
        let got = self.source.read(&mut out[..most])?;
        self.allowance.left.store(left - got, Ordering::Relaxed);
        Ok(got)
    }
}
