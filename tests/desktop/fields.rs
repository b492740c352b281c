//! Custom fields: an administrator declares one in Settings, another window fills it in, without a network and after it.

use serde_json::json;
use tests::seat::Seat;
use tests::webdriver::{self, key};
use tests::world::World;

fn at(testid: &str) -> String {
    format!("[data-testid=\"{testid}\"]")
}

async fn choose(seat: &Seat, testid: &str, value: &str) {
    let script = "const select = document.querySelector(arguments[0]); select.value = arguments[1];\
        select.dispatchEvent(new Event('change', {bubbles: true}));";
    seat.window().execute(script, json!([at(testid), value])).await.unwrap();
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn a_field_is_declared_in_one_window_and_filled_in_in_another() {
    let world = World::new().unwrap();
    let mut backend = world.backend(20).unwrap();
    let (till, desk) =
        (world.device("till", &backend, "merchant").unwrap(), world.device("desk", &backend, "administrator").unwrap());
    till.sync();
    desk.sync();
    let id = till.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();

    let admin = Seat::open(&desk).await.unwrap();
    admin.synced().await.unwrap();
    admin.go("settings").await.unwrap();
    admin.window().click(at("field-add").as_str()).await.unwrap();
    admin.window().type_over(at("field-zh").as_str(), "座位数").await.unwrap();
    admin.window().type_over(at("field-en").as_str(), "Seats").await.unwrap();
    admin.window().type_over(at("field-key").as_str(), "seats").await.unwrap();
    choose(&admin, "field-kind", "integer").await;
    admin.window().click(at("field-done").as_str()).await.unwrap();
    admin.appears(at("field-row-seats").as_str()).await.unwrap();
    // It is not lost without a question.
    admin.window().click(at("nav-stores").as_str()).await.unwrap();
    admin.window().click(at("leave-stay").as_str()).await.unwrap();
    admin.appears(at("field-row-seats").as_str()).await.unwrap();
    admin.window().click(at("fields-preview").as_str()).await.unwrap();
    admin.says(&at("fields-foreseen"), "座位数").await.unwrap();
    admin.window().click(at("fields-save").as_str()).await.unwrap();
    admin.vanishes(at("fields-preview").as_str()).await.unwrap();
    admin.close().await.unwrap();

    // The other window fetches it, and keeps it while the server is away.
    let seat = Seat::open(&till).await.unwrap();
    seat.synced().await.unwrap();
    seat.window().execute("location.hash = arguments[0]", json!([format!("#/stores/{id}")])).await.unwrap();
    seat.appears(at("field-custom.seats").as_str()).await.unwrap();
    seat.says(".form", "座位数").await.unwrap();
    backend.kill();
    seat.offline().await.unwrap();
    seat.window().type_over(at("field-custom.seats").as_str(), "很多").await.unwrap();
    seat.says(&at("field-message"), "只写数字").await.unwrap();
    // The message has moved the field below the edge.
    let into_view = "document.querySelector(arguments[0]).scrollIntoView({block: 'center'})";
    seat.window().execute(into_view, json!([at("field-custom.seats")])).await.unwrap();
    seat.window().type_over(at("field-custom.seats").as_str(), "１２０").await.unwrap();
    seat.vanishes(at("field-message").as_str()).await.unwrap();
    choose(&seat, "field-settlement_cycle", "weekly").await;
    choose(&seat, "field-region_code-0", "110000").await;
    seat.appears(at("field-region_code-1").as_str()).await.unwrap();
    choose(&seat, "field-region_code-1", "110105").await;
    seat.save().await.unwrap();
    let saved = till.run(&["get", &id]).json();
    assert_eq!(saved["custom"]["seats"], 120);
    assert_eq!((&saved["settlement_cycle"], &saved["region_code"]), (&json!("weekly"), &json!("110105")));

    // History speaks of the field by its name.
    backend.restart().unwrap();
    seat.synced().await.unwrap();
    seat.window().click(at("tab-history").as_str()).await.unwrap();
    webdriver::wait_until("the history names the field", webdriver::PATIENCE, async || {
        let texts = seat.texts(".audit").await?.join(" ");
        Ok(if texts.contains("座位数") { webdriver::Seen::Yes(()) } else { webdriver::Seen::NotYet(texts) })
    })
    .await
    .unwrap();
    seat.close().await.unwrap();
    desk.sync();
    assert_eq!(desk.run(&["get", &id]).json()["custom"]["seats"], 120);
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn many_stores_get_a_declared_field_by_its_own_control_and_a_sensitive_one_shows_when_asked_for() {
    let world = World::new().unwrap();
    let mut backend = world.backend(20).unwrap();
    let device = world.device("desk", &backend, "administrator").unwrap();
    let mut schema = device.ask(&["schema", "get"]);
    schema["custom"] = json!([
        {"key": "seats", "labels": {"zh": "座位数"}, "type": "integer"},
        {"key": "size", "labels": {"zh": "规模"}, "type": "choice", "options": [
            {"value": "small", "labels": {"zh": "小店"}}, {"value": "large", "labels": {"zh": "大店"}}]},
        {"key": "services", "labels": {"zh": "服务"}, "type": "several", "options": [
            {"value": "wifi", "labels": {"zh": "无线网"}}, {"value": "delivery", "labels": {"zh": "外送"}}]},
        {"key": "owner", "labels": {"zh": "业主电话"}, "type": "phone", "sensitive": true},
    ]);
    let file = world.path("schema.json").display().to_string();
    std::fs::write(&file, schema.to_string()).unwrap();
    device.ask(&["schema", "set", &file]);
    device.sync();
    let id = device.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();
    device.ask(&["set", &id, "custom.owner=13900139001"]);

    let seat = Seat::open(&device).await.unwrap();
    seat.synced().await.unwrap();
    backend.kill();
    let window = seat.window();

    // Beside the list it is named by its label, and shown on request.
    window.type_over(at("store-search").as_str(), &id).await.unwrap();
    window.click(format!("[data-testid=store-row][data-id=\"{id}\"] [data-testid=store-name]").as_str()).await.unwrap();
    seat.says(&at("panel-facts"), "业主电话").await.unwrap();
    assert!(!seat.texts(&at("panel-facts")).await.unwrap().concat().contains("0139"));
    window.click(at("panel-reveal").as_str()).await.unwrap();
    seat.says(&at("panel-facts"), "139").await.unwrap();

    // All stores at once.
    window.type_over(at("store-search").as_str(), "").await.unwrap();
    seat.wait_for_texts("several rows", &at("store-row"), |rows| rows.len() > 3).await.unwrap();
    window.execute("document.querySelector(arguments[0]).focus()", json!([at("store-row")])).await.unwrap();
    window.press(&["x"]).await.unwrap();
    window.press(&[key::SHIFT, key::DOWN]).await.unwrap();
    seat.says(&at("selection-count"), "已选 2 家").await.unwrap();
    window.press(&["b"]).await.unwrap();
    for field in ["custom.seats", "custom.size", "custom.services"] {
        seat.appears(at("bulk-add").as_str()).await.unwrap();
        choose(&seat, "bulk-add", field).await;
        seat.appears(at(&format!("wish-{field}")).as_str()).await.unwrap();
    }
    choose(&seat, "wish-text-custom.size", "large").await;
    window.click(at("wish-custom.services-delivery").as_str()).await.unwrap();
    window.type_over(at("wish-text-custom.seats").as_str(), "很多").await.unwrap();
    window.click(at("bulk-preview").as_str()).await.unwrap();
    seat.appears("[data-testid=\"wish-custom.seats\"].bad").await.unwrap();
    let said = seat.texts(".dlg [role=alert]").await.unwrap();
    assert_eq!(said.len(), 1, "said once: {said:?}");
    window.type_over(at("wish-text-custom.seats").as_str(), "４０").await.unwrap();
    window.click(at("bulk-preview").as_str()).await.unwrap();
    seat.says(&at("bulk-stores"), "大店").await.unwrap();
    seat.says(&at("bulk-stores"), "外送").await.unwrap();
    window.click(at("bulk-save").as_str()).await.unwrap();
    seat.says(&at("bulk-saved"), "2 家").await.unwrap();
    window.click(at("bulk-close").as_str()).await.unwrap();
    seat.close().await.unwrap();

    // What the window saved, found and written by the command line: without what is sensitive, unless asked for.
    let file = world.path("some.jsonl").display().to_string();
    let written = device.ask(&["export", &file, "--where", "custom.size=large", "--where", "custom.seats>=40"]);
    assert_eq!(written["merchants"], 2);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(r#""services":["delivery"]"#) && text.contains(r#""seats":40"#), "{text}");
    let export = |more: &[&str]| {
        device.ask(&[&["export", &file], more].concat());
        std::fs::read_to_string(&file).unwrap().contains("+8613900139001")
    };
    assert_eq!((export(&[]), export(&["--sensitive"])), (false, true));
}
