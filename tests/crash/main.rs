//! `kill -9` at random instants during saving and syncing, of device and backend: no saved edit lost, no double
//! effect. The databases stay on the disk as the kill left them.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::evidence::{backend_records, balance, device_records, head, is_whole, taken};
use tests::saver::Saver;
use tests::world::{PATIENCE, World};

/// Kills of the device in a usual run, as the product promises to survive them; `CRASH_DEVICE_KILLS` asks for more.
const DEVICE_KILLS: u64 = 200;
/// Kills of the backend in a usual run; `CRASH_BACKEND_KILLS` asks for more.
const BACKEND_KILLS: u64 = 10;
const SEED: u64 = 20_261_120;
/// The longest life after a first save, in microseconds.
const LIFE_US_MAX: u64 = 60_000;

fn wanted(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |count| count.parse().unwrap())
}

/// What is killed next: both kinds are spread evenly over the run.
fn kills(devices: u64, backends: u64) -> Vec<Victim> {
    let mut kills: Vec<(u64, Victim)> = (0..devices).map(|n| (n * backends.max(1), Victim::Device)).collect();
    // The backend always between two of the device's.
    kills.extend((0..backends).map(|n| (n * devices.max(1) + 1, Victim::Backend)));
    kills.sort_by_key(|(place, _)| *place);
    kills.into_iter().map(|(_, victim)| victim).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Victim {
    Device,
    Backend,
}

#[test]
fn no_saved_edit_is_lost_and_none_has_two_effects() {
    let (device_kills, backend_kills) =
        (wanted("CRASH_DEVICE_KILLS", DEVICE_KILLS), wanted("CRASH_BACKEND_KILLS", BACKEND_KILLS));
    let begun = Instant::now();
    let world = World::new().unwrap();
    let mut backend = world.backend(0).unwrap();
    let mut saver = Saver::new(world.device("crash", &backend, "operations").unwrap(), None);
    let cache = saver.device().home.join(client::cache::FILE_NAME);
    let database = world.path("server.db");
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    for victim in kills(device_kills, backend_kills) {
        saver.start().unwrap();
        // It opens again after every kill, and saves, whether the backend is there or not.
        saver.wait_for_a_save(PATIENCE).unwrap();
        // The instant of the kill is the point of this test; it is random, not a wait for something.
        std::thread::park_timeout(Duration::from_micros(random.random_range(0..LIFE_US_MAX)));
        match victim {
            Victim::Device => saver.kill(),
            // The device goes on saving, and sends to nobody for a moment.
            Victim::Backend => backend.restart().unwrap(),
        }
    }

    saver.start().unwrap();
    saver.stop().unwrap();
    saver.drain(0).unwrap();
    saver.wait_until_drained(PATIENCE).unwrap();
    saver.kill();

    // Every saved edit has reached the backend, once: as an edit id, as an event of the device, as a value.
    let (taken, said) = (taken(&database).unwrap(), saver.said());
    let balance = balance(said, &taken);
    assert!(
        balance.lost.is_empty(),
        "{} of {} saved edits are lost: {:?}",
        balance.lost.len(),
        said.len(),
        balance.lost
    );
    assert_eq!(balance.doubled, 0, "an edit has more than one effect");
    // Between the save and the line that says so a kill may fall, once a life; no other edit exists.
    assert!(balance.unsaid as u64 <= saver.lives(), "{} edits that nobody saved", balance.unsaid);
    assert!(is_whole(&cache).unwrap() && is_whole(&database).unwrap(), "a database is broken");

    // And the newest value of each merchant is the one that was saved last, on the device and after a fresh pull.
    let mut fresh = Saver::new(world.device("fresh", &backend, "operations").unwrap(), Some(1));
    fresh.start().unwrap();
    fresh.wait_for_a_save(PATIENCE).unwrap();
    fresh.stop().unwrap();
    fresh.drain(head(&database).unwrap()).unwrap();
    fresh.wait_until_drained(PATIENCE).unwrap();
    fresh.kill();
    let pulled = device_records(&fresh.device().home).unwrap();
    assert_eq!(pulled, backend_records(&database).unwrap(), "a fresh device has what the backend has");
    let merchants: BTreeSet<&str> = said.iter().map(|save| save.merchant.as_str()).collect();
    for merchant in merchants {
        let last = said.iter().rev().find(|save| save.merchant == merchant).map(|save| save.number).unwrap();
        for records in [&pulled, &device_records(&saver.device().home).unwrap()] {
            let record: domain::Record = serde_json::from_str(&records[merchant].1).unwrap();
            let shown = &record.registers[&domain::FieldPath::new("custom.crash").unwrap()].siblings;
            assert_eq!(shown.len(), 1, "{merchant}: one device has no conflict with itself: {shown:?}");
            assert!(shown[0].value.0.as_u64() >= Some(last), "{merchant}: saved {last}, shown {shown:?}");
        }
    }
    eprintln!(
        "{device_kills} kills of the device, {backend_kills} of the backend: {} saved edits, 0 lost, 0 doubled, {:.0} s",
        said.len(),
        begun.elapsed().as_secs_f64()
    );
}
