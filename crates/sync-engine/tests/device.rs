//! What a device does next: every way in which such machines have stood still, spun, or forgotten something.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::api::{ChangesPage, PushReply};
use domain::edit::{Edit, Source};
use domain::{EditId, ErrorCode, Hlc, Outcome, OutcomeState, Problem};
use story::edit;
use sync_engine::device::{Backoff, Config, Effect, Engine, Failure, Input};

const SERVER_MS: u64 = 1_790_000_000_000;

/// An engine and its clock.
struct Desk {
    engine: Engine,
    now_ms: u64,
    jitter: u64,
}

impl Desk {
    /// Started and signed in; the first batch was empty, the first pull complete.
    fn quiet() -> Self {
        let mut desk = Self::started();
        assert_eq!(desk.tell(batch(&[])), []);
        assert!(matches!(desk.tell(page(true)).as_slice(), [Effect::StorePage { .. }]));
        assert_eq!(desk.tell(Input::PageStored), []);
        desk
    }
    /// Started and signed in: it loads a batch and pulls.
    fn started() -> Self {
        let mut desk = Self { engine: Engine::new(Config::default()), now_ms: SERVER_MS, jitter: 500 };
        let effects = desk.tell(Input::Started { signed_in: true });
        assert!(matches!(effects.as_slice(), [Effect::LoadBatch { .. }, Effect::Pull { .. }]), "{effects:?}");
        desk
    }
    /// An edit was saved and is on its way.
    fn pushing(edits: &[Edit]) -> Self {
        let mut desk = Self::quiet();
        assert!(matches!(desk.tell(Input::EditSaved).as_slice(), [Effect::LoadBatch { .. }]));
        assert!(matches!(desk.tell(batch(edits)).as_slice(), [Effect::Push { .. }]));
        desk
    }
    fn tell(&mut self, input: Input) -> Vec<Effect> {
        self.engine.step(self.now_ms, self.jitter, input)
    }
    /// Waits until it wants to be woken, and wakes it. Says how long that took.
    fn wake(&mut self) -> (u64, Vec<Effect>) {
        let at_ms = self.engine.next_wake_ms().expect("it waits for nothing");
        let waited_ms = at_ms.saturating_sub(self.now_ms);
        self.now_ms = self.now_ms.max(at_ms);
        (waited_ms, self.tell(Input::Tick))
    }
}

fn edits(n: u64) -> Vec<Edit> {
    (1..=n).map(|n| edit(&format!("A{n}"), "", n, Source::Manual, &[("note", "x")])).collect()
}
fn ids(edits: &[Edit]) -> Vec<EditId> {
    edits.iter().map(|edit| edit.edit_id).collect()
}
fn batch(edits: &[Edit]) -> Input {
    Input::Batch { edits: edits.to_vec(), next_due_ms: None }
}
fn answers(edits: &[Edit], state: OutcomeState) -> Input {
    let outcome = |edit: &Edit| Outcome { edit_id: edit.edit_id, state, decisions: Vec::new(), seq: 7 };
    let outcomes = edits.iter().map(outcome).collect();
    Input::Pushed(Ok(PushReply { outcomes, server_hlc: Hlc::at_ms(SERVER_MS), epoch: "e1".to_owned() }))
}
fn page(complete: bool) -> Input {
    Input::Pulled(Ok(ChangesPage {
        epoch: "e1".to_owned(),
        changes: Vec::new(),
        next_cursor: 7,
        complete,
        server_hlc: Hlc::at_ms(SERVER_MS),
        ..ChangesPage::default()
    }))
}
fn push_failed(failure: Failure) -> Input {
    Input::Pushed(Err(failure))
}
fn pull_failed(failure: Failure) -> Input {
    Input::Pulled(Err(failure))
}
fn names(effects: &[Effect]) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::LoadBatch { .. } => "load",
        Effect::Push { .. } => "push",
        Effect::StoreOutcomes { .. } => "store outcomes",
        Effect::Release { .. } => "release",
        Effect::Reject { .. } => "reject",
        Effect::Pull { .. } => "pull",
        Effect::StorePage { .. } => "store page",
        Effect::RestartPull => "restart pull",
        Effect::RefreshToken => "refresh",
    };
    effects.iter().map(name).collect()
}

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
fn a_push_does_not_wait_for_a_pull() {
    let mut desk = Desk::quiet();
    assert_eq!(names(&desk.tell(Input::WakeUp)), ["pull"]);
    assert_eq!(names(&desk.tell(Input::EditSaved)), ["load"]);
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
fn page_follows_page_and_then_the_poll() {
    let mut desk = Desk::started();
    desk.tell(batch(&[]));
    for _ in 0..3 {
        desk.tell(page(false));
        assert_eq!(names(&desk.tell(Input::PageStored)), ["pull"]);
        assert!(!desk.engine.progress().pull_complete);
    }
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PageStored), []);
    assert!(desk.engine.progress().pull_complete);
    let (waited_ms, effects) = desk.wake();
    assert_eq!((waited_ms, names(&effects)), (15_000, vec!["pull"]), "should a wake-up fail to arrive");
    assert!(desk.engine.progress().pull_complete, "asking again takes nothing back");
    desk.tell(page(false));
    assert!(!desk.engine.progress().pull_complete, "but there was more");
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
    let mut desk = Desk::pushing(&made);
    desk.tell(answers(&made, OutcomeState::Applied));
    let effects = desk.tell(Input::OutcomesStored);
    assert!(matches!(effects[0], Effect::LoadBatch { edits_max: 1_000, .. }), "there may be more: {effects:?}");
    assert_eq!(names(&effects), ["load", "pull"]);
    assert_eq!(desk.tell(batch(&[])), [], "there was not");
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
    desk.now_ms = SERVER_MS + 41_999;
    assert!(!names(&desk.tell(Input::Tick)).contains(&"load"));
    desk.now_ms = SERVER_MS + 42_000;
    assert!(names(&desk.tell(Input::Tick)).contains(&"load"));
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
fn a_clock_that_is_set_back_does_not_lengthen_a_delay() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(push_failed(Failure::Unreachable));
    desk.tell(Input::OutcomesStored);
    desk.now_ms -= 7_200_000;
    desk.tell(Input::EditSaved);
    let wait_ms = desk.engine.next_wake_ms().unwrap() - desk.now_ms;
    assert!((1..=1_000).contains(&wait_ms), "{wait_ms}");
}

#[test]
fn a_clock_that_is_far_ahead_is_told_and_nothing_else_happens() {
    let mut desk = Desk::quiet();
    assert_eq!(desk.engine.progress().clock_ahead_ms, None);
    desk.now_ms += 6 * 60 * 1000;
    desk.tell(Input::WakeUp);
    desk.tell(page(true));
    assert_eq!(desk.engine.progress().clock_ahead_ms, Some(360_000));
}

#[test]
fn nothing_happens_before_somebody_has_signed_in() {
    let mut engine = Engine::new(Config::default());
    assert_eq!(engine.step(SERVER_MS, 0, Input::Started { signed_in: false }), []);
    assert_eq!(engine.step(SERVER_MS, 0, Input::EditSaved), []);
    assert_eq!(engine.next_wake_ms(), None);
    assert!(engine.progress().paused && engine.progress().online.is_none());
    assert_eq!(names(&engine.step(SERVER_MS, 0, Input::SignedIn)), ["load", "pull"]);
}

#[test]
fn a_pull_with_nothing_new_is_not_caused_by_a_failed_push() {
    let mut desk = Desk::pushing(&edits(1));
    desk.tell(push_failed(Failure::Busy { retry_after_ms: None }));
    assert_eq!(desk.tell(Input::OutcomesStored), []);
}
