//! What was read last of stored JSON, with its text: a profile that is saved was opened before, by whom saved the one before,
//! and to read the same texts again would be a sixth of the save.

use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;

use crate::error::Result;

/// One text, and what it says.
type Read<T> = (Box<[u8]>, Arc<T>);

/// The last of them.
pub(super) struct LastRead<T>(Mutex<Option<Read<T>>>);

impl<T: DeserializeOwned> LastRead<T> {
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// What a text says. It is compared as a whole, so it does not matter who wrote it meanwhile.
    ///
    /// # Errors
    /// If it is not JSON of this type.
    pub fn read(&self, text: &[u8]) -> Result<Arc<T>> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, said)) = last.as_ref().filter(|(read, _)| **read == *text) {
            return Ok(Arc::clone(said));
        }
        let said = Arc::new(serde_json::from_slice::<T>(text)?);
        *last = Some((text.into(), Arc::clone(&said)));
        Ok(said)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_the_same_every_time_and_another_one_what_it_says() {
        let numbers: LastRead<Vec<u8>> = LastRead::new();
        for text in ["[1]", "[1]", "[2]", "[1]", "[1,2]"] {
            let said = numbers.read(text.as_bytes()).unwrap();
            assert_eq!(*said, serde_json::from_str::<Vec<u8>>(text).unwrap(), "{text}");
            assert!(numbers.read(b"[1").is_err());
            assert!(Arc::ptr_eq(&said, &numbers.read(text.as_bytes()).unwrap()), "what could not be read is forgotten");
        }
    }
}
