//! The name of the place that a file comes from. It decides which rows without an ID are the same store and which mapping
//! of columns is used, so a name that fits another file is worse than none. Pure.

use domain::ipc::PastImport;

use super::model::file_name;

/// Characters of a name, as the shell has it.
const SOURCE_MAX: usize = 32;
/// For a file whose name has nothing that a source may be called.
const UNNAMED: &str = "stores";

/// Can it be the name of a source?
pub fn is_source(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= SOURCE_MAX
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn stem(name: &str) -> &str {
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

/// What is left of a name without numbers, dates and what separates them.
fn letters(name: &str) -> String {
    stem(name).chars().filter(|c| c.is_alphabetic() && !"年月日号".contains(*c)).flat_map(char::to_lowercase).collect()
}

/// Is it the next file of a row of them: `stores-2026-05.csv`, `stores-2026-06.csv`?
fn resembles(name: &str, other: &str) -> bool {
    let letters_here = letters(name);
    !letters_here.is_empty() && letters_here == letters(other)
}

/// A name for where the file comes from: as with the last file of this name; the one used last, if its last file was
/// called almost the same; else from the file's name.
pub fn propose(path: &str, past: &[PastImport], last: Option<&str>) -> String {
    let name = file_name(path);
    if let Some(same) = past.iter().find(|import| import.file_name == name) {
        return same.source.clone();
    }
    let last = last.and_then(|last| past.iter().find(|import| import.source == last));
    if let Some(last) = last.filter(|last| is_source(&last.source) && resembles(name, &last.file_name)) {
        return last.source.clone();
    }
    let stem = stem(name).to_lowercase();
    let words = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut source = words.collect::<Vec<_>>().join("-");
    source.truncate(SOURCE_MAX);
    // The digits of a name in Chinese are a date, which the next file has not.
    let says_nothing = !source.contains(|c: char| c.is_ascii_alphabetic()) && !letters(name).is_empty();
    if source.is_empty() || says_nothing { unnamed(name, past) } else { source }
}

/// `stores`, numbered where a file of another name has it already: names in Chinese must not share a source by chance.
fn unnamed(name: &str, past: &[PastImport]) -> String {
    let taken = |source: &str| {
        let newest = past.iter().find(|import| import.source == source);
        newest.is_some_and(|import| !resembles(name, &import.file_name))
    };
    let numbered = (2..).map(|n: u32| format!("{UNNAMED}-{n}"));
    std::iter::once(UNNAMED.to_owned()).chain(numbered).find(|source| !taken(source)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::ipc::ImportState;

    use super::*;

    fn past(file_name: &str, source: &str) -> PastImport {
        PastImport {
            import_id: "1".to_owned(),
            source: source.to_owned(),
            file_name: file_name.to_owned(),
            state: ImportState::Done,
            rows: 3,
            counts: BTreeMap::new(),
            actor_name: "林".to_owned(),
            begun_at: chrono::DateTime::default(),
            ended_at: None,
        }
    }

    #[test]
    fn a_source_is_proposed_that_the_shell_accepts() {
        for (path, source) in [
            ("/a/UK FHRS (2026).csv", "uk-fhrs-2026"),
            ("/a/门店.csv", "stores"),
            ("/a/门店2026年6月.csv", "stores"),
            ("/a/.csv", "stores"),
            ("/a/0123456789012345678901234567890123456789.csv", "01234567890123456789012345678901"),
        ] {
            let proposed = propose(path, &[], None);
            assert_eq!(proposed, source);
            assert!(is_source(&proposed));
        }
        for wrong in ["", "a b", "门店", &"x".repeat(33)] {
            assert!(!is_source(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_last_source_is_proposed_for_the_next_file_of_a_row_only() {
        // Newest first.
        let known = [past("Stores_2026-05.csv", "crm"), past("门店.xlsx", "head-office"), past("old.csv", "crm")];
        for (path, last, source) in [
            ("/a/门店.xlsx", Some("crm"), "head-office"),
            ("/a/stores 2026-06 (1).xlsx", Some("crm"), "crm"),
            ("/a/store-list-b.csv", Some("crm"), "store-list-b"),
            ("/a/old-2.csv", Some("crm"), "old-2"),
            ("/a/20260601.csv", Some("crm"), "20260601"),
            ("/a/stores-2026-06.csv", Some("tried-only"), "stores-2026-06"),
            ("/a/stores-2026-06.csv", None, "stores-2026-06"),
            ("/a/门店2026年6月.csv", Some("head-office"), "head-office"),
            ("/a/员工6月.csv", Some("head-office"), "stores"),
            ("/a/门店(2).csv", Some("head-office"), "head-office"),
        ] {
            assert_eq!(propose(path, &known, last), source, "{path}");
        }
        let known = [past("价格.csv", "stores-2"), past("门店.csv", "stores")];
        assert_eq!(propose("/a/员工.csv", &known, Some("stores-2")), "stores-3");
        assert_eq!(propose("/a/门店2.csv", &known, Some("stores-2")), "stores");
    }
}
