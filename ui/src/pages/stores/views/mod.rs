//! Lists under a name: a few that the window brings, and those that somebody has saved.

mod manage;
mod menu;
mod model;

use domain::ipc::{StoresQuery, Views};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::columns;
use super::state::ListState;
use crate::components::Toaster;
use crate::ipc;

pub use menu::ViewMenu;

/// Keeps views on this computer; they show at once, and those of before again if they cannot be kept.
pub fn keep(list: ListState, toaster: Toaster, views: Views) {
    let before = list.views.get_untracked();
    list.views.set(views.clone());
    spawn_local(async move {
        if let Err(problem) = ipc::save_views(&views).await {
            list.views.try_set(before);
            toaster.fail(&problem);
        }
    });
}

/// Shows other columns, and keeps them.
pub fn keep_columns(list: ListState, toaster: Toaster, columns: Vec<String>) {
    show_columns(list, columns.clone());
    keep(list, toaster, Views { columns, ..list.views.get_untracked() });
}

fn show_columns(list: ListState, columns: Vec<String>) {
    let fields = columns::fields(&columns::of_keys(&columns));
    list.columns.set(columns);
    if list.query.with_untracked(|query| query.columns != fields) {
        list.query.update(|query| query.columns = fields);
    }
}

/// Shows a list.
pub fn show(list: ListState, query: &StoresQuery, columns: Option<Vec<String>>) {
    if let Some(columns) = columns {
        show_columns(list, columns);
    }
    let fields = list.query.with_untracked(|now| now.columns.clone());
    list.query.set(StoresQuery { columns: fields, offset: 0, limit: 0, ..query.clone() });
}

/// Asks for what is kept, once. A window that was not sent to a list begins with the first view.
pub fn begin(list: ListState, at_address: bool) {
    spawn_local(async move {
        // Without an answer there are none, and the list is as usual.
        let Ok(views) = ipc::views().await else { return };
        let first = views.views.iter().find(|view| Some(&view.name) == views.first.as_ref()).cloned();
        let columns = views.columns.clone();
        if list.views.try_set(views).is_some() {
            return;
        }
        match first.filter(|_| !at_address) {
            Some(view) => show(list, &view.query, Some(if view.columns.is_empty() { columns } else { view.columns })),
            None => show_columns(list, columns),
        }
    });
}
