//! What somebody has typed, and what the store says meanwhile.
//!
//! A field that was touched keeps its text whatever arrives; one that was not follows. What is saved is only what was
//! touched, on top of what its editor has seen.

use std::collections::{BTreeMap, BTreeSet};

use domain::field::WEEKDAYS;
use domain::{FieldPath, MerchantId, Profile, Value, hours, text, validate};

use crate::declared;
use crate::i18n::{Language, lang};
use crate::words::value::{phone, value_text};

/// Registers with one line of text, in the order of the form.
pub const TEXTS: [&str; 17] = [
    "name",
    "branch",
    "category",
    "category_code",
    "status",
    "region",
    "region_code",
    "address",
    "location",
    "note",
    "closure",
    "licence.credit_code",
    "licence.food",
    "settlement_cycle",
    "industry",
    "language",
    "time_zone",
];

/// A field of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field<T> {
    /// What its editor saw before touching it.
    pub base: T,
    /// What stands in the form.
    pub value: T,
    /// What somebody else made of it after it was touched; shown, not taken.
    pub theirs: Option<T>,
}

impl<T: Clone + PartialEq> Field<T> {
    /// A field as the store has it.
    pub fn new(value: T) -> Self {
        Self { base: value.clone(), value, theirs: None }
    }
    /// Does it differ from what its editor saw?
    pub fn touched(&self) -> bool {
        self.value != self.base
    }
    /// The store has this value now. `same` says whether two values mean the same.
    pub fn refresh(&mut self, now: T, same: impl Fn(&T, &T) -> bool) {
        if !self.touched() || same(&self.value, &now) {
            *self = Self::new(now);
        } else if same(&self.base, &now) {
            self.theirs = None;
        } else {
            self.theirs = Some(now);
        }
    }
    /// Takes the other's value.
    pub fn take(&mut self) {
        if let Some(theirs) = self.theirs.take() {
            *self = Self::new(theirs);
        }
    }
    /// What stands here is saved.
    pub fn settle(&mut self, saved: &Self) {
        self.base = saved.value.clone();
        self.theirs = None;
    }
}

/// Two columns of a list: key and value, date and hours.
pub type Pairs = Vec<(String, String)>;

/// The form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// `name` … `time_zone`, `hours.mo` …, `tags`, `custom.KEY` of declared fields.
    pub texts: BTreeMap<String, Field<String>>,
    /// Numbers as people read them, the main one first.
    pub phones: Field<Vec<String>>,
    /// Dates and their hours.
    pub special: Field<Pairs>,
    /// Custom fields that nobody declared; declared ones are among the texts.
    pub custom: Field<Pairs>,
}

/// Hours of a day as one types them.
pub fn hours_typed(spans: Option<&Vec<String>>) -> String {
    match spans {
        None => String::new(),
        Some(spans) if spans.is_empty() => match lang() {
            Language::Chinese => "休息".to_owned(),
            Language::English => "closed".to_owned(),
        },
        Some(spans) => spans.join(", "),
    }
}

fn same_hours(a: &str, b: &str) -> bool {
    a == b || matches!((hours::parse_day(a), hours::parse_day(b)), (Ok(a), Ok(b)) if a == b)
}

fn same_text(path: &str, a: &str, b: &str) -> bool {
    FieldPath::new(path).is_ok_and(|field| validate::same(&field, &Value::text(a), &Value::text(b)))
}

fn same_pairs(hours: bool, a: &Pairs, b: &Pairs) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.0.trim() == b.0.trim() && if hours { same_hours(&a.1, &b.1) } else { a.1.trim() == b.1.trim() }
        })
}

fn text_of(profile: &Profile, path: &str) -> String {
    match path {
        "name" => profile.name.clone(),
        "address" => profile.address.clone(),
        "category" => profile.category.clone(),
        "tags" => profile.tags.iter().cloned().collect::<Vec<_>>().join(", "),
        path => match path.split_once('.') {
            Some(("hours", day)) => hours_typed(profile.hours.get(day)),
            Some(("custom", key)) => profile.custom.get(key).map(Value::plain).unwrap_or_default(),
            _ => profile.other.get(path).and_then(Value::as_str).unwrap_or_default().to_owned(),
        },
    }
}

fn paths() -> impl Iterator<Item = String> {
    let days = WEEKDAYS.iter().map(|day| format!("hours.{day}"));
    let schema = declared::schema_untracked();
    let declared = schema.custom.iter().map(|field| field.path().as_str().to_owned()).collect::<Vec<_>>();
    TEXTS.iter().map(|path| (*path).to_owned()).chain(["tags".to_owned()]).chain(days).chain(declared)
}

impl Draft {
    /// The form of a profile.
    pub fn new(profile: &Profile) -> Self {
        Self {
            texts: paths().map(|path| (path.clone(), Field::new(text_of(profile, &path)))).collect(),
            phones: Field::new(profile.phones.iter().map(|number| phone(number)).collect()),
            special: Field::new(
                profile.special_hours.iter().map(|(date, spans)| (date.clone(), hours_typed(Some(spans)))).collect(),
            ),
            custom: Field::new(
                profile
                    .custom
                    .iter()
                    .filter(|(key, _)| !is_declared(key))
                    .map(|(key, value)| (key.clone(), value.plain()))
                    .collect(),
            ),
        }
    }
    /// What stands in a field.
    pub fn text(&self, path: &str) -> String {
        self.texts.get(path).map(|field| field.value.clone()).unwrap_or_default()
    }
    /// Somebody typed.
    pub fn type_text(&mut self, path: &str, text: String) {
        self.texts.entry(path.to_owned()).or_default().value = text;
    }
    /// The store changed: untouched fields follow.
    pub fn refresh(&mut self, profile: &Profile) {
        let now = Self::new(profile);
        for (path, field) in now.texts {
            let same = |a: &String, b: &String| {
                if path.starts_with("hours.") { same_hours(a, b) } else { same_text(&path, a, b) }
            };
            self.texts.entry(path.clone()).or_default().refresh(field.base, same);
        }
        self.phones.refresh(now.phones.base, |a, b| a == b);
        self.special.refresh(now.special.base, |a, b| same_pairs(true, a, b));
        self.custom.refresh(now.custom.base, |a, b| same_pairs(false, a, b));
    }
    /// Fields that differ from what their editor saw, as people see fields.
    pub fn touched(&self) -> Vec<String> {
        let texts = self.texts.iter().filter(|(_, field)| field.touched()).map(|(path, _)| path.clone());
        let lists =
            [("phones", self.phones.touched()), ("special", self.special.touched()), ("custom", self.custom.touched())];
        texts.chain(lists.into_iter().filter(|(_, touched)| *touched).map(|(path, _)| path.to_owned())).collect()
    }
    /// Touched fields that somebody else changed meanwhile, with their new value in words.
    pub fn moved(&self) -> Vec<(String, String)> {
        let pairs =
            |pairs: &Pairs| pairs.iter().map(|(key, value)| format!("{key} {value}")).collect::<Vec<_>>().join(", ");
        let texts = self.texts.iter().filter_map(|(path, field)| {
            let theirs = field.theirs.as_ref()?;
            let worded = match (path.as_str(), theirs.is_empty()) {
                (_, true) => value_text(path, &Value::NULL),
                ("status" | "settlement_cycle" | "closure", false) => value_text(path, &Value::text(theirs.as_str())),
                (path, false) if path.starts_with("custom.") => value_text(path, &declared_value(path, theirs)),
                _ => theirs.clone(),
            };
            Some((path.clone(), worded))
        });
        texts
            .chain(self.phones.theirs.as_ref().map(|phones| ("phones".to_owned(), phones.join(", "))))
            .chain(self.special.theirs.as_ref().map(|special| ("special".to_owned(), pairs(special))))
            .chain(self.custom.theirs.as_ref().map(|custom| ("custom".to_owned(), pairs(custom))))
            .collect()
    }
    /// Takes the other's value of a field.
    pub fn take(&mut self, path: &str) {
        match path {
            "phones" => self.phones.take(),
            "special" => self.special.take(),
            "custom" => self.custom.take(),
            path => {
                if let Some(field) = self.texts.get_mut(path) {
                    field.take();
                }
            }
        }
    }
    /// What stood in the form when it was saved is what its editor has seen.
    pub fn settle(&mut self, saved: &Draft) {
        for (path, field) in &saved.texts {
            if let Some(mine) = self.texts.get_mut(path) {
                mine.settle(field);
            }
        }
        self.phones.settle(&saved.phones);
        self.special.settle(&saved.special);
        self.custom.settle(&saved.custom);
    }
    /// The profiles to compare: what the editor saw, and what it shall be. `latest` is the store as it is now;
    /// `numbers` gives the stored forms of numbers that were typed, `readings` the spans of hours typed in words.
    pub fn profiles(
        &self,
        latest: &Profile,
        numbers: &BTreeMap<String, Vec<String>>,
        readings: &BTreeMap<String, Vec<String>>,
    ) -> (Profile, Profile) {
        let (mut original, mut edited) = (latest.clone(), latest.clone());
        for (path, field) in self.texts.iter().filter(|(_, field)| field.touched()) {
            put_text(&mut original, path, &field.base, readings);
            put_text(&mut edited, path, &field.value, readings);
        }
        if self.phones.touched() {
            original.phones = stored_phones(&self.phones.base, latest, numbers);
            edited.phones = stored_phones(&self.phones.value, latest, numbers);
        }
        if self.special.touched() {
            original.special_hours = special(&self.special.base, readings);
            edited.special_hours = special(&self.special.value, readings);
        }
        if self.custom.touched() {
            original.custom.retain(|key, _| is_declared(key));
            original.custom.extend(custom(&self.custom.base, latest));
            edited.custom.retain(|key, _| is_declared(key));
            edited.custom.extend(custom(&self.custom.value, latest));
        }
        (original, edited)
    }
}

fn put_text(profile: &mut Profile, path: &str, text: &str, readings: &BTreeMap<String, Vec<String>>) {
    let text = text.trim().to_owned();
    match path {
        "name" => profile.name = text,
        "address" => profile.address = text,
        "category" => profile.category = text,
        "tags" => profile.tags = text::items(&text).collect(),
        path => match path.split_once('.') {
            Some(("custom", key)) => put_declared(profile, path, key, text),
            Some(("hours", day)) => match typed_spans(&text, readings) {
                Some(spans) => {
                    profile.hours.insert(day.to_owned(), spans);
                }
                None => {
                    profile.hours.remove(day);
                }
            },
            _ if text.is_empty() => {
                profile.other.remove(path);
            }
            _ => {
                profile.other.insert(path.to_owned(), Value::text(text));
            }
        },
    }
}

/// Has an administrator declared this custom field?
fn is_declared(key: &str) -> bool {
    declared::schema_untracked().custom(key).is_some()
}

/// A text as the value of a declared field; what cannot be read goes to the shell as it is typed.
fn declared_value(path: &str, text: &str) -> Value {
    let schema = declared::schema_untracked();
    let field = FieldPath::new(path).ok().and_then(|path| schema.field(&path).cloned());
    field.and_then(|field| field.kind.read(&Value::text(text)).ok()).unwrap_or_else(|| Value::text(text))
}

fn put_declared(profile: &mut Profile, path: &str, key: &str, text: String) {
    // What stands there as it is keeps its value, also where the declaration would not take it any more.
    if profile.custom.get(key).is_some_and(|value| value.plain() == text) {
        return;
    }
    let value = declared_value(path, &text);
    if value.is_null() {
        profile.custom.remove(key);
    } else {
        profile.custom.insert(key.to_owned(), value);
    }
}

/// Spans as they are stored; what cannot be read goes to the shell as it is typed, which says what is wrong with it.
fn typed_spans(text: &str, readings: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
    if text.trim().is_empty() {
        return None;
    }
    Some(match hours::parse_day(text) {
        Ok(spans) => spans.iter().map(hours::Span::to_string).collect(),
        Err(_) => readings.get(text.trim()).cloned().unwrap_or_else(|| vec![text.trim().to_owned()]),
    })
}

/// A number that stands there already is the one that dials the same: how it is shown follows the language, which may be
/// another one now.
fn stored_phones(shown: &[String], latest: &Profile, numbers: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    shown
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .flat_map(|text| {
            let is_same = |number: &&String| dialled(&phone(number)) == dialled(text);
            let stored = latest.phones.iter().find(is_same).map(|number| vec![number.clone()]);
            stored.or_else(|| numbers.get(text).cloned()).unwrap_or_else(|| vec![text.to_owned()])
        })
        .filter(|number| seen.insert(number.clone()))
        .collect()
}

fn dialled(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

fn special(pairs: &Pairs, readings: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    pairs.iter().filter_map(|(date, text)| Some((date.trim().to_owned(), typed_spans(text, readings)?))).collect()
}

/// Numbers and truth values stay what they were.
fn custom(pairs: &Pairs, latest: &Profile) -> BTreeMap<String, Value> {
    pairs
        .iter()
        .filter(|(key, text)| !key.trim().is_empty() && !text.trim().is_empty())
        .map(|(key, text)| {
            let (key, text) = (key.trim().to_owned(), text.trim());
            let before = latest.custom.get(&key);
            let value = match before {
                Some(value) if value.plain() == text => value.clone(),
                Some(Value(serde_json::Value::Number(_))) => match text.parse::<serde_json::Number>() {
                    Ok(number) => Value(serde_json::Value::Number(number)),
                    Err(_) => Value::text(text),
                },
                _ => Value::text(text),
            };
            (key, value)
        })
        .collect()
}

/// An id that nobody typed is no id.
pub fn new_id(text: &str) -> Option<MerchantId> {
    MerchantId::new(text.trim()).ok()
}

/// Which rows have a name and no value. One that the store has loses its value so, on purpose.
pub fn without_value(custom: &Field<Pairs>) -> Vec<usize> {
    let is_new = |key: &str| !custom.base.iter().any(|(there, _)| there == key);
    let rows = custom.value.iter().enumerate();
    rows.filter(|(_, (key, text))| !key.trim().is_empty() && text.trim().is_empty() && is_new(key.trim()))
        .map(|(n, _)| n)
        .collect()
}

/// Which rows of a list have a key that an earlier row has.
pub fn doubles(pairs: &Pairs) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    pairs
        .iter()
        .enumerate()
        .filter(|(_, (key, _))| !key.trim().is_empty() && !seen.insert(key.trim().to_owned()))
        .map(|(n, _)| n)
        .collect()
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
