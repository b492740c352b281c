//! What a condition selects: it is asked of an index that is up to date, and refused where it makes no sense.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::{Console, Mode, Options};
use domain::ErrorCode;
use domain::ipc::{BulkRequest, CheckField, Chosen, Condition, StoresQuery, Test};
use domain::schema::{CustomField, CustomKind, Schema, Words};
use domain::{Record, Value};
use support::{actor, field, page, record};

/// More than are looked at by themselves.
const MANY: u64 = 2_100;

async fn console_with(records: Vec<(u64, Record)>) -> (tempfile::TempDir, Console) {
    let home = tempfile::tempdir().unwrap();
    let options = Options { server: Some("http://127.0.0.1:9".to_owned()), keyring: false, ..Options::new(Mode::Tool) };
    let console = Console::open(home.path(), options).await.unwrap();
    console.cache().set_last_actor(&actor("lin")).await.unwrap();
    console.cache().apply_page(page(records, true)).await.unwrap();
    (home, console)
}

fn store(n: u64, more: &[(&str, Value)]) -> (u64, Record) {
    let name = format!("店{n}");
    let mut registers = vec![("name", Value::text(name)), ("address", Value::text("长安街1号"))];
    registers.extend_from_slice(more);
    (n, record(&format!("M-{n:04}"), n, &registers))
}

fn any_of(name: &str, value: &str) -> Condition {
    Condition { field: field(name), test: Test::AnyOf(vec![value.to_owned()]) }
}

/// How many merchants with this category would get another one.
async fn would_change(console: &Console, category: &str, to: &str) -> (u64, String) {
    let query = StoresQuery { conditions: vec![any_of("category", category)], ..StoresQuery::default() };
    let stores = Chosen::Matching { query: Box::new(query), except: Vec::new() };
    let typed = vec![CheckField { field: "category".to_owned(), text: to.to_owned() }];
    let asked = BulkRequest { stores, registers: Default::default(), typed };
    let plan = console.bulk_plan(&asked).await.unwrap().unwrap();
    (plan.changes, plan.plan_id)
}

#[tokio::test]
async fn many_rows_that_are_not_indexed_are_selected_by_what_they_are_now() {
    let market = [("category", Value::text("夜市"))];
    let (home, console) = console_with((1..=MANY).map(|n| store(n, &market)).collect()).await;
    assert!(console.cache().behind().await.unwrap() > 0);
    let with_77 = (1..=MANY).filter(|n| n.to_string().contains("77")).count();
    assert_eq!(console.find("店77", 500).await.unwrap().len(), with_77);
    let (changes, plan) = would_change(&console, "夜市", "夜宵").await;
    assert_eq!(changes, MANY);
    console.bulk_save(&plan).await.unwrap();
    assert_eq!(would_change(&console, "夜市", "火锅").await.0, 0, "none has the old category any more");
    let query = StoresQuery { conditions: vec![any_of("category", "夜宵")], ..StoresQuery::default() };
    let file = home.path().join("all.csv").display().to_string();
    let asked = domain::ipc::ExportRequest { file, query: Some(query), sensitive: false };
    assert_eq!(console.export(&asked).await.unwrap().rows, MANY);
    console.close().await;
}

#[tokio::test]
async fn a_condition_on_nothing_that_there_is_is_refused() {
    let (_home, console) = console_with(vec![
        store(
            1,
            &[("status", Value::text("open")), ("tags.清真", Value::yes()), ("hours.tu", Value::list(["10:00-20:00"]))],
        ),
        store(2, &[("status", Value::text("resting")), ("custom.old", Value::text("x"))]),
    ])
    .await;
    let seats = CustomField::new("seats", Words::new("座位", "Seats"), CustomKind::Integer);
    console.cache().follow_schema("e1", Schema { custom: vec![seats], ..Schema::default() }).await.unwrap();
    let asked = |name: &'static str, test: Test| {
        let console = &console;
        async move {
            let found = console.conditions(vec![Condition { field: field(name), test }]).await;
            found.map(|conditions| conditions[0].clone()).map_err(|error| error.code())
        }
    };
    let of = |value: &str| vec![value.to_owned()];
    for (name, test, code) in [
        ("stauts", Test::NoneOf(of("open")), ErrorCode::BadField),
        ("deleted", Test::NotSet, ErrorCode::BadField),
        ("hours.tu", Test::NotSet, ErrorCode::BadField),
        ("hours", Test::Contains("10".to_owned()), ErrorCode::BadField),
        ("updated", Test::NoneOf(of("2026-01-01")), ErrorCode::BadField),
        ("updated", Test::AtLeast("yesterday".to_owned()), ErrorCode::BadField),
        ("custom.nobody", Test::NotSet, ErrorCode::BadField),
        ("status", Test::NoneOf(of("opne")), ErrorCode::BadValue),
        ("status", Test::AnyOf(vec!["open".to_owned(), String::new()]), ErrorCode::BadValue),
        ("custom.seats", Test::AtMost("many".to_owned()), ErrorCode::BadValue),
    ] {
        assert_eq!(asked(name, test.clone()).await, Err(code), "{name} {test:?}");
    }
    for (name, test, as_field, as_test) in [
        ("status", Test::AnyOf(of("营业中")), "status", Test::AnyOf(of("open"))),
        // No value that can be given any more, but one merchant has it.
        ("status", Test::NoneOf(of("resting")), "status", Test::NoneOf(of("resting"))),
        ("tags.清真", Test::Set, "tags", Test::AnyOf(of("清真"))),
        ("tags.清真", Test::NotSet, "tags", Test::NoneOf(of("清真"))),
        ("phones", Test::AnyOf(of("138 0013 8000")), "phones", Test::AnyOf(of("+8613800138000"))),
        ("custom.seats", Test::AtLeast("１２".to_owned()), "custom.seats", Test::AtLeast("12".to_owned())),
        ("custom.old", Test::NotSet, "custom.old", Test::NotSet),
        ("hours", Test::NotSet, "hours", Test::NotSet),
        ("updated", Test::AtLeast("2026-01-31".to_owned()), "updated", Test::AtLeast("2026-01-31".to_owned())),
        ("note", Test::NoneOf(of("opne")), "note", Test::NoneOf(of("opne"))),
    ] {
        let expected = Condition { field: field(as_field), test: as_test };
        assert_eq!(asked(name, test.clone()).await, Ok(expected), "{name} {test:?}");
    }
    console.close().await;
}
