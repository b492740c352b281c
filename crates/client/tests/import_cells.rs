//! What a cell is and what the columns beside it say of it: what nobody sees, area codes, datums, dashes.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use client::cache::Cache;
use client::importer::{ImportOptions, RowReport, import};
use domain::{FieldPath, Value};
use support::*;

async fn run(cache: &Cache, text: &str, dry_run: bool) -> Vec<RowReport> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stores.csv");
    std::fs::write(&path, text).unwrap();
    let mut options = ImportOptions::new(&path, "test");
    options.request.dry_run = dry_run;
    let mut rows = Vec::new();
    let each = &mut |row: &RowReport| {
        rows.push(row.clone());
        true
    };
    import(cache, None, &options, each).await.unwrap();
    rows
}

/// What a dry run says of the rows: outcome, name, first number, warnings, and what is left.
async fn told(text: &str) -> Vec<String> {
    let (_home, cache) = open().await;
    let rows = run(&cache, text, true).await;
    let one = |row: &RowReport| {
        let number = row.normalised["phones"][0]["e164"].as_str().unwrap_or("").to_owned();
        let name = row.normalised["name"].as_str().unwrap_or("").to_owned();
        let category = row.normalised["category"].as_str().unwrap_or("").to_owned();
        [row.outcome.to_string(), name, number, category, row.warnings.join(" ")].join("|")
    };
    rows.iter().map(one).collect()
}

#[tokio::test]
async fn what_nobody_sees_does_not_change_what_a_cell_is() {
    let rows = told(
        "店名,地址,电话\n\u{200b}=1+1,甲路1号,\n甲店,\u{feff}=A1,\n\u{feff}=\"乙店\",甲路2号,\n\
         \u{feff}店名,地址,电话\n\u{feff}\"丙,店\",甲路3号,13800138000\n",
    )
    .await;
    assert_eq!(
        rows,
        [
            "invalid:name:formula||||",
            "invalid:address:formula||||",
            "create|乙店|||",
            "skip:blank||||row:repeated_header",
            "create|丙,店|+8613800138000||",
        ]
    );
}

#[tokio::test]
async fn an_area_code_in_a_column_of_its_own_stands_before_the_number() {
    let rows = told(
        "店名,地址,区号,电话\n甲店,甲路1号,010,62561234\n乙店,甲路2号,10,6256 1235\n丙店,甲路3号,010,13800138000\n丁店,甲路4号,,62561234\n",
    )
    .await;
    assert_eq!(
        rows,
        [
            "create|甲店|+861062561234||",
            "create|乙店|+861062561235||",
            "create|丙店|+8613800138000||",
            "invalid:phone:missing_area_code||||",
        ]
    );
}

#[tokio::test]
async fn a_zero_that_was_put_back_is_told_in_texts_too() {
    let rows =
        told("店名,地址,电话\n甲店,甲路1号,57188001004\n乙店,甲路2号,0571-88001004\n丙店,甲路3号,13800138000\n").await;
    assert_eq!(
        rows,
        [
            "create|甲店|+8657188001004||phone:leading_zero_restored",
            "create|乙店|+8657188001004||",
            "create|丙店|+8613800138000||",
        ]
    );
}

#[tokio::test]
async fn a_dash_is_no_category_and_each_row_may_name_its_datum() {
    let rows = told("店名,地址,类目,备注\n甲店,甲路1号,-,无\n乙店,甲路2号,面馆,—\n").await;
    assert_eq!(rows, ["create|甲店|||", "create|乙店||面馆|"]);
    let (_home, cache) = open().await;
    let text = "店名,地址,lng,lat,坐标系\n甲店,甲路1号,116.404,39.915,GCJ-02\n乙店,甲路2号,116.404,39.915,\n\
        丙店,甲路3号,116.404,39.915,BD09\n";
    let rows = run(&cache, text, false).await;
    let mut stored = Vec::new();
    for row in &rows {
        let id = row.merchant_id.clone().unwrap();
        let registers = cache.registers_of(&[id]).await.unwrap().remove(0).1;
        let kept = registers.get(&FieldPath::new("custom.coordinates_text").unwrap()).map(Value::plain);
        let place = registers.get(&FieldPath::new("location").unwrap()).map(Value::plain).unwrap_or_default();
        stored.push(format!("{place}|{}|{}", row.warnings.join(" "), kept.unwrap_or_default()));
    }
    assert_eq!(stored, ["39.915,116.404 GCJ-02||", "39.915,116.404||", "|coords:not_a_place|39.915,116.404"]);
}

#[tokio::test]
async fn formulas_are_told_of_and_a_namesake_hides_no_likelier_twin() {
    let rows = told(
        "编码,店名,地址,开业日期,统一社会信用代码\n=A9,甲店,甲路1号,,\nS2,乙店,甲路2号,=TODAY(),\nS3,丙店,甲路3号,,=C3\n",
    )
    .await;
    assert_eq!(
        rows,
        [
            "create|甲店|||code:formula",
            "create|乙店|||opened:formula opened:bad_date",
            "create|丙店|||uscc:formula uscc:length",
        ]
    );
    let rows = told(
        "店名,地址,电话\n蜀香（一店）,甲路1号,13800138001\n蜀香,乙路2号,13800138002\n蜀香（一店）,丙路3号,13800138002\n",
    )
    .await;
    assert_eq!(rows[2], "create|蜀香（一店）|+8613800138002||possible_duplicate:2 possible_duplicate:1");
}
