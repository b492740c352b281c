//! Dots and version vectors (Preguiça et al., "Dotted Version Vectors", 2010).

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{DeviceId, serde_as_text};
use crate::problem::{ErrorCode, Problem};

/// One event: the nth edit of a device. Written `device:n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    /// Who made it.
    pub device: DeviceId,
    /// 1 for the device's first edit, then rising.
    pub counter: u64,
}

serde_as_text!(Dot, "device:counter");

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.device.fmt(f)?;
        f.write_char(':')?;
        self.counter.fmt(f)
    }
}
impl FromStr for Dot {
    type Err = Problem;
    fn from_str(text: &str) -> Result<Self, Problem> {
        let bad = || Problem::new(ErrorCode::BadId, "Dot: device:counter");
        let (device, counter) = text.split_once(':').ok_or_else(bad)?;
        if !counter.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        Ok(Self { device: device.parse()?, counter: counter.parse().map_err(|_| bad())? })
    }
}
impl TryFrom<String> for Dot {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}
impl From<Dot> for String {
    fn from(dot: Dot) -> String {
        dot.to_string()
    }
}

/// What somebody has seen of one merchant: for each device the counter of its latest edit.
/// Counters rise per device and a device's edits of one merchant reach the server in order,
/// so one number a device stands for all its earlier edits of that merchant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionVector(BTreeMap<DeviceId, u64>);

impl VersionVector {
    /// Has it seen this event?
    pub fn contains(&self, dot: Dot) -> bool {
        self.0.get(&dot.device).is_some_and(|seen| *seen >= dot.counter)
    }
    /// Has it seen all that the other has?
    pub fn covers(&self, other: &Self) -> bool {
        other.dots().all(|dot| self.contains(dot))
    }
    /// Adds an event, and with it all earlier ones of its device.
    pub fn add(&mut self, dot: Dot) {
        let seen = self.0.entry(dot.device).or_insert(0);
        *seen = (*seen).max(dot.counter);
    }
    /// Adds all that the other has seen.
    pub fn join(&mut self, other: &Self) {
        other.dots().for_each(|dot| self.add(dot));
    }
    /// Of each device the latest event.
    pub fn dots(&self) -> impl Iterator<Item = Dot> {
        self.0.iter().map(|(device, counter)| Dot { device: *device, counter: *counter })
    }
    /// Nothing seen?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// How many devices it names.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<Dot> for VersionVector {
    fn from_iter<T: IntoIterator<Item = Dot>>(dots: T) -> Self {
        let mut vector = Self::default();
        dots.into_iter().for_each(|dot| vector.add(dot));
        vector
    }
}
