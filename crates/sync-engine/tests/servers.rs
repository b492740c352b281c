//! Several addresses of the backend: which is used, when it is left, and when it is taken back.

use sync_engine::device::{ServerEffect, ServerInput, Servers};

use ServerEffect::{Probe, Switch};
use ServerInput::{Answered, Failed, Health, Tick};

const START_MS: u64 = 1_790_000_000_000;

fn probes(servers: &[usize]) -> Vec<ServerEffect> {
    servers.iter().map(|server| Probe { server: *server }).collect()
}

/// One step after the other: after so many milliseconds this happens, and these are the effects.
fn play(count: usize, steps: &[(u64, ServerInput, &[ServerEffect])]) -> (Servers, u64) {
    let (mut servers, mut now_ms) = (Servers::new(count), START_MS);
    for (n, (after_ms, input, effects)) in steps.iter().enumerate() {
        now_ms += after_ms;
        assert_eq!(servers.step(now_ms, *input), *effects, "step {n}: {input:?}");
    }
    (servers, now_ms)
}

fn health(server: usize, ok: bool) -> ServerInput {
    Health { server, ok }
}

#[test]
fn with_one_address_there_is_nothing_to_do() {
    let mut servers = Servers::new(1);
    for n in 0..100 {
        let input = [Tick, Failed { server: 0 }, health(0, false), Answered { server: 0 }][n % 4];
        assert_eq!(servers.step(START_MS + n as u64 * 60_000, input), []);
    }
    assert_eq!((servers.active(), servers.next_wake_ms()), (0, None));
}

#[test]
fn before_the_first_word_there_is_nothing_to_wait_for() {
    for (first, count) in [(Tick, 2), (Answered { server: 1 }, 2), (Tick, 3), (Answered { server: 0 }, 3)] {
        let mut servers = Servers::new(count);
        assert_eq!((servers.active(), servers.next_wake_ms()), (0, None));
        assert_eq!(servers.step(START_MS, first), []);
        assert_eq!(servers.next_wake_ms(), Some(START_MS + 30_000), "from then on it listens: {first:?}");
    }
}

#[test]
fn an_answer_of_another_server_does_not_speak_for_the_active_one() {
    let all = probes(&[0, 1]);
    play(
        2,
        &[
            (0, Answered { server: 0 }, &[]),
            (5, Failed { server: 0 }, &[]),
            (5, Answered { server: 1 }, &[]),
            (5, Failed { server: 0 }, &all),
            (5, Answered { server: 1 }, &[]),
            (5, health(0, false), &[]),
            (5, health(1, true), &[Switch { server: 1 }]),
        ],
    );
}

#[test]
fn a_heartbeat_without_an_answer_is_repeated() {
    let one = probes(&[0]);
    play(2, &[(0, Tick, &[]), (30_000, Tick, &one), (29_999, Tick, &[]), (1, Tick, &one), (30_000, Tick, &one)]);
}

#[test]
fn two_failures_in_a_row_make_all_be_asked_and_the_first_healthy_one_is_taken() {
    let all = probes(&[0, 1, 2]);
    let (servers, _) = play(
        3,
        &[
            (0, Answered { server: 0 }, &[]),
            (5, Failed { server: 0 }, &[]),
            (5, Answered { server: 0 }, &[]),
            (5, Failed { server: 0 }, &[]),
            (5, Failed { server: 1 }, &[]),
            (5, Failed { server: 0 }, &all),
            (5, Failed { server: 0 }, &[]),
            (5, health(2, true), &[]),
            (5, health(0, false), &[]),
            (5, health(1, true), &[Switch { server: 1 }]),
            (5, health(2, true), &[]),
        ],
    );
    assert_eq!(servers.active(), 1);
}

#[test]
fn a_round_does_not_wait_for_ever_for_a_preferred_one() {
    let all = probes(&[0, 1, 2]);
    let (servers, _) = play(
        3,
        &[
            (0, Failed { server: 0 }, &[]),
            (0, Failed { server: 0 }, &all),
            (10, health(2, true), &[]),
            (1_989, Tick, &[]),
            (1, Tick, &[Switch { server: 2 }]),
        ],
    );
    assert_eq!(servers.active(), 2);
}

#[test]
fn the_active_one_stays_if_it_is_healthy_after_all() {
    let all = probes(&[0, 1]);
    let table: [(ServerInput, usize); 2] = [(health(0, true), 0), (Answered { server: 0 }, 0)];
    for (word, active) in table {
        let (servers, now_ms) =
            play(2, &[(0, Failed { server: 0 }, &[]), (0, Failed { server: 0 }, &all), (5, word, &[])]);
        assert_eq!(servers.active(), active);
        assert_eq!(servers.next_wake_ms(), Some(now_ms + 30_000));
    }
}

#[test]
fn the_active_one_is_asked_when_nothing_was_heard_of_it() {
    let all = probes(&[0, 1]);
    let one = probes(&[0]);
    let (servers, now_ms) = play(
        2,
        &[
            (0, Answered { server: 0 }, &[]),
            (29_999, Answered { server: 0 }, &[]),
            (29_999, Tick, &[]),
            (1, Tick, &one),
            (29_999, Tick, &[]),
            (0, health(0, true), &[]),
            (29_999, Tick, &[]),
            (1, Tick, &one),
            (100, health(0, false), &all),
            (5, health(0, false), &[]),
            (5, health(1, true), &[Switch { server: 1 }]),
        ],
    );
    assert_eq!(servers.next_wake_ms(), Some(now_ms + 30_000));
}

#[test]
fn when_none_is_healthy_all_are_asked_again_later() {
    let all = probes(&[0, 1]);
    let down: Vec<(u64, ServerInput, &[ServerEffect])> = vec![
        (0, Failed { server: 0 }, &[]),
        (0, Failed { server: 0 }, &all),
        (5, health(0, false), &[]),
        (5, health(1, false), &[]),
        (4_999, Failed { server: 0 }, &[]),
        (1, Tick, &all),
        (2_000, Tick, &[]),
    ];
    let (servers, now_ms) = play(2, &down);
    assert_eq!((servers.active(), servers.next_wake_ms()), (0, Some(now_ms + 5_000)));
    // Whoever speaks up late is taken at once.
    for server in [0, 1] {
        let mut late = servers.clone();
        let expected: &[ServerEffect] = if server == 1 { &[Switch { server: 1 }] } else { &[] };
        assert_eq!(late.step(now_ms + 10, health(server, true)), expected);
        assert_eq!(late.active(), server);
        assert!(late.next_wake_ms().is_some_and(|at| at >= now_ms + 30_000));
    }
    let mut dead = servers.clone();
    assert_eq!(dead.step(now_ms + 10, health(1, false)), []);
    for beyond in [2, 7] {
        assert_eq!(dead.step(now_ms + 10, health(beyond, true)), [], "there is no such server");
    }
    assert_eq!(dead.step(now_ms + 5_000, Tick), all);
}

#[test]
fn the_preferred_one_is_taken_back_when_it_was_healthy_three_times_in_a_row() {
    let all = probes(&[0, 1]);
    let mut steps: Vec<(u64, ServerInput, &[ServerEffect])> = vec![
        (0, Failed { server: 0 }, &[]),
        (0, Failed { server: 0 }, &all),
        (5, health(0, false), &[]),
        (5, health(1, true), &[Switch { server: 1 }]),
    ];
    let ask: &[ServerEffect] = &[Probe { server: 0 }];
    // It comes and goes: not followed.
    for ok in [true, true, false, true, true] {
        steps.extend([(29_999, Answered { server: 1 }, &[][..]), (1, Tick, ask), (0, health(0, ok), &[])]);
    }
    steps.extend([(29_999, Answered { server: 1 }, &[][..]), (1, Tick, ask)]);
    steps.push((0, health(0, true), &[Switch { server: 0 }]));
    let (servers, now_ms) = play(2, &steps);
    assert_eq!((servers.active(), servers.next_wake_ms()), (0, Some(now_ms + 30_000)));
}

#[test]
fn the_count_of_healthy_answers_begins_anew_with_each_switch() {
    let all = probes(&[0, 1, 2]);
    let ask: &[ServerEffect] = &[Probe { server: 0 }];
    let mut steps: Vec<(u64, ServerInput, &[ServerEffect])> = vec![
        (0, Failed { server: 0 }, &[]),
        (0, Failed { server: 0 }, &all),
        (5, health(0, false), &[]),
        (5, health(1, true), &[Switch { server: 1 }]),
    ];
    for _ in 0..2 {
        steps.extend([(29_999, Answered { server: 1 }, &[][..]), (1, Tick, ask), (0, health(0, true), &[])]);
    }
    steps.extend([(0, Failed { server: 1 }, &[][..]), (0, Failed { server: 1 }, &all)]);
    steps.extend([(0, health(0, false), &[][..]), (0, health(1, false), &[])]);
    steps.push((0, health(2, true), &[Switch { server: 2 }]));
    steps.extend([(29_999, Answered { server: 2 }, &[][..]), (1, Tick, ask), (0, health(0, true), &[])]);
    let (servers, _) = play(3, &steps);
    assert_eq!(servers.active(), 2);
}

#[test]
fn a_clock_that_is_set_back_puts_nothing_off() {
    let all = probes(&[0, 1]);
    let hour_ms = 3_600_000;
    let at = START_MS + 2 * hour_ms;
    // (what happened before, how long is waited after the clock was set back)
    let table: [(&[ServerInput], u64); 4] = [
        (&[Answered { server: 0 }], 30_000),
        (&[Failed { server: 0 }, Failed { server: 0 }], 2_000),
        (&[Failed { server: 0 }, Failed { server: 0 }, health(0, false), health(1, false)], 5_000),
        (&[Failed { server: 0 }, Failed { server: 0 }, health(0, false), health(1, true)], 30_000),
    ];
    for (inputs, wait_ms) in table {
        let mut servers = Servers::new(2);
        for input in inputs {
            servers.step(at, *input);
        }
        assert_eq!(servers.step(at - hour_ms, Tick), []);
        assert_eq!(servers.next_wake_ms(), Some(at - hour_ms + wait_ms), "{inputs:?}");
        assert_eq!(servers.step(at - hour_ms + wait_ms - 1, Tick), []);
    }
    let mut servers = Servers::new(2);
    servers.step(at, Failed { server: 0 });
    assert_eq!(servers.step(at, Failed { server: 0 }), all);
}

#[test]
fn nothing_is_asked_twice_at_the_same_time() {
    // Whatever happens, two probes of one server are at least two seconds apart, unless a round begins.
    let mut servers = Servers::new(3);
    let mut now_ms = START_MS;
    let mut rounds: Vec<u64> = Vec::new();
    for n in 0..2_000_u64 {
        let input = match n % 7 {
            0..=3 => Failed { server: servers.active() },
            4 => health((n % 3) as usize, n % 5 == 0),
            _ => Tick,
        };
        let effects = servers.step(now_ms, input);
        if effects.iter().filter(|e| matches!(e, Probe { .. })).count() == 3 {
            rounds.push(now_ms);
        }
        now_ms += 50;
    }
    assert!(!rounds.is_empty() && rounds.len() < 100, "{} rounds in 100 s", rounds.len());
}
