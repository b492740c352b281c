//! The command palette: stores by search, and commands.

use std::sync::Arc;

use domain::FieldPath;
use domain::ipc::{StoreRow, StoresQuery, Theme, Topic};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::appearance::use_appearance;
use crate::components::{Dialog, Icon, Kbd, Marked, StoreChip, use_toaster};
use crate::i18n::{Language, palette};
use crate::ipc;
use crate::keyboard::{is_composing, use_keyboard};
use crate::query::use_query;
use crate::route::{Route, StoreTab, use_navigator};
use crate::words::found::also_found_by;

/// Stores that are shown.
const STORES_MAX: u32 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    SyncNow,
    NewStore,
    Go(Section),
    Theme(Theme),
    Speak(Language),
    Help,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Stores,
    Outbox,
    Conflicts,
    Insights,
    Imports,
    Settings,
}

impl Command {
    const ALL: [Command; 13] = [
        Command::SyncNow,
        Command::NewStore,
        Command::Go(Section::Stores),
        Command::Go(Section::Outbox),
        Command::Go(Section::Conflicts),
        Command::Go(Section::Insights),
        Command::Go(Section::Imports),
        Command::Go(Section::Settings),
        Command::Theme(Theme::Dark),
        Command::Theme(Theme::Light),
        Command::Speak(Language::Chinese),
        Command::Speak(Language::English),
        Command::Help,
    ];

    fn words(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Command::SyncNow => ("sync", palette::sync_now(), &["Ctrl", "Shift", "S"]),
            Command::NewStore => ("plus", palette::new_store(), &["N"]),
            Command::Go(Section::Stores) => ("store", palette::go_stores(), &["G", "S"]),
            Command::Go(Section::Outbox) => ("out", palette::go_outbox(), &["G", "O"]),
            Command::Go(Section::Conflicts) => ("clash", palette::go_conflicts(), &["G", "C"]),
            Command::Go(Section::Insights) => ("chart", palette::go_insights(), &["G", "I"]),
            Command::Go(Section::Imports) => ("in", palette::go_imports(), &["G", "M"]),
            Command::Go(Section::Settings) => ("set", palette::go_settings(), &[]),
            Command::Theme(Theme::Dark) => ("moon", palette::dark(), &[]),
            Command::Theme(_) => ("sun", palette::light(), &[]),
            Command::Speak(Language::Chinese) => ("right", palette::chinese(), &[]),
            Command::Speak(Language::English) => ("right", palette::english(), &[]),
            Command::Help => ("help", palette::help(), &["?"]),
        }
    }

    fn matching(text: &str) -> Vec<Command> {
        let wanted = text.trim().to_lowercase();
        Self::ALL.into_iter().filter(|command| command.words().1.to_lowercase().contains(&wanted)).collect()
    }
}

#[derive(Clone, PartialEq)]
enum Item {
    Store(Box<StoreRow>),
    Command(Command),
}

/// The palette.
#[component]
pub fn Palette() -> impl IntoView {
    let open = use_keyboard().palette;
    view! {
        <Dialog
            open=open
            on_close=move |()| open.set(false)
            class="pal"
            bare=true
            light_dismiss=true
            title=Signal::derive(|| palette::title().to_owned())
        >
            <Inside />
        </Dialog>
    }
}

#[component]
fn Inside() -> impl IntoView {
    let keyboard = use_keyboard();
    let navigator = use_navigator();
    let toaster = use_toaster();
    let appearance = use_appearance();
    let text = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let found = use_query(
        &[Topic::Stores],
        move || text.get(),
        |text| async move {
            if text.trim().is_empty() {
                return Ok(Vec::new());
            }
            // A number may be what a store was found by.
            let columns = FieldPath::new("phones").into_iter().collect();
            let query = StoresQuery { text, limit: STORES_MAX, columns, ..StoresQuery::default() };
            ipc::stores(&query).await.map(|page| page.rows)
        },
    );
    let stores = Memo::new(move |_| found.get().unwrap_or_else(|| Arc::new(Vec::new())).to_vec());
    let items = Memo::new(move |_| {
        let commands = text.with(|text| Command::matching(text)).into_iter().map(Item::Command);
        stores.get().into_iter().map(|row| Item::Store(Box::new(row))).chain(commands).collect::<Vec<_>>()
    });
    Effect::new(move |_| {
        text.track();
        chosen.set(0);
    });
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    // The input keeps the focus, so the browser does not bring what the arrows choose into sight.
    Effect::new(move |_| {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        if let Some(item) = document().get_element_by_id(&format!("palette-{}", chosen.get())) {
            item.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let run = move |item: Item| {
        keyboard.palette.set(false);
        match item {
            Item::Store(row) => navigator.go(Route::Store(row.id, StoreTab::Profile)),
            Item::Command(Command::SyncNow) => spawn_local(async move {
                if let Err(problem) = ipc::sync_now().await {
                    toaster.fail(&problem);
                }
            }),
            Item::Command(Command::NewStore) => navigator.go(Route::NewStore),
            Item::Command(Command::Go(section)) => navigator.go(match section {
                Section::Stores => Route::Stores,
                Section::Outbox => Route::Outbox,
                Section::Conflicts => Route::Conflicts,
                Section::Insights => Route::Insights,
                Section::Imports => Route::Imports,
                Section::Settings => Route::Settings,
            }),
            Item::Command(Command::Theme(theme)) => appearance.set_theme(theme),
            Item::Command(Command::Speak(language)) => appearance.set_language(language),
            Item::Command(Command::Help) => keyboard.help.set(true),
        }
    };
    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        let count = items.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => chosen.update(|n| *n = (*n + 1) % count),
            "ArrowUp" if count > 0 => chosen.update(|n| *n = (*n + count - 1) % count),
            "Enter" => {
                if let Some(item) = items.with_untracked(|items| items.get(chosen.get_untracked()).cloned()) {
                    run(item);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |index: usize, item: Item| {
        let pressed = item.clone();
        view! {
            <li
                role="option"
                id=format!("palette-{index}")
                data-testid="palette-item"
                aria-selected=move || (chosen.get() == index).to_string()
                on:mousemove=move |event: MouseEvent| {
                    // A list that scrolls under a pointer that rests sends this too.
                    let moved = event.movement_x() != 0 || event.movement_y() != 0;
                    if moved && chosen.get_untracked() != index {
                        chosen.set(index);
                    }
                }
                on:click=move |_| run(pressed.clone())
            >
                {match item {
                    Item::Store(row) => {
                        let mut about = vec![row.id.to_string(), row.region.clone()];
                        let also = text.with_untracked(|asked| also_found_by(asked, &row, &about));
                        about.extend(also.map(|(label, text)| format!("{label} {text}")));
                        about.retain(|text| !text.is_empty());
                        view! {
                            <Icon name="store" />
                            <span class="cut"><Marked text=Signal::stored(row.name.clone()) asked=text /></span>
                            <span class="faint sm cut"><Marked text=Signal::stored(about.join(" · ")) asked=text /></span>
                            <span class="end"><StoreChip row=Signal::stored(*row) /></span>
                        }
                        .into_any()
                    }
                    Item::Command(command) => {
                        let (icon, label, keys) = command.words();
                        view! {
                            <Icon name=icon />
                            {label}
                            <span class="end row">{keys.iter().map(|keys| view! { <Kbd keys=keys /> }).collect_view()}</span>
                        }
                        .into_any()
                    }
                }}
            </li>
        }
    };
    let lists = move || {
        let items = items.get();
        let stores = items.iter().take_while(|item| matches!(item, Item::Store(_))).count();
        let (first, rest) = items.split_at(stores);
        let first = first.iter().cloned().enumerate().map(|(n, item)| option(n, item)).collect_view();
        let second = rest.iter().cloned().enumerate().map(|(n, item)| option(stores + n, item)).collect_view();
        view! {
            {(stores > 0).then(|| view! { <h4 role="presentation">{palette::stores}</h4> })}
            {first}
            {(!rest.is_empty()).then(|| view! { <h4 role="presentation">{palette::commands}</h4> })}
            {second}
            {items.is_empty().then(|| view! { <p class="empty">{palette::nothing}</p> })}
        }
    };
    view! {
        <div class="ask">
            <Icon name="find" size="l" />
            <input
                node_ref=input
                data-testid="palette-input"
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", chosen.get())
                aria-label=palette::placeholder
                placeholder=palette::placeholder
                autocomplete="off"
                spellcheck="false"
                prop:value=text
                on:input:target=move |event| text.set(event.target().value())
                on:keydown=keys
            />
            <Kbd keys="Esc" />
        </div>
        <ul role="listbox" id="palette-list" class="scroll">{lists}</ul>
        <footer>
            <span class="row g2"><Kbd keys="↑" /><Kbd keys="↓" />{palette::choose}</span>
            <span class="row g2"><Kbd keys="Enter" />{palette::run}</span>
            <span class="row g2"><Kbd keys="Esc" />{palette::dismiss}</span>
        </footer>
    }
}
