//! A server in trouble: it is restored often, and requests that were held up on their way arrive only then, with others'
//! in between. So its numbers can fit those that the devices know, and nobody is told that something was lost. Its disk
//! is full at times. In some seeds only, and by chance of its own: all other seeds stay what they were.

use domain::api::PushRequest;
use domain::{
    DeviceId, Dot, Edit, EditId, FieldPath, Hlc, MerchantId, Role, Source, TraceId, Value, VersionVector, Write,
};
use uuid::Uuid;

use crate::chance::Chance;
use crate::checks::Broken;
use crate::device::Body;
use crate::world::World;

/// Whose edits come in between; no device of the run.
const STRANGER: DeviceId = DeviceId(0xf1);

/// Is the server in trouble in this seed? Some of these run on real files.
pub fn troubles(seed: u64) -> bool {
    seed % 16 == 13 || seed % 1_600 == 600
}

pub struct Trouble {
    chance: Chance,
    /// Edits of the stranger so far.
    edits: u64,
}

impl Trouble {
    pub fn of_seed(seed: u64) -> Self {
        Self { chance: Chance::of_seed(!seed), edits: 0 }
    }

    /// Writes one field, having seen everything or nothing.
    fn edit(&mut self, merchant: &MerchantId, seen: VersionVector, wall_ms: u64) -> Edit {
        self.edits += 1;
        let id = Uuid::from_u128((u128::from(self.chance.next()) << 64) | u128::from(self.chance.next()));
        let value = *self.chance.pick(&["靠窗", "周一休", "二楼"]);
        let write = Write { field: FieldPath::fixed("note"), base_value: Value::NULL, value: Value::text(value) };
        Edit {
            edit_id: EditId(id),
            merchant_id: merchant.clone(),
            dot: Dot { device: STRANGER, counter: self.edits },
            base: seen,
            hlc: Hlc::at_ms(wall_ms),
            actor: None,
            source: Source::Manual,
            writes: vec![write],
            settles: None,
            trace_id: TraceId(id),
        }
    }
}

impl World {
    /// What goes wrong at this step.
    pub fn trouble_comes(&mut self) -> Result<(), Broken> {
        let what = self.trouble.as_mut().map(|trouble| trouble.chance.below(60));
        match what {
            Some(0..=2) => self.server.back_up(),
            Some(3..=4) => return self.restore(),
            Some(5..=6) => {
                self.report.count("fault server's disk full");
                let ms = self.trouble.as_mut().map_or(0, |trouble| trouble.chance.between(100, 4_000));
                self.server.disk_full_until_ms = self.now_ms + ms;
            }
            _ => {}
        }
        Ok(())
    }

    /// Somebody restores the last backup, if there is one.
    pub fn restore(&mut self) -> Result<(), Broken> {
        let lost = self.server.since_backup();
        if !self.server.restore() {
            return Ok(());
        }
        self.report.count("fault older backup restored");
        match self.trouble.take() {
            Some(mut trouble) => {
                let done = self.held_up_requests_arrive(&mut trouble, lost);
                self.trouble = Some(trouble);
                done
            }
            None => Ok(()),
        }
    }

    /// Copies of the requests that were answered with what is lost now, in their order; some never come, and in the
    /// place of some comes what somebody else wrote.
    fn held_up_requests_arrive(&mut self, trouble: &mut Trouble, lost: Vec<Edit>) -> Result<(), Broken> {
        for edit in lost {
            let of_device = self.devices.iter().position(|own| own.id == edit.dot.device);
            let (device, edit) = match (trouble.chance.below(8), of_device) {
                (0..=4, Some(device)) => (device, edit),
                (5, _) => continue,
                _ => {
                    let merchants: Vec<&MerchantId> = self.server.records.keys().collect();
                    if merchants.is_empty() {
                        continue;
                    }
                    let merchant = (*trouble.chance.pick(&merchants)).clone();
                    let seen = self.server.records[&merchant].1.version().clone();
                    let seen = if trouble.chance.once_in(3) { VersionVector::default() } else { seen };
                    let wall_ms = self.server_now().wall_ms;
                    let reviewer = |actor: &domain::Actor| actor.role == Role::Operations;
                    let Some(device) = self.server.actors.iter().position(reviewer) else { continue };
                    (device, trouble.edit(&merchant, seen, wall_ms))
                }
            };
            self.report.count("request held up until after a restore");
            let token = self.server.issue(self.devices[device].actor, self.now_ms + 1);
            let push = PushRequest { device_id: edit.dot.device, edits: vec![edit] };
            let life = self.devices[device].life;
            self.arrives(device, life, 0, &Body::Push(push), Some(token), None)?;
        }
        Ok(())
    }
}
