//! Whether requests may be sent, and new tokens.

use sync_engine::device::{Config, Effect, Engine, Failure, Input};

use crate::desk::{Desk, SERVER_MS, batch, edits, ids, names, page, pull_failed, push_failed};

#[test]
fn nothing_happens_before_somebody_has_signed_in() {
    let mut engine = Engine::new(Config { linger_ms: 0, ..Config::default() });
    assert_eq!(engine.step(SERVER_MS, 0, Input::Started { signed_in: false }), []);
    assert_eq!(engine.step(SERVER_MS, 0, Input::EditSaved), []);
    assert_eq!(engine.next_wake_ms(), None);
    assert!(engine.progress().paused && engine.progress().online.is_none());
    assert_eq!(names(&engine.step(SERVER_MS, 0, Input::SignedIn)), ["load", "pull"]);
}

#[test]
fn a_401_is_answered_by_one_refresh_and_then_by_a_pause() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    assert_eq!(names(&desk.tell(push_failed(Failure::SignedOut))), ["refresh", "release"]);
    assert_eq!(desk.tell(Input::OutcomesStored), [], "nothing is sent meanwhile");
    assert_eq!(desk.tell(Input::EditSaved), []);
    assert_eq!(names(&desk.tell(Input::Refreshed(Ok(())))), ["load", "pull"]);
    desk.tell(batch(&made));
    assert_eq!(names(&desk.tell(push_failed(Failure::SignedOut))), ["release"], "no second refresh");
    assert!(desk.engine.progress().paused);
    desk.tell(Input::OutcomesStored);
    desk.tell(pull_failed(Failure::SignedOut));
    assert_eq!(desk.engine.next_wake_ms(), None, "no loop of 401s");
    for input in [Input::Tick, Input::EditSaved, Input::SyncNow, Input::WakeUp] {
        assert_eq!(desk.tell(input), [], "nothing is sent until somebody signs in");
    }
    assert_eq!(names(&desk.tell(Input::SignedIn)), ["load", "pull"], "and nothing was dropped");
}

#[test]
fn both_lanes_refused_make_one_refresh() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(Input::WakeUp);
    assert_eq!(names(&desk.tell(pull_failed(Failure::SignedOut))), ["refresh"]);
    assert_eq!(names(&desk.tell(push_failed(Failure::SignedOut))), ["release"]);
}

#[test]
fn a_401_to_a_request_with_the_old_token_says_nothing_about_the_new_one() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(Input::WakeUp);
    assert_eq!(names(&desk.tell(pull_failed(Failure::SignedOut))), ["refresh"]);
    assert_eq!(names(&desk.tell(Input::Refreshed(Ok(())))), ["pull"]);
    assert_eq!(names(&desk.tell(push_failed(Failure::SignedOut))), ["release"], "sent before the refresh");
    assert!(!desk.engine.progress().paused);
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["load"]);
}

#[test]
fn a_refresh_that_fails_waits_and_one_that_is_refused_pauses() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(push_failed(Failure::SignedOut));
    desk.tell(Input::OutcomesStored);
    assert_eq!(desk.tell(Input::Refreshed(Err(Failure::Unreachable))), []);
    let (waited_ms, effects) = desk.wake();
    assert!(waited_ms >= 100);
    assert_eq!(names(&effects), ["refresh"]);
    desk.tell(Input::Refreshed(Err(Failure::Busy { retry_after_ms: Some(40_000) })));
    let (waited_ms, effects) = desk.wake();
    assert_eq!((waited_ms, names(&effects)), (40_000, vec!["refresh"]));
    assert_eq!(desk.tell(Input::Refreshed(Err(Failure::SignedOut))), []);
    assert!(desk.engine.progress().paused);
}

#[test]
fn who_signs_out_while_a_batch_is_read_sends_nothing() {
    let made = edits(2);
    let mut desk = Desk::quiet();
    desk.tell(Input::EditSaved);
    desk.tell(Input::SignedOut);
    assert_eq!(desk.tell(batch(&made)), [Effect::Release { edit_ids: ids(&made) }]);
    assert_eq!(desk.tell(Input::OutcomesStored), []);
    assert_eq!(names(&desk.tell(Input::SignedIn)), ["load", "pull"]);
}

#[test]
fn a_token_that_worked_and_was_refused_later_is_refreshed_again() {
    // What went well with the new token.
    let table: [&[Input]; 2] = [&[page(true), Input::PageStored], &[]];
    for worked in table {
        let made = edits(1);
        let mut desk = Desk::pushing(&made);
        assert_eq!(names(&desk.tell(push_failed(Failure::SignedOut))), ["refresh", "release"]);
        desk.tell(Input::OutcomesStored);
        assert_eq!(names(&desk.tell(Input::Refreshed(Ok(())))), ["load", "pull"]);
        for input in worked {
            desk.tell(input.clone());
        }
        desk.tell(batch(&made));
        let expected: &[&str] = if worked.is_empty() { &["release"] } else { &["refresh", "release"] };
        assert_eq!(names(&desk.tell(push_failed(Failure::SignedOut))), expected, "{worked:?}");
        assert_eq!(desk.engine.progress().paused, worked.is_empty(), "{worked:?}");
    }
}

/// A refresh failed and is to be tried again after 600 ms.
fn refresh_failed() -> Desk {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(push_failed(Failure::SignedOut));
    desk.tell(Input::OutcomesStored);
    assert_eq!(desk.tell(Input::Refreshed(Err(Failure::Unreachable))), []);
    assert_eq!(desk.engine.next_wake_ms(), Some(desk.now_ms + 600));
    desk
}

#[test]
fn a_person_does_not_wait_for_a_new_token_either() {
    let mut desk = refresh_failed();
    assert_eq!(desk.tell(Input::EditSaved), [], "a save does");
    assert_eq!(names(&desk.tell(Input::SyncNow)), ["refresh"]);
    assert_eq!(desk.tell(Input::SyncNow), [], "one is under way");
}

#[test]
fn a_clock_that_is_set_back_does_not_put_off_a_refresh() {
    let mut desk = refresh_failed();
    desk.now_ms -= 7_200_000;
    assert_eq!(desk.tell(Input::Tick), []);
    assert_eq!(desk.engine.next_wake_ms(), Some(desk.now_ms + 600));
    desk.now_ms += 599;
    assert_eq!(desk.tell(Input::Tick), []);
    desk.now_ms += 1;
    assert_eq!(names(&desk.tell(Input::Tick)), ["refresh"]);
}
