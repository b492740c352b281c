//! What the release programs weigh and how long they take: sizes, seconds from start to a usable list, memory.
//!
//! Environment: `MERCHANT_CONSOLE_BIN`, `MERCHANT_CONSOLE_SERVER_BIN` (the release programs), and `MERCHANT_CONSOLE_PAGE`
//! (the folder of the window's page; `dist` if not given).

use std::path::Path;
use std::time::{Duration, Instant};

use tests::seat::Seat;
use tests::world::{Backend, Device, World, console_program, server_program};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Merchants in the cache when the window is opened.
const CACHES: [u32; 2] = [10_000, 100_000];
/// Starts that are measured for each.
const STARTS: usize = 5;
/// Unit of start times in `/proc`: hundredths of a second on every Linux.
const TICKS_PER_S: f64 = 100.0;

#[tokio::main]
async fn main() -> Outcome<()> {
    let page = std::env::var("MERCHANT_CONSOLE_PAGE").unwrap_or_else(|_| "dist".to_owned());
    line("program", &megabytes(size(&console_program())?));
    line("backend", &megabytes(size(&server_program())?));
    line("web assembly of the page", &megabytes(size(&Path::new(&page).join("merchant-console-ui_bg.wasm"))?));
    for merchants in CACHES {
        measure(merchants).await?;
    }
    Ok(())
}

async fn measure(merchants: u32) -> Outcome<()> {
    println!("\nwith {merchants} merchants");
    let world = World::new()?;
    let begin = Instant::now();
    let backend = world.backend(merchants)?;
    line("backend makes them and listens", &seconds(begin.elapsed()));
    let device = world.device("measured", &backend, "operations")?;
    let begin = Instant::now();
    device.sync();
    line("first sync by the command line", &seconds(begin.elapsed()));
    line("backend, resident after that", &megabytes(resident(backend.pid())));

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(start(&device).await?);
    }
    starts.sort_by(f64::total_cmp);
    line("start to a usable list, median", &format!("{:.2} s", starts[STARTS / 2]));
    line("start to a usable list, slowest", &format!("{:.2} s", starts[STARTS - 1]));
    memory(&device, &backend).await
}

/// Seconds from the start of the process until the rows of the list are painted.
async fn start(device: &Device) -> Outcome<f64> {
    let seat = Seat::open(device).await?;
    seat.appears("[data-testid=store-name]").await?;
    let painted = uptime_s()?;
    let started = started_s(seat.window().pid()?)?;
    seat.close().await?;
    Ok(painted - started)
}

/// Memory of the window's processes after the list was scrolled through and a profile was opened.
async fn memory(device: &Device, backend: &Backend) -> Outcome<()> {
    let seat = Seat::open(device).await?;
    seat.appears("[data-testid=store-name]").await?;
    seat.synced().await?;
    let ids = seat.attributes("[data-testid=store-row]", "data-id").await?;
    if let Some(id) = ids.first() {
        seat.open_store(id, id).await?;
    }
    seat.go("stores").await?;
    let program = seat.window().pid()?;
    let all = with_descendants(program);
    line("program itself, resident", &megabytes(resident(program)));
    line("program and WebKit's processes, resident", &megabytes(all.iter().copied().map(resident).sum()));
    line("the same, shared pages counted once", &megabytes(all.iter().copied().map(proportional).sum()));
    line("backend with one window, resident", &megabytes(resident(backend.pid())));
    seat.close().await?;
    Ok(())
}

fn line(what: &str, figure: &str) {
    println!("{what:<48}{figure:>12}");
}

fn size(file: &Path) -> Outcome<u64> {
    Ok(std::fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?.len())
}

// Figures for people: two digits after the point are enough.
#[allow(clippy::cast_precision_loss)]
fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1_000_000.0)
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

fn uptime_s() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/uptime")?;
    Ok(text.split_whitespace().next().unwrap_or_default().parse()?)
}

/// Field of `/proc/PID/stat`, counted from 3 as its manual does: the name before it may hold blanks.
fn stat(pid: u32, field: usize) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    rest.split_whitespace().nth(field - 3).map(str::to_owned)
}

fn started_s(pid: u32) -> Outcome<f64> {
    let ticks: f64 = stat(pid, 22).ok_or("the program has ended")?.parse()?;
    Ok(ticks / TICKS_PER_S)
}

fn parent(pid: u32) -> Option<u32> {
    stat(pid, 4)?.parse().ok()
}

fn with_descendants(root: u32) -> Vec<u32> {
    let processes: Vec<u32> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    let mut family = vec![root];
    let mut next = 0;
    while let Some(pid) = family.get(next).copied() {
        family.extend(processes.iter().copied().filter(|child| parent(*child) == Some(pid)));
        next += 1;
    }
    family
}

/// Bytes that the process holds in memory; pages that it shares with others count fully.
fn resident(pid: u32) -> u64 {
    rollup(pid, "Rss:")
}

/// Bytes that the process holds in memory; a page that n processes share counts as an nth.
fn proportional(pid: u32) -> u64 {
    rollup(pid, "Pss:")
}

fn rollup(pid: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() * 1024
}
