//! The store beside the list: what waits, and what it is.

use domain::ipc::{PendingChange, StoreView, Topic};
use domain::opening::OpeningHours;
use domain::{EditState, MerchantId, Profile, Value};
use leptos::prelude::*;

use crate::clock::{in_zone, local, use_now};
use crate::components::{Button, Diff, Icon, Problem, SidePanel, Skeleton};
use crate::declared;
use crate::i18n::stores;
use crate::ipc;
use crate::query::use_query;
use crate::route::{Route, StoreTab, use_navigator};
use crate::words::field::{field_label, status_label};
use crate::words::time;
use crate::words::value::{hours_of_texts, value_text};

/// Changes that are shown; the outbox has all.
const CHANGES_MAX: usize = 12;
/// Special dates that are shown.
const DATES_MAX: usize = 3;

/// The panel.
#[component]
pub fn StorePanel(
    /// Which store.
    id: MerchantId,
    /// Somebody closed it.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let navigator = use_navigator();
    let id = StoredValue::new(id);
    let store = use_query(&[Topic::Stores, Topic::Outbox, Topic::Reviews], move || id.get_value(), ipc::store);
    let title = Signal::derive(move || store.get().map(|store| store.row.name.clone()).unwrap_or_default());
    let subtitle = Signal::derive(move || {
        let Some(store) = store.get() else { return id.get_value().to_string() };
        let row = &store.row;
        [row.id.to_string(), row.category.clone(), status_label(&row.status)]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    });
    let body = move || match (store.get(), store.problem.get()) {
        (Some(store), _) => view! {
            <Changes store=store.clone() />
            <Facts profile=store.profile.clone() hours=store.row.hours.clone() />
        }
        .into_any(),
        (None, Some(problem)) => {
            view! { <div class="sect msg bad"><Icon name="bad" size="s" /><Problem problem=problem /></div> }.into_any()
        }
        (None, None) => view! { <Skeleton /> }.into_any(),
    };
    let footer = move || {
        view! {
            <Button
                kind="primary grow"
                icon="draft"
                keys="E"
                testid="store-edit"
                on_press=move |_| navigator.go(Route::Store(id.get_value(), StoreTab::Profile))
            >
                {stores::edit}
            </Button>
            <Button
                icon="clock"
                testid="store-history"
                on_press=move |_| navigator.go(Route::Store(id.get_value(), StoreTab::History))
            >
                {stores::history}
            </Button>
        }
    };
    view! {
        <SidePanel label=Signal::derive(|| stores::details().to_owned()) title=title subtitle=subtitle on_close=on_close footer=footer>
            {body}
        </SidePanel>
    }
}

/// One group of own changes: waiting, refused, with people.
#[component]
fn Group(
    changes: Vec<PendingChange>,
    class: &'static str,
    icon: &'static str,
    heading: fn(u64) -> String,
) -> impl IntoView {
    let now = use_now();
    let count = changes.len() as u64;
    let more = count.saturating_sub(CHANGES_MAX as u64);
    let lines = changes
        .into_iter()
        .take(CHANGES_MAX)
        .map(|pending| {
            let (field, who, at) = (pending.change.field.clone(), pending.actor_name.clone(), pending.at);
            let line = move || {
                let (at, now) = (local(at), local(now.get()));
                let when = if at.date() == now.date() { time::hm(at) } else { time::moment(at, now) };
                if who.is_empty() {
                    stores::line_anonymous(field_label(&field), when)
                } else {
                    stores::line(field_label(&field), &who, when)
                }
            };
            view! {
                <li class="col g2">
                    <span class="xs faint">{line}</span>
                    <Diff change=pending.change />
                </li>
            }
        })
        .collect_view();
    (count > 0).then(|| {
        view! {
            <section class="sect" data-testid="panel-changes">
                <h3 class=format!("fg-{class}")>
                    <Icon name=icon />
                    {move || heading(count)}
                    {(class == "wait").then(|| view! { <span class="end xs faint">{stores::saved_here}</span> })}
                </h3>
                <ul class="col g6">{lines}</ul>
                {(more > 0).then(|| view! { <a class="xs" href=Route::Outbox.href()>{move || stores::more_changes(more)}</a> })}
            </section>
        }
    })
}

#[component]
fn Changes(store: std::sync::Arc<StoreView>) -> impl IntoView {
    let of = |wanted: fn(EditState) -> bool| -> Vec<PendingChange> {
        store.pending.iter().filter(|pending| wanted(pending.state)).cloned().collect()
    };
    let refused = of(|state| state == EditState::Rejected);
    let waiting = of(|state| matches!(state, EditState::Queued | EditState::Sending));
    let with_people = of(|state| state == EditState::InReview);
    let contested = store.review.as_ref().map_or(0, |review| review.items.len() as u64);
    view! {
        <Group changes=refused class="bad" icon="bad" heading=stores::changes_rejected />
        {(contested > 0)
            .then(|| {
                view! {
                    <section class="sect">
                        <h3 class="fg-clash">
                            <Icon name="clash" />
                            {move || stores::contested(contested)}
                            <a class="end xs" href=Route::Conflicts.href()>{stores::to_conflicts}</a>
                        </h3>
                    </section>
                }
            })}
        <Group changes=waiting class="wait" icon="wait" heading=stores::changes_waiting />
        <Group changes=with_people class="hold" icon="hold" heading=stores::changes_review />
    }
}

/// `12 月 31 日 10:00–次日 02:00`, from today on.
fn special_dates(hours: &OpeningHours, now: chrono::NaiveDateTime) -> Vec<String> {
    hours
        .special
        .iter()
        .filter_map(|(date, spans)| Some((date.parse::<chrono::NaiveDate>().ok()?, spans)))
        .filter(|(date, _)| *date >= now.date())
        .take(DATES_MAX)
        .map(|(date, spans)| format!("{} {}", time::day(date, now), hours_of_texts(Some(spans))))
        .collect()
}

#[component]
fn Facts(profile: Profile, hours: OpeningHours) -> impl IntoView {
    let now = use_now();
    let profile = StoredValue::new(profile);
    // Sensitive fields are shown to those who ask for them.
    let asked = RwSignal::new(false);
    let text = |profile: &Profile, path: &str| {
        profile.other.get(path).map(|value| value_text(path, value)).unwrap_or_default()
    };
    let facts = move || {
        // The store's own date: who looks on may live elsewhere.
        let now = in_zone(now.get(), &hours.time_zone);
        let today = hours.on(now.date()).map(<[String]>::to_vec);
        profile.with_value(|profile| {
            let phones = Value::list(profile.phones.iter().map(String::as_str));
            let tags = Value::list(profile.tags.iter().map(String::as_str));
            let mut facts = vec![
                (field_label("branch"), text(profile, "branch")),
                (field_label("address"), profile.address.clone()),
                (field_label("region"), text(profile, "region")),
                (
                    field_label("phones"),
                    if profile.phones.is_empty() { String::new() } else { value_text("phones", &phones) },
                ),
                (stores::today().to_owned(), today.map(|spans| hours_of_texts(Some(&spans))).unwrap_or_default()),
                (stores::special().to_owned(), special_dates(&hours, now).join("\n")),
                (field_label("tags"), if profile.tags.is_empty() { String::new() } else { value_text("tags", &tags) }),
            ];
            facts.push((field_label("note"), text(profile, "note")));
            facts.retain(|(_, text)| !text.is_empty());
            let schema = declared::schema();
            let custom = profile.custom.iter().map(|(key, value)| {
                let (path, sensitive) =
                    (format!("custom.{key}"), schema.custom(key).is_some_and(|field| field.sensitive));
                view! { <Fact label=field_label(&path) text=value_text(&path, value) hides=sensitive asked=asked /> }
            });
            let custom = custom.collect_view();
            let facts =
                facts.into_iter().map(|(label, text)| view! { <Fact label=label text=text hides=false asked=asked /> });
            (facts.collect_view(), custom)
        })
    };
    view! {
        <section class="sect">
            <h3>{stores::facts}</h3>
            <dl class="facts" data-testid="panel-facts">{facts}</dl>
        </section>
    }
}

/// A label and what it says; a sensitive one says it when somebody asks.
#[component]
fn Fact(label: String, text: String, hides: bool, asked: RwSignal<bool>) -> impl IntoView {
    let hidden = move || hides && !asked.get();
    let name = StoredValue::new(label.clone());
    view! {
        <dt>{label}</dt>
        <dd class="pre">
            {move || if hidden() {
                view! {
                    <Button kind="quiet sm" testid="panel-reveal" on_press=move |_| asked.set(true)>
                        {stores::sensitive_show}
                        <span class="vh">{move || name.get_value()}</span>
                    </Button>
                }
                .into_any()
            } else {
                text.clone().into_any()
            }}
        </dd>
    }
}
