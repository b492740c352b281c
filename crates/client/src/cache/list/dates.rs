//! What a row says of dates: special ones, a closure, the time zone. The list has no column for them, because most merchants
//! have none of it and some have a whole calendar: it is read with the window, from the records that mention it.

use chrono::NaiveDate;
use domain::ipc::StoreRow;
use domain::outline::Outline;
use domain::rules::RuleSet;
use domain::value::Said;
use rusqlite::Connection;

use crate::cache::listing::{self, Own};
use crate::cache::merchant;
use crate::cache::sql;
use crate::error::Result;

/// How the names of the registers begin in the text of a record.
const NAMED: [&str; 3] = ["\"hours.special.", "\"closure", "\"time_zone"];
/// Special dates of a row: enough for a window that stays open over a holiday.
const DATES_MAX: usize = 31;

/// Adds what is said of the dates from a day on.
pub(super) fn add(tx: &Connection, row: &mut StoreRow, rules: &RuleSet, from: NaiveDate) -> Result<()> {
    let own = merchant::own_of(tx, &row.id)?;
    let mut select = tx.prepare_cached(sql!("records/get"))?;
    let mut records = select.query([row.id.as_str()])?;
    let record = match records.next()? {
        Some(record) => record.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
        None => "",
    };
    if !(NAMED.iter().any(|name| record.contains(name)) || own.iter().any(writes_it)) {
        return Ok(());
    }
    match own.is_empty().then(|| Outline::of(record)).flatten() {
        Some(outline) => outline.shown(record).for_each(|(field, said)| row.hours.add(field, &said)),
        None => {
            let record = merchant::record_of(tx, &row.id)?;
            let registers = listing::registers(record.as_deref(), &own, rules);
            registers.iter().for_each(|(field, value)| row.hours.add(field.as_str(), &Said::from(value)));
        }
    }
    row.hours.keep_special(from, DATES_MAX);
    Ok(())
}

/// Does an edit write one of the registers?
fn writes_it(own: &Own) -> bool {
    let named = |field: &str| NAMED.iter().any(|name| field.starts_with(name.trim_start_matches('"')));
    own.edit.writes.iter().any(|write| named(write.field.as_str()))
}
