//! Changes of sets: what came and what went, never "yes" and "no".

use domain::Value;

use super::value::phone;
use crate::i18n::{fields, listed};

/// What a change does to a set of phones or tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetChange {
    /// Added.
    pub came: Vec<String>,
    /// Removed.
    pub went: Vec<String>,
}

impl SetChange {
    /// In one line: `添加 138 0013 8000 · 移除 010-6478 2218`.
    pub fn words(&self) -> String {
        let added = (!self.came.is_empty()).then(|| fields::set_added(listed(&self.came)));
        let removed = (!self.went.is_empty()).then(|| fields::set_removed(listed(&self.went)));
        [added, removed].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// What a change does to a set; nothing for other fields, and where nothing comes or goes. Knows the register of one
/// element (`phones.+86…`) and the line of a whole edit (`phones`).
pub fn set_change(field: &str, before: &Value, after: &Value) -> Option<SetChange> {
    let (root, key) = field.split_once('.').unwrap_or((field, ""));
    let item = |text: &str| if root == "phones" { phone(text) } else { text.to_owned() };
    let items = |value: &Value| value.as_list().map(|list| list.into_iter().map(item).collect::<Vec<_>>());
    let change = match (root, key) {
        ("phones", "primary") => return None,
        ("phones" | "tags", "") => SetChange { came: items(after)?, went: items(before)? },
        ("phones" | "tags", key) if before.is_null() != after.is_null() => {
            let (came, went) = if after.is_null() { (None, Some(key)) } else { (Some(key), None) };
            SetChange { came: came.map(item).into_iter().collect(), went: went.map(item).into_iter().collect() }
        }
        _ => return None,
    };
    (change != SetChange::default()).then_some(change)
}

/// The field that a change is about: of a set's element, the set.
pub fn shown_field(field: &str) -> &str {
    match field.split_once('.') {
        Some(("phones", key)) if key != "primary" => "phones",
        Some(("tags", _)) => "tags",
        _ => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn sets_say_what_came_and_what_went() {
        let list = |items: &[&str]| Value::list(items.iter().copied());
        let table = [
            ("phones.+8613800138000", Value::NULL, Value::yes(), "添加 138 0013 8000", "Added 138 0013 8000"),
            ("phones.+8613800138000", Value::yes(), Value::NULL, "移除 138 0013 8000", "Removed 138 0013 8000"),
            ("tags.外卖", Value::NULL, Value::yes(), "添加 外卖", "Added 外卖"),
            (
                "phones",
                list(&["+861064782218"]),
                list(&["+8613800138000", "+861064782219"]),
                "添加 138 0013 8000、010-6478 2219 · 移除 010-6478 2218",
                "Added 138 0013 8000, 010-6478 2219 · Removed 010-6478 2218",
            ),
        ];
        for (field, before, after, chinese, english) in table {
            let change = set_change(field, &before, &after).unwrap();
            set_lang(Language::Chinese);
            assert_eq!(change.words(), chinese);
            set_lang(Language::English);
            assert_eq!(change.words(), english);
        }
    }

    #[test]
    fn other_changes_are_no_sets() {
        let number = Value::text("+8613800138000");
        for (field, before, after) in [
            ("name", Value::NULL, Value::text("x")),
            ("phones.primary", Value::NULL, number.clone()),
            ("phones", Value::NULL, number),
            ("phones.+8613800138000", Value::yes(), Value::yes()),
            ("hours.mo", Value::list(["10:00-22:00"]), Value::NULL),
        ] {
            assert_eq!(set_change(field, &before, &after), None, "{field}");
        }
        assert_eq!(shown_field("phones.+8613800138000"), "phones");
        assert_eq!(shown_field("phones.primary"), "phones.primary");
        assert_eq!(shown_field("hours.mo"), "hours.mo");
    }
}
