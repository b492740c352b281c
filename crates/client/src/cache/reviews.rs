//! Open questions: a view of the records.

use domain::Record;
use domain::review::Review;

use super::{Cache, json_list, listing, sql};
use crate::error::Result;

/// The most reviews of one answer.
const REVIEWS_MAX: i64 = 2_000;

impl Cache {
    /// Open reviews, oldest first, at most 2,000. What this device has answered already is left out.
    ///
    /// # Errors
    /// `storage`.
    pub async fn reviews(&self) -> Result<Vec<Review>> {
        let mut tx = self.readers.begin().await?;
        let texts: Vec<String> =
            sqlx::query_scalar(sql!("records/contested")).bind(REVIEWS_MAX).fetch_all(&mut *tx).await?;
        let records =
            texts.iter().map(|text| serde_json::from_str(text)).collect::<std::result::Result<Vec<Record>, _>>()?;
        let ids = json_list(records.iter().map(|record| record.merchant_id.as_str()));
        let own = listing::own_edits(&mut tx, &ids).await?;
        tx.rollback().await?;
        let rules = self.rules();
        let mut reviews: Vec<Review> = records
            .iter()
            .filter_map(|record| {
                let own = own.get(&record.merchant_id).map(Vec::as_slice).unwrap_or_default();
                listing::open_review(record, own, &rules)
            })
            .collect();
        reviews.sort_by(|a, b| (a.since, &a.merchant_id).cmp(&(b.since, &b.merchant_id)));
        Ok(reviews)
    }
}
