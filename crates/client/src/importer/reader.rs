//! Rows: which cell goes where, and what is remembered of cells that come again and again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use domain::field::FieldPath;
use domain::ipc::RowShown;
use domain::{ErrorCode, Value};
use reading::hours::{self, Flag};
use reading::phones::{self, Kind as Line, Phone, Phones};

use super::area_codes::with_area;
use super::cells::{Joined, bare_formula, is_error, is_formula, joined, unwrapped};
use super::columns::{Columns, Target};
use super::countries::{CountryColumn, is_chinese, is_far_from_china};
use super::datum::{self, Degrees};
use super::memo::Memo;
use super::moments;
use super::numbers::{Numbers, plain_fixed_line, plain_mobile, read_numbers};
use super::remaining::in_front;
use super::row::{COORDINATES_TEXT, HOURS_TEXT, Hours, LOCATION, Manner, PHONES_TEXT, Register, Row};
use super::rows::{Cell, Cells, Kind};

/// The most of a cell that is shown, in characters.
const SHOWN_CHARS_MAX: usize = 200;

type Week = std::result::Result<Arc<Hours>, &'static str>;

/// Reads the rows of one sheet.
pub(super) struct RowReader {
    ids: Vec<usize>,
    names: Vec<usize>,
    addresses: Vec<usize>,
    /// Regions in front of them, the largest first.
    fronts: Vec<usize>,
    phones: Vec<usize>,
    area_code: Option<usize>,
    hours: Vec<usize>,
    open: Option<usize>,
    close: Option<usize>,
    tags: Vec<usize>,
    latitude: Option<usize>,
    longitude: Option<usize>,
    coordinates: Option<usize>,
    /// What the headers say of degrees in two columns, and of those in one.
    degrees: [Option<Degrees>; 2],
    /// The column that says it of each row.
    datum: Option<usize>,
    credit_code: Option<usize>,
    opened: Option<usize>,
    registers: Vec<Register>,
    /// All columns that go somewhere, with the names of their fields.
    filled: Vec<(usize, String)>,
    /// The names of all columns.
    headers: Vec<String>,
    manner: Manner,
    weeks: Memo<Week>,
    /// By the country of their rows.
    numbers: BTreeMap<Option<&'static str>, Memo<Numbers>>,
    /// Unless a country was given for all rows.
    country: Option<CountryColumn>,
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
        let said = |target: Target| {
            let first = columns.targets.iter().find(|(_, other)| *other == target)?;
            columns.all.get(first.0).and_then(|column| datum::said_by(&column.header))
        };
        let headers: Vec<String> = columns.all.iter().map(|column| column.header.clone()).collect();
        Self {
            degrees: [datum::of_both(said(Target::Latitude), said(Target::Longitude)), said(Target::Coordinates)],
            datum: datum::column(&headers),
            ids: of(&Target::Id),
            names: register("name"),
            addresses: register("address"),
            fronts: of(&Target::AddressFront),
            phones: of(&Target::Phones),
            area_code: of(&Target::AreaCode).first().copied(),
            hours: of(&Target::Hours),
            open: of(&Target::Open).first().copied(),
            close: of(&Target::Close).first().copied(),
            tags: of(&Target::Tags),
            latitude: of(&Target::Latitude).first().copied(),
            longitude: of(&Target::Longitude).first().copied(),
            coordinates: of(&Target::Coordinates).first().copied(),
            credit_code: of(&Target::CreditCode).first().copied(),
            opened: of(&Target::Opened).first().copied(),
            registers: registers
                .into_iter()
                .map(|(field, columns)| Register::new(field, columns, Arc::clone(&manner.schema)))
                .collect(),
            filled: columns.targets.iter().map(|(n, target)| (*n, target.name().to_owned())).collect(),
            country: CountryColumn::find(&headers).filter(|_| manner.country.is_none()),
            headers,
            manner,
            weeks: Memo::default(),
            numbers: BTreeMap::new(),
        }
    }

    /// The code of a row as it stands there, before anything else is read.
    pub fn code<'a>(&self, cells: &Cells<'a>) -> &'a str {
        self.ids.first().map_or("", |n| unwrapped(cells.get(*n)).text.trim_start_matches('\''))
    }

    /// What stands in the file about a row: its name, else by what it may be known, and the cells of the fields that
    /// something is said of.
    pub fn shown<'r>(&self, cells: &Cells<'_>, remarks: impl Iterator<Item = &'r String>) -> RowShown {
        let text = |columns: &[usize]| joined(cells, columns).text.chars().take(SHOWN_CHARS_MAX).collect::<String>();
        let known_by = [&self.names, &self.ids, &self.addresses].map(|columns| text(columns));
        let name = known_by.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let mut shown = RowShown { name, cells: BTreeMap::new() };
        for (field, _) in remarks.filter_map(|remark| remark.split_once(':')) {
            let typed = text(&self.columns_of(field));
            if !typed.is_empty() {
                shown.cells.insert(field.to_owned(), typed);
            }
        }
        shown
    }

    /// The columns of a field as reports name it.
    fn columns_of(&self, field: &str) -> Vec<usize> {
        let some = |columns: &[Option<usize>]| columns.iter().flatten().copied().collect();
        match field {
            "code" => self.ids.clone(),
            "name" => self.names.clone(),
            "address" => [&self.fronts[..], &self.addresses].concat(),
            "phone" => self.phones.clone(),
            "hours" if self.hours.is_empty() => some(&[self.open, self.close]),
            "hours" => self.hours.clone(),
            "tags" => self.tags.clone(),
            "coords" => some(&[self.latitude, self.longitude, self.coordinates]),
            "opened" => some(&[self.opened]),
            "uscc" => some(&[self.credit_code]),
            path => {
                let register = self.registers.iter().find(|register| register.field.as_str() == path);
                register.map(|register| register.columns.clone()).unwrap_or_default()
            }
        }
    }

    /// Is it the header once more, as where lists were put one behind the other?
    pub fn is_header(&self, cells: &Cells<'_>) -> bool {
        let is_named = |n: usize| self.headers.get(n).is_some_and(|header| header == cells.get(n).text.trim());
        let mut filled = (0..cells.len()).filter(|n| !cells.get(*n).text.trim().is_empty());
        self.names.first().is_some_and(|n| is_named(*n)) && filled.clone().count() > 1 && filled.all(is_named)
    }

    /// Reads a row.
    pub fn read<'a>(&mut self, cells: &Cells<'a>) -> Row<'a> {
        let mut row = Row::default();
        if (self.headers.len()..cells.len()).any(|n| !cells.get(n).text.trim().is_empty()) {
            // A delimiter within a cell moves all cells behind it; in a sheet somebody wrote beside the table.
            let remarks = if self.manner.is_text { &mut row.problems } else { &mut row.warnings };
            remarks.push("row:too_many_cells".to_owned());
        }
        for (n, field) in &self.filled {
            if is_error(cells.get(*n).text) {
                row.warnings.push(format!("{field}:formula_error"));
            }
        }
        row.read_code(joined(cells, &self.ids));
        (row.name, row.address) =
            (row.line("name", joined(cells, &self.names)), row.line("address", self.address(cells)));
        let theirs = self.country.as_mut().and_then(|country| country.code(cells));
        self.read_phones(&mut row, cells, theirs);
        self.read_hours(&mut row, cells);
        self.read_place(&mut row, cells);
        if theirs.is_none() && self.manner.country.is_none() && row.place.is_some_and(is_far_from_china) {
            self.doubt_phones(&mut row, cells);
        }
        row.read_opened(self.opened.map(|n| unwrapped(cells.get(n))));
        row.read_credit_code(self.credit_code.map(|n| unwrapped(cells.get(n))));
        for n in &self.tags {
            row.read_tags(unwrapped(cells.get(*n)).text);
        }
        for register in &mut self.registers {
            let cell = joined(cells, &register.columns);
            if !cell.text.is_empty() {
                row.read_register(register, &cell, self.manner.keeps);
            }
        }
        row.doubt();
        row
    }

    /// The address, with its regions in front.
    fn address<'a>(&self, cells: &Cells<'a>) -> Joined<'a> {
        let mut address = joined(cells, &self.addresses);
        if let Some(rest) = unlabelled(&address.text) {
            address.text = Cow::Owned(rest.to_owned());
        }
        // Without it the regions alone are no address.
        if !self.fronts.is_empty() && !reading::is_empty(&address.text) {
            for n in self.fronts.iter().rev() {
                if let Some(longer) = in_front(unwrapped(cells.get(*n)).text, &address.text) {
                    address.text = Cow::Owned(longer);
                }
            }
        }
        address
    }

    fn read_phones(&mut self, row: &mut Row<'_>, cells: &Cells<'_>, theirs: Option<&'static str>) {
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
            let with_area = self.area_code.and_then(|n| {
                let country = self.manner.country.as_deref().or(theirs);
                with_area(unwrapped(cells.get(n)).text, cell.text.trim(), country)
            });
            let read = match &with_area {
                Some(whole) => self.numbers(&Cell { text: whole, kind: Kind::Text }, theirs),
                None => self.numbers(&cell, theirs),
            };
            match read {
                Ok((found, restored)) => {
                    if restored {
                        row.warnings.push("phone:leading_zero_restored".to_owned());
                    }
                    if found.may_be_foreign {
                        row.warnings.push("phone:may_be_foreign".to_owned());
                    }
                    if found.area_code_assumed {
                        row.warnings.push(format!("phone:{}", ErrorCode::AreaCodeAssumed));
                    }
                    if found.may_be_rounded {
                        row.warnings.push(format!("phone:{}", ErrorCode::DigitsLostSuspected));
                    }
                    if found.note.is_some() {
                        row.warnings.push("phone:more_than_numbers".to_owned());
                        row.keep_text(PHONES_TEXT, cell.text);
                    }
                    match found.phones.as_slice() {
                        // Almost every row.
                        [_] if row.phones.is_empty() => row.phones = found.phones,
                        _ => add(&mut row.phones, found.phones),
                    }
                }
                Err(_) if reading::says_nothing(cell.text) => {}
                Err(reason) => row.unreadable("phone", reason, PHONES_TEXT, cell.text, &self.manner),
            }
        }
    }

    /// Numbers of a store far from China that were read as China's, and do not say so.
    fn doubt_phones(&self, row: &mut Row<'_>, cells: &Cells<'_>) {
        let typed = joined(cells, &self.phones).text;
        if typed.contains('+') || typed.contains("0086") {
            return;
        }
        if row.phones.iter().any(|phone| is_chinese(phone, Line::Fixed)) {
            row.phones.clear();
            row.unreadable("phone", ErrorCode::ForeignUnlikely.as_str(), PHONES_TEXT, &typed, &self.manner);
        } else if row.phones.iter().any(|phone| is_chinese(phone, Line::Mobile)) {
            row.warnings.push("phone:may_be_foreign".to_owned());
        }
    }

    /// The numbers of a cell; those of most cells have a shape that needs no tables.
    fn numbers(&mut self, cell: &Cell<'_>, theirs: Option<&'static str>) -> Numbers {
        let digits = cell.text;
        let country = self.manner.country.as_deref().or(theirs);
        // Of a file from elsewhere the same digits may be a number there.
        let plain = country.is_none_or(|code| code == "86");
        if let Some(phone) = plain.then(|| plain_mobile(digits).or_else(|| plain_fixed_line(digits))).flatten() {
            let may_be_rounded = phones::is_rounded(&phone);
            return Ok((Phones { phones: vec![phone], may_be_rounded, ..Phones::default() }, false));
        }
        match cell.kind {
            Kind::Number => read_numbers(cell, country),
            _ => self.numbers.entry(theirs).or_default().get(digits, || read_numbers(cell, country)),
        }
    }

    fn read_hours(&mut self, row: &mut Row<'_>, cells: &Cells<'_>) {
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
            Err(_) if reading::says_nothing(&typed) => {}
            Err(_) if is_to_come(&typed) => {
                row.warnings.push("hours:note".to_owned());
                row.keep_text(HOURS_TEXT, &typed);
            }
            Err(reason) => row.unreadable("hours", reason, HOURS_TEXT, &typed, &self.manner),
        }
    }

    fn week(&mut self, typed: &str) -> Week {
        self.weeks.get(typed, || {
            let week = hours::read(typed).map_err(|finding| finding.code.as_str())?;
            let mut registers: [Value; 7] = Default::default();
            for (place, (_, value)) in registers.iter_mut().zip(week.registers()) {
                *place = value;
            }
            let suspended = week.flags.contains(&Flag::ClosedTemporarily);
            Ok(Arc::new(Hours { registers, has_more: week.has_more(), suspended }))
        })
    }

    fn read_place(&self, row: &mut Row<'_>, cells: &Cells<'_>) {
        let cell = |column: Option<usize>| column.map_or("", |n| unwrapped(cells.get(n)).text.trim());
        let (latitude, longitude) = (cell(self.latitude), cell(self.longitude));
        let both = cell(self.coordinates);
        let said = self.datum.and_then(|n| datum::said_by(cells.get(n).text));
        let degrees = self.degrees.map(|of_header| said.or(of_header));
        let in_two = || {
            let typed = format!("{},{}", with_point(latitude), with_point(longitude));
            datum::read(&typed, degrees[0])
        };
        let read = match (reading::is_empty(latitude) && reading::is_empty(longitude), reading::is_empty(both)) {
            (true, true) => return,
            (false, true) => in_two(),
            (true, false) => datum::read(both, degrees[1]),
            // Two columns have no order that can be wrong, and may say what the one only names.
            (false, false) => match datum::read(both, degrees[1]) {
                Ok(found) if !found.swapped => Ok(found),
                other => in_two().ok().map_or(other, Ok),
            },
        };
        match read {
            Ok(found) => {
                if found.swapped {
                    row.warnings.push("coords:swapped".to_owned());
                }
                if found.millionths {
                    row.warnings.push("coords:millionths".to_owned());
                }
                row.place = found.lat.parse().ok().zip(found.lng.parse().ok());
                row.others.push((FieldPath::fixed(LOCATION), Value::text(found.stored())));
            }
            Err(code) => {
                row.warnings.push(format!("coords:{code}"));
                // "0,0" only says that there are none.
                if code != ErrorCode::NullIsland {
                    let in_two = reading::is_empty(both);
                    let typed = if in_two { format!("{latitude},{longitude}") } else { both.to_owned() };
                    row.keep_text(COORDINATES_TEXT, &typed);
                }
            }
        }
    }
}

/// The words by which pages label an address in its own cell.
const LABELS: [&str; 4] = ["地址", "详细地址", "Address", "address"];

/// `地址：北京路1号` without its label; nothing if it has none.
fn unlabelled(address: &str) -> Option<&str> {
    let mut behind = LABELS.iter().filter_map(|label| address.strip_prefix(label));
    behind.find_map(|rest| rest.trim_start().strip_prefix([':', '：'])).map(str::trim_start)
}

/// A number with a point before its fraction: a lone comma in it can mean nothing else.
fn with_point(number: &str) -> Cow<'_, str> {
    let is_comma = !number.contains('.') && number.matches(',').count() == 1;
    if is_comma { number.replace(',', ".").into() } else { number.into() }
}

/// Each number once.
fn add(phones: &mut Vec<Phone>, more: Vec<Phone>) {
    for number in more {
        if !phones.contains(&number) {
            phones.push(number);
        }
    }
}

/// What stands for the hours of a shop that has none yet, in small letters.
const TO_COME: [&str; 4] = ["opening soon", "coming soon", "即将开业", "即將開業"];

fn is_to_come(hours: &str) -> bool {
    TO_COME.contains(&hours.trim_matches(['.', '!', '！', '。', ' ']).to_lowercase().as_str())
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
