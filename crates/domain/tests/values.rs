//! Field paths, canonical JSON and what a value is normalised to.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

use domain::field::FieldKind;
use domain::value::VALUE_BYTES_MAX;
use domain::{ErrorCode, FieldPath, Value, validate};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn field(path: &str) -> FieldPath {
    FieldPath::new(path).unwrap()
}

#[test]
fn which_paths_there_are() {
    use FieldKind::*;
    let good = [
        ("name", Text, "name"),
        ("phones.primary", Text, "phones"),
        ("phones.+8613800138000", SetElement, "phones"),
        ("tags.清真", SetElement, "tags"),
        ("tags.U.S.A.", SetElement, "tags"),
        ("tags...", SetElement, "tags"),
        ("hours.tu", Hours, "hours.tu"),
        ("hours.special.2026-10-01", Hours, "hours.special.2026-10-01"),
        ("custom.seats", Custom, "custom.seats"),
        ("custom.a b", Custom, "custom.a b"),
        ("deleted", Deleted, "deleted"),
        ("deleted.x", Unknown, "deleted.x"),
        ("newer_2.thing", Unknown, "newer_2.thing"),
    ];
    for (path, kind, shown_as) in good {
        let field = FieldPath::new(path).unwrap_or_else(|problem| panic!("{path}: {problem}"));
        assert_eq!((field.kind(), field.shown_as(), field.as_str()), (kind, shown_as, path));
    }
    let long = format!("custom.{}", "x".repeat(122));
    for path in ["", ".", "Name", "1st", "näme", "name.", ".name", "na me", "name.a\nb", "_x", long.as_str()] {
        assert_eq!(FieldPath::new(path).unwrap_err().code, ErrorCode::BadField, "{path}");
    }
}

fn json_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,8}".prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("\\PC{0,4}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    /// Two devices that hold the same value hold the same bytes, after any number of journeys.
    #[test]
    fn canonical_json_is_json_and_stays_as_it_is(json in json_value()) {
        let text = Value(json.clone()).canonical();
        let back: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back.canonical(), text.clone());
        prop_assert_eq!(&back.0, &json);
        prop_assert_eq!(serde_json::from_str::<Value>(&serde_json::to_string(&json).unwrap()).unwrap().canonical(), text);
    }

    #[test]
    fn a_path_comes_back(path in "[a-z][a-z0-9_]{0,8}(\\.\\PC{1,20})?") {
        if let Ok(field) = FieldPath::new(path.clone()) {
            let json = serde_json::to_string(&field).unwrap();
            let back: FieldPath = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&back, &field);
            let parts = field.key().map_or(field.root().to_owned(), |key| format!("{}.{key}", field.root()));
            prop_assert_eq!(parts, path);
        }
    }

    #[test]
    fn to_normalise_twice_is_to_normalise_once(
        path in prop::sample::select(vec!["name", "note", "status", "hours.tu", "custom.seats", "newer.field", "tags.清真", "deleted"]),
        json in prop_oneof![json_value(), "[0-9:,\\- 点到至次日休]{0,14}".prop_map(Json::from)],
    ) {
        let field = field(path);
        if let Ok(once) = validate::normalise(&field, &Value(json.clone())) {
            prop_assert_eq!(validate::normalise(&field, &once).unwrap(), once.clone());
            prop_assert!(validate::same(&field, &once, &once));
        }
    }

    #[test]
    fn sameness_has_no_sides(path in prop::sample::select(vec!["name", "hours.tu", "custom.x", "newer.x"]), a in json_value(), b in json_value()) {
        let (field, a, b) = (field(path), Value(a), Value(b));
        prop_assert_eq!(validate::same(&field, &a, &b), validate::same(&field, &b, &a));
    }
}

#[test]
fn keys_are_sorted_by_their_bytes() {
    let value = Value(json!({"b": [1, {"z": null, "a": "\"\n"}], "a": 0.1, "é": true, "B": -0.5e-7}));
    assert_eq!(value.canonical(), r#"{"B":-5e-8,"a":0.1,"b":[1,{"a":"\"\n","z":null}],"é":true}"#);
}

#[test]
fn what_is_stored_of_what_was_typed() {
    let list = |items: &[&str]| Value::list(items.iter().copied());
    let table = [
        ("name", Value::text("  老王\u{200b}面馆\n "), Ok(Value::text("老王面馆"))),
        ("name", Value::text(" \u{3000}"), Err(ErrorCode::Required)),
        ("name", Value::NULL, Err(ErrorCode::Required)),
        ("name", Value(json!(5)), Err(ErrorCode::BadValue)),
        ("note", Value::text(""), Ok(Value::NULL)),
        ("note", Value::text("x".repeat(501)), Err(ErrorCode::TooLarge)),
        ("status", Value::text("open"), Ok(Value::text("open"))),
        ("status", Value::text("Open"), Err(ErrorCode::BadValue)),
        ("hours.tu", Value::text("10-14，17点至次日2点"), Ok(list(&["10:00-14:00", "17:00-02:00"]))),
        ("hours.tu", Value::text("休息"), Ok(list(&[]))),
        ("hours.tu", Value::text(" "), Ok(Value::NULL)),
        ("hours.tu", list(&["17:00-02:00", "10:00-14:00"]), Ok(list(&["10:00-14:00", "17:00-02:00"]))),
        ("hours.special.2026-10-01", list(&[]), Ok(list(&[]))),
        ("hours.special.2026-13-01", list(&[]), Err(ErrorCode::BadField)),
        ("hours.special.today", list(&[]), Err(ErrorCode::BadField)),
        ("hours.special.-2026-10-1", list(&[]), Err(ErrorCode::BadField)),
        ("hours.monday", list(&[]), Err(ErrorCode::BadField)),
        ("custom.seats", Value(json!(40)), Ok(Value(json!(40)))),
        ("custom.seats", Value::text(" 40 "), Ok(Value::text("40"))),
        ("custom.big", Value::text("x".repeat(VALUE_BYTES_MAX)), Err(ErrorCode::TooLarge)),
        ("tags.清真", Value::yes(), Ok(Value::yes())),
        ("tags.清真", Value::NULL, Ok(Value::NULL)),
        ("tags.清真", Value::text("yes"), Err(ErrorCode::BadValue)),
        ("tags.清真 ", Value::yes(), Err(ErrorCode::BadField)),
        ("phones.+8613800138000", Value::yes(), Ok(Value::yes())),
        ("phones.13800138000", Value::yes(), Err(ErrorCode::BadPhone)),
        ("phones.+12", Value::yes(), Err(ErrorCode::BadPhone)),
        ("phones.12", Value::NULL, Ok(Value::NULL)),
        ("tags", list(&["清真"]), Err(ErrorCode::BadField)),
        ("state", Value::text("x"), Err(ErrorCode::BadField)),
        ("deleted", Value::yes(), Ok(Value::yes())),
        ("deleted", Value(json!(false)), Err(ErrorCode::BadValue)),
        ("newer.thing", Value(json!({"a": [1]})), Ok(Value(json!({"a": [1]})))),
        ("licence.credit_code", Value::text(" 9131 0110 6660 0721 7t"), Ok(Value::text("91310110666007217T"))),
        ("licence.credit_code", Value::text("91310110666007217"), Err(ErrorCode::BadValue)),
        ("licence.food", Value::text("jy23101040012345"), Ok(Value::text("JY23101040012345"))),
        ("licence.food", Value::text("23101040012345"), Err(ErrorCode::BadValue)),
        ("licence.other", Value::text(" x"), Ok(Value::text(" x"))),
        ("region_code", Value::text("110105000000"), Ok(Value::text("110105"))),
        ("region_code", Value::text("1101"), Err(ErrorCode::BadValue)),
        ("location", Value::text("+39.90420, 116.40740"), Ok(Value::text("39.90420,116.40740"))),
        ("location", Value::text("39.9042,116.4074 GCJ-02"), Ok(Value::text("39.9042,116.4074 GCJ-02"))),
        ("location", Value::text("116.4074,39.9042"), Err(ErrorCode::BadValue)),
        ("category_code", Value::text("Food.Hotpot"), Ok(Value::text("food.hotpot"))),
        ("category_code", Value::text("火锅"), Err(ErrorCode::BadValue)),
        ("closure", Value::text("2026-02-10/2026-02-24"), Ok(Value::text("2026-02-10/2026-02-24"))),
        ("closure", Value::text("2026-02-10"), Ok(Value::text("2026-02-10/.."))),
        ("closure", Value::text("2026-02-24/2026-02-10"), Err(ErrorCode::BadValue)),
        ("closure", Value::text("-2026-02-4"), Err(ErrorCode::BadValue)),
        ("settlement_cycle", Value::text("t1"), Ok(Value::text("t1"))),
        ("settlement_cycle", Value::text("sometimes"), Err(ErrorCode::BadValue)),
        ("industry", Value::text("h6210"), Ok(Value::text("H6210"))),
        ("industry", Value::text("Z1"), Err(ErrorCode::BadValue)),
        ("language", Value::text("ZH_hant_tw"), Ok(Value::text("zh-Hant-TW"))),
        ("language", Value::text("chinese"), Err(ErrorCode::BadValue)),
        ("time_zone", Value::text("Asia/Shanghai"), Ok(Value::text("Asia/Shanghai"))),
        ("time_zone", Value::text("Shanghai"), Err(ErrorCode::BadValue)),
        ("time_zone", Value::text(""), Ok(Value::NULL)),
    ];
    for (path, typed, expected) in table {
        let stored = validate::normalise(&field(path), &typed);
        if let Err(problem) = &stored {
            assert_eq!(problem.field.as_deref(), Some(path), "{path} {typed:?}");
        }
        assert_eq!(stored.map_err(|problem| problem.code), expected, "{path} {typed:?}");
    }
}

#[test]
fn what_means_the_same() {
    let table = [
        ("name", "老王面馆", "老王面馆 ", true),
        ("name", "ＫＦＣ", "kfc", true),
        ("name", "老王面馆", "老王麵館", false),
        ("hours.tu", "10-22", "10:00-22:00", true),
        ("hours.tu", "10-22", "10-23", false),
        ("custom.owner", "Wang", "WANG", true),
        ("newer.thing", "Wang", "WANG", false),
    ];
    for (path, a, b, same) in table {
        assert_eq!(validate::same(&field(path), &Value::text(a), &Value::text(b)), same, "{path}: {a} and {b}");
    }
}
