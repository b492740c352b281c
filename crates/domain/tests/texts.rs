//! What people type: texts, hours, telephone numbers, and what is looked for.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

use domain::hours::{self, Span};
use domain::{ErrorCode, phone, search, text};
use pinyin::ToPinyin;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

proptest! {
    #[test]
    fn to_tidy_twice_is_to_tidy_once(typed in any::<String>()) {
        let once = text::tidy(&typed);
        prop_assert_eq!(text::tidy(&once), once.clone());
        prop_assert!(!once.starts_with(char::is_whitespace) && !once.ends_with(char::is_whitespace));
    }

    #[test]
    fn the_key_of_a_key_is_the_key(typed in prop_oneof![any::<String>(), "[a-zA-ZＡ-Ｚäöüßſǰ\u{30c}\u{307}İΣςK\u{200b}\u{ad} 　，。]{0,12}"]) {
        let once = text::key(&typed);
        prop_assert_eq!(text::key(&once), once.clone());
        prop_assert_eq!(text::key(&text::tidy(&typed)), once);
    }

    #[test]
    fn the_short_way_of_usual_texts_is_the_long_one(
        typed in prop_oneof![
            any::<String>(),
            "[ -~]{0,16}",
            "[一-鿿（）０-９Ａ-ｚ!-~ ，、·]{0,24}",
            "[a-zÅé\u{301}ＡＺａ～王一龥\u{9fff}\u{4dff}\u{f900}\u{200b}\u{ad}\u{7f}\u{85}\t\n 　\u{a0}Iİ]{0,12}",
        ],
    ) {
        let lower = text::tidy(&typed).nfkc().collect::<String>().to_lowercase();
        prop_assert_eq!(text::key(&typed), text::tidy(&lower.nfkc().collect::<String>()));
        prop_assert_eq!(text::tidied(&typed), text::tidy(&typed));
        // What needs no trimming by its bytes needs none by its characters, invisible ones among them.
        let tidy = text::tidy(&typed);
        let ends = |text: &str| (text.chars().next(), text.chars().next_back());
        prop_assert!(!text::has_plain_ends(&typed) || ends(&typed) == ends(&tidy));
        let borrowed = matches!(text::tidied(&typed), std::borrow::Cow::Borrowed(_));
        prop_assert_eq!(borrowed, text::tidy(&typed) == typed);
    }

    #[test]
    fn hours_come_back(starts in prop::collection::btree_set(0..1440_u16, 1..8), lengths in prop::collection::vec(1..1440_u16, 8)) {
        let starts: Vec<u16> = starts.into_iter().collect();
        let spans: Vec<Span> = starts.iter().enumerate().map(|(n, start)| {
            // The last of a day may reach into the next one, but not round to its own start.
            let room = starts.get(n + 1).map_or(start + 1439, |next| *next);
            let end = (start + lengths[n]).min(room);
            Span { start_min: *start, end_min: end }
        }).collect();
        let value = hours::value(&spans);
        prop_assert_eq!(hours::from_value(&value).unwrap(), Some(spans.clone()));
        let typed = spans.iter().map(Span::to_string).collect::<Vec<_>>().join(", ");
        prop_assert_eq!(hours::parse_day(&typed).unwrap(), spans);
    }

    #[test]
    fn no_text_makes_hours_panic(typed in "[0-9:,;~\\-–至到点时半次日休息全天24h 　：，]{0,24}") {
        if let Ok(spans) = hours::parse_day(&typed) {
            let again = hours::from_value(&hours::value(&spans)).unwrap();
            prop_assert_eq!(again, Some(spans));
        }
    }

    #[test]
    fn one_and_two_characters_of_a_chinese_name_are_found(name in "[\u{4e00}-\u{9fa5}]{1,12}") {
        let characters: Vec<char> = name.chars().collect();
        for length in 1..=2.min(characters.len()) {
            for part in characters.windows(length) {
                let query: String = part.iter().collect();
                prop_assert!(found(&name, &query), "{} in {}", query, name);
            }
        }
        // What is not in it is not found by it.
        let absent = "\u{9fff}";
        prop_assert!(!found(&name, absent));
    }

    #[test]
    fn every_part_of_a_number_is_found(number in "\\+86[0-9]{8,11}", from in 0..8_usize, length in 1..6_usize) {
        let part: String = number.chars().skip(3 + from).take(length).collect();
        if !part.is_empty() {
            prop_assert!(found(&number, &part), "{} in {}", part, number);
        }
    }

    #[test]
    fn every_text_finds_itself(text in any::<String>()) {
        let short: String = text.chars().take(20).collect();
        prop_assert!(search::pieces(&short).is_empty() || found(&short, &short));
    }

    #[test]
    fn pinyin_and_initials_of_any_part_of_a_name_find_it(name in "[\u{4e00}-\u{9fa5}]{1,8}", from in 0..8_usize, many in 1..5_usize) {
        let part: Vec<&'static str> = name.chars().skip(from).take(many).filter_map(|c| Some(c.to_pinyin()?.plain())).collect();
        let whole: String = part.concat().replace('ü', "v");
        if !part.is_empty() && part.len() == name.chars().skip(from).take(many).count() && whole.is_ascii() {
            for end in 1..=whole.len() {
                prop_assert!(found(&name, &whole[..end]), "{} in {}", &whole[..end], name);
            }
            let initials: String = part.iter().map(|syllable| &syllable[..1]).collect();
            prop_assert!(found(&name, &initials), "{} in {}", initials, name);
        }
    }

    #[test]
    fn keys_of_order_are_bounded_and_the_same_for_equal_texts(left in any::<String>()) {
        prop_assert!(search::sort_key(&left).len() <= 64);
        prop_assert_eq!(search::sort_key(&left), search::sort_key(&text::key(&left)));
    }
}

fn found(text: &str, query: &str) -> bool {
    search::contains("name", text, query)
}

#[test]
fn a_fixed_line_is_found_as_it_is_shown_and_dialled() {
    let table = [
        ("+862965160832", "029-6516 0832", true),
        ("+862965160832", "02965160832", true),
        ("+862965160832", "029 6516", true),
        ("+862965160832", "0296516", true),
        ("+862965160832", "029", true),
        ("+862965160832", "65160832", true),
        ("+862965160832", "+86 29 6516", true),
        ("+862965160832", "02165160832", false),
        ("+862965160832", "06516", false),
        ("+861065551234", "010-6555 1234", true),
        ("+861065551234", "01", false),
        ("+8675525951234", "0755-2595", true),
        ("+8613812345678", "0138", false),
    ];
    for (number, typed, is_found) in table {
        assert_eq!(search::contains("phones", number, typed), is_found, "{typed} in {number}");
    }
    assert!(!search::contains("name", "862965160832", "029"), "only telephones are dialled");
}

#[test]
fn what_is_found_and_what_is_not() {
    let table = [
        ("全聚德（前门店）", "前门", true),
        ("全聚德（前门店）", "德前", false),
        ("全聚德、前门", "德、", true),
        ("全聚德、前门", "、", false),
        ("全聚德、前门", "德前", false),
        ("老王面馆 2 号店", "２号", true),
        ("McDonald's 麦当劳", "mcd", true),
        ("McDonald's 麦当劳", "donald", false),
        ("McDonald's 麦当劳", "当劳 mc", true),
        ("+8613800138000", "0138", true),
        ("+8613800138000", "139", false),
        ("Café Ｗang", "wang", true),
        ("老王", "", false),
        ("老王", "\"*", false),
        ("佐々木", "々木", true),
        ("한국관", "국관", true),
        ("老王火锅", "huoguo", true),
        ("老王火锅", "huog", true),
        ("老王火锅", "wanghuo", true),
        ("老王火锅", "hg", true),
        ("老王火锅", "lwhg", true),
        ("老王火锅", "LaoWang hg", true),
        ("老王火锅", "guohuo", false),
        ("老王火锅", "gh", false),
        ("老王、火锅", "wanghuo", false),
        ("重庆小面", "chongqing", true),
        ("重庆小面", "zqxm", true),
        ("西安名吃", "xian", true),
        ("西安名吃", "xi'an", true),
        ("绿茶餐厅", "lvcha", true),
        ("Starbucks 星巴克", "starb", true),
        ("Starbucks 星巴克", "starbucksxing", false),
        ("internationalisation", "internationalis", true),
        ("internationalisation", "internationale", false),
        ("кафе", "аф", true),
        ("12345678", "345678", true),
        ("12345678", "345687", false),
    ];
    for (text, query, is_found) in table {
        assert_eq!(found(text, query), is_found, "{query} in {text}");
    }
}

#[test]
fn how_names_are_ordered() {
    let sorted_once = [
        "（空）",
        "2号店",
        "10号店",
        "10号店二",
        "007店9",
        "7店10",
        "apple",
        "Banana",
        "éclair",
        "кафе",
        "阿姨奶茶",
        "北京烤鸭",
        "重庆小面",
        "张亮麻辣烫",
        "赵记",
    ];
    let mut sorted = sorted_once;
    sorted.reverse();
    sorted.sort_by_key(|name| search::sort_key(name));
    assert_eq!(
        sorted,
        [
            "（空）",
            "2号店",
            "007店9",
            "7店10",
            "10号店",
            "10号店二",
            "apple",
            "Banana",
            "éclair",
            "кафе",
            "阿姨奶茶",
            "北京烤鸭",
            "张亮麻辣烫",
            "赵记",
            "重庆小面"
        ]
    );
}

#[test]
fn what_is_compared() {
    let same = [
        ("老王 面馆", " 老王\u{3000}面馆 "),
        ("ＫＦＣ", "kfc"),
        ("ﬁsh", "FISH"),
        ("e\u{301}", "É"),
        ("J\u{30c}", "\u{1f0}"),
        ("e\u{200b}\u{301}", "é"),
        ("Ⅷ", "viii"),
        ("a\u{ad}b", "ab"),
        ("①", "1"),
    ];
    for (a, b) in same {
        assert_eq!(text::key(a), text::key(b), "{a} and {b}");
    }
    for (a, b) in [("老王", "老 王"), ("面", "麵"), ("e", "é")] {
        assert_ne!(text::key(a), text::key(b), "{a} and {b}");
    }
}

#[test]
fn hours_as_people_type_them() {
    let table = [
        ("10:00-22:00", Some("10:00-22:00")),
        ("10-22", Some("10:00-22:00")),
        ("9点至21点", Some("09:00-21:00")),
        ("１０：００～２２：００", Some("10:00-22:00")),
        ("17:00-02:00", Some("17:00-02:00")),
        ("17:00-次日2:00", Some("17:00-02:00")),
        ("17:00-24:00", Some("17:00-24:00")),
        ("17:00-00:00", Some("17:00-24:00")),
        ("10:00-14:00、17:00-21:00", Some("10:00-14:00 17:00-21:00")),
        ("17:00-21:00; 10:00-14:00", Some("10:00-14:00 17:00-21:00")),
        ("10:00-14:00，14:00-21:00", Some("10:00-14:00 14:00-21:00")),
        ("24小时", Some("00:00-24:00")),
        ("全天", Some("00:00-24:00")),
        ("24/7", Some("00:00-24:00")),
        ("00:00-24:00", Some("00:00-24:00")),
        ("休息", Some("")),
        ("closed", Some("")),
        ("", None),
        ("10:00-10:00", None),
        ("10:00", None),
        ("25:00-26:00", None),
        ("10:60-11:00", None),
        ("24:00-02:00", None),
        ("+9:00-10:00", None),
        ("10:00-12:00, 11:00-13:00", None),
        ("1-2,2-3,3-4,4-5,5-6,6-7,7-8,8-9,9-10", None),
        ("周一 10-22", None),
    ];
    for (typed, expected) in table {
        let spans = hours::parse_day(typed);
        let text = spans.as_ref().ok().map(|s| s.iter().map(Span::to_string).collect::<Vec<_>>().join(" "));
        assert_eq!(text.as_deref(), expected, "{typed}");
        if let Err(problem) = spans {
            assert_eq!(problem.code, ErrorCode::BadHours);
        }
    }
}

#[test]
fn telephone_numbers_as_people_type_them() {
    let table = [
        ("13800138000", Some("+8613800138000")),
        ("138 0013 8000", Some("+8613800138000")),
        ("１３８-００１３-８０００", Some("+8613800138000")),
        ("+86 138 0013 8000", Some("+8613800138000")),
        ("电话：010-65551234", Some("+861065551234")),
        ("(010) 6555 1234", Some("+861065551234")),
        ("+44 20 7946 0958", Some("+442079460958")),
        ("+886-3-422-7151", Some("+88634227151")),
        ("", None),
        ("65551234", None),
        ("1380013800", None),
        ("nothing", None),
        ("+999 123", None),
        ("+81 800 8103 48000805", None),
        ("+60 12-636 8884", Some("+60126368884")),
        ("+44 1223 336000", Some("+441223336000")),
        ("+44 (0)1223 336000", Some("+441223336000")),
        ("+91 11 2345 6789", Some("+911123456789")),
        ("+81 11-891-1555", Some("+81118911555")),
        ("+81 (0)11-891-1555", Some("+81118911555")),
        ("+966 112345678", Some("+966112345678")),
        ("+353 1 234 5678", Some("+35312345678")),
        ("+27 11 234 5678", Some("+27112345678")),
        ("+54 11 4345 6789", Some("+541143456789")),
        ("+55 11 2345 6789", Some("+551123456789")),
        ("+994 12 345 6789", Some("+994123456789")),
        ("+7 495 123-45-67", Some("+74951234567")),
        ("+1 617 432 7389", Some("+16174327389")),
        ("+852 2345 6789", Some("+85223456789")),
        ("+853 2833 1234", Some("+85328331234")),
        ("+82 2-312-3456", Some("+8223123456")),
        ("+39 06 6982", Some("+39066982")),
        ("+39 06 6988 4857", Some("+390669884857")),
        ("+39 02 8646 3498", Some("+390286463498")),
        ("+39 347 123 4567", Some("+393471234567")),
        ("+378 0549 886377", Some("+3780549886377")),
        ("+86 010 6555 1234", Some("+861065551234")),
        ("(+86) 10 6555 1234", Some("+861065551234")),
        ("＋86 13800138000", Some("+8613800138000")),
    ];
    for (typed, expected) in table {
        let number = phone::e164(typed);
        assert_eq!(number.as_deref().ok(), expected, "{typed}");
        match number {
            Ok(number) => assert_eq!(phone::e164(&number).unwrap(), number),
            Err(problem) => assert_eq!(problem.code, ErrorCode::BadPhone),
        }
    }
}
