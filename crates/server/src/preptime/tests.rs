//! Determinism, conservation and calibration, over the real simulation and the real predictor.

#![allow(clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::*;

fn start() -> DateTime<Utc> {
    // Monday, 16 November 2026, midnight in the stores' zone.
    DateTime::from_timestamp(1_794_758_400, 0).expect("a valid time")
}

fn config(seed: u64, stores: usize) -> KitchenConfig {
    KitchenConfig {
        seed,
        utc_offset_s: 8 * 3600,
        stores: (0..stores)
            .map(|i| StoreKitchen { store: StoreRef(format!("s{i:03}")), orders_per_day: 60.0 + 20.0 * (i % 6) as f64 })
            .collect(),
    }
}

fn kitchen(seed: u64, stores: usize) -> Kitchen {
    Kitchen::new(config(seed, stores), start()).expect("a valid configuration")
}

#[test]
fn slicing_and_restarts_do_not_change_the_events() {
    for seed in 0..6 {
        let end = start() + TimeDelta::hours(53);
        let whole = kitchen(seed, 5).advance(end);
        assert!(whole.len() > 1000, "{}", whole.len());
        for step_s in [1_777i64, 40_000, 90_061] {
            let mut sliced = Vec::new();
            let mut running = kitchen(seed, 5);
            let mut at = start();
            let mut round = 0;
            while at < end {
                at = (at + TimeDelta::seconds(step_s)).min(end);
                sliced.extend(running.advance(at));
                assert!(running.advance(at).is_empty() && running.advance(start()).is_empty());
                round += 1;
                if round % 3 == 0 {
                    let kept = serde_json::to_string(running.state()).expect("serialised");
                    let state = serde_json::from_str(&kept).expect("read back");
                    running = Kitchen::restore(state).expect("restored");
                }
            }
            assert_eq!(whole, sliced, "seed {seed}, step {step_s} s");
        }
        assert_ne!(whole, kitchen(seed + 100, 5).advance(end));
    }
}

#[test]
fn every_order_ends_and_its_story_is_in_order() {
    let events = kitchen(7, 12).advance(start() + TimeDelta::days(7));
    let last = start() + TimeDelta::days(6);
    assert!(events.is_sorted_by_key(|e| e.at));
    let mut stories: BTreeMap<OrderId, Vec<OrderEvent>> = BTreeMap::new();
    for event in events {
        stories.entry(event.order.clone()).or_default().push(event);
    }
    let mut ends = [0usize; 2];
    for (id, story) in &stories {
        let OrderEventKind::Placed { items, .. } = &story[0].kind else {
            panic!("{id:?} does not begin with placed: {story:?}");
        };
        if story[0].at > last {
            continue;
        }
        let count = |f: &dyn Fn(&OrderEventKind) -> bool| story.iter().filter(|e| f(&e.kind)).count();
        let end = &story.last().expect("an event").kind;
        match end {
            OrderEventKind::PickedUp => {
                ends[0] += 1;
                assert_eq!(count(&|k| matches!(k, OrderEventKind::ItemDone { .. })), items.len());
                assert_eq!(count(&|k| matches!(k, OrderEventKind::ItemStarted { .. })), items.len());
                assert_eq!(count(&|k| matches!(k, OrderEventKind::Ready)), 1);
                assert_eq!(count(&|k| matches!(k, OrderEventKind::CourierArrived)), 1);
            }
            OrderEventKind::Cancelled { .. } => {
                ends[1] += 1;
                assert_eq!(count(&|k| matches!(k, OrderEventKind::Ready)), 0);
            }
            other => panic!("{id:?} ends with {other:?}"),
        }
        let finals = |k: &OrderEventKind| matches!(k, OrderEventKind::PickedUp | OrderEventKind::Cancelled { .. });
        assert_eq!(count(&finals), 1);
    }
    let [picked_up, cancelled] = ends;
    assert!(picked_up > 6_000 && cancelled > 50 && cancelled * 10 < picked_up, "{ends:?}");
}

struct Run {
    ledger: Ledger,
    outcomes: Vec<Outcome>,
    alerts: Vec<(Prediction, Option<bool>)>,
    open_orders: BTreeSet<OrderId>,
}

/// Lets the kitchens run; from `measure_from` on predicts every minute.
fn run(seed: u64, stores: usize, days: i64, measure_from_day: i64) -> Run {
    let mut kitchen = kitchen(seed, stores);
    let mut predictor = Predictor::new(seed);
    let mut run =
        Run { ledger: Ledger::default(), outcomes: Vec::new(), alerts: Vec::new(), open_orders: BTreeSet::new() };
    let rule = AlertRule::default();
    let mut alerted = BTreeMap::new();
    let mut at = start();
    while at < start() + TimeDelta::days(days) {
        at += TimeDelta::seconds(60);
        for event in kitchen.advance(at) {
            match predictor.observe(&event) {
                observed::Observation::Finished(Some(outcome)) => {
                    run.ledger.finish(&outcome);
                    if let Some(prediction) = alerted.remove(&outcome.order) {
                        let p: Prediction = prediction;
                        let kept = outcome.ready_at <= p.made_at + HORIZON;
                        run.alerts.push((p, Some(kept)));
                    }
                    run.outcomes.push(outcome);
                }
                observed::Observation::Cancelled => {
                    run.ledger.cancel(&event.order);
                    alerted.remove(&event.order);
                }
                _ => {}
            }
        }
        if at >= start() + TimeDelta::days(measure_from_day) {
            let predictions = predictor.predict(at);
            for p in &predictions {
                assert!(p.p10_at >= at && p.p10_at <= p.p50_at && p.p50_at <= p.p90_at);
                assert!(p.confidence > 0.0 && p.confidence < 1.0);
                run.ledger.record(p);
            }
            for alert in rule.select(&predictions) {
                alerted.entry(alert.order.clone()).or_insert(alert);
            }
        }
    }
    for store in predictor.observed().stores() {
        run.open_orders.extend(predictor.observed().open_orders(store).into_iter().map(|o| o.order.id.clone()));
    }
    run
}

#[test]
fn predictions_are_calibrated_on_orders_they_have_not_seen() {
    let run = run(11, 12, 3, 1);
    let score = calibration(run.ledger.scored(start()), 10);
    println!("{score:#?}");
    assert!(score.sample > 2_000, "{}", score.sample);
    let coverage = score.coverage_80.expect("a sample");
    assert!((0.7..=0.9).contains(&coverage), "coverage of the 80 % interval {coverage}");
    let (model, naive) =
        (score.median_abs_error_s.expect("a sample"), score.naive_median_abs_error_s.expect("a sample"));
    assert!(model < naive, "median error {model} s, baseline {naive} s");
    for bin in score.bins.iter().filter(|b| b.sample >= 100) {
        assert!((bin.predicted - bin.observed).abs() < 0.12, "{bin:?}");
    }
    let kept = run.alerts.iter().filter(|a| a.1 == Some(true)).count();
    println!("alerts {} kept {kept}", run.alerts.len());
    assert!(run.alerts.iter().all(|(p, _)| p.confidence >= 0.85));
    assert!(kept as f64 >= 0.85 * run.alerts.len() as f64, "{kept} of {}", run.alerts.len());
    let waits = wait_histogram(run.outcomes.iter().filter_map(Outcome::avoidable_wait), 60, 10);
    println!("{waits:?}");
    assert_eq!(waits.counts.iter().sum::<u64>(), waits.sample);
    assert!(waits.sample > 2_000);
    // Nothing lingers: at midnight only the last minutes' orders are open.
    assert!(run.open_orders.len() < 60, "{}", run.open_orders.len());
}

#[test]
fn an_alert_needs_a_confidence_of_85_percent_and_the_soonest_comes_first() {
    let prediction = |order: &str, confidence, minutes| Prediction {
        order: OrderId(order.to_owned()),
        store: StoreRef("s".to_owned()),
        made_at: start(),
        p10_at: start(),
        p50_at: start() + TimeDelta::minutes(minutes),
        p90_at: start() + TimeDelta::minutes(20),
        confidence,
        naive_at: start(),
    };
    let all = [prediction("late", 0.97, 9), prediction("unsure", 0.849_999, 2), prediction("edge", 0.85, 7)];
    let alerts = AlertRule::default().select(&all);
    let orders: Vec<_> = alerts.iter().map(|a| a.order.0.as_str()).collect();
    assert_eq!(orders, ["edge", "late"]);
}

#[test]
fn the_same_events_give_the_same_predictions() {
    let at = start() + TimeDelta::hours(12);
    let events = kitchen(3, 4).advance(at);
    let build = || {
        let mut predictor = Predictor::new(9);
        for event in &events {
            predictor.observe(event);
        }
        predictor.predict(at)
    };
    let first = build();
    assert!(first.len() > 3);
    assert_eq!(first, build());
    let text = serde_json::to_string(&first[0]).expect("serialised");
    assert_eq!(serde_json::from_str::<Prediction>(&text).expect("read back"), first[0]);
}

#[test]
fn repeats_strangers_and_late_events_are_ignored() {
    let events = kitchen(5, 2).advance(start() + TimeDelta::hours(18));
    let mut predictor = Predictor::new(1);
    for event in &events {
        predictor.observe(event);
    }
    let finals: Vec<_> = events.iter().filter(|e| matches!(e.kind, OrderEventKind::PickedUp)).take(20).collect();
    for event in finals {
        assert_eq!(predictor.observe(event), observed::Observation::Ignored);
        let again = OrderEvent { kind: OrderEventKind::Ready, ..event.clone() };
        assert_eq!(predictor.observe(&again), observed::Observation::Ignored);
    }
    let store = StoreRef("s000".to_owned());
    let open = predictor.observed().open_orders(&store).first().map(|o| (*o).clone());
    let open = open.expect("an open order in the evening");
    let wild = OrderEvent {
        order: open.order.id.clone(),
        store,
        at: open.order.placed_at,
        kind: OrderEventKind::ItemDone { item: u16::MAX },
    };
    assert_eq!(predictor.observe(&wild), observed::Observation::Ignored);
}

#[test]
fn events_have_a_stable_exchange_form() {
    let event = OrderEvent {
        order: OrderId("o1".to_owned()),
        store: StoreRef("s1".to_owned()),
        at: start(),
        kind: OrderEventKind::ItemDone { item: 2 },
    };
    let text = serde_json::to_string(&event).expect("serialised");
    assert_eq!(text, r#"{"order":"o1","store":"s1","at":"2026-11-15T16:00:00Z","kind":"item_done","item":2}"#);
    assert_eq!(serde_json::from_str::<OrderEvent>(&text).expect("read back"), event);
}

#[test]
fn waits_are_never_negative_and_the_last_bin_is_open() {
    assert_eq!(avoidable_wait(start(), start() - TimeDelta::minutes(3)), TimeDelta::zero());
    let waits = [-60, 0, 59, 60, 150, 9_999].map(TimeDelta::seconds);
    let histogram = wait_histogram(waits, 60, 3);
    assert_eq!(histogram.counts, [3, 1, 2]);
    assert_eq!(histogram.median_s, Some(59.5));
    assert_eq!(wait_histogram([], 60, 3).median_s, None);
    assert_eq!(calibration([], 10).coverage_80, None);
}

#[test]
fn senseless_configurations_are_refused() {
    let mut twice = config(1, 2);
    twice.stores[1].store = twice.stores[0].store.clone();
    let refused = Kitchen::new(twice, start()).map(|_| ()).map_err(|e| e.code());
    assert_eq!(refused, Err("kitchen_duplicate_store"));
    let far = KitchenConfig { utc_offset_s: 99_999, ..config(1, 1) };
    assert_eq!(Kitchen::new(far, start()).map(|_| ()).map_err(|e| e.code()), Err("kitchen_offset"));
}
