//! Turns `locales/<language>/<namespace>.json` into one module of functions per namespace.
//!
//! A text `"rows": "{count} rows"` becomes `fn rows(count: u64) -> String`; one without placeholders
//! `fn title() -> &'static str`. Arguments come in the order in which the Chinese text has them. A text may be `{"one": …, "other": …}` by `count`. A key or placeholder that one
//! language lacks ends the build with its name, so no window ever shows a hole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use serde_json::Value;

/// Folder names, in the order of the generated `match`.
const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

/// A text by number: for one, and for all others.
#[derive(Clone)]
struct Text {
    one: Option<String>,
    other: String,
}

type Texts = BTreeMap<String, Text>;

fn main() {
    if let Err(problem) = generate() {
        eprintln!("{problem}");
        process::exit(1);
    }
}

fn generate() -> Result<(), String> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(|e| e.to_string())?).join("locales");
    println!("cargo::rerun-if-changed={}", root.display());
    for language in LANGUAGES {
        println!("cargo::rerun-if-changed={}", root.join(language).display());
    }
    let namespaces: BTreeSet<String> = LANGUAGES
        .iter()
        .map(|language| files(&root.join(language)))
        .collect::<Result<Vec<_>, _>>()?
        .concat()
        .into_iter()
        .collect();
    let mut code = String::new();
    for namespace in namespaces {
        let mut both = Vec::new();
        for language in LANGUAGES {
            both.push(read(&root.join(language).join(format!("{namespace}.json")))?);
        }
        complete(&namespace, &both)?;
        module(&namespace, &both, &mut code);
    }
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|e| e.to_string())?).join("texts.rs");
    fs::write(&out, code).map_err(|e| format!("{}: {e}", out.display()))
}

fn files(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let names =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "json"));
    Ok(names.filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned())).collect())
}

fn read(path: &Path) -> Result<Texts, String> {
    println!("cargo::rerun-if-changed={}", path.display());
    let json =
        fs::read_to_string(path).map_err(|e| format!("{}: {e}: every language needs this file", path.display()))?;
    let json: BTreeMap<String, Value> = serde_json::from_str(&json).map_err(|e| format!("{}: {e}", path.display()))?;
    json.into_iter()
        .map(|(key, value)| {
            let text = match &value {
                Value::String(text) => Text { one: None, other: text.clone() },
                Value::Object(forms) => {
                    match (forms.get("one").and_then(Value::as_str), forms.get("other").and_then(Value::as_str)) {
                        (Some(one), Some(other)) => Text { one: Some(one.to_owned()), other: other.to_owned() },
                        _ => {
                            return Err(format!(
                                "{}: {key}: a text by number has \"one\" and \"other\"",
                                path.display()
                            ));
                        }
                    }
                }
                _ => return Err(format!("{}: {key}: neither a text nor a text by number", path.display())),
            };
            Ok((key, text))
        })
        .collect()
}

fn complete(namespace: &str, both: &[Texts]) -> Result<(), String> {
    for (language, texts) in LANGUAGES.iter().zip(both) {
        for (other_language, other_texts) in LANGUAGES.iter().zip(both) {
            for (key, text) in texts {
                let other = other_texts.get(key).ok_or_else(|| {
                    format!("{namespace}.{key} is in {language} but not in {other_language}: add it to locales/{other_language}/{namespace}.json")
                })?;
                if sorted(arguments(text)) != sorted(arguments(other)) {
                    return Err(format!(
                        "{namespace}.{key}: the placeholders differ between {language} and {other_language}"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Placeholders in the order in which the text has them; `count` at the end of a text by number that does not name it.
fn arguments(text: &Text) -> Vec<String> {
    let mut names = placeholders(&text.other);
    let in_one = text.one.as_deref().map(placeholders).unwrap_or_default();
    for name in in_one.into_iter().chain(text.one.as_ref().map(|_| "count".to_owned())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn placeholders(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for name in text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

fn module(namespace: &str, both: &[Texts], code: &mut String) {
    // Writing into a String cannot fail.
    let _ = writeln!(code, "/// Texts of `locales/*/{namespace}.json`.\npub mod {namespace} {{");
    for (key, text) in &both[0] {
        let names = arguments(text);
        let doc = text.other.replace('\n', " ");
        let _ = writeln!(code, "    /// `{doc}`");
        if names.is_empty() {
            let _ = writeln!(code, "    pub fn {key}() -> &'static str {{\n        match super::lang() {{");
        } else {
            let list: Vec<String> = names
                .iter()
                .map(|name| {
                    if name == "count" { "count: u64".to_owned() } else { format!("{name}: impl ::std::fmt::Display") }
                })
                .collect();
            let _ =
                writeln!(code, "    pub fn {key}({}) -> String {{\n        match super::lang() {{", list.join(", "));
        }
        for (variant, texts) in ["Chinese", "English"].iter().zip(both) {
            let Some(text) = texts.get(key) else { continue };
            if let Some(one) = &text.one {
                let _ = writeln!(
                    code,
                    "            super::Language::{variant} if count == 1 => {},",
                    expression(one, names.is_empty())
                );
            }
            let _ = writeln!(
                code,
                "            super::Language::{variant} => {},",
                expression(&text.other, names.is_empty())
            );
        }
        let _ = writeln!(code, "        }}\n    }}");
    }
    let _ = writeln!(code, "}}");
}

/// Numbers get their thousands separated.
fn expression(text: &str, plain: bool) -> String {
    if plain {
        return format!("{text:?}");
    }
    let used = placeholders(text);
    if used.is_empty() {
        return format!("{text:?}.to_owned()");
    }
    let grouped = if used.iter().any(|name| name == "count") { ", count = super::grouped(count)" } else { "" };
    format!("format!({text:?}{grouped})")
}
