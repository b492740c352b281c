//! What the tests share: records, pages, edits.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

pub mod backend;

use std::collections::BTreeMap;
use std::time::Duration;

use client::Console;
use client::cache::{Cache, Draft};
use domain::api::{Change, ChangesPage, PushReply};
use domain::edit::{Edit, FieldDecision, Outcome, OutcomeState, Source, Write};
use domain::field::{FieldPath, WEEKDAYS};
use domain::hlc::Hlc;
use domain::record::{Record, Register, Sibling, WriteMeta};
use domain::role::{Actor, Role, Scope};
use domain::{ActorId, Decision, DeviceId, Dot, EditId, MerchantId, Value};

pub const EPOCH: &str = "e1";

pub fn id(text: &str) -> MerchantId {
    MerchantId::new(text).unwrap()
}

pub fn field(text: &str) -> FieldPath {
    FieldPath::new(text).unwrap()
}

pub fn actor(name: &str) -> Actor {
    Actor { id: ActorId::new(name).unwrap(), name: name.to_owned(), role: Role::Operations, scope: Scope::All }
}

pub fn write(path: &str, before: &str, after: &str) -> Write {
    let value = |text: &str| if text.is_empty() { Value::NULL } else { Value::text(text) };
    Write { field: field(path), base_value: value(before), value: value(after) }
}

pub fn draft(merchant: &str, writes: Vec<Write>) -> Draft {
    Draft::new(id(merchant), writes, Source::Manual)
}

/// A record that one edit of another device wrote.
pub fn record(merchant: &str, counter: u64, registers: &[(&str, Value)]) -> Record {
    let dot = Dot { device: DeviceId(7), counter };
    let meta = WriteMeta {
        edit_id: EditId(uuid::Uuid::from_u128(u128::from(counter))),
        actor: ActorId::new("server").unwrap(),
        actor_name: "Server".to_owned(),
        role: Role::Operations,
        source: Source::Import,
        hlc: Hlc::at_ms(1_700_000_000_000 + counter),
    };
    let registers = registers
        .iter()
        .map(|(path, value)| {
            let sibling = Sibling { dot, value: value.clone(), base_value: Value::NULL };
            (field(path), Register { siblings: vec![sibling], ..Register::default() })
        })
        .collect();
    Record { merchant_id: id(merchant), registers, edits: BTreeMap::from([(dot, meta)]) }
}

pub fn named(merchant: &str, counter: u64, name: &str) -> Record {
    record(merchant, counter, &[("name", Value::text(name)), ("address", Value::text("长安街1号"))])
}

/// The record after an edit that somebody else then wrote over.
pub fn having(mut record: Record, edit: &domain::Edit) -> Record {
    for write in &edit.writes {
        record.registers.entry(write.field.clone()).or_default().context.add(edit.dot);
    }
    record
}

/// A shop with a phone and a week, as a demo set has it.
pub fn full(n: u64) -> Record {
    const FOOD: [&str; 8] = ["火锅", "面馆", "烧烤", "奶茶", "川菜", "小吃", "寿司", "咖啡"];
    const PLACE: [&str; 9] = ["望京", "国贸", "西单", "中关村", "三里屯", "五道口", "朝阳门", "鼓楼", "前门"];
    let (food, place) = (FOOD[(n % 8) as usize], PLACE[(n / 8 % 9) as usize]);
    let name = format!(
        "{}{}{food}（{place}{}店）",
        ["老", "小", "大"][(n % 3) as usize],
        ["王", "李", "张", "赵", "陈"][(n % 5) as usize],
        n % 97
    );
    let address = format!("北京市朝阳区{place}街{}号", n % 1999);
    let phone = format!("+861{:010}", 3_000_000_000 + n);
    let mut registers = vec![
        ("name".to_owned(), Value::text(name)),
        ("address".to_owned(), Value::text(address)),
        ("category".to_owned(), Value::text(food)),
        ("region".to_owned(), Value::text(place)),
        ("status".to_owned(), Value::text(if n.is_multiple_of(9) { "paused" } else { "open" })),
        (format!("phones.{phone}"), Value::yes()),
        ("phones.primary".to_owned(), Value::text(phone)),
    ];
    for day in WEEKDAYS {
        registers.push((format!("hours.{day}"), Value::list(["10:00-14:00", "17:00-22:00"])));
    }
    let registers: Vec<(&str, Value)> = registers.iter().map(|(path, value)| (path.as_str(), value.clone())).collect();
    record(&format!("BJ-{n:06}"), n + 1, &registers)
}

pub fn page(changes: Vec<(u64, Record)>, complete: bool) -> ChangesPage {
    let next_cursor = changes.iter().map(|(seq, _)| *seq).max().unwrap_or_default();
    ChangesPage {
        epoch: EPOCH.to_owned(),
        changes: changes.into_iter().map(|(seq, record)| Change::new(seq, record)).collect(),
        next_cursor,
        complete,
        server_hlc: Hlc::at_ms(1_700_000_000_000),
        rules_version: 1,
        ..ChangesPage::default()
    }
}

pub fn reply(outcomes: Vec<Outcome>) -> PushReply {
    PushReply { outcomes, server_hlc: Hlc::at_ms(1_700_000_000_000), epoch: EPOCH.to_owned(), landed: None }
}

pub fn outcome(edit: &Edit, state: OutcomeState, seq: u64) -> Outcome {
    let decision = match state {
        OutcomeState::Rejected => Decision::Rejected { code: domain::ErrorCode::BadValue, message: "no".to_owned() },
        OutcomeState::InReview => Decision::NeedsReview,
        _ => Decision::Applied,
    };
    let decisions =
        edit.writes.iter().map(|w| FieldDecision { field: w.field.clone(), decision: decision.clone() }).collect();
    Outcome { edit_id: edit.edit_id, state, decisions, seq }
}

/// What a store needs at least, as it is typed.
pub fn set(name: &str) -> Vec<(String, String)> {
    vec![("name".to_owned(), name.to_owned()), ("address".to_owned(), "长安街1号".to_owned())]
}

/// How long anything may take before a test gives up.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Waits for a condition: looks often, and whenever something is announced.
pub async fn until<F: Future<Output = bool>>(console: &Console, mut holds: impl FnMut() -> F) {
    let mut changes = console.changes();
    let waited = tokio::time::timeout(LIMIT, async {
        while !holds().await {
            let _ = tokio::time::timeout(Duration::from_millis(50), changes.recv()).await;
        }
    });
    waited.await.unwrap();
}

pub async fn open() -> (tempfile::TempDir, Cache) {
    let home = tempfile::tempdir().unwrap();
    let cache = Cache::open(home.path()).await.unwrap();
    (home, cache)
}
