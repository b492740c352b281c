//! All phases without a harness: both devices, the backend and the limit, one process a phase, over loopback.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value as Json, json};

use crate::Failure;

/// The ways to save that are measured.
const MODES: [&str; 2] = ["full", "normal"];

/// Runs every phase `rounds` times after one warm-up and appends a line of JSON for each to a file.
pub fn run(folder: &Path, out: &Path, rounds: usize) -> Result<(), Failure> {
    let workload = folder.join("workload");
    let mut out = OpenOptions::new().create(true).append(true).open(out)?;
    let seeded = seeded(&folder.join("seeded"), &workload)?;
    for round in 0..=rounds {
        for mode in MODES {
            let run = folder.join("run");
            let _ = std::fs::remove_dir_all(&run);
            for (name, figures) in Round::begin(&run, &seeded, &workload, mode)?.phases()? {
                line(&mut out, &format!("ours_{mode}"), name, round, figures)?;
            }
        }
        let limit = folder.join("limit");
        let _ = std::fs::remove_dir_all(&limit);
        let paths = [workload.display().to_string(), limit.display().to_string()];
        let mut figures = phase(&["limit", &paths[0], &paths[1]], &[])?;
        let push = json!({ "seconds": figures["push_seconds"].take(), "note": "SQLite alone, one transaction" });
        line(&mut out, "limit", "local_edit", round, figures)?;
        line(&mut out, "limit", "push", round, push)?;
    }
    Ok(())
}

/// The backend's folder with all merchants of a workload; made if it is not there.
pub fn seeded(folder: &Path, workload: &Path) -> Result<PathBuf, Failure> {
    if !folder.is_dir() {
        let making = folder.with_extension("making");
        let _ = std::fs::remove_dir_all(&making);
        phase(&["seed"], &[("PEER_SERVER_DIR", making.clone()), ("PEER_WORKLOAD", workload.to_owned())])?;
        std::fs::rename(making, folder)?;
    }
    Ok(folder.to_owned())
}

fn line(
    out: &mut impl std::io::Write,
    entrant: &str,
    phase: &str,
    round: usize,
    mut figures: Json,
) -> Result<(), Failure> {
    for (name, value) in [("entrant", json!(entrant)), ("phase", json!(phase)), ("rep", json!(round))] {
        figures[name] = value;
    }
    writeln!(out, "{figures}")?;
    Ok(())
}

type Variable<'a> = (&'a str, PathBuf);

fn command(arguments: &[&str], environment: &[Variable<'_>]) -> Result<Command, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).envs(environment.iter().cloned()).stdout(Stdio::piped());
    Ok(command)
}

/// Runs one phase and reads its line.
fn phase(arguments: &[&str], environment: &[Variable<'_>]) -> Result<Json, Failure> {
    let output = command(arguments, environment)?.output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.lines().last().filter(|_| output.status.success()) {
        Some(line) => Ok(serde_json::from_str(line)?),
        None => {
            Err(format!("{arguments:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr))
                .into())
        }
    }
}

/// A backend of its own, and devices beside it.
pub struct Round {
    run: PathBuf,
    workload: PathBuf,
    environment: Vec<Variable<'static>>,
    server: Child,
}

impl Drop for Round {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Round {
    /// Copies a seeded backend into a folder and starts it.
    pub fn begin(run: &Path, seeded: &Path, workload: &Path, mode: &str) -> Result<Self, Failure> {
        let server = run.join("server");
        std::fs::create_dir_all(&server)?;
        for file in std::fs::read_dir(seeded)? {
            let file = file?;
            std::fs::copy(file.path(), server.join(file.file_name()))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let environment = vec![
            ("PEER_SERVER_DIR", server),
            ("PEER_WORKLOAD", workload.to_owned()),
            ("PEER_MODE", mode.into()),
            ("PEER_PORT", port.to_string().into()),
            ("PEER_URL", format!("http://127.0.0.1:{port}").into()),
        ];
        let mut server = command(&["serve"], &environment)?.spawn()?;
        let mut ready = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout).read_line(&mut ready)?;
        }
        let round = Self { run: run.to_owned(), workload: workload.to_owned(), environment, server };
        if ready.contains("ready") { Ok(round) } else { Err("the backend did not start".into()) }
    }

    fn of(&self, client: &str, arguments: &[&str]) -> Result<Json, Failure> {
        let mut environment = self.environment.clone();
        let folder = self.run.join(client);
        std::fs::create_dir_all(&folder)?;
        environment.push(("PEER_CLIENT", client.into()));
        environment.push(("PEER_CLIENT_DIR", folder));
        phase(arguments, &environment)
    }

    /// Every phase once, in order, with its figures.
    pub fn phases(&self) -> Result<Vec<(&'static str, Json)>, Failure> {
        let edits = |name: &str| self.workload.join(name).display().to_string();
        let (of_a, of_b) = (edits("edits_a.ndjson"), edits("edits_b.ndjson"));
        Ok(vec![
            ("bootstrap", self.of("A", &["bootstrap"])?),
            ("bootstrap_b", self.of("B", &["bootstrap"])?),
            ("local_edit", self.of("A", &["edit", &of_a])?),
            ("local_edit_b", self.of("B", &["edit", &of_b])?),
            ("push", self.of("A", &["sync", "push"])?),
            ("sync_b", self.of("B", &["sync", "both"])?),
            ("pull", self.of("A", &["sync", "pull"])?),
        ])
    }
}
