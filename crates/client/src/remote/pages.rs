//! Pages of changes. An answer names the next page in its head (RFC 8288), so that it can be asked for before this one is
//! parsed.

use domain::api::{ChangesPage, ChangesQuery, path};
use reqwest::Method;
use reqwest::header::{HeaderMap, LINK};

use super::{ANSWER_BYTES_MAX, Failed, JSON, Remote, parse, read};

/// A page as it came.
pub struct Unread {
    body: Vec<u8>,
    /// The question for what follows, where the server names it.
    pub next: Option<ChangesQuery>,
}

impl Unread {
    /// Parses it.
    ///
    /// # Errors
    /// If it is no page.
    pub fn page(&self) -> Result<ChangesPage, Failed> {
        parse(&self.body)
    }
}

impl Remote {
    /// Asks for a page of changes.
    ///
    /// # Errors
    /// What the engine needs to know.
    pub async fn changes(&self, token: &str, query: &ChangesQuery) -> Result<ChangesPage, Failed> {
        self.unread_changes(token, query).await?.page()
    }

    /// The same, without parsing it.
    ///
    /// # Errors
    /// As [`Self::changes`].
    pub async fn unread_changes(&self, token: &str, query: &ChangesQuery) -> Result<Unread, Failed> {
        let request = self.request(Method::GET, path::CHANGES, Some(token)).query(query);
        let answer = self.answer(request, JSON).await?;
        let next = next(answer.headers());
        Ok(Unread { body: read(answer, ANSWER_BYTES_MAX).await?, next })
    }
}

/// The question for the next page, in the form in which our server writes it.
fn next(headers: &HeaderMap) -> Option<ChangesQuery> {
    let link = headers.get(LINK)?.to_str().ok()?;
    let query =
        link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")?.strip_prefix(path::CHANGES)?.strip_prefix('?')?;
    serde_urlencoded::from_str(query).ok()
}
