//! Imports against a cache that holds something: updates, duplicates, what goes on after a crash, what is taken back.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use client::cache::Cache;
use client::exporter::{ExportFormat, Extent, export};
use client::importer::{ImportOptions, ImportSummary, RowReport, import, preview, undo, write_report};
use domain::ErrorCode;
use domain::ipc::{Duplicates, ImportState, LeftBecause, MappingReason};
use proptest::prelude::*;
use support::*;

async fn run(cache: &Cache, options: &ImportOptions) -> (Vec<RowReport>, ImportSummary) {
    let mut rows = Vec::new();
    let summary = import(cache, None, options, &mut |row| {
        rows.push(row.clone());
        true
    })
    .await
    .unwrap();
    (rows, summary)
}

fn outcomes(rows: &[RowReport]) -> Vec<String> {
    rows.iter().map(|row| row.outcome.to_string()).collect()
}

fn file(home: &Path, name: &str, text: &str) -> PathBuf {
    let path = home.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn shown(cache: &Cache, merchant: &str, path: &str) -> Option<String> {
    let known = cache.registers_of(&[id(merchant)]).await.unwrap();
    known[0].1.get(&field(path)).and_then(|value| value.as_str().map(str::to_owned))
}

const FIRST: &str = "编号,名称,地址,电话,备注\n\
    A1,老王面馆,长安街1号,13800138001,\n\
    A2,小店,长安街2号,,旧\n\
    A3,好店,长安街3号,13800138003,\n";

/// The names of the list, in their order.
async fn by_name(cache: &Cache) -> Vec<String> {
    let query = domain::ipc::StoresQuery { sort: domain::ipc::StoreSort::Name, limit: 9, ..Default::default() };
    cache.stores(&query).await.unwrap().rows.into_iter().map(|row| row.name).collect()
}

async fn has_index_of_names(cache: &Cache) -> bool {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(cache.path());
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let count = "SELECT count(*) FROM sqlite_schema WHERE name = 'listing_by_name'";
    sqlx::query_scalar::<_, i64>(count).fetch_one(&mut raw).await.unwrap() == 1
}

#[tokio::test]
async fn a_first_file_is_in_order_before_its_indices_are_made() {
    let (home, cache) = open().await;
    run(&cache, &ImportOptions::new(file(home.path(), "1.csv", FIRST), "hq")).await;
    assert!(!has_index_of_names(&cache).await, "they are put off");
    let before = by_name(&cache).await;
    assert_eq!(before, ["好店", "老王面馆", "小店"]);
    cache.index_all().await.unwrap();
    assert!(has_index_of_names(&cache).await);
    assert_eq!(by_name(&cache).await, before);
    // Not for a list that has rows: it would be without them for nothing.
    let second = "编号,名称,地址\nB1,阿店,长安街9号\n";
    run(&cache, &ImportOptions::new(file(home.path(), "2.csv", second), "hq")).await;
    assert!(has_index_of_names(&cache).await);
    assert_eq!(by_name(&cache).await, ["阿店", "好店", "老王面馆", "小店"]);
}

#[tokio::test]
async fn a_full_cache_makes_updates_and_unchanged_rows() {
    let (home, cache) = open().await;
    run(&cache, &ImportOptions::new(file(home.path(), "1.csv", FIRST), "hq")).await;
    let second = "编号,名称,地址,电话,备注\n\
        A1,老王面馆,长安街1号,13800138001,\n\
        A2,小店,长安街2号,,新\n\
        A3,好店,长安街33号,,\n\
        A4,新店,长安街4号,,\n";
    let path = file(home.path(), "2.csv", second);
    let mut dry = ImportOptions::new(&path, "hq");
    dry.request.dry_run = true;
    assert_eq!(outcomes(&run(&cache, &dry).await.0), ["unchanged", "update", "update", "create"]);
    assert_eq!(shown(&cache, "A2", "note").await.as_deref(), Some("旧"), "a dry run saves nothing");
    let (rows, summary) = run(&cache, &ImportOptions::new(&path, "hq")).await;
    assert_eq!(outcomes(&rows), ["unchanged", "update", "update", "create"]);
    assert_eq!(shown(&cache, "A2", "note").await.as_deref(), Some("新"));
    assert_eq!(
        shown(&cache, "A3", "phones.primary").await.as_deref(),
        Some("+8613800138003"),
        "an empty cell leaves it"
    );
    assert_eq!(summary.counts.get("update"), Some(&2));
}

#[tokio::test]
async fn duplicates_of_the_cache_are_left_updated_or_made() {
    let choices = [
        (Duplicates::Skip, "duplicate-of:A1", "老王面馆"),
        (Duplicates::Update, "update", "老王面馆"),
        (Duplicates::Create, "create", "老王面馆"),
    ];
    for (choice, outcome, _) in choices {
        let (home, cache) = open().await;
        run(&cache, &ImportOptions::new(file(home.path(), "1.csv", FIRST), "hq")).await;
        // Another source, without ids: the same name and number, written otherwise.
        let other = "店名,地址,电话,备注\n老王麵館,别处,138 0013 8001,外\n老王面馆（西店）,别处,,\n";
        let mut options = ImportOptions::new(file(home.path(), "2.csv", other), "platform");
        options.request.duplicates = choice;
        let (rows, _) = run(&cache, &options).await;
        assert_eq!(outcomes(&rows), [outcome, "create"], "{choice:?}");
        assert_eq!(shown(&cache, "A1", "note").await.is_some(), choice == Duplicates::Update);
        let merchants = if choice == Duplicates::Create { 5 } else { 4 };
        assert_eq!(cache.numbers().await.unwrap().merchants, merchants);
        let again = run(&cache, &options).await.0;
        let expected = if choice == Duplicates::Skip { "duplicate-of:A1" } else { "unchanged" };
        assert_eq!(outcomes(&again)[0], expected, "the same file changes nothing: {choice:?}");
    }
}

#[tokio::test]
async fn the_mapping_of_a_source_is_remembered() {
    let (home, cache) = open().await;
    let first = "店名,地址,座位,老板\n甲,路1,40,王\n";
    let mut options = ImportOptions::new(file(home.path(), "1.csv", first), "hq");
    options.request.map = vec![("custom.seats".into(), "座位".into())];
    run(&cache, &options).await;
    let second = ImportOptions::new(file(home.path(), "2.csv", "座位,店名,地址,老板\n20,乙,路2,李\n"), "hq");
    let seen = preview(&cache, &second.request).await.unwrap();
    let seats = &seen.columns[0];
    assert_eq!(
        (seats.target.as_deref(), &seats.reason),
        (Some("custom.seats"), &MappingReason::Remembered { version: 1 })
    );
    assert_eq!(
        (seen.columns[3].reason.clone(), seen.columns[0].samples.clone()),
        (MappingReason::Unknown, vec!["20".to_owned()])
    );
    assert_eq!((seen.rows.len(), seen.rows[0].normalised["name"].as_str()), (1, Some("乙")));
    assert_eq!(cache.numbers().await.unwrap().merchants, 1, "a look saves nothing");
    let (rows, summary) = run(&cache, &second).await;
    assert_eq!(rows[0].others["custom.seats"], "20");
    assert_eq!(summary.file.unmapped, ["老板"]);
    let elsewhere = ImportOptions::new(home.path().join("2.csv"), "other");
    let seen = preview(&cache, &elsewhere.request).await.unwrap();
    assert_eq!(seen.columns[0].target, None, "by source");
    assert!(matches!(&seen.columns[1].reason, MappingReason::Rule { pattern } if pattern.contains("店铺")));
}

fn many(rows: usize) -> String {
    let mut text = "编号,名称,地址,电话\n".to_owned();
    for n in 1..=rows {
        let phone = format!("138{:08}", 10_000_000 + n);
        text.push_str(&match n % 10 {
            7 => format!("S{n:05},,街{n}号,{phone}\n"),
            8 => format!("S{n:05},店{},街{}号,{phone}\n", n - 2, n - 2),
            _ => format!("S{n:05},店{n},街{n}号,{phone}\n"),
        });
    }
    text
}

#[tokio::test]
async fn what_was_stopped_goes_on_and_neither_loses_nor_repeats() {
    let (home, cache) = open().await;
    let path = file(home.path(), "many.csv", &many(2_600));
    let options = ImportOptions::new(&path, "hq");
    let mut seen = 0;
    let mut until = |row: &RowReport| {
        seen = row.row;
        row.row < 700
    };
    let stopped = import(&cache, None, &options, &mut until).await.unwrap();
    assert!(stopped.cancelled);
    assert_eq!(cache.imports().await.unwrap()[0].state, ImportState::Cancelled);
    let (rows, summary) = run(&cache, &options).await;
    assert_eq!(summary.import_id, stopped.import_id, "it is one import");
    assert_eq!((summary.resumed_after_row, seen), (1_000, 1_000), "batches are whole");
    assert_eq!(rows.len(), 2_600);
    let (home, whole) = open().await;
    let (expected, once) = run(&whole, &ImportOptions::new(file(home.path(), "many.csv", &many(2_600)), "hq")).await;
    assert_eq!(summary.counts, once.counts);
    assert_eq!(outcomes(&rows), outcomes(&expected));
    assert_eq!(cache.numbers().await.unwrap().merchants, whole.numbers().await.unwrap().merchants);
    assert_eq!(waiting(&cache).await, waiting(&whole).await, "no edit twice");
    assert_eq!(cache.imports().await.unwrap()[0].state, ImportState::Done);
}

async fn waiting(cache: &Cache) -> u64 {
    cache.outbox(&domain::ipc::OutboxQuery { limit: 1, ..Default::default() }).await.unwrap().total
}

/// Run by the next test in a process of its own, which is killed.
#[tokio::test]
#[ignore = "a part of another test"]
async fn imports_until_it_is_killed() {
    let (Ok(home), Ok(path)) = (std::env::var("IMPORT_HOME"), std::env::var("IMPORT_FILE")) else { return };
    let cache = Cache::open(Path::new(&home)).await.unwrap();
    run(&cache, &ImportOptions::new(path, "hq")).await;
}

#[tokio::test]
async fn killed_at_any_moment_it_goes_on_with_the_next_batch() {
    const ROWS: usize = 8_000;
    let home = tempfile::tempdir().unwrap();
    let path = file(home.path(), "many.csv", &many(ROWS));
    let options = ImportOptions::new(&path, "hq");
    let cache = Cache::open(home.path()).await.unwrap();
    let mut position = 0;
    for kill in 0..4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "imports_until_it_is_killed", "--ignored"])
            .env("IMPORT_HOME", home.path())
            .env("IMPORT_FILE", &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let now = cache.imports().await.unwrap().first().map_or(0, |past| past.rows);
            let ended = child.try_wait().unwrap().is_some();
            assert!(now >= position && Instant::now() < deadline, "it must move");
            if now > position || ended {
                position = now;
                // Each time at another moment of the next batch.
                for _ in 0..kill * 5 {
                    cache.imports().await.unwrap();
                }
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(position > 0);
    let (rows, summary) = run(&cache, &options).await;
    assert_eq!(rows.len(), ROWS);
    assert_eq!(cache.imports().await.unwrap().len(), 1);
    let created = summary.counts["create"];
    assert_eq!((cache.numbers().await.unwrap().merchants, waiting(&cache).await > 0), (created, true));
    let per_row: std::collections::BTreeSet<_> = rows.iter().map(|row| row.row).collect();
    assert_eq!(per_row.len(), ROWS, "each row once");
    // Another pass finds all of them as they are.
    let again = run(&cache, &options).await.1;
    assert_eq!((again.counts.get("unchanged"), again.counts.get("create")), (Some(&created), None));
}

#[tokio::test]
async fn failed_rows_are_mended_and_imported_again() {
    let (home, cache) = open().await;
    let text = "编号,名称,地址,电话,备注\nA1,甲,路1,13800138001,=1+1\nA2,乙,路2,1380013,'留\nA3,,路3,,\n";
    let (_, summary) = run(&cache, &ImportOptions::new(file(home.path(), "1.csv", text), "hq")).await;
    let import_id = summary.import_id.unwrap();
    let failed = home.path().join("failed.csv");
    assert_eq!(write_report(&cache, &import_id, &failed, true).await.unwrap(), 2);
    let mended = std::fs::read_to_string(&failed).unwrap();
    assert!(mended.contains("phone:missing_area_code") && mended.contains("A3"), "{mended}");
    let mended = mended.replace("1380013,", "13800138002,").replace("A3,,", "A3,丙,");
    std::fs::write(&failed, mended).unwrap();
    let (rows, summary) = run(&cache, &ImportOptions::new(&failed, "hq")).await;
    assert_eq!(outcomes(&rows), ["create", "create"]);
    assert!(summary.file.unmapped.is_empty(), "{:?}", summary.file);
    assert_eq!(shown(&cache, "A2", "note").await.as_deref(), Some("'留"));
    let report = home.path().join("all.csv");
    assert_eq!(write_report(&cache, &import_id, &report, false).await.unwrap(), 3);
    let all = std::fs::read_to_string(&report).unwrap();
    for line in [
        ",import_merchant,import_name,import_address\r\n",
        "1,create,,note:formula,A1,甲,路1\r\n",
        "2,invalid:phone:missing_area_code,phone:missing_area_code,,,乙,路2\r\n",
        "3,invalid:name:missing,name:missing,,,,路3\r\n",
    ] {
        assert!(all.contains(line), "{line}: {all}");
    }
}

#[tokio::test]
async fn cells_of_failed_rows_mean_the_same_when_they_come_back() {
    let (home, cache) = open().await;
    let cells = ["'@小确幸", "''@引", "'留", "@裸", "'-1", "-2"];
    let rows: String =
        cells.iter().enumerate().map(|(n, cell)| format!("A{n},{cell},,'+861380013800{n},{cell}\n")).collect();
    let path = file(home.path(), "1.csv", &format!("编号,名称,地址,电话,备注\n{rows}"));
    let (_, summary) = run(&cache, &ImportOptions::new(path, "hq")).await;
    let failed = home.path().join("failed.csv");
    write_report(&cache, &summary.import_id.unwrap(), &failed, true).await.unwrap();
    let mut again = std::fs::read_to_string(&failed).unwrap();
    for (n, _) in cells.iter().enumerate() {
        // Only the address was missing.
        again = again.replace(",,'+86138", &format!(",路{n}号,'+86138"));
    }
    let failed = file(home.path(), "mended.csv", &again);
    let (rows, _) = run(&cache, &ImportOptions::new(&failed, "hq")).await;
    assert!(rows.iter().all(|row| row.outcome.to_string() == "create"), "{again}\n{rows:?}");
    for (n, shows) in ["@小确幸", "'@引", "'留", "@裸", "-1", "-2"].into_iter().enumerate() {
        let merchant = format!("A{n}");
        assert_eq!(shown(&cache, &merchant, "name").await.as_deref(), Some(shows));
        assert_eq!(shown(&cache, &merchant, "note").await.as_deref(), Some(shows));
    }
}

#[tokio::test]
async fn an_import_is_taken_back_where_nobody_changed_it_since() {
    let (home, cache) = open().await;
    run(&cache, &ImportOptions::new(file(home.path(), "1.csv", FIRST), "hq")).await;
    let second = "编号,名称,地址,备注\nA1,王面馆,长安街1号,一\nA2,小店,长安街2号,二\nB1,新一,街1号,\nB2,新二,街2号,\n";
    let (_, summary) = run(&cache, &ImportOptions::new(file(home.path(), "2.csv", second), "hq")).await;
    let import_id = summary.import_id.unwrap();
    cache.save(draft("A1", vec![write("note", "一", "后来")]), None).await.unwrap();
    cache.save(draft("B2", vec![write("note", "", "后来")]), None).await.unwrap();
    let done = undo(&cache, None, &import_id).await.unwrap();
    assert_eq!((done.deleted, done.restored, done.left_rows), (1, 2, 2));
    let left: Vec<_> = done.left.iter().map(|left| (left.row, left.fields.join(","), left.because)).collect();
    assert_eq!(left, [(4, String::new(), LeftBecause::ChangedSince), (1, "note".into(), LeftBecause::ChangedSince)]);
    assert_eq!(shown(&cache, "A1", "name").await.as_deref(), Some("老王面馆"));
    assert_eq!(shown(&cache, "A1", "note").await.as_deref(), Some("后来"));
    assert_eq!(shown(&cache, "A2", "note").await.as_deref(), Some("旧"));
    assert!(cache.row(&id("B1")).await.unwrap().is_none() && cache.row(&id("B2")).await.unwrap().is_some());
    assert_eq!(cache.imports().await.unwrap()[0].state, ImportState::Undone);
    assert_eq!(undo(&cache, None, &import_id).await.unwrap_err().code(), ErrorCode::BadRequest);
    assert_eq!(undo(&cache, None, "none").await.unwrap_err().code(), ErrorCode::NotFound);
    let (rows, _) = run(&cache, &ImportOptions::new(home.path().join("2.csv"), "hq")).await;
    assert_eq!(outcomes(&rows)[2], "create", "what was deleted can come again");
    assert!(cache.row(&id("B1")).await.unwrap().is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever a file holds: it is read or refused, and the program goes on.
    #[test]
    fn damaged_files_are_read_or_refused(
        form in 0..4_usize,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (home, cache) = open().await;
            let path = home.path().join("x");
            let mut bytes: Vec<u8> = match form {
                0 => many(30).into_bytes(),
                1 => many(30).encode_utf16().flat_map(u16::to_le_bytes).collect(),
                2 => vec![0xb5, 0xea, 0xc3, 0xfb, b',', 0xb5, 0xd8, 0xd6, 0xb7, b'\n', 0xc0, 0xcf, b',', b'"', 0xff],
                _ => {
                    cache.apply_page(page((0..5).map(|n| (n + 1, full(n))).collect(), true)).await.unwrap();
                    let book = home.path().join("x.xlsx");
                    export(&cache, &book, ExportFormat::Xlsx, &Extent::default()).await.unwrap();
                    std::fs::read(book).unwrap()
                }
            };
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if damage.len() > 9 {
                bytes.truncate(cut.index(bytes.len()));
            }
            std::fs::write(&path, &bytes).unwrap();
            let mut options = ImportOptions::new(&path, "t");
            options.request.dry_run = true;
            let mut rows = 0;
            match import(&cache, None, &options, &mut |_| { rows += 1; true }).await {
                Ok(summary) => assert_eq!((summary.file.data_records, summary.counts.values().sum()), (rows, rows)),
                Err(error) => assert_eq!(error.code(), ErrorCode::BadFile, "{error}"),
            }
            let seen = preview(&cache, &options.request).await;
            assert!(seen.is_ok_and(|seen| seen.rows.len() <= 50) || rows == 0 || !damage.is_empty());
        });
    }
}
