//! Requests and answers on their way, and what the devices may make of a failure.

use std::rc::Rc;

use domain::{ErrorCode, Problem};
use sync_engine::device::{Failure, Input};

use crate::checks::{self, Broken};
use crate::device::{Answer, Body, Lane, Quiet};
use crate::network::TIMEOUT_MS;
use crate::server::Token;
use crate::world::{Event, TOKEN_MS, World};

impl World {
    pub fn send(&mut self, device: usize, body: Body) -> Result<(), Broken> {
        checks::no_hurry(self, device, body.lane())?;
        let request = self.next_request;
        self.next_request += 1;
        let (life, lane, token) = (self.devices[device].life, body.lane(), self.devices[device].token);
        if let Some(running) = &mut self.devices[device].running {
            running.waits_for.insert(request);
        }
        let fate = self.network.fate(device, self.now_ms, &mut self.chance);
        let body = Rc::new(body);
        for (n, arrival_ms) in fate.arrivals_ms.iter().enumerate() {
            // Only the first copy's answer finds the device's ear.
            let answer_ms = fate.answer_ms.filter(|_| n == 0);
            let event = Event::Arrival { device, life, request, body: Rc::clone(&body), token, answer_ms };
            self.at(*arrival_ms, event);
        }
        let answer = Answer::Word(body.failed(Failure::Unreachable));
        let wait_ms = fate.refused_ms.unwrap_or(TIMEOUT_MS);
        self.at(wait_ms, Event::Answer { device, life, request, lane, answer, token: None });
        Ok(())
    }

    pub fn arrives(
        &mut self,
        device: usize,
        life: u64,
        request: u64,
        body: &Body,
        token: Option<Token>,
        answer_ms: Option<u64>,
    ) -> Result<(), Broken> {
        let lane = body.lane();
        let word = |result: Result<Answer, Failure>| result.unwrap_or_else(|why| Answer::Word(body.failed(why)));
        let now = self.server_now();
        let mut fresh = None;
        let answer = if !self.server.up {
            word(Err(Failure::Unreachable))
        } else {
            match (body, token) {
                (Body::Refresh, _) => {
                    let actor = self.devices[device].actor;
                    let result = self.server.refresh(self.now_ms, actor, TOKEN_MS);
                    fresh = result.as_ref().ok().copied();
                    Answer::Word(Input::Refreshed(result.map(|_| ())))
                }
                (_, None) => word(Err(Failure::SignedOut)),
                (Body::Pull(_) | Body::Digests | Body::Buckets(_), _) if self.now_ms < self.proxy_until_ms => {
                    word(Err(Failure::Refused(Problem::new(ErrorCode::NotFound, "no such page"))))
                }
                (Body::Push(push), Some(token)) => {
                    let crash_after = (self.network.faulty && self.chance.once_in(40))
                        .then(|| self.chance.below(push.edits.len() as u64 + 1) as usize);
                    let pushed = self.server.push(now, token, push, crash_after, &mut self.chance, &mut self.report);
                    checks::server(self, push)?;
                    if !self.server.up {
                        self.report.count("fault server killed within a push");
                        self.kill_server();
                    }
                    if pushed.changed {
                        self.wake_all();
                    }
                    Answer::Word(Input::Pushed(pushed.reply))
                }
                (Body::Pull(query), Some(token)) => {
                    let page = self.server.pull(now, token, query, &mut self.report);
                    word(page.map(|(page, end)| Answer::Page { page, end }))
                }
                (Body::Digests, Some(token)) => word(self.server.digests(now, token).map(Answer::Digests)),
                (Body::Buckets(buckets), Some(token)) => {
                    let whole = self.server.buckets(now, token, buckets);
                    word(whole.map(|whole| Answer::Buckets(buckets.clone(), whole)))
                }
            }
        };
        if let Some(answer_ms) = answer_ms {
            let answer = self.on_its_way(body, answer);
            self.at(answer_ms, Event::Answer { device, life, request, lane, answer, token: fresh });
        }
        Ok(())
    }

    /// An answer may be cut: what can still be read of it is used, or nobody answered.
    fn on_its_way(&mut self, body: &Body, answer: Answer) -> Answer {
        if !self.network.faulty || !self.chance.once_in(40) {
            return answer;
        }
        self.report.count("fault answer truncated");
        match answer {
            Answer::Word(Input::Pushed(Ok(mut reply))) => {
                reply.outcomes.truncate(self.chance.below(reply.outcomes.len() as u64 + 1) as usize);
                Answer::Word(Input::Pushed(Ok(reply)))
            }
            _ => Answer::Word(body.failed(Failure::Unreachable)),
        }
    }

    /// Server-sent events: some get lost.
    pub fn wake_all(&mut self) {
        for device in 0..self.devices.len() {
            let life = self.devices[device].life;
            if !self.network.is_cut_in(device, self.now_ms) && !self.chance.once_in(3) {
                let delay_ms = self.chance.between(1, 200);
                self.at(delay_ms, Event::Input { device, life, input: Input::WakeUp });
            }
        }
    }

    pub fn note_answer(&mut self, device: usize, lane: Lane, answer: &Answer) {
        let now_ms = self.now_ms;
        let Some(running) = &mut self.devices[device].running else {
            return;
        };
        let failure = match answer {
            Answer::Word(
                Input::Pushed(Err(failure))
                | Input::Pulled(Err(failure))
                | Input::DigestsCompared(Err(failure))
                | Input::BucketsRepaired(Err(failure))
                | Input::Refreshed(Err(failure)),
            ) => Some(failure),
            _ => None,
        };
        let quiet = match failure {
            Some(failure) => match failure {
                Failure::Unreachable => Quiet { until_ms: now_ms + 100, asked: false },
                Failure::Busy { retry_after_ms } => {
                    Quiet { until_ms: now_ms + retry_after_ms.unwrap_or(0).max(100), asked: retry_after_ms.is_some() }
                }
                Failure::EpochChanged => Quiet { until_ms: now_ms + 100, asked: false },
                Failure::SignedOut | Failure::Refused(_) => Quiet::default(),
            },
            None => {
                // Somebody got through: what failed without being asked to wait may be tried at once.
                for quiet in &mut running.quiet {
                    if !quiet.asked {
                        *quiet = Quiet::default();
                    }
                }
                Quiet::default()
            }
        };
        running.quiet[lane as usize] = quiet;
    }
}
