//! What one must know before choosing: values that moved, decisions that were refused, who decides.

use domain::field::FieldPath;
use domain::review::ReviewKind;
use leptos::prelude::*;

use super::desk::{Notice, use_desk};
use super::model::Moved;
use crate::clock::{local, use_now};
use crate::components::{Banner, Button, Tone};
use crate::i18n::{conflicts, listed};
use crate::session::use_shared;
use crate::words::field::field_label;
use crate::words::{joined, time};

fn named(fields: &[FieldPath]) -> String {
    listed(&fields.iter().map(|field| field_label(field.as_str())).collect::<Vec<_>>())
}

fn moved_text(moved: &Moved) -> String {
    let mut parts = Vec::new();
    for (fields, sentence) in [
        (&moved.chosen_again, conflicts::moved_again as fn(String) -> String),
        (&moved.changed, conflicts::moved_changed as fn(String) -> String),
        (&moved.added, conflicts::moved_added as fn(String) -> String),
        (&moved.settled, conflicts::moved_settled as fn(String) -> String),
    ] {
        if !fields.is_empty() {
            parts.push(sentence(named(fields)));
        }
    }
    parts.push(conflicts::moved_kept().to_owned());
    joined(parts)
}

/// Everything that applies to the open store, and what became of those that are gone.
#[component]
pub fn Notices() -> impl IntoView {
    let desk = use_desk();
    let shared = use_shared();
    let now = use_now();
    let settled = Memo::new(move |_| {
        desk.notices.with(|notices| {
            notices
                .iter()
                .filter_map(|(id, notice)| match notice {
                    Notice::Settled { store, lost } => Some((id.clone(), store.clone(), *lost)),
                    Notice::Moved(_) => None,
                })
                .collect::<Vec<_>>()
        })
    });
    let moved = Memo::new(move |_| {
        let id = desk.open.get()?;
        desk.notices.with(|notices| match notices.get(&id) {
            Some(Notice::Moved(moved)) => Some((id, moved.clone())),
            _ => None,
        })
    });
    let refused = Memo::new(move |_| desk.refused_here());
    let deleted = Memo::new(move |_| {
        desk.bench.with(|bench| {
            bench
                .as_ref()
                .is_some_and(|bench| bench.items().iter().any(|item| item.kind == ReviewKind::DeletedAndChanged))
        })
    });
    let read_only = move || shared.status().is_some() && !desk.may_review.get();
    let signed_out = move || shared.status().is_some_and(|status| status.session.actor.is_none());
    view! {
        <div class="notices" aria-live="polite">
            {move || settled.get().into_iter().map(|(id, store, lost)| {
                let id = StoredValue::new(id);
                view! {
                    <Banner tone=Tone::Clash acts=move || view! {
                        <Button kind="sm" on_press=move |_| id.with_value(|id| desk.dismiss(id))>{conflicts::moved_ok}</Button>
                    }>
                        <b>{store}</b>
                        <b>{conflicts::settled_title}</b>
                        {move || conflicts::settled_body(lost)}
                    </Banner>
                }
            }).collect_view()}
            {move || moved.get().map(|(id, moved)| {
                let id = StoredValue::new(id);
                view! {
                    <div data-testid="conflict-moved">
                        <Banner tone=Tone::Clash acts=move || view! {
                            <Button kind="sm" testid="conflict-moved-ok" on_press=move |_| id.with_value(|id| desk.dismiss(id))>
                                {conflicts::moved_ok}
                            </Button>
                        }>
                            <b>{conflicts::moved_title}</b>
                            {move || moved_text(&moved)}
                        </Banner>
                    </div>
                }
            })}
            {move || refused.get().map(|refused| {
                let at = refused.at;
                let fields: Vec<String> = refused.fields.clone();
                let refused = StoredValue::new(refused);
                view! {
                    <div data-testid="conflict-refused">
                        <Banner tone=Tone::Bad acts=move || view! {
                            <Button kind="sm" on_press=move |_| desk.drop_refused(refused.get_value())>{conflicts::refused_drop}</Button>
                        }>
                            <b>{move || conflicts::refused_title(time::moment(local(at), local(now.get())))}</b>
                            {move || conflicts::refused_body(listed(&fields.iter().map(|field| field_label(field)).collect::<Vec<_>>()))}
                        </Banner>
                    </div>
                }
            })}
            {move || deleted.get().then(|| view! {
                <Banner tone=Tone::Clash icon="trash">{conflicts::deleted_note}</Banner>
            })}
            {move || read_only().then(|| view! {
                <div data-testid="conflict-readonly">
                    <Banner tone=Tone::Hold>
                        <b>{conflicts::readonly_title}</b>
                        {move || if signed_out() { conflicts::signed_out_body() } else { conflicts::readonly_body() }}
                    </Banner>
                </div>
            })}
        </div>
    }
}
