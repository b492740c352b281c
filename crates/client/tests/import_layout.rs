//! How files are laid out: headers of several lines, joined cells, delimiters, line ends, sheets, and the failed rows that
//! come back.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::io::Write as _;
use std::path::Path;

use client::cache::Cache;
use client::importer::{ImportOptions, ImportSummary, RowReport, import, preview, write_report};
use domain::ErrorCode;
use domain::ipc::Headers;
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use support::*;

async fn run(cache: &Cache, options: &ImportOptions) -> client::Result<(Vec<RowReport>, ImportSummary)> {
    let mut rows = Vec::new();
    let summary = import(cache, None, options, &mut |row| {
        rows.push(row.clone());
        true
    })
    .await?;
    Ok((rows, summary))
}

async fn look(path: &Path) -> (Vec<RowReport>, ImportSummary) {
    let (_home, cache) = open().await;
    let mut options = ImportOptions::new(path, "test");
    options.request.dry_run = true;
    run(&cache, &options).await.unwrap()
}

async fn look_at(text: &str) -> (Vec<RowReport>, ImportSummary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stores.csv");
    std::fs::write(&path, text).unwrap();
    look(&path).await
}

fn outcomes(rows: &[RowReport]) -> Vec<String> {
    rows.iter().map(|row| row.outcome.to_string()).collect()
}

fn fill(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (y, row) in rows.iter().enumerate() {
        for (x, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(u32::try_from(y).unwrap(), u16::try_from(x).unwrap(), *text).unwrap();
        }
    }
}

fn goes_to(summary: &ImportSummary, target: &str) -> Vec<String> {
    match summary.file.header_mapping.get(target) {
        None => Vec::new(),
        Some(Headers::One(name)) => vec![name.clone()],
        Some(Headers::Many(names)) => names.clone(),
    }
}

#[tokio::test]
async fn headers_of_two_lines_keep_all_their_columns() {
    let header = "门店编号,门店信息,,联系方式,,备注\n,名称,地址,手机,座机,\n";
    let (rows, summary) = look_at(&format!("{header}0001,西湖春天,杭州市1号,13300133001,0571-87971234,老店\n")).await;
    assert_eq!(outcomes(&rows), ["create"]);
    assert_eq!((summary.file.header_rows.as_slice(), summary.file.first_data_row), (&[1, 2][..], 3));
    assert_eq!(goes_to(&summary, "code"), ["门店编号"]);
    assert_eq!(goes_to(&summary, "phone"), ["联系方式/手机", "联系方式/座机"]);
    assert_eq!((goes_to(&summary, "note"), summary.file.unmapped.len()), (vec!["备注".to_owned()], 0));

    let folder = tempfile::tempdir().unwrap();
    let (path, plain) = (folder.path().join("joined.xlsx"), Format::new());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(
        sheet,
        &[
            &["2026年门店登记表"],
            &[],
            &["", "名称", "地址", "手机", "座机"],
            &["0001", "西湖春天", "杭州市1号", "13300133001", "0571-87971234"],
        ],
    );
    sheet.merge_range(1, 0, 2, 0, "门店编号", &plain).unwrap();
    sheet.merge_range(1, 1, 1, 2, "门店信息", &plain).unwrap();
    sheet.merge_range(1, 3, 1, 4, "联系方式", &plain).unwrap();
    sheet.write_string(2, 1, "名称").unwrap();
    book.save(&path).unwrap();
    let (rows, summary) = look(&path).await;
    assert_eq!((summary.file.title_row, summary.file.header_rows.as_slice()), (Some(1), &[2, 3][..]));
    assert_eq!(rows[0].merchant_id.as_ref().map(|id| id.as_str()), Some("0001"));
    assert_eq!(goes_to(&summary, "phone"), ["D 联系方式/手机", "E 联系方式/座机"]);
}

#[tokio::test]
async fn a_header_that_is_joined_names_all_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("joined.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(sheet, &[&["名称", "地址"], &["甲店", "北京路1号", "13800000001", "010-62561234", "beside"]]);
    sheet.merge_range(0, 2, 0, 3, "联系电话", &Format::new()).unwrap();
    book.save(&path).unwrap();
    let (rows, _) = look(&path).await;
    assert_eq!(rows[0].normalised["phones"].as_array().unwrap().len(), 2);
    assert_eq!(
        (outcomes(&rows), rows[0].warnings.as_slice()),
        (vec!["create".to_owned()], &["row:too_many_cells".to_owned()][..])
    );
    let (_, summary) = look_at("店名,,地址\n甲,x,路1号\n").await;
    assert_eq!(summary.file.unmapped, ["#2"], "a column without a name is told");
}

#[tokio::test]
async fn known_names_decide_about_the_delimiter() {
    let mut ragged = "Name;Address;Phone;Hours\n".to_owned();
    (0..12).for_each(|n| ragged.push_str(&format!("Shop {n};Main St {n}, Shanghai, China;1380000{n:04}\n")));
    let (rows, summary) = look_at(&ragged).await;
    assert_eq!((summary.file.delimiter.as_deref(), rows.len()), (Some(";"), 12));
    assert!(rows.iter().all(|row| row.outcome.to_string() == "create"));
}

#[tokio::test]
async fn rows_are_counted_whatever_ends_their_lines() {
    let rows = ["name,address", "\"甲\n店\",路1号", "", "乙店,路2号", "", "", "丙店,路3号"];
    for end in ["\n", "\r\n", "\r"] {
        for last in ["", end] {
            let (told, summary) = look_at(&(rows.join(end).replace('\n', end) + last)).await;
            assert_eq!(
                outcomes(&told),
                ["create", "skip:blank", "create", "skip:blank", "skip:blank", "create"],
                "{end:?}"
            );
            assert_eq!((summary.file.data_records, summary.file.trailing_blank_records), (6, 0), "{end:?}");
        }
    }
    let (told, summary) = look_at("name,address\r\n甲店,路1号\n乙店,路2号\r\n\n丙店,路3号\r").await;
    assert_eq!(outcomes(&told), ["create", "create", "skip:blank", "create"]);
    assert_eq!(summary.file.newline.as_deref(), Some("mixed"));
}

#[tokio::test]
async fn a_header_row_is_named_as_an_editor_counts() {
    let (home, cache) = open().await;
    let path = home.path().join("stores.csv");
    let filler = "一季度,二季度\n".repeat(30);
    std::fs::write(&path, format!("2026年门店表\n\n{filler}name,address\n甲店,路1号\n")).unwrap();
    let mut options = ImportOptions::new(&path, "test");
    options.request.dry_run = true;
    options.request.header_row = Some(33);
    let (rows, summary) = run(&cache, &options).await.unwrap();
    assert_eq!(
        (outcomes(&rows), summary.file.header_row, summary.file.first_data_row),
        (vec!["create".to_owned()], 33, 34)
    );
    for row in [0, 2, 99, 5_000] {
        options.request.header_row = Some(row);
        let error = run(&cache, &options).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadRequest);
        assert!(error.to_string().contains(&format!("--header-row {row}")), "{error}");
    }
    options.request.header_row = None;
    let error = run(&cache, &options).await.unwrap_err();
    assert!(error.code() == ErrorCode::BadFile && error.to_string().contains("--header-row"), "{error}");
    assert_eq!(
        preview(&cache, &options.request).await.unwrap().columns[0].target,
        None,
        "a look is for saying where to"
    );
}

#[tokio::test]
async fn failed_rows_of_several_sheets_come_back_under_their_names() {
    let (home, cache) = open().await;
    let path = home.path().join("sheets.xlsx");
    let mut book = Workbook::new();
    fill(book.add_worksheet(), &[&["字段名称", "类型", "说明"], &["店名", "文本", "必填"]]);
    fill(book.add_worksheet(), &[&["店名", "地址", "电话", "备注"], &["甲店", "路1号", "138", "一"]]);
    fill(book.add_worksheet(), &[&["联系电话", "座位", "地址", "门店名称"], &["139", "40", "路2号", "乙店"]]);
    book.save(&path).unwrap();
    let (rows, summary) = run(&cache, &ImportOptions::new(&path, "hq")).await.unwrap();
    assert_eq!(rows.len(), 2, "a sheet that explains the others has no stores: {rows:?}");
    let failed = home.path().join("failed.csv");
    assert_eq!(write_report(&cache, &summary.import_id.unwrap(), &failed, true).await.unwrap(), 2);
    let text = std::fs::read_to_string(&failed).unwrap();
    let cells: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').skip(4).collect()).collect();
    assert_eq!(cells[0], ["店名", "地址", "电话", "备注", "座位"]);
    assert_eq!(cells[1], ["甲店", "路1号", "138", "一", ""]);
    assert_eq!(cells[2], ["乙店", "路2号", "139", "", "40"]);
    std::fs::write(&failed, text.replace(",138,", ",13800138001,").replace(",139,", ",13900139001,")).unwrap();
    assert_eq!(outcomes(&run(&cache, &ImportOptions::new(&failed, "hq")).await.unwrap().0), ["create", "create"]);
}

/// A workbook of Excel 97 (\[MS-XLS\]): its records in a compound file. `joined`: first row, last row, first column, last
/// column.
fn old_book<const WIDTH: usize>(rows: &[[&str; WIDTH]], joined: &[[u16; 4]]) -> Vec<u8> {
    let record = |kind: u16, body: &[u8]| {
        [&kind.to_le_bytes()[..], &u16::try_from(body.len()).unwrap().to_le_bytes(), body].concat()
    };
    let begin = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let end = record(0x000a, &[]);
    let named = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 1, 0], b"S"].concat());
    let first_part = [begin(5), named(0), end.clone()].concat().len();
    let mut stream = [begin(5), named(u32::try_from(first_part).unwrap()), end.clone(), begin(0x10)].concat();
    for (y, row) in rows.iter().enumerate() {
        for (x, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let place = [y, x, 0, text.len()].map(|n| u16::try_from(n).unwrap().to_le_bytes()).concat();
            stream.extend(record(0x0204, &[&place[..], &[0], text.as_bytes()].concat()));
        }
    }
    if !joined.is_empty() {
        let count = [u16::try_from(joined.len()).unwrap()];
        let all: Vec<u8> = count.iter().chain(joined.iter().flatten()).flat_map(|n| n.to_le_bytes()).collect();
        stream.extend(record(0x00e5, &all));
    }
    stream.extend(end);
    let mut book = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    book.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
    book.flush().unwrap();
    book.into_inner().into_inner()
}

#[tokio::test]
async fn old_workbooks_are_read_whatever_their_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.xls");
    for count in [2, 300] {
        let names: Vec<String> = (0..count).map(|n| format!("Shop {n}")).collect();
        let addresses: Vec<String> = (0..count).map(|n| format!("{n} Road")).collect();
        let stores = names.iter().zip(&addresses).map(|(name, address)| [name.as_str(), address.as_str()]);
        let rows: Vec<[&str; 2]> = std::iter::once(["name", "address"]).chain(stores).collect();
        std::fs::write(&path, old_book(&rows, &[])).unwrap();
        let (rows, summary) = look(&path).await;
        assert_eq!((summary.file.format.as_str(), rows.len()), ("xls", count));
        assert_eq!(rows[count - 1].normalised["address"], format!("{} Road", count - 1));
    }
}

#[tokio::test]
async fn joined_cells_of_an_old_workbook_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.xls");
    let rows = [
        ["code", "store", "", "contact", ""],
        ["", "name", "address", "mobile", "phone"],
        ["A1", "Shop 1", "1 Road", "13300133001", "0571-87971234"],
        ["A2", "Shop 2", "2 Road", "", ""],
    ];
    std::fs::write(&path, old_book(&rows, &[[0, 1, 0, 0], [0, 0, 1, 2], [0, 0, 3, 4], [2, 3, 3, 3]])).unwrap();
    let (rows, summary) = look(&path).await;
    assert_eq!((summary.file.header_rows.as_slice(), rows.len()), (&[1, 2][..], 2));
    assert_eq!(goes_to(&summary, "phone"), ["D contact/mobile", "E contact/phone"]);
    let numbers = |n: usize| rows[n].normalised["phones"].as_array().unwrap().len();
    assert_eq!((numbers(0), numbers(1)), (2, 1));
}
