//! The same change for many merchants: the plan, the save, and taking all of it back.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::{Console, Mode, Options};
use domain::ipc::{OutboxQuery, PLAN_STORES_MAX, PlanCopy, SavePlans, StorePlan};
use domain::profile::Registers;
use domain::{ErrorCode, Value};
use support::{actor, field, id, page, record};

async fn three_stores() -> (tempfile::TempDir, Console) {
    let home = tempfile::tempdir().unwrap();
    let options = Options { server: Some("http://127.0.0.1:9".to_owned()), keyring: false, ..Options::new(Mode::Tool) };
    let console = Console::open(home.path(), options).await.unwrap();
    console.cache().set_last_actor(&actor("lin")).await.unwrap();
    let store = |merchant: &str, n, hours: &[&str]| {
        let hours = Value::list(hours.iter().copied());
        let registers = [("name", Value::text(merchant)), ("address", Value::text("长安街1号")), ("hours.mo", hours)];
        (n, record(merchant, n, &registers))
    };
    let stores = vec![store("A", 1, &["10:00-22:00"]), store("B", 2, &["09:00-21:00"]), store("C", 3, &[])];
    console.cache().apply_page(page(stores, true)).await.unwrap();
    (home, console)
}

fn nine_to_nine(stores: &[&str]) -> PlanCopy {
    let registers = Registers::from([(field("hours.mo"), Value::list(["09:00-21:00"]))]);
    PlanCopy { registers, stores: stores.iter().map(|store| id(store)).collect() }
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
    let plans = console.plan_copy(&nine_to_nine(&["A", "B", "C"])).await.unwrap();
    let changes = |plan: &StorePlan| (plan.id.to_string(), plan.writes.len());
    let found: Vec<_> = plans.iter().map(changes).collect();
    assert_eq!(found, [("A".to_owned(), 1), ("B".to_owned(), 0), ("C".to_owned(), 1)]);
    assert_eq!(plans[0].writes[0].base_value, Value::list(["10:00-22:00"]));
    assert_eq!(waiting(&console).await, 0, "looking saves nothing");

    let saved = console.save_plans(SavePlans { plans }).await.unwrap();
    assert_eq!((saved.edits.len(), waiting(&console).await), (2, 2));
    assert_eq!(monday(&console, "C").await, ["09:00-21:00"]);

    // What was changed since stays.
    console.set_fields(&id("C"), &[("hours.mo".to_owned(), "12:00-20:00".to_owned())]).await.unwrap();
    let undone = console.undo_all(&saved.edits).await.unwrap();
    assert_eq!((undone.undone, undone.left), (2, 0));
    assert_eq!(monday(&console, "A").await, ["10:00-22:00"]);
    assert_eq!(monday(&console, "C").await, ["12:00-20:00"]);
    let again = console.undo_all(&saved.edits).await.unwrap();
    assert_eq!((again.undone, again.left), (0, 2), "there is nothing to take back twice");
    console.close().await;
}

#[tokio::test]
async fn a_bad_value_an_unknown_store_or_too_many_change_nothing() {
    let (_home, console) = three_stores().await;
    let code = |asked: PlanCopy| {
        let console = &console;
        async move { console.plan_copy(&asked).await.unwrap_err().code() }
    };
    let mut bad = nine_to_nine(&["A"]);
    bad.registers.insert(field("hours.mo"), Value::list(["25:00-26:00"]));
    assert_eq!(code(bad).await, ErrorCode::BadHours);
    assert_eq!(code(nine_to_nine(&["A", "nowhere"])).await, ErrorCode::NotFound);
    assert_eq!(code(nine_to_nine(&vec!["A"; PLAN_STORES_MAX + 1])).await, ErrorCode::TooLarge);

    let mut plans = console.plan_copy(&nine_to_nine(&["A", "C"])).await.unwrap();
    plans[1].writes[0].value = Value::text("no hours");
    assert_eq!(console.save_plans(SavePlans { plans }).await.unwrap_err().code(), ErrorCode::BadHours);
    assert_eq!((waiting(&console).await, monday(&console, "A").await), (0, vec!["10:00-22:00".to_owned()]));
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
