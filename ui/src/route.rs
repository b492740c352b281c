//! Where in the window one is. The address is a hash (`#/stores/BJ-0187/history`), so going back works and a reload
//! stays where it was.

use std::sync::Arc;

use domain::MerchantId;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

/// A place in the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// The list.
    #[default]
    Stores,
    /// A store that is not there yet.
    NewStore,
    /// One store.
    Store(MerchantId, StoreTab),
    /// What has not been sent.
    Outbox,
    /// What people must decide.
    Conflicts,
    /// Charts and alerts.
    Insights,
    /// Files in and out.
    Imports,
    /// Settings.
    Settings,
    /// Signing in.
    SignIn,
}

/// Which part of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreTab {
    /// Profile and hours.
    #[default]
    Profile,
    /// History.
    History,
}

impl Route {
    /// Reads `/stores/BJ-0187`. An address that nobody knows is the list.
    pub fn parse(path: &str) -> Self {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let parts: Vec<&str> = path.trim_start_matches('#').split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            // An id cannot be `~new`.
            ["stores", "~new"] => Route::NewStore,
            ["stores", id] => MerchantId::new(*id).map_or(Route::Stores, |id| Route::Store(id, StoreTab::Profile)),
            ["stores", id, "history"] => {
                MerchantId::new(*id).map_or(Route::Stores, |id| Route::Store(id, StoreTab::History))
            }
            ["outbox"] => Route::Outbox,
            ["conflicts"] => Route::Conflicts,
            ["insights"] => Route::Insights,
            ["imports"] => Route::Imports,
            ["settings"] => Route::Settings,
            ["signin"] => Route::SignIn,
            _ => Route::Stores,
        }
    }

    /// The address.
    pub fn path(&self) -> String {
        match self {
            Route::Stores => "/stores".to_owned(),
            Route::NewStore => "/stores/~new".to_owned(),
            Route::Store(id, StoreTab::Profile) => format!("/stores/{id}"),
            Route::Store(id, StoreTab::History) => format!("/stores/{id}/history"),
            Route::Outbox => "/outbox".to_owned(),
            Route::Conflicts => "/conflicts".to_owned(),
            Route::Insights => "/insights".to_owned(),
            Route::Imports => "/imports".to_owned(),
            Route::Settings => "/settings".to_owned(),
            Route::SignIn => "/signin".to_owned(),
        }
    }

    /// For `href`.
    pub fn href(&self) -> String {
        format!("#{}", self.path())
    }

    /// The link of the rail that it belongs to.
    pub fn section(&self) -> Route {
        match self {
            Route::NewStore | Route::Store(..) => Route::Stores,
            other => other.clone(),
        }
    }
}

/// Asks whether a place may be left for another one. Says no by `false` and goes on itself later.
type Guard = Arc<dyn Fn(Route) -> bool + Send + Sync>;

/// Where one is, and how to go elsewhere.
#[derive(Clone, Copy)]
pub struct Navigator {
    route: RwSignal<Route>,
    /// What the address says behind `?`: what the page shows of itself.
    search: RwSignal<String>,
    guard: StoredValue<Option<Guard>>,
}

impl Navigator {
    /// Where one is, tracked.
    pub fn route(&self) -> Route {
        self.route.get()
    }
    /// Is one there? Not tracked.
    pub fn is_at(&self, route: &Route) -> bool {
        self.route.with_untracked(|now| now == route)
    }
    /// Goes there, unless the guard says no.
    pub fn go(&self, to: Route) {
        if to != self.route.get_untracked() && self.may_leave(&to) {
            self.force(to);
        }
    }
    /// Goes there without asking the guard.
    pub fn force(&self, to: Route) {
        set_address(&to);
        self.search.set(String::new());
        self.route.set(to);
    }
    /// What the address says of the page beside its place, tracked.
    pub fn search(&self) -> String {
        self.search.get()
    }
    /// The same, not tracked.
    pub fn search_untracked(&self) -> String {
        self.search.get_untracked()
    }
    /// Says something else of the page that is shown. `step`: going back leads to what it said before.
    pub fn say(&self, search: &str, step: bool) {
        if self.search.with_untracked(|now| now == search) {
            return;
        }
        let route = self.route.with_untracked(Route::path);
        let address = if search.is_empty() { route } else { format!("{route}?{}", encode(search)) };
        if step {
            let _ = window().location().set_hash(&address);
        } else {
            let replaced = window()
                .history()
                .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{address}"))));
            // A browser without a history shows an old address in a bar that nobody sees.
            let _ = replaced;
        }
        self.search.set(search.to_owned());
    }
    /// Sets what is asked before this place is left; `None` lets everybody go.
    pub fn set_guard(&self, guard: Option<Guard>) {
        self.guard.set_value(guard);
    }
    fn may_leave(&self, to: &Route) -> bool {
        self.guard.get_value().is_none_or(|guard| guard(to.clone()))
    }
}

fn address() -> String {
    window().location().hash().unwrap_or_default()
}

fn set_address(route: &Route) {
    // A refusal would only leave an old address in a bar that nobody sees.
    let _ = window().location().set_hash(&route.path());
}

fn encode(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

/// What the address says behind `?`.
fn search() -> String {
    let address = address();
    let encoded = address.split_once('?').map(|(_, search)| search).unwrap_or_default();
    js_sys::decode_uri_component(encoded).map(String::from).unwrap_or_default()
}

/// Provides the navigator and follows the address: links, back, forward.
pub fn provide() -> Navigator {
    let navigator = Navigator {
        route: RwSignal::new(Route::parse(&address())),
        search: RwSignal::new(search()),
        guard: StoredValue::new(None),
    };
    let heard = Closure::<dyn FnMut()>::new(move || {
        let to = Route::parse(&address());
        let from = navigator.route.get_untracked();
        if to == from {
            let says = search();
            if navigator.search.with_untracked(|now| *now != says) {
                navigator.search.set(says);
            }
            return;
        }
        if navigator.may_leave(&to) {
            navigator.search.set(search());
            navigator.route.set(to);
        } else {
            set_address(&from);
        }
    });
    // A window without events cannot be used anyway.
    let _ = window().add_event_listener_with_callback("hashchange", heard.as_ref().unchecked_ref());
    heard.forget();
    provide_context(navigator);
    navigator
}

/// The navigator.
pub fn use_navigator() -> Navigator {
    use_context().unwrap_or_else(|| Navigator {
        route: RwSignal::new(Route::Stores),
        search: RwSignal::new(String::new()),
        guard: StoredValue::new(None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_an_address_that_leads_back_to_it() -> Result<(), domain::Problem> {
        let id = MerchantId::new("BJ-0187")?;
        for route in [
            Route::Stores,
            Route::NewStore,
            Route::Store(id.clone(), StoreTab::Profile),
            Route::Store(id, StoreTab::History),
            Route::Outbox,
            Route::Conflicts,
            Route::Insights,
            Route::Imports,
            Route::Settings,
            Route::SignIn,
        ] {
            assert_eq!(Route::parse(&route.path()), route);
            assert_eq!(Route::parse(&route.href()), route);
        }
        assert_eq!(Route::parse("#/nowhere"), Route::Stores);
        assert_eq!(Route::parse("#/outbox?%7B%22text%22%3A%22a%2Fb%22%7D"), Route::Outbox);
        Ok(())
    }
}
