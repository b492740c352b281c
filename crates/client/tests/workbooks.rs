//! Workbooks as people keep them: with charts, cells joined over rows, sheets beside the table, numbers that are too long,
//! times past midnight, rows that are filtered out of sight.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::path::Path;

use client::importer::{ImportOptions, ImportSummary, RowReport, import};
use domain::ErrorCode;
use rust_xlsxwriter::{Chart, ChartType, Format, Workbook, Worksheet};
use support::*;

async fn look_at_sheet(path: &Path, sheet: Option<&str>) -> client::Result<(Vec<RowReport>, ImportSummary)> {
    let (_home, cache) = open().await;
    let mut options = ImportOptions::new(path, "test");
    (options.request.dry_run, options.request.sheet) = (true, sheet.map(str::to_owned));
    let mut rows = Vec::new();
    let summary = import(&cache, None, &options, &mut |row| {
        rows.push(row.clone());
        true
    })
    .await?;
    Ok((rows, summary))
}

async fn look(book: &mut Workbook) -> (Vec<RowReport>, ImportSummary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stores.xlsx");
    book.save(&path).unwrap();
    look_at_sheet(&path, None).await.unwrap()
}

fn fill(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (y, row) in rows.iter().enumerate() {
        for (x, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(u32::try_from(y).unwrap(), u16::try_from(x).unwrap(), *text).unwrap();
        }
    }
}

/// Each row: its outcome, its name, its address, its first telephone number, what Monday says.
fn told(row: &RowReport) -> String {
    let text = |name: &str| row.normalised[name].as_str().unwrap_or_default().to_owned();
    let first = |list: &serde_json::Value| list[0].as_str().unwrap_or_default().to_owned();
    let phone = row.normalised["phones"][0]["e164"].as_str().unwrap_or_default().to_owned();
    let monday = first(&row.normalised["hours"]["mo"]);
    let parts = [row.outcome.to_string(), text("name"), text("address"), phone, monday];
    parts.join("|").trim_end_matches('|').to_owned()
}

fn all_told(rows: &[RowReport]) -> Vec<String> {
    rows.iter().map(told).collect()
}

#[tokio::test]
async fn a_chart_among_the_sheets_is_passed_by() {
    for chart_first in [false, true] {
        let mut book = Workbook::new();
        let chart = |book: &mut Workbook| {
            let mut chart = Chart::new(ChartType::Pie);
            chart.add_series().set_values("Stores!$A$1:$A$2");
            book.add_chartsheet().set_name("Chart").unwrap().insert_chart(0, 0, &chart).unwrap();
        };
        if chart_first {
            chart(&mut book);
        }
        fill(book.add_worksheet().set_name("Stores").unwrap(), &[&["店名", "地址"], &["甲面馆", "北京路1号"]]);
        if !chart_first {
            chart(&mut book);
        }
        let (rows, summary) = look(&mut book).await;
        assert_eq!(all_told(&rows), ["create|甲面馆|北京路1号"], "{chart_first}");
        assert_eq!(summary.file.sheet.as_deref(), Some("Stores"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stores.xlsx");
        book.save(&path).unwrap();
        let error = look_at_sheet(&path, Some("Chart")).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadRequest, "a chart has no rows: {error}");
    }
}

#[tokio::test]
async fn what_is_joined_over_rows_stands_in_each_of_them() {
    let mut book = Workbook::new();
    let (sheet, plain) = (book.add_worksheet(), Format::new());
    fill(
        sheet,
        &[
            &["门店表"],
            &["城市", "店名", "地址", "电话", "营业时间"],
            &["", "甲面馆", "建国路1号"],
            &["", "乙面馆", "建国路2号"],
            &["", "丙面馆", "建国路3号", "13800138003"],
            &["上海", "丁面馆", "南京路1号", "13800138004"],
            &[],
            &["广州", "戊面馆", "中山路1号", "13800138005"],
        ],
    );
    sheet.merge_range(2, 0, 4, 0, "北京", &plain).unwrap();
    sheet.merge_range(2, 3, 3, 3, "13800138001", &plain).unwrap();
    // Over two columns: the second one says nothing of its own.
    sheet.merge_range(2, 4, 4, 5, "10:00-21:00", &plain).unwrap();
    // Down into a row without anything, which stays blank.
    sheet.merge_range(5, 4, 6, 4, "9:00-18:00", &plain).unwrap();
    let (rows, _) = look(&mut book).await;
    assert_eq!(
        all_told(&rows),
        [
            "create|甲面馆|建国路1号|+8613800138001|10:00-21:00",
            "create|乙面馆|建国路2号|+8613800138001|10:00-21:00",
            "create|丙面馆|建国路3号|+8613800138003|10:00-21:00",
            "create|丁面馆|南京路1号|+8613800138004|09:00-18:00",
            "skip:blank",
            "create|戊面馆|中山路1号|+8613800138005",
        ]
    );
    // Far down, where rows are read in batches.
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(sheet, &[&["店名", "地址", "电话"]]);
    for n in 1..=2_500 {
        sheet.write_string(n, 0, format!("第{n}面馆")).unwrap();
        sheet.write_string(n, 1, format!("北京路{n}号")).unwrap();
    }
    sheet.merge_range(900, 2, 2_400, 2, "13800138001", &plain).unwrap();
    let (rows, _) = look(&mut book).await;
    let with_phone: Vec<u64> = rows.iter().filter(|row| told(row).ends_with("8001")).map(|row| row.row).collect();
    assert_eq!(with_phone, (900..=2_400).collect::<Vec<_>>());
}

#[tokio::test]
async fn sheets_that_were_passed_over_are_named() {
    let mut book = Workbook::new();
    let mut sheet = |name: &str, rows: &[&[&str]]| fill(book.add_worksheet().set_name(name).unwrap(), rows);
    sheet("门店", &[&["店名", "地址"], &["甲面馆", "北京路1号"]]);
    sheet("深圳", &[&["门面", "街道"], &["乙面馆", "北京路2号"]]);
    sheet("空", &[]);
    sheet("上海", &[&["店名", "地址"], &["丙面馆", "北京路3号"]]);
    sheet("续", &[&["丁面馆", "北京路4号"]]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stores.xlsx");
    book.save(&path).unwrap();
    let (rows, summary) = look_at_sheet(&path, None).await.unwrap();
    assert_eq!(all_told(&rows), ["create|甲面馆|北京路1号", "create|丙面馆|北京路3号"]);
    let file = serde_json::to_value(&summary.file).unwrap();
    assert_eq!(file["sheets"], serde_json::json!(["门店", "上海"]));
    assert_eq!(file["skipped_sheets"], serde_json::json!(["深圳", "续"]));
    // Somebody who names a sheet knows of the others.
    let (_, summary) = look_at_sheet(&path, Some("上海")).await.unwrap();
    assert!(serde_json::to_value(&summary.file).unwrap().get("skipped_sheets").is_none());
}

#[tokio::test]
async fn numbers_longer_than_a_spreadsheet_keeps_are_not_taken_for_codes() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(
        sheet,
        &[
            &["门店编码", "店名", "地址", "电话", "统一社会信用代码", "食品经营许可证"],
            &["", "甲面馆", "北京路1号"],
            &["1002", "乙面馆", "北京路2号"],
            &["1003", "丙面馆", "北京路3号"],
            &["1004", "丁面馆", "北京路4号"],
            &["", "戊面馆", "北京路5号"],
        ],
    );
    let long = 123_456_789_012_345_678.0;
    sheet.write_number(1, 0, long).unwrap();
    sheet.write_number(2, 3, long).unwrap();
    sheet.write_number(3, 4, long).unwrap();
    sheet.write_number(4, 5, 13_101_010_000_123_456.0).unwrap();
    // As many digits as are kept.
    sheet.write_number(5, 0, 123_456_789_012_345.0).unwrap();
    let (rows, _) = look(&mut book).await;
    let told: Vec<String> =
        rows.iter().map(|row| [&[row.outcome.to_string()][..], &row.warnings].concat().join(" ")).collect();
    assert_eq!(
        told,
        [
            "invalid:code:mangled_scientific",
            "invalid:phone:mangled_scientific",
            "create uscc:charset",
            "create licence.food:charset",
            "create",
        ]
    );
    assert_eq!(rows[4].merchant_id.as_ref().map(|id| id.as_str()), Some("123456789012345"));
    assert_eq!(rows[2].others["custom.credit_code_text"], "1.2345678901234568E+17");
}

/// A workbook of one sheet, as its parts; its second style shows times.
fn of_parts(of_book: &str, rows: &str) -> Vec<u8> {
    use std::io::Write as _;
    let of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = |relations: &[(&str, &str, &str)]| {
        let all: String = relations
            .iter()
            .map(|(id, kind, to)| format!(r#"<Relationship Id="{id}" Type="{of}/{kind}" Target="{to}"/>"#))
            .collect();
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{all}</Relationships>"#
        )
    };
    let parts = [
        ("_rels/.rels", relations(&[("rId1", "officeDocument", "xl/workbook.xml")])),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&[("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml")]),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{of}">{of_book}<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="20"/></cellXfs></styleSheet>"#
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn times_of_a_workbook_are_times_whatever_day_they_carry() {
    let cell = |text: &str| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#);
    let time = |number: &str| format!(r#"<c s="1"><v>{number}</v></c>"#);
    let cases = [
        ("0.4166666667", "1", "10:00-24:00"),
        ("0.75", "1.0833333", "18:00-02:00"),
        ("0.75", "0.0833333", "18:00-02:00"),
        ("0.4166666667", "44196.9166667", "10:00-22:00"),
        ("46023.41666666666", "46023.91666666666", "10:00-22:00"),
        ("46023.75", "46024.08333333334", "18:00-02:00"),
        ("0", "0.99999", "00:00-24:00"),
    ];
    let head: String = ["店名", "地址", "开门", "打烊", "开业日期"].map(cell).concat();
    let rows = cases.iter().enumerate().map(|(n, (open, close, _))| {
        let day = time("42369.4166666667");
        format!(
            "<row>{}{}{}{}{day}</row>",
            cell(&format!("第{n}面馆")),
            cell(&format!("路{n}号")),
            time(open),
            time(close)
        )
    });
    let rows = format!("<row>{head}</row>{}", rows.collect::<String>());
    for (of_book, opened) in [("", "2015-12-31"), (r#"<workbookPr date1904="1"/>"#, "2020-01-01")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stores.xlsx");
        std::fs::write(&path, of_parts(of_book, &rows)).unwrap();
        let (rows, _) = look_at_sheet(&path, None).await.unwrap();
        for (row, (open, close, monday)) in rows.iter().zip(cases) {
            assert!(told(row).ends_with(&format!("|{monday}")), "{of_book} {open} {close}: {} {:?}", told(row), row);
            assert_eq!(row.normalised["opened"], opened);
        }
    }
}

#[tokio::test]
async fn rows_that_are_hidden_are_counted() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows: Vec<[String; 2]> = (0..6).map(|n| [format!("第{n}面馆"), format!("北京路{n}号")]).collect();
    fill(sheet, &[&["name", "address"], &["店名", "地址"]]);
    for (n, [name, address]) in rows.iter().enumerate() {
        fill_row(sheet, u32::try_from(n).unwrap() + 2, [name, address]);
    }
    // Names for programs, two stores, and a row without anything.
    for row in [0, 3, 5, 20] {
        sheet.set_row_hidden(row).unwrap();
    }
    // A sheet that is not imported does not count.
    let notes = book.add_worksheet();
    fill(notes, &[&["说明"], &["由总部导出"]]);
    notes.set_row_hidden(1).unwrap();
    let (rows, summary) = look(&mut book).await;
    assert_eq!(rows.iter().filter(|row| row.outcome.to_string() == "create").count(), 6);
    assert_eq!(serde_json::to_value(&summary.file).unwrap()["hidden_rows"], 2);
    let mut book = Workbook::new();
    fill(book.add_worksheet(), &[&["店名", "地址"], &["甲面馆", "北京路1号"]]);
    let (_, summary) = look(&mut book).await;
    assert!(serde_json::to_value(&summary.file).unwrap().get("hidden_rows").is_none());
}

fn fill_row(sheet: &mut Worksheet, row: u32, texts: [&str; 2]) {
    for (column, text) in (0..).zip(texts) {
        sheet.write_string(row, column, text).unwrap();
    }
}

#[tokio::test]
async fn a_code_is_what_the_sheet_shows() {
    let (mut book, zeros) = (Workbook::new(), Format::new().set_num_format("000000"));
    let sheet = book.add_worksheet();
    fill(sheet, &[&["编码", "店名", "地址", "座位"], &["", "甲店", "北京路1号"], &["", "乙店", "北京路2号"]]);
    sheet.write_number_with_format(1, 0, 101, &zeros).unwrap();
    sheet.write_number_with_format(2, 0, 1_234_567, &zeros).unwrap();
    // Of a column in which some are shown as they are nobody knows what the others mean.
    sheet.write_number_with_format(1, 3, 7, &zeros).unwrap();
    sheet.write_number(2, 3, 8).unwrap();
    let (rows, _) = look(&mut book).await;
    let ids: Vec<_> = rows.iter().map(|row| row.merchant_id.as_ref().unwrap().to_string()).collect();
    assert_eq!(ids, ["000101", "1234567"]);
    assert_eq!(rows[0].others["custom.座位"].as_str().unwrap_or("7"), "7");
    assert!(rows.iter().all(|row| row.warnings.is_empty()), "{rows:?}");
}
