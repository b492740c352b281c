//! Files as head offices send them: every one that is no table is refused, every other one comes to what a careful
//! person would make of it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::path::Path;

use client::cache::Cache;
use client::importer::{ImportOptions, ImportSummary, RowReport, import};
use domain::ErrorCode;
use encoding_rs::{BIG5, GB18030};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use support::*;

async fn look(cache: &Cache, path: &Path) -> client::Result<(Vec<RowReport>, ImportSummary)> {
    let mut options = ImportOptions::new(path, "odd");
    options.request.dry_run = true;
    let mut rows = Vec::new();
    let summary = import(cache, None, &options, &mut |row| {
        rows.push(row.clone());
        true
    })
    .await?;
    Ok((rows, summary))
}

/// Each row: its outcome, and what it says of name, address, telephones and Monday.
fn told(row: &RowReport) -> String {
    let text = |name: &str| row.normalised[name].as_str().unwrap_or_default().to_owned();
    let phones = row.normalised["phones"].as_array().cloned().unwrap_or_default();
    let phones: Vec<&str> =
        phones.iter().filter_map(|phone| phone["e164"].as_str().or(phone["service"].as_str())).collect();
    let monday = row.normalised["hours"]["mo"].as_array().cloned().unwrap_or_default();
    let monday: Vec<&str> = monday.iter().filter_map(|span| span.as_str()).collect();
    let parts = [row.outcome.to_string(), text("name"), text("address"), phones.join(" "), monday.join(" ")];
    parts.join("|").trim_end_matches('|').to_owned()
}

fn utf_16(text: &str, big: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

const GOOD: &str = "create|老王面馆|长安街1号|+8613800138000|10:00-22:00";

fn texts() -> Vec<(&'static str, Vec<u8>, Vec<String>)> {
    let usual = "店名,地址,电话,营业时间\r\n老王面馆,长安街1号,13800138000,10:00-22:00\r\n";
    let rows = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
    let long = "长".repeat(9_000);
    vec![
        ("UTF-16BE with a mark and tabs", utf_16(&usual.replace(',', "\t"), true), rows(&[GOOD])),
        ("UTF-16LE with a mark and semicolons", utf_16(&usual.replace(',', ";"), false), rows(&[GOOD])),
        ("GB18030 and bars", GB18030.encode(&usual.replace(',', "|")).0.into_owned(), rows(&[GOOD])),
        (
            "Big5",
            BIG5.encode("店名,地址,電話\r\n鼎泰豐,臺北市信義路二段一九四號,\r\n麵包新語,臺北市忠孝東路四段,\r\n").0.into_owned(),
            rows(&["create|鼎泰豐|臺北市信義路二段一九四號", "create|麵包新語|臺北市忠孝東路四段"]),
        ),
        (
            "lines above the header",
            format!("2026年门店表,,,\n更新：10月,,,\n{usual}").into_bytes(),
            rows(&[GOOD]),
        ),
        ("the separator as Excel names it", format!("sep=;\r\n{}", usual.replace(',', ";")).into_bytes(), rows(&[GOOD])),
        ("old line ends", usual.replace("\r\n", "\r").into_bytes(), rows(&[GOOD])),
        ("no line end at the end", usual.trim_end().as_bytes().to_vec(), rows(&[GOOD])),
        (
            "headers that come twice",
            "店名,地址,电话,电话,备注,备注\n老王面馆,长安街1号,13800138000,010-62561234,一,二\n".into(),
            rows(&["create|老王面馆|长安街1号|+8613800138000 +861062561234"]),
        ),
        (
            "empty columns at the end, rows too short and too long",
            "店名,地址,电话,,,\n老王面馆,长安街1号,,,,\n小店,长安街2号\n好店,长安街3号,,,,,,,,多\n".into(),
            rows(&["create|老王面馆|长安街1号", "create|小店|长安街2号", "invalid:row:too_many_cells"]),
        ),
        (
            "wide digits and marks",
            "店名，,地址,电话,营业时间\n老王面馆,长安街1号,１３８００１３８０００,１０：００－２２：００\n".replace("，", "").into_bytes(),
            rows(&[GOOD]),
        ),
        (
            "several numbers in a cell",
            "店名,地址,电话\n老王面馆,长安街1号,13800138000/010-62561234、95188\n小店,长安街2号,\"13800138001\n13800138002\"\n".into(),
            rows(&[
                "create|老王面馆|长安街1号|+8613800138000 +861062561234 95188",
                "create|小店|长安街2号|+8613800138001 +8613800138002",
            ]),
        ),
        (
            "numbers that a spreadsheet cut",
            "编号,店名,地址,电话\nA1,老王面馆,长安街1号,1.38E+10\n1.2E+05,小店,长安街2号,\n".into(),
            rows(&["invalid:phone:mangled_scientific", "invalid:code:mangled_scientific"]),
        ),
        (
            "texts that a spreadsheet was told to keep",
            "店名,地址,电话,营业时间\n老王面馆,长安街1号,\"=\"\"13800138000\"\"\",'10:00-22:00\n".replace("'10", "10").into_bytes(),
            rows(&[GOOD]),
        ),
        (
            "English headers of other shops",
            "Store ID;Shop Name;Street Address;Contact Number;Tel;Business Hours;State\nX1;Old Wang;1 Long St;;13800138000;10:00-22:00;x\n".into(),
            rows(&["create|Old Wang|1 Long St|+8613800138000|10:00-22:00"]),
        ),
        (
            "hours in two columns",
            "店名,地址,开门时间,打烊时间\n老王面馆,长安街1号,10:00,22:00\n小店,长安街2号,0.375,0.875\n".into(),
            rows(&["create|老王面馆|长安街1号||10:00-22:00", "create|小店|长安街2号||09:00-21:00"]),
        ),
        (
            "cells that are too long",
            format!("店名,地址,备注\n{long},长安街1号,\n小店,长安街2号,{long}\n").into_bytes(),
            rows(&["invalid:name:too_large", "create|小店|长安街2号"]),
        ),
        ("only a header", "店名,地址,电话\n".into(), rows(&[])),
        ("blank rows", "店名,地址\n\n,\n老王面馆,长安街1号\n,\n \n".into(), rows(&["skip:blank", "skip:blank", "create|老王面馆|长安街1号"])),
    ]
}

#[tokio::test]
async fn texts_come_to_what_a_careful_person_makes_of_them() {
    let (home, cache) = open().await;
    for (what, bytes, expected) in texts() {
        let path = home.path().join("odd.csv");
        std::fs::write(&path, bytes).unwrap();
        let (rows, summary) = look(&cache, &path).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), expected, "{what}: {:?}", summary.file);
        assert_eq!(summary.file.data_records, expected.len() as u64, "{what}");
    }
}

#[tokio::test]
async fn what_is_no_table_of_stores_is_refused_with_a_cure() {
    let (home, cache) = open().await;
    let wide = format!("{}\n{}\n", vec!["列"; 100_000].join(","), vec!["1"; 100_000].join(","));
    let cases: [(&str, Vec<u8>); 8] = [
        ("an empty file", Vec::new()),
        ("blanks", b"\n\n  \n".to_vec()),
        ("too many columns", wide.into_bytes()),
        ("no header", "A1,老王面馆,长安街1号\nA2,小店,长安街2号\n".into()),
        ("a web page", b"<html><table><tr><td>name</td></tr></table>".to_vec()),
        (
            "UTF-32",
            "name,address\n".chars().fold(vec![0xff, 0xfe, 0, 0], |mut bytes, c| {
                bytes.extend(u32::from(c).to_le_bytes());
                bytes
            }),
        ),
        ("a packed folder", stored_zip(&[("stores.csv", "name,address\n")])),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x11".to_vec()),
    ];
    for (what, bytes) in cases {
        let path = home.path().join("odd.csv");
        std::fs::write(&path, bytes).unwrap();
        let error = look(&cache, &path).await.map(|(rows, summary)| (rows.len(), summary)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadFile, "{what}");
        assert!(error.to_string().contains(':'), "{what}: {error}");
    }
}

#[tokio::test]
async fn words_for_coded_fields_are_converted() {
    let (home, cache) = open().await;
    let path = home.path().join("odd.csv");
    std::fs::write(&path, "店名,地址,营业状态,结算周期,行政区划代码\n甲,路1,营业中,月结,110105\n乙,路2,外星,t1,\n")
        .unwrap();
    let (rows, _) = look(&cache, &path).await.unwrap();
    assert_eq!(rows[0].others["status"], "open");
    assert_eq!(rows[0].others["settlement_cycle"], "monthly");
    assert_eq!(rows[0].others["region_code"], "110105");
    assert_eq!(
        (rows[1].warnings.as_slice(), rows[1].others["custom.status_text"].as_str()),
        (&["status:bad_value".to_owned()][..], Some("外星"))
    );
}

#[tokio::test]
async fn a_workbook_of_every_kind_of_cell() {
    let (home, cache) = open().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (day, time) = (Format::new().set_num_format("yyyy-mm-dd"), Format::new().set_num_format("hh:mm"));
    let bold = Format::new();
    sheet.merge_range(0, 0, 0, 6, "门店表", &bold).unwrap();
    for (column, name) in ["编号", "店名", "地址", "电话", "开门时间", "打烊时间", "开业日期"].iter().enumerate()
    {
        sheet.write_string(1, u16::try_from(column).unwrap(), *name).unwrap();
    }
    sheet.write_number(2, 0, 1001.0).unwrap();
    sheet.write_string(2, 1, "老王面馆").unwrap();
    sheet.write_string(2, 2, "长安街1号").unwrap();
    sheet.write_number(2, 3, 13_800_138_000.0).unwrap();
    sheet.write_number_with_format(2, 4, 10.0 / 24.0, &time).unwrap();
    sheet.write_number_with_format(2, 5, 22.0 / 24.0, &time).unwrap();
    sheet.write_datetime_with_format(2, 6, ExcelDateTime::from_ymd(2020, 3, 8).unwrap(), &day).unwrap();
    sheet.write_string(3, 0, "1002").unwrap();
    sheet.write_string(3, 1, "小店").unwrap();
    sheet.write_formula(3, 2, Formula::new("=\"长安街\"&\"2号\"").set_result("长安街2号")).unwrap();
    // A spreadsheet has taken the zero of the area code.
    sheet.write_number(3, 3, 1_062_561_234.0).unwrap();
    let notes = book.add_worksheet();
    notes.write_string(0, 0, "说明：由总部导出").unwrap();
    let path = home.path().join("odd.xlsx");
    book.save(&path).unwrap();
    let (rows, summary) = look(&cache, &path).await.unwrap();
    assert_eq!(
        rows.iter().map(told).collect::<Vec<_>>(),
        ["create|老王面馆|长安街1号|+8613800138000|10:00-22:00", "invalid:address:formula"],
        "{:?}",
        rows[1]
    );
    assert_eq!(rows[0].normalised["opened"], "2020-03-08");
    assert_eq!(rows[1].warnings, ["phone:leading_zero_restored"]);
    assert_eq!((summary.file.title_row, summary.file.header_row), (Some(1), 2));
}

/// A packed file whose parts are not packed (APPNOTE 6.3.9, method 0).
fn stored_zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let mut sum = flate2::Crc::new();
        sum.update(text.as_bytes());
        let length = |text: &str| u32::try_from(text.len()).unwrap().to_le_bytes();
        let at = u32::try_from(out.len()).unwrap().to_le_bytes();
        let mut facts = vec![10, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        facts.extend(sum.sum().to_le_bytes());
        facts.extend(length(text));
        facts.extend(length(text));
        facts.extend(&length(name)[..2]);
        facts.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&facts);
        out.extend(name.as_bytes());
        out.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02\x0a\x00");
        directory.extend(&facts);
        directory.extend([0; 10]);
        directory.extend(at);
        directory.extend(name.as_bytes());
    }
    let (count, length) = (u16::try_from(parts.len()).unwrap().to_le_bytes(), u32::try_from(directory.len()).unwrap());
    let at = u32::try_from(out.len()).unwrap().to_le_bytes();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend(length.to_le_bytes());
    out.extend(at);
    out.extend([0, 0]);
    out
}

#[tokio::test]
async fn an_open_document_is_read() {
    let (home, cache) = open().await;
    let text = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let header: String = ["店名", "地址", "电话", "开门时间", "打烊时间", "开业日期"].map(text).concat();
    let time = |hour: u8| {
        format!(
            "<table:table-cell office:value-type=\"time\" office:time-value=\"PT{hour}H00M00S\"><text:p>{hour}:00</text:p></table:table-cell>"
        )
    };
    let number = "<table:table-cell office:value-type=\"float\" office:value=\"13800138000\"><text:p>1.38E+10</text:p></table:table-cell>";
    let date = "<table:table-cell office:value-type=\"date\" office:date-value=\"2020-03-08\"><text:p>08.03.20</text:p></table:table-cell>";
    let row = [text("老王面馆"), text("长安街1号"), number.to_owned(), time(10), time(22), date.to_owned()].concat();
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet>\
         <table:table table:name=\"门店\"><table:table-row>{header}</table:table-row><table:table-row>{row}</table:table-row>\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    let parts = [("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", content.as_str())];
    let path = home.path().join("odd.ods");
    std::fs::write(&path, stored_zip(&parts)).unwrap();
    let (rows, summary) = look(&cache, &path).await.unwrap();
    assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), [GOOD]);
    assert_eq!(rows[0].normalised["opened"], "2020-03-08");
    assert_eq!((summary.file.format.as_str(), summary.file.sheet.as_deref()), ("ods", Some("门店")));
}
