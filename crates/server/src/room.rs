//! Memory for the bodies of requests: a small text can become a large tree, and many may come at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Bodies that are unpacked and parsed at the same time.
const TURNS: usize = 4;
/// The most that one body may become, in bytes. A push of 1,000 edits with 40 writes each is about half of it.
pub const OF_ONE: usize = 64 << 20;
/// Parts in which memory is given out, in bytes.
const PART: usize = 1 << 20;
/// Parts for all bodies together.
const PARTS: usize = 256;

/// What an object costs at most where it holds one member: a node of a tree has room for eleven.
const OBJECT: usize = 640;
/// What a list costs at most where it holds one item: it has room for four.
const LIST: usize = 160;
/// What one more item or member costs at most, with what a list keeps free for the next.
const ITEM: usize = 64;

/// How much memory a JSON text may need once it is parsed, beside its strings. Texts that have brackets count for more
/// than they are; no text counts for less.
pub fn memory(text: &[u8]) -> usize {
    let count = |what: u8| text.iter().filter(|byte| **byte == what).count();
    OBJECT * count(b'{') + LIST * count(b'[') + ITEM * count(b',')
}

/// Memory and turns for all bodies together.
pub struct Room {
    turns: Semaphore,
    parts: Arc<Semaphore>,
}

/// Memory; free again when it is dropped.
pub type Held = OwnedSemaphorePermit;

impl Default for Room {
    fn default() -> Self {
        Self { turns: Semaphore::new(TURNS), parts: Arc::new(Semaphore::new(PARTS)) }
    }
}

impl Room {
    /// Waits for a turn at unpacking and parsing. There is always one: the semaphore is never closed.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// Waits for so much memory, at most [`OF_ONE`]. There is always some, as of turns.
    pub async fn hold(&self, memory: usize) -> Option<Held> {
        let parts = memory.min(OF_ONE).div_ceil(PART).max(1);
        Arc::clone(&self.parts).acquire_many_owned(u32::try_from(parts).ok()?).await.ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn small_texts_that_become_large_are_found_and_large_pushes_are_not() {
        let written = r#"{"field":"phones.+8613800138000","base_value":["a","b"],"value":true},"#.repeat(40);
        let edit = format!(r#"{{"edit_id":"","dot":"","base":{{"a":1,"b":2}},"hlc":"","writes":[{written}]}},"#);
        for (what, times, fits) in [
            (edit.as_str(), 1_000, true),
            (r#"{"":0},"#, 1_190_000, false),
            ("[0],", 2_000_000, false),
            ("0,", 4_000_000, false),
            (r#""09:00-12:00","#, 600_000, true),
        ] {
            assert_eq!(memory(what.repeat(times).as_bytes()) <= OF_ONE, fits, "{what}");
        }
    }

    #[tokio::test]
    async fn who_finds_no_room_waits_until_some_is_free() {
        let room = Room::default();
        let mut held = Vec::new();
        for _ in 0..PARTS * PART / OF_ONE {
            held.push(room.hold(OF_ONE).await.unwrap());
        }
        let soon = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(soon, room.hold(1)).await.is_err());
        held.pop();
        assert!(tokio::time::timeout(soon, room.hold(1)).await.is_ok());
    }
}
