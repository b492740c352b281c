//! Passwords (Argon2id), client secrets and tokens (256 random bits, kept as SHA-256).

use std::fmt::Write as _;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::db::accounts::TokenHash;

/// The longest password or secret that is looked at, in bytes.
pub const SECRET_BYTES_MAX: usize = 256;
/// The shortest password that is taken for a new user, in characters.
pub const PASSWORD_CHARS_MIN: usize = 8;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The password cannot be hashed.
    #[error("the password could not be hashed; nothing was stored")]
    Hash,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // A String never fails to take what is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Random bytes from the system.
///
/// # Errors
/// If the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(SecretError::Random)?;
    Ok(bytes)
}

/// A new secret or token: 64 hexadecimal digits.
///
/// # Errors
/// If the system has no random numbers.
pub fn draw() -> Result<String, SecretError> {
    Ok(hex(&random::<32>()?))
}

/// SHA-256 of a token.
pub fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// What is stored of a client's secret.
pub fn client_hash(secret: &str) -> String {
    hex(&token_hash(secret))
}

/// Is it the client's secret? Takes as long for wrong ones.
pub fn is_client_secret(secret: &str, stored: &str) -> bool {
    client_hash(secret).as_bytes().ct_eq(stored.as_bytes()).into()
}

/// What is stored of a password. Takes tens of milliseconds: not for an async thread.
///
/// # Errors
/// If the system has no random numbers.
pub fn password_hash(password: &str) -> Result<String, SecretError> {
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(|_| SecretError::Hash)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|_| SecretError::Hash)?.to_string())
}

/// A hash that no password has, checked when there is no such user, so that both take the same time.
static NOBODY: LazyLock<String> = LazyLock::new(|| password_hash("nobody").unwrap_or_default());

/// Is it the user's password? Takes tens of milliseconds: not for an async thread.
pub fn is_password(password: &str, stored: Option<&str>) -> bool {
    let known = stored.is_some();
    let Ok(hash) = PasswordHash::new(stored.unwrap_or(&NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_checked_and_not_kept() {
        let secret = draw().unwrap();
        assert_eq!(secret.len(), 64);
        assert!(is_client_secret(&secret, &client_hash(&secret)));
        assert!(!is_client_secret("x", &client_hash(&secret)));
        let stored = password_hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$") && !stored.contains("horse"));
        assert!(is_password("correct horse", Some(&stored)));
        assert!(!is_password("wrong horse", Some(&stored)));
        assert!(!is_password("nobody", None));
    }
}
