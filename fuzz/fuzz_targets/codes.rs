//! Fields with a code: licences, regions, categories, languages, time zones, choices, days.
#![no_main]

use libfuzzer_sys::fuzz_target;

const FIELDS: [&str; 13] = [
    "uscc",
    "food_licence",
    "licence.credit_code",
    "licence.food",
    "region_code",
    "category_code",
    "industry",
    "language",
    "time_zone",
    "settlement_cycle",
    "status",
    "closure",
    "tags.halal",
];

fuzz_target!(|bytes: &[u8]| {
    if let Some(typed) = fuzz::text(bytes) {
        fuzz::reads_once_and_for_all(&FIELDS, typed);
    }
});
