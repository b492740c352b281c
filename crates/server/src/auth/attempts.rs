//! How often somebody may fail to sign in.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use domain::ActorId;

use crate::db::AccountKind;

/// Failures with one name from one address after which one has to wait.
pub const FAILURES_MAX: u32 = 8;
/// The same from all addresses together: so many hosts cannot guess without end, and a few cannot lock somebody out.
pub const FAILURES_OF_ALL_MAX: u32 = 64;
/// Failures from one network with all names together: many people may sit behind it, and mistype.
pub const FAILURES_OF_NETWORK_MAX: u32 = 64;
/// Networks whose failures are counted; more are bounded by the turns at hashing only.
const NETWORKS_MAX: usize = 4_096;
/// How long a good sign-in tells a name apart from those that are tried, in milliseconds.
const LATELY_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// How long failures count, and how long one has to wait, in milliseconds.
pub const WINDOW_MS: u64 = 5 * 60 * 1000;
/// Places for names that nobody has: invented ones share them.
const SLOTS: u64 = 4_096;

/// Whose failures are counted together.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// A person or program that is there.
    Known(AccountKind, ActorId),
    /// Names that nobody has, by their hash.
    Unknown(u64),
}

/// Failures within one window, by address. At most [`FAILURES_OF_ALL_MAX`], hence no more addresses.
struct Failures {
    since_ms: u64,
    from: Vec<(IpAddr, u32)>,
}

/// Who tries to sign in.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// As what.
    pub kind: AccountKind,
    /// With which name.
    pub name: &'a ActorId,
    /// Is there such a person or program?
    pub known: bool,
    /// From where. Behind a proxy all come from one address.
    pub from: IpAddr,
}

/// Failures of one network within one window, with all names.
struct OfNetwork {
    since_ms: u64,
    count: u32,
}

/// Failed sign-ins. Bounded by the accounts that there are and the places for other names; what is counted is kept until
/// its window is over, so nobody makes room by inventing names.
#[derive(Default)]
pub struct Attempts {
    failures: Mutex<HashMap<Key, Failures>>,
    networks: Mutex<HashMap<IpAddr, OfNetwork>>,
    /// From where, and when, somebody signed in last. Bounded by the accounts.
    good: Mutex<HashMap<(AccountKind, ActorId), (IpAddr, u64)>>,
    slots: RandomState,
}

/// An IPv6 host has a whole network of 64 bits to choose addresses from.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl Attempts {
    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn networks(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, OfNetwork>> {
        self.networks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn good(&self) -> std::sync::MutexGuard<'_, HashMap<(AccountKind, ActorId), (IpAddr, u64)>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has somebody of this name signed in from this network lately? Others cannot bar their way.
    pub fn is_familiar(&self, attempt: Attempt<'_>, now_ms: u64) -> bool {
        let good = self.good().get(&(attempt.kind, attempt.name.clone())).copied();
        good.is_some_and(|(from, at_ms)| from == network(attempt.from) && now_ms < at_ms + LATELY_MS)
    }

    /// Counts an attempt from a network, or says how long it has to wait.
    fn begin_from(&self, from: IpAddr, familiar: bool, now_ms: u64) -> Result<(), u64> {
        let mut networks = self.networks();
        if networks.len() >= NETWORKS_MAX && !networks.contains_key(&from) {
            networks.retain(|_, of| of.since_ms + WINDOW_MS > now_ms);
            if networks.len() >= NETWORKS_MAX {
                return Ok(());
            }
        }
        let of = networks.entry(from).or_insert(OfNetwork { since_ms: now_ms, count: 0 });
        if of.since_ms + WINDOW_MS <= now_ms {
            *of = OfNetwork { since_ms: now_ms, count: 0 };
        }
        if of.count >= FAILURES_OF_NETWORK_MAX && !familiar {
            return Err(of.since_ms + WINDOW_MS - now_ms);
        }
        of.count = of.count.saturating_add(1);
        Ok(())
    }

    /// An attempt from this network was none that failed.
    fn take_back(&self, from: IpAddr) {
        let mut networks = self.networks();
        if let Some(of) = networks.get_mut(&from) {
            of.count = of.count.saturating_sub(1);
            if of.count == 0 {
                networks.remove(&from);
            }
        }
    }

    fn key(&self, attempt: Attempt<'_>) -> Key {
        if attempt.known {
            Key::Known(attempt.kind, attempt.name.clone())
        } else {
            Key::Unknown(self.slots.hash_one((attempt.kind, attempt.name)) % SLOTS)
        }
    }

    /// Takes one attempt. It counts as failed until [`Self::succeeded`], so that many at once do not slip through.
    ///
    /// # Errors
    /// The milliseconds to wait, when there were too many failures.
    pub fn begin(&self, attempt: Attempt<'_>, now_ms: u64) -> Result<(), u64> {
        let (key, from) = (self.key(attempt), network(attempt.from));
        self.begin_from(from, self.is_familiar(attempt, now_ms), now_ms)?;
        let begun = self.begin_with(key, from, now_ms);
        if begun.is_err() {
            self.take_back(from);
        }
        begun
    }

    /// Counts an attempt with a name, or says how long it has to wait.
    fn begin_with(&self, key: Key, from: IpAddr, now_ms: u64) -> Result<(), u64> {
        let mut map = self.map();
        let failures = map.entry(key).or_insert(Failures { since_ms: now_ms, from: Vec::new() });
        if failures.since_ms + WINDOW_MS <= now_ms {
            *failures = Failures { since_ms: now_ms, from: Vec::new() };
        }
        let all: u32 = failures.from.iter().map(|(_, count)| count).sum();
        let own = failures.from.iter_mut().find(|(address, _)| *address == from);
        if all >= FAILURES_OF_ALL_MAX || own.as_ref().is_some_and(|(_, count)| *count >= FAILURES_MAX) {
            return Err(failures.since_ms + WINDOW_MS - now_ms);
        }
        match own {
            Some((_, count)) => *count += 1,
            None => failures.from.push((from, 1)),
        }
        Ok(())
    }

    /// The sign-in was good: earlier failures with the name from this address are forgotten.
    pub fn succeeded(&self, attempt: Attempt<'_>, now_ms: u64) {
        let (key, from) = (self.key(attempt), network(attempt.from));
        self.take_back(from);
        self.good().insert((attempt.kind, attempt.name.clone()), (from, now_ms));
        let mut map = self.map();
        let Some(failures) = map.get_mut(&key) else { return };
        failures.from.retain(|(address, _)| *address != from);
        if failures.from.is_empty() {
            map.remove(&key);
        }
    }

    /// There was no turn to look: whether it was good nobody knows, and it does not count.
    pub fn not_looked_at(&self, attempt: Attempt<'_>) {
        let (key, from) = (self.key(attempt), network(attempt.from));
        self.take_back(from);
        if let Some(failures) = self.map().get_mut(&key)
            && let Some((_, count)) = failures.from.iter_mut().find(|(address, _)| *address == from)
        {
            *count = count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn id(name: &str) -> ActorId {
        name.parse().unwrap()
    }

    fn attempt<'a>(kind: AccountKind, name: &'a ActorId, from: &str) -> Attempt<'a> {
        Attempt { kind, name, known: true, from: from.parse().unwrap() }
    }

    fn fail(attempts: &Attempts, attempt: Attempt<'_>, times: u32) {
        for n in 0..times {
            assert_eq!(attempts.begin(attempt, u64::from(n)), Ok(()));
        }
    }

    #[test]
    fn too_many_failures_have_to_wait() {
        let (attempts, shop, ops) = (Attempts::default(), id("shop"), id("ops"));
        let shop = attempt(AccountKind::User, &shop, "192.0.2.1");
        fail(&attempts, shop, FAILURES_MAX);
        assert_eq!(attempts.begin(shop, 100), Err(WINDOW_MS - 100));
        assert_eq!(attempts.begin(attempt(AccountKind::User, &ops, "192.0.2.1"), 100), Ok(()));
        assert_eq!(attempts.begin(shop, WINDOW_MS), Ok(()));
        attempts.succeeded(shop, WINDOW_MS);
        assert_eq!(attempts.map().len(), 1);
    }

    #[test]
    fn a_program_and_another_address_lock_no_person_out() {
        let (attempts, ops) = (Attempts::default(), id("ops"));
        fail(&attempts, attempt(AccountKind::Client, &ops, "192.0.2.1"), FAILURES_MAX);
        fail(&attempts, attempt(AccountKind::User, &ops, "2001:db8::1"), FAILURES_MAX);
        // Another address of the same network is the same host.
        assert!(attempts.begin(attempt(AccountKind::User, &ops, "2001:db8::2"), 50).is_err());
        assert_eq!(attempts.begin(attempt(AccountKind::User, &ops, "192.0.2.1"), 50), Ok(()));
    }

    #[test]
    fn many_addresses_together_have_to_wait_too() {
        let (attempts, ops) = (Attempts::default(), id("ops"));
        let from = |n: u32| format!("192.0.2.{n}");
        for n in 0..FAILURES_OF_ALL_MAX {
            assert_eq!(attempts.begin(attempt(AccountKind::User, &ops, &from(n)), 0), Ok(()));
        }
        assert_eq!(attempts.begin(attempt(AccountKind::User, &ops, &from(250)), 0), Err(WINDOW_MS));
        assert!(attempts.map().values().all(|failures| failures.from.len() <= FAILURES_OF_ALL_MAX as usize));
    }

    #[test]
    fn many_names_from_one_network_have_to_wait_but_not_who_signed_in_from_there_lately() {
        let (attempts, shop, ops) = (Attempts::default(), id("shop"), id("ops"));
        let (shop, ops) =
            (attempt(AccountKind::User, &shop, "2001:db8::7"), attempt(AccountKind::User, &ops, "2001:db8::8"));
        let elsewhere = Attempt { from: "192.0.2.1".parse().unwrap(), ..ops };
        for attempt in [shop, elsewhere] {
            assert_eq!(attempts.begin(attempt, 0), Ok(()));
            attempts.succeeded(attempt, 0);
        }
        for n in 0..FAILURES_OF_NETWORK_MAX {
            let name = id(&format!("name{n}"));
            let address = format!("2001:db8::{n:x}");
            let invented = Attempt { known: false, ..attempt(AccountKind::User, &name, &address) };
            assert_eq!(attempts.begin(invented, 0), Ok(()));
            // What nobody looked at is no failure.
            if attempts.begin(invented, 0).is_ok() {
                attempts.not_looked_at(invented);
            }
        }
        // One name that was familiar keeps its own count.
        assert_eq!(attempts.begin(shop, 1), Ok(()));
        assert_eq!(attempts.begin(ops, 1), Err(WINDOW_MS - 1));
        assert_eq!(attempts.begin(elsewhere, 1), Ok(()));
        assert_eq!(attempts.begin(ops, WINDOW_MS), Ok(()));
    }

    #[test]
    fn invented_names_are_bounded_and_make_no_room() {
        let (attempts, shop) = (Attempts::default(), id("shop"));
        let shop = attempt(AccountKind::User, &shop, "192.0.2.1");
        fail(&attempts, shop, FAILURES_MAX);
        let mut refused = 0;
        for n in 0..SLOTS * 66 {
            let name = id(&format!("name{n}"));
            // From more networks than are counted: in one it would have to wait soon.
            let from = n / u64::from(FAILURES_OF_NETWORK_MAX);
            let address = format!("10.0.{}.{}", from >> 8, from & 255);
            let invented = Attempt { known: false, ..attempt(AccountKind::User, &name, &address) };
            refused += u64::from(attempts.begin(invented, 50).is_err());
        }
        assert!(refused > 0);
        assert!(attempts.map().len() as u64 <= SLOTS + 1);
        assert_eq!(attempts.networks().len(), NETWORKS_MAX);
        assert!(attempts.begin(shop, 60).is_err());
    }
}
