//! The coded tree of categories.

use std::sync::LazyLock;

use domain::{ErrorCode, forms, text};

use crate::finding::{Finding, shortened};
use crate::simplified;

/// One node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// `food.hotpot`; the part before the last dot is the node above.
    pub code: &'static str,
    /// Its Chinese name.
    pub chinese: &'static str,
    /// Its English name.
    pub english: &'static str,
    others: &'static str,
}

static TREE: LazyLock<Vec<Category>> = LazyLock::new(|| {
    let lines = include_str!("../data/categories.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut parts = line.split('|').map(str::trim);
            let (code, chinese, english) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Category { code, chinese, english, others: parts.next().unwrap_or_default() })
        })
        .collect()
});

/// All nodes, each behind the one above it.
pub fn tree() -> &'static [Category] {
    &TREE
}

/// The node with a code.
pub fn by_code(code: &str) -> Option<&'static Category> {
    TREE.iter().find(|category| category.code == code)
}

fn key(name: &str) -> String {
    text::key(name).chars().filter(|c| !c.is_whitespace()).map(simplified).collect()
}

/// The node that a code or a name in either language means; a shop (火锅店) is what it sells.
pub fn find(typed: &str) -> Option<&'static Category> {
    let wanted = key(typed);
    let named = |wanted: &str| {
        let names = |c: &Category| {
            [c.chinese, c.english].into_iter().chain(c.others.split(',')).any(|name| key(name) == wanted)
        };
        TREE.iter().find(|category| !wanted.is_empty() && names(category))
    };
    by_code(&wanted).or_else(|| named(&wanted)).or_else(|| named(wanted.strip_suffix('店')?))
}

/// Reads a code or a name. A well-formed code that the tree does not have is kept with a warning: a newer tree
/// may have it.
///
/// # Errors
/// `empty`; `unknown_code` for words that name no node.
pub fn read(typed: &str) -> Result<(String, Option<Finding>), Finding> {
    if crate::is_empty(typed) {
        return Err(Finding::new(ErrorCode::Empty, "nothing given"));
    }
    if let Some(category) = find(typed) {
        return Ok((category.code.to_owned(), None));
    }
    let unknown = || {
        let text =
            format!("“{}” is not in the category tree: write a code like food.hotpot, or its name", shortened(typed));
        Finding::new(ErrorCode::UnknownCode, text)
    };
    match forms::category_code(typed) {
        Ok(code) if code.contains('.') => Ok((code, Some(unknown()))),
        _ => Err(unknown()),
    }
}
