//! Digests are compared, buckets mended: when, how often, and what if it fails.

use domain::{ErrorCode, OutcomeState, Problem};
use sync_engine::device::{Checked, Comparison, Config, Effect, Failure, Input};

use crate::desk::{Desk, answers, batch, compared, different, edits, names, page, pull_failed, push_failed};

#[test]
fn the_first_complete_pull_is_checked_and_then_one_every_so_often() {
    let mut desk = Desk::started();
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PageStored), [], "not while a batch is read");
    assert_eq!(names(&desk.tell(batch(&[]))), ["compare"]);
    assert!(!desk.engine.progress().busy, "nobody waits for it");
    assert_eq!(desk.engine.progress().checked, None);
    desk.tell(compared(Comparison::Equal));
    let at_ms = desk.now_ms;
    let checked = Checked { at_ms, equal: true, mended: 0 };
    assert_eq!(desk.engine.progress().checked, Some(checked));
    let mut compares = Vec::new();
    while desk.now_ms < at_ms + 1_300_000 {
        match names(&desk.wake().1).as_slice() {
            ["pull"] => {
                desk.tell(page(true));
                if names(&desk.tell(Input::PageStored)) == ["compare"] {
                    compares.push(desk.now_ms - at_ms);
                    desk.tell(compared(Comparison::Equal));
                }
            }
            ["compare"] => {
                compares.push(desk.now_ms - at_ms);
                desk.tell(compared(Comparison::Equal));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(compares, [600_000, 1_200_000]);
}

#[test]
fn who_has_just_started_has_time_before_the_first_check() {
    let config = Config { linger_ms: 0, first_check_ms: 40_000, ..Config::default() };
    let mut desk = Desk::started_with(config);
    let begin_ms = desk.now_ms;
    desk.tell(batch(&[]));
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PageStored), []);
    for pulled_at_ms in [15_000, 30_000] {
        assert_eq!(names(&desk.wake().1), ["pull"]);
        assert_eq!(desk.now_ms, begin_ms + pulled_at_ms);
        desk.tell(page(true));
        assert_eq!(desk.tell(Input::PageStored), []);
    }
    assert_eq!(names(&desk.wake().1), ["compare"]);
    assert_eq!(desk.now_ms, begin_ms + 40_000);
}

#[test]
fn a_page_that_the_disk_refuses_puts_off_the_pull_but_not_the_check() {
    let mut desk = Desk::started();
    desk.jitter = 14_000;
    desk.tell(batch(&[]));
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PullStorageFailed), []);
    assert_eq!(names(&desk.tell(Input::SyncNow)), ["load", "pull"], "a person does not wait");
    desk.tell(batch(&[]));
    desk.tell(page(true));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
}

#[test]
fn a_check_and_a_page_are_never_under_way_together() {
    let mut desk = Desk::started();
    desk.tell(batch(&[]));
    desk.tell(page(true));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
    assert_eq!(desk.tell(Input::WakeUp), []);
    assert_eq!(desk.tell(Input::SyncNow).len(), 1, "the outbox alone");
    assert_eq!(names(&desk.tell(different(&[3]))), ["repair"]);
    assert_eq!(desk.tell(Input::WakeUp), []);
    assert_eq!(names(&desk.tell(Input::BucketsRepaired(Ok(1)))), ["pull"], "what was wanted meanwhile comes first");
    desk.tell(batch(&[]));
    desk.tell(page(true));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
}

#[test]
fn what_differs_is_mended_and_compared_once_more() {
    let mut desk = Desk::started();
    desk.tell(batch(&[]));
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    assert_eq!(desk.tell(different(&[3, 200])), [Effect::RepairBuckets { buckets: vec![3, 200] }]);
    assert_eq!(desk.engine.progress().damaged_buckets, 2);
    assert_eq!(desk.engine.progress().checked, None, "it is not over");
    assert_eq!(names(&desk.tell(Input::BucketsRepaired(Ok(5)))), ["compare"]);
    assert_eq!(desk.tell(compared(Comparison::Equal)), []);
    let checked = Checked { at_ms: desk.now_ms, equal: true, mended: 5 };
    assert_eq!((desk.engine.progress().checked, desk.engine.progress().damaged_buckets), (Some(checked), 0));
}

#[test]
fn a_repair_that_does_not_help_is_told_and_not_repeated_at_once() {
    let config = Config { linger_ms: 0, check_ms: 0, poll_ms: 3_600_000, ..Config::default() };
    let mut desk = Desk::started_with(config);
    desk.tell(batch(&[]));
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    for round in 0..3 {
        assert_eq!(names(&desk.tell(different(&[3]))), ["repair"], "round {round}");
        assert_eq!(names(&desk.tell(Input::BucketsRepaired(Ok(1)))), ["compare"]);
        assert_eq!(desk.tell(different(&[3])), []);
        let checked = Checked { at_ms: desk.now_ms, equal: false, mended: 1 };
        assert_eq!((desk.engine.progress().checked, desk.engine.progress().damaged_buckets), (Some(checked), 1));
        let (waited_ms, effects) = desk.wake();
        assert_eq!((waited_ms, names(&effects)), (1_000, vec!["compare"]), "never more often than that");
    }
    desk.tell(compared(Comparison::Equal));
    assert_eq!(desk.engine.progress().damaged_buckets, 0);
}

#[test]
fn a_server_that_has_moved_on_is_pulled_first_and_asked_more_and_more_seldom() {
    let mut desk = Desk::started();
    desk.jitter = 14_000;
    desk.tell(batch(&[]));
    desk.tell(page(true));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
    let mut waits = Vec::new();
    for _ in 0..6 {
        assert_eq!(names(&desk.tell(compared(Comparison::Moved))), ["pull"]);
        assert!(!desk.engine.progress().pull_complete, "there is more");
        desk.tell(page(true));
        assert_eq!(desk.tell(Input::PageStored), []);
        let (waited_ms, effects) = desk.wake();
        assert_eq!(names(&effects), ["compare"]);
        waits.push(waited_ms);
    }
    assert!(waits[0] <= 1_000 && waits[5] > 10_000 && waits.iter().all(|w| *w >= 100), "{waits:?}");
    desk.tell(compared(Comparison::Equal));
    let (waited_ms, effects) = desk.wake();
    assert!(waited_ms <= 15_000 && names(&effects) == ["pull"], "an ordinary poll");
}

#[test]
fn a_check_that_fails_keeps_its_distance() {
    let failures: [(Failure, &[&str]); 4] = [
        (Failure::Unreachable, &[]),
        (Failure::Busy { retry_after_ms: Some(40_000) }, &[]),
        (Failure::EpochChanged, &["restart pull"]),
        (Failure::SignedOut, &["refresh"]),
    ];
    for (failure, expected) in failures {
        for repairing in [false, true] {
            let mut desk = Desk::started();
            desk.jitter = 900;
            desk.tell(batch(&[]));
            desk.tell(page(true));
            desk.tell(Input::PageStored);
            let result = if repairing {
                desk.tell(different(&[1]));
                Input::BucketsRepaired(Err(failure.clone()))
            } else {
                Input::DigestsCompared(Err(failure.clone()))
            };
            assert_eq!(names(&desk.tell(result)), expected, "{failure:?}");
            assert_eq!(desk.engine.progress().online, Some(failure != Failure::Unreachable));
            if failure == Failure::SignedOut {
                desk.tell(Input::Refreshed(Ok(())));
                desk.tell(batch(&[]));
            } else {
                let (waited_ms, effects) = desk.wake();
                let least_ms = if matches!(failure, Failure::Busy { .. }) { 40_000 } else { 100 };
                assert!(waited_ms >= least_ms && names(&effects) == ["pull"], "{failure:?} {waited_ms}");
            }
            desk.tell(page(true));
            let mut effects = desk.tell(Input::PageStored);
            if effects.is_empty() {
                effects = desk.wake().1;
            }
            assert_eq!(names(&effects), ["compare"], "{failure:?}: it is done all the same");
        }
    }
}

#[test]
fn a_check_that_fails_while_pulls_succeed_does_not_go_round_quickly() {
    let mut desk = Desk::started();
    desk.jitter = 14_000;
    desk.tell(batch(&[]));
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    let (mut compares, until_ms) = (0, desk.now_ms + 600_000);
    while desk.now_ms < until_ms {
        compares += 1;
        desk.tell(Input::DigestsCompared(Err(Failure::Unreachable)));
        while names(&desk.wake().1) != ["compare"] {
            desk.tell(page(true));
            if names(&desk.tell(Input::PageStored)) == ["compare"] {
                break;
            }
        }
    }
    assert!((35..60).contains(&compares), "{compares} in ten minutes");
}

#[test]
fn a_check_that_the_disk_refuses_keeps_its_distance() {
    let mut desk = Desk::started();
    desk.jitter = 14_000;
    desk.tell(batch(&[]));
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    let (mut compares, until_ms) = (0, desk.now_ms + 600_000);
    while desk.now_ms < until_ms {
        compares += 1;
        desk.tell(Input::PullStorageFailed);
        while names(&desk.wake().1) != ["compare"] {
            desk.tell(page(true));
            if names(&desk.tell(Input::PageStored)) == ["compare"] {
                break;
            }
        }
    }
    assert!((35..60).contains(&compares), "{compares} in ten minutes");
}

#[test]
fn a_server_without_digests_is_asked_again_at_the_next_turn_only() {
    let mut desk = Desk::started();
    desk.tell(batch(&[]));
    desk.tell(page(true));
    desk.tell(Input::PageStored);
    let problem = Problem::new(ErrorCode::NotFound, "no such path");
    assert_eq!(desk.tell(Input::DigestsCompared(Err(Failure::Refused(problem)))), []);
    let progress = desk.engine.progress();
    assert!(progress.pull_complete && progress.online == Some(true) && progress.checked.is_none());
    assert_eq!(progress.next_attempt_ms, None, "nothing failed");
    let (waited_ms, effects) = desk.wake();
    assert_eq!((waited_ms, names(&effects)), (15_000, vec!["pull"]));
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PageStored), []);
}

#[test]
fn when_the_disk_refuses_a_check_it_is_repeated_after_a_delay() {
    for repairing in [false, true] {
        let mut desk = Desk::started();
        desk.tell(batch(&[]));
        desk.tell(page(true));
        desk.tell(Input::PageStored);
        if repairing {
            desk.tell(different(&[1]));
        }
        assert_eq!(desk.tell(Input::PullStorageFailed), []);
        assert!(desk.engine.progress().storage_failed);
        let (waited_ms, effects) = desk.wake();
        assert!(waited_ms >= 100 && names(&effects) == ["pull"]);
        desk.tell(page(true));
        assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
        assert!(!desk.engine.progress().storage_failed);
        if repairing {
            desk.tell(different(&[1]));
            desk.tell(Input::PullStorageFailed);
            assert!(desk.engine.progress().storage_failed);
        }
    }
}

#[test]
fn a_new_epoch_is_checked_at_its_end() {
    let mut desk = Desk::quiet();
    desk.tell(Input::WakeUp);
    desk.tell(pull_failed(Failure::EpochChanged));
    desk.wake();
    desk.tell(page(true));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
}

#[test]
fn a_failing_push_has_the_line_for_itself() {
    let made = edits(1);
    let mut desk = Desk::started();
    desk.tell(batch(&made));
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PageStored), [], "edits are on their way");
    desk.tell(push_failed(Failure::Busy { retry_after_ms: None }));
    assert_eq!(desk.tell(Input::OutcomesStored), [], "and wait");
    assert_eq!(names(&desk.wake().1), ["load"]);
    desk.tell(batch(&made));
    desk.tell(answers(&made, OutcomeState::Applied));
    assert_eq!(names(&desk.tell(Input::OutcomesStored)), ["load", "pull"]);
    desk.tell(batch(&[]));
    desk.tell(page(true));
    assert_eq!(names(&desk.tell(Input::PageStored)), ["compare"]);
}

#[test]
fn a_clock_that_is_set_back_does_not_put_off_the_check() {
    let mut desk = Desk::quiet();
    desk.now_ms -= 7_200_000;
    assert_eq!(desk.tell(Input::Tick), []);
    let at_ms = desk.now_ms;
    loop {
        let effects = desk.wake().1;
        if names(&effects) == ["compare"] {
            break;
        }
        desk.tell(page(true));
        if names(&desk.tell(Input::PageStored)) == ["compare"] {
            break;
        }
        assert!(desk.now_ms < at_ms + 700_000, "it never comes");
    }
    assert!(desk.now_ms >= at_ms + 600_000 - 1);
}
