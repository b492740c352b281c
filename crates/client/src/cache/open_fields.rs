//! Of an edit in review only some fields may wait: what the others wrote is done, and neither shown nor counted as
//! waiting.

use domain::FieldPath;
use domain::change::Change;
use domain::edit::{Edit, EditState, FieldDecision};
use domain::record::Record;
use domain::rules::RuleSet;
use domain::{Decision, change};
use sync_engine::reconcile;

use crate::error::Result;

/// As they are stored with an edit: the lines that people choose about, or nothing if that is not known.
fn text<'f>(fields: impl Iterator<Item = &'f FieldPath>) -> Result<Option<String>> {
    let shown = change::shown_fields(fields);
    Ok((!shown.is_empty()).then(|| serde_json::to_string(&shown)).transpose()?)
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

/// The lines of an edit that wait, where these fields are stored with it.
pub(super) fn waiting_lines(
    edit: &Edit,
    state: EditState,
    stored: Option<&str>,
) -> Result<impl Iterator<Item = Change> + use<>> {
    let open: Option<Vec<String>> = match (state, stored) {
        (EditState::InReview, Some(fields)) => Some(serde_json::from_str(fields)?),
        _ => None,
    };
    let waits = move |change: &Change| open.as_ref().is_none_or(|fields| fields.contains(&change.field));
    Ok(change::changes(&edit.writes).into_iter().filter(waits))
}
