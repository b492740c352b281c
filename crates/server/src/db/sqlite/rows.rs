//! Many rows with one statement: a statement's round trip costs more than its rows.

use std::sync::LazyLock;

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};

use crate::db::DbError;

/// Rows of a large statement.
const CHUNK_ROWS: usize = 64;

/// An `INSERT` for one row, from its file, and the same for many.
pub(super) struct Insert {
    one: &'static str,
    many: String,
}

impl Insert {
    /// Repeats the row of placeholders that follows `VALUES`.
    fn new(one: &'static str) -> Self {
        let many = match one.split_once("\nVALUES ").and_then(|(head, rest)| Some((head, rest.split_once(')')?))) {
            Some((head, (row, tail))) => {
                let rows = vec![format!("{row})"); CHUNK_ROWS].join(", ");
                format!("{head}\nVALUES {rows}{tail}")
            }
            None => one.to_owned(),
        };
        Self { one, many }
    }

    /// Inserts all rows, in order.
    pub(super) async fn run<'q, T>(
        &'static self,
        writer: &mut SqliteConnection,
        rows: &'q [T],
        bind: impl Fn(Query<'q, Sqlite, SqliteArguments>, &'q T) -> Query<'q, Sqlite, SqliteArguments>,
    ) -> Result<(), DbError> {
        let chunks = rows.chunks_exact(CHUNK_ROWS);
        let rest = chunks.remainder();
        for chunk in chunks {
            let query = chunk.iter().fold(sqlx::query(self.many.as_str()), &bind);
            query.execute(&mut *writer).await?;
        }
        for row in rest {
            bind(sqlx::query(self.one), row).execute(&mut *writer).await?;
        }
        Ok(())
    }
}

pub(super) static PUT_ORDER: LazyLock<Insert> = LazyLock::new(|| Insert::new(include_str!("sql/put_order.sql")));
pub(super) static PUT_PREDICTION: LazyLock<Insert> =
    LazyLock::new(|| Insert::new(include_str!("sql/put_prediction.sql")));
pub(super) static PUT_FORECAST: LazyLock<Insert> = LazyLock::new(|| Insert::new(include_str!("sql/put_forecast.sql")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_rows_have_many_placeholders() {
        for (insert, columns) in [(&PUT_ORDER, 9), (&PUT_PREDICTION, 6), (&PUT_FORECAST, 7)] {
            assert_eq!(insert.many.matches('?').count(), columns * CHUNK_ROWS, "{}", insert.one);
        }
    }
}
