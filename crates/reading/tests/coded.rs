//! Coded and declared fields, as people type them and as they are stored.
#![allow(missing_docs, clippy::unwrap_used)]

use domain::FieldPath;
use domain::schema::Schema;
use reading::{Checked, region};
use serde_json::{Value as Json, json};

fn checked(schema: &Schema, field: &str, typed: &str) -> Checked {
    reading::check(schema, field, typed)
}

/// What is stored, or the code of the error; then the codes of the warnings.
fn found(schema: &Schema, field: &str, typed: &str) -> (Json, String) {
    let checked = checked(schema, field, typed);
    let warnings: Vec<&str> = checked.warnings.iter().map(|finding| finding.code.as_str()).collect();
    match checked.errors.first() {
        None => (checked.normalised.0, warnings.join(" ")),
        Some(finding) => {
            assert!(finding.message.len() > 20, "{finding:?}");
            (json!(format!("error:{}", finding.code)), String::new())
        }
    }
}

fn holds(schema: &Schema, rows: &[(&str, &str, Json, &str)]) {
    for (field, typed, stored, warnings) in rows {
        assert_eq!(found(schema, field, typed), (stored.clone(), (*warnings).to_owned()), "{field} {typed}");
    }
}

#[test]
fn places_are_called_in_full_or_short_and_with_gaps() {
    for (typed, code) in [
        ("杭州西湖区", "330106"),
        ("南京鼓楼区", "320106"),
        ("武汉洪山区", "420111"),
        ("长春朝阳区", "220104"),
        ("廣東省廣州天河區", "440106"),
        ("广东 深圳 南山", "440305"),
        ("江苏省昆山市", "320583"),
        ("浙江省义乌市", "330782"),
        ("湖北恩施市", "422801"),
        ("新疆石河子市", "659001"),
        ("延边州", "222400"),
        ("恩施州", "422800"),
        ("凉山州", "513400"),
        ("西双版纳", "532800"),
        ("甘肃积石山县", "622927"),
        ("上海浦东", "310115"),
        ("新疆自治区乌鲁木齐市米东区", "650109"),
        ("广西自治区南宁市", "450100"),
        ("中国广东省深圳市", "440300"),
        // A province before whatever has its name.
        ("海南", "460000"),
        ("吉林", "220000"),
        ("吉林市", "220200"),
        // And what has two readings is asked for.
        ("朝阳区", "error:ambiguous"),
        ("河北桥西区", "error:ambiguous"),
        ("市辖区", "error:unknown_code"),
        ("中国", "error:unknown_code"),
        ("深圳西湖区", "error:unknown_code"),
    ] {
        assert_eq!(found(&Schema::default(), "region_code", typed).0, json!(code), "{typed}");
    }
}

#[test]
fn what_the_list_does_not_have_is_said() {
    let rows = [
        ("region_code", "广东省东莞市长安镇", json!("441900"), "not_kept"),
        ("region_code", "東莞長安鎮", json!("441900"), "not_kept"),
        ("region_code", "江苏省昆山市花桥镇", json!("320583"), "not_kept"),
        ("region_code", "广州天河区石牌街道", json!("440106"), "not_kept"),
        // The district is missing; the city is; or there is only a town.
        ("region_code", "广州市石牌街道", json!("error:unknown_code"), ""),
        ("region_code", "朝阳区建外街道", json!("error:unknown_code"), ""),
        ("region_code", "长安镇", json!("error:unknown_code"), ""),
        ("region_code", "上海崇明县", json!("310151"), "unknown_code"),
        ("region_code", "北京市密云县", json!("110118"), "unknown_code"),
        // Two districts of this name, or a prefecture.
        ("region_code", "通州县", json!("error:unknown_code"), ""),
        ("region_code", "绍兴县", json!("error:unknown_code"), ""),
        ("region_code", "南昌县", json!("360121"), ""),
    ];
    holds(&Schema::default(), &rows);
    let finding = &checked(&Schema::default(), "region_code", "上海崇明县").warnings[0];
    assert!(finding.message.ends_with("上海市崇明区"), "{finding:?}");
}

#[test]
fn every_place_is_found_by_its_whole_name() {
    let below = |code: &str| region::below(code);
    let (mut places, mut wrong) = (0, Vec::new());
    for (n, (province, top)) in below("").into_iter().enumerate() {
        for (city, middle) in below(province).into_iter().skip(n % 5).step_by(5) {
            let named = |name: String, code: &str| {
                (region::read(&name).map(|(code, _)| code).as_deref() != Ok(code)).then_some(name)
            };
            wrong.extend(named(format!("{top}{middle}"), city));
            places += 1;
            for (district, last) in below(city).into_iter().skip(n % 3).step_by(6) {
                wrong.extend(named(format!("{top}{middle}{last}"), district));
                places += 1;
            }
        }
    }
    assert!(places > 150 && wrong.is_empty(), "{places} {wrong:?}");
}

#[test]
fn words_for_codes() {
    let rows = [
        ("language", "zh_cn", json!("zh-CN"), ""),
        ("language", "zh-Hant-TW", json!("zh-Hant-TW"), ""),
        ("language", "es-419", json!("es-419"), ""),
        ("language", "yue", json!("yue"), ""),
        ("language", "cn", json!("error:unknown_code"), ""),
        ("language", "xx", json!("error:unknown_code"), ""),
        ("language", "en-UK", json!("error:unknown_code"), ""),
        ("time_zone", "Asia/Hong Kong", json!("Asia/Hong_Kong"), ""),
        ("time_zone", "america/new york", json!("America/New_York"), ""),
        ("settlement_cycle", "T + 1", json!("t1"), ""),
        ("settlement_cycle", "D+1", json!("t1"), ""),
        ("settlement_cycle", "t+7", json!("t7"), ""),
        ("status", "歇业", json!("paused"), ""),
        ("status", "關店", json!("closed"), ""),
        ("status", "營業中", json!("open"), ""),
        ("status", "Temporarily closed", json!("paused"), ""),
        ("category_code", "火锅店", json!("food.hotpot"), ""),
        ("category_code", "咖啡店", json!("drink.coffee"), ""),
        ("category_code", "酒店", json!("stay"), ""),
        ("food_licence", "食品经营许可证编号：JY23101040012348", json!("JY23101040012348"), ""),
        ("licence.food", "编号：JY23101040012348", json!("JY23101040012348"), ""),
    ];
    holds(&Schema::default(), &rows);
    for (typed, like) in [("cn", "zh-CN"), ("jp", "ja"), ("en-UK", "en-GB")] {
        let checked = checked(&Schema::default(), "language", typed);
        assert!(checked.errors[0].message.ends_with(like), "{:?}", checked.errors);
    }
}

#[test]
fn tags_are_typed_between_commas() {
    let long = "长".repeat(200);
    holds(
        &Schema::default(),
        &[
            ("tags", "外卖, 清真，包间、", json!(["外卖", "清真", "包间"]), ""),
            ("tags", "外卖", json!(["外卖"]), ""),
            ("tags", "", json!([]), ""),
            ("tags", &long, json!("error:bad_field"), ""),
        ],
    );
}

#[test]
fn what_is_not_kept_of_a_number_is_said() {
    let schema = declared("phone");
    for field in ["phones.primary", "custom.x"] {
        let rows = [
            (field, "010-82868686", json!("+861082868686"), ""),
            (field, "010-82868686转801", json!("+861082868686;ext=801"), ""),
            (field, "010-82868686转801（前台）", json!("+861082868686;ext=801"), "not_kept"),
            (field, "95188", json!("+8695188"), ""),
            (field, "21-6433-3333", json!("+862164333333"), "foreign_unlikely"),
            (field, "090-1234-5678", json!("error:foreign_unlikely"), ""),
            (field, "13800138000/13900139000", json!("error:not_a_number"), ""),
        ];
        holds(&schema, &rows);
        assert!(checked(&schema, field, "010-82868686（前台）").warnings[0].message.contains("前台"));
    }
}

#[test]
fn what_is_not_kept_of_a_days_hours_is_said() {
    let schema = Schema::default();
    holds(
        &schema,
        &[
            ("hours.mo", "9:00-21:00", json!(["09:00-21:00"]), ""),
            ("hours.mo", "24小时", json!(["00:00-24:00"]), ""),
            ("hours.mo", "9:00-21:00（最后点单20:30）", json!(["09:00-21:00"]), "not_kept"),
            ("hours.mo", "10:00-22:00 节假日休息", json!(["10:00-22:00"]), "not_kept"),
            ("hours.mo", "预约制 10:00-20:00", json!(["10:00-20:00"]), "not_kept"),
            ("hours.mo", "暂停营业", json!([]), "not_kept"),
        ],
    );
    let warned = checked(&schema, "hours.mo", "9:00-21:00（最后点单20:30）");
    assert!(warned.warnings[0].message.contains("最后点单20:30"), "{:?}", warned.warnings);
}

/// A schema with one field, `custom.x`.
fn declared(kind: &str) -> Schema {
    let field = json!([{"key": "x", "labels": {"en": "X"}, "type": kind}]);
    Schema { custom: serde_json::from_value(field).unwrap(), ..Schema::default() }
}

#[test]
fn an_undeclared_field_shows_what_was_typed() {
    let rows = [
        ("custom.x", "40", json!(40), ""),
        ("custom.x", "-3.5", json!(-3.5), ""),
        ("custom.x", "true", json!(true), ""),
        ("custom.x", "12345678901234567890123", json!("12345678901234567890123"), ""),
        ("custom.x", "3.10", json!("3.10"), ""),
        ("custom.x", "12.50", json!("12.50"), ""),
        ("custom.x", "1E5", json!("1E5"), ""),
        ("custom.x", "-0", json!("-0"), ""),
        ("custom.x", "0012", json!("0012"), ""),
    ];
    holds(&Schema::default(), &rows);
    let field = FieldPath::new("custom.x").unwrap();
    for (_, typed, ..) in rows {
        assert_eq!(reading::register(&Schema::default(), &field, typed).unwrap().0.plain(), typed);
    }
}

#[test]
fn declared_fields_read_what_people_write() {
    let no = [
        ("custom.x", "没有", json!(false), ""),
        ("custom.x", "有", json!(true), ""),
        ("custom.x", "无", Json::Null, ""),
        ("custom.x", "-", Json::Null, ""),
    ];
    holds(&declared("boolean"), &no);
    let grouped = [
        ("custom.x", "1,234.50", json!("1234.50"), ""),
        ("custom.x", "１，２３４.5", json!("1234.5"), ""),
        ("custom.x", "0.1,234", json!("error:not_a_number"), ""),
        ("custom.x", "1,23.50", json!("error:not_a_number"), ""),
    ];
    holds(&declared("decimal"), &grouped);
    let whole = [
        ("custom.x", "1,200.00", json!(1200), ""),
        ("custom.x", "1,200.50", json!("error:range"), ""),
        ("custom.x", "没有", Json::Null, ""),
    ];
    holds(&declared("integer"), &whole);
    let addresses = [
        ("custom.x", "https://example.com:8443/a", json!("https://example.com:8443/a"), ""),
        ("custom.x", "https://example.com:99999/a", json!("error:bad_value"), ""),
        ("custom.x", "https://example.com:abc/a", json!("error:bad_value"), ""),
    ];
    holds(&declared("url"), &addresses);
}
