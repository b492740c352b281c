//! What all chosen stores shall have, while it is being typed. Pure.

use domain::field::{FieldPath, WEEKDAYS};
use domain::ipc::CheckField;
use domain::profile::Registers;
use domain::schema::{CustomField, CustomKind, Form, SCHEMA, Schema};
use domain::{Value, text};

/// Fields that are each store's own, or no text to type: never set for many.
const OWN: [&str; 8] =
    ["name", "branch", "address", "location", "phones.primary", "licence.credit_code", "licence.food", "deleted"];

/// What a wish is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A register of its own, and how it is typed.
    Field(&'static str),
    /// Tags that come.
    AddTags,
    /// Tags that go.
    RemoveTags,
    /// The hours of some weekdays.
    Hours,
    /// Closed from a day to another one.
    Closure,
    /// A field that an administrator declared.
    Declared(CustomField),
    /// Any other field, by its name.
    Custom,
}

impl About {
    /// A word for tests and for `<option>`s.
    pub fn key(&self) -> String {
        match self {
            About::Field(path) => (*path).to_owned(),
            About::AddTags => "tags+".to_owned(),
            About::RemoveTags => "tags-".to_owned(),
            About::Hours => "hours".to_owned(),
            About::Closure => "closure".to_owned(),
            About::Declared(field) => field.path().as_str().to_owned(),
            About::Custom => "custom".to_owned(),
        }
    }
    /// All that can be wished: the most usual first, then what is declared in the order of the schema, then the rest.
    pub fn all(schema: &Schema) -> Vec<About> {
        let typed = SCHEMA.iter().filter(|declared| declared.deprecated.is_none() && !OWN.contains(&declared.path));
        let mut all: Vec<About> = typed
            .filter_map(|declared| match (declared.path, declared.form) {
                ("tags.*", _) => None,
                ("hours.*", _) => Some(About::Hours),
                ("custom.*", _) => Some(About::Custom),
                (_, Form::Period) => Some(About::Closure),
                (_, Form::Element) => None,
                (path, _) => Some(About::Field(path)),
            })
            .collect();
        all.extend([About::AddTags, About::RemoveTags]);
        // Values of a newer program's type are not edited here.
        let known = schema.offered().filter(|field| field.kind != CustomKind::Unknown);
        all.extend(known.cloned().map(About::Declared));
        let place = |about: &About| match about {
            About::Declared(_) => USUAL.len(),
            About::Custom => USUAL.len() + 2,
            other => USUAL.iter().position(|key| *key == other.key()).unwrap_or(USUAL.len() + 1),
        };
        all.sort_by_key(place);
        all
    }
    /// The one with this key.
    pub fn of(schema: &Schema, key: &str) -> Option<About> {
        Self::all(schema).into_iter().find(|about| about.key() == key)
    }
    /// Can it be cleared?
    pub fn can_clear(&self) -> bool {
        match self {
            About::AddTags | About::RemoveTags => false,
            About::Declared(field) => !field.required,
            _ => true,
        }
    }
    /// The values of which it takes one, if they are few, in their order.
    pub fn choices(&self) -> Vec<String> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match self {
            About::Field(path) => match SCHEMA.iter().find(|declared| declared.path == *path).map(|found| found.form) {
                Some(Form::Choice(choices)) => owned(choices),
                _ => Vec::new(),
            },
            About::Declared(CustomField { kind: CustomKind::Boolean, .. }) => owned(&["true", "false"]),
            About::Declared(CustomField { kind: CustomKind::Choice { .. }, .. }) => self.options(),
            _ => Vec::new(),
        }
    }
    /// The values of which it takes several.
    pub fn several(&self) -> Vec<String> {
        match self {
            About::Declared(CustomField { kind: CustomKind::Several { .. }, .. }) => self.options(),
            _ => Vec::new(),
        }
    }
    /// The options of a declared field that are in use.
    fn options(&self) -> Vec<String> {
        let About::Declared(field) = self else { return Vec::new() };
        field.kind.options().iter().filter(|option| !option.deprecated).map(|option| option.value.clone()).collect()
    }
}

const USUAL: [&str; 9] =
    ["status", "category", "tags+", "tags-", "hours", "closure", "region", "settlement_cycle", "note"];

/// One wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// About what.
    pub about: About,
    /// Shall it be empty?
    pub clear: bool,
    /// What was typed.
    pub text: String,
    /// Of a closure: its last day; open if empty.
    pub until: String,
    /// Of a custom field: its name.
    pub name: String,
    /// Of hours: which days, Monday first.
    pub days: [bool; 7],
}

impl Wish {
    /// An empty one.
    pub fn new(about: About) -> Self {
        let text = about.choices().first().cloned().unwrap_or_default();
        Self { about, clear: false, text, until: String::new(), name: String::new(), days: [true; 7] }
    }
    /// Is what is needed there?
    pub fn is_complete(&self) -> bool {
        let typed = self.clear || !self.text.trim().is_empty();
        match self.about {
            About::Hours => typed && self.days.contains(&true),
            About::Custom => typed && FieldPath::new(format!("custom.{}", self.name.trim())).is_ok(),
            _ => typed,
        }
    }
    /// Is this one of several values chosen?
    pub fn has(&self, value: &str) -> bool {
        self.text.split(',').any(|one| one == value)
    }
    /// Chooses one of several values, or no longer.
    pub fn choose(&mut self, value: &str, on: bool) {
        let kept = |one: &String| if one == value { on } else { self.has(one) };
        self.text = self.about.several().into_iter().filter(kept).collect::<Vec<_>>().join(",");
    }
    /// Is it what a problem of this field is about?
    pub fn is_about(&self, field: &str) -> bool {
        match &self.about {
            About::Field(path) => *path == field,
            About::Declared(declared) => declared.path().as_str() == field,
            About::AddTags | About::RemoveTags => field.starts_with("tags"),
            About::Hours => field.starts_with("hours"),
            About::Closure => field == "closure",
            About::Custom => field.strip_prefix("custom.") == Some(self.name.trim()),
        }
    }

    fn write(&self, registers: &mut Registers, typed: &mut Vec<CheckField>) {
        let text = self.text.trim();
        let mut put = |path: String| match (self.clear, FieldPath::new(&*path)) {
            (true, Ok(field)) => {
                registers.insert(field, Value::NULL);
            }
            _ => typed.push(CheckField { field: path, text: text.to_owned() }),
        };
        match &self.about {
            About::Field(path) => put((*path).to_owned()),
            About::Declared(field) => put(field.path().as_str().to_owned()),
            About::Custom => put(format!("custom.{}", self.name.trim())),
            About::Hours => {
                WEEKDAYS.iter().zip(self.days).filter(|(_, on)| *on).for_each(|(day, _)| put(format!("hours.{day}")));
            }
            About::Closure if self.clear => put("closure".to_owned()),
            About::Closure => {
                let until = if self.until.is_empty() { ".." } else { self.until.as_str() };
                typed.push(CheckField { field: "closure".to_owned(), text: format!("{text}/{until}") });
            }
            About::AddTags | About::RemoveTags => {
                let value = if self.about == About::AddTags { Value::yes() } else { Value::NULL };
                let fields = text::items(text).filter_map(|tag| FieldPath::new(format!("tags.{tag}")).ok());
                registers.extend(fields.map(|field| (field, value.clone())));
            }
        }
    }
}

/// All of them as registers, and as typed texts that are yet to be read. Nothing while one lacks something.
pub fn registers(wishes: &[Wish]) -> Option<(Registers, Vec<CheckField>)> {
    if wishes.is_empty() || !wishes.iter().all(Wish::is_complete) {
        return None;
    }
    let (mut registers, mut typed) = (Registers::new(), Vec::new());
    wishes.iter().for_each(|wish| wish.write(&mut registers, &mut typed));
    Some((registers, typed))
}

#[cfg(test)]
mod tests {
    use domain::schema::{ChoiceOption, Words};

    use super::*;

    fn schema() -> Schema {
        let option = |value: &str, deprecated| ChoiceOption {
            value: value.to_owned(),
            labels: Words { zh: format!("{value}种"), en: String::new() },
            deprecated,
        };
        let options = || vec![option("small", false), option("old", true), option("large", false)];
        let mut oven = CustomField::new("oven", Words::new("烤箱", "Oven"), CustomKind::Boolean);
        oven.required = true;
        let mut gone = CustomField::new("gone", Words::new("旧", "Gone"), CustomKind::Text);
        gone.deprecated = Some(domain::schema::VERSION);
        let custom = vec![
            CustomField::new("size", Words::new("规模", "Size"), CustomKind::Choice { options: options() }),
            CustomField::new("kinds", Words::new("种类", "Kinds"), CustomKind::Several { options: options() }),
            oven,
            gone,
        ];
        Schema { custom, ..Schema::default() }
    }

    fn wish(key: &str, text: &str) -> Wish {
        Wish { text: text.to_owned(), ..Wish::new(About::of(&schema(), key).unwrap()) }
    }

    #[test]
    fn a_declared_field_is_offered_as_what_it_is() {
        let keys: Vec<String> = About::all(&schema()).iter().map(About::key).collect();
        let place = |key: &str| keys.iter().position(|known| known == key);
        assert!(place("note") < place("custom.size") && place("custom.oven") < place("custom"), "{keys:?}");
        assert_eq!(place("custom.gone"), None, "it is out of use");
        let size = wish("custom.size", "large");
        assert_eq!(size.about.choices(), ["small", "large"]);
        assert_eq!(Wish::new(size.about.clone()).text, "small");
        assert!(size.about.can_clear() && !wish("custom.oven", "").about.can_clear(), "nobody clears a required one");
        let mut kinds = Wish::new(About::of(&schema(), "custom.kinds").unwrap());
        assert!(!kinds.is_complete());
        kinds.choose("large", true);
        kinds.choose("small", true);
        assert_eq!(kinds.text, "small,large", "in the order of the schema");
        kinds.choose("small", false);
        let typed = super::registers(&[size, kinds, wish("custom.oven", "false")]).unwrap().1;
        let texts: Vec<(&str, &str)> = typed.iter().map(|typed| (typed.field.as_str(), typed.text.as_str())).collect();
        assert_eq!(texts, [("custom.size", "large"), ("custom.kinds", "large"), ("custom.oven", "false")]);
        assert!(wish("custom.size", "").is_about("custom.size") && !wish("custom.size", "").is_about("custom.oven"));
    }

    #[test]
    fn every_field_that_makes_sense_for_many_is_offered_once() {
        let keys: Vec<String> = About::all(&Schema::default()).iter().map(About::key).collect();
        for key in [
            "status",
            "category",
            "region",
            "language",
            "time_zone",
            "settlement_cycle",
            "tags+",
            "tags-",
            "hours",
            "closure",
            "custom",
        ] {
            assert_eq!(keys.iter().filter(|known| *known == key).count(), 1, "{key}");
        }
        for key in ["name", "address", "phones.*", "location", "deleted", "licence.credit_code", "tags.*"] {
            assert!(!keys.iter().any(|known| known == key), "{key}");
        }
        assert_eq!(keys[0], "status");
        assert_eq!(Wish::new(About::Field("status")).text, "open");
    }

    #[test]
    fn wishes_become_registers_and_texts_to_read() {
        let mut hours = wish("hours", "10-22点");
        hours.days = [false, false, false, false, false, true, true];
        let mut closure = wish("closure", "2026-02-10");
        let mut seats = Wish { name: "seats".to_owned(), ..wish("custom", "40") };
        let mut note = wish("note", "");
        note.clear = true;
        let wishes = [
            wish("status", "paused"),
            hours,
            closure.clone(),
            seats.clone(),
            note,
            wish("tags+", "清真，外卖"),
            wish("tags-", "堂食"),
        ];
        let (registers, typed) = registers(&wishes).unwrap();
        let texts: Vec<(&str, &str)> = typed.iter().map(|typed| (typed.field.as_str(), typed.text.as_str())).collect();
        assert_eq!(
            texts,
            [
                ("status", "paused"),
                ("hours.sa", "10-22点"),
                ("hours.su", "10-22点"),
                ("closure", "2026-02-10/.."),
                ("custom.seats", "40"),
            ]
        );
        let values: Vec<(&str, bool)> =
            registers.iter().map(|(field, value)| (field.as_str(), value.is_null())).collect();
        assert_eq!(values, [("note", true), ("tags.堂食", true), ("tags.外卖", false), ("tags.清真", false)]);

        closure.until = "2026-02-24".to_owned();
        assert_eq!(super::registers(&[closure]).unwrap().1[0].text, "2026-02-10/2026-02-24");
        seats.clear = true;
        assert_eq!(super::registers(&[seats.clone()]).unwrap().0.len(), 1);
        seats.name.clear();
        assert_eq!(super::registers(&[seats]), None, "a field without a name");
        assert_eq!(super::registers(&[]), None);
        assert_eq!(super::registers(&[wish("category", " ")]), None);
    }
}
