//! Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): wall time that never
//! steps back, with a counter for events of one millisecond.

use std::fmt;
use std::str::FromStr;

use crate::id::serde_as_text;
use crate::problem::{ErrorCode, Problem};

/// A device whose clock is further ahead than this is told so; its edits still arrive.
pub const SKEW_WARN_MS: u64 = 5 * 60 * 1000;

/// A stamp: 48 bits of milliseconds since 1970, 16 bits of counter. Written as 16 hexadecimal digits,
/// so that it sorts as text and survives readers whose numbers are doubles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hlc(pub u64);
serde_as_text!(Hlc, "16 hexadecimal digits");

impl Hlc {
    /// A stamp of a wall time in milliseconds with counter 0.
    pub fn at_ms(wall_ms: u64) -> Self {
        Self(wall_ms.min((1 << 48) - 1) << 16)
    }
    /// The wall part, in milliseconds since 1970.
    pub fn wall_ms(self) -> u64 {
        self.0 >> 16
    }
}

impl fmt::Display for Hlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::id::write_hexadecimal(self.0, f)
    }
}
impl FromStr for Hlc {
    type Err = Problem;
    fn from_str(text: &str) -> Result<Self, Problem> {
        crate::id::hexadecimal(text)
            .map(Self)
            .ok_or_else(|| Problem::new(ErrorCode::BadId, "Hlc: 16 hexadecimal digits"))
    }
}
impl TryFrom<String> for Hlc {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}
impl From<Hlc> for String {
    fn from(stamp: Hlc) -> String {
        stamp.to_string()
    }
}

/// The clock of one device or server: give it wall time, take stamps that only rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HlcClock {
    last: Hlc,
}

impl HlcClock {
    /// A clock that goes on after the largest stamp known to be given out.
    pub fn after(last: Hlc) -> Self {
        Self { last }
    }
    /// The largest stamp given out or seen.
    pub fn last(&self) -> Hlc {
        self.last
    }
    /// The stamp of a local event. Larger than every stamp given or seen before, whatever the wall clock does.
    pub fn tick(&mut self, wall_ms: u64) -> Hlc {
        self.last = Hlc::at_ms(wall_ms).max(Hlc(self.last.0.saturating_add(1)));
        self.last
    }
    /// Takes note of a stamp from elsewhere. A stamp further ahead than [`SKEW_WARN_MS`] is not followed,
    /// so that one wrong clock cannot drag all others with it.
    pub fn observe(&mut self, seen: Hlc, wall_ms: u64) {
        if seen.wall_ms() <= wall_ms.saturating_add(SKEW_WARN_MS) {
            self.last = self.last.max(seen);
        }
    }
}
