#![allow(clippy::unwrap_used)]

use super::*;
use domain::metrics::GroupCount;
use domain::orders::OrderView;
use domain::{ErrorCode, MerchantId};

fn at(s: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + s, 0).unwrap()
}

fn mark(index: usize) -> ChartMark {
    ChartMark { x: 50.0, y: 10.0, width: 100.0, height: 80.0, index }
}

fn alert(state: OrderState, notified_at: Option<DateTime<Utc>>) -> AlertView {
    AlertView {
        order: OrderView {
            order_id: OrderId::new("A-20874").unwrap(),
            merchant_id: MerchantId::new("BJ-0187").unwrap(),
            merchant_name: "美味小馆".to_owned(),
            state,
            items: 3,
            items_done: 1,
            placed_at: at(0),
            ready_at: None,
            courier_arrived_at: None,
            picked_up_at: (state == OrderState::PickedUp).then(|| at(900)),
            notified_at,
        },
        p10_at: at(300),
        p50_at: at(400),
        p90_at: at(600),
        confidence: 0.93,
    }
}

fn problem() -> IpcError {
    IpcError { code: ErrorCode::Unreachable, message: String::new(), field: None }
}

#[test]
fn the_question_has_the_real_width_in_steps() {
    let asked = |width| query(Span::Week, 480, width).map(|q| (q.days, q.utc_offset_min, q.width_px));
    assert_eq!(asked(1110.4), Some((7, 480, 1104)));
    assert_eq!(asked(1.0), Some((7, 480, 320)));
    assert_eq!(asked(1e9), Some((7, 480, 4096)));
    assert_eq!(asked(0.0), None, "not laid out yet");
    assert_eq!(asked(f64::NAN), None);
}

#[test]
fn days_are_counted_by_group() {
    let count = |group: &str, reviewed, auto| GroupCount { group: group.to_owned(), reviewed, auto };
    let day = ConflictDay {
        day: at(0).date_naive(),
        groups: vec![count("hours", 2, 3), count("phones", 1, 0), count("future", 1, 1), count("other", 0, 4)],
    };
    assert_eq!(by_group(&day), [1, 5, 0, 0, 6]);
    assert_eq!(reviewed(&day), 4);
    let metrics = SyncMetrics { conflicts: vec![day], ..SyncMetrics::default() };
    assert_eq!(conflicts(&metrics), (12, 8));
    assert_eq!(conflicts(&SyncMetrics::default()), (0, 0));
}

#[test]
fn shares_of_nothing_are_unknown() {
    assert_eq!(percent(0, 0), None);
    assert_eq!((percent(7, 8), percent(1, 3), percent(3, 3)), (Some(88), Some(33), Some(100)));
    assert_eq!((share_percent(0.814), share_percent(f64::NAN)), (Some(81), None));
}

#[test]
fn a_mark_stands_for_all_data_up_to_the_next() {
    let marks = [mark(0), mark(3), mark(6)];
    assert_eq!(data_of(&marks, 0, 8), 0..3);
    assert_eq!(data_of(&marks, 2, 8), 6..8);
    assert_eq!(data_of(&marks, 1, 2), 2..2, "the chart is older than the data");
    assert_eq!(data_of(&marks, 9, 8), 8..8);
}

#[test]
fn neighbouring_buckets_keep_their_peak() {
    let point = |s, p50_ms, p95_ms, edits| LagPoint { at: at(s), p50_ms, p95_ms, edits };
    let joined = lag(&[point(0, 900, 2000, 4), point(60, 700, 9000, 1)]).unwrap();
    assert_eq!(joined, Lag { from: at(0), to: at(60), p50_ms: (700, 900), p95_ms: 9000, edits: 5 });
    assert_eq!(lag(&[]), None);
}

#[test]
fn geometry_is_relative_to_what_was_drawn() {
    let svg = r#"<svg class="chart" xmlns="http://www.w3.org/2000/svg" width="1000" height="100" viewBox="0 0 10000 1000"><line stroke-width="10"/></svg>"#;
    assert_eq!(drawn_size(svg), Some((1000.0, 100.0)));
    assert_eq!(drawn_size("<svg width=\"0\" height=\"9\">"), None);
    assert_eq!(drawn_size(""), None);
    assert_eq!(place(&mark(0), (1000.0, 100.0)), (5.0, 10.0, 10.0, 80.0));
    assert!(!is_drawn(&ChartView::default()));
}

#[test]
fn arrows_walk_through_the_marks() {
    for (key, from, expected) in [
        ("ArrowRight", 0, Some(1)),
        ("ArrowRight", 2, Some(2)),
        ("ArrowLeft", 0, Some(0)),
        ("End", 0, Some(2)),
        ("Home", 2, Some(0)),
        ("a", 1, None),
    ] {
        assert_eq!(next_mark(key, from, 3), expected, "{key}");
    }
    assert_eq!(next_mark("Home", 0, 0), None);
}

#[test]
fn the_servers_word_comes_before_the_windows() {
    let failed = Attempt::Failed(problem());
    for (state, notified, attempt, expected) in [
        (OrderState::Preparing, None, None, Rider::Offer),
        (OrderState::Preparing, None, Some(&Attempt::Sending), Rider::Sending),
        (OrderState::Preparing, None, Some(&Attempt::Taken), Rider::Told(None)),
        (OrderState::Preparing, None, Some(&failed), Rider::Failed(problem())),
        (OrderState::Preparing, Some(at(5)), Some(&failed), Rider::Told(Some(at(5)))),
        (OrderState::PickedUp, None, Some(&Attempt::Sending), Rider::PickedUp(Some(at(900)))),
        (OrderState::Cancelled, Some(at(5)), None, Rider::Cancelled),
    ] {
        assert_eq!(rider(&alert(state, notified), attempt), expected);
    }
}

#[test]
fn attempts_end_when_the_board_knows_better() {
    let board = |alerts| AlertBoard { at: at(0), window_min: 15, confidence_min: 0.85, alerts, open_orders: 1 };
    let id = OrderId::new("A-20874").unwrap();
    let mut attempts = BTreeMap::from([(id.clone(), Attempt::Taken)]);
    let waiting = board(vec![alert(OrderState::Preparing, None)]);
    assert_eq!(to_tell(&waiting), 1);
    still_open(&mut attempts, &waiting);
    assert_eq!(attempts.len(), 1);
    let told = board(vec![alert(OrderState::Preparing, Some(at(5)))]);
    assert_eq!(to_tell(&told), 0);
    still_open(&mut attempts, &told);
    assert!(attempts.is_empty());
}

#[test]
fn the_last_bin_of_waits_is_open() {
    assert_eq!((wait_bin(0, 11), wait_bin(10, 11)), ((0, Some(1)), (10, None)));
}
