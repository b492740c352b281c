//! One demo merchant: its profile, and the rows that importing it leaves.

use std::collections::BTreeMap;

#[cfg(test)]
use domain::edit::{Edit, Write};
use domain::edit::{OutcomeState, Source};
use domain::field::WEEKDAYS;
use domain::profile::Registers;
use domain::{
    Actor, ActorId, DeviceId, Dot, EditId, FieldPath, Hlc, MerchantId, Problem, Record, Register, Role, Scope, Sibling,
    TraceId, Value, VersionVector, WriteMeta, digest,
};
use rand::seq::IndexedRandom;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::DemoError;
use super::places::{CITIES, City};
use super::words::{BRANDS, KINDS, MOBILE, PARKING, WEEKS, Week};
use crate::db::DbError;
use crate::db::edits::{EditRow, MerchantRow, StoredWrite};

/// The device that imported the demo data.
const DEVICE: DeviceId = DeviceId(0x5eed_0000_0000_0001);

/// A generated merchant.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoMerchant {
    /// `BJ-0187`
    pub id: MerchantId,
    /// Its profile, in normal form.
    pub registers: Registers,
    edit_id: EditId,
    trace_id: TraceId,
}

fn one<'a, T>(rng: &mut ChaCha8Rng, of: &'a [T]) -> &'a T {
    // The lists are constants and not empty.
    of.choose(rng).unwrap_or(&of[0])
}

/// The nth merchant of a seed.
///
/// # Errors
/// If a generated id or path is malformed.
pub fn merchant(seed: u64, index: u32) -> Result<DemoMerchant, Problem> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(index));
    let cities = u32::try_from(CITIES.len()).unwrap_or(1);
    let city = &CITIES[(index % cities) as usize];
    let id = MerchantId::new(format!("{}-{:04}", city.code, index / cities + 1))?;
    let registers = profile(&mut rng, city)?;
    let mut random = [0; 10];
    rng.fill_bytes(&mut random);
    let made_at_ms = super::IMPORTED_AT_MS + u64::from(index);
    let edit_id = EditId(uuid::Builder::from_unix_timestamp_millis(made_at_ms, &random).into_uuid());
    rng.fill_bytes(&mut random);
    let trace_id = TraceId(uuid::Builder::from_unix_timestamp_millis(made_at_ms, &random).into_uuid());
    Ok(DemoMerchant { id, registers, edit_id, trace_id })
}

fn profile(rng: &mut ChaCha8Rng, city: &City) -> Result<Registers, Problem> {
    let kind = one(rng, &KINDS);
    let district = one(rng, city.districts);
    let mut registers = Registers::new();
    let mut put = |path: String, value: Value| FieldPath::new(path).map(|field| registers.insert(field, value));
    let name = format!("{}{}（{}店）", one(rng, &BRANDS), one(rng, kind.dishes), one(rng, city.spots));
    put("name".to_owned(), Value::text(name))?;
    let address = format!("{}{district}{}{}号", city.name, one(rng, city.streets), rng.random_range(1..=388));
    put("address".to_owned(), Value::text(address))?;
    put("region".to_owned(), Value::text(format!("{}{district}", city.name)))?;
    put("category".to_owned(), Value::text(kind.category))?;
    let status = match rng.random_range(0..100) {
        0..=91 => "open",
        92..=95 => "paused",
        96..=97 => "moving",
        _ => "closed",
    };
    put("status".to_owned(), Value::text(status))?;
    let mobile = format!("+86{}{:08}", one(rng, &MOBILE), rng.random_range(10_000_000..100_000_000_u32));
    let fixed =
        format!("+86{}{}{:07}", city.area_code, one(rng, &["6", "8"]), rng.random_range(1_000_000..10_000_000_u32));
    let primary = if rng.random_bool(0.6) { &mobile } else { &fixed };
    put("phones.primary".to_owned(), Value::text(primary.as_str()))?;
    put(format!("phones.{primary}"), Value::yes())?;
    if rng.random_bool(0.35) {
        let other = if *primary == mobile { &fixed } else { &mobile };
        put(format!("phones.{other}"), Value::yes())?;
    }
    let week = &WEEKS[*one(rng, kind.weeks)];
    for (day, spans) in hours(week) {
        put(format!("hours.{day}"), Value::list(spans.iter().copied()))?;
    }
    for tag in kind.tags {
        if rng.random_bool(0.5) {
            put(format!("tags.{tag}"), Value::yes())?;
        }
    }
    put("custom.人均消费".to_owned(), Value::text(rng.random_range(kind.spend.0..=kind.spend.1).to_string()))?;
    put("custom.座位".to_owned(), Value::text((rng.random_range(2..=60) * 4).to_string()))?;
    if rng.random_bool(0.7) {
        put("custom.停车".to_owned(), Value::text(*one(rng, &PARKING)))?;
    }
    Ok(registers)
}

fn hours(week: &'static Week) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    WEEKDAYS.into_iter().enumerate().map(|(n, day)| match n {
        _ if week.closed == Some(n) => (day, [].as_slice()),
        4 | 5 => (day, week.weekend),
        _ => (day, week.days),
    })
}

/// Who imported the demo data.
pub(super) fn importer() -> Result<Actor, Problem> {
    Ok(Actor {
        id: ActorId::new("demo-import")?,
        name: "演示数据".to_owned(),
        role: Role::Administrator,
        scope: Scope::All,
    })
}

#[cfg(test)]
/// The edit by which the device imported a merchant.
pub(super) fn edit(merchant: &DemoMerchant, counter: u64, hlc: Hlc) -> Edit {
    let write = |(field, value): (&FieldPath, &Value)| Write {
        field: field.clone(),
        base_value: Value::NULL,
        value: value.clone(),
    };
    Edit {
        edit_id: merchant.edit_id,
        merchant_id: merchant.id.clone(),
        dot: Dot { device: DEVICE, counter },
        base: VersionVector::default(),
        hlc,
        actor: None,
        source: Source::Import,
        writes: merchant.registers.iter().map(write).collect(),
        settles: None,
        trace_id: merchant.trace_id,
    }
}

/// What storing that edit leaves. Written out, because deciding about each costs more than making it; a test
/// holds it against the real way.
pub(super) fn rows(merchant: &DemoMerchant, counter: u64, hlc: Hlc) -> Result<(MerchantRow, EditRow), DemoError> {
    let dot = Dot { device: DEVICE, counter };
    let importer = importer()?;
    let register = |value: &Value| Register {
        siblings: vec![Sibling { dot, value: value.clone(), base_value: Value::NULL }],
        context: VersionVector::default(),
    };
    let meta = WriteMeta {
        edit_id: merchant.edit_id,
        actor: importer.id.clone(),
        actor_name: importer.name.clone(),
        role: importer.role,
        source: Source::Import,
        hlc,
    };
    let record = Record {
        merchant_id: merchant.id.clone(),
        registers: merchant.registers.iter().map(|(field, value)| (field.clone(), register(value))).collect(),
        edits: BTreeMap::from([(dot, meta)]),
    };
    let writes: Vec<StoredWrite> = merchant
        .registers
        .iter()
        .map(|(field, value)| StoredWrite {
            field: field.clone(),
            before: Value::NULL,
            after: value.clone(),
            decision: domain::Decision::Applied,
        })
        .collect();
    let name = merchant.registers.get(&FieldPath::fixed("name")).map(Value::plain).unwrap_or_default();
    let text = digest::canonical(&record).map_err(DbError::from)?;
    let row = MerchantRow {
        seq: counter,
        merchant_id: merchant.id.clone(),
        name,
        deleted: false,
        contested: 0,
        digest: digest::row(&text),
        bucket: digest::bucket(&merchant.id),
        record: text,
    };
    let edit = EditRow {
        edit_id: merchant.edit_id,
        merchant_id: merchant.id.clone(),
        dot: dot.to_string(),
        hlc: hlc.to_string(),
        actor: importer.id.into(),
        actor_name: importer.name,
        role: importer.role.as_str(),
        source: Source::Import,
        reason: None,
        trace_id: merchant.trace_id.0,
        received_at_ms: hlc.wall_ms(),
        lag_ms: None,
        seq: counter,
        state: OutcomeState::Applied,
        writes: serde_json::to_string(&writes).map_err(DbError::from)?,
        answer: None,
    };
    Ok((row, edit))
}
