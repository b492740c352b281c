//! One row: cells → registers, with what is wrong and what is noteworthy.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::field::{FieldPath, WEEKDAYS};
use domain::profile::Registers;
use domain::{ErrorCode, MerchantId, Value, text, validate};
use reading::coordinates;
use reading::hours::{self, Flag};
use reading::licences;
use reading::phones::{self, Phone, Phones};
use serde_json::{Map, json};

use super::cells::{Joined, bare_formula, is_formula, joined, unwrapped};
use super::columns::{Columns, Target};
use super::moments;
use super::numbers::{FixedLines, plain_mobile};
use super::rows::{Cell, Cells, Kind};

/// Where unreadable or richer cells are kept.
const PHONES_TEXT: &str = "custom.phones_text";
const HOURS_TEXT: &str = "custom.hours_text";
const OPENED: &str = "custom.opened";
const CREDIT_CODE: &str = "licence.credit_code";
const CREDIT_CODE_TEXT: &str = "custom.credit_code_text";
const LOCATION: &str = "location";

/// What may stand between tags.
pub(crate) const TAG_SEPARATORS: [char; 6] = [',', '，', '、', ';', '；', '|'];

/// Texts of hours that are remembered: shops of one chain open alike.
const WEEKS_MAX: usize = 4096;

/// How rows are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Manner {
    /// Keep unreadable telephone and hours cells as text.
    pub lenient: bool,
    /// Country code of numbers that carry it without `+`.
    pub country: Option<String>,
    /// Numbers have a comma before their fraction.
    pub decimal_comma: bool,
}

/// A week of a row.
#[derive(Debug)]
pub(super) struct Hours {
    pub registers: [Value; 7],
    pub has_more: bool,
    /// Suspended: closed every day, for a time.
    pub suspended: bool,
}

/// A row that was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub id: Option<MerchantId>,
    /// The id as it stood in the file.
    pub code: String,
    pub name: String,
    pub address: String,
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

type Week = std::result::Result<Arc<Hours>, &'static str>;

/// Reads the rows of one sheet.
pub(super) struct RowReader {
    ids: Vec<usize>,
    names: Vec<usize>,
    addresses: Vec<usize>,
    phones: Vec<usize>,
    hours: Vec<usize>,
    open: Option<usize>,
    close: Option<usize>,
    tags: Vec<usize>,
    latitude: Option<usize>,
    longitude: Option<usize>,
    coordinates: Option<usize>,
    credit_code: Option<usize>,
    opened: Option<usize>,
    registers: Vec<(FieldPath, Vec<usize>)>,
    manner: Manner,
    weeks: HashMap<String, Week>,
    lines: FixedLines,
}

impl RowReader {
    pub fn new(columns: &Columns, manner: Manner) -> Self {
        let of = |wanted: &Target| -> Vec<usize> {
            columns.targets.iter().filter(|(_, target)| target == wanted).map(|(n, _)| *n).collect()
        };
        let register = |name: &'static str| of(&Target::Register(FieldPath::fixed(name)));
        let mut registers: BTreeMap<FieldPath, Vec<usize>> = BTreeMap::new();
        for (n, target) in &columns.targets {
            if let Target::Register(field) = target
                && !matches!(field.as_str(), "name" | "address")
            {
                registers.entry(field.clone()).or_default().push(*n);
            }
        }
        Self {
            ids: of(&Target::Id),
            names: register("name"),
            addresses: register("address"),
            phones: of(&Target::Phones),
            hours: of(&Target::Hours),
            open: of(&Target::Open).first().copied(),
            close: of(&Target::Close).first().copied(),
            tags: of(&Target::Tags),
            latitude: of(&Target::Latitude).first().copied(),
            longitude: of(&Target::Longitude).first().copied(),
            coordinates: of(&Target::Coordinates).first().copied(),
            credit_code: of(&Target::CreditCode).first().copied(),
            opened: of(&Target::Opened).first().copied(),
            registers: registers.into_iter().collect(),
            manner,
            weeks: HashMap::new(),
            lines: FixedLines::default(),
        }
    }

    /// The code of a row as it stands there, before anything else is read.
    pub fn code<'a>(&self, cells: &Cells<'a>) -> &'a str {
        self.ids.first().map_or("", |n| unwrapped(cells.get(*n)).text)
    }

    /// Reads a row.
    pub fn read(&mut self, cells: &Cells<'_>) -> Row {
        let mut row = Row::default();
        row.read_code(&joined(cells, &self.ids).text);
        (row.name, row.address) =
            (row.line("name", &joined(cells, &self.names)), row.line("address", &joined(cells, &self.addresses)));
        self.read_phones(&mut row, cells);
        self.read_hours(&mut row, cells);
        self.read_place(&mut row, cells);
        row.read_opened(self.opened.map(|n| unwrapped(cells.get(n))));
        row.read_credit_code(self.credit_code.map(|n| unwrapped(cells.get(n))));
        for n in &self.tags {
            row.read_tags(unwrapped(cells.get(*n)).text);
        }
        for (field, columns) in &self.registers {
            let cell = joined(cells, columns);
            if !cell.text.is_empty() {
                row.read_register(field, &cell.text, cell.is_formula);
            }
        }
        row
    }

    fn read_phones(&mut self, row: &mut Row, cells: &Cells<'_>) {
        for column in 0..self.phones.len() {
            let cell = unwrapped(cells.get(self.phones[column]));
            if cell.text.is_empty() {
                continue;
            }
            if is_formula(&cell) {
                row.warnings.push("phone:formula".to_owned());
            }
            if bare_formula(&cell) {
                row.unreadable("phone", "not_a_number", PHONES_TEXT, cell.text, &self.manner);
                continue;
            }
            match self.numbers(&cell) {
                Ok((found, restored)) => {
                    if restored {
                        row.warnings.push("phone:leading_zero_restored".to_owned());
                    }
                    if found.has_more() {
                        row.warnings.push("phone:more_than_numbers".to_owned());
                        row.keep_text(PHONES_TEXT, cell.text);
                    }
                    for number in found.phones {
                        if !row.phones.contains(&number) {
                            row.phones.push(number);
                        }
                    }
                }
                Err(reason) => row.unreadable("phone", reason, PHONES_TEXT, cell.text, &self.manner),
            }
        }
    }

    /// The numbers of a cell. A number cell has lost the zero before its area code.
    fn numbers(&mut self, cell: &Cell<'_>) -> std::result::Result<(Phones, bool), &'static str> {
        let country = self.manner.country.as_deref();
        let digits = cell.text;
        let national = |start: &[&str]| start.iter().any(|start| digits.starts_with(start));
        let lost = cell.kind == Kind::Number && (9..=11).contains(&digits.len()) && !national(&["400", "800"]);
        let mobile = digits.len() == 11 && digits.starts_with('1');
        if let Some(phone) = plain_mobile(digits).or_else(|| self.lines.read(digits)) {
            return Ok((Phones { phones: vec![phone], note: None }, false));
        }
        if lost
            && !mobile
            && let Ok(found) = phones::read(&format!("0{digits}"), country)
        {
            return Ok((found, true));
        }
        match phones::read(digits, country) {
            Ok(found) => Ok((found, false)),
            Err(finding) if finding.code == ErrorCode::Empty => Ok((Phones::default(), false)),
            Err(finding) => Err(finding.code.as_str()),
        }
    }

    fn read_hours(&mut self, row: &mut Row, cells: &Cells<'_>) {
        let cell = joined(cells, &self.hours);
        let (typed, is_formula) = if cell.text.is_empty() && (self.open.is_some() || self.close.is_some()) {
            let part =
                |column: Option<usize>| column.map(|n| moments::clock(unwrapped(cells.get(n)))).unwrap_or_default();
            (Cow::Owned(opens_to(&part(self.open), &part(self.close))), false)
        } else {
            (cell.text, cell.is_formula)
        };
        if typed.is_empty() {
            return;
        }
        if is_formula {
            row.warnings.push("hours:formula".to_owned());
        }
        match self.week(&typed) {
            Ok(hours) => {
                if hours.has_more {
                    row.warnings.push("hours:note".to_owned());
                    row.keep_text(HOURS_TEXT, &typed);
                }
                row.hours = Some(hours);
            }
            Err("empty") => {}
            Err(reason) => row.unreadable("hours", reason, HOURS_TEXT, &typed, &self.manner),
        }
    }

    fn week(&mut self, typed: &str) -> Week {
        if let Some(known) = self.weeks.get(typed) {
            return known.clone();
        }
        let read = hours::read(typed).map_err(|finding| finding.code.as_str()).map(|week| {
            let mut registers: [Value; 7] = Default::default();
            for (place, (_, value)) in registers.iter_mut().zip(week.registers()) {
                *place = value;
            }
            Arc::new(Hours {
                registers,
                has_more: week.has_more(),
                suspended: week.flags.contains(&Flag::ClosedTemporarily),
            })
        });
        if self.weeks.len() < WEEKS_MAX {
            self.weeks.insert(typed.to_owned(), read.clone());
        }
        read
    }

    fn read_place(&self, row: &mut Row, cells: &Cells<'_>) {
        let cell = |column: Option<usize>| column.map_or("", |n| unwrapped(cells.get(n)).text.trim());
        let (latitude, longitude) = (cell(self.latitude), cell(self.longitude));
        let both = cell(self.coordinates);
        let typed = match (reading::is_empty(latitude), reading::is_empty(longitude)) {
            _ if !reading::is_empty(both) => both.to_owned(),
            (true, true) => return,
            _ if self.manner.decimal_comma => format!("{};{}", latitude, longitude),
            _ => format!("{latitude},{longitude}"),
        };
        match coordinates::read(&typed) {
            Ok(found) => {
                if found.swapped {
                    row.warnings.push("coords:swapped".to_owned());
                }
                row.place = found.lat.parse().ok().zip(found.lng.parse().ok());
                row.others.push((FieldPath::fixed(LOCATION), Value::text(found.stored())));
            }
            Err(finding) => row.warnings.push(format!("coords:{}", finding.code)),
        }
    }
}

/// When a shop opens and closes, as one text.
fn opens_to(open: &str, close: &str) -> String {
    match (reading::is_empty(open), reading::is_empty(close)) {
        (true, true) => String::new(),
        (false, false) => format!("{open}-{close}"),
        (false, true) => open.to_owned(),
        (true, false) => close.to_owned(),
    }
}

/// `1.38E+10`: a spreadsheet has thrown digits away.
pub(super) fn is_scientific(code: &str) -> bool {
    let Some((mantissa, exponent)) = code.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(&mantissa.replacen('.', "", 1)) && exponent.strip_prefix('+').is_some_and(digits)
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

    /// A line that a merchant cannot be without.
    fn line(&mut self, name: &'static str, cell: &Joined<'_>) -> String {
        let tidy = text::tidy(&cell.text);
        let problem = if reading::is_empty(&tidy) {
            "missing"
        } else if cell.is_formula {
            "formula"
        } else if tidy.contains('\u{fffd}') {
            "bad_encoding"
        } else if tidy.len() > validate::TEXT_CHARS_MAX && tidy.chars().count() > validate::TEXT_CHARS_MAX {
            "too_large"
        } else {
            return tidy;
        };
        self.problems.push(format!("{name}:{problem}"));
        String::new()
    }

    fn unreadable(&mut self, name: &str, reason: &str, kept_in: &'static str, cell: &str, manner: &Manner) {
        let what = format!("{name}:{reason}");
        if manner.lenient {
            self.warnings.push(what);
            self.keep_text(kept_in, cell);
        } else if !self.problems.contains(&what) {
            self.problems.push(what);
        }
    }

    fn keep_text(&mut self, path: &'static str, cell: &str) {
        let field = FieldPath::new(path).ok().filter(|field| !self.others.iter().any(|(known, _)| known == field));
        if let Some(field) = field {
            self.read_register(&field, cell, false);
        }
    }

    fn read_opened(&mut self, cell: Option<Cell<'_>>) {
        let Some(cell) = cell.filter(|cell| !reading::is_empty(cell.text)) else { return };
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

    fn read_credit_code(&mut self, cell: Option<Cell<'_>>) {
        let Some(cell) = cell.filter(|cell| !reading::is_empty(cell.text)) else { return };
        match licences::credit_code(cell.text) {
            Ok(found) => {
                if found.expected_check.is_some() {
                    self.warnings.push("uscc:check_digit".to_owned());
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

    fn read_tags(&mut self, cell: &str) {
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

    fn read_register(&mut self, field: &FieldPath, cell: &str, is_formula: bool) {
        if is_formula {
            self.warnings.push(format!("{field}:formula"));
        }
        if cell.contains('\u{fffd}') {
            self.warnings.push(format!("{field}:bad_encoding"));
        }
        match validate::normalise(field, &Value::text(cell)) {
            Ok(value) if value.is_null() => {}
            Ok(value) => self.others.push((field.clone(), value)),
            // What only this field cannot hold does not keep the store out.
            Err(problem) => {
                self.warnings.push(format!("{field}:{}", problem.code));
                let kept_in = FieldPath::new(format!("custom.{}_text", field.as_str().replace('.', "_")));
                self.others.extend(kept_in.ok().map(|kept_in| (kept_in, Value::text(text::tidy(cell)))));
            }
        }
    }

    /// The numbers by which stores are compared.
    pub fn e164(&self) -> impl Iterator<Item = &str> {
        self.phones.iter().filter_map(|number| number.e164.as_deref())
    }

    /// What is to be stored.
    pub fn registers(&self) -> Registers {
        let mut registers: Registers = self.others.iter().cloned().collect();
        for (name, text) in [("name", &self.name), ("address", &self.address)] {
            registers.insert(FieldPath::fixed(name), Value::text(text.as_str()));
        }
        for number in self.e164() {
            registers.extend(FieldPath::new(format!("phones.{number}")).ok().map(|field| (field, Value::yes())));
        }
        if let (Some(first), Ok(field)) = (self.e164().next(), FieldPath::new("phones.primary")) {
            registers.insert(field, Value::text(first));
        }
        if let Some(hours) = &self.hours {
            registers.extend((0..7).map(|day| (FieldPath::hours(day), hours.registers[day].clone())));
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
