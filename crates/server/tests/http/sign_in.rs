use domain::Role;
use domain::api::{TokenReply, path};
use serde_json::Value as Json;

use crate::events::Stream;
use crate::world::{World, new_merchant, problem};

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
        id: "till:7".into(),
        role: Role::Merchant,
        name: Some("Till".into()),
        merchants: vec![],
    };
    let secret = server::accounts::add_client(&world.database(), new).await.unwrap();
    let ask = |code: String| {
        let call = world.http.post(format!("{}{}", world.url, path::TOKEN)).header("authorization", code);
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        call.body("grant_type=client_credentials").send()
    };
    let basic = |pair: String| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    // Each of the two is encoded as in a form before they are joined.
    let reply = ask(basic(format!("till%3A7:{secret}"))).await.unwrap();
    assert_eq!(reply.json::<Json>().await.unwrap()["actor"]["name"], "Till");
    for bad in [basic(format!("till%3A7:x{secret}")), basic("till".into()), basic("a&b=c:d".into()), "Basic §".into()]
    {
        let refused = ask(bad.clone()).await.unwrap();
        assert_eq!(refused.status(), 401, "{bad}");
        assert!(refused.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic realm="), "{bad}");
        let document: Json = refused.json().await.unwrap();
        assert_eq!((&document["code"], &document["error"]), (&"bad_credentials".into(), &"invalid_client".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_the_word_of_oauth() {
    let world = World::new().await;
    for (body, status, error) in [
        ("grant_type=implicit", 400, "unsupported_grant_type"),
        ("grant_type=password&username=ops", 400, "invalid_request"),
        ("grant_type=password&grant_type=password", 400, "invalid_request"),
        ("nonsense", 400, "invalid_request"),
        ("grant_type=password&username=ops&password=x", 401, "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=x", 401, "invalid_grant"),
    ] {
        let call = world.http.post(format!("{}{}", world.url, path::TOKEN));
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        let refused = call.body(body).send().await.unwrap();
        assert_eq!(refused.status(), status, "{body}");
        let document: Json = refused.json().await.unwrap();
        assert_eq!((&document["status"], &document["error"]), (&status.into(), &error.into()), "{body}");
    }
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
    // Guessing a program's secret does not lock out the person of that name.
    world.user("till", Role::Merchant, "a long password").await;
    let form = [("grant_type", "password"), ("username", "till"), ("password", "a long password")];
    assert_eq!(world.sign_in(&form).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_outlive_a_restart() {
    let mut world = World::new().await;
    let before = world.client("till", Role::Merchant, &[]).await;
    world.stop().await;
    world.start(None).await;
    assert_eq!(world.session(&before.token).json(path::ME).await["id"], "till");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_is_signed_out_and_nobody_else() {
    let world = World::new().await;
    world.user("ops", Role::Operations, "a long password").await;
    let form = [("grant_type", "password"), ("username", "ops"), ("password", "a long password")];
    let here: TokenReply = world.sign_in(&form).await.json().await.unwrap();
    let there: TokenReply = world.sign_in(&form).await.json().await.unwrap();
    let (here_session, there_session) = (world.session(&here.access_token), world.session(&there.access_token));
    let (mut stream, mut other) = (Stream::open(&here_session).await, Stream::open(&there_session).await);
    assert!(stream.next().await.is_some() && other.next().await.is_some());
    let revoke = |token: &str| {
        let call = world.http.post(format!("{}/oauth/revoke", world.url));
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        call.body(format!("token_type_hint=refresh_token&token={token}")).send()
    };
    let refresh = here.refresh_token.unwrap();
    // Also of a token that nobody has: it is void.
    for token in [refresh.as_str(), &refresh, "nonsense"] {
        let done = revoke(token).await.unwrap();
        assert_eq!((done.status().as_u16(), done.text().await.unwrap().as_str()), (200, ""));
    }
    assert_eq!(stream.next().await, None);
    assert_eq!(here_session.get(path::ME).await.status(), 401);
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    assert_eq!(world.sign_in(&form).await.status(), 401);
    assert_eq!(there_session.json(path::ME).await["id"], "ops");
    assert_eq!(there_session.push(&[new_merchant("BJ-1", 1, 1)]).await.len(), 1);
    assert!(other.next().await.is_some());
}

/// Hundreds of invented names from one address; people who signed in from there before still can.
#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_bar_nobody_who_was_there_before() {
    let world = std::sync::Arc::new(World::new().await);
    world.user("ops", Role::Operations, "a long password").await;
    let good = [("grant_type", "password"), ("username", "ops"), ("password", "a long password")];
    assert_eq!(world.sign_in(&good).await.status(), 200);
    let guess = |n: u32| {
        let world = std::sync::Arc::clone(&world);
        tokio::spawn(async move {
            let name = format!("name{n}");
            let form = [("grant_type", "password"), ("username", name.as_str()), ("password", "a guess")];
            world.sign_in(&form).await.status().as_u16()
        })
    };
    let guesses: Vec<_> = (0..200).map(guess).collect();
    assert_eq!(world.sign_in(&good).await.status(), 200);
    let mut looked_at = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            401 => looked_at += 1,
            status => assert_eq!(status, 429),
        }
    }
    assert!(looked_at <= server::auth::attempts::FAILURES_OF_NETWORK_MAX, "{looked_at}");
}
