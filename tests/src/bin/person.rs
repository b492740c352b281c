//! Somebody at a device with the system's keyring. Orders come on standard input: `sign-in USER PASSWORD`,
//! `sign-out`, `sync`; after each, and at the start, it says on standard output how the sign-in stands:
//! `{"signed_in":…,"actor":…,"secret_store":…}`.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use client::{Console, Mode, Options};
use domain::ipc::SignIn;

/// How long a sync may take.
const SYNC_LIMIT: Duration = Duration::from_secs(60);

type Failed = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut options = Options::new(Mode::Tool);
    options.server = std::env::var("MERCHANT_CONSOLE_SERVER").ok();
    let console = Console::open(&PathBuf::from(std::env::var("MERCHANT_CONSOLE_HOME")?), options).await?;
    say(&console).await?;
    for line in std::io::stdin().lines() {
        match *line?.split(' ').collect::<Vec<_>>() {
            ["sign-in", username, password] => {
                let sign_in = SignIn { username: username.to_owned(), password: password.to_owned() };
                console.sign_in(&sign_in).await?;
            }
            ["sign-out"] => console.sign_out().await?,
            ["sync"] => console.sync_once(SYNC_LIMIT).await?,
            _ => return Err("orders: sign-in USER PASSWORD, sign-out, sync".into()),
        }
        say(&console).await?;
    }
    Ok(())
}

async fn say(console: &Console) -> Result<(), Failed> {
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::to_string(&console.status().await?.session)?)?;
    Ok(out.flush()?)
}
