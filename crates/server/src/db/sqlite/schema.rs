//! Migrations: append only, each applied once, in order. A newer file than we know is refused.

use sqlx::{Connection, SqliteConnection};

use crate::db::DbError;

/// Never edit one that was released: append.
const MIGRATIONS: [&str; 6] = [
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_pull.sql"),
    include_str!("../migrations/0003_places.sql"),
    include_str!("../migrations/0004_schema.sql"),
    include_str!("../migrations/0005_plain_digests.sql"),
    include_str!("../migrations/0006_successors.sql"),
];

/// Applies what is missing.
pub(super) async fn bring_up_to_date(writer: &mut SqliteConnection) -> Result<(), DbError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await?;
    if found > known {
        return Err(DbError::NewerData { found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    if found < known {
        // A pragma takes no parameters; the number is ours.
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {known}"))).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Draws the epoch of the data when the file is made.
pub(super) async fn draw_epoch(writer: &mut SqliteConnection) -> Result<(), DbError> {
    sqlx::query(include_str!("sql/draw_epoch.sql")).bind(uuid::Uuid::now_v7().to_string()).execute(writer).await?;
    Ok(())
}
