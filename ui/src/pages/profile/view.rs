//! Heading, tabs, errors and the two columns of the form.

use domain::MerchantId;
use domain::ipc::Topic;
use leptos::prelude::*;

use super::coded::{BusinessFields, ClosureField, KindFields, PlaceFields};
use super::editor::{Editor, focus};
use super::fields::{IdField, StatusField, TextField};
use super::history::History;
use super::hours::{SpecialDates, Week};
use super::lists::{Custom, Phones};
use super::model::{Draft, new_id};
use crate::clock::local;
use crate::components::{Banner, Button, Chip, Details, Empty, Icon, Skeleton, StoreChip, Tone};
use crate::declared;
use crate::focus::{focus_heading, focus_if_lost};
use crate::i18n::{everywhere, profile as words, stores};
use crate::ipc;
use crate::keyboard::{PageKey, use_keyboard};
use crate::leaving::{Leaving, guard};
use crate::query::use_query;
use crate::route::{Route, StoreTab, use_navigator};
use crate::words::problem::sentence;
use crate::words::time;

/// The page of a store, or of one that is not there yet.
#[component]
pub fn ProfilePage(id: Option<MerchantId>, #[prop(into)] tab: Signal<StoreTab>) -> impl IntoView {
    let editor = Editor::new(id.is_none());
    let problem = RwSignal::new(None);
    if let Some(id) = id.clone() {
        let store =
            use_query(&[Topic::Stores, Topic::Outbox, Topic::Reviews, Topic::Session], move || id.clone(), ipc::store);
        Effect::new(move |_| {
            // A field that was declared meanwhile has a place of its own in the form.
            declared::schema();
            if let Some(view) = store.get() {
                editor.refresh(view);
            }
        });
        Effect::new(move |_| problem.set(store.problem.get()));
    } else if let Some(id) = new_id("new") {
        // A form without values. This id is never sent: a new store has the one that is typed.
        editor.draft.set(Draft::new(&domain::Profile::new(id)));
    }
    use_keyboard().on_key(move |key| match key {
        PageKey::Save => {
            editor.save(|| {});
            true
        }
        PageKey::NextError => editor.next_mistake(),
        PageKey::Letter(_) => false,
    });
    let leaving = guard(move |route| {
        // The tabs of one store are one page.
        let here = editor.view.with(|view| view.as_ref().map(|view| view.row.id.clone()));
        let stays = matches!(route, Route::Store(id, _) if Some(id) == here.as_ref());
        !stays && editor.is_dirty()
    });
    let navigator = use_navigator();
    let save_and_leave = move |route: Route| editor.save(move || navigator.force(route));
    let ready = Memo::new(move |_| editor.is_new() || editor.view.with(Option::is_some));
    let id = StoredValue::new(id);
    // Once the form stands, nothing that fails later may build it anew: what was typed would be gone.
    let content = move || {
        if ready.get() {
            return view! { <Loaded editor=editor id=id.get_value() tab=tab /> }.into_any();
        }
        match problem.get() {
            Some(problem) => view! { <Missing text=sentence(problem.code) detail=problem.message /> }.into_any(),
            None => view! { <Skeleton /> }.into_any(),
        }
    };
    view! {
        {content}
        <Leaving to=leaving on_save=save_and_leave />
    }
}

#[component]
fn Missing(text: &'static str, detail: String) -> impl IntoView {
    let detail = StoredValue::new(detail);
    let navigator = use_navigator();
    view! {
        <Empty icon="bad" kind="bad" title=Signal::derive(|| words::missing().to_owned()) text=Signal::stored(text.to_owned())>
            <Details text=detail.get_value() />
            <Button kind="sm" on_press=move |_| navigator.go(Route::Stores)>{words::back}</Button>
        </Empty>
    }
}

#[component]
fn Loaded(editor: Editor, id: Option<MerchantId>, tab: Signal<StoreTab>) -> impl IntoView {
    if editor.is_new() {
        focus_if_lost("#f-name")
    } else {
        focus_heading()
    }
    let mistakes = Memo::new(move |_| editor.mistakes().len());
    let on_history = Memo::new(move |_| tab.get() == StoreTab::History);
    let id = StoredValue::new(id);
    let href = move |tab: StoreTab| id.with_value(|id| id.as_ref().map(|id| Route::Store(id.clone(), tab).href()));
    let tabs = move || {
        id.with_value(Option::is_some).then(|| {
            view! {
                <div class="tabs" role="tablist" aria-label=words::tabs>
                    <a
                        role="tab"
                        href=href(StoreTab::Profile)
                        data-testid="tab-profile"
                        aria-selected=move || (!on_history.get()).to_string()
                    >
                        {words::tab_profile}
                        {move || {
                            let count = mistakes.get();
                            (count > 0).then(|| view! { <Chip kind="bad">{count.to_string()}</Chip> })
                        }}
                    </a>
                    <a
                        role="tab"
                        href=href(StoreTab::History)
                        data-testid="tab-history"
                        aria-selected=move || on_history.get().to_string()
                    >
                        {words::tab_history}
                    </a>
                </div>
            }
        })
    };
    view! {
        <Heading editor=editor />
        {tabs}
        {move || match (on_history.get(), id.get_value()) {
            (true, Some(id)) => view! { <History editor=editor id=id /> }.into_any(),
            _ => view! { <Form editor=editor /> }.into_any(),
        }}
    }
}

#[component]
fn Heading(editor: Editor) -> impl IntoView {
    let row = Memo::new(move |_| editor.view.with(|view| view.as_ref().map(|view| view.row.clone())));
    let region = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.region.clone()).unwrap_or_default()));
    let name =
        move || row.with(|row| row.as_ref().map_or_else(|| words::new_title().to_owned(), |row| row.name.clone()));
    let said = move || {
        let unsaved = editor.unsaved() as u64;
        if editor.saving.get() {
            return view! { <span class="row sm muted">{words::saving}</span> }.into_any();
        }
        if unsaved > 0 {
            return view! { <span class="row sm muted" data-testid="unsaved">{words::unsaved(unsaved)}</span> }
                .into_any();
        }
        match editor.saved.get() {
            Some((at, _)) => view! {
                <span class="row sm muted" role="status" data-testid="saved-at">
                    <Icon name="check" size="s" />
                    {words::saved_at(time::hms(local(at)))}
                </span>
                <Button kind="quiet" icon="undo" testid="undo" on_press=move |_| editor.undo()>{everywhere::undo}</Button>
            }
            .into_any(),
            None => ().into_any(),
        }
    };
    view! {
        <div class="head">
            <div class="col g2">
                <nav class="crumb">
                    <a href=Route::Stores.href()>{stores::title}</a>
                    {move || (!region.with(String::is_empty)).then(|| view! { <Icon name="right" size="s" /><span>{region}</span> })}
                </nav>
                <h1>
                    <span class="cut" data-testid="profile-name">{name}</span>
                    {move || row.get().map(|row| view! { <StoreChip row=Signal::stored(row) /> })}
                </h1>
            </div>
            <div class="acts">
                {said}
                <Button kind="primary" keys="Ctrl S" testid="save" disabled=editor.saving on_press=move |_| editor.save(|| {})>
                    {words::save}
                </Button>
            </div>
        </div>
    }
}

#[component]
fn Errors(editor: Editor) -> impl IntoView {
    let mistakes = Memo::new(move |_| editor.mistakes());
    move || {
        let all = mistakes.get();
        (!all.is_empty()).then(|| {
            let count = all.len() as u64;
            let links = all
                .into_iter()
                .map(|mistake| {
                    let key = mistake.key.clone();
                    view! {
                        <li>
                            <button type="button" class="btn link sm inline" on:click=move |_| {
                                focus(&key);
                            }>
                                {mistake.field}
                            </button>
                            " "
                            {mistake.text}
                        </li>
                    }
                })
                .collect_view();
            view! {
                <div class="alertrow">
                    <Banner
                        tone=Tone::Bad
                        acts=move || {
                            view! {
                                <Button kind="sm" keys="F8" on_press=move |_| {
                                    editor.next_mistake();
                                }>{words::first_error}</Button>
                            }
                        }
                    >
                        <b>{move || words::errors_title(count)}</b>
                        {words::errors_rest}
                        <ul class="errors">{links}</ul>
                    </Banner>
                </div>
            }
        })
    }
}

#[component]
fn Form(editor: Editor) -> impl IntoView {
    view! {
        <div class="scroll body" role="tabpanel">
            <Errors editor=editor />
            <div class="edit">
                <section>
                    <h2>{words::basics}</h2>
                    <div class="form">
                        <TextField editor=editor path="name" />
                        <IdField editor=editor />
                        <TextField editor=editor path="branch" />
                        <TextField editor=editor path="category" />
                        <KindFields editor=editor />
                        <Phones editor=editor />
                        <TextField editor=editor path="region" />
                        <StatusField editor=editor />
                        <TextField editor=editor path="address" full=true />
                        <PlaceFields editor=editor />
                        <TextField editor=editor path="tags" full=true hint=words::tags_hint />
                        <TextField editor=editor path="note" full=true long=true />
                    </div>
                    <h2 class="gapped">{words::business}</h2>
                    <div class="form">
                        <BusinessFields editor=editor />
                    </div>
                    <Custom editor=editor />
                </section>
                <section>
                    <Week editor=editor />
                    <div class="form gapped">
                        <ClosureField editor=editor />
                    </div>
                    <SpecialDates editor=editor />
                </section>
            </div>
        </div>
    }
}
