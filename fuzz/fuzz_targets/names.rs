//! Two names, in two lines: the verdict is the same from either side.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reading::names::{Name, Verdict, compare};

fuzz_target!(|bytes: &[u8]| {
    let Some(typed) = fuzz::text(bytes) else { return };
    fuzz::reads_once_and_for_all(&["name", "address", "note"], typed);
    let (a, b) = typed.split_once('\n').unwrap_or((typed, typed));
    let verdict = compare(a, b);
    assert_eq!(verdict, compare(b, a), "{a:?} {b:?}");
    let (left, right) = (Name::new(a), Name::new(b));
    let one = left.key() == right.key() && !left.brand.is_empty();
    assert_eq!(one, verdict == Verdict::Same, "{a:?} {b:?}");
    if !left.brand.is_empty() {
        assert_eq!(compare(a, a), Verdict::Same, "{a:?}");
    }
});
