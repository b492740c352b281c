//! A device that saves and syncs until it is killed: as fast as it can, or so many edits a second
//! (`saver FIRST [EDITS_PER_S]`). After each save that returned it says so on standard output:
//! `saved EDIT_ID MERCHANT NUMBER`. What it said must never be lost.
//!
//! On standard input it takes `stop` (save no more) and `drain SEQ` (say `drained` once everything is sent and
//! the backend's change `SEQ` has arrived). It only waits: a device must get there without a click.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use client::session::ClientCredentials;
use client::{Console, Mode, Options};
use domain::MerchantId;
use domain::ipc::SyncPhase;
use tests::unsynced;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval};

/// Merchants that are edited in turn.
const MERCHANTS: u64 = 10;
/// One of so many edits writes to a field that every device writes to.
const SHARED_ONE_IN: u64 = 5;
/// How often a device that drains is looked at.
const LOOK: Duration = Duration::from_millis(20);

type Failed = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    if let Some(log) = std::env::var_os(unsynced::LOG_VARIABLE) {
        unsynced::install(&PathBuf::from(log))?;
    }
    let id = std::env::var("MERCHANT_CONSOLE_CLIENT_ID")?;
    let secret = std::env::var("MERCHANT_CONSOLE_CLIENT_SECRET")?;
    let mut options = Options::new(Mode::Window);
    options.keyring = false;
    options.server = std::env::var("MERCHANT_CONSOLE_SERVER").ok();
    options.machine = Some(ClientCredentials { id: id.clone(), secret });
    let console = Console::open(&PathBuf::from(std::env::var("MERCHANT_CONSOLE_HOME")?), options).await?;

    let argument = |n: usize| std::env::args().nth(n).map(|text| text.parse::<u64>()).transpose();
    let first = argument(1)?.unwrap_or_default();
    let mut pace = argument(2)?.map(|per_s| interval(Duration::from_micros(1_000_000 / per_s.max(1))));
    if let Some(pace) = &mut pace {
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut orders = orders();
    for n in first.. {
        let tick = async {
            if let Some(pace) = &mut pace {
                pace.tick().await;
            }
        };
        tokio::select! {
            biased;
            // The end of standard input is no order: a saver without orders goes on until it is killed.
            Some(_) = orders.recv() => break,
            () = tick => {}
        }
        save(&console, &id, n).await?;
    }
    obey(&console, orders).await
}

/// One edit of the next merchant: the device's own field, and now and then one that all of them change.
async fn save(console: &Console, id: &str, n: u64) -> Result<(), Failed> {
    let merchant = format!("M-{}", n % MERCHANTS);
    let mut values = vec![
        ("name".to_owned(), format!("店 {}", n % MERCHANTS)),
        ("address".to_owned(), format!("街 {}", n % MERCHANTS)),
        (format!("custom.{id}"), n.to_string()),
    ];
    if n.is_multiple_of(SHARED_ONE_IN) {
        values.push(("category".to_owned(), format!("{id} {n}")));
    }
    let saved = console.set_fields(&MerchantId::new(merchant.as_str())?, &values).await?;
    if let Some(edit_id) = saved.edit_id {
        say(&format!("saved {edit_id} {merchant} {n}"))?;
    }
    Ok(())
}

/// The lines of standard input.
fn orders() -> UnboundedReceiver<String> {
    let (sender, orders) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    orders
}

async fn obey(console: &Console, mut orders: UnboundedReceiver<String>) -> Result<(), Failed> {
    while let Some(order) = orders.recv().await {
        let Some(seq) = order.strip_prefix("drain ") else { continue };
        let seq: u64 = seq.trim().parse()?;
        let mut looks = interval(LOOK);
        loop {
            looks.tick().await;
            let synced = console.status().await?.phase == SyncPhase::Synced;
            if synced && console.cache().cursor().await?.cursor >= seq {
                break;
            }
        }
        say("drained")?;
    }
    // Nobody gives orders any more: it stays as it is until it is killed.
    std::future::pending().await
}

fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}
