//! What goes to the server: batches, answers, refusals, and a disk that does not take them.

use domain::{ErrorCode, OutcomeState, Problem};
use sync_engine::device::{Config, Effect, Failure, Input};

use crate::desk::{Desk, answers, batch, edits, ids, names, page, push_failed};

#[test]
fn a_failed_push_is_tried_again_by_itself_not_at_the_next_write() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    let effects = desk.tell(push_failed(Failure::Unreachable));
    assert_eq!(effects, [Effect::Release { edit_ids: ids(&made) }]);
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), [] as [&str; 0], "not at once");
    assert_eq!(desk.engine.progress().online, Some(false));
    let (waited_ms, effects) = desk.wake();
    assert!(waited_ms >= 100, "{waited_ms}");
    assert_eq!(names(&effects), ["load"]);
}

#[test]
fn a_push_does_not_wait_for_a_pull() {
    let mut desk = Desk::quiet();
    assert_eq!(names(&desk.tell(Input::WakeUp)), ["pull"]);
    assert_eq!(names(&desk.tell(Input::EditSaved)), ["load"]);
}

#[test]
fn a_failed_push_is_not_over_until_its_edits_are_released() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    assert_eq!(names(&desk.tell(push_failed(Failure::Unreachable))), ["release"]);
    assert_eq!(names(&desk.tell(Input::SyncNow)), ["pull"], "no second release, no batch");
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["load"]);
    // Nor one whose answer is being stored.
    desk.tell(batch(&made));
    desk.tell(answers(&made, OutcomeState::Applied));
    assert_eq!(desk.tell(Input::SyncNow), []);
}

#[test]
fn one_edit_that_the_server_cannot_take_does_not_stop_the_others() {
    let made = edits(8);
    let mut desk = Desk::pushing(&made);
    let refusal = || Failure::Refused(Problem::new(ErrorCode::TooLarge, "too large"));
    let mut size = 8;
    while size > 1 {
        assert_eq!(names(&desk.tell(push_failed(refusal()))), ["release"]);
        size /= 2;
        let effects = desk.tell(Input::OutcomesStored);
        assert!(matches!(effects[0], Effect::LoadBatch { edits_max, .. } if edits_max == size), "{effects:?}");
        desk.tell(batch(&made[..size]));
    }
    let effects = desk.tell(push_failed(refusal()));
    assert!(matches!(&effects[..], [Effect::Reject { edit_id, .. }] if *edit_id == made[0].edit_id));
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["load"], "the others go on at once");
    desk.tell(batch(&made[1..2]));
    desk.tell(answers(&made[1..2], OutcomeState::Applied));
    let effects = desk.tell(Input::OutcomesStored);
    assert!(matches!(effects[0], Effect::LoadBatch { edits_max: 2, .. }), "and in larger batches again: {effects:?}");
}

#[test]
fn a_batch_exactly_at_its_limit_is_followed_by_another() {
    let made = edits(1_000);
    let mut desk = Desk::quiet();
    desk.tell(Input::EditSaved);
    let effects = desk.tell(batch(&made));
    assert!(matches!(effects[1], Effect::LoadBatch { edits_max: 1_000, .. }), "there may be more: {effects:?}");
    assert_eq!(names(&effects), ["push", "load"]);
    assert_eq!(desk.tell(batch(&[])), [], "there was not");
    assert_eq!(names(&desk.tell(answers(&made, OutcomeState::Applied))), ["store outcomes"]);
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["load"], "one may have been saved meanwhile");
    assert_eq!(names(&desk.tell(batch(&[]))), ["pull"], "one for all batches");
    let (waited_ms, _) = {
        desk.tell(page(true));
        desk.tell(Input::PageStored);
        desk.wake()
    };
    assert_eq!(waited_ms, 15_000, "and nothing spins");
}

#[test]
fn an_edit_saved_while_a_batch_is_under_way_follows_it() {
    let made = edits(1);
    let mut desk = Desk::quiet();
    desk.tell(Input::EditSaved);
    desk.tell(Input::EditSaved);
    assert_eq!(names(&desk.tell(batch(&[]))), ["load"], "it was saved after the batch was read");
    desk.tell(batch(&made));
    desk.tell(Input::EditSaved);
    desk.tell(answers(&made, OutcomeState::Applied));
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["load", "pull"]);
}

#[test]
fn when_the_disk_refuses_an_answer_the_edits_are_released_before_the_next_batch() {
    let made = edits(2);
    let mut desk = Desk::pushing(&made);
    assert_eq!(names(&desk.tell(answers(&made, OutcomeState::Applied))), ["store outcomes"]);
    assert_eq!(desk.tell(Input::PushStorageFailed), []);
    assert!(desk.engine.progress().storage_failed);
    let (waited_ms, effects) = desk.wake();
    assert!(waited_ms >= 100);
    assert_eq!(effects, [Effect::Release { edit_ids: ids(&made) }]);
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["load"]);
    assert!(!desk.engine.progress().storage_failed);
}

#[test]
fn when_the_disk_refuses_a_refusal_the_edit_is_released_too() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    let problem = Problem::new(ErrorCode::TooLarge, "too large");
    assert_eq!(names(&desk.tell(push_failed(Failure::Refused(problem)))), ["reject"]);
    assert_eq!(desk.tell(Input::PushStorageFailed), []);
    assert_eq!(desk.wake().1, [Effect::Release { edit_ids: ids(&made) }]);
}

#[test]
fn when_the_disk_refuses_a_release_it_is_repeated_even_while_paused() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    desk.tell(Input::SignedOut);
    desk.tell(push_failed(Failure::Unreachable));
    assert_eq!(desk.tell(Input::PushStorageFailed), []);
    assert_eq!(desk.wake().1, [Effect::Release { edit_ids: ids(&made) }]);
    assert_eq!(desk.tell(Input::OutcomesStored), []);
    assert_eq!(desk.engine.next_wake_ms(), None);
}

#[test]
fn an_answer_that_leaves_edits_out_releases_them() {
    let made = edits(3);
    let mut desk = Desk::pushing(&made);
    desk.tell(answers(&made[..2], OutcomeState::Applied));
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["pull"], "not sent again at once");
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    let (waited_ms, effects) = desk.wake();
    assert!(waited_ms >= 100);
    assert_eq!(effects, [Effect::Release { edit_ids: ids(&made[2..]) }]);
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["load"]);
}

#[test]
fn what_the_server_puts_off_waits_longer_each_time() {
    let made = edits(1);
    let mut desk = Desk::pushing(&made);
    desk.jitter = 14_000;
    let mut waits = Vec::new();
    for _ in 0..8 {
        let effects = desk.tell(answers(&made, OutcomeState::Deferred));
        let [Effect::StoreOutcomes { retry_at_ms, .. }] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        let retry_at_ms = *retry_at_ms;
        waits.push(retry_at_ms - desk.now_ms);
        desk.tell(Input::OutcomesStored);
        desk.tell(Input::Batch { edits: Vec::new(), next_due_ms: Some(retry_at_ms) });
        desk.tell(page(true));
        desk.tell(Input::PageStored);
        desk.now_ms = retry_at_ms;
        assert_eq!(names(&desk.tell(Input::Tick)), ["load"]);
        desk.tell(batch(&made));
    }
    assert!(waits[0] <= 1_000 && waits[7] > 10_000, "{waits:?}");
    assert!(waits.iter().all(|wait| (100..=15_000).contains(wait)), "{waits:?}");
}

#[test]
fn a_due_time_from_another_setting_of_the_clock_does_not_stop_the_outbox() {
    let mut desk = Desk::quiet();
    desk.tell(Input::EditSaved);
    let in_a_year_ms = desk.now_ms + 31_536_000_000;
    desk.tell(Input::Batch { edits: Vec::new(), next_due_ms: Some(in_a_year_ms) });
    let (waited_ms, effects) = desk.wake();
    assert!(waited_ms <= 15_000 && names(&effects).contains(&"load"), "{waited_ms} {effects:?}");
    // Nor does one in the past make it spin.
    desk.tell(Input::Batch { edits: Vec::new(), next_due_ms: Some(1) });
    assert!(desk.engine.next_wake_ms().is_some_and(|at| at >= desk.now_ms + 100));
}

#[test]
fn a_pull_with_nothing_new_is_not_caused_by_a_failed_push() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(push_failed(Failure::Busy { retry_after_ms: None }));
    assert_eq!(desk.tell(Input::OutcomesStored), []);
}

#[test]
fn saves_one_soon_after_the_other_go_together() {
    let config = Config { linger_ms: 20, batch_edits_max: 3, ..Config::default() };
    // (saves at these times, when the batch is read), in milliseconds after the first.
    let table: [(&[u64], u64); 4] = [(&[0], 20), (&[0, 5, 19], 19), (&[0, 5], 20), (&[0, 0, 0], 0)];
    for (saves, read_at) in table {
        let mut desk = Desk::started_with(config.clone());
        desk.tell(batch(&[]));
        let begin_ms = desk.now_ms;
        let mut read = None;
        for at in saves {
            desk.now_ms = begin_ms + at;
            if names(&desk.tell(Input::EditSaved)).contains(&"load") {
                read = Some(*at);
            }
        }
        if read.is_none() {
            let (_, effects) = desk.wake();
            assert_eq!(names(&effects), ["load"], "{saves:?}");
            read = Some(desk.now_ms - begin_ms);
        }
        assert_eq!(read, Some(read_at), "{saves:?}");
    }
}

#[test]
fn lingering_is_for_saves_alone() {
    let mut desk = Desk::started_with(Config { linger_ms: 20, ..Config::default() });
    desk.tell(batch(&[]));
    assert_eq!(desk.tell(Input::EditSaved), []);
    assert_eq!(names(&desk.tell(Input::SyncNow)), ["load"], "a person does not wait");
    // The clock is set back while it lingers: not longer for that.
    desk.tell(batch(&[]));
    desk.tell(Input::EditSaved);
    desk.now_ms -= 7_200_000;
    assert_eq!(desk.tell(Input::Tick), []);
    assert_eq!(desk.engine.next_wake_ms(), Some(desk.now_ms + 20));
    desk.now_ms += 20;
    assert_eq!(names(&desk.tell(Input::Tick)), ["load"]);
    // A save during a failing server's delay shortens nothing; what is saved while a batch is away follows it.
    let made = edits(1);
    desk.tell(batch(&made));
    desk.tell(Input::EditSaved);
    desk.tell(answers(&made, OutcomeState::Applied));
    assert!(names(&desk.tell(Input::OutcomesStored)).contains(&"load"));
    desk.tell(batch(&made));
    desk.tell(push_failed(Failure::Busy { retry_after_ms: Some(60_000) }));
    desk.tell(Input::OutcomesStored);
    for _ in 0..2_000 {
        assert!(!names(&desk.tell(Input::EditSaved)).contains(&"load"));
    }
}

#[test]
fn the_next_batch_is_read_ahead_of_a_full_one_but_not_edit_by_edit() {
    // (edits in a batch at most, what a full one starts)
    for (most, starts) in [(1, &["push"][..]), (2, &["push", "load"])] {
        let mut desk = Desk::started_with(Config { linger_ms: 0, batch_edits_max: most, ..Config::default() });
        assert_eq!(names(&desk.tell(batch(&edits(most as u64)))), starts, "{most}");
    }
}

#[test]
fn a_push_of_many_batches_lets_a_pull_through_every_five_seconds() {
    let (made, config) = (edits(4), Config { linger_ms: 0, batch_edits_max: 2, ..Config::default() });
    let mut desk = Desk::started_with(config);
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    assert_eq!(names(&desk.tell(batch(&made[..2]))), ["push", "load"]);
    assert_eq!(names(&desk.tell(batch(&made[2..]))), [] as [&str; 0]);
    assert_eq!(names(&desk.tell(answers(&made[..2], OutcomeState::Applied))), ["push", "load"]);
    assert_eq!(names(&desk.tell(batch(&[]))), ["store outcomes"]);
    assert_eq!(
        names(&desk.tell(Input::OutcomesStored)),
        [] as [&str; 0],
        "what comes back can wait for the next answer"
    );
    let (waited_ms, effects) = desk.wake();
    assert_eq!((waited_ms, names(&effects)), (5_000, vec!["pull"]));
}
