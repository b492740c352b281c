//! Medians of a run, held against the budgets.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use crate::Failure;
use crate::workload::lines;

/// A phase of an entrant and its seconds, round by round without the warm-up.
type Times = BTreeMap<(String, String), Vec<f64>>;

/// The figure of another entrant, times a factor, that ours must not exceed.
struct Budget {
    what: &'static str,
    ours: (&'static str, &'static str),
    /// The first of these that took part.
    against: &'static [(&'static str, &'static str)],
    factor: f64,
}

/// Over a slow line.
const ROUND_TRIPS_MORE_MAX: f64 = 2.0;

const BUDGETS: [Budget; 10] = [
    Budget {
        what: "local save, durable one by one",
        ours: ("ours_full", "save"),
        against: &[("raw_rust_full", "local_edit"), ("limit", "local_edit")],
        factor: 1.3,
    },
    Budget {
        what: "local save, 99 of 100",
        ours: ("ours_full", "save_p99"),
        against: &[("limit", "save_p99")],
        factor: 2.0,
    },
    Budget {
        what: "local save in the system's cache",
        ours: ("ours_normal", "save"),
        against: &[("raw_rust_normal", "local_edit")],
        factor: 1.3,
    },
    Budget { what: "push against Anki", ours: ("ours_full", "push"), against: &[("anki", "push")], factor: 0.5 },
    Budget {
        what: "push against the limit",
        ours: ("ours_full", "push"),
        against: &[("raw_rust_full", "push"), ("limit", "push")],
        factor: 2.0,
    },
    Budget { what: "B's sync", ours: ("ours_full", "sync_b"), against: &[("anki", "sync_b")], factor: 1.0 },
    Budget { what: "pull", ours: ("ours_full", "pull"), against: &[("automerge_full", "pull")], factor: 1.0 },
    Budget {
        what: "first pull, list usable",
        ours: ("ours_full", "bootstrap"),
        against: &[("raw_rust_full", "bootstrap")],
        factor: 1.5,
    },
    Budget {
        what: "first pull, everything searchable",
        ours: ("ours_full", "searchable"),
        against: &[("raw_rust_full", "bootstrap")],
        factor: 3.0,
    },
    Budget {
        what: "open and save, against Anki",
        ours: ("ours_full", "local_edit"),
        against: &[("anki", "local_edit")],
        factor: 1.0,
    },
];

/// Prints two Markdown tables: all medians, and the budgets.
pub fn judge(file: &Path) -> Result<(), Failure> {
    let times = read(file)?;
    println!("| entrant | phase | median | from | to | rounds |\n|---|---|--:|--:|--:|--:|");
    for ((entrant, phase), seconds) in &times {
        let (least, most) = (seconds.first().copied(), seconds.last().copied());
        let [median, least, most] = [Some(median(seconds)), least, most].map(|s| milliseconds(s.unwrap_or_default()));
        println!("| {entrant} | {phase} | {median} | {least} | {most} | {} |", seconds.len());
    }
    println!("\n| budget | ours | against | theirs | allowed | ratio | met |\n|---|--:|---|--:|--:|--:|---|");
    let of = |(entrant, phase): (&str, &str)| times.get(&(entrant.to_owned(), phase.to_owned())).map(|t| median(t));
    for budget in &BUDGETS {
        let theirs = budget.against.iter().find_map(|name| Some((name, of(*name)?)));
        let (Some(ours), Some(((entrant, phase), theirs))) = (of(budget.ours), theirs) else { continue };
        let ratio = ours / theirs;
        println!(
            "| {} | {} | {entrant} {phase} | {} | {:.2} | {ratio:.2} | {} |",
            budget.what,
            milliseconds(ours),
            milliseconds(theirs),
            budget.factor,
            if ratio <= budget.factor { "yes" } else { "no" }
        );
    }
    for line in lines::<Json>(file)?.iter().filter(|line| line["phase"] == "verify" || line["phase"] == "FAILED") {
        println!(
            "\n{}: {} values lost, {} in review, equal {}, damaged {}{}",
            text(&line["entrant"]),
            line["lost"],
            line["in_conflict_only"],
            line["equal"],
            line["damaged_records"],
            if line["phase"] == "FAILED" { format!("; failed: {}", text(&line["note"])) } else { String::new() }
        );
    }
    Ok(())
}

/// Prints how many round trips ours needs beyond the limit, by phase: from the times of two runs whose round trips differ
/// by so many milliseconds, so that work does not count.
pub fn round_trips(near: &Path, far: &Path, longer_ms: f64) -> Result<(), Failure> {
    let (near, far) = (read(near)?, read(far)?);
    println!("| phase | round trips of ours | of the limit | more | allowed | met |\n|---|--:|--:|--:|--:|---|");
    for phase in ["bootstrap", "push", "sync_b", "pull"] {
        let trips = |entrant: &str| {
            let of = |times: &Times| times.get(&(entrant.to_owned(), phase.to_owned())).map(|seconds| median(seconds));
            Some((of(&far)? - of(&near)?) * 1e3 / longer_ms)
        };
        let (Some(ours), Some(limit)) = (trips("ours_full"), trips("raw_rust_full")) else { continue };
        let more = ours - limit;
        // A round trip more is 1; what is less than half of one is the jitter of the machine.
        let met = if more.round() <= ROUND_TRIPS_MORE_MAX { "yes" } else { "no" };
        println!("| {phase} | {ours:.1} | {limit:.1} | {more:.1} | {ROUND_TRIPS_MORE_MAX} | {met} |");
    }
    Ok(())
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn read(file: &Path) -> Result<Times, Failure> {
    let mut times = Times::new();
    for line in lines::<Json>(file)? {
        let entrant = text(&line["entrant"]);
        let mut put = |phase: &str, seconds: Option<f64>| {
            if let Some(seconds) = seconds {
                times.entry((entrant.to_owned(), phase.to_owned())).or_default().push(seconds);
            }
        };
        // The first round warms up.
        if line["rep"] == 0 || matches!(text(&line["phase"]), "seed" | "verify" | "FAILED") {
            continue;
        }
        put(text(&line["phase"]), line["seconds"].as_f64());
        // A harness hands on the note alone.
        let note = text(&line["note"]);
        match text(&line["phase"]) {
            "local_edit" => {
                put("save", number_after(note, "save alone "));
                put("save_p99", number_after(note, "p99 ").map(|micros| micros / 1e6));
            }
            "bootstrap" => put("searchable", number_after(note, "searchable after ")),
            _ => {}
        }
    }
    times.values_mut().for_each(|seconds| seconds.sort_by(f64::total_cmp));
    Ok(times)
}

fn number_after(text: &str, words: &str) -> Option<f64> {
    text.split_once(words)?.1.split_whitespace().next()?.parse().ok()
}

/// Of sorted times.
fn median(seconds: &[f64]) -> f64 {
    let middle = seconds.len() / 2;
    match (seconds.len() % 2, seconds.get(middle)) {
        (1, Some(one)) => *one,
        (_, Some(upper)) => (upper + seconds[middle - 1]) / 2.0,
        _ => 0.0,
    }
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1e3)
}
