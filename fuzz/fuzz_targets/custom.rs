//! Fields of declared types, and plain ones.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reading::custom::{self, CustomType};

fuzz_target!(|bytes: &[u8]| {
    use CustomType::{Boolean, Choice, Date, Decimal, Email, Integer, Text, Url};
    let Some(typed) = fuzz::text(bytes) else { return };
    fuzz::reads_once_and_for_all(&["custom.x", "name", "deleted", "tags.x", "unknown.field"], typed);
    let choice = Choice { of: vec!["室内".to_owned(), "Outdoors".to_owned()] };
    for kind in [Text, Integer, Decimal, Boolean, Date, Url, Email, choice] {
        match custom::read(&kind, typed) {
            Ok(value) if value.is_null() => {}
            Ok(value) => assert_eq!(custom::read(&kind, &value.plain()).as_ref(), Ok(&value), "{typed:?}"),
            Err(finding) => fuzz::says_something(&finding),
        }
    }
});
