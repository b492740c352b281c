//! What the file turned out to be, and what a person knows better.

use domain::ipc::ImportRequest;
use leptos::prelude::*;

use super::state::Desk;
use crate::components::{Banner, Icon, Tone};
use crate::i18n::imports;

/// Encodings that a person may name.
const ENCODINGS: [&str; 8] =
    ["UTF-8", "GB18030", "UTF-16LE", "UTF-16BE", "Big5", "Shift_JIS", "EUC-KR", "windows-1252"];
/// Delimiters that a person may name.
const DELIMITERS: [&str; 4] = [",", ";", "TAB", "|"];
/// The last row that may be a header.
const HEADER_ROW_MAX: u32 = 100;

fn delimiter_name(delimiter: &str) -> String {
    match delimiter {
        "," => imports::d_comma().to_owned(),
        ";" => imports::d_semicolon().to_owned(),
        "TAB" => imports::d_tab().to_owned(),
        "|" => imports::d_bar().to_owned(),
        other => other.to_owned(),
    }
}

/// A choice with "as detected" first.
#[component]
fn Override(
    label: fn() -> &'static str,
    testid: &'static str,
    detected: Signal<String>,
    choices: &'static [&'static str],
    worded: fn(&str) -> String,
    chosen: Signal<Option<String>>,
    #[prop(into)] on_choose: Callback<Option<String>>,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="lab">{label}</span>
            <select
                class="in"
                data-testid=testid
                on:change:target=move |event| {
                    let value = event.target().value();
                    on_choose.run((!value.is_empty()).then_some(value));
                }
            >
                <option value="" selected=move || chosen.with(Option::is_none)>
                    {move || if chosen.with(Option::is_none) {
                        imports::detected(detected.get())
                    } else {
                        imports::detect().to_owned()
                    }}
                </option>
                {choices
                    .iter()
                    .map(|value| {
                        view! {
                            <option
                                value=*value
                                selected=move || chosen.with(|chosen| chosen.as_deref() == Some(*value))
                            >
                                {move || worded(value)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
    }
}

/// The facts, the overrides and the first cells.
#[component]
pub fn Facts(desk: Desk) -> impl IntoView {
    let file = Signal::derive(move || desk.preview.get().map(|preview| preview.file.clone()).unwrap_or_default());
    let is_text = Memo::new(move |_| file.with(|file| file.encoding.is_some()));
    let guessed = Memo::new(move |_| {
        let sure = |encoding: &str| encoding.starts_with("UTF");
        file.with(|file| file.bom != Some(true) && file.encoding.as_deref().is_some_and(|encoding| !sure(encoding)))
            && desk.request.with(|request| request.encoding.is_none())
    });
    let asked = move |part: fn(&ImportRequest) -> Option<String>| Signal::derive(move || desk.request.with(part));
    let header_row = Memo::new(move |_| file.with(|file| file.header_row));
    view! {
        <section class="card" data-testid="import-facts">
            <header>
                <h3>{imports::facts}</h3>
                <span class="muted sm" aria-live="polite">{move || file.with(|file| {
                    let format = file.format.to_uppercase();
                    let rows = imports::header_at(file.header_row as u64);
                    match file.sheet.as_deref() {
                        Some(sheet) => format!("{format} · {sheet} · {rows}"),
                        None => format!("{format} · {rows}"),
                    }
                })}</span>
                {move || desk.looking.get().then(|| view! {
                    <span class="end row g2 muted sm"><Icon name="sync" size="s spin" />{imports::looking}</span>
                })}
            </header>
            <div class="in-pad col g12">
                {move || guessed.get().then(|| view! {
                    <Banner tone=Tone::Clash>
                        <b>{imports::guess_title}</b>
                        {move || imports::guess_text(file.with(|file| file.encoding.clone().unwrap_or_default()))}
                    </Banner>
                })}
                <div class="form three">
                    {move || if is_text.get() {
                        view! {
                            <Override
                                label=imports::encoding
                                testid="import-encoding"
                                detected=Signal::derive(move || file.with(|file| file.encoding.clone().unwrap_or_default()))
                                choices=&ENCODINGS
                                worded=|name| name.to_owned()
                                chosen=asked(|request| request.encoding.clone())
                                on_choose=move |encoding| desk.change(|request| request.encoding = encoding)
                            />
                            <Override
                                label=imports::delimiter
                                testid="import-delimiter"
                                detected=Signal::derive(move || {
                                    delimiter_name(&file.with(|file| file.delimiter.clone().unwrap_or_default()))
                                })
                                choices=&DELIMITERS
                                worded=delimiter_name
                                chosen=asked(|request| request.delimiter.clone())
                                on_choose=move |delimiter| desk.change(|request| request.delimiter = delimiter)
                            />
                        }
                            .into_any()
                    } else {
                        view! {
                            <label class="field">
                                <span class="lab">{imports::sheet}</span>
                                <input
                                    class="in"
                                    data-testid="import-sheet"
                                    autocomplete="off"
                                    placeholder=imports::sheet_all
                                    prop:value=move || desk.request.with(|request| request.sheet.clone().unwrap_or_default())
                                    on:change:target=move |event| {
                                        let sheet = event.target().value().trim().to_owned();
                                        desk.change(|request| request.sheet = (!sheet.is_empty()).then_some(sheet));
                                    }
                                />
                                <span class="hint">{imports::sheet_hint}</span>
                            </label>
                        }
                            .into_any()
                    }}
                    <label class="field">
                        <span class="lab">{imports::header_row}</span>
                        <input
                            class="in"
                            type="number"
                            min="1"
                            max=HEADER_ROW_MAX.to_string()
                            data-testid="import-header-row"
                            placeholder=move || imports::detected(header_row.get())
                            prop:value=move || desk.request.with(|request| {
                                request.header_row.map(|row| row.to_string()).unwrap_or_default()
                            })
                            on:change:target=move |event| {
                                let row = event.target().value().trim().parse::<u32>().ok();
                                let row = row.filter(|row| (1..=HEADER_ROW_MAX).contains(row));
                                desk.change(|request| request.header_row = row);
                            }
                        />
                    </label>
                </div>
            </div>
            <Sample desk=desk />
        </section>
    }
}

/// The first rows as they stand in the file: whether the characters are right is seen here.
#[component]
fn Sample(desk: Desk) -> impl IntoView {
    let headers = move || {
        let preview = desk.preview.get();
        let columns = preview.iter().flat_map(|preview| preview.columns.iter());
        columns
            .map(|column| view! { <th scope="col" data-full=column.header.clone()>{column.header.clone()}</th> })
            .collect_view()
    };
    let rows = move || {
        let preview = desk.preview.get();
        let rows = preview.iter().flat_map(|preview| preview.first_rows.iter());
        rows.map(|row| {
            let cells = row.iter().map(|cell| view! { <td>{cell.clone()}</td> }).collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view()
    };
    view! {
        <div class="sample scroll" tabindex="0" role="region" aria-label=imports::sample>
            <table class="tbl tight">
                <caption class="vh">{imports::sample}</caption>
                <thead>
                    <tr>{headers}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
