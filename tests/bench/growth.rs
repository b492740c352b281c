//! Whether time and memory stay flat: the same phases with ever more merchants, and with ever more edits that wait.

use std::path::Path;

use serde_json::Value as Json;

use crate::Failure;
use crate::alone::{Round, seeded};
use crate::generate::generate;

/// Merchants and edits that wait. First the merchants grow, then the edits.
const SIZES: [(usize, usize); 7] = [
    (10_000, 1_000),
    (100_000, 1_000),
    (1_000_000, 1_000),
    (100_000, 100),
    (100_000, 10_000),
    (100_000, 30_000),
    (100_000, 100_000),
];

/// Runs the phases once for each size up to a number of merchants, and prints a Markdown table: microseconds for each
/// merchant of the first pull and for each edit, and the device's memory in MB.
pub fn run(folder: &Path, merchants_max: usize) -> Result<(), Failure> {
    println!(
        "| merchants | edits | first pull | save, median | save, 99 of 100 | push | their pull | memory: first pull | saves | push |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (merchants, edits) in SIZES.into_iter().filter(|(merchants, _)| *merchants <= merchants_max) {
        let workload = folder.join(format!("{merchants}-{edits}"));
        generate(&workload, merchants, edits)?;
        let seeded = seeded(&folder.join(format!("seeded-{merchants}")), &workload)?;
        let run = folder.join("run");
        let _ = std::fs::remove_dir_all(&run);
        let phases = Round::begin(&run, &seeded, &workload, "full")?.phases()?;
        let of = |name: &str| phases.iter().find(|(phase, _)| *phase == name).map(|(_, figures)| figures);
        let micros = |phase: &str, figure: &str, each: usize| {
            let seconds = of(phase).and_then(|figures| figures[figure].as_f64()).unwrap_or_default();
            format!("{:.1} µs", seconds * 1e6 / each as f64)
        };
        let memory = |phase: &str| of(phase).map_or(Json::Null, |figures| figures["rss_mb"].clone());
        let memory = |phase: &str| format!("{:.0}", memory(phase).as_f64().unwrap_or_default());
        println!(
            "| {merchants} | {edits} | {} | {} | {} | {} | {} | {} | {} | {} |",
            micros("bootstrap", "seconds", merchants),
            micros("local_edit", "save_p50_seconds", 1),
            micros("local_edit", "save_p99_seconds", 1),
            micros("push", "seconds", edits),
            micros("sync_b", "seconds", edits),
            memory("bootstrap"),
            memory("local_edit"),
            memory("push"),
        );
        std::fs::remove_dir_all(&workload)?;
        let _ = std::fs::remove_dir_all(&run);
    }
    Ok(())
}
