//! A push that nobody came between is not pulled back; everything else is.

use client::Mode;
use client::cache::Draft;
use client::remote::{Grant, Remote};
use client::session::ClientCredentials;
use domain::api::PushReply;
use domain::edit::{Source, Write};
use domain::{FieldPath, Role, Value};

use crate::world::{Device, World, id};

/// A device, and the sign-in that it uses.
struct Sender {
    device: Device,
    machine: ClientCredentials,
}

impl std::ops::Deref for Sender {
    type Target = Device;
    fn deref(&self) -> &Device {
        &self.device
    }
}

async fn sender(world: &World, name: &str) -> Sender {
    let machine = world.account(name, Role::Operations, &[]).await;
    Sender { device: Device::open(machine.clone(), &world.url(), Mode::Tool).await, machine }
}

/// Saves names and sends them once, without a pull. Returns how many edits are left in the outbox.
async fn push(world: &World, device: &Sender, pairs: &[(&str, &str)]) -> u64 {
    for (merchant, name) in pairs {
        device.set(merchant, &[("name", name)]).await;
    }
    let (sent, reply) = send(world, device).await;
    assert_eq!(sent, pairs.len());
    device.console.cache().store_outcomes(&reply, 0).await.unwrap();
    left(device).await
}

/// Sends once what waits. Returns how many edits that is, and the answer, which is not stored yet.
async fn send(world: &World, device: &Sender) -> (usize, PushReply) {
    let cache = device.console.cache();
    let actor = cache.last_actor().await.unwrap();
    let batch = cache.load_batch(100, 1_000_000, 0, actor.as_ref().map(|actor| &actor.id)).await.unwrap();
    let remote = Remote::new(&world.url(), cache.device()).unwrap();
    let grant = Grant::Client { id: &device.machine.id, secret: &device.machine.secret };
    let Ok(token) = remote.token(grant).await else { panic!("no token") };
    let packed = remote.pack(&batch.edits, true).ok().unwrap();
    let Ok(reply) = remote.push(&token.access_token, packed).await else { panic!("no answer") };
    (batch.edits.len(), reply)
}

/// How many edits are in the outbox.
async fn left(device: &Sender) -> u64 {
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&mut device.sql().await).await.unwrap();
    left.unsigned_abs()
}

/// The list's rows: what they show, count and are found by.
async fn list(device: &Device) -> Vec<(String, String, String, i64, i64)> {
    let select = "SELECT merchant_id, name, category, coalesce(queued, 0), coalesce(own_rows.tokens_hash, listing.tokens_hash) \
                  FROM listing LEFT JOIN own_rows USING (n) ORDER BY merchant_id";
    sqlx::query_as(select).fetch_all(&mut device.sql().await).await.unwrap()
}

async fn rows(world: &World, device: &Device) -> [Vec<(String, i64, String)>; 2] {
    let mut both = [device.sql().await, world.sql().await].into_iter();
    let mut found = [Vec::new(), Vec::new()];
    for (rows, table) in found.iter_mut().zip(["records", "merchants"]) {
        let select = format!("SELECT merchant_id, seq, record FROM {table} ORDER BY merchant_id");
        *rows = sqlx::query_as(sqlx::AssertSqlSafe(select)).fetch_all(&mut both.next().unwrap()).await.unwrap();
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_nobody_came_between_is_here_already() {
    let world = World::new().await;
    let (one, two) = (sender(&world, "one").await, sender(&world, "two").await);
    for n in 0..5 {
        one.create(&format!("M{n}")).await;
    }
    one.sync().await;
    two.sync().await;

    // Two edits of one merchant in a batch, a name that the server brings into normal form, and one more.
    assert_eq!(push(&world, &one, &[("M1", "a"), ("M1", "b"), ("M2", "  wide   name "), ("M3", "c")]).await, 0);
    let [ours, theirs] = rows(&world, &one).await;
    assert_eq!(ours, theirs, "text and change number of each");
    assert_eq!(one.shows("M2", "name").await.as_deref(), Some("wide name"));
    assert_eq!(one.console.status().await.unwrap().queued, 0);
    let cursor = one.console.cache().cursor().await.unwrap();
    assert_eq!(cursor.cursor, theirs.iter().map(|(_, seq, _)| seq.unsigned_abs()).max().unwrap());
    assert_eq!(one.check().await, (true, 0), "the cursor's marker is the server's");

    // The other device has not seen those: its own edits come back by pull.
    assert_eq!(push(&world, &two, &[("M4", "d")]).await, 1);
    two.sync().await;
    assert_eq!(two.shows("M1", "name").await.as_deref(), Some("b"));
    let [ours, theirs] = rows(&world, &two).await;
    assert_eq!(ours, theirs);

    // Nor is anything skipped between: what the other one wrote comes with the pull.
    assert_eq!(push(&world, &one, &[("M0", "e")]).await, 1);
    one.sync().await;
    assert_eq!(one.shows("M4", "name").await.as_deref(), Some("d"));
    assert_eq!(one.check().await, (true, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_shows_after_a_landing_what_it_shows_made_anew() {
    let world = World::new().await;
    let one = sender(&world, "one").await;
    let cache = one.console.cache();
    let named = |n: usize| format!("M{n:02}");
    // Enough for two threads.
    for n in 0..60 {
        one.create(&named(n)).await;
    }
    one.set("M02", &[("category", "面馆")]).await;
    one.sync().await;

    let write = async |merchant: &str, field: &'static str, value: Value| {
        let write = Write { field: FieldPath::fixed(field), base_value: Value::NULL, value };
        cache.save(Draft::new(id(merchant), vec![write], Source::Manual), None).await.unwrap();
    };
    for n in 5..60 {
        one.set(&named(n), &[("name", "b")]).await;
    }
    // The server writes it in another way.
    write("M01", "name", "  wide   name ".into()).await;
    write("M02", "category", Value::NULL).await;
    write("M03", "name", "sent".into()).await;
    write("M04", "name", "sent".into()).await;
    let (sent, reply) = send(&world, &one).await;
    assert_eq!(sent, 59);
    // Saved while the others travel.
    write("M03", "name", "later".into()).await;
    write("M04", "note", "later".into()).await;
    cache.store_outcomes(&reply, 0).await.unwrap();
    assert_eq!(left(&one).await, 2, "all the others have landed");

    let shown = list(&one).await;
    let names: Vec<&str> = shown.iter().take(6).map(|(_, name, ..)| name.as_str()).collect();
    assert_eq!(names, ["M00", "wide name", "M02", "later", "sent", "b"]);
    cache.remake_list().await.unwrap();
    cache.index_all().await.unwrap();
    assert_eq!(list(&one).await, shown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_is_not_as_it_should_be_is_pulled() {
    let world = World::new().await;
    let one = sender(&world, "one").await;
    one.create("M1").await;
    one.create("M2").await;
    one.sync().await;
    let note = Write { field: FieldPath::fixed("note"), base_value: Value::NULL, value: "kept".into() };
    one.console.cache().save(Draft::new(id("M2"), vec![note], Source::Manual), None).await.unwrap();
    one.sync().await;
    let damage = "UPDATE records SET record = replace(record, 'kept', 'lost') WHERE merchant_id = 'M2'";
    sqlx::query(damage).execute(&mut one.sql().await).await.unwrap();
    assert_eq!(push(&world, &one, &[("M2", "b")]).await, 1, "the digest differs: it waits for the pull");
    one.sync().await;
    let [ours, theirs] = rows(&world, &one).await;
    assert_eq!(ours, theirs);
}
