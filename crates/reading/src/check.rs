//! One field, read while it is typed: what would be stored, what is wrong, what should be looked at.

use domain::field::{FieldKind, FieldPath};
use domain::schema::{self, Form, Schema};
use domain::{ErrorCode, Value, text};
use serde::Serialize;

use crate::finding::{Finding, shortened};
use crate::{category, coordinates, custom, hours, licences, locale, phones, region};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// No errors?
    pub ok: bool,
    /// In the form in which programs read the field; the text itself if it has errors.
    pub normalised: Value,
    /// What keeps it from being stored.
    pub errors: Vec<Finding>,
    /// What should be looked at.
    pub warnings: Vec<Finding>,
    /// Of opening hours: what they say beside the week.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<&'static str>,
    /// Of opening hours: the words that change no hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Of opening hours: the minutes of public holidays.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub ph: Value,
}

impl Checked {
    fn good(normalised: Value, warnings: Vec<Finding>) -> Self {
        Self { ok: true, normalised, errors: Vec::new(), warnings, flags: Vec::new(), note: None, ph: Value::NULL }
    }
    fn bad(text: &str, error: Finding) -> Self {
        Self { ok: false, errors: vec![error], ..Self::good(Value::text(text), Vec::new()) }
    }
    fn of(text: &str, found: Result<(Value, Vec<Finding>), Finding>) -> Self {
        match found {
            Ok((value, warnings)) => Self::good(value, warnings),
            Err(finding) => Self::bad(text, finding),
        }
    }
    /// Of a field that may be empty.
    fn optional(text: &str, found: Result<(Value, Vec<Finding>), Finding>) -> Self {
        match found {
            Err(finding) if finding.code == ErrorCode::Empty => Self::good(Value::NULL, vec![finding]),
            found => Self::of(text, found),
        }
    }
}

/// A note about words that are not part of the value.
pub(crate) fn kept(words: &str) -> Finding {
    Finding::new(ErrorCode::Note, format!("“{}” changes nothing of it and is kept as a note", shortened(words)))
}

/// Reads a field by its name: `hours`, `phones`, `tags`, `credit_code`, `coordinates`, or the path of a register.
pub fn check(schema: &Schema, field: &str, typed: &str) -> Checked {
    match field {
        "hours" => match hours::read(typed) {
            Ok(found) => {
                let ph = if found.ph.is_empty() { Value::NULL } else { Value(hours::minutes(&found.ph)) };
                let warnings = found.note.as_deref().map(kept).into_iter().collect();
                let flags = found.flags.iter().map(|flag| flag.as_str()).collect();
                Checked { flags, ph, note: found.note.clone(), ..Checked::good(found.minutes(), warnings) }
            }
            Err(finding) => Checked::bad(typed, finding),
        },
        "phones" | "phone" => {
            let found = phones::read(typed, None).map(|found| {
                let list = found.phones.iter().map(phones::Phone::json).collect();
                (Value(list), found.warnings())
            });
            Checked::of(typed, found)
        }
        "credit_code" | "uscc" => Checked::optional(typed, code(licences::credit_code(typed))),
        "food_licence" => Checked::optional(typed, code(licences::food_licence(typed))),
        "coordinates" | "coords" => {
            let found = coordinates::read(typed).map(|found| (Value::text(found.plain()), found.warnings()));
            Checked::optional(typed, found)
        }
        "tags" => Checked::of(typed, tags(typed).map(|tags| (Value::list(tags), Vec::new()))),
        path => match FieldPath::new(path) {
            Ok(path) => Checked::of(typed, register(schema, &path, typed)),
            Err(problem) => Checked::bad(typed, Finding::new(problem.code, problem.title)),
        },
    }
}

fn code(found: Result<licences::Code, Finding>) -> Result<(Value, Vec<Finding>), Finding> {
    found.map(|found| (Value::text(found.code.as_str()), found.warnings()))
}

/// Tags as they are typed, between commas.
///
/// # Errors
/// Of the first one that can be none.
pub fn tags(typed: &str) -> Result<Vec<String>, Finding> {
    let mut tags = Vec::new();
    for tag in text::items(typed) {
        FieldPath::new(format!("tags.{tag}")).map_err(|problem| Finding::new(problem.code, problem.title))?;
        tags.push(tag);
    }
    Ok(tags)
}

/// Reads what was typed for one register: its value in the form that is stored, and what should be looked at. An
/// empty text clears it.
///
/// # Errors
/// What keeps it from being stored; `read_only` for a register that this version does not know.
pub fn register(schema: &Schema, field: &FieldPath, typed: &str) -> Result<(Value, Vec<Finding>), Finding> {
    let read = match schema.field(field) {
        Some(declared) => custom::read(&declared.kind, typed),
        None => by_kind(field, typed),
    };
    let (value, warnings) = match read {
        Err(finding) if finding.code == ErrorCode::Empty => (Value::NULL, Vec::new()),
        found => found?,
    };
    // The server's own rule has the last word.
    let value = schema.normalise(field, &value).map_err(|problem| Finding::new(problem.code, problem.title))?;
    Ok((value, warnings))
}

fn by_kind(field: &FieldPath, typed: &str) -> Result<(Value, Vec<Finding>), Finding> {
    let plain = |value| Ok((value, Vec::new()));
    match field.kind() {
        FieldKind::SetElement | FieldKind::Deleted => match flag(typed) {
            Some(value) => plain(value),
            None => {
                Err(Finding::new(ErrorCode::BadValue, format!("{field}: write true to add it, false to remove it")))
            }
        },
        FieldKind::Hours => day(typed),
        FieldKind::Custom => plain(undeclared(typed)),
        FieldKind::Text if field.as_str() == "phones.primary" => phones::register(typed),
        FieldKind::Text => line(field, typed),
        FieldKind::Unknown => Err(Finding::new(ErrorCode::ReadOnly, format!("{field} is no field that can be set"))),
    }
}

/// Hours of one day: a week's text that says the same of every day. What it says beside them is not kept.
fn day(typed: &str) -> Result<(Value, Vec<Finding>), Finding> {
    if typed.trim().is_empty() {
        return Ok((Value::NULL, Vec::new()));
    }
    // What is written as it is stored and shown has one reading: 10:00-02:00 is on the clock of 24 hours.
    let stored = domain::hours::parse_day(typed).unwrap_or_default();
    let shown: Vec<String> = stored.iter().map(ToString::to_string).collect();
    if !shown.is_empty() && typed.split([',', '，']).map(str::trim).eq(shown.iter().map(String::as_str)) {
        return Ok((domain::hours::value(&stored), Vec::new()));
    }
    let found = hours::read(typed)?;
    let [first, rest @ ..] = &found.days;
    if rest.iter().any(|other| other != first) {
        let text = format!("“{}” names weekdays: write this day's hours only", shortened(typed));
        return Err(Finding::new(ErrorCode::Ambiguous, text));
    }
    let lost = found.note.as_deref().unwrap_or("what stands beside the hours");
    let warning = found.has_more().then(|| Finding::not_kept(lost));
    Ok((domain::hours::value(first), warning.into_iter().collect()))
}

fn line(field: &FieldPath, typed: &str) -> Result<(Value, Vec<Finding>), Finding> {
    let text = |text: String| Value::text(text);
    let warned = |(found, warning): (String, Option<Finding>)| (text(found), warning.into_iter().collect());
    let declared = schema::declared(field);
    if declared.is_some_and(|declared| declared.required) && crate::is_empty(typed) {
        return Ok((Value::NULL, Vec::new()));
    }
    match declared.map(|declared| declared.form) {
        Some(Form::CreditCode) => code(licences::credit_code(typed)),
        Some(Form::FoodLicence) => code(licences::food_licence(typed)),
        Some(Form::Location) => coordinates::read(typed).map(|found| (text(found.stored()), found.warnings())),
        Some(Form::RegionCode) => region::read(typed).map(warned),
        Some(Form::CategoryCode) => category::read(typed).map(warned),
        Some(Form::Language) => locale::language(typed).map(|found| (text(found), Vec::new())),
        Some(Form::TimeZone) => locale::time_zone(typed).map(|found| (text(found), Vec::new())),
        Some(Form::Choice(of)) => Ok((text(choice(of, typed)), Vec::new())),
        _ => Ok((text(typed.to_owned()), Vec::new())),
    }
}

/// Words that people write for one of the choices, without blanks and `+`.
const CHOICES: [(&str, &[&str]); 11] = [
    ("open", &["营业", "营业中", "正常营业", "正常", "在营", "试营业", "试营业中", "active"]),
    (
        "paused",
        &[
            "暂停",
            "暂停营业",
            "休息中",
            "歇业",
            "歇业中",
            "休业",
            "休业中",
            "装修",
            "装修中",
            "停业装修",
            "suspended",
            "temporarilyclosed",
        ],
    ),
    ("moving", &["搬迁", "搬迁中", "迁址", "relocating"]),
    (
        "closed",
        &[
            "停业",
            "关闭",
            "已关闭",
            "闭店",
            "关店",
            "已关店",
            "注销",
            "永久关闭",
            "永久停业",
            "倒闭",
            "已停业",
            "permanentlyclosed",
            "closedpermanently",
        ],
    ),
    ("t0", &["d0", "当日", "实时"]),
    ("t1", &["d1", "次日", "日结"]),
    ("t3", &["d3"]),
    ("t7", &["d7"]),
    ("weekly", &["周结", "每周", "week"]),
    ("biweekly", &["双周结", "双周", "两周", "两周一结", "每两周", "fortnightly"]),
    ("monthly", &["月结", "每月", "month"]),
];

fn choice(of: &[&str], typed: &str) -> String {
    let key: String = text::key(typed).chars().filter(|c| !matches!(c, ' ' | '+')).map(crate::simplified).collect();
    let meant = |word: &&&str| {
        key == **word || CHOICES.iter().any(|(name, words)| name == *word && words.contains(&key.as_str()))
    };
    of.iter().find(meant).map_or_else(|| typed.to_owned(), |word| (*word).to_owned())
}

/// Whether an element is in a set.
pub fn flag(typed: &str) -> Option<Value> {
    match text::key(typed).as_str() {
        "true" | "1" | "yes" | "是" => Some(Value::yes()),
        "" | "false" | "0" | "no" | "null" | "否" => Some(Value::NULL),
        _ => None,
    }
}

/// A custom field that nobody declared: a number or a truth value stays one if it is shown as it was typed; all else is
/// text, such as the digits of an identifier.
fn undeclared(typed: &str) -> Value {
    // As it would be stored, or what was text becomes a number when it is read again.
    let tidy = text::tidy(typed);
    let as_it_is = |value: &Value| (value.0.is_number() || value.0.is_boolean()) && value.plain() == tidy;
    let value = serde_json::from_str(&tidy).ok().map(Value).filter(as_it_is);
    value.unwrap_or_else(|| Value::text(typed))
}
