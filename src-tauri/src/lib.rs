//! The shell around the client: the window with its commands, and the command line.
//!
//! Nothing is decided here. A command unpacks its arguments, calls the client and maps the error.

mod charts_view;
mod cli;
mod commands;
mod home;
mod window;

use std::process::ExitCode;

use clap::Parser;

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    client::memory::share_between_threads();
    let arguments = cli::Arguments::parse();
    match &arguments.command {
        Some(command) => cli::run(&arguments, command),
        None => window::run(&arguments),
    }
}
