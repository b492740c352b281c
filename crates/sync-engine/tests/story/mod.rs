//! Edits as a story tells them: who, when, having seen what.
#![allow(dead_code, reason = "each test binary uses its part of it")]

use domain::edit::{Edit, Settles, Source, Write};
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::{
    Actor, ActorId, DeviceId, Dot, EditId, FieldPath, Hlc, MerchantId, Record, ReviewId, Role, Scope, TraceId, Value,
    VersionVector,
};
use sync_engine::authority::{self, Verdict};
use uuid::Uuid;

pub fn field(path: &str) -> FieldPath {
    FieldPath::new(path).unwrap()
}

/// `-` is no value, `yes` is true, `[a,b]` a list, anything else a text.
pub fn value(text: &str) -> Value {
    match text {
        "-" => Value::NULL,
        "yes" => Value::yes(),
        _ => match text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            Some(list) => Value::list(list.split(',').filter(|item| !item.is_empty())),
            None => Value::text(text),
        },
    }
}

/// `A1`: the first edit of device A.
pub fn dot(text: &str) -> Dot {
    let device = u64::from(text.as_bytes()[0]);
    Dot { device: DeviceId(device), counter: text[1..].parse().unwrap() }
}

/// `S1 A2`: what somebody has seen.
pub fn seen(text: &str) -> VersionVector {
    text.split_whitespace().map(dot).collect()
}

pub fn shop() -> MerchantId {
    MerchantId::new("BJ-1").unwrap()
}

pub fn actor(id: &str, role: Role, scope: Scope) -> Actor {
    Actor { id: ActorId::new(id).unwrap(), name: id.to_owned(), role, scope }
}
pub fn operations() -> Actor {
    actor("operations", Role::Operations, Scope::All)
}
pub fn staff() -> Actor {
    actor("shop", Role::Merchant, Scope::Prefixes(vec!["BJ-".to_owned()]))
}

/// `who` wrote `field=value …` at second `at_s`, having seen `saw`.
pub fn edit(who: &str, saw: &str, at_s: u64, source: Source, writes: &[(&str, &str)]) -> Edit {
    let dot = dot(who);
    let id = Uuid::from_u128((u128::from(dot.device.0) << 64) | u128::from(dot.counter));
    Edit {
        edit_id: EditId(id),
        merchant_id: shop(),
        dot,
        base: seen(saw),
        hlc: Hlc::at_ms(1_790_000_000_000 + at_s * 1000),
        actor: None,
        source,
        writes: writes
            .iter()
            .map(|(path, text)| Write { field: field(path), base_value: Value::NULL, value: value(text) })
            .collect(),
        settles: None,
        trace_id: TraceId(id),
    }
}

/// A resolution that names these candidates for its only field.
pub fn resolution(who: &str, saw: &str, write: (&str, &str), candidates: &str) -> Edit {
    let mut edit = edit(who, saw, 1_000, Source::Resolution, &[write]);
    let mut dots: Vec<Dot> = candidates.split_whitespace().map(dot).collect();
    dots.sort();
    edit.settles = Some(Settles {
        review_id: ReviewId::of(&shop()),
        candidates: vec![dots],
        reason: Some("asked by telephone".to_owned()),
    });
    edit
}

/// The first edit of every story: a shop with name and address, from a file.
pub fn opening() -> Edit {
    edit(
        "S1",
        "",
        0,
        Source::Import,
        &[("name", "老王面馆"), ("address", "长安街 1 号"), ("hours.tu", "[10:00-22:00]")],
    )
}

pub fn take(record: &mut Option<Record>, edit: &Edit, actor: &Actor) -> Verdict {
    let verdict = authority::accept(record.clone(), edit, actor, &RuleSet::default(), &Schema::default());
    let before = record.clone().unwrap_or_else(|| Record::empty(edit.merchant_id.clone()));
    assert_eq!(verdict.changed, verdict.record != before, "{}", edit.dot);
    if verdict.changed {
        *record = Some(verdict.record.clone());
    }
    verdict
}

/// The record after edits in this order.
pub fn after<'e>(edits: impl IntoIterator<Item = &'e Edit>) -> Record {
    let mut record = None;
    for edit in edits {
        let verdict = take(&mut record, edit, &operations());
        assert!(verdict.outcome.refusal().is_none(), "{:?} of {}", verdict.outcome, edit.dot);
    }
    record.unwrap()
}

/// Every order of a few things.
pub fn orders<T: Clone>(things: &[T]) -> Vec<Vec<T>> {
    if things.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for n in 0..things.len() {
        let mut rest = things.to_vec();
        let first = rest.remove(n);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}
