use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use domain::Role;

use crate::world::World;

fn run(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_merchant-console-server"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_added_while_the_server_runs() {
    let world = World::new().await;
    let database = world.database();
    let add =
        ["client", "add", "--database", &database, "--id", "till", "--role", "merchant", "--merchants", "BJ-,SH-"];
    let out = run(&add, "");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let secret = String::from_utf8(out.stdout).unwrap();
    let form = [("grant_type", "client_credentials"), ("client_id", "till"), ("client_secret", secret.trim())];
    assert_eq!(world.sign_in(&form).await.status(), 200);

    // The name is taken now.
    let out = run(&add, "");
    assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8(out.stderr).unwrap().contains("taken"));

    let out = run(&["client", "add", "--database", &database, "--id", "two", "--role", "operations", "--json"], "");
    let document: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (document["client_id"].as_str(), document["client_secret"].as_str().map(str::len)),
        (Some("two"), Some(64))
    );

    let user = ["user", "add", "--database", &database, "--id", "ops", "--role", "operations", "--name", "运营"];
    assert_eq!(run(&user, "short\n").status.code(), Some(1));
    assert!(run(&user, "a long password\n").status.success());
    let form = [("grant_type", "password"), ("username", "ops"), ("password", "a long password")];
    let reply: domain::api::TokenReply = world.sign_in(&form).await.json().await.unwrap();
    assert_eq!((reply.actor.name.as_str(), reply.actor.role), ("运营", Role::Operations));
}

#[test]
fn wrong_use_and_unusable_databases() {
    assert_eq!(
        run(&["client", "add", "--id", "x", "--role", "king", "--database", "sqlite:x"], "").status.code(),
        Some(2)
    );
    assert_eq!(run(&["--nonsense"], "").status.code(), Some(2));
    let help = String::from_utf8(run(&["--help"], "").stdout).unwrap();
    for word in ["--listen", "--database", "--demo", "--seed", "client", "user"] {
        assert!(help.contains(word), "{word}");
    }
    let out = run(&["--database", "oracle:x"], "");
    assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_refused() {
    let mut world = World::new().await;
    world.stop().await;
    let file = world.dir.path().join("server.db");
    let mut connection =
        <sqlx::SqliteConnection as sqlx::Connection>::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 999").execute(&mut connection).await.unwrap();
    let error = server::db::open(&world.database()).await.err().unwrap();
    assert_eq!(error.code(), domain::ErrorCode::NewerData);
}
