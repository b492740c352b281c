//! The numbers of rows as people see them in their spreadsheet: an import counts from the first row beneath the header.

use domain::ipc::ImportFile;

use super::model::{Line, Reason, Remark};

/// How many rows stand above the first one that is counted. Several sheets are numbered through: there the count itself
/// is shown.
pub fn rows_above(file: &ImportFile) -> u64 {
    if file.sheets.is_empty() { (file.first_data_row as u64).saturating_sub(1) } else { 0 }
}

/// The lines with the numbers of the file.
pub fn as_in_file(lines: Vec<Line>, above: u64) -> Vec<Line> {
    let number = |line: Line| {
        let remark = line.remark.map(|remark| Remark { reason: reason(remark.reason, line.row, above), ..remark });
        Line { row: line.row + above, remark, ..line }
    };
    lines.into_iter().map(number).collect()
}

/// A reason names rows that were read before; another number is a store's id.
fn reason(reason: Reason, row: u64, above: u64) -> Reason {
    let named = |other: String| match other.parse::<u64>() {
        Ok(n) if n < row => (n + above).to_string(),
        _ => other,
    };
    match reason {
        Reason::Like(other) => Reason::Like(named(other)),
        Reason::Perhaps(other) => Reason::Perhaps(named(other)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::imports::model::Group;

    #[test]
    fn a_row_has_the_number_that_the_file_gives_it() {
        let file = |first_data_row, sheets: &[&str]| ImportFile {
            first_data_row,
            sheets: sheets.iter().map(|name| (*name).to_owned()).collect(),
            ..ImportFile::default()
        };
        for (file, above) in
            [(file(0, &[]), 0), (file(1, &[]), 0), (file(2, &[]), 1), (file(5, &[]), 4), (file(2, &["one", "two"]), 0)]
        {
            assert_eq!(rows_above(&file), above, "{file:?}");
        }
        let line = |row, reason| Line {
            row,
            first: true,
            group: Group::Duplicate,
            store: String::new(),
            remark: Some(Remark { field: None, reason, is_error: true }),
            typed: String::new(),
        };
        let like = |other: &str| Reason::Like(other.to_owned());
        for (row, reason, above, shown) in [
            (21, like("3"), 1, (22, like("4"))),
            (21, like("3"), 0, (21, like("3"))),
            (21, Reason::Perhaps("3".to_owned()), 4, (25, Reason::Perhaps("7".to_owned()))),
            (21, like("1001"), 1, (22, like("1001"))),
            (21, like("BJ-0187"), 1, (22, like("BJ-0187"))),
            (21, Reason::IdTwice, 1, (22, Reason::IdTwice)),
        ] {
            assert_eq!(as_in_file(vec![line(row, reason)], above), [line(shown.0, shown.1)]);
        }
    }
}
