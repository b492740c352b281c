//! What the window should say, and what it says in the wrong language.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tests::seat::Seat;
use tests::webdriver::{self, Seen};

/// Hours as the form has them (`10:00-14:00, 17:00-02:00`), as they are shown in Chinese.
pub fn hours_shown(typed: &str) -> String {
    let span = |span: &str| {
        let Some((from, to)) = span.split_once('-') else { return span.to_owned() };
        match (from, to) {
            ("00:00", "24:00") => "全天".to_owned(),
            (from, to) if to <= from => format!("{from}–次日 {to}"),
            (from, to) => format!("{from}–{to}"),
        }
    };
    typed.split(", ").map(span).collect::<Vec<_>>().join(", ")
}

/// `… 14:21`
pub fn ends_with_clock(text: &str) -> bool {
    let clock: Vec<&str> = text.rsplit(' ').next().unwrap_or_default().split(':').collect();
    clock.len() == 2 && clock.iter().all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Every text of the page that somebody can see or hear.
async fn texts(seat: &Seat) -> Vec<String> {
    let script = "const found = [];\
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);\
        while (walk.nextNode()) {\
            const element = walk.currentNode.parentElement;\
            const own = element.closest('[lang]');\
            const hidden = element.closest('[hidden], script, style, svg');\
            if (!hidden && (own === null || own === document.documentElement)) found.push(walk.currentNode.data);\
        }\
        for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))\
            for (const name of ['aria-label', 'title', 'placeholder'])\
                if (element.hasAttribute(name)) found.push(element.getAttribute(name));\
        return found;";
    let found = seat.window().execute(script, json!([])).await.unwrap();
    serde_json::from_value(found).unwrap()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '、' | '。' | '，' | '：')
}

/// Runs of Chinese that the page shows and that are not in the data.
async fn foreign_chinese(seat: &Seat, data: &str) -> BTreeSet<String> {
    texts(seat)
        .await
        .iter()
        .flat_map(|text| text.split(|c| !is_han(c)).map(str::to_owned).collect::<Vec<_>>())
        .filter(|run| !run.is_empty() && !data.contains(run.as_str()))
        .collect()
}

/// Words of three Latin letters or more that the page shows and that are neither data, keys of a keyboard, nor names.
async fn foreign_english(seat: &Seat, data: &str) -> BTreeSet<String> {
    const NAMES: [&str; 9] = ["Ctrl", "Shift", "Enter", "Delete", "Esc", "http", "https", "console", "example"];
    texts(seat)
        .await
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| word.len() >= 3 && !NAMES.contains(&word.as_str()) && !data.contains(word.as_str()))
        .collect()
}

/// Waits until the place says nothing in another language. What is spoken by screen readers follows a change after some
/// seconds, so that they are not told too often.
pub async fn only(seat: &Seat, tag: &str, data: &str, place: &str) {
    let what = format!("no words of another language than {tag} at {place}");
    webdriver::wait_until(&what, webdriver::PATIENCE, async || {
        // The data of the device itself stands there too: its name, its folder and its server.
        let home = seat.device().home.display().to_string();
        let own = format!("{data}\n{home}\n{}", seat.texts("[data-testid=status-device]").await?.join(" "));
        let foreign = match tag {
            "en" => foreign_chinese(seat, &own).await,
            _ => foreign_english(seat, &own).await,
        };
        Ok(if foreign.is_empty() { Seen::Yes(()) } else { Seen::NotYet(format!("{foreign:?}")) })
    })
    .await
    .unwrap();
}

/// All strings of some documents in one text.
pub fn corpus<'a>(documents: impl IntoIterator<Item = &'a Json>) -> String {
    fn collect(json: &Json, into: &mut String) {
        match json {
            Json::String(text) => {
                into.push_str(text);
                into.push('\n');
            }
            Json::Array(items) => items.iter().for_each(|item| collect(item, into)),
            Json::Object(entries) => {
                for (key, value) in entries {
                    into.push_str(key);
                    into.push('\n');
                    collect(value, into);
                }
            }
            _ => {}
        }
    }
    let mut all = String::new();
    for document in documents {
        collect(document, &mut all);
    }
    all
}
