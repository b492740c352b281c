//! A profile and its registers, what differs, and how an edit is shown.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

use domain::change::{Change, changes, count};
use domain::profile::{Profile, Registers, diff};
use domain::{FieldPath, MerchantId, Value, Write, validate};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn field(path: &str) -> FieldPath {
    FieldPath::new(path).unwrap()
}
fn shop() -> MerchantId {
    MerchantId::new("BJ-1").unwrap()
}

/// Registers as they can be stored: normalised, and with a primary phone when there are phones.
fn registers() -> impl Strategy<Value = Registers> {
    let one = prop_oneof![
        prop::sample::select(vec!["name", "address", "category", "branch", "region", "note"])
            .prop_flat_map(|path| "\\PC{1,8}".prop_map(move |text| (path.to_owned(), Value::text(text)))),
        "[a-z\u{4e00}-\u{4e20}.]{1,6}".prop_map(|tag| (format!("tags.{tag}"), Value::yes())),
        "\\+86[0-9]{9}".prop_map(|number| (format!("phones.{number}"), Value::yes())),
        prop::sample::select(vec!["mo", "tu", "su", "special.2026-10-01"]).prop_flat_map(|day| prop_oneof![
            Just((format!("hours.{day}"), Value::list(["10:00-22:00"]))),
            Just((format!("hours.{day}"), Value::list::<&str>([]))),
        ]),
        ("[a-z.]{1,6}", prop_oneof![Just(json!(40)), Just(json!("x")), Just(json!({"a": [1, null]}))])
            .prop_map(|(key, json)| (format!("custom.{key}"), Value(json))),
        ("[a-z]{1,4}", prop_oneof![Just(json!(1)), Just(json!([true])), Just(json!({"b": 0.1}))])
            .prop_map(|(key, json)| (format!("newer_schema.{key}"), Value(json))),
        Just(("deleted".to_owned(), Value::yes())),
    ];
    prop::collection::vec(one, 0..14).prop_map(|all| {
        let mut registers: Registers = all
            .into_iter()
            .filter_map(|(path, value)| FieldPath::new(path).ok().map(|field| (field, value)))
            .filter_map(|(field, value)| validate::normalise(&field, &value).ok().map(|value| (field, value)))
            .filter(|(_, value)| !value.is_null())
            .collect();
        let first = registers.keys().find(|f| f.root() == "phones").and_then(|f| f.key().map(str::to_owned));
        if let Some(number) = first {
            registers.insert(field("phones.primary"), Value::text(number));
        }
        registers
    })
}

proptest! {
    #[test]
    fn registers_survive_the_exchange_form(registers in registers()) {
        let profile = Profile::from_registers(shop(), &registers);
        prop_assert_eq!(&profile.to_registers(), &registers);
        let json = serde_json::to_string(&profile).unwrap();
        let back: Profile = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&back, &profile);
        prop_assert_eq!(&back.to_registers(), &registers);
    }

    #[test]
    fn a_difference_leads_from_one_to_the_other(before in registers(), after in registers()) {
        let mut now = before.clone();
        for write in diff(&before, &after) {
            prop_assert_eq!(now.get(&write.field).cloned().unwrap_or_default(), write.base_value);
            if write.value.is_null() {
                now.remove(&write.field);
            } else {
                now.insert(write.field, write.value);
            }
        }
        prop_assert_eq!(&now, &after);
        prop_assert!(diff(&after, &after).is_empty());
        let writes = diff(&before, &after);
        prop_assert_eq!(changes(&writes).len(), count(&writes));
    }
}

#[test]
fn the_exchange_form() {
    let json = json!({
        "merchant_id": "BJ-1", "name": "老王面馆", "address": "长安街 1 号",
        "phones": ["+8613800138000", "+861065551234"], "category": "面",
        "hours": {"mo": ["10:00-14:00", "17:00-02:00"], "tu": []}, "special_hours": {"2026-10-01": []},
        "tags": ["清真"], "custom": {"seats": 40}, "branch": "前门", "newer.thing": {"a": 1},
        "state": "queued", "version": "x"
    });
    let profile: Profile = serde_json::from_value(json).unwrap();
    let registers = profile.to_registers();
    let expected = [
        ("address", json!("长安街 1 号")),
        ("branch", json!("前门")),
        ("category", json!("面")),
        ("custom.seats", json!(40)),
        ("hours.mo", json!(["10:00-14:00", "17:00-02:00"])),
        ("hours.special.2026-10-01", json!([])),
        ("hours.tu", json!([])),
        ("name", json!("老王面馆")),
        ("newer.thing", json!({"a": 1})),
        ("phones.+861065551234", json!(true)),
        ("phones.+8613800138000", json!(true)),
        ("phones.primary", json!("+8613800138000")),
        ("tags.清真", json!(true)),
    ];
    let expected: Registers = expected.into_iter().map(|(path, json)| (field(path), Value(json))).collect();
    assert_eq!(registers, expected, "and what stands beside a profile is no part of it");
    let back = Profile::from_registers(shop(), &registers);
    assert_eq!(back.phones, ["+8613800138000", "+861065551234"], "the primary one first");
}

#[test]
fn a_register_that_is_not_of_its_kind_is_not_lost() {
    let odd = [("hours.tu", json!("whenever")), ("phones.primary", json!(5)), ("tags.x", json!({"since": 2020}))];
    let registers: Registers = odd.into_iter().map(|(path, json)| (field(path), Value(json))).collect();
    let profile = Profile::from_registers(shop(), &registers);
    let json: Json = serde_json::to_value(&profile).unwrap();
    let back: Profile = serde_json::from_value(json).unwrap();
    assert_eq!(back.to_registers(), registers);
}

#[test]
fn an_edit_as_people_see_it() {
    let write = |path: &str, before: Json, after: Json| Write {
        field: field(path),
        base_value: Value(before),
        value: Value(after),
    };
    let line = |field: &str, before: Json, after: Json| Change {
        field: field.to_owned(),
        before: Value(before),
        after: Value(after),
    };
    let none = Json::Null;
    let cases = [
        (vec![write("name", json!("a"), json!("b"))], vec![line("name", json!("a"), json!("b"))]),
        (
            vec![
                write("name", json!("a"), json!("b")),
                write("hours.tu", json!([]), json!(["10:00-22:00"])),
                write("hours.we", none.clone(), json!([])),
            ],
            vec![
                line("name", json!("a"), json!("b")),
                line("hours.tu", json!([]), json!(["10:00-22:00"])),
                line("hours.we", none.clone(), json!([])),
            ],
        ),
        (
            vec![
                write("phones.+861", json!(true), none.clone()),
                write("phones.+862", none.clone(), json!(true)),
                write("phones.primary", json!("+861"), json!("+862")),
            ],
            vec![line("phones", json!(["+861"]), json!(["+862"]))],
        ),
        (
            vec![write("phones.primary", json!("+861"), json!("+862"))],
            vec![line("phones", json!("+861"), json!("+862"))],
        ),
        (
            vec![write("tags.a", none.clone(), json!(true)), write("tags.b", none.clone(), json!(true))],
            vec![line("tags", json!([]), json!(["a", "b"]))],
        ),
        (vec![write("deleted", none.clone(), json!(true))], vec![line("deleted", none, json!(true))]),
    ];
    for (writes, lines) in cases {
        assert_eq!(changes(&writes), lines);
        assert_eq!(count(&writes), lines.len());
    }
}

/// Found by fuzzing: a number with a control character in it is no register.
#[test]
fn the_primary_number_is_one_of_the_numbers() {
    let text = r#"{"merchant_id":"A1","name":"a","phones":["+8\t613800138000","+8613900139000"]}"#;
    let registers = serde_json::from_str::<Profile>(text).unwrap().to_registers();
    let primary = FieldPath::new("phones.primary").unwrap();
    assert_eq!(registers.get(&primary), Some(&Value::text("+8613900139000")));
    let again = Profile::from_registers(MerchantId::new("A1").unwrap(), &registers).to_registers();
    assert_eq!(again, registers);
}
