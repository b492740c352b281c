//! What a device does next: every way in which such machines have stood still, spun, or forgotten something.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::api::{ChangesPage, PushReply};
use domain::edit::{Edit, Source};
use domain::{EditId, ErrorCode, Hlc, Outcome, OutcomeState, Problem};
use story::edit;
use sync_engine::device::{Backoff, Checked, Comparison, Config, Effect, Engine, Failure, Input};

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
        assert_eq!(desk.tell(Input::PageStored), [Effect::CompareDigests]);
        assert_eq!(desk.tell(compared(Comparison::Equal)), []);
        desk
    }
    /// Started and signed in: it loads a batch and pulls.
    fn started() -> Self {
        Self::started_with(Config { linger_ms: 0, ..Config::default() })
    }
    fn started_with(config: Config) -> Self {
        let mut desk = Self { engine: Engine::new(config), now_ms: SERVER_MS, jitter: 500 };
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
    Input::Pushed(Ok(PushReply { outcomes, server_hlc: Hlc::at_ms(SERVER_MS), epoch: "e1".to_owned(), landed: None }))
}
fn page(complete: bool) -> Input {
    Input::Pulled(Ok(ChangesPage {
        epoch: "e1".to_owned(),
        changes: Vec::new(),
        next_cursor: 7,
        complete,
        server_hlc: Hlc::at_ms(SERVER_MS),
        rules_version: 1,
        ..ChangesPage::default()
    }))
}
fn compared(comparison: Comparison) -> Input {
    Input::DigestsCompared(Ok(comparison))
}
fn different(buckets: &[u8]) -> Input {
    compared(Comparison::Different { buckets: buckets.to_vec() })
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
        Effect::CompareDigests => "compare",
        Effect::RepairBuckets { .. } => "repair",
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
fn a_lane_that_gets_through_is_not_hurried_itself() {
    let mut desk = Desk::quiet();
    desk.tell(Input::WakeUp);
    desk.tell(pull_failed(Failure::Unreachable));
    assert_eq!(names(&desk.wake().1), ["pull"]);
    desk.tell(page(true));
    assert_eq!(desk.tell(Input::PageStored), [], "one pull is enough");
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
    let mut engine = Engine::new(Config { linger_ms: 0, ..Config::default() });
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
