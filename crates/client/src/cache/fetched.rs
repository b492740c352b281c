//! Answers of the server that are shown again when it cannot be asked.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Cache, begin, count, int, sql};
use crate::error::Result;

/// The most answers that are kept.
const ANSWERS_MAX: i64 = 500;

impl Cache {
    /// The answer that was fetched last, and when, in milliseconds since 1970.
    ///
    /// # Errors
    /// `storage`.
    pub async fn fetched<T: DeserializeOwned>(&self, key: &str) -> Result<Option<(T, u64)>> {
        let row: Option<(String, i64)> =
            sqlx::query_as(sql!("fetched/get")).bind(key).fetch_optional(&self.readers).await?;
        let Some((body, fetched_ms)) = row else { return Ok(None) };
        // What an older version kept may have another shape: then it is as if it were not there.
        Ok(serde_json::from_str(&body).ok().map(|value| (value, count(fetched_ms))))
    }

    /// Keeps an answer.
    ///
    /// # Errors
    /// `storage`.
    pub async fn keep_fetched<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        let body = serde_json::to_string(value)?;
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        sqlx::query(sql!("fetched/set"))
            .bind(key)
            .bind(body)
            .bind(int(self.machine.now_ms()))
            .execute(&mut *tx)
            .await?;
        sqlx::query(sql!("fetched/trim")).bind(ANSWERS_MAX).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
