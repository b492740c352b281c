//! A file from a head office: what it is, where its columns go, what would happen, what happens; the rows that failed
//! are mended and tried again, and all of it is taken back. The list of stores agrees at each step.

use std::path::Path;

use serde_json::{Value as Json, json};
use tests::seat::Seat;
use tests::webdriver::{self, Seen};
use tests::world::{Device, World};

const HEADER: &str = "门店编号\t门店名称\t地址\t电话\t营业时间\t备注\t店长";

fn at(testid: &str) -> String {
    format!("[data-testid=\"{testid}\"]")
}

/// As a spreadsheet saves "Unicode text": UTF-16 with its mark, tabs, a title above the header, blank rows.
fn write_as_spreadsheet(path: &Path, lines: &[&str]) {
    let text: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let bytes: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(path, bytes).unwrap();
}

/// Types the path of a file and waits for what it turns out to be.
async fn take(seat: &Seat, file: &Path) {
    seat.window().type_over(at("import-path").as_str(), &file.display().to_string()).await.unwrap();
    seat.window().click(at("import-look").as_str()).await.unwrap();
    seat.appears(at("import-facts").as_str()).await.unwrap();
}

/// From the facts to the end of a dry run.
async fn dry_run(seat: &Seat) {
    seat.window().click(at("import-next").as_str()).await.unwrap();
    seat.window().click(at("import-dry-run").as_str()).await.unwrap();
    seat.appears(format!("{}:not([disabled])", at("import-apply")).as_str()).await.unwrap();
}

/// Waits until a choice offers this as what was detected.
async fn detected(seat: &Seat, testid: &str, text: &str) {
    let script = "return document.querySelector(arguments[0])?.selectedOptions[0]?.text ?? ''";
    webdriver::wait_until(&format!("{text} in {testid}"), webdriver::PATIENCE, async || {
        let shown = seat.window().execute(script, json!([at(testid)])).await?.to_string();
        Ok(if shown.contains(text) { Seen::Yes(()) } else { Seen::NotYet(shown) })
    })
    .await
    .unwrap();
}

/// How many rows each tile counts.
async fn counts(seat: &Seat, expected: [(&str, u64); 7]) {
    for (group, count) in expected {
        let right =
            |texts: &[String]| texts.iter().any(|text| text.split_whitespace().any(|word| word == count.to_string()));
        seat.wait_for_texts(&format!("{count} of {group}"), &at(&format!("import-group-{group}")), right)
            .await
            .unwrap();
    }
}

/// What a row of the result says, as one text: number in the file, outcome, store, field, cell, reason.
async fn row_says(seat: &Seat, words: &[&str]) {
    let right = |rows: &[String]| rows.iter().any(|row| words.iter().all(|word| row.contains(word)));
    seat.wait_for_texts(&format!("a row with {words:?}"), &at("import-row"), right).await.unwrap();
}

/// The list shows so many stores, and this text finds so many of them.
async fn list_has(seat: &Seat, total: usize, find: &str, found: usize) {
    seat.go("stores").await.unwrap();
    seat.says(&at("store-total"), &total.to_string()).await.unwrap();
    seat.window().type_over(at("store-search").as_str(), find).await.unwrap();
    let right = |names: &[String]| names.len() == found && names.iter().all(|name| name.contains(find));
    seat.wait_for_texts(&format!("{found} named {find}"), &at("store-name"), right).await.unwrap();
    seat.window().type_over(at("store-search").as_str(), "").await.unwrap();
    seat.go("imports").await.unwrap();
}

fn total(device: &Device) -> usize {
    usize::try_from(device.ask(&["status"])["merchants"].as_u64().unwrap()).unwrap()
}

fn exported(world: &World, device: &Device, name: &str) -> String {
    let path = world.path(name).display().to_string();
    device.ask(&["export", &path]);
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn a_messy_file_comes_in_its_failed_rows_are_mended_and_all_of_it_is_taken_back() {
    let world = World::new().unwrap();
    let mut backend = world.backend(30).unwrap();
    let device = world.device("office", &backend, "operations").unwrap();
    let other = world.device("other", &backend, "operations").unwrap();
    device.sync();
    other.sync();
    let before = total(&device);
    let untouched = exported(&world, &other, "before.jsonl");
    let there: Vec<Json> = untouched.lines().take(2).map(|line| serde_json::from_str(line).unwrap()).collect();
    let cells =
        |store: &Json| ["merchant_id", "name", "address"].map(|field| store[field].as_str().unwrap().to_owned());
    let [changed, same] = [cells(&there[0]).join("\t"), cells(&there[1]).join("\t")];

    let file = world.path("总部门店.txt");
    write_as_spreadsheet(
        &file,
        &[
            "2026 年 11 月门店资料\t\t\t\t\t\t",
            HEADER,
            "NEW-1\t清风测试店\t长安街１号\t１３８ 0013 8000\t上午9点到晚上9点半\t\t王五",
            "NEW-2\t明月测试店\t\"平安里 2 号，\"\"后门\"\"\"\t010-62345678\t10:00-22:00\t\t",
            "NEW-3\t海底测试店\t西街 3 号\t12\t9:00-21:00\t\t",
            "\t\t\t\t\t\t",
            "NEW-5\t山城测试店\t南街 5 号\t13900139005\t25点\t\t",
            "NEW-6\t\t北街 6 号\t13900139006\t9:00-21:00\t\t",
            "NEW-1\t再来测试店\t东街 7 号\t13900139007\t9:00-21:00\t\t",
            &format!("{changed}\t\t\t总部备注\t"),
            &format!("{same}\t\t\t\t"),
            "\t\t\t\t\t\t",
        ],
    );

    let seat = Seat::open(&device).await.unwrap();
    seat.synced().await.unwrap();
    backend.kill();
    seat.offline().await.unwrap();
    let window = seat.window();

    // What the file is; one column goes where nobody but a person can know.
    seat.go("imports").await.unwrap();
    take(&seat, &file).await;
    detected(&seat, "import-encoding", "UTF-16LE").await;
    detected(&seat, "import-delimiter", "制表符").await;
    seat.says(&at("import-facts"), "清风测试店").await.unwrap();
    window.click(at("import-next").as_str()).await.unwrap();
    seat.says(&at("import-mapped"), "6 / 7").await.unwrap();
    let by_hand = "const row = [...document.querySelectorAll(arguments[0])].find(row => row.innerText.includes('店长'));\
        const select = row.querySelector('select'); select.value = 'custom.店长';\
        select.dispatchEvent(new Event('change', {bubbles: true}));";
    window.execute(by_hand, json!([at("import-column")])).await.unwrap();
    seat.says(&at("import-mapped"), "7 / 7").await.unwrap();
    window.click(at("import-dry-run").as_str()).await.unwrap();
    seat.appears(format!("{}:not([disabled])", at("import-apply")).as_str()).await.unwrap();

    // What would happen, and of each row that cannot come in: which store, which field, what stands there, why.
    let first =
        [("all", 9), ("create", 2), ("update", 1), ("unchanged", 1), ("duplicate", 0), ("invalid", 4), ("skipped", 1)];
    counts(&seat, first).await;
    row_says(&seat, &["5", "无效", "海底测试店", "电话", "12"]).await;
    row_says(&seat, &["7", "无效", "山城测试店", "营业时间", "25点"]).await;
    row_says(&seat, &["8", "无效", "NEW-6", "门店名称"]).await;
    row_says(&seat, &["9", "无效", "再来测试店", "门店编号", "NEW-1", "前面的行已经用了这个编号"]).await;
    window.click(at("import-group-update").as_str()).await.unwrap();
    row_says(&seat, &["10", "更新"]).await;
    assert_eq!(total(&device), before, "a dry run changes nothing");

    window.click(at("import-apply").as_str()).await.unwrap();
    seat.says(&at("import-done"), "3 行").await.unwrap();
    counts(&seat, first).await;
    list_has(&seat, before + 2, "测试店", 2).await;

    // The failed rows alone, in a file of their own, with their cells and why.
    window.click(at("import-failed").as_str()).await.unwrap();
    let failed = world.path("mended.csv");
    window.type_over(at("import-report-path").as_str(), &failed.display().to_string()).await.unwrap();
    window.click(at("import-write").as_str()).await.unwrap();
    seat.vanishes(at("import-write").as_str()).await.unwrap();
    let text = std::fs::read_to_string(&failed).unwrap();
    assert_eq!(text.lines().count(), 5, "{text}");
    let mended = [
        ("海底测试店,西街 3 号,12", "海底测试店,西街 3 号,13900139003"),
        ("25点", "9:00-25:00"),
        ("NEW-6,,", "NEW-6,无名测试店,"),
        ("NEW-1,再来", "NEW-7,再来"),
    ];
    let text = mended.iter().fold(text, |text, (wrong, right)| {
        assert!(text.contains(wrong), "{wrong}: {text}");
        text.replace(wrong, right)
    });
    std::fs::write(&failed, text).unwrap();

    // Tried again: these rows only, and the mapping by hand is remembered.
    window.click(at("import-finish").as_str()).await.unwrap();
    take(&seat, &failed).await;
    dry_run(&seat).await;
    let again =
        [("all", 4), ("create", 4), ("update", 0), ("unchanged", 0), ("duplicate", 0), ("invalid", 0), ("skipped", 0)];
    counts(&seat, again).await;
    window.click(at("import-apply").as_str()).await.unwrap();
    seat.says(&at("import-done"), "4 行").await.unwrap();
    list_has(&seat, before + 6, "测试店", 6).await;
    let mended = device.run(&["get", "NEW-7"]).json();
    assert_eq!(mended["name"], "再来测试店");
    assert_eq!(device.run(&["get", "NEW-1"]).json()["custom"]["店长"], "王五");

    // Both are taken back, from where they ended and from the list of the past.
    window.click(at("import-undo").as_str()).await.unwrap();
    window.click(at("undo-confirm").as_str()).await.unwrap();
    seat.says(&at("undo-result"), "4").await.unwrap();
    window.click(at("undo-close").as_str()).await.unwrap();
    list_has(&seat, before + 2, "测试店", 2).await;
    window.click(at("import-finish").as_str()).await.unwrap();
    seat.wait_for_texts("two imports of the past", &at("import-past-row"), |rows| {
        rows.len() == 2 && rows[0].contains("已撤销") && rows[1].contains("已完成")
    })
    .await
    .unwrap();
    window.click(at("import-past-undo").as_str()).await.unwrap();
    window.click(at("undo-confirm").as_str()).await.unwrap();
    seat.says(&at("undo-result"), "2").await.unwrap();
    window.click(at("undo-close").as_str()).await.unwrap();
    list_has(&seat, before, "测试店", 0).await;

    // What everybody has afterwards is what everybody had before.
    backend.restart().unwrap();
    seat.synced().await.unwrap();
    webdriver::wait_until("the other device to see the same as before", webdriver::PATIENCE, async || {
        other.sync();
        let now = exported(&world, &other, "after.jsonl");
        Ok(if now == untouched { Seen::Yes(()) } else { Seen::NotYet(now) })
    })
    .await
    .unwrap();
    seat.close().await.unwrap();
}
