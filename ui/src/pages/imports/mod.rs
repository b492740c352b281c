//! Files in and out: a file becomes stores step by step, imports of the past are taken back, stores become a file.

mod choose;
mod export;
mod facts;
mod mapping;
mod model;
#[cfg(test)]
mod model_tests;
mod past;
mod report;
mod row_numbers;
mod rows;
mod run;
mod save_file;
mod source;
mod state;
mod steps;
mod tiles;
mod view;

pub use export::ExportButton;
pub use model::{Reason, file_name};
pub use save_file::SaveFile;
pub use state::provide;
pub use view::ImportsPage;
