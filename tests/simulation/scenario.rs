//! One run: about two hundred steps with faults, then healing, then the questions are answered.

use sync_engine::device::Input;

use crate::checks::{self, Broken};
use crate::device::Quiet;
use crate::ends;
use crate::network::{Cut, Way};
use crate::report::Report;
use crate::world::World;

const FAULTY_STEPS: u64 = 200;
/// Once faults end, everything is through within this virtual time, in milliseconds: a longest delay of each
/// lane, one wish to wait, one time-out, one poll, and one comparison, which alone tells of a merchant that is gone.
const QUIET_WITHIN_MS: u64 = 110_000;
/// Answers make new questions so often at most.
const ROUNDS_OF_ANSWERS: usize = 10;
/// A run that takes more events than this turns in a circle.
const EVENTS_MAX: u64 = 60_000;

/// Runs a seed to its end.
pub fn run(seed: u64) -> (Report, Result<(), Broken>) {
    let mut world = World::of_seed(seed);
    let result = play(&mut world);
    let World { report, .. } = world;
    (report, result)
}

pub fn play(world: &mut World) -> Result<(), Broken> {
    for _ in 0..FAULTY_STEPS {
        step(world)?;
        world.administrator_acts()?;
        world.trouble_comes()?;
        let ms = if world.chance.once_in(4) { world.chance.between(100, 4_000) } else { world.chance.between(0, 60) };
        world.pass(ms)?;
        not_in_a_circle(world)?;
    }
    if world.chance.once_in(2) {
        // Late enough that no edit mends it by chance.
        (0..world.devices.len()).for_each(|device| world.disk_rots(device));
    }
    if world.chance.once_in(8) {
        world.restore()?;
    }
    checks::everything(world)?;
    heal(world);
    until_quiet(world)?;
    checks::everything(world)?;
    ends::convergence(world)?;
    ends::every_edit_has_an_end(world)?;
    ends::order_does_not_matter(&world.server)?;
    // New questions can come of answers: a deletion that is taken back shows what it hid. Not without end.
    for _ in 0..ROUNDS_OF_ANSWERS {
        if !world.people_settle_everything(2) {
            break;
        }
        until_quiet(world)?;
    }
    checks::everything(world)?;
    ends::convergence(world)?;
    ends::every_edit_has_an_end(world)?;
    ends::order_does_not_matter(&world.server)?;
    ends::nothing_in_review(world)
}

fn not_in_a_circle(world: &World) -> Result<(), Broken> {
    if world.memory.events > EVENTS_MAX {
        return Err(Broken::new("6 progress", "too many events: something turns in a circle"));
    }
    Ok(())
}

/// One thing that people or fate do.
fn step(world: &mut World) -> Result<(), Broken> {
    let device = world.chance.below(world.devices.len() as u64) as usize;
    match world.chance.below(100) {
        0..=44 => world.person_edits(device),
        45..=47 => world.person_resends(device),
        48..=49 => world.person_imports(device),
        50..=53 => world.person_deletes(device),
        54..=61 => world.person_resolves(2),
        62 => world.person_resolves(device),
        63..=66 => world.person_undoes(device),
        67 => world.disk_rots(device),
        68..=69 => world.devices[device].store.dismiss_rejected(),
        70..=71 => world.tell(device, Input::SyncNow),
        72 => world.tell(device, Input::Rebuild),
        73..=77 => world.person_signs_in(device),
        78..=80 => world.kill(device),
        81..=82 => world.kill_server(),
        83..=85 => {
            let way = *world.chance.pick(&[Way::In, Way::Out, Way::Both]);
            world.report.count(match way {
                Way::In => "fault partition in",
                Way::Out => "fault partition out",
                Way::Both => "fault partition both ways",
            });
            // Some are away for longer than a tombstone is kept.
            let longest_ms = if world.chance.once_in(4) { 60_000 } else { 15_000 };
            let until_ms = world.now_ms + world.chance.between(500, longest_ms);
            world.network.cuts[device] = Some(Cut { way, until_ms });
        }
        86..=88 => {
            if world.chance.once_in(4) {
                world.report.count("fault disk full");
                let ms = world.chance.between(500, 10_000);
                world.devices[device].disk_full_until_ms = world.now_ms + ms;
            } else {
                world.report.count("fault disk refuses");
                world.devices[device].disk_refuses += world.chance.between(1, 3) as u32;
            }
        }
        89..=90 => {
            world.report.count("fault server busy");
            world.server.busy_until_ms = world.now_ms + world.chance.between(200, 6_000);
        }
        91 => {
            world.report.count("fault server defers");
            world.server.defers_one_in = *world.chance.pick(&[0, 2, 4]);
        }
        92..=94 => jump(world, device),
        95..=96 => {
            world.report.count("fault tokens end");
            world.server.expire_tokens();
        }
        97 => {
            world.report.count("fault sign-in revoked");
            world.server.expire_tokens();
            world.server.revoked[device] = true;
        }
        98 => operator(world)?,
        _ => {
            let off_ms = world.chance.between(0, 7_200_000) as i64 - 3_600_000;
            world.server_clock_off_ms = off_ms;
        }
    }
    Ok(())
}

/// What is done to the server's data.
fn operator(world: &mut World) -> Result<(), Broken> {
    match world.chance.below(5) {
        0 => {
            world.report.count("fault server rebuilt");
            world.server.rebuild(&mut world.chance);
        }
        1 => world.restore()?,
        2 => {
            let now = world.server_now();
            for _ in 0..world.server.prune(now) {
                world.report.count("tombstone pruned");
            }
        }
        _ => world.server.back_up(),
    }
    Ok(())
}

/// Somebody sets the clock, or the machine wakes from sleep.
fn jump(world: &mut World, device: usize) {
    world.report.count("fault clock jumps");
    let by_ms = world.chance.between(0, 7_200_000) as i64 - 3_600_000;
    let own = &mut world.devices[device];
    own.clock_off_ms += by_ms;
    if let (true, Some(running)) = (by_ms > 0, &mut own.running) {
        // By its clock, the delay is over.
        running.quiet = [Quiet::default(); 3];
    }
    if let Some(running) = &mut own.running {
        running.conduct.clock_was_set();
    }
}

/// No more faults. What is broken is mended, who was signed out signs in when asked.
fn heal(world: &mut World) {
    world.network.faulty = false;
    world.network.cuts.fill(None);
    world.kills_one_in = 0;
    world.proxy_until_ms = 0;
    world.server.up = true;
    world.server.defers_one_in = 0;
    world.server.disk_full_until_ms = 0;
    world.server.revoked.fill(false);
    for own in &mut world.devices {
        own.disk_refuses = 0;
        own.disk_full_until_ms = 0;
    }
}

/// Lets time pass until every device says that it is synced, and no longer than allowed.
fn until_quiet(world: &mut World) -> Result<(), Broken> {
    let until_ms = world.now_ms + QUIET_WITHIN_MS;
    // What people just said has to reach the engines first.
    world.pass(100)?;
    while world.now_ms < until_ms {
        for device in 0..world.devices.len() {
            world.devices[device].store.dismiss_rejected();
            world.person_signs_in(device);
        }
        world.pass(500)?;
        not_in_a_circle(world)?;
        let scopes_equal = |n: usize| {
            let own = &world.devices[n];
            let scope = &world.server.actors[own.actor].scope;
            let rows = world.server.records.keys().filter(|merchant| scope.contains(merchant)).count();
            own.says_synced()
                && world.memory.rotten[n].is_empty()
                // What no number shows, because those of a restored server fit, and what was pruned is found by the
                // digests, at the next comparison.
                && (world.server.era == 0 || ends::is_equal(world, n))
                && own.store.records.len() == rows
                && !own.store.waits_for_absent()
                && own.store.cursor == world.server.seq
                && own.store.epoch.as_ref() == Some(&world.server.epoch)
                && own.store.rules.version == world.server.rules.version
        };
        if (0..world.devices.len()).all(scopes_equal) {
            return Ok(());
        }
    }
    let states: Vec<String> = world
        .devices
        .iter()
        .map(|own| {
            let open = own.store.outbox.values().filter(|e| e.on_top()).map(|e| (e.state, e.awaits.clone()));
            let progress = own.running.as_ref().map(|r| r.engine.progress());
            format!("{progress:?} cursor {} of {} {:?}", own.store.cursor, world.server.seq, open.collect::<Vec<_>>())
        })
        .collect();
    Err(Broken::new("6 progress", format!("not synced {QUIET_WITHIN_MS} ms after the last fault: {states:#?}")))
}
