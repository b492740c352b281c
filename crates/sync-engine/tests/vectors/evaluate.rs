//! What the code makes of the given part of a case.

use domain::edit::{Edit, Source};
use domain::hlc::{Hlc, HlcClock};
use domain::record::{Record, Register, Sibling, WriteMeta};
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::{Actor, ActorId, Dot, EditId, FieldPath, Role, Value, VersionVector, validate};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use sync_engine::authority;
use sync_engine::reconcile::{self, Settlement};
use xxhash_rust::xxh3::xxh3_64;

fn read<T: DeserializeOwned>(json: &Json) -> T {
    serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn written(value: impl serde::Serialize) -> Json {
    serde_json::to_value(value).unwrap()
}

/// The declared fields of a case, where it has some.
fn schema(given: &Json) -> Schema {
    let custom = given.get("schema").map(read).unwrap_or_default();
    Schema { custom, ..Schema::default() }
}

/// Edits in order: the answers, the history, and the merchant at the end.
pub fn merge(given: &Json, cast: &Json) -> Json {
    let rules = RuleSet::default();
    let schema = schema(given);
    let mut record: Option<Record> = None;
    let mut answers = Vec::new();
    for step in given["edits"].as_array().unwrap() {
        let (edit, actor): (Edit, Actor) = (read(&step["edit"]), read(&cast[step["by"].as_str().unwrap()]));
        let verdict = authority::accept(record.clone(), &edit, &actor, &rules, &schema);
        let history: Vec<Json> = verdict
            .history
            .iter()
            .map(|line| json!({"field": line.field, "before": line.before, "after": line.after, "decision": line.decision}))
            .collect();
        answers.push(json!({
            "state": verdict.outcome.state,
            "decisions": verdict.outcome.decisions,
            "history": history,
            "changed": verdict.changed,
        }));
        if verdict.changed {
            record = Some(verdict.record);
        }
    }
    json!({
        "answers": answers,
        "record": record,
        "shown": record.as_ref().map(|record| reconcile::shown(record, &rules)),
        "review": record.as_ref().and_then(|record| reconcile::review(record, &rules)),
    })
}

/// Candidates of a register, and what it shows.
pub fn settle(given: &Json) -> Json {
    let field: FieldPath = read(&given["field"]);
    let rules: RuleSet = given.get("rules").map(read).unwrap_or_default();
    let (mut register, mut edits) = (Register::default(), std::collections::BTreeMap::new());
    for candidate in given["candidates"].as_array().unwrap() {
        let (dot, value): (Dot, Value) = (read(&candidate["dot"]), read(&candidate["value"]));
        let (role, source): (Role, Source) = (read(&candidate["role"]), read(&candidate["source"]));
        let (actor, actor_name) = (ActorId::new("a").unwrap(), String::new());
        let meta = WriteMeta {
            edit_id: EditId(uuid::Uuid::nil()),
            actor,
            actor_name,
            role,
            source,
            hlc: read(&candidate["hlc"]),
        };
        edits.insert(dot, meta);
        register.siblings.push(Sibling { dot, value, base_value: Value::NULL });
    }
    register.siblings.sort_by_key(|sibling| sibling.dot);
    match reconcile::settle(&field, &register, &edits, &rules).unwrap() {
        Settlement::Settled { dot, rule } => json!({"shows": dot, "rule": rule}),
        Settlement::Contested { dot, open } => json!({"shows": dot, "open": open}),
    }
}

/// A rule set, and whether a server takes it.
pub fn rules(given: &Json) -> Json {
    match read::<RuleSet>(&given["rules"]).check() {
        Ok(()) => json!({"ok": true}),
        Err(problem) => json!({"code": problem.code, "field": problem.field}),
    }
}

/// A value, and its normal form.
pub fn value(given: &Json) -> Json {
    match schema(given).normalise(&read(&given["field"]), &read(&given["value"])) {
        Ok(value) => json!({"value": value}),
        Err(problem) => json!({"code": problem.code}),
    }
}

/// Two values, and whether they mean the same.
pub fn same(given: &Json) -> Json {
    let (a, b): (Value, Value) = (read(&given["a"]), read(&given["b"]));
    let field: FieldPath = read(&given["field"]);
    assert_eq!(validate::same(&field, &a, &b), validate::same(&field, &b, &a));
    json!({"same": validate::same(&field, &a, &b)})
}

/// Steps of a clock, and the stamps that it gives.
pub fn clock(given: &Json) -> Json {
    let mut clock = HlcClock::after(read(&given["after"]));
    let mut stamps: Vec<Hlc> = Vec::new();
    for step in given["steps"].as_array().unwrap() {
        match step["tick_ms"].as_u64() {
            Some(wall_ms) => stamps.push(clock.tick(wall_ms)),
            None => clock.observe(read(&step["observe"]), step["at_ms"].as_u64().unwrap()),
        }
    }
    assert!(stamps.is_sorted() && stamps.iter().map(Hlc::to_string).is_sorted());
    json!({"stamps": stamps})
}

/// Two version vectors.
pub fn versions(given: &Json) -> Json {
    let (a, b): (VersionVector, VersionVector) = (read(&given["a"]), read(&given["b"]));
    let mut join = a.clone();
    join.join(&b);
    json!({"join": join, "a_covers_b": a.covers(&b), "b_covers_a": b.covers(&a), "a_contains_dot": a.contains(read(&given["dot"]))})
}

/// An edit's JSON, and its canonical text.
pub fn edit(given: &Json) -> Json {
    match serde_json::from_value::<Edit>(given["json"].clone()) {
        Ok(edit) => json!({"text": serde_json::to_string(&edit).unwrap()}),
        Err(_) => json!({"refused": true}),
    }
}

/// A record, and its digest.
pub fn record(given: &Json) -> Json {
    let record: Record = read(&given["record"]);
    let text = serde_json::to_string(&record).unwrap();
    let bucket = xxh3_64(record.merchant_id.as_str().as_bytes()) % 256;
    json!({
        "digest": format!("{:016x}", xxh3_64(text.as_bytes())),
        "text": text,
        "bucket": bucket,
        "version": written(record.version()),
    })
}
