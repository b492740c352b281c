//! Where a phase works, from the environment.

use std::path::PathBuf;

use client::{Console, Mode, Options};
use domain::ipc::{Durability, SignIn};

use crate::Failure;

/// The password of the two people at the devices; it guards generated data for the length of a measurement.
const PASSWORD: &str = "bench-only-password";

/// Folders, addresses and the way to save.
pub struct Place {
    /// The backend's folder.
    pub server: PathBuf,
    /// The workload's files.
    pub workload: PathBuf,
    durability: Durability,
}

fn variable(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}

impl Place {
    /// Reads the variables that every phase needs.
    pub fn from_environment() -> Result<Self, Failure> {
        let durability = match std::env::var("PEER_MODE").as_deref() {
            Err(_) | Ok("full") => Durability::Full,
            Ok("normal") => Durability::Normal,
            Ok(other) => return Err(format!("PEER_MODE is full or normal, not {other}").into()),
        };
        Ok(Self {
            server: variable("PEER_SERVER_DIR")?.into(),
            workload: variable("PEER_WORKLOAD")?.into(),
            durability,
        })
    }

    /// The backend's database, as its command line takes it.
    pub fn database(&self) -> String {
        format!("sqlite:{}", self.server.join("server.db").display())
    }

    /// How an edit is made durable on the device, in words.
    pub fn policy(&self) -> &'static str {
        match self.durability {
            Durability::Full => "WAL, one transaction and one fsync an edit (synchronous=FULL)",
            Durability::Normal => "WAL, one transaction an edit, OS cache (synchronous=NORMAL)",
        }
    }

    /// The sign-in of a device's person.
    pub fn person(client: &str) -> SignIn {
        SignIn { username: format!("bench-{}", client.to_lowercase()), password: PASSWORD.to_owned() }
    }

    /// Opens this process's device; nothing is synced unless asked for.
    pub async fn console(&self) -> Result<Console, Failure> {
        let mut options = Options::new(Mode::Tool);
        options.keyring = false;
        options.server = Some(variable("PEER_URL")?);
        let console = Console::open(variable("PEER_CLIENT_DIR")?.as_ref(), options).await?;
        console.cache().set_durability(self.durability).await?;
        Ok(console)
    }

    /// The same, signed in.
    pub async fn signed_in(&self) -> Result<Console, Failure> {
        let console = self.console().await?;
        console.sign_in(&Self::person(&variable("PEER_CLIENT")?)).await?;
        Ok(console)
    }
}
