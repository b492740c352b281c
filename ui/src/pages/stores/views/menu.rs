//! The menu of views, in the heading.

use leptos::prelude::*;

use super::manage::ManageViews;
use super::model::{Brought, name_of, save};
use super::{keep, show};
use crate::components::{Button, Dialog, Icon, Menu, use_toaster};
use crate::i18n::{everywhere, stores};
use crate::keyboard::is_composing;
use crate::pages::stores::asked::finds_the_same;
use crate::pages::stores::state::ListState;

/// The menu.
#[component]
pub fn ViewMenu(list: ListState, open: RwSignal<bool>) -> impl IntoView {
    let (saving, managing) = (RwSignal::new(false), RwSignal::new(false));
    let name = Memo::new(move |_| {
        let _ = crate::i18n::lang();
        list.views.with(|views| list.query.with(|query| name_of(views, query)))
    });
    let item = move |name: String, query: domain::ipc::StoresQuery, columns: Option<Vec<String>>| {
        let on = list.query.with_untracked(|now| finds_the_same(now, &query));
        view! {
            <button
                type="button"
                role="menuitemradio"
                aria-checked=on.to_string()
                tabindex="-1"
                on:click=move |_| show(list, &query, columns.clone())
            >
                <span class="grow cut">{name}</span>
                {on.then(|| view! { <Icon name="check" size="s" /> })}
            </button>
        }
    };
    view! {
        <Menu
            open=open
            class="btn quiet view"
            testid="views"
            face=move || {
                view! {
                    <span class="vh">{stores::view}</span>
                    <span class="cut">{move || name.get().unwrap_or_else(|| stores::view_own().to_owned())}</span>
                    <Icon name="down" size="s" />
                }
            }
        >
            {move || Brought::EVERY.map(|brought| item(brought.name().to_owned(), brought.query(), None)).collect_view()}
            {move || {
                let views = list.views.get();
                (!views.views.is_empty())
                    .then(|| {
                        let own = views.columns;
                        let items = views
                            .views
                            .into_iter()
                            .map(|view| {
                                let columns = if view.columns.is_empty() { own.clone() } else { view.columns };
                                item(view.name, view.query, Some(columns))
                            })
                            .collect_view();
                        view! { <hr />{items} }
                    })
            }}
            <hr />
            <button type="button" role="menuitem" tabindex="-1" data-testid="view-save" on:click=move |_| saving.set(true)>
                {stores::view_save}
            </button>
            {move || {
                list.views
                    .with(|views| !views.views.is_empty())
                    .then(|| {
                        view! {
                            <button type="button" role="menuitem" tabindex="-1" data-testid="view-manage" on:click=move |_| managing.set(true)>
                                {stores::view_manage}
                            </button>
                        }
                    })
            }}
        </Menu>
        <SaveView list=list open=saving />
        <ManageViews list=list open=managing />
    }
}

/// Asks for the name of a view.
#[component]
fn SaveView(list: ListState, open: RwSignal<bool>) -> impl IntoView {
    let toaster = use_toaster();
    let name = RwSignal::new(String::new());
    let good = Memo::new(move |_| {
        let name = name.get();
        let chars = name.trim().chars().count();
        (1..=domain::ipc::VIEW_NAME_CHARS_MAX).contains(&chars)
    });
    let taken = Memo::new(move |_| {
        name.with(|name| list.views.with(|views| views.views.iter().any(|view| view.name == name.trim())))
    });
    Effect::new(move |_| {
        if open.get() {
            name.set(String::new());
        }
    });
    let do_save = move || {
        if !good.get_untracked() {
            return;
        }
        let mut views = list.views.get_untracked();
        let (query, columns) = (list.query.get_untracked(), list.columns.get_untracked());
        name.with_untracked(|name| save(&mut views, name, &query, &columns));
        keep(list, toaster, views);
        toaster.say(stores::view_saved(name.get_untracked().trim()));
        open.set(false);
    };
    view! {
        <Dialog
            open=open
            on_close=move |()| open.set(false)
            title=Signal::derive(|| stores::view_save().to_owned())
            footer=move || {
                view! {
                    <Button on_press=move |_| open.set(false)>{everywhere::cancel}</Button>
                    <Button
                        kind="primary"
                        testid="view-save-do"
                        disabled=Signal::derive(move || !good.get())
                        on_press=move |_| do_save()
                    >
                        {move || if taken.get() { stores::view_replace() } else { everywhere::save() }}
                    </Button>
                }
            }
        >
            <div class="txt col g6">
                <label class="field">
                    <span class="lab">{stores::view_name}</span>
                    <input
                        class="in"
                        type="text"
                        autocomplete="off"
                        autofocus
                        maxlength=domain::ipc::VIEW_NAME_CHARS_MAX.to_string()
                        data-testid="view-name"
                        prop:value=name
                        on:input=move |event| name.set(event_target_value(&event))
                        on:keydown=move |event| {
                            if event.key() == "Enter" && !is_composing(&event) {
                                event.prevent_default();
                                do_save();
                            }
                        }
                    />
                </label>
                <p class="hint">{stores::view_hint}</p>
                {move || taken.get().then(|| view! { <p class="msg warn">{stores::view_taken}</p> })}
            </div>
        </Dialog>
    }
}
