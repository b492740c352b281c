//! Open questions and their answers.

use domain::ReviewId;
use domain::edit::{Settles, Source, Write};
use domain::ipc::{Choice, Resolve, Saved};
use domain::problem::{ErrorCode, Problem};
use domain::review::Review;

use super::{Console, fields, saved};
use crate::cache::Draft;
use crate::error::{Error, Result};

impl Console {
    /// Open reviews, oldest first.
    ///
    /// # Errors
    /// `storage`.
    pub async fn reviews(&self) -> Result<Vec<Review>> {
        self.cache.reviews().await
    }

    /// Settles fields of a review. It is saved here and sent like any edit; if the candidates changed
    /// meanwhile, the server refuses it and nothing is applied blindly.
    ///
    /// # Errors
    /// `forbidden` for a role that may not, `review_moved`, the problem of a value, `storage`.
    pub async fn resolve(&self, resolve: Resolve) -> Result<Saved> {
        let backend = self.backend().await;
        backend.session.introduce().await;
        let actor = backend.session.actor().await?;
        if actor.is_some_and(|actor| !actor.role.may_review()) {
            return Err(Error::new(ErrorCode::Forbidden, "only operations may settle a review: nothing was changed"));
        }
        let known = self.cache.known(&resolve.merchant_id).await?;
        let items = known.review.map(|review| review.items).unwrap_or_default();
        let (mut writes, mut candidates) = (Vec::new(), Vec::new());
        for choice in resolve.choices {
            let open = items.iter().find(|item| item.field == choice.field && item.dots == choice.dots);
            if open.is_none() {
                return Err(moved().about(choice.field.as_str()).into());
            }
            writes.push(Write {
                base_value: known.registers.get(&choice.field).cloned().unwrap_or_default(),
                value: self.cache.schema().normalise(&choice.field, &choice.value)?,
                field: choice.field,
            });
            candidates.push(choice.dots);
        }
        let mut draft = Draft::new(resolve.merchant_id, writes, Source::Resolution);
        draft.settles = Some(Settles { review_id: resolve.review_id, candidates, reason: resolve.reason });
        let edit = self.save_draft(draft).await?;
        self.edited().await;
        Ok(saved(Some(&edit)))
    }

    /// Settles fields of a review by their names, for the command line: `name=…`, `hours.tu=…`.
    ///
    /// # Errors
    /// `not_found` if no such review is open; as [`Self::resolve`].
    pub async fn resolve_fields(
        &self,
        review_id: ReviewId,
        assignments: &[(String, String)],
        reason: Option<String>,
    ) -> Result<Saved> {
        let reviews = self.cache.reviews().await?;
        let review = reviews.into_iter().find(|review| review.review_id == review_id).ok_or_else(|| {
            Error::new(ErrorCode::NotFound, "no such review is open here: it may have been settled already")
        })?;
        let mut choices = Vec::new();
        for (name, typed) in assignments {
            let (field, value) = fields::register(&self.cache.schema(), name, typed)?;
            let item = review.items.iter().find(|item| item.field == field).ok_or_else(|| {
                Problem::new(ErrorCode::NotFound, format!("{field} is not in question in this review")).about(name)
            })?;
            choices.push(Choice { field, value, dots: item.dots.clone() });
        }
        self.resolve(Resolve { review_id, merchant_id: review.merchant_id, choices, reason }).await
    }
}

fn moved() -> Problem {
    Problem::new(
        ErrorCode::ReviewMoved,
        "the values to choose from have changed meanwhile: nothing was changed; look again and choose again",
    )
}
