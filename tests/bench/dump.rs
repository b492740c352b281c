//! The whole state of one side, one merchant a line, for the comparison of what was kept. Not timed.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use domain::profile::Registers;
use domain::review::Review;
use domain::rules::RuleSet;
use domain::{FieldPath, MerchantId, Scope};
use serde_json::{Map, Value as Json};
use server::db;
use sync_engine::reconcile;

use crate::Failure;
use crate::figures::Figures;
use crate::place::Place;
use crate::workload::FIELDS;

/// Merchants that are read at once.
const CHUNK: u32 = 1_000;

/// What the device shows, and the candidates of the reviews it can show.
pub async fn client(place: &Place, out: &Path) -> Result<Figures, Failure> {
    let console = place.console().await?;
    let mut out = BufWriter::new(File::create(out)?);
    let (mut last, mut ops) = (String::new(), 0);
    loop {
        let ids = console.cache().ids_after(&last, CHUNK).await?;
        let Some(end) = ids.last() else { break };
        last = end.to_string();
        for id in &ids {
            let view = console.store(id).await?;
            line(&mut out, id, &view.profile.to_registers(), view.review.as_ref())?;
            ops += 1;
        }
    }
    out.flush()?;
    Ok(Figures { ops, ..Figures::default() })
}

/// The same from the backend's database.
pub async fn server(place: &Place, out: &Path) -> Result<Figures, Failure> {
    let db = db::open(&place.database()).await?;
    let mut out = BufWriter::new(File::create(out)?);
    let (rules, mut last, mut ops) = (RuleSet::default(), String::new(), 0);
    loop {
        let page = db.merchants(&last, CHUNK as usize, &Scope::All).await?;
        let Some(end) = page.last() else { break };
        last = end.record.merchant_id.to_string();
        for merchant in &page {
            let record = &merchant.record;
            let (shown, review) = (reconcile::shown(record, &rules), reconcile::review(record, &rules));
            line(&mut out, &record.merchant_id, &shown, review.as_ref())?;
            ops += 1;
        }
    }
    out.flush()?;
    Ok(Figures { ops, ..Figures::default() })
}

fn line(
    out: &mut impl std::io::Write,
    id: &MerchantId,
    shown: &Registers,
    review: Option<&Review>,
) -> Result<(), Failure> {
    let mut line = Map::new();
    line.insert("merchant_id".to_owned(), id.as_str().into());
    for field in FIELDS {
        let text = shown.get(&FieldPath::new(field)?).map(|value| value.plain()).unwrap_or_default();
        line.insert(field.to_owned(), text.into());
    }
    let candidates = review.into_iter().flat_map(|review| &review.items).flat_map(|item| {
        let shows = shown.get(&item.field);
        let others = item.candidates.iter().filter(move |candidate| Some(&candidate.value) != shows);
        others.map(|candidate| serde_json::json!({ (item.field.as_str()): candidate.value.plain() }))
    });
    let candidates: Vec<Json> = candidates.collect();
    if !candidates.is_empty() {
        line.insert("_conflicts".to_owned(), candidates.into());
    }
    writeln!(out, "{}", Json::Object(line))?;
    Ok(())
}
