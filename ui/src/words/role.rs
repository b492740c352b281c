//! The names of roles.

use domain::Role;

use crate::i18n::common;

/// What somebody is here to do, in a word.
pub fn role_label(role: Role) -> &'static str {
    match role {
        Role::Merchant => common::role_merchant(),
        Role::Operations => common::role_operations(),
        Role::Administrator => common::role_administrator(),
    }
}
