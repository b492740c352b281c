//! When a committed transaction is on the disk.

use domain::ipc::Durability;

use super::Cache;
use crate::error::Result;

impl Cache {
    /// From the next transaction on. Full: the log is flushed with every commit; normal: with every checkpoint.
    /// Neither can damage the file.
    ///
    /// # Errors
    /// `storage`.
    pub async fn set_durability(&self, durability: Durability) -> Result<()> {
        let statement = match durability {
            Durability::Full => "PRAGMA synchronous = FULL",
            Durability::Normal => "PRAGMA synchronous = NORMAL",
        };
        sqlx::query(statement).execute(&mut *self.writer.lock().await).await?;
        Ok(())
    }

    /// As it is in force.
    ///
    /// # Errors
    /// `storage`.
    pub async fn durability(&self) -> Result<Durability> {
        // SQLite's numbers: 1 is NORMAL, 2 is FULL, 3 is EXTRA.
        let level: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *self.writer.lock().await).await?;
        Ok(if level < 2 { Durability::Normal } else { Durability::Full })
    }
}
