//! The same change for many merchants.

use client::Console;
use domain::ipc::{BulkPlan, BulkRequest, BulkSaved, BulkState, CheckField, Chosen, Exceptions, LeftOut};
use domain::{ErrorCode, Problem};
use serde_json::json;

use super::filter::Filter;
use super::write::assignments;
use super::{Failed, output};

/// Merchants that are printed one by one.
const PRINTED: usize = 20;

/// Bulk edits of the past.
#[derive(clap::Subcommand)]
pub enum BulkCommand {
    /// The newest first.
    List,
    /// Take one back: by new edits, and only what nobody has changed since.
    Undo {
        /// Which; see `bulk list`.
        id: String,
    },
}

/// Which merchants.
#[derive(clap::Args)]
pub struct Which {
    #[command(flatten)]
    filter: Filter,
    /// Say what would change; change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

impl Which {
    /// Is it about many?
    pub fn is_many(&self) -> bool {
        !self.filter.is_empty()
    }
}

/// Changes all merchants that are meant, or says what it would change.
pub async fn set(console: &Console, as_json: bool, which: &Which, values: &[String]) -> Result<(), Failed> {
    let typed = assignments(values)?.into_iter().map(|(field, text)| CheckField { field, text }).collect();
    let stores =
        Chosen::Matching { query: Box::new(which.filter.query(console, Vec::new()).await?), except: Vec::new() };
    let request = BulkRequest { stores, registers: Default::default(), typed };
    let plan = console.bulk_plan(&request).await?;
    let plan = plan.ok_or_else(|| Problem::new(ErrorCode::Internal, "it was stopped: nothing was changed"))?;
    if which.dry_run {
        return if as_json { output::json(&plan) } else { print_plan(&plan) };
    }
    let saved = console.bulk_save(&plan.plan_id).await?;
    if as_json { output::json(&json!({ "plan": plan, "saved": saved })) } else { print_saved(&plan, &saved) }
}

fn print_plan(plan: &BulkPlan) -> Result<(), Failed> {
    for store in plan.shown.iter().take(PRINTED) {
        for write in &store.writes {
            let (id, name) = (&store.id, &store.name);
            let value = |value| output::value(write.field.as_str(), value);
            output::line(&format!(
                "{id}  {name}  {}  {} → {}",
                write.field,
                value(&write.base_value),
                value(&write.value)
            ))?;
        }
    }
    let more = plan.changes.saturating_sub(PRINTED as u64);
    if more > 0 {
        output::line(&format!("… and {more} more"))?;
    }
    output::line(&format!("{} would change, {} have it already", plan.changes, plan.same))?;
    print_exceptions(&plan.exceptions)
}

fn print_saved(plan: &BulkPlan, saved: &BulkSaved) -> Result<(), Failed> {
    output::line(&format!("saved {} merchants, {} had it already", saved.saved, plan.same))?;
    print_exceptions(&plan.exceptions)?;
    print_exceptions(&saved.exceptions)?;
    match &saved.bulk_id {
        Some(id) => output::line(&format!("to take it back: bulk undo {id}")),
        None => Ok(()),
    }
}

fn print_exceptions(exceptions: &Exceptions) -> Result<(), Failed> {
    for left in exceptions.named.iter().take(PRINTED) {
        let because = match left.because {
            LeftOut::Contested => format!("people are choosing {}", left.fields.join(", ")),
            LeftOut::NotAllowed => "outside what you may edit".to_owned(),
            LeftOut::Gone => "no longer on this computer".to_owned(),
            LeftOut::Moved => "changed meanwhile".to_owned(),
        };
        output::line(&format!("left out  {}  {}  {because}", left.id, left.name))?;
    }
    let more = exceptions.total().saturating_sub(PRINTED as u64);
    if more > 0 { output::line(&format!("left out  … and {more} more")) } else { Ok(()) }
}

/// Bulk edits of the past.
pub async fn run(console: &Console, as_json: bool, command: &BulkCommand) -> Result<(), Failed> {
    match command {
        BulkCommand::List => {
            let edits = console.bulk_edits().await?;
            if as_json {
                return output::json(&edits);
            }
            let rows: Vec<Vec<String>> = edits
                .iter()
                .map(|edit| {
                    let fields: Vec<String> = edit.registers.keys().map(ToString::to_string).collect();
                    vec![
                        edit.bulk_id.clone(),
                        edit.begun_at.to_rfc3339(),
                        edit.actor_name.clone(),
                        state(edit.state).to_owned(),
                        format!("{} of {}", edit.saved, edit.stores),
                        fields.join(", "),
                    ]
                })
                .collect();
            output::table(&rows)
        }
        BulkCommand::Undo { id } => {
            let done = console.bulk_undo(id).await?;
            if as_json {
                return output::json(&done);
            }
            output::line(&format!(
                "taken back: {} merchants; {} keep all or some of it, because it was changed since or people are choosing",
                done.undone, done.left
            ))
        }
    }
}

/// Where a bulk edit stands. A program that was killed leaves it as if it were under way.
fn state(state: BulkState) -> &'static str {
    match state {
        BulkState::Saving => "being saved, or interrupted: `bulk undo` takes back what was saved",
        BulkState::Cancelled => "cancelled",
        BulkState::Done => "done",
        BulkState::Undoing => "being taken back, or interrupted: `bulk undo` goes on",
        BulkState::Undone => "undone",
    }
}
