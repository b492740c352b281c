//! Wake-ups: "look again", to everybody who listens. A slow listener misses nothing but repetitions.

use domain::api::WakeUp;
use tokio::sync::watch;

/// In-process wake-ups. Each topic keeps only its newest state, so memory is bounded whatever listeners do.
pub struct Feed {
    changes: watch::Sender<u64>,
    orders: watch::Sender<u64>,
    closing: watch::Sender<bool>,
}

/// Somebody who listens.
pub struct Listener {
    changes: watch::Receiver<u64>,
    orders: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
}

impl Feed {
    /// A feed that starts at a change number.
    pub fn new(head: u64) -> Self {
        Self { changes: watch::Sender::new(head), orders: watch::Sender::new(0), closing: watch::Sender::new(false) }
    }
    /// Merchants changed.
    pub fn announce_changes(&self, seq: u64) {
        self.changes.send_if_modified(|newest| {
            let rises = seq > *newest;
            *newest = seq.max(*newest);
            rises
        });
    }
    /// Something else changed that a pull brings: the rules.
    pub fn announce_pull(&self) {
        self.changes.send_modify(|_| {});
    }
    /// Orders or forecasts changed.
    pub fn announce_orders(&self) {
        self.orders.send_modify(|count| *count = count.wrapping_add(1));
    }
    /// Ends all listeners.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }
    /// Starts to listen. The first wake-up tells the newest change number.
    pub fn listen(&self) -> Listener {
        let mut changes = self.changes.subscribe();
        changes.mark_changed();
        Listener { changes, orders: self.orders.subscribe(), closing: self.closing.subscribe() }
    }
}

impl Listener {
    /// The next wake-up; `None` when the server stops.
    pub async fn next(&mut self) -> Option<WakeUp> {
        if *self.closing.borrow() {
            return None;
        }
        tokio::select! {
            _ = self.closing.changed() => None,
            changed = self.changes.changed() => {
                changed.ok()?;
                Some(WakeUp::Changes { seq: *self.changes.borrow_and_update() })
            }
            changed = self.orders.changed() => {
                changed.ok()?;
                Some(WakeUp::Orders)
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
        let mut listener = feed.listen();
        assert_eq!(listener.next().await, Some(WakeUp::Changes { seq: 3 }));
        (4..=9).for_each(|seq| feed.announce_changes(seq));
        feed.announce_changes(7);
        assert_eq!(listener.next().await, Some(WakeUp::Changes { seq: 9 }));
        feed.announce_orders();
        assert_eq!(listener.next().await, Some(WakeUp::Orders));
        feed.close();
        assert_eq!(listener.next().await, None);
    }
}
