//! Wake-ups: "look again", to everybody who listens. A slow listener misses nothing but repetitions.

use domain::api::WakeUp;
use domain::{ActorId, DeviceId};
use tokio::sync::{broadcast, watch};

/// A device in somebody's hands. The name of another's device is easily written: it counts only beside one's own.
pub type Theirs = (ActorId, DeviceId);

/// What changed last.
#[derive(Clone, Debug, Default)]
struct Changes {
    newest: u64,
    /// The device that made it; its answer told it already.
    by: Option<Theirs>,
    /// The newest that another device than that made.
    newest_of_others: u64,
    /// How often everybody was asked to pull for another reason.
    pulls: u64,
}

impl Changes {
    /// Notes a change. Returns whether somebody has to be told.
    fn note(&mut self, seq: u64, by: Option<Theirs>) -> bool {
        let same = by.is_some() && by == self.by;
        if seq > self.newest {
            if !same {
                self.newest_of_others = self.newest;
            }
            (self.newest, self.by) = (seq, by);
            true
        } else if seq > self.newest_of_others && seq < self.newest && !same {
            // Two answers overtook one another on their way here.
            self.newest_of_others = seq;
            true
        } else {
            false
        }
    }

    /// The newest that a device does not know from an answer.
    fn newest_for(&self, device: Option<&Theirs>) -> u64 {
        if device.is_some() && device == self.by.as_ref() { self.newest_of_others } else { self.newest }
    }
}

/// In-process wake-ups. Each topic keeps only its newest state, so memory is bounded whatever listeners do.
pub struct Feed {
    changes: watch::Sender<Changes>,
    orders: watch::Sender<u64>,
    revoked: broadcast::Sender<Option<ActorId>>,
    closing: watch::Sender<bool>,
}

/// Revocations that a listener may be behind; beyond that it looks as if all were about itself.
const REVOKED_KEPT: usize = 64;

/// Somebody who listens.
pub struct Listener {
    changes: watch::Receiver<Changes>,
    device: Option<Theirs>,
    /// The newest change and the count of other reasons that it was told; nothing before the first time.
    told: Option<(u64, u64)>,
    orders: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
}

impl Feed {
    /// A feed that starts at a change number.
    pub fn new(head: u64) -> Self {
        let changes = Changes { newest: head, newest_of_others: head, ..Changes::default() };
        Self {
            changes: watch::Sender::new(changes),
            orders: watch::Sender::new(0),
            revoked: broadcast::Sender::new(REVOKED_KEPT),
            closing: watch::Sender::new(false),
        }
    }
    /// Merchants changed, by a push of that device: it is not woken, because it pulls after the answer by itself.
    pub fn announce_changes(&self, seq: u64, by: Option<Theirs>) {
        self.changes.send_if_modified(|changes| changes.note(seq, by));
    }
    /// Something else changed that a pull brings: the rules.
    pub fn announce_pull(&self) {
        self.changes.send_modify(|changes| changes.pulls = changes.pulls.wrapping_add(1));
    }
    /// Orders or forecasts changed.
    pub fn announce_orders(&self) {
        self.orders.send_modify(|count| *count = count.wrapping_add(1));
    }
    /// Tokens are void: of one actor, or of nobody knows whom.
    pub fn revoked(&self, actor: Option<ActorId>) {
        // An error means that nobody listens.
        let _ = self.revoked.send(actor);
    }
    /// Starts to hear of tokens that are void.
    pub fn revocations(&self) -> Revocations {
        Revocations(self.revoked.subscribe())
    }
    /// Ends all listeners.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }
    /// Starts to listen, for a device that says which it is. The first wake-up tells the newest change number.
    pub fn listen(&self, device: Option<Theirs>) -> Listener {
        let mut changes = self.changes.subscribe();
        changes.mark_changed();
        Listener { changes, device, told: None, orders: self.orders.subscribe(), closing: self.closing.subscribe() }
    }
}

/// Hears of tokens that are void.
pub struct Revocations(broadcast::Receiver<Option<ActorId>>);

impl Revocations {
    /// Returns when a token of this actor may have become void.
    pub async fn of(&mut self, actor: &ActorId) {
        while let Ok(Some(other)) = self.0.recv().await {
            if other == *actor {
                return;
            }
        }
    }
}

impl Listener {
    /// The next wake-up; `None` when the server stops.
    pub async fn next(&mut self) -> Option<WakeUp> {
        loop {
            if *self.closing.borrow() {
                return None;
            }
            tokio::select! {
                _ = self.closing.changed() => return None,
                changed = self.changes.changed() => {
                    changed.ok()?;
                    let changes = self.changes.borrow_and_update().clone();
                    let tell = (changes.newest_for(self.device.as_ref()), changes.pulls);
                    let before = self.told.replace(tell);
                    if before.is_none_or(|(seq, pulls)| tell.0 > seq || tell.1 != pulls) {
                        return Some(WakeUp::Changes { seq: changes.newest });
                    }
                }
                changed = self.orders.changed() => {
                    changed.ok()?;
                    return Some(WakeUp::Orders);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slow_listener_gets_the_newest() {
        let feed = Feed::new(3);
        let mut listener = feed.listen(None);
        assert_eq!(listener.next().await, Some(WakeUp::Changes { seq: 3 }));
        (4..=9).for_each(|seq| feed.announce_changes(seq, None));
        feed.announce_changes(7, None);
        assert_eq!(listener.next().await, Some(WakeUp::Changes { seq: 9 }));
        feed.announce_orders();
        assert_eq!(listener.next().await, Some(WakeUp::Orders));
        feed.close();
        assert_eq!(listener.next().await, None);
    }

    type Announced = (u64, Option<Theirs>);

    fn theirs(actor: &str, device: u64) -> Option<Theirs> {
        actor.parse().ok().map(|actor| (actor, DeviceId(device)))
    }

    #[test]
    fn a_device_is_not_woken_by_what_it_pushed_itself_and_by_all_else() {
        let one = || theirs("shop", 1);
        let two = || theirs("shop", 2);
        // The announcements in order of their arrival, and the newest that device one does not know.
        let table: [(&[Announced], u64); 7] = [
            (&[(4, one()), (5, one())], 3),
            (&[(4, two()), (5, one())], 4),
            (&[(5, one()), (4, two())], 4),
            (&[(4, one()), (5, two()), (6, one())], 5),
            (&[(4, one()), (5, None)], 5),
            (&[(6, two()), (5, one())], 6),
            // Somebody else names the device.
            (&[(4, theirs("other", 1))], 4),
        ];
        for (announced, newest) in table {
            let mut changes = Changes { newest: 3, newest_of_others: 3, ..Changes::default() };
            for (seq, by) in announced {
                changes.note(*seq, by.clone());
            }
            assert_eq!(changes.newest_for(one().as_ref()), newest, "{announced:?}");
            assert_eq!(changes.newest_for(None), changes.newest, "{announced:?}");
        }
    }

    #[tokio::test]
    async fn its_own_push_wakes_everybody_but_the_device() {
        let feed = Feed::new(3);
        let (mut own, mut other) = (feed.listen(theirs("shop", 1)), feed.listen(theirs("shop", 2)));
        for listener in [&mut own, &mut other] {
            assert_eq!(listener.next().await, Some(WakeUp::Changes { seq: 3 }));
        }
        feed.announce_changes(4, theirs("shop", 1));
        assert_eq!(other.next().await, Some(WakeUp::Changes { seq: 4 }));
        feed.announce_orders();
        assert_eq!(own.next().await, Some(WakeUp::Orders));
        feed.announce_pull();
        assert_eq!(own.next().await, Some(WakeUp::Changes { seq: 4 }));
    }
}
