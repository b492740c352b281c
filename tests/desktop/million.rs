//! The list among very many merchants: wherever it is scrolled to, its rows show.

use std::collections::BTreeMap;
use std::path::Path;

use client::cache::Cache;
use domain::api::{Change, ChangesPage};
use domain::hlc::Hlc;
use domain::record::{Record, Register, Sibling, WriteMeta};
use domain::role::Role;
use domain::{ActorId, DeviceId, Dot, EditId, FieldPath, MerchantId, Source, Value};
use serde_json::json;
use tests::seat::Seat;
use tests::world::World;

/// Unless [`VARIABLE`] says another number.
const MERCHANTS: u64 = 200_000;
/// How many merchants there are.
const VARIABLE: &str = "MERCHANT_CONSOLE_ROWS";
const PAGE_ROWS: u64 = 10_000;
const FOOD: [&str; 7] = ["火锅", "面馆", "烧烤", "奶茶", "川菜", "小吃", "咖啡"];

/// Scrolls to a share of the whole. The list hears of it later: until it has drawn, its rows are those of before.
const SCROLL: &str = "const list = document.querySelector('[data-testid=store-scroll]');
const before = list.scrollTop;
window.isDrawn = false;
const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => { window.isDrawn = true; }));
list.addEventListener('scroll', drawn, { once: true });
list.scrollTop = arguments[0] * (list.scrollHeight - list.clientHeight);
if (list.scrollTop === before) drawn();
return list.scrollTop;";

/// Is the visible part of the list full of rows that are known? Then their ids.
const SHOWN: &str = "if (window.isDrawn === false) return null;
const list = document.querySelector('[data-testid=store-scroll]').getBoundingClientRect();
const head = document.querySelector('[data-testid=store-scroll] thead').getBoundingClientRect().bottom;
const rows = [...document.querySelectorAll('[data-testid=store-row]')]
    .map(row => [row.getBoundingClientRect(), row.dataset.id])
    .filter(([box]) => box.bottom > head + 1 && box.top < list.bottom - 1)
    .sort((left, right) => left[0].top - right[0].top);
if (!rows.length || rows.some(([, id]) => !id)) return null;
let end = head + 1;
for (const [box] of rows) {
    if (box.top > end) return null;
    end = Math.max(end, box.bottom + 1);
}
return end >= list.bottom - 40 ? rows.map(([, id]) => id) : null;";

fn record(n: u64) -> Record {
    let dot = Dot { device: DeviceId(7), counter: n + 1 };
    let meta = WriteMeta {
        edit_id: EditId(uuid::Uuid::from_u128(u128::from(n))),
        actor: ActorId::new("server").unwrap(),
        actor_name: "Server".to_owned(),
        role: Role::Operations,
        source: Source::Import,
        hlc: Hlc::at_ms(1_700_000_000_000 + n),
    };
    let food = FOOD[(n % 7) as usize];
    let texts = [
        ("name", format!("{}{food}{n}店", char::from_u32(0x4e00 + (n * 7_919 % 20_000) as u32).unwrap())),
        ("address", format!("{}街{}号", char::from_u32(0x4e00 + (n % 971) as u32).unwrap(), n % 1_999)),
        ("category", food.to_owned()),
    ];
    let registers = texts.map(|(path, text)| {
        let sibling = Sibling { dot, value: Value::text(text), base_value: Value::NULL };
        (FieldPath::new(path).unwrap(), Register { siblings: vec![sibling], ..Register::default() })
    });
    Record {
        merchant_id: MerchantId::new(format!("M{n:07}")).unwrap(),
        registers: BTreeMap::from(registers),
        edits: BTreeMap::from([(dot, meta)]),
    }
}

/// As a first pull fills it.
async fn fill(home: &Path, merchants: u64) {
    let cache = Cache::open(home).await.unwrap();
    for begin in (0..merchants).step_by(PAGE_ROWS as usize) {
        let end = (begin + PAGE_ROWS).min(merchants);
        let page = ChangesPage {
            epoch: "e1".to_owned(),
            changes: (begin..end).map(|n| Change::new(n + 1, record(n))).collect(),
            next_cursor: end,
            complete: end == merchants,
            server_hlc: Hlc::at_ms(1_700_000_000_000),
            rules_version: 1,
            ..ChangesPage::default()
        };
        cache.apply_page(page).await.unwrap();
    }
    cache.index_all().await.unwrap();
    cache.close().await;
}

async fn ids(seat: &Seat) -> Vec<String> {
    serde_json::from_value(seat.window().wait_for_script("rows wherever the list is", SHOWN).await.unwrap()).unwrap()
}

#[tokio::test]
#[ignore = "opens real windows: ./dev e2e"]
async fn a_list_of_very_many_shows_its_rows_wherever_it_is_scrolled_to() {
    let merchants = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok()).unwrap_or(MERCHANTS);
    let world = World::new().unwrap();
    let mut backend = world.backend(1).unwrap();
    let device = world.device("one", &backend, "operations").unwrap();
    backend.kill();
    fill(&device.home, merchants).await;

    let seat = Seat::open(&device).await.unwrap();
    ids(&seat).await;
    let mut seen = Vec::new();
    for share in [0.0, 0.01, 0.5, 0.500_02, 0.250_1, 0.9, 1.0, 0.999, 0.333_3, 0.0] {
        seat.window().execute(SCROLL, json!([share])).await.unwrap();
        seen.push(ids(&seat).await);
    }
    // Newest first: the rows are those of the place.
    assert_eq!(seen[0].first(), Some(&format!("M{:07}", merchants - 1)));
    assert_eq!(seen[6].last().map(String::as_str), Some("M0000000"), "the last row can be reached");
    assert_eq!(seen[0], seen[9]);
    let middle: u64 = seen[2][0].trim_start_matches('M').parse().unwrap();
    assert!(middle.abs_diff(merchants / 2) < merchants / 100, "{middle}");
    for rows in &seen {
        let numbers: Vec<u64> = rows.iter().map(|id| id.trim_start_matches('M').parse().unwrap()).collect();
        assert!(numbers.windows(2).all(|two| two[0] == two[1] + 1), "no row is missing: {numbers:?}");
    }

    // Another order and a selection, in the middle.
    seat.window().click("[data-testid=store-scroll] thead th button").await.unwrap();
    ids(&seat).await;
    seat.window().execute(SCROLL, json!([0.5])).await.unwrap();
    ids(&seat).await;
    seat.window().type_over("[data-testid=store-search]", "店").await.unwrap();
    ids(&seat).await;
    seat.window().execute(SCROLL, json!([0.75])).await.unwrap();
    ids(&seat).await;
}
