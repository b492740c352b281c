//! Turns at hashing passwords: it takes memory and time on purpose.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Passwords that are hashed at the same time for names that nobody has signed in with lately; each takes 19 MiB.
const STRANGERS: usize = 3;
/// The same for who signed in from the same network lately: others cannot take their turns.
const FAMILIAR: usize = 1;
/// How many wait for one of the turns of a kind; more are sent away.
pub const WAITING_MAX: usize = 32;

/// Turns of one kind.
struct Turns {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// All turns.
pub struct Hashing {
    strangers: Turns,
    familiar: Turns,
}

/// A turn; free again when it is dropped.
pub struct Turn {
    _running: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Turns {
    fn new(running: usize) -> Self {
        let of = |count| Arc::new(Semaphore::new(count));
        Self { running: of(running), places: of(running + WAITING_MAX) }
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self { strangers: Turns::new(STRANGERS), familiar: Turns::new(FAMILIAR) }
    }
}

impl Hashing {
    /// Waits for a turn; there is none where too many wait already.
    pub async fn turn(&self, familiar: bool) -> Option<Turn> {
        let turns = if familiar { &self.familiar } else { &self.strangers };
        let place = Arc::clone(&turns.places).try_acquire_owned().ok()?;
        let running = Arc::clone(&turns.running).acquire_owned().await.ok()?;
        Some(Turn { _running: running, _place: place })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_strangers_are_sent_away_and_bar_nobody_else() {
        let hashing = Arc::new(Hashing::default());
        let mut running = Vec::new();
        for _ in 0..STRANGERS {
            running.push(hashing.turn(false).await.unwrap());
        }
        let wait = || {
            let hashing = Arc::clone(&hashing);
            tokio::spawn(async move { hashing.turn(false).await.is_some() })
        };
        let waiting: Vec<_> = (0..WAITING_MAX).map(|_| wait()).collect();
        tokio::task::yield_now().await;
        assert!(hashing.turn(false).await.is_none());
        assert!(hashing.turn(true).await.is_some());
        drop(running);
        for waits in waiting {
            assert!(waits.await.unwrap());
        }
        assert!(hashing.turn(false).await.is_some());
    }
}
