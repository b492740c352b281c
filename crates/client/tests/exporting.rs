//! What goes out comes back unchanged, declared fields too, and no spreadsheet runs any of it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::cache::Cache;
use client::exporter::{ExportFormat, Extent, export};
use client::importer::{ImportOptions, import};
use domain::Value;
use domain::ipc::{Condition, StoreFilter, StoresQuery, Test};
use domain::schema::{ChoiceOption, CustomField, CustomKind, Schema, Words};
use proptest::prelude::*;
use support::*;

/// Texts as they are stored, the nasty ones among them often.
fn line() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        4 => Just(""), 1 => Just("="), 1 => Just("+"), 1 => Just("-"), 1 => Just("@"), 1 => Just("'"), 1 => Just("''="),
        1 => Just("＝"), 1 => Just("=\""), 1 => Just("\""), 1 => Just("["), 1 => Just("'+"), 1 => Just("0"),
    ];
    (start, "[甲乙,;|\"'=/ a-zé1-9㐂、，（）℃-]{1,12}")
        .prop_map(|(start, rest)| domain::text::tidy(&format!("{start}{rest}")))
}

fn tag() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z清真]{1,6}", 1 => "[a-z]{1,3}[,;、|][a-z]{1,3}", 1 => Just("无".to_owned()), 1 => Just("[x]".to_owned())]
}

type Store = Vec<(String, Value)>;

/// Values of options, the nasty ones among them.
const OPTIONS: [&str; 8] = ["dine_in", "=1+1", "'甲", "-5", "无", "007", "[x]", "甲 乙"];

fn options() -> Vec<ChoiceOption> {
    let option = |(n, value): (usize, &&str)| ChoiceOption {
        value: (*value).to_owned(),
        labels: Words { zh: format!("选项{n}"), en: String::new() },
        deprecated: n == 3,
    };
    OPTIONS.iter().enumerate().map(option).collect()
}

/// A field of every kind.
fn declared() -> Schema {
    let kinds = [
        ("text", CustomKind::Text),
        ("integer", CustomKind::Integer),
        ("decimal", CustomKind::Decimal),
        ("boolean", CustomKind::Boolean),
        ("date", CustomKind::Date),
        ("choice", CustomKind::Choice { options: options() }),
        ("several", CustomKind::Several { options: options() }),
        ("phone", CustomKind::Phone),
        ("url", CustomKind::Url),
        ("email", CustomKind::Email),
    ];
    let words = |key: &str| Words { zh: format!("字段 {key}"), en: String::new() };
    let custom = kinds.map(|(key, kind)| CustomField::new(format!("d_{key}"), words(key), kind));
    Schema { version: "1.9.0".parse().unwrap(), custom: custom.into() }
}

/// What people or other programs give a declared field; as it is stored, if it can be.
fn given() -> impl Strategy<Value = Vec<(String, Value)>> {
    let field = prop_oneof![
        line().prop_map(|text| ("text", Value::text(text))),
        any::<i64>().prop_map(|n| ("integer", Value(n.into()))),
        "-?[0-9]{1,12}(\\.[0-9]{1,8})?".prop_map(|text| ("decimal", Value::text(text))),
        any::<bool>().prop_map(|truth| ("boolean", Value(truth.into()))),
        "(19|20)[0-9]{2}-0[1-9]-[12][0-8]".prop_map(|day| ("date", Value::text(day))),
        (0..OPTIONS.len()).prop_map(|n| ("choice", Value::text(OPTIONS[n]))),
        proptest::collection::vec(0..OPTIONS.len(), 0..4)
            .prop_map(|some| ("several", Value::list(some.into_iter().map(|n| OPTIONS[n])))),
        (0..900_000_u32).prop_map(|n| ("phone", Value::text(format!("+8613{:09}", 800_000_000 + n)))),
        "https?://[a-z]{1,8}\\.com(/[a-zA-Z0-9=+@_~%-]{0,8}){0,2}(\\?[a-z]=[',;a-z]{0,3})?"
            .prop_map(|url| ("url", Value::text(url))),
        "[a-z=+-]{1,6}@[a-z]{1,6}\\.com".prop_map(|mail| ("email", Value::text(mail))),
    ];
    proptest::collection::vec(field, 0..6).prop_map(|fields| {
        let schema = declared();
        let stored = |(key, value): (&str, Value)| {
            let key = format!("d_{key}");
            let value = schema.custom(&key)?.kind.read(&value).ok().filter(|value| !value.is_null())?;
            Some((format!("custom.{key}"), value))
        };
        fields.into_iter().filter_map(stored).collect()
    })
}

fn store() -> impl Strategy<Value = Store> {
    let custom = prop_oneof![
        line().prop_map(Value::text),
        (0..1000_i64).prop_map(|n| Value(n.into())),
        Just(Value::yes()),
        proptest::collection::vec(line(), 1..3).prop_map(Value::list),
    ];
    let phones = proptest::collection::btree_set(0..900_000_u32, 0..3);
    let optional = (proptest::option::of(line()), proptest::option::of(line()), proptest::option::of(custom));
    let closed = proptest::option::of(0..3_usize);
    let tags = proptest::collection::btree_set(tag(), 0..3);
    (line(), line(), phones, any::<bool>(), tags, optional, closed, given()).prop_map(
        |(name, address, phones, primary, tags, (note, region, custom), hours, declared)| {
            let mut store: Store = Vec::new();
            store.push(("name".to_owned(), Value::text(name)));
            store.push(("address".to_owned(), Value::text(address)));
            let number = |n: &u32| match n % 8 {
                0 => format!("+86955{:02}", n % 90 + 10),
                1 => format!("+8621588{:05};ext={n}", n % 90_000),
                _ => format!("+8613{:09}", 800_000_000 + n),
            };
            let numbers: std::collections::BTreeSet<String> = phones.iter().map(number).collect();
            if let Some(last) = numbers.last().filter(|_| primary) {
                store.push(("phones.primary".to_owned(), Value::text(last.as_str())));
            }
            store.extend(numbers.into_iter().map(|number| (format!("phones.{number}"), Value::yes())));
            store.extend(tags.into_iter().map(|tag| (format!("tags.{tag}"), Value::yes())));
            store.extend(note.map(|note| ("note".to_owned(), Value::text(note))));
            store.extend(region.map(|region| ("region".to_owned(), Value::text(region))));
            store.extend(custom.map(|value| ("custom.Seats here".to_owned(), value)));
            let hours = hours.map(|kind| {
                [Value::list(["10:00-14:00", "17:00-02:00"]), Value::list([""; 0]), Value::list(["00:00-24:00"])][kind]
                    .clone()
            });
            store.extend(hours.map(|value| ("hours.tu".to_owned(), value)));
            store.push(("location".to_owned(), Value::text("39.90420,116.40740 GCJ-02")));
            store.extend(declared);
            store.retain(|(_, value)| value.as_str() != Some(""));
            store
        },
    )
}

async fn filled(stores: &[Store]) -> (tempfile::TempDir, Cache) {
    let (home, cache) = open().await;
    cache.follow_schema("e", declared()).await.unwrap();
    let record = |(n, store): (usize, &Store)| {
        let registers: Vec<(&str, Value)> = store.iter().map(|(path, value)| (path.as_str(), value.clone())).collect();
        (n as u64 + 1, record(&format!("M-{n:04}"), n as u64 + 1, &registers))
    };
    cache.apply_page(page(stores.iter().enumerate().map(record).collect(), true)).await.unwrap();
    (home, cache)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn an_export_that_comes_back_changes_nothing(stores in proptest::collection::vec(store(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (home, cache) = filled(&stores).await;
            for (name, format) in [("all.csv", ExportFormat::Csv), ("all.xlsx", ExportFormat::Xlsx)] {
                let file = home.path().join(name);
                let written = export(&cache, &file, format, &Extent::default()).await.unwrap();
                let mut rows = Vec::new();
                let summary = import(&cache, None, &ImportOptions::new(&file, "back"), &mut |row| {
                    rows.push(row.clone());
                    true
                })
                .await
                .unwrap();
                let changed: Vec<_> = rows.iter().filter(|row| !row.outcome.has_failed() && row.outcome.counted_as() != "unchanged").collect();
                assert!(changed.is_empty(), "{name}: {changed:?}\n{}", std::fs::read_to_string(home.path().join("all.csv")).unwrap());
                assert_eq!(summary.file.data_records, written);
                assert!(summary.file.unmapped.is_empty(), "{:?}", summary.file);
                // What has a name and an address that say something is read again.
                let failed: Vec<_> = rows.iter().filter(|row| row.outcome.has_failed() && !row.problems.iter().any(|p| p.ends_with(":missing"))).collect();
                assert!(failed.is_empty(), "{name}: {failed:?}\n{}", std::fs::read_to_string(home.path().join("all.csv")).unwrap());
            }
            assert!(cache.outbox(&Default::default()).await.unwrap().all == 0, "no edit was made");
            let text = std::fs::read_to_string(home.path().join("all.csv")).unwrap();
            for record in csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes()).records() {
                for cell in record.unwrap().iter() {
                    assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{cell}");
                }
            }
        });
    }
}

#[tokio::test]
async fn only_what_the_list_shows_is_written() {
    let (home, cache) = open().await;
    cache.apply_page(page((0..1_200).map(|n| (n + 1, full(n))).collect(), true)).await.unwrap();
    cache.index_all().await.unwrap();
    cache.save(draft("BJ-000003", vec![write("note", "", "x")]), None).await.unwrap();
    let queries = [
        (StoresQuery { category: Some("火锅".into()), ..StoresQuery::default() }, 150),
        (StoresQuery { filter: StoreFilter::Pending, ..StoresQuery::default() }, 1),
        (StoresQuery { text: "望京".into(), ..StoresQuery::default() }, 0),
        (StoresQuery::default(), 1_200),
    ];
    for (query, expected) in queries {
        let listed = cache.stores(&StoresQuery { limit: 1, ..query.clone() }).await.unwrap().total;
        assert!(expected == 0 || listed == expected, "{query:?}: {listed}");
        let file = home.path().join("some.jsonl");
        assert_eq!(
            export(&cache, &file, ExportFormat::JsonLines, &Extent { query: Some(&query), ..Extent::default() })
                .await
                .unwrap(),
            listed
        );
        let text = std::fs::read_to_string(&file).unwrap();
        let ids: std::collections::BTreeSet<String> = text
            .lines()
            .map(|line| serde_json::from_str::<domain::Profile>(line).unwrap().merchant_id.to_string())
            .collect();
        assert_eq!(ids.len() as u64, listed, "each once");
    }
}

#[tokio::test]
async fn sensitive_fields_are_written_only_when_asked_for() {
    let (home, cache) = open().await;
    let mut schema = declared();
    schema.custom[0].sensitive = true;
    cache.follow_schema("e", schema).await.unwrap();
    let shown =
        [("name", "一号店"), ("address", "长街 1 号"), ("custom.d_text", "机密"), ("custom.d_email", "a@b.com")];
    let shown = shown.map(|(path, value)| (path, Value::text(value)));
    cache.apply_page(page(vec![(1, record("M-1", 1, &shown))], true)).await.unwrap();
    cache.index_all().await.unwrap();
    let seats = Condition { field: domain::FieldPath::new("custom.d_text").unwrap(), test: Test::Set };
    let query = StoresQuery { conditions: vec![seats], ..StoresQuery::default() };
    for (name, format) in [("a.csv", ExportFormat::Csv), ("a.jsonl", ExportFormat::JsonLines)] {
        for query in [None, Some(&query)] {
            let file = home.path().join(name);
            for sensitive in [false, true] {
                assert_eq!(export(&cache, &file, format, &Extent { query, sensitive }).await.unwrap(), 1);
                let text = std::fs::read_to_string(&file).unwrap();
                assert_eq!((text.contains("机密"), text.contains("d_text")), (sensitive, sensitive), "{text}");
                assert!(text.contains("a@b.com"));
            }
        }
    }
}
