//! A record read where it stands: which text shows in which register, without a copy of any. Almost every record of a pull
//! has one candidate in each register and is written into a list and forgotten; to build a [`crate::Record`] of it takes longer
//! than to store it.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::edit::Source;
use crate::field::{DELETED, FieldPath};
use crate::hlc::Hlc;
use crate::id::{EditId, MerchantId, is_id};
use crate::role::Role;
use crate::value::{Said, Value};
use crate::version::{Dot, VersionVector};

/// Where the registers of a plain record stand in its text: one candidate each, not deleted, in the canonical order.
/// What is read as one is read as a [`crate::Record`] too.
#[derive(Clone, Debug)]
pub struct Outline {
    merchant_id: MerchantId,
    latest: Hlc,
    registers: Vec<(Range<u32>, Range<u32>)>,
}

impl Outline {
    /// Reads a record's text. Nothing if the record is not plain, written in an unusual way, or none at all.
    pub fn of(text: &str) -> Option<Self> {
        let whole: Whole<'_> = serde_json::from_str(text).ok()?;
        // Both are parts of the text.
        let at = |part: &str| {
            let from = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
            Some(u32::try_from(from).ok()?..u32::try_from(from + part.len()).ok()?)
        };
        let registers = whole.registers.0.into_iter().map(|(field, value)| Some((at(field)?, at(value)?)));
        Some(Self {
            merchant_id: MerchantId::new(whole.merchant_id).ok()?,
            latest: whole.edits.0,
            registers: registers.collect::<Option<_>>()?,
        })
    }

    /// Which merchant.
    pub fn merchant_id(&self) -> &MerchantId {
        &self.merchant_id
    }

    /// As [`crate::Record::latest`].
    pub fn latest(&self) -> Hlc {
        self.latest
    }

    /// The registers that say something, in order. `text` is the one that this was read from.
    pub fn shown<'t>(&self, text: &'t str) -> impl Iterator<Item = (&'t str, Said<'t>)> {
        let part = |range: &Range<u32>| text.get(range.start as usize..range.end as usize).unwrap_or_default();
        self.registers
            .iter()
            .map(move |(field, value)| (part(field), said(part(value))))
            .filter(|(_, said)| !said.is_null())
    }
}

/// What JSON says that was found to be well formed.
fn said(json: &str) -> Said<'_> {
    match plain_text(json) {
        Some(text) => Said::Text(text),
        None => Said::Other(Cow::Owned(serde_json::from_str(json).unwrap_or_default())),
    }
}

/// A JSON string in which every character stands for itself.
fn plain_text(json: &str) -> Option<&str> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    (!text.as_bytes().contains(&b'\\')).then_some(text)
}

#[derive(Deserialize)]
struct Whole<'t> {
    merchant_id: &'t str,
    #[serde(borrow)]
    registers: Registers<'t>,
    edits: Edits,
}

/// Paths and values.
struct Registers<'t>(Vec<(&'t str, &'t str)>);

/// The newest stamp.
struct Edits(Hlc);

#[derive(Deserialize)]
struct Register<'t> {
    #[serde(borrow, rename = "s")]
    siblings: [Sibling<'t>; 1],
    #[serde(default, rename = "c")]
    _context: VersionVector,
}

#[derive(Deserialize)]
struct Sibling<'t> {
    #[serde(rename = "d")]
    _dot: Dot,
    #[serde(borrow, rename = "v")]
    value: &'t RawValue,
    #[serde(default, rename = "b")]
    _base_value: Value,
}

/// As [`crate::record::WriteMeta`].
#[derive(Deserialize)]
struct Meta<'t> {
    #[serde(rename = "e")]
    _edit_id: EditId,
    #[serde(rename = "a")]
    actor: &'t str,
    #[serde(borrow, rename = "n")]
    _actor_name: Cow<'t, str>,
    #[serde(rename = "r")]
    _role: Role,
    #[serde(rename = "o")]
    _source: Source,
    #[serde(rename = "h")]
    hlc: Hlc,
}

/// Shows each entry of a map to a closure, which says whether it is plain.
struct Each<K, V, F>(F, PhantomData<fn() -> (K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>, F: FnMut(K, V) -> bool> Visitor<'de> for Each<K, V, F> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a map")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry()? {
            if !(self.0)(key, value) {
                return Err(A::Error::custom("not plain"));
            }
        }
        Ok(())
    }
}

impl<'de: 't, 't> Deserialize<'de> for Registers<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut registers: Vec<(&str, &str)> = Vec::with_capacity(16);
        let add = |field: &'de str, register: Register<'de>| {
            let [Sibling { value, .. }] = register.siblings;
            let in_order = registers.last().is_none_or(|(before, _)| *before < field);
            registers.push((field, value.get()));
            // What is well formed may still be no value: a number beyond all bounds, say.
            let is_value = || plain_text(value.get()).is_some() || serde_json::from_str::<Value>(value.get()).is_ok();
            in_order && field != DELETED && FieldPath::is_good(field) && is_value()
        };
        deserializer.deserialize_map(Each(add, PhantomData))?;
        Ok(Self(registers))
    }
}

impl<'de> Deserialize<'de> for Edits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (mut latest, mut before) = (Hlc::default(), None);
        let add = |dot: Dot, meta: Meta<'de>| {
            let in_order = before.is_none_or(|before| before < dot);
            (latest, before) = (latest.max(meta.hlc), Some(dot));
            in_order && is_id(meta.actor)
        };
        deserializer.deserialize_map(Each(add, PhantomData))?;
        Ok(Self(latest))
    }
}
