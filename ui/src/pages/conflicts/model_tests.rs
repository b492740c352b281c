#![allow(clippy::unwrap_used)]

use super::*;
use domain::change::Change;
use domain::edit::Source;
use domain::ipc::{IpcError, OutboxGroup};
use domain::review::ReviewKind;
use domain::{Hlc, ReviewId, Role};

fn actor(id: &str) -> ActorId {
    ActorId::new(id).unwrap()
}

fn candidate(n: u64, by: &str, value: &str) -> Candidate {
    Candidate {
        dot: format!("{n:016x}:{n}").parse().unwrap(),
        edit_id: format!("0199a3b0-0000-7000-8000-{n:012}").parse().unwrap(),
        value: Value::text(value),
        actor: actor(by),
        actor_name: by.to_owned(),
        role: Role::Merchant,
        source: Source::Manual,
        hlc: Hlc::at_ms(n * 1000),
    }
}

fn item(field: &str, candidates: Vec<Candidate>) -> ReviewItem {
    let mut dots: Vec<Dot> = candidates.iter().map(|c| c.dot).collect();
    dots.sort();
    ReviewItem {
        field: FieldPath::new(field).unwrap(),
        kind: ReviewKind::Conflict,
        base: Value::text("base"),
        candidates,
        dots,
    }
}

fn review(items: Vec<ReviewItem>) -> Review {
    let merchant_id = MerchantId::new("BJ-0187").unwrap();
    Review {
        review_id: ReviewId::of(&merchant_id),
        merchant_id,
        merchant_name: "美味小馆".to_owned(),
        since: Hlc::at_ms(2000),
        items,
    }
}

fn two(field: &str) -> ReviewItem {
    item(field, vec![candidate(1, "shop", "a"), candidate(2, "other", "b")])
}

fn field(path: &str) -> FieldPath {
    FieldPath::new(path).unwrap()
}

#[test]
fn of_two_mine_comes_first() {
    let item = two("name");
    let order = |me: Option<&str>| {
        let me = me.map(actor);
        in_order(&item, me.as_ref()).iter().map(|c| c.actor_name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(order(Some("shop")), ["shop", "other"]);
    assert_eq!(order(Some("other")), ["other", "shop"]);
    assert_eq!(order(Some("operations")), ["shop", "other"], "for others the older one");
    assert_eq!(order(None), ["shop", "other"]);
    let both_mine = super::tests::item("name", vec![candidate(1, "shop", "a"), candidate(2, "shop", "b")]);
    assert_eq!(in_order(&both_mine, Some(&actor("shop")))[0].value, Value::text("a"), "both mine: the older one");
    let three =
        super::tests::item("name", vec![candidate(1, "a", "1"), candidate(2, "b", "2"), candidate(3, "me", "3")]);
    assert_eq!(in_order(&three, Some(&actor("me")))[0].value, Value::text("1"), "of more than two, oldest first");
}

#[test]
fn as_many_columns_as_the_widest_field() {
    let shop = actor("shop");
    assert_eq!(columns(&review(vec![two("name")]), Some(&shop)), [Column::Base, Column::Mine, Column::Theirs]);
    let wide = item("address", vec![candidate(1, "a", "1"), candidate(2, "b", "2"), candidate(3, "c", "3")]);
    assert_eq!(
        columns(&review(vec![two("name"), wide]), Some(&shop)),
        [Column::Base, Column::Nth(1), Column::Nth(2), Column::Nth(3)]
    );
}

#[test]
fn mine_and_theirs_are_said_only_where_they_are_true() {
    let named = [Column::Base, Column::Nth(1), Column::Nth(2)];
    let both_mine = item("name", vec![candidate(1, "shop", "a"), candidate(2, "shop", "b")]);
    let others = item("note", vec![candidate(1, "a", "1"), candidate(2, "b", "2")]);
    let shop = actor("shop");
    for (items, me) in [
        (vec![two("name")], None),
        (vec![two("name")], Some(&actor("somebody"))),
        (vec![both_mine], Some(&shop)),
        (vec![two("name"), others], Some(&shop)),
    ] {
        assert_eq!(columns(&review(items.clone()), me), named, "{me:?} {items:?}");
    }
    let late = item("name", vec![candidate(1, "other", "a"), candidate(2, "shop", "b")]);
    assert_eq!(columns(&review(vec![late]), Some(&shop))[1], Column::Mine, "mine stands first, though later");
}

#[test]
fn a_column_names_its_author_when_it_has_one() {
    let one = review(vec![two("name"), two("address")]);
    assert_eq!(common_author(&one, 0, None).map(|c| c.actor_name.as_str()), Some("shop"));
    let mixed = review(vec![two("name"), item("address", vec![candidate(3, "x", "a"), candidate(4, "y", "b")])]);
    assert_eq!(common_author(&mixed, 0, None), None);
}

#[test]
fn merged_starts_empty_and_holds_what_was_chosen() {
    let mut bench = Bench::new(review(vec![two("name"), two("address"), two("note")]), Some(actor("other")));
    assert_eq!((bench.decided(), bench.remaining(), bench.resolve()), (0, 3, None));
    bench.pick(&field("name"), Picked::Candidate(0));
    bench.pick(&field("address"), Picked::Base);
    bench.pick(&field("note"), Picked::Candidate(9));
    bench.pick(&field("elsewhere"), Picked::Base);
    bench.reason = "  已与店长电话确认 ".to_owned();
    let resolve = bench.resolve().unwrap();
    assert_eq!(
        resolve.choices.iter().map(|c| (c.field.as_str(), c.value.plain())).collect::<Vec<_>>(),
        [("name", "b".to_owned()), ("address", "base".to_owned())],
        "mine is the other's, shown first"
    );
    assert_eq!(resolve.choices[0].dots, bench.items()[0].dots);
    assert_eq!(resolve.reason.as_deref(), Some("已与店长电话确认"));
    assert_eq!((bench.decided(), bench.remaining()), (2, 1));
    bench.pick(&field("name"), Picked::Candidate(0));
    assert_eq!(bench.decided(), 2, "a key pressed twice takes nothing back");
    bench.toggle(&field("name"), Picked::Candidate(0));
    assert_eq!(bench.decided(), 1, "a press on the chosen value does");
    bench.undo();
    bench.undo();
    assert_eq!(
        (bench.decided(), bench.picked(&field("name"))),
        (1, Some(&Picked::Candidate(0))),
        "what changed nothing is not undone"
    );
}

#[test]
fn a_bench_waits_for_who_began_it() {
    let of = |me: Option<&str>| Bench::new(review(vec![two("name")]), me.map(actor));
    for (began, now, another) in [
        (Some("a"), Some("a"), false),
        (Some("a"), None, false),
        (Some("a"), Some("b"), true),
        (None, Some("a"), true),
        (None, None, false),
    ] {
        assert_eq!(of(began).is_of_another(now.map(actor).as_ref()), another, "{began:?} {now:?}");
    }
}

#[test]
fn keys_stand_for_columns() {
    let bench = Bench::new(review(vec![two("name")]), None);
    assert_eq!(
        [0, 1, 2, 3, 4].map(|key| bench.by_key(key)),
        [None, Some(Picked::Base), Some(Picked::Candidate(0)), Some(Picked::Candidate(1)), None]
    );
}

#[test]
fn undo_goes_back_step_by_step() {
    let mut bench = Bench::new(review(vec![two("name"), two("address")]), None);
    bench.pick(&field("name"), Picked::Base);
    bench.pick(&field("name"), Picked::Typed(Value::text("typed")));
    bench.pick(&field("address"), Picked::Candidate(1));
    assert_eq!(bench.undo(), Some(field("address")));
    assert_eq!(bench.cursor(), 1);
    assert_eq!(bench.undo(), Some(field("name")));
    assert_eq!(bench.picked(&field("name")), Some(&Picked::Base));
    bench.undo();
    assert_eq!((bench.decided(), bench.undo()), (0, None));
}

#[test]
fn enter_goes_to_the_next_open_field() {
    let mut bench = Bench::new(review(vec![two("address"), two("name"), two("note")]), None);
    bench.pick(&field("name"), Picked::Base);
    assert!(bench.next_open());
    assert_eq!(bench.cursor(), 2);
    bench.pick(&field("note"), Picked::Base);
    assert!(bench.next_open());
    assert_eq!(bench.cursor(), 0, "round the end");
    bench.pick(&field("address"), Picked::Base);
    assert!(!bench.next_open());
    assert!(bench.step(9));
    assert_eq!(bench.cursor(), 2);
    assert!(!bench.step(1), "behind the last one is the next store");
    assert!(!Bench::new(review(Vec::new()), None).next_open());
}

#[test]
fn what_moves_keeps_the_other_choices() {
    let mut bench = Bench::new(review(vec![two("address"), two("name"), two("note"), two("status")]), None);
    for path in ["address", "name", "status"] {
        bench.pick(&field(path), Picked::Candidate(1));
    }
    bench.select(1);
    let moved_name = item("name", vec![candidate(1, "shop", "a"), candidate(7, "third", "c")]);
    let moved = bench.renew(review(vec![two("address"), two("category"), moved_name, two("note")]));
    assert_eq!(
        moved,
        Moved {
            chosen_again: vec![field("name")],
            changed: Vec::new(),
            added: vec![field("category")],
            settled: vec![field("status")],
        }
    );
    assert_eq!(bench.current().map(|i| i.field.as_str()), Some("name"), "the cursor stays on its field");
    assert_eq!(bench.picked(&field("address")), Some(&Picked::Candidate(1)));
    assert_eq!(bench.decided(), 1);
    assert_eq!(bench.undo(), Some(field("address")), "dropped choices cannot be undone");
    let same = bench.review().clone();
    assert!(bench.renew(same).is_empty());
}

#[test]
fn the_queue_begins_with_the_longest_wait() {
    let named = |id: &str, since_ms| Review {
        merchant_id: MerchantId::new(id).unwrap(),
        since: Hlc::at_ms(since_ms),
        ..review(Vec::new())
    };
    let order: Vec<String> = queue(vec![named("B", 3000), named("C", 1000), named("A", 3000)])
        .into_iter()
        .map(|r| r.merchant_id.to_string())
        .collect();
    assert_eq!(order, ["C", "A", "B"]);
    assert_eq!(age_s(&named("A", 1000), 9500), 8);
    assert_eq!(age_s(&named("A", 9000), 100), 0, "a clock behind is no wait");
}

#[test]
fn one_opens_the_same_or_the_next() {
    let named = |id: &str| Review { merchant_id: MerchantId::new(id).unwrap(), ..review(Vec::new()) };
    let queue = [named("A"), named("B")];
    let open = |id: Option<&str>, place| {
        to_open(&queue, id.map(|id| MerchantId::new(id).unwrap()).as_ref(), place).map(|id| id.to_string())
    };
    assert_eq!(open(Some("B"), 0).as_deref(), Some("B"));
    assert_eq!(open(Some("gone"), 1).as_deref(), Some("B"));
    assert_eq!(open(Some("gone"), 7).as_deref(), Some("B"));
    assert_eq!(open(None, 0).as_deref(), Some("A"));
    assert_eq!(to_open(&[], None, 0), None);
}

fn line(n: u64, field: &str, state: EditState, code: Option<ErrorCode>) -> OutboxRow {
    OutboxRow {
        edit_id: candidate(n, "a", "").edit_id,
        merchant_id: MerchantId::new("BJ-0187").unwrap(),
        merchant_name: String::new(),
        writes: Vec::new(),
        change: Change { field: field.to_owned(), before: Value::NULL, after: Value::NULL },
        settled: Vec::new(),
        state,
        group: OutboxGroup::Queued,
        actor_name: String::new(),
        at: chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
        attempts: 1,
        next_attempt_at: None,
        problem: code.map(|code| IpcError { code, message: String::new(), field: None }),
    }
}

#[test]
fn what_was_decided_here_is_not_asked_again() {
    let reviews = vec![review(vec![two("name"), two("address")])];
    let decided = Applied {
        edit_id: candidate(9, "a", "").edit_id,
        merchant_id: reviews[0].merchant_id.clone(),
        field: field("name"),
        dots: reviews[0].items[0].dots.clone(),
        seen: false,
    };
    let mut applied = vec![decided.clone()];
    let open = |applied: &[Applied]| {
        undecided(&reviews, applied)
            .iter()
            .flat_map(|r| r.items.iter().map(|i| i.field.to_string()))
            .collect::<Vec<_>>()
    };
    note_outbox(&mut applied, &[]);
    assert_eq!(open(&applied), ["address"], "the outbox may be older than the decision");
    note_outbox(&mut applied, &[line(9, "name", EditState::Queued, None)]);
    assert_eq!(open(&applied), ["address"]);
    note_outbox(&mut applied, &[]);
    assert_eq!(open(&applied), ["name", "address"], "taken back, or answered and pulled");
    let mut refused = vec![decided.clone()];
    note_outbox(&mut refused, &[line(9, "name", EditState::Rejected, Some(ErrorCode::ReviewMoved))]);
    assert_eq!(open(&refused), ["name", "address"]);
    let other_dots = Applied { dots: Vec::new(), ..decided };
    assert_eq!(open(&[other_dots]), ["name", "address"], "another question");
}

#[test]
fn refused_decisions_are_found_by_edit() {
    let row = |n: u64, field: &str, code| line(n, field, EditState::Rejected, Some(code));
    let found = refused(&[
        row(1, "name", ErrorCode::ReviewMoved),
        row(1, "hours.tu", ErrorCode::ReviewMoved),
        row(2, "name", ErrorCode::BadValue),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].fields, ["name", "hours.tu"]);
}

#[test]
fn typing_is_for_single_values() {
    for (path, expected) in [
        ("name", true),
        ("hours.tu", true),
        ("custom.seats", true),
        ("phones.primary", true),
        ("phones.+8613800138000", false),
        ("deleted", false),
        ("future", false),
    ] {
        assert_eq!(typeable(&field(path)), expected, "{path}");
    }
    assert_eq!(checked_value(&field("phones.primary"), &Value::list(["+861064782218"])), Value::text("+861064782218"));
}
