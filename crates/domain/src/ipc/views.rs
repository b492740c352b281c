//! Lists under a name, and the columns of the list: kept on the device.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::StoresQuery;
use crate::problem::{ErrorCode, Problem};

/// The most views.
pub const VIEWS_MAX: usize = 50;
/// The longest name of a view, in characters.
pub const VIEW_NAME_CHARS_MAX: usize = 60;
/// The most columns of a view.
pub const VIEW_COLUMNS_MAX: usize = 40;

/// A list under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its name; no two views share one.
    pub name: String,
    /// What it shows and in which order; its window does not matter.
    pub query: StoresQuery,
    /// Its columns; none for the usual ones.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// All views of a device, in the order in which people see them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Views {
    /// The views.
    #[serde(default)]
    pub views: Vec<SavedView>,
    /// The name of the one that the window begins with; all stores if there is none.
    #[serde(default)]
    pub first: Option<String>,
    /// The columns of the list when no view says others; none for the usual ones.
    #[serde(default)]
    pub columns: Vec<String>,
}

impl Views {
    /// Can it be kept?
    ///
    /// # Errors
    /// `bad_request`, `too_large` or `required`, with what is wrong.
    pub fn check(&self) -> Result<(), Problem> {
        let bad = |code, title: String| Err(Problem::new(code, title));
        if self.views.len() > VIEWS_MAX {
            return bad(
                ErrorCode::TooLarge,
                format!("at most {VIEWS_MAX} views: delete one first; nothing was changed"),
            );
        }
        let mut names = BTreeSet::new();
        for view in &self.views {
            let chars = view.name.trim().chars().count();
            if chars == 0 || chars > VIEW_NAME_CHARS_MAX {
                return bad(ErrorCode::Required, format!("a view has a name of 1 to {VIEW_NAME_CHARS_MAX} characters"));
            }
            if !names.insert(view.name.as_str()) {
                return bad(
                    ErrorCode::BadRequest,
                    format!("there is a view “{}” already: take another name", view.name),
                );
            }
            view.query.check()?;
        }
        let columns = self.views.iter().map(|view| view.columns.len()).chain([self.columns.len()]).max();
        if columns.unwrap_or(0) > VIEW_COLUMNS_MAX {
            return bad(ErrorCode::TooLarge, format!("at most {VIEW_COLUMNS_MAX} columns: leave some out"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_have_different_names_and_are_few() {
        let view = |name: &str| SavedView { name: name.to_owned(), ..SavedView::default() };
        let code = |views: Vec<SavedView>| Views { views, ..Views::default() }.check().map_err(|problem| problem.code);
        assert_eq!(code(vec![view("a"), view("b")]), Ok(()));
        assert_eq!(code(vec![view("a"), view("a")]), Err(ErrorCode::BadRequest));
        assert_eq!(code(vec![view(" ")]), Err(ErrorCode::Required));
        assert_eq!(code((0..=VIEWS_MAX).map(|n| view(&n.to_string())).collect()), Err(ErrorCode::TooLarge));
        let wide = Views { columns: vec![String::new(); VIEW_COLUMNS_MAX + 1], ..Views::default() };
        assert_eq!(wide.check().map_err(|problem| problem.code), Err(ErrorCode::TooLarge));
    }
}
