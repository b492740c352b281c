//! A condition on one more field.

use domain::FieldPath;
use domain::ipc::Topic;
use leptos::prelude::*;

use super::pill::label_of;
use crate::components::{Icon, Menu};
use crate::i18n::stores;
use crate::ipc;
use crate::pages::stores::columns::{Column, choosable};
use crate::query::use_query;

/// Fields that can have a condition: those of columns, and hours.
fn fields(in_use: &[FieldPath]) -> Vec<FieldPath> {
    let of = |column: Column| match column {
        Column::Today => FieldPath::new("hours").ok(),
        Column::State => None,
        other => FieldPath::new(other.key()).ok(),
    };
    choosable(in_use).into_iter().filter_map(of).collect()
}

/// The menu of fields.
#[component]
pub fn AddFilter(
    /// Opened by a key too.
    open: RwSignal<bool>,
    /// Fields that have a pill already.
    #[prop(into)]
    used: Signal<Vec<FieldPath>>,
    /// One was chosen.
    #[prop(into)]
    on_choose: Callback<FieldPath>,
) -> impl IntoView {
    let in_use = use_query(&[Topic::Stores], || (), |()| ipc::store_fields());
    let offered = move || {
        let in_use = in_use.get().map(|fields| fields.as_ref().clone()).unwrap_or_default();
        used.with(|used| fields(&in_use).into_iter().filter(|field| !used.contains(field)).collect::<Vec<_>>())
    };
    view! {
        <Menu
            open=open
            testid="filter-add"
            face=move || view! { <Icon name="plus" size="s" />{stores::add_filter} }
        >
            {move || {
                offered()
                    .into_iter()
                    .map(|field| {
                        let label = label_of(&field);
                        view! {
                            <button type="button" role="menuitem" tabindex="-1" on:click=move |_| on_choose.run(field.clone())>
                                {label}
                            </button>
                        }
                    })
                    .collect_view()
            }}
        </Menu>
    }
}
