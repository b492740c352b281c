//! Connections: accepted up to a bound, and given up when nothing comes or goes any more.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::patient::Patient;

/// How long a connection may stay without the whole head of its next request: longer than a device keeps one that it does
/// not use, so that none sends on a connection which is just being closed.
const HEAD_WITHIN: Duration = Duration::from_secs(75);
/// Connections at the same time: those that listen to wake-ups, and others beside them.
const CONNECTIONS_MAX: usize = 12_000;
/// File descriptors that are left for the database, the log and what is being accepted.
const DESCRIPTORS_KEPT: usize = 96;
/// After a connection could not be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_secs(1);
/// Between two lines in the log that say that others wait.
const SAY_FULL_EVERY: Duration = Duration::from_secs(60);

/// How many connections this process can have at the same time: of the descriptors that the system gives it some are kept
/// back, at most half.
pub fn connections_max() -> usize {
    descriptors()
        .map_or(CONNECTIONS_MAX, |most| most.saturating_sub(DESCRIPTORS_KEPT).max(most / 2).min(CONNECTIONS_MAX))
}

#[cfg(unix)]
fn descriptors() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current?;
    usize::try_from(limit).ok()
}

#[cfg(not(unix))]
fn descriptors() -> Option<usize> {
    None
}

/// Accepts connections and serves them until `stop`; then requests under way are finished. At the bound new connections
/// wait with the system until one ends.
pub async fn serve(listener: TcpListener, router: Router, connections_max: usize, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(connections_max));
    let graceful = GracefulShutdown::new();
    let accepting = async {
        let mut said: Option<Instant> = None;
        loop {
            if places.available_permits() == 0 && said.is_none_or(|at| at.elapsed() > SAY_FULL_EVERY) {
                said = Some(Instant::now());
                tracing::warn!(connections_max, "all connections are taken; others wait until one ends");
            }
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, from)) => {
                    // Answers and wake-ups are small: none waits for a larger packet.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "small packets may wait");
                    }
                    serve_one(stream, from, router.clone(), place, &graceful);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => {}
    }
    // Whoever connects from now on is refused.
    drop(listener);
    graceful.shutdown().await;
}

fn serve_one(
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
    place: OwnedSemaphorePermit,
    graceful: &GracefulShutdown,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(Patient::new(stream)), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(place);
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    async fn served(connections_max: usize) -> (SocketAddr, Arc<AtomicU32>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let router =
            Router::new().route("/", get(move || async move { count.fetch_add(1, Ordering::SeqCst).to_string() }));
        tokio::spawn(serve(listener, router, connections_max, std::future::pending()));
        (address, asked)
    }

    async fn answer(stream: &mut TcpStream) -> String {
        let mut answer = String::new();
        while !answer.contains("\r\n\r\n") {
            let mut some = [0; 512];
            let read = stream.read(&mut some).await.unwrap();
            assert!(read > 0, "{answer}");
            answer.push_str(std::str::from_utf8(&some[..read]).unwrap());
        }
        answer
    }

    #[tokio::test]
    async fn at_the_bound_others_wait_until_a_connection_ends() {
        let (address, asked) = served(1).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(ASK).await.unwrap();
        answer(&mut first).await;
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(ASK).await.unwrap();
        for n in 2..50 {
            first.write_all(ASK).await.unwrap();
            answer(&mut first).await;
            assert_eq!(asked.load(Ordering::SeqCst), n, "the second was served beside the first");
        }
        drop(first);
        assert!(answer(&mut second).await.starts_with("HTTP/1.1 200"));
    }

    /// The clock goes on by itself when nothing else happens.
    #[tokio::test(start_paused = true)]
    async fn who_does_not_ask_on_is_given_up() {
        let (address, asked) = served(8).await;
        for begin in [&b""[..], b"GET / HTTP/1.1\r\nhost:", ASK] {
            let begun = tokio::time::Instant::now();
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(begin).await.unwrap();
            let read = async { while stream.read(&mut [0; 512]).await.is_ok_and(|read| read > 0) {} };
            tokio::time::timeout(HEAD_WITHIN * 2, read).await.unwrap();
            assert!(begun.elapsed() >= HEAD_WITHIN && begun.elapsed() < HEAD_WITHIN * 2, "{:?}", begun.elapsed());
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}
