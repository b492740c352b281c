//! The schema in the window: every label, control and check of a declared field follows it.

use std::cell::RefCell;
use std::sync::Arc;

use domain::ipc::Topic;
use domain::schema::Schema;
use leptos::prelude::*;

use crate::ipc;
use crate::query::use_query;

thread_local! {
    static SCHEMA: RefCell<ArcRwSignal<Arc<Schema>>> = RefCell::new(ArcRwSignal::new(Arc::new(Schema::default())));
}

fn signal() -> ArcRwSignal<Arc<Schema>> {
    SCHEMA.with(|schema| schema.borrow().clone())
}

/// The schema, tracked. Before the shell has answered: the program's own registers.
pub fn schema() -> Arc<Schema> {
    signal().get()
}

/// The schema, not tracked: for what must not be built anew while somebody types into it.
pub fn schema_untracked() -> Arc<Schema> {
    signal().get_untracked()
}

/// Another schema is in force.
pub fn follow(schema: Arc<Schema>) {
    if signal().get_untracked() != schema {
        signal().set(schema);
    }
}

/// Keeps the window's schema that of the device. Once, by the app.
pub fn provide() {
    let known = use_query(&[Topic::Schema], || (), |()| ipc::schema());
    Effect::new(move |_| {
        if let Some(schema) = known.get() {
            follow(schema);
        }
    });
}
