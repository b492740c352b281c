//! A server with a few accounts, and hands to use it with.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::api::{ChangesPage, PushReply, PushRequest, TokenReply, path};
use domain::edit::{Edit, Outcome, Source, Write};
use domain::{DeviceId, Dot, EditId, FieldPath, Hlc, Role, TraceId, Value, VersionVector};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value as Json;
use server::accounts::{NewAccount, add_client, add_user};
use server::{Config, DemoConfig, Running};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

pub struct World {
    pub dir: TempDir,
    pub server: Option<Running>,
    pub url: String,
    pub http: Client,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Session {
    pub url: String,
    pub http: Client,
    pub token: String,
}

impl World {
    pub async fn new() -> Self {
        Self::with(None).await
    }

    pub async fn with(demo: Option<DemoConfig>) -> Self {
        let mut world = Self {
            dir: tempfile::tempdir().unwrap(),
            server: None,
            url: String::new(),
            http: Client::builder().no_zstd().build().unwrap(),
        };
        world.start(demo).await;
        world
    }

    pub fn database(&self) -> String {
        format!("sqlite:{}", self.dir.path().join("server.db").display())
    }

    /// Changes the file behind the server's back.
    pub async fn sql(&self, text: &'static str) {
        let file = SqliteConnectOptions::new().filename(self.dir.path().join("server.db"));
        let mut raw = file.connect().await.unwrap();
        sqlx::query(text).execute(&mut raw).await.unwrap();
    }

    pub async fn start(&mut self, demo: Option<DemoConfig>) {
        let config =
            Config { listen: "127.0.0.1:0".parse().unwrap(), database: self.database(), demo, tombstone_days: 90 };
        let running = server::start(config).await.unwrap();
        self.url = running.url.clone();
        self.server = Some(running);
    }

    pub async fn stop(&mut self) {
        self.server.take().unwrap().shutdown().await;
    }

    /// Adds a program and signs it in.
    pub async fn client(&self, id: &str, role: Role, merchants: &[&str]) -> Session {
        let new = account(id, role, merchants);
        let secret = add_client(&self.database(), new).await.unwrap();
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", &secret)];
        let reply: TokenReply = self.sign_in(&form).await.json().await.unwrap();
        assert_eq!(reply.refresh_token, None);
        self.session(&reply.access_token)
    }

    pub async fn user(&self, id: &str, role: Role, password: &str) {
        add_user(&self.database(), account(id, role, &[]), password).await.unwrap();
    }

    pub async fn sign_in(&self, form: &[(&str, &str)]) -> Response {
        // RFC 6749 forms; the values used here need no more than this escaping.
        let body: Vec<String> =
            form.iter().map(|(k, v)| format!("{k}={}", v.replace('%', "%25").replace(' ', "+"))).collect();
        self.http
            .post(format!("{}{}", self.url, path::TOKEN))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.join("&"))
            .send()
            .await
            .unwrap()
    }

    pub fn session(&self, token: &str) -> Session {
        Session { url: self.url.clone(), http: self.http.clone(), token: token.to_owned() }
    }

    pub async fn get_open(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }
}

fn account(id: &str, role: Role, merchants: &[&str]) -> NewAccount {
    NewAccount { id: id.into(), role, name: None, merchants: merchants.iter().map(|m| (*m).to_owned()).collect() }
}

impl Session {
    pub async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Json {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        self.http
            .post(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    pub async fn push(&self, edits: &[Edit]) -> Vec<Outcome> {
        let response = self.post(path::EDITS, body(edits)).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json::<PushReply>().await.unwrap().outcomes
    }

    pub async fn changes(&self, cursor: u64, limit: usize) -> ChangesPage {
        let page = self.get(&format!("{}?cursor={cursor}&limit={limit}", path::CHANGES)).await;
        assert_eq!(page.status(), StatusCode::OK);
        page.json().await.unwrap()
    }
}

pub fn body(edits: &[Edit]) -> Vec<u8> {
    serde_json::to_vec(&PushRequest { device_id: DeviceId(1), edits: edits.to_vec() }).unwrap()
}

/// Ids that differ within one run of the tests.
fn next() -> u128 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    u128::from(NEXT.fetch_add(1, Ordering::Relaxed))
}

pub const BASE_MS: u64 = 1_795_000_000_000;

/// An edit of one device; `base` as the editor saw it.
pub fn edit(merchant: &str, device: u64, counter: u64, base: &[(u64, u64)], writes: &[(&str, Value)]) -> Edit {
    let base: VersionVector =
        base.iter().map(|(device, counter)| Dot { device: DeviceId(*device), counter: *counter }).collect();
    Edit {
        // A UUIDv7 whose last 62 bits count: no two edits share an id.
        edit_id: EditId(uuid::Uuid::from_u128(0x01a1_ed1e_0000_7000_8000_0000_0000_0000 | next())),
        merchant_id: merchant.parse().unwrap(),
        dot: Dot { device: DeviceId(device), counter },
        base,
        hlc: Hlc::at_ms(BASE_MS + counter),
        actor: None,
        source: Source::Manual,
        writes: writes
            .iter()
            .map(|(field, value)| Write {
                field: FieldPath::new(*field).unwrap(),
                base_value: Value::NULL,
                value: value.clone(),
            })
            .collect(),
        settles: None,
        trace_id: TraceId(uuid::Uuid::from_u128(next())),
    }
}

/// A new merchant.
pub fn new_merchant(merchant: &str, device: u64, counter: u64) -> Edit {
    edit(
        merchant,
        device,
        counter,
        &[],
        &[("name", "兰州拉面（鼓楼店）".into()), ("address", "北京市东城区鼓楼东大街87号".into())],
    )
}

/// The problem document of a refusal: its status and code.
pub async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let document: Json = response.json().await.unwrap();
    assert_eq!(document["status"], status);
    assert!(document["title"].as_str().is_some_and(|title| title.len() > 10));
    (status, document["code"].as_str().unwrap().to_owned())
}
