//! Fields that an administrator declared, each with the control of its type.

use domain::schema::{ChoiceOption, CustomField, CustomKind};
use leptos::prelude::*;

use super::controls::{Choose, Framed, Line, Several, field_text};
use super::editor::Editor;
use crate::declared;
use crate::i18n::{Language, everywhere, lang};

/// All of them, in the order of the schema. One that is out of use is shown where it holds something.
#[component]
pub fn DeclaredFields(editor: Editor) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let holds = |field: &CustomField| editor.draft.with(|draft| !draft.text(field.path().as_str()).is_empty());
        let schema = declared::schema();
        let fields = schema.custom.iter().filter(|field| field.is_offered() || holds(field));
        fields.cloned().collect::<Vec<_>>()
    });
    view! {
        <div class="form">
            <For each=move || shown.get() key=|field| (field.clone().key, format!("{field:?}"), lang() == Language::Chinese) let:field>
                <DeclaredField editor=editor field=field />
            </For>
        </div>
    }
}

#[component]
fn DeclaredField(editor: Editor, field: CustomField) -> impl IntoView {
    let path = field.path().as_str().to_owned();
    let chinese = lang() == Language::Chinese;
    let hint = field.help.of(chinese).to_owned();
    let text = field_text(editor, &path).get_untracked();
    // An option that is out of use stays choosable where it is chosen.
    let offered = |options: &[ChoiceOption]| -> Vec<(String, String)> {
        let chosen = |option: &ChoiceOption| text.split(',').any(|one| one.trim() == option.value);
        let some = options.iter().filter(|option| !option.deprecated || chosen(option));
        some.map(|option| (option.value.clone(), option.label(chinese).to_owned())).collect()
    };
    let line = |mode, example| view! { <Line editor=editor path=path.clone() mode=mode example=example /> }.into_any();
    let full = matches!(field.kind, CustomKind::Several { .. });
    let control = match &field.kind {
        CustomKind::Text | CustomKind::Unknown => line("text", ""),
        CustomKind::Integer => line("numeric", ""),
        CustomKind::Decimal => line("decimal", ""),
        CustomKind::Date => line("text", "2026-10-01"),
        CustomKind::Phone => line("tel", "010-6478 2218"),
        CustomKind::Url => line("url", "https://example.com"),
        CustomKind::Email => line("email", "name@example.com"),
        CustomKind::Boolean => {
            let options = Signal::derive(|| {
                vec![
                    ("true".to_owned(), everywhere::yes().to_owned()),
                    ("false".to_owned(), everywhere::no().to_owned()),
                ]
            });
            view! { <Choose editor=editor path=path.clone() options=options /> }.into_any()
        }
        CustomKind::Choice { options } => {
            let options = Signal::stored(offered(options));
            view! { <Choose editor=editor path=path.clone() options=options /> }.into_any()
        }
        CustomKind::Several { options } => {
            view! { <Several editor=editor path=path.clone() options=offered(options) /> }.into_any()
        }
    };
    view! { <Framed editor=editor path=path full=full hint=Signal::stored(hint)>{control}</Framed> }
}
