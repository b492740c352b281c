//! Figures and the board: from the server, or what was known last.

use chrono::{DateTime, Utc};
use domain::OrderId;
use domain::ipc::{InsightsQuery, Topic};
use domain::metrics::{KitchenMetrics, SyncMetrics};
use domain::orders::AlertBoard;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Console;
use crate::clock;
use crate::error::Result;
use crate::remote::Failed;

/// Something that the server said now or earlier.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetched<T> {
    /// Could the server be asked now?
    pub fresh: bool,
    /// When it was said; absent if it never was.
    pub as_of: Option<DateTime<Utc>>,
    /// What it said; empty if it never said anything.
    pub value: T,
}

/// What the kitchen page shows.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct KitchenFigures {
    /// The board.
    pub board: Option<AlertBoard>,
    /// The figures.
    pub metrics: KitchenMetrics,
}

impl Console {
    /// Sync lag and conflicts.
    ///
    /// # Errors
    /// `storage`.
    pub async fn sync_figures(&self, query: &InsightsQuery) -> Result<Fetched<SyncMetrics>> {
        let backend = self.backend().await;
        let asked = backend.session.call(|token| {
            let remote = backend.remote.clone();
            async move { remote.sync_metrics(&token, query).await }
        });
        self.now_or_last(&format!("sync/{}/{}", query.days, query.utc_offset_min), asked.await).await
    }

    /// The board of prep-time alerts and how good its forecasts are.
    ///
    /// # Errors
    /// `storage`.
    pub async fn kitchen_figures(&self, query: &InsightsQuery) -> Result<Fetched<KitchenFigures>> {
        let backend = self.backend().await;
        let asked = backend.session.call(|token| {
            let remote = backend.remote.clone();
            async move {
                let board = Some(remote.alerts(&token).await?);
                Ok(KitchenFigures { board, metrics: remote.kitchen_metrics(&token, query).await? })
            }
        });
        self.now_or_last(&format!("kitchen/{}/{}", query.days, query.utc_offset_min), asked.await).await
    }

    /// Tells the rider of an order.
    ///
    /// # Errors
    /// `unreachable` and the server's refusals; nothing was told then.
    pub async fn pickup_ready(&self, order: &OrderId) -> Result<()> {
        self.ask(|remote, token| async move { remote.pickup_ready(&token, order).await }).await?;
        self.announcer.announce(&[Topic::Insights]);
        Ok(())
    }

    pub(super) async fn now_or_last<T: Default + Serialize + DeserializeOwned>(
        &self,
        key: &str,
        asked: std::result::Result<T, Failed>,
    ) -> Result<Fetched<T>> {
        // Whoever signs in after them need not be allowed to see what these saw.
        let actor = self.backend().await.session.actor().await?;
        let key = &format!("{}/{key}", actor.as_ref().map_or("", |actor| actor.id.as_str()));
        match asked {
            Ok(value) => {
                self.cache.keep_fetched(key, &value).await?;
                Ok(Fetched { fresh: true, as_of: Some(clock::at(clock::now_ms())), value })
            }
            Err(failed) => {
                tracing::debug!(?failed, key, "shown as known last");
                let known: Option<(T, u64)> = self.cache.fetched(key).await?;
                let (value, at) =
                    known.map_or_else(|| (T::default(), None), |(value, ms)| (value, Some(clock::at(ms))));
                Ok(Fetched { fresh: false, as_of: at, value })
            }
        }
    }
}
