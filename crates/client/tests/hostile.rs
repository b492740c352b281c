//! Files that nobody should have sent: what breaks off, never ends or unpacks to more than memory holds is refused with
//! words, and nothing of it is gathered first.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::io::{Cursor, Write};
use std::path::PathBuf;

use client::importer::{ImportOptions, import};
use domain::ErrorCode;
use support::open;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// How many rows were told before it ended, and why it ended.
async fn dry_run(name: &str, bytes: &[u8]) -> (u64, Option<(ErrorCode, String)>) {
    let (home, cache) = open().await;
    let path: PathBuf = home.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut options = ImportOptions::new(&path, "test");
    options.request.dry_run = true;
    let mut rows = 0;
    let done = import(&cache, None, &options, &mut |_| {
        rows += 1;
        true
    })
    .await;
    let problem = done.err().map(domain::Problem::from);
    (rows, problem.map(|problem| (problem.code, problem.title)))
}

async fn refused(name: &str, bytes: &[u8], words: &str) {
    let (_, problem) = dry_run(name, bytes).await;
    let (code, title) = problem.unwrap_or_else(|| panic!("{name} was read"));
    assert_eq!(code, ErrorCode::BadFile, "{name}");
    assert!(title.contains(words), "{name}: {title}");
}

fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn xlsx(sheet: &str, strings: &str) -> Vec<u8> {
    let of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{of}/{kind}" Target="{target}"/>"#)
    };
    let relations = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}{}</Relationships>"#,
        relation("rId1", "worksheet", "worksheets/sheet1.xml"),
        relation("rId2", "sharedStrings", "sharedStrings.xml"),
    );
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let book = format!(
        r#"<workbook xmlns="{main}" xmlns:r="{of}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let package = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#.to_owned()
        + &relation("rId1", "officeDocument", "xl/workbook.xml")
        + "</Relationships>";
    packed(&[
        ("_rels/.rels", &package),
        ("xl/_rels/workbook.xml.rels", &relations),
        ("xl/workbook.xml", &book),
        ("xl/sharedStrings.xml", &format!(r#"<sst xmlns="{main}">{strings}</sst>"#)),
        (
            "xl/worksheets/sheet1.xml",
            &format!(r#"<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>"#),
        ),
    ])
}

fn cell(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn row(n: u64, texts: [&str; 2]) -> String {
    format!(r#"<row r="{n}">{}{}</row>"#, cell(&format!("A{n}"), texts[0]), cell(&format!("B{n}"), texts[1]))
}

fn ods(table: &str) -> Vec<u8> {
    packed(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", r#"<manifest:manifest xmlns:manifest="m"/>"#),
        (
            "content.xml",
            &format!(
                r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"#
            ),
        ),
    ])
}

fn ods_row(attributes: &str, texts: &[&str]) -> String {
    let cells: String = texts
        .iter()
        .map(|text| {
            format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
        })
        .collect();
    format!("<table:table-row {attributes}>{cells}</table:table-row>")
}

#[tokio::test]
async fn texts_without_an_end_or_a_form() {
    let head = "name,address\na,b\n";
    refused("one-line.csv", format!("{head}{}", "x".repeat(3 << 20)).as_bytes(), "row 2 is too large").await;
    // A quotation mark that is not closed within a megabyte costs its row.
    let long_rows = format!("{},y\n", "x".repeat(10_000)).repeat(200);
    assert_eq!(dry_run("never-closed.csv", format!("{head}\"c,d\n{long_rows}").as_bytes()).await, (202, None));
    let crossed = format!("{head}{}", "a\",\"b\n".repeat(1 << 19));
    refused("crossed.csv", crossed.as_bytes(), "quotation marks").await;
    refused("wide.csv", format!("{head}{}\n", ",".repeat(1_000_000)).as_bytes(), "row 2 is too large").await;
    refused("wide-header.csv", format!("{}\n{head}", "name,".repeat(300_000)).as_bytes(), "more than 1000 columns")
        .await;
    refused("nothing-but-breaks.csv", format!("{head}{}c,d\n", "\n".repeat(3 << 20)).as_bytes(), "empty lines").await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(head.as_bytes()).unwrap();
    (0..64).for_each(|_| packed.write_all(&[b'x'; 1 << 20]).unwrap());
    refused("bomb.csv.gz", &packed.finish().unwrap(), "row 2 is too large").await;
}

#[tokio::test]
async fn a_text_that_breaks_off_is_read_so_far() {
    let text = "name,address\r\n老王面馆,长安街1号\r\n小店,长安街2号\r\n";
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for cut in [wide.len() / 2, wide.len() / 2 + 1, wide.len() - 1] {
        let (rows, problem) = dry_run("cut.txt", &wide[..cut]).await;
        assert!(rows >= 1 && problem.is_none(), "{cut}: {rows} {problem:?}");
    }
    let (rows, problem) = dry_run("cut.csv", &text.as_bytes()[..text.len() - 9]).await;
    assert_eq!((rows, problem), (2, None));
    // Packed, and cut where nothing of it is imported yet; and behind that.
    let packed = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let short = packed(text);
    refused("short.csv.gz", &short[..short.len() - 20], "nothing was imported").await;
    let long = packed(&(text.to_owned() + &"小店,长安街3号\r\n".repeat(200_000)));
    refused("long.csv.gz", &long[..long.len() - 20], "rows before that are kept").await;
}

#[tokio::test]
async fn many_blank_rows_are_rows_and_do_not_fill_memory() {
    let (rows, problem) =
        dry_run("blank.csv", format!("name,address\na,b\n{}c,d\n", "\n".repeat(20_000)).as_bytes()).await;
    assert_eq!((rows, problem), (20_002, None));
    let sheet = row(1, ["name", "address"]) + &row(2, ["a", "b"]) + &row(20_000, ["c", "d"]);
    assert_eq!(dry_run("blank.xlsx", &xlsx(&sheet, "")).await, (19_999, None));
}

#[tokio::test]
async fn workbooks_that_unpack_to_too_much() {
    let head = row(1, ["name", "address"]);
    let good = head.clone() + &row(2, ["a", "b"]);
    assert_eq!(dry_run("good.xlsx", &xlsx(&good, "")).await, (1, None));
    let long = "x".repeat(3 << 20);
    refused("one-text.xlsx", &xlsx(&(head.clone() + &row(2, [&long, "b"])), ""), "unpacks to more").await;
    refused("one-tag.xlsx", &xlsx(&format!(r#"{good}<row a="{long}"/>"#), ""), "unpacks to more").await;
    refused("many-texts.xlsx", &xlsx(&good, &"<si/>".repeat(3_100_000)), "unpacks to more").await;
    let shared = format!(r#"{head}<row r="2"><c r="A2"><f t="shared" ref="A2:A3" si="4000000000">1</f></c></row>"#);
    refused("shared.xlsx", &xlsx(&shared, ""), "unpacks to more").await;
    refused("far.xlsx", &xlsx(&(head.clone() + &row(4_000_000_000, ["a", "b"])), ""), "row 4000000000").await;
    refused("turned.xlsx", &xlsx(&(head.clone() + &row(5, ["a", "b"]) + &row(3, ["c", "d"])), ""), "row 3").await;
    refused("deep.xlsx", &xlsx(&(good.clone() + &"<a>".repeat(300) + &"</a>".repeat(300)), ""), "unpacks to more")
        .await;
    refused("cut.xlsx", &xlsx(&good, "")[..700], "cannot be read").await;
    let repeated =
        ods_row("", &["name", "address"]) + &ods_row(r#"table:number-rows-repeated="1000000""#, &["a", "b", "c"]);
    refused(
        "repeated.ods",
        &ods(&format!(r#"<table:table table:name="S">{repeated}</table:table>"#)),
        "unpacks to more",
    )
    .await;
    refused("no-end.ods", &ods(r#"<table:table table:name="S">"#), "cannot be read").await;
}

#[tokio::test]
async fn an_old_workbook_is_read_whatever_it_says_of_its_size() {
    let record = |kind: u16, body: &[u8]| {
        let length = u16::try_from(body.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), body].concat()
    };
    let label = |row: u16, column: u16, text: &str| {
        let mut body: Vec<u8> = [row, column, 0, u16::try_from(text.len()).unwrap()].map(u16::to_le_bytes).concat();
        body.push(0);
        body.extend(text.as_bytes());
        record(0x0204, &body)
    };
    let begin = |kind: u16| record(0x0809, &[0x0600, kind, 0, 0, 0, 0, 0, 0].map(u16::to_le_bytes).concat());
    let sheet = |size: u32, last: u16| {
        let dimensions = [&0_u32.to_le_bytes()[..], &size.to_le_bytes(), &[0, 0, 255, 0, 0, 0]].concat();
        let cells =
            [label(0, 0, "name"), label(0, 1, "address"), label(1, 0, "a"), label(1, 1, "b"), label(last, 200, "c")];
        [begin(0x10), record(0x0200, &dimensions), cells.concat(), record(0x000a, &[])].concat()
    };
    let book_at = |within: u32, sheet: &[u8]| {
        let sheets = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat());
        let globals = |at: u32| [begin(5), sheets(at), record(0x000a, &[])].concat();
        let stream = [globals(u32::try_from(globals(0).len()).unwrap() + within), sheet.to_vec()].concat();
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
        file.into_inner().into_inner()
    };
    let book = |sheet: &[u8]| book_at(0, sheet);
    // A sheet within a record, where nobody has looked at what it says of its size.
    refused("hidden.xls", &book_at(4, &record(0xffff, &sheet(u32::MAX, 3))), "begins nowhere").await;
    assert_eq!(dry_run("huge.xls", &book(&sheet(u32::MAX, 3))).await, (3, None));
    refused("area.xls", &book(&sheet(4, u16::MAX)), "too wide and too long").await;
    // Chains of sectors that come back to themselves: read or refused, but never followed for ever.
    let sound = book(&sheet(4, 3));
    let table = usize::try_from(u32::from_le_bytes(sound[76..80].try_into().unwrap())).unwrap();
    for sector in 0..4_u32 {
        let mut circle = sound.clone();
        let at = (table + 1) * 4096 + 4 * usize::try_from(sector).unwrap();
        circle[at..at + 4].copy_from_slice(&sector.to_le_bytes());
        let problem = dry_run("circle.xls", &circle).await.1;
        assert!(problem.is_none_or(|(code, _)| code == ErrorCode::BadFile), "{sector}");
    }
}
