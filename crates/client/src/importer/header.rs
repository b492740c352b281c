//! Which rows name the columns.

use std::collections::BTreeSet;

use domain::problem::ErrorCode;

use super::header_words;
use super::table::bad_file;
use crate::error::Error;

/// A header stands within so many first rows.
pub(super) const ROWS_MAX: usize = 20;
/// The most lines of a header.
pub(super) const LINES_MAX: usize = 3;
/// Characters of a cell that are looked at to see what kind of column it is.
const FIRST_CELL_CHARS: usize = 64;

/// Cells that a workbook joins: first row, first column, last row, last column; from 0.
pub(super) type Merged = (usize, usize, usize, usize);

/// The rows that name the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// The first of them, from 0, among the rows that were looked at.
    pub first: usize,
    /// How many rows stand above the data.
    pub records: usize,
    /// A row of words above it.
    pub title: Option<usize>,
    /// One name for each column; of two lines `upper/lower`. A column without a name that is filled is `#NUMBER`.
    pub names: Vec<String>,
    /// The first that stands beneath each name, of the rows that were looked at.
    pub first_cells: Vec<String>,
    /// How many different texts stand beneath each, of the same rows.
    pub varieties: Vec<usize>,
}

impl Header {
    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.records - self.first
    }
}

fn known(row: &[String]) -> usize {
    row.iter().filter(|cell| header_words::standard(cell).is_some()).count()
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.is_empty()).count()
}

/// The most names of one of the first rows that are known; none if no row has two.
pub(super) fn most_known(rows: &[Vec<String>]) -> usize {
    rows.iter().take(ROWS_MAX).map(|row| known(row)).max().filter(|known| *known >= 2).unwrap_or(0)
}

/// Finds the header: the first row with two known names or more known names than any other, else the first row
/// with two cells, else the first with one; and the rows above and beneath it that belong to it. `asked`: a row that a
/// person named, from 1.
pub(super) fn find(rows: &[Vec<String>], merged: &[Merged], asked: Option<usize>) -> Option<Header> {
    let looked_at = rows.iter().take(ROWS_MAX).enumerate();
    let best = looked_at
        .clone()
        .map(|(n, row)| (known(row), usize::MAX - n, n))
        .filter(|(known, ..)| *known >= 2)
        .max()
        .map(|(.., n)| n);
    let mut first = match asked {
        Some(row) => row.checked_sub(1).filter(|n| rows.get(*n).is_some_and(|row| filled(row) > 0))?,
        None => best
            .or_else(|| looked_at.clone().find(|(_, row)| filled(row) >= 2).map(|(n, _)| n))
            .or_else(|| looked_at.clone().find(|(_, row)| filled(row) >= 1).map(|(n, _)| n))?,
    };
    let mut end = first + 1;
    // The names of groups stand above those that are known best.
    while asked.is_none() && best.is_some() && first > 0 && end - first < LINES_MAX && belongs(rows, merged, first - 1)
    {
        first -= 1;
    }
    while end - first < LINES_MAX && belongs(rows, merged, end - 1) {
        end += 1;
    }
    let title = (0..first).find(|n| filled(&rows[*n]) > 0);
    let mut names = names(rows, merged, first, end);
    let beneath = rows.get(end..).unwrap_or_default();
    let first_cell = |n: usize| beneath.iter().filter_map(|row| row.get(n)).find(|cell| !cell.is_empty());
    let cut = |cell: &String| cell.chars().take(FIRST_CELL_CHARS).collect::<String>();
    let first_cells: Vec<String> = (0..names.len()).map(|n| first_cell(n).map(cut).unwrap_or_default()).collect();
    let variety = |n: usize| beneath.iter().filter_map(|row| row.get(n)).filter(|cell| !cell.is_empty()).collect();
    let varieties = (0..names.len()).map(|n| BTreeSet::<&String>::len(&variety(n))).collect();
    for (n, name) in names.iter_mut().enumerate() {
        // Something stands in it: it must have a name by which it can be talked about.
        if name.is_empty() && !first_cells[n].is_empty() {
            *name = format!("#{}", n + 1);
        }
    }
    Some(Header { first, records: end, title, names, first_cells, varieties })
}

/// Why there is no header.
pub(super) fn missing(asked: Option<usize>) -> Error {
    match asked {
        None => bad_file("this file has no rows: nothing was imported"),
        Some(row) => {
            let title = format!(
                "--header-row {row}: there is nothing in that row; count the file's rows from 1, empty ones too, as an editor or a spreadsheet shows them; nothing was imported"
            );
            Error::new(ErrorCode::BadRequest, title)
        }
    }
}

fn has_cell(row: &[String], n: usize) -> bool {
    row.get(n).is_some_and(|cell| !cell.is_empty())
}

/// Does the row beneath this one belong to the same header? Joined cells say so; in a text, names under gaps and none
/// under names; or the same names in another language.
fn belongs(rows: &[Vec<String>], merged: &[Merged], row: usize) -> bool {
    let (Some(upper), Some(next)) = (rows.get(row), rows.get(row + 1)) else { return false };
    if merged.iter().any(|(top, _, bottom, _)| (*top..*bottom).contains(&row)) {
        return true;
    }
    let beneath: Vec<usize> = (0..next.len()).filter(|n| has_cell(next, *n)).collect();
    if beneath.len() < 2 || filled(upper) < 2 {
        return false;
    }
    let is_translated = |n: &usize| {
        let target = |row: &[String]| row.get(*n).and_then(|name| header_words::standard(name));
        target(upper).is_some_and(|above| target(next) == Some(above))
    };
    if beneath.iter().all(is_translated) {
        return true;
    }
    let is_name = |text: &String| !text.bytes().any(|b| b.is_ascii_digit()) && text.chars().count() <= 20;
    // A group's name stands over the first of its columns; the others are empty.
    let in_group = |n: usize| !has_cell(upper, n) || (has_cell(next, n + 1) && !has_cell(upper, n + 1));
    let groups = merged.iter().filter(|(top, left, _, right)| *top == row && left < right).count();
    known(next) > 0
        && beneath.iter().all(|n| in_group(*n) && is_name(&next[*n]))
        && beneath.iter().any(|n| !has_cell(upper, *n))
        && (groups >= 2 || (0..upper.len()).any(|n| has_cell(upper, n) && !has_cell(next, n)))
}

/// One name for each column: what stands in it from line to line, in joined cells, and above a gap.
fn names(rows: &[Vec<String>], merged: &[Merged], first: usize, end: usize) -> Vec<String> {
    let lines = &rows[first..end];
    // What is joined may end with cells that no row has.
    let joined_to = merged.iter().filter(|(top, ..)| (first..end).contains(top)).map(|(.., right)| right + 1);
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = lines.iter().map(Vec::len).chain(joined_to.map(|to| to.min(widest))).max().unwrap_or(0);
    let joined = |line: usize, n: usize| -> Option<&String> {
        let row = first + line;
        let covers = |(top, left, bottom, right): &&Merged| {
            (*top..=*bottom).contains(&row) && (*left..=*right).contains(&n) && *top >= first
        };
        let (top, left, ..) = merged.iter().find(covers)?;
        rows[*top].get(*left)
    };
    let mut groups: Vec<&str> = vec![""; lines.len()];
    (0..width)
        .map(|n| {
            let mut parts: Vec<&str> = Vec::new();
            for (line, row) in lines.iter().enumerate() {
                let own = row.get(n).filter(|cell| !cell.is_empty()).or_else(|| joined(line, n));
                let part = match own.map(String::as_str).filter(|own| !own.is_empty()) {
                    Some(own) => {
                        groups[line] = own;
                        groups[line + 1..].fill("");
                        own
                    }
                    None if lines[line + 1..].iter().any(|below| has_cell(below, n)) => groups[line],
                    None => "",
                };
                if !part.is_empty() && parts.last() != Some(&part) {
                    parts.push(part);
                }
            }
            parts.join("/")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn title_lines_and_two_lines_are_told_from_data() {
        let cases = [
            ("店名,地址\n甲,乙路1号", 0, 1, None, "店名|地址"),
            ("一季度门店表,\n店名,地址\n甲,乙路1号", 1, 2, Some(0), "店名|地址"),
            (
                "店名,联系方式,,地址\n,手机,座机,\n甲,138,010,乙路1号",
                0,
                2,
                None,
                "店名|联系方式/手机|联系方式/座机|地址",
            ),
            ("Name,Address,Phone\nCafé,Road,\n", 0, 1, None, "Name|Address|Phone"),
            // The names that are known best stand under those of their groups.
            (
                "门店编号,门店信息,,联系方式,\n,名称,地址,手机,座机\n1,甲,乙路1号,138,010",
                0,
                2,
                None,
                "门店编号|门店信息/名称|门店信息/地址|联系方式/手机|联系方式/座机",
            ),
            ("门店名称,地址\nStore Name,Address\n甲,乙路1号", 0, 2, None, "门店名称/Store Name|地址/Address"),
            ("门店表,,2026年,\n店名,地址,电话,分类\n甲,乙路1号,,", 1, 2, Some(0), "店名|地址|电话|分类"),
            ("店名,,地址,\n甲,x,乙路1号,", 0, 1, None, "店名|#2|地址|"),
            ("店名,,电话,\n甲,乙路,,", 0, 1, None, "店名|#2|电话|"),
            ("a,b,c\n1,2,3", 0, 1, None, "a|b|c"),
        ];
        for (text, first, records, title, names) in cases {
            let header = find(&rows(text), &[], None).unwrap_or_default();
            assert_eq!((header.first, header.records, header.title), (first, records, title), "{text}");
            assert_eq!(header.names.join("|"), names);
        }
        assert_eq!(find(&rows("x,y\n店名,地址"), &[], Some(1)).map(|header| header.first), Some(0));
        assert_eq!(find(&[], &[], None), None);
    }
    #[test]
    fn joined_cells_give_all_their_columns_one_name() {
        let one = rows("名称,地址,联系电话,\n甲,乙路1号,138,010");
        let header = find(&one, &[(0, 2, 0, 3)], None).unwrap_or_default();
        assert_eq!((header.records, header.names.join("|").as_str()), (1, "名称|地址|联系电话|联系电话"));
        let three = rows("门店编码,名称,联系方式,\n,,主要,\n,,手机,座机\n1,甲,138,010");
        let merged = [(0, 0, 2, 0), (0, 1, 2, 1), (0, 2, 0, 3), (1, 2, 1, 3)];
        let header = find(&three, &merged, None).unwrap_or_default();
        assert_eq!(
            (header.first, header.records, header.names.join("|").as_str()),
            (0, 3, "门店编码|名称|联系方式/主要/手机|联系方式/主要/座机")
        );
    }
}
