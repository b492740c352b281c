//! Cells as people write them.
#![allow(missing_docs, clippy::unwrap_used)]

use domain::schema::Schema;
use reading::{coordinates, hours, phones};

fn day(text: &str, n: usize) -> String {
    match hours::read(text) {
        Ok(found) => found.days[n].iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        Err(finding) => finding.code.to_string(),
    }
}

#[test]
fn weeks_are_read() {
    for (text, monday, sunday) in [
        ("周一至周五 9:00-21:00", "09:00-21:00", ""),
        ("09：00－21：00", "09:00-21:00", "09:00-21:00"),
        ("全天", "00:00-24:00", "00:00-24:00"),
        ("24小时营业", "00:00-24:00", "00:00-24:00"),
        ("上午10点到晚上10点", "10:00-22:00", "10:00-22:00"),
        ("18:00-次日02:00", "18:00-02:00", "18:00-02:00"),
        ("周一至周五9:00-18:00 周末休息", "09:00-18:00", ""),
        ("10:00-22:00 节假日不休", "10:00-22:00", "10:00-22:00"),
        ("9:00AM-9:00PM", "09:00-21:00", "09:00-21:00"),
        ("Mo-Fr 09:00-21:00; PH off", "09:00-21:00", ""),
        ("24/7", "00:00-24:00", "00:00-24:00"),
        ("每天早9点至晚9点", "09:00-21:00", "09:00-21:00"),
        ("早上6:30-晚上11:30", "06:30-23:30", "06:30-23:30"),
        ("１０：００至２２：００", "10:00-22:00", "10:00-22:00"),
        ("星期一到星期日 8:00-20:00", "08:00-20:00", "08:00-20:00"),
        ("周一、周三、周五 10:00-18:00", "10:00-18:00", ""),
        ("周一至周四 11:00-21:00；周五至周日 11:00-23:00", "11:00-21:00", "11:00-23:00"),
        ("工作日 07:30-19:00，周末 09:00-20:00", "07:30-19:00", "09:00-20:00"),
        ("11:00-14:00/17:00-22:00", "11:00-14:00,17:00-22:00", "11:00-14:00,17:00-22:00"),
        ("午市11:00-14:00 晚市17:00-21:30", "11:00-14:00,17:00-21:30", "11:00-14:00,17:00-21:30"),
        ("周二至周日 10:00-22:00（周一店休）", "", "10:00-22:00"),
        ("10:00-22:00，周一休息", "", "10:00-22:00"),
        ("周六日 10:00-17:00", "", "10:00-17:00"),
        ("17:00-26:00", "17:00-02:00", "17:00-02:00"),
        ("00:00-23:59", "00:00-24:00", "00:00-24:00"),
        ("0900-2100", "09:00-21:00", "09:00-21:00"),
        ("9点半-21点", "09:30-21:00", "09:30-21:00"),
        ("9时30分至21时", "09:30-21:00", "09:30-21:00"),
        ("十点到二十二点", "10:00-22:00", "10:00-22:00"),
        ("中午12点-晚上12点", "12:00-24:00", "12:00-24:00"),
        ("下午5点到凌晨2点", "17:00-02:00", "17:00-02:00"),
        ("09:00-12:00,12:00-18:00", "09:00-18:00", "09:00-18:00"),
        ("Mon-Sat 11am-10pm, Sun 12pm-9pm", "11:00-22:00", "12:00-21:00"),
        ("Daily 5pm-12am", "17:00-24:00", "17:00-24:00"),
        ("每日 10:00–21:30（最后点单21:00）", "10:00-21:30", "10:00-21:30"),
        ("09:00-18:00 法定节假日休息", "09:00-18:00", "09:00-18:00"),
        ("Mo-Su 10:00-20:00; PH 11:00-17:00", "10:00-20:00", "10:00-20:00"),
        ("预约制 12:00-20:00", "12:00-20:00", "12:00-20:00"),
        ("暂停营业", "", ""),
    ] {
        assert_eq!((day(text, 0).as_str(), day(text, 6).as_str()), (monday, sunday), "{text}");
    }
}

#[test]
fn what_has_two_readings_is_refused() {
    for (text, reason) in [
        ("", "empty"),
        ("—", "empty"),
        ("25:00-26:00", "bad_time"),
        ("09:60-21:00", "bad_time"),
        ("9:00", "missing_end"),
        ("09:00-09:00", "zero_length"),
        ("09:00-14:00,13:00-21:00", "overlap"),
        ("9:00-5:00", "ambiguous"),
        ("详见公众号", "no_time"),
        ("周一至周五 9:00-18:00，周三 10:00-20:00", "conflict_days"),
        ("单周周六休息，其余9:00-18:00", "irregular"),
        ("10:00-1904-01-02", "irregular"),
        ("1899-12-31-22:00", "irregular"),
        ("2026-01-02-22:00", "irregular"),
        ("周八 9:00-18:00", "bad_day"),
    ] {
        assert_eq!(hours::read(text).unwrap_err().code.as_str(), reason, "{text}");
    }
}

#[test]
fn a_refusal_names_what_was_not_understood() {
    for (text, code, named) in [
        ("工做日 9:00-18:00", "bad_day", "工做日"),
        ("上学日：7:00-18:00", "bad_day", "上学日"),
        ("Mondy 9am-5pm", "bad_day", "Mondy"),
        ("10:00-22:00，周末延长至23:00", "ambiguous", "延长"),
        ("10:00-22:00（暂停堂食）", "ambiguous", "堂食"),
        ("堂食10:00-22:00，外卖10:00-20:00", "ambiguous", "堂食"),
        ("11:00-20:00，假日09:00-20:00", "ambiguous", "假日"),
        ("工作日9:00-18:00，节假日9:00-20:00", "ambiguous", "节假日"),
        ("10 00-22 00", "ambiguous", "10"),
        ("9:60-21:00", "bad_time", "9:60"),
        ("Mo[1,3] 10:00-12:00", "irregular", "[1,3]"),
        ("11/1-3/31 9:00-17:00", "irregular", "11/1"),
    ] {
        let finding = hours::read(text).unwrap_err();
        assert_eq!(finding.code.as_str(), code, "{text}");
        assert!(finding.message.starts_with(&format!("“{named}” in “{text}” ")), "{}", finding.message);
    }
    // Both clocks exist: the end lies too late.
    let finding = hours::read("21:00-9:00").unwrap_err();
    assert!(finding.message.contains("06:00 of the next day"), "{}", finding.message);
}

#[test]
fn a_refusal_names_the_part_that_is_no_number() {
    for (cell, named) in [
        ("13912345678/5679", "“5679” in “13912345678/5679” has too few digits"),
        ("13912345678/64333334", "“64333334” in “13912345678/64333334” has no area code"),
        ("5679", "“5679” has too few digits"),
    ] {
        let finding = phones::read(cell, None).unwrap_err();
        assert!(finding.message.starts_with(named), "{}", finding.message);
    }
}

#[test]
fn phones_are_read() {
    for (cell, numbers) in [
        ("138 0013 8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("（０２１）６４３３３３３３", "+862164333333"),
        ("010-82868686转801", "+861082868686;ext=801"),
        ("021-64333333-8012", "+862164333333;ext=8012"),
        ("400-810-8888", "+864008108888"),
        ("13800138000/010-82868686", "+8613800138000 +861082868686"),
        ("13800138000、138-0013-8000", "+8613800138000"),
        ("13800138000 13900139000", "+8613800138000 +8613900139000"),
        ("电话：13912345678", "+8613912345678"),
        ("+852 2345 6789", "+85223456789"),
        ("=\"13900139014\"", "+8613900139014"),
        ("95188", "+8695188"),
        ("95188转3", "+8695188;ext=3"),
    ] {
        assert_eq!(phones::read(cell, None).unwrap().stored().join(" "), numbers, "{cell}");
    }
    for (cell, reason) in [
        ("82868686", "missing_area_code"),
        ("1380013800", "too_short"),
        ("138001380001", "too_long"),
        ("1.38E+10", "mangled_scientific"),
        ("12345678901", "invalid_range"),
        ("问前台", "not_a_number"),
        ("无", "empty"),
    ] {
        assert_eq!(phones::read(cell, None).unwrap_err().code.as_str(), reason, "{cell}");
    }
    assert_eq!(
        phones::read("886-7-6801827 / 0988-063871", Some("886")).unwrap().stored(),
        ["+88676801827", "+886988063871"]
    );
    assert_eq!(phones::read("886-3-8711339", Some("886")).unwrap().stored(), ["+88638711339"]);
}

#[test]
fn what_a_text_says_beside_the_week() {
    for (text, flags, note) in [
        ("24小时营业", "all_day", ""),
        ("周末24小时", "all_day", ""),
        ("10:00-22:00 全年无休", "ph_open", ""),
        ("周一至周日（含节假日）10:00-22:00", "ph_open", ""),
        ("Mo-Su,PH 10:00-22:00", "ph_open", ""),
        ("节假日除外 9:00-18:00", "ph_off", ""),
        ("09:00-18:00 closed on public holidays", "ph_off", ""),
        ("工作日9:00-18:00，周末及节假日10:00-20:00", "ph_hours", ""),
        ("平日 10:00-20:00 假日 09:00-21:00", "ph_hours", ""),
        ("停业", "closed_temporarily", ""),
        ("暂停营业至3月1日", "closed_temporarily note", "暂停营业至3月1日"),
        ("10:00-22:00 by appointment only", "by_appointment", ""),
        ("10:00-22:00 最后点单21:30", "note", "最后点单21:30"),
        ("10:00-22:00 last order 21:30", "note", "last order 21:30"),
        ("11:00-14:00（最后点单13:30）17:00-21:00（春节休息）", "note", "最后点单13:30; 春节休息"),
        ("每日17:00-02:00週一不定期休息", "note", "週一不定期休息"),
    ] {
        let found = hours::read(text).unwrap();
        let named: Vec<&str> = found.flags.iter().map(|flag| flag.as_str()).collect();
        assert_eq!((named.join(" ").as_str(), found.note.unwrap_or_default().as_str()), (flags, note), "{text}");
    }
}

#[test]
fn weeks_in_many_spellings() {
    for (text, osm) in [
        ("周二到周日11点至21点，周一店休", "Mo off; Tu-Su 11:00-21:00"),
        ("周一、周二休息，其余10:00-22:00", "Mo-Tu off; We-Su 10:00-22:00"),
        ("9:00-18:00（周末除外）", "Mo-Fr 09:00-18:00; Sa-Su off"),
        ("every day except Monday 10:00-18:00", "Mo off; Tu-Su 10:00-18:00"),
        ("周五、周六 11:00-次日2:00，其他日子 11:00-23:00", "Mo-Th,Su 11:00-23:00; Fr-Sa 11:00-26:00"),
        ("每天 10:00-22:00，周五 10:00-23:00", "Mo-Th,Sa-Su 10:00-22:00; Fr 10:00-23:00"),
        ("9am-5pm Mon-Fri, 10am-4pm Sat, closed Sun", "Mo-Fr 09:00-17:00; Sa 10:00-16:00; Su off"),
        ("10:00-22:00（周一至周五），11:00-20:00（周末）", "Mo-Fr 10:00-22:00; Sa-Su 11:00-20:00"),
        ("周1至5 9:00-18:00", "Mo-Fr 09:00-18:00; Sa-Su off"),
        ("一~六11:00~20:00", "Mo-Sa 11:00-20:00; Su off"),
        ("11:00~14:0017:00~21:00", "Mo-Su 11:00-14:00,17:00-21:00"),
        ("週三、五、六 PM 17:30~AM 01:00", "Mo-Tu,Th,Su off; We,Fr-Sa 17:30-25:00"),
        ("晚上8点-半夜2点", "Mo-Su 20:00-26:00"),
        ("10:00-00:00", "Mo-Su 10:00-24:00"),
        ("18:00-02:00（次日）", "Mo-Su 18:00-26:00"),
        ("noon-midnight", "Mo-Su 12:00-24:00"),
    ] {
        assert_eq!(hours::read(text).map(|found| hours::osm(&found)).unwrap_or_else(|e| e.message), osm, "{text}");
    }
    for (text, code) in [
        ("周一休息", "no_time"),
        ("9点到", "missing_end"),
        ("10:00-卖完", "missing_end"),
        ("22:00-08:00", "bad_time"),
        ("周六18:00-03:00 周日02:00-10:00", "overlap"),
        ("11:00-1:00", "ambiguous"),
        // Round the clock in pieces, from no midnight to another: no text of hours says that.
        ("6:00-18:00，18:00-次日6:00", "ambiguous"),
        ("假日 09:00-21:00", "ambiguous"),
        ("周日下午公休 9:00-18:00", "ambiguous"),
        ("周一休息 周一 9:00-18:00", "conflict_days"),
        ("夏季9:00-22:00，冬季10:00-21:00", "irregular"),
        ("Mo[1] 10:00-12:00", "irregular"),
        ("Funday 9:00-18:00", "bad_day"),
    ] {
        assert_eq!(hours::read(text).unwrap_err().code.as_str(), code, "{text}");
    }
}

#[test]
fn numbers_of_every_kind() {
    for (cell, found) in [
        ("400-810-8888转1", r#"[{"e164":"+864008108888","ext":"1","type":"toll_free_or_shared"}]"#),
        ("010-82868686(801)", r#"[{"e164":"+861082868686","ext":"801","type":"fixed"}]"#),
        ("021-64333333 ext. 8012", r#"[{"e164":"+862164333333","ext":"8012","type":"fixed"}]"#),
        ("10086", r#"[{"e164":null,"service":"10086","type":"service"}]"#),
        ("+86 (0)10 8286 8686", r#"[{"e164":"+861082868686","type":"fixed"}]"#),
        ("00852 2345 6789", r#"[{"e164":"+85223456789","type":"fixed"}]"#),
        ("013800138000", r#"[{"e164":"+8613800138000","type":"mobile"}]"#),
        ("13800138000.0", r#"[{"e164":"+8613800138000","type":"mobile"}]"#),
        ("13800138000(张经理)", r#"[{"e164":"+8613800138000","type":"mobile"}]"#),
        (
            "138 0013 8000 010-82868686",
            r#"[{"e164":"+8613800138000","type":"mobile"},{"e164":"+861082868686","type":"fixed"}]"#,
        ),
    ] {
        let list: Vec<_> = phones::read(cell, None).unwrap().phones.iter().map(phones::Phone::json).collect();
        assert_eq!(serde_json::Value::from(list).to_string(), found, "{cell}");
    }
    for (cell, code) in [
        ("442071838750", "foreign_unlikely"),
        ("0912345678", "foreign_unlikely"),
        ("021-6433333", "too_short"),
        ("4008108888123", "too_long"),
        ("1.38E10", "mangled_scientific"),
        ("82868686-801", "missing_area_code"),
    ] {
        assert_eq!(phones::read(cell, None).unwrap_err().code.as_str(), code, "{cell}");
    }
}

#[test]
fn coded_fields_by_code_or_name() {
    let read = |field: &str, text: &str| {
        let checked = reading::check(&Schema::default(), field, text);
        match checked.errors.first() {
            None => checked.normalised.plain(),
            Some(finding) => finding.code.to_string(),
        }
    };
    for (field, text, found) in [
        ("region_code", "北京市朝阳区", "110105"),
        ("region_code", "广东深圳南山", "440305"),
        ("region_code", "朝阳区", "ambiguous"),
        ("region_code", "999999", "unknown_code"),
        ("category_code", "火鍋", "food.hotpot"),
        ("category_code", "Coffee", "drink.coffee"),
        ("category_code", "无此类目", "unknown_code"),
        ("time_zone", "asia/shanghai", "Asia/Shanghai"),
        ("time_zone", "Asia/Nowhere", "unknown_code"),
        ("language", "简体中文", "zh-Hans"),
        ("settlement_cycle", "T+1", "t1"),
        ("status", "营业中", "open"),
        ("licence.credit_code", "9131O110666007217T", "charset"),
        ("location", "北纬31°10′38.7″ 东经121°31′38″", "31.177417,121.527222"),
        ("location", "121.5272106,31.1774276 GCJ-02", "31.1774276,121.5272106 GCJ-02"),
        ("coords", "N31.17 E121.52", "lat=31.17,lng=121.52"),
        ("coords", "31.17 121.52", "lat=31.17,lng=121.52"),
        ("coords", "somewhere", "not_a_place"),
        ("hours.mo", "9点-21点", "09:00-21:00"),
        ("name", "—", "required"),
    ] {
        assert_eq!(read(field, text), found, "{field} {text}");
    }
}

#[test]
fn a_day_as_it_is_stored_has_one_reading() {
    let day = domain::FieldPath::new("hours.sa").unwrap();
    for (typed, expected) in [
        ("10:00-02:00", Some(&["10:00-02:00"][..])),
        ("10:00-14:00, 17:00-02:00", Some(&["10:00-14:00", "17:00-02:00"])),
        ("9:00-5:00", None),
    ] {
        let read = reading::register(&Schema::default(), &day, typed).ok().map(|(value, _)| value);
        assert_eq!(read, expected.map(|spans| domain::Value::list(spans.iter().copied())), "{typed}");
    }
}

/// Found by fuzzing.
#[test]
fn what_was_read_is_read_again() {
    for cell in ["011-82868685", "+44 01182868685"] {
        if let Ok(found) = phones::read(cell, Some("44")) {
            for number in found.stored() {
                assert_eq!(phones::read(&number, None).map(|found| found.stored()), Ok(vec![number]), "{cell}");
            }
        }
    }
    let field = domain::FieldPath::new("custom.x").unwrap();
    let (value, _) = reading::register(&Schema::default(), &field, "9223372036854775808\0").unwrap();
    assert_eq!(reading::register(&Schema::default(), &field, &value.plain()).unwrap().0, value);
}

#[test]
fn a_number_that_may_be_another_countrys_is_pointed_out() {
    for (text, warned) in [
        ("21-6433-3333", true),
        // Its first group is an area code, it has none, or somebody has said which country's it is.
        ("0415-555-2671", false),
        ("010-8286-8686", false),
        ("021 6433 3333", false),
        ("138 0013 8000", false),
        ("400-810-8888", false),
        ("4155552671", true),
        ("电话：7187144272", true),
        ("7187144272/13800138000", true),
        ("7187144272 7187144273", true),
        // No area of North America begins with 1; here the zero was lost, or it is no area.
        ("1082868686", false),
        ("4008108888", false),
        ("+867187144272", false),
        ("+86 415-555-2671", false),
    ] {
        let warnings = phones::read(text, None).unwrap().warnings();
        let codes: Vec<&str> = warnings.iter().map(|warning| warning.code.as_str()).collect();
        assert_eq!(codes, if warned { &["foreign_unlikely"][..] } else { &[] }, "{text}");
    }
    assert!(phones::read("415-555-2671", Some("1")).unwrap().warnings().is_empty());
}

#[test]
fn an_area_code_that_was_assumed_is_pointed_out() {
    for (text, codes) in [
        ("010-84038188/84038288", &["area_code_assumed"][..]),
        ("010-84038188 84038288（前台）", &["note", "area_code_assumed"]),
        ("010-84038188/010-84038288", &[]),
        // Nor is it said of what is left out.
        ("010-84038188 传真：84038288", &["note"]),
    ] {
        let warnings = phones::read(text, None).unwrap().warnings();
        assert_eq!(warnings.iter().map(|warning| warning.code.as_str()).collect::<Vec<_>>(), codes, "{text}");
    }
    assert!(phones::read("010-84038188/84038288", None).unwrap().warnings()[0].message.contains("+861084038288"));
}

#[test]
fn a_link_has_the_datum_of_its_map() {
    for (text, stored) in [
        ("https://uri.amap.com/marker?position=117.2466,39.0707&name=x", "39.0707,117.2466 GCJ-02"),
        ("https://apis.map.qq.com/uri/v1/marker?marker=coord:39.9042,116.4074", "39.9042,116.4074 GCJ-02"),
        ("https://www.openstreetmap.org/#map=17/39.90420/116.40740", "39.90420,116.40740"),
    ] {
        let found = coordinates::read(text).unwrap();
        assert!(found.datum.is_some() && found.warnings().is_empty(), "{text}");
        assert_eq!(found.stored(), stored, "{text}");
    }
    for (text, word) in
        [("https://maps.google.com/?q=39.9,116.4", "Google"), ("http://map.baidu.com/?q=39.9,116.4", "Baidu")]
    {
        assert!(coordinates::read(text).unwrap_err().message.contains(word), "{text}");
    }
}

#[test]
fn a_place_that_was_read_is_read_again() {
    for (text, stored) in [
        (".31, 1.50", Some("0.31,1.50")),
        ("0000031.1774, 121.5272", Some("31.1774,121.5272")),
        ("31.177420677n .312111527210677426", Some("31.177420677,0.312111527210677426")),
        // As it is stored it would be longer than what is read.
        ("31.177420677n .3121115272106774267", None),
    ] {
        let read = |text: &str| coordinates::read(text).ok().map(|found| found.stored());
        assert_eq!(read(text).as_deref(), stored, "{text}");
        assert_eq!(stored.and_then(read).as_deref(), stored, "{text}");
    }
}

#[test]
fn rounded_mobile_numbers_are_pointed_out() {
    for (cell, codes) in [
        ("13800000000", "digits_lost_suspected"),
        ("138 0000 0000", "digits_lost_suspected"),
        ("手机：+86 13810000000", "digits_lost_suspected"),
        ("13812300000", ""),
        ("13800138000", ""),
        ("010-80000000", ""),
        ("400-000-0000", ""),
    ] {
        let Ok(found) = phones::read(cell, None) else { continue };
        let told: Vec<&str> = found.warnings().iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(told.join(" "), codes, "{cell}");
        assert_eq!(found.stored_warnings().len(), usize::from(!codes.is_empty()), "{cell}");
    }
    assert!(phones::read("13800000000", None).is_ok());
}
