//! What holds for every text: nothing panics, what was read is in its stored form, verdicts have no sides.
#![allow(missing_docs, clippy::unwrap_used)]

use domain::field::FieldPath;
use domain::schema::Schema;
use domain::{ErrorCode, Value, validate};
use proptest::prelude::*;
use reading::hours::{self, Hours};
use reading::{category, coordinates, custom, licences, locale, names, phones, region};

/// Pieces of real texts about hours in any order: far more of them are read than of random characters.
fn hours_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "周一",
        "至",
        "周五",
        "周六日",
        "周末",
        "每天",
        "9:00",
        "21:00",
        "-",
        "~",
        " ",
        "，",
        "；",
        "（",
        "）",
        "次日",
        "02:00",
        "凌晨",
        "2点",
        "晚上",
        "10点半",
        "休息",
        "节假日",
        "不休",
        "24小时",
        "全年无休",
        "暂停营业",
        "预约",
        "最后点单",
        "春节",
        "除外",
        "其余",
        "Mon",
        "Fri",
        "Sun",
        "closed",
        "9am",
        "5pm",
        "PH",
        "off",
        "每月",
        "第一个",
        "营业",
        "外卖",
        "1000",
        "30:00",
        "假日",
        "平日",
        "、",
        "一",
        "三",
        "和",
        "noon",
        "25:00",
        "售完为止",
        "\n",
        "仅",
        "双休",
        "午休",
        "中午",
        "午市",
        "晚餐",
        "停业",
        "开放",
        "1:00",
        "5-9",
        "12",
        "3楼",
        "but",
        "not",
        "M-F",
        "10/1",
        "平时",
        "无休",
        "一天",
        "早9",
        "晚9",
        "开门",
        "打烊",
        "国庆",
        "五一",
        "楼",
        "停止入馆",
        "：",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![hours_text(), "\\PC{0,40}", "[0-9+\\-()/ 转电话ext.,，E°′″NSEW]{0,30}", any::<String>()]
}

/// Spans lie in order, end by 30:00, and do not run into the next day's.
fn is_a_week(found: &Hours) -> bool {
    let in_order = |spans: &[domain::hours::Span]| {
        spans.windows(2).all(|pair| pair[0].end_min < pair[1].start_min)
            && spans.iter().all(|span| span.start_min < 1440 && span.start_min < span.end_min && span.end_min <= 1800)
    };
    let spills = |n: usize| {
        let end = found.days[n].last().map_or(0, |span| span.end_min);
        found.days[(n + 1) % 7].first().is_some_and(|span| end > 1440 + span.start_min)
    };
    found.days.iter().all(|day| in_order(day)) && !(0..7).any(spills) && in_order(&found.ph)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_text_is_read_or_refused(text in any_text()) {
        let _ = (coordinates::read(&text), licences::credit_code(&text), licences::food_licence(&text));
        let _ = (region::read(&text), category::read(&text), locale::language(&text), locale::time_zone(&text));
        for field in ["hours", "phones", "uscc", "coords", "name", "status", "hours.mo", "location", "custom.x", "closure"] {
            let checked = reading::check(&Schema::default(), field, &text);
            prop_assert_eq!(checked.ok, checked.errors.is_empty());
        }
    }

    /// What the week's reader accepts, the server stores as it is, and reads back as the same spans.
    #[test]
    fn hours_that_were_read_are_stored_as_they_are(text in hours_text()) {
        if let Ok(found) = hours::read(&text) {
            prop_assert!(is_a_week(&found), "{text}: {found:?}");
            for (n, (field, value)) in found.registers().enumerate() {
                prop_assert_eq!(validate::normalise(&field, &value), Ok(value.clone()), "{}", text);
                let back = domain::hours::from_value(&value).unwrap().unwrap();
                let minutes: Vec<_> = found.days[n].iter().map(|s| (s.start_min, s.end_min)).collect();
                prop_assert_eq!(back.iter().map(|s| (s.start_min, s.end_min)).collect::<Vec<_>>(), minutes, "{}", text);
            }
        }
    }

    /// The OpenStreetMap text of a week is one for OpenStreetMap's own grammar, and means the same week to us.
    #[test]
    fn a_week_in_the_other_grammar_is_the_same_week(text in hours_text()) {
        if let Ok(found) = hours::read(&text)
            && found.days.iter().any(|day| !day.is_empty())
        {
            let osm = hours::osm(&found);
            prop_assert!(opening_hours_syntax::parse(&osm).is_ok(), "{text}: {osm}");
            match hours::read(&osm) {
                Ok(again) => {
                    prop_assert_eq!(&again.days, &found.days, "{} {}", text, osm);
                    prop_assert_eq!(&again.ph, &found.ph, "{} {}", text, osm);
                }
                // A span far across midnight that only its words made plain.
                Err(finding) => prop_assert_eq!(finding.code, ErrorCode::Ambiguous, "{} {}", text, osm),
            }
        }
    }

    /// A closure says the same between days and hours as behind them.
    #[test]
    fn a_closure_stands_where_it_likes(first in 0..7_usize, length in 1..6_usize, shut in 1..7_usize, n in 0..4_usize) {
        let name = |day: usize| format!("周{}", ["一", "二", "三", "四", "五", "六", "日"][day % 7]);
        let (days, shut) = (format!("{}至{}", name(first), name(first + length)), name(first + length + shut));
        let closure = [format!("（{shut}休息）"), format!("（{shut}公休，节假日照常营业）"), format!("({shut}暂停营业)"), format!("【{shut}店休】")][n].clone();
        let behind = hours::read(&format!("{days} 9:00-18:00{closure}")).unwrap();
        let between = hours::read(&format!("{days}{closure}9:00-18:00")).unwrap();
        prop_assert_eq!(between, behind, "{}{}", days, closure);
    }

    /// A colon that the wrong key made is read as one, or refused.
    #[test]
    fn a_mistyped_colon_gives_no_other_hours(from in 0..12_u16, to in 13..25_u16, minutes in 0..60_u16, sign in prop::sample::select(vec![";", "；", "。", "，", ",", " :", ": ", " ", "·", "'", "-", "/"]), both in any::<bool>()) {
        let minutes = if to == 24 { 0 } else { minutes };
        let good = format!("{from}:{minutes:02}-{to}:{minutes:02}");
        let end_sign = if both { sign } else { ":" };
        let typed = format!("{from}{sign}{minutes:02}-{to}{end_sign}{minutes:02}");
        if let Ok(found) = hours::read(&typed) {
            prop_assert_eq!(&found.days, &hours::read(&good).unwrap().days, "{}", typed);
        }
    }

    /// What is not understood before hours is no note: it may be their days.
    #[test]
    fn an_unknown_word_before_hours_is_refused_by_name(word in "[甲乙丙丁戊己庚辛]{1,5}|[xqz]{2,9}", gap in "[ :：]?") {
        let finding = hours::read(&format!("{word}{gap}9:00-18:00")).unwrap_err();
        // Letters may be a day of some language; "外卖" is none.
        let code = if word.is_ascii() { ErrorCode::BadDay } else { ErrorCode::Ambiguous };
        prop_assert_eq!(finding.code, code);
        prop_assert!(finding.message.contains(&word), "{}", finding.message);
    }

    /// Half of a mistyped time is no note either.
    #[test]
    fn a_bare_number_beside_hours_is_refused(number in "[0-9]{1,6}", before in any::<bool>(), gap in " |，| - | \\(") {
        let text = if before { format!("{number}{gap}9:00-18:00") } else { format!("9:00-18:00{gap}{number}") };
        prop_assert!(hours::read(&text).is_err(), "{text}");
    }

    #[test]
    fn numbers_that_were_read_are_stored_as_they_are(text in any_text()) {
        if let Ok(found) = phones::read(&text, None) {
            prop_assert!(!found.phones.is_empty());
            for number in found.stored() {
                let field = FieldPath::new(format!("phones.{number}")).unwrap();
                prop_assert!(validate::normalise(&field, &Value::yes()).is_ok(), "{number}");
                let again = phones::read(&number, None).unwrap();
                prop_assert_eq!(again.stored(), vec![number]);
            }
        }
    }

    #[test]
    fn a_mobile_is_read_however_it_is_written(rest in 0..100_000_000_u32, gaps in "[ -]{0,1}[ -]{0,1}", prefix in prop::sample::select(vec!["", "+86 ", "0086", "86", "0", "电话：", "tel:", "'"])) {
        let digits = format!("138{rest:08}");
        let mut gaps = gaps.chars();
        let mut gap = || gaps.next().map(String::from).unwrap_or_default();
        let text = format!("{prefix}{}{}{}{}{}", &digits[..3], gap(), &digits[3..7], gap(), &digits[7..]);
        let found = phones::read(&text, None).unwrap();
        prop_assert_eq!(found.phones[0].json(), serde_json::json!({"e164": format!("+86{digits}"), "type": "mobile"}));
    }

    #[test]
    fn registers_are_read_once_and_for_all(
        path in prop::sample::select(vec!["location", "region_code", "category_code", "licence.credit_code", "licence.food", "industry", "closure", "language", "time_zone", "settlement_cycle", "status", "hours.tu", "phones.primary"]),
        text in prop_oneof![any_text(), "[0-9.,-]{3,24}", "[a-zA-Z/_-]{2,16}", "[0-9A-Z]{18}", "20[0-9]{2}-[01][0-9]-[0-3][0-9](/20[0-9]{2}-[01][0-9]-[0-3][0-9])?"],
    ) {
        let field = FieldPath::new(path).unwrap();
        if let Ok((value, _)) = reading::register(&Schema::default(), &field, &text) {
            prop_assert_eq!(validate::normalise(&field, &value), Ok(value.clone()));
            if let Some(stored) = value.as_str() {
                prop_assert_eq!(reading::register(&Schema::default(), &field, stored).unwrap().0, value.clone());
            }
        }
    }

    #[test]
    fn a_verdict_has_no_sides(a in "\\PC{0,12}", b in "\\PC{0,12}") {
        prop_assert_eq!(names::compare(&a, &b), names::compare(&b, &a));
        let (left, right) = (names::Name::new(&a), names::Name::new(&b));
        prop_assert_eq!(left.key() == right.key() && !left.brand.is_empty(), names::compare(&a, &b) == names::Verdict::Same);
    }

    #[test]
    fn a_name_is_the_same_as_itself_in_other_clothes(brand in "[老王海底捞麵館a-z]{2,6}", branch in "[朝阳国贸东西路一二1]{1,4}") {
        let plain = format!("{brand}({branch}店)");
        for other in [format!("{brand}（{branch}分店）"), format!(" {brand} {branch}店"), format!("{}·{branch}店【新店】", brand.to_uppercase())] {
            prop_assert_eq!(names::compare(&plain, &other), names::Verdict::Same, "{} {}", plain, other);
        }
    }

    /// There and back is within a millimetre or so of degrees, and no shift is longer than a kilometre.
    #[test]
    fn places_come_back_from_the_map(lat in 18.0..53.0_f64, lng in 74.0..135.0_f64) {
        let place = domain::place::Degrees { lat, lng };
        let there = place.wgs84_to_gcj02();
        let back = there.gcj02_to_wgs84();
        prop_assert!((back.lat - lat).abs() < 1e-8 && (back.lng - lng).abs() < 1e-8);
        prop_assert!((there.lat - lat).abs() < 0.01 && (there.lng - lng).abs() < 0.015);
    }

    #[test]
    fn decimal_degrees_are_read_as_typed(lat in -89.9..89.9_f64, lng in -179.9..179.9_f64) {
        let (lat, lng) = (format!("{lat:.6}"), format!("{lng:.6}"));
        if let Ok(found) = coordinates::read(&format!("{lat}, {lng}")) {
            let given = if found.swapped { (found.lng.clone(), found.lat.clone()) } else { (found.lat.clone(), found.lng.clone()) };
            prop_assert_eq!((given.0.parse::<f64>().unwrap(), given.1.parse::<f64>().unwrap()), (lat.parse().unwrap(), lng.parse().unwrap()));
            prop_assert!(domain::place::Place::parse(&found.stored()).is_some());
        } else {
            prop_assert!(lat.parse::<f64>().unwrap().abs() < 1e-5);
        }
    }

    /// One wrong digit, or two neighbours changed about, are found by the check character.
    #[test]
    fn a_slip_in_a_credit_code_is_found(at in 0..17_usize, by in 1..31_usize) {
        let good = "91310110666007217T";
        let alphabet: Vec<char> = domain::forms::CREDIT_CODE_ALPHABET.chars().collect();
        let mut chars: Vec<char> = good.chars().collect();
        let value = alphabet.iter().position(|c| *c == chars[at]).unwrap();
        chars[at] = alphabet[(value + by) % 31];
        let slip: String = chars.iter().collect();
        prop_assert!(licences::credit_code(&slip).unwrap().expected_check.is_some());
    }

    #[test]
    fn custom_values_are_read_once_and_for_all(text in prop_oneof!["\\PC{0,20}", "-?[0-9]{1,8}(\\.[0-9]{0,4})?", "20[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"]) {
        use domain::schema::CustomKind::{Boolean, Date, Decimal, Email, Integer, Text, Url};
        for kind in [Text, Integer, Decimal, Boolean, Date, Url, Email] {
            if let Ok((value, _)) = custom::read(&kind, &text)
                && !value.is_null()
            {
                prop_assert_eq!(custom::read(&kind, &value.plain()).map(|(value, _)| value), Ok(value));
            }
        }
    }
}
