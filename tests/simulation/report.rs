//! What a run reached: a simulation that never meets a conflict proves nothing about conflicts.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use domain::{Decision, EditState, OutcomeState};
use sync_engine::device::{Comparison, Effect, Failure, Input};

#[derive(Default)]
pub struct Report {
    counts: HashMap<Cow<'static, str>, u64>,
}

impl Report {
    pub fn count(&mut self, what: impl Into<Cow<'static, str>>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }
    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }
    pub fn add(&mut self, other: &Report) {
        for (what, n) in &other.counts {
            *self.counts.entry(what.clone()).or_insert(0) += n;
        }
    }
    pub fn effect(&mut self, effect: &Effect) {
        self.count(match effect {
            Effect::LoadBatch { .. } => "effect load_batch",
            Effect::Push { .. } => "effect push",
            Effect::StoreOutcomes { .. } => "effect store_outcomes",
            Effect::Release { .. } => "effect release",
            Effect::Reject { .. } => "effect reject",
            Effect::Pull { .. } => "effect pull",
            Effect::StorePage { .. } => "effect store_page",
            Effect::RestartPull => "effect restart_pull",
            Effect::ReadAnew => "effect read_anew",
            Effect::CompareDigests => "effect compare_digests",
            Effect::RepairBuckets { .. } => "effect repair_buckets",
            Effect::RefreshToken => "effect refresh_token",
        });
    }
    pub fn input(&mut self, input: &Input) {
        let failure = |lane: &str, failure: &Failure| {
            let why = match failure {
                Failure::Unreachable => "unreachable",
                Failure::Busy { retry_after_ms: None } => "busy",
                Failure::Busy { .. } => "busy, asked to wait",
                Failure::SignedOut => "signed_out",
                Failure::Refused(_) => "refused",
                Failure::EpochChanged => "epoch_changed",
            };
            format!("input {lane} failed: {why}")
        };
        match input {
            Input::Pushed(Err(why)) => self.count(failure("push", why)),
            Input::Pulled(Err(why)) => self.count(failure("pull", why)),
            Input::DigestsCompared(Err(why)) => self.count(failure("compare", why)),
            Input::DigestsCompared(Ok(Comparison::Moved)) => self.count("digests moved"),
            Input::DigestsCompared(Ok(Comparison::Equal)) => self.count("digests equal"),
            Input::DigestsCompared(Ok(Comparison::Different { .. })) => self.count("digests different"),
            Input::BucketsRepaired(Err(why)) => self.count(failure("repair", why)),
            Input::BucketsRepaired(Ok(_)) => self.count("buckets repaired"),
            Input::Refreshed(Err(why)) => self.count(failure("refresh", why)),
            Input::PushStorageFailed => self.count("input push storage failed"),
            Input::PullStorageFailed => self.count("input pull storage failed"),
            Input::WakeUp => self.count("input wake_up"),
            Input::Rebuild => self.count("input rebuild"),
            _ => {}
        }
    }
    pub fn state(&mut self, state: EditState) {
        self.count(format!("edit {}", state.as_str()));
    }
    pub fn outcome(&mut self, state: OutcomeState) {
        self.count(match state {
            OutcomeState::Applied => "outcome applied",
            OutcomeState::Merged => "outcome merged",
            OutcomeState::InReview => "outcome in_review",
            OutcomeState::Rejected => "outcome rejected",
            OutcomeState::Deferred => "outcome deferred",
        });
    }
    pub fn decision(&mut self, decision: &Decision) {
        match decision {
            Decision::Applied => self.count("decision applied"),
            Decision::Same => self.count("decision same"),
            Decision::AutoResolved { rule, won } => {
                let end = if *won { "won" } else { "lost" };
                self.count(format!("decision rule {rule}: {end}"));
            }
            Decision::NeedsReview => self.count("decision needs_review"),
            Decision::Rejected { code, .. } => self.count(format!("decision rejected: {code}")),
        }
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sorted: BTreeMap<_, _> = self.counts.iter().collect();
        for (what, n) in sorted {
            writeln!(f, "{n:>10}  {what}")?;
        }
        Ok(())
    }
}
