//! Power cuts: the device is killed at a random instant and everything that it wrote since the last sync of each
//! file is lost, or a random part of it.

use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::evidence::{Balance, balance, is_whole, taken};
use tests::saver::Saver;
use tests::unsynced::{self, Lost, cut_power};
use tests::world::{PATIENCE, World};

/// Power cuts in a usual run; `POWER_CUTS` asks for more.
const CUTS: u64 = 12;
/// Power cuts of the run that must show losses.
const CUTS_NORMAL: u64 = 4;
const SEED: u64 = 20_261_121;
/// The longest life after the first save, in microseconds.
const LIFE_US_MAX: u64 = 150_000;

struct Outcome {
    saves: usize,
    taken: usize,
    balance: Balance,
    lost: Lost,
}

fn run(cuts: u64, normal: bool) -> Outcome {
    let world = World::new().unwrap();
    let backend = world.backend(0).unwrap();
    let device = world.device("power", &backend, "operations").unwrap();
    let cache = device.home.join(client::cache::FILE_NAME);
    let log = world.path("unsynced");
    let mut environment = vec![(unsynced::LOG_VARIABLE.to_owned(), log.display().to_string())];
    if normal {
        environment.push((unsynced::NORMAL_VARIABLE.to_owned(), "1".to_owned()));
    }
    let mut saver = Saver::new(device, None);
    saver.set_environment(environment);
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
    }
    saver.set_environment(Vec::new());
    saver.start().unwrap();
    saver.stop().unwrap();
    saver.drain(0).unwrap();
    saver.wait_until_drained(PATIENCE).unwrap();
    saver.kill();
    let taken = taken(&world.path("server.db")).unwrap();
    Outcome { saves: saver.said().len(), taken: taken.len(), balance: balance(saver.said(), &taken), lost }
}

#[test]
fn with_durability_full_a_power_cut_takes_no_saved_edit() {
    let cuts = std::env::var("POWER_CUTS").map_or(CUTS, |cuts| cuts.parse().unwrap());
    let begun = Instant::now();
    let Outcome { saves, taken, balance, lost } = run(cuts, false);
    assert!(lost.dropped > 0, "no power cut hit an unsynced write: this run has shown nothing");
    assert!(balance.lost.is_empty(), "{} of {saves} saved edits are lost: {:?}", balance.lost.len(), balance.lost);
    assert_eq!(balance.doubled, 0, "an edit has more than one effect");
    assert!(balance.unsaid as u64 <= cuts, "{} edits that nobody saved", balance.unsaid);
    eprintln!(
        "{cuts} power cuts, durability FULL: {saves} saved edits, {taken} taken, 0 lost, 0 doubled; {} of {} unsynced writes dropped; {:.1} s",
        lost.dropped,
        lost.unsynced,
        begun.elapsed().as_secs_f64()
    );
}

/// The control: with a weaker promise the same power cuts do take saved edits, so they are real.
#[test]
fn with_durability_normal_a_power_cut_takes_saved_edits() {
    let begun = Instant::now();
    let Outcome { saves, balance, lost, .. } = run(CUTS_NORMAL, true);
    assert!(!balance.lost.is_empty(), "of {saves} saved edits none was lost: {lost:?}");
    eprintln!(
        "{CUTS_NORMAL} power cuts, durability NORMAL: {saves} saved edits, {} lost, {} effects too many; {} of {} unsynced writes dropped; {:.1} s",
        balance.lost.len(),
        balance.doubled,
        lost.dropped,
        lost.unsynced,
        begun.elapsed().as_secs_f64()
    );
}
