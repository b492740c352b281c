//! Taking a whole import back: by new edits, and only what nobody has changed since.

use std::collections::HashMap;

use domain::MerchantId;
use domain::edit::{Source, Write};
use domain::ipc::{ImportState, LeftBecause, LeftRow, UndoneImport};
use domain::problem::ErrorCode;
use domain::profile::{self, Registers};
use domain::role::Actor;
use domain::{FieldPath, Value};

use super::report::{Undo, shown};
use crate::cache::{Cache, Draft, RowToUndo, Shown};
use crate::error::{Error, Result};

/// Rows taken back at a time: one transaction.
const BATCH_ROWS: u32 = 500;
/// Rows that are named because they kept something.
const NAMED_MAX: usize = 500;

/// Takes an import back, its last row first. Broken off, it goes on when asked again.
///
/// # Errors
/// `not_found`; `bad_request` if it was taken back already; `outbox_full`, `storage`. What was taken back before stays so.
pub async fn undo(cache: &Cache, actor: Option<&Actor>, import_id: &str) -> Result<UndoneImport> {
    let (open, past, _) = cache.import(import_id).await?;
    if past.state == ImportState::Undone {
        return Err(Error::new(ErrorCode::BadRequest, "this import was taken back already: nothing was changed"));
    }
    cache.end_import(&open, ImportState::Undoing).await?;
    let (mut done, mut before) = (UndoneImport::default(), i64::MAX.cast_unsigned());
    loop {
        let rows = cache.import_rows_to_undo(&open, before, BATCH_ROWS).await?;
        let Some(last) = rows.last() else { break };
        before = last.row;
        let ids: Vec<MerchantId> = rows.iter().map(|row| row.merchant_id.clone()).collect();
        let mut known: HashMap<MerchantId, Shown> = cache.shown_of(&ids).await?.into_iter().collect();
        let mut drafts = Vec::new();
        for row in &rows {
            let Shown { registers: now, seen } = known.entry(row.merchant_id.clone()).or_default();
            let writes = take_back(row, now, &mut done)?;
            if writes.is_empty() {
                continue;
            }
            // A row above may have written to the same merchant.
            for write in &writes {
                now.insert(write.field.clone(), write.value.clone());
            }
            now.retain(|_, value| !value.is_null());
            // Should somebody's change come before this is saved, it was not seen: then people choose.
            let seen = Some(seen.clone());
            drafts.push(Draft { seen, ..Draft::new(row.merchant_id.clone(), writes, Source::Import) });
        }
        cache.save_undo_batch(&open, rows.iter().map(|row| row.row).collect(), drafts, actor).await?;
    }
    cache.end_import(&open, ImportState::Undone).await?;
    Ok(done)
}

fn take_back(row: &RowToUndo, now: &Registers, done: &mut UndoneImport) -> Result<Vec<Write>> {
    let gone = now.is_empty() || now.contains_key(&FieldPath::deleted());
    let mut writes = Vec::new();
    let mut left = Vec::new();
    match serde_json::from_str(&row.undo)? {
        _ if gone => {}
        Undo::Created(digest) if shown(now.iter())? == digest => {
            writes.push(Write { field: FieldPath::deleted(), base_value: Value::NULL, value: Value::yes() });
            done.deleted += 1;
        }
        Undo::Created(_) => {}
        Undo::Changed(changed) => {
            writes = profile::inverse(&changed, now);
            let stays = |write: &&Write| !writes.iter().any(|back| back.field == write.field);
            left = changed.iter().filter(stays).map(|write| write.field.to_string()).collect();
            done.restored += u64::from(!writes.is_empty());
        }
    }
    if writes.is_empty() || !left.is_empty() {
        done.left_rows += 1;
        if done.left.len() < NAMED_MAX {
            let because = if gone { LeftBecause::Gone } else { LeftBecause::ChangedSince };
            done.left.push(LeftRow { row: row.row, merchant_id: row.merchant_id.clone(), fields: left, because });
        }
    }
    Ok(writes)
}
