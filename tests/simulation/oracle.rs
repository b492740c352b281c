//! What a record shows and asks, reckoned once more from §7 and §8 of `docs/sync-protocol.md` alone: plainly, and with
//! nothing of `reconcile`. What values mean the same is the domain's word.

use std::collections::BTreeSet;

use domain::profile::Registers;
use domain::record::{Record, Register, Sibling};
use domain::rules::{Preference, RuleSet};
use domain::{Dot, FieldPath, Hlc, validate};

/// What a register shows, and who speaks for the open voices, oldest first: more than one, and people are asked.
#[derive(Debug, PartialEq)]
pub struct Settled {
    pub shows: Dot,
    pub open: Vec<Dot>,
}

struct Judge<'r> {
    field: &'r FieldPath,
    record: &'r Record,
    rules: &'r RuleSet,
}

impl Judge<'_> {
    fn age(&self, sibling: &Sibling) -> (Hlc, Dot) {
        (self.record.edits.get(&sibling.dot).map(|meta| meta.hlc).unwrap_or_default(), sibling.dot)
    }

    fn same(&self, a: &Sibling, b: &Sibling) -> bool {
        validate::same(self.field, &a.value, &b.value)
    }

    fn beats(&self, prefer: &Preference, a: &Sibling, b: &Sibling) -> bool {
        let (Some(one), Some(other)) = (self.record.edits.get(&a.dot), self.record.edits.get(&b.dot)) else {
            return false;
        };
        let later = self.age(a) > self.age(b);
        match prefer {
            Preference::Source { of, over } => of.contains(&one.source) && over.contains(&other.source),
            Preference::Role { of, over } => of.contains(&one.role) && over.contains(&other.role),
            Preference::Later => later,
            Preference::Present => !a.value.is_null() && b.value.is_null(),
            Preference::Near { metres } => later && near(a, b, *metres),
            Preference::Unknown(_) => false,
        }
    }

    fn prefers(&self, a: &Sibling, b: &Sibling) -> bool {
        for rule in self.rules.0.iter().filter(|rule| rule.fields.matches(self.field)) {
            let (forth, back) = (self.beats(&rule.prefer, a, b), self.beats(&rule.prefer, b, a));
            if forth != back {
                return forth;
            }
        }
        false
    }
}

/// The angle by the chord between unit vectors, which is another formula than the product's.
fn near(a: &Sibling, b: &Sibling, metres: u32) -> bool {
    let place = |sibling: &Sibling| -> Option<[f64; 3]> {
        let (lat, lon) = sibling.value.as_str()?.split_once(',')?;
        let (lat, lon) = (lat.trim().parse::<f64>().ok()?.to_radians(), lon.trim().parse::<f64>().ok()?.to_radians());
        Some([lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()])
    };
    let (Some(a), Some(b)) = (place(a), place(b)) else {
        return false;
    };
    let chord = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    2.0 * (chord / 2.0).asin() * 6_371_008.8 <= f64::from(metres)
}

/// `None` for a register without candidates.
pub fn settle(field: &FieldPath, register: &Register, record: &Record, rules: &RuleSet) -> Option<Settled> {
    if let [only] = register.siblings.as_slice() {
        return Some(Settled { shows: only.dot, open: vec![only.dot] });
    }
    let judge = Judge { field, record, rules };
    let mut all: Vec<&Sibling> = register.siblings.iter().collect();
    all.sort_by_key(|sibling| judge.age(sibling));
    let mut voices: Vec<Vec<usize>> = Vec::new();
    for (n, sibling) in all.iter().enumerate() {
        match voices.iter_mut().find(|voice| judge.same(all[voice[0]], sibling)) {
            Some(voice) => voice.push(n),
            None => voices.push(vec![n]),
        }
    }
    let oldest = all.first()?.dot;
    if voices.len() == 1 {
        return Some(Settled { shows: oldest, open: vec![oldest] });
    }
    let voice_of = |n: usize| voices.iter().position(|voice| voice.contains(&n));
    // Whom a candidate is above: whoever a chain of preferences leads to.
    let below = |n: usize| -> BTreeSet<usize> {
        let (mut found, mut left) = (BTreeSet::new(), vec![n]);
        while let Some(at) = left.pop() {
            let next = (0..all.len()).filter(|m| voice_of(at) != voice_of(*m) && judge.prefers(all[at], all[*m]));
            left.extend(next.filter(|m| found.insert(*m)));
        }
        found
    };
    let below: Vec<BTreeSet<usize>> = (0..all.len()).map(below).collect();
    let outdone = |n: usize| (0..all.len()).any(|m| below[m].contains(&n) && !below[n].contains(&m));
    let mut speakers: Vec<usize> =
        voices.iter().filter_map(|voice| voice.iter().copied().find(|n| !outdone(*n))).collect();
    speakers.sort_unstable();
    let open: Vec<Dot> = speakers.iter().map(|n| all[*n].dot).collect();
    Some(Settled { shows: open.first().copied().unwrap_or(oldest), open })
}

/// Who wrote without having seen the deletion, and who deleted. If there are both, the deletion is contested, and the
/// merchant shows.
pub fn against_deletion(record: &Record) -> (BTreeSet<Dot>, BTreeSet<Dot>) {
    let field = FieldPath::deleted();
    let Some(deletion) = record.registers.get(&field) else {
        return Default::default();
    };
    let deletions: BTreeSet<Dot> = deletion.siblings.iter().filter(|s| !s.value.is_null()).map(|s| s.dot).collect();
    let mut unaware = BTreeSet::new();
    for (_, register) in record.registers.iter().filter(|(path, _)| **path != field) {
        let seen_there = deletions.iter().any(|dot| register.context.contains(*dot));
        let aware = |dot: Dot| deletion.context.contains(dot) || seen_there || deletions.contains(&dot);
        unaware.extend(register.siblings.iter().map(|s| s.dot).filter(|dot| !aware(*dot)));
    }
    (unaware, deletions)
}

fn deletion_is_contested(record: &Record) -> bool {
    let (unaware, deletions) = against_deletion(record);
    !unaware.is_empty() && !deletions.is_empty()
}

pub fn is_contested(record: &Record, field: &FieldPath, rules: &RuleSet) -> bool {
    if *field == FieldPath::deleted() && deletion_is_contested(record) {
        return true;
    }
    let settled = record.registers.get(field).and_then(|register| settle(field, register, record, rules));
    settled.is_some_and(|settled| settled.open.len() > 1)
}

/// The fields that people are asked about.
pub fn asked(record: &Record, rules: &RuleSet) -> BTreeSet<FieldPath> {
    record.registers.keys().filter(|field| is_contested(record, field, rules)).cloned().collect()
}

/// The values that show, without what is absent.
pub fn shown(record: &Record, rules: &RuleSet) -> Registers {
    let mut shown = Registers::new();
    for (field, register) in &record.registers {
        if *field == FieldPath::deleted() && deletion_is_contested(record) {
            continue;
        }
        let dot = settle(field, register, record, rules).map(|settled| settled.shows);
        let value = register.siblings.iter().find(|s| Some(s.dot) == dot).map(|s| s.value.clone());
        if let Some(value) = value.filter(|value| !value.is_null()) {
            shown.insert(field.clone(), value);
        }
    }
    shown
}
