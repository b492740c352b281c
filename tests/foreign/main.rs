//! A client that is not ours converges with ours: RxDB's replication, through the same push, pull and sign-in.
//! Ignored unless asked for (`./dev faults`): it needs Node and what npm installs.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use client::Mode;
use domain::ipc::StoresQuery;
use serde_json::{Value as Json, json};
use tests::desk::Desk;
use tests::evidence::taken;
use tests::proxy::{Flow, Proxy};
use tests::world::{Device, PATIENCE, World};

const MERCHANTS: usize = 40;

/// RxDB in a process of its own.
struct Foreign {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Foreign {
    fn start(device: &Device) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign/client.mjs");
        let mut command = Command::new("node");
        command.arg(script).envs(device.environment()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (orders, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, orders, answers }
    }

    fn ask(&mut self, order: &Json) -> Json {
        writeln!(self.orders, "{order}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{order}: {error}: {line:?}"))
    }

    fn set(&mut self, id: &str, values: Json) {
        self.ask(&json!(["set", id, values]));
    }

    fn all(&mut self) -> Shown {
        serde_json::from_value(self.ask(&json!(["dump"]))).unwrap()
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Name, address and category of each merchant.
type Shown = BTreeMap<String, [String; 3]>;

async fn shown(ours: &Desk) -> Shown {
    let query = StoresQuery { limit: 500, ..StoresQuery::default() };
    let mut all = Shown::new();
    for row in ours.0.stores(&query).await.unwrap().rows {
        let profile = ours.0.store(&row.id).await.unwrap().profile;
        all.insert(row.id.to_string(), [profile.name, profile.address, profile.category]);
    }
    all
}

async fn converge(ours: &Desk, foreign: &mut Foreign, what: &str) -> Shown {
    for _ in 0..2 {
        ours.0.sync_once(PATIENCE).await.unwrap();
        foreign.ask(&json!(["sync"]));
    }
    let all = shown(ours).await;
    assert_eq!(foreign.all(), all, "{what}");
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Node and npm: ./dev faults"]
async fn rxdb_converges_with_ours() {
    let world = World::new().unwrap();
    let backend = world.backend(0).unwrap();
    let ours = Desk::open(&world.device("ours", &backend, "operations").unwrap(), Mode::Tool).await.unwrap();
    let mut device = world.device("rxdb", &backend, "operations").unwrap();
    let way = Proxy::start(backend.address().parse().unwrap(), 7).unwrap();
    device.server = way.url();
    let mut foreign = Foreign::start(&device);
    let id = |n: usize| format!("F-{n}");

    for n in 0..MERCHANTS {
        ours.set(&id(n), &[("name", &format!("店 {n}")), ("address", &format!("街 {n}"))]).await.unwrap();
    }
    ours.0.sync_once(PATIENCE).await.unwrap();
    foreign.ask(&json!(["open"]));
    let all = converge(&ours, &mut foreign, "a first pull").await;
    assert_eq!(all.len(), MERCHANTS);

    // Different registers of one merchant, while neither sees the other; on its way the foreign client loses
    // answers, and sends again.
    way.set(Flow::Open, Flow::Cut { one_in: 2 });
    for n in 0..20 {
        foreign.set(&id(n), json!({"name": format!("RxDB {n}")}));
        ours.set(&id(n), &[("address", &format!("新街 {n}"))]).await.unwrap();
    }
    foreign.set("F-new", json!({"name": "外来店", "address": "外街 1"}));
    foreign.ask(&json!(["remove", id(30)]));
    ours.set(&id(31), &[("deleted", "true")]).await.unwrap();
    ours.0.sync_once(PATIENCE).await.unwrap();
    foreign.ask(&json!(["sync"]));
    way.set(Flow::Open, Flow::Open);
    let all = converge(&ours, &mut foreign, "edits of different registers").await;
    assert_eq!(all["F-7"], ["RxDB 7", "新街 7", ""]);
    assert_eq!(all["F-new"], ["外来店", "外街 1", ""]);
    assert!(!all.contains_key("F-30") && !all.contains_key("F-31"), "what either removes is gone");
    assert_eq!(all.len(), MERCHANTS - 1);

    // The same register: people choose, and both sides take their word.
    for n in 0..5 {
        ours.set(&id(n), &[("category", "ours")]).await.unwrap();
    }
    ours.0.sync_once(PATIENCE).await.unwrap();
    // It pulls only when asked to, so it has not seen ours.
    for n in 0..5 {
        foreign.set(&id(n), json!({"category": "theirs"}));
    }
    converge(&ours, &mut foreign, "edits of one register").await;
    for review in ours.0.reviews().await.unwrap() {
        let choice = [("category".to_owned(), "both".to_owned())];
        ours.0.resolve_fields(review.review_id, &choice, None).await.unwrap();
    }
    let all = converge(&ours, &mut foreign, "after people have chosen").await;
    assert_eq!(all["F-3"][2], "both");
    assert!(ours.0.reviews().await.unwrap().is_empty());

    let retries = foreign.ask(&json!(["sync"]))["retries"].as_u64().unwrap();
    assert!(retries > 0, "no answer was ever lost: this run has shown nothing");
    let database = world.path("server.db");
    let taken = tokio::task::spawn_blocking(move || taken(&database).unwrap()).await.unwrap();
    let of = |actor: &str| taken.iter().filter(|edit| edit.actor == actor).count();
    assert_eq!(of("rxdb"), 20 + 1 + 1 + 5, "each edit of the foreign client has one effect");
    assert_eq!(of("ours"), MERCHANTS + 20 + 1 + 5 + 5);
    eprintln!("RxDB and ours are equal: {} edits, {retries} retries of RxDB", taken.len());
    ours.0.close().await;
}
