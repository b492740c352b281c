//! What goes out comes back unchanged, and no spreadsheet runs any of it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::cache::Cache;
use client::exporter::{ExportFormat, export};
use client::importer::{ImportOptions, import};
use domain::Value;
use domain::ipc::{StoreFilter, StoresQuery};
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
    (line(), line(), phones, any::<bool>(), proptest::collection::btree_set(tag(), 0..3), optional, closed).prop_map(
        |(name, address, phones, primary, tags, (note, region, custom), hours)| {
            let mut store: Store = Vec::new();
            store.push(("name".to_owned(), Value::text(name)));
            store.push(("address".to_owned(), Value::text(address)));
            let numbers: Vec<String> = phones.iter().map(|n| format!("+8613{:09}", 800_000_000 + n)).collect();
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
            store.retain(|(_, value)| value.as_str() != Some(""));
            store
        },
    )
}

async fn filled(stores: &[Store]) -> (tempfile::TempDir, Cache) {
    let (home, cache) = open().await;
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
                let written = export(&cache, &file, format, None).await.unwrap();
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
        assert_eq!(export(&cache, &file, ExportFormat::JsonLines, Some(&query)).await.unwrap(), listed);
        let text = std::fs::read_to_string(&file).unwrap();
        let ids: std::collections::BTreeSet<String> = text
            .lines()
            .map(|line| serde_json::from_str::<domain::Profile>(line).unwrap().merchant_id.to_string())
            .collect();
        assert_eq!(ids.len() as u64, listed, "each once");
    }
}
