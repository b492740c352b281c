//! Is everything in place on this computer?

use client::console::DoctorFinding;
use client::{Console, Mode};
use domain::Problem;

use super::{Arguments, Failed, options, output};
use crate::home;

/// Prints what it finds; refused if the cache, on which every edit depends, is not well.
pub async fn run(arguments: &Arguments) -> Result<(), Failed> {
    let (mut findings, broken) = examine(arguments).await;
    let display = has_display();
    let detail = if display { "present" } else { "none: commands work, the window does not" };
    findings.push(DoctorFinding { check: "display", ok: display, detail: detail.to_owned() });
    if arguments.json {
        output::json(&findings)?;
    } else {
        let mark = |ok: bool| if ok { "ok" } else { "--" }.to_owned();
        let rows: Vec<Vec<String>> =
            findings.iter().map(|f| vec![mark(f.ok), f.check.to_owned(), f.detail.clone()]).collect();
        output::table(&rows)?;
    }
    broken.map_or(Ok(()), |problem| Err(problem.into()))
}

/// Is there something to show a window on? On Linux it is opened: a name in the environment may lead nowhere.
pub fn has_display() -> bool {
    #[cfg(target_os = "linux")]
    return gtk::init().is_ok();
    #[cfg(not(target_os = "linux"))]
    return true;
}

async fn examine(arguments: &Arguments) -> (Vec<DoctorFinding>, Option<Problem>) {
    let opened = async {
        let home = home::folder(arguments.home.as_deref())?;
        Console::open(&home, options(arguments, Mode::Tool)).await
    };
    let found = async {
        let console: Console = opened.await.map_err(|failed: client::Error| Problem::from(failed))?;
        console.doctor().await.map_err(Problem::from)
    };
    match found.await {
        Ok(findings) => (findings, None),
        Err(problem) => {
            let finding = DoctorFinding { check: "data folder", ok: false, detail: problem.title.clone() };
            (vec![finding], Some(problem))
        }
    }
}
