use super::*;
use crate::i18n::set_lang;

fn profile() -> Profile {
    let mut profile = Profile::new(MerchantId::new("BJ-0187").unwrap());
    profile.name = "美味小馆（望京店）".to_owned();
    profile.address = "望京街 9 号".to_owned();
    profile.phones = vec!["+861064782210".to_owned(), "+8613800138000".to_owned()];
    profile.hours.insert("mo".to_owned(), vec!["10:00-14:00".to_owned(), "17:00-22:00".to_owned()]);
    profile.hours.insert("tu".to_owned(), Vec::new());
    profile.special_hours.insert("2026-12-31".to_owned(), vec!["10:00-02:00".to_owned()]);
    profile.custom.insert("seats".to_owned(), Value(serde_json::json!(40)));
    profile.other.insert("note".to_owned(), Value::text("门口有台阶"));
    profile.other.insert("from_the_future".to_owned(), Value(serde_json::json!({"a": 1})));
    profile
}

fn numbers() -> BTreeMap<String, Vec<String>> {
    let read =
        |text: &str, numbers: &[&str]| (text.to_owned(), numbers.iter().map(|&number| number.to_owned()).collect());
    BTreeMap::from([
        read("010-6478 2218", &["+861064782218"]),
        read("95188 / 010-6478 2218 转 801", &["+8695188", "+861064782218;ext=801"]),
    ])
}

#[test]
fn an_untouched_form_changes_nothing() {
    let latest = profile();
    let (original, edited) = Draft::new(&latest).profiles(&latest, &numbers(), &BTreeMap::new());
    assert_eq!((&original, &edited), (&latest, &latest));
}

#[test]
fn only_touched_fields_differ() {
    let latest = profile();
    let mut draft = Draft::new(&latest);
    draft.type_text("name", "美味小馆".to_owned());
    draft.type_text("hours.tu", "10:00–14:00，17:00-次日2:00".to_owned());
    draft.type_text("note", String::new());
    draft.phones.value[0] = "010-6478 2218".to_owned();
    draft.custom.value[0].1 = "48".to_owned();
    assert_eq!(draft.touched(), ["hours.tu", "name", "note", "phones", "custom"]);
    let (original, edited) = draft.profiles(&latest, &numbers(), &BTreeMap::new());
    assert_eq!(original, latest);
    assert_eq!(edited.name, "美味小馆");
    assert_eq!(edited.hours["tu"], ["10:00-14:00", "17:00-02:00"]);
    assert_eq!(edited.hours["mo"], latest.hours["mo"]);
    assert_eq!(edited.phones, ["+861064782218", "+8613800138000"]);
    assert_eq!(edited.custom["seats"], Value(serde_json::json!(48)));
    assert!(!edited.other.contains_key("note"));
    assert_eq!(edited.other["from_the_future"], latest.other["from_the_future"]);
}

#[test]
fn a_new_name_needs_a_value() {
    let pairs = |pairs: &[(&str, &str)]| -> Pairs {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    };
    let mut custom = Field::new(pairs(&[("seats", "40"), ("parking", "yes")]));
    custom.value = pairs(&[("seats", ""), ("parking", "yes"), (" 楼层 ", " "), ("", ""), ("", "3"), ("wifi", "1")]);
    assert_eq!(without_value(&custom), [2], "an emptied value is removed, a line without anything is nothing");
}

#[test]
fn several_numbers_may_be_typed_at_once() {
    let latest = profile();
    let mut draft = Draft::new(&latest);
    draft.phones.value[0] = "95188 / 010-6478 2218 转 801".to_owned();
    let (_, edited) = draft.profiles(&latest, &numbers(), &BTreeMap::new());
    assert_eq!(edited.phones, ["+8695188", "+861064782218;ext=801", "+8613800138000"]);
}

#[test]
fn a_number_stays_what_it_is_in_another_language() {
    let mut latest = profile();
    latest.phones = vec!["+862158881234;ext=801".to_owned(), "+8613800138000".to_owned(), "+442071234567".to_owned()];
    set_lang(Language::Chinese);
    let mut draft = Draft::new(&latest);
    set_lang(Language::English);
    draft.phones.value.swap(0, 1);
    let (original, edited) = draft.profiles(&latest, &BTreeMap::new(), &BTreeMap::new());
    assert_eq!(original.phones, latest.phones);
    assert_eq!(edited.phones, ["+8613800138000", "+862158881234;ext=801", "+442071234567"]);
}

#[test]
fn touched_fields_keep_their_text_and_the_others_follow() {
    let first = profile();
    let mut draft = Draft::new(&first);
    draft.type_text("name", "我的名字".to_owned());
    let mut second = first.clone();
    second.name = "别人的名字".to_owned();
    second.address = "新地址 1 号".to_owned();
    draft.refresh(&second);
    assert_eq!(draft.text("name"), "我的名字");
    assert_eq!(draft.text("address"), "新地址 1 号");
    assert_eq!(draft.moved(), [("name".to_owned(), "别人的名字".to_owned())]);
    let (original, edited) = draft.profiles(&second, &numbers(), &BTreeMap::new());
    assert_eq!(
        (original.name.as_str(), edited.name.as_str()),
        ("美味小馆（望京店）", "我的名字"),
        "base is what was seen"
    );
    assert_eq!(original.address, edited.address, "what the other changed is not written again");
    draft.take("name");
    assert_eq!((draft.text("name").as_str(), draft.touched().len()), ("别人的名字", 0));
}

#[test]
fn the_same_meaning_is_no_change_by_somebody_else() {
    let first = profile();
    let mut draft = Draft::new(&first);
    draft.type_text("hours.mo", "9:00-14:00".to_owned());
    let mut second = first.clone();
    second.hours.insert("mo".to_owned(), vec!["09:00-14:00".to_owned()]);
    draft.refresh(&second);
    assert!(draft.moved().is_empty());
    assert!(draft.touched().is_empty());
    assert_eq!(draft.text("hours.mo"), "09:00-14:00");
}

#[test]
fn what_is_typed_while_saving_stays() {
    let first = profile();
    let mut draft = Draft::new(&first);
    draft.type_text("name", "一".to_owned());
    let saved = draft.clone();
    draft.type_text("name", "一二".to_owned());
    draft.settle(&saved);
    assert_eq!(draft.touched(), ["name"]);
    let mut second = first;
    second.name = "一".to_owned();
    draft.refresh(&second);
    assert_eq!(draft.text("name"), "一二");
    assert!(draft.moved().is_empty(), "the own saved value is nobody else's");
}

#[test]
fn closed_reads_in_the_language_of_the_window() {
    for (language, text) in [(Language::Chinese, "休息"), (Language::English, "closed")] {
        set_lang(language);
        let draft = Draft::new(&profile());
        assert_eq!(draft.text("hours.tu"), text);
        assert_eq!(draft.text("hours.we"), "");
        assert_eq!(draft.profiles(&profile(), &numbers(), &BTreeMap::new()).1.hours["tu"], Vec::<String>::new());
    }
}

#[test]
fn doubles_are_found() {
    let pairs =
        vec![("a".to_owned(), "1".to_owned()), (" a ".to_owned(), "2".to_owned()), (String::new(), String::new())];
    assert_eq!(doubles(&pairs), [1]);
}
