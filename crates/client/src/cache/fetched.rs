//! Answers of the server that are shown again when it cannot be asked.

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::direct::Flush;
use super::{Cache, count, int, sql};
use crate::error::Result;

/// The most answers that are kept.
const ANSWERS_MAX: i64 = 500;

impl Cache {
    /// The answer that was fetched last, and when, in milliseconds since 1970.
    ///
    /// # Errors
    /// `storage`.
    pub async fn fetched<T: DeserializeOwned>(&self, key: &str) -> Result<Option<(T, u64)>> {
        let asked = key.to_owned();
        let row: Option<(String, i64)> = self
            .direct
            .read(move |tx| {
                let mut get = tx.prepare_cached(sql!("fetched/get"))?;
                Ok(get.query_row([asked], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
            })
            .await?;
        let Some((body, fetched_ms)) = row else { return Ok(None) };
        // What an older version kept may have another shape: then it is as if it were not there.
        Ok(serde_json::from_str(&body).ok().map(|value| (value, count(fetched_ms))))
    }

    /// Keeps an answer.
    ///
    /// # Errors
    /// `storage`.
    pub async fn keep_fetched<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        let (key, body, now_ms) = (key.to_owned(), serde_json::to_string(value)?, int(self.machine.now_ms()));
        let work = move |tx: &Transaction<'_>| {
            tx.prepare_cached(sql!("fetched/set"))?.execute(params![key, body, now_ms])?;
            tx.prepare_cached(sql!("fetched/trim"))?.execute([ANSWERS_MAX])?;
            Ok(())
        };
        self.direct.write(Flush::Later, work).await
    }
}
