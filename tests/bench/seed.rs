//! The backend's store with all merchants, as the edits of a device that imported them leave it.

use std::sync::Arc;

use domain::edit::{Edit, Source, Write};
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::version::{Dot, VersionVector};
use domain::{Actor, ActorId, DeviceId, EditId, Hlc, Role, Scope, TraceId, Value};
use server::accounts::{self, NewAccount};
use server::db;
use server::ingest;
use uuid::Uuid;

use crate::Failure;
use crate::figures::Figures;
use crate::place::Place;
use crate::workload::{self, Merchant};

/// The device that imported.
const IMPORTER: DeviceId = DeviceId(1);
/// When: 2026-11-01 00:00 UTC, in milliseconds since 1970.
const IMPORTED_AT_MS: u64 = 1_793_491_200_000;
/// Edits of one transaction.
const CHUNK: usize = 1_000;

/// Makes the database, its merchants and the accounts of the two devices.
pub async fn seed(place: &Place) -> Result<Figures, Failure> {
    std::fs::create_dir_all(&place.server)?;
    let database = place.database();
    let merchants: Vec<Merchant> = workload::lines(&place.workload.join("merchants.ndjson"))?;
    let db = db::open(&database).await?;
    let importer = Actor {
        id: ActorId::new("importer")?,
        name: "Importer".to_owned(),
        role: Role::Administrator,
        scope: Scope::All,
    };
    for (chunk, first) in merchants.chunks(CHUNK).zip((1_u64..).step_by(CHUNK)) {
        let edits: Vec<Edit> =
            chunk.iter().zip(first..).map(|(merchant, n)| import(merchant, n)).collect::<Result<_, _>>()?;
        let (by, rules, schema) = (importer.clone(), RuleSet::default(), Schema::default());
        let decide =
            Box::new(move |edits: &[Edit], loaded| ingest::plan(edits, &by, &rules, &schema, loaded, IMPORTED_AT_MS));
        let (outcomes, _) = db.push(Arc::new(edits), decide).await?;
        if let Some((field, _, message)) = outcomes.iter().find_map(|outcome| outcome.refusal()) {
            return Err(format!("the backend does not take the workload: {field}: {message}").into());
        }
    }
    db.close().await;
    for client in ["a", "b"] {
        let person = Place::person(client);
        let account = NewAccount { id: person.username, role: Role::Operations, name: None, merchants: Vec::new() };
        accounts::add_user(&database, account, &person.password).await?;
    }
    Ok(Figures { ops: merchants.len() as u64, ..Figures::default() })
}

fn import(merchant: &Merchant, n: u64) -> Result<Edit, Failure> {
    let writes = merchant.registers()?.into_iter();
    Ok(Edit {
        edit_id: EditId(Uuid::now_v7()),
        merchant_id: merchant.merchant_id.clone(),
        dot: Dot { device: IMPORTER, counter: n },
        base: VersionVector::default(),
        hlc: Hlc::at_ms(IMPORTED_AT_MS),
        actor: None,
        source: Source::Import,
        writes: writes.map(|(field, value)| Write { field, base_value: Value::NULL, value }).collect(),
        settles: None,
        trace_id: TraceId(Uuid::now_v7()),
    })
}
