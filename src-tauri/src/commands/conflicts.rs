//! Reviews.

use domain::ipc::{Resolve, Saved};
use domain::review::Review;

use super::{Client, Reply};

/// Open reviews.
#[tauri::command]
pub async fn reviews(client: Client<'_>) -> Reply<Vec<Review>> {
    Ok(client.reviews().await?)
}

/// Settles fields of a review.
#[tauri::command]
pub async fn resolve(client: Client<'_>, args: Resolve) -> Reply<Saved> {
    Ok(client.resolve(args).await?)
}
