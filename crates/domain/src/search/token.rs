//! Tokens as numbers: kind, what it stands for, and the part of a profile that it is in. Numbers of one kind lie in the
//! order of what they stand for, the parts of a profile beside each other: so a prefix, in all parts, is one range.

use std::ops::RangeInclusive;

use crate::field::FieldPath;

/// Bits of a [`Token`].
pub const TOKEN_BITS: u32 = 51;
const PART_BITS: u32 = 5;
const STANDS_BITS: u32 = 42;
const VALUE_BITS: u32 = 30;

/// The part of a profile in which a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Part {
    /// In none: of a whole merchant.
    None = 0,
    /// The id.
    Id,
    /// The name.
    Name,
    /// The branch.
    Branch,
    /// The address.
    Address,
    /// The region.
    Region,
    /// The category.
    Category,
    /// A tag.
    Tags,
    /// A telephone number.
    Phones,
    /// A custom field.
    Custom,
    /// A note.
    Note,
    /// Any other field.
    Other,
}

impl Part {
    /// Where a field's text is.
    pub fn of(field: &str) -> Self {
        match FieldPath::root_of(field) {
            crate::ipc::MERCHANT_ID => Self::Id,
            "name" => Self::Name,
            "branch" => Self::Branch,
            "address" => Self::Address,
            "region" => Self::Region,
            "category" => Self::Category,
            "tags" => Self::Tags,
            "phones" => Self::Phones,
            "custom" => Self::Custom,
            "note" => Self::Note,
            _ => Self::Other,
        }
    }
    /// Is its text also found by how it is pronounced?
    pub(super) fn is_spoken(self) -> bool {
        matches!(self, Self::Name | Self::Branch | Self::Region | Self::Category | Self::Tags)
    }
}

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// One character.
    One = 1,
    /// Two characters that follow each other.
    Two,
    /// One to four digits that follow each other.
    Digits,
    /// The first one to three letters of a word.
    Start,
    /// The first eight letters of a word.
    Word,
    /// The next eight.
    Rest,
    /// A syllable.
    Syllable,
    /// Two syllables that follow each other.
    Syllables,
    /// Initials of one to three syllables that follow each other.
    Initials,
    /// A field and one of its values.
    Value,
    /// Every merchant.
    All,
}

/// One thing by which a merchant is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u64);

impl Token {
    /// That of every merchant.
    pub const ALL: Self = Self((Kind::All as u64) << (STANDS_BITS + PART_BITS));

    pub(super) fn new(kind: Kind, stands: u64, part: Part) -> Self {
        Self((kind as u64) << (STANDS_BITS + PART_BITS) | stands << PART_BITS | part as u64)
    }
    /// A field (by its number) and one of its values (by its number; 0 for any).
    pub fn value(field: u16, value: u32) -> Self {
        let stands = u64::from(field & 0xfff) << VALUE_BITS | u64::from(value) & ((1 << VALUE_BITS) - 1);
        Self::new(Kind::Value, stands, Part::None)
    }
    /// The number of the value; of a token that [`Self::value`] made.
    pub fn value_number(self) -> u32 {
        (self.0 >> PART_BITS) as u32 & ((1 << VALUE_BITS) - 1)
    }
    /// As a number below 2^[`TOKEN_BITS`].
    pub fn number(self) -> u64 {
        self.0
    }
    /// From such a number.
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// Tokens of which any will do: a range, in one part of the profile or in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    range: RangeInclusive<u64>,
    part: Option<Part>,
}

impl Tokens {
    /// All tokens of a kind that stand for something from `first` to `last`.
    pub(super) fn new(kind: Kind, first: u64, last: u64, part: Option<Part>) -> Self {
        let from = Token::new(kind, first, part.unwrap_or(Part::None)).0;
        let to = Token::new(kind, last, part.unwrap_or(Part::None)).0
            | if part.is_none() { (1 << PART_BITS) - 1 } else { 0 };
        Self { range: from..=to, part }
    }
    /// Any value of a field, by its number.
    pub fn values(field: u16) -> Self {
        let (from, to) = (Token::value(field, 1), Token::value(field, u32::MAX));
        Self { range: from.0..=to.0, part: None }
    }
    /// One token alone.
    pub fn only(token: Token) -> Self {
        Self { range: token.0..=token.0, part: None }
    }
    /// The smallest and the largest number among them; not all between need be among them.
    pub fn bounds(&self) -> (u64, u64) {
        (*self.range.start(), *self.range.end())
    }
    /// Is it one of them?
    pub fn has(&self, token: Token) -> bool {
        self.range.contains(&token.0) && self.part.is_none_or(|part| token.0 & ((1 << PART_BITS) - 1) == part as u64)
    }
}
