//! Language and theme: kept in the settings, copied to the browser's storage so that the next start paints right at once.

use std::sync::Arc;

use domain::ipc::{Language, Settings, Theme};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Toaster, use_toaster};
use crate::i18n::{lang, set_lang, tag};
use crate::ipc;
use crate::remembered;
use crate::session::{Shared, use_shared};

/// Keys that `boot.js` reads.
const LANGUAGE_KEY: &str = "language";
const THEME_KEY: &str = "theme";

/// What is chosen now, and how to keep a choice.
#[derive(Clone, Copy)]
pub struct Appearance {
    theme: RwSignal<Theme>,
    shared: Shared,
    toaster: Toaster,
}

impl Appearance {
    /// The theme, tracked.
    pub fn theme(&self) -> Theme {
        self.theme.get()
    }
    /// Chooses a theme and keeps it.
    pub fn set_theme(&self, theme: Theme) {
        self.theme.set(theme);
        self.keep(move |settings| settings.theme = theme);
    }
    /// Chooses a language and keeps it.
    pub fn set_language(&self, language: Language) {
        set_lang(language);
        self.keep(move |settings| settings.language = language);
    }
    /// Names this computer; `then` runs once the name is kept.
    pub fn set_device_name(&self, name: String, then: impl FnOnce() + 'static) {
        self.keep_then(move |settings| settings.device_name = name, then);
    }
    fn keep(&self, change: impl FnOnce(&mut Settings)) {
        self.keep_then(change, || {});
    }
    fn keep_then(&self, change: impl FnOnce(&mut Settings), then: impl FnOnce() + 'static) {
        let (shared, toaster) = (self.shared, self.toaster);
        let Some(settings) = shared.settings.data.get_untracked() else { return };
        let mut settings = (*settings).clone();
        change(&mut settings);
        spawn_local(async move {
            match ipc::save_settings(&settings).await {
                Ok(saved) => {
                    shared.settings.data.set(Some(Arc::new(saved)));
                    then();
                }
                Err(problem) => toaster.fail(&problem),
            }
        });
    }
}

/// The theme's name in `data-theme`; nothing follows the system.
fn theme_name(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

fn remembered_theme() -> Theme {
    match remembered::get(THEME_KEY).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// Applies the settings to the page now and whenever they change. Once, by the app.
pub fn provide() -> Appearance {
    let shared = use_shared();
    let appearance = Appearance { theme: RwSignal::new(remembered_theme()), shared, toaster: use_toaster() };
    provide_context(appearance);
    let root = document().document_element();
    if root.as_ref().and_then(|root| root.get_attribute("lang")).as_deref() == Some(tag(Language::English)) {
        set_lang(Language::English);
    }
    Effect::new(move |_| {
        if let Some(settings) = shared.settings.get() {
            set_lang(settings.language);
            appearance.theme.set(settings.theme);
        }
    });
    Effect::new(move |_| {
        let (language, theme) = (tag(lang()), theme_name(appearance.theme.get()));
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", language);
            let _ = match theme {
                Some(theme) => root.set_attribute("data-theme", theme),
                None => root.remove_attribute("data-theme"),
            };
        }
        remembered::set(LANGUAGE_KEY, language);
        remembered::set(THEME_KEY, theme.unwrap_or("system"));
    });
    appearance
}

/// What is chosen now.
pub fn use_appearance() -> Appearance {
    use_context().unwrap_or_else(provide)
}
