//! Edits that no device of ours would send: each is refused for its reason, and changes nothing (§6).

use domain::edit::{Settles, WRITES_MAX};
use domain::record::{REGISTERS_MAX, Record, SIBLINGS_MAX, Sibling};
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::value::VALUE_BYTES_MAX;
use domain::{
    Actor, DeviceId, Dot, Edit, EditId, ErrorCode, FieldPath, Hlc, MerchantId, ReviewId, Source, TraceId, Value,
    VersionVector, Write,
};
use sync_engine::authority::{self, REASON_CHARS_MAX};
use uuid::Uuid;

use crate::chance::Chance;
use crate::checks::Broken;
use crate::oracle;

const STRANGER: DeviceId = DeviceId(0xf0);

fn write(path: &str, value: &str) -> Write {
    Write { field: FieldPath::new(path).unwrap(), base_value: Value::NULL, value: Value::text(value) }
}

fn edit(merchant: &MerchantId, actor: &Actor, counter: u64, writes: Vec<Write>) -> Edit {
    let id = Uuid::from_u128(u128::from(counter) << 64 | 0xf0);
    Edit {
        edit_id: EditId(id),
        merchant_id: merchant.clone(),
        dot: Dot { device: STRANGER, counter },
        base: VersionVector::default(),
        hlc: Hlc(counter),
        actor: Some(actor.id.clone()),
        source: Source::Manual,
        writes,
        settles: None,
        trace_id: TraceId(id),
    }
}

/// One edit that is wrong in one way, of a merchant that is there, by somebody who may do everything.
pub fn is_refused(record: &Record, actor: &Actor, rules: &RuleSet, chance: &mut Chance) -> Result<(), Broken> {
    let merchant = &record.merchant_id;
    let mut forged = edit(merchant, actor, 1 + chance.below(1_000), vec![write("note", "x")]);
    let mut before = record.clone();
    let mut settles = Settles { review_id: ReviewId::of(merchant), candidates: vec![Vec::new()], reason: None };
    let code = match chance.below(14) {
        0 => {
            forged.actor = Some(domain::ActorId::new("somebody-else").unwrap());
            ErrorCode::Forbidden
        }
        1 => {
            forged.writes.clear();
            ErrorCode::BadRequest
        }
        2 => {
            forged.base.add(forged.dot);
            ErrorCode::BadRequest
        }
        3 => {
            let Some(dot) = record.edits.keys().next() else { return Ok(()) };
            forged.dot = *dot;
            ErrorCode::BadRequest
        }
        4 => {
            forged.source = Source::Resolution;
            ErrorCode::BadRequest
        }
        5 => {
            settles.review_id = ReviewId::of(&MerchantId::new("XX-1").unwrap());
            forged.settles = Some(settles);
            ErrorCode::BadRequest
        }
        6 => {
            settles.reason = Some("长".repeat(REASON_CHARS_MAX + 1));
            forged.settles = Some(settles);
            ErrorCode::TooLarge
        }
        7 => {
            settles.candidates.clear();
            forged.settles = Some(settles);
            ErrorCode::BadRequest
        }
        8 => {
            forged.writes[0].base_value = Value::text("x".repeat(VALUE_BYTES_MAX + 1));
            ErrorCode::TooLarge
        }
        9 => {
            forged.writes.push(write("note", "y"));
            ErrorCode::BadRequest
        }
        10 => {
            // It names the candidates that nobody has shown it.
            let Some(field) = oracle::asked(record, rules).into_iter().next() else { return Ok(()) };
            let mut dots: Vec<Dot> = record.registers[&field].siblings.iter().map(|s| s.dot).collect();
            dots.sort();
            let value = record.registers[&field].siblings[0].value.clone();
            forged.writes = vec![Write { field, base_value: Value::NULL, value }];
            settles.candidates = vec![dots];
            forged.settles = Some(settles);
            ErrorCode::BadRequest
        }
        11 => {
            // So many fields that the last edit's have no room.
            for n in before.registers.len()..REGISTERS_MAX - WRITES_MAX / 2 {
                let field = FieldPath::new(format!("custom.f{n}")).unwrap();
                let dot = Dot { device: STRANGER, counter: 2_000 };
                let one = Sibling { dot, value: Value::yes(), base_value: Value::NULL };
                authority::write_register(before.registers.entry(field).or_default(), one, &forged.base);
            }
            forged.writes = (0..WRITES_MAX).map(|m| write(&format!("custom.last_{m}"), "x")).collect();
            ErrorCode::TooLarge
        }
        12 => {
            // As many values as a register holds, of as many people who have not seen each other's.
            let branch = before.registers.entry(FieldPath::fixed("branch")).or_default();
            for n in branch.siblings.len()..SIBLINGS_MAX {
                let dot = Dot { device: STRANGER, counter: 2_000 + n as u64 };
                let value = Value::text(format!("分店 {n}"));
                authority::write_register(branch, Sibling { dot, value, base_value: Value::NULL }, &forged.base);
            }
            forged.writes = vec![write("branch", "又一家")];
            ErrorCode::TooManyCandidates
        }
        _ => return incomplete(actor, rules, chance),
    };
    refused(Some(&before), &forged, actor, rules, code)
}

/// Of a merchant that is not there.
fn incomplete(actor: &Actor, rules: &RuleSet, chance: &mut Chance) -> Result<(), Broken> {
    let merchant = MerchantId::new("XX-1").unwrap();
    let mut forged = edit(&merchant, actor, 7, vec![write("name", "没有地址")]);
    let code = if chance.once_in(2) {
        forged.base.add(Dot { device: STRANGER, counter: 6 });
        ErrorCode::NotFound
    } else {
        ErrorCode::Required
    };
    refused(None, &forged, actor, rules, code)
}

fn refused(
    before: Option<&Record>,
    forged: &Edit,
    actor: &Actor,
    rules: &RuleSet,
    code: ErrorCode,
) -> Result<(), Broken> {
    let verdict = authority::accept(before.cloned(), forged, actor, rules, &Schema::default());
    let found = verdict.outcome.refusal().map(|(_, code, _)| code);
    let unchanged = before.is_none_or(|before| *before == verdict.record);
    if found == Some(code) && !verdict.changed && unchanged {
        return Ok(());
    }
    let what = format!("{forged:?}: {:?}, not {code:?}", verdict.outcome);
    Err(Broken::new("7 what is wrong is refused and changes nothing", what))
}
