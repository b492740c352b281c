//! The editor's state: what is typed, what was checked, what is saved.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::ipc::{Checked, IpcError, PendingChange, SaveStore, Saved, StoreView};
use domain::{EditId, ErrorCode, FieldPath, Profile};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::model::{Draft, doubles, new_id};
use crate::components::{Toaster, use_toaster};
use crate::declared;
use crate::i18n::{everywhere, profile as words};
use crate::ipc;
use crate::route::{Navigator, Route, StoreTab, use_navigator};
use crate::words::cure::cure;
use crate::words::problem::sentence;

/// Between the last key and the check.
const TYPING: Duration = Duration::from_millis(250);

/// What a check found about a text.
#[derive(Clone, PartialEq)]
struct Check {
    text: String,
    found: Checked,
}

/// The editor of one store.
#[derive(Clone, Copy)]
pub struct Editor {
    /// The store; nothing while it is new.
    pub view: RwSignal<Option<Arc<StoreView>>>,
    /// What stands in the form.
    pub draft: RwSignal<Draft>,
    /// The id of a new store, as typed.
    pub new_id: RwSignal<String>,
    /// Is a save under way?
    pub saving: RwSignal<bool>,
    /// What was saved last: when, and what to undo.
    pub saved: RwSignal<Option<(DateTime<Utc>, EditId)>>,
    /// Why the last save failed.
    pub problem: RwSignal<Option<IpcError>>,
    is_new: bool,
    version: RwSignal<Option<String>>,
    checks: RwSignal<BTreeMap<String, Check>>,
    keystrokes: StoredValue<BTreeMap<String, u64>>,
    navigator: Navigator,
    toaster: Toaster,
}

/// Something to correct: where, and in which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Id of the input.
    pub key: String,
    /// Which field, in words.
    pub field: String,
    /// What to do.
    pub text: String,
}

impl Editor {
    /// An editor of a store, or of one that is not there yet.
    pub fn new(is_new: bool) -> Self {
        Self {
            view: RwSignal::new(None),
            draft: RwSignal::new(Draft::default()),
            new_id: RwSignal::new(String::new()),
            saving: RwSignal::new(false),
            saved: RwSignal::new(None),
            problem: RwSignal::new(None),
            is_new,
            version: RwSignal::new(None),
            checks: RwSignal::new(BTreeMap::new()),
            keystrokes: StoredValue::new(BTreeMap::new()),
            navigator: use_navigator(),
            toaster: use_toaster(),
        }
    }
    /// Is the store not there yet?
    pub fn is_new(&self) -> bool {
        self.is_new
    }
    /// The store arrived, again or for the first time.
    pub fn refresh(&self, view: Arc<StoreView>) {
        let first = self.view.with_untracked(Option::is_none);
        self.draft
            .update(|draft| if first { *draft = Draft::new(&view.profile) } else { draft.refresh(&view.profile) });
        // As long as somebody's change of a touched field was not looked at, a save counts as made without it.
        if first || self.draft.with_untracked(|draft| draft.moved().is_empty()) {
            self.version.set(Some(view.version.clone()));
        }
        self.view.set(Some(view));
    }
    /// Takes somebody's value in place of the typed one.
    pub fn take(&self, path: &str) {
        self.draft.update(|draft| draft.take(path));
        if self.draft.with_untracked(|draft| draft.moved().is_empty()) {
            self.version.set(self.view.with_untracked(|view| view.as_ref().map(|view| view.version.clone())));
        }
    }
    /// Is there text that is not saved? Tracked.
    pub fn is_dirty(&self) -> bool {
        self.draft.with(|draft| !draft.touched().is_empty())
            || (self.is_new && self.new_id.with(|id| !id.trim().is_empty()))
    }
    /// Checks a text a moment after the last key. `key` names the input, `field` the register.
    pub fn check(&self, key: &str, field: &str, text: String) {
        let editor = *self;
        let (key, field) = (key.to_owned(), field.to_owned());
        let mut stroke = 0;
        self.keystrokes.update_value(|strokes| {
            let count = strokes.entry(key.clone()).or_default();
            *count += 1;
            stroke = *count;
        });
        set_timeout(
            move || {
                let newest = move |key: &str| {
                    editor.keystrokes.try_with_value(|strokes| strokes.get(key).copied()) == Some(Some(stroke))
                };
                if !newest(&key) {
                    return;
                }
                spawn_local(async move {
                    // A check that fails says nothing: the save says it.
                    if let Ok(found) = ipc::check_field(&field, &text).await
                        && newest(&key)
                    {
                        editor.checks.try_update(|checks| checks.insert(key, Check { text, found }));
                    }
                });
            },
            TYPING,
        );
    }
    /// What the check of an input found, if it still stands there. Tracked.
    pub fn checked(&self, key: &str, text: &str) -> Option<Checked> {
        self.checks.with(|checks| checks.get(key).filter(|check| check.text == text).map(|check| check.found.clone()))
    }
    /// The sentence of an input's first error, and whether it is only a warning. Tracked.
    pub fn message(&self, key: &str, text: &str) -> Option<(bool, &'static str)> {
        let refused = self.problem.with(|problem| {
            problem
                .as_ref()
                .filter(|problem| problem.field.as_deref() == Some(key))
                .map(|problem| cure(key, problem.code))
        });
        if let Some(sentence) = refused {
            return Some((true, sentence));
        }
        let found = self.checked(key, text)?;
        let error = found.errors.first().map(|finding| (true, cure(key, finding.code)));
        error.or_else(|| found.warnings.first().map(|finding| (false, cure(key, finding.code))))
    }
    /// Everything to correct, in the order of the form. Tracked.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let draft = self.draft.get();
        let label = |path: &str| crate::words::field::field_label(path);
        let mut mistakes = Vec::new();
        let mut add = |key: String, field: String, text: &str| {
            if !mistakes.iter().any(|known: &Mistake| known.key == key) {
                mistakes.push(Mistake { key, field, text: text.to_owned() });
            }
        };
        if self.is_new && self.new_id.with(|id| !id.trim().is_empty() && new_id(id).is_none()) {
            add("merchant_id".to_owned(), label("merchant_id"), sentence(ErrorCode::BadId));
        }
        for path in super::model::TEXTS
            .iter()
            .map(|path| (*path).to_owned())
            .chain((0..7).map(|n| FieldPath::hours(n).as_str().to_owned()))
            .chain(declared::schema().custom.iter().map(|field| field.path().as_str().to_owned()))
        {
            if let Some((true, text)) = self.message(&path, &draft.text(&path)) {
                add(path.clone(), label(&path), text);
            }
        }
        for (n, number) in draft.phones.value.iter().enumerate() {
            let key = format!("phones.{n}");
            if let Some((true, text)) = self.message(&key, number).filter(|_| !number.trim().is_empty()) {
                add(key, label("phones"), text);
            }
        }
        for n in doubles(&draft.custom.value) {
            add(format!("custom.{n}.key"), words::custom().to_owned(), words::custom_double());
        }
        for (n, (key, text)) in draft.custom.value.iter().enumerate() {
            let bad = FieldPath::new(format!("custom.{}", key.trim())).is_err();
            if bad && !(key.trim().is_empty() && text.trim().is_empty()) {
                add(format!("custom.{n}.key"), words::custom().to_owned(), words::custom_bad_key());
            }
        }
        mistakes
    }
    /// Moves the focus to the next mistake after the one that has it.
    pub fn next_mistake(&self) -> bool {
        let mistakes = untrack(|| self.mistakes());
        let active = document().active_element().map(|element| element.id()).unwrap_or_default();
        let now = mistakes.iter().position(|mistake| input_id(&mistake.key) == active);
        let next = now.map_or(0, |now| (now + 1) % mistakes.len());
        mistakes.get(next).is_some_and(|mistake| focus(&mistake.key))
    }
    /// Own changes of a field that are not through, newest first. Tracked.
    pub fn pending(&self, shown: &str) -> Option<PendingChange> {
        self.view.with(|view| {
            view.as_ref()?.pending.iter().find(|pending| pending.change.field == shown && !is_settled(pending)).cloned()
        })
    }
    /// Are people choosing this field's value, and may this person not write it? Tracked.
    pub fn is_locked(&self, shown: &str) -> bool {
        self.view.with(|view| {
            view.as_ref().is_some_and(|view| {
                view.contested
                    .iter()
                    .any(|field| FieldPath::new(field.as_str()).is_ok_and(|field| field.shown_as() == shown))
            })
        })
    }
    /// Is it in conflict, for whoever may write it all the same? Tracked.
    pub fn is_contested(&self, shown: &str) -> bool {
        self.view.with(|view| {
            let review = view.as_ref().and_then(|view| view.review.as_ref());
            review.is_some_and(|review| review.items.iter().any(|item| item.field.shown_as() == shown))
        })
    }

    fn latest(&self) -> Option<Profile> {
        if self.is_new {
            return new_id(&self.new_id.get_untracked()).map(Profile::new);
        }
        self.view.with_untracked(|view| view.as_ref().map(|view| view.profile.clone()))
    }
    /// What was typed as telephone numbers, as it was read, by the text.
    fn numbers(&self) -> BTreeMap<String, Vec<String>> {
        self.checks.with_untracked(|checks| {
            let read = |(key, check): (&String, &Check)| {
                let numbers =
                    check.found.normalised.as_list().filter(|_| check.found.ok && key.starts_with("phones."))?;
                Some((check.text.trim().to_owned(), numbers.into_iter().map(str::to_owned).collect()))
            };
            checks.iter().filter_map(read).collect()
        })
    }
    /// Hours that people typed in words, as they were read, by the text.
    fn readings(&self) -> BTreeMap<String, Vec<String>> {
        self.checks.with_untracked(|checks| {
            let read = |(key, check): (&String, &Check)| {
                super::hours::DAYS.contains(&key.as_str()).then_some(())?;
                let spans = super::hours::day_of(&check.found.normalised.0).filter(|_| check.found.ok)?;
                Some((check.text.trim().to_owned(), spans.iter().map(ToString::to_string).collect()))
            };
            checks.iter().filter_map(read).collect()
        })
    }
    /// The store as the form would make it; nothing without an id. Tracked.
    pub fn edited(&self) -> Option<Profile> {
        self.view.track();
        self.checks.track();
        let latest = if self.is_new { Some(Profile::new(new_id("new")?)) } else { untrack(|| self.latest()) }?;
        let draft = self.draft.get();
        Some(draft.profiles(&latest, &self.numbers(), &self.readings()).1)
    }
    /// Saves what was touched; `then` runs after it is durable.
    pub fn save(&self, then: impl FnOnce() + 'static) {
        let editor = *self;
        if editor.saving.get_untracked() {
            return;
        }
        if !untrack(|| editor.mistakes()).is_empty() {
            editor.next_mistake();
            return;
        }
        let Some(latest) = editor.latest() else {
            editor.toaster.say(words::no_id());
            focus("merchant_id");
            return;
        };
        let draft = editor.draft.get_untracked();
        let (original, edited) = draft.profiles(&latest, &editor.numbers(), &editor.readings());
        let id = edited.merchant_id.clone();
        let save = SaveStore {
            original: (!editor.is_new).then_some(original),
            edited,
            version: editor.version.get_untracked(),
        };
        editor.saving.set(true);
        spawn_local(async move {
            let reply = ipc::save_store(&save).await;
            // The editor may be gone: then only the notice is left to say it.
            editor.saving.try_set(false);
            match reply {
                Ok(saved) => {
                    editor.problem.try_set(None);
                    editor.draft.try_update(|now| now.settle(&draft));
                    editor.told(&saved);
                    then();
                    if editor.is_new {
                        editor.navigator.force(Route::Store(id, StoreTab::Profile));
                    }
                }
                Err(problem) => {
                    editor.toaster.fail(&problem);
                    editor.problem.try_set(Some(problem));
                    editor.next_mistake();
                }
            }
        });
    }
    fn told(&self, saved: &Saved) {
        match saved.edit_id {
            Some(edit) => {
                self.saved.try_set(Some((saved.saved_at, edit)));
                self.toaster.say_with_undo(everywhere::saved_queued(), edit);
            }
            None => self.toaster.say(everywhere::nothing_changed()),
        }
    }
    /// Takes the last save back.
    pub fn undo(&self) {
        let editor = *self;
        let Some((_, edit)) = editor.saved.get_untracked() else { return };
        spawn_local(async move {
            match ipc::undo(edit).await {
                Ok(_) => {
                    editor.saved.try_set(None);
                    editor.toaster.say(everywhere::undone());
                }
                Err(problem) => editor.toaster.fail(&problem),
            }
        });
    }
    /// Saves a profile that differs in one register from what it is now: a value of the history.
    pub fn restore(&self, edited: Profile, then: impl FnOnce() + 'static) {
        let editor = *self;
        let Some(view) = editor.view.get_untracked() else { return };
        let save = SaveStore { original: Some(view.profile.clone()), edited, version: Some(view.version.clone()) };
        spawn_local(async move {
            match ipc::save_store(&save).await {
                Ok(saved) => {
                    editor.told(&saved);
                    then();
                }
                Err(problem) => editor.toaster.fail(&problem),
            }
        });
    }
}

fn is_settled(pending: &PendingChange) -> bool {
    use domain::EditState::*;
    matches!(pending.state, Applied | Merged | Accepted | Declined | Cancelled)
}

/// The DOM id of an input.
pub fn input_id(key: &str) -> String {
    format!("f-{}", key.replace('.', "-"))
}

/// Moves the focus to an input.
pub fn focus(key: &str) -> bool {
    let found = document()
        .get_element_by_id(&input_id(key))
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    found.is_some_and(|element| element.focus().is_ok())
}
