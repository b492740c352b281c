//! Between devices and server: loses, duplicates, delays, reorders, cuts between request and answer, and
//! parts for a while.

use crate::chance::Chance;

/// How long a device waits for an answer, in milliseconds.
pub const TIMEOUT_MS: u64 = 10_000;

/// Which way a partition cuts, seen from the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nothing reaches the device; what it sends arrives.
    In,
    /// Nothing that it sends arrives; wake-ups do.
    Out,
    Both,
}

/// A partition of one device.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub way: Way,
    /// In milliseconds of virtual time.
    pub until_ms: u64,
}

pub struct Network {
    pub faulty: bool,
    pub cuts: Vec<Option<Cut>>,
}

/// What happens to one request.
pub struct Fate {
    /// When copies of it arrive, in milliseconds from now. None: lost.
    pub arrivals_ms: Vec<u64>,
    /// How long the first copy's answer takes; `None`: cut, the device will not get it.
    pub answer_ms: Option<u64>,
    /// The device notices at once that nobody is there, after so many milliseconds.
    pub refused_ms: Option<u64>,
}

impl Network {
    pub fn new(devices: usize) -> Self {
        Self { faulty: true, cuts: vec![None; devices] }
    }

    fn cut(&self, device: usize, now_ms: u64) -> Option<Way> {
        self.cuts[device].filter(|cut| now_ms < cut.until_ms).map(|cut| cut.way)
    }
    /// Does nothing that the device sends arrive?
    pub fn is_cut_out(&self, device: usize, now_ms: u64) -> bool {
        matches!(self.cut(device, now_ms), Some(Way::Out | Way::Both))
    }
    /// Does nothing reach the device?
    pub fn is_cut_in(&self, device: usize, now_ms: u64) -> bool {
        matches!(self.cut(device, now_ms), Some(Way::In | Way::Both))
    }

    fn delay_ms(&self, chance: &mut Chance) -> u64 {
        match (self.faulty, chance.below(10)) {
            (true, 0) => chance.between(1_000, 9_000),
            (true, 1..=2) => chance.between(100, 1_000),
            _ => chance.between(5, 60),
        }
    }

    pub fn fate(&self, device: usize, now_ms: u64, chance: &mut Chance) -> Fate {
        let lost = self.is_cut_out(device, now_ms) || (self.faulty && chance.once_in(12));
        if lost {
            let refused_ms = chance.once_in(2).then(|| chance.between(1, 300));
            return Fate { arrivals_ms: Vec::new(), answer_ms: None, refused_ms };
        }
        let mut arrivals_ms = vec![self.delay_ms(chance)];
        if self.faulty && chance.once_in(15) {
            arrivals_ms.push(arrivals_ms[0] + chance.between(10, 30_000));
        }
        let cut = self.is_cut_in(device, now_ms) || (self.faulty && chance.once_in(15));
        let answer_ms = (!cut).then(|| self.delay_ms(chance));
        Fate { arrivals_ms, answer_ms, refused_ms: None }
    }
}
