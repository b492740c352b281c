//! Charts and figures are what the backend says; nothing is made up in the window.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tests::api::Api;
use tests::seat::Seat;
use tests::webdriver::{self, Seen};
use tests::world::{Backend, Device, World};

/// `10248` → `10,248`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut parts: Vec<&str> = if first > 0 { vec![&digits[..first]] } else { vec![] };
    parts.extend((first..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
    parts.join(",")
}

fn number(json: &Json) -> u64 {
    json.as_u64().unwrap_or_else(|| panic!("no number: {json}"))
}

/// Waits until the window shows what the backend says now.
async fn agree(what: &str, api: &Api, path: &str, shown: impl AsyncFn(&Json) -> Result<(), String>) -> Json {
    // Forecasts are asked for again every half minute.
    let patience = 2 * webdriver::PATIENCE;
    webdriver::wait_until(what, patience, async || {
        let said = api.get(path).await.unwrap();
        Ok(match shown(&said).await {
            Ok(()) => Seen::Yes(said),
            Err(differs) => Seen::NotYet(differs),
        })
    })
    .await
    .unwrap()
}

fn same(shown: &[String], said: &[String]) -> Result<(), String> {
    if shown == said { Ok(()) } else { Err(format!("shown {shown:?}, said {said:?}")) }
}

/// Rows of a chart's table, cell by cell. The table is folded: its text is read all the same.
async fn table(seat: &Seat, chart: &str) -> Vec<Vec<String>> {
    let script =
        "return [...document.querySelectorAll(arguments[0])].map(row => [...row.cells].map(cell => cell.textContent))";
    let css = format!("[data-testid={chart}] tbody tr");
    serde_json::from_value(seat.window().execute(script, json!([css])).await.unwrap()).unwrap()
}

/// The chart is drawn: at least one shape for each datum, and words for each mark.
async fn is_drawn(seat: &Seat, chart: &str, data: usize) {
    let marks = format!("[data-testid={chart}] .mark");
    seat.appears(marks.as_str()).await.unwrap();
    let shape = |shape| format!("[data-testid={chart}] .svg svg {shape}");
    let shapes = ["rect", "path", "polyline", "circle", "polygon"].map(shape).join(", ");
    let drawn = seat.window().count(shapes.as_str()).await.unwrap();
    assert!(data > 0 && drawn >= data, "{chart}: {drawn} shapes for {data} data");
    for label in seat.attributes(&marks, "aria-label").await.unwrap() {
        assert!(!label.trim().is_empty(), "{chart}: a mark without words");
    }
}

/// Something to count: edits that went through, and two that disagree.
fn history(devices: [&Device; 2]) -> String {
    let [a, b] = devices;
    a.sync();
    b.sync();
    let stores = a.ask(&["search", "店", "--limit", "4"]);
    let id = |n: usize| stores[n]["merchant_id"].as_str().unwrap().to_owned();
    a.ask(&["set", &id(0), "name=统计一号店", "custom.seats=40"]);
    a.sync();
    a.ask(&["set", &id(1), "name=甲统计店", "address=统计路 1 号"]);
    b.ask(&["set", &id(1), "name=乙统计店"]);
    a.sync();
    b.sync();
    id(1)
}

/// The order that is on the board at every hour.
const ORDER: &str = "E2E-0001";
const MINUTE_MS: i64 = 60_000;

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Lets the demo's kitchens live through their last day, then closes them and leaves one open order with its forecast.
/// They rest at night, and the test shall mean the same at every hour; from here on everything goes through the backend.
async fn one_open_order(backend: &mut Backend, database: &Path, merchant: &str) {
    let mut db = SqliteConnectOptions::new().filename(database).connect().await.unwrap();
    let patience = 2 * webdriver::PATIENCE;
    webdriver::wait_until("the demo's kitchens at the present", patience, async || {
        let cursor: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'kitchen_cursor_ms'")
            .fetch_optional(&mut db)
            .await
            .unwrap();
        let at_ms = cursor.as_ref().and_then(|ms| ms.parse::<i64>().ok()).unwrap_or_default();
        Ok(if at_ms > now_ms() - MINUTE_MS { Seen::Yes(()) } else { Seen::NotYet(format!("{cursor:?}")) })
    })
    .await
    .unwrap();
    backend.kill();
    let now = now_ms();
    for close in ["UPDATE meta SET value = '[]' WHERE name = 'kitchen_stores'", "DELETE FROM predictions"] {
        sqlx::query(close).execute(&mut db).await.unwrap();
    }
    sqlx::query(
        "INSERT INTO orders (order_id, merchant_id, state, items, items_done, placed_at_ms) \
         VALUES (?1, ?2, 'preparing', 4, 3, ?3)",
    )
    .bind(ORDER)
    .bind(merchant)
    .bind(now - 12 * MINUTE_MS)
    .execute(&mut db)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO predictions (order_id, made_at_ms, p10_at_ms, p50_at_ms, p90_at_ms, confidence) \
         VALUES (?1, ?2, ?3, ?4, ?5, 0.93)",
    )
    .bind(ORDER)
    .bind(now)
    .bind(now + MINUTE_MS)
    .bind(now + 2 * MINUTE_MS)
    .bind(now + 4 * MINUTE_MS)
    .execute(&mut db)
    .await
    .unwrap();
    db.close().await.unwrap();
    backend.restart().unwrap();
}

/// No alert on the board is of the past, which the demo's kitchens live through again when the backend starts.
fn of_the_present(board: &Json) -> Result<(), String> {
    let old = |alert: &&Json| {
        let at = alert["p50_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        at.timestamp_millis() < now_ms() - 30 * MINUTE_MS
    };
    match board["alerts"].as_array().unwrap().iter().find(old) {
        Some(alert) => Err(format!("an alert of the past: {alert}")),
        None => Ok(()),
    }
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn insights_show_what_the_backend_says_and_a_rider_can_be_told() {
    let world = World::new().unwrap();
    let mut backend = world.backend(120).unwrap();
    let a = world.device("a", &backend, "merchant").unwrap();
    let b = world.device("b", &backend, "merchant").unwrap();
    let store = history([&a, &b]);
    one_open_order(&mut backend, &world.path("server.db"), &store).await;
    let desk = world.device("insights", &backend, "operations").unwrap();
    let api = Api::of(&desk).await.unwrap();
    let seat = Seat::open(&desk).await.unwrap();
    seat.synced().await.unwrap();
    seat.go("insights").await.unwrap();
    let offset = seat.window().execute("return -new Date().getTimezoneOffset()", json!([])).await.unwrap();

    // The board.
    let shown_orders = async || seat.attributes("[data-testid=alert-row]", "data-order").await.unwrap();
    let said_orders = |board: &Json| -> Vec<String> {
        board["alerts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alert| alert["order"]["order_id"].as_str().unwrap().to_owned())
            .collect()
    };
    agree("the alerts of the backend on the board", &api, "/api/v1/alerts", async |board| {
        of_the_present(board)?;
        if !said_orders(board).iter().any(|order| order == ORDER) {
            return Err("the order is not on the board".to_owned());
        }
        same(&shown_orders().await, &said_orders(board))?;
        let count = seat.texts("[data-testid=kpi-window] dd").await.unwrap();
        let said = said_orders(board).len().to_string();
        if count.first().is_some_and(|text| text.starts_with(&said)) {
            Ok(())
        } else {
            Err(format!("{count:?}, not {said}"))
        }
    })
    .await;

    // Telling a rider changes the row, here and at the backend.
    let cell = format!("[data-testid=alert-row][data-order=\"{ORDER}\"] [data-testid=rider-state]");
    seat.window().click(format!("{cell} [data-testid=notify-rider]").as_str()).await.unwrap();
    seat.says(&cell, "已通知").await.unwrap();
    let board = api.get("/api/v1/alerts").await.unwrap();
    let told = board["alerts"].as_array().unwrap().iter().find(|alert| alert["order"]["order_id"] == ORDER).unwrap();
    assert!(told["order"]["notified_at"].is_string(), "the backend knows that the rider was told: {told}");

    // Kitchen figures and their table.
    let path = format!("/api/v1/metrics/kitchen?days=1&utc_offset_min={offset}");
    let said = agree("the kitchen's figures", &api, &path, async |said| {
        let samples = seat.texts("[data-testid=kpi-coverage]").await.unwrap().join(" ");
        let wanted = format!("样本 {}", grouped(number(&said["samples"])));
        if !samples.contains(&wanted) {
            return Err(format!("{samples}, not {wanted}"));
        }
        let waits: Vec<String> =
            said["avoidable_wait_min"].as_array().unwrap().iter().map(|n| grouped(number(n))).collect();
        let shown: Vec<String> =
            table(&seat, "chart-wait").await.into_iter().map(|mut cells| cells.swap_remove(1)).collect();
        same(&shown, &waits)
    })
    .await;
    // Neighbouring minutes may share a bar: at least one where somebody waited.
    is_drawn(&seat, "chart-wait", 1).await;
    is_drawn(&seat, "chart-calibration", said["calibration"].as_array().unwrap().len()).await;

    // Sync figures, their tables, and what the command line did above.
    seat.window().click("[data-testid=insights-tab-sync]").await.unwrap();
    let path = format!("/api/v1/metrics/sync?days=7&utc_offset_min={offset}");
    let said = agree("the sync figures", &api, &path, async |said| {
        let open = seat.texts("[data-testid=kpi-conflicts] dd").await.unwrap().join(" ");
        if !open.starts_with(&grouped(number(&said["open_conflicts"]))) {
            return Err(format!("{open}, not {}", said["open_conflicts"]));
        }
        let edits: Vec<String> =
            said["lag"].as_array().unwrap().iter().map(|point| grouped(number(&point["edits"]))).collect();
        let shown: Vec<String> =
            table(&seat, "chart-lag").await.into_iter().map(|mut cells| cells.swap_remove(3)).collect();
        same(&shown, &edits)?;
        let by_people: Vec<String> =
            said["sources"].as_array().unwrap().iter().map(|s| grouped(number(&s["reviewed"]))).collect();
        let shown: Vec<String> =
            table(&seat, "chart-sources").await.into_iter().map(|mut cells| cells.swap_remove(2)).collect();
        same(&shown, &by_people)?;
        let days = said["conflicts"].as_array().unwrap().len();
        let shown = table(&seat, "chart-conflicts").await.len();
        if shown == days { Ok(()) } else { Err(format!("{shown} days, not {days}")) }
    })
    .await;
    let groups = |day: &Json| day["groups"].as_array().unwrap().len();
    is_drawn(&seat, "chart-lag", said["lag"].as_array().unwrap().len()).await;
    is_drawn(&seat, "chart-conflicts", said["conflicts"].as_array().unwrap().iter().map(groups).sum()).await;
    is_drawn(&seat, "chart-sources", said["sources"].as_array().unwrap().len()).await;
    assert_eq!(number(&said["open_conflicts"]), 1, "{said}");
    assert!(number(&said["edits"]) >= 3, "{said}");

    // A mark that has the focus says its words beside it.
    seat.window()
        .execute("document.querySelector('[data-testid=chart-conflicts] .mark').focus()", json!([]))
        .await
        .unwrap();
    seat.appears("[data-testid=chart-conflicts] [data-testid=chart-tip]").await.unwrap();
}
