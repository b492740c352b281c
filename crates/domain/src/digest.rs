//! Digests of records, by which a device and the server find out whether they hold the same without sending it.
//!
//! 1. The canonical form of a record is its JSON as [`crate::Record`] serialises: members in the order of the
//!    type, maps sorted by key, no spaces, UTF-8.
//! 2. The digest of a row is XXH3-64 (seed 0) of these bytes.
//! 3. The bucket of a merchant is the low 8 bits of XXH3-64 (seed 0) of its id in UTF-8.
//! 4. The digest of a bucket is the number of its rows and the sum of their digests modulo 2^64: rows can be
//!    added and taken away in any order.
//!
//! XXH3: Yann Collet, <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>. It finds damage and
//! mistakes; it does not protect against somebody who makes two records with the same digest on purpose.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

use crate::id::MerchantId;
use crate::record::Record;

/// How many buckets there are.
pub const BUCKETS: usize = 256;

/// The canonical form of a record: what is digested, stored and sent.
///
/// # Errors
/// Only if a value cannot be written as JSON; none of this crate's can.
pub fn canonical(record: &Record) -> serde_json::Result<String> {
    serde_json::to_string(record)
}

/// The digest of a row: of the canonical form of its record.
pub fn row(canonical: &str) -> u64 {
    xxh3_64(canonical.as_bytes())
}

/// XXH3-64 (seed 0) of anything.
pub fn bytes(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// In which bucket a merchant is.
pub fn bucket(merchant_id: &MerchantId) -> u8 {
    let [low, ..] = xxh3_64(merchant_id.as_str().as_bytes()).to_le_bytes();
    low
}

/// The digest of a bucket. Written as `[rows, "16 hexadecimal digits"]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// How many rows it has.
    pub rows: u64,
    /// The sum of their digests modulo 2^64.
    pub sum: u64,
}

impl Bucket {
    /// Adds a row.
    pub fn add(&mut self, row: u64) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(row);
    }

    /// Of rows whose digests were summed in two halves of 32 bits each, as a database without wrapping sums does.
    /// At most 2^31 rows, or the halves themselves overflow.
    pub fn of_halves(rows: u64, high: u64, low: u64) -> Self {
        Self { rows, sum: (high << 32).wrapping_add(low) }
    }
}

impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.rows, format!("{:016x}", self.sum)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (rows, text) = <(u64, String)>::deserialize(deserializer)?;
        let fits = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !fits {
            return Err(D::Error::custom("the digest of a bucket has 16 lower-case hexadecimal digits"));
        }
        let sum = u64::from_str_radix(&text, 16).map_err(D::Error::custom)?;
        Ok(Self { rows, sum })
    }
}

/// The digests of all buckets of what somebody may see: `GET /api/v1/digest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// Of which epoch of the server.
    pub epoch: String,
    /// At which change number: all rows were read in one snapshot.
    pub seq: u64,
    /// All [`BUCKETS`] of them, in order.
    #[serde(deserialize_with = "all_buckets")]
    pub buckets: Vec<Bucket>,
}

fn all_buckets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Bucket>, D::Error> {
    let buckets = Vec::<Bucket>::deserialize(deserializer)?;
    if buckets.len() == BUCKETS { Ok(buckets) } else { Err(D::Error::custom("there are 256 buckets")) }
}

impl Digests {
    /// Of no rows at all.
    pub fn empty(epoch: String, seq: u64) -> Self {
        Self { epoch, seq, buckets: vec![Bucket::default(); BUCKETS] }
    }

    /// Adds the row of a merchant.
    pub fn add(&mut self, merchant_id: &MerchantId, row: u64) {
        if let Some(at) = self.buckets.get_mut(usize::from(bucket(merchant_id))) {
            at.add(row);
        }
    }

    /// The buckets in which two differ, in order. A bucket that only one side has differs.
    pub fn differing(&self, other: &Self) -> Vec<u8> {
        (0..=u8::MAX).filter(|n| self.buckets.get(usize::from(*n)) != other.buckets.get(usize::from(*n))).collect()
    }
}
