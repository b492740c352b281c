//! Conflicts: what people must decide, field by field.

mod cell;
mod decide;
mod desk;
pub mod hours_bar;
mod input;
mod kept;
pub mod model;
mod notices;
mod queue;
mod table;
mod view;

pub use kept::provide;
pub use view::ConflictsPage;
