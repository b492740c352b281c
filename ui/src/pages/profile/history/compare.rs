//! Two moments of a store beside each other, and the way back to one of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::edit::Write;
use domain::ipc::HistoryView;
use domain::profile::Registers;
use domain::{EditId, FieldPath, Profile, schema};
use leptos::prelude::*;

use super::entry::saved_at;
use super::past::{Past, Point, between};
use crate::clock::{local, use_now};
use crate::components::{Button, Icon, IconButton};
use crate::i18n::past as words;
use crate::pages::profile::editor::Editor;
use crate::words::change::{set_change, shown_field};
use crate::words::field::field_label;
use crate::words::time;
use crate::words::value::value_text;

/// The address of a point in a list of choices.
fn key(point: Point) -> String {
    match point {
        Point::Start => "start".to_owned(),
        Point::Now => "now".to_owned(),
        Point::After(edit) => edit.to_string(),
    }
}

fn point(key: &str) -> Point {
    match key {
        "start" => Point::Start,
        "now" => Point::Now,
        edit => edit.parse::<EditId>().map_or(Point::Now, Point::After),
    }
}

/// Can a register get this value back? A store cannot be without a name and an address.
fn can_return(write: &Write) -> bool {
    !(write.base_value.is_null() && schema::required().any(|field| field == write.field))
}

/// Which registers are to go back. All of them unless a person says otherwise, also those that come to differ meanwhile;
/// but to go back to before the first edit would clear the store: there each is ticked by hand.
#[derive(Clone, Copy)]
struct Ticks {
    from_start: bool,
    turned: RwSignal<BTreeSet<FieldPath>>,
}

impl Ticks {
    fn at(from: Point) -> Self {
        Self { from_start: from == Point::Start, turned: RwSignal::default() }
    }
    fn has(self, field: &FieldPath) -> bool {
        self.turned.with(|turned| turned.contains(field)) == self.from_start
    }
    fn set(self, field: FieldPath, on: bool) {
        self.turned.update(|turned| match on == self.from_start {
            true => drop(turned.insert(field)),
            false => drop(turned.remove(&field)),
        });
    }
}

/// The store with the chosen registers as they were. `writes` lead from then to now.
fn restored(now: &Profile, writes: &[Write]) -> Profile {
    let mut registers: Registers = now.to_registers();
    for write in writes {
        if write.base_value.is_null() {
            registers.remove(&write.field);
        } else {
            registers.insert(write.field.clone(), write.base_value.clone());
        }
    }
    Profile::from_registers(now.merchant_id.clone(), &registers)
}

/// The side panel.
#[component]
pub fn Compare(
    /// The store.
    editor: Editor,
    /// Its history.
    history: Arc<HistoryView>,
    /// The first moment.
    from: Point,
    /// The second.
    to: Point,
    /// Other moments were chosen.
    #[prop(into)]
    on_points: Callback<(Point, Point)>,
) -> impl IntoView {
    let past = StoredValue::new(Past::new(&history.entries));
    let partial = !history.complete || history.older;
    let history = StoredValue::new(history);
    let clock = use_now();
    // The moments by when their edit was saved, and by whom.
    let options = move |chosen: Point| {
        let label = move |edit: EditId| {
            history.with_value(|history| {
                let entry = history.entries.iter().find(|entry| entry.edit_id == edit)?;
                let when = time::moment(local(saved_at(entry)), local(clock.get()));
                Some(words::moment(when, entry.actor_name.clone()))
            })
        };
        let edits: Vec<EditId> = past.with_value(|past| past.edits().collect());
        let ends = [(Point::Now, words::now().to_owned())];
        let middle = edits.into_iter().filter_map(|edit| Some((Point::After(edit), label(edit)?)));
        ends.into_iter()
            .chain(middle)
            .chain([(Point::Start, words::start().to_owned())])
            .map(|(point, label)| view! { <option value=key(point) selected=point == chosen>{label}</option> })
            .collect_view()
    };
    let select = move |label: fn() -> &'static str,
                       testid: &'static str,
                       chosen: Point,
                       pick: fn(Point, (Point, Point)) -> (Point, Point)| {
        view! {
            <div class="field">
                <label class="lab" for=testid>{label}</label>
                <select
                    id=testid
                    class="in sm"
                    data-testid=testid
                    on:change=move |event| on_points.run(pick(point(&event_target_value(&event)), (from, to)))
                >
                    {move || options(chosen)}
                </select>
            </div>
        }
    };
    let writes = Memo::new(move |_| {
        let Some(view) = editor.view.get() else { return Vec::new() };
        let now = view.profile.to_registers();
        history.with_value(|history| {
            past.with_value(|past| {
                let at = |point| past.at(point, &now, &history.pending);
                between(&at(from), &at(to))
            })
        })
    });
    let ticks = Ticks::at(from);
    let to_now = to == Point::Now && from != Point::Now;
    let blocked = move |write: &Write| editor.is_locked(write.field.shown_as()) || !can_return(write);
    let wanted = Memo::new(move |_| {
        let wanted = |write: &Write| ticks.has(&write.field) && !blocked(write);
        writes.get().into_iter().filter(wanted).collect::<Vec<_>>()
    });
    let restore = move |_| {
        let Some(view) = editor.view.get_untracked() else { return };
        let edited = wanted.with_untracked(|writes| restored(&view.profile, writes));
        editor.restore(edited, || {});
    };
    let rows = move || {
        let row = |write: Write| view! { <Difference write=write ticks=to_now.then_some(ticks) editor=editor /> };
        writes.get().into_iter().map(row).collect_view()
    };
    view! {
        <aside class="col g6 scroll" aria-label=words::compare_title data-testid="compare-panel">
            <h3>{words::compare_title}</h3>
            <div class="row points">
                {select(words::from, "compare-point-from", from, |picked, (_, to)| (picked, to))}
                <IconButton icon="sync" kind="sm" label=Signal::derive(|| words::swap().to_owned()) on_press=move |_| on_points.run((to, from)) />
                {select(words::to, "compare-point-to", to, |picked, (from, _)| (from, picked))}
            </div>
            {partial.then(|| view! { <p class="msg warn"><Icon name="warn" size="s" />{words::partial}</p> })}
            <p class="sm" role="status" data-testid="compare-count">
                <b>{move || match writes.with(Vec::len) as u64 {
                    0 => words::same().to_owned(),
                    count => words::differ(count),
                }}</b>
            </p>
            <ul class="differences">{rows}</ul>
            {move || match (to_now, writes.with(Vec::is_empty)) {
                (_, true) => ().into_any(),
                (true, false) => view! {
                    <p class="hint">{words::restore_hint}</p>
                    <div class="row">
                        <Button
                            kind="primary"
                            testid="compare-restore"
                            disabled=Signal::derive(move || wanted.with(Vec::is_empty))
                            on_press=restore
                        >
                            {move || words::restore_do(wanted.with(Vec::len) as u64)}
                        </Button>
                    </div>
                }
                .into_any(),
                (false, false) => view! { <p class="hint">{words::to_now}</p> }.into_any(),
            }}
        </aside>
    }
}

#[component]
fn Difference(write: Write, ticks: Option<Ticks>, editor: Editor) -> impl IntoView {
    let field = StoredValue::new(write.field.clone());
    let path = write.field.as_str().to_owned();
    let returns = can_return(&write);
    let locked = {
        let shown = write.field.shown_as().to_owned();
        Memo::new(move |_| editor.is_locked(&shown) || !returns)
    };
    let values = {
        let (path, before, after) = (path.clone(), write.base_value, write.value);
        move || match set_change(&path, &before, &after) {
            Some(set) => view! { <span class="sm">{set.words()}</span> }.into_any(),
            None => view! {
                <div class="dl">
                    <span class="s del" aria-label=words::before_at>"−"</span>
                    <span class="del">{value_text(&path, &before)}</span>
                    <span class="s add" aria-label=words::after_at>"+"</span>
                    <span class="add">{value_text(&path, &after)}</span>
                </div>
            }
            .into_any(),
        }
    };
    let name = move || field_label(shown_field(&path));
    view! {
        <li data-testid="difference">
            {match ticks {
                Some(ticks) => {
                    let on = Memo::new(move |_| !locked.get() && field.with_value(|field| ticks.has(field)));
                    let toggle = move |event| ticks.set(field.get_value(), event_target_checked(&event));
                    view! {
                        <label class="tick">
                            <input type="checkbox" disabled=locked prop:checked=on on:change=toggle />
                            <b>{name}</b>
                        </label>
                    }
                    .into_any()
                }
                None => view! { <b class="sm">{name}</b> }.into_any(),
            }}
            {values}
            {move || match (ticks.is_some() && locked.get(), returns) {
                (true, true) => view! { <p class="msg warn"><Icon name="clash" size="s" />{words::restore_blocked}</p> }.into_any(),
                (true, false) => view! { <p class="hint"><Icon name="info" size="s" />{words::restore_required}</p> }.into_any(),
                (false, _) => ().into_any(),
            }}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use domain::{MerchantId, Value};

    use super::*;

    #[test]
    fn chosen_registers_go_back_and_all_else_stays() {
        let mut now = Profile::new(MerchantId::new("BJ-0187").unwrap());
        now.name = "新名".to_owned();
        now.hours.insert("mo".to_owned(), vec!["09:00-21:00".to_owned()]);
        now.other.insert("from_the_future".to_owned(), Value(serde_json::json!([1])));
        let write = |field: &str, then: Value, now: Value| Write {
            field: FieldPath::new(field).unwrap(),
            base_value: then,
            value: now,
        };
        let writes = [
            write("name", Value::text("旧名"), Value::text("新名")),
            write("hours.mo", Value::NULL, Value::list(["09:00-21:00"])),
            write("tags.外卖", Value::yes(), Value::NULL),
        ];
        let back = restored(&now, &writes);
        assert_eq!((back.name.as_str(), back.hours.len()), ("旧名", 0));
        assert!(back.tags.contains("外卖"));
        assert_eq!(back.other, now.other);
        assert!(!can_return(&write("name", Value::NULL, Value::text("x"))) && can_return(&writes[1]));
    }

    #[test]
    fn what_comes_to_differ_is_ticked_unless_each_is_ticked_by_hand() {
        let owner = Owner::new();
        owner.set();
        let [name, note] = ["name", "note"].map(|field| FieldPath::new(field).unwrap());
        for (from, by_itself) in [(Point::After(EditId(uuid::Uuid::nil())), true), (Point::Start, false)] {
            let ticks = Ticks::at(from);
            assert_eq!((ticks.has(&name), ticks.has(&note)), (by_itself, by_itself));
            ticks.set(name.clone(), !by_itself);
            assert_eq!((ticks.has(&name), ticks.has(&note)), (!by_itself, by_itself));
            ticks.set(name.clone(), by_itself);
            assert_eq!(ticks.has(&name), by_itself);
        }
    }

    #[test]
    fn points_have_addresses() {
        let edit = EditId(uuid::Uuid::from_u128(7));
        for at in [Point::Start, Point::After(edit), Point::Now] {
            assert_eq!(point(&key(at)), at);
        }
    }
}
