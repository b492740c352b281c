//! The merge of three profiles, register by register, by the same rules as concurrent edits. What needs a
//! clock to decide cannot be decided here and goes to review.

use std::collections::{BTreeMap, BTreeSet};

use domain::field::FieldPath;
use domain::profile::{Profile, Registers};
use domain::rules::{Preference, RuleSet};
use domain::validate;
use domain::value::Value;
use serde::{Deserialize, Serialize};

/// A register that people must choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Which register.
    pub field: FieldPath,
    /// Before.
    pub base: Value,
    /// One side.
    pub mine: Value,
    /// The other.
    pub theirs: Value,
}

/// The merged profile (`None`: deleted) and what is left to people. A register in question keeps its base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// The result.
    pub merged: Option<Profile>,
    /// Questions.
    pub review: Vec<Question>,
}

/// Merges two descendants of one base; `None` means that the profile does not exist there.
pub fn merge(base: Option<&Profile>, mine: Option<&Profile>, theirs: Option<&Profile>, rules: &RuleSet) -> Merge {
    let registers = |profile: Option<&Profile>| profile.map(Profile::to_registers).unwrap_or_default();
    let before = registers(base);
    match (mine, theirs) {
        (None, None) => Merge { merged: None, review: Vec::new() },
        (Some(kept), None) | (None, Some(kept)) if base.is_some() => {
            if kept.to_registers() == before {
                return Merge { merged: None, review: Vec::new() };
            }
            let deleted = |gone: bool| if gone { Value::yes() } else { Value::NULL };
            let question = Question {
                field: FieldPath::deleted(),
                base: Value::NULL,
                mine: deleted(mine.is_none()),
                theirs: deleted(theirs.is_none()),
            };
            Merge { merged: Some(kept.clone()), review: vec![question] }
        }
        (Some(only), None) | (None, Some(only)) => Merge { merged: Some(only.clone()), review: Vec::new() },
        (Some(a), Some(b)) => {
            let (merged, review) = merge_registers(&before, &a.to_registers(), &b.to_registers(), rules);
            Merge { merged: Some(Profile::from_registers(a.merchant_id.clone(), &merged)), review }
        }
    }
}

fn merge_registers(
    base: &Registers,
    mine: &Registers,
    theirs: &Registers,
    rules: &RuleSet,
) -> (Registers, Vec<Question>) {
    let fields: BTreeSet<&FieldPath> = base.keys().chain(mine.keys()).chain(theirs.keys()).collect();
    let of = |registers: &Registers, field: &FieldPath| registers.get(field).cloned().unwrap_or_default();
    let mut merged: Registers = BTreeMap::new();
    let mut review = Vec::new();
    for field in fields {
        let (b, m, t) = (of(base, field), of(mine, field), of(theirs, field));
        let value = if validate::same(field, &m, &b) {
            t
        } else if validate::same(field, &t, &b) || validate::same(field, &m, &t) {
            m
        } else if let Some(chosen) = by_presence(field, &m, &t, rules) {
            chosen
        } else {
            review.push(Question { field: field.clone(), base: b.clone(), mine: m, theirs: t });
            b
        };
        if !value.is_null() {
            merged.insert(field.clone(), value);
        }
    }
    (merged, review)
}

/// The only preference that values alone can answer.
fn by_presence(field: &FieldPath, mine: &Value, theirs: &Value, rules: &RuleSet) -> Option<Value> {
    let applies = rules.0.iter().any(|rule| rule.prefer == Preference::Present && rule.fields.matches(field));
    match (applies, mine.is_null(), theirs.is_null()) {
        (true, false, true) => Some(mine.clone()),
        (true, true, false) => Some(theirs.clone()),
        _ => None,
    }
}
