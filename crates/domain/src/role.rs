//! Who may do what. The server enforces it; clients use the same answers to explain it beforehand.

use serde::{Deserialize, Serialize};

use crate::id::{ActorId, MerchantId};

/// What somebody is here to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Shop staff: reads and edits the merchants in its scope.
    Merchant,
    /// Reads and edits all merchants, settles reviews.
    Operations,
    /// All that operations may, and clients, users and audit.
    Administrator,
}

impl Role {
    /// May it settle reviews?
    pub fn may_review(self) -> bool {
        self >= Role::Operations
    }
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Merchant => "merchant",
            Role::Operations => "operations",
            Role::Administrator => "administrator",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = crate::Problem;
    fn from_str(text: &str) -> Result<Self, crate::Problem> {
        match text {
            "merchant" => Ok(Role::Merchant),
            "operations" => Ok(Role::Operations),
            "administrator" => Ok(Role::Administrator),
            _ => Err(crate::Problem::new(crate::ErrorCode::BadRequest, "role: merchant, operations or administrator")),
        }
    }
}

/// Which merchants an actor sees: all, or those whose id starts with one of the prefixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every merchant.
    All,
    /// Merchants whose id starts with one of these.
    Prefixes(Vec<String>),
}

impl Scope {
    /// Is the merchant within it?
    pub fn contains(&self, merchant: &MerchantId) -> bool {
        match self {
            Scope::All => true,
            Scope::Prefixes(prefixes) => prefixes.iter().any(|p| merchant.as_str().starts_with(p.as_str())),
        }
    }
}

/// Somebody who is signed in, as the server knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The sign-in name.
    pub id: ActorId,
    /// The name that people see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// For which merchants.
    pub scope: Scope,
}
