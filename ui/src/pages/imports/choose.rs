//! First step: which file, where it comes from, what it turned out to be; imports of the past below.

use leptos::prelude::*;

use super::facts::Facts;
use super::model::{self, READABLE, Step};
use super::past::PastImports;
use super::source::is_source;
use super::state::Desk;
use crate::components::{Button, Icon, PathField, PathUse, ProblemBanner, Skeleton};
use crate::i18n::imports;
use crate::ipc::FileKind;

/// Kinds of files that can be imported.
fn kinds() -> Vec<FileKind> {
    vec![FileKind { name: imports::kind_readable().to_owned(), extensions: READABLE.to_vec() }]
}

/// The step.
#[component]
pub fn ChooseStep(desk: Desk) -> impl IntoView {
    let path = RwSignal::new(desk.request.with_untracked(|request| request.file.clone()));
    // A file that was dropped on the window stands in the field too.
    Effect::new(move |_| path.set(desk.request.with(|request| request.file.clone())));
    let relative = Memo::new(move |_| {
        let typed = model::clean_path(&path.get());
        !typed.is_empty() && !model::is_whole_path(&typed)
    });
    let take = move || {
        let typed = model::clean_path(&path.get_untracked());
        if model::is_whole_path(&typed) {
            desk.take(&typed);
        }
    };
    let has_file = Memo::new(move |_| desk.request.with(|request| !request.file.is_empty()));
    let has_preview = Memo::new(move |_| desk.preview.with(Option::is_some));
    let ready = Memo::new(move |_| has_preview.get() && !desk.looking.get() && desk.problem.with(Option::is_none));
    view! {
        <div class="scroll body split1" data-region="list">
            <div class="pad col g20">
                <section class="drop" class:held=desk.held class:small=has_file aria-label=imports::drop_label>
                    <Icon name="in" size="xl" />
                    <b>{move || if desk.held.get() { imports::drop_now() } else { imports::drop_here() }}</b>
                    <span>{imports::drop_kinds}</span>
                    <div class="path">
                        <PathField
                            label=Signal::derive(|| imports::path().to_owned())
                            path=path
                            usage=PathUse::Read
                            kinds=Signal::derive(kinds)
                            testid="import-path"
                            on_done=move |()| take()
                        />
                        // One button leads on: once the file was read, that is the one below.
                        <button
                            type="button"
                            class="btn"
                            class:primary=move || !has_preview.get()
                            data-testid="import-look"
                            on:click=move |_| take()
                        >
                            {imports::look}
                        </button>
                    </div>
                    {move || relative.get().then(|| view! {
                        <span class="msg warn" role="status"><Icon name="warn" size="s" />{imports::path_relative}</span>
                    })}
                </section>
                {move || has_file.get().then(|| view! { <Source desk=desk /> })}
                <ProblemBanner problem=desk.problem />
                {move || match (has_preview.get(), desk.looking.get()) {
                    (true, _) => view! { <Facts desk=desk /> }.into_any(),
                    (false, true) => view! { <Skeleton /> }.into_any(),
                    (false, false) => view! { <PastImports desk=desk /> }.into_any(),
                }}
            </div>
        </div>
        <div class="foot">
            <span class="faint grow cut">{imports::stays_here}</span>
            {move || has_file.get().then(|| view! {
                <Button kind="quiet" testid="import-clear" on_press=move |_| desk.clear()>{imports::another_file}</Button>
            })}
            <Button
                kind="primary"
                testid="import-next"
                disabled=Signal::derive(move || !ready.get())
                on_press=move |_| desk.step.set(Step::Mapping)
            >
                {imports::next_mapping}
            </Button>
        </div>
    }
}

/// The name under which the mapping is remembered.
#[component]
fn Source(desk: Desk) -> impl IntoView {
    let typed = RwSignal::new(desk.request.with_untracked(|request| request.source.clone()));
    Effect::new(move |_| {
        let source = desk.request.with(|request| request.source.clone());
        if typed.with_untracked(|typed| *typed != source) {
            typed.set(source);
        }
    });
    let wrong = Memo::new(move |_| !typed.with(|typed| is_source(typed)));
    let known = Memo::new(move |_| {
        let past = desk.past.get();
        let mut sources: Vec<String> =
            past.iter().flat_map(|past| past.iter()).map(|import| import.source.clone()).collect();
        sources.sort();
        sources.dedup();
        sources
    });
    view! {
        <div class="form source">
            <label class="field" class:bad=wrong>
                <span class="lab">{imports::source}</span>
                <input
                    class="in"
                    data-testid="import-source"
                    list="import-sources"
                    maxlength="32"
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid=move || wrong.get().then_some("true")
                    aria-describedby="import-source-hint"
                    prop:value=typed
                    on:input:target=move |event| typed.set(event.target().value())
                    on:change=move |_| {
                        let source = typed.get_untracked();
                        if is_source(&source) {
                            // Another source has another mapping.
                            desk.change(|request| {
                                request.source = source;
                                request.map.clear();
                            });
                        }
                    }
                />
                <datalist id="import-sources">
                    {move || known.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
                </datalist>
                <span id="import-source-hint" class=move || if wrong.get() { "msg bad" } else { "hint" }>
                    {move || if wrong.get() { imports::source_wrong() } else { imports::source_hint() }}
                </span>
            </label>
        </div>
    }
}
