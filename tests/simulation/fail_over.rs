//! Several servers that come and go, in virtual time: one that serves is found soon, the preferred one is taken
//! back, and nothing is followed to and fro.

use sync_engine::device::{ServerEffect, ServerInput, Servers};

use crate::chance::Chance;

const START_MS: u64 = 1_790_000_000_000;
/// Somebody asks for something so often, in milliseconds.
const REQUEST_MS: u64 = 1_000;
/// A probe of a dead server is given up after so long, in milliseconds.
const PROBE_TIMEOUT_MS: u64 = 3_000;
/// Two failed requests, a round or the wait after one, and the answers of a second.
const FOUND_WITHIN_MS: u64 = 2 * (REQUEST_MS + PROBE_TIMEOUT_MS) + 5_000 + 2 * PROBE_TIMEOUT_MS + 2_000;
/// Three healthy probes, thirty seconds apart, and what is under way when it comes back.
const BACK_WITHIN_MS: u64 = 4 * 30_000 + FOUND_WITHIN_MS;

struct Net {
    up: Vec<bool>,
    /// Answers to probes that are on their way: when, which, what.
    answers: Vec<(u64, usize, bool)>,
    /// The same of requests: whoever is asked may be out of use by the time it speaks.
    words: Vec<(u64, usize, bool)>,
    servers: Servers,
    /// By how much the wall clock was set back, in milliseconds.
    back_ms: u64,
    switches: u64,
    probes: u64,
}

impl Net {
    fn tell(&mut self, now_ms: u64, chance: &mut Chance, input: ServerInput) {
        for effect in self.servers.step(START_MS + now_ms - self.back_ms, input) {
            match effect {
                ServerEffect::Probe { server } => {
                    self.probes += 1;
                    let ok = self.up[server];
                    let delay_ms = if ok { chance.between(1, 300) } else { *chance.pick(&[1, 50, PROBE_TIMEOUT_MS]) };
                    self.answers.push((now_ms + delay_ms, server, ok));
                }
                ServerEffect::Switch { server } => {
                    assert_eq!(self.servers.active(), server);
                    self.switches += 1;
                }
            }
        }
    }
}

/// Takes out what has arrived, in order.
fn due(under_way: &mut Vec<(u64, usize, bool)>, now_ms: u64) -> Vec<(u64, usize, bool)> {
    let mut due: Vec<_> = under_way.extract_if(.., |(at, ..)| *at <= now_ms).collect();
    due.sort_unstable();
    due
}

fn play(seed: u64) -> u64 {
    let mut chance = Chance::of_seed(seed);
    let count = chance.between(1, 4) as usize;
    let mut net = Net {
        up: vec![true; count],
        answers: Vec::new(),
        words: Vec::new(),
        servers: Servers::new(count),
        back_ms: 0,
        switches: 0,
        probes: 0,
    };
    assert_eq!(net.servers.next_wake_ms(), None, "nothing is waited for before the first word");
    let (mut changed_ms, mut changes, mut next_change_ms) = (0, 0, 0);
    for now_ms in (0..3_600_000).step_by(100) {
        if now_ms >= next_change_ms {
            let server = chance.below(count as u64) as usize;
            net.up[server] = !net.up[server];
            (changed_ms, changes) = (now_ms, changes + 1);
            if chance.once_in(4) {
                net.back_ms += chance.between(1_000, 600_000);
            }
            next_change_ms = now_ms + if chance.once_in(3) { 600_000 } else { chance.between(1_000, 60_000) };
        }
        for (_, server, ok) in due(&mut net.answers, now_ms) {
            net.tell(now_ms, &mut chance, ServerInput::Health { server, ok });
        }
        if now_ms % REQUEST_MS == 0 {
            let server = net.servers.active();
            let slow = chance.once_in(10);
            let delay_ms = if slow { chance.between(0, PROBE_TIMEOUT_MS) } else { 0 };
            net.words.push((now_ms + delay_ms, server, net.up[server]));
        }
        for (_, server, ok) in due(&mut net.words, now_ms) {
            let word = if ok { ServerInput::Answered { server } } else { ServerInput::Failed { server } };
            net.tell(now_ms, &mut chance, word);
        }
        if net.servers.next_wake_ms().is_some_and(|at| at <= START_MS + now_ms - net.back_ms) {
            net.tell(now_ms, &mut chance, ServerInput::Tick);
        }
        let active = net.servers.active();
        if now_ms >= changed_ms + FOUND_WITHIN_MS && net.up.contains(&true) {
            assert!(net.up[active], "seed {seed}: still at a dead server {} ms later", now_ms - changed_ms);
        }
        if now_ms >= changed_ms + BACK_WITHIN_MS && net.up[0] {
            assert_eq!(active, 0, "seed {seed}: the preferred server is not taken back");
        }
    }
    assert!(net.switches <= 2 * changes, "seed {seed}: {} switches for {changes} changes", net.switches);
    // All every five seconds at worst, and never a flood.
    assert!(net.probes <= 3_600 / 5 * count as u64 * 2, "seed {seed}: {} probes in an hour", net.probes);
    assert!(count > 1 || net.probes + net.switches == 0);
    net.switches
}

#[test]
fn one_that_serves_is_found_and_the_preferred_one_is_taken_back() {
    let switches: u64 = (0..60).map(play).sum();
    assert!(switches > 100, "{switches}: the servers did not come and go");
}
