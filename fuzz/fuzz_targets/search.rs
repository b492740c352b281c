//! Text to be found, and the query that finds it, in two lines.
#![no_main]

use domain::search;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(typed) = fuzz::text(bytes) else { return };
    let (text, query) = typed.split_once('\n').unwrap_or((typed, typed));
    let tokens = search::index_tokens(text);
    assert!(tokens.len() <= 20 * text.len() + 20, "an index of {} bytes for {}", tokens.len(), text.len());
    if let Some(expression) = search::match_expression(query) {
        // Each piece is quoted: nothing that was typed is an operator.
        assert!(expression.split(" AND ").all(|piece| piece.starts_with('"')), "{expression}");
        assert_eq!(expression.matches('"').count() % 2, 0, "{expression}");
    }
});
