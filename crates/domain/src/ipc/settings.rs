//! What a person can set, and who uses the window.

use serde::{Deserialize, Serialize};

use crate::role::{Actor, Role};

/// Where the tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretStore {
    /// In the operating system's keyring.
    Keyring,
    /// In memory only: gone when the program ends.
    Memory,
}

/// Who uses the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The last actor that signed in; known offline too.
    pub actor: Option<Actor>,
    /// Are there tokens that work?
    pub signed_in: bool,
    /// Where they are kept.
    pub secret_store: SecretStore,
}

impl Session {
    /// May this actor settle reviews?
    pub fn may_review(&self) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.role.may_review())
    }
    /// May this actor set how the device sends?
    pub fn may_administer(&self) -> bool {
        self.role() == Some(Role::Administrator)
    }
    /// The role, if somebody has signed in.
    pub fn role(&self) -> Option<Role> {
        self.actor.as_ref().map(|actor| actor.role)
    }
}

/// Language of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// Theme of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What a person can set. Kept in the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The backend's address, or several in order of preference, with commas between.
    pub server: String,
    /// Language.
    pub language: Language,
    /// Theme.
    pub theme: Theme,
    /// This computer's name, as others see it in the history.
    pub device_name: String,
    /// Where the data are; read only.
    #[serde(default)]
    pub data_folder: String,
    /// Is the address given by the command line or the environment? Then it cannot be changed here.
    #[serde(default)]
    pub server_fixed: bool,
}

/// Signs in with a password.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    /// The sign-in name.
    pub username: String,
    /// The password; never stored.
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("username", &self.username).finish_non_exhaustive()
    }
}
