//! The table: one row a field, one column a value, and what comes out.

use domain::field::FieldPath;
use domain::review::{Candidate, ReviewItem};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::cell::{Cell, column_name};
use super::desk::{Desk, use_desk};
use super::input::TypedValue;
use super::model::{self, Bench, Column, Picked};
use crate::clock::{local, use_now};
use crate::components::{Button, Icon, Kbd};
use crate::focus::{focus_on, focus_soon};
use crate::i18n::conflicts;
use crate::keyboard::{is_composing, is_typing};
use crate::pages::outbox::resend::typed_text;
use crate::words::field::field_label;
use crate::words::role::role_label;
use crate::words::source::source_label;
use crate::words::time;
use crate::words::value::value_text;

const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Who, as what, from where, when. Without the name where it stands beside it.
fn by_line(candidate: &Candidate, named: bool, now: chrono::DateTime<chrono::Utc>) -> String {
    let millis = i64::try_from(candidate.hlc.wall_ms()).unwrap_or_default();
    let at = chrono::DateTime::from_timestamp_millis(millis).unwrap_or_default();
    // In one piece: `今天 16:20` must not break.
    let when = time::moment(local(at), local(now)).replace(' ', "\u{a0}");
    let (role, source) = (role_label(candidate.role), source_label(candidate.source));
    if named {
        conflicts::by_named(role, source, when)
    } else {
        conflicts::by(&candidate.actor_name, role, source, when)
    }
}

/// Puts the focus on the current row.
pub fn focus_row() {
    focus_soon("[data-testid=conflict-field][tabindex=\"0\"]");
}

/// Goes to the next field without a choice, or to "apply".
pub fn go_on(desk: Desk) {
    let mut open = false;
    desk.change(|bench| open = bench.next_open());
    if open {
        focus_row();
    } else {
        focus_on("[data-testid=conflict-apply]");
    }
}

/// Is it a key on the value that is chosen?
fn on_taken(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.matches("button.pick[aria-pressed=true]").unwrap_or(false))
}

/// Moves the focus along the values of the row.
fn along(event: &KeyboardEvent, by: i32) -> bool {
    let Some(row) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    let Ok(list) = row.query_selector_all("button.pick") else { return false };
    let picks: Vec<web_sys::HtmlElement> =
        (0..list.length()).filter_map(|n| list.item(n)).filter_map(|node| node.dyn_into().ok()).collect();
    let active = document().active_element();
    let at = picks
        .iter()
        .position(|pick| active.as_ref().is_some_and(|active| active == pick.as_ref() as &web_sys::Element));
    let to = match (at, by) {
        (None, 1) => 0,
        (None, _) => return false,
        (Some(at), 1) => (at + 1).min(picks.len().saturating_sub(1)),
        (Some(at), _) => at.saturating_sub(1),
    };
    picks.get(to).is_some_and(|pick| pick.focus().is_ok())
}

/// The table of the open store.
#[component]
pub fn Fields() -> impl IntoView {
    let desk = use_desk();
    let now = use_now();
    let columns = Memo::new(move |_| {
        desk.bench
            .with(|bench| bench.as_ref().map(|bench| model::columns(bench.review(), bench.me())).unwrap_or_default())
    });
    let fields = Memo::new(move |_| {
        desk.bench.with(|bench| {
            bench
                .as_ref()
                .map(|bench| bench.items().iter().map(|item| item.field.clone()).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let head = move |n: usize, column: Column| {
        // The author stands in the heading where the whole column is theirs.
        let author = move || {
            desk.bench.with(|bench| {
                let bench = bench.as_ref()?;
                model::common_author(bench.review(), n.checked_sub(1)?, bench.me()).cloned()
            })
        };
        let below = move || match (column, author()) {
            (Column::Base, _) => conflicts::base_sub().to_owned(),
            (_, None) => conflicts::several_authors().to_owned(),
            (column, Some(author)) => by_line(&author, matches!(column, Column::Nth(_)), now.get()),
        };
        view! {
            <th scope="col">
                <b>
                    <span class="cut">{move || column_name(column, author().as_ref())}</span>
                    {move || desk.may_review.get().then(|| DIGITS.get(n).map(|digit| view! { <Kbd keys=*digit /> }))}
                </b>
                <span data-full=below>{below}</span>
            </th>
        }
    };
    view! {
        <div class="scroll grow">
            <table class="four" class:many=move || columns.with(|columns| columns.len() > 4) aria-label=conflicts::bench_label>
                <colgroup>
                    <col class="label" />
                    {move || columns.get().iter().map(|_| view! { <col /> }).collect_view()}
                    {move || desk.may_review.get().then(|| view! { <col class="result" /> })}
                </colgroup>
                <thead>
                    <tr>
                        <th scope="col">{conflicts::col_field}</th>
                        {move || columns.get().into_iter().enumerate().map(|(n, column)| head(n, column)).collect_view()}
                        {move || desk.may_review.get().then(|| view! {
                            <th scope="col" class="last"><b>{conflicts::merged}</b><span>{conflicts::merged_sub}</span></th>
                        })}
                    </tr>
                </thead>
                <tbody>
                    <For each=move || fields.get() key=FieldPath::clone let:field>
                        <Row field=field columns=columns />
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(field: FieldPath, columns: Memo<Vec<Column>>) -> impl IntoView {
    let desk = use_desk();
    let now = use_now();
    let field = StoredValue::new(field);
    let of_bench = move |pick: &dyn Fn(&Bench, &ReviewItem) -> bool| {
        desk.bench.with(|bench| {
            bench.as_ref().is_some_and(|bench| {
                bench
                    .items()
                    .iter()
                    .find(|item| field.with_value(|field| item.field == *field))
                    .is_some_and(|item| pick(bench, item))
            })
        })
    };
    let current =
        Memo::new(move |_| of_bench(&|bench, item| bench.current().is_some_and(|now| now.field == item.field)));
    // The values; they change only when the review does.
    let shown = Memo::new(move |_| {
        desk.bench.with(|bench| {
            let bench = bench.as_ref()?;
            let item = bench.items().iter().find(|item| field.with_value(|field| item.field == *field))?.clone();
            let order: Vec<Candidate> = model::in_order(&item, bench.me()).into_iter().cloned().collect();
            let common: Vec<bool> =
                (0..order.len()).map(|n| model::common_author(bench.review(), n, bench.me()).is_some()).collect();
            Some((item, order, common))
        })
    });
    let select = move || {
        let place = desk.bench.with_untracked(|bench| {
            bench.as_ref()?.items().iter().position(|item| field.with_value(|field| item.field == *field))
        });
        if let Some(place) = place {
            desk.change(|bench| bench.select(place));
        }
    };
    let keys = move |event: KeyboardEvent| {
        // The arrows of an input in the row move its cursor.
        if is_composing(&event) || is_typing(&event) {
            return;
        }
        let on_row = event.target() == event.current_target();
        let taken = match event.key().as_str() {
            "ArrowDown" => {
                desk.change(|bench| _ = bench.step(1));
                focus_row();
                true
            }
            "ArrowUp" => {
                desk.change(|bench| _ = bench.step(-1));
                focus_row();
                true
            }
            "ArrowRight" => along(&event, 1),
            "ArrowLeft" => along(&event, -1),
            // On a value, Enter takes it.
            // On one that is taken, it goes on: taken twice it would be open again.
            "Enter" if on_row || on_taken(&event) => {
                go_on(desk);
                true
            }
            _ => false,
        };
        if taken {
            event.prevent_default();
        }
    };
    let values = move || {
        let Some((item, order, common)) = shown.get() else { return ().into_any() };
        let may = desk.may_review.get();
        columns
            .get()
            .into_iter()
            .enumerate()
            .map(|(n, column)| {
                let candidate = n.checked_sub(1).and_then(|n| order.get(n)).cloned();
                let (value, choice) = match (column, candidate.as_ref()) {
                    (Column::Base, _) => (item.base.clone(), Picked::Base),
                    (_, Some(candidate)) => (candidate.value.clone(), Picked::Candidate(n - 1)),
                    (_, None) => return view! { <td></td> }.into_any(),
                };
                let author = StoredValue::new(candidate.clone());
                let by =
                    candidate.filter(|_| !common.get(n.wrapping_sub(1)).copied().unwrap_or(true)).map(|candidate| {
                        view! { <span class="by xs faint">{move || by_line(&candidate, false, now.get())}</span> }
                    });
                let spoken = StoredValue::new((item.field.as_str().to_owned(), value.clone()));
                let cell = view! { <Cell item=item.clone() value=value column=column author=author.get_value() /> };
                if !may {
                    return view! { <td>{cell}{by}</td> }.into_any();
                }
                let choice = StoredValue::new(choice);
                let pressed = Memo::new(move |_| {
                    of_bench(&|bench, item| choice.with_value(|choice| bench.picked(&item.field) == Some(choice)))
                });
                let testid = if n == 0 { "take-base".to_owned() } else { format!("take-{n}") };
                view! {
                    <td>
                        <button
                            type="button"
                            class="pick"
                            tabindex="-1"
                            data-testid=testid
                            aria-pressed=move || pressed.get().to_string()
                            aria-label=move || spoken.with_value(|(field, value)| {
                                {
                                    let name = author.with_value(|author| column_name(column, author.as_ref()));
                                    conflicts::pick_hint(name, value_text(field, value))
                                }
                            })
                            on:click=move |_| {
                                select();
                                field.with_value(|field| desk.press(field, choice.get_value()));
                            }
                        >
                            {cell}
                            {by}
                        </button>
                    </td>
                }
                .into_any()
            })
            .collect_view()
            .into_any()
    };
    view! {
        <tr
            class:cur=move || current.get() && desk.may_review.get()
            data-testid="conflict-field"
            data-field=field.with_value(|field| field.as_str().to_owned())
            aria-current=move || current.get().to_string()
            tabindex=move || if current.get() { "0" } else { "-1" }
            on:keydown=keys
            on:click=move |_| select()
        >
            <th scope="row">{move || field.with_value(|field| field_label(field.as_str()))}</th>
            {values}
            {move || desk.may_review.get().then(|| view! { <Merged field=field columns=columns /> })}
        </tr>
    }
}

/// What comes out for the field: nothing, until somebody chooses.
#[component]
fn Merged(field: StoredValue<FieldPath>, columns: Memo<Vec<Column>>) -> impl IntoView {
    let desk = use_desk();
    let typing =
        Memo::new(move |_| desk.typing.with(|typing| field.with_value(|field| typing.as_ref() == Some(field))));
    let state = Memo::new(move |_| {
        desk.bench.with(|bench| {
            let bench = bench.as_ref()?;
            let item = bench.items().iter().find(|item| field.with_value(|field| item.field == *field))?;
            let picked = bench.picked(&item.field).cloned();
            let author = match picked {
                Some(Picked::Candidate(n)) => model::in_order(item, bench.me()).get(n).map(|c| c.actor_name.clone()),
                _ => None,
            };
            Some((picked, author.unwrap_or_default(), bench.merged(item), item.candidates.len()))
        })
    });
    let typeable = field.with_value(model::typeable);
    let begin = move || {
        desk.bench.with_untracked(|bench| {
            let item = bench.as_ref()?.items().iter().find(|item| field.with_value(|field| item.field == *field))?;
            let value = bench.as_ref()?.merged(item).unwrap_or_else(|| {
                model::in_order(item, bench.as_ref().and_then(Bench::me))
                    .first()
                    .map(|c| c.value.clone())
                    .unwrap_or_default()
            });
            Some(typed_text(&item.field, &value))
        })
    };
    let took = move |picked: &Picked, author: &str| match picked {
        Picked::Base => conflicts::took_base().to_owned(),
        Picked::Typed(_) => conflicts::took_typed().to_owned(),
        Picked::Candidate(n) => match columns.with(|columns| columns.get(n + 1).copied()) {
            Some(Column::Mine) => conflicts::took_mine().to_owned(),
            Some(Column::Theirs) => conflicts::took_theirs().to_owned(),
            _ => conflicts::took_of(author),
        },
    };
    view! {
        <td class="out" data-testid="conflict-merged">
            {move || {
                if typing.get() {
                    return view! {
                        <TypedValue field=field.get_value() begin=begin().unwrap_or_default() on_done=move |()| focus_row() />
                    }
                    .into_any();
                }
                match state.get() {
                    Some((Some(picked), author, Some(value), _)) => {
                        let text = move || field.with_value(|field| value_text(field.as_str(), &value));
                        view! {
                            <span data-testid="conflict-value">{text}</span>
                            <span class="took xs faint"><Icon name="ok" size="s" />{move || took(&picked, &author)}</span>
                        }
                        .into_any()
                    }
                    Some((_, _, _, candidates)) => {
                        let keys = (1..=(candidates + 1).min(DIGITS.len())).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
                        view! {
                            <span class="none">
                                {move || if typeable { conflicts::not_chosen_keys(&keys) } else { conflicts::not_chosen_pick(&keys) }}
                            </span>
                        }
                        .into_any()
                    }
                    None => ().into_any(),
                }
            }}
            {move || (typeable && !typing.get()).then(|| view! {
                <Button
                    kind="sm quiet"
                    icon="draft"
                    testid="conflict-edit"
                    on_press=move |_| desk.typing.set(Some(field.get_value()))
                >
                    {conflicts::edit}
                    <span class="vh">{move || field.with_value(|field| field_label(field.as_str()))}</span>
                </Button>
            })}
        </td>
    }
}
