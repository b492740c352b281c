//! From candidates to what people see. Pure functions of the candidates, which are a set: hence the same
//! in whatever order edits arrived.

use std::collections::BTreeMap;

use domain::edit::{Edit, EditState, FieldDecision, Write};
use domain::field::FieldPath;
use domain::hlc::Hlc;
use domain::place::Place;
use domain::profile::Registers;
use domain::record::{Record, Register, Sibling, WriteMeta};
use domain::review::{Candidate, Review, ReviewItem, ReviewKind};
use domain::rules::{Preference, RULED_OUT, Rule, RuleSet, SUPERSEDED};
use domain::validate;
use domain::value::Value;
use domain::version::Dot;
use domain::{Decision, ReviewId};

/// What a register shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// One value, by itself or by a rule.
    Settled {
        /// The dot of the candidate that shows.
        dot: Dot,
        /// The rule, if others lost against it.
        rule: Option<String>,
    },
    /// People must choose. Until then the oldest candidate shows.
    Contested {
        /// The oldest candidate.
        dot: Dot,
        /// One candidate of each different value that no rule rules out, oldest first.
        open: Vec<Dot>,
    },
}

impl Settlement {
    /// The dot of the candidate that shows.
    pub fn dot(&self) -> Dot {
        match self {
            Self::Settled { dot, .. } | Self::Contested { dot, .. } => *dot,
        }
    }
    /// Must people choose?
    pub fn is_contested(&self) -> bool {
        matches!(self, Self::Contested { .. })
    }
}

type Edits = BTreeMap<Dot, WriteMeta>;

fn age(sibling: &Sibling, edits: &Edits) -> (Hlc, Dot) {
    (edits.get(&sibling.dot).map(|meta| meta.hlc).unwrap_or_default(), sibling.dot)
}

/// The rule by which `a` is preferred to `b`, if any. For one pair the first rule that tells them apart decides.
fn preferred<'r>(
    field: &FieldPath,
    a: (&Sibling, &WriteMeta),
    b: (&Sibling, &WriteMeta),
    rules: &'r RuleSet,
) -> Option<&'r str> {
    let decides = |rule: &&Rule| beats(&rule.prefer, a, b) != beats(&rule.prefer, b, a);
    let rule = rules.0.iter().filter(|rule| rule.fields.matches(field)).find(decides)?;
    beats(&rule.prefer, a, b).then_some(rule.id.as_str())
}

/// Does `a` have the quality that `b` lacks?
fn beats(prefer: &Preference, a: (&Sibling, &WriteMeta), b: (&Sibling, &WriteMeta)) -> bool {
    let later = || (a.1.hlc, a.0.dot) > (b.1.hlc, b.0.dot);
    match prefer {
        Preference::Source { of, over } => of.contains(&a.1.source) && over.contains(&b.1.source),
        Preference::Role { of, over } => of.contains(&a.1.role) && over.contains(&b.1.role),
        Preference::Later => later(),
        Preference::Present => !a.0.value.is_null() && b.0.value.is_null(),
        Preference::Near { metres } => later() && are_near(&a.0.value, &b.0.value, *metres),
        Preference::Unknown(_) => false,
    }
}

fn are_near(a: &Value, b: &Value, metres: u32) -> bool {
    let place = |value: &Value| value.as_str().and_then(Place::parse);
    matches!((place(a), place(b)), (Some(a), Some(b)) if a.is_within(b, metres))
}

/// What a register shows. `None` for a register without candidates.
///
/// A value stays in the running as long as one of those who wrote it is not outdone by somebody who wrote
/// another one: that a customer said the same earlier does not weaken the merchant's own word.
pub fn settle(field: &FieldPath, register: &Register, edits: &Edits, rules: &RuleSet) -> Option<Settlement> {
    if let [only] = register.siblings.as_slice() {
        return Some(Settlement::Settled { dot: only.dot, rule: None });
    }
    let voices = voices(field, register, edits);
    let oldest = voices.first()?.first()?.dot;
    if voices.len() == 1 {
        return Some(Settlement::Settled { dot: oldest, rule: None });
    }
    let duel = Duel::between(field, &voices, edits, rules);
    let (mut rule_used, mut open) = (None, Vec::new());
    let mut place = 0;
    for voice in &voices {
        let places = place..place + voice.len();
        place = places.end;
        match places.clone().find(|n| !duel.is_outdone(*n)) {
            Some(unbeaten) => open.push(voice[unbeaten - places.start]),
            None => rule_used = duel.rule_against(places.start).or(rule_used),
        }
    }
    open.sort_by_key(|sibling| age(sibling, edits));
    match open.as_slice() {
        [winner] => Some(Settlement::Settled { dot: winner.dot, rule: rule_used.map(str::to_owned) }),
        _ => Some(Settlement::Contested {
            dot: open.first().map_or(oldest, |first| first.dot),
            open: open.iter().map(|s| s.dot).collect(),
        }),
    }
}

/// Every candidate against every other that means something else, by their places in the voices.
struct Duel<'r> {
    /// The rule by which the one is preferred to the other.
    wins: Vec<Vec<Option<&'r str>>>,
    /// Whether the one is preferred to the other, if need be by way of third ones.
    above: Vec<Vec<bool>>,
}

impl<'r> Duel<'r> {
    fn between(field: &FieldPath, voices: &[Vec<&Sibling>], edits: &Edits, rules: &'r RuleSet) -> Self {
        let all: Vec<(usize, &Sibling)> =
            voices.iter().enumerate().flat_map(|(n, voice)| voice.iter().map(move |s| (n, *s))).collect();
        let win = |(n, a): (usize, &Sibling), (m, b): (usize, &Sibling)| {
            let apart = n != m;
            apart.then(|| preferred(field, (a, edits.get(&a.dot)?), (b, edits.get(&b.dot)?), rules)).flatten()
        };
        let wins: Vec<Vec<_>> = all.iter().map(|a| all.iter().map(|b| win(*a, *b)).collect()).collect();
        let mut above: Vec<Vec<bool>> = wins.iter().map(|row| row.iter().map(Option::is_some).collect()).collect();
        // Warshall, "A theorem on Boolean matrices", Journal of the ACM 9, 1962.
        for via in 0..all.len() {
            for from in 0..all.len() {
                for to in 0..all.len() {
                    above[from][to] |= above[from][via] && above[via][to];
                }
            }
        }
        Self { wins, above }
    }

    /// Is somebody above it who is not below it too? Preferences that go round in a circle rule nobody of the
    /// circle out (the set of Schwartz, "Rationality and the Myth of the Maximum", Noûs 6, 1972).
    fn is_outdone(&self, place: usize) -> bool {
        (0..self.above.len()).any(|other| self.above[other][place] && !self.above[place][other])
    }

    /// The rule by which the oldest of those who are preferred to it are.
    fn rule_against(&self, place: usize) -> Option<&'r str> {
        self.wins.iter().find_map(|row| row[place])
    }
}

/// The candidates by what they mean, oldest first in and among the groups.
fn voices<'r>(field: &FieldPath, register: &'r Register, edits: &Edits) -> Vec<Vec<&'r Sibling>> {
    let mut by_age: Vec<&Sibling> = register.siblings.iter().collect();
    by_age.sort_by_key(|sibling| age(sibling, edits));
    let mut voices: Vec<Vec<&Sibling>> = Vec::new();
    for sibling in by_age {
        let said = voices.iter_mut().find(|voice| validate::same(field, &voice[0].value, &sibling.value));
        match said {
            Some(voice) => voice.push(sibling),
            None => voices.push(vec![sibling]),
        }
    }
    voices
}

fn value_of(register: &Register, dot: Dot) -> Value {
    register.siblings.iter().find(|s| s.dot == dot).map(|s| s.value.clone()).unwrap_or_default()
}

/// The registers whose writers had not seen the deletion, oldest write first.
fn unaware_of_deletion(record: &Record) -> Vec<Dot> {
    let field = FieldPath::deleted();
    let Some(deletion) = record.registers.get(&field) else {
        return Vec::new();
    };
    let deletions: Vec<Dot> = deletion.siblings.iter().filter(|s| !s.value.is_null()).map(|s| s.dot).collect();
    if deletions.is_empty() {
        return Vec::new();
    }
    let mut dots: Vec<Dot> = record
        .registers
        .iter()
        .filter(|(path, register)| **path != field && !deletions.iter().any(|d| register.context.contains(*d)))
        .flat_map(|(_, register)| register.siblings.iter().map(|s| s.dot))
        .filter(|dot| !deletion.context.contains(*dot) && !deletions.contains(dot))
        .collect();
    dots.sort_by_key(|dot| (record.edits.get(dot).map(|m| m.hlc).unwrap_or_default(), *dot));
    dots.dedup();
    dots
}

/// The value that a register shows; nothing if that is `null`.
fn value_shown(field: &FieldPath, register: &Register, edits: &Edits, rules: &RuleSet) -> Option<Value> {
    let dot = settle(field, register, edits, rules)?.dot();
    Some(value_of(register, dot)).filter(|value| !value.is_null())
}

/// The value that one register of a merchant shows who is not deleted; nothing if it is absent or `null`.
pub fn shows(record: &Record, field: &FieldPath, rules: &RuleSet) -> Option<Value> {
    value_shown(field, record.registers.get(field)?, &record.edits, rules)
}

/// The values that the registers show; absent and `null` ones are left out.
pub fn shown(record: &Record, rules: &RuleSet) -> Registers {
    let survives = !unaware_of_deletion(record).is_empty();
    record
        .registers
        .iter()
        .filter_map(|(field, register)| {
            if survives && *field == FieldPath::deleted() {
                return None;
            }
            Some((field.clone(), value_shown(field, register, &record.edits, rules)?))
        })
        .collect()
}

/// Is the merchant deleted, with nobody against it?
pub fn is_deleted(record: &Record, rules: &RuleSet) -> bool {
    shown(record, rules).contains_key(&FieldPath::deleted())
}

fn candidate(record: &Record, dot: Dot, value: Value) -> Option<Candidate> {
    let meta = record.edits.get(&dot)?;
    Some(Candidate {
        dot,
        edit_id: meta.edit_id,
        value,
        actor: meta.actor.clone(),
        actor_name: meta.actor_name.clone(),
        role: meta.role,
        source: meta.source,
        hlc: meta.hlc,
    })
}

/// The open questions about a merchant.
pub fn review(record: &Record, rules: &RuleSet) -> Option<Review> {
    // A deletion that others did not know of is one question, however many deleted.
    let deletion = deletion_item(record);
    let mut items: Vec<ReviewItem> = Vec::new();
    for (field, register) in &record.registers {
        if deletion.as_ref().is_some_and(|item| item.field == *field) {
            continue;
        }
        let Some(Settlement::Contested { open, .. }) = settle(field, register, &record.edits, rules) else {
            continue;
        };
        let base = register
            .siblings
            .iter()
            .filter(|s| open.contains(&s.dot))
            .min_by_key(|s| age(s, &record.edits))
            .map(|s| s.base_value.clone())
            .unwrap_or_default();
        items.push(ReviewItem {
            field: field.clone(),
            kind: ReviewKind::Conflict,
            base,
            candidates: open.iter().filter_map(|dot| candidate(record, *dot, value_of(register, *dot))).collect(),
            dots: candidates(register),
        });
    }
    items.extend(deletion);
    let since = items.iter().filter_map(|item| item.candidates.get(1).map(|c| c.hlc)).min()?;
    let name = shown(record, rules).get(&FieldPath::fixed("name")).and_then(|v| v.as_str().map(str::to_owned));
    Some(Review {
        review_id: ReviewId::of(&record.merchant_id),
        merchant_id: record.merchant_id.clone(),
        merchant_name: name.unwrap_or_default(),
        since,
        items,
    })
}

fn deletion_item(record: &Record) -> Option<ReviewItem> {
    let field = FieldPath::deleted();
    let register = record.registers.get(&field)?;
    let against = *unaware_of_deletion(record).first()?;
    let deletion = register.siblings.iter().find(|s| !s.value.is_null())?.dot;
    let mut both = vec![candidate(record, deletion, Value::yes())?, candidate(record, against, Value::NULL)?];
    both.sort_by_key(|c| (c.hlc, c.dot));
    Some(ReviewItem {
        field,
        kind: ReviewKind::DeletedAndChanged,
        base: Value::NULL,
        candidates: both,
        dots: candidates(register),
    })
}

/// The dots of a register's candidates, sorted: what a resolution must name.
pub fn candidates(register: &Register) -> Vec<Dot> {
    let mut dots: Vec<Dot> = register.siblings.iter().map(|s| s.dot).collect();
    dots.sort();
    dots
}

/// Must people choose about this register?
pub fn is_contested(record: &Record, field: &FieldPath, rules: &RuleSet) -> bool {
    if *field == FieldPath::deleted() && !unaware_of_deletion(record).is_empty() {
        return true;
    }
    record
        .registers
        .get(field)
        .and_then(|register| settle(field, register, &record.edits, rules))
        .is_some_and(|settlement| settlement.is_contested())
}

/// What became of one write, read off the record that contains it.
pub fn decision(record: &Record, field: &FieldPath, dot: Dot, rules: &RuleSet) -> Decision {
    let Some(register) = record.registers.get(field) else {
        return Decision::Applied;
    };
    let Some(own) = register.siblings.iter().find(|s| s.dot == dot) else {
        return Decision::AutoResolved { rule: SUPERSEDED.to_owned(), won: false };
    };
    if *field == FieldPath::deleted() && is_contested(record, field, rules) {
        return Decision::NeedsReview;
    }
    match settle(field, register, &record.edits, rules) {
        Some(Settlement::Settled { dot: shows, rule: None }) => {
            if shows == dot {
                Decision::Applied
            } else {
                Decision::Same
            }
        }
        Some(Settlement::Settled { dot: shows, rule: Some(rule) }) => {
            let won = shows == dot || validate::same(field, &own.value, &value_of(register, shows));
            Decision::AutoResolved { rule, won }
        }
        Some(Settlement::Contested { open, .. }) => {
            let speaks = open.iter().any(|o| *o == dot || validate::same(field, &own.value, &value_of(register, *o)));
            if speaks {
                Decision::NeedsReview
            } else {
                Decision::AutoResolved { rule: RULED_OUT.to_owned(), won: false }
            }
        }
        None => Decision::Applied,
    }
}

/// The writes of an answered edit that went to review: a later change of another field of the same edit is no
/// "declined".
fn asked<'e>(edit: &'e Edit, decisions: &[FieldDecision]) -> impl Iterator<Item = &'e Write> {
    edit.writes
        .iter()
        .filter(|write| decisions.iter().any(|d| d.field == write.field && d.decision == Decision::NeedsReview))
}

/// The fields of an answered edit about which people still choose.
pub fn open_fields<'e>(
    record: &Record,
    edit: &'e Edit,
    decisions: &[FieldDecision],
    rules: &RuleSet,
) -> Vec<&'e FieldPath> {
    let is_candidate = |register: &Register| register.siblings.iter().any(|sibling| sibling.dot == edit.dot);
    let is_open = |field: &&FieldPath| {
        is_contested(record, field, rules) && record.registers.get(field).is_some_and(is_candidate)
    };
    asked(edit, decisions).map(|write| &write.field).filter(is_open).collect()
}

/// What became of an answered edit, of which only the writes count that went to review.
pub fn settled_state_of(record: &Record, edit: &Edit, decisions: &[FieldDecision], rules: &RuleSet) -> EditState {
    if !open_fields(record, edit, decisions, rules).is_empty() {
        return EditState::InReview;
    }
    let shown = shown(record, rules);
    let taken = asked(edit, decisions).all(|write| {
        let now = shown.get(&write.field).cloned().unwrap_or_default();
        validate::same(&write.field, &now, &write.value)
    });
    if taken { EditState::Accepted } else { EditState::Declined }
}

/// Puts a device's own edits, oldest first, on top of what the server says.
pub fn overlay<'e>(registers: &mut Registers, edits: impl IntoIterator<Item = &'e Edit>) {
    for write in edits.into_iter().flat_map(|edit| &edit.writes) {
        if write.value.is_null() {
            registers.remove(&write.field);
        } else {
            registers.insert(write.field.clone(), write.value.clone());
        }
    }
}
