//! Texts as people write them and what they must come to, line by line in `tables/`: one can read them without Rust.
#![allow(missing_docs, clippy::unwrap_used)]

use reading::{coordinates, hours, licences, names, phones};

/// The columns of each line of a table; `\n` is a line break.
fn lines(table: &'static str) -> impl Iterator<Item = Vec<String>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').map(|cell| cell.replace("\\n", "\n").replace("\\u200b", "\u{200b}")).collect())
}

/// All lines, or those that came out otherwise.
fn check(table: &'static str, read: impl Fn(&[String]) -> Vec<String>) {
    let mut wrong = Vec::new();
    for line in lines(table) {
        let (given, expected) = line.split_at(line.len().min(1));
        let mut found = read(given);
        while found.len() > expected.len() && found.last().is_some_and(String::is_empty) {
            found.pop();
        }
        if found != expected {
            wrong.push(format!("{}: {}\n   expected {}", line[0], found.join(" | "), expected.join(" | ")));
        }
    }
    assert!(wrong.is_empty(), "{} lines\n{}", wrong.len(), wrong.join("\n"));
}

fn error(finding: &reading::Finding) -> Vec<String> {
    // What to type instead: more than the text itself.
    assert!(finding.message.len() > 20, "{finding:?}");
    vec![format!("error:{}", finding.code)]
}

#[test]
fn hours_come_to_weeks() {
    check(include_str!("tables/hours.tsv"), |given| match hours::read(&given[0]) {
        Ok(found) => {
            let week = hours::osm(&found);
            let week = week.split("; PH").next().unwrap_or_default();
            let flags: Vec<&str> = found.flags.iter().map(|flag| flag.as_str()).collect();
            vec![week.to_owned(), flags.join(" "), found.note.unwrap_or_default()]
        }
        Err(finding) => error(&finding),
    });
}

#[test]
fn cells_come_to_numbers() {
    check(include_str!("tables/phones.tsv"), |given| match phones::read(&given[0], None) {
        Ok(found) => {
            let number = |phone: &phones::Phone| {
                let kind = if phone.kind == phones::Kind::TollFreeOrShared { "shared" } else { phone.kind.as_str() };
                let ext = phone.ext.as_ref().map_or(String::new(), |ext| format!("#{ext}"));
                format!("{kind}:{}{ext}", phone.e164.as_ref().or(phone.service.as_ref()).unwrap())
            };
            let numbers: Vec<String> = found.phones.iter().map(number).collect();
            vec![numbers.join(" "), found.note.unwrap_or_default()]
        }
        Err(finding) => error(&finding),
    });
}

#[test]
fn credit_codes_come_to_eighteen_characters() {
    check(include_str!("tables/uscc.tsv"), |given| match licences::credit_code(&given[0]) {
        Ok(found) => {
            let codes: Vec<String> = found.warnings().iter().map(|finding| format!("warn:{}", finding.code)).collect();
            let verdict = if codes.is_empty() { "valid".to_owned() } else { codes.join(" ") };
            vec![verdict, found.code.clone(), found.expected_check.map(String::from).unwrap_or_default()]
        }
        Err(finding) if finding.code == domain::ErrorCode::Empty => vec!["empty".to_owned()],
        Err(finding) => error(&finding),
    });
}

#[test]
fn cells_come_to_places() {
    check(include_str!("tables/coordinates.tsv"), |given| match coordinates::read(&given[0]) {
        Ok(found) => {
            let warnings: Vec<&str> = found.warnings().iter().map(|finding| finding.code.as_str()).collect();
            vec![found.plain(), warnings.join(" ")]
        }
        Err(finding) if finding.code == domain::ErrorCode::Empty => vec!["empty".to_owned()],
        Err(finding) => error(&finding),
    });
}

#[test]
fn names_are_of_one_store_or_not() {
    let mut wrong = Vec::new();
    for line in lines(include_str!("tables/names.tsv")) {
        let (a, b, expected) = (&line[0], &line[1], line[2].as_str());
        let found = [names::compare(a, b).as_str(), names::compare(b, a).as_str()];
        if found != [expected; 2] {
            wrong.push(format!("{a} | {b}: {found:?}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} lines\n{}", wrong.len(), wrong.join("\n"));
}
