//! How long is waited after failures, who shortens a delay and who does not.

use sync_engine::device::{Backoff, Failure, Input};

use crate::desk::{Desk, SERVER_MS, batch, edits, names, page, pull_failed, push_failed};

#[test]
fn delays_grow_and_are_bounded_and_never_nothing() {
    let backoff = Backoff::default();
    let longest = |failures| (0..20_000).map(|jitter| backoff.delay_ms(failures, jitter)).max();
    let shortest = |failures| (0..20_000).map(|jitter| backoff.delay_ms(failures, jitter)).min();
    let table = [(1, 1_000), (2, 2_000), (3, 4_000), (4, 15_000), (5, 15_000), (u32::MAX, 15_000)];
    for (failures, cap_ms) in table {
        assert_eq!((shortest(failures), longest(failures)), (Some(100), Some(cap_ms)), "failure {failures}");
    }
}

#[test]
fn it_goes_on_trying_for_as_long_as_it_takes() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    desk.tell(Input::WakeUp);
    desk.tell(pull_failed(Failure::Busy { retry_after_ms: Some(3_600_000) }));
    for attempt in 1..200 {
        desk.tell(push_failed(Failure::Unreachable));
        desk.tell(Input::OutcomesStored);
        let (waited_ms, effects) = desk.wake();
        assert!((100..=15_000).contains(&waited_ms), "attempt {attempt}: {waited_ms}");
        assert_eq!(names(&effects), ["load"], "attempt {attempt}");
        desk.tell(batch(&made));
    }
}

#[test]
fn a_failing_pull_is_not_hurried_by_wake_ups() {
    let mut desk = Desk::quiet();
    desk.tell(Input::WakeUp);
    desk.tell(pull_failed(Failure::Unreachable));
    for _ in 0..100 {
        assert_eq!(desk.tell(Input::WakeUp), [], "nothing is retried without delay");
    }
    assert_eq!(names(&desk.wake().1), ["pull"]);
}

#[test]
fn retry_after_is_kept() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    desk.tell(push_failed(Failure::Busy { retry_after_ms: Some(42_000) }));
    desk.tell(Input::OutcomesStored);
    assert_eq!(desk.engine.progress().online, Some(true), "a busy server is there");
    // Another lane that gets through, a wake-up, a new edit, a refusing disk: none of them shortens it.
    desk.tell(Input::WakeUp);
    desk.tell(pull_failed(Failure::Unreachable));
    let (_, effects) = desk.wake();
    assert_eq!(names(&effects), ["pull"]);
    assert_eq!(names(&desk.tell(page(true))), ["store page"]);
    desk.tell(Input::PageStored);
    assert_eq!(desk.tell(Input::EditSaved), []);
    assert!(desk.engine.next_wake_ms() < Some(SERVER_MS + 42_000), "the poll comes before");
    assert_eq!(desk.engine.progress().next_attempt_ms, Some(SERVER_MS + 42_000), "and is no attempt");
    desk.now_ms = SERVER_MS + 41_999;
    assert!(!names(&desk.tell(Input::Tick)).contains(&"load"));
    desk.now_ms = SERVER_MS + 42_000;
    assert!(names(&desk.tell(Input::Tick)).contains(&"load"));
}

#[test]
fn what_the_server_asked_for_outlasts_a_refusing_disk() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(push_failed(Failure::Busy { retry_after_ms: Some(42_000) }));
    desk.tell(Input::PushStorageFailed);
    assert_eq!(desk.engine.next_wake_ms(), Some(SERVER_MS + 15_000), "the poll");
    desk.now_ms += 41_999;
    assert!(!names(&desk.tell(Input::Tick)).contains(&"release"));
    desk.now_ms += 1;
    assert!(names(&desk.tell(Input::Tick)).contains(&"release"));
}

#[test]
fn what_the_server_asked_for_is_over_when_it_has_been_waited_for() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    desk.tell(push_failed(Failure::Busy { retry_after_ms: Some(10_000) }));
    desk.tell(Input::OutcomesStored);
    let (waited_ms, effects) = desk.wake();
    assert_eq!((waited_ms, names(&effects)), (10_000, vec!["load"]));
    // Nobody is there any more, in the very same millisecond; then the other lane gets through.
    desk.tell(batch(&made));
    desk.tell(push_failed(Failure::Unreachable));
    desk.tell(Input::OutcomesStored);
    assert_eq!(names(&desk.tell(Input::WakeUp)), ["pull"]);
    assert_eq!(names(&desk.tell(page(true))), ["store page", "load"], "it need not wait any more");
}

#[test]
fn a_disk_that_refuses_after_a_failure_asks_for_nothing() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    desk.jitter = 900;
    desk.tell(push_failed(Failure::Unreachable));
    desk.jitter = 0;
    assert_eq!(desk.tell(Input::PushStorageFailed), []);
    assert_eq!(desk.engine.next_wake_ms(), Some(desk.now_ms + 100), "the newest failure decides");
    assert_eq!(names(&desk.tell(Input::WakeUp)), ["pull"]);
    assert_eq!(names(&desk.tell(page(true))), ["store page", "release"], "and the server is back");
}

#[test]
fn a_person_does_not_wait_and_nobody_waits_a_day() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(push_failed(Failure::Busy { retry_after_ms: Some(86_400_000) }));
    desk.tell(Input::OutcomesStored);
    desk.tell(Input::WakeUp);
    desk.tell(pull_failed(Failure::Busy { retry_after_ms: Some(86_400_000) }));
    assert_eq!(desk.engine.next_wake_ms(), Some(SERVER_MS + 3_600_000), "an hour at most");
    assert_eq!(names(&desk.tell(Input::SyncNow)), ["load", "pull"]);
}

#[test]
fn when_the_server_is_back_for_one_lane_the_other_does_not_wait_out_its_delay() {
    let mut desk = Desk::pushing(&edits(1));
    for _ in 0..6 {
        desk.tell(push_failed(Failure::Unreachable));
        desk.tell(Input::OutcomesStored);
        desk.tell(Input::SyncNow);
        desk.tell(batch(&edits(1)));
        desk.tell(pull_failed(Failure::Unreachable));
    }
    desk.tell(push_failed(Failure::Unreachable));
    desk.tell(Input::OutcomesStored);
    desk.tell(Input::SyncNow);
    desk.tell(batch(&edits(1)));
    desk.tell(push_failed(Failure::Unreachable));
    desk.tell(Input::OutcomesStored);
    assert_eq!(names(&desk.tell(page(true))), ["store page", "load"]);
}

#[test]
fn a_lane_that_gets_through_is_not_hurried_itself() {
    let mut desk = Desk::quiet();
    desk.tell(Input::WakeUp);
    desk.tell(pull_failed(Failure::Unreachable));
    assert_eq!(names(&desk.wake().1), ["pull"]);
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PageStored), [], "one pull is enough");
}

#[test]
fn a_clock_that_is_set_back_does_not_lengthen_a_delay() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(push_failed(Failure::Unreachable));
    desk.tell(Input::OutcomesStored);
    desk.now_ms -= 7_200_000;
    desk.tell(Input::EditSaved);
    let wait_ms = desk.engine.next_wake_ms().unwrap() - desk.now_ms;
    assert!((1..=1_000).contains(&wait_ms), "{wait_ms}");
}
