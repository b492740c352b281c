//! How a device behaves, seen from outside: what it was told, what it asked for, and when.

use sync_engine::device::{Effect, Failure, Input, Progress};

use crate::checks::Broken;

/// The longest own delay after a failure, in milliseconds (§18).
const LONGEST_MS: u64 = 15_000;
/// The disk takes its time, and messages between driver and engine too.
const SLACK_MS: u64 = 1_000;
/// The longest that a pull waits for further batches after an answer, in milliseconds (§18).
const PULL_BEHIND_MS: u64 = 5_000;
/// A server that is busy says so for no longer, in milliseconds.
const ASKED_MS_MAX: u64 = 6_000;

/// Whether the word "complete" is still true after a wake-up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Wake {
    #[default]
    None,
    /// Something changed, and nobody has asked what.
    Heard,
    /// A page is on its way that was asked for afterwards.
    Asked,
}

/// What is remembered of one life of the program.
#[derive(Debug, Default)]
pub struct Conduct {
    /// A page, a comparison or a repair is under way.
    pull_out: bool,
    /// Everything is about to be read anew: the cursor is being given up.
    begins_anew: bool,
    pull_failing: bool,
    /// Answers were stored, or something changed, and no pull has been asked for since: until when one must be.
    owes_pull_by_ms: Option<u64>,
    storing_answers: bool,
    refreshing: bool,
    /// The token in use came of a refresh, and no request has succeeded with it yet.
    unproven: bool,
    wake: Wake,
    /// When push and pull have to be tried again at the latest, in milliseconds of virtual time.
    due_ms: [Option<u64>; 2],
}

/// What of that which the engine is told counts for what it may do then.
pub struct Told {
    /// It may stop until somebody signs in.
    may_pause: bool,
    /// Something failed, and is to be tried again after a delay.
    failed: bool,
}

/// What the engine answered, and what it showed before and after.
pub struct Step<'s> {
    pub now_ms: u64,
    pub told: Told,
    pub before: Progress,
    pub effects: &'s [Effect],
    pub after: Progress,
}

impl Conduct {
    /// Are answers on their way to the disk?
    pub fn stores_answers(&self) -> bool {
        self.storing_answers
    }

    /// The wall clock was set: what is left of a delay may begin anew.
    pub fn clock_was_set(&mut self) {
        for due_ms in self.due_ms.iter_mut().chain([&mut self.owes_pull_by_ms]).flatten() {
            *due_ms += LONGEST_MS + ASKED_MS_MAX;
        }
    }

    /// Takes note of what the engine did with what it was told, and judges it.
    pub fn step(&mut self, device: usize, step: &Step<'_>) -> Result<(), Broken> {
        self.pauses_only_in_vain(device, step)?;
        self.see(step);
        if step.after.paused || self.refreshing {
            // Whoever signs in hurries everything.
            self.due_ms = [None, None];
            return Ok(());
        }
        if self.owes_pull_by_ms.is_some_and(|by_ms| step.now_ms > by_ms) && !self.pull_out && !self.pull_failing {
            let what = format!("device {device} does not ask what came of its edits, or what changed");
            return Err(Broken::new("6 a pull follows every push with answers and every wake-up", what));
        }
        if self.wake != Wake::None && step.after.pull_complete {
            let what = format!("device {device} calls its pull complete, and something changed since");
            return Err(Broken::new("9 never synced by guess", what));
        }
        self.in_time(device, step.now_ms)
    }

    /// 6: whatever failed is tried again after the longest delay there is.
    pub fn in_time(&self, device: usize, now_ms: u64) -> Result<(), Broken> {
        match self.due_ms.iter().flatten().find(|due_ms| now_ms > **due_ms) {
            Some(due_ms) => {
                let what = format!("device {device} tries nothing since {} ms", now_ms - due_ms);
                Err(Broken::new("6 delays are bounded, however the clock is set", what))
            }
            None => Ok(()),
        }
    }

    /// §16: only a refusal of a new token, or of the way to one, ends in a pause.
    fn pauses_only_in_vain(&self, device: usize, step: &Step<'_>) -> Result<(), Broken> {
        if step.after.paused && !step.before.paused && !step.told.may_pause {
            let what = format!("device {device} pauses and has not tried to get a new token");
            return Err(Broken::new("6 progress", what));
        }
        Ok(())
    }

    /// Takes note of what the engine is about to be told. `page_complete`: was the last page that was stored the last
    /// there was?
    pub fn hear(&mut self, now_ms: u64, input: &Input, page_complete: bool) -> Told {
        let may_pause = match input {
            Input::Started { .. } | Input::SignedOut => true,
            Input::Refreshed(Err(failure)) => !matches!(failure, Failure::Unreachable | Failure::Busy { .. }),
            input => failure_of(input) == Some(&Failure::SignedOut) && self.unproven,
        };
        match input {
            Input::Started { .. } => *self = Self::default(),
            Input::WakeUp => (self.wake, self.owes_pull_by_ms) = (Wake::Heard, Some(0)),
            Input::OutcomesStored if std::mem::take(&mut self.storing_answers) => {
                self.owes_pull_by_ms.get_or_insert(now_ms + PULL_BEHIND_MS + SLACK_MS);
            }
            Input::PushStorageFailed => self.storing_answers = false,
            Input::PageStored => {
                self.pull_out = false;
                if self.wake == Wake::Asked && page_complete {
                    self.wake = Wake::None;
                }
            }
            Input::Pulled(Err(_)) | Input::DigestsCompared(_) | Input::BucketsRepaired(_) => {
                self.pull_out = false;
                self.pull_failing = failure_of(input).is_some();
            }
            // That of the end of an epoch may come when the next page is on its way already.
            Input::PullRestarted if std::mem::take(&mut self.begins_anew) => self.pull_out = false,
            Input::Pulled(Ok(_)) => self.pull_failing = false,
            Input::PullStorageFailed => (self.pull_out, self.pull_failing) = (false, true),
            Input::SignedIn => (self.refreshing, self.unproven) = (false, false),
            Input::Refreshed(Ok(())) => (self.refreshing, self.unproven) = (false, true),
            Input::Refreshed(Err(failure)) => {
                self.refreshing &= matches!(failure, Failure::Unreachable | Failure::Busy { .. });
            }
            _ => {}
        }
        if is_success(input) {
            self.unproven = false;
        }
        let failed = failed(input);
        if let Some((lane, failure)) = failed {
            let asked_ms = match failure {
                Some(Failure::Busy { retry_after_ms }) => retry_after_ms.unwrap_or(0),
                _ => 0,
            };
            // What the server asked for outlasts a failure of the disk in between.
            let still_ms = self.due_ms[lane].unwrap_or(0);
            self.due_ms[lane] = Some(still_ms.max(now_ms + LONGEST_MS.max(asked_ms) + SLACK_MS));
        }
        Told { may_pause, failed: failed.is_some() }
    }

    fn see(&mut self, step: &Step<'_>) {
        for effect in step.effects {
            match effect {
                Effect::Pull { .. } => {
                    (self.pull_out, self.owes_pull_by_ms) = (true, None);
                    self.due_ms[1] = None;
                    if self.wake == Wake::Heard {
                        self.wake = Wake::Asked;
                    }
                }
                Effect::CompareDigests | Effect::RepairBuckets { .. } => {
                    self.pull_out = true;
                    self.due_ms[1] = None;
                }
                Effect::ReadAnew => {
                    (self.pull_out, self.begins_anew) = (true, true);
                    self.due_ms[1] = None;
                }
                Effect::LoadBatch { .. } => self.due_ms[0] = None,
                // Not the one that a failure itself brings.
                Effect::Release { .. } if !step.told.failed => self.due_ms[0] = None,
                Effect::StoreOutcomes { .. } => self.storing_answers = true,
                Effect::RefreshToken => self.refreshing = true,
                _ => {}
            }
        }
    }
}

fn failure_of(input: &Input) -> Option<&Failure> {
    match input {
        Input::Pushed(Err(failure))
        | Input::Pulled(Err(failure))
        | Input::DigestsCompared(Err(failure))
        | Input::BucketsRepaired(Err(failure)) => Some(failure),
        _ => None,
    }
}

fn is_success(input: &Input) -> bool {
    matches!(
        input,
        Input::Pushed(Ok(_)) | Input::Pulled(Ok(_)) | Input::DigestsCompared(Ok(_)) | Input::BucketsRepaired(Ok(_))
    )
}

/// The lane that has to try again after a delay (0 push, 1 pull), and why.
fn failed(input: &Input) -> Option<(usize, Option<&Failure>)> {
    let lane = usize::from(!matches!(input, Input::PushStorageFailed | Input::Pushed(Err(_))));
    match (input, failure_of(input)) {
        (Input::PushStorageFailed | Input::PullStorageFailed, _) => Some((lane, None)),
        (_, Some(Failure::SignedOut | Failure::Refused(_)) | None) => None,
        (_, failure) => Some((lane, failure)),
    }
}
