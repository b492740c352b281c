//! Answers on their way: what nobody reads stays in memory, so there is only so much of it, in all and for each actor.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::ActorId;

/// The most that is on its way to all together, in bytes.
const ALL_MAX: usize = 512 << 20;
/// The most that is on its way to one actor, in bytes: two pages for each of 64 devices, packed.
const OF_ACTOR_MAX: usize = 128 << 20;

/// How much is on its way.
#[derive(Default)]
struct Counts {
    all: usize,
    of: HashMap<ActorId, usize>,
}

/// Answers on their way.
#[derive(Default)]
pub struct Sending(Mutex<Counts>);

/// An answer; gone when the connection has taken all of it, or has ended.
struct Answer {
    text: Vec<u8>,
    to: ActorId,
    sending: Arc<Sending>,
}

impl AsRef<[u8]> for Answer {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let mut counts = self.sending.counts();
        counts.all -= self.text.len();
        if let Some(own) = counts.of.get_mut(&self.to) {
            *own -= self.text.len();
            if *own == 0 {
                counts.of.remove(&self.to);
            }
        }
    }
}

impl Sending {
    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of an answer, counted until they are sent. Nothing where too much is on its way already.
    pub fn send(self: &Arc<Self>, text: Vec<u8>, to: &ActorId) -> Option<Bytes> {
        let mut counts = self.counts();
        let own = counts.of.get(to).copied().unwrap_or(0);
        // Whoever is owed nothing gets an answer of any size.
        if own > 0 && (counts.all + text.len() > ALL_MAX || own + text.len() > OF_ACTOR_MAX) {
            return None;
        }
        if text.is_empty() {
            return Some(Bytes::new());
        }
        counts.all += text.len();
        *counts.of.entry(to.clone()).or_default() += text.len();
        drop(counts);
        Some(Bytes::from_owner(Answer { text, to: to.clone(), sending: Arc::clone(self) }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_bounded_for_each_and_in_all_and_ends_when_it_is_sent() {
        let sending = Arc::new(Sending::default());
        let actor = |n: usize| format!("shop{n}").parse::<ActorId>().unwrap();
        let page = || vec![0; 16 << 20];
        let mut unread = Vec::new();
        for n in 0..ALL_MAX / OF_ACTOR_MAX {
            for _ in 0..OF_ACTOR_MAX / page().len() {
                unread.push(sending.send(page(), &actor(n)).unwrap());
            }
            assert!(sending.send(page(), &actor(n)).is_none());
        }
        // Others still get one at a time.
        let first = sending.send(page(), &actor(99)).unwrap();
        assert!(sending.send(page(), &actor(99)).is_none());
        // A part that is not sent keeps the whole.
        let rest = first.slice(5..);
        drop(first);
        assert!(sending.send(page(), &actor(99)).is_none());
        drop((rest, unread));
        assert!(sending.send(page(), &actor(99)).is_some());
        assert!(sending.counts().of.is_empty() && sending.counts().all == 0);
    }
}
