//! Workbooks. The first byte says what the rest is: a whole file, or the parts within a container that is sound, so
//! that the rest of the reader is reached as well.
#![no_main]

use std::io::{Cursor, Write};
use std::sync::LazyLock;

use fuzz::Importer;
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

static IMPORTER: LazyLock<Importer> = LazyLock::new(|| {
    fuzz::libraries_may_panic();
    Importer::new()
});

/// Between the parts of a workbook.
const BETWEEN: u8 = 0x1e;

const PACKAGE: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &[u8] = br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const MANIFEST: &[u8] = br#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;

fn packed(parts: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).ok()?;
        zip.write_all(content).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

fn xlsx(rest: &[u8]) -> Option<Vec<u8>> {
    let mut parts = rest.split(|byte| *byte == BETWEEN);
    let mut next = |usual: &'static [u8]| parts.next().map_or(usual.to_vec(), <[u8]>::to_vec);
    let (sheet, strings, styles, workbook) = (next(b""), next(b"<sst/>"), next(b"<styleSheet/>"), next(WORKBOOK));
    packed(&[
        ("_rels/.rels", PACKAGE),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/workbook.xml", &workbook),
        ("xl/sharedStrings.xml", &strings),
        ("xl/styles.xml", &styles),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

fn ods(rest: &[u8]) -> Option<Vec<u8>> {
    packed(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", MANIFEST),
        ("content.xml", rest),
    ])
}

fn xls(rest: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
    file.create_stream("/Workbook").ok()?.write_all(rest).ok()?;
    Some(file.into_inner().into_inner())
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let file = match kind {
        b'x' => xlsx(rest),
        b'o' => ods(rest),
        b's' => xls(rest),
        _ => Some(rest.to_vec()),
    };
    if let Some(file) = file {
        IMPORTER.import(&file);
    }
});
