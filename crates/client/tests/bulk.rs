//! The same change for many merchants: the plan, the save, and taking all of it back.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use client::{Console, Mode, Options};
use domain::edit::OutcomeState;
use domain::ipc::{
    BULK_STORES_MAX, BulkPlan, BulkRequest, BulkStage, BulkState, CheckField, Chosen, LeftOut, OutboxQuery, StoresQuery,
};
use domain::profile::Registers;
use domain::record::Record;
use domain::role::Scope;
use domain::{DeviceId, Dot, EditId, ErrorCode, MerchantId, Value};
use support::{actor, field, full, having, id, outcome, page, record, reply};

fn options() -> Options {
    Options { server: Some("http://127.0.0.1:9".to_owned()), keyring: false, ..Options::new(Mode::Tool) }
}

async fn console_with(stores: Vec<(u64, Record)>) -> (tempfile::TempDir, Console) {
    let home = tempfile::tempdir().unwrap();
    let console = Console::open(home.path(), options()).await.unwrap();
    console.cache().set_last_actor(&actor("lin")).await.unwrap();
    console.cache().apply_page(page(stores, true)).await.unwrap();
    (home, console)
}

fn store(merchant: &str, n: u64, hours: &[&str]) -> (u64, Record) {
    let hours = Value::list(hours.iter().copied());
    let registers = [("name", Value::text(merchant)), ("address", Value::text("长安街1号")), ("hours.mo", hours)];
    (n, record(merchant, n, &registers))
}

async fn three_stores() -> (tempfile::TempDir, Console) {
    console_with(vec![store("A", 1, &["10:00-22:00"]), store("B", 2, &["09:00-21:00"]), store("C", 3, &[])]).await
}

fn these(stores: &[&str]) -> Chosen {
    Chosen::These { stores: stores.iter().map(|store| id(store)).collect() }
}

fn nine_to_nine(stores: &[&str]) -> BulkRequest {
    let registers = Registers::from([(field("hours.mo"), Value::list(["09:00-21:00"]))]);
    BulkRequest { registers, stores: these(stores), typed: Vec::new() }
}

async fn plan(console: &Console, asked: &BulkRequest) -> BulkPlan {
    console.bulk_plan(asked).await.unwrap().unwrap()
}

async fn monday(console: &Console, store: &str) -> Vec<String> {
    console.store(&id(store)).await.unwrap().profile.hours["mo"].clone()
}

async fn waiting(console: &Console) -> u64 {
    console.outbox(&OutboxQuery { limit: 50, ..OutboxQuery::default() }).await.unwrap().all
}

#[tokio::test]
async fn a_plan_writes_nothing_and_its_save_is_one_edit_a_store_with_one_undo() {
    let (_home, console) = three_stores().await;
    let found = plan(&console, &nine_to_nine(&["A", "B", "C", "A"])).await;
    assert_eq!((found.stores, found.changes, found.same, found.exceptions.total()), (3, 2, 1, 0));
    let shown: Vec<(&str, usize)> = found.shown.iter().map(|plan| (plan.id.as_str(), plan.writes.len())).collect();
    assert_eq!(shown, [("A", 1), ("C", 1)]);
    assert_eq!(found.shown[0].writes[0].base_value, Value::list(["10:00-22:00"]));
    assert_eq!(found.fields, BTreeMap::from([("hours.mo".to_owned(), 2)]));
    assert_eq!(waiting(&console).await, 0, "looking saves nothing");

    let saved = console.bulk_save(&found.plan_id).await.unwrap();
    assert_eq!((saved.saved, saved.exceptions.total(), waiting(&console).await), (2, 0, 2));
    assert_eq!(monday(&console, "C").await, ["09:00-21:00"]);
    assert_eq!(console.bulk_save(&found.plan_id).await.unwrap_err().code(), ErrorCode::NotFound, "it is saved once");
    let past = console.bulk_edits().await.unwrap();
    assert_eq!((past[0].state, past[0].saved, past[0].actor_name.as_str()), (BulkState::Done, 2, "lin"));

    // What was changed since stays.
    console.set_fields(&id("C"), &[("hours.mo".to_owned(), "12:00-20:00".to_owned())]).await.unwrap();
    let bulk_id = saved.bulk_id.unwrap();
    let undone = console.bulk_undo(&bulk_id).await.unwrap();
    assert_eq!((undone.undone, undone.left), (2, 0));
    assert_eq!(monday(&console, "A").await, ["10:00-22:00"]);
    assert_eq!(monday(&console, "C").await, ["12:00-20:00"]);
    assert_eq!(waiting(&console).await, 1, "what was not sent is as if it had never been");
    assert_eq!(console.bulk_edits().await.unwrap()[0].state, BulkState::Undone);
    assert_eq!(console.bulk_undo(&bulk_id).await.unwrap_err().code(), ErrorCode::BadRequest);
    console.close().await;
}

#[tokio::test]
async fn what_was_sent_is_taken_back_by_new_edits_after_a_restart_too() {
    let (home, console) = three_stores().await;
    let found = plan(&console, &nine_to_nine(&["A", "C"])).await;
    let bulk_id = console.bulk_save(&found.plan_id).await.unwrap().bulk_id.unwrap();
    let cache = console.cache();
    let edits = cache.load_batch(9, 1_000_000, 0, Some(&actor("lin").id)).await.unwrap().edits;
    assert_eq!(edits.len(), 2);
    let outcomes = (11..).zip(&edits).map(|(seq, edit)| outcome(edit, OutcomeState::Applied, seq)).collect();
    cache.store_outcomes(&reply(outcomes), 0).await.unwrap();
    // A came back as it was sent; somebody changed C's Monday meanwhile.
    let back = [("A", ["09:00-21:00"]), ("C", ["08:00-20:00"])];
    let records = (11..).zip(&edits).zip(back).map(|((n, edit), (merchant, hours))| {
        assert_eq!(edit.merchant_id, id(merchant));
        (n, having(store(merchant, n, &hours).1, edit))
    });
    cache.apply_page(page(records.collect(), true)).await.unwrap();
    assert_eq!((monday(&console, "A").await, waiting(&console).await), (vec!["09:00-21:00".to_owned()], 0));
    console.close().await;

    let console = Console::open(home.path(), options()).await.unwrap();
    let undone = console.bulk_undo(&bulk_id).await.unwrap();
    assert_eq!((undone.undone, undone.left), (1, 1));
    assert_eq!(monday(&console, "A").await, ["10:00-22:00"]);
    assert_eq!(monday(&console, "C").await, ["08:00-20:00"]);
    assert_eq!(waiting(&console).await, 1);
    console.close().await;
}

/// A's name has two candidates.
fn contested_name() -> Record {
    let mut contested = store("A", 1, &["10:00-22:00"]).1;
    let mut meta = contested.edits.values().next().unwrap().clone();
    (meta.edit_id, meta.source) = (EditId(uuid::Uuid::from_u128(99)), domain::Source::Manual);
    contested.edits.values_mut().for_each(|meta| meta.source = domain::Source::Manual);
    let dot = Dot { device: DeviceId(8), counter: 1 };
    contested.edits.insert(dot, meta);
    let sibling = domain::Sibling { dot, value: Value::text("另一家"), base_value: Value::NULL };
    contested.registers.get_mut(&field("name")).unwrap().siblings.push(sibling);
    contested
}

#[tokio::test]
async fn stores_that_cannot_be_changed_are_counted_named_and_left_alone() {
    let (_home, console) = console_with(vec![(1, contested_name()), store("B", 2, &[]), store("C", 3, &[])]).await;
    let scope = Scope::Prefixes(vec!["A".to_owned(), "B".to_owned(), "gone".to_owned()]);
    console.cache().set_last_actor(&domain::role::Actor { scope, ..actor("lin") }).await.unwrap();
    let registers = Registers::from([(field("name"), Value::text("新名")), (field("tags.清真"), Value::yes())]);
    let found =
        plan(&console, &BulkRequest { stores: these(&["A", "B", "C", "gone"]), registers, typed: Vec::new() }).await;
    assert_eq!((found.stores, found.changes, found.same), (4, 2, 0));
    let because: Vec<(&str, LeftOut)> =
        found.exceptions.named.iter().map(|left| (left.id.as_str(), left.because)).collect();
    assert_eq!(because, [("A", LeftOut::Contested), ("C", LeftOut::NotAllowed), ("gone", LeftOut::Gone)]);
    assert_eq!(found.exceptions.named[0].fields, ["name"], "the other register is written");
    assert_eq!(found.exceptions.counts.values().sum::<u64>(), 3);

    // B is changed by somebody else before it is saved.
    console.set_fields(&id("B"), &[("name".to_owned(), "乙".to_owned())]).await.unwrap();
    let saved = console.bulk_save(&found.plan_id).await.unwrap();
    assert_eq!(saved.saved, 1);
    let left: Vec<(&str, LeftOut)> =
        saved.exceptions.named.iter().map(|left| (left.id.as_str(), left.because)).collect();
    assert_eq!(left, [("B", LeftOut::Moved)]);
    let profile = |merchant: &'static str| {
        let console = &console;
        async move { console.store(&id(merchant)).await.unwrap().profile }
    };
    assert!(profile("A").await.tags.contains("清真") && profile("A").await.name == "A");
    assert!(profile("B").await.name == "乙" && profile("B").await.tags.is_empty());
    assert!(profile("C").await.tags.is_empty());
    console.close().await;
}

#[tokio::test]
async fn a_single_change_is_refused_where_a_bulk_edit_leaves_the_store_out() {
    let mut gone = store("D", 4, &[]).1;
    let dot = *gone.edits.keys().next().unwrap();
    let deleted = domain::Sibling { dot, value: Value::yes(), base_value: Value::NULL };
    gone.registers.insert(field("deleted"), domain::Register { siblings: vec![deleted], ..Default::default() });
    let (_home, console) = console_with(vec![(1, contested_name()), store("C", 3, &[]), (4, gone)]).await;
    let as_staff = |scope| domain::role::Actor { scope, role: domain::Role::Merchant, ..actor("lin") };
    let set = |store: &'static str, name: &'static str, value: &'static str| {
        let console = &console;
        async move {
            let done = console.set_fields(&id(store), &[(name.to_owned(), value.to_owned())]).await;
            done.map(|saved| saved.changes.len()).map_err(|error| error.code())
        }
    };
    console.cache().set_last_actor(&as_staff(Scope::Prefixes(vec!["A".to_owned()]))).await.unwrap();
    assert_eq!(set("A", "name", "新名").await, Err(ErrorCode::InReview));
    assert_eq!(set("C", "name", "新名").await, Err(ErrorCode::Forbidden));
    console.cache().set_last_actor(&as_staff(Scope::All)).await.unwrap();
    assert_eq!(set("D", "name", "新名").await, Err(ErrorCode::NotFound));
    assert_eq!(waiting(&console).await, 0);
    assert_eq!(set("A", "category", "面馆").await, Ok(1), "the other fields are free");
    assert_eq!(set("D", "deleted", "").await, Ok(1));
    console.cache().set_last_actor(&actor("lin")).await.unwrap();
    assert_eq!(set("A", "name", "新名").await, Ok(1), "operations may choose");
    console.close().await;
}

#[tokio::test]
async fn a_store_that_keeps_a_part_of_a_bulk_edit_is_counted_as_left() {
    let (_home, console) = three_stores().await;
    let mut asked = nine_to_nine(&["A"]);
    asked.registers.insert(field("category"), Value::text("面馆"));
    let found = plan(&console, &asked).await;
    let bulk_id = console.bulk_save(&found.plan_id).await.unwrap().bulk_id.unwrap();
    let cache = console.cache();
    let edits = cache.load_batch(9, 1_000_000, 0, Some(&actor("lin").id)).await.unwrap().edits;
    cache.store_outcomes(&reply(vec![outcome(&edits[0], OutcomeState::Applied, 11)]), 0).await.unwrap();
    // Its category came back as somebody else changed it.
    let mut back = store("A", 11, &["09:00-21:00"]).1;
    let category = record("A", 11, &[("category", Value::text("火锅"))]);
    back.registers.extend(category.registers);
    cache.apply_page(page(vec![(11, having(back, &edits[0]))], true)).await.unwrap();
    let undone = console.bulk_undo(&bulk_id).await.unwrap();
    assert_eq!((undone.undone, undone.left), (1, 1));
    assert_eq!(monday(&console, "A").await, ["10:00-22:00"]);
    console.close().await;
}

#[tokio::test]
async fn all_that_a_filter_finds_is_changed_in_many_batches_but_for_what_was_taken_out() {
    let (_home, console) = console_with((0..1_200).map(|n| (n + 1, full(n))).collect()).await;
    let query = StoresQuery { status: Some("paused".to_owned()), ..StoresQuery::default() };
    let paused: Vec<MerchantId> = (0..1_200).step_by(9).map(|n| id(&format!("BJ-{n:06}"))).collect();
    let stores = Chosen::Matching { query: Box::new(query.clone()), except: vec![paused[3].clone()] };
    let registers = Registers::from([(field("status"), Value::text("open"))]);
    let typed = vec![CheckField { field: "hours.mo".to_owned(), text: "上午十点到晚上十点".to_owned() }];
    let found = plan(&console, &BulkRequest { stores, registers, typed }).await;
    assert_eq!((found.changes, found.stores), (paused.len() as u64 - 1, paused.len() as u64 - 1));
    let saved = console.bulk_save(&found.plan_id).await.unwrap();
    assert_eq!(saved.saved, found.changes);
    let left = console.stores(&StoresQuery { limit: 9, ..query.clone() }).await.unwrap();
    assert_eq!((left.total, &left.rows[0].id), (1, &paused[3]));
    assert_eq!(console.bulk_progress().stage, BulkStage::Idle);
    let undone = console.bulk_undo(&saved.bulk_id.unwrap()).await.unwrap();
    assert_eq!((undone.undone, undone.left, waiting(&console).await), (saved.saved, 0, 0));
    let again = console.stores(&StoresQuery { limit: 1, ..query }).await.unwrap();
    assert_eq!(again.total, paused.len() as u64);
    console.close().await;
}

#[tokio::test]
async fn a_bad_value_no_field_too_many_stores_or_an_old_plan_change_nothing() {
    let (_home, console) = three_stores().await;
    let code = |asked: BulkRequest| {
        let console = &console;
        async move { console.bulk_plan(&asked).await.unwrap_err().code() }
    };
    let mut bad = nine_to_nine(&["A"]);
    bad.registers.insert(field("hours.mo"), Value::list(["25:00-26:00"]));
    assert_eq!(code(bad).await, ErrorCode::BadHours);
    let typed = vec![CheckField { field: "status".to_owned(), text: "perhaps".to_owned() }];
    assert_eq!(code(BulkRequest { typed, ..nine_to_nine(&["A"]) }).await, ErrorCode::BadValue);
    let mut nameless = nine_to_nine(&["A"]);
    nameless.registers.insert(field("name"), Value::NULL);
    assert_eq!(code(nameless).await, ErrorCode::Required);
    assert_eq!(code(BulkRequest { registers: Registers::new(), ..nine_to_nine(&["A"]) }).await, ErrorCode::BadRequest);
    let many = Chosen::These { stores: (0..=BULK_STORES_MAX).map(|n| id(&format!("S-{n}"))).collect() };
    assert_eq!(code(BulkRequest { stores: many, ..nine_to_nine(&[]) }).await, ErrorCode::TooLarge);

    let old = plan(&console, &nine_to_nine(&["A", "C"])).await;
    let new = plan(&console, &nine_to_nine(&["C"])).await;
    assert_eq!(console.bulk_save(&old.plan_id).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!((waiting(&console).await, monday(&console, "A").await), (0, vec!["10:00-22:00".to_owned()]));
    assert_eq!(console.bulk_save(&new.plan_id).await.unwrap().saved, 1, "the newest plan is kept");
    console.close().await;
}

#[tokio::test]
async fn a_history_that_was_never_fetched_says_so() {
    let (_home, console) = three_stores().await;
    console.set_fields(&id("A"), &[("hours.mo".to_owned(), "12:00-20:00".to_owned())]).await.unwrap();
    let history = console.history(&id("A")).await.unwrap();
    assert!(!history.complete && history.as_of.is_none() && history.entries.is_empty());
    assert_eq!(history.pending.len(), 1, "what waits here is known");
    assert_eq!(history.device, console.cache().device());
    console.close().await;
}
