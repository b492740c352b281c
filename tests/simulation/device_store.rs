//! What a device keeps on disk, as a model: it says what the real cache must do. Each function is one
//! transaction. It happens wholly or not at all, and what it did outlives a crash.
//!
//! The outbox: `store_outbox`; what comes from the server: `store_pages`.
//!
//! In some runs the real cache does it instead (`real_disk`); then this is what was read back from its file.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::profile::Registers;
use domain::rules::RuleBook;
use domain::{Actor, DeviceId, EditId, EditState, Hlc, MerchantId, VersionVector};
use sync_engine::reconcile;

use crate::device::Marker;
use crate::entry::{Entry, Stored};
use crate::real_disk::RealDisk;
use crate::watched::Watched;

pub struct DeviceStore {
    pub device: DeviceId,
    pub counter: u64,
    pub clock: Hlc,
    pub records: Watched<MerchantId, Stored>,
    pub cursor: u64,
    /// Which edit made the change at the cursor.
    pub marker: Marker,
    pub epoch: Option<String>,
    pub generation: u64,
    /// The reading has not come to its end yet.
    pub reading_whole: bool,
    /// The epochs that were given up since the last reading came to its end.
    pub epochs_before: Vec<String>,
    /// Merchants that were forgotten because the server had them no more.
    pub forgotten: BTreeSet<MerchantId>,
    /// Edits that were sent again because the server had lost them.
    pub sent_again: u64,
    /// By counter, hence in the order in which the edits were made.
    pub outbox: Watched<u64, Entry>,
    /// The server's rules, and the epoch that they are of.
    pub rules: Arc<RuleBook>,
    pub rules_epoch: String,
    /// Where the cursor was when everything was to be read anew within an epoch, and the marker there.
    pub witness: Option<(u64, Marker)>,
    /// The real cache on a real disk, if it is what does all of this.
    pub real: Option<RealDisk>,
}

impl DeviceStore {
    pub fn new(device: DeviceId) -> Self {
        Self {
            device,
            counter: 0,
            clock: Hlc::default(),
            records: Watched::new(),
            cursor: 0,
            marker: None,
            epoch: None,
            generation: 1,
            reading_whole: true,
            epochs_before: Vec::new(),
            forgotten: BTreeSet::new(),
            sent_again: 0,
            outbox: Watched::new(),
            rules: Arc::default(),
            rules_epoch: String::new(),
            witness: None,
            real: None,
        }
    }

    /// From now on the real cache does it.
    pub fn on_real_disk(&mut self, actor: Actor) {
        self.real = Some(RealDisk::new(self.device, actor));
    }

    /// What the wall clock shows the real cache from now on.
    pub fn set_wall_ms(&self, wall_ms: u64) {
        if let Some(real) = &self.real {
            real.set_wall_ms(wall_ms);
        }
    }

    /// The program is gone, and with it its open file.
    pub fn kill(&mut self) {
        if let Some(real) = &mut self.real {
            real.kill();
        }
    }

    /// Lets the real cache do it, and reads back what is on its disk. `None` if there is none.
    pub fn really<T>(&mut self, act: impl FnOnce(&mut RealDisk) -> T) -> Option<(T, Vec<EditId>)> {
        let mut real = self.real.take()?;
        let done = act(&mut real);
        let touched = real.read_back(self);
        self.real = Some(real);
        Some((done, touched))
    }

    /// At start: whatever was on its way is queued again. Returns how many.
    pub fn open(&mut self) -> usize {
        if let Some((resumed, _)) = self.really(RealDisk::open) {
            return resumed;
        }
        let mut resumed = 0;
        let sending = |entry: &Entry| entry.state == EditState::Sending;
        self.outbox.change(sending, |entry| {
            entry.state = EditState::Queued;
            resumed += 1;
        });
        resumed
    }

    /// What the author of a next edit of this merchant has seen: the pulled record and the device's own
    /// edits on top of it.
    pub fn base(&self, merchant: &MerchantId) -> VersionVector {
        let mut seen = match self.records.get(merchant) {
            Some(stored) => stored.record.version().clone(),
            None => VersionVector::default(),
        };
        for entry in self.of(merchant).filter(|entry| entry.on_top() && !entry.quiet) {
            seen.add(entry.edit.dot);
        }
        seen
    }

    pub fn of<'s>(&'s self, merchant: &'s MerchantId) -> impl Iterator<Item = &'s Entry> {
        self.outbox.values().filter(move |entry| entry.edit.merchant_id == *merchant)
    }

    /// The author has seen why it was refused.
    pub fn dismiss_rejected(&mut self) {
        let refused = |entry: &&Entry| entry.state == EditState::Rejected && !entry.dismissed;
        let refused: Vec<EditId> = self.outbox.values().filter(refused).map(|entry| entry.edit.edit_id).collect();
        refused.into_iter().for_each(|edit_id| self.dismiss(edit_id));
    }

    /// The author has done something about this one.
    pub fn dismiss(&mut self, edit_id: EditId) {
        self.really(|real| real.discard(edit_id));
        if let Some(entry) = self.entry(edit_id) {
            entry.dismissed = true;
        }
    }

    /// What is left here of a row that rotted is what is left on the disk.
    pub fn rot(&mut self, merchant: &MerchantId) {
        if let Some(real) = &mut self.real {
            real.rot(merchant, self.records.get(merchant).map(|stored| &**stored.record));
        }
    }

    /// What the window shows of a merchant.
    pub fn view(&self, merchant: &MerchantId) -> Registers {
        let mut registers = match self.records.get(merchant) {
            Some(stored) => Registers::clone(&stored.record.shown(&self.rules)),
            None => Registers::new(),
        };
        let own = self.of(merchant).filter(|entry| entry.on_top() && !entry.quiet);
        reconcile::overlay(&mut registers, own.map(|entry| &entry.edit));
        registers
    }

    /// Does the outbox allow the word "synced"? Edits that wait for people do not hinder it.
    pub fn nothing_open(&self) -> bool {
        self.outbox.values().all(|entry| {
            let refused = entry.state == EditState::Rejected && !entry.dismissed;
            !entry.on_top() && !refused
        })
    }

    /// Merchants that the window lists.
    pub fn merchants(&self) -> BTreeSet<MerchantId> {
        let own = self.outbox.values().filter(|entry| entry.on_top());
        self.records.keys().cloned().chain(own.map(|entry| entry.edit.merchant_id.clone())).collect()
    }
}
