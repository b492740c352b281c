//! Outcomes by the text of a cell: what a column says of one store it says of many.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use domain::digest;

/// Texts that are remembered of one column.
const TEXTS_MAX: usize = 4_096;
/// Longer ones do not come again.
const TEXT_BYTES_MAX: usize = 256;

/// XXH3 of a text. Whoever chose texts of one hash would slow down a few thousand look-ups of his own file.
#[derive(Default)]
pub(super) struct TextHasher(u64);

impl Hasher for TextHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = self.0.rotate_left(32) ^ digest::bytes(bytes);
    }
}

/// A bounded memory: when it is full it begins anew, so that a file whose cells change on the way is served too.
pub(super) struct Memo<T> {
    known: HashMap<String, T, BuildHasherDefault<TextHasher>>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { known: HashMap::default() }
    }
}

impl<T: Clone> Memo<T> {
    /// What the text comes to; `read` says it the first time.
    pub fn get(&mut self, text: &str, read: impl FnOnce() -> T) -> T {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let found = read();
        if text.len() <= TEXT_BYTES_MAX {
            if self.known.len() >= TEXTS_MAX {
                self.known.clear();
            }
            self.known.insert(text.to_owned(), found.clone());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_read_once_and_memory_is_bounded() {
        let (mut memo, mut reads) = (Memo::default(), 0);
        for _ in 0..3 {
            for text in ["a", "b"] {
                let found = memo.get(text, || {
                    reads += 1;
                    text.to_uppercase()
                });
                assert_eq!(found, text.to_uppercase());
            }
        }
        assert_eq!(reads, 2);
        for n in 0..3 * TEXTS_MAX {
            assert_eq!(memo.get(&n.to_string(), || n.to_string()), n.to_string());
        }
        memo.get(&"x".repeat(TEXT_BYTES_MAX + 1), String::new);
        assert!(memo.known.len() <= TEXTS_MAX && !memo.known.keys().any(|text| text.len() > TEXT_BYTES_MAX));
    }
}
