//! Versions of the protocol.

use std::str::FromStr;

use crate::problem::{ErrorCode, Problem};

/// Version of the protocol; sent by both sides as [`PROTOCOL_HEADER`], refused if the major differs.
/// A side uses a feature only if the minor of the other has it: 1.1 brought markers, digests and buckets, 1.2 the
/// schema with declared fields.
pub const PROTOCOL: &str = "1.2";
/// The oldest version that is understood; a request that names none is taken for one of it.
pub const PROTOCOL_MIN: &str = "1.0";
/// From this minor of major 1 on there are markers, digests and buckets.
pub const MINOR_DIGESTS: u32 = 1;
/// Header that carries [`PROTOCOL`].
pub const PROTOCOL_HEADER: &str = "x-merchant-console-protocol";

/// A version, written `major.minor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Sides of different majors do not understand each other.
    pub major: u32,
    /// What is new since the major began; older sides pass it over.
    pub minor: u32,
}

impl FromStr for Version {
    type Err = Problem;
    fn from_str(text: &str) -> Result<Self, Problem> {
        let bad = || Problem::new(ErrorCode::Protocol, "a version of the protocol is written major.minor");
        let (major, minor) = text.trim().split_once('.').ok_or_else(bad)?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if digits { text.parse().map_err(|_| bad()) } else { Err(bad()) }
        };
        Ok(Self { major: number(major)?, minor: number(minor)? })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_two_numbers() {
        assert_eq!(PROTOCOL.parse::<Version>().unwrap(), Version { major: 1, minor: 2 });
        assert_eq!(MINOR_DIGESTS, 1);
        assert!(PROTOCOL_MIN.parse::<Version>().is_ok());
        for bad in ["", "1", "1.", ".1", "1.x", "+1.0", "1.0.0", "99999999999.0"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
