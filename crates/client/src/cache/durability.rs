//! When a committed transaction is on the disk.

use domain::ipc::Durability;

use super::Cache;
use crate::error::Result;

impl Cache {
    /// From the next transaction on. Full: the log is flushed with every commit; normal: with every checkpoint. Neither
    /// can damage the file.
    ///
    /// # Errors
    /// `storage`.
    pub async fn set_durability(&self, durability: Durability) -> Result<()> {
        self.direct.set_flushes(durability == Durability::Full).await
    }

    /// As it is in force.
    ///
    /// # Errors
    /// `storage`.
    pub async fn durability(&self) -> Result<Durability> {
        Ok(if self.direct.flushes().await? { Durability::Full } else { Durability::Normal })
    }
}
