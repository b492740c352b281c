//! Rows that a workbook hides, as a filter does. They are imported as all others: people who do not see them must be told.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::events::BytesStart;

/// Runs of hidden rows that are remembered: the most of a workbook.
const RUNS_MAX: usize = 200_000;
/// The most sheets, and bytes of the name of one.
const SHEETS_MAX: usize = 10_000;
const NAME_BYTES_MAX: usize = 1_000;

/// Hidden rows with something in them, by the sheet or part they stand in: runs of the first one, from 0, and their
/// number.
#[derive(Debug, Default)]
pub(super) struct HiddenRows {
    runs: BTreeMap<String, Vec<(u64, u64)>>,
    count: usize,
    /// Of XLSX: the names of sheets by the ids of their parts, and the ids with the ends of the parts' names.
    sheets: Vec<(String, String)>,
    relations: Vec<(String, String)>,
}

fn raw<'t>(tag: &'t BytesStart<'_>, name: &str) -> Option<Cow<'t, str>> {
    let mut all = tag.attributes();
    let found = all.with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name);
    found.map(|a| a.value)
}

/// An attribute of a tag, by its name without a prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let raw = raw(tag, name).filter(|raw| raw.len() <= NAME_BYTES_MAX)?;
    Some(quick_xml::escape::unescape(&raw).ok()?.into_owned())
}

impl HiddenRows {
    /// A sheet of XLSX, as the workbook names it.
    pub fn sheet(&mut self, tag: &BytesStart<'_>) {
        if self.sheets.len() < SHEETS_MAX {
            self.sheets.extend(attribute(tag, "id").zip(attribute(tag, "name")));
        }
    }

    /// Where a part stands, as the workbook's relations say.
    pub fn relation(&mut self, tag: &BytesStart<'_>) {
        if self.relations.len() < SHEETS_MAX {
            self.relations.extend(attribute(tag, "Id").zip(attribute(tag, "Target")));
        }
    }

    /// Takes some rows of a part or sheet; they come in order.
    pub fn rows(&mut self, of: &str, first: u64, count: u64) {
        if self.count >= RUNS_MAX {
            return;
        }
        let runs = match self.runs.get_mut(of) {
            Some(runs) => runs,
            None => self.runs.entry(of.to_owned()).or_default(),
        };
        match runs.last_mut() {
            Some((begin, length)) if *begin + *length == first => *length += count,
            _ => {
                runs.push((first, count));
                self.count += 1;
            }
        }
    }

    /// How the name of the part ends in which a sheet of XLSX stands.
    pub fn part_of(&self, sheet: &str) -> Option<&str> {
        let (id, _) = self.sheets.iter().find(|(_, name)| name == sheet)?;
        let (_, target) = self.relations.iter().find(|(other, _)| other == id)?;
        Some(target.trim_start_matches('/'))
    }

    /// How many of a sheet stand beneath so many first rows.
    pub fn beneath(&self, sheet: &str, rows: usize) -> u64 {
        if self.runs.is_empty() {
            return 0;
        }
        let end = self.part_of(sheet);
        let is_it = |part: &str| end.map_or(part == sheet, |end| part.ends_with(end));
        let runs = self.runs.iter().filter(|(part, _)| is_it(part)).flat_map(|(_, runs)| runs);
        runs.map(|(first, count)| (first + count).saturating_sub((*first).max(rows as u64))).sum()
    }
}

/// Does a row say that it is hidden? Of XLSX and of ODS, where a filter is another reason.
pub(super) fn is_hidden(row: &BytesStart<'_>) -> bool {
    match row.local_name().as_ref() {
        // Hardly any row says anything of it.
        "row" => row.contains("hidden") && raw(row, "hidden").is_some_and(|says| matches!(says.as_ref(), "1" | "true")),
        _ => row.contains("visibility") && raw(row, "visibility").is_some_and(|says| says != "visible"),
    }
}

/// The number of a row of XLSX, from 0.
pub(super) fn number(row: &BytesStart<'_>) -> Option<u64> {
    raw(row, "r")?.trim().parse::<u64>().ok()?.checked_sub(1)
}

/// The name of a table of ODS.
pub(super) fn name(table: &BytesStart<'_>) -> Option<String> {
    attribute(table, "name")
}
