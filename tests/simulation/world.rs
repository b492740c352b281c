//! Virtual time and everything that happens in it: one event after the other, in an order that the seed decides.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::rc::Rc;

use domain::{Actor, ActorId, EditId, Role, Scope};
use sync_engine::device::{Comparison, Effect, Engine, Failure, Input};

use crate::administrator;
use crate::chance::Chance;
use crate::checks::{self, Broken};
use crate::conduct::{Conduct, Step};
use crate::device::{Answer, Body, Device, DiskWork, Lane, PageEnd, Quiet, Running};
use crate::late::{self, Trouble};
use crate::memory::{self, Memory};
use crate::network::Network;
use crate::report::Report;
use crate::server::{Now, Server, Token};
use crate::visible;

/// Milliseconds since 1970 at the start of every run.
const START_MS: u64 = 1_790_000_000_000;
/// How long a token is good, in milliseconds.
pub const TOKEN_MS: u64 = 60_000;

/// One seed in so many, and some more, runs with the real cache and the real server on real files.
pub const REAL_DISK_ONE_IN: u64 = 100;

/// See [`has_slow_disks`].
const SLOW_DISKS: u64 = 10;
const SLOW_DISK_UNIT_MS: u64 = 60;

/// Something that will happen.
pub enum Event {
    /// The driver tells the engine.
    Input { device: usize, life: u64, input: Input },
    /// The cursor is given up, or the disk refused: the engine hears that before anything that came meanwhile.
    GivenUp { device: usize, life: u64, input: Input },
    /// One transaction on the device's disk.
    Disk { device: usize, life: u64, work: DiskWork },
    /// The time that the engine named has come.
    Timer { device: usize, life: u64, timer: u64 },
    /// A copy of a request reaches the server.
    Arrival { device: usize, life: u64, request: u64, body: Rc<Body>, token: Option<Token>, answer_ms: Option<u64> },
    /// An answer reaches the device.
    Answer { device: usize, life: u64, request: u64, lane: Lane, answer: Answer, token: Option<Token> },
    /// The program is started.
    Boot { device: usize },
    /// The server is started.
    ServerUp,
}

pub struct World {
    pub now_ms: u64,
    pub chance: Chance,
    /// The administrator's own, in seeds that have one.
    pub administrator: Option<Chance>,
    /// In seeds whose server is in trouble.
    pub trouble: Option<Trouble>,
    /// How long a transaction on a device's disk is waited for, in units that are drawn.
    disk_unit_ms: u64,
    events: BinaryHeap<Reverse<(u64, u64)>>,
    what: BTreeMap<u64, Event>,
    next_event: u64,
    pub next_request: u64,
    pub server: Server,
    pub server_clock_off_ms: i64,
    pub devices: Vec<Device>,
    pub network: Network,
    pub report: Report,
    pub memory: Memory,
    /// Until when something between refuses what only reads, in milliseconds of virtual time.
    pub proxy_until_ms: u64,
    /// Chance of a crash after an event: once in so many; 0 for none.
    pub kills_one_in: u64,
}

/// Does the real cache run? In one of a hundred, and in one of four hundred that have an administrator.
fn on_real_disk(seed: u64) -> bool {
    seed.is_multiple_of(REAL_DISK_ONE_IN) || seed % (4 * REAL_DISK_ONE_IN) == REAL_DISK_ONE_IN / 2
}

/// Are the devices' disks slower than their network? In one of sixteen; none of those that failed before disks were slow.
fn has_slow_disks(seed: u64) -> bool {
    seed % 16 == SLOW_DISKS
}

fn actor(id: &str, role: Role, scope: Scope) -> Actor {
    Actor { id: ActorId::new(id).unwrap(), name: format!("{id} 的人"), role, scope }
}

impl World {
    pub fn of_seed(seed: u64) -> Self {
        let mut chance = Chance::of_seed(seed);
        let prefixes = |list: &[&str]| Scope::Prefixes(list.iter().map(|p| (*p).to_owned()).collect());
        let actors = vec![
            actor("shop-a", Role::Merchant, prefixes(&["BJ-"])),
            actor("shop-b", Role::Merchant, prefixes(&["BJ-", "SH-"])),
            actor("operations", Role::Operations, Scope::All),
        ];
        let devices: Vec<Device> =
            actors.iter().enumerate().map(|(n, actor)| Device::new(n, actor.id.clone(), &mut chance)).collect();
        let mut world = Self {
            now_ms: 0,
            chance,
            administrator: administrator::governs(seed).then(|| Chance::of_seed(!seed)),
            trouble: late::troubles(seed).then(|| Trouble::of_seed(seed)),
            disk_unit_ms: if has_slow_disks(seed) { SLOW_DISK_UNIT_MS } else { 1 },
            events: BinaryHeap::new(),
            what: BTreeMap::new(),
            next_event: 0,
            next_request: 0,
            server: Server::new(actors),
            server_clock_off_ms: 0,
            network: Network::new(devices.len()),
            memory: Memory::new(devices.len()),
            devices,
            report: Report::default(),
            proxy_until_ms: 0,
            kills_one_in: 400,
        };
        if on_real_disk(seed) {
            world.server.on_real_disk();
        }
        for device in 0..world.devices.len() {
            if on_real_disk(seed) {
                let actor = world.server.actors[device].clone();
                world.devices[device].store.on_real_disk(actor);
            }
            let token = world.server.issue(device, TOKEN_MS);
            world.devices[device].token = Some(token);
            world.devices[device].clock_off_ms = world.chance.between(0, 1_200_000) as i64 - 600_000;
            world.at(0, Event::Boot { device });
        }
        world
    }

    pub fn at(&mut self, delay_ms: u64, event: Event) {
        self.next_event += 1;
        self.events.push(Reverse((self.now_ms + delay_ms, self.next_event)));
        self.what.insert(self.next_event, event);
    }

    pub fn wall_ms(&self, off_ms: i64) -> u64 {
        (START_MS + self.now_ms).saturating_add_signed(off_ms)
    }
    /// Now, as the server's clock has it.
    pub fn server_now(&self) -> Now {
        Now { ms: self.now_ms, wall_ms: self.wall_ms(self.server_clock_off_ms) }
    }
    pub fn device_wall_ms(&self, device: usize) -> u64 {
        self.wall_ms(self.devices[device].clock_off_ms)
    }

    /// Lets time pass, with all that happens in it.
    pub fn pass(&mut self, ms: u64) -> Result<(), Broken> {
        let until_ms = self.now_ms + ms;
        while let Some(Reverse((at_ms, number))) = self.events.peek().copied() {
            if at_ms > until_ms {
                break;
            }
            self.events.pop();
            self.now_ms = at_ms;
            if let Some(event) = self.what.remove(&number) {
                self.memory.events += 1;
                self.happens(event)?;
            }
        }
        self.now_ms = until_ms;
        Ok(())
    }

    fn happens(&mut self, event: Event) -> Result<(), Broken> {
        let stored = match &event {
            Event::Disk { .. } | Event::Boot { .. } => true,
            Event::Input { input, .. } => matches!(input, Input::EditSaved),
            _ => false,
        };
        let touched = match event {
            Event::Input { device, life, input } => {
                if self.devices[device].life != life {
                    return Ok(());
                }
                self.feed(device, input)?;
                device
            }
            Event::GivenUp { device, life, input } => {
                if self.devices[device].life != life {
                    return Ok(());
                }
                self.given_up(device, input)?;
                device
            }
            Event::Disk { device, life, work } => {
                if self.devices[device].life != life {
                    return Ok(());
                }
                self.disk(device, work)?;
                device
            }
            Event::Timer { device, life, timer } => {
                let current = |running: &Running| running.timer == timer;
                if self.devices[device].life != life || !self.devices[device].running.as_ref().is_some_and(current) {
                    return Ok(());
                }
                self.feed(device, Input::Tick)?;
                device
            }
            Event::Arrival { device, life, request, body, token, answer_ms } => {
                self.arrives(device, life, request, &body, token, answer_ms)?;
                device
            }
            Event::Answer { device, life, request, lane, answer, token } => {
                let own = &mut self.devices[device];
                let waited = own.life == life && own.running.as_mut().is_some_and(|r| r.waits_for.remove(&request));
                if !waited {
                    return Ok(());
                }
                if let (Some(token), Answer::Word(Input::Refreshed(Ok(())))) = (token, &answer) {
                    own.token = Some(token);
                }
                self.note_answer(device, lane, &answer);
                match answer {
                    Answer::Word(input) => self.feed(device, input)?,
                    Answer::Page { page, end } => {
                        if let Some(running) = &mut self.devices[device].running {
                            running.page_end = end;
                        }
                        self.feed(device, Input::Pulled(Ok(page)))?;
                    }
                    Answer::Digests(digests) => self.queue_disk_work(device, DiskWork::Compare { digests }),
                    Answer::Buckets(buckets, whole) => {
                        self.queue_disk_work(device, DiskWork::Repair { buckets, whole })
                    }
                }
                device
            }
            Event::Boot { device } => {
                self.boot(device)?;
                device
            }
            Event::ServerUp => {
                self.server.start();
                return Ok(());
            }
        };
        checks::device(self, touched, stored)?;
        if self.kills_one_in > 0 && self.chance.once_in(self.kills_one_in) {
            self.kill(touched);
        }
        Ok(())
    }

    /// Starts the program on a device, unless it runs.
    pub fn boot(&mut self, device: usize) -> Result<(), Broken> {
        let wall_ms = self.device_wall_ms(device);
        let own = &mut self.devices[device];
        if own.running.is_some() {
            return Ok(());
        }
        let sending = own.store.outbox.values().filter(|e| e.state == domain::EditState::Sending);
        own.resumed.extend(sending.map(|e| e.edit.edit_id).collect::<Vec<EditId>>());
        own.store.set_wall_ms(wall_ms);
        own.store.open();
        own.disk_free_ms = self.now_ms;
        own.running = Some(Running {
            engine: Engine::new(own.config.clone()),
            waits_for: BTreeSet::new(),
            timer: 0,
            quiet: [Quiet::default(); 3],
            page_end: PageEnd::default(),
            page_complete: false,
            held: None,
            conduct: Conduct::default(),
        });
        let signed_in = own.token.is_some();
        self.feed(device, Input::Started { signed_in })
    }

    /// Kills the program; it is started again later.
    pub fn kill(&mut self, device: usize) {
        if self.devices[device].running.is_none() {
            return;
        }
        self.report.count("fault device killed");
        self.devices[device].kill();
        let delay_ms = self.chance.between(1, 8_000);
        self.at(delay_ms, Event::Boot { device });
    }

    pub fn kill_server(&mut self) {
        self.report.count("fault server killed");
        self.server.kill();
        let delay_ms = self.chance.between(1, 12_000);
        self.at(delay_ms, Event::ServerUp);
    }

    /// Something that a person or the driver tells the engine.
    pub fn tell(&mut self, device: usize, input: Input) {
        let life = self.devices[device].life;
        let delay_ms = self.chance.between(0, 3);
        self.at(delay_ms, Event::Input { device, life, input });
    }

    /// Tells what became of the cursor, and then what waited for that.
    fn given_up(&mut self, device: usize, input: Input) -> Result<(), Broken> {
        let held = self.devices[device].running.as_mut().and_then(|running| running.held.take());
        [input].into_iter().chain(held.unwrap_or_default()).try_for_each(|input| self.feed(device, input))
    }

    fn feed(&mut self, device: usize, input: Input) -> Result<(), Broken> {
        if let Some(held) = self.devices[device].running.as_mut().and_then(|running| running.held.as_mut()) {
            held.push(input);
            return Ok(());
        }
        self.report.input(&input);
        let wall_ms = self.device_wall_ms(device);
        let jitter = self.chance.next();
        let own = &mut self.devices[device];
        let Some(running) = &mut own.running else {
            return Ok(());
        };
        if matches!(input, Input::SyncNow | Input::SignedIn | Input::Rebuild) {
            // A person does not wait.
            running.quiet = [Quiet::default(); 3];
        }
        let before = running.engine.progress();
        let was_paused = before.paused;
        let started = matches!(input, Input::Started { .. } | Input::SignedOut);
        let told = running.conduct.hear(self.now_ms, &input, running.page_complete);
        let stores = running.conduct.stores_answers();
        let effects = running.engine.step(wall_ms, jitter, input);
        if stores && effects.iter().any(|effect| matches!(effect, Effect::Push { .. })) {
            self.report.count("batch sent before an answer was stored");
        }
        let after = running.engine.progress();
        let step = Step { now_ms: self.now_ms, told, before, effects: &effects, after };
        running.conduct.step(device, &step)?;
        if !was_paused && !started && running.engine.progress().paused {
            self.report.count("paused by 401");
            checks::pause_has_a_reason(self, device)?;
        }
        for effect in effects {
            self.report.effect(&effect);
            self.perform(device, effect)?;
        }
        let own = &mut self.devices[device];
        if let Some(running) = &mut own.running {
            running.timer += 1;
            if let Some(wake_ms) = running.engine.next_wake_ms() {
                let event = Event::Timer { device, life: own.life, timer: running.timer };
                self.at(wake_ms.saturating_sub(wall_ms).max(1), event);
            }
        }
        Ok(())
    }

    /// Carries out what the engine decided, as the driver does.
    fn perform(&mut self, device: usize, effect: Effect) -> Result<(), Broken> {
        let work = match effect {
            Effect::Push { edits } => {
                let body = self.devices[device].push_request(edits);
                return self.send(device, body);
            }
            Effect::RefreshToken => return self.send(device, Body::Refresh),
            Effect::CompareDigests => return self.send(device, Body::Digests),
            Effect::RepairBuckets { buckets } => return self.send(device, Body::Buckets(buckets)),
            Effect::LoadBatch { edits_max, bytes_max } => DiskWork::LoadBatch { edits_max, bytes_max },
            Effect::StoreOutcomes { reply, retry_at_ms } => DiskWork::StoreOutcomes { reply, retry_at_ms },
            Effect::Release { edit_ids } => DiskWork::Release { edit_ids },
            Effect::Reject { edit_id, problem } => DiskWork::Reject { edit_id, problem },
            Effect::RestartPull | Effect::ReadAnew => {
                if let Some(running) = &mut self.devices[device].running {
                    running.held = Some(Vec::new());
                }
                if effect == Effect::ReadAnew { DiskWork::ReadAnew } else { DiskWork::RestartPull }
            }
            Effect::Pull { limit } => DiskWork::PullFrom { limit },
            Effect::StorePage { page } => {
                let end = self.devices[device].running.as_ref().map(|running| running.page_end.clone());
                DiskWork::StorePage { page, end: end.unwrap_or_default() }
            }
        };
        self.queue_disk_work(device, work);
        Ok(())
    }

    fn queue_disk_work(&mut self, device: usize, work: DiskWork) {
        // One writer: transactions happen one after the other.
        let own = &mut self.devices[device];
        let begin_ms = own.disk_free_ms.max(self.now_ms) + self.chance.between(0, 4) * self.disk_unit_ms;
        own.disk_free_ms = begin_ms;
        let life = own.life;
        self.at(begin_ms - self.now_ms, Event::Disk { device, life, work });
    }

    fn disk(&mut self, device: usize, work: DiskWork) -> Result<(), Broken> {
        let wall_ms = self.device_wall_ms(device);
        let own = &mut self.devices[device];
        own.store.set_wall_ms(wall_ms);
        if own.disk_refuses(self.now_ms, work.writes()) {
            self.answer(device, &work, work.failure());
            return Ok(());
        }
        let (input, touched) = match work {
            DiskWork::LoadBatch { edits_max, bytes_max } => {
                let (edits, next_due_ms) = own.store.load_batch(wall_ms, edits_max, bytes_max);
                (Input::Batch { edits, next_due_ms }, Vec::new())
            }
            DiskWork::StoreOutcomes { reply, retry_at_ms } => {
                let before = own.store.cursor;
                let touched = own.store.store_outcomes(&reply, retry_at_ms);
                if own.store.cursor > before {
                    self.report.count("batch passed by the pull");
                }
                (Input::OutcomesStored, touched)
            }
            DiskWork::Release { edit_ids } => {
                own.store.release(&edit_ids);
                (Input::OutcomesStored, Vec::new())
            }
            DiskWork::Reject { edit_id, problem } => {
                own.store.reject(edit_id, &problem);
                self.report.count("edit refused by itself");
                (Input::OutcomesStored, vec![edit_id])
            }
            DiskWork::StorePage { page, end } => {
                let (before, was_whole) = (own.store.sent_again, own.store.reading_whole);
                let rested = memory::at_rest(self, device);
                let own = &mut self.devices[device];
                let touched = own.store.store_page(&page, &end);
                for _ in before..own.store.sent_again {
                    self.report.count("edit sent again after a restore");
                }
                if was_whole && !own.store.reading_whole {
                    memory::note_whole_reading(self, device, &rested);
                }
                let own = &mut self.devices[device];
                let again = own.store.sent_again > before;
                self.memory.pulled_era[device] = end.era;
                if let Some(running) = &mut own.running {
                    running.page_complete = page.complete;
                }
                if again {
                    self.tell(device, Input::EditSaved);
                }
                (Input::PageStored, touched)
            }
            work @ (DiskWork::RestartPull | DiskWork::ReadAnew) => {
                memory::note_restart(self, device);
                let store = &mut self.devices[device].store;
                if matches!(work, DiskWork::RestartPull) {
                    store.restart_pull();
                } else {
                    store.read_anew();
                }
                self.answer(device, &work, Input::PullRestarted);
                return Ok(());
            }
            DiskWork::Compare { digests } => {
                let before = own.store.sent_again;
                let compared = own.store.compare(&digests).ok_or(Failure::EpochChanged);
                let mut touched = Vec::new();
                if compared == Ok(Comparison::Equal) {
                    touched = own.store.settle_absent();
                    own.store.look_through_log();
                    let again = own.store.sent_again > before;
                    visible::equal_digests_are_equal_records(self, device)?;
                    if again {
                        self.report.count("edit sent again after a comparison");
                        self.tell(device, Input::EditSaved);
                    }
                }
                (Input::DigestsCompared(compared), touched)
            }
            DiskWork::Repair { buckets, whole } => {
                let before = own.store.sent_again;
                let mended = own.store.repair(&buckets, &whole).ok_or(Failure::EpochChanged);
                if own.store.sent_again > before {
                    self.report.count("edit sent again after a repair");
                    self.tell(device, Input::EditSaved);
                }
                if mended.is_ok() {
                    memory::note_repair(self, device, &buckets);
                }
                (Input::BucketsRepaired(mended), Vec::new())
            }
            DiskWork::PullFrom { limit } => {
                let query = own.store.pull_from(limit);
                return self.send(device, Body::Pull(query));
            }
        };
        self.note_states(device, &touched)?;
        // It is on disk; that the engine hears of it is another matter.
        self.tell(device, input);
        Ok(())
    }

    /// Says what became of work of the disk.
    fn answer(&mut self, device: usize, work: &DiskWork, input: Input) {
        if !work.is_waited_for() {
            return self.tell(device, input);
        }
        let life = self.devices[device].life;
        let delay_ms = self.chance.between(0, 3);
        self.at(delay_ms, Event::GivenUp { device, life, input });
    }

    fn note_states(&mut self, device: usize, touched: &[EditId]) -> Result<(), Broken> {
        if touched.is_empty() {
            return Ok(());
        }
        checks::asked_until_people_answer(self, device, touched)?;
        let own = &mut self.devices[device];
        for entry in own.store.outbox.values() {
            let edit_id = entry.edit.edit_id;
            if touched.contains(&edit_id) {
                self.report.state(entry.state);
                if entry.state.is_answered() && own.resumed.remove(&edit_id) {
                    self.report.count("resumed after crash");
                }
            }
        }
        Ok(())
    }
}
