//! Why something was found: its text in parts, or what else of it was found.

use domain::ipc::StoreRow;
use domain::search::found;

use super::field::field_label;
use super::value::phone;
use crate::i18n::stores;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The part.
    pub text: String,
    /// Was it looked for?
    pub found: bool,
}

/// A text in parts, those that a query looks for apart.
pub fn parts(text: &str, query: &str) -> Vec<Part> {
    let part = |text: &str, found: bool| Part { text: text.to_owned(), found };
    let (mut parts, mut at) = (Vec::new(), 0);
    for range in found(text, query) {
        if range.start > at {
            parts.push(part(&text[at..range.start], false));
        }
        parts.push(part(&text[range.clone()], true));
        at = range.end;
    }
    if at < text.len() {
        parts.push(part(&text[at..], false));
    }
    parts
}

/// What else a store was found by, where nothing that is shown of it says why: a label and a text.
pub fn also_found_by(asked: &str, row: &StoreRow, shown: &[String]) -> Option<(String, String)> {
    let asked = asked.trim();
    let is_found = |text: &str| !found(text, asked).is_empty();
    if asked.is_empty() || is_found(&row.name) || shown.iter().any(|text| is_found(text)) {
        return None;
    }
    let phones =
        row.values.iter().find(|(field, _)| field.as_str() == "phones").and_then(|(_, phones)| phones.as_list());
    let phones = phones.unwrap_or_default().into_iter().map(|number| (field_label("phones"), phone(number)));
    let texts = [("address", &row.address), ("region", &row.region), ("category", &row.category)];
    let texts = texts.into_iter().map(|(field, text)| (field_label(field), text.clone()));
    let id = (stores::c_id().to_owned(), row.id.to_string());
    phones.chain(texts).chain([id]).find(|(_, text)| is_found(text))
}

/// A text from what a query looks for on; an ellipsis stands for what comes before.
pub fn from_found(text: &str, query: &str) -> String {
    match found(text, query.trim()).first() {
        Some(range) if range.start > 0 => format!("…{}", &text[range.start..]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::opening::OpeningHours;
    use domain::{FieldPath, MerchantId, Value};

    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn where_there_is_little_room_what_was_found_comes_first() {
        for (query, expected) in
            [("望京", "…望京街 9 号"), ("朝阳", "朝阳区望京街 9 号"), (" 9 ", "…9 号"), ("面馆", "朝阳区望京街 9 号")]
        {
            assert_eq!(from_found("朝阳区望京街 9 号", query), expected, "{query}");
        }
    }

    #[test]
    fn what_no_column_shows_is_named() {
        set_lang(Language::English);
        let phones = Value::list(["+8613800138000"]);
        let row = StoreRow {
            id: MerchantId::new("BJ-0187").unwrap(),
            name: "美味小馆".to_owned(),
            address: "望京街 9 号".to_owned(),
            region: "朝阳区".to_owned(),
            category: "川菜".to_owned(),
            status: String::new(),
            hours: OpeningHours::default(),
            queued: 0,
            rejected: 0,
            contested: 0,
            in_review: 0,
            updated_at: None,
            values: BTreeMap::from([(FieldPath::new("phones").unwrap(), phones)]),
        };
        let id = row.id.to_string();
        let table: [(&str, &[&str], Option<&str>); 9] = [
            ("美味", &[], None),
            ("望京", &[], Some("望京街 9 号")),
            ("wangjing", &[], Some("望京街 9 号")),
            ("望京", &["望京街 9 号"], None),
            ("朝阳", &[], Some("朝阳区")),
            ("13800138000", &[], Some("138 0013 8000")),
            ("0187", &[], Some("BJ-0187")),
            ("0187", &[&id], None),
            ("", &[], None),
        ];
        for (asked, shown, expected) in table {
            let shown: Vec<String> = shown.iter().map(|text| (*text).to_owned()).collect();
            let found = also_found_by(asked, &row, &shown).map(|(_, text)| text);
            assert_eq!(found.as_deref(), expected, "{asked} beside {shown:?}");
        }
    }

    #[test]
    fn parts_are_the_whole_text() {
        let of = |text: &str, query: &str| {
            parts(text, query).into_iter().map(|part| (part.text, part.found)).collect::<Vec<_>>()
        };
        let part = |text: &str, found: bool| (text.to_owned(), found);
        assert_eq!(
            of("美味小馆（望京店）", "望京"),
            [part("美味小馆（", false), part("望京", true), part("店）", false)]
        );
        assert_eq!(of("美味小馆", "mw"), [part("美味", true), part("小馆", false)]);
        assert_eq!(of("美味小馆", "z"), [part("美味小馆", false)]);
        assert_eq!(of("", "x"), []);
    }
}
