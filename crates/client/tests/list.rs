//! Lists against a simple model: everything is read, filtered and sorted in memory.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use client::cache::{Cache, FILE_NAME};
use domain::edit::OutcomeState;
use domain::ipc::{
    Condition, FacetsQuery, MERCHANT_ID, StoreFilter, StoreRow, StoreSort, StoresQuery, Test, UPDATED, compare,
};
use domain::profile::{self, Registers};
use domain::search;
use domain::{FieldPath, MerchantId, Record, Value};
use proptest::prelude::*;
use support::*;

const NAMES: [&str; 8] =
    ["老王火锅", "重庆小面", "Starbucks 星巴克", "10号店", "2号店", "火锅（望京店）", "春风小馆", "绿茶餐厅"];
const CATEGORIES: [&str; 4] = ["火锅", "面馆", "Coffee", ""];
const TAGS: [&str; 3] = ["清真", "WiFi", "外卖"];
const SEATS: [&str; 5] = ["8", "10", "120", "many", ""];

const ANSWERS: [OutcomeState; 4] =
    [OutcomeState::Applied, OutcomeState::InReview, OutcomeState::Rejected, OutcomeState::Deferred];

/// What a merchant has, in small numbers.
#[derive(Clone, Copy, Debug)]
struct Shop {
    id: u8,
    name: u8,
    category: u8,
    tags: u8,
    seats: u8,
    phone: u8,
}

fn shop() -> impl Strategy<Value = Shop> {
    (0..24_u8, any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>())
        .prop_map(|(id, name, category, tags, seats, phone)| Shop { id, name, category, tags, seats, phone })
}

fn merchant(id: u8) -> String {
    format!("M-{id:02}")
}

fn pick<'w>(words: &[&'w str], at: u8) -> &'w str {
    words[usize::from(at) % words.len()]
}

impl Shop {
    fn registers(self) -> Vec<(String, Value)> {
        let mut registers = vec![
            ("name".to_owned(), Value::text(pick(&NAMES, self.name))),
            ("address".to_owned(), Value::text(format!("望京街{}号", self.phone % 30))),
            (format!("phones.+86138{:08}", u32::from(self.phone) * 7_919), Value::yes()),
        ];
        let texts = [("category", pick(&CATEGORIES, self.category)), ("custom.seats", pick(&SEATS, self.seats))];
        for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            registers.push((field.to_owned(), Value::text(text)));
        }
        for (_, tag) in TAGS.iter().enumerate().filter(|(at, _)| self.tags >> at & 1 == 1) {
            registers.push((format!("tags.{tag}"), Value::yes()));
        }
        registers
    }
    fn record(self, counter: u64) -> Record {
        let registers = self.registers();
        let registers: Vec<(&str, Value)> =
            registers.iter().map(|(path, value)| (path.as_str(), value.clone())).collect();
        record(&merchant(self.id), counter, &registers)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Pull(Vec<Shop>),
    Save(u8, u8, u8),
    /// So many edits are sent and answered like this.
    Answer(usize, OutcomeState),
    Discard(u8),
    Delete(u8),
    Gone(u8),
    Index,
    Restart,
    Look(Asked),
}

#[derive(Clone, Debug)]
struct Asked {
    text: &'static str,
    filter: StoreFilter,
    conditions: Vec<Condition>,
    sort: StoreSort,
    descending: bool,
}

fn condition() -> impl Strategy<Value = Condition> {
    let fields = ["category", "tags", "custom.seats", "name", "phones", "custom.none", MERCHANT_ID];
    let text =
        prop::sample::select(vec!["火锅", "coffee", "wifi", "10", "9", "huoguo", "老王火锅", "M-03", "清真", "!"]);
    let test = (0..7_u8, text.clone(), text).prop_map(|(kind, one, two)| match kind {
        0 => Test::AnyOf(vec![one.to_owned(), two.to_owned()]),
        1 => Test::NoneOf(vec![one.to_owned(), two.to_owned()]),
        2 => Test::Contains(one.to_owned()),
        3 => Test::Set,
        4 => Test::NotSet,
        5 => Test::AtLeast(one.to_owned()),
        _ => Test::AtMost(one.to_owned()),
    });
    (prop::sample::select(fields.to_vec()), test).prop_map(|(path, test)| Condition { field: field(path), test })
}

fn asked() -> impl Strategy<Value = Asked> {
    let text = prop::sample::select(vec![
        "",
        "",
        "火",
        "火锅",
        "hg",
        "chongqing",
        "zqxm",
        "star",
        "M-0",
        "M-03",
        "m-07 ",
        "138",
        "0079",
        "望京 3",
        "！",
    ]);
    let filter =
        prop::sample::select(vec![StoreFilter::All, StoreFilter::All, StoreFilter::Pending, StoreFilter::Rejected]);
    let sort = prop::sample::select(vec![
        StoreSort::Updated,
        StoreSort::Name,
        StoreSort::Id,
        StoreSort::Address,
        StoreSort::Category,
        StoreSort::Field(field("custom.seats")),
        StoreSort::Field(field("phones.primary")),
        StoreSort::Field(field("tags")),
    ]);
    (text, filter, prop::collection::vec(condition(), 0..3), sort, any::<bool>())
        .prop_map(|(text, filter, conditions, sort, descending)| Asked { text, filter, conditions, sort, descending })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::collection::vec(shop(), 1..8).prop_map(Step::Pull),
        3 => (0..28_u8, any::<u8>(), any::<u8>()).prop_map(|(id, name, seats)| Step::Save(id, name, seats)),
        2 => (1..6_usize, prop::sample::select(ANSWERS.to_vec())).prop_map(|(edits, state)| Step::Answer(edits, state)),
        1 => any::<u8>().prop_map(Step::Discard),
        1 => (0..24_u8).prop_map(Step::Delete),
        1 => (0..24_u8).prop_map(Step::Gone),
        2 => Just(Step::Index),
        1 => Just(Step::Restart),
        8 => asked().prop_map(Step::Look),
    ]
}

type Shown = (StoreRow, Registers);

fn values(shown: &Shown, path: &FieldPath) -> Vec<String> {
    match path.as_str() {
        MERCHANT_ID => vec![shown.0.id.to_string()],
        _ => profile::values(&shown.1, path),
    }
}

fn matches(asked: &Asked, shown: &Shown) -> bool {
    let mut tokens = Vec::new();
    search::tokens(MERCHANT_ID, shown.0.id.as_str(), &mut |token| tokens.push(token));
    for (path, value) in &shown.1 {
        match path.root() {
            "phones" | "tags" if path.as_str() != "phones.primary" => {
                search::tokens(path.root(), path.key().unwrap(), &mut |token| tokens.push(token));
            }
            "hours" => {}
            _ => search::tokens(path.as_str(), &value.plain(), &mut |token| tokens.push(token)),
        }
    }
    let pieces = search::pieces(asked.text);
    let has = |of: &search::Tokens| tokens.iter().any(|token| of.has(*token));
    let text = (asked.text.is_empty() || !pieces.is_empty())
        && pieces.iter().all(|piece| piece.ways.iter().any(|way| way.iter().all(has)));
    let filter = match asked.filter {
        StoreFilter::All => true,
        StoreFilter::Pending => shown.0.queued > 0,
        StoreFilter::Conflict => shown.0.contested > 0,
        StoreFilter::Rejected => shown.0.rejected > 0,
    };
    let holds = |one: &Condition| one.holds(values(shown, &one.field).iter().map(String::as_str));
    text && filter && asked.conditions.iter().all(holds)
}

/// The smallest value of what a list is sorted by.
fn sorted_by(sort: &StoreSort, shown: &Shown) -> Option<String> {
    let values = match sort {
        StoreSort::Updated => return Some(shown.0.updated_at.unwrap().timestamp_millis().to_string()),
        StoreSort::Name => vec![format!("\u{20}{}", shown.0.name)],
        StoreSort::Address => vec![format!("\u{20}{}", shown.0.address)],
        StoreSort::Id => return Some(shown.0.id.to_string()),
        StoreSort::Category => values(shown, &field("category")),
        StoreSort::Field(path) => values(shown, path),
    };
    values.into_iter().min_by(|left, right| compare(left, right))
}

async fn check(cache: &Cache, asked: &Asked) {
    let mut all: Vec<Shown> = Vec::new();
    let ids = cache.ids_after("", 500).await.unwrap();
    for (id, registers) in cache.registers_of(&ids).await.unwrap() {
        all.push((cache.row(&id).await.unwrap().unwrap(), registers));
    }
    let expected: BTreeMap<&MerchantId, &Shown> =
        all.iter().filter(|shown| matches(asked, shown)).map(|shown| (&shown.0.id, shown)).collect();
    let query = StoresQuery {
        text: asked.text.to_owned(),
        filter: asked.filter,
        conditions: asked.conditions.clone(),
        sort: asked.sort.clone(),
        descending: asked.descending,
        limit: 7,
        columns: vec![field("tags"), field("custom.seats")],
        ..StoresQuery::default()
    };
    let mut rows = Vec::new();
    loop {
        let page = cache.stores(&StoresQuery { offset: rows.len() as u64, ..query.clone() }).await.unwrap();
        assert_eq!(page.total, expected.len() as u64, "{asked:?}");
        assert_eq!((page.all, page.unindexed), (all.len() as u64, 0));
        if page.rows.is_empty() {
            break;
        }
        rows.extend(page.rows);
    }
    let ids: Vec<&MerchantId> = rows.iter().map(|row| &row.id).collect();
    assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), expected.keys().copied().collect(), "{asked:?}");
    assert_eq!(ids.len(), expected.len(), "each once: {asked:?}");
    for row in &rows {
        let registers = &expected[&row.id].1;
        assert_eq!(row.values.get(&field("custom.seats")), registers.get(&field("custom.seats")));
        let tags = profile::values(registers, &field("tags"));
        assert_eq!(row.values.get(&field("tags")), (!tags.is_empty()).then(|| Value::list(tags)).as_ref());
    }
    // Whose id was typed is first, the others are in order.
    let named = MerchantId::new(asked.text.trim().to_uppercase()).ok().filter(|id| expected.contains_key(id));
    assert!(named.as_ref().is_none_or(|named| ids[0] == named), "{asked:?}");
    let ordered = &ids[usize::from(named.is_some())..];
    let keys: Vec<Option<String>> = ordered.iter().map(|id| sorted_by(&asked.sort, expected[*id])).collect();
    let down = asked.descending != (asked.sort == StoreSort::Updated);
    for pair in keys.windows(2) {
        let fits = match (&pair[0], &pair[1]) {
            (Some(left), Some(right)) if down => compare(left, right).is_ge(),
            (Some(left), Some(right)) => compare(left, right).is_le(),
            // Without a value is last either way.
            (left, right) => right.is_none() || left.is_some(),
        };
        assert!(fits, "{pair:?} in {keys:?} of {asked:?}");
    }
    let named = cache.ids_of(&query).await.unwrap();
    assert_eq!((named.total, named.ids.iter().collect::<Vec<_>>()), (expected.len() as u64, ids));
    let fields = vec![field("category"), field("tags"), field("custom.seats")];
    let facets = cache.facets(&FacetsQuery { query, fields }).await.unwrap();
    for facet in facets.fields {
        let others = Asked {
            conditions: asked.conditions.iter().filter(|one| one.field != facet.field).cloned().collect(),
            ..asked.clone()
        };
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for shown in all.iter().filter(|shown| matches(&others, shown)) {
            values(shown, &facet.field).into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
        }
        assert!(facet.values.is_sorted_by_key(|value| std::cmp::Reverse(value.count)));
        let told = facet.values.into_iter().map(|value| (value.value, value.count)).collect();
        assert_eq!(counts, told, "{} of {asked:?}", facet.field);
    }
}

async fn go(steps: Vec<Step>) {
    let (home, mut cache) = open().await;
    let (mut seq, mut saved) = (0, Vec::new());
    for step in steps {
        match step {
            Step::Pull(shops) => {
                let mut changes = Vec::new();
                for shop in shops {
                    seq += 1;
                    changes.push((seq, shop.record(seq)));
                }
                cache.apply_page(page(changes, true)).await.unwrap();
            }
            Step::Save(id, name, seats) => {
                let now = (pick(&NAMES, name), pick(&SEATS, seats));
                let writes =
                    vec![write("name", "", now.0), write("address", "", "长安街1号"), write("custom.seats", "", now.1)];
                saved.push(cache.save(draft(&merchant(id), writes), None).await.unwrap().edit_id);
            }
            Step::Answer(edits, state) => {
                let sent = cache.load_batch(edits, 1_000_000, 0, None).await.unwrap().edits;
                seq += sent.len() as u64;
                let outcomes = sent.iter().map(|edit| outcome(edit, state, seq)).collect();
                cache.store_outcomes(&reply(outcomes), 0).await.unwrap();
            }
            Step::Discard(which) if !saved.is_empty() => {
                // One that has been answered need not be there any more.
                let _ = cache.discard(saved.swap_remove(usize::from(which) % saved.len())).await;
            }
            Step::Discard(_) => {}
            Step::Delete(id) => {
                let gone =
                    domain::edit::Write { field: field("deleted"), base_value: Value::NULL, value: Value::yes() };
                cache.save(draft(&merchant(id), vec![gone]), None).await.unwrap();
            }
            Step::Gone(id) => {
                seq += 1;
                let gone = record(&merchant(id), seq, &[("deleted", Value::yes())]);
                cache.apply_page(page(vec![(seq, gone)], true)).await.unwrap();
            }
            Step::Index => {
                cache.index_chunk().await.unwrap();
            }
            // As a killed process leaves it.
            Step::Restart => {
                drop(cache);
                cache = Cache::open(home.path()).await.unwrap();
            }
            Step::Look(asked) => check(&cache, &asked).await,
        }
    }
    cache.index_all().await.unwrap();
    let asked = |text, sort| Asked { text, filter: StoreFilter::All, conditions: Vec::new(), sort, descending: false };
    check(&cache, &asked("", StoreSort::Updated)).await;
    check(&cache, &asked("huoguo", StoreSort::Name)).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn lists_are_what_a_simple_model_says(steps in prop::collection::vec(step(), 1..40)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(go(steps));
    }
}

#[tokio::test]
async fn what_another_process_writes_and_indexes_is_in_the_list() {
    let (home, mine) = open().await;
    let other = Cache::open(home.path()).await.unwrap();
    let found =
        |text: &str| StoresQuery { text: text.to_owned(), sort: StoreSort::Name, limit: 50, ..Default::default() };
    let names = |rows: Vec<StoreRow>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
    mine.apply_page(page(vec![(1, named("A", 1, "张记")), (2, named("B", 2, "安记"))], true)).await.unwrap();
    let category = StoresQuery { sort: StoreSort::Field(field("category")), ..found("") };
    assert_eq!(names(mine.stores(&found("ji")).await.unwrap().rows), ["安记", "张记"]);
    assert_eq!(mine.stores(&category).await.unwrap().rows.len(), 2);
    other.save(draft("B", vec![write("name", "安记", "赵记"), write("category", "", "面馆")]), None).await.unwrap();
    mine.save(draft("C", vec![write("name", "", "北记"), write("address", "", "x")]), None).await.unwrap();
    assert_eq!(names(mine.stores(&found("ji")).await.unwrap().rows), ["北记", "张记", "赵记"]);
    assert_eq!(names(mine.stores(&category).await.unwrap().rows)[0], "赵记");
    other.index_all().await.unwrap();
    other.save(draft("C", vec![write("category", "", "奶茶")]), None).await.unwrap();
    assert_eq!(names(mine.stores(&found("zj")).await.unwrap().rows), ["张记", "赵记"]);
    assert_eq!(names(mine.stores(&category).await.unwrap().rows), ["赵记", "北记", "张记"]);
}

#[tokio::test]
async fn rows_say_what_the_hours_of_a_date_depend_on() {
    let (_home, cache) = open().await;
    let spans = |of: &[&str]| Value::list(of.iter().copied());
    let whole = [
        ("name", Value::text("甲")),
        ("hours.mo", spans(&["10:00-22:00"])),
        ("hours.special.2020-01-01", spans(&["11:00-12:00"])),
        ("hours.special.2999-01-01", spans(&[])),
        ("time_zone", Value::text("Asia/Urumqi")),
    ];
    let plain = [("name", Value::text("乙")), ("hours.mo", spans(&["10:00-22:00"]))];
    cache.apply_page(page(vec![(1, record("A", 1, &whole)), (2, record("B", 2, &plain))], true)).await.unwrap();
    let rows = async || {
        let query = StoresQuery { sort: StoreSort::Id, limit: 50, ..StoresQuery::default() };
        cache.stores(&query).await.unwrap().rows.into_iter().map(|row| row.hours).collect::<Vec<_>>()
    };
    let before = rows().await;
    assert_eq!(before[0].special.keys().collect::<Vec<_>>(), ["2999-01-01"], "what is over is left out");
    assert_eq!((before[0].time_zone.as_str(), before[0].week.clone()), ("Asia/Urumqi", before[1].week.clone()));
    assert_eq!((before[1].special.len(), before[1].closure.as_str()), (0, ""));
    // Own edits show at once.
    cache.save(draft("B", vec![write("closure", "", "2026-02-10/..")]), None).await.unwrap();
    cache.save(draft("A", vec![write("time_zone", "Asia/Urumqi", "Asia/Shanghai")]), None).await.unwrap();
    let after = rows().await;
    assert_eq!((after[0].time_zone.as_str(), after[1].closure.as_str()), ("Asia/Shanghai", "2026-02-10/.."));
    assert_eq!(after[0].special, before[0].special);
}

#[tokio::test]
async fn times_of_change_can_be_asked_for() {
    let (_home, cache) = open().await;
    cache.apply_page(page((0..10).map(|n| (n + 1, full(n))).collect(), true)).await.unwrap();
    let all = cache.stores(&StoresQuery { limit: 50, ..Default::default() }).await.unwrap().rows;
    let at = |row: usize| all[row].updated_at.unwrap().to_rfc3339();
    let asked = |test| StoresQuery {
        conditions: vec![Condition { field: field(UPDATED), test }],
        limit: 50,
        ..StoresQuery::default()
    };
    assert_eq!(cache.stores(&asked(Test::AtLeast(at(2)))).await.unwrap().rows, all[..3]);
    assert_eq!(cache.stores(&asked(Test::AtMost(at(2)))).await.unwrap().rows, all[2..]);
    assert_eq!(cache.stores(&asked(Test::AtLeast("2020-01-01".to_owned()))).await.unwrap().total, 10);
    assert_eq!(cache.stores(&asked(Test::AtLeast("soon".to_owned()))).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_cache_from_before_the_index_is_made_anew_in_the_background() {
    let (home, cache) = open().await;
    cache.apply_page(page((0..300).map(|n| (n + 1, full(n))).collect(), true)).await.unwrap();
    cache.save(draft("BJ-000007", vec![write("name", "", "春风小馆")]), None).await.unwrap();
    cache.close().await;
    // As the version before left it.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join(FILE_NAME));
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    for statement in [
        "DROP TABLE postings",
        "DROP TABLE indexed",
        "DROP TABLE fields",
        "DROP TABLE field_values",
        "DROP INDEX IF EXISTS listing_by_name",
        "DROP INDEX IF EXISTS listing_by_address",
        "DROP INDEX unindexed_gone",
        "DROP INDEX listing_by_updated",
        "ALTER TABLE listing DROP COLUMN settled_ms",
        "ALTER TABLE listing ADD COLUMN queued INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE listing ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE listing ADD COLUMN in_review INTEGER NOT NULL DEFAULT 0",
        "UPDATE listing SET queued = 1 WHERE n IN (SELECT n FROM own_rows)",
        "UPDATE listing SET updated_ms = o.updated_ms FROM own_rows o WHERE o.n = listing.n",
        "DROP TABLE own_rows",
        "CREATE INDEX listing_pending ON listing (updated_ms) WHERE queued > 0",
        "CREATE INDEX listing_rejected ON listing (updated_ms) WHERE rejected > 0",
        "CREATE INDEX listing_by_updated ON listing (updated_ms)",
        "ALTER TABLE listing DROP COLUMN name_key",
        "ALTER TABLE listing DROP COLUMN address_key",
        "CREATE INDEX listing_by_name ON listing (name)",
        "CREATE INDEX listing_by_address ON listing (address)",
        "CREATE INDEX listing_by_category ON listing (category, updated_ms)",
        "CREATE INDEX listing_by_status ON listing (status, updated_ms) WHERE status <> ''",
        "CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none)",
        "UPDATE unindexed SET tokens = 'BJ-000001'",
        "UPDATE listing SET tokens_hash = n",
        "DELETE FROM meta WHERE key IN ('list_made_to', 'index_version', 'indices_put_off')",
        // What later versions changed beside the list.
        "DROP TRIGGER listing_deleted",
        "CREATE TRIGGER listing_deleted AFTER DELETE ON listing BEGIN SELECT 1; END",
        "DROP TABLE listing_total",
        "DROP INDEX sent_by_end",
        "DROP TABLE bulk_rows",
        "DROP TABLE bulk_edits",
        "INSERT INTO meta (key, value) SELECT 'counter', counter FROM outbox_totals WHERE turn = -1",
        "INSERT INTO meta (key, value) SELECT 'hlc', printf('%016x', clock) FROM outbox_totals WHERE turn = -1",
        "DELETE FROM outbox_totals WHERE turn = -1",
        "ALTER TABLE outbox_totals DROP COLUMN counter",
        "ALTER TABLE outbox_totals DROP COLUMN clock",
        "ALTER TABLE outbox_totals DROP COLUMN list_version",
        "CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox BEGIN SELECT 1; END",
        "CREATE TRIGGER listing_inserted AFTER INSERT ON listing BEGIN SELECT 1; END",
        "PRAGMA user_version = 4",
    ] {
        sqlx::query(statement).execute(&mut raw).await.unwrap();
    }
    sqlx::Connection::close(raw).await.unwrap();

    let cache = Cache::open(home.path()).await.unwrap();
    let hotpot = StoresQuery { text: "hg".to_owned(), limit: 5, ..Default::default() };
    let before = cache.stores(&hotpot).await.unwrap();
    assert_eq!((before.all, before.unindexed), (300, 300), "it says that it is not ready");
    let first = cache.stores(&StoresQuery { limit: 5, ..Default::default() }).await.unwrap();
    assert_eq!((first.rows.len(), first.pending, first.rows[0].name.as_str()), (5, 1, "春风小馆"));
    // Something is saved while it is made.
    cache.index_chunk().await.unwrap();
    cache.save(draft("BJ-000008", vec![write("name", "", "夏雨小馆")]), None).await.unwrap();
    cache.index_all().await.unwrap();
    let after = cache.stores(&hotpot).await.unwrap();
    assert_eq!((after.total, after.unindexed), (38, 0), "夏雨小馆 sells 火锅 still");
    let by_name = StoresQuery { text: "xg".to_owned(), sort: StoreSort::Name, limit: 5, ..Default::default() };
    let names: Vec<String> = cache.stores(&by_name).await.unwrap().rows.into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["春风小馆", "夏雨小馆"]);
}

/// How many rows a text finds, of a list whose index is complete.
async fn found(cache: &Cache, text: &str) -> u64 {
    let page = cache.stores(&StoresQuery { text: text.to_owned(), limit: 1, ..Default::default() }).await.unwrap();
    assert_eq!(page.unindexed, 0);
    page.total
}

#[tokio::test]
async fn what_changes_while_its_batch_is_cut_is_indexed_as_it_is_then() {
    // One more than a batch has, and some.
    const ROWS: u64 = 8_200;
    let (_home, cache) = open().await;
    let merchant = |n: u64| format!("M-{n:05}");
    let rows = (0..ROWS).map(|n| (n + 1, named(&merchant(n), n + 1, "旧店")));
    cache.apply_page(page(rows.collect(), true)).await.unwrap();
    while cache.unindexed().await.unwrap() == ROWS {
        cache.index_chunk().await.unwrap();
    }
    assert_eq!(cache.unindexed().await.unwrap(), 8, "they are cut by now");
    cache.save(draft(&merchant(8_195), vec![write("name", "旧店", "新馆")]), None).await.unwrap();
    cache.index_all().await.unwrap();
    assert_eq!((found(&cache, "新馆").await, found(&cache, "旧店").await), (1, ROWS - 1));
    // The same where the index is emptied meanwhile, which says of no row any more what it was found by.
    let rows = (0..ROWS).map(|n| (n + ROWS + 1, named(&merchant(n), n + ROWS + 1, "老铺")));
    cache.apply_page(page(rows.collect(), true)).await.unwrap();
    cache.index_chunk().await.unwrap();
    cache.remake_list().await.unwrap();
    cache.index_all().await.unwrap();
    assert_eq!((found(&cache, "老铺").await, found(&cache, "旧店").await), (ROWS - 1, 0), "one has an own change");
}

#[tokio::test]
async fn too_much_at_once_is_refused() {
    let (_home, cache) = open().await;
    let one = Condition { field: field("tags"), test: Test::Set };
    let query = StoresQuery { conditions: vec![one; 17], limit: 5, ..Default::default() };
    assert_eq!(cache.stores(&query).await.unwrap_err().code(), domain::ErrorCode::BadRequest);
    let query = StoresQuery { columns: vec![field("tags"); 33], limit: 5, ..Default::default() };
    assert_eq!(cache.ids_of(&query).await.unwrap_err().code(), domain::ErrorCode::BadRequest);
}
