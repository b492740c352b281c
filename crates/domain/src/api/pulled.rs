//! A change as it travels: the record together with the text it came as, because a side keeps what it does not
//! know, and digests are of the text.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::record::Record;

/// The newest state of one merchant.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its place in the server's order.
    pub seq: u64,
    /// The merchant.
    pub record: Record,
    /// The record as it came, with members that this version does not know.
    text: Option<Box<RawValue>>,
}

impl Change {
    /// A change of a record that was made here.
    pub fn new(seq: u64, record: Record) -> Self {
        Self { seq, record, text: None }
    }

    /// The text of the record: as it came, else its canonical form.
    ///
    /// # Errors
    /// Only if a value cannot be written as JSON; none of this crate's can.
    pub fn text(&self) -> serde_json::Result<Cow<'_, str>> {
        match &self.text {
            Some(text) => Ok(text.get().into()),
            None => Ok(serde_json::to_string(&self.record)?.into()),
        }
    }
}

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        self.seq == other.seq && self.record == other.record
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut change = serializer.serialize_struct("Change", 2)?;
        change.serialize_field("seq", &self.seq)?;
        match &self.text {
            Some(text) => change.serialize_field("record", text)?,
            None => {
                let text = serde_json::value::to_raw_value(&self.record).map_err(S::Error::custom)?;
                change.serialize_field("record", &text)?;
            }
        }
        change.end()
    }
}

#[derive(Deserialize)]
struct Travelling {
    seq: u64,
    record: Box<RawValue>,
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Travelling { seq, record } = Travelling::deserialize(deserializer)?;
        let known = serde_json::from_str(record.get()).map_err(D::Error::custom)?;
        Ok(Self { seq, record: known, text: Some(record) })
    }
}
