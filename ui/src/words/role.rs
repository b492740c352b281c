//! The names of roles.

use domain::Role;

use crate::i18n::everywhere;

/// What somebody is here to do, in a word.
pub fn role_label(role: Role) -> &'static str {
    match role {
        Role::Merchant => everywhere::role_merchant(),
        Role::Operations => everywhere::role_operations(),
        Role::Administrator => everywhere::role_administrator(),
    }
}
