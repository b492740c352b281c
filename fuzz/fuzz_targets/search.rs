//! Text to be found, and the query that finds it, in two lines.
#![no_main]

use domain::{search, text};
use libfuzzer_sys::fuzz_target;

/// A number with these digits has a token for each part of it.
const TOKENS_A_BYTE: usize = 40;

fuzz_target!(|bytes: &[u8]| {
    let Some(typed) = fuzz::text(bytes) else { return };
    let (shown, query) = typed.split_once('\n').unwrap_or((typed, typed));
    let key = text::key(shown);
    let mut count = 0_usize;
    search::tokens("name", shown, &mut |_| count += 1);
    assert!(count <= TOKENS_A_BYTE * (key.len() + 1), "{count} tokens for {} bytes", key.len());

    // Each text is found by itself, in its field.
    let itself = shown.chars().take(search::QUERY_CHARS_MAX).collect::<String>();
    if itself.len() == shown.len() && !search::pieces(shown).is_empty() {
        assert!(search::contains("name", shown, shown), "{shown:?} is not found by itself");
    }
    let _ = search::contains("phones", shown, query);
    for piece in search::pieces(query) {
        assert!(!piece.ways.is_empty() && piece.ways.iter().all(|way| !way.is_empty()), "{query:?}");
    }

    // What is marked is part of the text, in order.
    let mut end = 0;
    for range in search::found(shown, query) {
        assert!(range.start >= end && range.start < range.end, "{shown:?} {query:?} {range:?}");
        assert!(shown.get(range.clone()).is_some(), "{shown:?} {query:?} {range:?}");
        end = range.end;
    }
    let _ = search::sort_key(shown);
});
