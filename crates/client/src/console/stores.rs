//! Merchants: list, view, save, history.

use domain::edit::{Source, Write};
use domain::ipc::{
    CheckField, Checked, ChoicesOf, Facets, FacetsQuery, FieldChoice, HistoryExport, HistoryView, SaveStore, Saved,
    StoreRow, StoreView, StoresPage, StoresQuery, Written,
};
use domain::opening::OpeningHours;
use domain::problem::{ErrorCode, Problem};
use domain::profile::{self, Profile, Registers};
use domain::schema::Words;
use domain::version::VersionVector;
use domain::{Edit, FieldPath, MerchantId, text};
use sync_engine::device::Failure;

use super::{Console, fields, saved};
use crate::cache::Draft;
use crate::error::{Error, Result};
use crate::exporter;
use crate::remote::{Failed, KnownHistory};

/// Between the version vector and the mark of the outbox in [`StoreView::version`].
const VERSION_SEPARATOR: char = '~';

impl Console {
    /// A window into the list.
    ///
    /// # Errors
    /// `storage`.
    pub async fn stores(&self, query: &StoresQuery) -> Result<StoresPage> {
        self.cache.stores(query).await
    }

    /// Values of fields among the rows of a list.
    ///
    /// # Errors
    /// `bad_request` for too much at once, `storage`.
    pub async fn store_facets(&self, query: &FacetsQuery) -> Result<Facets> {
        self.cache.facets(query).await
    }

    /// Fields in use.
    ///
    /// # Errors
    /// `storage`.
    pub async fn store_fields(&self) -> Result<Vec<FieldPath>> {
        self.cache.fields().await
    }

    /// The first merchants that a text finds, by name.
    ///
    /// # Errors
    /// `storage`.
    pub async fn find(&self, text: &str, limit: u32) -> Result<Vec<StoreRow>> {
        self.catch_up().await?;
        let query =
            StoresQuery { text: text.to_owned(), sort: domain::ipc::StoreSort::Name, limit, ..StoresQuery::default() };
        Ok(self.cache.stores(&query).await?.rows)
    }

    /// A profile: the server's word with this device's own changes on top.
    ///
    /// # Errors
    /// `not_found`, `storage`.
    pub async fn store(&self, id: &MerchantId) -> Result<StoreView> {
        let known = self.cache.known(id).await?;
        let row = known.row.clone().ok_or_else(|| {
            Error::new(ErrorCode::NotFound, format!("there is no merchant {id} on this computer; sync and look again"))
        })?;
        let may_review = self.backend().await.session.actor().await?.is_none_or(|actor| actor.role.may_review());
        let review = known.review.clone();
        let contested = match &review {
            Some(review) if !may_review => review.items.iter().map(|item| item.field.to_string()).collect(),
            _ => Vec::new(),
        };
        let profile = Profile::from_registers(id.clone(), &known.registers);
        Ok(StoreView {
            row: StoreRow { hours: OpeningHours::of(&profile), ..row },
            profile,
            pending: known.pending(),
            contested,
            review,
            version: version_text(&known.seen(), known.waiting.iter().map(|w| (w.edit.dot, w.state)))?,
        })
    }

    /// Saves what differs between two states of a profile.
    ///
    /// # Errors
    /// The problem of a value, about its field; `bad_value` for a new merchant whose id is taken;
    /// `outbox_full`, `storage`. Nothing was saved then.
    pub async fn save_store(&self, save: SaveStore) -> Result<Saved> {
        let before = save.original.as_ref().map(Profile::to_registers).unwrap_or_default();
        let known_phones = save.original.as_ref().map(|original| original.phones.as_slice()).unwrap_or_default();
        let edited = tidied(save.edited, known_phones)?;
        let id = edited.merchant_id.clone();
        let after = edited.to_registers();
        let (schema, mut writes) = (self.cache.schema(), Vec::new());
        for write in profile::diff(&before, &after) {
            let value = fields::typed(&schema, &write)?;
            if value != write.base_value {
                writes.push(Write { value, ..write });
            }
        }
        if save.original.is_none() {
            self.cache.schema().complete(&after)?;
            if self.cache.row(&id).await?.is_some() {
                let taken =
                    Problem::new(ErrorCode::BadValue, format!("there is a merchant {id} already: take another id"));
                return Err(taken.about("merchant_id").into());
            }
        }
        let seen = save.version.as_deref().map(version_seen).transpose()?;
        self.save_writes(id, writes, seen).await
    }

    /// Sets fields by their names, for the command line. It makes the merchant if there is none.
    ///
    /// # Errors
    /// As [`Self::save_store`]; `not_found` for a merchant that is deleted, unless `deleted` itself is set.
    pub async fn set_fields(&self, id: &MerchantId, assignments: &[(String, String)]) -> Result<Saved> {
        let known = self.cache.known(id).await?;
        let mut after: Registers = known.registers.clone();
        for (name, typed) in assignments {
            fields::assign(&self.cache.schema(), &mut after, name, typed)?;
        }
        if known.registers.is_empty() {
            self.cache.schema().complete(&after)?;
        }
        let writes = profile::diff(&known.registers, &after);
        let deleted = FieldPath::deleted();
        if known.registers.contains_key(&deleted) && writes.iter().all(|write| write.field != deleted) {
            let text = format!("{id} is deleted: nothing was saved; `set {id} deleted=` brings it back");
            return Err(Error::new(ErrorCode::NotFound, text));
        }
        self.save_writes(id.clone(), writes, Some(known.seen())).await
    }

    async fn save_writes(&self, id: MerchantId, writes: Vec<Write>, seen: Option<VersionVector>) -> Result<Saved> {
        if writes.is_empty() {
            return Ok(saved(None));
        }
        let mut draft = Draft::new(id, writes, Source::Manual);
        draft.seen = seen;
        let edit = self.save_permitted(draft).await?;
        self.edited().await;
        Ok(saved(Some(&edit)))
    }

    /// Saves in the name of who is signed in, or was last, unless the server would refuse it for certain.
    async fn save_permitted(&self, draft: Draft) -> Result<Edit> {
        let backend = self.backend().await;
        let actor = backend.session.signed_in_actor().await;
        match self.cache.save_permitted(draft.clone(), actor).await {
            // What a machine may, is known for certain only with its token.
            Err(error) if error.code() == ErrorCode::InReview && backend.session.introduce().await => {
                self.cache.save_permitted(draft, backend.session.signed_in_actor().await).await
            }
            saved => saved,
        }
    }

    /// A merchant's history: from the server, or as known last; with what waits here.
    ///
    /// # Errors
    /// `not_found` where neither the server nor this device knows the merchant; `storage`.
    pub async fn history(&self, id: &MerchantId) -> Result<HistoryView> {
        let backend = self.backend().await;
        let asked = backend.session.call(|token| {
            let remote = backend.remote.clone();
            async move { remote.history(&token, id).await }
        });
        let known = self.cache.known(id).await?;
        let asked = match asked.await {
            Err(Failed { failure: Failure::Refused(problem), .. }) if problem.code == ErrorCode::NotFound => {
                if known.registers.is_empty() {
                    return Err(Error::new(ErrorCode::NotFound, format!("there is no merchant {id}")));
                }
                // It was never sent.
                Ok(KnownHistory::default())
            }
            other => other,
        };
        let fetched = self.now_or_last::<KnownHistory>(&format!("history/{id}"), asked).await?;
        let pending = known.unanswered();
        Ok(HistoryView {
            pending,
            entries: fetched.value.entries,
            complete: fetched.fresh,
            as_of: fetched.as_of,
            older: fetched.value.older,
            device: self.cache.device(),
        })
    }

    /// What can be chosen for a coded field, below one of its values.
    pub fn choices(&self, of: &ChoicesOf) -> Vec<FieldChoice> {
        let choices = reading::choices(&of.field, &of.under).into_iter();
        choices.map(|one| FieldChoice { value: one.value, labels: Words::new(one.zh, one.en) }).collect()
    }

    /// Writes a merchant's history to a file: all of it, or one field.
    ///
    /// # Errors
    /// As [`exporter::write_history`]; `storage`.
    pub async fn export_history(&self, asked: &HistoryExport) -> Result<Written> {
        let history = self.history(&asked.id).await?;
        let (file, field) = (std::path::PathBuf::from(&asked.file), asked.field.clone());
        let write = move || exporter::write_history(&file, &history, field.as_deref());
        let written = tokio::task::spawn_blocking(write).await;
        let broken = |_| Error::new(ErrorCode::Internal, "the file was not written: try again");
        Ok(Written { rows: written.map_err(broken)?? })
    }

    /// Normalises and checks one field while it is typed.
    pub fn check_field(&self, asked: &CheckField) -> Checked {
        fields::check(&self.cache.schema(), asked)
    }
}

/// A profile in the form that is stored, as far as its shape goes: phones as they are stored, tags tidy, paths good.
fn tidied(mut edited: Profile, known_phones: &[String]) -> Result<Profile> {
    let mut numbers: Vec<String> = Vec::new();
    for typed in &edited.phones {
        let read = if known_phones.contains(typed) {
            vec![typed.clone()]
        } else {
            // Somebody may have pasted several.
            fields::numbers(typed).map_err(|finding| fields::problem("phones", finding))?.0
        };
        for number in read {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
    }
    edited.phones = numbers;
    edited.tags = edited.tags.iter().map(|tag| text::tidy(tag)).filter(|tag| !tag.is_empty()).collect();
    let tags = edited.tags.iter().map(|tag| format!("tags.{tag}"));
    let custom = edited.custom.keys().map(|key| format!("custom.{key}"));
    let dates = edited.special_hours.keys().map(|date| format!("hours.special.{date}"));
    let days = edited.hours.keys().map(|day| format!("hours.{day}"));
    for path in tags.chain(custom).chain(dates).chain(days).chain(edited.other.keys().cloned()) {
        FieldPath::new(path)?;
    }
    Ok(edited)
}

fn version_text<T: std::fmt::Debug>(seen: &VersionVector, outbox: impl Iterator<Item = T>) -> Result<String> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut mark = DefaultHasher::new();
    outbox.for_each(|entry| format!("{entry:?}").hash(&mut mark));
    Ok(format!("{}{VERSION_SEPARATOR}{:016x}", serde_json::to_string(seen)?, mark.finish()))
}

fn version_seen(version: &str) -> Result<VersionVector> {
    let seen = version.rsplit_once(VERSION_SEPARATOR).map_or(version, |(seen, _)| seen);
    serde_json::from_str(seen)
        .map_err(|_| Error::new(ErrorCode::BadRequest, "this version is of no view: open the merchant again"))
}
