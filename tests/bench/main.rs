//! The product as an entrant of a synchronisation benchmark: one phase of one side a process, one line of JSON with
//! its figures on standard output. `./dev bench sync` runs the phases; the environment says where and how.
//!
//! Everything goes the way the window goes: [`client::Console`] over its cache and driver, the real backend with
//! sign-in. Only the sign-in itself lies before the clock.

mod alone;
mod dump;
mod edits;
mod figures;
mod generate;
mod growth;
mod judge;
mod limit;
mod place;
mod seed;
mod serving;
mod syncing;
mod workload;

use std::process::ExitCode;

use figures::Figures;
use place::Place;

/// Whatever stops a phase; it is printed and ends the process.
type Failure = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str = "a phase, as a harness calls it:
  bench-adapter seed | serve | bootstrap | edit FILE | sync push|both|pull | dump OUT | dump_server OUT
without a harness:
  bench-adapter generate WORKLOAD MERCHANTS EDITS   write a workload
  bench-adapter limit WORKLOAD FOLDER               what SQLite alone allows
  bench-adapter alone FOLDER OUT ROUNDS             all phases with FOLDER/workload, a line of JSON each
  bench-adapter growth FOLDER MERCHANTS             phases with ever more merchants and edits, as Markdown
  bench-adapter trips NEAR FAR LONGER_MS            round trips, from lines of two runs over slow lines
  bench-adapter judge FILE                          medians and budgets of such lines, as Markdown";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // As the program with the window does it; the backend does not.
    if arguments.first().is_some_and(|phase| phase != "serve") {
        client::memory::share_between_threads();
    }
    carry_out(&arguments)
}

#[tokio::main]
async fn carry_out(arguments: &[String]) -> ExitCode {
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench-adapter: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[&str]) -> Result<(), Failure> {
    let figures: Figures = match arguments {
        ["seed"] => seed::seed(&Place::from_environment()?).await?,
        ["serve"] => return serving::serve(&Place::from_environment()?).await,
        ["bootstrap"] => syncing::bootstrap(&Place::from_environment()?).await?,
        ["edit", file] => edits::edit(&Place::from_environment()?, file.as_ref()).await?,
        ["sync", "push" | "both" | "pull"] => syncing::sync(&Place::from_environment()?).await?,
        ["dump", out] => dump::client(&Place::from_environment()?, out.as_ref()).await?,
        ["dump_server", out] => dump::server(&Place::from_environment()?, out.as_ref()).await?,
        ["generate", folder, merchants, edits] => {
            generate::generate(folder.as_ref(), merchants.parse()?, edits.parse()?)?
        }
        ["limit", workload, folder] => limit::run(workload.as_ref(), folder.as_ref())?,
        ["alone", folder, out, rounds] => return alone::run(folder.as_ref(), out.as_ref(), rounds.parse()?),
        ["growth", folder, most] => return growth::run(folder.as_ref(), most.parse()?),
        ["trips", near, far, longer_ms] => {
            return judge::round_trips(near.as_ref(), far.as_ref(), longer_ms.parse()?);
        }
        ["judge", file] => return judge::judge(file.as_ref()),
        _ => return Err(USAGE.into()),
    };
    println!("{}", figures.line()?);
    Ok(())
}
