//! A seed runs twice the same, to the last byte of what devices and server hold: so a failure can be looked at again.

use domain::digest;

use crate::scenario;
use crate::world::{REAL_DISK_ONE_IN, World};

/// Seeds of each kind that run twice.
const SEEDS: u64 = 20;

/// A digest of everything that a run has left.
fn outcome(world: &World) -> u64 {
    let mut text = format!("{} {} {}\n{}", world.now_ms, world.memory.events, world.next_request, world.report);
    let server = &world.server;
    text += &format!("{} {} {:?}\n", server.epoch, server.seq, server.effects);
    for (merchant, (seq, record)) in &server.records {
        text += &format!("{merchant} {seq} {}\n", digest::canonical(record).unwrap());
    }
    for line in &server.history {
        text += &format!("{line:?}\n");
    }
    for own in &world.devices {
        text += &format!("{} {} {:?}\n", own.id, own.store.cursor, own.store.epoch);
        for (merchant, stored) in own.store.records.iter() {
            let record = digest::canonical(&stored.record).unwrap();
            text += &format!("{merchant} {} {} {record}\n", stored.generation, stored.seq);
        }
        for entry in own.store.outbox.values() {
            let edit = serde_json::to_string(&entry.edit).unwrap();
            text += &format!("{edit} {:?} {} {:?} {:?}\n", entry.state, entry.attempts, entry.answer, entry.reason);
        }
    }
    digest::row(&text)
}

fn runs_twice_the_same(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let once = || {
            let mut world = World::of_seed(seed);
            let result = scenario::play(&mut world).map_err(|broken| broken.what);
            (outcome(&world), result)
        };
        let first = once();
        assert_eq!(first, once(), "seed {seed} ran otherwise the second time");
    }
}

#[test]
fn seeds_with_real_files_run_twice_the_same() {
    runs_twice_the_same((0..SEEDS).map(|n| n * REAL_DISK_ONE_IN));
}

#[test]
fn seeds_with_real_files_and_an_administrator_run_twice_the_same() {
    runs_twice_the_same((0..SEEDS / 5).map(|n| (4 * n * REAL_DISK_ONE_IN) + REAL_DISK_ONE_IN / 2));
}

#[test]
fn seeds_of_the_model_run_twice_the_same() {
    runs_twice_the_same((0..SEEDS).map(|n| n * REAL_DISK_ONE_IN + 1));
}
