//! Files in and out.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::io::Write as _;
use std::path::PathBuf;

use client::cache::Cache;
use client::exporter::{ExportFormat, Extent, export};
use client::importer::{ImportOptions, ImportSummary, RowReport, import};
use domain::ErrorCode;
use domain::ipc::{Duplicates, StoresQuery};
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

fn file(home: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = home.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

const SHOPS: &str = "\u{feff}编号,名称,地址,电话,营业时间,备注,座位\r\n\
    A1,老王面馆,长安街1号,13800138000,10:00-22:00,,40\r\n\
    A2,=cmd(),长安街2号,,,,\r\n\
    ,,,,,,\r\n\
    A3,老王面馆,长安街1号,,,,\r\n\
    ,小店,\"建国路\n2号\",abc,9:00-5:00,=SUM(1),\r\n\
    ,好店,建国路3号,无,—,-18℃,\r\n\
    ,,,,,,\r\n";

#[tokio::test]
async fn every_row_is_accounted_for() {
    let (home, cache) = open().await;
    let path = file(&home, "shops.csv", SHOPS.as_bytes());
    let mut dry = ImportOptions::new(&path, "test");
    dry.request.dry_run = true;
    let (rows, summary) = run(&cache, &dry).await;
    let outcomes: Vec<String> = rows.iter().map(|row| row.outcome.to_string()).collect();
    assert_eq!(
        outcomes,
        ["create", "invalid:name:formula", "skip:blank", "duplicate-of:1", "invalid:phone:not_a_number", "create"]
    );
    assert_eq!(rows[4].problems, ["phone:not_a_number", "hours:ambiguous"]);
    assert_eq!(rows[4].warnings, ["note:formula"]);
    assert_eq!((summary.file.data_records, summary.file.trailing_blank_records, summary.file.bom), (6, 1, Some(true)));
    assert_eq!(summary.file.unmapped, ["座位"]);
    assert_eq!(cache.numbers().await.unwrap().merchants, 0, "a dry run saves nothing");

    let mut real = dry.clone();
    (real.request.dry_run, real.request.lenient) = (false, true);
    real.request.map = vec![("custom.seats".to_owned(), "座位".to_owned())];
    let (rows, _) = run(&cache, &real).await;
    assert_eq!(rows[4].outcome.to_string(), "create");
    let known = cache.registers_of(&[rows[4].merchant_id.clone().unwrap()]).await.unwrap();
    let registers = &known[0].1;
    assert_eq!(registers[&field("custom.phones_text")].as_str(), Some("abc"), "nothing is lost");
    assert_eq!(registers[&field("custom.hours_text")].as_str(), Some("9:00-5:00"));
    assert_eq!(registers[&field("address")].as_str(), Some("建国路 2号"));
    assert_eq!(cache.registers_of(&[id("A1")]).await.unwrap()[0].1[&field("custom.seats")].as_str(), Some("40"));
    let again = run(&cache, &real).await.1;
    assert_eq!(again.counts.get("unchanged"), Some(&3), "the same file meets the same merchants: {:?}", again.counts);
}

#[tokio::test]
async fn columns_are_joined_and_gzip_is_read() {
    let (home, cache) = open().await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all("id;store name;a1;a2\nX;Shop;Road 1;London\n".as_bytes()).unwrap();
    let path = file(&home, "shops.csv.gz", &packed.finish().unwrap());
    let mut options = ImportOptions::new(&path, "uk");
    options.request.map = vec![("address".to_owned(), "a1".to_owned()), ("address".to_owned(), "a2".to_owned())];
    let (rows, summary) = run(&cache, &options).await;
    assert_eq!(rows[0].normalised["address"], "Road 1, London");
    assert!(summary.file.gzip);
    assert_eq!(summary.file.delimiter.as_deref(), Some(";"));
    options.request.map[0].1 = "nowhere".to_owned();
    let error = import(&cache, None, &options, &mut |_| true).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadRequest);
}

#[tokio::test]
async fn what_is_no_table_is_refused() {
    let (home, cache) = open().await;
    for bytes in [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x11"[..], b"", b"PK\x03\x04....", b"\xd0\xcf\x11\xe0"] {
        let options = ImportOptions::new(file(&home, "x.csv", bytes), "t");
        let error = import(&cache, None, &options, &mut |_| true).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadFile, "{bytes:?}");
    }
}

#[tokio::test]
async fn an_export_comes_back_unchanged_and_runs_no_formula() {
    let (home, cache) = open().await;
    let shops = (0..30).map(|n| (n + 1, full(n))).collect();
    cache.apply_page(page(shops, true)).await.unwrap();
    cache
        .save(
            draft(
                "BJ-000003",
                vec![write("note", "", "=1+1"), write("custom.x", "", "'quoted"), write("name", "", "-18℃")],
            ),
            None,
        )
        .await
        .unwrap();
    let csv = home.path().join("all.csv");
    assert_eq!(export(&cache, &csv, ExportFormat::Csv, &Extent::default()).await.unwrap(), 30);
    let text = std::fs::read_to_string(&csv).unwrap();
    assert!(
        text.starts_with('\u{feff}') && text.contains(",'=1+1,") && text.contains("''quoted") && text.contains("'-18℃")
    );
    let (_, summary) = run(&cache, &ImportOptions::new(&csv, "back")).await;
    assert_eq!(summary.counts.get("unchanged"), Some(&30), "{:?}", summary.counts);
    let json = home.path().join("all.json");
    export(&cache, &json, ExportFormat::Json, &Extent::default()).await.unwrap();
    let profiles: Vec<domain::Profile> = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!((profiles.len(), profiles[3].name.as_str()), (30, "-18℃"));
}

/// Real lists: `MERCHANT_CONSOLE_TEST_DATA=DIR cargo test --release -p client --test files -- --ignored`.
#[tokio::test]
#[ignore = "needs the real lists"]
async fn the_real_lists_are_imported_whole() {
    let data = PathBuf::from(std::env::var("MERCHANT_CONSOLE_TEST_DATA").unwrap());
    let (_home, cache) = open().await;
    let map =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(r, c)| ((*r).to_owned(), (*c).to_owned())).collect::<Vec<_>>();
    let mut uk = ImportOptions::new(data.join("stores/stores-uk-fhrs.csv.gz"), "uk-fhrs");
    uk.request.map = map(&[
        ("merchant_id", "fhrs_id"),
        ("address", "address1"),
        ("address", "address2"),
        ("address", "address3"),
        ("address", "address4"),
        ("address", "postcode"),
        ("address", "local_authority"),
        ("region", "local_authority"),
        ("lat", "lat"),
        ("lng", "lng"),
        ("custom.la_business_id", "la_business_id"),
    ]);
    uk.request.duplicates = Duplicates::Create;
    let mut tw = ImportOptions::new(data.join("stores/stores-tw-zh.csv.gz"), "tw");
    tw.request.map = map(&[("custom.town", "town"), ("custom.parking", "parking"), ("lat", "lat"), ("lng", "lng")]);
    (tw.request.lenient, tw.request.duplicates, tw.request.country) =
        (true, Duplicates::Create, Some("886".to_owned()));
    for (options, expected) in [(uk, 25_277), (tw, 4_777)] {
        let begun = std::time::Instant::now();
        let (rows, summary) = run(&cache, &options).await;
        let took = begun.elapsed();
        let warned = |what: &str| rows.iter().filter(|row| row.warnings.iter().any(|w| w.starts_with(what))).count();
        println!(
            "{:?} in {took:?}; hours kept as text {}, phones {}",
            summary.counts,
            warned("hours:"),
            warned("phone:")
        );
        for row in rows.iter().filter(|row| !row.problems.is_empty()).take(10) {
            println!("{row:?}");
        }
        assert_eq!(summary.counts.get("create"), Some(&expected));
    }
    let found = cache.stores(&StoresQuery { text: "豆花".into(), limit: 5, ..Default::default() }).await.unwrap();
    println!("豆花: {} of {}", found.total, found.all);
    assert_eq!(found.all, 30_054);
}
