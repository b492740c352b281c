//! What the status bar says. Pure: one state, one sentence; green only when everything is confirmed.

use domain::ipc::{StatusView, SyncPhase};

use crate::i18n::shell;
use crate::words::problem::sentence;
use crate::words::time;

/// The left part of the status bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncWords {
    /// Class of the style sheet: `bad`, `hold`, `off`, `ok` or nothing.
    pub class: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// The count, always: of what waits to be sent; where that is nothing, of what was refused.
    pub count: String,
    /// The rest: age of the oldest, or why nothing moves.
    pub detail: String,
}

/// Words for the state.
pub fn sync_words(status: &StatusView) -> SyncWords {
    let oldest = status.oldest_unsynced_s.map(|seconds| shell::oldest(time::span(seconds)));
    let all_refused = status.phase == SyncPhase::Pending && status.queued == 0 && status.rejected > 0;
    let count = if all_refused { shell::rejected(status.rejected) } else { shell::pending(status.queued) };
    let mut details: Vec<String> = Vec::new();
    let (class, icon) = match status.phase {
        SyncPhase::Error => {
            if let Some(problem) = &status.problem {
                details.push(shell::trouble(sentence(problem.code)));
            }
            ("bad", "bad")
        }
        SyncPhase::Paused => {
            details.push(if status.session.actor.is_some() { shell::paused() } else { shell::no_account() }.to_owned());
            ("hold", "hold")
        }
        SyncPhase::Offline => ("off", "off"),
        SyncPhase::Syncing => {
            details.push(shell::syncing().to_owned());
            ("", "sync")
        }
        SyncPhase::Pending if all_refused => ("bad", "bad"),
        SyncPhase::Pending => ("", "wait"),
        SyncPhase::Synced => {
            details.push(shell::confirmed().to_owned());
            ("ok", "ok")
        }
    };
    details.extend(oldest);
    if status.rejected > 0 && !all_refused {
        details.push(shell::rejected(status.rejected));
    }
    if status.in_review > 0 {
        details.push(shell::in_review(status.in_review));
    }
    SyncWords { class, icon, count, detail: details.join(" · ") }
}

#[cfg(test)]
mod tests {
    use domain::ipc::{IpcError, SecretStore, Session};
    use domain::{ActorId, ErrorCode, Role};

    use super::*;
    use crate::i18n::{Language, set_lang};

    fn status(phase: SyncPhase, queued: u64, oldest: Option<u64>) -> StatusView {
        StatusView {
            phase,
            queued,
            oldest_unsynced_s: oldest,
            in_review: 0,
            rejected: 0,
            reviews: 0,
            merchants: 10,
            online: true,
            latency_ms: None,
            last_sync_at: None,
            next_attempt_at: None,
            device_name: "till".to_owned(),
            server: "http://127.0.0.1:1".to_owned(),
            fallback: false,
            checked: None,
            clock_ahead_ms: None,
            problem: None,
            session: Session {
                actor: Some(domain::Actor {
                    id: ActorId::new("shop").unwrap(),
                    name: "林".to_owned(),
                    role: Role::Merchant,
                    scope: domain::Scope::All,
                }),
                signed_in: true,
                secret_store: SecretStore::Keyring,
            },
        }
    }

    #[test]
    fn only_the_synced_phase_is_green() {
        for phase in [
            SyncPhase::Error,
            SyncPhase::Paused,
            SyncPhase::Offline,
            SyncPhase::Syncing,
            SyncPhase::Pending,
            SyncPhase::Synced,
        ] {
            assert_eq!(sync_words(&status(phase, 0, None)).class == "ok", phase == SyncPhase::Synced);
        }
    }

    #[test]
    fn count_and_age_are_said_in_every_phase() {
        set_lang(Language::Chinese);
        for phase in [SyncPhase::Error, SyncPhase::Paused, SyncPhase::Offline, SyncPhase::Syncing, SyncPhase::Pending] {
            let words = sync_words(&status(phase, 37, Some(8040)));
            assert_eq!(words.count, "37 项待同步");
            assert!(words.detail.contains("最早 2 小时 14 分前"), "{words:?}");
        }
    }

    #[test]
    fn what_was_refused_comes_first_where_nothing_waits() {
        set_lang(Language::Chinese);
        for (queued, class, count, detail) in
            [(0, "bad", "3 项被拒", "1 项等待他人"), (2, "", "2 项待同步", "3 项被拒 · 1 项等待他人")]
        {
            let state = StatusView { rejected: 3, in_review: 1, ..status(SyncPhase::Pending, queued, None) };
            let words = sync_words(&state);
            assert_eq!((words.class, words.count.as_str(), words.detail.as_str()), (class, count, detail));
        }
    }

    #[test]
    fn trouble_is_named() {
        set_lang(Language::English);
        let mut state = status(SyncPhase::Error, 3, None);
        state.problem = Some(IpcError { code: ErrorCode::Storage, message: String::new(), field: None });
        assert!(sync_words(&state).detail.starts_with("Needs attention: The database"));
    }
}
