//! People and programs are added, removed and given other secrets from the command line, also while the server runs on the
//! same file.

use domain::{Actor, ActorId, MerchantId, Problem, Role, Scope};

use crate::auth::secrets::{self, PASSWORD_CHARS_MIN, SECRET_BYTES_MAX, SecretError};
use crate::clock;
use crate::db::accounts::{Account, AccountKind};
use crate::db::{self, DbError};

/// Why nobody was added or changed.
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
    /// What should be the begin of merchants' ids is none. An empty one would mean every merchant.
    #[error(
        "{0:?} is not the begin of a merchant's id (1 to 64 letters, digits, - _ . : or @); nothing was changed: write for example --merchants BJ-,SH-, or leave it out for all merchants"
    )]
    Prefix(String),
    /// The sign-in name is in use.
    #[error("the sign-in name {0} is taken; nothing was changed: choose another")]
    Taken(ActorId),
    /// Nobody has the sign-in name, or a person has it where a program was meant, or the other way round.
    #[error("there is no {} with the sign-in name {id}; nothing was changed: check it", .kind.as_str())]
    Unknown {
        /// What was meant.
        kind: AccountKind,
        /// The sign-in name.
        id: ActorId,
    },
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
    /// Begins of the ids of the merchants; all merchants if there are none.
    pub merchants: Vec<String>,
}

impl NewAccount {
    fn actor(self) -> Result<Actor, AccountError> {
        let id = ActorId::new(self.id)?;
        let name = self.name.map(|name| domain::text::tidy(&name)).filter(|name| !name.is_empty());
        let scope = if self.merchants.is_empty() { Scope::All } else { Scope::Prefixes(prefixes(&self.merchants)?) };
        Ok(Actor { name: name.unwrap_or_else(|| id.as_str().to_owned()), id, role: self.role, scope })
    }
}

/// The begin of an id has the characters of an id, and is not empty either.
fn prefixes(written: &[String]) -> Result<Vec<String>, AccountError> {
    let prefix = |text: &String| match MerchantId::new(text.trim()) {
        Ok(begin) => Ok(begin.into()),
        Err(_) => Err(AccountError::Prefix(text.chars().take(80).collect())),
    };
    written.iter().map(prefix).collect()
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
    let account = Account { kind: AccountKind::User, actor: new.actor()?, secret: hash_of(password)? };
    add(database, account).await
}

fn hash_of(password: &str) -> Result<String, AccountError> {
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > SECRET_BYTES_MAX {
        return Err(AccountError::Password);
    }
    Ok(secrets::password_hash(password)?)
}

/// Removes somebody. All tokens are void at once; edits and history stay.
///
/// # Errors
/// If there is nobody of that name and kind, or the database cannot be used.
pub async fn remove(database: &str, kind: AccountKind, id: &str) -> Result<(), AccountError> {
    let id = ActorId::new(id)?;
    let removed = db::open(database).await?.remove_account(&id, kind).await?;
    if removed { Ok(()) } else { Err(AccountError::Unknown { kind, id }) }
}

/// Gives a program another secret and answers with it; the old one and all tokens are void at once.
///
/// # Errors
/// If there is no such program or the database cannot be used.
pub async fn new_secret(database: &str, id: &str) -> Result<String, AccountError> {
    let secret = secrets::draw()?;
    change(database, AccountKind::Client, id, &secrets::client_hash(&secret)).await?;
    Ok(secret)
}

/// Gives a person another password; the old one and all tokens are void at once.
///
/// # Errors
/// If there is no such person, the password is too short, or the database cannot be used.
pub async fn new_password(database: &str, id: &str, password: &str) -> Result<(), AccountError> {
    change(database, AccountKind::User, id, &hash_of(password)?).await
}

async fn change(database: &str, kind: AccountKind, id: &str, hash: &str) -> Result<(), AccountError> {
    let id = ActorId::new(id)?;
    let changed = db::open(database).await?.change_secret(&id, kind, hash).await?;
    if changed { Ok(()) } else { Err(AccountError::Unknown { kind, id }) }
}
