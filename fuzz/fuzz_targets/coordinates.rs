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
        let again = coordinates::read(&stored);
        if !again.as_ref().is_ok_and(|again| again.swapped) {
            assert_eq!(again.map(|again| again.stored()), Ok(stored), "{typed:?}");
        }
    }
});
