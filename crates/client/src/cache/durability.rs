//! When a committed transaction is on the disk.

use domain::ipc::Durability;

use super::Cache;
use crate::error::Result;

impl Cache {
    /// From the next transaction on, of both writing connections. Full: the log is flushed with every commit; normal:
    /// with every checkpoint. Neither can damage the file.
    ///
    /// # Errors
    /// `storage`.
    pub async fn set_durability(&self, durability: Durability) -> Result<()> {
        let (statement, word) = match durability {
            Durability::Full => ("PRAGMA synchronous = FULL", "FULL"),
            Durability::Normal => ("PRAGMA synchronous = NORMAL", "NORMAL"),
        };
        let mut writer = self.writer.lock().await;
        sqlx::query(statement).execute(&mut *writer).await?;
        self.direct.set("synchronous", word).await
    }

    /// As it is in force.
    ///
    /// # Errors
    /// `storage`.
    pub async fn durability(&self) -> Result<Durability> {
        let mut writer = self.writer.lock().await;
        let level: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *writer).await?;
        let direct = self.direct.number("synchronous").await?;
        // SQLite's numbers: 1 is NORMAL, 2 is FULL, 3 is EXTRA.
        Ok(if level.min(direct) < 2 { Durability::Normal } else { Durability::Full })
    }
}
