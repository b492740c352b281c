//! Two devices change the same store without seeing each other; operations staff settle what cannot be merged.

use tests::api::Api;
use tests::seat::Seat;
use tests::webdriver::{self, Seen, key};
use tests::world::{Device, World};

/// The server's and every device's profile of a store, until all are the same.
async fn converge(devices: &[&Device], api: &Api, id: &str) -> serde_json::Value {
    webdriver::wait_until("the same profile everywhere", webdriver::PATIENCE, async || {
        let mut profiles: Vec<serde_json::Value> = devices.iter().map(|device| device.ask(&["get", id])).collect();
        for profile in &mut profiles {
            if let Some(profile) = profile.as_object_mut() {
                profile.remove("state");
            }
        }
        let server = api.get(&format!("/api/v1/merchants/{id}")).await.unwrap();
        let version_known = profiles[0]["version"].is_string();
        let equal = profiles.iter().all(|profile| *profile == profiles[0]);
        Ok(match equal && version_known {
            true => Seen::Yes(profiles.swap_remove(0)),
            false => Seen::NotYet(format!("{profiles:?}; the server: {server}")),
        })
    })
    .await
    .unwrap()
}

/// Edits two fields of the store by hand and saves.
async fn edit(seat: &Seat, id: &str, values: &[(&str, &str)]) {
    seat.open_store(id, id).await.unwrap();
    for (field, text) in values {
        seat.fill(field, text).await.unwrap();
    }
    seat.save().await.unwrap();
}

fn row(field: &str) -> String {
    format!("[data-testid=conflict-field][data-field=\"{field}\"]")
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn different_fields_merge_and_the_same_field_is_settled_by_operations() {
    let world = World::new().unwrap();
    let mut backend = world.backend(60).unwrap();
    let devices = [
        world.device("till-a", &backend, "merchant").unwrap(),
        world.device("till-b", &backend, "merchant").unwrap(),
        world.device("desk", &backend, "operations").unwrap(),
    ];
    let api = Api::of(&devices[2]).await.unwrap();
    let a = Seat::open(&devices[0]).await.unwrap();
    let b = Seat::open(&devices[1]).await.unwrap();
    let ops = Seat::open(&devices[2]).await.unwrap();
    for seat in [&a, &b, &ops] {
        seat.synced().await.unwrap();
    }
    let id = a.attributes("[data-testid=store-row]", "data-id").await.unwrap()[2].clone();
    let base = devices[0].ask(&["get", &id])["name"].as_str().unwrap().to_owned();
    ops.go("conflicts").await.unwrap();
    ops.appears("[data-testid=empty]").await.unwrap();

    backend.kill();
    for seat in [&a, &b] {
        seat.offline().await.unwrap();
    }
    // Name and note are changed on both sides; address and Monday on one side each.
    edit(&a, &id, &[("name", "甲家小馆"), ("note", "门口有台阶"), ("address", "新华街 1 号")]).await;
    edit(&b, &id, &[("name", "乙家小馆"), ("note", "后门可停车"), ("hours.mo", "09:00-21:00")]).await;
    backend.restart().unwrap();

    // Operations see both values and the one before, with their authors, without a click.
    ops.appears(row("name").as_str()).await.unwrap();
    ops.appears(row("note").as_str()).await.unwrap();
    let shown = ops.texts(row("name").as_str()).await.unwrap().join(" ");
    for value in [base.as_str(), "甲家小馆", "乙家小馆"] {
        assert!(shown.contains(value), "{value} in {shown}");
    }
    assert_eq!(ops.window().count("[data-testid=conflict-field]").await.unwrap(), 2, "only what cannot be merged");
    ops.says("[data-testid=nav-conflicts]", "1").await.unwrap();

    // The digit takes the column; the other one is typed.
    ops.window().click(format!("{} th", row("name")).as_str()).await.unwrap();
    ops.window().press(&["3"]).await.unwrap();
    let merged = format!("{} [data-testid=conflict-value]", row("name"));
    let taken = ops.says(merged.as_str(), "家小馆").await.unwrap();
    let column = ops.texts(format!("{} [data-testid=take-2]", row("name")).as_str()).await.unwrap().join(" ");
    assert!(column.contains(&taken), "3 takes the third column: {taken}, {column}");
    let (lost, loser) = if taken == "甲家小馆" { ("乙家小馆", "till-b") } else { ("甲家小馆", "till-a") };
    ops.window().click(format!("{} th", row("note")).as_str()).await.unwrap();
    ops.window().press(&["e"]).await.unwrap();
    ops.window().type_over("[data-testid=conflict-input]", "门口有台阶，后门可停车").await.unwrap();
    ops.window().press(&[key::ENTER]).await.unwrap();
    let typed = format!("{} [data-testid=conflict-value]", row("note"));
    ops.says(typed.as_str(), "后门可停车").await.unwrap();
    ops.window().type_over("[data-testid=conflict-reason]", "与店长电话确认").await.unwrap();
    // A look at another page takes neither the choices nor the reason.
    ops.go("stores").await.unwrap();
    ops.go("conflicts").await.unwrap();
    ops.says(typed.as_str(), "后门可停车").await.unwrap();
    ops.says(merged.as_str(), &taken).await.unwrap();
    assert_eq!(ops.window().value("[data-testid=conflict-reason]").await.unwrap(), "与店长电话确认");
    ops.window().click("[data-testid=conflict-apply]").await.unwrap();
    ops.vanishes("[data-testid=conflict-field]").await.unwrap();

    // Every window and device comes to the same, by itself.
    for seat in [&a, &b] {
        seat.says("[data-testid=profile-name]", &taken).await.unwrap();
        seat.synced().await.unwrap();
        let note = "return document.querySelector('[data-testid=\"field-note\"]').value === '门口有台阶，后门可停车'";
        seat.window().wait_for_script("the typed note in the form", note).await.unwrap();
    }
    ops.synced().await.unwrap();
    let profile = converge(&devices.each_ref(), &api, &id).await;
    assert_eq!(profile["name"], taken.as_str());
    assert_eq!(profile["hours"]["mo"][0], "09:00-21:00");
    assert!(profile["address"].as_str().unwrap().starts_with("新华街"), "{profile}");

    // What was not taken is in the history, with who wrote it, and why.
    ops.open_store(&id, &id).await.unwrap();
    ops.window().click("[data-testid=tab-history]").await.unwrap();
    ops.wait_for_texts("the loser with its author", "[data-testid=history-entry]", |entries| {
        entries.iter().any(|entry| entry.contains(lost) && entry.contains(loser))
            && entries.iter().any(|entry| entry.contains("处理了冲突") && entry.contains("与店长电话确认"))
    })
    .await
    .unwrap();
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn the_keys_alone_clear_the_queue_and_take_the_last_decision_back() {
    let world = World::new().unwrap();
    let mut backend = world.backend(60).unwrap();
    let (a, b) =
        (world.device("till-a", &backend, "merchant").unwrap(), world.device("till-b", &backend, "merchant").unwrap());
    a.sync();
    b.sync();
    let found = a.ask(&["search", "店", "--limit", "3"]);
    let ids: Vec<&str> = found.as_array().unwrap().iter().filter_map(|store| store["merchant_id"].as_str()).collect();
    for device in [&a, &b] {
        for id in &ids {
            device.ask(&["set", id, &format!("name={}", device.home.file_name().unwrap().to_string_lossy())]);
        }
    }
    a.sync();
    b.sync();
    let desk = world.device("desk", &backend, "operations").unwrap();
    desk.sync();
    let ops = Seat::open(&desk).await.unwrap();
    ops.synced().await.unwrap();
    // Decisions wait here, so that the last one can be taken back as if it had never been.
    backend.kill();
    ops.offline().await.unwrap();

    let press = async |keys: &[&str]| {
        for one in keys {
            ops.window().press(&[one]).await.unwrap();
        }
    };
    let queue = "[data-testid=conflict-row]";
    press(&["g", "c"]).await;
    for left in (0..ids.len()).rev() {
        ops.window().wait_for_count(queue, |count| count == left + 1).await.unwrap();
        ops.appears("[data-testid=conflict-field]").await.unwrap();
        // Pressed twice it stays chosen.
        press(&["2", "2"]).await;
        ops.appears("[data-testid=conflict-value]").await.unwrap();
        press(&[key::ENTER, key::ENTER]).await;
        ops.window().wait_for_count(queue, |count| count == left).await.unwrap();
    }
    ops.appears("[data-testid=empty]").await.unwrap();
    press(&["z"]).await;
    ops.window().wait_for_count(queue, |count| count == 1).await.unwrap();
}
