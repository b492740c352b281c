//! A plain record read where it stands says what the record says, and nothing is read that is no record.

#![allow(clippy::unwrap_used)]

use domain::edit::Source;
use domain::outline::Outline;
use domain::record::{Register, Sibling, WriteMeta};
use domain::role::Role;
use domain::version::Dot;
use domain::{ActorId, EditId, FieldPath, Hlc, MerchantId, Record, Value, digest};
use proptest::prelude::*;
use uuid::Uuid;

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => "[ -~\u{4e00}-\u{4e20}\n\"\\\\]{0,12}".prop_map(Value::text),
        2 => Just(Value::yes()),
        1 => Just(Value::NULL),
        2 => prop::collection::vec("[0-9:-]{0,11}", 0..3).prop_map(Value::list),
        1 => any::<i64>().prop_map(|number| Value(number.into())),
        1 => any::<f64>().prop_map(|number| Value(number.into())),
    ]
}

fn field() -> impl Strategy<Value = FieldPath> {
    let paths = ["name", "address", "hours.mo", "tags.清真", "phones.+8613800138000", "custom.seats", "opening_hours"];
    prop::sample::select(paths.to_vec()).prop_map(|path| FieldPath::new(path).unwrap())
}

fn dot(counter: u64) -> Dot {
    Dot { device: "00000000000000a1".parse().unwrap(), counter }
}

/// Registers with that many candidates.
fn record(candidates: std::ops::Range<usize>) -> impl Strategy<Value = Record> {
    let siblings = prop::collection::vec((1..4_u64, value(), value()), candidates);
    let names = "[ -~\u{5f20}-\u{5f40}]{0,6}";
    (prop::collection::btree_map(field(), siblings, 0..6), prop::collection::vec((any::<u64>(), names), 3)).prop_map(
        |(registers, edits)| {
            let mut record = Record::empty(MerchantId::new("M-1").unwrap());
            for (field, siblings) in registers {
                let siblings = siblings.into_iter();
                let siblings =
                    siblings.map(|(counter, value, base_value)| Sibling { dot: dot(counter), value, base_value });
                record.registers.insert(field, Register { siblings: siblings.collect(), ..Register::default() });
            }
            for (counter, (hlc, actor_name)) in (1..).zip(edits) {
                let meta = WriteMeta {
                    edit_id: EditId(Uuid::from_u128(u128::from(counter))),
                    actor: ActorId::new("u-1").unwrap(),
                    actor_name,
                    role: Role::Operations,
                    source: Source::Manual,
                    hlc: Hlc(hlc),
                };
                record.edits.insert(dot(counter), meta);
            }
            record
        },
    )
}

/// What an outline says, beside what the record says.
fn agree(text: &str, record: &Record, outline: &Outline) {
    let said: Vec<(String, Value)> =
        outline.shown(text).map(|(field, said)| (field.to_owned(), said.to_value().into_owned())).collect();
    let registers = record.registers.iter().map(|(field, register)| (field.to_string(), &register.siblings[0].value));
    let shown: Vec<(String, Value)> =
        registers.filter(|(_, value)| !value.is_null()).map(|(field, value)| (field, value.clone())).collect();
    assert_eq!(said, shown);
    assert_eq!((outline.merchant_id(), outline.latest()), (&record.merchant_id, record.latest()));
}

proptest! {
    #[test]
    fn a_plain_record_says_what_it_says(record in record(1..2)) {
        let text = digest::canonical(&record).unwrap();
        let outline = Outline::of(&text).unwrap();
        agree(&text, &serde_json::from_str(&text).unwrap(), &outline);
    }

    #[test]
    fn only_one_candidate_is_plain(record in record(0..3)) {
        let text = digest::canonical(&record).unwrap();
        let plain = record.registers.values().all(|register| register.siblings.len() == 1);
        prop_assert_eq!(Outline::of(&text).is_some(), plain);
    }

    #[test]
    fn nothing_is_read_that_is_no_record(
        record in record(1..2),
        at in any::<prop::sample::Index>(),
        put in prop::sample::select(vec!["", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "9e999", "x", "\u{1}", "null", "\\ud800", "\"d\":1,"]),
        cut in 0..3_usize,
    ) {
        let text: Vec<char> = digest::canonical(&record).unwrap().chars().collect();
        let at = at.index(text.len());
        let rest = text.get(at + cut..).unwrap_or_default();
        let broken: String = text[..at].iter().copied().chain(put.chars()).chain(rest.iter().copied()).collect();
        if let Some(outline) = Outline::of(&broken) {
            let read: Record = serde_json::from_str(&broken).unwrap();
            agree(&broken, &read, &outline);
        }
    }
}

#[test]
fn what_is_unusual_is_read_whole() {
    let whole = |registers: &str, edits: &str| {
        format!(r#"{{"merchant_id":"A","registers":{{{registers}}},"edits":{{{edits}}}}}"#)
    };
    let name = r#""name":{"s":[{"d":"00000000000000a1:1","v":"店"}]}"#;
    assert!(Outline::of(&whole(name, "")).is_some());
    let table = [
        whole(&format!("{name},{name}"), ""),
        whole(&format!(r#"{name},"address":{{"s":[{{"d":"00000000000000a1:1","v":"街"}}]}}"#), ""),
        whole(&name.replace("name", "deleted"), ""),
        whole(&name.replace("name", r"n\u0061me"), ""),
        whole(&name.replace("name", "Name"), ""),
        whole(r#""name":{"s":[]}"#, ""),
        whole(name, r#""00000000000000a1:1":{"e":"x"}"#),
    ];
    for text in table {
        assert!(Outline::of(&text).is_none(), "{text}");
    }
}
