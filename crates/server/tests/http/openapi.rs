use std::collections::BTreeSet;

use domain::Role;
use domain::api::path;
use serde_json::Value as Json;

use crate::world::{World, edit, new_merchant};

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_in_the_document() {
    let world = World::new().await;
    let document: Json = world.get_open(path::OPENAPI).await.json().await.unwrap();
    let documented: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone()))
        })
        .collect();
    let served: BTreeSet<(String, String)> =
        server::http::routes().iter().map(|route| (route.path.to_owned(), route.method.to_owned())).collect();
    assert_eq!(documented, served);
    // Every path of the contract, and each of them answers.
    for expected in [
        path::TOKEN,
        "/oauth/revoke",
        path::EDITS,
        path::CHANGES,
        path::DIGEST,
        path::ME,
        path::MERCHANTS,
        path::MERCHANT,
        path::HISTORY,
        path::REVIEWS,
        path::RULES,
        path::RULES_PREVIEW,
        path::SCHEMA,
        path::SCHEMA_PREVIEW,
        path::SCHEMA_HISTORY,
        path::ORDERS,
        path::ORDER_EVENTS,
        path::PICKUP_READY,
        path::ALERTS,
        path::METRICS_SYNC,
        path::METRICS_KITCHEN,
        path::EVENTS,
        path::OPENAPI,
        path::HEALTHZ,
        path::READYZ,
        path::METRICS,
    ] {
        assert!(served.iter().any(|(path, _)| path == expected), "{expected}");
    }
    for (path, method) in &served {
        let url = format!("{}{}", world.url, path.replace("{id}", "x"));
        let method: reqwest::Method = method.to_uppercase().parse().unwrap();
        let status = world.http.request(method.clone(), url).send().await.unwrap().status();
        assert!(![404, 405].contains(&status.as_u16()), "{method} {path}: {status}");
    }
}

/// Every `$ref` leads somewhere.
#[test]
fn references_are_whole() {
    fn walk(value: &Json, found: &mut BTreeSet<String>) {
        match value {
            Json::Object(map) => {
                if let Some(Json::String(to)) = map.get("$ref") {
                    found.insert(to.clone());
                }
                map.values().for_each(|value| walk(value, found));
            }
            Json::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let document = server::http::openapi::document();
    let mut found = BTreeSet::new();
    walk(&document, &mut found);
    assert!(found.len() > 20);
    for reference in &found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let named: BTreeSet<String> = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .map(|name| format!("#/components/schemas/{name}"))
        .collect();
    let unused: Vec<_> = named.difference(&found).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// A value against its schema: enough of JSON Schema for what the document uses.
fn check(document: &Json, schema: &Json, value: &Json, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(document, document.pointer(reference.trim_start_matches('#')).unwrap(), value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = |choice: &&Json| std::panic::catch_unwind(|| check(document, choice, value, at)).is_ok();
        assert!(choices.iter().any(|choice| fits(&choice)), "{at}: {value} fits none of {choices:?}");
        return;
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value} is none of {words:?}");
    }
    if schema.get("const").is_some_and(|only| only != value) {
        panic!("{at}: {value} is not {}", schema["const"]);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Json::String(kind) => vec![kind],
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => return,
    };
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    assert!(kinds.contains(&kind) || (kind == "integer" && kinds.contains(&"number")), "{at}: {value} is no {kinds:?}");
    if let Json::Array(items) = value {
        items.iter().for_each(|item| check(document, &schema["items"], item, &format!("{at}[]")));
    }
    if let Json::Object(map) = value {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            assert!(map.contains_key(name), "{at}: {name} is missing in {value}");
        }
        for (name, value) in map {
            let of = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
            check(
                document,
                of.unwrap_or_else(|| panic!("{at}: {name} is not in the document")),
                value,
                &format!("{at}.{name}"),
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_as_documented() {
    let world = World::with(Some(server::DemoConfig { merchants: 40, seed: 1, kitchens: 2 })).await;
    let document = server::http::openapi::document();
    let ops = world.client("test", Role::Operations, &[]).await;
    crate::events::Stream::open(&ops).await.until("orders").await;
    let edits = [
        new_merchant("ZZ-1", 1, 1),
        edit("ZZ-1", 2, 1, &[(1, 1)], &[("name", "甲".into()), ("custom.座位", "1".into())]),
        edit("ZZ-1", 3, 1, &[(1, 1)], &[("name", "乙".into()), ("custom.座位", "2".into())]),
        edit("ZZ-1", 4, 1, &[(1, 1)], &[("hours.mo", "x".into())]),
    ];
    let request: Json = serde_json::from_slice(&crate::world::body(&edits)).unwrap();
    let schema = |name: &str| document.pointer(&format!("/components/schemas/{name}")).unwrap().clone();
    check(&document, &schema("PushRequest"), &request, "PushRequest");
    let reply: Json = ops.post(path::EDITS, request.to_string()).await.json().await.unwrap();
    check(&document, &schema("PushReply"), &reply, "PushReply");
    let order = ops.json("/api/v1/orders?limit=1").await["orders"][0]["order_id"].as_str().unwrap().to_owned();
    let order: Json =
        ops.post(&format!("/api/v1/orders/{order}/events"), r#"{"event":"ready"}"#).await.json().await.unwrap();
    check(&document, &schema("OrderView"), &order, "OrderView");
    for (path, name) in [
        (path::ME, "Actor"),
        ("/api/v1/changes?cursor=39", "ChangesPage"),
        (path::MERCHANTS, "MerchantsPage"),
        ("/api/v1/merchants/ZZ-1", "MerchantView"),
        ("/api/v1/merchants/ZZ-1/history", "HistoryPage"),
        (path::REVIEWS, "ReviewsPage"),
        (path::RULES, "RuleBook"),
        (path::SCHEMA, "SchemaReply"),
        (path::SCHEMA_HISTORY, "SchemaEvents"),
        (path::ORDERS, "OrdersPage"),
        (path::ALERTS, "AlertBoard"),
        (path::METRICS_SYNC, "SyncMetrics"),
        (path::METRICS_KITCHEN, "KitchenMetrics"),
    ] {
        check(&document, &schema(name), &ops.json(path).await, name);
    }
    let draft = serde_json::json!({ "rules": [{ "id": "any", "fields": "*", "prefer": "later" }] });
    check(&document, &schema("RulesDraft"), &draft, "RulesDraft");
    let preview: Json = ops.post(path::RULES_PREVIEW, draft.to_string()).await.json().await.unwrap();
    assert_eq!(preview["settles"], 1);
    check(&document, &schema("RulesPreview"), &preview, "RulesPreview");
    let admin = world.client("schema-admin", Role::Administrator, &[]).await;
    let options = serde_json::json!([{ "value": "1", "labels": { "zh": "一" } }, { "value": "3", "deprecated": true }]);
    let custom =
        serde_json::json!([{ "key": "座位", "labels": { "en": "Seats" }, "type": "choice", "options": options }]);
    let draft = serde_json::json!({ "custom": custom });
    check(&document, &schema("SchemaDraft"), &draft, "SchemaDraft");
    let preview: Json = admin.post(path::SCHEMA_PREVIEW, draft.to_string()).await.json().await.unwrap();
    check(&document, &schema("SchemaPreview"), &preview, "SchemaPreview");
    let problem: Json = world.get_open(path::ME).await.json().await.unwrap();
    check(&document, &schema("Problem"), &problem, "Problem");
}

/// What comes out beside bodies is in the document too.
#[test]
fn headers_are_documented() {
    let document = server::http::openapi::document();
    for (path, method, header) in [
        (path::EDITS, "post", "x-merchant-console-schema"),
        (path::EDITS, "post", "content-encoding"),
        (path::EVENTS, "get", "x-merchant-console-device"),
        (path::SCHEMA, "get", "if-none-match"),
        (path::HEALTHZ, "get", "x-merchant-console-protocol"),
    ] {
        let parameters = document["paths"][path][method]["parameters"].as_array().unwrap();
        assert!(parameters.iter().any(|p| p["name"] == header && p["in"] == "header"), "{path} {header}");
    }
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    for operation in operations.filter(|operation| operation.get("requestBody").is_some()) {
        for status in ["400", "413", "415"] {
            assert!(operation["responses"].get(status).is_some(), "{status}: {}", operation["summary"]);
        }
    }
    for (path, method, status, header) in [
        (path::CHANGES, "get", "200", "link"),
        (path::SCHEMA, "get", "304", "etag"),
        (path::TOKEN, "post", "429", "retry-after"),
        (path::TOKEN, "post", "503", "retry-after"),
        (path::ME, "get", "426", "x-merchant-console-protocol"),
    ] {
        let answer = &document["paths"][path][method]["responses"][status];
        assert!(answer["headers"].get(header).is_some(), "{path} {status} {header}");
    }
}
