//! Newtypes for every identifier, so that one cannot be passed for another.
//!
//! Records are thousands of small words, read and written all the time: none of them is copied for it.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::problem::{ErrorCode, Problem};

/// The longest merchant, actor or order id, in bytes.
pub const ID_BYTES_MAX: usize = 64;

/// Is it 1 to 64 of the characters of an id?
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= ID_BYTES_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:@".contains(&b))
}

/// Reads exactly 16 hexadecimal digits; the standard parser would take a sign too.
pub(crate) fn hexadecimal(text: &str) -> Option<u64> {
    let digits: &[u8; 16] = text.as_bytes().try_into().ok()?;
    let digit = |byte: u8| char::from(byte).to_digit(16).map(u64::from);
    digits.iter().try_fold(0, |number, byte| Some((number << 4) | digit(*byte)?))
}

/// Writes a number as 16 hexadecimal digits, without the machinery of formats.
pub(crate) fn write_hexadecimal(number: u64, to: &mut impl fmt::Write) -> fmt::Result {
    let mut digits = [0; 16];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[((number >> (60 - 4 * place)) & 15) as usize];
    }
    std::str::from_utf8(&digits).map_or(Err(fmt::Error), |digits| to.write_str(digits))
}

/// A text that is read through [`FromStr`] and written through [`fmt::Display`], without a copy in between.
macro_rules! serde_as_text {
    ($name:ident, $expecting:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}
pub(crate) use serde_as_text;

/// A word that is stored as it was read, if it is a good one.
macro_rules! serde_as_word {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$name>::new(<String as serde::Deserialize>::deserialize(deserializer)?)
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_word;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);
        serde_as_word!($name);

        impl $name {
            /// Takes 1 to 64 ASCII letters, digits or any of `- _ . : @`.
            ///
            /// # Errors
            /// `bad_id` for anything else.
            pub fn new(text: impl Into<String>) -> Result<Self, Problem> {
                let text = text.into();
                if is_id(&text) {
                    Ok(Self(text))
                } else {
                    Err(Problem::new(
                        ErrorCode::BadId,
                        concat!(stringify!($name), ": use 1 to 64 letters, digits, - _ . : or @"),
                    ))
                }
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Problem;
            fn try_from(text: String) -> Result<Self, Problem> {
                Self::new(text)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
        impl FromStr for $name {
            type Err = Problem;
            fn from_str(text: &str) -> Result<Self, Problem> {
                Self::new(text)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// The one form of a UUID: hyphenated, in small letters. Whoever keys answers by what they sent finds them.
fn uuid(text: &str) -> Option<Uuid> {
    let plain = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    plain.then(|| Uuid::parse_str(text).ok()).flatten()
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);
        serde_as_text!($name, "a UUID");

        impl FromStr for $name {
            type Err = Problem;
            fn from_str(text: &str) -> Result<Self, Problem> {
                uuid(text).map(Self).ok_or_else(|| {
                    let said = concat!(stringify!($name), ": not a UUID with hyphens and in small letters");
                    Problem::new(ErrorCode::BadId, said)
                })
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }
    };
}

text_id! {
    /// A store, by the code that people use for it (`BJ-0187`).
    MerchantId
}
text_id! {
    /// A person or program that signs in (`shop`, `till-client`).
    ActorId
}
text_id! {
    /// An order of a customer.
    OrderId
}
uuid_id! {
    /// One edit: the idempotency key. UUIDv7, so that it sorts by time of making.
    EditId
}
uuid_id! {
    /// The questions that are open about one merchant: UUIDv5 of the merchant id, so that every
    /// device and the server give the same review the same name without asking each other.
    ReviewId
}
uuid_id! {
    /// Follows one keystroke through device, network, server and history.
    TraceId
}

/// Name space of [`ReviewId`], drawn once (docs/sync-protocol.md, section 2).
const REVIEW_SPACE: Uuid = Uuid::from_u128(0x6f1d_7c5a_9a0e_5d0b_8f53_0d6a_31c8_42e7);

impl ReviewId {
    /// The review of a merchant.
    pub fn of(merchant: &MerchantId) -> Self {
        Self(Uuid::new_v5(&REVIEW_SPACE, merchant.as_str().as_bytes()))
    }
}

/// A device: 64 random bits drawn at first start, written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub u64);
serde_as_text!(DeviceId, "16 hexadecimal digits");

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(self.0, f)
    }
}
impl FromStr for DeviceId {
    type Err = Problem;
    fn from_str(text: &str) -> Result<Self, Problem> {
        hexadecimal(text).map(Self).ok_or_else(|| Problem::new(ErrorCode::BadId, "DeviceId: 16 hexadecimal digits"))
    }
}
impl TryFrom<String> for DeviceId {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}
impl From<DeviceId> for String {
    fn from(id: DeviceId) -> String {
        id.to_string()
    }
}
