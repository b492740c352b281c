//! The backend's own word, to hold against what a window shows.

use reqwest::{Client, Method};
use serde_json::Value as Json;

use crate::world::Device;

/// A signed-in caller of the backend's API.
pub struct Api {
    http: Client,
    url: String,
    token: String,
}

impl Api {
    /// Signs in with the device's credentials.
    ///
    /// # Errors
    /// When the backend cannot be reached or refuses.
    pub async fn of(device: &Device) -> Result<Self, reqwest::Error> {
        let http = Client::builder().no_proxy().build()?;
        let (id, secret) = device.credentials();
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let body = form.map(|(key, value)| format!("{key}={value}")).join("&");
        let reply: Json = http
            .post(format!("{}{}", device.server, domain::api::path::TOKEN))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let token = reply["access_token"].as_str().unwrap_or_default().to_owned();
        Ok(Self { http, url: device.server.clone(), token })
    }

    /// Reads a resource, such as `/api/v1/alerts`.
    ///
    /// # Errors
    /// When the backend cannot be reached or refuses.
    pub async fn get(&self, path: &str) -> Result<Json, reqwest::Error> {
        let request = self.http.request(Method::GET, format!("{}{path}", self.url)).bearer_auth(&self.token);
        request.send().await?.error_for_status()?.json().await
    }
}
