//! Two servers on one database: what one puts in force is in force at the other.

use std::sync::Arc;

use domain::api::path;
use domain::rules::{NewRules, RuleBook, RuleSet};
use domain::schema::{NewSchema, Schema, VERSION};
use domain::{Actor, Edit, ErrorCode, Outcome, OutcomeState, Role, Scope};
use serde_json::json;
use server::app::App;
use server::db;
use server::db::declared::StoredSchema;
use server::declared::SchemaError;
use server::rulebook::RulesError;
use server::{Config, declared, exchange, rulebook};
use tempfile::TempDir;

use crate::events::Stream;
use crate::world::{Session, World, edit, new_merchant};

/// Two servers without HTTP, and without what runs by itself: neither notices anything but when it decides.
struct Two {
    here: Arc<App>,
    there: Arc<App>,
    _folder: TempDir,
}

impl Two {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("server.db").display());
        let app = async || Arc::new(App::new(db::open(&url).await.unwrap()).await.unwrap());
        Self { here: app().await, there: app().await, _folder: folder }
    }
}

fn admin() -> Actor {
    Actor { id: "admin".parse().unwrap(), name: "Admin".into(), role: Role::Administrator, scope: Scope::All }
}

async fn push(app: &Arc<App>, edits: &[Edit]) -> Vec<Outcome> {
    exchange::push(app, &admin(), Arc::new(edits.to_vec()), None).await.unwrap().outcomes
}

fn later() -> RuleSet {
    serde_json::from_value(json!([{"id": "later", "fields": "*", "prefer": "later"}])).unwrap()
}

fn none() -> RuleSet {
    RuleSet(Vec::new())
}

fn seats(kind: &str, replaces: &Schema) -> NewSchema {
    let custom = json!([{"key": "seats", "labels": {"en": "Seats"}, "type": kind}]);
    NewSchema { replaces: replaces.version, custom: serde_json::from_value(custom).unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_one_decide_at_the_other() {
    let Two { here, there, _folder } = Two::new().await;
    let name = |device: u64, name: &'static str| edit("BJ-1", device, 1, &[(1, 1)], &[("name", name.into())]);
    push(&there, &[new_merchant("BJ-1", 1, 1), name(2, "甲")]).await;
    let book = rulebook::change(&here, NewRules { replaces: 1, rules: later() }).await.unwrap();
    // With the old rules people would be asked.
    assert_ne!(push(&there, &[name(3, "乙")]).await[0].state, OutcomeState::InReview);
    assert_eq!(there.rules.now(), book);
    assert_eq!(exchange::reviews(&there, &Scope::All, "", 10).await.unwrap().total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_the_rules_of_the_other_unseen() {
    let Two { here, there, _folder } = Two::new().await;
    rulebook::change(&here, NewRules { replaces: 1, rules: later() }).await.unwrap();
    let refused = rulebook::change(&there, NewRules { replaces: 1, rules: none() }).await.unwrap_err();
    assert!(matches!(refused, RulesError::Refused(problem) if problem.code == ErrorCode::RulesMoved));
    let book = rulebook::change(&there, NewRules { replaces: 2, rules: none() }).await.unwrap();
    assert_eq!(book.version, 3);
    // Of two at once one is refused, whatever they know.
    let put = async |app: &App, rules| {
        let book = RuleBook { version: 4, rules };
        app.db.put_rules(3, &book).await.unwrap()
    };
    let (one, other) = tokio::join!(put(&here, later()), put(&there, RuleSet::default()));
    assert!(one != other);
    // And the questions are not read by rules that another server has replaced.
    let row = Arc::new(|_: &db::StoredMerchant| Err(db::DbError::corrupt("not asked")));
    assert!(!here.db.derive_again(3, vec!["BJ-1".parse().unwrap()], row).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_of_one_checks_at_the_other() {
    let Two { here, there, _folder } = Two::new().await;
    push(&there, &[new_merchant("BJ-1", 1, 1)]).await;
    let first = Schema::default();
    let schema = declared::change(&here, seats("integer", &first), &admin()).await.unwrap();
    let many = edit("BJ-1", 2, 1, &[(1, 1)], &[("custom.seats", "many".into())]);
    assert_eq!(push(&there, &[many]).await[0].refusal().unwrap().1, ErrorCode::BadValue);
    assert_eq!(there.schemas.now(), schema);

    let refused = declared::change(&there, seats("text", &first), &admin()).await.unwrap_err();
    assert!(matches!(refused, SchemaError::Refused(problem) if problem.code == ErrorCode::SchemaMoved));
    // Of two at once one is refused, whatever they know.
    let put = async |app: &App, kind| {
        let next = schema.next(seats(kind, &schema).custom).unwrap();
        let event = app.db.schema_events(1).await.unwrap().remove(0);
        let stored = |schema: &Schema| StoredSchema { schema: schema.clone(), program: VERSION };
        app.db.put_schema(&stored(&schema), &stored(&next), &event).await.unwrap()
    };
    let (one, other) = tokio::join!(put(&here, "text"), put(&there, "decimal"));
    assert!(one != other);
    assert_eq!(here.db.schema_events(10).await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_at_the_other_is_woken() {
    let world = World::new().await;
    let here = world.client("admin", Role::Administrator, &[]).await;
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config { listen, database: world.database(), demo: None, tombstone_days: 90 };
    let neighbour = server::start(config).await.unwrap();
    let there = Session { url: neighbour.url.clone(), ..here.clone() };
    let mut stream = Stream::open(&there).await;
    stream.until("changes").await;
    let body = serde_json::to_vec(&NewRules { replaces: 1, rules: later() }).unwrap();
    let put = here.http.put(format!("{}{}", here.url, path::RULES)).bearer_auth(&here.token);
    let put = put.header("content-type", "application/json").body(body).send().await.unwrap();
    assert_eq!(put.status(), 200);
    stream.until("changes").await;
    assert_eq!(there.changes(0, 10).await.rules_version, 2);
    neighbour.shutdown().await;
}
