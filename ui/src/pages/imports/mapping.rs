//! Second step: which column goes where and why, what is done with duplicates and with what cannot be read.

use domain::ipc::{Duplicates, ImportColumn, MappingReason};
use leptos::prelude::*;

use super::model::{self, Step};
use super::state::Desk;
use crate::components::{Banner, Button, Icon, ProblemBanner, Segment, Segmented, Tone};
use crate::i18n::imports;
use crate::words::remark::target_label;

fn reason_text(reason: &MappingReason) -> String {
    match reason {
        MappingReason::ByHand => imports::why_hand().to_owned(),
        MappingReason::Remembered { version } => imports::why_remembered(u64::from(*version)),
        MappingReason::Rule { .. } => imports::why_rule().to_owned(),
        MappingReason::Unknown => imports::why_unknown().to_owned(),
        MappingReason::Taken => imports::why_taken().to_owned(),
        MappingReason::OfReport => imports::why_report().to_owned(),
    }
}

fn reason_look(column: &ImportColumn) -> (&'static str, &'static str) {
    match (&column.target, &column.reason) {
        (Some(_), MappingReason::ByHand) => ("user", ""),
        (Some(_), _) => ("ok", "fg-ok"),
        (None, MappingReason::Taken) => ("warn", "fg-clash"),
        (None, _) => ("help", "faint"),
    }
}

/// The step.
#[component]
pub fn MappingStep(desk: Desk) -> impl IntoView {
    let columns = Memo::new(move |_| desk.preview.get().map(|preview| preview.columns.clone()).unwrap_or_default());
    let known = Memo::new(move |_| desk.preview.get().map(|preview| preview.targets.clone()).unwrap_or_default());
    let enough = Memo::new(move |_| columns.with(|columns| model::is_enough(columns)));
    let ready = Memo::new(move |_| enough.get() && !desk.looking.get() && desk.problem.with(Option::is_none));
    let changed = Memo::new(move |_| desk.request.with(|request| !request.map.is_empty()));
    view! {
        <div class="scroll body split1" data-region="list">
            {move || (!enough.get()).then(|| view! {
                <div class="pad tight">
                    <Banner tone=Tone::Clash><b>{imports::need_title}</b>{imports::need_text}</Banner>
                </div>
            })}
            {move || desk.problem.with(Option::is_some).then(|| view! {
                <div class="pad tight"><ProblemBanner problem=desk.problem /></div>
            })}
            <table class="tbl tall mapping" aria-label=imports::mapping_label data-testid="import-mapping">
                <colgroup><col class="w180" /><col /><col class="w40" /><col class="w240" /><col class="why" /></colgroup>
                <thead>
                    <tr>
                        <th scope="col">{imports::col_column}</th>
                        <th scope="col">{imports::col_samples}</th>
                        <th scope="col"><span class="vh">{imports::goes_to}</span></th>
                        <th scope="col">{imports::col_field}</th>
                        <th scope="col">{imports::col_why}</th>
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || columns.get()
                        key=|column| column.clone().header
                        children=move |column| view! { <Column desk=desk header=column.header columns=columns known=known /> }
                    />
                </tbody>
            </table>
            <Choices desk=desk />
        </div>
        <div class="foot">
            <span class="muted grow cut" data-testid="import-mapped" aria-live="polite">
                {move || columns.with(|columns| imports::mapped(model::mapped(columns), columns.len()))}
            </span>
            {move || changed.get().then(|| view! {
                <Button kind="quiet" icon="undo" on_press=move |_| desk.change(|request| request.map.clear())>
                    {imports::as_proposed}
                </Button>
            })}
            <Button testid="import-back" on_press=move |_| desk.step.set(Step::File)>{imports::back}</Button>
            <Button
                kind="primary"
                testid="import-dry-run"
                disabled=Signal::derive(move || !ready.get())
                on_press=move |_| desk.begin(true)
            >
                {imports::start_dry_run}
            </Button>
        </div>
    }
}

#[component]
fn Column(desk: Desk, header: String, columns: Memo<Vec<ImportColumn>>, known: Memo<Vec<String>>) -> impl IntoView {
    let name = StoredValue::new(header.clone());
    let column = Memo::new(move |_| {
        columns.with(|columns| columns.iter().find(|column| name.with_value(|name| column.header == *name)).cloned())
    });
    let target = Memo::new(move |_| column.with(|column| column.as_ref()?.target.clone()));
    let choices = Memo::new(move |_| {
        let known = known.get();
        column.with(|column| column.as_ref().map(|column| model::targets(&known, column)).unwrap_or_default())
    });
    let samples =
        move || column.with(|column| column.as_ref().map(|column| column.samples.clone()).unwrap_or_default());
    let label = name.get_value();
    view! {
        <tr data-testid="import-column">
            <th scope="row" class="name cut" data-full=header.clone()>{header.clone()}</th>
            <td class="faint">
                <span class="two">{move || samples().first().cloned()}</span>
                <span class="two">{move || samples().into_iter().skip(1).take(3).collect::<Vec<_>>().join(" · ")}</span>
            </td>
            <td><Icon name="arrow" size="s" /></td>
            <td>
                <select
                    class="in sm"
                    data-testid="import-target"
                    aria-label=move || imports::target_of(&label)
                    on:change:target=move |event| {
                        let target = event.target().value();
                        name.with_value(|name| {
                            desk.change(|request| request.map = model::map_by_hand(&request.map, name, &target));
                        });
                    }
                >
                    <option value="" selected=move || target.with(Option::is_none)>{imports::not_imported}</option>
                    {move || {
                        choices
                            .get()
                            .into_iter()
                            .map(|value| {
                                let (shown, own) = (value.clone(), value.clone());
                                view! {
                                    <option
                                        value=value
                                        selected=move || target.with(|target| target.as_deref() == Some(own.as_str()))
                                    >
                                        {move || target_label(&shown)}
                                    </option>
                                }
                            })
                            .collect_view()
                    }}
                </select>
            </td>
            <td class="why">
                {move || column.get().map(|column| {
                    let (icon, colour) = reason_look(&column);
                    view! {
                        <span class="said-of"><span class=colour><Icon name=icon size="s" /></span><span class="lines">{reason_text(&column.reason)}</span></span>
                    }
                })}
            </td>
        </tr>
    }
}

/// What holds for all rows.
#[component]
fn Choices(desk: Desk) -> impl IntoView {
    let duplicates = Signal::derive(move || desk.request.with(|request| request.duplicates));
    let lenient = Signal::derive(move || desk.request.with(|request| request.lenient));
    let hint = move || match duplicates.get() {
        Duplicates::Skip => imports::dup_skip_hint(),
        Duplicates::Update => imports::dup_update_hint(),
        Duplicates::Create => imports::dup_create_hint(),
    };
    view! {
        <div class="pad col g20 import-choices">
            <div class="field">
                <span class="lab">{imports::duplicates}</span>
                <Segmented
                    label=Signal::derive(|| imports::duplicates().to_owned())
                    segments=vec![
                        Segment::new(Duplicates::Skip, || imports::dup_skip().to_owned()),
                        Segment::new(Duplicates::Update, || imports::dup_update().to_owned()),
                        Segment::new(Duplicates::Create, || imports::dup_create().to_owned()),
                    ]
                    chosen=duplicates
                    on_choose=move |choice| desk.change(|request| request.duplicates = choice)
                    testid="import-duplicates"
                />
                <span class="hint" aria-live="polite">{hint}</span>
            </div>
            <div class="field">
                <label class="tick">
                    <input
                        type="checkbox"
                        data-testid="import-lenient"
                        prop:checked=lenient
                        on:change:target=move |event| {
                            let checked = event.target().checked();
                            desk.change(|request| request.lenient = checked);
                        }
                    />
                    {imports::lenient}
                </label>
                <span class="hint under">{imports::lenient_hint}</span>
            </div>
            <label class="field country">
                <span class="lab">{imports::country}</span>
                <input
                    class="in"
                    inputmode="numeric"
                    maxlength="3"
                    placeholder="86"
                    autocomplete="off"
                    prop:value=move || desk.request.with(|request| request.country.clone().unwrap_or_default())
                    on:change:target=move |event| {
                        let digits: String =
                            event.target().value().chars().filter(char::is_ascii_digit).take(3).collect();
                        desk.change(|request| request.country = (!digits.is_empty()).then_some(digits));
                    }
                />
                <span class="hint">{imports::country_hint}</span>
            </label>
        </div>
    }
}
