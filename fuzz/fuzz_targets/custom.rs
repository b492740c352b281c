//! Fields of declared types, and plain ones.
#![no_main]

use domain::schema::{ChoiceOption, CustomKind, Words};
use libfuzzer_sys::fuzz_target;
use reading::custom;

/// Two ways to sit, each with a name.
fn options() -> Vec<ChoiceOption> {
    let option = |value: &str, zh: &str| ChoiceOption {
        value: value.to_owned(),
        labels: Words { zh: zh.to_owned(), en: String::new() },
        deprecated: false,
    };
    vec![option("室内", ""), option("Outdoors", "室外"), option("无", "")]
}

fuzz_target!(|bytes: &[u8]| {
    use CustomKind::{Boolean, Choice, Date, Decimal, Email, Integer, Phone, Several, Text, Url};
    let Some(typed) = fuzz::text(bytes) else { return };
    fuzz::reads_once_and_for_all(&["custom.x", "name", "deleted", "tags.x", "unknown.field"], typed);
    let chosen = [Choice { options: options() }, Several { options: options() }];
    for kind in [Text, Integer, Decimal, Boolean, Date, Phone, Url, Email].into_iter().chain(chosen) {
        match custom::read(&kind, typed) {
            Ok((value, _)) if value.is_null() => {}
            Ok((value, _)) => {
                // What is stored stays, and what is shown of it is read as the same.
                assert_eq!(kind.read(&value).as_ref(), Ok(&value), "{kind:?} {typed:?}");
                let again = custom::read(&kind, &value.plain()).map(|(value, _)| value);
                assert_eq!(again.as_ref(), Ok(&value), "{kind:?} {typed:?}");
            }
            Err(finding) => fuzz::says_something(&finding),
        }
    }
});
