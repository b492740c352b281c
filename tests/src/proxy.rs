//! A network that a test owns: a relay on loopback between one device and the backend. Each direction can be
//! held, slowed down or cut off in the middle of what it carries; connections can be broken or left to hang.

use std::net::SocketAddr;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Bytes that a direction carries at once.
const PIECE_BYTES: usize = 16 * 1024;

/// What happens to the bytes of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// They pass.
    Open,
    /// They wait, as in a partition: nobody is told.
    Held,
    /// Each piece takes so much longer.
    Slow(Duration),
    /// Every so many pieces one is cut at a random place, and the connection with it.
    Cut {
        /// One of so many pieces.
        one_in: u32,
    },
}

/// The state of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Weather {
    /// Device → backend.
    out: Flow,
    /// Backend → device.
    back: Flow,
    /// Connections of an older number are broken.
    broken_before: u64,
    /// Connections of an older number carry nothing any more, and nobody is told.
    dead_before: u64,
}

const FINE: Weather = Weather { out: Flow::Open, back: Flow::Open, broken_before: 0, dead_before: 0 };

/// A relay. It ends with the value.
pub struct Proxy {
    weather: watch::Sender<Weather>,
    accepted: watch::Receiver<u64>,
    address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Proxy {
    /// Relays a free port to `target`. The same `seed` draws the same cuts.
    ///
    /// # Errors
    /// When no port or thread is to be had.
    pub fn start(target: SocketAddr, seed: u64) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (weather, seen) = watch::channel(FINE);
        let (count, accepted) = watch::channel(0);
        runtime.spawn(accept(listener, target, seed, seen, count));
        Ok(Self { weather, accepted, address, runtime: Some(runtime) })
    }

    /// Where the device finds the backend: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets both directions.
    pub fn set(&self, out: Flow, back: Flow) {
        self.weather.send_modify(|weather| (weather.out, weather.back) = (out, back));
    }

    /// Breaks every connection there is. New ones are made.
    pub fn break_connections(&self) {
        let next = self.next();
        self.weather.send_modify(|weather| weather.broken_before = next);
    }

    /// Lets every connection there is hang for ever, as behind a router that has forgotten it. New ones are made.
    pub fn forget_connections(&self) {
        let next = self.next();
        self.weather.send_modify(|weather| weather.dead_before = next);
    }

    fn next(&self) -> u64 {
        *self.accepted.borrow() + 1
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Not waited for: the value may be dropped within another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(
    listener: std::net::TcpListener,
    target: SocketAddr,
    seed: u64,
    weather: watch::Receiver<Weather>,
    count: watch::Sender<u64>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((device, _)) = listener.accept().await {
        let number = *count.borrow() + 1;
        count.send_replace(number);
        let random = ChaCha8Rng::seed_from_u64(seed.wrapping_add(number));
        tokio::spawn(connection(device, target, number, random, weather.clone()));
    }
}

/// Carries both directions until one ends; then the whole connection does.
async fn connection(
    device: TcpStream,
    target: SocketAddr,
    number: u64,
    mut random: ChaCha8Rng,
    mut weather: watch::Receiver<Weather>,
) {
    // A backend that is not there looks like a connection that breaks at once.
    let Ok(backend) = TcpStream::connect(target).await else { return };
    let (_, _) = (device.set_nodelay(true), backend.set_nodelay(true));
    let (from_device, to_device) = device.into_split();
    let (from_backend, to_backend) = backend.into_split();
    let other = ChaCha8Rng::seed_from_u64(random.random());
    let (out, back) = (weather.clone(), weather.clone());
    tokio::select! {
        () = carry(from_device, to_backend, random, out, move |w| flow(w, w.out, number)) => {}
        () = carry(from_backend, to_device, other, back, move |w| flow(w, w.back, number)) => {}
        _ = weather.wait_for(|weather| number < weather.broken_before) => {}
    }
}

/// What counts for a connection.
fn flow(weather: &Weather, direction: Flow, number: u64) -> Flow {
    if number < weather.dead_before { Flow::Held } else { direction }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut random: ChaCha8Rng,
    mut weather: watch::Receiver<Weather>,
    flow: impl Fn(&Weather) -> Flow,
) {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let bytes = match from.read(&mut piece).await {
            Ok(bytes) if bytes > 0 => bytes,
            _ => return,
        };
        let now = match weather.wait_for(|weather| flow(weather) != Flow::Held).await {
            Ok(weather) => flow(&weather),
            Err(_) => return,
        };
        let passed = match now {
            Flow::Slow(delay) => {
                tokio::time::sleep(delay).await;
                bytes
            }
            Flow::Cut { one_in } if random.random_ratio(1, one_in.max(1)) => random.random_range(0..bytes),
            Flow::Open | Flow::Held | Flow::Cut { .. } => bytes,
        };
        if to.write_all(&piece[..passed]).await.is_err() || passed < bytes {
            return;
        }
    }
}
