//! How a device sends: what an administrator can set, and the limits of each setting.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::api::{PUSH_BYTES_MAX, PUSH_EDITS_MAX};
use crate::problem::{ErrorCode, Problem};

/// When a saved edit is on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Before the window says "saved": it survives a power cut.
    #[default]
    Full,
    /// A moment later: it survives the end of the program, but a power cut may take the last moments' edits.
    Normal,
}

/// How a device sends. Stored in the data folder; a field that an older version did not know has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SyncSettings {
    /// When a saved edit is on the disk.
    pub durability: Durability,
    /// How long a push waits for more edits after a save, in milliseconds.
    pub linger_ms: u64,
    /// Most edits in one push.
    pub batch_edits: u64,
    /// Most KiB of edits in one push, before compression.
    pub batch_kib: u64,
    /// Attempts in quick succession after a failure, before the slow lane.
    pub burst: u64,
    /// Longest delay after the first failure, in milliseconds; doubles with each attempt of the burst.
    pub first_ms: u64,
    /// Longest delay within the burst, in milliseconds.
    pub burst_max_ms: u64,
    /// Longest delay between attempts afterwards, in milliseconds.
    pub slow_ms: u64,
    /// Are pushes compressed?
    pub compression: bool,
}

impl Default for SyncSettings {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            linger_ms: 10,
            batch_edits: PUSH_EDITS_MAX as u64,
            batch_kib: *SyncNumber::BatchKib.range().end(),
            burst: 3,
            first_ms: 1_000,
            burst_max_ms: 10_000,
            slow_ms: 15_000,
            compression: true,
        }
    }
}

/// One of the settings that are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyncNumber {
    /// [`SyncSettings::linger_ms`]
    LingerMs,
    /// [`SyncSettings::batch_edits`]
    BatchEdits,
    /// [`SyncSettings::batch_kib`]
    BatchKib,
    /// [`SyncSettings::burst`]
    Burst,
    /// [`SyncSettings::first_ms`]
    FirstMs,
    /// [`SyncSettings::burst_max_ms`]
    BurstMaxMs,
    /// [`SyncSettings::slow_ms`]
    SlowMs,
}

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Below its least or above its most.
    OutOfRange,
    /// A delay that must not be shorter than this one, but is.
    ShorterThan(SyncNumber),
}

impl SyncNumber {
    /// All, in the order in which people set them.
    pub const ALL: [SyncNumber; 7] = [
        SyncNumber::LingerMs,
        SyncNumber::BatchEdits,
        SyncNumber::BatchKib,
        SyncNumber::Burst,
        SyncNumber::FirstMs,
        SyncNumber::BurstMaxMs,
        SyncNumber::SlowMs,
    ];

    /// Its name in files and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            SyncNumber::LingerMs => "linger_ms",
            SyncNumber::BatchEdits => "batch_edits",
            SyncNumber::BatchKib => "batch_kib",
            SyncNumber::Burst => "burst",
            SyncNumber::FirstMs => "first_ms",
            SyncNumber::BurstMaxMs => "burst_max_ms",
            SyncNumber::SlowMs => "slow_ms",
        }
    }

    /// Least and most. A batch may take half of what the server reads, so that its frame fits as well.
    pub fn range(self) -> RangeInclusive<u64> {
        match self {
            SyncNumber::LingerMs => 0..=5_000,
            SyncNumber::BatchEdits => 1..=PUSH_EDITS_MAX as u64,
            SyncNumber::BatchKib => 16..=(PUSH_BYTES_MAX / 2 / 1024) as u64,
            SyncNumber::Burst => 0..=10,
            SyncNumber::FirstMs => 100..=60_000,
            SyncNumber::BurstMaxMs => 100..=600_000,
            SyncNumber::SlowMs => 1_000..=3_600_000,
        }
    }

    /// Its value.
    pub fn of(self, settings: &SyncSettings) -> u64 {
        match self {
            SyncNumber::LingerMs => settings.linger_ms,
            SyncNumber::BatchEdits => settings.batch_edits,
            SyncNumber::BatchKib => settings.batch_kib,
            SyncNumber::Burst => settings.burst,
            SyncNumber::FirstMs => settings.first_ms,
            SyncNumber::BurstMaxMs => settings.burst_max_ms,
            SyncNumber::SlowMs => settings.slow_ms,
        }
    }

    /// Sets it.
    pub fn put(self, settings: &mut SyncSettings, value: u64) {
        match self {
            SyncNumber::LingerMs => settings.linger_ms = value,
            SyncNumber::BatchEdits => settings.batch_edits = value,
            SyncNumber::BatchKib => settings.batch_kib = value,
            SyncNumber::Burst => settings.burst = value,
            SyncNumber::FirstMs => settings.first_ms = value,
            SyncNumber::BurstMaxMs => settings.burst_max_ms = value,
            SyncNumber::SlowMs => settings.slow_ms = value,
        }
    }

    /// The delay that this one must not be shorter than.
    fn at_least(self) -> Option<SyncNumber> {
        match self {
            SyncNumber::BurstMaxMs => Some(SyncNumber::FirstMs),
            SyncNumber::SlowMs => Some(SyncNumber::BurstMaxMs),
            _ => None,
        }
    }

    /// What is wrong with it, if anything is.
    pub fn mistake(self, settings: &SyncSettings) -> Option<Mistake> {
        let value = self.of(settings);
        if !self.range().contains(&value) {
            return Some(Mistake::OutOfRange);
        }
        self.at_least().filter(|other| other.of(settings) > value).map(Mistake::ShorterThan)
    }
}

impl SyncSettings {
    /// Refuses a mistaken number, with its name and the reason.
    ///
    /// # Errors
    /// `bad_value` about the first one.
    pub fn check(&self) -> Result<(), Problem> {
        for number in SyncNumber::ALL {
            let (key, value) = (number.key(), number.of(self));
            let reason = match number.mistake(self) {
                None => continue,
                Some(Mistake::OutOfRange) => {
                    format!("must be from {} to {}", number.range().start(), number.range().end())
                }
                Some(Mistake::ShorterThan(other)) => {
                    format!("must not be shorter than {} ({})", other.key(), other.of(self))
                }
            };
            let title = format!("{key} = {value}: {reason}; nothing was changed");
            return Err(Problem::new(ErrorCode::BadValue, title).about(key));
        }
        Ok(())
    }

    /// Sets one by its name and text, as the command line has it.
    ///
    /// # Errors
    /// `bad_field` for a name that is none, `bad_value` for a text that is no value of it.
    pub fn assign(&mut self, key: &str, text: &str) -> Result<(), Problem> {
        let bad = |expected: &str| {
            let title = format!("{key} = {text}: write {expected}; nothing was changed");
            Problem::new(ErrorCode::BadValue, title).about(key)
        };
        match key {
            "durability" => {
                self.durability = match text {
                    "full" => Durability::Full,
                    "normal" => Durability::Normal,
                    _ => return Err(bad("full or normal")),
                }
            }
            "compression" => self.compression = text.parse().map_err(|_| bad("true or false"))?,
            _ => {
                let number = SyncNumber::ALL.into_iter().find(|number| number.key() == key).ok_or_else(|| {
                    let names = SyncNumber::ALL.map(SyncNumber::key).join(", ");
                    let title = format!("there is no setting {key}: durability, compression, {names}");
                    Problem::new(ErrorCode::BadField, title).about(key)
                })?;
                number.put(self, text.parse().map_err(|_| bad("a whole number"))?);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_good() {
        assert_eq!(SyncSettings::default().check(), Ok(()));
        assert_eq!(SyncSettings::default().durability, Durability::Full);
    }

    #[test]
    fn each_limit_is_refused_with_its_name() {
        for number in SyncNumber::ALL {
            let (least, most) = number.range().into_inner();
            for wrong in [least.checked_sub(1), most.checked_add(1)].into_iter().flatten() {
                let mut settings = SyncSettings::default();
                number.put(&mut settings, wrong);
                let problem = settings.check().unwrap_err();
                assert_eq!(problem.code, ErrorCode::BadValue, "{number:?} {wrong}");
                assert_eq!(number.mistake(&settings), Some(Mistake::OutOfRange), "{number:?} {wrong}");
            }
            for right in [least, most] {
                let mut settings = SyncSettings { first_ms: 100, burst_max_ms: 100, ..SyncSettings::default() };
                settings.slow_ms = 3_600_000;
                if number == SyncNumber::FirstMs {
                    settings.burst_max_ms = 600_000;
                }
                number.put(&mut settings, right);
                if number == SyncNumber::SlowMs {
                    settings.burst_max_ms = right.min(600_000);
                }
                assert_eq!(settings.check(), Ok(()), "{number:?} {right}");
            }
        }
    }

    #[test]
    fn delays_rise() {
        let settings = SyncSettings { first_ms: 20_000, ..SyncSettings::default() };
        assert_eq!(settings.check().unwrap_err().field.as_deref(), Some("burst_max_ms"));
        let settings = SyncSettings { slow_ms: 9_999, ..SyncSettings::default() };
        assert_eq!(settings.check().unwrap_err().field.as_deref(), Some("slow_ms"));
        assert_eq!(SyncNumber::SlowMs.mistake(&settings), Some(Mistake::ShorterThan(SyncNumber::BurstMaxMs)));
    }

    #[test]
    fn texts_are_read_by_name() {
        let mut settings = SyncSettings::default();
        for (key, text) in [("durability", "normal"), ("compression", "false"), ("linger_ms", "0"), ("burst", "5")] {
            settings.assign(key, text).unwrap();
        }
        assert_eq!((settings.durability, settings.compression), (Durability::Normal, false));
        assert_eq!((settings.linger_ms, settings.burst), (0, 5));
        for (key, text, code) in [
            ("durability", "off", ErrorCode::BadValue),
            ("compression", "maybe", ErrorCode::BadValue),
            ("linger_ms", "-1", ErrorCode::BadValue),
            ("lingering", "1", ErrorCode::BadField),
        ] {
            assert_eq!(settings.assign(key, text).unwrap_err().code, code, "{key}={text}");
        }
    }

    #[test]
    fn what_an_older_version_stored_has_defaults() {
        let settings: SyncSettings = serde_json::from_str(r#"{"linger_ms":7}"#).unwrap();
        assert_eq!(settings, SyncSettings { linger_ms: 7, ..SyncSettings::default() });
    }
}
