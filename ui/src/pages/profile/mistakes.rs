//! What is to correct before a store can be saved.

use domain::{ErrorCode, FieldPath};
use leptos::prelude::*;

use super::editor::{Editor, focus, input_id};
use super::model::{TEXTS, doubles, new_id, without_value};
use crate::declared;
use crate::i18n::{hours as hour_words, profile as words};
use crate::words::field::field_label;
use crate::words::problem::sentence;

/// Something to correct: where, and in which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Id of the input.
    pub key: String,
    /// Which field, in words.
    pub field: String,
    /// What to do.
    pub text: String,
}

impl Editor {
    /// Everything to correct, in the order of the form. What is only not typed to its end is to correct once a save was
    /// tried. Tracked.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let (draft, tried) = (self.draft.get(), self.tried.get());
        let mut mistakes = Vec::new();
        let mut add = |key: String, field: String, text: &str| {
            if !mistakes.iter().any(|known: &Mistake| known.key == key) {
                mistakes.push(Mistake { key, field, text: text.to_owned() });
            }
        };
        if let Some(text) = self.id_mistake(tried) {
            add("merchant_id".to_owned(), field_label("merchant_id"), text);
        }
        for path in TEXTS
            .iter()
            .map(|path| (*path).to_owned())
            .chain((0..7).map(|n| FieldPath::hours(n).as_str().to_owned()))
            .chain(declared::schema().custom.iter().map(|field| field.path().as_str().to_owned()))
        {
            if let Some((true, text)) = self.message(&path, &draft.text(&path)) {
                add(path.clone(), field_label(&path), text);
            }
        }
        for (n, number) in draft.phones.value.iter().enumerate() {
            let key = format!("phones.{n}");
            if let Some((true, text)) = self.message(&key, number).filter(|_| !number.trim().is_empty()) {
                add(key, field_label("phones"), text);
            }
        }
        for n in doubles(&draft.custom.value) {
            add(format!("custom.{n}.key"), words::custom().to_owned(), words::custom_double());
        }
        for (n, (key, text)) in draft.custom.value.iter().enumerate() {
            let bad = FieldPath::new(format!("custom.{}", key.trim())).is_err();
            if bad && !(key.trim().is_empty() && text.trim().is_empty()) {
                add(format!("custom.{n}.key"), words::custom().to_owned(), words::custom_bad_key());
            }
        }
        if tried {
            for n in without_value(&draft.custom) {
                add(format!("custom.{n}.key"), words::custom().to_owned(), words::custom_no_value());
            }
            if self.week_waits() {
                add(super::hours::WEEK_KEY.to_owned(), hour_words::week_text().to_owned(), hour_words::week_waits());
            }
            if self.special.waits() {
                add(
                    super::hours::SPECIAL_KEY.to_owned(),
                    hour_words::special().to_owned(),
                    hour_words::special_waits(),
                );
            }
        }
        mistakes
    }
    /// What is wrong with an input, in words. Tracked.
    pub fn mistake(&self, key: &str) -> Option<String> {
        self.mistakes().into_iter().find(|mistake| mistake.key == key).map(|mistake| mistake.text)
    }
    fn id_mistake(&self, tried: bool) -> Option<&'static str> {
        if !self.is_new() {
            return None;
        }
        let text = self.new_id.get();
        match text.trim() {
            "" => tried.then(words::no_id),
            id if new_id(id).is_none() => Some(sentence(ErrorCode::BadId)),
            id => self.message("merchant_id", id).map(|(_, text)| text),
        }
    }
    /// Moves the focus to the next mistake after the one that has it.
    pub fn next_mistake(&self) -> bool {
        let mistakes = untrack(|| self.mistakes());
        let active = document().active_element().map(|element| element.id()).unwrap_or_default();
        let now = mistakes.iter().position(|mistake| input_id(&mistake.key) == active);
        let next = now.map_or(0, |now| (now + 1) % mistakes.len());
        mistakes.get(next).is_some_and(|mistake| focus(&mistake.key))
    }
}
