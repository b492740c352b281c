//! Custom fields: an administrator declares one in Settings, another window fills it in, without a network and after it.

use serde_json::json;
use tests::seat::Seat;
use tests::webdriver;
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
