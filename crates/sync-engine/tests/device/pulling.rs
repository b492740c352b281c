//! What comes from the server: pages, wake-ups, new epochs, and what the status bar says meanwhile.

use sync_engine::device::{Comparison, Failure, Input};

use crate::desk::{Desk, SERVER_MS, batch, compared, edits, names, page, pull_failed, push_failed};

#[test]
fn a_pull_does_not_wait_for_a_push() {
    let mut desk = Desk::pushing(&edits(1));
    assert_eq!(names(&desk.tell(Input::WakeUp)), ["pull"], "while the push is under way");
    assert_eq!(names(&desk.tell(page(true))), ["store page"]);
    desk.tell(Input::PageStored);
    desk.tell(push_failed(Failure::Busy { retry_after_ms: Some(60_000) }));
    desk.tell(Input::OutcomesStored);
    assert_eq!(names(&desk.tell(Input::WakeUp)), ["pull"], "while the push has to wait");
}

#[test]
fn a_wake_up_during_a_pull_is_not_lost() {
    let mut desk = Desk::quiet();
    desk.tell(Input::WakeUp);
    desk.tell(Input::WakeUp);
    desk.tell(page(true));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["pull"], "what came after the question was asked");
    assert!(!desk.engine.progress().pull_complete, "and until then nobody says synced");
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    assert!(desk.engine.progress().pull_complete);
}

#[test]
fn page_follows_page_and_then_the_poll() {
    let mut desk = Desk::started();
    desk.tell(batch(&[]));
    for _ in 0..3 {
        desk.tell(page(false));
        assert_eq!(names(&desk.tell(Input::PageStored)), ["pull"]);
        assert!(!desk.engine.progress().pull_complete);
    }
    desk.tell(page(true));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
    assert!(desk.engine.progress().pull_complete);
    desk.tell(compared(Comparison::Equal));
    let (waited_ms, effects) = desk.wake();
    assert_eq!((waited_ms, names(&effects)), (15_000, vec!["pull"]), "should a wake-up fail to arrive");
    assert!(desk.engine.progress().pull_complete, "asking again takes nothing back");
    desk.tell(page(false));
    assert!(!desk.engine.progress().pull_complete, "but there was more");
}

#[test]
fn when_the_disk_refuses_a_page_the_pull_is_repeated_after_a_delay() {
    let mut desk = Desk::quiet();
    desk.tell(Input::WakeUp);
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PullStorageFailed), []);
    assert!(!desk.engine.progress().pull_complete);
    let (waited_ms, effects) = desk.wake();
    assert!(waited_ms >= 100);
    assert_eq!(names(&effects), ["pull"]);
}

#[test]
fn a_new_epoch_restarts_the_pull_after_a_delay_and_never_in_a_loop() {
    let mut desk = Desk::quiet();
    desk.tell(Input::WakeUp);
    for _ in 0..5 {
        assert_eq!(names(&desk.tell(pull_failed(Failure::EpochChanged))), ["restart pull"]);
        assert!(!desk.engine.progress().pull_complete);
        let (waited_ms, effects) = desk.wake();
        assert!(waited_ms >= 100, "a server that says so every time is not asked without end");
        assert_eq!(names(&effects), ["pull"]);
    }
}

#[test]
fn a_clock_that_is_far_ahead_is_told_and_nothing_else_happens() {
    // (how far the device is ahead of the server, what is told), in milliseconds
    let table = [(-360_000, None), (0, None), (300_000, None), (300_001, Some(300_001)), (360_000, Some(360_000))];
    for (ahead_ms, told) in table {
        let mut desk = Desk::quiet();
        assert_eq!(desk.engine.progress().clock_ahead_ms, None);
        desk.now_ms = SERVER_MS.saturating_add_signed(ahead_ms);
        assert_eq!(names(&desk.tell(Input::SyncNow)), ["load", "pull"]);
        desk.tell(batch(&[]));
        assert_eq!(names(&desk.tell(page(true))), ["store page"]);
        assert_eq!(desk.engine.progress().clock_ahead_ms, told, "{ahead_ms}");
        assert_eq!(desk.tell(Input::PageStored), []);
    }
}

#[test]
fn busy_is_what_somebody_waits_for() {
    let made = edits(1);
    let mut desk = Desk::started();
    assert!(desk.engine.progress().busy, "the first pull");
    desk.tell(batch(&[]));
    assert!(desk.engine.progress().busy);
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    desk.tell(compared(Comparison::Equal));
    assert!(!desk.engine.progress().busy);
    desk.tell(Input::EditSaved);
    desk.tell(batch(&made));
    assert!(desk.engine.progress().busy, "a push");
    desk.tell(push_failed(Failure::Unreachable));
    desk.tell(Input::OutcomesStored);
    assert!(!desk.engine.progress().busy);
    assert!(desk.engine.progress().next_attempt_ms.is_some());
}

#[test]
fn everything_is_pulled_anew_once_no_page_of_the_old_cursor_is_on_its_way() {
    let mut desk = Desk::quiet();
    assert_eq!(names(&desk.tell(Input::WakeUp)), ["pull"]);
    assert_eq!(desk.tell(Input::Rebuild), []);
    assert_eq!(desk.tell(Input::Rebuild), [], "two wishes are one");
    assert_eq!(names(&desk.tell(page(true))), ["store page"]);
    assert_eq!(names(&desk.tell(Input::PageStored)), ["read anew"]);
    assert!(!desk.engine.progress().pull_complete);
    // Answered edits may wait again.
    assert_eq!(names(&desk.tell(Input::PullRestarted)), ["load", "pull"]);
    desk.tell(batch(&[]));
    desk.tell(page(false));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["pull"]);
    desk.tell(page(true));
    // What came is compared at once.
    assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
    assert!(desk.engine.progress().pull_complete);
}

#[test]
fn a_wish_for_everything_anew_outlasts_the_disk_and_the_sign_in() {
    let mut desk = Desk::quiet();
    assert_eq!(names(&desk.tell(Input::Rebuild)), ["read anew"]);
    assert_eq!(desk.tell(Input::PullStorageFailed), []);
    assert_eq!(names(&desk.wake().1), ["read anew"]);
    desk.tell(Input::SignedOut);
    // It was begun before.
    assert_eq!(desk.tell(Input::PullRestarted), []);
    assert_eq!(names(&desk.tell(Input::SignedIn)), ["load", "pull"]);

    let mut desk = Desk::quiet();
    desk.tell(Input::SignedOut);
    assert_eq!(desk.tell(Input::Rebuild), []);
    assert_eq!(names(&desk.tell(Input::SignedIn)), ["load", "read anew"]);
}
