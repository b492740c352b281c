//! Which of several addresses of the backend is used: a machine of its own beside the engine, fed by whoever
//! sends the requests. With one address it does nothing.
//!
//! Two failures in a row, or one failed heartbeat, and all addresses are asked for their health; the first in
//! order of preference that is healthy is used from then on. The preferred one (the first) is taken back when it
//! was healthy several times in a row, so that one that comes and goes is not followed to and fro.

/// Requests of the active server that fail in a row before the others are asked.
pub const FAILURES_MAX: u32 = 2;
/// The active server is asked for its health when nothing was heard of it for so long, in milliseconds; and the
/// preferred one so often while another is active.
pub const HEARTBEAT_MS: u64 = 30_000;
/// Healthy answers in a row after which the preferred server is taken back.
pub const HEALTHY_TO_RETURN: u32 = 3;
/// How long a round waits for the answers of preferred servers while another is healthy already, in milliseconds.
pub const ROUND_MS: u64 = 2_000;
/// When no server was healthy, all are asked again after so long, in milliseconds.
pub const ROUND_AGAIN_MS: u64 = 5_000;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerInput {
    /// A server answered a request, whatever it said.
    Answered {
        /// Which, by its place in the list.
        server: usize,
    },
    /// A server could not be reached by a request.
    Failed {
        /// Which.
        server: usize,
    },
    /// Answers [`ServerEffect::Probe`].
    Health {
        /// Which.
        server: usize,
        /// Is it able to serve?
        ok: bool,
    },
    /// The time that [`Servers::next_wake_ms`] named has come.
    Tick,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerEffect {
    /// Ask a server whether it is able to serve. Answered by [`ServerInput::Health`], with `ok: false` after
    /// some seconds of silence.
    Probe {
        /// Which.
        server: usize,
    },
    /// Use this server from now on.
    Switch {
        /// Which.
        server: usize,
    },
}

/// What one server said in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Healthy,
    Ill,
}

/// All servers are asked at once.
#[derive(Clone, Debug)]
struct Round {
    said: Vec<Said>,
    until_ms: u64,
}

/// The addresses, by their place in order of preference.
#[derive(Clone, Debug)]
pub struct Servers {
    count: usize,
    active: usize,
    /// Requests of the active one that failed in a row.
    failures: u32,
    /// When the active one is to be asked, in milliseconds since 1970.
    heartbeat_ms: u64,
    /// When the preferred one is to be asked while another is active.
    preferred_ms: u64,
    /// Healthy answers of the preferred one in a row.
    healthy: u32,
    round: Option<Round>,
    /// No server was healthy: when all are asked again.
    again_ms: Option<u64>,
    now_ms: u64,
    started: bool,
}

impl Servers {
    /// So many addresses; the first is active.
    pub fn new(count: usize) -> Self {
        Self {
            count,
            active: 0,
            failures: 0,
            heartbeat_ms: 0,
            preferred_ms: 0,
            healthy: 0,
            round: None,
            again_ms: None,
            now_ms: 0,
            started: false,
        }
    }

    /// The place of the server that is in use.
    pub fn active(&self) -> usize {
        self.active
    }

    /// Takes one input and answers with what to do, in order.
    pub fn step(&mut self, now_ms: u64, input: ServerInput) -> Vec<ServerEffect> {
        let mut effects = Vec::new();
        if self.count < 2 {
            return effects;
        }
        self.note_time(now_ms);
        match input {
            ServerInput::Answered { server } if server == self.active => self.heard(now_ms),
            ServerInput::Failed { server } if server == self.active => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= FAILURES_MAX {
                    self.ask_all(now_ms, &mut effects);
                }
            }
            ServerInput::Health { server, ok } if server < self.count => {
                self.health(now_ms, server, ok, &mut effects);
            }
            // Late word of a server that is not in use; an answer to nobody's question; or only time.
            ServerInput::Answered { .. }
            | ServerInput::Failed { .. }
            | ServerInput::Health { .. }
            | ServerInput::Tick => {}
        }
        self.do_what_is_due(now_ms, &mut effects);
        effects
    }

    /// When [`ServerInput::Tick`] is needed next, in milliseconds since 1970; `None` with one address.
    pub fn next_wake_ms(&self) -> Option<u64> {
        if self.count < 2 || !self.started {
            return None;
        }
        if let Some(round) = &self.round {
            return Some(round.until_ms);
        }
        if self.again_ms.is_some() {
            return self.again_ms;
        }
        let preferred_ms = (self.active != 0).then_some(self.preferred_ms);
        Some(preferred_ms.map_or(self.heartbeat_ms, |at| at.min(self.heartbeat_ms)))
    }

    /// Delays are spans of the wall clock; when that is set back, they move with it.
    fn note_time(&mut self, now_ms: u64) {
        let back_ms = self.now_ms.saturating_sub(now_ms);
        if !self.started {
            self.started = true;
            self.heartbeat_ms = now_ms + HEARTBEAT_MS;
        } else if back_ms > 0 {
            for at in [&mut self.heartbeat_ms, &mut self.preferred_ms] {
                *at = at.saturating_sub(back_ms);
            }
            self.again_ms = self.again_ms.map(|at| at.saturating_sub(back_ms));
            if let Some(round) = &mut self.round {
                round.until_ms = round.until_ms.saturating_sub(back_ms);
            }
        }
        self.now_ms = now_ms;
    }

    /// The active one is there.
    fn heard(&mut self, now_ms: u64) {
        self.failures = 0;
        self.heartbeat_ms = now_ms + HEARTBEAT_MS;
        self.round = None;
        self.again_ms = None;
    }

    fn ask_all(&mut self, now_ms: u64, effects: &mut Vec<ServerEffect>) {
        if self.round.is_some() || self.again_ms.is_some() {
            return;
        }
        self.round = Some(Round { said: vec![Said::Nothing; self.count], until_ms: now_ms + ROUND_MS });
        effects.extend((0..self.count).map(|server| ServerEffect::Probe { server }));
    }

    fn health(&mut self, now_ms: u64, server: usize, ok: bool, effects: &mut Vec<ServerEffect>) {
        if let Some(round) = &mut self.round {
            round.said[server] = if ok { Said::Healthy } else { Said::Ill };
            return self.judge(now_ms, effects);
        }
        if ok && self.again_ms.is_some() {
            // None was healthy a moment ago: this one is now.
            self.switch(now_ms, server, effects);
        } else if server == self.active {
            if ok {
                self.heard(now_ms);
            } else {
                self.ask_all(now_ms, effects);
            }
        } else if server == 0 {
            self.healthy = if ok { self.healthy + 1 } else { 0 };
            if self.healthy >= HEALTHY_TO_RETURN {
                self.switch(now_ms, 0, effects);
            }
        }
    }

    /// Takes the first healthy server, once no preferred one may still speak up.
    fn judge(&mut self, now_ms: u64, effects: &mut Vec<ServerEffect>) {
        let Some(round) = &self.round else {
            return;
        };
        let waits = now_ms < round.until_ms;
        for (server, said) in round.said.iter().enumerate() {
            match said {
                Said::Healthy => return self.switch(now_ms, server, effects),
                Said::Nothing if waits => return,
                Said::Nothing | Said::Ill => {}
            }
        }
        self.round = None;
        self.again_ms = Some(now_ms + ROUND_AGAIN_MS);
    }

    fn switch(&mut self, now_ms: u64, server: usize, effects: &mut Vec<ServerEffect>) {
        if server != self.active {
            self.active = server;
            effects.push(ServerEffect::Switch { server });
        }
        self.healthy = 0;
        self.preferred_ms = now_ms + HEARTBEAT_MS;
        self.heard(now_ms);
    }

    fn do_what_is_due(&mut self, now_ms: u64, effects: &mut Vec<ServerEffect>) {
        if self.round.is_some() {
            return self.judge(now_ms, effects);
        }
        if let Some(at_ms) = self.again_ms {
            if at_ms <= now_ms {
                self.again_ms = None;
                self.ask_all(now_ms, effects);
            }
            return;
        }
        if self.heartbeat_ms <= now_ms {
            self.heartbeat_ms = now_ms + HEARTBEAT_MS;
            effects.push(ServerEffect::Probe { server: self.active });
        }
        if self.active != 0 && self.preferred_ms <= now_ms {
            self.preferred_ms = now_ms + HEARTBEAT_MS;
            effects.push(ServerEffect::Probe { server: 0 });
        }
    }
}
