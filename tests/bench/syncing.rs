//! Syncs from the first request to the end.

use std::time::{Duration, Instant};

use client::Console;

use crate::Failure;
use crate::figures::Figures;
use crate::place::Place;

/// The longest that a phase may take.
const LIMIT: Duration = Duration::from_secs(600);

/// Fetches everything into an empty store. `seconds` ends when the list can be used; the search index fills by itself
/// and its end is a figure of its own.
pub async fn bootstrap(place: &Place) -> Result<Figures, Failure> {
    let console = place.signed_in().await?;
    let begun = Instant::now();
    console.exchange(LIMIT, false).await?;
    let usable = begun.elapsed();
    index(&console).await?;
    let searchable = begun.elapsed();
    let ops = console.cache().numbers().await?.merchants;
    console.close().await;
    let note =
        format!("rows over HTTP, no snapshot file; list usable; searchable after {:.3} s", searchable.as_secs_f64());
    Ok(Figures { ops, took: Some(usable), note, more: vec![("searchable_seconds", searchable)] })
}

/// Until search finds everything. Indices that only hasten the sorting of lists come after that.
async fn index(console: &Console) -> Result<(), Failure> {
    while console.cache().unindexed().await? > 0 {
        console.cache().index_chunk().await?;
    }
    Ok(())
}

/// One complete sync, both ways: it sends and fetches until nothing is left to do. The index then catches up by itself,
/// and its end is a figure of its own.
pub async fn sync(place: &Place) -> Result<Figures, Failure> {
    let console = place.signed_in().await?;
    let before = console.cache().numbers().await?;
    let begun = Instant::now();
    console.exchange(LIMIT, false).await?;
    let took = begun.elapsed();
    index(&console).await?;
    let searchable = begun.elapsed();
    let after = console.cache().numbers().await?;
    console.close().await;
    let note = format!(
        "{} changes waited before, {} after; {} in review; searchable after {:.3} s",
        before.queued,
        after.queued,
        after.in_review,
        searchable.as_secs_f64()
    );
    let more = vec![("searchable_seconds", searchable)];
    Ok(Figures { ops: before.queued, took: Some(took), note, more })
}
