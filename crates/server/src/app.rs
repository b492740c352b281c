//! What all handlers share.

use std::sync::Arc;

use domain::Hlc;

use crate::auth::{Attempts, Hashing, Sessions};
use crate::clock::{Machine, ServerClock, ThisMachine};
use crate::counters::Counters;
use crate::db::{Database, DbError};
use crate::declared::Schemas;
use crate::feed::Feed;
use crate::in_force::{InForce, Known};
use crate::lineage::Lineage;
use crate::places::Places;
use crate::room::Room;
use crate::rulebook::Rules;
use crate::sending::Sending;

/// What all handlers share.
pub struct App {
    /// Time and new ids.
    pub machine: Arc<dyn Machine>,
    /// What is kept.
    pub db: Arc<dyn Database>,
    /// Tokens.
    pub sessions: Sessions,
    /// Failed sign-ins.
    pub attempts: Attempts,
    /// Wake-ups.
    pub feed: Feed,
    /// Counters.
    pub counters: Counters,
    /// Stamps.
    pub clock: ServerClock,
    /// What edits are decided by.
    pub in_force: Arc<Known>,
    /// How concurrent writes are settled without people.
    pub rules: Rules,
    /// What a profile can hold.
    pub schemas: Schemas,
    /// Whether the data are still those that devices have seen.
    pub lineage: Lineage,
    /// Turns at hashing passwords.
    pub hashing: Hashing,
    /// Memory for bodies.
    pub room: Room,
    /// Answers on their way.
    pub sending: Arc<Sending>,
    /// Places for listeners.
    pub listening: Arc<Places>,
}

impl App {
    /// An application on this database.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn new(db: Arc<dyn Database>) -> Result<Self, DbError> {
        Self::on(Arc::new(ThisMachine), db).await
    }

    /// The same with another source of time and ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn on(machine: Arc<dyn Machine>, db: Arc<dyn Database>) -> Result<Self, DbError> {
        let head = db.head().await?;
        let in_force = Arc::new(Known::load(db.as_ref()).await?);
        Ok(Self {
            machine,
            sessions: Sessions::new(Arc::clone(&db)),
            attempts: Attempts::default(),
            feed: Feed::new(head),
            counters: Counters::default(),
            clock: ServerClock::default(),
            rules: Rules::new(Arc::clone(&in_force)),
            schemas: Schemas::new(Arc::clone(&in_force)),
            in_force,
            lineage: Lineage::default(),
            hashing: Hashing::default(),
            room: Room::default(),
            sending: Arc::default(),
            listening: Arc::default(),
            db,
        })
    }

    /// What is in force, also where another server has changed it; then those who pull are woken.
    ///
    /// # Errors
    /// `storage`.
    pub async fn look(&self) -> Result<InForce, DbError> {
        if self.in_force.look(self.db.as_ref()).await? {
            self.feed.announce_pull();
        }
        Ok(self.in_force.now())
    }

    /// The next stamp.
    pub fn tick(&self) -> Hlc {
        self.clock.tick(self.machine.now_ms())
    }
}
