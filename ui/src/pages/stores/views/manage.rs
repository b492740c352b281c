//! Names and order of views, and with which one the window begins.

use domain::ipc::{SavedView, Views};
use leptos::prelude::*;

use super::keep;
use super::model::{make_first, remove, rename, step};
use crate::components::{Button, Dialog, Icon, IconButton, use_toaster};
use crate::i18n::{everywhere, stores};
use crate::pages::stores::state::ListState;

/// The dialog.
#[component]
pub fn ManageViews(list: ListState, open: RwSignal<bool>) -> impl IntoView {
    let toaster = use_toaster();
    let change = Callback::new(move |change: Change| {
        let mut views = list.views.get_untracked();
        change.apply(&mut views);
        keep(list, toaster, views);
    });
    let places = Memo::new(move |_| list.views.with(|views| views.views.len()));
    view! {
        <Dialog
            open=open
            on_close=move |()| open.set(false)
            title=Signal::derive(|| stores::view_manage().to_owned())
            footer=move || view! { <Button kind="primary" on_press=move |_| open.set(false)>{everywhere::close}</Button> }
        >
            <div class="txt">
                <ul class="views" data-testid="views-list">
                    <For each=move || 0..places.get() key=|place| *place let:place>
                        <ViewRow list=list place=place change=change />
                    </For>
                </ul>
                {move || (places.get() == 0).then(|| view! { <p class="faint">{stores::view_none}</p> })}
            </div>
        </Dialog>
    }
}

/// Something done with a view.
#[derive(Clone)]
enum Change {
    Rename(usize, String),
    Step(usize, isize),
    First(usize, bool),
    Remove(usize),
}

impl Change {
    fn apply(self, views: &mut Views) {
        match self {
            Change::Rename(place, name) => {
                rename(views, place, &name);
            }
            Change::Step(place, by) => step(views, place, by),
            Change::First(place, on) => make_first(views, place, on),
            Change::Remove(place) => remove(views, place),
        }
    }
}

#[component]
fn ViewRow(list: ListState, place: usize, change: Callback<Change>) -> impl IntoView {
    let view = Memo::new(move |_| list.views.with(|views| views.views.get(place).cloned()));
    let name =
        move || view.with(|view: &Option<SavedView>| view.as_ref().map(|view| view.name.clone()).unwrap_or_default());
    let first = move || list.views.with(|views| views.first.as_deref() == Some(name().as_str()));
    view! {
        <li class="row">
            <input
                class="in sm grow"
                type="text"
                aria-label=stores::view_name
                maxlength=domain::ipc::VIEW_NAME_CHARS_MAX.to_string()
                data-testid="view-rename"
                prop:value=name
                on:change=move |event| change.run(Change::Rename(place, event_target_value(&event)))
            />
            <label class="tick">
                <input
                    type="checkbox"
                    data-testid="view-first"
                    prop:checked=first
                    on:change=move |event| change.run(Change::First(place, event_target_checked(&event)))
                />
                {stores::view_first}
            </label>
            <button type="button" class="btn quiet ico sm" aria-label=move || stores::column_up(name()) on:click=move |_| change.run(Change::Step(place, -1))>
                <Icon name="up" size="s" />
            </button>
            <button type="button" class="btn quiet ico sm" aria-label=move || stores::column_down(name()) on:click=move |_| change.run(Change::Step(place, 1))>
                <Icon name="down" size="s" />
            </button>
            <IconButton
                icon="x"
                kind="sm"
                testid="view-remove"
                label=Signal::derive(move || stores::view_remove(name()))
                on_press=move |_| change.run(Change::Remove(place))
            />
        </li>
    }
}
