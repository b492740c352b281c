//! Sign-in: the grants of RFC 6749.

use domain::api::{TokenReply, path};
use domain::ipc::SignIn;
use reqwest::Method;

use super::{Failed, Remote};

/// A way to a token. It has no `Debug`: it holds secrets.
pub enum Grant<'a> {
    /// A person's name and password.
    Password(&'a SignIn),
    /// The refresh token of an earlier sign-in.
    Refresh(&'a str),
    /// A machine's id and secret.
    Client {
        /// Its id.
        id: &'a str,
        /// Its secret.
        secret: &'a str,
    },
}

impl Remote {
    /// Gets a token.
    ///
    /// # Errors
    /// `Refused` with `bad_credentials` if the server does not accept the grant; otherwise as any call.
    pub async fn token(&self, grant: Grant<'_>) -> Result<TokenReply, Failed> {
        let form: Vec<(&str, &str)> = match grant {
            Grant::Password(sign_in) => {
                vec![("grant_type", "password"), ("username", &sign_in.username), ("password", &sign_in.password)]
            }
            Grant::Refresh(token) => vec![("grant_type", "refresh_token"), ("refresh_token", token)],
            Grant::Client { id, secret } => {
                vec![("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]
            }
        };
        self.call(self.request(Method::POST, path::TOKEN, None).form(&form)).await
    }

    /// Makes a token and those of the same sign-in worthless (RFC 7009).
    ///
    /// # Errors
    /// As any call.
    pub async fn revoke(&self, token: &str) -> Result<(), Failed> {
        let request = self.request(Method::POST, path::REVOKE, None).form(&[("token", token)]);
        self.call_raw(request, "text/plain").await.map(drop)
    }
}
