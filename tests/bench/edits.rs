//! A person's edits, one after another, as the window makes them: open the profile, change a field, save.

use std::path::Path;
use std::time::{Duration, Instant};

use client::Console;
use domain::Value;
use domain::ipc::SaveStore;
use domain::profile::Profile;

use crate::Failure;
use crate::figures::{Figures, quantile};
use crate::place::Place;
use crate::workload::{self, FieldEdit};

/// Makes all edits of a file without a server. `seconds` holds opening and saving.
pub async fn edit(place: &Place, file: &Path) -> Result<Figures, Failure> {
    let edits: Vec<FieldEdit> = workload::lines(file)?;
    let console = place.console().await?;
    let mut saves = Vec::with_capacity(edits.len());
    let begun = Instant::now();
    for edit in &edits {
        saves.push(make(&console, edit).await?);
    }
    let took = begun.elapsed();
    console.close().await;
    let saving: Duration = saves.iter().sum();
    let (p50, p99) = (quantile(&mut saves, 0.5), quantile(&mut saves, 0.99));
    let note = format!(
        "{}; save alone {:.3} s, p50 {} µs, p99 {} µs",
        place.policy(),
        saving.as_secs_f64(),
        p50.as_micros(),
        p99.as_micros()
    );
    let more = vec![("save_seconds", saving), ("save_p50_seconds", p50), ("save_p99_seconds", p99)];
    Ok(Figures { ops: edits.len() as u64, took: Some(took), note, more })
}

/// One edit; answers with how long the save alone took.
async fn make(console: &Console, edit: &FieldEdit) -> Result<Duration, Failure> {
    let view = console.store(&edit.merchant_id).await?;
    let mut edited = view.profile.clone();
    set(&mut edited, &edit.field, &edit.value);
    let save = SaveStore { original: Some(view.profile), edited, version: Some(view.version) };
    let begun = Instant::now();
    let saved = console.save_store(save).await?;
    let took = begun.elapsed();
    match saved.edit_id {
        Some(_) => Ok(took),
        None => Err(format!("{} {} was not changed by its edit", edit.merchant_id, edit.field).into()),
    }
}

fn set(profile: &mut Profile, field: &str, text: &str) {
    match field {
        "name" => profile.name = text.to_owned(),
        "address" => profile.address = text.to_owned(),
        "category" => profile.category = text.to_owned(),
        other => {
            profile.other.insert(other.to_owned(), Value::text(text));
        }
    }
}
