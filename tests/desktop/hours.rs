//! Opening hours: a week in words, an evening painted by keys, saved without a server, in the outbox.

use serde_json::json;
use tests::seat::Seat;
use tests::webdriver::key;
use tests::world::World;

const WEEK: &str = "周一至周五 9-21点，周末 10:00-22:00，周三休息";
const ROWS: &str = "[data-testid=outbox-row]";
const FOCUS: &str = "document.getElementById(arguments[0]).focus()";

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn a_week_in_words_and_a_painted_evening_are_saved_and_wait_to_be_sent() {
    let world = World::new().unwrap();
    let mut backend = world.backend(50).unwrap();
    let seat = Seat::open(&world.device("one", &backend, "merchant").unwrap()).await.unwrap();
    seat.synced().await.unwrap();
    backend.kill();
    seat.offline().await.unwrap();
    let names = seat.texts("[data-testid=store-name]").await.unwrap();
    let ids = seat.attributes("[data-testid=store-row]", "data-id").await.unwrap();
    seat.open_store(&names[0], &ids[0]).await.unwrap();

    // What is no week says so and fills nothing.
    let window = seat.window();
    window.type_over("[data-testid=week-text]", "周一至周五 25点").await.unwrap();
    seat.appears("[data-testid=week-mistake]").await.unwrap();
    seat.appears("[data-testid=week-apply]:disabled").await.unwrap();

    // In words: looked at, then filled in by Enter.
    window.type_over("[data-testid=week-text]", WEEK).await.unwrap();
    seat.says("[data-testid=week-preview]", "09:00–21:00").await.unwrap();
    // What is read and not filled in is not passed over by a save.
    window.press(&[key::CONTROL, "s"]).await.unwrap();
    seat.appears("[data-testid=week-waits]").await.unwrap();
    window.send_keys("[data-testid=week-text]", key::ENTER).await.unwrap();
    seat.vanishes("[data-testid=week-waits]").await.unwrap();
    seat.appears("[data-testid=week-applied]").await.unwrap();
    let day = async |day: &str| window.value(format!("[data-testid=\"field-hours.{day}\"]").as_str()).await.unwrap();
    for (name, hours) in [("mo", "09:00-21:00"), ("we", "休息"), ("su", "10:00-22:00")] {
        assert_eq!(day(name).await, hours, "{name}");
    }

    // By keys: Delete removes the span under the cursor of Tuesday, Space opens half an hour.
    window.execute(FOCUS, json!(["week-bar-1"])).await.unwrap();
    window.press(&[key::DELETE]).await.unwrap();
    seat.says("[data-testid=week-says]", "不营业").await.unwrap();
    assert_eq!(day("tu").await, "休息");
    window.press(&[" "]).await.unwrap();
    seat.says("[data-testid=week-says]", "09:00–09:30").await.unwrap();
    // Enter goes to the text of the same day.
    window.press(&[key::ENTER]).await.unwrap();
    seat.appears("[data-testid=\"field-hours.tu\"]:focus").await.unwrap();
    seat.fill("hours.tu", "17:00-次日2:00").await.unwrap();

    seat.save().await.unwrap();
    seat.go("outbox").await.unwrap();
    let lines = [("周二营业时间", "17:00–次日 02:00"), ("周三营业时间", "休息")];
    seat.wait_for_texts("the days in the outbox", ROWS, |rows| {
        lines.iter().all(|(field, after)| rows.iter().any(|row| row.contains(field) && row.contains(after)))
    })
    .await
    .unwrap();
    seat.close().await.unwrap();
}
