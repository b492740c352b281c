//! The nouns of Merchant Console and the rules that hold for them.
//!
//! Everything here is pure: no I/O, no clock, no randomness. It builds for every target,
//! so the window, the device, the command line and the backend mean the same thing by the same word.

pub mod api;
pub mod change;
pub mod digest;
pub mod edit;
pub mod field;
pub mod forms;
pub mod hlc;
pub mod holidays;
pub mod hours;
pub mod id;
pub mod ipc;
mod members;
pub mod metrics;
pub mod opening;
pub mod orders;
pub mod outline;
pub mod place;
pub mod problem;
pub mod profile;
pub mod record;
pub mod review;
pub mod role;
pub mod rules;
pub mod schema;
pub mod search;
pub mod stored_phone;
pub mod text;
pub mod validate;
pub mod value;
pub mod version;

#[cfg(feature = "phones")]
pub mod phone;

pub use edit::{Decision, Edit, EditState, FieldDecision, Outcome, OutcomeState, Source, Write};
pub use field::FieldPath;
pub use hlc::{Hlc, HlcClock};
pub use id::{ActorId, DeviceId, EditId, MerchantId, OrderId, ReviewId, TraceId};
pub use problem::{ErrorCode, Problem};
pub use profile::Profile;
pub use record::{Record, Register, Sibling, WriteMeta};
pub use role::{Actor, Role, Scope};
pub use value::Value;
pub use version::{Dot, VersionVector};
