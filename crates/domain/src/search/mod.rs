//! By what a merchant is found. One function cuts text into tokens, for the index and for queries alike.
//!
//! Runs of Chinese (and of other letters than Latin ones) are cut into single characters and pairs, so that one and two
//! characters are found (an index of three-character pieces misses them; a word index takes the run as one word).
//! Digits are cut into one to four, so that a part of a telephone number is found. Latin words are found by how they
//! begin. Names, branches, regions, categories and tags are also found by pinyin and by its initials: 火锅 by `huoguo`,
//! `huog` and `hg`, with every usual reading of a character.

mod found;
mod order;
mod query;
mod runs;
mod spoken;
mod token;
mod words;

pub use found::found;
pub use order::sort_key;
pub use query::{Piece, pieces, pieces_within};
pub use token::{Part, TOKEN_BITS, Token, Tokens};
pub use words::{Words, contains, entries, is_text, tokens};

/// The longest query that is looked at, in characters.
pub const QUERY_CHARS_MAX: usize = 64;
