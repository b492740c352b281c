//! What is done ahead, so that server, network and disk work at the same time: during a long pull the page after the one
//! that is being stored is read, and the one behind it; during a long push the batch after the one that travels is packed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::api::{ChangesPage, ChangesQuery};
use domain::{Edit, EditId};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::Parts;
use crate::cache::Ready;
use crate::error::Result;
use crate::remote::{Failed, Packed, Remote, Unread};

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

/// What was read ahead, if anything.
#[derive(Default)]
pub(crate) struct Ahead {
    reading: Mutex<Option<Reading>>,
    made: Mutex<Option<Made>>,
    /// How many changes the engine asks for.
    limit: AtomicUsize,
}

/// Pages that are asked for while one is being stored.
const PAGES_AHEAD: usize = 2;

/// A reading of page after page: one is asked for while the one before it is parsed.
struct Reading {
    token: String,
    /// The question that the next page answers.
    next: ChangesQuery,
    pages: mpsc::Receiver<Coming>,
    /// The one task; it ends with what holds it.
    _task: JoinSet<()>,
}

/// What was read, and what was made of it.
type Read = std::result::Result<(ChangesPage, Ready), Failed>;

/// A page that was asked for.
struct Coming {
    asked: ChangesQuery,
    read: oneshot::Receiver<Read>,
}

fn made(unread: std::result::Result<Unread, Failed>) -> Read {
    let page = unread?.page()?;
    let ready = Ready::of(&page);
    Ok((page, ready))
}

impl Reading {
    fn begin(remote: Arc<Remote>, token: String, first: ChangesQuery) -> Self {
        let (sender, pages) = mpsc::channel(PAGES_AHEAD);
        let (with, next) = (token.clone(), first.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            // They end with this task.
            let mut parsing = JoinSet::new();
            let mut next = Some(first);
            while let Some(asked) = next {
                let Ok(room) = sender.reserve().await else { return };
                let unread = remote.unread_changes(&with, &asked).await;
                next = unread.as_ref().ok().and_then(|unread| unread.next.clone());
                let (parsed, read) = oneshot::channel();
                room.send(Coming { asked: asked.clone(), read });
                if next.is_some() {
                    // Nobody may want it any more.
                    parsing.spawn(async move { parsed.send(made(unread)).is_ok() });
                } else {
                    // The server named none, or cannot: the page itself says whether one follows.
                    let read = made(unread);
                    next = read.as_ref().ok().filter(|(page, _)| !page.complete).map(|(page, _)| after(asked, page));
                    let _ = parsed.send(read);
                }
                while parsing.try_join_next().is_some() {}
            }
            while parsing.join_next().await.is_some() {}
        });
        Self { token, next, pages, _task: task }
    }

    fn answers(&self, token: &str, query: &ChangesQuery) -> bool {
        self.token == token && self.next == *query
    }
}

/// What was made of the page that was taken last, which is the next to be stored.
struct Made {
    ready: Ready,
    /// Nothing followed it when it was asked for.
    is_last: bool,
}

impl Ahead {
    fn reading(&self) -> MutexGuard<'_, Option<Reading>> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to this very question, if it was read ahead. That nothing follows is the server's word of a moment ago,
    /// and a wake-up may have come since: it is asked once more, for what came behind this page.
    pub async fn take(&self, token: &str, query: &ChangesQuery) -> Option<std::result::Result<ChangesPage, Failed>> {
        self.limit.store(query.limit.unwrap_or(0), Ordering::Relaxed);
        *self.made() = None;
        let mut reading = self.reading().take().filter(|reading| reading.answers(token, query))?;
        let coming = reading.pages.recv().await?;
        // Whoever named it may have been wrong.
        if coming.asked != *query {
            return None;
        }
        let (mut page, ready) = match coming.read.await.ok()? {
            Ok(read) => read,
            Err(failed) => return Some(Err(failed)),
        };
        if page.complete && page.changes.is_empty() {
            return None;
        }
        let is_last = std::mem::take(&mut page.complete);
        if !is_last {
            reading.next = after(query.clone(), &page);
            *self.reading() = Some(reading);
        }
        *self.made() = Some(Made { ready, is_last });
        Some(Ok(page))
    }

    fn made(&self) -> MutexGuard<'_, Option<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was made of this page ahead, or is now.
    pub fn ready(&self, page: &ChangesPage) -> Ready {
        self.made().take().map_or_else(|| Ready::of(page), |made| made.ready)
    }
}

/// Reads on behind a page that is about to be stored.
pub(super) async fn read_on(parts: &Parts, page: &ChangesPage) -> Result<()> {
    let is_last = parts.ahead.made().as_ref().is_some_and(|made| made.is_last);
    if page.complete || is_last {
        return Ok(());
    }
    let Ok(token) = parts.session.bearer().await else { return Ok(()) };
    let mut query = after(parts.cache.cursor().await?, page);
    query.limit = Some(parts.ahead.limit.load(Ordering::Relaxed));
    let mut reading = parts.ahead.reading();
    if !reading.as_ref().is_some_and(|reading| reading.answers(&token, &query)) {
        *reading = Some(Reading::begin(parts.remote.clone(), token, query));
    }
    Ok(())
}

/// The next question, if nothing but the page is stored in between.
fn after(stored: ChangesQuery, page: &ChangesPage) -> ChangesQuery {
    stored.following(&page.epoch, page.next_cursor, &page.marker, page.head)
}
