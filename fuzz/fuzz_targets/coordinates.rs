//! Cells with latitude and longitude.
#![no_main]

use domain::place::Place;
use libfuzzer_sys::fuzz_target;
use reading::coordinates;

fuzz_target!(|bytes: &[u8]| {
    let Some(typed) = fuzz::text(bytes) else { return };
    fuzz::reads_once_and_for_all(&["coords", "location"], typed);
    if let Ok(found) = coordinates::read(typed) {
        let stored = found.stored();
        assert!(Place::parse(&stored).is_some(), "{typed:?} {stored}");
        let again = coordinates::read(&stored).map(|again| again.stored());
        assert_eq!(again, Ok(stored), "{typed:?}");
    }
});
