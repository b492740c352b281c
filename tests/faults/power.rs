//! Power cuts: the device is killed at a random instant and everything that it wrote since the last sync of each
//! file is lost, or a random part of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use client::cache::{Cache, FILE_NAME};
use domain::ipc::{Durability, SyncSettings};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::evidence::{Balance, Taken, balance, counter, is_whole, taken};
use tests::saver::{Said, Saver};
use tests::unsynced::{self, Lost, cut_power};
use tests::world::{PATIENCE, World};

/// Power cuts in a usual run; `POWER_CUTS` asks for more.
const CUTS: u64 = 12;
/// How an administrator's choice is kept on a device.
const SYNC_SETTINGS: &str = "sync_settings";
const SEED: u64 = 20_261_121;
/// The longest life after the first save, in microseconds.
const LIFE_US_MAX: u64 = 150_000;

struct Outcome {
    said: Vec<Said>,
    taken: Vec<Taken>,
    balance: Balance,
    lost: Lost,
}

fn cuts() -> u64 {
    std::env::var("POWER_CUTS").map_or(CUTS, |cuts| cuts.parse().unwrap())
}

/// What an administrator sets, on a device that does not run.
fn set_durability(home: &Path, durability: Durability) {
    let setting = async {
        let cache = Cache::open(home).await.unwrap();
        cache.set_fact(SYNC_SETTINGS, &SyncSettings { durability, ..SyncSettings::default() }).await.unwrap();
        cache.close().await;
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(setting);
}

/// The largest counter of a dot that the backend has.
fn largest_counter(taken: &[Taken]) -> u64 {
    taken.iter().filter_map(|edit| edit.dot.rsplit_once(':')?.1.parse().ok()).max().unwrap_or_default()
}

fn run(cuts: u64, durability: Durability) -> Outcome {
    let world = World::new().unwrap();
    let backend = world.backend(0).unwrap();
    let device = world.device("power", &backend, "operations").unwrap();
    set_durability(&device.home, durability);
    let (home, database) = (device.home.clone(), world.path("server.db"));
    let cache = home.join(FILE_NAME);
    let log = world.path("unsynced");
    let mut saver = Saver::new(device, None);
    saver.set_environment(vec![(unsynced::LOG_VARIABLE.to_owned(), log.display().to_string())]);
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut lost = Lost::default();
    for cut in 0..cuts {
        saver.start().unwrap();
        saver.wait_for_a_save(PATIENCE).unwrap();
        // The instant of the cut is the point of this test; it is random, not a wait for something.
        std::thread::park_timeout(Duration::from_micros(random.random_range(0..LIFE_US_MAX)));
        saver.kill();
        // What of the unsynced writes the disk has all the same: nothing, or any part.
        let survivors = if cut % 2 == 0 { 0.0 } else { random.random() };
        let now = cut_power(&log, || random.random_bool(survivors)).unwrap();
        (lost.unsynced, lost.dropped) = (lost.unsynced + now.unsynced, lost.dropped + now.dropped);
        // The index of the write-ahead log is memory: it does not survive.
        let _ = std::fs::remove_file(cache.with_extension("sqlite-shm"));
        assert!(is_whole(&cache).unwrap(), "the cache is broken after power cut {cut}");
        let (given, known) = (counter(&home).unwrap(), largest_counter(&taken(&database).unwrap()));
        assert!(
            given >= known,
            "after power cut {cut} the device goes on from {given}, and the backend has its edit {known}"
        );
    }
    saver.set_environment(Vec::new());
    saver.start().unwrap();
    saver.stop().unwrap();
    saver.drain(0).unwrap();
    saver.wait_until_drained(PATIENCE).unwrap();
    saver.kill();
    let taken = taken(&database).unwrap();
    let said = saver.said().to_vec();
    Outcome { balance: balance(&said, &taken), said, taken, lost }
}

/// Edits of which the backend has another content than was saved under their id.
fn confused(said: &[Said], taken: &[Taken]) -> usize {
    let saved: BTreeMap<&str, String> = said.iter().map(|s| (s.edit_id.as_str(), s.number.to_string())).collect();
    let other = |edit: &&Taken| {
        let saved = saved.get(edit.edit_id.as_str());
        saved.is_some_and(|number| edit.number.as_ref() != Some(number))
    };
    taken.iter().filter(other).count()
}

#[test]
fn with_durability_full_a_power_cut_takes_no_saved_edit() {
    let (cuts, begun) = (cuts(), Instant::now());
    let Outcome { said, taken, balance, lost } = run(cuts, Durability::Full);
    let saves = said.len();
    assert!(lost.dropped > 0, "no power cut hit an unsynced write: this run has shown nothing");
    assert!(balance.lost.is_empty(), "{} of {saves} saved edits are lost: {:?}", balance.lost.len(), balance.lost);
    assert_eq!(balance.doubled, 0, "an edit has more than one effect");
    assert_eq!(confused(&said, &taken), 0, "the backend has something else under an edit's id");
    assert!(balance.unsaid as u64 <= cuts, "{} edits that nobody saved", balance.unsaid);
    eprintln!(
        "{cuts} power cuts, durability FULL: {saves} saved edits, {} taken, 0 lost, 0 doubled; {} of {} unsynced writes dropped; {:.1} s",
        taken.len(),
        lost.dropped,
        lost.unsynced,
        begun.elapsed().as_secs_f64()
    );
}

/// The weaker promise: saved edits may be lost as long as nobody else has them, so these power cuts are real. What the
/// backend has taken the device still knows, and never gives its number to another edit.
#[test]
fn with_durability_normal_a_power_cut_takes_only_edits_that_were_not_sent() {
    let (cuts, begun) = (cuts(), Instant::now());
    let Outcome { said, taken, balance, lost } = run(cuts, Durability::Normal);
    let saves = said.len();
    assert!(!balance.lost.is_empty(), "of {saves} saved edits none was lost: {lost:?}");
    assert_eq!(balance.doubled, 0, "an edit has more than one effect, or two edits have one number");
    assert_eq!(confused(&said, &taken), 0, "the backend has something else under an edit's id");
    eprintln!(
        "{cuts} power cuts, durability NORMAL: {saves} saved edits, {} taken, {} lost before they were sent, 0 doubled; {} of {} unsynced writes dropped; {:.1} s",
        taken.len(),
        balance.lost.len(),
        lost.dropped,
        lost.unsynced,
        begun.elapsed().as_secs_f64()
    );
}
