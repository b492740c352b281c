//! The real engine and the real authority in a world of seeded faults: `./dev sim --seeds N [--from S]`.
//!
//! - `chance`: all randomness, from the seed.
//! - `device_store` (`entry`, `store_outbox`, `store_pages`), `device`: a device; the store says what the real cache must
//!   do.
//! - `server`: the backend around the real `authority`.
//! - `real_disk`, `real_server`, `real_files`: the real cache and the real server, real SQLite in real files, in one
//!   of a hundred seeds. `replay`: a seed runs twice the same, these too.
//! - `held`, `watched`: records that are shared, and maps that know what changed in them.
//! - `network`, `traffic`, `world`: messages and virtual time.
//! - `administrator`: other rules, tried and put in force; `forged`: edits that no device would send.
//! - `late`: a server in trouble, and requests that arrive when it has been restored.
//! - `people`, `scenario`: who does what, which faults there are, and healing.
//! - `checks`, `visible`, `ends`: the invariants of `docs/architecture.md`, with what `memory` keeps; `conduct`: how a
//!   device behaves; `verdicts`: what the server makes of an edit; `oracle`: what a record shows, reckoned by the text of the protocol.
//! - `fail_over`: several servers that come and go.
//! - `runner`: seeds on all cores; `report`: what was reached.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod administrator;
mod chance;
mod checks;
mod conduct;
mod device;
mod device_store;
mod ends;
mod entry;
mod fail_over;
mod forged;
mod held;
mod late;
mod memory;
mod network;
mod oracle;
mod people;
mod real_disk;
mod real_files;
mod real_server;
mod replay;
mod report;
mod runner;
mod scenario;
mod server;
mod store_outbox;
mod store_pages;
mod traffic;
mod verdicts;
mod visible;
mod watched;
mod world;

use runner::run_all;

/// Seeds in an ordinary test run.
const SEEDS: u64 = 2_000;
/// From so many seeds on, every outcome below must have occurred.
const SEEDS_FOR_ALL: u64 = 300;

/// What a simulation that is worth its time meets.
const MUST_OCCUR: [&str; 70] = [
    "outcome applied",
    "outcome merged",
    "outcome in_review",
    "outcome rejected",
    "outcome deferred",
    "edit accepted",
    "edit declined",
    "edit rejected",
    "edit cancelled",
    "edit refused by itself",
    "decision same",
    "decision rule custom_later: won",
    "decision rule custom_later: lost",
    "decision rule merchant_over_third_party: lost",
    "decision rule tag_added: won",
    "decision rejected: review_moved",
    "decision rejected: in_review",
    "decision rejected: forbidden",
    "decision rejected: required",
    "resumed after crash",
    "server answered again",
    "paused by 401",
    "effect release",
    "effect reject",
    "effect restart_pull",
    "effect read_anew",
    "effect refresh_token",
    "input wake_up",
    "input rebuild",
    "input push storage failed",
    "input pull storage failed",
    "input push failed: unreachable",
    "input push failed: busy, asked to wait",
    "input push failed: signed_out",
    "input push failed: refused",
    "input pull failed: epoch_changed",
    "input refresh failed: signed_out",
    "fault server killed within a push",
    "save refused by the disk",
    "fault row rots",
    "fault disk full",
    "fault answer truncated",
    "fault partition in",
    "fault partition out",
    "fault partition both ways",
    "fault older backup restored",
    "fork: cursor ahead",
    "fork: another marker",
    "edit sent again after a restore",
    "tombstone pruned",
    "cursor too old",
    "person imported",
    "person resent",
    "digests equal",
    "digests moved",
    "digests different",
    "buckets repaired",
    "batch passed by the pull",
    "batch sent before an answer was stored",
    "input compare failed: unreachable",
    "input repair failed: unreachable",
    "rules put in force",
    "edit forged",
    "fault proxy refuses",
    "person signed out",
    "preview: settles",
    "preview: reopens",
    "preview: changes",
    "three profiles: merged",
    "three profiles: asked",
];

fn env(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => otherwise,
    }
}

#[test]
fn seeds_keep_the_invariants_and_reach_every_outcome() {
    let (from, count) = (env("SIM_FROM", 0), env("SIM_SEEDS", SEEDS));
    let seeds: Vec<u64> = (from..from + count).step_by(env("SIM_STEP", 1).max(1) as usize).collect();
    let report = run_all(&seeds);
    print!("{report}");
    if seeds.len() as u64 >= SEEDS_FOR_ALL {
        let missing: Vec<&&str> = MUST_OCCUR.iter().filter(|what| report.of(what) == 0).collect();
        assert!(missing.is_empty(), "the simulation is idle where it should not be; never seen: {missing:?}");
    }
}

#[test]
fn seeds_that_failed_once_hold() {
    let seeds: Vec<u64> = include_str!("failed_once.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
        .map(|seed| seed.parse().unwrap())
        .collect();
    run_all(&seeds);
}
