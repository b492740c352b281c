//! What comes from the server.

use domain::api::ChangesPage;

use super::Engine;
use super::message::{Effect, Failure};

impl Engine {
    pub(super) fn pulled(&mut self, now_ms: u64, page: ChangesPage, effects: &mut Vec<Effect>) {
        // Before the others are hurried: this lane has got through.
        self.pull.succeed();
        self.answered(now_ms, page.server_hlc.wall_ms());
        self.page_complete = page.complete;
        self.pull_complete &= page.complete;
        self.pull.store();
        effects.push(Effect::StorePage { page });
    }

    pub(super) fn page_stored(&mut self, now_ms: u64) {
        self.storage_failed = false;
        let wanted_again = self.pull.finish(!self.page_complete);
        self.pull_complete = self.page_complete && !wanted_again;
        self.pull.not_before(now_ms + self.config.poll_ms);
    }

    pub(super) fn pull_restarted(&mut self, now_ms: u64) {
        self.edit_saved(now_ms);
        // After an epoch has ended the lane waits out its delay; what somebody asked for goes on at once.
        if std::mem::take(&mut self.rebuild_wanted) {
            self.checker.want();
            self.pull.finish(true);
        }
    }

    pub(super) fn pull_storage_failed(&mut self, now_ms: u64, jitter: u64) {
        self.storage_failed = true;
        if self.checker.stop() {
            self.checker.put_off(now_ms, &self.config.backoff, jitter);
        }
        self.pull.fail(now_ms, &self.config.backoff, jitter, None);
    }

    pub(super) fn pull_failed(&mut self, now_ms: u64, jitter: u64, failure: Failure, effects: &mut Vec<Effect>) {
        match failure {
            Failure::EpochChanged => {
                self.online = Some(true);
                self.pull_complete = false;
                // With a delay: a server that says so every time must not be asked without end.
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
                effects.push(Effect::RestartPull);
            }
            Failure::SignedOut => {
                self.pull.finish(true);
                self.token_refused(self.signing.pull_token, effects);
            }
            Failure::Unreachable => {
                self.online = Some(false);
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
            }
            Failure::Busy { retry_after_ms } => {
                self.online = Some(true);
                self.pull.fail(now_ms, &self.config.backoff, jitter, retry_after_ms);
            }
            Failure::Refused(_) => {
                self.online = Some(true);
                self.pull.fail(now_ms, &self.config.backoff, jitter, None);
            }
        }
    }
}
