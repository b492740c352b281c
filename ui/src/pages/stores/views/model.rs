//! What views there are, and what can be done with them. Pure.

use domain::FieldPath;
use domain::ipc::{Condition, SavedView, StoreFilter, StoresQuery, Test, Views};

use crate::i18n::stores;
use crate::pages::stores::asked::finds_the_same;

/// A view that the window brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought {
    /// All stores.
    All,
    /// With refused changes: somebody has to act.
    NeedsYou,
    /// With open reviews.
    Contested,
    /// Paused.
    Paused,
    /// Without a phone.
    NoPhone,
    /// Without hours.
    NoHours,
    /// Without a category.
    NoCategory,
}

impl Brought {
    /// All of them.
    pub const EVERY: [Brought; 7] = [
        Brought::All,
        Brought::NeedsYou,
        Brought::Contested,
        Brought::Paused,
        Brought::NoPhone,
        Brought::NoHours,
        Brought::NoCategory,
    ];
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Brought::All => stores::view_all(),
            Brought::NeedsYou => stores::view_needs_you(),
            Brought::Contested => stores::view_contested(),
            Brought::Paused => stores::view_paused(),
            Brought::NoPhone => stores::view_no_phone(),
            Brought::NoHours => stores::view_no_hours(),
            Brought::NoCategory => stores::view_no_category(),
        }
    }
    /// What it shows.
    pub fn query(self) -> StoresQuery {
        let when =
            |path: &str, test: Test| FieldPath::new(path).map(|field| Condition { field, test }).into_iter().collect();
        let (filter, conditions) = match self {
            Brought::All => (StoreFilter::All, Vec::new()),
            Brought::NeedsYou => (StoreFilter::Rejected, Vec::new()),
            Brought::Contested => (StoreFilter::Conflict, Vec::new()),
            Brought::Paused => (StoreFilter::All, when("status", Test::AnyOf(vec!["paused".to_owned()]))),
            Brought::NoPhone => (StoreFilter::All, when("phones", Test::NotSet)),
            Brought::NoHours => (StoreFilter::All, when("hours", Test::NotSet)),
            Brought::NoCategory => (StoreFilter::All, when("category", Test::NotSet)),
        };
        StoresQuery { filter, conditions, ..StoresQuery::default() }
    }
}

/// The name of the view that the list shows, if it is one.
pub fn name_of(views: &Views, query: &StoresQuery) -> Option<String> {
    let saved = views.views.iter().find(|view| finds_the_same(&view.query, query)).map(|view| view.name.clone());
    saved.or_else(|| {
        let brought = Brought::EVERY.into_iter().find(|brought| finds_the_same(&brought.query(), query));
        brought.map(|brought| brought.name().to_owned())
    })
}

/// Saves a list under a name; one with that name is replaced.
pub fn save(views: &mut Views, name: &str, query: &StoresQuery, columns: &[String]) {
    let view = SavedView {
        name: name.trim().to_owned(),
        query: StoresQuery { offset: 0, limit: 0, columns: Vec::new(), ..query.clone() },
        columns: columns.to_vec(),
    };
    match views.views.iter_mut().find(|known| known.name == view.name) {
        Some(known) => *known = view,
        None => views.views.push(view),
    }
}

/// Gives a view another name; says whether that name is free.
pub fn rename(views: &mut Views, place: usize, name: &str) -> bool {
    let name = name.trim();
    let taken = views.views.iter().enumerate().any(|(other, view)| other != place && view.name == name);
    let Some(view) = views.views.get_mut(place).filter(|_| !name.is_empty() && !taken) else { return false };
    if views.first.as_deref() == Some(view.name.as_str()) {
        views.first = Some(name.to_owned());
    }
    view.name = name.to_owned();
    true
}

/// Forgets a view.
pub fn remove(views: &mut Views, place: usize) {
    if place < views.views.len() {
        let gone = views.views.remove(place);
        views.first.take_if(|first| *first == gone.name);
    }
}

/// Moves a view up or down.
pub fn step(views: &mut Views, place: usize, by: isize) {
    if let Some(to) = place.checked_add_signed(by).filter(|to| *to < views.views.len() && place < views.views.len()) {
        views.views.swap(place, to);
    }
}

/// The window begins with it, or no longer does.
pub fn make_first(views: &mut Views, place: usize, on: bool) {
    views.first = views.views.get(place).filter(|_| on).map(|view| view.name.clone());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    fn named(names: &[&str]) -> Views {
        let mut views = Views::default();
        for (n, name) in names.iter().enumerate() {
            let query = StoresQuery { text: n.to_string(), ..StoresQuery::default() };
            save(&mut views, name, &query, &[]);
        }
        views
    }

    fn names(views: &Views) -> Vec<&str> {
        views.views.iter().map(|view| view.name.as_str()).collect()
    }

    #[test]
    fn views_are_saved_renamed_moved_and_removed() {
        let mut views = named(&["a", "b", "c"]);
        save(
            &mut views,
            " b ",
            &StoresQuery { text: "new".to_owned(), limit: 9, ..StoresQuery::default() },
            &["id".to_owned()],
        );
        assert_eq!((names(&views), views.views[1].query.text.as_str()), (vec!["a", "b", "c"], "new"));
        make_first(&mut views, 1, true);
        assert!(rename(&mut views, 1, "B") && !rename(&mut views, 1, "a") && !rename(&mut views, 1, " "));
        assert_eq!((names(&views), views.first.as_deref()), (vec!["a", "B", "c"], Some("B")));
        step(&mut views, 1, -1);
        step(&mut views, 0, -1);
        step(&mut views, 2, 1);
        assert_eq!(names(&views), ["B", "a", "c"]);
        remove(&mut views, 0);
        remove(&mut views, 9);
        assert_eq!((names(&views), views.first.clone(), views.check().is_ok()), (vec!["a", "c"], None, true));
        make_first(&mut views, 0, true);
        make_first(&mut views, 0, false);
        assert_eq!(views.first, None);
    }

    #[test]
    fn the_list_knows_which_view_it_is() {
        set_lang(Language::English);
        let views = named(&["mine"]);
        let mut query = views.views[0].query.clone();
        query.columns = vec![FieldPath::new("region").unwrap()];
        assert_eq!(name_of(&views, &query).as_deref(), Some("mine"));
        assert_eq!(name_of(&views, &Brought::NoPhone.query()).as_deref(), Some(Brought::NoPhone.name()));
        assert_eq!(name_of(&views, &StoresQuery { text: "x".to_owned(), ..query }), None);
        let mut known: Vec<StoresQuery> = Vec::new();
        for brought in Brought::EVERY {
            assert!(!known.contains(&brought.query()) && brought.query().check().is_ok(), "{brought:?}");
            known.push(brought.query());
        }
    }
}
