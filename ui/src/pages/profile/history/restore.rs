//! One value of the past: what it would change now, and the way back to it.

use domain::{FieldPath, Profile, Value};
use leptos::prelude::*;

use super::Side;
use crate::components::Button;
use crate::i18n::{everywhere, profile as words};
use crate::pages::profile::editor::Editor;
use crate::words::change::{set_change, shown_field};
use crate::words::field::field_label;
use crate::words::value::value_text;

/// A value of the history that somebody wants back.
#[derive(Clone, Debug, PartialEq)]
pub struct Restore {
    /// Which register.
    pub field: FieldPath,
    /// The value.
    pub value: Value,
}

/// The same store with one register as it was.
fn with_register(profile: &Profile, restore: &Restore) -> Profile {
    let mut registers = profile.to_registers();
    if restore.value.is_null() {
        registers.remove(&restore.field);
    } else {
        registers.insert(restore.field.clone(), restore.value.clone());
    }
    Profile::from_registers(profile.merchant_id.clone(), &registers)
}

fn register(profile: &Profile, field: &FieldPath) -> Value {
    profile.to_registers().remove(field).unwrap_or_default()
}

/// The side panel.
#[component]
pub fn Preview(editor: Editor, restore: Restore, side: RwSignal<Side>) -> impl IntoView {
    let restored = StoredValue::new(restore);
    let body = move || {
        let restored = restored.get_value();
        let Some(view) = editor.view.get() else { return ().into_any() };
        let now = register(&view.profile, &restored.field);
        let edited = with_register(&view.profile, &restored);
        let same = now == restored.value;
        let path = restored.field.as_str().to_owned();
        let set = set_change(&path, &now, &restored.value);
        let (label, before, after) =
            (field_label(shown_field(&path)), value_text(&path, &now), value_text(&path, &restored.value));
        let act = move |_| {
            let done = move || {
                side.try_set(Side::Nothing);
            };
            editor.restore(edited.clone(), done);
        };
        view! {
            <p class="sm muted">{words::restore_text}</p>
            {match set {
                Some(set) => view! { <p class="sm"><b>{label}</b> " " {set.words()}</p> }.into_any(),
                None => view! {
                    <div class="dl">
                        <span class="s del" aria-label=words::now>"−"</span>
                        <span class="del">{label.clone()} " " {before}</span>
                        <span class="s add" aria-label=words::then>"+"</span>
                        <span class="add">{label} " " {after}</span>
                    </div>
                }
                .into_any(),
            }}
            {same.then(|| view! { <p class="msg">{words::restore_same}</p> })}
            <div class="row">
                <Button kind="primary" testid="restore-do" disabled=same on_press=act>{words::restore_do}</Button>
                <Button kind="quiet" on_press=move |_| side.set(Side::Nothing)>{everywhere::cancel}</Button>
            </div>
        }
        .into_any()
    };
    view! {
        <aside class="col g6" aria-label=words::restore_title>
            <h3>{words::restore_title}</h3>
            {body}
        </aside>
    }
}
