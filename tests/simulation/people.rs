//! What the people at the devices do: edit, create, delete, settle, take back.

use domain::edit::Settles;
use domain::review::{Review, ReviewItem};
use domain::{FieldPath, MerchantId, Record, Source, Value, Write, validate};
use sync_engine::device::Input;
use sync_engine::reconcile;
use uuid::Uuid;

use crate::entry::{Draft, Entry};
use crate::held::hold;
use crate::memory;
use crate::world::World;

const MERCHANTS: [&str; 5] = ["BJ-1", "BJ-2", "BJ-3", "SH-1", "GZ-1"];
/// Few values, so that people often want the same or the opposite.
const NAMES: [&str; 5] = ["老王面馆", "老王 面馆", "LaoWang", "laowang", "王记"];
const HOURS: [&str; 4] = ["10:00-22:00", "10-22", "休息", "10:00-14:00,17:00-02:00"];

fn field(path: &str) -> FieldPath {
    FieldPath::new(path).unwrap()
}

impl World {
    /// A row on a device's disk is silently lost, or one of its values changes. Nobody tells the engine.
    pub fn disk_rots(&mut self, device: usize) {
        let store = &mut self.devices[device].store;
        let merchants: Vec<MerchantId> = store.records.keys().cloned().collect();
        if merchants.is_empty() {
            return;
        }
        let merchant = self.chance.pick(&merchants).clone();
        self.report.count("fault row rots");
        if self.chance.once_in(2) {
            store.records.remove(&merchant);
        } else if let Some(stored) = store.records.get_mut(&merchant) {
            // A value that nobody has to decide about.
            let mut record = Record::clone(&stored.record);
            let mut registers = record.registers.values_mut();
            if let Some(register) = registers.find(|register| register.siblings.len() == 1) {
                register.siblings[0].value = Value::text("�");
                stored.record = hold(record);
            }
        }
        let left = store.records.get(&merchant).map(|stored| stored.record.clone());
        store.rot(&merchant);
        memory::note_rot(self, device, merchant, left);
    }

    fn some_write(&mut self) -> (FieldPath, Value) {
        let chance = &mut self.chance;
        match chance.below(12) {
            0..=3 => (field("name"), Value::text(*chance.pick(&NAMES))),
            4 => (field("address"), Value::text(*chance.pick(&["长安街 1 号", "长安街１号", "人民路 9 号"]))),
            5..=6 => (field(["hours.tu", "hours.su"][chance.below(2) as usize]), Value::text(*chance.pick(&HOURS))),
            7 => {
                let number = ["phones.+8613800138000", "phones.+861065551234"][chance.below(2) as usize];
                (field(number), if chance.once_in(3) { Value::NULL } else { Value::yes() })
            }
            8 => (field("tags.清真"), if chance.once_in(3) { Value::NULL } else { Value::yes() }),
            9 => (field("custom.seats"), Value::text(chance.between(38, 41).to_string())),
            10 => (field("status"), Value::text(*chance.pick(&["open", "paused", "closed"]))),
            _ => (field("note"), Value::text(*chance.pick(&["", "靠窗", "周一休"]))),
        }
    }

    /// Saves, if the disk lets. Only then the person is told so.
    fn save(
        &mut self,
        device: usize,
        merchant: &MerchantId,
        source: Source,
        writes: Vec<Write>,
        settles: Option<Settles>,
    ) {
        if writes.is_empty() {
            return;
        }
        let wall_ms = self.device_wall_ms(device);
        let id = Uuid::from_u128((u128::from(self.chance.next()) << 64) | u128::from(self.chance.next()));
        let own = &mut self.devices[device];
        if own.running.is_none() {
            return;
        }
        if own.disk_refuses(self.now_ms, true) {
            self.report.count("save refused by the disk");
            return;
        }
        let actor = own.actor_id.clone();
        let edit_id =
            own.store.save(wall_ms, id, Draft { merchant_id: merchant.clone(), actor, source, writes, settles });
        self.memory.saved[device].insert(edit_id);
        self.report.count("person saved");
        // Killed between the commit and the word to the engine?
        if self.kills_one_in > 0 && self.chance.once_in(30) {
            self.kill(device);
        } else {
            self.tell(device, Input::EditSaved);
        }
    }

    /// The writes of an edit form: what it showed, and what was typed.
    fn form(&mut self, device: usize, merchant: &MerchantId, typed: Vec<(FieldPath, Value)>) -> Vec<Write> {
        let view = self.devices[device].store.view(merchant);
        let mut writes: Vec<Write> = Vec::new();
        for (field, value) in typed {
            let base_value = view.get(&field).cloned().unwrap_or_default();
            let Ok(value) = validate::normalise(&field, &value) else {
                continue;
            };
            if value != base_value && writes.iter().all(|write| write.field != field) {
                writes.push(Write { field, base_value, value });
            }
        }
        writes
    }

    /// Edits a merchant that the list shows, or creates one that it does not.
    pub fn person_edits(&mut self, device: usize) {
        let merchant = MerchantId::new(*self.chance.pick(&MERCHANTS)).unwrap();
        let known = self.devices[device].store.merchants().contains(&merchant);
        let scope = &self.server.actors[self.devices[device].actor].scope;
        if !known && !scope.contains(&merchant) && !self.chance.once_in(6) {
            return;
        }
        let mut typed = Vec::new();
        if !known {
            typed.push((field("name"), Value::text(*self.chance.pick(&NAMES))));
            typed.push((field("address"), Value::text("长安街 1 号")));
        }
        for _ in 0..self.chance.between(1, 3) {
            typed.push(self.some_write());
        }
        if self.chance.once_in(40) {
            // More than the server takes in one request.
            typed.push((field("custom.story"), Value::text("长".repeat(2_000))));
        }
        let source =
            *self.chance.pick(&[Source::Manual, Source::Manual, Source::Manual, Source::Import, Source::ThirdParty]);
        let writes = self.form(device, &merchant, typed);
        self.save(device, &merchant, source, writes, None);
    }

    /// The place of a merchant that the list shows is corrected.
    pub fn person_moves(&mut self, device: usize, place: &str) {
        let merchants: Vec<MerchantId> = self.devices[device].store.merchants().into_iter().collect();
        if merchants.is_empty() {
            return;
        }
        let merchant = self.chance.pick(&merchants).clone();
        let writes = self.form(device, &merchant, vec![(field("custom.place"), Value::text(place))]);
        self.save(device, &merchant, Source::Manual, writes, None);
    }

    /// Enters a merchant that nobody knows, without its address: the server refuses that.
    pub fn person_forgets_the_address(&mut self, device: usize) {
        let merchant = MerchantId::new("BJ-40").unwrap();
        let writes = self.form(device, &merchant, vec![(field("name"), Value::text("王记"))]);
        self.save(device, &merchant, Source::Manual, writes, None);
    }

    /// Imports a file: many merchants, most of them new, one edit each, saved one soon after the other.
    pub fn person_imports(&mut self, device: usize) {
        self.report.count("person imported");
        let first = self.chance.below(12);
        for n in first..first + self.chance.between(3, 12) {
            let merchant = MerchantId::new(format!("BJ-{}", 10 + n % 12)).unwrap();
            let mut typed = vec![
                (field("name"), Value::text(*self.chance.pick(&NAMES))),
                (field("address"), Value::text("人民路 9 号")),
            ];
            typed.push(self.some_write());
            let writes = self.form(device, &merchant, typed);
            self.save(device, &merchant, Source::Import, writes, None);
        }
    }

    /// Looks at a refused edit and sends it once more, from what the window shows now.
    pub fn person_resends(&mut self, device: usize) {
        let refused = |entry: &&Entry| entry.state == domain::EditState::Rejected && !entry.dismissed;
        let found = self.devices[device].store.outbox.values().find(refused);
        let Some(edit) = found.map(|entry| entry.edit.clone()) else {
            return;
        };
        self.report.count("person resent");
        self.devices[device].store.dismiss(edit.edit_id);
        let typed = edit.writes.into_iter().map(|write| (write.field, write.value)).collect();
        let writes = self.form(device, &edit.merchant_id, typed);
        self.save(device, &edit.merchant_id, Source::Manual, writes, None);
    }

    /// Deletes a merchant, or brings it back.
    pub fn person_deletes(&mut self, device: usize) {
        let merchants: Vec<MerchantId> = self.devices[device].store.merchants().into_iter().collect();
        if merchants.is_empty() {
            return;
        }
        let merchant = self.chance.pick(&merchants).clone();
        let gone = self.devices[device].store.view(&merchant).contains_key(&FieldPath::deleted());
        let value = if gone { Value::NULL } else { Value::yes() };
        let writes = self.form(device, &merchant, vec![(FieldPath::deleted(), value)]);
        self.report.count(if gone { "person undeleted" } else { "person deleted" });
        self.save(device, &merchant, Source::Manual, writes, None);
    }

    /// Settles a review that this device knows. Shop staff may not, and are refused.
    pub fn person_resolves(&mut self, device: usize) {
        let reviews = self.reviews(device);
        if reviews.is_empty() {
            return;
        }
        let review = self.chance.pick(&reviews).clone();
        let mut items = review.items.clone();
        if self.chance.once_in(3) {
            items.truncate(1);
        }
        self.resolve(device, &review.merchant_id, &items);
    }

    /// The questions that a device's window shows.
    fn reviews(&self, device: usize) -> Vec<Review> {
        let store = &self.devices[device].store;
        store.records.values().filter_map(|stored| reconcile::review(&stored.record, &store.rules.rules)).collect()
    }

    fn resolve(&mut self, device: usize, merchant: &MerchantId, items: &[ReviewItem]) {
        let view = self.devices[device].store.view(merchant);
        let mut writes = Vec::new();
        let mut candidates = Vec::new();
        for item in items {
            let chosen = self.chance.pick(&item.candidates).value.clone();
            let types_own = item.field == field("name") && self.chance.once_in(4);
            writes.push(Write {
                field: item.field.clone(),
                base_value: view.get(&item.field).cloned().unwrap_or_default(),
                value: if types_own { Value::text("王记面馆") } else { chosen },
            });
            candidates.push(item.dots.clone());
        }
        let reason = Some("电话确认".to_owned());
        let settles = Settles { review_id: domain::ReviewId::of(merchant), candidates, reason };
        self.report.count("person resolved");
        self.save(device, merchant, Source::Resolution, writes, Some(settles));
    }

    /// Every question that is open gets an answer. Was there one?
    pub fn people_settle_everything(&mut self, device: usize) -> bool {
        let reviews = self.reviews(device);
        for review in &reviews {
            self.resolve(device, &review.merchant_id, &review.items);
        }
        !reviews.is_empty()
    }

    /// Takes the last edit back: it is cancelled if it was never sent, otherwise undone by another edit.
    pub fn person_undoes(&mut self, device: usize) {
        let Some(last) = self.devices[device].store.outbox.values().next_back().map(|entry| entry.edit.clone()) else {
            return;
        };
        if self.devices[device].store.cancel(last.edit_id) {
            self.memory.cancelled.insert(last.edit_id);
            self.report.state(domain::EditState::Cancelled);
            return;
        }
        let typed = last.writes.into_iter().map(|write| (write.field, write.base_value)).collect();
        let writes = self.form(device, &last.merchant_id, typed);
        self.report.count("person undid");
        self.save(device, &last.merchant_id, Source::Manual, writes, None);
    }

    /// Signs in, if the window asks for it.
    pub fn person_signs_in(&mut self, device: usize) {
        let own = &self.devices[device];
        let paused = own.running.as_ref().is_some_and(|running| running.engine.progress().paused);
        let cut = self.network.is_cut_out(device, self.now_ms) || self.network.is_cut_in(device, self.now_ms);
        if paused && self.server.up && !cut {
            self.server.revoked[own.actor] = false;
            let token = self.server.issue(self.devices[device].actor, self.now_ms + 60_000);
            self.devices[device].token = Some(token);
            self.report.count("person signed in");
            self.tell(device, Input::SignedIn);
        }
    }
}
