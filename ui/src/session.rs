//! What every page knows: the status, the settings, who uses the window.

use std::sync::Arc;

use domain::ipc::{Settings, StatusView, Topic};
use leptos::prelude::*;

use crate::ipc;
use crate::query::{Query, use_query};

/// The shared queries.
#[derive(Clone, Copy)]
pub struct Shared {
    /// The status bar's state.
    pub status: Query<StatusView>,
    /// The settings.
    pub settings: Query<Settings>,
}

impl Shared {
    /// May they settle conflicts? Tracked.
    pub fn may_review(&self) -> bool {
        self.status.get().is_some_and(|status| status.session.may_review())
    }
    /// The status, tracked.
    pub fn status(&self) -> Option<Arc<StatusView>> {
        self.status.get()
    }
}

/// Asks for status and settings and provides them. Once, by the app.
pub fn provide() -> Shared {
    let shared = Shared {
        status: use_query(&[Topic::Status, Topic::Session, Topic::Outbox, Topic::Reviews], || (), |()| ipc::status()),
        settings: use_query(&[Topic::Settings], || (), |()| ipc::settings()),
    };
    provide_context(shared);
    shared
}

/// The shared queries.
pub fn use_shared() -> Shared {
    use_context::<Shared>().unwrap_or_else(provide)
}
