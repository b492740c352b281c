//! Language, theme, and who is signed in.

use serde_json::json;
use tests::api::Api;
use tests::seat::Seat;
use tests::world::World;

use crate::words;

const PAGES: [&str; 5] = ["stores", "outbox", "conflicts", "insights", "settings"];

fn language(tag: &str) -> String {
    format!("[data-testid=language] button[lang=\"{tag}\"]")
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn all_words_follow_the_language_and_a_person_can_sign_in() {
    let world = World::new().unwrap();
    let backend = world.backend(60).unwrap();
    let a = world.device("a", &backend, "merchant").unwrap();
    let b = world.device("b", &backend, "merchant").unwrap();
    a.sync();
    b.sync();
    let id = a.ask(&["search", "店", "--limit", "1"])[0]["merchant_id"].as_str().unwrap().to_owned();
    a.ask(&["set", &id, "name=甲店", "hours.tu=closed"]);
    b.ask(&["set", &id, "name=乙店"]);
    a.sync();
    b.sync();
    let device = world.device("desk", &backend, "operations").unwrap();
    device.sync();
    let api = Api::of(&device).await.unwrap();
    let seat = Seat::open(&device).await.unwrap();
    seat.synced().await.unwrap();

    let profiles = device.run(&["export", &world.path("all.json").display().to_string()]);
    assert_eq!(profiles.status, 0, "{profiles:?}");
    let profiles: serde_json::Value = serde_json::from_slice(&std::fs::read(world.path("all.json")).unwrap()).unwrap();
    let known = [
        profiles,
        device.ask(&["reviews"]),
        device.ask(&["history", &id]),
        api.get("/api/v1/me").await.unwrap(),
        api.get("/api/v1/orders").await.unwrap(),
    ];
    let data = words::corpus(&known);

    for (tag, title) in [("en", "Stores"), ("zh-CN", "门店")] {
        seat.go("stores").await.unwrap();
        seat.window().click(language(tag).as_str()).await.unwrap();
        seat.says("h1", title).await.unwrap();
        let places = PAGES
            .iter()
            .map(|page| format!("#/{page}"))
            .chain([format!("#/stores/{id}"), format!("#/stores/{id}/history")]);
        for place in places {
            seat.window().execute("location.hash = arguments[0]", json!([place])).await.unwrap();
            seat.appears(".main h1, .main .audit").await.unwrap();
            seat.vanishes("[aria-busy=true]").await.unwrap();
            words::only(&seat, tag, &data, &place).await;
        }
        for (keys, dialog) in
            [(vec![tests::webdriver::key::CONTROL, "k"], "dialog.pal[open]"), (vec!["?"], "dialog.dlg[open]")]
        {
            seat.go("stores").await.unwrap();
            seat.window().press(&keys).await.unwrap();
            seat.appears(dialog).await.unwrap();
            words::only(&seat, tag, &data, dialog).await;
            seat.window().press(&[tests::webdriver::key::ESCAPE]).await.unwrap();
            seat.vanishes(dialog).await.unwrap();
        }
    }

    // The theme.
    seat.go("settings").await.unwrap();
    let background = "return getComputedStyle(document.body).backgroundColor";
    let mut seen = Vec::new();
    for (button, theme) in [(3, "dark"), (2, "light")] {
        seat.window().click(format!("[data-testid=settings-theme] button:nth-child({button})").as_str()).await.unwrap();
        seat.window().wait_for_count(format!("html[data-theme={theme}]").as_str(), |count| count == 1).await.unwrap();
        seen.push(seat.window().execute(background, json!([])).await.unwrap());
    }
    assert_ne!(seen[0], seen[1], "dark is not light");

    // No keyring here, and the window says so.
    seat.says("[data-testid=secret-store]", "只在内存里").await.unwrap();
    seat.says("footer.status", "关窗口后需重新登录").await.unwrap();

    // Another person signs in.
    seat.says("[data-testid=who]", "desk").await.unwrap();
    seat.window().click("[data-testid=settings-sign-out]").await.unwrap();
    seat.window().click("[data-testid=settings-sign-in]").await.unwrap();
    seat.window().type_over("[data-testid=username]", "ops").await.unwrap();
    seat.window().type_over("[data-testid=password]", "wrong").await.unwrap();
    seat.window().click("[data-testid=sign-in-submit]").await.unwrap();
    seat.appears("[data-testid=sign-in-problem]").await.unwrap();
    seat.window().type_over("[data-testid=password]", "demo-ops").await.unwrap();
    seat.window().click("[data-testid=sign-in-submit]").await.unwrap();
    seat.says("[data-testid=account-name]", "演示运营").await.unwrap();
    seat.synced().await.unwrap();
    seat.go("settings").await.unwrap();
    let who = seat.texts("[data-testid=who]").await.unwrap().join(" ");
    assert!(who.contains("ops") && !who.contains("desk"), "{who}");

    // The choices outlive the program.
    let mut seat = seat;
    seat.window().click(language("en").as_str()).await.unwrap();
    seat.says("h1", "Settings").await.unwrap();
    seat.kill().await.unwrap();
    seat.start().await.unwrap();
    seat.says("h1", "Stores").await.unwrap();
    seat.window().wait_for_count("html[data-theme=light][lang=en]", |count| count == 1).await.unwrap();
}
