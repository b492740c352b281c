//! The list's rows: what the server says about a merchant with this device's own edits on top, made flat.
//! Every change of a record or of the outbox comes through [`refresh`], in its own transaction.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

use domain::edit::{Edit, EditState, Write};
use domain::field::{DELETED, FieldPath, WEEKDAYS};
use domain::outline::Outline;
use domain::profile::Registers;
use domain::record::Record;
use domain::review::{Review, ReviewItem};
use domain::rules::RuleSet;
use domain::search::{self, Words};
use domain::value::Said;
use domain::{MerchantId, Value, hours};
use rusqlite::Connection;
use sqlx::sqlite::SqliteConnection;
use sync_engine::reconcile;

use super::merchant::{self, Merchant};
use super::{int, outbox, parse, sql};
use crate::error::Result;

/// An edit in the outbox, as far as rows need it.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub edit: Edit,
    pub state: EditState,
    pub changes: i64,
    pub come_back: bool,
}

impl Own {
    /// Is it shown on top of what the server says? Until the answer has come back by pull; a refused edit is
    /// not the value of anything.
    pub(super) fn on_top(&self) -> bool {
        use EditState::{Applied, InReview, Merged, Queued, Sending};
        match self.state {
            Queued | Sending => !self.come_back,
            Applied | Merged | InReview => !self.come_back,
            _ => false,
        }
    }
}

/// One row of the list.
#[derive(Debug)]
pub(super) struct Row {
    /// Name, address, region, category, status.
    pub texts: [String; 5],
    /// Spans of the seven weekdays as JSON.
    pub hours: String,
    pub queued: i64,
    pub rejected: i64,
    pub contested: i64,
    pub in_review: i64,
    pub updated_ms: i64,
    /// What it is found by (`domain::search::Words`).
    pub words: String,
    pub words_hash: i64,
    keys: OnceLock<[Vec<u8>; 2]>,
}

impl Row {
    fn new((texts, hours, words): ([String; 5], String, String), counts: Counts) -> Self {
        let mut hasher = DefaultHasher::new();
        words.hash(&mut hasher);
        let Counts { queued, rejected, contested, in_review, updated_ms } = counts;
        let words_hash = hasher.finish().cast_signed();
        Self {
            texts,
            hours,
            queued,
            rejected,
            contested,
            in_review,
            updated_ms,
            words,
            words_hash,
            keys: OnceLock::new(),
        }
    }

    /// What name and address are ordered by. Made when it is first asked for: who makes a row ahead asks.
    pub fn keys(&self) -> &[Vec<u8>; 2] {
        let [name, address, ..] = &self.texts;
        self.keys.get_or_init(|| [search::sort_key(name), search::sort_key(address)])
    }
}

/// The fields of [`Row::texts`].
const TEXTS: [&str; 5] = ["name", "address", "region", "category", "status"];

/// [`Row::hours`] of a merchant of whom no day is known, as most lists of a head office are.
const NO_HOURS: &str = "[null,null,null,null,null,null,null]";

/// The merchants of a transaction; with their records, where they are at hand.
pub(super) type Touched = BTreeMap<MerchantId, Option<Arc<Record>>>;

/// Is it a span as it is stored, `HH:MM-HH:MM`?
fn is_stored_span(text: &str) -> bool {
    let shape = |(n, byte): (usize, u8)| match n {
        2 | 8 => byte == b':',
        5 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 11 && text.bytes().enumerate().all(shape)
}

/// The spans of a day as JSON.
fn day(value: &Value) -> serde_json::Value {
    // Almost always the value is in normal form already.
    if value.as_list().is_some_and(|spans| spans.iter().all(|span| is_stored_span(span))) {
        return value.0.clone();
    }
    match hours::from_value(value) {
        Ok(Some(spans)) => serde_json::Value::from_iter(spans.iter().map(ToString::to_string)),
        _ => serde_json::Value::Null,
    }
}

/// What a row says of registers.
fn of_registers<'r>(
    id: &MerchantId,
    registers: impl Iterator<Item = (&'r str, Said<'r>)>,
) -> ([String; 5], String, String) {
    let mut texts: [String; 5] = Default::default();
    let mut week: [serde_json::Value; WEEKDAYS.len()] = Default::default();
    let mut words = Words::new(id);
    for (field, said) in registers {
        if let Some((place, text)) = TEXTS.iter().position(|name| *name == field).zip(said.as_str()) {
            texts[place] = text.to_owned();
        }
        if let ("hours", Some(key)) = (FieldPath::root_of(field), FieldPath::key_of(field))
            && let Some(place) = WEEKDAYS.iter().position(|name| *name == key)
        {
            week[place] = day(&said.to_value());
        }
        words.add(field, &said);
    }
    let hours = if week.iter().all(serde_json::Value::is_null) {
        NO_HOURS.to_owned()
    } else {
        serde_json::Value::from_iter(week).to_string()
    };
    (texts, hours, words.into_text())
}

/// Does every register have one candidate at most, and none of them deletes? Then what shows is what is written.
fn is_plain(record: &Record) -> bool {
    record.registers.iter().all(|(field, register)| register.siblings.len() < 2 && field.as_str() != DELETED)
}

/// What a row counts, beside what it shows.
pub(super) struct Counts {
    pub queued: i64,
    pub rejected: i64,
    pub contested: i64,
    pub in_review: i64,
    pub updated_ms: i64,
}

/// The counts of a merchant's row.
pub(super) fn counts(record: Option<&Record>, own: &[Own], rules: &RuleSet) -> Counts {
    let sum = |states: &[EditState]| own.iter().filter(|o| states.contains(&o.state)).map(|o| o.changes).sum();
    let contested = record.and_then(|record| open_review(record, own, rules)).map_or(0, |review| review.items.len());
    let newest = own.iter().filter(|o| o.on_top()).map(|o| o.edit.hlc);
    let updated = newest.chain(record.map(Record::latest)).max().unwrap_or_default();
    Counts {
        queued: sum(&[EditState::Queued, EditState::Sending]),
        rejected: sum(&[EditState::Rejected]),
        contested: int(contested as u64),
        in_review: sum(&[EditState::InReview]),
        updated_ms: int(updated.wall_ms()),
    }
}

/// The row of a merchant; nothing if it does not show.
pub(super) fn row(id: &MerchantId, record: Option<&Record>, own: &[Own], rules: &RuleSet) -> Option<Row> {
    let (texts, hours, words) = match record.filter(|record| own.is_empty() && is_plain(record)) {
        Some(record) => {
            let written =
                record.registers.iter().filter_map(|(field, register)| Some((field, register.siblings.first()?)));
            let said = written.map(|(field, only)| (field.as_str(), Said::from(&only.value)));
            let mut shown = said.filter(|(_, said)| !said.is_null()).peekable();
            shown.peek()?;
            of_registers(id, shown)
        }
        None => {
            let registers = registers(record, own, rules);
            if registers.is_empty() || registers.contains_key(&FieldPath::deleted()) {
                return None;
            }
            of_registers(id, registers.iter().map(|(field, value)| (field.as_str(), Said::from(value))))
        }
    };
    Some(Row::new((texts, hours, words), counts(record, own, rules)))
}

/// The row of a merchant whom no own edits concern, from a plain record where it stands; nothing if it does not show.
pub(super) fn row_of_outline(outline: &Outline, text: &str) -> Option<Row> {
    let mut shown = outline.shown(text).peekable();
    shown.peek()?;
    let updated_ms = int(outline.latest().wall_ms());
    let counts = Counts { queued: 0, rejected: 0, contested: 0, in_review: 0, updated_ms };
    Some(Row::new(of_registers(outline.merchant_id(), shown), counts))
}

/// The row of a merchant of which there is nothing but the edit that makes it, of so many lines. When that is made is to
/// be filled in.
pub(super) fn row_of_new(id: &MerchantId, writes: &[Write], lines: i64) -> Row {
    let said = writes.iter().map(|write| (write.field.as_str(), Said::from(&write.value)));
    let shown = said.filter(|(_, said)| !said.is_null());
    let counts = Counts { queued: lines, rejected: 0, contested: 0, in_review: 0, updated_ms: 0 };
    Row::new(of_registers(id, shown), counts)
}

/// What a merchant shows on this device.
pub(super) fn registers(record: Option<&Record>, own: &[Own], rules: &RuleSet) -> Registers {
    let mut registers = record.map(|record| reconcile::shown(record, rules)).unwrap_or_default();
    reconcile::overlay(&mut registers, own.iter().filter(|o| o.on_top()).map(|o| &o.edit));
    registers
}

/// The open questions about a merchant, without the ones that this device has answered already.
pub(super) fn open_review(record: &Record, own: &[Own], rules: &RuleSet) -> Option<Review> {
    // A question needs two candidates, or a deletion: most merchants have neither.
    let may_be_open = record.registers.contains_key(&FieldPath::deleted())
        || record.registers.values().any(|register| register.siblings.len() > 1);
    let mut review = may_be_open.then(|| reconcile::review(record, rules)).flatten()?;
    for settles in own.iter().filter(|o| o.on_top()).filter_map(|o| Some((&o.edit, o.edit.settles.as_ref()?))) {
        let (edit, settles) = settles;
        let answered = |item: &ReviewItem| {
            edit.writes.iter().zip(&settles.candidates).any(|(w, dots)| w.field == item.field && *dots == item.dots)
        };
        review.items.retain(|item| !answered(item));
    }
    (!review.items.is_empty()).then_some(review)
}

type OwnRow = (String, String, String, i64, bool);

/// The edits in the outbox of some merchants, in order.
pub(super) async fn own_edits(connection: &mut SqliteConnection, ids: &str) -> Result<HashMap<MerchantId, Vec<Own>>> {
    let rows: Vec<OwnRow> = sqlx::query_as(sql!("outbox/of_merchants")).bind(ids).fetch_all(connection).await?;
    let mut own: HashMap<MerchantId, Vec<Own>> = HashMap::new();
    for (id, edit, state, changes, come_back) in rows {
        let entry = Own { edit: serde_json::from_str(&edit)?, state: parse(&state)?, changes, come_back };
        own.entry(MerchantId::new(id)?).or_default().push(entry);
    }
    Ok(own)
}

/// Makes the rows of some merchants anew from their records and the outbox.
pub(super) fn refresh(tx: &Connection, touched: Touched, rules: &RuleSet) -> Result<()> {
    let waiting: HashSet<String> = outbox::waiting(tx, touched.keys())?.into_iter().map(str::to_owned).collect();
    for (id, record) in touched {
        let record = match record {
            Some(record) => Some(record),
            None => merchant::record_of(tx, &id)?,
        };
        let own = if waiting.contains(id.as_str()) { merchant::own_of(tx, &id)? } else { Vec::new() };
        Merchant { record, own }.refresh(tx, &id, rules)?;
    }
    Ok(())
}
