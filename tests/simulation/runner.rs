//! Seeds on all cores. A seed that breaks something is told at once; how far a long run has come, every half minute, so
//! that it can be broken off and gone on with.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::report::Report;
use crate::scenario;

/// How often a run says how far it is.
const WORD_EVERY: Duration = Duration::from_secs(30);

/// Runs one seed; the text is what to tell whoever looks into it.
fn run(seed: u64) -> (Report, Result<(), String>) {
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| scenario::run(seed)));
    match outcome {
        Ok((report, Ok(()))) => (report, Ok(())),
        Ok((report, Err(broken))) => (report, Err(format!("invariant {}: {}", broken.invariant, broken.what))),
        Err(_) => (Report::default(), Err("the code under test panicked".to_owned())),
    }
}

/// A run of many seeds.
struct Run<'s> {
    seeds: &'s [u64],
    /// The place of the next one that nobody has begun.
    next: AtomicUsize,
    begun: Instant,
    last_word: Mutex<Instant>,
}

impl Run<'_> {
    /// One thread's share: what was reached, and how many seeds failed.
    fn work(&self) -> (Report, usize) {
        let (mut total, mut failed) = (Report::default(), 0);
        while let Some(seed) = self.seeds.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let (report, result) = run(*seed);
            total.add(&report);
            if let Err(why) = result {
                failed += 1;
                println!("{why}\n  again: ./dev sim --seeds 1 --from {seed}");
            }
            self.say_how_far();
        }
        (total, failed)
    }

    fn say_how_far(&self) {
        let Ok(mut last) = self.last_word.try_lock() else {
            return;
        };
        if last.elapsed() >= WORD_EVERY {
            *last = Instant::now();
            let begun = self.next.load(Ordering::Relaxed).min(self.seeds.len());
            let rate = begun as f64 / self.begun.elapsed().as_secs_f64();
            let at = self.seeds.get(begun).or(self.seeds.last()).copied().unwrap_or_default();
            println!("{begun} of {} seeds begun, {rate:.0} a second; the next is {at}", self.seeds.len());
        }
    }
}

/// Runs seeds on all cores and says which failed.
pub fn run_all(seeds: &[u64]) -> Report {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let now = Instant::now();
    let run = Run { seeds, next: AtomicUsize::new(0), begun: now, last_word: Mutex::new(now) };
    let shares: Vec<(Report, usize)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(|| run.work())).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    let mut total = Report::default();
    shares.iter().for_each(|(report, _)| total.add(report));
    let failed: usize = shares.iter().map(|(_, failed)| failed).sum();
    let seconds = now.elapsed().as_secs_f64();
    let rate = seeds.len() as f64 / seconds / workers as f64;
    println!("{} seeds in {seconds:.1} s on {workers} threads ({rate:.1} a second each), {failed} failed", seeds.len());
    assert!(failed == 0, "{failed} of {} seeds broke an invariant: see above", seeds.len());
    total
}
