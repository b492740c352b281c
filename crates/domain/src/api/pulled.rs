//! A change as it travels: the record together with the text it came as, because a side keeps what it does not
//! know, and digests are of the text.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::id::MerchantId;
use crate::outline::Outline;
use crate::record::Record;

/// The newest state of one merchant.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its place in the server's order.
    pub seq: u64,
    merchant_id: MerchantId,
    held: Held,
}

/// What is in memory of a record.
#[derive(Clone, Debug)]
enum Held {
    /// It was made here.
    Record(Record),
    /// It came as this text, with members that this version does not know.
    Came(Record, Box<RawValue>),
    /// The same of a plain record: it is read anew where all of it is needed.
    Plain(Outline, Box<RawValue>),
}

impl Change {
    /// A change of a record that was made here.
    pub fn new(seq: u64, record: Record) -> Self {
        Self { seq, merchant_id: record.merchant_id.clone(), held: Held::Record(record) }
    }

    /// Which merchant.
    pub fn merchant_id(&self) -> &MerchantId {
        &self.merchant_id
    }

    /// The merchant.
    ///
    /// # Errors
    /// None: a plain record can be read whole.
    pub fn record(&self) -> serde_json::Result<Cow<'_, Record>> {
        match &self.held {
            Held::Record(record) | Held::Came(record, _) => Ok(Cow::Borrowed(record)),
            Held::Plain(_, text) => Ok(Cow::Owned(serde_json::from_str(text.get())?)),
        }
    }

    /// The same, without the text.
    ///
    /// # Errors
    /// None: a plain record can be read whole.
    pub fn into_record(self) -> serde_json::Result<Record> {
        match self.held {
            Held::Record(record) | Held::Came(record, _) => Ok(record),
            Held::Plain(_, text) => serde_json::from_str(text.get()),
        }
    }

    /// A plain record where it stands, with its text; nothing for another, or one that was made here.
    pub fn outline(&self) -> Option<(&Outline, &str)> {
        match &self.held {
            Held::Plain(outline, text) => Some((outline, text.get())),
            Held::Record(_) | Held::Came(..) => None,
        }
    }

    /// The text of the record: as it came, else its canonical form.
    ///
    /// # Errors
    /// Only if a value cannot be written as JSON; none of this crate's can.
    pub fn text(&self) -> serde_json::Result<Cow<'_, str>> {
        match &self.held {
            Held::Came(_, text) | Held::Plain(_, text) => Ok(text.get().into()),
            Held::Record(record) => Ok(serde_json::to_string(record)?.into()),
        }
    }
}

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, other)| one == other;
        self.seq == other.seq && self.record().ok().zip(other.record().ok()).is_some_and(same)
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut change = serializer.serialize_struct("Change", 2)?;
        change.serialize_field("seq", &self.seq)?;
        match &self.held {
            Held::Came(_, text) | Held::Plain(_, text) => change.serialize_field("record", text)?,
            Held::Record(record) => {
                let text = serde_json::value::to_raw_value(record).map_err(S::Error::custom)?;
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
        let Travelling { seq, record: text } = Travelling::deserialize(deserializer)?;
        if let Some(outline) = Outline::of(text.get()) {
            return Ok(Self { seq, merchant_id: outline.merchant_id().clone(), held: Held::Plain(outline, text) });
        }
        let record: Record = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        Ok(Self { seq, merchant_id: record.merchant_id.clone(), held: Held::Came(record, text) })
    }
}
