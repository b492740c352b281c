//! One row: cells → registers, with what is wrong and what is noteworthy.

use std::collections::BTreeMap;

use domain::field::FieldPath;
use domain::profile::Registers;
use domain::{ErrorCode, MerchantId, Value, text, validate};
use reading::{hours, licences, phones};
use serde_json::{Map, json};

use super::columns::{Columns, Target};

/// Where unreadable or richer cells are kept.
const PHONES_TEXT: &str = "custom.phones_text";
const HOURS_TEXT: &str = "custom.hours_text";

/// How rows are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Manner {
    /// Keep unreadable telephone and hours cells as text.
    pub lenient: bool,
    /// Country code of numbers that carry it without `+`.
    pub country: Option<String>,
}

/// A row that was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub id: Option<MerchantId>,
    /// The id as it stood in the file.
    pub code: String,
    pub registers: Registers,
    pub phones: Vec<String>,
    /// `field:reason`, in the order code, name, address, phone, hours, others.
    pub problems: Vec<String>,
    pub warnings: Vec<String>,
}

/// `="13800138000"` and `'=1+1`: texts that a spreadsheet was told to keep, the second by our export.
fn unwrapped(cell: &str) -> &str {
    let cell = cell.trim();
    if let Some(text) = cell.strip_prefix('\'').filter(|text| text.starts_with(['=', '+', '-', '@', '\''])) {
        return text;
    }
    cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell)
}

fn is_scientific(code: &str) -> bool {
    let Some((mantissa, exponent)) = code.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(&mantissa.replacen('.', "", 1)) && exponent.strip_prefix('+').is_some_and(digits)
}

/// The cells of each target, joined where there are several.
fn gathered(cells: &[String], columns: &Columns) -> BTreeMap<Target, String> {
    let mut gathered: BTreeMap<Target, String> = BTreeMap::new();
    for (n, target) in &columns.targets {
        let cell = cells.get(*n).map_or("", |cell| unwrapped(cell));
        if cell.is_empty() {
            continue;
        }
        let joined = gathered.entry(target.clone()).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(cell);
    }
    gathered
}

/// Reads a row.
pub(super) fn read(cells: &[String], columns: &Columns, manner: &Manner) -> Row {
    let mut row = Row::default();
    let cells = gathered(cells, columns);
    let cell = |target: &Target| cells.get(target).map(String::as_str).unwrap_or_default();
    row.read_code(cell(&Target::Id));
    for name in ["name", "address"] {
        row.read_line(name, cell(&Target::Register(FieldPath::fixed(name))));
    }
    row.read_phones(cell(&Target::Phones), manner);
    row.read_hours(cell(&Target::Hours), manner);
    row.read_tags(cell(&Target::Tags));
    for (target, cell) in &cells {
        if let Target::Register(field) = target
            && !matches!(field.as_str(), "name" | "address")
        {
            row.read_register(field, cell);
        }
    }
    row
}

impl Row {
    fn read_code(&mut self, cell: &str) {
        let code = text::tidy(cell);
        if reading::is_empty(&code) {
            return;
        }
        if is_scientific(&code) {
            self.problems.push("code:mangled_scientific".to_owned());
        } else {
            match MerchantId::new(code.as_str()) {
                Ok(id) => self.id = Some(id),
                Err(_) => self.problems.push("code:bad_id".to_owned()),
            }
        }
        self.code = code;
    }

    fn read_line(&mut self, name: &'static str, cell: &str) {
        let field = FieldPath::fixed(name);
        let tidy = text::tidy(cell);
        if reading::is_empty(&tidy) {
            self.problems.push(format!("{name}:missing"));
        } else if tidy.starts_with('=') {
            self.problems.push(format!("{name}:formula"));
        } else {
            match validate::normalise(&field, &Value::text(tidy)) {
                Ok(value) => drop(self.registers.insert(field, value)),
                Err(problem) => self.problems.push(format!("{name}:{}", problem.code)),
            }
        }
    }

    fn read_phones(&mut self, cell: &str, manner: &Manner) {
        match phones::read(cell, manner.country.as_deref()) {
            Ok(found) => {
                if found.has_more() {
                    self.warnings.push("phone:more_than_numbers".to_owned());
                    self.keep_text(PHONES_TEXT, cell);
                }
                self.phones = found.numbers();
                for number in &self.phones {
                    if let Ok(field) = FieldPath::new(format!("phones.{number}")) {
                        self.registers.insert(field, Value::yes());
                    }
                }
                if let (Some(first), Ok(field)) = (self.phones.first(), FieldPath::new("phones.primary")) {
                    self.registers.insert(field, Value::text(first.as_str()));
                }
            }
            Err(finding) if finding.code == ErrorCode::Empty => {}
            Err(finding) => self.unreadable("phone", finding.code, PHONES_TEXT, cell, manner),
        }
    }

    fn read_hours(&mut self, cell: &str, manner: &Manner) {
        match hours::read(cell) {
            Ok(found) => {
                if found.has_more() {
                    self.warnings.push("hours:note".to_owned());
                    self.keep_text(HOURS_TEXT, cell);
                }
                self.registers.extend(found.registers());
            }
            Err(finding) if finding.code == ErrorCode::Empty => {}
            Err(finding) => self.unreadable("hours", finding.code, HOURS_TEXT, cell, manner),
        }
    }

    fn unreadable(&mut self, name: &str, reason: ErrorCode, kept_in: &'static str, cell: &str, manner: &Manner) {
        let what = format!("{name}:{reason}");
        if manner.lenient {
            self.warnings.push(what);
            self.keep_text(kept_in, cell);
        } else {
            self.problems.push(what);
        }
    }

    fn keep_text(&mut self, path: &'static str, cell: &str) {
        if let Ok(field) = FieldPath::new(path) {
            self.read_register(&field, cell);
        }
    }

    fn read_tags(&mut self, cell: &str) {
        for tag in cell.split([',', '，', '、', ';', '；', '|']).map(text::tidy).filter(|tag| !reading::is_empty(tag))
        {
            match FieldPath::new(format!("tags.{tag}")) {
                Ok(field) => drop(self.registers.insert(field, Value::yes())),
                Err(_) => self.problems.push("tags:too_long".to_owned()),
            }
        }
    }

    fn read_register(&mut self, field: &FieldPath, cell: &str) {
        if text::tidy(cell).starts_with('=') {
            self.warnings.push(format!("{field}:formula"));
        }
        if field.as_str() == "custom.uscc"
            && !licences::credit_code(cell).is_ok_and(|code| code.expected_check.is_none())
        {
            self.warnings.push("uscc:check_digit".to_owned());
        }
        match validate::normalise(field, &Value::text(cell)) {
            Ok(value) if value.is_null() => {}
            Ok(value) => drop(self.registers.insert(field.clone(), value)),
            Err(problem) => self.problems.push(format!("{field}:{}", problem.code)),
        }
    }

    /// The row in the form of reports.
    pub fn normalised(&self) -> serde_json::Value {
        let mut out = Map::new();
        if !self.code.is_empty() {
            out.insert("code".to_owned(), json!(self.code));
        }
        let mut week = Map::new();
        for (field, value) in &self.registers {
            match field.root() {
                "phones" | "tags" => {}
                "hours" => drop(week.insert(field.key().unwrap_or_default().to_owned(), value.0.clone())),
                _ => drop(out.insert(field.to_string(), value.0.clone())),
            }
        }
        if !self.phones.is_empty() {
            out.insert("phones".to_owned(), self.phones.iter().map(|number| json!({"e164": number})).collect());
        }
        if !week.is_empty() {
            out.insert("hours".to_owned(), week.into());
        }
        let tags: Vec<&str> = self.registers.keys().filter(|f| f.root() == "tags").filter_map(FieldPath::key).collect();
        if !tags.is_empty() {
            out.insert("tags".to_owned(), json!(tags));
        }
        out.into()
    }
}
