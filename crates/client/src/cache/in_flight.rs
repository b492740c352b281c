//! Edits that are on their way. Who answers names them by their ids, of which the outbox has no index: every save would
//! write a page of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{EditId, MerchantId};
use rusqlite::Connection;

use super::{json_list, parse, sql};
use crate::error::Result;

/// Where an edit stands in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its number, under which it stands.
    pub n: i64,
    /// Of which merchant it is.
    pub merchant: MerchantId,
}

/// Where edits stand, by their ids.
pub(super) type Places = HashMap<EditId, Place>;

/// Where the edits stand that were read to be sent and are not answered. An edit's number is never another's, so that what
/// is remembered of one that has left meanwhile does no harm.
#[derive(Default)]
pub(super) struct InFlight(Mutex<Places>);

impl InFlight {
    /// Remembers where edits stand.
    pub fn note(&self, places: impl IntoIterator<Item = (EditId, Place)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(places);
    }

    /// Are edits on their way beside these?
    pub fn has_others(&self, edits: impl Iterator<Item = EditId>) -> bool {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.len() > edits.filter(|id| held.contains_key(id)).count()
    }

    /// Where edits stand; they are forgotten with it. Of those that are not remembered, as after a restart, the outbox is
    /// read; what is not there is missing in the answer.
    pub fn take(&self, tx: &Connection, edits: impl IntoIterator<Item = EditId>) -> Result<Places> {
        let (mut places, mut unknown) = (Places::new(), Vec::new());
        {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for id in edits {
                match held.remove_entry(&id) {
                    Some((id, place)) => drop(places.insert(id, place)),
                    None => unknown.push(id),
                }
            }
        }
        if !unknown.is_empty() {
            let mut read = tx.prepare_cached(sql!("outbox/places"))?;
            let mut rows = read.query([json_list(unknown)])?;
            while let Some(row) = rows.next()? {
                let place = Place { n: row.get(1)?, merchant: MerchantId::new(row.get::<_, String>(2)?)? };
                places.insert(parse(&row.get::<_, String>(0)?)?, place);
            }
        }
        Ok(places)
    }
}
