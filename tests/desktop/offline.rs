//! Work without a server: find, edit, save, be killed, come back, sync, and the second device sees it.

use tests::seat::Seat;
use tests::world::World;

use crate::words;

/// Stores of the demo.
const MERCHANTS: u32 = 10_000;
const NEW_HOURS: &str = "10:00-14:00, 17:00-02:00";
const NEW_HOURS_SHOWN: &str = "10:00–14:00, 17:00–次日 02:00";
const NEW_PHONE: &str = "139 0013 9011";
const ROWS: &str = "[data-testid=outbox-row]";

/// The two characters that are typed: of the middle of a name, where only a real index finds them.
fn two_characters(name: &str) -> String {
    name.chars().skip(1).take(2).collect()
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn an_edit_made_without_a_server_survives_a_kill_and_reaches_the_second_device() {
    let world = World::new().unwrap();
    let mut backend = world.backend(MERCHANTS).unwrap();
    let mut one = Seat::open(&world.device("one", &backend, "merchant").unwrap()).await.unwrap();
    let two = Seat::open(&world.device("two", &backend, "merchant").unwrap()).await.unwrap();
    for seat in [&one, &two] {
        seat.says("[data-testid=store-total]", "10,000").await.unwrap();
        seat.synced().await.unwrap();
    }

    backend.kill();
    one.offline().await.unwrap();
    one.says("[data-testid=status-connection]", "服务器不可达").await.unwrap();

    // Find by two characters, open, change, save.
    let names = one.texts("[data-testid=store-name]").await.unwrap();
    let typed = two_characters(&names[3]);
    one.window().type_over("[data-testid=store-search]", &typed).await.unwrap();
    one.wait_for_texts("only stores that match", "[data-testid=store-row]", |rows| {
        !rows.is_empty() && rows.iter().all(|row| row.contains(&typed))
    })
    .await
    .unwrap();
    let found = one.texts("[data-testid=store-name]").await.unwrap();
    let ids = one.attributes("[data-testid=store-row]", "data-id").await.unwrap();
    let (name, id) = found.into_iter().zip(ids).find(|(name, _)| name.contains(&typed)).unwrap();
    one.open_store(&typed, &id).await.unwrap();
    let old_phone = one.window().value("[data-testid=field-phone-0]").await.unwrap();
    let old_hours = one.window().value("[data-testid=\"field-hours.tu\"]").await.unwrap();
    let new_name = format!("{typed}新名小馆");
    one.fill("name", &new_name).await.unwrap();
    one.fill("phone-0", NEW_PHONE).await.unwrap();
    one.fill("hours.tu", NEW_HOURS).await.unwrap();
    one.save().await.unwrap();
    one.says("[data-testid=saved-at]", "已存到本机").await.unwrap();
    one.says(".head [data-testid=chip]", "待同步 3").await.unwrap();

    // The row says so, and the outbox has each change with both values.
    one.go("stores").await.unwrap();
    let row = format!("[data-testid=store-row][data-id=\"{id}\"]");
    one.says(row.as_str(), "待同步 3").await.unwrap();
    one.says(row.as_str(), &new_name).await.unwrap();
    one.go("outbox").await.unwrap();
    let changes = [
        ("门店名称", name.as_str(), new_name.as_str()),
        ("电话", old_phone.as_str(), NEW_PHONE),
        ("周二营业时间", &words::hours_shown(&old_hours), NEW_HOURS_SHOWN),
    ];
    outbox_lists(&one, &changes).await;

    // The second device looks for the new name in vain, and leaves the search standing.
    two.window().type_over("[data-testid=store-search]", &new_name).await.unwrap();
    two.appears("[data-testid=empty]").await.unwrap();

    one.kill().await.unwrap();
    one.start().await.unwrap();
    one.says("[data-testid=store-total]", "10,000").await.unwrap();
    one.says("[data-testid=status-sync]", "3 项待同步").await.unwrap();
    one.says("[data-testid=status-connection]", "服务器不可达").await.unwrap();
    one.go("outbox").await.unwrap();
    outbox_lists(&one, &changes).await;

    // Back again: without a click.
    backend.restart().unwrap();
    one.vanishes(ROWS).await.unwrap();
    one.synced().await.unwrap();
    one.says("[data-testid=status-sync]", "服务器已全部确认").await.unwrap();
    let last = one.texts("[data-testid=status-last-sync]").await.unwrap().join(" ");
    assert!(words::ends_with_clock(&last), "the status bar has the time: {last}");

    two.says(row.as_str(), &new_name).await.unwrap();
    two.window().click(format!("{row} [data-testid=store-name]").as_str()).await.unwrap();
    two.says("[data-testid=panel-facts]", NEW_PHONE).await.unwrap();
    two.window().click("[data-testid=store-edit]").await.unwrap();
    two.appears("[data-testid=field-name]").await.unwrap();
    assert_eq!(two.window().value("[data-testid=\"field-hours.tu\"]").await.unwrap(), NEW_HOURS);
}

/// The outbox has exactly these lines: field, old value, new value.
async fn outbox_lists(seat: &Seat, changes: &[(&str, &str, &str)]) {
    let right = |rows: &[String]| {
        rows.len() == changes.len()
            && changes.iter().all(|(field, before, after)| {
                rows.iter().any(|row| row.contains(field) && row.contains(before) && row.contains(after))
            })
    };
    seat.wait_for_texts(&format!("the lines {changes:?}"), ROWS, right).await.unwrap();
}

/// A profile that is being edited keeps what is typed when another device's change arrives.
#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn what_is_being_typed_stays_when_another_change_arrives() {
    let world = World::new().unwrap();
    let backend = world.backend(30).unwrap();
    let other = world.device("other", &backend, "operations").unwrap();
    other.sync();
    let id = other.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();
    let seat = Seat::open(&world.device("typing", &backend, "merchant").unwrap()).await.unwrap();
    seat.synced().await.unwrap();
    seat.open_store(&id, &id).await.unwrap();
    seat.fill("name", "正在输入的店名").await.unwrap();
    seat.fill("note", "还没有存").await.unwrap();

    other.ask(&["set", &id, "name=别处改的店名", "address=别处新路 8 号"]);
    other.sync();
    // What nobody touched follows; what is typed stays, and the other's value is shown beside it.
    let value = |field: &str| format!("[data-testid=\"field-{field}\"]");
    let script = "return document.querySelector('[data-testid=\"field-address\"]').value === '别处新路8号' \
                  || document.querySelector('[data-testid=\"field-address\"]').value === '别处新路 8 号'";
    seat.window().wait_for_script("the new address in the form", script).await.unwrap();
    seat.says("[data-testid=moved-note]", "别处改的店名").await.unwrap();
    assert_eq!(seat.window().value(value("name").as_str()).await.unwrap(), "正在输入的店名");
    assert_eq!(seat.window().value(value("note").as_str()).await.unwrap(), "还没有存");

    // Leaving asks first.
    seat.window().click("[data-testid=nav-outbox]").await.unwrap();
    seat.window().click("[data-testid=leave-stay]").await.unwrap();
    assert_eq!(seat.window().value(value("name").as_str()).await.unwrap(), "正在输入的店名");
}
