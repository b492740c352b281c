use async_trait::async_trait;
use domain::{Actor, ActorId, Scope};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Connection, Row, SqliteConnection};

use super::{Sqlite, signed, unsigned};
use crate::db::accounts::{Account, AccountKind, AccountStore, NewToken, Rotated, TokenHash};
use crate::db::{DbError, MetaStore as _};

fn actor(id: &str, row: &SqliteRow) -> Result<Actor, DbError> {
    let mut scope = serde_json::from_str(row.try_get("scope")?)?;
    if let Scope::Prefixes(prefixes) = &mut scope {
        // Every id begins with an empty text: earlier versions stored one for a comma too many. This is the only way by
        // which a scope comes into the program.
        prefixes.retain(|prefix| !prefix.is_empty());
    }
    Ok(Actor { id: id.parse()?, name: row.try_get("name")?, role: row.try_get::<&str, _>("role")?.parse()?, scope })
}

/// Fact: how often somebody was removed or got another secret.
const REVOCATIONS: &str = "revocations";

impl Sqlite {
    /// Changes an account and voids its tokens, in one transaction. False if the change found nobody.
    async fn revoking(&self, id: &ActorId, change: Query<'_, sqlx::Sqlite, SqliteArguments>) -> Result<bool, DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        if change.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(include_str!("sql/forget_tokens.sql")).bind(id.as_str()).execute(&mut *transaction).await?;
        sqlx::query(include_str!("sql/count_up.sql")).bind(REVOCATIONS).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Adds tokens, with the refresh token that was exchanged for them. The transaction is the caller's.
async fn add_tokens(
    transaction: &mut SqliteConnection,
    actor: &ActorId,
    family: &[u8],
    parent: Option<&TokenHash>,
    tokens: &[NewToken],
) -> Result<(), DbError> {
    for token in tokens {
        sqlx::query(include_str!("sql/add_token.sql"))
            .bind(token.hash.as_slice())
            .bind(token.kind.as_str())
            .bind(actor.as_str())
            .bind(family)
            .bind(signed(token.expires_at_ms))
            .bind(parent.map(|hash| hash.as_slice()))
            .execute(&mut *transaction)
            .await?;
    }
    Ok(())
}

#[async_trait]
impl AccountStore for Sqlite {
    async fn account(&self, id: &ActorId) -> Result<Option<Account>, DbError> {
        let row = sqlx::query(include_str!("sql/account.sql")).bind(id.as_str()).fetch_optional(&self.readers).await?;
        row.map(|row| {
            let kind = match row.try_get::<&str, _>("kind")? {
                "user" => AccountKind::User,
                _ => AccountKind::Client,
            };
            Ok(Account { kind, actor: actor(id.as_str(), &row)?, secret: row.try_get("secret")? })
        })
        .transpose()
    }

    async fn add_account(&self, account: &Account, now_ms: u64) -> Result<bool, DbError> {
        let mut writer = self.writer.lock().await;
        let done = sqlx::query(include_str!("sql/add_account.sql"))
            .bind(account.actor.id.as_str())
            .bind(account.kind.as_str())
            .bind(account.actor.name.as_str())
            .bind(account.actor.role.as_str())
            .bind(serde_json::to_string(&account.actor.scope)?)
            .bind(account.secret.as_str())
            .bind(signed(now_ms))
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn remove_account(&self, id: &ActorId, kind: AccountKind) -> Result<bool, DbError> {
        let remove = sqlx::query(include_str!("sql/remove_account.sql")).bind(id.as_str()).bind(kind.as_str());
        self.revoking(id, remove).await
    }

    async fn change_secret(&self, id: &ActorId, kind: AccountKind, secret: &str) -> Result<bool, DbError> {
        let change = sqlx::query(include_str!("sql/change_secret.sql"));
        self.revoking(id, change.bind(id.as_str()).bind(kind.as_str()).bind(secret)).await
    }

    async fn revocations(&self) -> Result<u64, DbError> {
        self.fact(REVOCATIONS).await?.map_or(Ok(0), |text| text.parse().map_err(DbError::corrupt))
    }

    async fn revoke(&self, hash: &TokenHash) -> Result<Option<ActorId>, DbError> {
        let found: Option<(String, Vec<u8>)> =
            sqlx::query_as(include_str!("sql/token.sql")).bind(hash.as_slice()).fetch_optional(&self.readers).await?;
        let Some((actor, family)) = found else { return Ok(None) };
        let mut writer = self.writer.lock().await;
        sqlx::query(include_str!("sql/forget_family.sql")).bind(family).execute(&mut *writer).await?;
        Ok(Some(actor.parse()?))
    }

    async fn add_tokens(&self, actor: &ActorId, family: [u8; 16], tokens: &[NewToken]) -> Result<(), DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        add_tokens(&mut transaction, actor, &family, None, tokens).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn access_token(&self, hash: &TokenHash, now_ms: u64) -> Result<Option<(Actor, u64)>, DbError> {
        let row = sqlx::query(include_str!("sql/access_token.sql"))
            .bind(hash.as_slice())
            .bind(signed(now_ms))
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get("arrives")? {
            let mut writer = self.writer.lock().await;
            let mark = sqlx::query(include_str!("sql/mark_arrived.sql")).bind(hash.as_slice());
            match mark.execute(&mut *writer).await {
                // It was voided meanwhile.
                Ok(done) if done.rows_affected() == 0 => return Ok(None),
                Ok(_) => {}
                // Whoever reads only is not kept out by a full disk; the next look tries again.
                Err(error) => tracing::warn!(%error, "that new tokens arrived could not be stored"),
            }
        }
        Ok(Some((actor(row.try_get("actor_id")?, &row)?, unsigned(row.try_get("expires_at_ms")?))))
    }

    async fn rotate(
        &self,
        hash: &TokenHash,
        next: &[NewToken],
        now_ms: u64,
        grace_ms: u64,
    ) -> Result<Rotated, DbError> {
        let look = || sqlx::query(include_str!("sql/refresh_token.sql")).bind(hash.as_slice()).bind(signed(now_ms));
        if look().fetch_optional(&self.readers).await?.is_none() {
            return Ok(Rotated::Nobodys);
        }
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let Some(row) = look().fetch_optional(&mut *transaction).await? else { return Ok(Rotated::Nobodys) };
        let actor = actor(row.try_get("actor_id")?, &row)?;
        let family: Vec<u8> = row.try_get("family")?;
        let used_at: Option<i64> = row.try_get("used_at_ms")?;
        let at_once = used_at.is_some_and(|used| unsigned(used).saturating_add(grace_ms) >= now_ms);
        if row.try_get("succeeded")? || (row.try_get("arrived")? && !at_once) {
            sqlx::query(include_str!("sql/forget_family.sql")).bind(&family).execute(&mut *transaction).await?;
            transaction.commit().await?;
            tracing::warn!(actor = %actor.id, "a refresh token was used twice: all tokens of its sign-in are void");
            return Ok(Rotated::Voided);
        }
        if !at_once {
            for void in [include_str!("sql/void_access_of.sql"), include_str!("sql/void_refresh_of.sql")] {
                sqlx::query(void).bind(&family).bind(hash.as_slice()).execute(&mut *transaction).await?;
            }
            sqlx::query(include_str!("sql/mark_refresh_used.sql"))
                .bind(hash.as_slice())
                .bind(signed(now_ms))
                .execute(&mut *transaction)
                .await?;
        }
        add_tokens(&mut transaction, &actor.id, &family, Some(hash), next).await?;
        transaction.commit().await?;
        Ok(Rotated::Exchanged(actor))
    }

    async fn forget_expired(&self, now_ms: u64) -> Result<u64, DbError> {
        let mut writer = self.writer.lock().await;
        let done =
            sqlx::query(include_str!("sql/forget_expired.sql")).bind(signed(now_ms)).execute(&mut *writer).await?;
        Ok(done.rows_affected())
    }
}
