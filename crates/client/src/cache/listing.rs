//! The list's rows: what the server says about a merchant with this device's own edits on top, made flat.
//! Every change of a record or of the outbox comes through [`refresh`], in its own transaction.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::edit::{Edit, EditState};
use domain::field::{FieldKind, FieldPath};
use domain::hours;
use domain::profile::Registers;
use domain::record::Record;
use domain::review::{Review, ReviewItem};
use domain::rules::RuleSet;
use domain::{MerchantId, search};
use sqlx::sqlite::SqliteConnection;
use sqlx::{FromRow, QueryBuilder, Sqlite};
use sync_engine::reconcile;

use super::{int, json_list, json_numbers, parse, sql};
use crate::error::Result;

/// Rows in one statement.
const ROWS_PER_STATEMENT: usize = 250;

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

/// When a row's text goes into the search index.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Indexing {
    /// In the same transaction.
    Now,
    /// By the indexer, soon.
    Later,
}

/// One row of the list.
pub(super) struct Row {
    pub id: MerchantId,
    pub registers: Registers,
    pub queued: i64,
    pub rejected: i64,
    pub contested: i64,
    pub in_review: i64,
    pub updated_ms: i64,
    pub tokens: String,
    pub tokens_hash: i64,
}

/// A row as it is stored.
#[derive(FromRow)]
struct Stored {
    merchant_id: String,
    n: i64,
    tokens_hash: i64,
    name: String,
    address: String,
    region: String,
    category: String,
    status: String,
    hours: String,
    queued: i64,
    rejected: i64,
    contested: i64,
    in_review: i64,
    updated_ms: i64,
}

impl Stored {
    /// Does it say all that this row says?
    fn is(&self, row: &Row) -> bool {
        let text = |field| text(&row.registers, field);
        self.tokens_hash == row.tokens_hash
            && (self.queued, self.rejected, self.contested) == (row.queued, row.rejected, row.contested)
            && (self.in_review, self.updated_ms) == (row.in_review, row.updated_ms)
            && self.name == text("name")
            && self.address == text("address")
            && self.region == text("region")
            && self.category == text("category")
            && self.status == text("status")
            && self.hours == week(&row.registers)
    }
}

/// A register's text; empty if there is none.
pub(super) fn text(registers: &Registers, field: &'static str) -> String {
    registers.get(&FieldPath::fixed(field)).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

/// Is it a span as it is stored, `HH:MM-HH:MM`?
fn is_stored_span(text: &str) -> bool {
    let shape = |(n, byte): (usize, u8)| match n {
        2 | 8 => byte == b':',
        5 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 11 && text.bytes().enumerate().all(shape)
}

/// Spans of the seven weekdays as JSON.
pub(super) fn week(registers: &Registers) -> String {
    let day = |n| {
        let Some(value) = registers.get(&FieldPath::hours(n)) else { return serde_json::Value::Null };
        // Almost always the value is in normal form already.
        if value.as_list().is_some_and(|spans| spans.iter().all(|span| is_stored_span(span))) {
            return value.0.clone();
        }
        match hours::from_value(value) {
            Ok(Some(spans)) => serde_json::Value::from_iter(spans.iter().map(ToString::to_string)),
            _ => serde_json::Value::Null,
        }
    };
    serde_json::Value::from_iter((0..7).map(day)).to_string()
}

fn tokens(id: &MerchantId, registers: &Registers) -> String {
    let mut all = id.as_str().to_owned();
    for (field, value) in registers {
        let word = match (field.root(), field.kind()) {
            ("name" | "address" | "branch" | "region" | "category", FieldKind::Text) => value.as_str(),
            ("phones" | "tags", FieldKind::SetElement) => field.key(),
            _ => None,
        };
        if let Some(word) = word {
            all.push('\n');
            all.push_str(word);
        }
    }
    search::index_tokens(&all)
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
    let registers = registers(record, own, rules);
    if registers.is_empty() || registers.contains_key(&FieldPath::deleted()) {
        return None;
    }
    let Counts { queued, rejected, contested, in_review, updated_ms } = counts(record, own, rules);
    let tokens = tokens(id, &registers);
    let mut hasher = DefaultHasher::new();
    tokens.hash(&mut hasher);
    Some(Row {
        id: id.clone(),
        queued,
        rejected,
        in_review,
        contested,
        updated_ms,
        tokens_hash: hasher.finish().cast_signed(),
        tokens,
        registers,
    })
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

/// Makes the rows of some merchants anew from their records and the outbox. `records` holds the ones at hand;
/// others are read.
pub(super) async fn refresh(
    tx: &mut SqliteConnection,
    ids: &[MerchantId],
    mut records: HashMap<MerchantId, Record>,
    rules: &RuleSet,
    indexing: Indexing,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let list = json_list(ids.iter().map(MerchantId::as_str));
    if records.len() < ids.len() {
        let missing = json_list(ids.iter().filter(|id| !records.contains_key(id)).map(MerchantId::as_str));
        let rows: Vec<(String, i64, String)> =
            sqlx::query_as(sql!("records/get_many")).bind(missing).fetch_all(&mut *tx).await?;
        for (id, _, record) in rows {
            records.insert(MerchantId::new(id)?, serde_json::from_str(&record)?);
        }
    }
    let own = own_edits(&mut *tx, &list).await?;
    let known: Vec<Stored> = sqlx::query_as(sql!("listing/known")).bind(&list).fetch_all(&mut *tx).await?;
    let known: HashMap<String, Stored> = known.into_iter().map(|stored| (stored.merchant_id.clone(), stored)).collect();

    let mut rows = Vec::with_capacity(ids.len());
    let mut gone = Vec::new();
    for id in ids {
        let own = own.get(id).map(Vec::as_slice).unwrap_or_default();
        let stored = known.get(id.as_str());
        match row(id, records.get(id), own, rules) {
            // Often what comes from the server is what this device shows already: nothing is to be written.
            Some(row) if stored.is_some_and(|stored| stored.is(&row)) => {}
            Some(row) => rows.push(row),
            None => gone.extend(stored.map(|stored| stored.n)),
        }
    }
    for n in &gone {
        sqlx::query(sql!("listing/delete")).bind(n).execute(&mut *tx).await?;
    }
    let mut stale = gone;
    let mut texts = Vec::new();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        let numbers = upsert(&mut *tx, chunk).await?;
        for row in chunk {
            let Some(n) = numbers.get(row.id.as_str()) else { continue };
            let before = known.get(row.id.as_str()).map(|stored| stored.tokens_hash);
            if before == Some(row.tokens_hash) {
                continue;
            }
            stale.extend(before.map(|_| *n));
            texts.push((*n, row.tokens.as_str()));
        }
    }
    index(tx, &stale, &texts, indexing).await
}

async fn upsert(tx: &mut SqliteConnection, rows: &[Row]) -> Result<BTreeMap<String, i64>> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
        "INSERT INTO listing (merchant_id, name, address, region, category, status, hours, queued, rejected, \
         contested, in_review, updated_ms, tokens_hash) ",
    );
    query.push_values(rows, |mut values, row| {
        values
            .push_bind(row.id.as_str().to_owned())
            .push_bind(text(&row.registers, "name"))
            .push_bind(text(&row.registers, "address"))
            .push_bind(text(&row.registers, "region"))
            .push_bind(text(&row.registers, "category"))
            .push_bind(text(&row.registers, "status"))
            .push_bind(week(&row.registers))
            .push_bind(row.queued)
            .push_bind(row.rejected)
            .push_bind(row.contested)
            .push_bind(row.in_review)
            .push_bind(row.updated_ms)
            .push_bind(row.tokens_hash);
    });
    query.push(
        " ON CONFLICT (merchant_id) DO UPDATE SET name = excluded.name, address = excluded.address, \
         region = excluded.region, category = excluded.category, status = excluded.status, hours = excluded.hours, \
         queued = excluded.queued, rejected = excluded.rejected, contested = excluded.contested, \
         in_review = excluded.in_review, updated_ms = excluded.updated_ms, tokens_hash = excluded.tokens_hash \
         RETURNING merchant_id, n",
    );
    let numbers: Vec<(String, i64)> = query.build_query_as().fetch_all(tx).await?;
    Ok(numbers.into_iter().collect())
}

async fn index(tx: &mut SqliteConnection, stale: &[i64], texts: &[(i64, &str)], indexing: Indexing) -> Result<()> {
    if !stale.is_empty() {
        let list = json_numbers(stale.iter().copied());
        sqlx::query(sql!("search/delete")).bind(&list).execute(&mut *tx).await?;
        sqlx::query(sql!("search/delete_unindexed")).bind(&list).execute(&mut *tx).await?;
    }
    let into = match indexing {
        Indexing::Now => "INSERT INTO search (rowid, tokens) ",
        Indexing::Later => "INSERT INTO unindexed (n, tokens) ",
    };
    for chunk in texts.chunks(ROWS_PER_STATEMENT) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(into);
        query.push_values(chunk, |mut values, (n, tokens)| {
            values.push_bind(*n).push_bind((*tokens).to_owned());
        });
        query.build().execute(&mut *tx).await?;
    }
    Ok(())
}
