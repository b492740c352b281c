//! What stores are compared by: in words, and as hashes of them.

use domain::{digest, text};
use reading::names::Name;
use smallvec::SmallVec;

/// One of almost every store: not worth a piece of memory.
pub(super) type Few<T> = SmallVec<[T; 1]>;

/// What a store is compared by.
#[derive(Clone, Debug, Default)]
pub(super) struct Likeness<'a> {
    /// The whole name.
    pub name: String,
    /// The name without its branch.
    pub stem: String,
    pub has_branch: bool,
    pub address: String,
    /// Numbers that belong to one store.
    pub own_phones: Few<&'a str>,
    /// Numbers that many branches share.
    pub shared_phones: Few<&'a str>,
    /// Latitude and longitude, in degrees.
    pub place: Option<(f64, f64)>,
}

/// A number that many branches share.
fn is_shared(number: &str) -> bool {
    number.starts_with("+86400") || number.starts_with("+86800")
}

impl<'a> Likeness<'a> {
    pub fn new(name: &str, address: &str, phones: impl Iterator<Item = &'a str>, place: Option<(f64, f64)>) -> Self {
        let read = Name::new(name);
        let (shared_phones, own_phones) = phones.partition(|number| is_shared(number));
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

/// The hash of a text under which it is looked up.
pub(super) fn hash(text: &str) -> u64 {
    digest::bytes(text.as_bytes())
}

/// The same for comparing many rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// Of the code as it stands in the file; nothing for a row without one.
    pub code: Option<u64>,
    pub name: u64,
    pub stem: u64,
    pub address: u64,
    pub own_phones: Few<u64>,
    pub shared_phones: Few<u64>,
    pub has_branch: bool,
}

impl Keys {
    pub fn new(code: &str, like: &Likeness<'_>) -> Self {
        let hashes = |texts: &[&str]| texts.iter().map(|text| hash(text)).collect();
        let name = hash(&like.name);
        Self {
            code: (!code.is_empty()).then(|| hash(code)),
            name,
            stem: if like.has_branch { hash(&like.stem) } else { name },
            address: hash(&like.address),
            own_phones: hashes(&like.own_phones),
            shared_phones: hashes(&like.shared_phones),
            has_branch: like.has_branch,
        }
    }
}
