//! What columns are called, and where they go by that: names, addresses in parts, one column a weekday, words in brackets.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::importer::{ImportOptions, ImportSummary, RowReport, import};
use domain::ipc::Headers;
use support::*;

async fn look(text: &str, saves: bool) -> client::Result<(Vec<RowReport>, ImportSummary, Vec<(String, String)>)> {
    let (home, cache) = open().await;
    let path = home.path().join("stores.csv");
    std::fs::write(&path, text).unwrap();
    let mut options = ImportOptions::new(&path, "test");
    options.request.dry_run = !saves;
    let mut rows = Vec::new();
    let summary = import(&cache, None, &options, &mut |row| {
        rows.push(row.clone());
        true
    })
    .await?;
    let mut stored = Vec::new();
    if let (true, Some(id)) = (saves, rows[0].merchant_id.clone()) {
        let shown = cache.registers_of(&[id]).await.unwrap();
        stored.extend(shown[0].1.iter().map(|(field, value)| (field.to_string(), value.plain())));
    }
    Ok((rows, summary, stored))
}

fn going_to(summary: &ImportSummary, target: &str) -> String {
    match summary.file.header_mapping.get(target) {
        None => String::new(),
        Some(Headers::One(name)) => name.clone(),
        Some(Headers::Many(names)) => names.join("+"),
    }
}

#[tokio::test]
async fn a_column_that_may_be_the_name_is_it_where_none_is_called_so() {
    for (headers, name) in [
        ("门店,地址", "门店"),
        ("shop,address", "shop"),
        ("Store,Address", "Store"),
        ("Merchant,Address", "Merchant"),
        ("Restaurant,Address", "Restaurant"),
        ("店面名称,地址", "店面名称"),
        ("分店名,地址", "分店名"),
        ("名字,地址", "名字"),
        ("企业名称,地址", "企业名称"),
        ("单位名称,地址", "单位名称"),
        ("招牌名,地址", "招牌名"),
        ("门店（必填）,地址", "门店（必填）"),
        ("门店名称（与门头一致）,地址", "门店名称（与门头一致）"),
        ("名称（中文）,地址,名称（英文）", "名称（中文）"),
        ("名称（英文）,地址,名称（中文）", "名称（中文）"),
        ("Trading Name,address", "Trading Name"),
        ("Hotel_Name,address", "Hotel_Name"),
        ("Branch Name,address", "Branch Name"),
        ("title,address", "title"),
        ("公司名稱,分公司名稱,分公司地址", "分公司名稱"),
        ("场馆名称,地址", "场馆名称"),
        ("owner_name,Spot Name,address", "Spot Name"),
        // A real name goes first, and of two that may be it nobody knows which.
        ("门店,店名,地址", "店名"),
        ("企业名称,地址,门店", "门店"),
        ("商户,门店,地址,分店名", "分店名"),
    ] {
        let (_, summary, _) = look(&format!("{headers}\n甲,北京路1号,乙,丙\n"), false).await.unwrap();
        assert_eq!(going_to(&summary, "name"), name, "{headers}");
    }
    for text in [
        "owner_name,address\n甲,北京路1号\n",
        "门店,店铺,地址\n甲,乙,北京路1号\n",
        "store,address\n101,北京路1号\n",
        "座位,地址\n甲,北京路1号\n",
    ] {
        let error = look(text, false).await.unwrap_err();
        assert!(error.to_string().contains("no column goes to the store's name"), "{text}: {error}");
    }
    let (_, summary, _) = look("店名,企业名称,分店名,地址\n甲,乙,丙,北京路1号\n", false).await.unwrap();
    assert_eq!(
        (going_to(&summary, "branch"), going_to(&summary, "custom.legal_name")),
        ("分店名".into(), "企业名称".into())
    );
}

#[tokio::test]
async fn parts_of_an_address_are_put_together() {
    for (headers, cells, address, region) in [
        ("省,市,区,详细地址", "北京市,北京市,朝阳区,建国路1号", "北京市朝阳区建国路1号", ""),
        ("省份,城市,区县,地址", "广东省,深圳市,南山区,海德三道1号", "广东省深圳市南山区海德三道1号", "深圳市"),
        (
            "区县,城市,省份,地址",
            "南山区,深圳市,广东省,深圳市南山区海德三道1号",
            "广东省深圳市南山区海德三道1号",
            "深圳市",
        ),
        ("省,市,区县,地址", ",市辖区,-,建国路1号", "建国路1号", ""),
        ("省,市,区县,地址", "上海,,,上海市南京路1号", "上海市南京路1号", ""),
        // A city alone is the region, as ever.
        ("城市,地址", "深圳市,海德三道1号", "海德三道1号", "深圳市"),
        ("address1,address2,city", "1 High St,Hill,Leeds", "1 High St, Hill", "Leeds"),
        ("address line 1,address line 2", "1 High St,Hill", "1 High St, Hill", ""),
        ("经营场所", "建国路1号", "建国路1号", ""),
    ] {
        let (rows, summary, stored) = look(&format!("店名,{headers}\n甲,{cells}\n"), true).await.unwrap();
        let shown = |path: &str| stored.iter().find(|(field, _)| field == path).map_or("", |(_, value)| value.as_str());
        assert_eq!((shown("address"), shown("region")), (address, region), "{headers} {cells}");
        assert!(summary.file.unmapped.is_empty() && rows[0].warnings.is_empty(), "{headers}: {:?}", summary.file);
    }
    let (rows, ..) = look("店名,省,地址\n甲,广东省,\n", false).await.unwrap();
    assert_eq!(rows[0].problems, ["address:missing"], "a province alone is none");
}

#[tokio::test]
async fn each_weekday_may_have_a_column() {
    let day = |stored: &[(String, String)], day: &str| {
        stored
            .iter()
            .find(|(field, _)| *field == format!("hours.{day}"))
            .map_or("", |(_, value)| value.as_str())
            .to_owned()
    };
    for headers in ["周一,周二,周日", "星期一,星期二,星期天", "Monday,Tuesday,Sunday", "Mon,Tue,Sun"] {
        let text = format!("店名,地址,{headers}\n甲,北京路1号,10:00-22:00,9:00-18:00,休息\n");
        let (rows, summary, stored) = look(&text, true).await.unwrap();
        assert_eq!((rows[0].warnings.len(), summary.file.unmapped.len()), (0, 0), "{headers}");
        let said = ["mo", "tu", "we"].map(|name| day(&stored, name));
        assert!(said[0].contains("10:00") && said[1].contains("18:00") && said[2].is_empty(), "{headers}: {stored:?}");
        assert!(stored.iter().any(|(field, _)| field == "hours.su"), "{headers}: closed is said: {stored:?}");
    }
    let both = "店名,地址,营业时间,周日\n甲,北京路1号,10:00-22:00,11:00-20:00\n";
    let (_, _, stored) = look(both, true).await.unwrap();
    assert!(day(&stored, "sa").contains("22:00") && day(&stored, "su").contains("20:00"), "{stored:?}");
}

#[tokio::test]
async fn a_header_that_says_too_little_is_told_by_its_cells() {
    // Headers, cells, and what is stored of them.
    for (headers, cells, address, phone, place) in [
        ("address,lat,lng,location", "12 Harbour Road,22.28,114.17,Wan Chai", "12 Harbour Road", "", "22.28,114.17"),
        ("address,location", "12 Harbour Road,\"22.28,114.17\"", "12 Harbour Road", "", "22.28,114.17"),
        ("location", "12 Harbour Road", "12 Harbour Road", "", ""),
        ("street,city", "12 Harbour Road,Hong Kong", "12 Harbour Road", "", ""),
        ("x,y,address", "114.17,22.28,12 Harbour Road", "12 Harbour Road", "", "22.28,114.17"),
        ("x,y,address", "12,30,12 Harbour Road", "12 Harbour Road", "", ""),
        ("X,Y,address,lat,lng", "1.5,2.5,12 Harbour Road,22.28,114.17", "12 Harbour Road", "", "22.28,114.17"),
        ("address,contact", "12 Harbour Road,010-62561234", "12 Harbour Road", "+861062561234", ""),
        ("address,contact", "12 Harbour Road,Mr Li", "12 Harbour Road", "", ""),
        ("address,contact,phone", "12 Harbour Road,010-62561235,010-62561234", "12 Harbour Road", "+861062561234", ""),
        // Two columns of degrees beside one in another order.
        ("address,location,lng,lat", "路1号,\"114.17,22.28\",114.17,22.28", "路1号", "", "22.28,114.17"),
        ("地址,pname,cityname,adname", "海德三道1号,广东省,深圳市,南山区", "广东省深圳市南山区海德三道1号", "", ""),
        // The label of a page.
        ("地址", "地址：白云区横沙大街214号", "白云区横沙大街214号", "", ""),
        ("Address", "Address: 12 Harbour Road", "12 Harbour Road", "", ""),
        ("地址", "地址路1号", "地址路1号", "", ""),
    ] {
        let (rows, _, stored) = look(&format!("name,{headers}\n甲,{cells}\n"), true).await.unwrap();
        assert!(rows[0].problems.is_empty() && rows[0].warnings.is_empty(), "{headers} {cells}: {:?}", rows[0]);
        let shown = |path: &str| stored.iter().find(|(field, _)| field == path).map_or("", |(_, value)| value.as_str());
        let got = (shown("address"), shown("phones.primary"), shown("location"));
        assert_eq!(got, (address, phone, place), "{headers} {cells}");
    }
}

#[tokio::test]
async fn of_two_names_the_one_that_says_more_is_taken() {
    for (headers, expected) in [("store_name,name", "name"), ("name,store_name", "store_name")] {
        let text = format!("{headers},address\nUrban Haus,Urban Haus Arocena,A 1\nUrban Haus,Urban Haus Sur,B 2\n");
        let (_, summary, _) = look(&text, false).await.unwrap();
        assert_eq!(going_to(&summary, "name"), expected);
        // Where both say as much, the first.
        let text = format!("{headers},address\nBiga,Biga Sur,A 1\nAsencio,Asencio Bar,B 2\n");
        let (_, summary, _) = look(&text, false).await.unwrap();
        assert_eq!(going_to(&summary, "name"), headers.split(',').next().unwrap());
    }
}
