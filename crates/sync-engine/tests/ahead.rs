//! Full batches follow one another without a pause: the next is read while one travels, and an answer goes to the disk
//! while the next travels.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it finds something wrong")]

mod story;

use std::collections::BTreeSet;

use domain::api::PushReply;
use domain::edit::{Edit, Source};
use domain::{EditId, ErrorCode, Hlc, Outcome, OutcomeState, Problem};
use story::edit;
use sync_engine::device::{Config, Effect, Engine, Failure, Input};

const NOW_MS: u64 = 1_790_000_000_000;

struct Desk {
    engine: Engine,
    now_ms: u64,
    made: Vec<Edit>,
}

impl Desk {
    /// The first batch of two travels, the second is being read.
    fn reading_ahead() -> Self {
        let config = Config { linger_ms: 0, batch_edits_max: 2, first_check_ms: 3_600_000, ..Config::default() };
        let made = (1..=8).map(|n| edit(&format!("A{n}"), "", n, Source::Manual, &[("note", "x")])).collect();
        let mut desk = Self { engine: Engine::new(config), now_ms: NOW_MS, made };
        assert_eq!(desk.tell(Input::Started { signed_in: true }), ["load", "pull"]);
        assert_eq!(desk.batch(0..2), ["push 1 2", "load"]);
        desk
    }
    /// The second is ready.
    fn ready() -> Self {
        let mut desk = Self::reading_ahead();
        assert_eq!(desk.batch(2..4), [""; 0]);
        desk
    }
    /// The second travels, nothing comes behind it, and the answer to the first is on its way to the disk.
    fn storing() -> Self {
        let mut desk = Self::ready();
        desk.answered(0..2);
        assert_eq!(desk.batch(0..0), ["store 1 2"]);
        desk
    }
    fn tell(&mut self, input: Input) -> Vec<String> {
        let effects = self.engine.step(self.now_ms, 500, input);
        effects.iter().map(|effect| self.name(effect)).collect()
    }
    fn batch(&mut self, which: std::ops::Range<usize>) -> Vec<String> {
        let edits = self.made[which].to_vec();
        self.tell(Input::Batch { edits, next_due_ms: None })
    }
    fn answered(&mut self, which: std::ops::Range<usize>) -> Vec<String> {
        let answer = |edit: &Edit| Outcome {
            edit_id: edit.edit_id,
            state: OutcomeState::Applied,
            decisions: Vec::new(),
            seq: 7,
        };
        let outcomes = self.made[which].iter().map(answer).collect();
        let reply = PushReply { outcomes, server_hlc: Hlc::at_ms(NOW_MS), epoch: "e1".to_owned(), landed: None };
        self.tell(Input::Pushed(Ok(reply)))
    }
    fn failed(&mut self, failure: Failure) -> Vec<String> {
        self.tell(Input::Pushed(Err(failure)))
    }
    /// Waits until it wants to be woken.
    fn wake(&mut self) -> Vec<String> {
        let at_ms = self.engine.next_wake_ms().expect("it waits for nothing");
        assert!(at_ms >= self.now_ms + 100, "nothing is tried again without delay");
        self.now_ms = at_ms;
        self.tell(Input::Tick)
    }
    /// With the numbers of the edits, as a set.
    fn name(&self, effect: &Effect) -> String {
        let numbers = |ids: Vec<EditId>| {
            let places: BTreeSet<usize> =
                ids.iter().map(|id| self.made.iter().position(|edit| edit.edit_id == *id).unwrap() + 1).collect();
            assert_eq!(places.len(), ids.len(), "one twice");
            places.iter().map(|n| format!(" {n}")).collect::<String>()
        };
        match effect {
            Effect::LoadBatch { .. } => "load".to_owned(),
            Effect::Push { edits } => format!("push{}", numbers(edits.iter().map(|edit| edit.edit_id).collect())),
            Effect::StoreOutcomes { reply, .. } => {
                format!("store{}", numbers(reply.outcomes.iter().map(|outcome| outcome.edit_id).collect()))
            }
            Effect::Release { edit_ids } => format!("release{}", numbers(edit_ids.clone())),
            Effect::Reject { edit_id, .. } => format!("reject{}", numbers(vec![*edit_id])),
            Effect::Pull { .. } => "pull".to_owned(),
            Effect::RefreshToken => "refresh".to_owned(),
            other => format!("{other:?}"),
        }
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn the_next_batch_leaves_with_the_answer_to_the_one_before() {
    let mut desk = Desk::ready();
    assert_eq!(desk.answered(0..2), ["push 3 4", "load"], "what is to be sent comes first");
    assert_eq!(desk.batch(4..5), ["store 1 2"]);
    assert_eq!(desk.tell(Input::OutcomesStored), NOTHING);
    assert_eq!(desk.answered(2..4), ["push 5", "store 3 4"], "after one that is not full nothing is expected");
    assert_eq!(desk.tell(Input::OutcomesStored), NOTHING);
    assert_eq!(desk.answered(4..5), ["store 5"]);
    assert_eq!(desk.tell(Input::OutcomesStored), ["load"]);
    assert!(desk.engine.progress().busy);
    assert_eq!(desk.batch(0..0), NOTHING, "the first pull is still under way");
}

#[test]
fn the_server_need_not_wait_for_the_disk() {
    let mut desk = Desk::reading_ahead();
    assert_eq!(desk.answered(0..2), NOTHING, "the next batch is being read");
    assert_eq!(desk.batch(2..4), ["push 3 4", "load"]);
    assert_eq!(desk.batch(4..6), ["store 1 2"]);
    assert_eq!(desk.answered(2..4), ["push 5 6"], "the first answer is not on disk");
    assert_eq!(desk.failed(Failure::Unreachable), NOTHING);
    assert_eq!(desk.tell(Input::OutcomesStored), ["store 3 4"], "nothing more is read");
    assert_eq!(desk.tell(Input::OutcomesStored), ["release 5 6"]);
}

#[test]
fn one_answer_waits_for_the_disk_and_no_more() {
    let mut desk = Desk::ready();
    desk.answered(0..2);
    assert_eq!(desk.batch(4..6), ["store 1 2"]);
    assert_eq!(desk.answered(2..4), ["push 5 6"]);
    assert_eq!(desk.answered(4..6), NOTHING, "there is nothing to send");
    assert_eq!(desk.tell(Input::OutcomesStored), ["load"], "what goes next is read first");
    assert_eq!(desk.batch(6..8), ["store 3 4", "push 7 8"], "there is a place for the third answer");
    assert_eq!(desk.tell(Input::OutcomesStored), ["load"]);
    assert_eq!(desk.batch(0..0), ["store 5 6"]);
}

#[test]
fn what_was_read_ahead_is_released_with_what_failed() {
    let failures: [(Failure, &[&str]); 4] = [
        (Failure::Unreachable, &["release 1 2 3 4"]),
        (Failure::Busy { retry_after_ms: Some(5_000) }, &["release 1 2 3 4"]),
        (Failure::SignedOut, &["refresh", "release 1 2 3 4"]),
        (Failure::Refused(Problem::new(ErrorCode::TooLarge, "too large")), &["release 1 2 3 4"]),
    ];
    for (failure, expected) in failures {
        let mut desk = Desk::ready();
        assert_eq!(desk.failed(failure.clone()), expected, "{failure:?}");
        let next = desk.tell(Input::OutcomesStored);
        if matches!(failure, Failure::Refused(_)) {
            assert_eq!(next, ["load"], "halved, at once");
            assert_eq!(desk.batch(0..1), ["push 1"], "and nothing is read ahead");
        } else {
            assert_eq!(next, NOTHING, "{failure:?}");
        }
    }
}

#[test]
fn who_signs_out_meanwhile_sends_nothing_more() {
    let mut desk = Desk::ready();
    desk.tell(Input::SignedOut);
    assert_eq!(desk.answered(0..2), ["store 1 2"]);
    assert_eq!(desk.tell(Input::OutcomesStored), NOTHING);
    assert_eq!(desk.wake(), ["release 3 4"]);
    assert_eq!(desk.tell(Input::OutcomesStored), NOTHING);
}

#[test]
fn what_an_answer_says_of_token_and_connection_counts_before_the_disk_is_free() {
    let mut desk = Desk::storing();
    assert_eq!(desk.failed(Failure::SignedOut), ["refresh"]);
    assert_eq!(desk.tell(Input::OutcomesStored), ["release 3 4"]);
    let mut desk = Desk::reading_ahead();
    assert_eq!(desk.engine.progress().online, None);
    assert_eq!(desk.answered(0..2), NOTHING, "the next batch is being read");
    assert_eq!(desk.engine.progress().online, Some(true));
}

#[test]
fn an_answer_that_leaves_edits_out_stops_the_next_batch() {
    let mut desk = Desk::ready();
    assert_eq!(desk.answered(0..1), ["store 1"]);
    assert_eq!(desk.tell(Input::OutcomesStored), NOTHING);
    assert_eq!(desk.wake(), ["release 2 3 4"]);
    assert_eq!(desk.tell(Input::OutcomesStored), ["load"]);
}

#[test]
fn a_disk_that_refuses_loses_nothing() {
    // The batch that was to be read ahead: the one that travels goes on.
    let mut desk = Desk::reading_ahead();
    assert_eq!(desk.tell(Input::PushStorageFailed), NOTHING);
    assert!(desk.engine.progress().storage_failed);
    assert_eq!(desk.answered(0..2), ["store 1 2"]);
    assert_eq!(desk.tell(Input::OutcomesStored), ["load"]);
    assert!(!desk.engine.progress().storage_failed);

    // The same, with the answer there already.
    let mut desk = Desk::reading_ahead();
    desk.answered(0..2);
    assert_eq!(desk.tell(Input::PushStorageFailed), ["store 1 2"]);

    // The batch after the one that travels, and the answer before it waits: that is stored all the same.
    let mut desk = Desk::ready();
    desk.answered(0..2);
    assert_eq!(desk.tell(Input::PushStorageFailed), ["store 1 2"]);

    // An answer, while the next batch travels: that one is answered, then both are cleared up.
    let mut desk = Desk::storing();
    assert_eq!(desk.tell(Input::PushStorageFailed), NOTHING);
    assert_eq!(desk.answered(2..4), ["store 3 4"]);
    assert_eq!(desk.tell(Input::OutcomesStored), NOTHING);
    assert_eq!(desk.wake(), ["release 1 2"]);
    assert_eq!(desk.tell(Input::OutcomesStored), ["load"]);

    // The same, with the next answer there already.
    let mut desk = Desk::storing();
    desk.answered(2..4);
    assert_eq!(desk.tell(Input::PushStorageFailed), ["store 3 4"]);
    assert_eq!(desk.tell(Input::OutcomesStored), NOTHING);
    assert_eq!(desk.wake(), ["release 1 2"]);

    // The same, and a batch that was read meanwhile is not sent.
    let mut desk = Desk::ready();
    desk.answered(0..2);
    desk.batch(4..6);
    assert_eq!(desk.tell(Input::PushStorageFailed), NOTHING);
    assert_eq!(desk.answered(2..4), ["store 3 4"]);
    assert_eq!(desk.tell(Input::OutcomesStored), NOTHING);
    assert_eq!(desk.wake(), ["release 1 2 5 6"]);

    // The same, and no answer comes.
    let mut desk = Desk::storing();
    desk.tell(Input::PushStorageFailed);
    assert_eq!(desk.failed(Failure::Unreachable), ["release 1 2 3 4"]);

    // The same twice.
    let mut desk = Desk::storing();
    desk.tell(Input::PushStorageFailed);
    desk.answered(2..4);
    assert_eq!(desk.tell(Input::PushStorageFailed), NOTHING);
    assert_eq!(desk.wake(), ["release 1 2 3 4"]);
}
