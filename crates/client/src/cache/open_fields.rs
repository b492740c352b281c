//! Of an edit in review only some fields may wait: what the others wrote is done, and neither shown nor counted as
//! waiting.

use std::collections::BTreeMap;

use domain::FieldPath;
use domain::change::Change;
use domain::edit::{Edit, EditState, FieldDecision, Write};
use domain::record::Record;
use domain::rules::RuleSet;
use domain::{Decision, change};
use sync_engine::reconcile;

use crate::error::Result;

/// As they are stored with an edit: for each line that people choose about its registers; nothing if that is not known.
fn text<'f>(fields: impl Iterator<Item = &'f FieldPath>) -> Result<Option<String>> {
    let mut lines = BTreeMap::<&str, Vec<&FieldPath>>::new();
    fields.for_each(|field| lines.entry(field.shown_as()).or_default().push(field));
    let lines: Vec<_> = lines.into_values().collect();
    Ok((!lines.is_empty()).then(|| serde_json::to_string(&lines)).transpose()?)
}

/// Those that the server's answer names.
pub(super) fn answered(decisions: &[FieldDecision]) -> Result<Option<String>> {
    text(decisions.iter().filter(|d| d.decision == Decision::NeedsReview).map(|d| &d.field))
}

/// Those that are still open in a record that came.
pub(super) fn left(
    record: &Record,
    edit: &Edit,
    decisions: &[FieldDecision],
    rules: &RuleSet,
) -> Result<Option<String>> {
    text(reconcile::open_fields(record, edit, decisions, rules).into_iter())
}

/// The lines of an edit that wait, where these fields are stored with it. Of a line of several registers only those count
/// that are open: where people choose the primary telephone, it does not say what was added.
pub(super) fn waiting_lines(edit: &Edit, state: EditState, stored: Option<&str>) -> Result<Vec<Change>> {
    let (EditState::InReview, Some(stored)) = (state, stored) else { return Ok(change::changes(&edit.writes)) };
    let lines: Vec<Vec<FieldPath>> = serde_json::from_str(stored)?;
    let is_open = |write: &&Write| lines.iter().flatten().any(|field| *field == write.field);
    Ok(change::changes(&edit.writes.iter().filter(is_open).cloned().collect::<Vec<_>>()))
}
