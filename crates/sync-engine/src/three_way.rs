//! The merge of three profiles, register by register, by the same rules as concurrent edits. What needs a
//! clock to decide cannot be decided here and goes to review.

use std::collections::{BTreeMap, BTreeSet};

use domain::field::FieldPath;
use domain::profile::{Profile, Registers};
use domain::rules::{Preference, RuleSet};
use domain::schema;
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
        let chosen = one_of(field, &b, &m, &t).cloned().or_else(|| by_presence(field, &m, &t, rules));
        // A server takes no merchant without its name: that one side removed it is for people too.
        let is_lost = |value: &Value| value.is_null() && !b.is_null() && is_required(field);
        let value = chosen.filter(|value| !is_lost(value)).unwrap_or_else(|| {
            review.push(Question { field: field.clone(), base: b.clone(), mine: m, theirs: t });
            b.clone()
        });
        if !value.is_null() {
            merged.insert(field.clone(), value);
        }
    }
    (merged, review)
}

fn is_required(field: &FieldPath) -> bool {
    schema::declared(field).is_some_and(|declared| declared.required)
}

/// The side that changed the base, if only one did, however little; else what both mean, or what the one wrote that did
/// more than write it in another way.
fn one_of<'a>(field: &FieldPath, base: &Value, mine: &'a Value, theirs: &'a Value) -> Option<&'a Value> {
    let same = |a: &Value, b: &Value| validate::same(field, a, b);
    if mine == base {
        Some(theirs)
    } else if theirs == base || same(mine, theirs) {
        Some(mine)
    } else if same(mine, base) {
        Some(theirs)
    } else {
        same(theirs, base).then_some(mine)
    }
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
