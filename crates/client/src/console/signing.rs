//! Signing in and out.

use domain::ipc::{Session, SignIn, Topic};
use sync_engine::device::Input;

use super::Console;
use crate::error::Result;

impl Console {
    /// Signs a person in. Edits of others stay until these sign in again.
    ///
    /// # Errors
    /// `bad_credentials`, `unreachable`, `busy`.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<Session> {
        let backend = self.backend().await;
        backend.session.sign_in(sign_in).await?;
        backend.tell(Input::SignedIn).await;
        self.announcer.announce(&[Topic::Session, Topic::Status, Topic::Insights]);
        backend.session.view().await
    }

    /// Forgets the tokens. Edits are kept and wait.
    ///
    /// # Errors
    /// None at present; the type leaves room.
    pub async fn sign_out(&self) -> Result<()> {
        let backend = self.backend().await;
        backend.session.sign_out().await;
        backend.tell(Input::SignedOut).await;
        self.announcer.announce(&[Topic::Session, Topic::Status]);
        Ok(())
    }
}
