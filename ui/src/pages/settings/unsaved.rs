//! What of the settings would be lost by leaving: the cards say it, the page asks.

use leptos::prelude::*;

/// Which cards have something that is not saved.
#[derive(Clone, Copy)]
pub struct Unsaved {
    /// The declared fields.
    pub fields: RwSignal<bool>,
    /// The sync settings.
    pub sync: RwSignal<bool>,
}

impl Unsaved {
    /// Provides it. Once, by the page.
    pub fn provide() -> Self {
        let unsaved = Self { fields: RwSignal::new(false), sync: RwSignal::new(false) };
        provide_context(unsaved);
        unsaved
    }
    /// Is there anything? Tracked.
    pub fn any(&self) -> bool {
        self.fields.get() || self.sync.get()
    }
}

/// What the cards say.
pub fn use_unsaved() -> Unsaved {
    use_context().unwrap_or_else(Unsaved::provide)
}
