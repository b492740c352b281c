#![allow(clippy::unwrap_used)]

use domain::change::changes;
use domain::ipc::OutboxGroup;
use domain::{EditState, MerchantId};

use super::*;

fn write(path: &str, before: Value, after: Value) -> Write {
    Write { field: FieldPath::new(path).unwrap(), base_value: before, value: after }
}

fn id(n: u32) -> EditId {
    format!("0199a3b0-0000-7000-8000-{n:012}").parse().unwrap()
}

/// The outbox's lines of an edit, as the shell makes them.
fn rows(n: u32, writes: &[Write]) -> Vec<OutboxRow> {
    let of = |field: &str| writes.iter().filter(|write| write.field.shown_as() == field).cloned().collect();
    changes(writes)
        .into_iter()
        .map(|change| OutboxRow {
            edit_id: id(n),
            merchant_id: MerchantId::new("BJ-0155").unwrap(),
            merchant_name: String::new(),
            writes: of(&change.field),
            change,
            settled: Vec::new(),
            state: EditState::Rejected,
            group: OutboxGroup::NeedsYou,
            actor_name: String::new(),
            at: chrono::DateTime::UNIX_EPOCH,
            attempts: 1,
            next_attempt_at: None,
            problem: None,
        })
        .collect()
}

fn typed(lines: &[EditLine]) -> Vec<&str> {
    lines.iter().flat_map(|line| &line.inputs).map(|input| input.typed.as_str()).collect()
}

#[test]
fn a_refused_edit_is_edited_as_a_whole() {
    let sent = [
        write("name", Value::NULL, Value::text("x")),
        write("hours.tu", Value::list(["10:00-22:00"]), Value::list::<&str>([])),
        write("deleted", Value::NULL, Value::yes()),
    ];
    let mut all = rows(1, &sent);
    all.extend(rows(2, &[write("note", Value::NULL, Value::text("another edit"))]));
    let lines = edit_lines(id(1), &all);
    assert_eq!(typed(&lines), ["x", "closed"]);
    assert_eq!(writes(&lines[0], &[Value::text("y")]).unwrap()[0].value, Value::text("y"));
    let hours = writes(&lines[1], &[Value::list(["09:00-17:00"])]).unwrap();
    assert_eq!(hours[0].base_value, Value::list(["10:00-22:00"]));
    assert_eq!(writes(&lines[2], &[]).unwrap(), sent[2..], "a deletion is sent again as it was");
}

#[test]
fn a_number_stays_a_number() {
    let forty = Value(serde_json::json!(40));
    assert_eq!(stored(&forty, &Value::text("42")), Value(serde_json::json!(42)));
    assert_eq!(stored(&forty, &Value::text("many")), Value::text("many"));
    assert_eq!(stored(&Value::text("40"), &Value::text("42")), Value::text("42"));
}

#[test]
fn phones_are_put_right_in_place() {
    const OLD: &str = "+861064782218";
    const WRONG: &str = "+8613800138000";
    const RIGHT: &str = "+8613800138001";
    let path = |number: &str| format!("phones.{number}");
    let sent = [
        write(&path(OLD), Value::yes(), Value::NULL),
        write("phones.primary", Value::text(OLD), Value::text(WRONG)),
        write(&path(WRONG), Value::NULL, Value::yes()),
    ];
    let lines = edit_lines(id(1), &rows(1, &sent));
    assert_eq!(typed(&lines), [WRONG, OLD]);
    let list = |items: &[&str]| Value::list(items.iter().copied());
    let table: [(&[&str], &[&str], Vec<Write>); 4] = [
        (
            &[RIGHT],
            &[OLD],
            vec![
                write(&path(RIGHT), Value::NULL, Value::yes()),
                write(&path(OLD), Value::yes(), Value::NULL),
                write("phones.primary", Value::text(OLD), Value::text(RIGHT)),
            ],
        ),
        (
            &[RIGHT],
            &[],
            vec![
                write(&path(RIGHT), Value::NULL, Value::yes()),
                write("phones.primary", Value::text(OLD), Value::text(RIGHT)),
            ],
        ),
        // Without a number that comes, there is nothing to make the main one.
        (&[], &[OLD], vec![write(&path(OLD), Value::yes(), Value::NULL)]),
        (&[], &[], Vec::new()),
    ];
    for (added, removed, expected) in table {
        assert_eq!(writes(&lines[0], &[list(added), list(removed)]).unwrap(), expected, "{added:?} {removed:?}");
    }
    let only_main = [write("phones.primary", Value::text(OLD), Value::text(WRONG))];
    let lines = edit_lines(id(1), &rows(1, &only_main));
    assert_eq!((lines[0].inputs[0].check.as_str(), typed(&lines)), ("phones.primary", vec![WRONG]));
}

#[test]
fn tags_are_put_right_as_a_list() {
    let sent = [write("tags.外卖", Value::NULL, Value::yes())];
    let lines = edit_lines(id(1), &rows(1, &sent));
    assert_eq!(typed(&lines), ["外卖", ""]);
    assert!(lines[0].inputs.iter().all(|input| input.check == "tags"));
    let new = writes(&lines[0], &[Value::list(["清真", "外卖"]), Value::list::<&str>([])]).unwrap();
    assert_eq!(new.iter().map(|w| w.field.as_str()).collect::<Vec<_>>(), ["tags.清真", "tags.外卖"]);
}
