//! Adding people and programs from the command line, also while the server runs on the same file.

use domain::{Actor, ActorId, Problem, Role, Scope};

use crate::auth::secrets::{self, PASSWORD_CHARS_MIN, SECRET_BYTES_MAX, SecretError};
use crate::clock;
use crate::db::accounts::{Account, AccountKind};
use crate::db::{self, DbError};

/// Why nobody was added.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The database cannot be used.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A part of it is malformed.
    #[error(transparent)]
    Bad(#[from] Problem),
    /// There is no secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The sign-in name is in use.
    #[error("the sign-in name {0} is taken; nothing was changed: choose another")]
    Taken(ActorId),
    /// The password is no good.
    #[error(
        "the password needs {PASSWORD_CHARS_MIN} characters and at most {SECRET_BYTES_MAX} bytes; nothing was changed"
    )]
    Password,
}

/// Who shall be added.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The sign-in name.
    pub id: String,
    /// As what.
    pub role: Role,
    /// The name that people see; the sign-in name if absent.
    pub name: Option<String>,
    /// Begins of the ids of the merchants; all if empty.
    pub merchants: Vec<String>,
}

impl NewAccount {
    fn actor(self) -> Result<Actor, Problem> {
        let id = ActorId::new(self.id)?;
        let name = self.name.map(|name| domain::text::tidy(&name)).filter(|name| !name.is_empty());
        let scope = if self.merchants.is_empty() { Scope::All } else { Scope::Prefixes(self.merchants) };
        Ok(Actor { name: name.unwrap_or_else(|| id.as_str().to_owned()), id, role: self.role, scope })
    }
}

async fn add(database: &str, account: Account) -> Result<(), AccountError> {
    let db = db::open(database).await?;
    let added = db.add_account(&account, clock::now_ms()).await?;
    if added { Ok(()) } else { Err(AccountError::Taken(account.actor.id)) }
}

/// Adds a program and answers with its secret, which is shown once and kept nowhere.
///
/// # Errors
/// If the name is taken or the database cannot be used.
pub async fn add_client(database: &str, new: NewAccount) -> Result<String, AccountError> {
    let secret = secrets::draw()?;
    let account = Account { kind: AccountKind::Client, actor: new.actor()?, secret: secrets::client_hash(&secret) };
    add(database, account).await?;
    Ok(secret)
}

/// Adds a person with a password.
///
/// # Errors
/// If the name is taken, the password too short, or the database cannot be used.
pub async fn add_user(database: &str, new: NewAccount, password: &str) -> Result<(), AccountError> {
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > SECRET_BYTES_MAX {
        return Err(AccountError::Password);
    }
    let account = Account { kind: AccountKind::User, actor: new.actor()?, secret: secrets::password_hash(password)? };
    add(database, account).await
}
