//! What a phase measured.

use std::time::Duration;

use serde_json::json;

use crate::Failure;

/// The figures of one phase, printed as one line of JSON.
#[derive(Default)]
pub struct Figures {
    /// What was moved.
    pub ops: u64,
    /// From the opened store to the durable result.
    pub took: Option<Duration>,
    /// How durable, and what else belongs to the figure.
    pub note: String,
    /// Further times by name.
    pub more: Vec<(&'static str, Duration)>,
}

impl Figures {
    /// The line.
    pub fn line(&self) -> Result<String, Failure> {
        let mut line = json!({ "ops": self.ops, "note": self.note, "rss_mb": memory_peak_mb() });
        if let Some(took) = self.took {
            line["seconds"] = json!(took.as_secs_f64());
        }
        for (name, time) in &self.more {
            line[*name] = json!(time.as_secs_f64());
        }
        Ok(serde_json::to_string(&line)?)
    }
}

/// The p-th part of some times, 0 to 1.
pub fn quantile(times: &mut [Duration], p: f64) -> Duration {
    times.sort_unstable();
    let place = (times.len().saturating_sub(1)) as f64 * p;
    times.get(place.round() as usize).copied().unwrap_or_default()
}

/// The most memory that this process has had, in MB; nothing where the system does not say.
fn memory_peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}
