//! How fast files come in, beside the least that it could cost: `./dev bench import`.
//!
//! Each phase is a process of its own, so that its peak of memory is its own: parsing with `csv` alone, a dry run, a
//! plain bulk insert into SQLite (one table, one key, one transaction), and the import itself.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use client::cache::Cache;
use client::importer::{ImportOptions, import};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str =
    "import-speed generate FILE ROWS | csv FILE | dry FILE | insert FILE | apply FILE | all FOLDER ROWS ROUNDS";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("import-speed: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[&str]) -> Result<String, Failure> {
    match arguments {
        ["generate", file, rows] => generate(file.as_ref(), rows.parse()?).map(|()| String::new()),
        ["csv", file] => measured(parse(file.as_ref())?),
        ["insert", file] => measured(insert(file.as_ref())?),
        ["dry", file] => measured(ours(file.as_ref(), true).await?),
        ["apply", file] => measured(ours(file.as_ref(), false).await?),
        ["all", folder, rows, rounds] => all(folder.as_ref(), rows.parse()?, rounds.parse()?),
        _ => Err(USAGE.into()),
    }
}

fn measured((rows, seconds): (u64, f64)) -> Result<String, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse().unwrap_or_default();
    Ok(json!({ "rows": rows, "seconds": seconds, "rss_mb": kilobytes / 1024.0 }).to_string())
}

/// A list as a head office sends it: codes, names of branches, addresses, numbers of all kinds, hours, notes.
fn generate(file: &Path, rows: u64) -> Result<(), Failure> {
    const FOOD: [&str; 8] = ["火锅", "面馆", "烧烤", "奶茶", "川菜", "小吃", "寿司", "咖啡"];
    const PLACE: [&str; 9] = ["望京", "国贸", "西单", "中关村", "三里屯", "五道口", "朝阳门", "鼓楼", "前门"];
    const HOURS: [&str; 6] = [
        "10:00-22:00",
        "周一至周五 10:00-21:00；周末 10:00-22:00",
        "24小时营业",
        "11:00-14:00,17:00-21:30",
        "",
        "18:00-次日02:00",
    ];
    let mut out = csv::Writer::from_path(file)?;
    out.write_record(["门店编码", "门店名称", "地址", "联系电话", "经营类目", "营业时间", "备注"])?;
    for n in 0..rows {
        let (food, place) = (FOOD[(n % 8) as usize], PLACE[(n / 8 % 9) as usize]);
        let phone = match n % 10 {
            0 => format!("010-{:08}", 62_000_000 + n % 900_000),
            1 => format!("0755-{:08}", 26_000_000 + n % 900_000),
            2 => format!("138 {:04} {:04}", n / 10_000 % 10_000, n % 10_000),
            3 => String::new(),
            _ => format!("1{:010}", 3_000_000_000 + n),
        };
        out.write_record([
            format!("{n:07}"),
            format!(
                "{}{}{food}（{place}{}店）",
                ["老", "小", "大"][(n % 3) as usize],
                ["王", "李", "张"][(n % 7 % 3) as usize],
                n / 72
            ),
            format!("北京市朝阳区{place}街{}号{}室", n % 1999, n / 1999),
            phone,
            food.to_owned(),
            HOURS[(n % 6) as usize].to_owned(),
            if n.is_multiple_of(5) { "靠近地铁".to_owned() } else { String::new() },
        ])?;
    }
    out.flush()?;
    Ok(())
}

fn parse(file: &Path) -> Result<(u64, f64), Failure> {
    let begun = Instant::now();
    let mut rows = 0;
    for record in csv::Reader::from_path(file)?.records() {
        rows += u64::from(!record?.is_empty());
    }
    Ok((rows, begun.elapsed().as_secs_f64()))
}

fn insert(file: &Path) -> Result<(u64, f64), Failure> {
    let home = tempfile::tempdir_in(file.parent().unwrap_or(Path::new(".")))?;
    let mut database = rusqlite::Connection::open(home.path().join("plain.sqlite"))?;
    database.pragma_update(None, "journal_mode", "wal")?;
    database.pragma_update(None, "synchronous", "full")?;
    database.execute_batch("CREATE TABLE stores (id TEXT PRIMARY KEY, name TEXT, address TEXT, phone TEXT, category TEXT, hours TEXT, note TEXT)")?;
    let begun = Instant::now();
    let mut rows = 0;
    let tx = database.transaction()?;
    {
        let mut insert = tx.prepare("INSERT INTO stores VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        for record in csv::Reader::from_path(file)?.records() {
            insert.execute(rusqlite::params_from_iter(record?.iter()))?;
            rows += 1;
        }
    }
    tx.commit()?;
    Ok((rows, begun.elapsed().as_secs_f64()))
}

async fn ours(file: &Path, dry_run: bool) -> Result<(u64, f64), Failure> {
    let home = tempfile::tempdir_in(file.parent().unwrap_or(Path::new(".")))?;
    let cache = Cache::open(home.path()).await?;
    let mut options = ImportOptions::new(file, "bench");
    options.request.dry_run = dry_run;
    options.in_full = false;
    let begun = Instant::now();
    let mut rows = 0;
    let summary = import(&cache, None, &options, &mut |_| {
        rows += 1;
        true
    })
    .await?;
    let took = begun.elapsed().as_secs_f64();
    eprintln!("{:?}", summary.counts);
    Ok((rows, took))
}

fn all(folder: &Path, rows: u64, rounds: usize) -> Result<String, Failure> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!("stores-{rows}.csv"));
    if !file.is_file() {
        generate(&file, rows)?;
    }
    let program = std::env::current_exe()?;
    let phases = ["csv", "dry", "insert", "apply"];
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); phases.len()];
    // A warm-up, then rounds in which all phases take turns.
    for round in 0..=rounds {
        for (phase, taken) in phases.iter().zip(&mut taken) {
            // What the phase before has left to be written is none of this one's.
            Command::new("sync").status()?;
            let ended = Command::new(&program).arg(phase).arg(&file).output()?;
            if !ended.status.success() {
                return Err(String::from_utf8_lossy(&ended.stderr).into_owned().into());
            }
            let figures: Value = serde_json::from_slice(&ended.stdout)?;
            let number = |name: &str| figures[name].as_f64().unwrap_or_default();
            if round > 0 {
                taken.push((number("seconds"), number("rss_mb")));
            }
        }
    }
    let median = |n: usize| {
        let mut times: Vec<f64> = taken[n].iter().map(|(seconds, _)| *seconds).collect();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let peak = |n: usize| taken[n].iter().map(|(_, mb)| *mb).fold(0.0, f64::max);
    let line = |n: usize, beside: usize, most: f64| {
        json!({
            "seconds": median(n), "rows_per_second": rows as f64 / median(n), "peak_mb": peak(n),
            "ratio": median(n) / median(beside), "ratio_at_most": most,
        })
    };
    Ok(serde_json::to_string_pretty(&json!({
        "rows": rows, "rounds": rounds, "csv_seconds": median(0), "insert_seconds": median(2),
        "dry_run": line(1, 0, 4.0), "apply": line(3, 2, 4.0),
    }))?)
}
