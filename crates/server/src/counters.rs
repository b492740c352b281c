//! Counters in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use domain::edit::{Outcome, OutcomeState};

/// Upper ends of the push histogram, in seconds.
const PUSH_SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
const STATES: [OutcomeState; 5] = [
    OutcomeState::Applied,
    OutcomeState::Merged,
    OutcomeState::InReview,
    OutcomeState::Rejected,
    OutcomeState::Deferred,
];

#[derive(Default)]
struct Counts {
    /// By route (a template, hence bounded), method and status.
    requests: BTreeMap<(String, String, u16), u64>,
    edits: BTreeMap<OutcomeState, u64>,
    push_buckets: [u64; PUSH_SECONDS.len()],
    push_count: u64,
    push_seconds: f64,
}

/// What happened since the start.
#[derive(Default)]
pub struct Counters {
    counts: Mutex<Counts>,
}

impl Counters {
    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request was answered.
    pub fn request(&self, route: &str, method: &str, status: u16) {
        *self.counts().requests.entry((route.to_owned(), method.to_owned(), status)).or_default() += 1;
    }

    /// A batch was answered.
    pub fn push(&self, outcomes: &[Outcome], seconds: f64) {
        let mut counts = self.counts();
        for outcome in outcomes {
            *counts.edits.entry(outcome.state).or_default() += 1;
        }
        for (bucket, end) in counts.push_buckets.iter_mut().zip(PUSH_SECONDS) {
            *bucket += u64::from(seconds <= end);
        }
        counts.push_count += 1;
        counts.push_seconds += seconds;
    }

    /// All counters as text, with what is counted elsewhere.
    pub fn text(&self, open_reviews: u64, listeners: u64, head: u64) -> String {
        let counts = self.counts();
        let mut out = String::new();
        let head_of = |out: &mut String, name: &str, kind: &str, help: &str| {
            // A String never fails to take what is written to it.
            let _ = writeln!(out, "# HELP merchant_console_{name} {help}\n# TYPE merchant_console_{name} {kind}");
        };
        head_of(&mut out, "requests_total", "counter", "Requests answered.");
        for ((route, method, status), count) in &counts.requests {
            let _ = writeln!(
                out,
                "merchant_console_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {count}"
            );
        }
        head_of(&mut out, "edits_total", "counter", "Edits answered, by outcome.");
        for state in STATES {
            let count = counts.edits.get(&state).copied().unwrap_or_default();
            let _ = writeln!(out, "merchant_console_edits_total{{outcome=\"{}\"}} {count}", state.as_str());
        }
        head_of(&mut out, "push_seconds", "histogram", "Time to decide and store a batch of edits.");
        for (end, count) in PUSH_SECONDS.iter().zip(counts.push_buckets) {
            let _ = writeln!(out, "merchant_console_push_seconds_bucket{{le=\"{end}\"}} {count}");
        }
        let _ = writeln!(out, "merchant_console_push_seconds_bucket{{le=\"+Inf\"}} {}", counts.push_count);
        let _ = writeln!(out, "merchant_console_push_seconds_sum {}", counts.push_seconds);
        let _ = writeln!(out, "merchant_console_push_seconds_count {}", counts.push_count);
        let gauges = [
            ("open_reviews", "Merchants with questions that wait for people.", open_reviews),
            ("listeners", "Clients that listen to wake-ups.", listeners),
            ("changes", "Newest change number.", head),
        ];
        for (name, help, value) in gauges {
            head_of(&mut out, name, "gauge", help);
            let _ = writeln!(out, "merchant_console_{name} {value}");
        }
        out
    }
}
