//! The editor's state: what is typed, what was checked, what is saved.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::ipc::{Checked, IpcError, PendingChange, SaveStore, Saved, StoreView};
use domain::{EditId, FieldPath, Profile};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::hours::Wish;
use super::model::{Draft, new_id};
use crate::components::{Toaster, use_toaster};
use crate::focus::focus_if_lost;
use crate::i18n::everywhere;
use crate::ipc;
use crate::route::{Navigator, Route, StoreTab, use_navigator};
use crate::words::cure::cure;

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
    /// The whole week as one types it, until it is filled in.
    pub week_text: RwSignal<String>,
    /// What is typed for single dates, until it is filled in.
    pub special: Wish,
    /// Was a save tried that did not come through?
    pub tried: RwSignal<bool>,
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

impl Editor {
    /// An editor of a store, or of one that is not there yet.
    pub fn new(is_new: bool) -> Self {
        Self {
            view: RwSignal::new(None),
            draft: RwSignal::new(Draft::default()),
            new_id: RwSignal::new(String::new()),
            week_text: RwSignal::new(String::new()),
            special: Wish::new(),
            tried: RwSignal::new(false),
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
        self.unsaved() > 0 || (self.is_new && self.new_id.with(|id| !id.trim().is_empty()))
    }
    /// How many things of the form are not saved, with those that were typed and not yet filled in. Tracked.
    pub fn unsaved(&self) -> usize {
        let touched = self.draft.with(|draft| draft.touched().len());
        touched + usize::from(self.week_waits()) + usize::from(self.special.waits())
    }
    /// Is a week typed that was not filled in? Tracked.
    pub fn week_waits(&self) -> bool {
        self.week_text.with(|text| !text.trim().is_empty())
    }
    /// Somebody changes what was refused: it may be good now.
    pub fn forget_refusal(&self, key: &str) {
        let is_about = |problem: &Option<IpcError>| problem.as_ref().is_some_and(|p| p.field.as_deref() == Some(key));
        if self.problem.with_untracked(is_about) {
            self.problem.set(None);
        }
    }
    /// Checks a text a moment after the last key. `key` names the input, `field` the register.
    pub fn check(&self, key: &str, field: &str, text: String) {
        let editor = *self;
        self.forget_refusal(key);
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
        // What was refused is asked anew: it may be good by now.
        editor.problem.set(None);
        editor.tried.set(true);
        if !untrack(|| editor.mistakes()).is_empty() {
            editor.next_mistake();
            return;
        }
        // Without an id there is a mistake.
        let Some(latest) = editor.latest() else { return };
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
                    editor.tried.try_set(false);
                    editor.draft.try_update(|now| now.settle(&draft));
                    editor.told(&saved);
                    then();
                    if editor.is_new {
                        editor.navigator.force(Route::Store(id, StoreTab::Profile));
                    }
                }
                Err(problem) => {
                    editor.problem.try_set(Some(problem.clone()));
                    // One about a field of the form stands there, in words of that field.
                    if editor.problem.is_disposed() || !editor.next_mistake() {
                        editor.toaster.fail(&problem);
                    }
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
                    // The button is gone with what it took back.
                    focus_if_lost("[data-testid=save]");
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
