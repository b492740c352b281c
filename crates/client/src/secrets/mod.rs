//! Where tokens are kept: the operating system's keyring where there is one, else memory.

mod keyring_vault;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ipc::SecretStore;
use uuid::Uuid;

pub use keyring_vault::KeyringVault;

/// A locked keyring can hang for ever; after this it counts as absent.
const VAULT_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a vault did not do it. Holds no secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the keyring cannot be used: {0}")]
pub struct VaultError(pub String);

/// A place for one secret. Calls may block.
pub trait SecretVault: Send + Sync + 'static {
    /// What is kept.
    ///
    /// # Errors
    /// If the place cannot be used.
    fn load(&self) -> Result<Option<String>, VaultError>;
    /// Keeps a secret.
    ///
    /// # Errors
    /// If the place cannot be used.
    fn store(&self, secret: &str) -> Result<(), VaultError>;
    /// Forgets it.
    ///
    /// # Errors
    /// If the place cannot be used.
    fn clear(&self) -> Result<(), VaultError>;
}

/// The name of a secret: one for each data folder and server.
pub fn vault_key(home: &Path, server: &str) -> String {
    let folder = home.canonicalize().unwrap_or_else(|_| home.to_path_buf());
    let name = format!("{}\n{server}", folder.display());
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

/// A vault with a time limit, and memory behind it.
pub struct Secrets {
    vault: Mutex<Option<Arc<dyn SecretVault>>>,
    memory: Mutex<Option<String>>,
}

impl Secrets {
    /// Uses a vault as long as it works.
    pub fn new(vault: Arc<dyn SecretVault>) -> Self {
        Self { vault: Mutex::new(Some(vault)), memory: Mutex::new(None) }
    }

    /// Memory only.
    pub fn in_memory() -> Self {
        Self { vault: Mutex::new(None), memory: Mutex::new(None) }
    }

    /// Where secrets are now.
    pub fn kind(&self) -> SecretStore {
        if self.vault().is_some() { SecretStore::Keyring } else { SecretStore::Memory }
    }

    /// What is kept.
    pub async fn load(&self) -> Option<String> {
        match self.ask(|vault| vault.load()).await {
            Some(found) => found,
            None => self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Keeps a secret; in memory if the vault fails.
    pub async fn store(&self, secret: String) {
        let copy = secret.clone();
        if self.ask(move |vault| vault.store(&copy)).await.is_none() {
            *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret);
        }
    }

    /// Forgets it.
    pub async fn clear(&self) {
        *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.ask(|vault| vault.clear()).await;
    }

    fn vault(&self) -> Option<Arc<dyn SecretVault>> {
        self.vault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the vault, off the runtime's threads and not for ever. A vault that fails is not asked again.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SecretVault) -> Result<T, VaultError> + Send + 'static,
    ) -> Option<T> {
        let vault = self.vault()?;
        let asked = tokio::task::spawn_blocking(move || question(vault.as_ref()));
        let reason = match tokio::time::timeout(VAULT_TIMEOUT, asked).await {
            Ok(Ok(Ok(answer))) => return Some(answer),
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(_)) => "the keyring cannot be used: its library failed".to_owned(),
            Err(_) => "the keyring cannot be used: it does not answer, it may be locked".to_owned(),
        };
        tracing::warn!(reason, "tokens are kept in memory only");
        *self.vault.lock().unwrap_or_else(PoisonError::into_inner) = None;
        None
    }
}
