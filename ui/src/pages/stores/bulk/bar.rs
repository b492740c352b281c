//! What is chosen in the list, and what can be done with it: floats over its end.

use leptos::prelude::*;

use crate::components::{Button, IconButton};
use crate::i18n::{grouped, stores};
use crate::pages::bulk::{Flow, Selection};
use crate::pages::stores::state::ListState;
use crate::pages::stores::table::focus_active;

/// The bar; nothing while no store is chosen.
#[component]
pub fn SelectionBar(list: ListState, flow: Flow) -> impl IntoView {
    let total = Memo::new(move |_| list.cache.with(|cache| cache.total()));
    let count = Memo::new(move |_| list.chosen.with(|chosen| chosen.count(total.get())));
    let all = Memo::new(move |_| list.chosen.with(Selection::is_all));
    let any = Memo::new(move |_| count.get() > 0);
    move || {
        any.get().then(|| {
            view! {
                <div class="selection" role="region" aria-label=stores::selection data-testid="selection" data-region="selection">
                    <b role="status" data-testid="selection-count">{move || stores::chosen(count.get())}</b>
                    {move || {
                        (!all.get())
                            .then(|| {
                                view! {
                                    <Button
                                        kind="link sm"
                                        testid="selection-all"
                                        on_press=move |_| list.chosen.update(Selection::choose_all)
                                    >
                                        {move || stores::choose_all(grouped(total.get()))}
                                    </Button>
                                }
                            })
                    }}
                    <Button kind="primary sm" icon="draft" keys="B" testid="selection-edit" on_press=move |_| flow.begin()>
                        {stores::bulk_edit}
                    </Button>
                    <IconButton
                        icon="x"
                        kind="sm"
                        testid="selection-clear"
                        label=Signal::derive(|| stores::clear_selection().to_owned())
                        on_press=move |_| {
                            list.chosen.update(Selection::clear);
                            // The bar goes, and the focus that was in it with it.
                            focus_active();
                        }
                    />
                </div>
            }
        })
    }
}
