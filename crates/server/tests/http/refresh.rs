//! Refresh tokens that are sent twice: answers that were lost, and thieves. The times are given.

use std::sync::Arc;

use domain::Role;
use server::auth::Sessions;
use server::auth::sessions::{Granted, REFRESH_GRACE_MS};
use server::db::{self, Database};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::world::World;

const START_MS: u64 = crate::world::BASE_MS;
/// Long after: no grace reaches so far.
const HOUR_MS: u64 = 3_600_000;

/// The tokens in a file, beside a server that knows nothing of them.
struct Desk {
    world: World,
    db: Arc<dyn Database>,
    sessions: Sessions,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        world.user("ops", Role::Operations, "a long password").await;
        let db = db::open(&world.database()).await.unwrap();
        Self { world, sessions: Sessions::new(Arc::clone(&db)), db }
    }

    async fn sign_in(&self) -> Granted {
        let account = self.db.account(&"ops".parse().unwrap()).await.unwrap().unwrap();
        self.sessions.grant(&account.actor, true, START_MS).await.unwrap()
    }

    async fn refresh(&self, granted: &Granted, now_ms: u64) -> Option<Granted> {
        let token = granted.refresh.as_deref().unwrap();
        self.sessions.refresh(token, now_ms).await.unwrap().map(|(_, next)| next)
    }

    /// Uses the access token.
    async fn works(&self, granted: &Granted, now_ms: u64) -> bool {
        self.sessions.check(&granted.access, now_ms).await.unwrap().is_some()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_is_made_up_for_however_late() {
    let desk = Desk::new().await;
    let first = desk.sign_in().await;
    let mut now_ms = START_MS + HOUR_MS;
    for _ in 0..3 {
        assert!(desk.refresh(&first, now_ms).await.is_some(), "and its answer is lost");
        now_ms += 5 * HOUR_MS;
    }
    let second = desk.refresh(&first, now_ms).await.unwrap();
    assert!(desk.works(&second, now_ms).await);
    let third = desk.refresh(&second, now_ms + HOUR_MS).await.unwrap();
    assert!(desk.works(&third, now_ms + HOUR_MS).await, "the sign-in goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_refresh_at_once_both_go_on() {
    let desk = Desk::new().await;
    let first = desk.sign_in().await;
    // Also where the answer to a try before was lost.
    assert!(desk.refresh(&first, START_MS).await.is_some());
    let now_ms = START_MS + HOUR_MS;
    let one = desk.refresh(&first, now_ms).await.unwrap();
    assert!(desk.works(&one, now_ms).await);
    let other = desk.refresh(&first, now_ms + REFRESH_GRACE_MS).await.unwrap();
    for granted in [one, other] {
        assert!(desk.works(&granted, now_ms + 1).await);
        let next = desk.refresh(&granted, now_ms + HOUR_MS).await.unwrap();
        assert!(desk.works(&next, now_ms + HOUR_MS).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_comes_again_after_its_successor_was_used_was_stolen() {
    let desk = Desk::new().await;
    // The access token was used, and has been forgotten since.
    let first = desk.sign_in().await;
    let second = desk.refresh(&first, START_MS).await.unwrap();
    assert!(desk.works(&second, START_MS).await);
    desk.db.forget_expired(START_MS + 2 * HOUR_MS).await.unwrap();
    assert!(desk.refresh(&first, START_MS + 2 * HOUR_MS).await.is_none());
    assert!(desk.refresh(&second, START_MS + 2 * HOUR_MS).await.is_none(), "the whole sign-in is void");

    // The access token was used where another server on the same data saw it.
    let first = desk.sign_in().await;
    let second = desk.refresh(&first, START_MS).await.unwrap();
    let neighbour = Sessions::new(db::open(&desk.world.database()).await.unwrap());
    assert!(neighbour.check(&second.access, START_MS).await.unwrap().is_some());
    let late = START_MS + REFRESH_GRACE_MS + 1;
    assert!(desk.refresh(&first, late).await.is_none());
    assert!(!desk.works(&second, late).await);

    // The refresh token was used: then at once, for no two processes come that far.
    let first = desk.sign_in().await;
    let second = desk.refresh(&first, START_MS).await.unwrap();
    let third = desk.refresh(&second, START_MS + 1).await.unwrap();
    assert!(desk.works(&third, START_MS + 1).await);
    assert!(desk.refresh(&first, START_MS + 2).await.is_none());
    assert!(!desk.works(&third, START_MS + 2).await);
}

/// Somebody has the old token, and is faster than the one who has its successor and has not used it yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_thief_who_comes_before_the_successor_is_used_is_found_when_it_is() {
    let desk = Desk::new().await;
    let first = desk.sign_in().await;
    let honest = desk.refresh(&first, START_MS).await.unwrap();
    let now_ms = START_MS + HOUR_MS / 2;
    let thief = desk.refresh(&first, now_ms).await.unwrap();
    assert!(desk.works(&thief, now_ms).await);
    assert!(!desk.works(&honest, now_ms).await);
    assert!(desk.refresh(&honest, now_ms).await.is_none());
    assert!(!desk.works(&thief, now_ms).await);
    assert!(desk.refresh(&thief, now_ms).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_cannot_be_stored_has_not_begun() {
    let desk = Desk::new().await;
    let first = desk.sign_in().await;
    let second = desk.refresh(&first, START_MS).await.unwrap();
    // As the disk says it, in the middle of the transaction.
    desk.world
        .sql("CREATE TRIGGER disk_full BEFORE INSERT ON tokens BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        .await;
    for granted in [&first, &second] {
        let token = granted.refresh.as_deref().unwrap();
        assert!(desk.sessions.refresh(token, START_MS + HOUR_MS / 2).await.is_err());
    }
    desk.world.sql("DROP TRIGGER disk_full").await;
    // What would have been void is good, and what would have been exchanged is not.
    assert!(desk.works(&second, START_MS + HOUR_MS / 2).await);
    let third = desk.refresh(&second, START_MS + HOUR_MS).await.unwrap();
    assert!(desk.works(&third, START_MS + HOUR_MS).await);
}

/// Nothing says what earlier versions gave out for a token: it arrived.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_exchanged_is_not_good_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("server.db");
    let mut raw = SqliteConnectOptions::new().filename(&file).create_if_missing(true).connect().await.unwrap();
    for migration in [
        include_str!("../../src/db/migrations/0001_start.sql"),
        include_str!("../../src/db/migrations/0002_pull.sql"),
        include_str!("../../src/db/migrations/0003_places.sql"),
        include_str!("../../src/db/migrations/0004_schema.sql"),
        include_str!("../../src/db/migrations/0005_plain_digests.sql"),
        "PRAGMA user_version = 5",
        "INSERT INTO accounts VALUES ('ops', 'user', 'Ops', 'operations', '\"all\"', '', 0)",
    ] {
        sqlx::raw_sql(migration).execute(&mut raw).await.unwrap();
    }
    for (token, used_at_ms) in [("exchanged", Some(START_MS as i64)), ("fresh", None)] {
        sqlx::query("INSERT INTO tokens VALUES (?1, 'refresh', 'ops', ?1, ?2, ?3)")
            .bind(server::auth::secrets::token_hash(token).as_slice())
            .bind((START_MS + 24 * HOUR_MS) as i64)
            .bind(used_at_ms)
            .execute(&mut raw)
            .await
            .unwrap();
    }
    drop(raw);
    let sessions = Sessions::new(db::open(&format!("sqlite:{}", file.display())).await.unwrap());
    assert!(sessions.refresh("exchanged", START_MS + HOUR_MS).await.unwrap().is_none());
    assert!(sessions.refresh("fresh", START_MS + HOUR_MS).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nobody_has_costs_those_who_write_and_those_who_are_signed_in_nothing() {
    let desk = Desk::new().await;
    let granted = desk.sign_in().await;
    assert!(desk.works(&granted, START_MS).await);
    // What is remembered needs no look into the file, and what nobody has no turn at writing.
    desk.world.sql("DELETE FROM tokens").await;
    let file = SqliteConnectOptions::new().filename(desk.world.dir.path().join("server.db"));
    let mut raw = file.connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut raw).await.unwrap();
    let nobodys = desk.sessions.refresh("nobody's", START_MS);
    let soon = std::time::Duration::from_secs(2);
    assert!(tokio::time::timeout(soon, nobodys).await.unwrap().unwrap().is_none());
    assert!(desk.works(&granted, START_MS).await);
}
