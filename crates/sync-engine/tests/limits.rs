//! Limits of an edit: exactly at each of them it is taken, one beyond it is refused, and nothing changes.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

mod story;

use domain::Role;
use domain::edit::{Edit, OutcomeState, Source, WRITES_MAX};
use domain::record::{REGISTERS_MAX, Record, Register, Sibling};
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::value::VALUE_BYTES_MAX;
use domain::{DeviceId, Dot, ErrorCode, Value};
use story::{after, dot, edit, field, opening, operations, resolution};
use sync_engine::authority::{
    self, BASE_DEVICES_MAX, REASON_CHARS_MAX, RECORD_BYTES_MAX, RECORD_DEVICES_MAX, RECORD_DEVICES_MAX_OF_MERCHANTS,
};

/// The field and the code, if it is refused.
fn refusal(record: &Record, edit: &Edit) -> Option<(String, ErrorCode)> {
    told(record, edit).map(|(field, code, _)| (field, code))
}

/// The field, the code and what people are told, if it is refused.
fn told(record: &Record, edit: &Edit) -> Option<(String, ErrorCode, String)> {
    let verdict = authority::accept(Some(record.clone()), edit, &operations(), &RuleSet::default(), &Schema::default());
    assert_eq!(verdict.changed, verdict.outcome.state != OutcomeState::Rejected);
    assert_eq!(verdict.changed, verdict.record != *record);
    verdict.outcome.refusal().map(|(field, code, text)| (field.to_string(), code, text.to_owned()))
}

fn writes(n: usize) -> Edit {
    let fields: Vec<String> = (0..n).map(|n| format!("custom.f{n}")).collect();
    let writes: Vec<(&str, &str)> = fields.iter().map(|path| (path.as_str(), "x")).collect();
    edit("A1", "S1", 10, Source::Manual, &writes)
}

fn note() -> Edit {
    edit("A1", "S1", 10, Source::Manual, &[("note", "x")])
}

fn base_of(devices: usize) -> Edit {
    let mut made = note();
    let others = (1..devices as u64).map(|n| Dot { device: DeviceId(10_000 + n), counter: 1 });
    made.base = others.chain([dot("S1")]).collect();
    assert_eq!(made.base.len(), devices);
    made
}

/// A record whose note has been seen and edited by so many devices, those of [`base_of`] and the one that edits.
fn seen_by(devices: usize) -> Record {
    let mut record = after(&[opening()]);
    let mut context = base_of(devices).base;
    context.add(dot("A1"));
    record.registers.get_mut(&field("name")).unwrap().context = context;
    record
}

/// The canonical text of what the editor saw has so many bytes: two are its quotes.
fn saw_bytes(bytes: usize) -> Edit {
    let mut made = note();
    made.writes[0].base_value = Value::text("x".repeat(bytes - 2));
    made
}

fn wrote_bytes(bytes: usize) -> Edit {
    let mut made = edit("A1", "S1", 10, Source::Manual, &[("custom.story", "x")]);
    made.writes[0].value = Value::text("x".repeat(bytes - 2));
    made
}

/// Two people disagree about the name: here somebody settles it, with a reason of so many characters.
fn reason_of(chars: usize) -> Edit {
    let mut made = resolution("C1", "S1 A1 B1", ("name", "老王"), "A1 B1");
    made.settles.as_mut().unwrap().reason = Some("长".repeat(chars));
    made
}

#[test]
fn at_each_limit_and_one_beyond() {
    let shop = after(&[opening()]);
    let contested = after(&[
        opening(),
        edit("A1", "S1", 10, Source::Manual, &[("name", "王记")]),
        edit("B1", "S1", 20, Source::Manual, &[("name", "王家")]),
    ]);
    use ErrorCode::{BadRequest, TooLarge};
    type Made = fn(usize) -> Edit;
    let known = seen_by(BASE_DEVICES_MAX);
    let table: [(&Record, Made, usize, &str, ErrorCode); 5] = [
        (&shop, writes, WRITES_MAX, "edit", BadRequest),
        (&known, base_of, BASE_DEVICES_MAX, "edit", BadRequest),
        (&shop, saw_bytes, VALUE_BYTES_MAX, "note", TooLarge),
        (&shop, wrote_bytes, VALUE_BYTES_MAX, "custom.story", TooLarge),
        (&contested, reason_of, REASON_CHARS_MAX, "edit", TooLarge),
    ];
    for (record, made, most, at, code) in table {
        assert_eq!(refusal(record, &made(most)), None, "{most} for {at}");
        assert_eq!(refusal(record, &made(most + 1)), Some((at.to_owned(), code)), "{} for {at}", most + 1);
    }
    let text = |edit: &Edit| told(&shop, edit).unwrap().2;
    assert!(text(&writes(WRITES_MAX + 1)).contains("256 writes"), "what is said is about the limit that was met");
    assert!(text(&base_of(BASE_DEVICES_MAX + 1)).contains("4,096 devices"));
    assert_eq!(refusal(&shop, &writes(0)), Some(("edit".to_owned(), BadRequest)), "none at all");
    assert_eq!(refusal(&shop, &writes(1)), None);
}

/// A record with so many registers, `custom.f0` and so on, whoever let them be.
fn registers(n: usize) -> Record {
    let mut record = after(&[opening()]);
    let sibling = Sibling { dot: dot("S1"), value: Value::text("x"), base_value: Value::NULL };
    let made = Register { siblings: vec![sibling], ..Register::default() };
    for n in 0..n - record.registers.len() {
        record.registers.insert(field(&format!("custom.f{n}")), made.clone());
    }
    assert_eq!(record.registers.len(), n);
    record
}

#[test]
fn fields_are_added_up_to_the_limit_and_changed_beyond_it() {
    let adds = |n: usize| {
        let fields: Vec<String> = (0..n).map(|n| format!("custom.new{n}")).collect();
        let writes: Vec<(&str, &str)> = fields.iter().map(|path| (path.as_str(), "x")).collect();
        edit("A1", "S1", 10, Source::Manual, &writes)
    };
    let too_many = Some(("edit".to_owned(), ErrorCode::TooLarge));
    assert_eq!(refusal(&registers(REGISTERS_MAX - 1), &adds(1)), None);
    assert_eq!(refusal(&registers(REGISTERS_MAX - 1), &adds(2)), too_many);
    assert_eq!(refusal(&registers(REGISTERS_MAX), &adds(1)), too_many);
    // Of a merchant that has more than that already, what is there can be changed; nothing comes to it.
    let change = edit("A1", "S1", 10, Source::Manual, &[("custom.f1", "y")]);
    let change_and_add = edit("A1", "S1", 10, Source::Manual, &[("custom.f1", "y"), ("custom.new", "y")]);
    for n in [REGISTERS_MAX, REGISTERS_MAX + 1] {
        assert_eq!(refusal(&registers(n), &change), None, "{n}");
        assert_eq!(refusal(&registers(n), &change_and_add), too_many, "{n}");
    }
}

#[test]
fn a_record_is_known_to_no_more_devices_than_an_edit_can_name() {
    let shop = after(&[opening()]);
    let refused_to = |record: &Record, edit: &Edit, role: Role| {
        let actor = domain::Actor { role, ..operations() };
        let verdict = authority::accept(Some(record.clone()), edit, &actor, &RuleSet::default(), &Schema::default());
        verdict.outcome.refusal().map(|(field, code, _)| (field.to_string(), code))
    };
    let too_many = Some(("edit".to_owned(), ErrorCode::TooLarge));
    // The device that edits is one more than its base names.
    for (role, most) in [(Role::Operations, RECORD_DEVICES_MAX), (Role::Merchant, RECORD_DEVICES_MAX_OF_MERCHANTS)] {
        assert_eq!(refused_to(&shop, &base_of(most - 1), role), None, "{role:?}");
        assert_eq!(refused_to(&shop, &base_of(most), role), too_many, "{role:?}");
        // Whoever is among them goes on.
        assert_eq!(refused_to(&seen_by(most), &base_of(most), role), None, "{role:?}");
    }
    let full = seen_by(RECORD_DEVICES_MAX_OF_MERCHANTS);
    let mut fresh = note();
    fresh.dot = dot("Z9");
    assert_eq!(refused_to(&full, &fresh, Role::Merchant), too_many);
    assert_eq!(refused_to(&full, &fresh, Role::Operations), None, "they keep room");
}

/// Writes of so many bytes together, canonical, beside what each of them costs.
fn heavy(bytes: usize) -> Edit {
    let mut made = writes(WRITES_MAX);
    made.base = [dot("S1")].into_iter().collect();
    let each = 512 + serde_json::to_string(&made.base).unwrap().len() + "null".len();
    let mut left = bytes - each * WRITES_MAX;
    let share = left / WRITES_MAX;
    for (n, write) in made.writes.iter_mut().enumerate() {
        let bytes = if n + 1 == WRITES_MAX { left } else { share };
        left -= bytes;
        write.base_value = Value::NULL;
        write.value = Value::text("x".repeat(bytes - 2));
    }
    made
}

#[test]
fn a_record_grows_up_to_the_limit() {
    let shop = after(&[opening()]);
    let room = RECORD_BYTES_MAX - domain::digest::canonical(&shop).unwrap().len();
    let too_large = Some(("edit".to_owned(), ErrorCode::TooLarge));
    // What one edit can bring is less: the base is written once for each register.
    let mut wide = writes(WRITES_MAX);
    wide.base = base_of(900).base;
    assert_eq!(refusal(&shop, &wide), too_large, "256 registers that each have seen 900 devices");
    wide.base = base_of(100).base;
    assert_eq!(refusal(&shop, &wide), None);
    assert_eq!(refusal(&shop, &heavy(room)), None);
    assert_eq!(refusal(&shop, &heavy(room + 1)), too_large);
    let full = after(&[opening(), heavy(room)]);
    assert_eq!(refusal(&full, &note()), None, "what was counted for each write is more than it took");
    assert_eq!(refusal(&full, &heavy(room / 2)), too_large);
}

#[test]
fn counters_are_numbers_that_both_sides_keep() {
    let shop = after(&[opening()]);
    let bad = Some(("edit".to_owned(), ErrorCode::BadRequest));
    for (counter, is_taken) in [(0, false), (1, true), (i64::MAX as u64, true), (1 << 63, false), (u64::MAX, false)] {
        let mut made = note();
        made.dot.counter = counter;
        assert_eq!(refusal(&shop, &made).is_none(), is_taken, "{counter}");
        let mut made = note();
        made.base.add(Dot { device: DeviceId(7), counter });
        let expected = if is_taken || counter == 0 { None } else { bad.clone() };
        assert_eq!(refusal(&shop, &made), expected, "{counter}");
    }
}

#[test]
fn a_refusal_keeps_no_value_that_no_field_can_hold() {
    let mut made = edit("A1", "S1", 10, Source::Manual, &[("status", "nonsense"), ("note", "x"), ("custom.y", "z")]);
    made.writes[1].value = Value::text("x".repeat(VALUE_BYTES_MAX));
    made.writes[2].base_value = Value::text("x".repeat(VALUE_BYTES_MAX));
    let shop = after(&[opening()]);
    let verdict = authority::accept(Some(shop), &made, &operations(), &RuleSet::default(), &Schema::default());
    let kept: Vec<(bool, bool)> =
        verdict.history.iter().map(|line| (line.before.is_null(), line.after.is_null())).collect();
    assert_eq!(
        kept,
        [(made.writes[0].base_value.is_null(), false), (made.writes[1].base_value.is_null(), true), (true, false)]
    );
}
