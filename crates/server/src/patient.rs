//! A stream whose writing side is given up when nobody takes what is written.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How long nothing may go out while something wants to.
const STALLED_FOR: Duration = Duration::from_secs(60);

/// A stream that fails a write which makes no progress for a minute.
pub struct Patient<S> {
    stream: S,
    /// Runs while a write waits.
    until: Pin<Box<Sleep>>,
    waiting: bool,
}

impl<S> Patient<S> {
    /// A stream with patience.
    pub fn new(stream: S) -> Self {
        Self { stream, until: Box::pin(tokio::time::sleep(STALLED_FOR)), waiting: false }
    }

    fn judge<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.waiting = false;
            return done;
        }
        if !self.waiting {
            self.waiting = true;
            self.until.as_mut().reset(Instant::now() + STALLED_FOR);
        }
        self.until.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.judge(cx, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.judge(cx, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(cx);
        self.judge(cx, done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.judge(cx, done)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_is_waited_for_and_who_does_not_read_is_given_up() {
        let (mut reader, stream) = tokio::io::duplex(8);
        let mut writer = Patient::new(stream);
        let begun = Instant::now();
        let writing = tokio::spawn(async move {
            let slow = writer.write_all(&[1; 64]).await;
            let stalled = writer.write_all(&[2; 64]).await;
            (slow, stalled)
        });
        for _ in 0..8 {
            tokio::time::advance(STALLED_FOR * 9 / 10).await;
            reader.read_exact(&mut [0; 8]).await.unwrap();
        }
        let (slow, stalled) = writing.await.unwrap();
        assert!(slow.is_ok());
        assert_eq!(stalled.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= STALLED_FOR * 8);
    }
}
