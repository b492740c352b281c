//! A condition on one field: its words, and below them what it can be.

use domain::FieldPath;
use domain::ipc::{FacetsQuery, StoresQuery, Topic};
use leptos::prelude::*;

use super::condition::{Asked, Op, shown, worded};
use crate::components::{Button, Icon, Popover, Skeleton};
use crate::i18n::{grouped, stores};
use crate::ipc;
use crate::keyboard::is_composing;
use crate::pages::stores::asked::{condition, set_condition};
use crate::pages::stores::state::ListState;
use crate::query::use_query;
use crate::words::field::field_label;

/// Values beyond which one can look for some.
const VALUES_TO_FIND: usize = 8;

/// What people call a field of a condition.
pub fn label_of(field: &FieldPath) -> String {
    match field.as_str() {
        "updated" => stores::c_updated().to_owned(),
        path => field_label(path),
    }
}

/// The pill. `open` lets it begin open.
#[component]
pub fn ConditionPill(
    list: ListState,
    field: FieldPath,
    #[prop(optional)] begin_open: bool,
    /// Its condition was taken away.
    #[prop(into)]
    on_gone: Callback<FieldPath>,
) -> impl IntoView {
    let open = RwSignal::new(begin_open);
    let field = StoredValue::new(field);
    let test = Memo::new(move |_| list.query.with(|query| field.with_value(|field| condition(query, field).cloned())));
    let words = move || match test.get() {
        Some(test) => field.with_value(|field| worded(field, &test)),
        None => field.with_value(label_of),
    };
    let testid = field.with_value(|field| format!("filter-{field}"));
    let remove = move |_| {
        list.query.update(|query| field.with_value(|field| set_condition(query, field, None)));
        on_gone.run(field.get_value());
    };
    view! {
        <span class="pill-of" class:on=move || test.with(Option::is_some) data-testid=testid>
            <Popover open=open class="pill" face=move || view! { <span class="cut">{words}</span><Icon name="down" size="s" /> } label=None testid=None>
                <Editor list=list field=field.get_value() open=open />
            </Popover>
            {move || {
                test.with(Option::is_some)
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="x"
                                aria-label=move || stores::remove_filter(field.with_value(label_of))
                                on:click=remove
                            >
                                <Icon name="x" size="s" />
                            </button>
                        }
                    })
            }}
        </span>
    }
}

#[component]
fn Editor(list: ListState, field: FieldPath, open: RwSignal<bool>) -> impl IntoView {
    let asked = RwSignal::new(list.query.with_untracked(|query| Asked::of(&field, condition(query, &field))));
    let field = StoredValue::new(field);
    let apply = move || {
        let test = asked.with_untracked(Asked::test);
        list.query.update(|query| field.with_value(|field| set_condition(query, field, test)));
    };
    let op = Memo::new(move |_| asked.with(|asked| asked.op));
    let name = move || field.with_value(label_of);
    view! {
        <div class="asking col g6" data-testid="filter-editor">
            <div class="row">
                <b class="sm cut">{name}</b>
                <select
                    class="in sm end w144"
                    data-testid="filter-op"
                    aria-label=move || stores::op_of(name())
                    prop:value=move || op.get().key()
                    on:change=move |event| {
                        if let Some(op) = Op::of_key(&event_target_value(&event)) {
                            asked.update(|asked| asked.op = op);
                            apply();
                        }
                    }
                >
                    {Op::ALL.map(|op| view! { <option value=op.key() selected=move || asked.with_untracked(|asked| asked.op == op)>{move || op.label()}</option> }).collect_view()}
                </select>
            </div>
            {move || {
                op.get()
                    .takes_text()
                    .then(|| {
                        view! {
                            <input
                                class="in sm"
                                type=if field.with_value(|field| field.as_str() == "updated") { "date" } else { "text" }
                                autocomplete="off"
                                data-testid="filter-text"
                                aria-label=name
                                prop:value=move || asked.with(|asked| asked.text.clone())
                                on:input=move |event: web_sys::Event| {
                                    let pre_edit = js_sys::Reflect::get(&event, &"isComposing".into()).is_ok_and(|flag| flag.is_truthy());
                                    asked.update(|asked| asked.text = event_target_value(&event));
                                    if !pre_edit {
                                        apply();
                                    }
                                }
                                on:compositionend=move |event| {
                                    asked.update(|asked| asked.text = event_target_value(&event));
                                    apply();
                                }
                                on:keydown=move |event| {
                                    if event.key() == "Enter" && !is_composing(&event) {
                                        event.prevent_default();
                                        open.set(false);
                                    }
                                }
                            />
                        }
                    })
            }}
            {move || op.get().chooses().then(|| view! { <Values list=list field=field.get_value() asked=asked on_change=Callback::new(move |()| apply()) /> })}
            <div class="row"><Button kind="sm end" testid="filter-done" on_press=move |_| open.set(false)>{stores::filter_done}</Button></div>
        </div>
    }
}

/// The values of a field with their counts; chosen ones that no store has any more stay.
#[component]
fn Values(list: ListState, field: FieldPath, asked: RwSignal<Asked>, on_change: Callback<()>) -> impl IntoView {
    let field = StoredValue::new(field);
    let part = RwSignal::new(String::new());
    let question = move || {
        let query = list.query.with(|query| StoresQuery { columns: Vec::new(), ..query.clone() });
        FacetsQuery { query, fields: vec![field.get_value()] }
    };
    let facets = use_query(&[Topic::Stores], question, |query| async move { ipc::store_facets(&query).await });
    // In the order of the first answer: what one ticks does not move away.
    let values = Memo::new(move |before: Option<&Vec<(String, u64)>>| {
        let answer = facets.get();
        let counted: Vec<(String, u64)> = answer
            .iter()
            .flat_map(|facets| facets.fields.iter())
            .flat_map(|facet| facet.values.iter().map(|value| (value.value.clone(), value.count)))
            .collect();
        let count = |value: &String| counted.iter().find(|(known, _)| known == value).map_or(0, |(_, count)| *count);
        let mut values: Vec<(String, u64)> = before
            .map(|before| before.iter().map(|(value, _)| (value.clone(), count(value))).collect())
            .unwrap_or_default();
        let chosen = asked.with(|asked| asked.values.clone());
        for value in counted.iter().map(|(value, _)| value.clone()).chain(chosen) {
            if !values.iter().any(|(known, _)| *known == value) {
                values.push((value.clone(), count(&value)));
            }
        }
        values
    });
    let more = move || facets.get().is_some_and(|facets| facets.fields.iter().any(|facet| facet.more));
    let found = move || {
        let part = part.get().to_lowercase();
        values.with(|values| {
            let fits = |(value, _): &&(String, u64)| {
                part.is_empty() || field.with_value(|field| shown(field, value)).to_lowercase().contains(&part)
            };
            values.iter().filter(fits).cloned().collect::<Vec<_>>()
        })
    };
    let list_of = move || {
        if facets.get().is_none() {
            return view! { <Skeleton /> }.into_any();
        }
        if values.with(Vec::is_empty) {
            return view! { <p class="sm faint">{stores::no_values}</p> }.into_any();
        }
        view! {
            <ul class="values" data-testid="filter-values">
                <For each=found key=|(value, _)| value.clone() let:one>
                    <Choice field=field.get_value() value=one.0 values=values asked=asked on_change=on_change />
                </For>
            </ul>
            {more().then(|| view! { <p class="hint">{stores::more_values}</p> })}
        }
        .into_any()
    };
    let many = Memo::new(move |_| values.with(Vec::len) > VALUES_TO_FIND);
    view! {
        {move || {
            many.get()
                .then(|| {
                    view! {
                        <input
                            class="in sm"
                            type="search"
                            autocomplete="off"
                            placeholder=stores::find_value
                            aria-label=stores::find_value
                            prop:value=part
                            on:input=move |event| part.set(event_target_value(&event))
                        />
                    }
                })
        }}
        {list_of}
    }
}

#[component]
fn Choice(
    field: FieldPath,
    value: String,
    values: Memo<Vec<(String, u64)>>,
    asked: RwSignal<Asked>,
    on_change: Callback<()>,
) -> impl IntoView {
    let (id, field) = (StoredValue::new(value), StoredValue::new(field));
    let on = Memo::new(move |_| asked.with(|asked| id.with_value(|id| asked.values.contains(id))));
    let count = Memo::new(move |_| {
        values.with(|values| {
            id.with_value(|id| values.iter().find(|(known, _)| known == id).map_or(0, |(_, count)| *count))
        })
    });
    view! {
        <li>
            <label class="tick row">
                <input
                    type="checkbox"
                    prop:checked=on
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        asked.update(|asked| id.with_value(|id| asked.set_value(id, on)));
                        on_change.run(());
                    }
                />
                <span class="grow cut">{move || field.with_value(|field| id.with_value(|id| shown(field, id)))}</span>
                <span class="xs faint num">{move || grouped(count.get())}</span>
            </label>
        </li>
    }
}
