//! What an import must not take at its word: marks that are not closed, bytes that are damaged, cells in the wrong
//! column, lines that are no stores, ids that mean another store.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::cache::Cache;
use client::importer::{ImportOptions, ImportSummary, RowReport, import};
use domain::ipc::{Duplicates, ImportRequest};
use support::*;

async fn run(cache: &Cache, bytes: &[u8], source: &str, dry_run: bool) -> (Vec<RowReport>, ImportSummary) {
    run_with(cache, bytes, source, |request| request.dry_run = dry_run).await
}

async fn run_with(
    cache: &Cache,
    bytes: &[u8],
    source: &str,
    ask: impl Fn(&mut ImportRequest),
) -> (Vec<RowReport>, ImportSummary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stores.csv");
    std::fs::write(&path, bytes).unwrap();
    let mut options = ImportOptions::new(&path, source);
    ask(&mut options.request);
    let mut rows = Vec::new();
    let summary = import(cache, None, &options, &mut |row| {
        rows.push(row.clone());
        true
    })
    .await
    .unwrap();
    (rows, summary)
}

/// Each row's outcome and warnings.
async fn told(text: impl AsRef<[u8]>) -> Vec<String> {
    let (_home, cache) = open().await;
    let (rows, _) = run(&cache, text.as_ref(), "test", true).await;
    rows.iter().map(|row| [&[row.outcome.to_string()][..], &row.warnings].concat().join(" ")).collect()
}

#[tokio::test]
async fn a_quotation_mark_that_is_not_closed_costs_one_row() {
    let mut text = "name,address,note\n".to_owned();
    for n in 1..=400 {
        text.push_str(&format!("店{n}号,北京路{n}号,{}备注{n}\n", if n == 5 { "\"" } else { "" }));
    }
    let all = |told: &[String], bad: &str| {
        assert_eq!(told.len(), 400);
        assert_eq!(told[4], bad);
        assert_eq!(told.iter().filter(|row| *row == "create").count(), 399);
    };
    all(&told(&text).await, "invalid:row:unclosed_quote:6-401");
    // A later cell in quotation marks shows it, and so does one that only ends with a mark.
    all(&told(text.replace("备注20\n", "\"备,注20\"\n")).await, "invalid:row:unclosed_quote:6-21");
    all(&told(text.replace("备注20\n", "备注20\"\n")).await, "invalid:row:unclosed_quote:6-21");
    let lines = "name,address,note\n甲,\"1 Road, Hill\nTown, UK\",\"a\r\n\r\nb\"\n乙,2 Road,\n";
    assert_eq!(told(lines).await, ["create", "create"], "cells of several lines are none of it");
}

#[tokio::test]
async fn damaged_bytes_cost_their_row_and_not_the_encoding() {
    let text =
        "店名,地址,电话\n老王面馆,杭州市西湖区文二路1号,\n小店,杭州市西湖区文二路2号,\n好店,杭州市西湖区文二路3号,\n";
    let damaged = |damage: &[u8]| {
        let at = text.find("小店").unwrap();
        [&text.as_bytes()[..at], damage, &text.as_bytes()[at..]].concat()
    };
    for damage in [&b"\xa0"[..], b"\xff", b"\0", &"店".as_bytes()[..2]] {
        let (_home, cache) = open().await;
        let (rows, summary) = run(&cache, &damaged(damage), "test", true).await;
        assert_eq!(summary.file.encoding.as_deref(), Some("UTF-8"), "{damage:?}");
        let outcomes: Vec<_> = rows.iter().map(|row| row.outcome.to_string()).collect();
        assert_eq!(outcomes, ["create", "invalid:name:bad_encoding", "create"], "{damage:?}");
    }
}

#[tokio::test]
async fn cells_beyond_the_header_are_not_moved_in_silence() {
    let text = "name,address,note\n甲店,北京市,西湖路1号,好\n乙店,北京路2号\n丙店,北京路3号,好,,\n";
    assert_eq!(told(text).await, ["invalid:row:too_many_cells", "create", "create"]);
}

#[tokio::test]
async fn lines_that_are_no_stores_do_not_become_merchants() {
    let text = "店名,地址,电话\n必填,必填,选填\n甲店,北京路1号,13800001000\n店名,地址,电话\nTotal,北京路9号,010-62561234\n\
        Total,2,\n合计,2家,\n制表：张三,审核：李四,\n";
    let expected = [
        "invalid:row:not_a_store",
        "create",
        "skip:blank row:repeated_header",
        "create row:not_a_store",
        "invalid:row:not_a_store",
        "invalid:row:not_a_store",
        "invalid:row:not_a_store",
    ];
    assert_eq!(told(text).await, expected);
    let errors = "店名,地址,电话,备注\n甲店,北京路1号,#N/A,#REF!\n#NAME?,北京路2号,,\n";
    assert_eq!(
        told(errors).await,
        ["create phone:formula_error note:formula_error", "invalid:name:missing name:formula_error"]
    );
}

#[tokio::test]
async fn hints_and_foot_notes_are_no_stores_and_stores_are_no_hints() {
    for row in [
        "必填，不超过30字,必填,",
        "例如：老王面馆,例如：北京路1号,",
        "请填写门店名称,请填写详细地址,",
        "*必填,*必填,",
        "(必填),(必填),(选填)",
        "【示例】老王面馆,北京路1号,13800138000",
        "（例）老王面馆,北京路1号,",
        "文本,文本,",
        "*,*,",
        "数据来源：总部,截至2026年1月,",
        "注：以上为2026年数据,仅供参考,",
    ] {
        assert_eq!(told(format!("店名,地址,电话\n{row}\n")).await, ["invalid:row:not_a_store"], "{row}");
    }
    for row in [
        "注册,北京路1号,13800138001",
        "示范店,北京路1号,",
        "文本,北京路1号,",
        "数字（东店）,北京路1号,",
        "*,北京路1号,",
        "例外咖啡,例如巷1号,",
        "（新）老王面馆,北京路1号,",
        "必填书店,必填路1号,",
    ] {
        assert_eq!(told(format!("店名,地址,电话\n{row}\n")).await, ["create"], "{row}");
    }
}

#[tokio::test]
async fn an_id_of_another_source_is_noticed() {
    let (_home, cache) = open().await;
    run(&cache, "门店编号,店名,地址,电话\n001,川渝人家,重庆路1号,13800138001\n".as_bytes(), "a", false).await;
    let second = |row: &str| format!("门店编号,店名,地址,电话\n001,{row}\n").into_bytes();
    for (row, refused) in [
        ("蓝瓶咖啡,上海路9号,13900139009", true),
        ("蓝瓶咖啡,上海路9号,", true),
        ("川渝人家,上海路9号,13900139009", false),
        ("蓝瓶咖啡,重庆路1号,13900139009", false),
        ("蓝瓶咖啡,上海路9号,13800138001", false),
    ] {
        let (rows, _) = run(&cache, &second(row), "b", true).await;
        let outcome = if refused { "invalid:code:other_store" } else { "update" };
        assert_eq!(rows[0].outcome.to_string(), outcome, "{row}: {:?}", rows[0].warnings);
        assert_eq!(rows[0].problems == ["code:other_store"], refused, "{row}");
    }
    // Who asks for it gets it, and is told.
    let (rows, _) = run_with(&cache, &second("蓝瓶咖啡,上海路9号,"), "b", |request| {
        (request.dry_run, request.duplicates) = (true, Duplicates::Update);
    })
    .await;
    assert_eq!(
        (rows[0].outcome.to_string().as_str(), &rows[0].warnings[..]),
        ("update", &["code:other_store".to_owned()][..])
    );
    // Nothing of it is saved otherwise.
    run(&cache, &second("蓝瓶咖啡,上海路9号,13900139009"), "b", false).await;
    let there = cache.registers_of(&[domain::MerchantId::new("001").unwrap()]).await.unwrap();
    assert_eq!(there[0].1[&domain::FieldPath::fixed("name")].plain(), "川渝人家");
    let numbered = "No.,店名,地址\n1,甲店,北京路1号\n2,乙店,北京路2号\n".as_bytes();
    let (rows, summary) = run(&cache, numbered, "c", true).await;
    assert_eq!(summary.file.unmapped, ["No."], "a running number is no id");
    assert!(rows.iter().all(|row| row.merchant_id.as_ref().unwrap().as_str().starts_with("c-")));
}

#[tokio::test]
async fn ids_that_a_spreadsheet_changed() {
    let text =
        "门店编号,店名,地址\n12.0,甲,路1号\n4.41E11,乙,路2号\n'00013,丙,路3号\nＡ００１４,丁,路4号\n12E5,戊,路5号\n";
    let (_home, cache) = open().await;
    let (rows, _) = run(&cache, text.as_bytes(), "test", true).await;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.outcome.to_string(), row.merchant_id.as_ref().map(|id| id.as_str()).unwrap_or_default()))
        .collect();
    let expected = [
        ("create", "12"),
        ("invalid:code:mangled_scientific", ""),
        ("create", "00013"),
        ("create", "A0014"),
        ("create", "12E5"),
    ];
    assert_eq!(told, expected.map(|(outcome, id)| (outcome.to_owned(), id)));
    assert_eq!(rows[0].warnings, ["code:point_dropped", "code:leading_zeros_suspected"]);
}

#[tokio::test]
async fn namesakes_are_told_apart_by_their_places() {
    let text = "店名,地址,经度,纬度\n老王面馆,北京路1号,121.4801,31.2345\n老王面馆,楼底,\"121,48012\",\"31,23452\"\n\
        老王面馆,别处,121.5801,31.2345\n老王面馆,不知何处,,\n";
    assert_eq!(told(text).await, ["create", "create possible_duplicate:1", "create", "create possible_duplicate:1"]);
}

#[tokio::test]
async fn places_of_another_order_or_unit_are_pointed_out() {
    let text = "店名,地址,坐标\n甲,甲路1号,\"31.17743, 121.52721\"\n乙,乙路1号,\"121.52721, 31.17743\"\n\
        丙,丙路1号,\"40712776, -74005974\"\n";
    assert_eq!(told(text).await, ["create", "create coords:swapped", "create coords:millionths"]);
}

#[tokio::test]
async fn a_name_in_doubt_at_the_address_of_a_stored_merchant_is_pointed_out() {
    let (_home, cache) = open().await;
    let stored = "店号,店名,地址\nA1,老王面馆,北京路1号\nA2,小李水果,北京路1号\n";
    run(&cache, stored.as_bytes(), "one", false).await;
    let rows = "店号,店名,地址\nB1,老王面馆（总店）,北京路 1 号\nB2,老李面馆（总店）,别处\nB3,花店,北京路1号\n";
    let (rows, _) = run(&cache, rows.as_bytes(), "two", true).await;
    let told: Vec<_> = rows.iter().map(|row| (row.outcome.to_string(), row.warnings.clone())).collect();
    let fine = || ("create".to_owned(), Vec::<String>::new());
    assert_eq!(told, [("create".to_owned(), vec!["possible_duplicate:A1".to_owned()]), fine(), fine()]);

    // An address that very many give says nothing.
    let (_home, cache) = open().await;
    let crowd: String = (1..=70).map(|n| format!("A{n},老王面馆（{n}号店）,见地图\n")).collect();
    run(&cache, format!("店号,店名,地址\n{crowd}").as_bytes(), "one", false).await;
    let (rows, _) = run(&cache, "店号,店名,地址\nB1,老王面馆,见地图\n".as_bytes(), "two", true).await;
    assert_eq!((rows[0].outcome.to_string(), rows[0].warnings.clone()), fine());
}

#[tokio::test]
async fn damaged_bytes_of_a_chinese_file_cost_their_row_and_not_the_encoding() {
    let mut text = "店名,地址,电话\r\n".to_owned();
    (1..=60).for_each(|n| {
        text.push_str(&format!("老王面馆第{n}分店,北京市朝阳区建国路{n}号,{}\r\n", 13_800_138_000_u64 + n))
    });
    let bytes = encoding_rs::GB18030.encode(&text).0.into_owned();
    let stands = |part: &str| {
        let part = encoding_rs::GB18030.encode(part).0.into_owned();
        bytes.windows(part.len()).position(|bytes| bytes == part).unwrap()
    };
    let put = |damage: &[(usize, u8)]| {
        let mut bytes = bytes.clone();
        damage.iter().for_each(|(at, byte)| bytes[*at] = *byte);
        bytes
    };
    let tenths: Vec<(usize, u8)> = (0..6).map(|n| (stands(&format!("第{}分店", n * 10 + 5)), 0xff)).collect();
    let cases: [(&str, Vec<u8>, usize, usize); 4] = [
        ("a byte", put(&[(stands("分店"), 0xff)]), 60, 1),
        ("a byte in each tenth row", put(&tenths), 60, 6),
        ("the last character", bytes[..=stands("朝阳区建国路60号")].to_vec(), 60, 1),
        ("nothing", bytes.clone(), 60, 0),
    ];
    for (what, bytes, count, damaged) in cases {
        let (_home, cache) = open().await;
        let (rows, summary) = run(&cache, &bytes, "test", true).await;
        assert_eq!(summary.file.encoding.as_deref(), Some("GB18030"), "{what}");
        let bad = rows.iter().filter(|row| row.outcome.to_string().ends_with(":bad_encoding")).count();
        let good = rows.iter().filter(|row| row.outcome.to_string() == "create").count();
        assert_eq!((rows.len(), bad, good), (count, damaged, count - damaged), "{what}");
    }
    // Beyond the bytes by which the encoding is found, a character more or less in two.
    let long = text.repeat(1_000);
    let mut bytes = encoding_rs::GB18030.encode(&long).0.into_owned();
    assert!(bytes.len() > 3 << 20);
    for place in [1 << 19, 2 << 20] {
        let at = place + bytes[place..].windows(2).position(|pair| pair == b"\r\n").unwrap() + 4;
        bytes[at] = 0xff;
    }
    let (_home, cache) = open().await;
    let (rows, summary) = run(&cache, &bytes, "test", true).await;
    assert_eq!(summary.file.encoding.as_deref(), Some("GB18030"));
    assert_eq!(rows.iter().filter(|row| row.outcome.to_string() == "invalid:name:bad_encoding").count(), 2);
}

#[tokio::test]
async fn a_header_says_of_which_datum_its_degrees_are() {
    let store = |headers: &str| format!("店名,地址,{headers}\n甲,北京路1号,116.4,39.9,116.41,39.91\n");
    for (headers, location, warned) in [
        ("经度,纬度,,", "39.9,116.4", ""),
        ("经度(GCJ02),纬度（高德）,,", "39.9,116.4 GCJ-02", ""),
        ("经度,纬度（腾讯地图）,,", "39.9,116.4 GCJ-02", ""),
        ("火星经度,火星纬度,百度经度,百度纬度", "39.9,116.4 GCJ-02", ""),
        ("百度经度,百度纬度,高德经度,高德纬度", "39.91,116.41 GCJ-02", ""),
        ("经度(BD09),纬度,,", "", "coords:not_a_place"),
        ("经度（百度）,纬度（百度）,,", "", "coords:not_a_place"),
        ("经度(GCJ02),纬度(WGS84),,", "", "coords:not_a_place"),
    ] {
        assert_place(&store(headers), location, warned).await;
    }
    for (header, cell, location, warned) in [
        ("高德坐标", "39.9,116.4", "39.9,116.4 GCJ-02", ""),
        ("坐标(GCJ-02)", "39.9,116.4 WGS-84", "39.9,116.4", ""),
        ("百度坐标", "39.9,116.4", "", "coords:not_a_place"),
    ] {
        assert_place(&format!("店名,地址,{header}\n甲,北京路1号,\"{cell}\"\n"), location, warned).await;
    }
}

async fn assert_place(text: &str, location: &str, warned: &str) {
    let (_home, cache) = open().await;
    let (rows, _) = run(&cache, text.as_bytes(), "test", false).await;
    let warnings: Vec<&str> =
        rows[0].warnings.iter().map(String::as_str).filter(|told| !told.starts_with("row:")).collect();
    assert_eq!(warnings.join(" "), warned, "{text}");
    let id = rows[0].merchant_id.clone().unwrap();
    let stored = cache.registers_of(&[id]).await.unwrap();
    let found = stored[0].1.get(&field("location")).and_then(|value| value.as_str()).unwrap_or_default();
    assert_eq!(found, location, "{text}");
}

#[tokio::test]
async fn ids_that_lost_their_zeros_on_the_way_through_a_spreadsheet_are_pointed_out() {
    let (_home, cache) = open().await;
    let stored = "店号,店名,地址,电话\n0011,甲面馆,北京路1号,13800138001\n0012,乙面馆,北京路2号,13800138002\n";
    run(&cache, stored.as_bytes(), "hq", false).await;
    let lost = "code:leading_zeros_suspected";
    for (row, expected) in [
        ("11,甲面馆,北京路1号,13800138001", ["duplicate-of:0011", lost].join(" ")),
        ("11,甲面馆,上海路9号,", ["create", lost, "possible_duplicate:0011"].join(" ")),
        ("12,改名面馆,北京路2号,", ["create", lost, "possible_duplicate:0012"].join(" ")),
        // Another source counts its stores too.
        ("11,蓝瓶咖啡,上海路9号,13900139009", "create".to_owned()),
        ("13,甲面馆,北京路1号,13800138001", "duplicate-of:0011".to_owned()),
        ("0011,甲面馆,北京路1号,13800138001", "unchanged".to_owned()),
    ] {
        let (rows, _) = run(&cache, format!("店号,店名,地址,电话\n{row}\n").as_bytes(), "hq", true).await;
        let told = [&[rows[0].outcome.to_string()][..], &rows[0].warnings].concat().join(" ");
        assert_eq!(told, expected, "{row}");
    }
}

#[tokio::test]
async fn what_may_be_a_stored_merchant_is_pointed_out_as_within_a_file() {
    let stored = ["A1,老王面馆,北京路1号,13800138001,,", "A2,小李水果,北京路2号,13800138002,121.4801,31.2345"];
    for (row, other) in [
        ("B1,老王面馆,上海路9号,,,", 1),
        ("B1,老王面馆（总店）,上海路9号,13800138001,,", 1),
        ("B1,小李水果,上海路9号,,,", 2),
        // It lies elsewhere, or has nothing in common but the number.
        ("B1,小李水果,上海路9号,,121.5801,31.2345", 0),
        ("B1,蓝瓶咖啡,上海路9号,13800138001,,", 0),
        ("B1,蓝瓶咖啡,上海路9号,13900139009,,", 0),
    ] {
        // Saved as an own edit, and as the server has it.
        let header = "店号,店名,地址,电话,经度,纬度\n";
        let (_home, cache) = open().await;
        run(&cache, format!("{header}{}\n", stored.join("\n")).as_bytes(), "one", false).await;
        let (rows, _) = run(&cache, format!("{header}{row}\n").as_bytes(), "two", true).await;
        let expected = if other == 0 { Vec::new() } else { vec![format!("possible_duplicate:A{other}")] };
        assert_eq!((rows[0].outcome.to_string(), &rows[0].warnings), ("create".to_owned(), &expected), "{row}");
        let within = format!("{header}{}\n{row}\n", stored.join("\n"));
        let expected = if other == 0 { String::new() } else { format!(" possible_duplicate:{other}") };
        assert_eq!(told(within).await[2], format!("create{expected}"), "{row}");
    }
    let (_home, cache) = open().await;
    let number = ("phones.+8613800138001", domain::Value::yes());
    let there = record(
        "A1",
        1,
        &[("name", domain::Value::text("老王面馆")), ("address", domain::Value::text("北京路1号")), number],
    );
    cache.apply_page(page(vec![(1, there)], true)).await.unwrap();
    let row = "店号,店名,地址,电话\nB1,老王面馆（总店）,上海路9号,13800138001\n";
    let (rows, _) = run(&cache, row.as_bytes(), "two", true).await;
    assert_eq!(rows[0].warnings, ["possible_duplicate:A1"]);
}

#[tokio::test]
async fn extensions_of_one_switchboard_are_two_numbers() {
    for (one, other, expected) in [
        ("010-62561234转801", "010-62561234转802", "create possible_duplicate:1"),
        ("010-62561234转801", "010-62561234转801", "duplicate-of:1"),
        ("010-62561234", "010-62561234", "duplicate-of:1"),
        ("010-62561234", "010-62561234转801", "create possible_duplicate:1"),
        ("010-62561234转801", "010-62561234", "create possible_duplicate:1"),
        ("400-800-1234转1", "400-800-1234转1", "create possible_duplicate:1"),
    ] {
        let text = format!("店号,店名,地址,电话\nA1,汇源面馆,北京路1号,{one}\nA2,汇源面馆,上海路2号,{other}\n");
        assert_eq!(told(&text).await[1], expected, "{one} {other}");
        let (_home, cache) = open().await;
        let (stored, row) = text.rsplit_once("A2").unwrap();
        run(&cache, stored.as_bytes(), "one", false).await;
        let (rows, _) = run(&cache, format!("店号,店名,地址,电话\nA2{row}").as_bytes(), "two", true).await;
        let told = [&[rows[0].outcome.to_string()][..], &rows[0].warnings].concat().join(" ");
        assert_eq!(told, expected.replace(":1", ":A1"), "{one} {other} beside the cache");
    }
}

#[tokio::test]
async fn mobile_numbers_that_a_spreadsheet_rounded_are_pointed_out() {
    let text =
        "店名,地址,电话\n甲,北京路1号,13800000000\n乙,北京路2号,138 1000 0000/010-62561234\n丙,北京路3号,13800100000\n";
    let rounded = "create phone:digits_lost_suspected";
    assert_eq!(told(text).await, [rounded, rounded, "create"]);
}

#[tokio::test]
async fn what_was_assumed_or_left_out_of_a_cell_is_pointed_out() {
    let text = "店名,地址,电话,统一社会信用代码\n甲,北京路1号,010-62561234/62561235,\n\
                乙,北京路2号,010-62561236 传真：010-62561237,\n丙,北京路3号,7187144272,\n\
                丁,北京路4号,13800138001,91310110666007217T（副本）\n";
    let pointed_out = [
        "create phone:area_code_assumed",
        "create phone:more_than_numbers",
        "create phone:leading_zero_restored phone:may_be_foreign",
        "create uscc:not_kept",
    ];
    assert_eq!(told(text).await, pointed_out);
}

#[tokio::test]
async fn lost_zeros_are_noticed_wherever_the_first_zero_stands() {
    let row = |code: &str, n: usize| format!("{code},店{n},路{n}号\n");
    let plain: Vec<String> = (1..1_600).map(|n| row(&(n + 10).to_string(), n)).collect();
    for at in [0, 700, 1_590] {
        let mut rows = plain.clone();
        rows.insert(at, row("0005", 9_999));
        let text = format!("店号,店名,地址\n{}", rows.concat());
        let (_home, cache) = open().await;
        let (rows, summary) = run(&cache, text.as_bytes(), "test", true).await;
        let warned = rows.iter().filter(|row| row.warnings == ["code:leading_zeros_suspected"]).count();
        // Those of fewer than four digits: 11 to 999.
        assert_eq!(warned as u64 + summary.zeros_suspected_late, 989, "{at}");
        assert_eq!(summary.zeros_suspected_late > 0, at > 1_000, "{at}");
    }
    let (_home, cache) = open().await;
    let text = format!("店号,店名,地址\n{}", plain.concat());
    assert_eq!(run(&cache, text.as_bytes(), "test", true).await.1.zeros_suspected_late, 0);
}

#[tokio::test]
async fn words_for_nothing_in_numbers_and_hours_cost_no_row() {
    let text = "店名,地址,电话,营业时间\n甲,甲路1号,NOT AVAILABLE,No hours listed.\n乙,乙路1号,无电话,unknown\n\
        丙,丙路1号,-999,n.a.\n丁,丁路1号,No phone,Opening soon\nUnknown,戊路1号,13800138000,\n";
    assert_eq!(told(text).await, ["create", "create", "create", "create hours:note", "create"]);
}

#[tokio::test]
async fn numbers_are_read_as_those_of_the_country_that_the_row_names() {
    let text = "name,address,country,phone\nA,1 Road,United States,(720) 605-6909\nB,2 Road,USA,212-736-5000\n\
        C,3 Road,Australia,02 4441 2444\nD,4 Road,China,010-62561234\nE,5 Road,,13800138000\n";
    let (_home, cache) = open().await;
    let (rows, summary) = run(&cache, text.as_bytes(), "test", true).await;
    let numbers: Vec<_> = rows.iter().map(|row| row.normalised["phones"][0]["e164"].as_str().unwrap_or("")).collect();
    assert_eq!(numbers, ["+17206056909", "+12127365000", "+61244412444", "+861062561234", "+8613800138000"]);
    assert_eq!(summary.country_wanted, 0);
    // Who gives a country knows better.
    let (rows, _) = run_with(&cache, text.as_bytes(), "test", |request| {
        (request.dry_run, request.country) = (true, Some("86".to_owned()));
    })
    .await;
    assert!(!rows[2].normalised.to_string().contains("+61"), "{:?}", rows[2]);
}

#[tokio::test]
async fn a_fixed_line_of_china_far_from_china_is_refused() {
    let header = "name,address,lat,lng,phone\n";
    for (row, expected) in [
        ("A,1 Road,51.5074,-0.1278,020 7183 8750", "invalid:phone:foreign_unlikely"),
        ("A,1 Road,51.5074,-0.1278,+86 20 7183 8750", "create"),
        ("A,1 Road,51.5074,-0.1278,13800138000", "create phone:may_be_foreign"),
        ("A,1 Road,23.1291,113.2644,020 7183 8750", "create"),
        ("A,1 Road,,,020 7183 8750", "create"),
    ] {
        assert_eq!(told(format!("{header}{row}\n")).await, [expected], "{row}");
    }
}

#[tokio::test]
async fn a_file_of_another_country_is_told_to_name_it() {
    let rows = |foreign: usize, ours: usize| {
        let foreign = (0..foreign).map(|n| format!("甲{n}店,甲路{n}号,51.5,-0.12,020 7183 87{n:02}\n"));
        let ours = (0..ours).map(|n| format!("乙{n}店,乙路{n}号,31.2,121.4,138001380{n:02}\n"));
        format!("店名,地址,lat,lng,电话\n{}", foreign.chain(ours).collect::<String>())
    };
    let (_home, cache) = open().await;
    for (foreign, ours, wanted) in [(5, 0, 5), (4, 0, 0), (5, 20, 5), (5, 21, 0)] {
        let (_, summary) = run(&cache, rows(foreign, ours).as_bytes(), "test", true).await;
        assert_eq!(summary.country_wanted, wanted, "{foreign} {ours}");
    }
}
