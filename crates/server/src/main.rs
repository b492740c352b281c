//! `merchant-console-server`: the command line of the backend.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use clap::Parser;
use server::accounts::{self, AccountError};
use server::cli::{Cli, ClientAction, Command, UserAction};
use server::db::AccountKind;
use server::{Config, StartError};

/// Threads that work on one batch after the other hand memory around: one arena for all (`.cargo/config.toml`).
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Refused by data, or the database cannot be used.
const REFUSED: u8 = 1;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let _telemetry = telemetry::start(telemetry::Options {
        service: "merchant-console-server",
        version: env!("CARGO_PKG_VERSION"),
        filter: "info",
        log: telemetry::Log::Stderr,
        collector: telemetry::Options::collector_of_environment(),
    })
    .unwrap_or_else(|error| {
        tracing::warn!("{error}");
        telemetry::Guard::default()
    });
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match cli.command {
        None => match runtime.block_on(serve(cli.serve.config())) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        },
        Some(Command::Client { action }) => said(runtime.block_on(client(action))),
        Some(Command::User { action }) => said(runtime.block_on(user(action))),
    }
}

/// Answers with what to print.
async fn client(action: ClientAction) -> Result<String, CommandError> {
    let secret_of = |id: String, secret: String, json: bool| {
        let document = serde_json::json!({ "client_id": id, "client_secret": secret }).to_string();
        if json { document } else { secret }
    };
    Ok(match action {
        ClientAction::Add { who, json } => {
            let (database, id) = (who.database.clone(), who.id.clone());
            secret_of(id, accounts::add_client(&database, who.account()).await?, json)
        }
        ClientAction::Secret { whose, json } => {
            let secret = accounts::new_secret(&whose.database, &whose.id).await?;
            secret_of(whose.id, secret, json)
        }
        ClientAction::Remove { whose } => {
            accounts::remove(&whose.database, AccountKind::Client, &whose.id).await?;
            whose.id
        }
    })
}

/// Answers with what to print.
async fn user(action: UserAction) -> Result<String, CommandError> {
    Ok(match action {
        UserAction::Add { who, json } => {
            let (database, id) = (who.database.clone(), who.id.clone());
            accounts::add_user(&database, who.account(), &password()?).await?;
            if json { serde_json::json!({ "user": id }).to_string() } else { id }
        }
        UserAction::Password { whose } => {
            accounts::new_password(&whose.database, &whose.id, &password()?).await?;
            whose.id
        }
        UserAction::Remove { whose } => {
            accounts::remove(&whose.database, AccountKind::User, &whose.id).await?;
            whose.id
        }
    })
}

/// The first line of standard input.
fn password() -> std::io::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    let mut stderr = std::io::stderr();
    // Nothing is left to tell it to if that fails.
    let _ = writeln!(stderr, "merchant-console-server: {error}");
    ExitCode::from(REFUSED)
}

fn print(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

fn said(result: Result<String, CommandError>) -> ExitCode {
    match result.and_then(|line| Ok(print(&line)?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("standard input or output cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the address could not be printed, or signals cannot be heard: {0}")]
    Io(#[from] std::io::Error),
}

async fn serve(config: Config) -> Result<(), ServeError> {
    let running = server::start(config).await?;
    print(&serde_json::json!({ "listening": running.url }).to_string())?;
    let mut stderr = std::io::stderr();
    for (user, password) in &running.new_users {
        writeln!(stderr, "demo user {user}, password {password}")?;
    }
    tracing::info!(url = %running.url, "listening");
    let stopped = stop_signal().await;
    tracing::info!("stopping");
    running.shutdown().await;
    Ok(stopped?)
}

#[cfg(unix)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        done = tokio::signal::ctrl_c() => done,
    }
}

#[cfg(not(unix))]
async fn stop_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
