//! Starting and stopping.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::app::App;
use crate::db::{self, Database, DbError};
use crate::demo::{self, DemoError};
use crate::{http, jobs, rulebook, serving};

/// How long requests that are under way may take when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// What to serve, and where.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 for any free one.
    pub listen: SocketAddr,
    /// `sqlite:FILE`
    pub database: String,
    /// Generated merchants, users and kitchens.
    pub demo: Option<DemoConfig>,
    /// How long deletions are remembered, in days, at least 1: a device that was away longer pulls anew.
    pub tombstone_days: u32,
}

/// How long deletions are remembered if nobody says otherwise, in days.
pub const TOMBSTONE_DAYS: u32 = 90;

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoConfig {
    /// How many merchants.
    pub merchants: u32,
    /// The same seed gives the same merchants.
    pub seed: u64,
    /// How many stores have a running kitchen, so that there are orders.
    pub kitchens: usize,
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The address cannot be used.
    #[error("cannot listen at {address}: {cause}; choose another with --listen")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        cause: std::io::Error,
    },
    /// The demo data cannot be made.
    #[error(transparent)]
    Demo(#[from] DemoError),
}

/// A server that runs.
pub struct Running {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// Users that were made at the first start with demo data: sign-in name and password.
    pub new_users: Vec<(&'static str, &'static str)>,
    db: Arc<dyn Database>,
    app: Arc<App>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    jobs: JoinSet<()>,
}

impl Running {
    /// Stops: no new requests, wake-ups end at once, requests under way are finished (at most ten seconds),
    /// the database is closed.
    pub async fn shutdown(mut self) {
        self.app.feed.close();
        self.stop.send_replace(true);
        if tokio::time::timeout(STOP_WITHIN, &mut self.serving).await.is_err() {
            tracing::warn!("requests were still under way; they are given up");
            self.serving.abort();
        }
        self.jobs.shutdown().await;
        self.db.close().await;
    }
}

/// Opens the database, makes demo data where asked, and serves.
///
/// # Errors
/// If the database or the address cannot be used.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let db = db::open(&config.database).await?;
    let mut new_users = Vec::new();
    if let Some(demo) = config.demo {
        new_users = demo::prepare(db.as_ref(), demo).await?;
    }
    let app = Arc::new(App::new(Arc::clone(&db)).await?);
    rulebook::catch_up(&app).await?;
    let no_address = |cause| StartError::Listen { address: config.listen, cause };
    let listener = TcpListener::bind(config.listen).await.map_err(no_address)?;
    let url = format!("http://{}", listener.local_addr().map_err(no_address)?);
    let mut jobs = JoinSet::new();
    jobs.spawn(jobs::forget_expired(Arc::clone(&app)));
    jobs.spawn(jobs::finish_rules(Arc::clone(&app)));
    jobs.spawn(jobs::neighbours::run(Arc::clone(&app)));
    jobs.spawn(jobs::pruning::run(Arc::clone(&app), config.tombstone_days));
    if let Some(demo) = config.demo.filter(|demo| demo.kitchens > 0) {
        jobs.spawn(jobs::kitchens::run(Arc::clone(&app), demo));
    }
    let (stop, mut stopping) = watch::channel(false);
    let service = http::router(Arc::clone(&app));
    let connections_max = serving::connections_max();
    // A quarter is left to those who push and pull.
    app.listening.at_most(connections_max / 4 * 3);
    let serving = tokio::spawn(serving::serve(listener, service, connections_max, async move {
        // An error means that the sender is gone: the server was dropped.
        let _ = stopping.wait_for(|stop| *stop).await;
    }));
    Ok(Running { url, new_users, db, app, stop, serving, jobs })
}
