//! An engine at a desk: a clock that the test sets, and the words that the world says to it.

use domain::api::{ChangesPage, PushReply};
use domain::edit::{Edit, Source};
use domain::{EditId, Hlc, Outcome, OutcomeState};
use sync_engine::device::{Comparison, Config, Effect, Engine, Failure, Input};

use crate::story::edit;

pub const SERVER_MS: u64 = 1_790_000_000_000;

/// An engine and its clock.
pub struct Desk {
    pub engine: Engine,
    pub now_ms: u64,
    pub jitter: u64,
    /// How often it was woken.
    wakes: u32,
}

impl Desk {
    /// Started and signed in; the first batch was empty, the first pull complete.
    pub fn quiet() -> Self {
        let mut desk = Self::started();
        assert_eq!(desk.tell(batch(&[])), []);
        assert!(matches!(desk.tell(page(true)).as_slice(), [Effect::StorePage { .. }]));
        assert_eq!(desk.tell(Input::PageStored), [Effect::CompareDigests]);
        assert_eq!(desk.tell(compared(Comparison::Equal)), []);
        desk
    }
    /// Started and signed in: it loads a batch and pulls.
    pub fn started() -> Self {
        Self::started_with(Config { linger_ms: 0, ..Config::default() })
    }
    pub fn started_with(config: Config) -> Self {
        let mut desk = Self { engine: Engine::new(config), now_ms: SERVER_MS, jitter: 500, wakes: 0 };
        let effects = desk.tell(Input::Started { signed_in: true });
        assert!(matches!(effects.as_slice(), [Effect::LoadBatch { .. }, Effect::Pull { .. }]), "{effects:?}");
        desk
    }
    /// An edit was saved and is on its way.
    pub fn pushing(edits: &[Edit]) -> Self {
        let mut desk = Self::quiet();
        assert!(matches!(desk.tell(Input::EditSaved).as_slice(), [Effect::LoadBatch { .. }]));
        assert!(matches!(desk.tell(batch(edits)).as_slice(), [Effect::Push { .. }]));
        desk
    }
    pub fn tell(&mut self, input: Input) -> Vec<Effect> {
        self.engine.step(self.now_ms, self.jitter, input)
    }
    /// Waits until it wants to be woken, and wakes it. Says how long that took.
    pub fn wake(&mut self) -> (u64, Vec<Effect>) {
        let at_ms = self.engine.next_wake_ms().expect("it waits for nothing");
        let waited_ms = at_ms.saturating_sub(self.now_ms);
        self.wakes += 1;
        assert!(self.wakes < 1_000, "it spins, or never does what is waited for");
        self.now_ms = self.now_ms.max(at_ms);
        (waited_ms, self.tell(Input::Tick))
    }
}

pub fn edits(n: u64) -> Vec<Edit> {
    (1..=n).map(|n| edit(&format!("A{n}"), "", n, Source::Manual, &[("note", "x")])).collect()
}
pub fn ids(edits: &[Edit]) -> Vec<EditId> {
    edits.iter().map(|edit| edit.edit_id).collect()
}
pub fn batch(edits: &[Edit]) -> Input {
    Input::Batch { edits: edits.to_vec(), next_due_ms: None }
}
pub fn answers(edits: &[Edit], state: OutcomeState) -> Input {
    let outcome = |edit: &Edit| Outcome { edit_id: edit.edit_id, state, decisions: Vec::new(), seq: 7 };
    let outcomes = edits.iter().map(outcome).collect();
    Input::Pushed(Ok(PushReply { outcomes, server_hlc: Hlc::at_ms(SERVER_MS), epoch: "e1".to_owned(), landed: None }))
}
pub fn page(complete: bool) -> Input {
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
pub fn compared(comparison: Comparison) -> Input {
    Input::DigestsCompared(Ok(comparison))
}
pub fn different(buckets: &[u8]) -> Input {
    compared(Comparison::Different { buckets: buckets.to_vec() })
}
pub fn push_failed(failure: Failure) -> Input {
    Input::Pushed(Err(failure))
}
pub fn pull_failed(failure: Failure) -> Input {
    Input::Pulled(Err(failure))
}
pub fn names(effects: &[Effect]) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::LoadBatch { .. } => "load",
        Effect::Push { .. } => "push",
        Effect::StoreOutcomes { .. } => "store outcomes",
        Effect::Release { .. } => "release",
        Effect::Reject { .. } => "reject",
        Effect::Pull { .. } => "pull",
        Effect::StorePage { .. } => "store page",
        Effect::RestartPull => "restart pull",
        Effect::ReadAnew => "read anew",
        Effect::RefreshToken => "refresh",
        Effect::CompareDigests => "compare",
        Effect::RepairBuckets { .. } => "repair",
    };
    effects.iter().map(name).collect()
}
