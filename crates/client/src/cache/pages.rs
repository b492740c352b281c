//! What comes from the server: a page of changes and the cursor behind it, in one transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::api::{Change, ChangesPage, ChangesQuery, marker};
use domain::edit::{Edit, EditState, FieldDecision};
use domain::role::Scope;
use domain::rules::RuleSet;
use domain::{EditId, MerchantId, Record};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Params, Statement, params};
use sync_engine::reconcile;

use super::checking::{self, Beside};
use super::direct::Flush;
use super::listing::{self, Touched};
use super::ready::Ready;
use super::resending::{self, About};
use super::{Cache, count, int, json_list, json_numbers, list, merchant, meta, open_fields, outbox, parse, sql};
use crate::error::Result;

pub(super) const CURSOR: &str = "cursor";
pub(super) const EPOCH: &str = "epoch";
pub(super) const GENERATION: &str = "generation";
/// The marker that came with the cursor.
pub(super) const MARKER: &str = "marker";
/// The server's newest change number when this pull began with the first page.
const BEGUN: &str = "pull_begun_at";
/// The epoch before the newest start of the pull, until a pull is complete; empty if there were several.
const EPOCH_BEFORE: &str = "epoch_before";
/// Where the cursor was, and its marker, when everything was to be read anew within an epoch; until it has been.
const WITNESS: &str = "witness";
const WITNESS_MARKER: &str = "witness_marker";
pub(super) const OUTDATED: &str = "outdated_generation";
pub(super) const PULL_COMPLETE: &str = "pull_complete";
/// Which merchants those may see whose tokens the records were pulled with.
const SCOPE: &str = "pulled_scope";

impl Cache {
    /// Where to go on pulling.
    ///
    /// # Errors
    /// `storage`.
    pub async fn cursor(&self) -> Result<ChangesQuery> {
        self.direct.read(|tx| cursor(tx)).await
    }

    /// The same for somebody who sees these merchants. Whoever sees others than the records were pulled for begins anew: a
    /// page behind the cursor would not bring what is older, nor take away what they may not see.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn cursor_of(&self, scope: &Scope) -> Result<ChangesQuery> {
        if !self.is_pulled_for(scope).await? {
            let scope = serde_json::to_string(scope)?;
            self.direct
                .write(Flush::AsSet, move |tx| {
                    if meta::get(tx, SCOPE)?.is_some_and(|pulled| pulled != scope) {
                        tracing::info!("another sees other merchants: all of them are fetched anew");
                        read_anew(tx)?;
                    }
                    meta::set(tx, SCOPE, &scope)
                })
                .await?;
        }
        self.cursor().await
    }

    /// Were the records pulled for somebody who sees these merchants?
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn is_pulled_for(&self, scope: &Scope) -> Result<bool> {
        let scope = serde_json::to_string(scope)?;
        self.direct.read(move |tx| Ok(meta::get(tx, SCOPE)?.as_ref() == Some(&scope))).await
    }

    /// How often the pull has begun anew in the life of the cache.
    ///
    /// # Errors
    /// `storage`.
    pub async fn generation(&self) -> Result<u64> {
        self.direct.read(|tx| meta::number(tx, GENERATION)).await
    }

    /// Writes a page and moves the cursor. A record that is not newer than the stored one is passed over.
    /// Returns how many merchants have answered edits that wait again, because the server's data do not contain
    /// them any more.
    ///
    /// Nobody waits until it is on the disk: a loss of power takes pages together with the cursor behind them, and they are
    /// pulled again.
    ///
    /// # Errors
    /// `storage`.
    pub async fn apply_page(&self, page: ChangesPage) -> Result<usize> {
        let ready = Ready::of(&page);
        self.apply_ready_page(page, ready).await
    }

    /// The same, with what was made of the page ahead.
    ///
    /// # Errors
    /// `storage`.
    pub async fn apply_ready_page(&self, page: ChangesPage, ready: Ready) -> Result<usize> {
        let now_ms = self.machine.now_ms();
        self.write_flushed(Flush::Later, move |tx, rules| apply(tx, rules, page, ready, now_ms)).await
    }

    /// The server's data start anew: the next pull begins with the first page. Edits are kept; answered ones
    /// that had not come back are sent again, because the answer was of the data that are gone.
    ///
    /// # Errors
    /// `storage`.
    pub async fn restart_pull(&self) -> Result<()> {
        let work = |tx: &rusqlite::Transaction<'_>, rules: &RuleSet| {
            let epoch = meta::get(tx, EPOCH)?.unwrap_or_default();
            let again = merchants(tx, sql!("outbox/resend_unreturned"), [&epoch])?;
            begin_anew(tx, &epoch)?;
            for gone in [EPOCH, WITNESS, WITNESS_MARKER] {
                meta::delete(tx, gone)?;
            }
            listing::refresh(tx, again.into_iter().map(|id| (id, None)).collect(), rules)
        };
        self.write(work).await
    }

    /// Everything is to be read anew although the server's data are the same as far as anybody knows: the next pull
    /// begins with the first page. Until all has come the server goes on being asked about the change at the cursor that
    /// is given up, so that it notices if it was restored. Edits and answers are kept. Nothing to do before a first page.
    ///
    /// # Errors
    /// `storage`.
    pub async fn read_anew(&self) -> Result<()> {
        self.write(|tx, _| read_anew(tx)).await?;
        // The same versions of a server that was restored, unnoticed, may name other fields.
        self.doubt_schema().await
    }
}

fn read_anew(tx: &Connection) -> Result<()> {
    let Some(epoch) = meta::get(tx, EPOCH)? else { return Ok(()) };
    if meta::get(tx, WITNESS)?.is_none() {
        meta::set(tx, WITNESS, meta::number(tx, CURSOR)?)?;
        meta::set(tx, WITNESS_MARKER, meta::get(tx, MARKER)?.unwrap_or_default())?;
    }
    begin_anew(tx, &epoch)
}

/// The next page is the first of a reading of everything; `epoch` is that of the last one.
fn begin_anew(tx: &Connection, epoch: &str) -> Result<()> {
    match meta::get(tx, EPOCH_BEFORE)? {
        None => meta::set(tx, EPOCH_BEFORE, epoch)?,
        // Between two restarts a page of another epoch came.
        Some(before) if !epoch.is_empty() && before != epoch => meta::set(tx, EPOCH_BEFORE, "")?,
        Some(_) => {}
    }
    meta::set(tx, GENERATION, meta::number(tx, GENERATION)? + 1)?;
    meta::set(tx, OUTDATED, 1)?;
    meta::set(tx, CURSOR, 0)?;
    meta::set(tx, PULL_COMPLETE, 0)?;
    [MARKER, BEGUN].into_iter().try_for_each(|gone| meta::delete(tx, gone))
}

fn cursor(tx: &Connection) -> Result<ChangesQuery> {
    let mut query = ChangesQuery {
        cursor: meta::number(tx, CURSOR)?,
        epoch: meta::get(tx, EPOCH)?,
        marker: meta::get(tx, MARKER)?.filter(|marker| !marker.is_empty()),
        begun: Some(meta::number(tx, BEGUN)?).filter(|begun| *begun > 0),
        ..ChangesQuery::default()
    };
    if let Some(epoch) = &query.epoch {
        let mut last = tx.prepare_cached(sql!("outbox/answered_last"))?;
        let answered: Option<(i64, String)> =
            last.query_row([epoch], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        if let Some((seq, edit_id)) = answered {
            query.answered = Some(count(seq));
            query.answered_marker = Some(marker(parse(&edit_id)?));
        }
        // One of the two is asked about: the later one, of which fewer backups know.
        let witness = meta::number(tx, WITNESS)?;
        if witness > query.answered.unwrap_or(0) {
            query.answered = Some(witness);
            query.answered_marker = meta::get(tx, WITNESS_MARKER)?.filter(|marker| !marker.is_empty());
        }
    }
    Ok(query)
}

fn apply(tx: &Connection, rules: &RuleSet, page: ChangesPage, ready: Ready, now_ms: u64) -> Result<usize> {
    let generation = int(meta::number(tx, GENERATION)?);
    if !page.complete && meta::number(tx, CURSOR)? == 0 {
        list::put_off(tx)?;
    }
    let outdated = meta::number(tx, OUTDATED)? > 0;
    let waiting = outbox::waiting(tx, page.changes.iter().map(Change::merchant_id))?;
    let (some_wait, named) = (!waiting.is_empty(), json_list(&waiting));
    let waits: Vec<bool> = page.changes.iter().map(|change| waiting.contains(change.merchant_id().as_str())).collect();
    // Should a merchant come twice, the later one holds. After a restored backup every record is held against the log.
    let (mut touched, mut plain) = (Touched::new(), BTreeMap::new());
    let mut put_newer = tx.prepare_cached(sql!("records/put_newer"))?;
    let ready = ready.into_changes().chain(std::iter::repeat_with(|| None));
    for ((change, waits), ready) in page.changes.into_iter().zip(waits).zip(ready) {
        let id = change.merchant_id().clone();
        match ready.filter(|ready| ready.seq == change.seq && !waits && !outdated) {
            Some(ready) => {
                if put_beside(&mut put_newer, &change, generation, &ready.beside)? {
                    touched.remove(&id);
                    plain.insert(id, ready.row);
                }
            }
            None => {
                if put(&mut put_newer, &change, generation, rules)? {
                    plain.remove(&id);
                    touched.insert(id, Some(Arc::new(change.into_record()?)));
                }
            }
        }
    }
    let came = params![int(page.next_cursor), page.epoch, page.complete, named, generation];
    add(&mut touched, merchants(tx, sql!("outbox/came_back"), came)?);
    let mut again = 0;
    if page.complete {
        // An answer that was stored after its epoch had ended can no longer come back.
        let void = merchants(tx, sql!("outbox/resend_of_other_epochs"), [&page.epoch])?;
        again = void.len();
        add(&mut touched, void);
    }
    if !outdated && some_wait {
        // What was sent again and shows nothing shows as soon as a record comes that has no trace of it.
        let shown = resending::show_again(tx, generation, &About::Came(&touched))?;
        add(&mut touched, shown);
    }
    let back = if outdated { BTreeMap::new() } else { back_first(tx, &touched)? };
    settle(tx, rules, &mut touched, now_ms)?;
    if !back.is_empty() {
        // After a restored backup the number may be another change's, and nobody need have noticed. Looked for once:
        // a merchant that was deleted and forgotten never has it.
        let lost = resending::resend_lost(tx, generation, About::Back(&back))?;
        again += lost.len();
        add(&mut touched, lost);
    }
    if outdated {
        // The server may have been restored, also where its epoch is the same as before: then nobody has asked it
        // since. Hence also what just came back by its number is looked for: that may be another change's now.
        // Before anything is forgotten: what is gone there may be this device's own.
        let forgotten = meta::get(tx, EPOCH_BEFORE)?.as_ref() == Some(&page.epoch);
        let about = if page.complete { About::All { forgotten } } else { About::Came(&touched) };
        let lost = resending::resend_lost(tx, generation, about)?;
        again += lost.len();
        add(&mut touched, lost);
    }
    listing::refresh(tx, touched, rules)?;
    let mut rows = merchant::Rows::of(tx)?;
    plain.into_iter().try_for_each(|(id, row)| rows.show(&id, row))?;
    rows.count_added()?;
    if outdated && page.complete {
        forget_outdated(tx, rules, generation, now_ms)?;
        meta::set(tx, OUTDATED, 0)?;
        for gone in [EPOCH_BEFORE, WITNESS, WITNESS_MARKER] {
            meta::delete(tx, gone)?;
        }
    }
    let at = meta::number(tx, CURSOR)?;
    if at == 0 {
        meta::set(tx, BEGUN, page.head)?;
    }
    // A batch that landed while the page was on its way has moved the cursor beyond it.
    if meta::get(tx, EPOCH)?.as_ref() != Some(&page.epoch) || at <= page.next_cursor {
        meta::set(tx, MARKER, &page.marker)?;
        meta::set(tx, CURSOR, page.next_cursor)?;
    }
    meta::set(tx, EPOCH, &page.epoch)?;
    meta::set(tx, PULL_COMPLETE, u8::from(page.complete))?;
    meta::observe(tx, page.server_hlc, now_ms)?;
    Ok(again)
}

/// Merchants whose records are not at hand.
fn add(touched: &mut Touched, merchants: impl IntoIterator<Item = MerchantId>) {
    for id in merchants {
        touched.entry(id).or_insert(None);
    }
}

/// The first column of what a statement answers.
fn column<T: FromSql>(tx: &Connection, statement: &str, values: impl Params) -> Result<Vec<T>> {
    let mut statement = tx.prepare_cached(statement)?;
    let rows = statement.query_map(values, |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The merchants that a statement names.
pub(super) fn merchants(tx: &Connection, statement: &str, values: impl Params) -> Result<Vec<MerchantId>> {
    column::<String>(tx, statement, values)?.into_iter().map(|id| Ok(MerchantId::new(id)?)).collect()
}

/// The edits of these merchants that have come back and are in no log yet.
fn back_first(tx: &Connection, of: &Touched) -> Result<BTreeMap<EditId, MerchantId>> {
    let waiting = outbox::waiting(tx, of.keys())?;
    if waiting.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut back = tx.prepare_cached(sql!("outbox/back_first"))?;
    let rows = back.query_map([json_list(waiting)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (id, edit_id): (String, String) = row?;
        Ok((parse(&edit_id)?, MerchantId::new(id)?))
    })
    .collect()
}

/// The merchants about which the records say something, be it that there is none: those that whoever they were pulled for
/// may see.
pub(super) fn reach(tx: &Connection) -> Result<Scope> {
    Ok(meta::get(tx, SCOPE)?.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or(Scope::All))
}

/// Edits whose answer has come back leave the outbox; the ones in review only when people have settled it.
pub(super) fn settle(tx: &Connection, rules: &RuleSet, touched: &mut Touched, now_ms: u64) -> Result<()> {
    let waiting = outbox::waiting(tx, touched.keys())?;
    if waiting.is_empty() {
        return Ok(());
    }
    let (waiting, reach) = (json_list(waiting), reach(tx)?);
    let (mut done, mut open) = (BTreeMap::<&str, Vec<i64>>::new(), Vec::<(i64, Option<String>)>::new());
    let mut candidates = tx.prepare_cached(sql!("outbox/settle_candidates"))?;
    let mut rows = candidates.query([waiting])?;
    while let Some(row) = rows.next()? {
        let mut state: EditState = parse(&row.get::<_, String>(2)?)?;
        if state == EditState::InReview {
            let edit: Edit = serde_json::from_str(&row.get::<_, String>(1)?)?;
            let decisions: Option<String> = row.get(3)?;
            let decisions: Vec<FieldDecision> =
                decisions.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
            state = match record_of(tx, &edit.merchant_id, touched)? {
                Some(record) => match open_fields::left(record, &edit, &decisions, rules)? {
                    None => reconcile::settled_state_of(record, &edit, &decisions, rules),
                    fields => {
                        open.push((row.get(0)?, fields));
                        continue;
                    }
                },
                // The merchant is gone for good, and with it the question; or whoever signed in may not see it.
                None if reach.contains(&edit.merchant_id) => EditState::Declined,
                None => continue,
            };
        }
        done.entry(state.as_str()).or_default().push(row.get(0)?);
    }
    let mut still_open = tx.prepare_cached(sql!("outbox/still_open"))?;
    open.into_iter().try_for_each(|(n, fields)| still_open.execute(params![n, fields]).map(|_| ()))?;
    let now_ms = int(now_ms);
    for (state, numbers) in &done {
        let list = json_numbers(numbers.iter().copied());
        tx.prepare_cached(sql!("outbox/log_many"))?.execute(params![list, *state, now_ms])?;
        tx.prepare_cached(sql!("outbox/delete_many"))?.execute([list])?;
    }
    if !done.is_empty() {
        outbox::trim_log(tx)?;
    }
    Ok(())
}

fn record_of<'t>(tx: &Connection, id: &MerchantId, touched: &'t mut Touched) -> Result<Option<&'t Record>> {
    let record = touched.entry(id.clone()).or_insert(None);
    if record.is_none() {
        *record = merchant::record_of(tx, id)?;
    }
    Ok(record.as_deref())
}

/// What did not come again in the new epoch is not there any more.
fn forget_outdated(tx: &Connection, rules: &RuleSet, generation: i64, now_ms: u64) -> Result<()> {
    loop {
        let ids = column(tx, sql!("records/outdated"), [generation])?;
        if ids.is_empty() {
            break;
        }
        forget(tx, rules, ids, now_ms)?;
    }
    // Questions about merchants that had not been here before either: out of reach, or of an older reading.
    let mut absent = Touched::new();
    add(&mut absent, merchants(tx, sql!("outbox/asked_of_nobody"), [])?);
    settle(tx, rules, &mut absent, now_ms)?;
    listing::refresh(tx, absent, rules)
}

/// Forgets deleted merchants up to a change number. Returns whether some may be left.
pub(super) fn forget_pruned(tx: &Connection, rules: &RuleSet, pruned: u64, now_ms: u64) -> Result<bool> {
    let ids = column(tx, sql!("records/pruned"), [int(pruned)])?;
    let some = !ids.is_empty();
    forget(tx, rules, ids, now_ms)?;
    Ok(some)
}

/// Removes records that the server does not have any more, and what waited for people to decide about them.
pub(super) fn forget(tx: &Connection, rules: &RuleSet, ids: Vec<String>, now_ms: u64) -> Result<()> {
    tx.prepare_cached(sql!("records/delete_many"))?.execute([json_list(&ids)])?;
    // A row whose id is none shows nowhere.
    let mut gone: Touched = ids.into_iter().filter_map(|id| Some((MerchantId::new(id).ok()?, None))).collect();
    settle(tx, rules, &mut gone, now_ms)?;
    if !gone.is_empty() {
        resending::note_forgotten(tx)?;
    }
    listing::refresh(tx, gone, rules)
}

/// Writes the text as it came, with members that this version does not know. Returns whether anything was written.
pub(super) fn put(statement: &mut Statement<'_>, change: &Change, generation: i64, rules: &RuleSet) -> Result<bool> {
    let beside = checking::beside(change.merchant_id(), &change.text()?, &*change.record()?, rules);
    put_beside(statement, change, generation, &beside)
}

fn put_beside(statement: &mut Statement<'_>, change: &Change, generation: i64, beside: &Beside) -> Result<bool> {
    let (id, text) = (change.merchant_id(), change.text()?);
    let (digest, bucket, deleted) = (beside.digest, beside.bucket, beside.deleted);
    let values = params![id.as_str(), int(change.seq), generation, &*text, digest, bucket, deleted];
    Ok(statement.execute(values)? > 0)
}
