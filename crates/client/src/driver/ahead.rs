//! What is done ahead, so that server, network and disk work at the same time: during a long pull the page after the one
//! that is being stored is asked for, during a long push the batch after the one that travels is packed. One of each at
//! most is held.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::api::{ChangesPage, ChangesQuery};
use domain::{Edit, EditId};
use tokio::task::JoinSet;

use super::Parts;
use crate::cache::Ready;
use crate::error::Result;
use crate::remote::{Failed, Packed};

/// A batch that is packed before it may leave.
#[derive(Default)]
pub(crate) struct PackedAhead(Mutex<Option<(Vec<EditId>, Packed)>>);

impl PackedAhead {
    /// Packs a batch that was just read. If it cannot be packed, its sending says why.
    pub fn pack(&self, parts: &Parts, edits: &[Edit]) {
        let packed = parts.remote.pack(edits, parts.compression).ok();
        let ids = edits.iter().map(|edit| edit.edit_id).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = packed.map(|packed| (ids, packed));
    }

    /// These very edits as they travel.
    pub fn take(&self, parts: &Parts, edits: &[Edit]) -> std::result::Result<Packed, Failed> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).take_if(|(ids, _)| {
            ids.len() == edits.len() && ids.iter().zip(edits).all(|(id, edit)| *id == edit.edit_id)
        });
        held.map_or_else(|| parts.remote.pack(edits, parts.compression), |(_, packed)| Ok(packed))
    }
}

/// What was asked for ahead, if anything.
#[derive(Default)]
pub(crate) struct Ahead {
    asked: Mutex<Option<Asked>>,
    made: Mutex<Option<Made>>,
    /// How many changes the engine asks for.
    limit: AtomicUsize,
}

struct Asked {
    token: String,
    query: ChangesQuery,
    /// The one task; it ends with what holds it.
    answer: JoinSet<std::result::Result<(ChangesPage, Ready), Failed>>,
}

/// What was made of the page that is about to be stored.
struct Made {
    /// Where that page ends.
    epoch: String,
    end: u64,
    ready: Ready,
    /// Nothing followed it when it was asked for.
    is_last: bool,
}

impl Made {
    fn is_of(&self, page: &ChangesPage) -> bool {
        self.epoch == page.epoch && self.end == page.next_cursor
    }
}

impl Ahead {
    fn replace(&self, asked: Option<Asked>) -> Option<Asked> {
        std::mem::replace(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner), asked)
    }

    /// The answer to this very question, if it was asked ahead. That nothing follows is the server's word of a moment ago,
    /// and a wake-up may have come since: it is asked once more, for what came behind this page.
    pub async fn take(&self, token: &str, query: &ChangesQuery) -> Option<std::result::Result<ChangesPage, Failed>> {
        self.limit.store(query.limit.unwrap_or(0), Ordering::Relaxed);
        *self.made() = None;
        let mut asked = self.replace(None).filter(|asked| asked.token == token && asked.query == *query)?;
        let (mut page, ready) = match asked.answer.join_next().await?.ok()? {
            Ok(answer) => answer,
            Err(failed) => return Some(Err(failed)),
        };
        if page.complete && page.changes.is_empty() {
            return None;
        }
        let is_last = std::mem::take(&mut page.complete);
        *self.made() = Some(Made { epoch: page.epoch.clone(), end: page.next_cursor, ready, is_last });
        Some(Ok(page))
    }

    fn made(&self) -> MutexGuard<'_, Option<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was made of this page ahead, or is now.
    pub fn ready(&self, page: &ChangesPage) -> Ready {
        let made = self.made().take().filter(|made| made.is_of(page));
        made.map_or_else(|| Ready::of(page), |made| made.ready)
    }
}

/// Asks for what follows a page that is about to be stored.
pub(super) async fn ask(parts: &Parts, page: &ChangesPage) -> Result<()> {
    let is_last = parts.ahead.made().as_ref().is_some_and(|made| made.is_last && made.is_of(page));
    if page.complete || is_last {
        return Ok(());
    }
    let Ok(token) = parts.session.bearer().await else { return Ok(()) };
    let mut query = after(parts.cache.cursor().await?, page);
    query.limit = Some(parts.ahead.limit.load(Ordering::Relaxed));
    let (remote, with, asking) = (parts.remote.clone(), token.clone(), query.clone());
    let mut answer = JoinSet::new();
    answer.spawn(async move {
        let page = remote.changes(&with, &asking).await?;
        let ready = Ready::of(&page);
        Ok((page, ready))
    });
    parts.ahead.replace(Some(Asked { token, query, answer }));
    Ok(())
}

/// The next question, if nothing but the page is stored in between.
fn after(stored: ChangesQuery, page: &ChangesPage) -> ChangesQuery {
    ChangesQuery {
        begun: if stored.cursor == 0 { Some(page.head).filter(|head| *head > 0) } else { stored.begun },
        cursor: page.next_cursor,
        epoch: Some(page.epoch.clone()),
        marker: Some(page.marker.clone()).filter(|marker| !marker.is_empty()),
        ..stored
    }
}
