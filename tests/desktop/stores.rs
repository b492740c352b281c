//! The list of stores: many chosen and changed at once, taken back; filtered, saved as a view, sorted, scrolled.

use serde_json::json;
use tests::seat::Seat;
use tests::webdriver::{self, Seen, key};
use tests::world::World;

const ROW: &str = "[data-testid=store-row]";
const OUTBOX_ROWS: &str = "[data-testid=outbox-row]";

/// Gives the focus to the first row of the list.
async fn focus_first(seat: &Seat) {
    seat.appears(ROW).await.unwrap();
    seat.window().execute("document.querySelector(arguments[0]).focus()", json!([ROW])).await.unwrap();
    seat.window().press(&[key::HOME]).await.unwrap();
    seat.appears("[data-testid=store-row][aria-rowindex='2']:focus").await.unwrap();
}

/// Waits until every row that one can see, wholly or in part, says a name, and others than before: a scroll is drawn a
/// moment later.
async fn no_row_is_blank(seat: &Seat, what: &str, before: &[String]) -> Vec<String> {
    // What lies under the points of a line down the list.
    let script = "const list = document.querySelector('[data-testid=store-scroll]').getBoundingClientRect();\
        const head = document.querySelector('[data-testid=store-scroll] thead').getBoundingClientRect();\
        const names = [];\
        for (let y = head.bottom + 4; y < list.bottom - 2; y += 20) {\
            const row = document.elementFromPoint(list.left + 100, y)?.closest('tr[data-id]');\
            names.push(row?.querySelector('[data-testid=store-name]')?.innerText ?? '');\
        }\
        return names;";
    webdriver::wait_until(what, webdriver::PATIENCE, async || {
        let found = seat.window().execute(script, json!([])).await?;
        let names: Vec<String> = serde_json::from_value(found).unwrap_or_default();
        let full = !names.is_empty() && names.iter().all(|name| !name.trim().is_empty()) && names != before;
        Ok(if full { Seen::Yes(names) } else { Seen::NotYet(format!("{names:?}")) })
    })
    .await
    .unwrap()
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn several_stores_are_changed_at_once_after_a_preview_and_all_of_it_is_taken_back() {
    let world = World::new().unwrap();
    let mut backend = world.backend(60).unwrap();
    let seat = Seat::open(&world.device("bulk", &backend, "operations").unwrap()).await.unwrap();
    seat.synced().await.unwrap();
    backend.kill();
    seat.offline().await.unwrap();
    let window = seat.window();

    // Three rows by key: one by X, two more by Shift and the arrow.
    focus_first(&seat).await;
    window.press(&["x"]).await.unwrap();
    seat.says("[data-testid=selection-count]", "已选 1 家").await.unwrap();
    for _ in 0..2 {
        window.press(&[key::SHIFT, key::DOWN]).await.unwrap();
    }
    seat.says("[data-testid=selection-count]", "已选 3 家").await.unwrap();
    window.press(&["b"]).await.unwrap();

    // A value that is none is said beside its field, and nothing is saved.
    window.send_keys("[data-testid=bulk-add]", "营业时间").await.unwrap();
    window.type_over("[data-testid=wish-text-hours]", "25点").await.unwrap();
    window.click("[data-testid=bulk-preview]").await.unwrap();
    seat.appears("[data-testid=wish-hours].bad").await.unwrap();
    window.type_over("[data-testid=wish-text-hours]", "上午9点到晚上9点半").await.unwrap();
    window.click("[data-testid=bulk-preview]").await.unwrap();
    seat.says("[data-testid=bulk-changes]", "3").await.unwrap();
    seat.says("[data-testid=bulk-stores]", "09:00–21:30").await.unwrap();
    window.click("[data-testid=bulk-save]").await.unwrap();
    seat.says("[data-testid=bulk-saved]", "3 家").await.unwrap();
    window.click("[data-testid=bulk-close]").await.unwrap();

    // One ordinary edit for each store waits, with a line for each day: more than the window shows at once.
    seat.go("outbox").await.unwrap();
    let days = |rows: &[String]| rows.len() > 7 && rows.iter().all(|row| row.contains("21:30"));
    seat.wait_for_texts("the days of three stores", OUTBOX_ROWS, days).await.unwrap();

    // What was not sent is as if it had never been.
    window.click("[data-testid=toast-undo]").await.unwrap();
    seat.wait_for_texts("an empty outbox", OUTBOX_ROWS, |rows: &[String]| rows.is_empty()).await.unwrap();
    seat.close().await.unwrap();
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn a_filtered_list_becomes_a_view_that_is_there_after_a_restart() {
    let world = World::new().unwrap();
    let backend = world.backend(400).unwrap();
    let mut seat = Seat::open(&world.device("views", &backend, "operations").unwrap()).await.unwrap();
    seat.synced().await.unwrap();
    let total = seat.window().text("[data-testid=store-total]").await.unwrap();

    // A condition with the number of stores of each value; then back leads to all of them.
    seat.window().click("[data-testid=filter-category] button").await.unwrap();
    let values =
        seat.wait_for_texts("values", "[data-testid=filter-values] li", |values| values.len() > 1).await.unwrap();
    let (name, count) = values[0].rsplit_once('\n').map(|(name, count)| (name.trim(), count.trim())).unwrap();
    seat.window().click("[data-testid=filter-values] li:first-child input").await.unwrap();
    seat.says("[data-testid=store-matches]", count).await.unwrap();
    seat.window().click("[data-testid=filter-done]").await.unwrap();
    seat.says("[data-testid=filter-category]", name).await.unwrap();
    seat.window().execute("history.back()", json!([])).await.unwrap();
    seat.wait_for_texts("all stores again", "[data-testid=store-matches]", |texts| texts.iter().all(String::is_empty))
        .await
        .unwrap();
    seat.window().execute("history.forward()", json!([])).await.unwrap();
    seat.says("[data-testid=store-matches]", count).await.unwrap();

    // Sorted by name, by key; the heading says so.
    seat.window().click("[data-testid=sort-name]").await.unwrap();
    seat.appears("th[aria-sort=ascending] [data-testid=sort-name]").await.unwrap();
    seat.window().click("[data-testid=views]").await.unwrap();
    seat.window().click("[data-testid=view-save]").await.unwrap();
    seat.window().type_over("[data-testid=view-name]", "早上要看的").await.unwrap();
    seat.window().press(&[key::ENTER]).await.unwrap();
    seat.says("[data-testid=views]", "早上要看的").await.unwrap();

    seat.kill().await.unwrap();
    seat.start().await.unwrap();
    seat.says("[data-testid=store-total]", total.trim()).await.unwrap();
    // By key: V opens the views, the arrows and Enter choose.
    focus_first(&seat).await;
    seat.window().press(&["v"]).await.unwrap();
    seat.appears("[role=menu] [role=menuitemradio]:focus").await.unwrap();
    let item = webdriver::Target::with_text("[role=menuitemradio]", "早上要看的");
    seat.window().click(&item).await.unwrap();
    seat.says("[data-testid=store-matches]", count).await.unwrap();
    seat.appears("th[aria-sort=ascending] [data-testid=sort-name]").await.unwrap();
    seat.close().await.unwrap();
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn what_a_key_opens_is_used_by_keys_and_closed_before_the_panel() {
    let world = World::new().unwrap();
    let backend = world.backend(60).unwrap();
    let seat = Seat::open(&world.device("keys", &backend, "operations").unwrap()).await.unwrap();
    seat.synced().await.unwrap();
    let window = seat.window();
    focus_first(&seat).await;
    seat.appears("[data-testid=side-panel]").await.unwrap();

    // Columns: the focus is in the list, Escape closes it and nothing else, and the button has the focus.
    window.press(&["c"]).await.unwrap();
    seat.appears("[data-testid=columns] :focus").await.unwrap();
    window.press(&[key::ESCAPE]).await.unwrap();
    seat.vanishes("[data-testid=columns]").await.unwrap();
    seat.appears("[data-testid=columns-menu]:focus").await.unwrap();
    seat.appears("[data-testid=side-panel]").await.unwrap();

    // A filter: its field is chosen by Enter, and what asks for its value has the focus.
    focus_first(&seat).await;
    window.press(&["f"]).await.unwrap();
    seat.appears("[role=menu] [role=menuitem]:focus").await.unwrap();
    window.press(&[key::ENTER]).await.unwrap();
    seat.appears("[data-testid=filter-editor] :focus").await.unwrap();
    window.press(&[key::ESCAPE]).await.unwrap();
    seat.vanishes("[data-testid=filter-editor]").await.unwrap();
    seat.appears("[data-testid=side-panel]").await.unwrap();

    // What is searched for and not there is not what E opens either.
    window.type_over("[data-testid=store-search]", "没有这家").await.unwrap();
    seat.appears("[data-testid=empty]").await.unwrap();
    seat.vanishes("[data-testid=side-panel]").await.unwrap();
    window.type_over("[data-testid=store-search]", "").await.unwrap();
    seat.appears("[data-testid=side-panel]").await.unwrap();

    // Beside a selection the last row can be seen, and clearing it leads back to the list.
    focus_first(&seat).await;
    window.press(&["x"]).await.unwrap();
    window.press(&[key::END]).await.unwrap();
    let free = "const row = document.activeElement.getBoundingClientRect();\
        const bar = document.querySelector('[data-testid=selection]')?.getBoundingClientRect();\
        return document.activeElement.matches('[data-testid=store-row]') && !!bar && row.bottom <= bar.top;";
    webdriver::wait_until("the last row above the bar", webdriver::PATIENCE, async || {
        let found = window.execute(free, json!([])).await?;
        Ok(if found == json!(true) { Seen::Yes(()) } else { Seen::NotYet(found.to_string()) })
    })
    .await
    .unwrap();
    window.click("[data-testid=selection-clear]").await.unwrap();
    seat.appears("[data-testid=store-row]:focus").await.unwrap();
    seat.close().await.unwrap();
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn wherever_one_scrolls_every_row_says_its_name() {
    let world = World::new().unwrap();
    let backend = world.backend(3_000).unwrap();
    let seat = Seat::open(&world.device("scroll", &backend, "operations").unwrap()).await.unwrap();
    seat.synced().await.unwrap();
    seat.window().click("[data-testid=sort-name]").await.unwrap();
    focus_first(&seat).await;
    let first = no_row_is_blank(&seat, "rows at the top", &[]).await;
    for _ in 0..30 {
        seat.window().press(&[key::PAGE_DOWN]).await.unwrap();
    }
    let later = no_row_is_blank(&seat, "other rows after many pages", &first).await;
    seat.window().press(&[key::END]).await.unwrap();
    seat.appears("[data-testid=store-row][aria-rowindex='3001']:focus").await.unwrap();
    let last = no_row_is_blank(&seat, "other rows at the end", &later).await;
    let middle =
        "const list = document.querySelector('[data-testid=store-scroll]'); list.scrollTop = list.scrollHeight / 2";
    seat.window().execute(middle, json!([])).await.unwrap();
    let middle = no_row_is_blank(&seat, "other rows in the middle", &last).await;
    assert_ne!(middle, first);
    seat.close().await.unwrap();
}
