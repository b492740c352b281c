//! Conditions as people put them together. Pure.

use domain::FieldPath;
use domain::ipc::Test;

use crate::i18n::{listed, stores};
use crate::words::field::field_label;
use crate::words::value::value_text;

/// What is asked, without its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// One of some values.
    AnyOf,
    /// None of some values.
    NoneOf,
    /// Contains a text.
    Contains,
    /// Given.
    Set,
    /// Not given.
    NotSet,
    /// From a value on.
    AtLeast,
    /// Up to a value.
    AtMost,
}

impl Op {
    /// All of them.
    pub const ALL: [Op; 7] = [Op::AnyOf, Op::NoneOf, Op::Contains, Op::Set, Op::NotSet, Op::AtLeast, Op::AtMost];

    /// For `<option>`s and tests.
    pub fn key(self) -> &'static str {
        match self {
            Op::AnyOf => "any_of",
            Op::NoneOf => "none_of",
            Op::Contains => "contains",
            Op::Set => "set",
            Op::NotSet => "not_set",
            Op::AtLeast => "at_least",
            Op::AtMost => "at_most",
        }
    }
    /// The one with this key.
    pub fn of_key(key: &str) -> Option<Op> {
        Op::ALL.into_iter().find(|op| op.key() == key)
    }
    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Op::AnyOf => stores::op_any_of(),
            Op::NoneOf => stores::op_none_of(),
            Op::Contains => stores::op_contains(),
            Op::Set => stores::op_set(),
            Op::NotSet => stores::op_not_set(),
            Op::AtLeast => stores::op_at_least(),
            Op::AtMost => stores::op_at_most(),
        }
    }
    /// Of a test.
    pub fn of(test: &Test) -> Op {
        match test {
            Test::AnyOf(_) => Op::AnyOf,
            Test::NoneOf(_) => Op::NoneOf,
            Test::Contains(_) => Op::Contains,
            Test::Set => Op::Set,
            Test::NotSet => Op::NotSet,
            Test::AtLeast(_) => Op::AtLeast,
            Test::AtMost(_) => Op::AtMost,
        }
    }
    /// Does it choose among values?
    pub fn chooses(self) -> bool {
        matches!(self, Op::AnyOf | Op::NoneOf)
    }
    /// Does it take a text?
    pub fn takes_text(self) -> bool {
        matches!(self, Op::Contains | Op::AtLeast | Op::AtMost)
    }
    /// What one begins with for a field: values are chosen, long texts are searched.
    pub fn first_for(field: &FieldPath) -> Op {
        match field.root() {
            "name" | "address" | "note" | "branch" | "merchant_id" | "phones" => Op::Contains,
            "hours" | "location" | "licence" => Op::Set,
            "updated" => Op::AtLeast,
            _ => Op::AnyOf,
        }
    }
}

/// A condition while it is put together: values and text stay when the question changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What is asked.
    pub op: Op,
    /// Chosen values.
    pub values: Vec<String>,
    /// A text.
    pub text: String,
}

impl Asked {
    /// From a condition; without one, as one begins.
    pub fn of(field: &FieldPath, test: Option<&Test>) -> Self {
        let Some(test) = test else {
            return Self { op: Op::first_for(field), values: Vec::new(), text: String::new() };
        };
        let (values, text) = match test {
            Test::AnyOf(values) | Test::NoneOf(values) => (values.clone(), String::new()),
            Test::Contains(text) | Test::AtLeast(text) | Test::AtMost(text) => (Vec::new(), text.clone()),
            Test::Set | Test::NotSet => (Vec::new(), String::new()),
        };
        Self { op: Op::of(test), values, text }
    }
    /// Chooses a value or leaves it out.
    pub fn set_value(&mut self, value: &str, on: bool) {
        self.values.retain(|known| known != value);
        if on {
            self.values.push(value.to_owned());
        }
    }
    /// The condition; nothing while it asks nothing.
    pub fn test(&self) -> Option<Test> {
        let text = || self.text.trim().to_owned();
        match self.op {
            Op::AnyOf | Op::NoneOf if self.values.is_empty() => None,
            Op::AnyOf => Some(Test::AnyOf(self.values.clone())),
            Op::NoneOf => Some(Test::NoneOf(self.values.clone())),
            Op::Set => Some(Test::Set),
            Op::NotSet => Some(Test::NotSet),
            _ if text().is_empty() => None,
            Op::Contains => Some(Test::Contains(text())),
            Op::AtLeast => Some(Test::AtLeast(text())),
            Op::AtMost => Some(Test::AtMost(text())),
        }
    }
}

/// A stored value as people read it.
pub fn shown(field: &FieldPath, value: &str) -> String {
    value_text(field.as_str(), &domain::Value::text(value))
}

/// A condition in words: `类目：火锅、面馆`.
pub fn worded(field: &FieldPath, test: &Test) -> String {
    let label = match field.as_str() {
        "updated" => stores::c_updated().to_owned(),
        path => field_label(path),
    };
    let values = |values: &[String]| listed(&values.iter().map(|value| shown(field, value)).collect::<Vec<_>>());
    match test {
        Test::AnyOf(of) => stores::is_any_of(label, values(of)),
        Test::NoneOf(of) => stores::is_none_of(label, values(of)),
        Test::Contains(text) => stores::is_containing(label, text),
        Test::Set => stores::is_set(label),
        Test::NotSet => stores::is_not_set(label),
        Test::AtLeast(text) => stores::is_at_least(label, text),
        Test::AtMost(text) => stores::is_at_most(label, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    fn field(path: &str) -> FieldPath {
        FieldPath::new(path).unwrap()
    }

    #[test]
    fn a_condition_is_put_together_and_taken_apart() {
        let category = field("category");
        let mut asked = Asked::of(&category, None);
        assert_eq!((asked.op, asked.test()), (Op::AnyOf, None));
        asked.set_value("火锅", true);
        asked.set_value("面馆", true);
        asked.set_value("火锅", false);
        let test = asked.test().unwrap();
        assert_eq!(test, Test::AnyOf(vec!["面馆".to_owned()]));
        assert_eq!(Asked::of(&category, Some(&test)), asked);
        asked.op = Op::Contains;
        assert_eq!(asked.test(), None);
        asked.text = " 锅 ".to_owned();
        assert_eq!(asked.test(), Some(Test::Contains("锅".to_owned())));
        asked.op = Op::NoneOf;
        assert_eq!(asked.test(), Some(Test::NoneOf(vec!["面馆".to_owned()])), "values stay while one looks around");
        for op in Op::ALL {
            assert_eq!(Op::of_key(op.key()), Some(op));
        }
    }

    #[test]
    fn conditions_have_words_in_both_languages() {
        let table = [
            (
                "category",
                Test::AnyOf(vec!["火锅".to_owned(), "面馆".to_owned()]),
                "类目：火锅、面馆",
                "Category: 火锅, 面馆",
            ),
            ("status", Test::AnyOf(vec!["paused".to_owned()]), "营业状态：暂停营业", "Business status: Paused"),
            ("status", Test::NoneOf(vec!["open".to_owned()]), "营业状态不是 营业中", "Business status is not Open"),
            ("note", Test::Contains("冷库".to_owned()), "备注包含“冷库”", "Note contains \"冷库\""),
            ("phones", Test::NotSet, "电话：未填写", "Phones: not given"),
            ("phones", Test::Set, "电话：已填写", "Phones: given"),
            ("custom.seats", Test::AtLeast("40".to_owned()), "seats ≥ 40", "seats ≥ 40"),
            ("custom.seats", Test::AtMost("40".to_owned()), "seats ≤ 40", "seats ≤ 40"),
        ];
        for (path, test, chinese, english) in table {
            set_lang(Language::Chinese);
            assert_eq!(worded(&field(path), &test), chinese);
            set_lang(Language::English);
            assert_eq!(worded(&field(path), &test), english);
        }
    }
}
