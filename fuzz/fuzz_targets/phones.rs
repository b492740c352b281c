//! Cells of telephone numbers.
#![no_main]

use domain::{FieldPath, Value, validate};
use libfuzzer_sys::fuzz_target;
use reading::phones;

fuzz_target!(|bytes: &[u8]| {
    let Some(typed) = fuzz::text(bytes) else { return };
    fuzz::reads_once_and_for_all(&["phones", "phones.primary"], typed);
    for country in [None, Some("886"), Some("44")] {
        let Ok(found) = phones::read(typed, country) else { continue };
        assert!(!found.phones.is_empty(), "{typed:?}");
        for number in found.stored() {
            let field = FieldPath::new(format!("phones.{number}")).expect("a path");
            assert!(validate::normalise(&field, &Value::yes()).is_ok(), "{typed:?} {number}");
            let again = phones::read(&number, None).map(|found| found.stored());
            assert_eq!(again, Ok(vec![number]), "{typed:?}");
        }
    }
});
