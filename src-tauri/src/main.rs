//! The program: the window, or a subcommand without one.

// On Windows a console would open behind the window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    merchant_console::run()
}
