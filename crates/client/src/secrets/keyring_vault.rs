//! The operating system's keyring (on Linux: Secret Service over D-Bus).

use keyring::{Entry, Error};

use super::{SecretVault, VaultError};

const SERVICE: &str = "merchant-console";

/// One entry of the keyring.
pub struct KeyringVault {
    key: String,
}

impl KeyringVault {
    /// The entry of a key, see [`super::vault_key`].
    pub fn new(key: String) -> Self {
        Self { key }
    }

    fn entry(&self) -> Result<Entry, VaultError> {
        Entry::new(SERVICE, &self.key).map_err(|error| failed(&error))
    }
}

/// The library's texts name the platform's reason; those of bad data would hold the data, so they are not passed on.
fn failed(error: &Error) -> VaultError {
    VaultError(match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "the entry is not text".to_owned(),
        other => other.to_string(),
    })
}

impl SecretVault for KeyringVault {
    fn load(&self) -> Result<Option<String>, VaultError> {
        match self.entry()?.get_password() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }
    fn store(&self, secret: &str) -> Result<(), VaultError> {
        self.entry()?.set_password(secret).map_err(|error| failed(&error))
    }
    fn clear(&self) -> Result<(), VaultError> {
        match self.entry()?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }
}
