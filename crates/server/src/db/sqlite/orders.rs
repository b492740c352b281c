use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::api::OrderEvent;
use domain::orders::{OrderState, OrderView};
use domain::{ActorId, OrderId, Scope};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Connection, Row, SqliteConnection};

use super::rows::{PUT_FORECAST, PUT_ORDER, PUT_PREDICTION};
use super::{Sqlite, scope_json, signed, unsigned};
use crate::clock;
use crate::db::DbError;
use crate::db::orders::{
    ForecastRow, KITCHEN_CURSOR, KitchenReport, OrderStore, OrdersQuery, PredictionRow, Reported, ScoredRow,
};

fn state_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Placed => "placed",
        OrderState::Preparing => "preparing",
        OrderState::Ready => "ready",
        OrderState::PickedUp => "picked_up",
        OrderState::Cancelled => "cancelled",
    }
}

fn state_of(word: &str) -> Result<OrderState, DbError> {
    Ok(match word {
        "placed" => OrderState::Placed,
        "preparing" => OrderState::Preparing,
        "ready" => OrderState::Ready,
        "picked_up" => OrderState::PickedUp,
        "cancelled" => OrderState::Cancelled,
        other => return Err(DbError::corrupt(other)),
    })
}

fn event_word(event: &OrderEvent) -> &'static str {
    match event {
        OrderEvent::Ready => "ready",
        OrderEvent::CourierArrived => "courier_arrived",
        OrderEvent::PickedUp => "picked_up",
        OrderEvent::Cancelled => "cancelled",
    }
}

fn event_of(word: &str) -> Result<OrderEvent, DbError> {
    Ok(match word {
        "ready" => OrderEvent::Ready,
        "courier_arrived" => OrderEvent::CourierArrived,
        "picked_up" => OrderEvent::PickedUp,
        "cancelled" => OrderEvent::Cancelled,
        other => return Err(DbError::corrupt(other)),
    })
}

fn view(row: &SqliteRow) -> Result<OrderView, DbError> {
    let at = |name: &str| -> Result<Option<DateTime<Utc>>, DbError> {
        Ok(row.try_get::<Option<i64>, _>(name)?.map(|at_ms| clock::date(unsigned(at_ms))))
    };
    Ok(OrderView {
        order_id: row.try_get::<&str, _>("order_id")?.parse()?,
        merchant_id: row.try_get::<&str, _>("merchant_id")?.parse()?,
        merchant_name: row.try_get("merchant_name")?,
        state: state_of(row.try_get("state")?)?,
        items: row.try_get("items")?,
        items_done: row.try_get("items_done")?,
        placed_at: at("placed_at_ms")?.unwrap_or_default(),
        ready_at: at("ready_at_ms")?,
        courier_arrived_at: at("courier_arrived_at_ms")?,
        picked_up_at: at("picked_up_at_ms")?,
        notified_at: at("notified_at_ms")?,
    })
}

fn prediction(order_id: OrderId, row: &SqliteRow) -> Result<PredictionRow, DbError> {
    Ok(PredictionRow {
        order_id,
        made_at_ms: unsigned(row.try_get("made_at_ms")?),
        p10_at_ms: unsigned(row.try_get("p10_at_ms")?),
        p50_at_ms: unsigned(row.try_get("p50_at_ms")?),
        p90_at_ms: unsigned(row.try_get("p90_at_ms")?),
        confidence: row.try_get("confidence")?,
    })
}

type Bound<'q> = Query<'q, sqlx::Sqlite, SqliteArguments>;

fn bind_prediction<'q>(query: Bound<'q>, row: &'q PredictionRow) -> Bound<'q> {
    query
        .bind(row.order_id.as_str())
        .bind(signed(row.made_at_ms))
        .bind(signed(row.p10_at_ms))
        .bind(signed(row.p50_at_ms))
        .bind(signed(row.p90_at_ms))
        .bind(row.confidence)
}

async fn order(writer: &mut SqliteConnection, id: &OrderId, scope: &Scope) -> Result<Option<OrderView>, DbError> {
    let row = sqlx::query(include_str!("sql/order.sql")).bind(id.as_str()).fetch_optional(writer).await?;
    let found = row.map(|row| view(&row)).transpose()?;
    Ok(found.filter(|order| scope.contains(&order.merchant_id)))
}

/// Is the order there already, so that the report says nothing new?
fn known(order: &OrderView, event: &OrderEvent) -> bool {
    match event {
        OrderEvent::Ready => order.ready_at.is_some(),
        OrderEvent::CourierArrived => order.courier_arrived_at.is_some(),
        OrderEvent::PickedUp => order.state == OrderState::PickedUp,
        OrderEvent::Cancelled => order.state == OrderState::Cancelled,
    }
}

async fn note(
    writer: &mut SqliteConnection,
    id: &OrderId,
    event: &str,
    at_ms: u64,
    actor: &ActorId,
) -> Result<(), DbError> {
    sqlx::query(include_str!("sql/add_order_event.sql"))
        .bind(id.as_str())
        .bind(event)
        .bind(signed(at_ms))
        .bind(actor.as_str())
        .execute(writer)
        .await?;
    Ok(())
}

#[async_trait]
impl OrderStore for Sqlite {
    async fn put_kitchen(&self, report: &KitchenReport) -> Result<(), DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        PUT_ORDER
            .run(&mut transaction, &report.orders, |query, row| {
                query
                    .bind(row.order_id.as_str())
                    .bind(row.merchant_id.as_str())
                    .bind(state_word(row.state))
                    .bind(i64::from(row.items))
                    .bind(i64::from(row.items_done))
                    .bind(signed(row.placed_at_ms))
                    .bind(row.ready_at_ms.map(signed))
                    .bind(row.courier_arrived_at_ms.map(signed))
                    .bind(row.picked_up_at_ms.map(signed))
            })
            .await?;
        PUT_FORECAST
            .run(&mut transaction, &report.forecasts, |query, row| {
                bind_prediction(query, &row.prediction).bind(signed(row.naive_at_ms))
            })
            .await?;
        if let Some(board) = &report.board {
            sqlx::query(include_str!("sql/forget_predictions.sql")).execute(&mut *transaction).await?;
            PUT_PREDICTION.run(&mut transaction, board, bind_prediction).await?;
        }
        sqlx::query(include_str!("sql/set_fact.sql"))
            .bind(KITCHEN_CURSOR)
            .bind(report.cursor_ms.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn scored(&self, since_ms: u64, scope: &Scope) -> Result<Vec<ScoredRow>, DbError> {
        sqlx::query(include_str!("sql/scored.sql"))
            .bind(signed(since_ms))
            .bind(scope_json(scope)?)
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| {
                Ok(ScoredRow {
                    forecast: ForecastRow {
                        prediction: prediction(row.try_get::<&str, _>("order_id")?.parse()?, row)?,
                        naive_at_ms: unsigned(row.try_get("naive_at_ms")?),
                    },
                    merchant_id: row.try_get::<&str, _>("merchant_id")?.parse()?,
                    ready_at_ms: unsigned(row.try_get("ready_at_ms")?),
                })
            })
            .collect()
    }

    async fn courier_waits_ms(&self, since_ms: u64, scope: &Scope) -> Result<Vec<i64>, DbError> {
        Ok(sqlx::query_scalar(include_str!("sql/courier_waits.sql"))
            .bind(signed(since_ms))
            .bind(scope_json(scope)?)
            .fetch_all(&self.readers)
            .await?)
    }

    async fn orders(&self, query: &OrdersQuery, scope: &Scope) -> Result<Vec<OrderView>, DbError> {
        sqlx::query(include_str!("sql/orders_page.sql"))
            .bind(scope_json(scope)?)
            .bind(query.open_only)
            .bind(query.merchant.as_ref().map(|id| id.as_str().to_owned()))
            .bind(query.before_ms.map(signed))
            .bind(signed(query.limit as u64))
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(view)
            .collect()
    }

    async fn open_orders(&self, scope: &Scope) -> Result<u32, DbError> {
        let count: i64 = sqlx::query_scalar(include_str!("sql/open_orders.sql"))
            .bind(scope_json(scope)?)
            .fetch_one(&self.readers)
            .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn board(
        &self,
        confidence_min: f64,
        limit: usize,
        scope: &Scope,
    ) -> Result<Vec<(OrderView, PredictionRow)>, DbError> {
        let rows = sqlx::query(include_str!("sql/board.sql"))
            .bind(scope_json(scope)?)
            .bind(confidence_min)
            .bind(signed(limit as u64))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let order = view(row)?;
                let newest = prediction(order.order_id.clone(), row)?;
                Ok((order, newest))
            })
            .collect()
    }

    async fn report(
        &self,
        id: &OrderId,
        event: &OrderEvent,
        actor: &ActorId,
        at_ms: u64,
        scope: &Scope,
    ) -> Result<Reported, DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let Some(before) = order(&mut transaction, id, scope).await? else { return Ok(Reported::Unknown) };
        if known(&before, event) {
            return Ok(Reported::Done(before));
        }
        if before.state.is_final() {
            return Ok(Reported::Final(before));
        }
        sqlx::query(include_str!("sql/report_order.sql"))
            .bind(id.as_str())
            .bind(event_word(event))
            .bind(signed(at_ms))
            .execute(&mut *transaction)
            .await?;
        note(&mut transaction, id, event_word(event), at_ms, actor).await?;
        let after = order(&mut transaction, id, scope).await?.unwrap_or(before);
        transaction.commit().await?;
        Ok(Reported::Done(after))
    }

    async fn notify(&self, id: &OrderId, actor: &ActorId, at_ms: u64, scope: &Scope) -> Result<Reported, DbError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let Some(before) = order(&mut transaction, id, scope).await? else { return Ok(Reported::Unknown) };
        if before.notified_at.is_some() {
            return Ok(Reported::Done(before));
        }
        if before.state.is_final() {
            return Ok(Reported::Final(before));
        }
        sqlx::query(include_str!("sql/notify_order.sql"))
            .bind(id.as_str())
            .bind(signed(at_ms))
            .execute(&mut *transaction)
            .await?;
        note(&mut transaction, id, "notified", at_ms, actor).await?;
        let after = order(&mut transaction, id, scope).await?.unwrap_or(before);
        transaction.commit().await?;
        Ok(Reported::Done(after))
    }

    async fn reports_since(&self, after_place: u64) -> Result<Vec<(u64, OrderId, OrderEvent, u64)>, DbError> {
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(include_str!("sql/reports_since.sql"))
            .bind(signed(after_place))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(place, order, event, at_ms)| {
                Ok((unsigned(place), order.parse()?, event_of(&event)?, unsigned(at_ms)))
            })
            .collect()
    }

    async fn forget_orders(&self, before_ms: u64, limit: usize) -> Result<u64, DbError> {
        let mut writer = self.writer.lock().await;
        let done = sqlx::query(include_str!("sql/forget_orders.sql"))
            .bind(signed(before_ms))
            .bind(signed(limit as u64))
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected())
    }
}
