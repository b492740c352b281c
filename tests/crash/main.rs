//! `kill -9` at random instants during saving and syncing: no saved edit lost, no double effect.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::world::{Device, World, program, wait_until};

/// Kills of the device, as the product promises to survive them.
const KILLS: u64 = 200;
/// A kill of the backend after so many kills of the device.
const BACKEND_EVERY: u64 = 20;
const SEED: u64 = 20_261_120;

/// What a run of the saver said before it was killed: edit, merchant, value.
struct Said {
    edit_id: String,
    merchant: String,
    value: u64,
}

/// Runs the saver and kills it a random while after its first saved edit.
fn run_and_kill(device: &Device, first: u64, after: Duration) -> Vec<Said> {
    let mut child = std::process::Command::new(program("MERCHANT_CONSOLE_SAVER_BIN", "saver"))
        .arg(first.to_string())
        .envs(device.environment())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut first_line = String::new();
    reader.read_line(&mut first_line).unwrap();
    assert!(first_line.starts_with("saved "), "the device opens again after a kill: {first_line:?}");
    // The instant of the kill is the point of this test; it is random, not a wait for something.
    std::thread::park_timeout(after);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    // A line cut short by the kill was not said.
    let whole = rest.rsplit_once('\n').map(|(whole, _)| whole).unwrap_or_default();
    std::iter::once(first_line.trim_end())
        .chain(whole.lines())
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            Said { edit_id: words[1].into(), merchant: words[2].into(), value: words[3].parse().unwrap() }
        })
        .collect()
}

/// The ids and dots of the edits that the backend has answered, read from its file.
fn edits_taken(database: &std::path::Path) -> Vec<(String, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection as _;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        let rows: Vec<(Vec<u8>, String)> =
            sqlx::query_as("SELECT edit_id, dot FROM edits").fetch_all(&mut connection).await.unwrap();
        rows.into_iter().map(|(id, dot)| (uuid::Uuid::from_slice(&id).unwrap().to_string(), dot)).collect()
    })
}

#[test]
fn no_saved_edit_is_lost_and_none_has_two_effects() {
    let world = World::new().unwrap();
    let mut backend = world.backend(0).unwrap();
    let device = world.device("crash", &backend, "operations").unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut said: Vec<Said> = Vec::new();
    for kill in 0..KILLS {
        if kill % BACKEND_EVERY == BACKEND_EVERY - 1 {
            backend.restart().unwrap();
        }
        let next = said.last().map_or(0, |last| last.value + 1);
        // A saved edit whose line was cut has the next number too: numbers may repeat, edit ids never.
        said.extend(run_and_kill(&device, next, Duration::from_micros(random.random_range(0..60_000))));
    }

    let status = wait_until("everything is synced", || {
        let ended = device.run(&["--json", "sync", "--once"]);
        (ended.status == 0).then(|| ended.json())
    });
    assert_eq!((status["queued"].as_u64(), status["rejected"].as_u64()), (Some(0), Some(0)), "{status}");

    // Every saved edit has reached the server, once: as an edit id, and as an event of the device.
    let taken = edits_taken(&world.path("server.db"));
    let ids: BTreeSet<&str> = taken.iter().map(|(id, _)| id.as_str()).collect();
    let dots: BTreeSet<&str> = taken.iter().map(|(_, dot)| dot.as_str()).collect();
    let lost: Vec<_> = said.iter().filter(|s| !ids.contains(s.edit_id.as_str())).map(|s| &s.edit_id).collect();
    assert!(lost.is_empty(), "{} of {} saved edits are lost: {lost:?}", lost.len(), said.len());
    assert_eq!((ids.len(), dots.len()), (taken.len(), taken.len()), "an edit has more than one effect");
    // Between the save and the line that says so a kill may fall, once a kill; no other edit exists.
    let unsaid = taken.len() - said.len();
    assert!(unsaid as u64 <= KILLS, "{unsaid} edits that nobody saved");

    // And the newest value of each merchant is the one that was saved last, on the device and after a fresh pull.
    let fresh = world.device("fresh", &backend, "operations").unwrap();
    fresh.sync();
    let merchants: BTreeSet<&str> = said.iter().map(|s| s.merchant.as_str()).collect();
    for merchant in merchants {
        let last = said.iter().rev().find(|s| s.merchant == merchant).map(|s| s.value).unwrap();
        for reader in [&device, &fresh] {
            let shown = reader.run(&["get", merchant]).json()["custom"]["n"].as_u64();
            assert!(shown >= Some(last), "{merchant}: saved {last}, shown {shown:?}");
        }
    }
    eprintln!("{KILLS} kills, {} saved edits, 0 lost, 0 doubled", said.len());
}
