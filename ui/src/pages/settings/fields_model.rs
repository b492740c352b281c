//! The declared fields while somebody changes them: a list, one field in a form, and what a preview says.

use domain::schema::{ChoiceOption, CustomField, CustomKind, FieldPreview, FieldStep, SchemaVersion, Words};

use crate::i18n::settings as words;

/// The types, in the order of the form.
pub const KINDS: [&str; 10] =
    ["text", "integer", "decimal", "boolean", "date", "choice", "several", "phone", "url", "email"];

/// The word for a type.
pub fn kind_word(kind: &str) -> &'static str {
    match kind {
        "text" => words::kind_text(),
        "integer" => words::kind_integer(),
        "decimal" => words::kind_decimal(),
        "boolean" => words::kind_boolean(),
        "date" => words::kind_date(),
        "choice" => words::kind_choice(),
        "several" => words::kind_several(),
        "phone" => words::kind_phone(),
        "url" => words::kind_url(),
        "email" => words::kind_email(),
        _ => words::kind_unknown(),
    }
}

/// One field as it stands in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldDraft {
    /// The field that is changed; nothing for a new one.
    pub known: Option<String>,
    /// Key, as typed.
    pub key: String,
    /// Names and help.
    pub labels: Words,
    /// What it is for.
    pub help: Words,
    /// `text`, `integer`, …
    pub kind: String,
    /// Options, one a line: `value | Chinese | English`.
    pub options: String,
    /// Must it be filled in?
    pub required: bool,
    /// Left out of lists and files?
    pub sensitive: bool,
}

impl FieldDraft {
    /// A new field.
    pub fn new() -> Self {
        Self { kind: "text".to_owned(), ..Self::default() }
    }
    /// A known one.
    pub fn of(field: &CustomField) -> Self {
        let line = |option: &ChoiceOption| {
            let mark = if option.deprecated { "# " } else { "" };
            format!("{mark}{} | {} | {}", option.value, option.labels.zh, option.labels.en)
        };
        Self {
            known: Some(field.key.clone()),
            key: field.key.clone(),
            labels: field.labels.clone(),
            help: field.help.clone(),
            kind: field.kind.name().to_owned(),
            options: field.kind.options().iter().map(line).collect::<Vec<_>>().join("\n"),
            required: field.required,
            sensitive: field.sensitive,
        }
    }
    /// Has its type options?
    pub fn has_options(&self) -> bool {
        matches!(self.kind.as_str(), "choice" | "several")
    }
    /// The field; `before` keeps what the form does not show.
    pub fn field(&self, before: Option<&CustomField>) -> CustomField {
        let options = || options(&self.options);
        let kind = match self.kind.as_str() {
            "integer" => CustomKind::Integer,
            "decimal" => CustomKind::Decimal,
            "boolean" => CustomKind::Boolean,
            "date" => CustomKind::Date,
            "choice" => CustomKind::Choice { options: options() },
            "several" => CustomKind::Several { options: options() },
            "phone" => CustomKind::Phone,
            "url" => CustomKind::Url,
            "email" => CustomKind::Email,
            "unknown" => CustomKind::Unknown,
            _ => CustomKind::Text,
        };
        CustomField {
            key: self.key.trim().to_owned(),
            labels: self.labels.clone(),
            help: self.help.clone(),
            kind,
            required: self.required,
            sensitive: self.sensitive,
            since: before.map(|before| before.since).unwrap_or_default(),
            deprecated: before.and_then(|before| before.deprecated),
        }
    }
}

/// `value | Chinese | English` a line; a line with one name has it as its value too, one that begins with `#` is out of
/// use.
fn options(text: &str) -> Vec<ChoiceOption> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (deprecated, line) = match line.strip_prefix('#') {
                Some(rest) => (true, rest),
                None => (false, line),
            };
            let parts: Vec<&str> = line.split(['|', '｜']).map(str::trim).collect();
            let part = |n: usize| parts.get(n).copied().unwrap_or_default();
            ChoiceOption { value: part(0).to_owned(), labels: Words::new(part(1), part(2)), deprecated }
        })
        .collect()
}

/// Puts a field in its place, or a new one at the end.
pub fn put(fields: &mut Vec<CustomField>, draft: &FieldDraft) {
    let place = draft.known.as_ref().and_then(|key| fields.iter().position(|field| field.key == *key));
    match place {
        Some(place) => fields[place] = draft.field(Some(&fields[place])),
        None => fields.push(draft.field(None)),
    }
}

/// Moves a field up or down.
pub fn shift(fields: &mut [CustomField], key: &str, up: bool) {
    let Some(place) = fields.iter().position(|field| field.key == key) else { return };
    let other = if up { place.checked_sub(1) } else { Some(place + 1) };
    if let Some(other) = other.filter(|other| *other < fields.len()) {
        fields.swap(place, other);
    }
}

/// Takes a field out of use, or back into it.
pub fn toggle_use(fields: &mut [CustomField], key: &str) {
    if let Some(field) = fields.iter_mut().find(|field| field.key == key) {
        // Which version it was the server says.
        field.deprecated = if field.deprecated.is_none() { Some(SchemaVersion::default()) } else { None };
    }
}

/// What a preview says about a field, in a sentence.
pub fn step_words(found: &FieldPreview, name: &str) -> String {
    let what = match found.step {
        FieldStep::Added => words::step_added(name),
        FieldStep::Removed => words::step_removed(name),
        FieldStep::Retyped => words::step_retyped(name),
        FieldStep::Extended => words::step_extended(name),
        FieldStep::Ruled => words::step_ruled(name),
        FieldStep::Deprecated => words::step_deprecated(name),
        FieldStep::Restored => words::step_restored(name),
        FieldStep::Reworded => words::step_reworded(name),
        FieldStep::Moved => words::step_moved(name),
    };
    let mut parts = vec![what];
    if found.holding > 0 {
        parts.push(words::preview_holding(found.holding));
    }
    if found.translated > 0 {
        parts.push(words::preview_translated(found.translated));
    }
    if found.unfit > 0 {
        parts.push(words::preview_unfit(found.unfit));
    }
    if found.missing > 0 {
        parts.push(words::preview_missing(found.missing));
    }
    parts.join(words::preview_between())
}

#[cfg(test)]
mod tests {
    use domain::schema::Schema;

    use super::*;
    use crate::i18n::{Language, set_lang};

    fn services() -> CustomField {
        let draft = FieldDraft {
            key: " services ".to_owned(),
            labels: Words::new("服务", "Services"),
            kind: "several".to_owned(),
            options: "wifi | 无线网 | Wi-Fi\n\n停车位\n# old | 旧 | ".to_owned(),
            ..FieldDraft::new()
        };
        draft.field(None)
    }

    #[test]
    fn a_form_makes_the_field_that_it_was_made_of() {
        let field = services();
        assert_eq!(field.key, "services");
        let options = field.kind.options();
        assert_eq!(options.iter().map(|option| option.label(true)).collect::<Vec<_>>(), ["无线网", "停车位", "旧"]);
        assert!(options[2].deprecated && !options[0].deprecated);
        assert_eq!(FieldDraft::of(&field).field(Some(&field)), field);
        assert!(Schema::default().next(vec![field]).is_ok());
    }

    #[test]
    fn fields_are_put_moved_and_taken_out_of_use() {
        let mut fields = vec![services()];
        put(&mut fields, &FieldDraft { key: "seats".to_owned(), kind: "integer".to_owned(), ..FieldDraft::new() });
        assert_eq!(fields.len(), 2);
        shift(&mut fields, "seats", true);
        assert_eq!(fields[0].key, "seats");
        shift(&mut fields, "seats", true);
        shift(&mut fields, "services", false);
        assert_eq!(fields[0].key, "seats");
        toggle_use(&mut fields, "seats");
        assert!(!fields[0].is_offered());
        let renamed = FieldDraft { labels: Words::new("座位", ""), ..FieldDraft::of(&fields[0]) };
        put(&mut fields, &renamed);
        assert!(fields[0].label(true) == "座位" && !fields[0].is_offered());
        toggle_use(&mut fields, "seats");
        assert!(fields[0].is_offered());
    }

    #[test]
    fn a_preview_is_a_sentence() {
        let found = FieldPreview {
            key: "seats".to_owned(),
            step: FieldStep::Retyped,
            holding: 12,
            translated: 3,
            unfit: 2,
            examples: Vec::new(),
            missing: 0,
        };
        set_lang(Language::Chinese);
        assert_eq!(
            step_words(&found, "座位数"),
            "“座位数”换了类型或去掉了选项；12 家门店有值；3 家的值会换成新的写法；2 家的值不符合，先保留，等有人改"
        );
        set_lang(Language::English);
        assert!(step_words(&found, "Seats").contains("12 stores have a value"));
    }
}
