//! The partition matrix: real backend, real devices, a network between them that the test owns. Whatever fault,
//! once it is over every device has everything, nothing is lost and nothing is there twice.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::seq::IndexedRandom as _;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::evidence::{backend_records, balance, device_records, head, taken};
use tests::proxy::{Flow, Proxy};
use tests::saver::{Saver, Signal, signal};
use tests::world::{Backend, World};

/// How long faults come and go in one cell.
const FAULTY: Duration = Duration::from_secs(4);
/// The shortest and longest fault, in milliseconds.
const FAULT_MS: std::ops::Range<u64> = 150..1_200;
/// The shortest and longest time between two faults, in milliseconds.
const CALM_MS: std::ops::Range<u64> = 50..300;
/// How long everything may take to arrive once the faults are over: a call that hangs is given up after 30 s, then
/// come the delays between attempts.
const HEALING: Duration = Duration::from_secs(120);
const SEED: u64 = 20_261_122;

/// What goes wrong in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Nothing comes from the backend.
    PartitionIn,
    /// Nothing goes to the backend.
    PartitionOut,
    /// Neither.
    PartitionBoth,
    /// Connections hang for ever; new ones are made.
    Forgotten,
    /// Both directions take long.
    Slow,
    /// Requests are cut in the middle.
    CutRequests,
    /// Answers are cut in the middle.
    CutAnswers,
    /// Devices stand still.
    PauseDevices,
    /// The backend stands still.
    PauseBackend,
    /// Devices are killed and start again.
    KillDevices,
    /// The backend is killed and starts again.
    KillBackend,
    /// One after the other, drawn.
    All,
}

const FAULTS: [Fault; 12] = [
    Fault::PartitionIn,
    Fault::PartitionOut,
    Fault::PartitionBoth,
    Fault::Forgotten,
    Fault::Slow,
    Fault::CutRequests,
    Fault::CutAnswers,
    Fault::PauseDevices,
    Fault::PauseBackend,
    Fault::KillDevices,
    Fault::KillBackend,
    Fault::All,
];

#[derive(Clone, Copy, Debug)]
struct Cell {
    fault: Fault,
    devices: usize,
    /// Of all devices together.
    edits_per_s: u64,
}

const QUICK: [Cell; 2] = [
    Cell { fault: Fault::PartitionBoth, devices: 5, edits_per_s: 20 },
    Cell { fault: Fault::All, devices: 5, edits_per_s: 40 },
];

/// All cells: 5 and 10 devices, 10, 20 and 40 edits a second of all together, and 40 of each device.
fn matrix() -> Vec<Cell> {
    let sizes = [5_usize, 10];
    let cells = FAULTS.iter().flat_map(|fault| {
        sizes.iter().flat_map(|devices| {
            let rates = [10, 20, 40, 40 * *devices as u64];
            rates.map(|edits_per_s| Cell { fault: *fault, devices: *devices, edits_per_s })
        })
    });
    cells.collect()
}

/// One device and its way to the backend.
struct Place {
    saver: Saver,
    way: Proxy,
}

struct Site {
    database: PathBuf,
    backend: Backend,
    places: Vec<Place>,
    random: ChaCha8Rng,
    backend_kills: u64,
    world: World,
}

impl Site {
    fn new(cell: Cell, seed: u64) -> Self {
        let world = World::new().unwrap();
        let backend = world.backend(0).unwrap();
        let target: SocketAddr = backend.address().parse().unwrap();
        let each = (cell.edits_per_s / cell.devices as u64).max(1);
        let places = (0..cell.devices).map(|n| {
            let way = Proxy::start(target, seed.wrapping_add(n as u64)).unwrap();
            let mut device = world.device(&format!("d{n}"), &backend, "operations").unwrap();
            device.server = way.url();
            Place { saver: Saver::new(device, Some(each)), way }
        });
        let places = places.collect();
        let random = ChaCha8Rng::seed_from_u64(seed);
        Self { database: world.path("server.db"), backend, places, random, backend_kills: 0, world }
    }

    fn start(&mut self) {
        self.places.iter_mut().for_each(|place| place.saver.start().unwrap());
        self.places.iter_mut().for_each(|place| place.saver.wait_for_a_save(HEALING).unwrap());
    }

    /// A drawn part of the devices, at least one.
    fn some(&mut self) -> Vec<usize> {
        let count = self.random.random_range(1..=self.places.len());
        rand::seq::index::sample(&mut self.random, self.places.len(), count).into_vec()
    }

    fn wait(&mut self, ms: std::ops::Range<u64>) {
        // How long a fault lasts is the point of this test; it is drawn, not a wait for something.
        std::thread::park_timeout(Duration::from_millis(self.random.random_range(ms)));
    }

    fn set(&self, some: &[usize], out: Flow, back: Flow) {
        some.iter().for_each(|n| self.places[*n].way.set(out, back));
    }

    /// A fault and its end.
    fn suffer(&mut self, fault: Fault) {
        let some = self.some();
        let cut = Flow::Cut { one_in: 3 };
        let slow = Flow::Slow(Duration::from_millis(self.random.random_range(20..300)));
        let open = Flow::Open;
        match fault {
            Fault::All => {
                let others: Vec<Fault> =
                    FAULTS.iter().copied().filter(|f| !matches!(f, Fault::All | Fault::Forgotten)).collect();
                let drawn = others.choose(&mut self.random).copied().unwrap();
                return self.suffer(drawn);
            }
            Fault::PartitionIn => self.set(&some, open, Flow::Held),
            Fault::PartitionOut => self.set(&some, Flow::Held, open),
            Fault::PartitionBoth => self.set(&some, Flow::Held, Flow::Held),
            Fault::Forgotten => some.iter().for_each(|n| self.places[*n].way.forget_connections()),
            Fault::Slow => self.set(&some, slow, slow),
            Fault::CutRequests => self.set(&some, cut, open),
            Fault::CutAnswers => self.set(&some, open, cut),
            Fault::PauseDevices => self.signal(&some, Signal::Stop),
            Fault::PauseBackend => signal(self.backend.pid(), Signal::Stop).unwrap(),
            Fault::KillDevices => some.iter().for_each(|n| self.places[*n].saver.kill()),
            Fault::KillBackend => self.backend.kill(),
        }
        self.wait(FAULT_MS);
        match fault {
            Fault::PauseDevices => self.signal(&some, Signal::Continue),
            Fault::PauseBackend => signal(self.backend.pid(), Signal::Continue).unwrap(),
            Fault::KillDevices => some.iter().for_each(|n| self.places[*n].saver.start().unwrap()),
            Fault::KillBackend => {
                self.backend.restart().unwrap();
                self.backend_kills += 1;
            }
            _ => {
                self.set(&some, open, open);
                // What waited arrives late, or never.
                if fault != Fault::Forgotten && self.random.random() {
                    some.iter().for_each(|n| self.places[*n].way.break_connections());
                }
            }
        }
    }

    fn signal(&self, some: &[usize], what: Signal) {
        some.iter().filter_map(|n| self.places[*n].saver.pid()).for_each(|pid| signal(pid, what).unwrap());
    }

    /// Nobody saves any more, and nothing is wrong any more: all devices get everything, without a click.
    fn heal(&mut self) -> Result<(), String> {
        self.places.iter_mut().for_each(|place| place.saver.stop().unwrap());
        // First all that they have saved reaches the backend, then all that the backend has reaches them.
        for what in ["sent", "received"] {
            let seq = if what == "sent" { 0 } else { head(&self.database).unwrap() };
            for place in &mut self.places {
                place.saver.drain(seq).unwrap();
            }
            for place in &mut self.places {
                let drained = place.saver.wait_until_drained(HEALING);
                drained.map_err(|error| format!("not everything was {what} (change {seq}): {error}"))?;
            }
        }
        self.places.iter_mut().for_each(|place| place.saver.kill());
        Ok(())
    }

    /// What is on the disks now.
    fn verdict(&self) -> Result<Summary, String> {
        let taken = taken(&self.database).unwrap();
        let said: Vec<_> = self.places.iter().flat_map(|place| place.saver.said()).collect();
        let lives: u64 = self.places.iter().map(|place| place.saver.lives()).sum();
        let balance = balance(said.iter().copied(), &taken);
        let mut wrong = Vec::new();
        if !balance.lost.is_empty() {
            wrong.push(format!("{} of {} saved edits are lost: {:?}", balance.lost.len(), said.len(), balance.lost));
        }
        if balance.doubled > 0 {
            wrong.push(format!("{} effects too many", balance.doubled));
        }
        // Between a save and its line a kill may fall, once a life.
        if balance.unsaid as u64 > lives {
            wrong.push(format!("{} edits that nobody saved", balance.unsaid));
        }
        let ours = backend_records(&self.database).unwrap();
        for place in &self.places {
            let theirs = device_records(&place.saver.device().home).unwrap();
            let different: Vec<_> = ours.iter().filter(|(id, record)| theirs.get(*id) != Some(record)).collect();
            if !different.is_empty() || theirs.len() != ours.len() {
                let home = place.saver.device().home.display();
                wrong.push(format!(
                    "{home} has {} records of {}, other than the backend's: {different:?}",
                    theirs.len(),
                    ours.len()
                ));
            }
        }
        let restarts = lives - self.places.len() as u64 + self.backend_kills;
        if wrong.is_empty() { Ok(Summary { saved: said.len(), restarts }) } else { Err(wrong.join("\n")) }
    }
}

struct Summary {
    saved: usize,
    restarts: u64,
}

/// Runs a cell; on failure its databases are kept.
fn run(cell: Cell, seed: u64) -> Result<Summary, String> {
    let mut site = Site::new(cell, seed);
    site.start();
    let begun = Instant::now();
    while begun.elapsed() < FAULTY {
        site.suffer(cell.fault);
        site.wait(CALM_MS);
    }
    let done = site.heal().and_then(|()| site.verdict());
    done.map_err(|wrong| {
        site.places.clear();
        format!("{wrong}\nthe databases: {}", site.world.keep().display())
    })
}

/// `PARTITION_CELLS=all` runs the whole matrix, a number only that cell of it.
#[test]
fn every_device_has_everything_once_the_network_heals() {
    let matrix = matrix();
    let cells: Vec<(usize, Cell)> = match std::env::var("PARTITION_CELLS").ok().as_deref() {
        None => QUICK.into_iter().enumerate().collect(),
        Some("all") => matrix.into_iter().enumerate().collect(),
        Some(number) => matrix.into_iter().enumerate().filter(|(n, _)| n.to_string() == number).collect(),
    };
    assert!(!cells.is_empty(), "PARTITION_CELLS: there is no such cell");
    let begun = Instant::now();
    let (mut saved, mut restarts, mut failed) = (0, 0, Vec::new());
    for (number, cell) in &cells {
        let cell_begun = Instant::now();
        let Cell { fault, devices, edits_per_s } = cell;
        let what = format!("cell {number}: {fault:?}, {devices} devices, {edits_per_s} edits/s");
        let result = run(*cell, SEED.wrapping_add(*number as u64));
        let took_s = cell_begun.elapsed().as_secs_f64();
        match result {
            Ok(summary) => {
                (saved, restarts) = (saved + summary.saved, restarts + summary.restarts);
                eprintln!("{what}: {} edits, {} restarts, {took_s:.1} s", summary.saved, summary.restarts);
            }
            Err(wrong) => {
                eprintln!("{what}: FAILED after {took_s:.1} s; again: PARTITION_CELLS={number}\n{wrong}");
                failed.push(what);
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!(
        "{} cells, {saved} saved edits, {restarts} restarts, {} failures, {seconds:.0} s",
        cells.len(),
        failed.len()
    );
    assert!(failed.is_empty(), "{failed:#?}");
}
