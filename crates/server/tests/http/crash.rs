//! Killed without warning, the server keeps what it answered.

use std::io::BufRead as _;
use std::process::{Child, Command, Stdio};

use domain::Role;

use crate::world::{World, new_merchant};

/// The real program as a process of its own.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    pub fn start(database: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_merchant-console-server"))
            .args(["--listen", "127.0.0.1:0", "--database", database])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let first: serde_json::Value = serde_json::from_str(&line).unwrap();
        Self { child, url: first["listening"].as_str().unwrap().to_owned() }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; answers whether it ended by itself.
    pub fn terminate(&mut self) -> bool {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_keeps_every_answer() {
    let mut world = World::new().await;
    let session = world.client("shop", Role::Merchant, &[]).await;
    world.stop().await;
    let mut given: Vec<(Vec<domain::Edit>, Vec<domain::Outcome>)> = Vec::new();
    for round in 1..=5_u64 {
        let mut process = Process::start(&world.database());
        let mut shop = session.clone();
        shop.url = process.url.clone();
        // Everything answered before is answered the same.
        for (edits, answers) in &given {
            assert_eq!(&shop.push(edits).await, answers);
        }
        let edits: Vec<_> = (0..50).map(|n| new_merchant(&format!("BJ-{round}-{n}"), 1, round * 100 + n)).collect();
        let answers = shop.push(&edits).await;
        given.push((edits, answers));
        // One more batch is on its way when the process dies; it may be there or not, but never in part.
        let dying: Vec<_> = (0..50).map(|n| new_merchant(&format!("SH-{round}-{n}"), 2, round * 100 + n)).collect();
        let request = shop
            .http
            .post(format!("{}/api/v1/edits", shop.url))
            .bearer_auth(&shop.token)
            .body(crate::world::body(&dying));
        let sent = tokio::spawn(request.send());
        tokio::task::yield_now().await;
        process.kill();
        // Answered or broken off: both are fine.
        let _ = sent.await;
    }
    let process = Process::start(&world.database());
    let mut shop = session;
    shop.url = process.url.clone();
    let page = shop.changes(0, 2000).await;
    for round in 1..=5 {
        let of = |city: &str| {
            page.changes.iter().filter(|c| c.merchant_id().as_str().starts_with(&format!("{city}-{round}-"))).count()
        };
        assert_eq!(of("BJ"), 50);
        assert!([0, 50].contains(&of("SH")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_it_with_listeners_on() {
    let mut world = World::new().await;
    let session = world.client("shop", Role::Merchant, &[]).await;
    world.stop().await;
    let mut process = Process::start(&world.database());
    let mut shop = session;
    shop.url = process.url.clone();
    let mut stream = crate::events::Stream::open(&shop).await;
    assert!(stream.next().await.is_some());
    let ended = tokio::task::spawn_blocking(move || process.terminate()).await.unwrap();
    assert!(ended);
}
