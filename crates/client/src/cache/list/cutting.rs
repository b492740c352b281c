//! Cutting of rows into tokens: what a batch changes in the index. Nothing is read or written for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::search::{self, Token};

use super::bits::{self, CHUNK_BITS};

/// A row that is to be indexed.
pub(super) struct Noted {
    pub n: i64,
    pub words: String,
    /// What the index says of it.
    pub before: Option<String>,
}

/// A batch that is cut, to be written.
pub(super) struct Cut {
    pub changes: Changes,
    /// The last of its rows.
    pub last: i64,
}

impl Cut {
    /// May rows be left behind it?
    pub fn is_full(&self) -> bool {
        self.changes.rows.len() == bits::CHUNK_ROWS
    }
}

/// The batch behind the one that is being written.
#[derive(Default)]
pub(in crate::cache) struct CutAhead(Mutex<Option<Cut>>);

impl CutAhead {
    pub(super) fn replace(&self, cut: Option<Cut>) -> Option<Cut> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), cut)
    }
}

/// A field's value, by its place among the values of the batch.
pub(super) type ValueAt = u32;

/// What a batch changes.
#[derive(Default)]
pub(super) struct Changes {
    pub rows: Vec<Noted>,
    /// By chunk: tokens with places, packed into one number, that come and that go.
    pub chunks: Vec<(usize, Vec<u64>, Vec<u64>)>,
    pub values: Vec<(String, String)>,
    /// Their places, by field and value.
    known: HashMap<String, HashMap<String, ValueAt>>,
    /// Values with rows: do they come or go?
    pub valued: Vec<(ValueAt, i64, bool)>,
}

pub(super) fn packed(token: Token, place: u16) -> u64 {
    token.number() << CHUNK_BITS | u64::from(place)
}

impl Changes {
    fn value(&mut self, field: &str, value: &str) -> ValueAt {
        if let Some(at) = self.known.get(field).and_then(|values| values.get(value)) {
            return *at;
        }
        let at = self.values.len() as ValueAt;
        self.values.push((field.to_owned(), value.to_owned()));
        self.known.entry(field.to_owned()).or_default().insert(value.to_owned(), at);
        at
    }

    /// The fields and counted values of a row.
    fn values_of(&mut self, words: &str) -> Vec<ValueAt> {
        let mut values = Vec::new();
        for (field, value) in search::entries(words) {
            values.push(self.value(field, ""));
            if !value.is_empty() && !search::is_text(field) {
                values.push(self.value(field, value));
            }
        }
        values.sort_unstable();
        values.dedup();
        values
    }

    fn add(&mut self, noted: Noted) {
        let (chunk, place) = bits::place(noted.n);
        if self.chunks.last().is_none_or(|(last, ..)| *last != chunk) {
            self.chunks.push((chunk, Vec::new(), Vec::new()));
        }
        let now = self.values_of(&noted.words);
        let before = noted.before.as_deref().map(|before| self.values_of(before)).unwrap_or_default();
        let differ = |these: &[ValueAt], those: &[ValueAt]| -> Vec<ValueAt> {
            these.iter().filter(|value| those.binary_search(value).is_err()).copied().collect()
        };
        self.valued.extend(differ(&now, &before).into_iter().map(|value| (value, noted.n, true)));
        self.valued.extend(differ(&before, &now).into_iter().map(|value| (value, noted.n, false)));
        let at = self.chunks.len() - 1;
        let (_, come, go) = &mut self.chunks[at];
        match &noted.before {
            None => tokens(&noted.words, |token| come.push(packed(token, place))),
            Some(before) => {
                let (mut now, mut then) = (Vec::new(), Vec::new());
                tokens(&noted.words, |token| now.push(token));
                tokens(before, |token| then.push(token));
                now.sort_unstable();
                then.sort_unstable();
                let new = now.iter().filter(|token| then.binary_search(token).is_err());
                come.extend(new.map(|token| packed(*token, place)));
                let old = then.iter().filter(|token| now.binary_search(token).is_err());
                go.extend(old.map(|token| packed(*token, place)));
            }
        }
        self.rows.push(noted);
    }

    /// Cuts rows into tokens.
    pub fn of(rows: Vec<Noted>) -> Self {
        let mut changes = Self::default();
        rows.into_iter().for_each(|noted| changes.add(noted));
        for (_, come, go) in &mut changes.chunks {
            come.sort_unstable();
            come.dedup();
            go.sort_unstable();
            go.dedup();
        }
        changes
    }
}

/// All tokens of a row but those of values.
fn tokens(words: &str, mut out: impl FnMut(Token)) {
    if words.is_empty() {
        return;
    }
    out(Token::ALL);
    for (field, value) in search::entries(words) {
        search::tokens(field, value, &mut out);
    }
}
