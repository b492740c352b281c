//! A store's registers at past moments, rebuilt from what edits did to them. Pure.

use std::collections::BTreeMap;

use domain::api::HistoryEntry;
use domain::edit::Write;
use domain::ipc::PendingChange;
use domain::profile::{self, Registers};
use domain::{Decision, EditId, FieldPath, Source, Value};

/// A moment of a store's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Before everything that is known.
    Start,
    /// After this edit.
    After(EditId),
    /// As it is shown now, own changes that wait included.
    Now,
}

/// A value that another one kept from being shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// The value.
    pub value: Value,
    /// Who wrote it; nobody known for what was there before the known history.
    pub who: Option<String>,
}

/// What one entry met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Values that it was preferred to.
    pub losers: Vec<Other>,
    /// The value that was preferred to it.
    pub winner: Option<Other>,
}

/// The past of one store.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Edits from the oldest, with the registers that they made show another value.
    steps: Vec<(EditId, Vec<(FieldPath, Value)>)>,
    /// What registers showed before the first entry about them.
    first: BTreeMap<FieldPath, Value>,
    met: BTreeMap<(EditId, FieldPath), Met>,
}

/// What a register shows while its history is gone through.
struct Register {
    shown: Other,
    /// All candidates while people are to choose, the shown one first.
    open: Vec<Other>,
}

impl Past {
    /// Goes through a history, which comes newest first.
    pub fn new(entries: &[HistoryEntry]) -> Self {
        let mut past = Self::default();
        let mut registers: BTreeMap<FieldPath, Register> = BTreeMap::new();
        let mut oldest_first: Vec<&HistoryEntry> = entries.iter().rev().collect();
        // Entries of one edit stay together.
        oldest_first.sort_by_key(|entry| entry.seq);
        for entry in oldest_first {
            if past.steps.last().is_none_or(|(edit, _)| *edit != entry.edit_id) {
                past.steps.push((entry.edit_id, Vec::new()));
            }
            past.first.entry(entry.field.clone()).or_insert_with(|| entry.before.clone());
            let register = registers.entry(entry.field.clone()).or_insert_with(|| Register {
                shown: Other { value: entry.before.clone(), who: None },
                open: Vec::new(),
            });
            let met = register.take(entry);
            let now = register.shown.value.clone();
            if met != Met::default() {
                past.met.insert((entry.edit_id, entry.field.clone()), met);
            }
            if let Some((_, changed)) = past.steps.last_mut() {
                changed.push((entry.field.clone(), now));
            }
        }
        past
    }

    /// What an entry met.
    pub fn met(&self, edit: EditId, field: &FieldPath) -> Option<&Met> {
        self.met.get(&(edit, field.clone()))
    }

    /// The edits whose moments are known, from the newest.
    pub fn edits(&self) -> impl Iterator<Item = EditId> + '_ {
        self.steps.iter().rev().map(|(edit, _)| *edit)
    }

    /// All registers at a moment. `now` is what the store shows, `pending` its own changes on top of the server's, newest
    /// first. A register that no known edit has touched was then what it is now.
    pub fn at(&self, point: Point, now: &Registers, pending: &[PendingChange]) -> Registers {
        let mut registers = now.clone();
        if point == Point::Now {
            return registers;
        }
        for change in pending {
            without(&mut registers, change);
        }
        for (field, value) in &self.first {
            put(&mut registers, field, value);
        }
        if let Point::After(edit) = point {
            for (done, changed) in &self.steps {
                for (field, value) in changed {
                    put(&mut registers, field, value);
                }
                if *done == edit {
                    break;
                }
            }
        }
        registers
    }
}

impl Register {
    /// What an entry makes of the register.
    fn take(&mut self, entry: &HistoryEntry) -> Met {
        let written = Other { value: entry.after.clone(), who: Some(entry.actor_name.clone()) };
        let mut met = Met::default();
        match &entry.decision {
            Decision::Applied | Decision::Same => {
                if entry.source == Source::Resolution {
                    met.losers = std::mem::take(&mut self.open);
                    met.losers.retain(|other| other.value != written.value);
                }
                self.open.clear();
                self.shown = written;
            }
            Decision::AutoResolved { won: true, .. } => {
                if self.shown.value != written.value {
                    met.losers.push(self.shown.clone());
                }
                self.open.clear();
                self.shown = written;
            }
            Decision::AutoResolved { won: false, .. } => met.winner = Some(self.shown.clone()),
            Decision::NeedsReview => {
                if self.open.is_empty() {
                    self.open.push(self.shown.clone());
                }
                self.open.push(written);
            }
            Decision::Rejected { .. } => {}
        }
        met
    }
}

fn put(registers: &mut Registers, field: &FieldPath, value: &Value) {
    if value.is_null() {
        registers.remove(field);
    } else {
        registers.insert(field.clone(), value.clone());
    }
}

/// Takes an own change away again. Of a set the line has the elements that came and the ones that went.
fn without(registers: &mut Registers, pending: &PendingChange) {
    let change = &pending.change;
    let element = |key: &str| FieldPath::new(format!("{}.{key}", change.field)).ok();
    if !matches!(change.field.as_str(), "phones" | "tags") {
        if let Ok(field) = FieldPath::new(change.field.as_str()) {
            put(registers, &field, &change.before);
        }
        return;
    }
    match (change.before.as_list(), change.after.as_list()) {
        (Some(went), Some(came)) => {
            came.into_iter().filter_map(element).for_each(|field| put(registers, &field, &Value::NULL));
            went.into_iter().filter_map(element).for_each(|field| put(registers, &field, &Value::yes()));
        }
        _ => {
            if let Some(field) = element("primary") {
                put(registers, &field, &change.before);
            }
        }
    }
}

/// The registers that differ between two moments, from the first to the second.
pub fn between(from: &Registers, to: &Registers) -> Vec<Write> {
    profile::diff(from, to)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn edit(n: u64) -> EditId {
        EditId(uuid::Uuid::from_u128(u128::from(n)))
    }

    fn entry(
        seq: u64,
        field: &str,
        values: (&str, &str),
        decision: &serde_json::Value,
        more: &serde_json::Value,
    ) -> HistoryEntry {
        let mut json = json!({
            "seq": seq, "merchant_id": "BJ-0187", "field": field, "before": values.0, "after": values.1,
            "decision": decision, "actor": "lin", "actor_name": format!("写手{seq}"), "role": "operations",
            "source": "manual", "dot": format!("00000000000000aa:{seq}"), "edit_id": edit(seq), "hlc": domain::hlc::Hlc::default(),
            "received_at": "2026-11-20T06:32:00Z", "trace_id": edit(seq),
        });
        if let (Some(json), Some(more)) = (json.as_object_mut(), more.as_object()) {
            json.extend(more.clone());
        }
        serde_json::from_value(json).unwrap()
    }

    fn applied() -> serde_json::Value {
        json!({"decision": "applied"})
    }

    fn field(path: &str) -> FieldPath {
        FieldPath::new(path).unwrap()
    }

    fn name_at(past: &Past, point: Point, now: &str) -> String {
        let now = Registers::from([(field("name"), Value::text(now))]);
        past.at(point, &now, &[]).get(&field("name")).map(Value::plain).unwrap_or_default()
    }

    #[test]
    fn every_moment_has_the_value_that_showed_then() {
        let (none, review) = (json!({}), json!({"decision": "needs_review"}));
        let lost = json!({"decision": "auto_resolved", "rule": "later", "won": false});
        let entries = [
            entry(5, "name", ("乙", "丁"), &applied(), &json!({"source": "resolution", "reason": "电话确认"})),
            entry(4, "name", ("甲", "丙"), &review, &none),
            entry(3, "name", ("甲", "旧"), &lost, &none),
            entry(2, "name", ("甲", "乙"), &applied(), &none),
            entry(1, "note", ("", "门口有台阶"), &applied(), &none),
        ];
        let past = Past::new(&entries);
        let at = |point| name_at(&past, point, "丁");
        assert_eq!(at(Point::Start), "甲");
        assert_eq!(at(Point::After(edit(1))), "甲");
        assert_eq!(at(Point::After(edit(2))), "乙");
        assert_eq!(at(Point::After(edit(3))), "乙");
        assert_eq!(at(Point::After(edit(4))), "乙");
        assert_eq!(at(Point::After(edit(5))), "丁");
        assert_eq!(past.edits().collect::<Vec<_>>(), [5, 4, 3, 2, 1].map(edit));
        let other = |value: &str, who: &str| Other { value: Value::text(value), who: Some(who.to_owned()) };
        assert_eq!(past.met(edit(3), &field("name")).unwrap().winner, Some(other("乙", "写手2")));
        let losers = &past.met(edit(5), &field("name")).unwrap().losers;
        assert_eq!(*losers, [other("乙", "写手2"), other("丙", "写手4")]);
        assert_eq!(past.met(edit(2), &field("name")), None);
    }

    #[test]
    fn a_rule_that_prefers_the_newcomer_names_who_lost() {
        let won = json!({"decision": "auto_resolved", "rule": "later", "won": true});
        let entries =
            [entry(2, "name", ("甲", "丙"), &won, &json!({})), entry(1, "name", ("甲", "乙"), &applied(), &json!({}))];
        let past = Past::new(&entries);
        let losers = &past.met(edit(2), &field("name")).unwrap().losers;
        assert_eq!(*losers, [Other { value: Value::text("乙"), who: Some("写手1".to_owned()) }]);
        assert_eq!(name_at(&past, Point::After(edit(2)), "丙"), "丙");
    }

    #[test]
    fn own_changes_that_wait_are_no_part_of_the_past() {
        let change = |field: &str, before: Value, after: Value| -> PendingChange {
            serde_json::from_value(json!({
                "edit_id": edit(9), "change": {"field": field, "before": before, "after": after}, "state": "queued",
                "actor_name": "林", "at": "2026-11-20T06:32:00Z",
            }))
            .unwrap()
        };
        let now = Registers::from([
            (field("branch"), Value::text("新")),
            (field("phones.+8613800138000"), Value::yes()),
            (field("hours.mo"), Value::list(["10:00-22:00"])),
        ]);
        let pending = [
            change("branch", Value::text("中"), Value::text("新")),
            change("branch", Value::text("旧"), Value::text("中")),
            change("phones", Value::list(["+861064782218"]), Value::list(["+8613800138000"])),
            change("hours.mo", Value::NULL, Value::list(["10:00-22:00"])),
        ];
        let then = Past::default().at(Point::Start, &now, &pending);
        let wanted =
            Registers::from([(field("branch"), Value::text("旧")), (field("phones.+861064782218"), Value::yes())]);
        assert_eq!(then, wanted);
        assert_eq!(Past::default().at(Point::Now, &now, &pending), now);
        assert_eq!(between(&then, &now).len(), 4);
    }
}
