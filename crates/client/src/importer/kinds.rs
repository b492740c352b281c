//! Files that are no table of stores, and what to do with them instead.

use super::encoding::UTF_32_MARK;

/// What a file is whose bytes are neither a text nor a workbook.
pub(super) fn no_text(head: &[u8]) -> &'static str {
    if head.starts_with(&UTF_32_MARK) || head.starts_with(&[0, 0, 0xfe, 0xff]) {
        return "this file is in UTF-32, which no spreadsheet writes: save it as “CSV UTF-8” and import that; nothing was imported";
    }
    "this file is neither a text nor a workbook: save it as “CSV UTF-8” or .xlsx and import that; nothing was imported"
}

/// What a text is that has no rows of cells.
pub(super) fn other_text(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    if text.starts_with("%PDF-") {
        return Some("this file is a PDF: ask for the table as .xlsx or CSV and import that; nothing was imported");
    }
    if text.starts_with("<?xml") || text.starts_with("<Workbook") {
        return Some(
            "this file is XML, not a table, even if it is called .xls: open it in a spreadsheet, save it as .xlsx, and import that; nothing was imported",
        );
    }
    let begins = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if ["<!doctype", "<html", "<table", "<meta", "<head"].into_iter().any(begins) {
        return Some(
            "this file is a web page, even if it is called .xls: open it in a spreadsheet, save it as .xlsx, and import that; nothing was imported",
        );
    }
    let is_json = text.strip_prefix(['{', '[']).is_some_and(|rest| rest.trim_start().starts_with(['"', '{', '[']));
    is_json.then_some(
        "this file is JSON, not a table: write its stores as rows of a CSV with a header and import that; nothing was imported",
    )
}

/// What a packed file is that has no sheets, by the names of its parts; nothing for a workbook.
pub(super) fn other_archive(names: &[String]) -> Option<&'static str> {
    if names.iter().any(|name| name.starts_with("word/") || name.starts_with("ppt/")) {
        return Some(
            "this file is a document, no workbook: copy its table into a spreadsheet, save it as .xlsx, and import that; nothing was imported",
        );
    }
    // Packages of Office begin with their relations, those of OpenDocument with their type: damaged ones too.
    if names.iter().any(|name| name.starts_with("xl/") || name == "_rels/.rels" || name == "mimetype") {
        return None;
    }
    Some("this file is a packed folder, no workbook: unpack it and import the file within it; nothing was imported")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_told_from_what_is_none() {
        for text in [
            "<html><table>",
            " <TABLE border=1>",
            "<?xml version=\"1.0\"?><Workbook>",
            "[{\"name\":1}]",
            "{ \"a\":",
            "%PDF-1.4",
        ] {
            assert!(other_text(text).is_some(), "{text}");
        }
        for text in ["name,address", "[总部]门店表\n店名,地址", "<店名>,地址", ""] {
            assert_eq!(other_text(text), None, "{text}");
        }
        assert!(no_text(&[0xff, 0xfe, 0, 0]).contains("UTF-32") && !no_text(b"\x89PNG").contains("UTF-32"));
    }
}
