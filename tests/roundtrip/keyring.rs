//! A sign-in is kept by the system's keyring (Secret Service), and only there.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};
use tests::display::SessionBus;
use tests::world::{Backend, World, program};

struct Person {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Person {
    /// Sits down at the device, and sees how the sign-in stands.
    fn sit_down(world: &World, backend: &Backend, bus: &SessionBus) -> (Self, Json) {
        let mut child = Command::new(program("MERCHANT_CONSOLE_PERSON_BIN", "person"))
            .env("MERCHANT_CONSOLE_HOME", world.path("home"))
            .env("MERCHANT_CONSOLE_SERVER", &backend.url)
            .envs(bus.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut person = Self { child, orders, answers };
        let session = person.hear();
        (person, session)
    }

    fn ask(&mut self, order: &str) -> Json {
        writeln!(self.orders, "{order}").unwrap();
        self.hear()
    }

    fn hear(&mut self) -> Json {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

impl Drop for Person {
    /// `kill -9`: nothing is written at the end.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the keyring holds for the program, as its own files and other programs see it: the number of entries.
fn entries(bus: &SessionBus) -> usize {
    let output = Command::new("dbus-send")
        .args(["--session", "--print-reply=literal", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
        .args(["org.freedesktop.Secret.Service.SearchItems", "dict:string:string:service,merchant-console"])
        .envs(bus.environment())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).matches("/org/freedesktop/secrets/").count()
}

#[test]
fn a_sign_in_survives_a_kill_and_ends_with_the_sign_out() {
    let world = World::new().unwrap();
    let backend = world.backend(3).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bus = SessionBus::start_with_keyring(folder.path()).unwrap();

    let (mut person, session) = Person::sit_down(&world, &backend, &bus);
    assert_eq!((&session["signed_in"], &session["secret_store"]), (&json!(false), &json!("keyring")), "{session}");
    assert_eq!(entries(&bus), 0);
    let session = person.ask("sign-in ops demo-ops");
    assert_eq!((&session["signed_in"], &session["actor"]["id"]), (&json!(true), &json!("ops")), "{session}");
    assert_eq!(entries(&bus), 1);
    drop(person);

    let (mut person, session) = Person::sit_down(&world, &backend, &bus);
    assert_eq!(session["signed_in"], true, "no password is asked for again: {session}");
    let session = person.ask("sync");
    assert_eq!(session["signed_in"], true, "and the server takes it: {session}");
    let session = person.ask("sign-out");
    assert_eq!(session["signed_in"], false, "{session}");
    assert_eq!(entries(&bus), 0, "nothing is left in the keyring");
    drop(person);

    let (_person, session) = Person::sit_down(&world, &backend, &bus);
    assert_eq!(session["signed_in"], false, "{session}");
}
