//! Which rows name the columns.

use super::columns;

/// A header stands within so many first rows.
const ROWS_MAX: usize = 20;

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
    /// One name for each column; of two lines `upper/lower`.
    pub names: Vec<String>,
}

impl Header {
    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.records - self.first
    }
}

fn known(row: &[String]) -> usize {
    row.iter().filter(|cell| columns::standard(cell).is_some()).count()
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.is_empty()).count()
}

/// Finds the header: the first row with two known names or more known names than any other, else the first row
/// with two cells, else the first with one. `asked`: a row that a person named, from 1.
pub(super) fn find(rows: &[Vec<String>], merged: &[Merged], asked: Option<usize>) -> Option<Header> {
    let looked_at = rows.iter().take(ROWS_MAX).enumerate();
    let best = looked_at.clone().filter(|(_, row)| known(row) >= 2).max_by_key(|(n, row)| (known(row), usize::MAX - n));
    let first = match asked {
        Some(row) => row.checked_sub(1).filter(|n| *n < rows.len())?,
        None => best
            .or_else(|| looked_at.clone().find(|(_, row)| filled(row) >= 2))
            .or_else(|| looked_at.clone().find(|(_, row)| filled(row) >= 1))
            .map(|(n, _)| n)?,
    };
    let lines = if has_second_line(rows, merged, first) { 2 } else { 1 };
    let title = (0..first).find(|n| filled(&rows[*n]) > 0);
    Some(Header { first, records: first + lines, title, names: names(rows, merged, first, lines) })
}

/// Is the next row a part of the header? Joined cells say so; in a text, names under gaps and none under names.
fn has_second_line(rows: &[Vec<String>], merged: &[Merged], first: usize) -> bool {
    let Some(next) = rows.get(first + 1) else { return false };
    let upper = &rows[first];
    let cell = |row: &[String], n: usize| row.get(n).is_some_and(|cell| !cell.is_empty());
    let joined = |(top, _, bottom, _): &Merged| *top == first && *bottom == first + 1;
    if merged.iter().any(joined) {
        return true;
    }
    let is_name = |text: &String| !text.bytes().any(|b| b.is_ascii_digit()) && text.chars().count() <= 20;
    let beneath: Vec<usize> = (0..next.len()).filter(|n| cell(next, *n)).collect();
    // A group's name stands over the first of its columns; the others are empty.
    let in_group = |n: usize| !cell(upper, n) || (cell(next, n + 1) && !cell(upper, n + 1));
    beneath.len() >= 2
        && beneath.iter().all(|n| in_group(*n) && is_name(&next[*n]))
        && beneath.iter().any(|n| !cell(upper, *n))
        && (0..upper.len()).any(|n| cell(upper, n) && !cell(next, n))
}

fn names(rows: &[Vec<String>], merged: &[Merged], first: usize, lines: usize) -> Vec<String> {
    let upper = &rows[first];
    if lines == 1 {
        return upper.clone();
    }
    let next = &rows[first + 1];
    let width = upper.len().max(next.len());
    let cell = |row: &[String], n: usize| row.get(n).cloned().unwrap_or_default();
    let spread = |n: usize| {
        let joined = merged.iter().find(|(top, left, _, right)| *top == first && (*left..=*right).contains(&n));
        joined.map_or_else(String::new, |(_, left, _, _)| cell(upper, *left))
    };
    let mut group = String::new();
    (0..width)
        .map(|n| {
            let (above, below) = (cell(upper, n), cell(next, n));
            if !above.is_empty() {
                group.clone_from(&above);
            }
            match (above.is_empty(), below.is_empty()) {
                (false, true) => above,
                (false, false) => format!("{above}/{below}"),
                (true, true) => spread(n),
                (true, false) if group.is_empty() => below,
                (true, false) => format!("{group}/{below}"),
            }
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
}
