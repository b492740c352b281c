//! Parts that every page is made of.

mod banner;
mod button;
mod chip;
mod dialog;
mod diff;
mod empty;
mod icon;
mod menu;
mod path_field;
mod problem;
mod segmented;
mod side_panel;
mod size;
mod table_twin;
mod tally;
mod text_diff;
mod toast;
mod when;

pub use banner::{Banner, ProblemBanner, Tone};
pub use button::{Button, IconButton, Kbd};
pub use chip::{Chip, StoreChip, state_label};
pub use dialog::Dialog;
pub use diff::Diff;
pub use empty::{Empty, Skeleton};
pub use icon::{Icon, Sprite};
pub use menu::Menu;
pub use path_field::{PathField, PathUse};
pub use problem::{Details, Problem};
pub use segmented::{Segment, Segmented};
pub use side_panel::SidePanel;
pub use size::use_size;
pub use table_twin::TableTwin;
pub use tally::{Tally, Tile};
pub use text_diff::{Piece, pieces};
pub use toast::{Toaster, Toasts, use_toaster};
pub use when::Moment;
