//! What waits, was refused or is being reviewed: look, send again, discard.

use std::collections::{BTreeMap, HashSet};

use clap::Subcommand;
use client::Console;
use domain::ipc::{OutboxGroup, OutboxRow};
use domain::{EditId, ErrorCode, Problem};
use serde_json::json;

use super::write::{assignments, print_saved};
use super::{Failed, output};

/// Changes that are named one by one where there may be many.
const NAMED: usize = 20;

/// What to do with changes of the outbox.
#[derive(Subcommand)]
pub enum OutboxCommand {
    /// Send refused ones again, as new edits with the same values; waiting ones without a delay.
    Retry {
        /// Which, as `outbox` names them.
        #[arg(required_unless_present = "all_refused", value_name = "EDIT")]
        edits: Vec<EditId>,
        /// Every one that was refused.
        #[arg(long, conflicts_with = "edits")]
        all_refused: bool,
    },
    /// Send a refused one again with other values.
    Resend {
        /// Which.
        edit: EditId,
        /// The values that are to be others.
        #[arg(required = true, value_name = "FIELD=VALUE")]
        values: Vec<String>,
    },
    /// Give up refused ones, and take back waiting ones that were never sent.
    Discard {
        /// Which, as `outbox` names them.
        #[arg(required = true, value_name = "EDIT")]
        edits: Vec<EditId>,
    },
}

/// Does it; prints the outbox if there is nothing to do.
pub async fn run(console: &Console, as_json: bool, command: Option<&OutboxCommand>) -> Result<(), Failed> {
    match command {
        None => list(console, as_json).await,
        Some(OutboxCommand::Retry { edits, all_refused }) => {
            if *all_refused {
                return retry_refused(console, as_json).await;
            }
            for edit in edits {
                console.retry(*edit).await?;
                told(as_json, "waits to be sent", *edit)?;
            }
            all(as_json, "retried", edits)
        }
        Some(OutboxCommand::Resend { edit, values }) => {
            print_saved(&console.resend_fields(*edit, &assignments(values)?).await?, as_json)
        }
        Some(OutboxCommand::Discard { edits }) => {
            for edit in edits {
                console.discard(*edit).await?;
                told(as_json, "discarded", *edit)?;
            }
            all(as_json, "discarded", edits)
        }
    }
}

async fn retry_refused(console: &Console, as_json: bool) -> Result<(), Failed> {
    let refused = console.refused().await?;
    let done = console.retry_refused(&refused.edits).await?;
    for edit in &done.edits {
        told(as_json, "waits to be sent", *edit)?;
    }
    if done.left > 0 {
        output::say(&format!(
            "left  {} changes: others chose meanwhile; look at `reviews` and choose again",
            done.left
        ));
    }
    all(as_json, "retried", &done.edits)
}

fn told(as_json: bool, what: &str, edit: EditId) -> Result<(), Failed> {
    if as_json { Ok(()) } else { output::line(&format!("{what}  {edit}")) }
}

fn all(as_json: bool, what: &str, edits: &[EditId]) -> Result<(), Failed> {
    if as_json { output::json(&json!({ what: edits })) } else { Ok(()) }
}

/// The edits that were refused, each once.
pub async fn refused(console: &Console) -> Result<Vec<EditId>, Failed> {
    let mut seen = HashSet::new();
    let lines = console.lines(OutboxGroup::NeedsYou).await?;
    Ok(lines.into_iter().map(|line| line.edit_id).filter(|edit| seen.insert(*edit)).collect())
}

async fn list(console: &Console, as_json: bool) -> Result<(), Failed> {
    let rows = console.lines(OutboxGroup::All).await?;
    if as_json {
        return output::json(&rows);
    }
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.edit_id.to_string(),
                row.state.as_str().to_owned(),
                row.merchant_id.to_string(),
                row.change.field.clone(),
                output::change(&row.change),
                reason(row),
            ]
        })
        .collect();
    output::table(&lines)
}

fn reason(row: &OutboxRow) -> String {
    row.problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default()
}

/// Says what a sync could not bring to the server: what was refused in it, and what stays here.
///
/// # Errors
/// The code of the first refusal, or `forbidden` for what only others may send.
pub async fn check_all_sent(console: &Console, refused_before: &[EditId]) -> Result<(), Failed> {
    let mut refused = console.lines(OutboxGroup::NeedsYou).await?;
    refused.retain(|line| !refused_before.contains(&line.edit_id));
    for line in refused.iter().take(NAMED) {
        output::say(&format!(
            "refused  {}  {}  {}  {}",
            line.edit_id,
            line.merchant_id,
            line.change.field,
            reason(line)
        ));
    }
    let mut left: BTreeMap<String, u64> = BTreeMap::new();
    for group in [OutboxGroup::Retrying, OutboxGroup::Queued] {
        for line in console.lines(group).await? {
            *left.entry(line.actor_name).or_default() += 1;
        }
    }
    let own = console.status().await?.session.actor.map(|actor| actor.name);
    for (name, changes) in &left {
        let until = match own.as_ref() == Some(name) {
            true => "they are tried again later".to_owned(),
            false => format!("they are sent when {name} signs in on this computer"),
        };
        output::say(&format!("left  {changes} changes of {name}: {until}"));
    }
    let left: u64 = left.values().sum();
    let first = refused.first().and_then(|line| line.problem.as_ref()).map(|problem| problem.code);
    if refused.is_empty() && left == 0 {
        return Ok(());
    }
    let text = format!(
        "{} changes were refused and {left} are left on this computer; everything else was sent; see `outbox`",
        refused.len()
    );
    Err(Problem::new(first.unwrap_or(ErrorCode::Forbidden), text).into())
}
