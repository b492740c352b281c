//! A backend in memory: the real decisions (`sync_engine::authority`) behind the real paths, with switches for
//! what goes wrong.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use domain::api::{Change, ChangesPage, ChangesQuery, PushReply, PushRequest, TokenReply, WakeUp, path};
use domain::hlc::Hlc;
use domain::role::{Actor, Scope};
use domain::rules::RuleBook;
use domain::schema::Schema;
use domain::{ActorId, EditId, ErrorCode, MerchantId, Outcome, Problem, Record};
use futures_util::StreamExt;
use sync_engine::authority;
use tokio::sync::{Notify, broadcast};

/// What it holds.
pub struct Store {
    pub records: BTreeMap<MerchantId, (u64, Record)>,
    pub answers: HashMap<EditId, Outcome>,
    pub seq: u64,
    pub epoch: String,
    pub rules: RuleBook,
    /// Tokens with a smaller number are not taken.
    pub oldest_token: u64,
    pub tokens: u64,
    /// Answers to pushes are lost, so many times.
    pub lose_answers: u32,
    pub pushes: u32,
    pub compressed: u32,
    /// Pushes are refused with this.
    pub refusal: Option<(StatusCode, Problem)>,
    pub pushes_refused: u32,
    /// Nobody may listen to wake-ups.
    pub deaf: bool,
    /// The cursors behind which pages were asked for.
    pub asked: Vec<u64>,
    /// How an answer names the next page.
    pub link: Link,
    /// Who sees but some merchants: those whose ids begin so.
    pub scopes: HashMap<String, String>,
    /// Whom the tokens were given to, by their numbers.
    pub speakers: HashMap<u64, Actor>,
    /// Who sent which edits: whose token, and whose name is on the edit.
    pub senders: Vec<(ActorId, Option<ActorId>)>,
    /// Tokens are worth a renewal at once.
    pub short_lived: bool,
    /// Tokens that were given back.
    pub revoked: Vec<String>,
}

/// Lets requests in one by one: each waits at it until it is let through.
#[derive(Default)]
pub struct Gate {
    /// Are they held?
    pub shut: AtomicBool,
    /// How many stand before it.
    pub waiting: AtomicU32,
    opened: Notify,
}

impl Gate {
    async fn pass(&self) {
        if self.shut.load(Ordering::SeqCst) {
            let opened = self.opened.notified();
            self.waiting.fetch_add(1, Ordering::SeqCst);
            opened.await;
            self.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }
    /// From now on nobody is held.
    pub fn open(&self) {
        self.shut.store(false, Ordering::SeqCst);
        self.opened.notify_waiters();
    }
}

/// What the head of a page says about the next one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// Nothing, as servers before it did.
    Absent,
    Right,
    /// A page behind the next one.
    TooFar,
    /// A page that was read already.
    Backwards,
    /// Something else.
    Strange,
}

pub struct Backend {
    pub store: Mutex<Store>,
    wake: Mutex<broadcast::Sender<WakeUp>>,
    /// Before answers to renewals of tokens.
    pub renewals: Gate,
    /// Before answers to pushes.
    pub pushes: Gate,
}

type Shared = Arc<Backend>;

fn problem(status: StatusCode, code: ErrorCode) -> Response {
    refused(status, &Problem::new(code, "no"))
}

/// A wish to wait goes into the header alone, as any proxy on the way would say it.
fn refused(status: StatusCode, problem: &Problem) -> Response {
    let body = Problem { retry_after_ms: None, ..problem.clone() };
    let headers = [("content-type", "application/problem+json")];
    let mut response = (status, headers, serde_json::to_string(&body).unwrap()).into_response();
    if let Some(ms) = problem.retry_after_ms {
        response.headers_mut().insert("retry-after", (ms / 1000).into());
    }
    response
}

impl Backend {
    pub fn new() -> Shared {
        let store = Store {
            records: BTreeMap::new(),
            answers: HashMap::new(),
            seq: 0,
            epoch: "e1".to_owned(),
            rules: RuleBook::default(),
            oldest_token: 0,
            tokens: 0,
            lose_answers: 0,
            pushes: 0,
            compressed: 0,
            refusal: None,
            pushes_refused: 0,
            deaf: false,
            asked: Vec::new(),
            link: Link::Absent,
            scopes: HashMap::new(),
            speakers: HashMap::new(),
            senders: Vec::new(),
            short_lived: false,
            revoked: Vec::new(),
        };
        let wake = Mutex::new(broadcast::channel(64).0);
        Arc::new(Self { store: Mutex::new(store), wake, renewals: Gate::default(), pushes: Gate::default() })
    }

    /// Serves at a free port; until the task is dropped.
    pub async fn serve(self: &Shared, address: Option<SocketAddr>) -> (SocketAddr, tokio::task::JoinHandle<()>) {
        let routes = Router::new()
            .route(path::TOKEN, post(token))
            .route(path::REVOKE, post(revoke))
            .route(path::EDITS, post(edits))
            .route(path::CHANGES, get(changes))
            .route(path::EVENTS, get(events))
            .route(path::RULES, get(rules))
            .route(path::READYZ, get(|| async { "ok" }))
            .with_state(self.clone());
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = tokio::net::TcpListener::bind(address.unwrap_or(any)).await.unwrap();
        let address = listener.local_addr().unwrap();
        (address, tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() }))
    }

    /// How many listen to wake-ups.
    pub fn listeners(&self) -> usize {
        self.wake.lock().unwrap().receiver_count()
    }

    /// Ends all streams of wake-ups.
    pub fn hang_up(&self) {
        *self.wake.lock().unwrap() = broadcast::channel(64).0;
    }

    fn refuses(&self, headers: &HeaderMap) -> Option<Response> {
        let taken = number(headers).is_some_and(|token| token > self.store.lock().unwrap().oldest_token);
        (!taken).then(|| problem(StatusCode::UNAUTHORIZED, ErrorCode::SignedOut))
    }

    pub fn name_of(&self, merchant: &str) -> Option<String> {
        let store = self.store.lock().unwrap();
        let (_, record) = store.records.get(&super::id(merchant))?;
        let shown = sync_engine::reconcile::shown(record, &store.rules.rules);
        shown.get(&super::field("name")).and_then(|v| v.as_str().map(str::to_owned))
    }
}

/// The number of the token that a request comes with.
fn number(headers: &HeaderMap) -> Option<u64> {
    headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer t")?.parse().ok()
}

/// A refresh token is `r-` and the name of whom it renews the tokens of.
async fn token(State(backend): State<Shared>, Form(form): Form<HashMap<String, String>>) -> Response {
    let renewed = form.get("refresh_token").and_then(|token| token.strip_prefix("r-"));
    if renewed.is_some() {
        backend.renewals.pass().await;
    }
    let name = renewed.or(form.get("username").map(String::as_str)).unwrap_or("ops").to_owned();
    let mut store = backend.store.lock().unwrap();
    store.tokens += 1;
    let number = store.tokens;
    let mut actor = super::actor(&name);
    if let Some(prefix) = store.scopes.get(&name) {
        actor.scope = Scope::Prefixes(vec![prefix.clone()]);
    }
    store.speakers.insert(number, actor.clone());
    Json(TokenReply {
        access_token: format!("t{number}"),
        token_type: "Bearer".to_owned(),
        expires_in: if store.short_lived { 1 } else { 3600 },
        refresh_token: Some(format!("r-{name}")),
        actor,
    })
    .into_response()
}

async fn revoke(State(backend): State<Shared>, Form(form): Form<HashMap<String, String>>) -> &'static str {
    backend.store.lock().unwrap().revoked.push(form["token"].clone());
    ""
}

async fn edits(State(backend): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(refusal) = backend.refuses(&headers) {
        return refusal;
    }
    let packed = headers.get("content-encoding").is_some_and(|v| v == "zstd");
    let body = if packed { zstd::decode_all(body.as_ref()).unwrap() } else { body.to_vec() };
    let request: PushRequest = serde_json::from_slice(&body).unwrap();
    backend.pushes.pass().await;
    let mut store = backend.store.lock().unwrap();
    if let Some((status, problem)) = store.refusal.clone() {
        store.pushes_refused += 1;
        return refused(status, &problem);
    }
    store.pushes += 1;
    store.compressed += u32::from(packed);
    let mut outcomes = Vec::new();
    let speaker = store.speakers.get(&number(&headers).unwrap()).cloned().unwrap_or_else(|| super::actor("ops"));
    for edit in request.edits {
        store.senders.push((speaker.id.clone(), edit.actor.clone()));
        if !store.answers.contains_key(&edit.edit_id) {
            let known = store.records.get(&edit.merchant_id).map(|(_, record)| record.clone());
            let verdict = authority::accept(known, &edit, &speaker, &store.rules.rules, &Schema::default());
            let mut outcome = verdict.outcome;
            if verdict.changed {
                store.seq += 1;
                let seq = store.seq;
                store.records.insert(edit.merchant_id.clone(), (seq, verdict.record));
            }
            outcome.seq = store.seq;
            store.answers.insert(edit.edit_id, outcome);
        }
        outcomes.push(store.answers[&edit.edit_id].clone());
    }
    let _ = backend.wake.lock().unwrap().send(WakeUp::Changes { seq: store.seq });
    if store.lose_answers > 0 {
        store.lose_answers -= 1;
        return problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Busy);
    }
    Json(PushReply { outcomes, server_hlc: Hlc::default(), epoch: store.epoch.clone(), landed: None }).into_response()
}

async fn changes(State(backend): State<Shared>, headers: HeaderMap, Query(query): Query<ChangesQuery>) -> Response {
    if let Some(refusal) = backend.refuses(&headers) {
        return refusal;
    }
    let mut store = backend.store.lock().unwrap();
    store.asked.push(query.cursor);
    let asked = query.clone();
    if query.epoch.is_some_and(|epoch| epoch != store.epoch) {
        return problem(StatusCode::CONFLICT, ErrorCode::EpochChanged);
    }
    let speaker = store.speakers.get(&number(&headers).unwrap()).cloned();
    let sees = |id: &MerchantId| speaker.as_ref().is_none_or(|speaker| speaker.scope.contains(id));
    let mut all: Vec<Change> = store
        .records
        .values()
        .filter(|(seq, record)| *seq > query.cursor && sees(&record.merchant_id))
        .map(|(seq, record)| Change::new(*seq, record.clone()))
        .collect();
    all.sort_by_key(|change| change.seq);
    let limit = query.limit.unwrap_or(2000).min(3);
    let complete = all.len() <= limit;
    all.truncate(limit);
    let next_cursor = if complete { store.seq } else { all.last().unwrap().seq };
    let page = ChangesPage {
        epoch: store.epoch.clone(),
        changes: all,
        next_cursor,
        complete,
        rules_version: store.rules.version,
        ..ChangesPage::default()
    };
    let to = match store.link {
        Link::Absent => None,
        Link::Right | Link::Strange => Some(next_cursor),
        Link::TooFar => Some(next_cursor + 3),
        Link::Backwards => Some(0),
    };
    let mut answer = Json(&page).into_response();
    if let Some(to) = to.filter(|_| !complete) {
        let next = asked.following(&page.epoch, to, &page.marker, page.head);
        let link = format!("<{}?{}>; rel=\"next\"", path::CHANGES, serde_urlencoded::to_string(next).unwrap());
        let link = if store.link == Link::Strange { link.replace("next", "prev, cursor=\\") } else { link };
        answer.headers_mut().insert("link", link.parse().unwrap());
    }
    answer
}

async fn rules(State(backend): State<Shared>, headers: HeaderMap) -> Response {
    match backend.refuses(&headers) {
        Some(refusal) => refusal,
        None => Json(backend.store.lock().unwrap().rules.clone()).into_response(),
    }
}

async fn events(State(backend): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(refusal) = backend.refuses(&headers) {
        return refusal;
    }
    if backend.store.lock().unwrap().deaf {
        return problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Busy);
    }
    let receiver = backend.wake.lock().unwrap().subscribe();
    let wakes = futures_util::stream::unfold(receiver, |mut wakes| async move {
        let wake = wakes.recv().await.ok()?;
        Some((Event::default().json_data(wake), wakes))
    });
    Sse::new(wakes.boxed()).into_response()
}
