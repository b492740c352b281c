//! What stores are compared by: in words, and as hashes of them.

use std::borrow::Cow;

use domain::place::Place;
use domain::profile::Registers;
use domain::stored_phone::StoredPhone;
use domain::{FieldPath, Value, digest, text};
use reading::names::Name;
use smallvec::SmallVec;

/// One of almost every store: not worth a piece of memory.
pub(super) type Few<T> = SmallVec<[T; 1]>;

/// Two places of one name are one store within so many metres.
const SAME_PLACE_M: u32 = 100;

/// What a store is compared by.
#[derive(Clone, Debug, Default)]
pub(super) struct Likeness<'a> {
    /// The whole name.
    pub name: String,
    /// The name without its branch.
    pub stem: String,
    pub has_branch: bool,
    pub address: String,
    /// Numbers that belong to one store, with their extensions.
    pub own_phones: Few<Cow<'a, str>>,
    /// Numbers that many branches share, and switchboards.
    pub shared_phones: Few<Cow<'a, str>>,
    pub place: Option<Place>,
}

/// A number that many branches share.
fn is_shared(number: &str) -> bool {
    number.starts_with("+86400") || number.starts_with("+86800")
}

/// Where an extension begins in a stored number.
const EXTENSION: &str = ";ext=";

/// The switchboard of a number with an extension. It ends with a sign: it is not the number without any extension, which
/// belongs to one store.
fn switchboard(number: &str) -> Option<String> {
    // Nothing else in a stored number has this sign.
    number.find(';').map(|at| number[..=at].to_owned())
}

impl<'a> Likeness<'a> {
    /// `phones`: as they are stored.
    pub fn new(name: &str, address: &str, phones: impl Iterator<Item = Cow<'a, str>>, place: Option<Place>) -> Self {
        let read = Name::new(name);
        let (mut own_phones, mut shared_phones) = (Few::new(), Few::new());
        for number in phones {
            match switchboard(&number) {
                // What is dialled behind these is a choice out of a menu, the same for all branches.
                _ if is_shared(&number) => shared_phones.push(match number.split_once(EXTENSION) {
                    Some((number, _)) => number.to_owned().into(),
                    None => number,
                }),
                Some(switchboard) => {
                    shared_phones.push(switchboard.into());
                    own_phones.push(number);
                }
                None => own_phones.push(number),
            }
        }
        let mut address = text::key(address);
        if address.contains(' ') {
            address.retain(|c| c != ' ');
        }
        Self {
            name: read.key(),
            has_branch: read.branch.is_some(),
            stem: read.brand,
            address,
            own_phones,
            shared_phones,
            place,
        }
    }
}

/// What a register of text shows.
fn line<'a>(registers: &'a Registers, field: &'static str) -> &'a str {
    registers.get(&FieldPath::fixed(field)).and_then(Value::as_str).unwrap_or_default()
}

impl<'a> Likeness<'a> {
    /// Of a merchant that is stored.
    pub fn of(registers: &'a Registers) -> Self {
        // The primary one is named beside them.
        let is_number = |field: &&FieldPath| field.root() == "phones" && field.as_str() != "phones.primary";
        let stored = registers.keys().filter(is_number).filter_map(FieldPath::key);
        // Service numbers are of whole companies, and not compared in a file either.
        let is_own = |number: &&str| StoredPhone::parse(number).is_some_and(|phone| phone.service().is_none());
        let numbers = stored.filter(is_own).map(Cow::Borrowed);
        let place = Place::parse(line(registers, "location"));
        Self::new(line(registers, "name"), line(registers, "address"), numbers, place)
    }

    /// Are they the same store but for the name: by the address, a number of their own, or the place?
    pub fn is_at(&self, other: &Likeness<'_>) -> bool {
        other.address == self.address
            || self.own_phones.iter().any(|phone| other.own_phones.contains(phone))
            || self.place.zip(other.place).is_some_and(|(here, there)| here.is_within(there, SAME_PLACE_M))
    }
}

/// The hash of a text under which it is looked up.
pub(super) fn hash(text: &str) -> u64 {
    digest::bytes(text.as_bytes())
}

/// The same for comparing many rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Keys {
    /// Of the code as it stands in the file; nothing for a row without one.
    pub code: Option<u64>,
    /// The name in the form in which names are compared, where they are not equal.
    pub spelt: Box<str>,
    pub name: u64,
    pub stem: u64,
    pub address: u64,
    pub own_phones: Few<u64>,
    pub shared_phones: Few<u64>,
    pub has_branch: bool,
    /// Latitude and longitude, in degrees.
    pub place: Option<[f32; 2]>,
}

impl Keys {
    pub fn new(code: &str, like: &Likeness<'_>) -> Self {
        let hashes = |texts: &[Cow<'_, str>]| texts.iter().map(|text| hash(text)).collect();
        let name = hash(&like.name);
        Self {
            code: (!code.is_empty()).then(|| hash(code)),
            spelt: like.name.as_str().into(),
            name,
            stem: if like.has_branch { hash(&like.stem) } else { name },
            address: hash(&like.address),
            own_phones: hashes(&like.own_phones),
            shared_phones: hashes(&like.shared_phones),
            has_branch: like.has_branch,
            place: None,
        }
    }

    /// The store lies there: latitude and longitude, in degrees.
    pub fn at(mut self, place: Option<(f64, f64)>) -> Self {
        // Within a metre.
        self.place = place.map(|(latitude, longitude)| [latitude as f32, longitude as f32]);
        self
    }
}

/// Do two places of one name mean one store? Latitudes and longitudes, in degrees.
pub(super) fn is_near(one: [f32; 2], other: [f32; 2]) -> bool {
    let place = |[latitude, longitude]: [f32; 2]| Place::parse(&format!("{latitude},{longitude}"));
    place(one).zip(place(other)).is_some_and(|(one, other)| one.is_within(other, SAME_PLACE_M))
}
