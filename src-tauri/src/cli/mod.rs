//! The command line over the same cache and engine as the window. A contract: other programs call it.
//!
//! With `--json` one JSON document (JSON lines for `import`) goes to standard output and nothing else;
//! messages go to standard error. Exit status 0: done; 1: refused by data or server; 2: wrong use.

mod bulk;
mod check;
mod doctor;
mod files;
mod filter;
mod outbox;
mod output;

pub use doctor::has_display;
pub use output::say;
mod read;
mod rules;
mod schema;
mod settings;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use client::session::ClientCredentials;
use client::{Console, Mode, Options};
use domain::Problem;
use domain::schema::Schema;

use crate::home;

/// Store profiles that can be edited offline.
#[derive(Parser)]
#[command(name = "merchant-console", version, about, long_about = None)]
pub struct Arguments {
    /// The data folder.
    #[arg(long, env = "MERCHANT_CONSOLE_HOME", global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// The backend's address; or several with commas between, the preferred one first.
    #[arg(long, env = "MERCHANT_CONSOLE_SERVER", global = true, value_name = "URL[,URL…]")]
    pub server: Option<String>,
    /// One JSON document on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// Without a command the window opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do without a window.
#[derive(Subcommand)]
pub enum Command {
    /// What waits, what is synced, and since when.
    Status,
    /// Send and receive.
    Sync {
        /// Until the outbox is empty and the last page has arrived, then end.
        #[arg(long, required = true)]
        once: bool,
    },
    /// Fetch everything anew, should this computer's copy be in doubt. What waits to be sent is kept.
    Rebuild,
    /// Find merchants in the cache.
    Search {
        /// Part of a name, address, telephone number, category or id.
        text: String,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Print a profile.
    Get {
        /// Of which merchant.
        id: String,
    },
    /// Change a profile, or those of many: `set ID FIELD=VALUE…`, `set --where CONDITION FIELD=VALUE…`. Durable when it
    /// returns, server or no server.
    Set {
        /// The merchant's id unless it is for many (a new one needs at least name and address), then `name=…`,
        /// `hours.tu=10:00-14:00,17:00-02:00`, `phones=+8613800138000`, `custom.seats=40`; an empty value clears.
        #[arg(required = true, value_name = "ID] [FIELD=VALUE")]
        values: Vec<String>,
        /// Which, if many.
        #[command(flatten)]
        which: bulk::Which,
    },
    /// Changes of many of the past: list, take back.
    #[command(subcommand)]
    Bulk(bulk::BulkCommand),
    /// Changes that wait, were refused, or are being reviewed: list, send again, discard.
    Outbox {
        /// Nothing lists them.
        #[command(subcommand)]
        what: Option<outbox::OutboxCommand>,
    },
    /// Questions that people must answer.
    Reviews,
    /// Answer them.
    Resolve {
        /// The review's id, or the merchant's.
        review: String,
        /// The value of each field.
        #[arg(required = true, value_name = "FIELD=VALUE")]
        values: Vec<String>,
        /// Why; kept in the history.
        #[arg(long)]
        reason: Option<String>,
    },
    /// What happened to a merchant, newest first.
    History {
        /// To which merchant.
        id: String,
    },
    /// Read merchants from a file: CSV and its kin, also gzipped, or a workbook.
    Import(files::ImportArguments),
    /// Imports of the past: list, take back, report.
    #[command(subcommand)]
    Imports(files::ImportsCommand),
    /// Write profiles to a file.
    Export(files::ExportArguments),
    /// Normalise and check the text of one field.
    Check {
        /// `name`, `phones`, `hours`, `hours.tu`, `custom.seats`, …
        field: String,
        /// As typed.
        text: String,
    },
    /// Merge three profiles; `null` in a file means deleted.
    Merge(check::MergeArguments),
    /// How this device sends: look, or change it as an administrator.
    Settings {
        /// Look or change.
        #[command(subcommand)]
        what: settings::SettingsCommand,
    },
    /// The rules that settle concurrent writes without people.
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    /// The fields that administrators declared: print them, try a file, put it in force.
    #[command(subcommand)]
    Schema(schema::SchemaCommand),
    /// Is everything in place on this computer?
    Doctor,
}

/// Why a command did not succeed.
pub enum Failed {
    /// Refused by data or server: exit status 1.
    Refused(Problem),
    /// Wrong use: exit status 2.
    Usage(String),
    /// Whoever read the results has gone, as `head` does: no failure of the command.
    NobodyReads,
}

impl From<client::Error> for Failed {
    fn from(error: client::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// Runs a command and says how it ended.
pub fn run(arguments: &Arguments, command: &Command) -> ExitCode {
    // Standard error is for messages: the log is silent unless RUST_LOG asks for it.
    let _telemetry = start_telemetry("off", telemetry::Log::Stderr);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::say(&format!("error: this program could not start its threads: {error}"));
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(dispatch(arguments, command)) {
        Ok(()) | Err(Failed::NobodyReads) => ExitCode::SUCCESS,
        Err(Failed::Refused(problem)) => {
            output::say(&format!("error: {problem}"));
            ExitCode::from(1)
        }
        Err(Failed::Usage(message)) => {
            output::say(&format!("error: {message}"));
            ExitCode::from(2)
        }
    }
}

/// Logs and traces of this program. Without them it works as well.
pub fn start_telemetry(filter: &'static str, log: telemetry::Log) -> telemetry::Guard {
    let options = telemetry::Options {
        service: "merchant-console",
        version: env!("CARGO_PKG_VERSION"),
        filter,
        log,
        collector: telemetry::Options::collector_of_environment(),
    };
    telemetry::start(options).unwrap_or_else(|error| {
        output::say(&error.to_string());
        telemetry::Guard::default()
    })
}

async fn dispatch(arguments: &Arguments, command: &Command) -> Result<(), Failed> {
    let json = arguments.json;
    match command {
        Command::Check { field, text } => return check::field(&schema_for(arguments, field).await?, json, field, text),
        Command::Merge(files) => return check::merge(json, files),
        Command::Doctor => return doctor::run(arguments).await,
        _ => {}
    }
    let home = home::folder(arguments.home.as_deref())?;
    let console = Console::open(&home, options(arguments, Mode::Tool)).await?;
    match command {
        Command::Status => read::status(&console, json).await,
        Command::Sync { .. } => write::sync(&console, json).await,
        Command::Rebuild => write::rebuild(&console, json).await,
        Command::Search { text, limit } => read::search(&console, json, text, *limit).await,
        Command::Get { id } => read::get(&console, id).await,
        Command::Set { values, which } if which.is_many() => bulk::set(&console, json, which, values).await,
        Command::Set { which, .. } if which.dry_run => {
            Err(Failed::Usage("--dry-run is for many: name them by --where or --find".to_owned()))
        }
        Command::Set { values, .. } => match values.split_first() {
            Some((id, values)) if !values.is_empty() => write::set(&console, json, id, values).await,
            _ => Err(Failed::Usage("write ID FIELD=VALUE, or --where CONDITION FIELD=VALUE".to_owned())),
        },
        Command::Bulk(command) => bulk::run(&console, json, command).await,
        Command::Outbox { what } => outbox::run(&console, json, what.as_ref()).await,
        Command::Reviews => read::reviews(&console, json).await,
        Command::Resolve { review, values, reason } => {
            write::resolve(&console, json, review, values, reason.as_deref()).await
        }
        Command::History { id } => read::history(&console, json, id).await,
        Command::Rules(command) => rules::run(&console, json, command).await,
        Command::Schema(command) => schema::run(&console, json, command).await,
        Command::Import(import) => files::import(&console, json, import).await,
        Command::Imports(command) => files::imports(&console, json, command).await,
        Command::Export(export) => files::export(&console, json, export).await,
        Command::Settings { what } => settings::run(&console, json, what).await,
        Command::Check { .. } | Command::Merge(_) | Command::Doctor => Ok(()),
    }
}

/// The schema by which a field is checked: a declared one needs this computer's copy, all others none.
async fn schema_for(arguments: &Arguments, field: &str) -> Result<Schema, Failed> {
    if !field.starts_with("custom.") {
        return Ok(Schema::default());
    }
    let console = Console::open(&home::folder(arguments.home.as_deref())?, options(arguments, Mode::Tool)).await?;
    Ok(console.schema())
}

/// What command line and environment say, for window and commands alike.
pub fn options(arguments: &Arguments, mode: Mode) -> Options {
    let mut options = Options::new(mode);
    options.server.clone_from(&arguments.server);
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let (Some(id), Some(secret)) =
        (variable("MERCHANT_CONSOLE_CLIENT_ID"), variable("MERCHANT_CONSOLE_CLIENT_SECRET"))
    {
        options.machine = Some(ClientCredentials { id, secret });
    }
    options
}
