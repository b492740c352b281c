//! What the server would refuse for certain is not saved.

use domain::edit::Write;
use domain::field::FieldPath;
use domain::problem::{ErrorCode, Problem};
use domain::role::Actor;
use domain::rules::RuleSet;

use super::Draft;
use super::listing;
use super::merchant::Merchant;
use crate::error::{Error, Result};

/// May this person save this? Not of a merchant outside of the scope; not, for a role that may not, a field that people are
/// choosing. Of nobody nothing is known.
///
/// # Errors
/// `forbidden`, `in_review`.
pub(super) fn check(actor: Option<&Actor>, merchant: &Merchant, draft: &Draft, rules: &RuleSet) -> Result<()> {
    let Some(actor) = actor else { return Ok(()) };
    let id = &draft.merchant_id;
    if !actor.scope.contains(id) {
        let text = format!("{id} is outside of what {} may edit: nothing was saved", actor.name);
        return Err(Error::new(ErrorCode::Forbidden, text));
    }
    if actor.role.may_review() {
        return Ok(());
    }
    let chosen = chosen(merchant, &draft.writes, rules);
    let Some(first) = chosen.first() else { return Ok(()) };
    let names: Vec<&str> = chosen.iter().map(FieldPath::as_str).collect();
    let text = format!("operations are choosing {}: nothing was saved; leave it out", names.join(", "));
    Err(Problem::new(ErrorCode::InReview, text).about(first.as_str()).into())
}

/// The fields that people are choosing and that are written.
fn chosen(merchant: &Merchant, writes: &[Write], rules: &RuleSet) -> Vec<FieldPath> {
    let review = merchant.record.as_ref().and_then(|record| listing::open_review(record, &merchant.own, rules));
    let fields = review.into_iter().flat_map(|review| review.items).map(|item| item.field);
    fields.filter(|field| writes.iter().any(|write| write.field == *field)).collect()
}
