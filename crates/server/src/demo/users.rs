//! The demo's users, one for each role. Their passwords are documented: they exist in demo mode only.

use domain::{Actor, ActorId, Role, Scope};

use super::DemoError;
use crate::auth::secrets;
use crate::clock;
use crate::db::Database;
use crate::db::accounts::{Account, AccountKind};

struct DemoUser {
    id: &'static str,
    name: &'static str,
    role: Role,
    password: &'static str,
}

const USERS: [DemoUser; 3] = [
    DemoUser { id: "shop", name: "演示店员", role: Role::Merchant, password: "demo-shop" },
    DemoUser { id: "ops", name: "演示运营", role: Role::Operations, password: "demo-ops" },
    DemoUser { id: "admin", name: "演示管理员", role: Role::Administrator, password: "demo-admin" },
];

/// Adds those that are missing; answers with them and their passwords.
pub(super) async fn add_missing(db: &dyn Database) -> Result<Vec<(&'static str, &'static str)>, DemoError> {
    let mut added = Vec::new();
    for user in USERS {
        let id = ActorId::new(user.id)?;
        if db.account(&id).await?.is_some() {
            continue;
        }
        let hashed = tokio::task::spawn_blocking(move || secrets::password_hash(user.password)).await;
        let account = Account {
            kind: AccountKind::User,
            actor: Actor { id, name: user.name.to_owned(), role: user.role, scope: Scope::All },
            secret: hashed.map_err(|_| DemoError::Interrupted)??,
        };
        if db.add_account(&account, clock::now_ms()).await? {
            added.push((user.id, user.password));
        }
    }
    Ok(added)
}
