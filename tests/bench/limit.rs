//! What the disk and SQLite allow: the same edits without merge, queue, history or network. A bound to hold our
//! figures against, not a peer.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use crate::Failure;
use crate::figures::{Figures, quantile};
use crate::workload::{FIELDS, FieldEdit, Merchant, lines};

/// Makes each edit durable by itself, then all of them in one transaction of another file, as a push would.
pub fn run(workload: &Path, folder: &Path) -> Result<Figures, Failure> {
    let merchants: Vec<Merchant> = lines(&workload.join("merchants.ndjson"))?;
    let edits: Vec<FieldEdit> = lines(&workload.join("edits_a.ndjson"))?;
    std::fs::create_dir_all(folder)?;
    let device = filled(&folder.join("device.db"), &merchants)?;
    let mut saves = Vec::with_capacity(edits.len());
    for edit in &edits {
        let begun = Instant::now();
        device.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        apply(&device, edit)?;
        device.prepare_cached("COMMIT")?.execute([])?;
        saves.push(begun.elapsed());
    }
    let server = filled(&folder.join("server.db"), &merchants)?;
    let begun = Instant::now();
    server.execute_batch("BEGIN IMMEDIATE")?;
    for edit in &edits {
        apply(&server, edit)?;
    }
    server.execute_batch("COMMIT")?;
    let pushed = begun.elapsed();
    let saving: Duration = saves.iter().sum();
    let p99 = quantile(&mut saves, 0.99);
    let note = format!("SQLite alone, one fsync an edit; p99 {} µs", p99.as_micros());
    Ok(Figures { ops: edits.len() as u64, took: Some(saving), note, more: vec![("push_seconds", pushed)] })
}

fn filled(file: &Path, merchants: &[Merchant]) -> Result<Connection, Failure> {
    let db = Connection::open(file)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    let columns = FIELDS.map(|field| format!("{field} TEXT NOT NULL")).join(", ");
    db.execute_batch(&format!(
        "BEGIN; CREATE TABLE merchants (merchant_id TEXT PRIMARY KEY, {columns}) WITHOUT ROWID;
         CREATE TABLE log (n INTEGER PRIMARY KEY, merchant_id TEXT, field TEXT, value TEXT);"
    ))?;
    let mut insert = db.prepare("INSERT INTO merchants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for merchant in merchants {
        let texts = FIELDS.iter().map(|field| merchant.texts.get(*field).map(String::as_str).unwrap_or_default());
        insert.execute(rusqlite::params_from_iter(std::iter::once(merchant.merchant_id.as_str()).chain(texts)))?;
    }
    drop(insert);
    db.execute_batch("COMMIT")?;
    Ok(db)
}

fn apply(db: &Connection, edit: &FieldEdit) -> Result<(), Failure> {
    let field = FIELDS.iter().find(|field| **field == edit.field).ok_or("an edit of no field")?;
    let id = edit.merchant_id.as_str();
    db.prepare_cached("INSERT INTO log (merchant_id, field, value) VALUES (?, ?, ?)")?
        .execute(params![id, field, edit.value])?;
    db.prepare_cached(&format!("UPDATE merchants SET {field} = ? WHERE merchant_id = ?"))?
        .execute(params![edit.value, id])?;
    Ok(())
}
