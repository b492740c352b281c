//! One kitchen day, run as a discrete-event simulation: stations with cooks, first come first
//! served. Times are milliseconds from the day's local midnight.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

use super::types::{CancelReason, Station};

/// An item with the truth that only the simulation knows.
#[derive(Debug, Clone)]
pub(crate) struct PlannedItem {
    pub(crate) dish: usize,
    pub(crate) station: Station,
    pub(crate) work_ms: i64,
    /// The earliest start: later than the placing when an ingredient has to be fetched.
    pub(crate) available_ms: i64,
}

/// An order with the truth that only the simulation knows.
#[derive(Debug, Clone)]
pub(crate) struct PlannedOrder {
    pub(crate) placed_ms: i64,
    pub(crate) items: Vec<PlannedItem>,
    pub(crate) packing_ms: i64,
    pub(crate) courier_ms: i64,
    pub(crate) handover_ms: i64,
    pub(crate) cancel: Option<(i64, CancelReason)>,
}

/// A cook of a station is away for a while.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Absence {
    pub(crate) station: Station,
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

/// What the day brings.
#[derive(Debug, Clone)]
pub(crate) struct DayPlan {
    pub(crate) orders: Vec<PlannedOrder>,
    pub(crate) cooks: [u32; 5],
    pub(crate) absences: Vec<Absence>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happened {
    Placed,
    Started(usize),
    Done(usize),
    Ready,
    Courier,
    PickedUp,
    Cancelled(CancelReason),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    CookBack(usize),
    CookAway(usize),
    ItemDone(usize, usize),
    Packed(usize),
    Courier(usize),
    PickedUp(usize),
    Cancel(usize),
    Available(usize),
    Place(usize),
}

#[derive(Default)]
struct Bench {
    cooks: i64,
    busy: i64,
    queue: VecDeque<(usize, usize)>,
}

#[derive(Default, Clone)]
struct Progress {
    left: usize,
    ready: bool,
    courier: bool,
    over: bool,
}

struct Day<'a> {
    plan: &'a DayPlan,
    benches: [Bench; 5],
    progress: Vec<Progress>,
    working: BTreeSet<(usize, usize)>,
    agenda: BinaryHeap<Reverse<(i64, u64, Step)>>,
    ticket: u64,
    log: Vec<(i64, usize, Happened)>,
}

/// Runs the day to its end: every order ends picked up or cancelled. Returns `(ms, order,
/// what)` in the order of time.
pub(crate) fn run_day(plan: &DayPlan) -> Vec<(i64, usize, Happened)> {
    let mut day = Day {
        plan,
        benches: std::array::from_fn(|i| Bench { cooks: i64::from(plan.cooks[i].max(1)), ..Bench::default() }),
        progress: vec![Progress::default(); plan.orders.len()],
        working: BTreeSet::new(),
        agenda: BinaryHeap::new(),
        ticket: 0,
        log: Vec::new(),
    };
    for absence in &plan.absences {
        let station = absence.station.index();
        day.plan_step(absence.from_ms, Step::CookAway(station));
        day.plan_step(absence.to_ms.max(absence.from_ms), Step::CookBack(station));
    }
    for (i, order) in plan.orders.iter().enumerate() {
        day.plan_step(order.placed_ms, Step::Place(i));
    }
    while let Some(Reverse((now, _, step))) = day.agenda.pop() {
        day.take(now, step);
    }
    day.log
}

impl Day<'_> {
    fn plan_step(&mut self, at: i64, step: Step) {
        self.ticket += 1;
        self.agenda.push(Reverse((at, self.ticket, step)));
    }

    fn take(&mut self, now: i64, step: Step) {
        match step {
            Step::CookAway(station) => self.benches[station].cooks -= 1,
            Step::CookBack(station) => {
                self.benches[station].cooks += 1;
                self.start_work(now, station);
            }
            Step::Place(order) => self.place(now, order),
            Step::Available(station) => self.start_work(now, station),
            Step::ItemDone(order, item) => self.item_done(now, order, item),
            Step::Packed(order) if !self.progress[order].over => {
                self.progress[order].ready = true;
                self.log.push((now, order, Happened::Ready));
                self.maybe_hand_over(now, order);
            }
            Step::Courier(order) if !self.progress[order].over => {
                self.progress[order].courier = true;
                self.log.push((now, order, Happened::Courier));
                self.maybe_hand_over(now, order);
            }
            Step::PickedUp(order) if !self.progress[order].over => {
                self.progress[order].over = true;
                self.log.push((now, order, Happened::PickedUp));
            }
            Step::Cancel(order) => self.cancel(now, order),
            Step::Packed(_) | Step::Courier(_) | Step::PickedUp(_) => {}
        }
    }

    fn place(&mut self, now: i64, order: usize) {
        let planned = &self.plan.orders[order];
        self.log.push((now, order, Happened::Placed));
        self.progress[order].left = planned.items.len();
        self.plan_step(planned.courier_ms.max(now), Step::Courier(order));
        if let Some((at, _)) = planned.cancel {
            self.plan_step(at.max(now), Step::Cancel(order));
        }
        for (i, item) in planned.items.iter().enumerate() {
            let station = item.station.index();
            self.benches[station].queue.push_back((order, i));
            if item.available_ms > now {
                self.plan_step(item.available_ms, Step::Available(station));
            }
        }
        for station in 0..self.benches.len() {
            self.start_work(now, station);
        }
    }

    fn start_work(&mut self, now: i64, station: usize) {
        while self.benches[station].busy < self.benches[station].cooks {
            let plan = self.plan;
            let bench = &mut self.benches[station];
            let next = bench.queue.iter().position(|&(o, i)| plan.orders[o].items[i].available_ms <= now);
            let Some((order, item)) = next.and_then(|at| bench.queue.remove(at)) else {
                return;
            };
            bench.busy += 1;
            self.working.insert((order, item));
            self.log.push((now, order, Happened::Started(item)));
            let done = now + plan.orders[order].items[item].work_ms.max(1);
            self.plan_step(done, Step::ItemDone(order, item));
        }
    }

    fn item_done(&mut self, now: i64, order: usize, item: usize) {
        // Not in work any more when the order was cancelled meanwhile.
        if !self.working.remove(&(order, item)) {
            return;
        }
        let planned = &self.plan.orders[order];
        let station = planned.items[item].station.index();
        self.benches[station].busy -= 1;
        self.log.push((now, order, Happened::Done(item)));
        self.progress[order].left -= 1;
        if self.progress[order].left == 0 {
            self.plan_step(now + planned.packing_ms, Step::Packed(order));
        }
        self.start_work(now, station);
    }

    fn maybe_hand_over(&mut self, now: i64, order: usize) {
        let progress = &self.progress[order];
        if progress.ready && progress.courier {
            let at = now + self.plan.orders[order].handover_ms;
            self.plan_step(at, Step::PickedUp(order));
        }
    }

    /// A ready order cannot be cancelled; an unfinished one leaves the queues at once.
    fn cancel(&mut self, now: i64, order: usize) {
        let Some((_, reason)) = self.plan.orders[order].cancel else {
            return;
        };
        if self.progress[order].ready || self.progress[order].over {
            return;
        }
        self.progress[order].over = true;
        self.log.push((now, order, Happened::Cancelled(reason)));
        for (station, bench) in self.benches.iter_mut().enumerate() {
            bench.queue.retain(|&(o, _)| o != order);
            let stopped = self
                .working
                .iter()
                .filter(|&&(o, i)| o == order && self.plan.orders[o].items[i].station.index() == station)
                .count();
            bench.busy -= i64::try_from(stopped).unwrap_or(0);
        }
        self.working.retain(|&(o, _)| o != order);
        for station in 0..self.benches.len() {
            self.start_work(now, station);
        }
    }
}
