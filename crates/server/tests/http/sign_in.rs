use domain::Role;
use domain::api::{TokenReply, path};
use serde_json::Value as Json;

use crate::world::{World, problem};

#[tokio::test(flavor = "multi_thread")]
async fn people_and_programs_sign_in() {
    let world = World::new().await;
    let client = world.client("till", Role::Merchant, &["BJ-", "SH-"]).await;
    let me = client.json(path::ME).await;
    assert_eq!(
        me,
        serde_json::json!({ "id": "till", "name": "till", "role": "merchant", "scope": { "prefixes": ["BJ-", "SH-"] } })
    );

    world.user("ops", Role::Operations, "a long password").await;
    let form = [("grant_type", "password"), ("username", "ops"), ("password", "a long password")];
    let first: TokenReply = world.sign_in(&form).await.json().await.unwrap();
    assert_eq!((first.token_type.as_str(), first.expires_in, first.actor.role), ("Bearer", 3600, Role::Operations));
    assert_eq!(world.session(&first.access_token).json(path::ME).await["id"], "ops");

    let refresh = first.refresh_token.unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let second: TokenReply = world.sign_in(&form).await.json().await.unwrap();
    assert_ne!(second.refresh_token.as_deref(), Some(refresh.as_str()));
    assert_eq!(world.session(&second.access_token).json(path::ME).await["id"], "ops");
    // The answer to a refresh may be lost: within the grace the same token is good again.
    assert_eq!(world.sign_in(&form).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_authentication_of_a_client() {
    use base64::Engine as _;
    let world = World::new().await;
    let new = server::accounts::NewAccount {
        id: "till".into(),
        role: Role::Merchant,
        name: Some("Till".into()),
        merchants: vec![],
    };
    let secret = server::accounts::add_client(&world.database(), new).await.unwrap();
    let code = base64::engine::general_purpose::STANDARD.encode(format!("till:{secret}"));
    let reply = world
        .http
        .post(format!("{}{}", world.url, path::TOKEN))
        .header("authorization", format!("Basic {code}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials")
        .send()
        .await
        .unwrap();
    assert_eq!(reply.json::<Json>().await.unwrap()["actor"]["name"], "Till");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_sign_ins_are_refused() {
    let world = World::new().await;
    world.user("ops", Role::Operations, "a long password").await;
    let secret = "0".repeat(64);
    for (form, expected) in [
        (vec![("grant_type", "password"), ("username", "ops"), ("password", "wrong")], (401, "bad_credentials")),
        (vec![("grant_type", "password"), ("username", "nobody"), ("password", "wrong")], (401, "bad_credentials")),
        (
            vec![("grant_type", "client_credentials"), ("client_id", "ops"), ("client_secret", &secret)],
            (401, "bad_credentials"),
        ),
        (vec![("grant_type", "password"), ("username", "ops")], (400, "bad_request")),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "x")], (401, "signed_out")),
        (vec![("grant_type", "implicit")], (400, "bad_request")),
    ] {
        let (status, code) = problem(world.sign_in(&form).await).await;
        assert_eq!((status, code.as_str()), expected, "{form:?}");
    }
    assert_eq!(problem(world.get_open(path::ME).await).await, (401, "signed_out".into()));
    assert_eq!(problem(world.session("nonsense").get(path::ME).await).await, (401, "signed_out".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_has_to_wait() {
    let world = World::new().await;
    let form = [("grant_type", "client_credentials"), ("client_id", "till"), ("client_secret", "guess")];
    for _ in 0..server::auth::attempts::FAILURES_MAX {
        assert_eq!(world.sign_in(&form).await.status(), 401);
    }
    let refused = world.sign_in(&form).await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(problem(refused).await, (429, "busy".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_outlive_a_restart() {
    let mut world = World::new().await;
    let before = world.client("till", Role::Merchant, &[]).await;
    world.stop().await;
    world.start(None).await;
    assert_eq!(world.session(&before.token).json(path::ME).await["id"], "till");
}
