//! Declared fields: their stored forms, and which change makes which version.
#![allow(missing_docs, clippy::unwrap_used)]

use domain::schema::{CustomField, CustomKind, FieldStep, Schema, SchemaVersion, Step, VERSION, Words};
use domain::{ErrorCode, FieldPath, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn schema(fields: Json) -> Schema {
    Schema { version: "1.4.2".parse().unwrap(), custom: serde_json::from_value(fields).unwrap() }
}

fn field(path: &str) -> FieldPath {
    FieldPath::new(path).unwrap()
}

fn of_every_kind() -> Schema {
    let options = json!([
        {"value": "wifi", "labels": {"zh": "无线网", "en": "Wi-Fi"}},
        {"value": "parking", "labels": {"zh": "停车位"}},
        {"value": "无"},
        {"value": "24/7", "deprecated": true}
    ]);
    schema(json!([
        {"key": "text", "labels": {"zh": "文本"}, "type": "text"},
        {"key": "integer", "labels": {"en": "Seats"}, "type": "integer", "required": true},
        {"key": "decimal", "labels": {"en": "Fee"}, "type": "decimal"},
        {"key": "boolean", "labels": {"en": "Open"}, "type": "boolean"},
        {"key": "date", "labels": {"en": "Since"}, "type": "date"},
        {"key": "choice", "labels": {"en": "One"}, "type": "choice", "options": options},
        {"key": "several", "labels": {"en": "Some"}, "type": "several", "options": options},
        {"key": "phone", "labels": {"en": "Phone"}, "type": "phone"},
        {"key": "url", "labels": {"en": "Web"}, "type": "url"},
        {"key": "email", "labels": {"en": "Mail"}, "type": "email"},
        {"key": "later", "labels": {"en": "Later"}, "type": "of_a_newer_program", "size": 3}
    ]))
}

#[test]
fn each_kind_has_one_form() {
    let schema = of_every_kind();
    let table = [
        ("text", json!("  a\t b "), Ok(json!("a b"))),
        ("text", json!(40), Ok(json!("40"))),
        ("text", json!(["a", "b"]), Ok(json!("a, b"))),
        ("text", json!({"a": 1}), Err("bad_value")),
        ("integer", json!(40), Ok(json!(40))),
        ("integer", json!("４０"), Ok(json!(40))),
        ("integer", json!("1,234"), Ok(json!(1234))),
        ("integer", json!("12.00"), Ok(json!(12))),
        ("integer", json!(12.0), Ok(json!(12))),
        ("integer", json!("12.5"), Err("bad_value")),
        ("integer", json!("about 40"), Err("bad_value")),
        ("integer", json!("99999999999999999999"), Err("bad_value")),
        ("integer", json!(""), Err("required")),
        ("integer", json!(null), Err("required")),
        ("decimal", json!("0012.50"), Ok(json!("12.50"))),
        ("decimal", json!(2.5), Ok(json!("2.5"))),
        ("decimal", json!("-0.0"), Ok(json!("0.0"))),
        ("decimal", json!("1e5"), Err("bad_value")),
        ("boolean", json!(true), Ok(json!(true))),
        ("boolean", json!("有"), Ok(json!(true))),
        ("boolean", json!("NO"), Ok(json!(false))),
        ("boolean", json!(1), Ok(json!(true))),
        ("boolean", json!("maybe"), Err("bad_value")),
        ("date", json!("2026年10月1日"), Ok(json!("2026-10-01"))),
        ("date", json!("20261001"), Ok(json!("2026-10-01"))),
        ("date", json!(20_261_001), Ok(json!("2026-10-01"))),
        ("date", json!("2026-02-30"), Err("bad_value")),
        ("date", json!("1/10/2026"), Err("bad_value")),
        ("choice", json!("wi-fi"), Ok(json!("wifi"))),
        ("choice", json!("无线网"), Ok(json!("wifi"))),
        ("choice", json!(["parking"]), Ok(json!("parking"))),
        ("choice", json!("无"), Ok(json!("无"))),
        ("choice", json!("24/7"), Ok(json!("24/7"))),
        ("choice", json!("pool"), Err("bad_value")),
        ("several", json!("停车位、Wi-Fi"), Ok(json!(["wifi", "parking"]))),
        ("several", json!("24/7"), Ok(json!(["24/7"]))),
        ("several", json!("parking/wifi; 24/7"), Ok(json!(["wifi", "parking", "24/7"]))),
        ("several", json!(["parking", "wifi", "wifi"]), Ok(json!(["wifi", "parking"]))),
        ("several", json!([]), Ok(json!(null))),
        ("several", json!(["pool"]), Err("bad_value")),
        ("phone", json!("+86 138-0013 8000"), Ok(json!("+8613800138000"))),
        ("phone", json!("13800138000"), Err("bad_value")),
        ("url", json!("WWW.Example.com/A"), Ok(json!("https://www.example.com/A"))),
        ("url", json!("javascript:alert(1)"), Err("bad_value")),
        ("email", json!("a@example.com"), Ok(json!("a@example.com"))),
        ("email", json!("a@b"), Err("bad_value")),
        ("later", json!({"any": [1]}), Ok(json!({"any": [1]}))),
        ("undeclared", json!({"any": [1]}), Ok(json!({"any": [1]}))),
    ];
    for (key, given, expected) in table {
        let found = schema.normalise(&field(&format!("custom.{key}")), &Value(given.clone()));
        let found = found.map(|value| value.0).map_err(|problem| problem.code.as_str());
        assert_eq!(found, expected, "{key} {given}");
    }
    let missing = schema.normalise(&field("custom.integer"), &Value::NULL).unwrap_err();
    assert_eq!((missing.code, missing.field.as_deref()), (ErrorCode::Required, Some("custom.integer")));
    assert!(missing.title.contains("Seats"), "people know the field by its name: {}", missing.title);
}

#[test]
fn a_new_merchant_has_what_the_schema_requires() {
    let schema = of_every_kind();
    let mut registers: domain::profile::Registers =
        [("name", "n"), ("address", "a")].into_iter().map(|(path, text)| (field(path), Value::text(text))).collect();
    assert_eq!(schema.complete(&registers).unwrap_err().field.as_deref(), Some("custom.integer"));
    registers.insert(field("custom.integer"), Value(json!(4)));
    assert_eq!(schema.complete(&registers), Ok(()));
    registers.remove(&field("address"));
    assert_eq!(schema.complete(&registers).unwrap_err().field.as_deref(), Some("address"));
    // What is out of use is asked of nobody.
    let mut out_of_use = schema;
    out_of_use.custom[1].deprecated = Some(VERSION);
    assert_eq!(out_of_use.normalise(&field("custom.integer"), &Value::NULL), Ok(Value::NULL));
}

fn changed(change: impl FnOnce(&mut Vec<CustomField>)) -> (Schema, Schema) {
    let before = of_every_kind();
    let mut fields = before.custom.clone();
    change(&mut fields);
    let after = before.next(fields).unwrap();
    (before, after)
}

type Change = fn(&mut Vec<CustomField>);

#[test]
fn each_change_makes_its_version() {
    let table: [(Change, &str, Step); 13] = [
        (|_| {}, "1.4.2", Step::Nothing),
        (|fields| fields[0].labels.en = " Text ".into(), "1.4.3", Step::Patch),
        (|fields| fields[0].help.zh = "说明".into(), "1.4.3", Step::Patch),
        (|fields| fields.swap(0, 1), "1.4.3", Step::Patch),
        (|fields| fields.push(CustomField::new("new", Words::new("新", ""), CustomKind::Text)), "1.5.0", Step::Minor),
        (|fields| fields[0].required = true, "1.5.0", Step::Minor),
        (|fields| fields[0].deprecated = Some(SchemaVersion::default()), "1.5.0", Step::Minor),
        (|fields| options(&mut fields[5]).push(option("pool")), "1.5.0", Step::Minor),
        (|fields| options(&mut fields[5])[0].deprecated = true, "1.5.0", Step::Minor),
        (|fields| drop(options(&mut fields[5]).remove(1)), "2.0.0", Step::Major),
        (|fields| fields[1].kind = CustomKind::Decimal, "2.0.0", Step::Major),
        (|fields| drop(fields.remove(1)), "2.0.0", Step::Major),
        (|fields| fields[1].key = "seats".into(), "2.0.0", Step::Major),
    ];
    for (n, (change, version, step)) in table.into_iter().enumerate() {
        let (before, after) = changed(change);
        assert_eq!((after.version.to_string().as_str(), before.step_to(&after)), (version, step), "{n}");
        assert_eq!(after.version.step_from(before.version), step, "{n}");
        // The same fields again are no change.
        assert_eq!(after.next(after.custom.clone()).unwrap(), after, "{n}");
    }
}

fn options(field: &mut CustomField) -> &mut Vec<domain::schema::ChoiceOption> {
    match &mut field.kind {
        CustomKind::Choice { options } | CustomKind::Several { options } => options,
        other => panic!("{other:?}"),
    }
}

fn option(value: &str) -> domain::schema::ChoiceOption {
    domain::schema::ChoiceOption { value: value.into(), labels: Words::default(), deprecated: false }
}

#[test]
fn a_field_knows_the_version_that_brought_it_and_the_one_that_took_it_out_of_use() {
    let (before, after) = changed(|fields| {
        fields.push(CustomField {
            since: "9.9.9".parse().unwrap(),
            ..CustomField::new("new", Words::new("新", ""), CustomKind::Date)
        });
        fields[0].deprecated = Some("0.0.0".parse().unwrap());
    });
    assert_eq!(after.custom("new").unwrap().since, after.version);
    assert_eq!(after.custom("text").unwrap().since, before.custom("text").unwrap().since);
    assert_eq!(after.custom("text").unwrap().deprecated, Some(after.version));
    let mut fields = after.custom.clone();
    fields[0].labels.en = "Text".into();
    let later = after.next(fields).unwrap();
    assert_eq!(later.custom("text").unwrap().deprecated, Some(after.version), "it keeps the version that did it");
    assert_eq!(after.steps_to(&later), [("text".to_owned(), FieldStep::Reworded)]);
}

#[test]
fn what_cannot_be_used_is_refused_about_its_field() {
    let table: [Change; 9] = [
        |fields| fields[1].key = "a.b".into(),
        |fields| fields[1].key = String::new(),
        |fields| fields[1].key = "a b".into(),
        |fields| fields[1].key = "text".into(),
        |fields| fields[1].labels = Words::default(),
        |fields| fields[1].labels.zh = "长".repeat(41),
        |fields| options(&mut fields[5]).clear(),
        |fields| options(&mut fields[5]).push(option("WIFI")),
        |fields| options(&mut fields[5]).push(option("a,b")),
    ];
    for (n, change) in table.into_iter().enumerate() {
        let before = of_every_kind();
        let mut fields = before.custom.clone();
        change(&mut fields);
        let problem = before.next(fields).unwrap_err();
        assert_eq!(problem.code, ErrorCode::BadSchema, "{n} {problem}");
        assert!(problem.field.is_some(), "{n}");
    }
    let before = of_every_kind();
    let mut unknown = before.custom.clone();
    unknown[10].required = true;
    assert_eq!(before.next(unknown).unwrap_err().code, ErrorCode::BadSchema, "not what a newer program declared");
    let many = (0..201).map(|n| CustomField::new(format!("f{n}"), Words::new("字段", ""), CustomKind::Text));
    assert_eq!(before.next(many.collect()).unwrap_err().code, ErrorCode::TooLarge);
}

#[test]
fn a_newer_program_raises_the_version() {
    let schema = of_every_kind();
    assert_eq!(schema.under(VERSION), schema);
    let older = SchemaVersion { minor: VERSION.minor - 1, ..VERSION };
    assert_eq!(schema.under(older).version.to_string(), "1.5.0");
    let older = SchemaVersion { major: 0, ..VERSION };
    assert_eq!(schema.under(older).version.to_string(), "2.0.0");
    assert_eq!(Schema { version: older, custom: Vec::new() }.under(VERSION).version, VERSION);
}

fn any_json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        "\\PC{0,12}",
        "-?[0-9]{1,8}(\\.[0-9]{0,4})?",
        "20[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}",
        "(wifi|parking|无|24/7|,|、| ){1,4}",
        "\\+[0-9 -]{6,16}",
        "https?://[a-z.]{1,10}/[a-z]{0,4}",
    ];
    let scalar = prop_oneof![
        text.prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
        Just(Json::Null),
    ];
    prop_oneof![scalar.clone(), prop::collection::vec(scalar, 0..4).prop_map(Json::from)]
}

proptest! {
    /// What is stored is read as itself: on every device, on the server, as often as one likes.
    #[test]
    fn a_stored_form_stays(n in 0..11_usize, value in any_json()) {
        let schema = of_every_kind();
        let path = schema.custom[n].path();
        if let Ok(once) = schema.normalise(&path, &Value(value)) {
            prop_assert_eq!(schema.normalise(&path, &once), Ok(once.clone()));
            // As a file has it, too.
            if !once.is_null() && schema.custom[n].kind != CustomKind::Unknown {
                prop_assert_eq!(schema.normalise(&path, &Value::text(once.plain())), Ok(once));
            }
        }
    }

    #[test]
    fn a_schema_survives_the_wire(n in 0..11_usize, required: bool, sensitive: bool) {
        let mut schema = of_every_kind();
        schema.custom[n].required = required;
        schema.custom[n].sensitive = sensitive;
        let text = serde_json::to_string(&schema).unwrap();
        prop_assert_eq!(serde_json::from_str::<Schema>(&text).unwrap(), schema);
    }

    #[test]
    fn versions_are_ordered_as_numbers(a: (u16, u16, u16), b: (u16, u16, u16)) {
        let version = |(major, minor, patch)| SchemaVersion { major, minor, patch };
        let text = version(a).to_string();
        prop_assert_eq!(text.parse::<SchemaVersion>().unwrap(), version(a));
        prop_assert_eq!(version(a).cmp(&version(b)), a.cmp(&b));
    }
}

#[test]
fn what_nobody_would_read_is_named() {
    use domain::schema::{ChoiceOption, CustomField, CustomKind, NewSchema, SchemaVersion, Words, check_members};
    for (field, stray) in [
        (r#"{"key":"a","labels":{"en":"A"},"type":"text","required":true}"#, ""),
        (r#"{"key":"a","labels":{"en":"A"},"type":"text","sensitve":true}"#, "custom[0].sensitve"),
        (r#"{"key":"a","labels":{"en":"A","ch":"甲"},"type":"text"}"#, "custom[0].labels.ch"),
        (r#"{"key":"a","labels":{"en":"A"},"type":1}"#, "custom[0].type"),
        (
            r#"{"key":"a","labels":{"en":"A"},"type":"choice","options":[{"value":"x","label":{}}]}"#,
            "custom[0].options[0].label",
        ),
        (r#"["a",{"en":"A"}]"#, "custom[0]"),
    ] {
        let written: serde_json::Value =
            serde_json::from_str(&format!(r#"{{"version":"1.1.0","custom":[{field}]}}"#)).unwrap();
        let found = check_members(&written).err().map(|problem| problem.field.unwrap());
        assert_eq!(found, (!stray.is_empty()).then(|| stray.to_owned()), "{field}");
    }
    // Whatever a field has is known.
    let words = || Words::new("甲", "A");
    let option = ChoiceOption { value: "x".into(), labels: words(), deprecated: true };
    let field = CustomField {
        key: "a".into(),
        labels: words(),
        help: words(),
        kind: CustomKind::Several { options: vec![option] },
        required: true,
        sensitive: true,
        since: SchemaVersion::default(),
        deprecated: Some(SchemaVersion::default()),
    };
    let all = NewSchema { replaces: SchemaVersion::default(), custom: vec![field] };
    check_members(&serde_json::to_value(all).unwrap()).unwrap();
}
