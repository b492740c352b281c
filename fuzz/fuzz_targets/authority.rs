//! What the server makes of an edit: a record, an edit and a rule set in three lines, whatever they say.
#![no_main]

use domain::role::Scope;
use domain::rules::RuleSet;
use domain::schema::Schema;
use domain::{Actor, ActorId, Edit, Record, Role};
use libfuzzer_sys::fuzz_target;
use sync_engine::{authority, preview, reconcile};

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let Some(Ok(record)) = lines.next().map(serde_json::from_slice::<Option<Record>>) else { return };
    let Some(Ok(edit)) = lines.next().map(serde_json::from_slice::<Edit>) else { return };
    let rules = lines.next().and_then(|line| serde_json::from_slice::<RuleSet>(line).ok()).unwrap_or_default();
    let actor = Actor {
        id: ActorId::new("fuzz").expect("an id"),
        name: "Fuzz".to_owned(),
        role: Role::Operations,
        scope: Scope::All,
    };
    let verdict = authority::accept(record.clone(), &edit, &actor, &rules, &Schema::default());
    if let Some(before) = record.as_ref().filter(|_| !verdict.changed) {
        fuzz::is_same(before, &verdict.record, &"nothing was changed");
    }
    let text = domain::digest::canonical(&verdict.record).expect("a record has a form");
    let again: Record = serde_json::from_str(&text).expect("and is read again");
    fuzz::is_same(&again, &verdict.record, &text);
    let shown = reconcile::shown(&verdict.record, &rules);
    fuzz::is_same(&reconcile::shown(&again, &rules), &shown, &text);
    let _ = (reconcile::review(&again, &rules), reconcile::is_deleted(&again, &rules));
    let _ = preview::differences(&again, &RuleSet::default(), &rules);
    for decision in &verdict.outcome.decisions {
        let _ = reconcile::is_contested(&again, &decision.field, &rules);
    }
});
