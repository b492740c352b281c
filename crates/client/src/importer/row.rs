//! One row: cells → registers, with what is wrong and what is noteworthy.

use std::borrow::Cow;
use std::sync::Arc;

use domain::field::{FieldKind, FieldPath, WEEKDAYS};
use domain::place::Place;
use domain::profile::Registers;
use domain::schema::{self, Form, Schema};
use domain::{ErrorCode, MerchantId, Value, text, validate};
use reading::licences;
use reading::phones::Phone;
use serde_json::{Map, json};

use super::cells::{Joined, is_formula};
use super::likeness::Likeness;
use super::memo::Memo;
use super::moments;
use super::rows::Cell;
use super::strays::{self, Stray};

/// Where unreadable or richer cells are kept.
pub(super) const PHONES_TEXT: &str = "custom.phones_text";
pub(super) const HOURS_TEXT: &str = "custom.hours_text";
pub(super) const COORDINATES_TEXT: &str = "custom.coordinates_text";
const OPENED: &str = "custom.opened";
const CREDIT_CODE: &str = "licence.credit_code";
const CREDIT_CODE_TEXT: &str = "custom.credit_code_text";
pub(super) const LOCATION: &str = "location";

/// A sum, a signature or a hint.
const NO_STORE: &str = "row:not_a_store";

/// What may stand between tags.
pub(crate) const TAG_SEPARATORS: [char; 6] = [',', '，', '、', ';', '；', '|'];

/// How rows are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Manner {
    /// Keep unreadable telephone and hours cells as text.
    pub lenient: bool,
    /// Country code of numbers that carry it without `+`.
    pub country: Option<String>,
    /// The file is a text: its columns are only as good as its delimiters.
    pub is_text: bool,
    /// Fill [`Row::others`]: who only judges rows does not need it.
    pub keeps: bool,
    /// What the fields are declared as.
    pub schema: Arc<Schema>,
}

/// A week of a row.
#[derive(Debug)]
pub(super) struct Hours {
    pub registers: [Value; 7],
    pub has_more: bool,
    /// Suspended: closed every day, for a time.
    pub suspended: bool,
}

/// A register that columns fill, and what is remembered of its cells.
pub(super) struct Register {
    pub field: FieldPath,
    pub columns: Vec<usize>,
    /// Is a tidy line stored as it stands?
    is_line: bool,
    schema: Arc<Schema>,
    memo: Memo<Arc<Stored>>,
}

/// What the cell of a register comes to.
#[derive(Clone, Debug, Default)]
struct Stored {
    registers: Vec<(FieldPath, Value)>,
    warnings: Vec<String>,
}

impl Register {
    pub fn new(field: FieldPath, columns: Vec<usize>, schema: Arc<Schema>) -> Self {
        let is_line = match field.kind() {
            _ if schema.field(&field).is_some() => false,
            FieldKind::Text => schema::declared(&field).is_none_or(|declared| declared.form == Form::Line),
            FieldKind::Custom => true,
            _ => false,
        };
        Self { is_line: is_line && field.as_str() != "phones.primary", field, columns, schema, memo: Memo::default() }
    }
}

/// Does the cell of a register say that there is nothing? In a field that somebody declared a dash may mean something, and
/// of a weekday that it is closed.
fn says_nothing(field: &FieldPath, cell: &str) -> bool {
    field.kind() == FieldKind::Text && reading::is_empty(cell)
}

/// Was something in it that is no text in the file's encoding?
fn is_damaged(text: &str) -> bool {
    // Its first byte is rare, and bytes are looked for faster than characters.
    text.as_bytes().contains(&0xef) && text.contains(char::REPLACEMENT_CHARACTER)
}

/// A custom field without a declared type is text in a file: a number of seats and a code with zeros look alike.
fn as_text(field: &FieldPath, cell: &str) -> Result<Value, ErrorCode> {
    validate::normalise(field, &Value::text(cell)).map_err(|problem| problem.code)
}

fn as_declared(schema: &Schema, field: &FieldPath, cell: &str) -> Result<Value, ErrorCode> {
    if field.kind() == FieldKind::Custom && schema.field(field).is_none() {
        return as_text(field, cell);
    }
    reading::register(schema, field, cell).map(|(value, _)| value).map_err(|finding| finding.code)
}

fn stored(field: &FieldPath, cell: &str, read: Result<Value, ErrorCode>) -> Stored {
    let mut out = Stored::default();
    if is_damaged(cell) {
        out.warnings.push(format!("{field}:bad_encoding"));
    }
    match read {
        Ok(value) if value.is_null() => {}
        Ok(value) => out.registers.push((field.clone(), value)),
        // What only this field cannot hold does not keep the store out.
        Err(code) => {
            out.warnings.push(format!("{field}:{code}"));
            let kept_in = FieldPath::new(format!("custom.{}_text", field.as_str().replace('.', "_")));
            let text = Value::text(text::tidy(cell));
            out.registers.extend(
                kept_in.ok().filter(|field| validate::normalise(field, &text).is_ok()).map(|field| (field, text)),
            );
        }
    }
    out
}

/// A row that was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Row<'a> {
    pub id: Option<MerchantId>,
    /// The id as it stood in the file.
    pub code: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub address: Cow<'a, str>,
    pub phones: Vec<Phone>,
    pub hours: Option<Arc<Hours>>,
    /// Latitude and longitude, in degrees.
    pub place: Option<(f64, f64)>,
    pub opened: Option<String>,
    /// All other registers.
    pub others: Vec<(FieldPath, Value)>,
    /// `field:reason`, in the order code, name, address, phone, hours, others.
    pub problems: Vec<String>,
    pub warnings: Vec<String>,
}

/// `1.38E+10`: a spreadsheet has thrown digits away.
pub(super) fn is_scientific(code: &str) -> bool {
    let Some((mantissa, exponent)) = code.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // Without a sign only a fraction tells it from a code such as `12E5`.
    let exponent = exponent.strip_prefix('+').or_else(|| mantissa.contains('.').then_some(exponent));
    digits(&mantissa.replacen('.', "", 1)) && exponent.is_some_and(digits)
}

/// A code in plain characters: without the mark by which a spreadsheet keeps a text, and none of double width.
fn plain_code(code: Cow<'_, str>) -> Cow<'_, str> {
    if code.bytes().all(|b| b.is_ascii() && b != b'\'') {
        return code;
    }
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    code.strip_prefix('\'').unwrap_or(&code).chars().map(narrow).collect::<String>().into()
}

/// A text without its blanks, borrowed where it is tidy already.
fn tidied(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell {
        Cow::Borrowed(cell) => text::tidied(cell),
        Cow::Owned(cell) => Cow::Owned(text::tidy(&cell)),
    }
}

impl<'a> Row<'a> {
    pub fn read_code(&mut self, cell: Joined<'a>) {
        if cell.is_formula {
            self.warnings.push("code:formula".to_owned());
        }
        let mut code = plain_code(tidied(cell.text));
        // Of a formula without a result nobody knows the code.
        if reading::is_empty(&code) || cell.is_formula && code.starts_with('=') {
            return;
        }
        // `12.0`: a program took the code for a number.
        let whole = code.strip_suffix(".0").filter(|whole| whole.bytes().all(|b| b.is_ascii_digit()));
        if let Some(whole) = whole.filter(|whole| !whole.is_empty()).map(str::to_owned) {
            self.warnings.push("code:point_dropped".to_owned());
            code = whole.into();
        }
        if is_scientific(&code) {
            self.problems.push("code:mangled_scientific".to_owned());
        } else {
            match MerchantId::new(code.as_ref()) {
                Ok(id) => self.id = Some(id),
                Err(_) => self.problems.push("code:bad_id".to_owned()),
            }
        }
        self.code = code;
    }

    /// A line that a merchant cannot be without.
    pub fn line(&mut self, name: &'static str, cell: Joined<'a>) -> Cow<'a, str> {
        let tidy = tidied(cell.text);
        let problem = if reading::is_empty(&tidy) {
            "missing"
        } else if cell.is_formula {
            "formula"
        } else if is_damaged(&tidy) {
            "bad_encoding"
        } else if tidy.len() > validate::TEXT_CHARS_MAX && tidy.chars().count() > validate::TEXT_CHARS_MAX {
            "too_large"
        } else {
            return tidy;
        };
        self.problems.push(format!("{name}:{problem}"));
        Cow::default()
    }

    pub fn unreadable(&mut self, name: &str, reason: &str, kept_in: &'static str, cell: &str, manner: &Manner) {
        let what = format!("{name}:{reason}");
        if manner.lenient {
            self.warnings.push(what);
            self.keep_text(kept_in, cell);
        } else if !self.problems.contains(&what) {
            self.problems.push(what);
        }
    }

    pub fn keep_text(&mut self, path: &'static str, cell: &str) {
        let field = FieldPath::new(path).ok().filter(|field| !self.others.iter().any(|(known, _)| known == field));
        if let Some(field) = field {
            self.take(&stored(&field, cell, as_text(&field, cell)), true);
        }
    }

    fn take(&mut self, stored: &Stored, keeps: bool) {
        self.warnings.extend_from_slice(&stored.warnings);
        if keeps {
            self.others.extend_from_slice(&stored.registers);
        }
    }

    fn tell_formula(&mut self, name: &str, cell: &Cell<'_>) {
        if is_formula(cell) {
            self.warnings.push(format!("{name}:formula"));
        }
    }

    pub fn read_opened(&mut self, cell: Option<Cell<'_>>) {
        let Some(cell) = cell.filter(|cell| !reading::is_empty(cell.text)) else { return };
        self.tell_formula("opened", &cell);
        match moments::date(cell) {
            Some(date) => {
                self.others.extend(FieldPath::new(OPENED).ok().map(|field| (field, Value::text(date.as_str()))));
                self.opened = Some(date);
            }
            None => {
                self.warnings.push("opened:bad_date".to_owned());
                self.keep_text(OPENED, cell.text);
            }
        }
    }

    pub fn read_credit_code(&mut self, cell: Option<Cell<'_>>) {
        let Some(cell) = cell.filter(|cell| !reading::is_empty(cell.text)) else { return };
        self.tell_formula("uscc", &cell);
        match licences::credit_code(cell.text) {
            Ok(found) => {
                if found.expected_check.is_some() {
                    self.warnings.push("uscc:check_digit".to_owned());
                }
                if found.remark.is_some() {
                    self.warnings.push(format!("uscc:{}", ErrorCode::NotKept));
                }
                let field = FieldPath::new(CREDIT_CODE).ok();
                self.others.extend(field.map(|field| (field, Value::text(found.code))));
            }
            Err(finding) => {
                self.warnings.push(format!("uscc:{}", finding.code));
                self.keep_text(CREDIT_CODE_TEXT, cell.text);
            }
        }
    }

    pub fn read_tags(&mut self, cell: &str) {
        // Our export writes a list where a tag has a separator within it.
        let listed = cell.starts_with('[').then(|| serde_json::from_str::<Vec<String>>(cell).ok()).flatten();
        let split = || cell.split(TAG_SEPARATORS).map(text::tidy).filter(|tag| !reading::is_empty(tag)).collect();
        for tag in listed.unwrap_or_else(split) {
            match FieldPath::new(format!("tags.{tag}")) {
                Ok(field) => self.others.push((field, Value::yes())),
                Err(_) => self.problems.push("tags:too_long".to_owned()),
            }
        }
    }

    /// Reads what the cells of a register's columns come to.
    pub fn read_register(&mut self, register: &mut Register, cell: &Joined<'_>, keeps: bool) {
        let (field, text) = (&register.field, cell.text.as_ref());
        if cell.is_formula {
            self.warnings.push(format!("{field}:formula"));
        }
        if register.is_line && text.len() <= validate::TEXT_CHARS_MAX && !is_damaged(text) && text::is_tidy(text) {
            if keeps && !says_nothing(field, text) {
                self.others.push((field.clone(), Value::text(text)));
            }
            return;
        }
        let read = || match says_nothing(field, text) {
            true => Ok(Value::NULL),
            false => as_declared(&register.schema, field, text),
        };
        let stored = register.memo.get(text, || Arc::new(stored(field, text, read())));
        self.take(&stored, keeps);
    }

    /// Does it look like a line that is no store?
    pub fn doubt(&mut self) {
        let Some(stray) = strays::of(&self.name, &self.address) else { return };
        let is_store = self.id.is_some() || !self.phones.is_empty() || self.hours.is_some();
        if stray == Stray::Perhaps && is_store {
            self.warnings.push(NO_STORE.to_owned());
        } else {
            self.problems = vec![NO_STORE.to_owned()];
        }
    }

    /// What it is compared by.
    pub fn likeness(&self) -> Likeness<'_> {
        // As it is stored: with its datum.
        let location = self.others.iter().find(|(field, _)| field.as_str() == LOCATION);
        let place = location.and_then(|(_, place)| Place::parse(place.as_str()?));
        Likeness::new(&self.name, &self.address, self.numbers(), place)
    }

    /// The numbers by which stores are compared, as they are stored.
    fn numbers(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.phones.iter().filter(|number| number.e164.is_some()).map(Phone::stored)
    }

    /// What is to be stored.
    pub fn registers(&self) -> Registers {
        let mut registers: Registers = self.others.iter().cloned().collect();
        for (name, text) in [("name", &self.name), ("address", &self.address)] {
            registers.insert(FieldPath::fixed(name), Value::text(text.as_ref()));
        }
        for number in self.phones.iter().map(Phone::stored) {
            registers.extend(FieldPath::new(format!("phones.{number}")).ok().map(|field| (field, Value::yes())));
        }
        if let (Some(first), Ok(field)) = (self.phones.first(), FieldPath::new("phones.primary")) {
            registers.insert(field, Value::text(first.stored()));
        }
        if let Some(hours) = &self.hours {
            // A column of one weekday says more than one of all of them.
            for day in 0..7 {
                registers.entry(FieldPath::hours(day)).or_insert_with(|| hours.registers[day].clone());
            }
        }
        registers
    }

    /// The row in the form of reports.
    pub fn normalised(&self) -> serde_json::Value {
        let mut out = Map::new();
        if !self.code.is_empty() {
            out.insert("code".to_owned(), json!(self.code));
        }
        out.insert("name".to_owned(), json!(self.name));
        out.insert("address".to_owned(), json!(self.address));
        if let Some((_, category)) = self.others.iter().find(|(field, _)| field.as_str() == "category") {
            out.insert("category".to_owned(), category.0.clone());
        }
        out.insert("phones".to_owned(), self.phones.iter().map(printed).collect());
        let week = self.hours.as_ref().map(|hours| {
            WEEKDAYS
                .iter()
                .zip(&hours.registers)
                .map(|(day, value)| ((*day).to_owned(), value.0.clone()))
                .collect::<Map<_, _>>()
        });
        out.insert("hours".to_owned(), week.map_or(serde_json::Value::Null, Into::into));
        if self.hours.as_ref().is_some_and(|hours| hours.suspended) {
            out.insert("hours_flags".to_owned(), json!(["closed_temporarily"]));
        }
        if let Some((latitude, longitude)) = self.place {
            out.insert("lat".to_owned(), json!(latitude));
            out.insert("lng".to_owned(), json!(longitude));
        }
        if let Some(opened) = &self.opened {
            out.insert("opened".to_owned(), json!(opened));
        }
        out.into()
    }

    /// The registers that [`Self::normalised`] has no place for.
    pub fn others(&self) -> serde_json::Value {
        let out: Map<_, _> = self
            .others
            .iter()
            .filter(|(field, _)| !matches!(field.as_str(), "category" | OPENED | LOCATION))
            .map(|(field, value)| (field.to_string(), value.0.clone()))
            .collect();
        if out.is_empty() { serde_json::Value::Null } else { out.into() }
    }
}

fn printed(number: &Phone) -> serde_json::Value {
    let mut out = Map::new();
    out.insert("e164".to_owned(), json!(number.e164));
    for (name, text) in [("ext", &number.ext), ("service", &number.service)] {
        if let Some(text) = text {
            out.insert(name.to_owned(), json!(text));
        }
    }
    out.into()
}
