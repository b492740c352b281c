use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use domain::Role;
use domain::api::path;

use crate::events::Stream;
use crate::world::{World, new_merchant};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_of_nothing_is_no_scope_of_everything() {
    let world = World::new().await;
    let database = world.database();
    let add = ["client", "add", "--database", &database, "--id", "till", "--role", "merchant", "--merchants"];
    for bad in ["", ",", "BJ-,", "BJ-,,SH-", "BJ- SH-", "北京"] {
        let out = run(&[&add[..], &[bad]].concat(), "");
        assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0), "{bad:?}");
        assert!(String::from_utf8(out.stderr).unwrap().contains("nothing was changed"), "{bad:?}");
    }
    assert!(run(&[&add[..], &[" BJ- , SH-"]].concat(), "").status.success());
    let id = "till".parse().unwrap();
    let scope = server::db::open(&database).await.unwrap().account(&id).await.unwrap().unwrap().actor.scope;
    assert_eq!(scope, domain::Scope::Prefixes(vec!["BJ-".into(), "SH-".into()]));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_reads_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new().await;
    world.client("till", Role::Merchant, &[]).await;
    for file in ["server.db", "server.db-wal", "server.db-shm"] {
        let mode = std::fs::metadata(world.dir.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_or_gets_another_secret_is_signed_out_at_once() {
    let world = World::new().await;
    let database = world.database();
    let (till, other) =
        (world.client("till", Role::Merchant, &[]).await, world.client("other", Role::Merchant, &[]).await);
    world.user("ops", Role::Operations, "a long password").await;
    let with = |password| [("grant_type", "password"), ("username", "ops"), ("password", password)];
    let ops: domain::api::TokenReply = world.sign_in(&with("a long password")).await.json().await.unwrap();
    let mut streams = Vec::new();
    for session in [&till, &other, &world.session(&ops.access_token)] {
        let mut stream = Stream::open(session).await;
        assert!(stream.next().await.is_some());
        streams.push(stream);
    }
    // A person is no program.
    for wrong in [["user", "remove", "till"], ["client", "remove", "ops"], ["client", "secret", "nobody"]] {
        let out = run(&[wrong[0], wrong[1], "--database", &database, "--id", wrong[2]], "");
        assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0), "{wrong:?}");
    }
    assert!(run(&["client", "remove", "--database", &database, "--id", "till"], "").status.success());
    assert!(run(&["user", "password", "--database", &database, "--id", "ops"], "another password\n").status.success());
    assert_eq!(streams[0].next().await, None);
    assert_eq!(streams[2].next().await, None);
    assert_eq!(till.get(path::ME).await.status(), 401);
    assert_eq!(world.session(&ops.access_token).get(path::ME).await.status(), 401);
    let refresh = ops.refresh_token.unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    assert_eq!(world.sign_in(&form).await.status(), 401);
    assert_eq!(world.sign_in(&with("a long password")).await.status(), 401);
    assert_eq!(world.sign_in(&with("another password")).await.status(), 200);
    // Nobody else notices.
    assert_eq!(other.push(&[new_merchant("BJ-1", 1, 1)]).await.len(), 1);
    assert!(streams[1].next().await.is_some());

    let out = run(&["client", "secret", "--database", &database, "--id", "other"], "");
    assert_eq!(streams[1].next().await, None);
    assert_eq!(other.get(path::ME).await.status(), 401);
    let secret = String::from_utf8(out.stdout).unwrap();
    let form = [("grant_type", "client_credentials"), ("client_id", "other"), ("client_secret", secret.trim())];
    assert_eq!(world.sign_in(&form).await.status(), 200);
}
