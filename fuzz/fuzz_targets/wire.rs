//! What travels: read, written, read again. The first byte says as what.
#![no_main]

use std::fmt::Debug;

use domain::api::{
    ChangesPage, ChangesQuery, DigestReply, HistoryEntry, OrderEvent, PushReply, PushRequest, TokenReply, WakeUp,
};
use domain::field::FieldPath;
use domain::review::Review;
use domain::rules::{NewRules, RuleBook, RulesPreview};
use domain::{Actor, Edit, Outcome, Problem, Profile, Record, Value, validate};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn travels<T: Serialize + DeserializeOwned + PartialEq + Debug>(json: &[u8]) {
    let Some((found, text)) = written::<T>(json) else { return };
    let again: T = serde_json::from_str(&text).expect("what was written is read");
    fuzz::is_same(&again, &found, &text);
}

fn written<T: Serialize + DeserializeOwned>(json: &[u8]) -> Option<(T, String)> {
    let found: T = serde_json::from_slice(json).ok()?;
    let text = serde_json::to_string(&found).expect("what was read is written");
    let again: T = serde_json::from_str(&text).expect("what was written is read");
    assert_eq!(serde_json::to_string(&again).expect("and written"), text);
    Some((found, text))
}

fn value(json: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(json) else { return };
    let canonical = value.canonical();
    let again: Value = serde_json::from_str(&canonical).expect("canonical JSON is JSON");
    assert_eq!(again.canonical(), canonical);
    for path in ["name", "hours.tu", "custom.x", "phones.+8613800138000", "location", "closure", "deleted", "later.x"] {
        let field = FieldPath::new(path).expect("a path");
        assert!(validate::same(&field, &value, &value));
        if let Ok(normal) = validate::normalise(&field, &value) {
            assert_eq!(validate::normalise(&field, &normal).as_ref(), Ok(&normal), "{path} {canonical}");
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, json)) = bytes.split_first() else { return };
    match kind {
        b'a' => travels::<Actor>(json),
        b'c' => travels::<ChangesPage>(json),
        b'd' => travels::<DigestReply>(json),
        b'e' => travels::<Edit>(json),
        b'h' => travels::<HistoryEntry>(json),
        // A preference with a member twice is unknown, and known once it is written with one.
        b'l' => drop(written::<RuleBook>(json)),
        b'n' => drop(written::<NewRules>(json)),
        b'o' => travels::<OrderEvent>(json),
        b'p' => travels::<PushRequest>(json),
        b'q' => travels::<ChangesQuery>(json),
        b'r' => travels::<PushReply>(json),
        b's' => travels::<Outcome>(json),
        b't' => drop(written::<TokenReply>(json)),
        b'u' => drop(written::<RulesPreview>(json)),
        b'v' => value(json),
        b'w' => travels::<WakeUp>(json),
        b'x' => travels::<Problem>(json),
        b'y' => drop(written::<Profile>(json)),
        b'z' => drop(written::<Review>(json)),
        _ => travels::<Record>(json),
    }
});
