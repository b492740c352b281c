//! A device that saves and syncs as fast as it can until it is killed. After each save that returned it says so
//! on standard output: `saved EDIT_ID MERCHANT VALUE`. What it said must never be lost.

use std::io::Write as _;
use std::path::PathBuf;

use client::session::ClientCredentials;
use client::{Console, Mode, Options};
use domain::MerchantId;

/// Merchants that are edited in turn.
const MERCHANTS: u64 = 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options::new(Mode::Window);
    options.keyring = false;
    options.server = std::env::var("MERCHANT_CONSOLE_SERVER").ok();
    options.machine = Some(ClientCredentials {
        id: std::env::var("MERCHANT_CONSOLE_CLIENT_ID")?,
        secret: std::env::var("MERCHANT_CONSOLE_CLIENT_SECRET")?,
    });
    let console = Console::open(&PathBuf::from(std::env::var("MERCHANT_CONSOLE_HOME")?), options).await?;
    let first: u64 = std::env::args().nth(1).unwrap_or_default().parse()?;
    let mut out = std::io::stdout();
    for n in first.. {
        let merchant = format!("CRASH-{}", n % MERCHANTS);
        let values = [
            ("name".to_owned(), format!("店 {}", n % MERCHANTS)),
            ("address".to_owned(), format!("街 {}", n % MERCHANTS)),
            ("custom.n".to_owned(), n.to_string()),
        ];
        let saved = console.set_fields(&MerchantId::new(merchant.as_str())?, &values).await?;
        if let Some(edit_id) = saved.edit_id {
            writeln!(out, "saved {edit_id} {merchant} {n}")?;
            out.flush()?;
        }
    }
    Ok(())
}
