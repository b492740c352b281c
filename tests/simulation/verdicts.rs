//! What the server made of each edit, held against a reckoning of its own (`oracle`), and against what the merge of
//! three profiles says of the same.

use std::collections::BTreeSet;

use domain::profile::{Profile, Registers};
use domain::record::{Record, Register};
use domain::rules::{FieldPattern, Preference, Rule, RuleDifference, RuleEffect, RuleSet};
use domain::{Actor, Decision, Edit, FieldPath, Outcome, OutcomeState, Value, Write, validate};
use sync_engine::{reconcile, three_way};

use crate::checks::Broken;
use crate::held::Row;
use crate::oracle;
use crate::report::Report;

/// An edit that was taken: the record before and after.
pub struct Taken {
    pub edit: Edit,
    pub actor: Actor,
    pub before: Option<Row>,
    pub after: Row,
    pub outcome: Outcome,
}

/// Everything that must hold of an edit that was taken.
pub fn taken(taken: &Taken, rules: &RuleSet, report: &mut Report) -> Result<(), Broken> {
    may_settle(taken, rules)?;
    shows_what_it_should(&taken.after, rules)?;
    answer_is_true(taken, rules)?;
    three_profiles_agree(taken, report)
}

/// 7: questions are answered by who may, and only the questions that they saw.
fn may_settle(taken: &Taken, rules: &RuleSet) -> Result<(), Broken> {
    let Taken { edit, actor, before: Some(before), .. } = taken else {
        return Ok(());
    };
    for (n, write) in edit.writes.iter().enumerate() {
        let Some(register) = before.registers.get(&write.field) else {
            continue;
        };
        if let Some(settles) = &edit.settles {
            let dots: BTreeSet<_> = register.siblings.iter().map(|s| s.dot).collect();
            let named: BTreeSet<_> = settles.candidates[n].iter().copied().collect();
            if dots != named || !oracle::is_contested(before, &write.field, rules) {
                let what = format!("{} settled {} although the candidates had moved", edit.edit_id, write.field);
                return Err(Broken::new("9 review_moved", what));
            }
        } else if !actor.role.may_review() && settles_by_writing(before, register, write, edit, rules) {
            let what = format!("{} of {} settled {} by writing it", edit.edit_id, actor.id, write.field);
            return Err(Broken::new("7 scope", what));
        }
    }
    Ok(())
}

/// §6: "it would settle".
fn settles_by_writing(record: &Record, register: &Register, write: &Write, edit: &Edit, rules: &RuleSet) -> bool {
    let mut seen = register.clone();
    seen.siblings.retain(|s| edit.base.contains(s.dot));
    let asks = |register| oracle::settle(&write.field, register, record, rules).is_some_and(|s| s.open.len() > 1);
    if write.field == FieldPath::deleted() && oracle::is_contested(record, &write.field, rules) {
        return !seen.siblings.is_empty();
    }
    asks(&seen)
}

/// 4: what shows, and what people are asked, is what the candidates say.
pub fn shows_what_it_should(record: &Record, rules: &RuleSet) -> Result<(), Broken> {
    let merchant = &record.merchant_id;
    if reconcile::shown(record, rules) != oracle::shown(record, rules) {
        let what = format!("{merchant} shows {:?}", reconcile::shown(record, rules));
        return Err(Broken::new("4 what shows follows from the candidates", what));
    }
    if asked(record, rules) != oracle::asked(record, rules) {
        let what = format!("of {merchant} people are asked about {:?}", asked(record, rules));
        return Err(Broken::new("4 what is asked follows from the candidates", what));
    }
    Ok(())
}

fn asked(record: &Record, rules: &RuleSet) -> BTreeSet<FieldPath> {
    let review = reconcile::review(record, rules);
    review.into_iter().flat_map(|review| review.items).map(|item| item.field).collect()
}

/// §6: the answer says who is asked about a write, and who is not.
fn answer_is_true(taken: &Taken, rules: &RuleSet) -> Result<(), Broken> {
    let mut any = false;
    for (write, decided) in taken.edit.writes.iter().zip(&taken.outcome.decisions) {
        let asks = asks_about(&taken.after, write, &taken.edit, rules);
        any |= asks;
        if asks != (decided.decision == Decision::NeedsReview) {
            let what = format!("{} of {}: {:?}", write.field, taken.edit.edit_id, decided.decision);
            return Err(Broken::new("1 the answer says what became of it", what));
        }
    }
    if any != (taken.outcome.state == OutcomeState::InReview) {
        let what = format!("{}: {:?}", taken.edit.edit_id, taken.outcome.state);
        return Err(Broken::new("1 the answer says what became of it", what));
    }
    Ok(())
}

/// Are people asked about this write?
pub fn asks_about(record: &Record, write: &Write, edit: &Edit, rules: &RuleSet) -> bool {
    let field = &write.field;
    let Some(register) = record.registers.get(field) else {
        return false;
    };
    let Some(own) = register.siblings.iter().find(|s| s.dot == edit.dot) else {
        return false;
    };
    if !oracle::is_contested(record, field, rules) {
        return false;
    }
    let open = oracle::settle(field, register, record, rules).map(|settled| settled.open).unwrap_or_default();
    let same = |sibling: &&domain::record::Sibling| validate::same(field, &own.value, &sibling.value);
    *field == FieldPath::deleted() || register.siblings.iter().filter(|s| open.contains(&s.dot)).any(|s| same(&s))
}

/// An administrator's preview of other rules, held against what these rules then really make of the record.
pub fn preview_is_true(
    record: &Record,
    (now, then): (&RuleSet, &RuleSet),
    told: &[RuleDifference],
) -> Result<(), Broken> {
    let (asked, shown) = (oracle::asked(record, now), oracle::shown(record, now));
    let (asked_then, shown_then) = (oracle::asked(record, then), oracle::shown(record, then));
    let mut really = Vec::new();
    for field in record.registers.keys() {
        let of = |registers: &Registers| registers.get(field).cloned().unwrap_or_default();
        let effect = match (asked.contains(field), asked_then.contains(field)) {
            (true, false) => RuleEffect::Settles,
            (false, true) => RuleEffect::Reopens,
            _ if of(&shown) != of(&shown_then) => RuleEffect::Changes,
            _ => continue,
        };
        really.push((field, effect, of(&shown), of(&shown_then)));
    }
    let told: Vec<_> =
        told.iter().map(|told| (&told.field, told.effect, told.shows.clone(), told.would_show.clone())).collect();
    if told == really {
        return Ok(());
    }
    let what = format!("of {}: told {told:?}, came {really:?}", record.merchant_id);
    Err(Broken::new("9 a preview of rules is what comes of them", what))
}

/// Two edits of one state of a merchant, merged as files are merged, give what the server's record shows; what files
/// leave to people the server leaves to people. Files know neither who wrote nor when: the rules are of the
/// kind that needs neither, on both sides.
fn three_profiles_agree(taken: &Taken, report: &mut Report) -> Result<(), Broken> {
    let present = ["tags.*", "phones.+*", "hours.*", "note"].into_iter().enumerate().map(present);
    // And one that files cannot answer, about what nobody writes.
    let by_values = RuleSet(present.chain([later("custom.unwritten")]).collect());
    let record = &taken.after;
    let sides = match &taken.before {
        None => Some(Sides { base: None, mine: Some(oracle::shown(record, &by_values)), theirs: None }),
        Some(_) => Sides::of(record, &by_values),
    };
    let Some(sides) = sides else {
        return Ok(());
    };
    let [base, mine, theirs] = [&sides.base, &sides.mine, &sides.theirs].map(|side| {
        let side = side.as_ref().filter(|side| !side.contains_key(&FieldPath::deleted()));
        side.map(|registers| Profile::from_registers(record.merchant_id.clone(), registers))
    });
    let merge = three_way::merge(base.as_ref(), mine.as_ref(), theirs.as_ref(), &by_values);
    let disagree = |what: String| Err(Broken::new("4 three profiles and two edits agree", what));
    for one in [&base, &mine, &theirs].into_iter().filter(|one| one.is_some()) {
        let of = |base, mine, theirs| three_way::merge(base, mine, theirs, &by_values);
        let merged = |merged: &Option<Profile>| three_way::Merge { merged: merged.clone(), review: Vec::new() };
        // Whoever changed nothing says nothing, also of a deletion; what only one side has is new.
        let one_speaks = of(one.as_ref(), one.as_ref(), None) == merged(&None)
            && of(None, one.as_ref(), None) == merged(one)
            && of(one.as_ref(), None, None) == merged(&None);
        if !one_speaks {
            return disagree(format!("{}: a side that changed nothing counts", record.merchant_id));
        }
    }
    // Which number is the first of a list is a register of files only.
    let questions = merge.review.iter().map(|question| question.field.clone());
    let questions: BTreeSet<FieldPath> = questions.filter(|field| field.as_str() != "phones.primary").collect();
    let asked = oracle::asked(record, &by_values);
    if questions != asked {
        let what = format!("{}: asked {:?}, not {asked:?} of {:?}", record.merchant_id, merge.review, record.registers);
        return disagree(what);
    }
    report.count(if questions.is_empty() { "three profiles: merged" } else { "three profiles: asked" });
    let mut expected = oracle::shown(record, &by_values);
    let deleted = expected.remove(&FieldPath::deleted()).is_some();
    if deleted != merge.merged.is_none() {
        return disagree(format!("{}: gone {deleted}, merged {:?}", record.merchant_id, merge.merged));
    }
    let Some(merged) = merge.merged else {
        return Ok(());
    };
    let merged = merged.to_registers();
    for field in record.registers.keys().filter(|field| **field != FieldPath::deleted()) {
        // A register in question keeps its base in a file, and the older of the two here.
        let of = |side: &Registers| side.get(field).cloned().unwrap_or_default();
        let expected = match &sides.base {
            Some(base) if questions.contains(field) => of(base),
            None if questions.contains(field) => Value::NULL,
            _ => of(&expected),
        };
        let found = merged.get(field).cloned().unwrap_or_default();
        if !validate::same(field, &found, &expected) {
            return disagree(format!("{field} of {}: {found:?}, not {expected:?}", record.merchant_id));
        }
    }
    Ok(())
}

/// The only kind of rule that values alone can answer.
fn present((n, fields): (usize, &str)) -> Rule {
    Rule { id: format!("present_{n}"), fields: FieldPattern(fields.to_owned()), prefer: Preference::Present }
}

fn later(fields: &str) -> Rule {
    Rule { id: "later".to_owned(), fields: FieldPattern(fields.to_owned()), prefer: Preference::Later }
}

/// What the base was, and what each of two sides made of it.
struct Sides {
    base: Option<Registers>,
    mine: Option<Registers>,
    theirs: Option<Registers>,
}

impl Sides {
    /// Of a record whose registers have two candidates at most, of two edits that saw the same value. `None` where the
    /// candidates are not of that kind.
    fn of(record: &Record, rules: &RuleSet) -> Option<Self> {
        let mut dots = BTreeSet::new();
        for register in record.registers.values() {
            match register.siblings.as_slice() {
                [_] => {}
                [a, b] if a.base_value == b.base_value => dots.extend([a.dot, b.dot]),
                _ => return None,
            }
        }
        let (unaware, deletions) = oracle::against_deletion(record);
        if !deletions.is_empty() {
            dots.extend(unaware);
            dots.extend(&deletions);
        }
        let settled = oracle::shown(record, rules);
        let mut one = Registers::new();
        for (field, register) in &record.registers {
            if let ([only], Some(value)) = (register.siblings.as_slice(), settled.get(field))
                && !dots.contains(&only.dot)
            {
                one.insert(field.clone(), value.clone());
            }
        }
        let [mine, theirs] = <[_; 2]>::try_from(dots.iter().copied().collect::<Vec<_>>()).ok()?;
        let (mut base, mut left, mut right) = (one.clone(), one.clone(), one);
        for (field, register) in &record.registers {
            let before = register.siblings.iter().find(|s| dots.contains(&s.dot)).map(|s| s.base_value.clone());
            let Some(before) = before else {
                continue;
            };
            put(&mut base, field, &before);
            for (side, dot) in [(&mut left, mine), (&mut right, theirs)] {
                let written = register.siblings.iter().find(|s| s.dot == dot);
                put(side, field, written.map_or(&before, |s| &s.value));
                // Who wrote what the field said already, spelt otherwise, changed nothing as files see it.
                if written.is_some_and(|s| validate::same(field, &s.value, &before)) {
                    return None;
                }
            }
        }
        // A deletion is known to the other side, or is a question; files know no third.
        let deleted = FieldPath::deleted();
        if base.contains_key(&deleted) || record.registers.contains_key(&FieldPath::fixed("phones.primary")) {
            return None;
        }
        let only_deletes = |(field, register): (&FieldPath, &Register)| {
            *field == deleted || register.siblings.iter().all(|s| !deletions.contains(&s.dot))
        };
        if !record.registers.iter().all(only_deletes) {
            return None;
        }
        let known = base.contains_key(&FieldPath::fixed("name"));
        // Of a merchant without a name somebody had seen a part only: there is no such file.
        if !known && !base.is_empty() {
            return None;
        }
        let base = known.then_some(base);
        // What nobody had seen nobody can delete, as files see it.
        if base.is_none() && !deletions.is_empty() {
            return None;
        }
        Some(Self { base, mine: Some(left), theirs: Some(right) })
    }
}

fn put(registers: &mut Registers, field: &FieldPath, value: &Value) {
    if value.is_null() {
        registers.remove(field);
    } else {
        registers.insert(field.clone(), value.clone());
    }
}
