#![allow(clippy::unwrap_used)]

use super::*;
use domain::change::Change;
use domain::ipc::{SecretStore, Session};
use domain::{MerchantId, Value};

fn at(s: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + s, 0).unwrap_or_default()
}

fn status(phase: SyncPhase) -> StatusView {
    StatusView {
        phase,
        queued: 3,
        oldest_unsynced_s: Some(60),
        in_review: 0,
        rejected: 0,
        reviews: 0,
        merchants: 10,
        online: true,
        latency_ms: None,
        last_sync_at: None,
        next_attempt_at: None,
        device_name: String::new(),
        server: String::new(),
        fallback: false,
        checked: None,
        clock_ahead_ms: None,
        problem: None,
        session: Session { actor: None, signed_in: false, secret_store: SecretStore::Memory },
    }
}

fn row(state: EditState, group: OutboxGroup, field: &str) -> OutboxRow {
    OutboxRow {
        edit_id: "0199a3b0-0000-7000-8000-000000000001".parse().unwrap(),
        merchant_id: MerchantId::new("BJ-0155").unwrap(),
        merchant_name: "阿婆生煎（西单店）".to_owned(),
        writes: Vec::new(),
        change: Change { field: field.to_owned(), before: Value::NULL, after: Value::text("x") },
        settled: Vec::new(),
        state,
        group,
        actor_name: "王磊".to_owned(),
        at: at(0),
        attempts: 0,
        next_attempt_at: None,
        problem: None,
    }
}

fn problem(code: ErrorCode) -> IpcError {
    IpcError { code, message: String::new(), field: None }
}

#[test]
fn the_banner_says_the_worst_thing() {
    let refused = OutboxPage { all: 37, needs_you: 3, ..OutboxPage::default() };
    let fine = OutboxPage { all: 34, ..OutboxPage::default() };
    let says = |phase, page: &OutboxPage| banner(&status(phase), page);
    let three = Some(Banner::Refused { refused: 3, rest: 34 });
    assert_eq!(says(SyncPhase::Offline, &refused), Some(Banner::Offline));
    assert_eq!(says(SyncPhase::Paused, &refused), Some(Banner::Paused));
    assert_eq!(says(SyncPhase::Syncing, &refused), three);
    assert_eq!(says(SyncPhase::Syncing, &fine), Some(Banner::Syncing));
    assert_eq!(says(SyncPhase::Syncing, &OutboxPage::default()), None);
    assert_eq!(says(SyncPhase::Pending, &refused), three);
    assert_eq!(says(SyncPhase::Pending, &fine), None);
    assert_eq!(says(SyncPhase::Synced, &fine), None);
    let broken = StatusView { problem: Some(problem(ErrorCode::Storage)), ..status(SyncPhase::Error) };
    assert_eq!(banner(&broken, &refused), Some(Banner::Problem(problem(ErrorCode::Storage))));
}

#[test]
fn the_next_step_of_a_line() {
    let queued = row(EditState::Queued, OutboxGroup::Queued, "name");
    let retrying =
        OutboxRow { next_attempt_at: Some(at(38)), attempts: 2, group: OutboxGroup::Retrying, ..queued.clone() };
    let refused = row(EditState::Rejected, OutboxGroup::NeedsYou, "name");
    let contested = OutboxRow { problem: Some(problem(ErrorCode::InReview)), ..refused.clone() };
    for (row, phase, expected) in [
        (&queued, SyncPhase::Pending, Next::Batch),
        (&queued, SyncPhase::Offline, Next::WhenOnline),
        (&queued, SyncPhase::Paused, Next::AfterSignIn),
        (&queued, SyncPhase::Error, Next::AfterRepair),
        (&retrying, SyncPhase::Pending, Next::InSeconds(38)),
        (&retrying, SyncPhase::Offline, Next::WhenOnline),
        (&row(EditState::Sending, OutboxGroup::Queued, "name"), SyncPhase::Offline, Next::Sending),
        (&refused, SyncPhase::Offline, Next::Fix),
        (&contested, SyncPhase::Offline, Next::Review),
        (&row(EditState::InReview, OutboxGroup::WaitingOnOthers, "name"), SyncPhase::Pending, Next::Review),
    ] {
        assert_eq!(next(row, phase, at(0)), expected, "{:?} {phase:?}", row.state);
    }
    assert_eq!(next(&retrying, SyncPhase::Pending, at(39)), Next::Batch, "its time has come");
}

#[test]
fn offers_follow_the_state() {
    let refused = row(EditState::Rejected, OutboxGroup::NeedsYou, "name");
    let all = offers(&refused);
    assert!(all.edit_here && all.retry && all.discard && !all.open_conflicts);
    let moved = OutboxRow { problem: Some(problem(ErrorCode::ReviewMoved)), ..refused.clone() };
    let chosen_again = offers(&moved);
    assert!(!chosen_again.edit_here && !chosen_again.retry && chosen_again.discard && chosen_again.open_conflicts);
    let contested = offers(&OutboxRow { problem: Some(problem(ErrorCode::InReview)), ..refused.clone() });
    assert!(!contested.edit_here && contested.retry && contested.discard && contested.open_conflicts);
    for (field, here) in
        [("phones", true), ("tags", true), ("hours.mo", true), ("custom.seats", true), ("deleted", false)]
    {
        let offered = offers(&row(EditState::Rejected, OutboxGroup::NeedsYou, field));
        assert_eq!((offered.edit_here, offered.retry), (here, true), "{field}");
    }
    let waiting = offers(&row(EditState::InReview, OutboxGroup::WaitingOnOthers, "name"));
    assert!(!waiting.discard && !waiting.retry && waiting.open_conflicts);
    let sending = offers(&row(EditState::Sending, OutboxGroup::Queued, "name"));
    assert!(!sending.discard && !sending.retry, "what is on its way cannot be taken back");
}

#[test]
fn every_code_has_advice() {
    for code in ErrorCode::ALL {
        let _ = advice(*code);
    }
    assert_eq!(advice(ErrorCode::BadHours), Advice::ChangeValue);
    assert_eq!(advice(ErrorCode::ReviewMoved), Advice::ChooseAgain);
    assert_eq!(advice(ErrorCode::Unknown), Advice::TryAgain);
}

#[test]
fn only_what_is_seen_is_drawn() {
    assert_eq!(visible(0.0, 520.0, 770), (0, 19));
    assert_eq!(visible(5200.0, 520.0, 770), (92, 119));
    assert_eq!(visible(1e9, 520.0, 770), (770, 770));
    assert_eq!(visible(f64::NAN, 520.0, 3), (0, 3));
    assert_eq!(
        (request(0, 19), request(92, 119), request(40, 61), request(0, 0)),
        ((0, 50), (50, 100), (0, 100), (0, 50))
    );
    assert_eq!(request(0, 9_000).1, REQUEST_ROWS_MAX);
    assert_eq!(scroll_to(0, 100.0, 400.0, 34.0), Some(0.0));
    assert_eq!(scroll_to(3, 100.0, 400.0, 34.0), None);
    assert_eq!(scroll_to(9, 0.0, 400.0, 34.0), Some(154.0));
    assert_eq!((moved(0, -1, 5), moved(4, 1, 5), moved(1, 1, 5), moved(0, 1, 0)), (0, 4, 2, 0));
}
