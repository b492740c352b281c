//! Commands that only look.

use client::Console;
use domain::api::HistoryEntry;
use domain::ipc::{StatusView, StoreRow, SyncPhase};
use domain::{Decision, ErrorCode, MerchantId, Problem};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Failed, filter, output};

/// The form of `status --json`; a contract.
#[derive(Serialize)]
struct StatusJson<'a> {
    synced: bool,
    queued: u64,
    in_review: u64,
    rejected: u64,
    merchants: u64,
    last_sync: Option<String>,
    oldest_unsynced_s: Option<u64>,
    server: &'a str,
    online: bool,
}

impl<'a> StatusJson<'a> {
    fn of(status: &'a StatusView) -> Self {
        Self {
            synced: status.phase == SyncPhase::Synced,
            queued: status.queued,
            in_review: status.in_review,
            rejected: status.rejected,
            merchants: status.merchants,
            last_sync: status.last_sync_at.map(|at| at.to_rfc3339()),
            oldest_unsynced_s: status.oldest_unsynced_s,
            server: &status.server,
            online: status.online,
        }
    }
}

/// Prints the status.
pub async fn status(console: &Console, as_json: bool) -> Result<(), Failed> {
    let status = console.status().await?;
    print_status(&status, as_json)
}

/// Prints a status that is at hand.
pub fn print_status(status: &StatusView, as_json: bool) -> Result<(), Failed> {
    let short = StatusJson::of(status);
    if as_json {
        return output::json(&short);
    }
    let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    output::table(&[
        vec!["synced".into(), yes_no(short.synced)],
        vec!["queued".into(), short.queued.to_string()],
        vec!["own in review".into(), short.in_review.to_string()],
        vec!["rejected".into(), short.rejected.to_string()],
        vec!["merchants".into(), short.merchants.to_string()],
        vec!["last sync".into(), short.last_sync.unwrap_or_else(|| "never".into())],
        vec!["oldest unsynced".into(), short.oldest_unsynced_s.map_or("-".into(), |s| format!("{s} s"))],
        vec!["server".into(), format!("{}{}", short.server, if status.fallback { " (standby)" } else { "" })],
        vec!["online".into(), format!("{} (when the server was last asked)", yes_no(short.online))],
    ])
}

/// Prints what a search finds.
pub async fn search(console: &Console, as_json: bool, text: &str, limit: u32) -> Result<(), Failed> {
    filter::catch_up(console).await?;
    let rows = console.find(text, limit).await?;
    if as_json {
        return output::json(&rows.iter().map(row_json).collect::<Vec<_>>());
    }
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| vec![row.id.to_string(), row.name.clone(), row.address.clone(), row_state(row).to_owned()])
        .collect();
    output::table(&lines)
}

fn row_json(row: &StoreRow) -> Json {
    json!({
        "merchant_id": row.id,
        "name": row.name,
        "address": row.address,
        "region": row.region,
        "category": row.category,
        "status": row.status,
        "state": row_state(row),
    })
}

/// The most urgent thing about a merchant.
fn row_state(row: &StoreRow) -> &'static str {
    match row {
        row if row.rejected > 0 => "rejected",
        row if row.contested > 0 => "conflict",
        row if row.queued > 0 => "pending",
        row if row.in_review > 0 => "in_review",
        _ => "synced",
    }
}

/// Prints a profile in the exchange form, with `state` and `version` beside it. Always JSON.
pub async fn get(console: &Console, id: &str) -> Result<(), Failed> {
    let view = console.store(&merchant(id)?).await?;
    let mut profile =
        serde_json::to_value(&view.profile).map_err(|error| Problem::new(ErrorCode::Internal, error.to_string()))?;
    if let Some(object) = profile.as_object_mut() {
        object.insert("state".into(), json!(row_state(&view.row)));
        object.insert("version".into(), json!(view.version));
    }
    output::json(&profile)
}

/// A merchant id from the command line.
pub fn merchant(id: &str) -> Result<MerchantId, Failed> {
    MerchantId::new(id).map_err(|problem| Failed::Usage(problem.title))
}

/// Prints the open reviews.
pub async fn reviews(console: &Console, as_json: bool) -> Result<(), Failed> {
    let reviews = console.reviews().await?;
    if as_json {
        return output::json(&reviews);
    }
    for review in &reviews {
        output::line(&format!("{}  {}  {}", review.review_id, review.merchant_id, review.merchant_name))?;
        for item in &review.items {
            output::line(&format!("  {}  was {}", item.field, item.base.canonical()))?;
            for candidate in &item.candidates {
                output::line(&format!("    {}  by {}", candidate.value.canonical(), candidate.actor_name))?;
            }
        }
    }
    Ok(())
}

/// Prints a merchant's history.
pub async fn history(console: &Console, as_json: bool, id: &str) -> Result<(), Failed> {
    let view = console.history(&merchant(id)?).await?;
    if as_json {
        return output::json(&view);
    }
    if !view.complete {
        let why = if console.status().await?.session.signed_in {
            "the server cannot be reached"
        } else {
            "nobody is signed in"
        };
        let known = view.as_of.map(|at| format!("what was known at {}", at.to_rfc3339()));
        output::say(&format!(
            "note: {why}; this is {}",
            known.as_deref().unwrap_or("only what waits on this computer")
        ));
    }
    for pending in &view.pending {
        output::line(&format!(
            "{}  {}  {}  {}  {}",
            pending.at.to_rfc3339(),
            pending.actor_name,
            pending.change.field,
            output::change(&pending.change),
            pending.state.as_str(),
        ))?;
    }
    for entry in &view.entries {
        let field = entry.field.as_str();
        output::line(&format!(
            "{}  {}  {field}  {} → {}  {}",
            entry.received_at.to_rfc3339(),
            entry.actor_name,
            output::value(field, &entry.before),
            output::value(field, &entry.after),
            became(entry),
        ))?;
    }
    Ok(())
}

/// What became of a write, and the reason that was given for it.
fn became(entry: &HistoryEntry) -> String {
    let decision = match &entry.decision {
        Decision::Applied => "applied".to_owned(),
        Decision::Same => "was there already".to_owned(),
        Decision::AutoResolved { rule, won: true } => format!("preferred by rule {rule}"),
        Decision::AutoResolved { rule, won: false } => format!("overruled by rule {rule}"),
        Decision::NeedsReview => "given to people to choose".to_owned(),
        Decision::Rejected { code, message } => format!("refused: {message} [{code}]"),
    };
    entry.reason.as_ref().map_or(decision.clone(), |reason| format!("{decision} (reason: {reason})"))
}
