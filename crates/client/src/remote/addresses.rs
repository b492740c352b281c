//! The addresses of one backend, in order of preference. They lead to the same data; one of them is in use.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use domain::api::Version;
use domain::problem::ErrorCode;
use reqwest::Url;
use sync_engine::device::ServerInput;
use tokio::sync::{broadcast, watch};

use crate::error::{Error, Result};

/// The most addresses.
const ADDRESSES_MAX: usize = 8;
/// What is told of calls while nobody listens is forgotten.
const REPORTS_MAX: usize = 64;
/// No answer has said a version yet.
const UNKNOWN: u32 = u32::MAX;

struct Address {
    base: Url,
    /// The minor of the protocol that it speaks.
    minor: AtomicU32,
}

impl Address {
    fn text(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }
}

/// The addresses of one backend.
pub struct Addresses {
    all: Vec<Address>,
    active: AtomicUsize,
    moved: watch::Sender<usize>,
    reports: broadcast::Sender<ServerInput>,
}

impl Addresses {
    /// Takes a list such as `https://a.example.org,https://b.example.org`.
    ///
    /// # Errors
    /// `bad_request` if one of them is no http or https address, or there are too many.
    pub fn parse(list: &str) -> Result<Self> {
        let bad = || {
            Error::new(
                ErrorCode::BadRequest,
                "the server's address must look like https://console.example.org, up to eight of them with commas between; nothing was changed",
            )
        };
        let mut all: Vec<Address> = Vec::new();
        for text in list.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let base = Url::parse(text).map_err(|_| bad())?;
            if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
                return Err(bad());
            }
            if !base.username().is_empty() || base.password().is_some() {
                return Err(Error::new(
                    ErrorCode::BadRequest,
                    "the server's address has a user name or password in it: leave them out, they would be shown and kept with it; nothing was changed",
                ));
            }
            if all.iter().all(|known| known.base != base) {
                all.push(Address { base, minor: AtomicU32::new(UNKNOWN) });
            }
        }
        if all.is_empty() || all.len() > ADDRESSES_MAX {
            return Err(bad());
        }
        let (moved, reports) = (watch::Sender::new(0), broadcast::Sender::new(REPORTS_MAX));
        Ok(Self { all, active: AtomicUsize::new(0), moved, reports })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The place of the one in use; 0 is the preferred one.
    pub fn active(&self) -> usize {
        self.active.load(Ordering::SeqCst)
    }

    /// An address, without a slash at its end; the preferred one for a place that there is not.
    pub fn text(&self, place: usize) -> &str {
        self.all.get(place).or(self.all.first()).map(Address::text).unwrap_or_default()
    }

    /// Uses another one from now on. What listens to the old one lets go of it.
    pub fn switch(&self, place: usize) {
        if let Some(address) = self.all.get(place) {
            address.minor.store(UNKNOWN, Ordering::SeqCst);
            self.active.store(place, Ordering::SeqCst);
            self.moved.send_replace(place);
        }
    }

    /// Changes when another address is used.
    pub fn moves(&self) -> watch::Receiver<usize> {
        self.moved.subscribe()
    }

    /// Whether calls were answered, from now on.
    pub fn reports(&self) -> broadcast::Receiver<ServerInput> {
        self.reports.subscribe()
    }

    fn place_of(&self, url: &Url) -> Option<usize> {
        self.all.iter().position(|address| {
            let rest = url.as_str().strip_prefix(address.text());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        })
    }

    /// Who answers at this address says a version of the protocol.
    pub fn speaks(&self, url: &Url, protocol: Option<&str>) {
        let address = self.place_of(url).and_then(|place| self.all.get(place));
        let version = protocol.and_then(|text| text.parse::<Version>().ok());
        if let (Some(version), Some(address)) = (version, address) {
            address.minor.store(version.minor, Ordering::SeqCst);
        }
    }

    /// Somebody answered at this address.
    pub fn answered(&self, url: &Url) {
        if let Some(server) = self.place_of(url) {
            // Nobody need listen.
            let _ = self.reports.send(ServerInput::Answered { server });
        }
    }

    /// Nobody answered at this address, or somebody who cannot serve.
    pub fn failed(&self, url: &Url) {
        if let Some(server) = self.place_of(url) {
            let _ = self.reports.send(ServerInput::Failed { server });
        }
    }

    /// The minor of the protocol that the address in use speaks, if it has said one.
    pub fn minor(&self) -> Option<u32> {
        let minor = self.all.get(self.active())?.minor.load(Ordering::SeqCst);
        (minor != UNKNOWN).then_some(minor)
    }
}

/// A list of addresses as it is kept: without blanks, and without slashes at the ends.
pub fn tidy(list: &str) -> String {
    let parts = list.split(',').map(|part| part.trim().trim_end_matches('/')).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_addresses() {
        let list = Addresses::parse(" http://a:1/ ,http://b/base,, http://a:1").unwrap();
        assert_eq!((list.count(), list.text(0), list.text(1)), (2, "http://a:1", "http://b/base"));
        for bad in [
            "",
            ",",
            "a.example.org",
            "http://a,ftp://b",
            "http://1,http://2,http://3,http://4,http://5,http://6,http://7,http://8,http://9",
        ] {
            assert!(Addresses::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(tidy(" http://a/ , http://b"), "http://a,http://b");
    }

    #[tokio::test]
    async fn calls_are_told_of_by_address() {
        let list = Addresses::parse("http://a:1,http://a:11").unwrap();
        let mut reports = list.reports();
        list.failed(&"http://a:1/readyz".parse().unwrap());
        list.answered(&"http://a:11/api?x=1".parse().unwrap());
        list.failed(&"http://other/".parse().unwrap());
        assert_eq!(reports.recv().await.unwrap(), ServerInput::Failed { server: 0 });
        assert_eq!(reports.recv().await.unwrap(), ServerInput::Answered { server: 1 });
        assert!(reports.try_recv().is_err());
        assert_eq!(list.minor(), None);
        list.switch(1);
        assert_eq!(list.minor(), None, "another program may answer there by now");
        list.speaks(&"http://a:11/".parse().unwrap(), Some("1.4"));
        list.speaks(&"http://a:11/".parse().unwrap(), None);
        assert_eq!((list.active(), list.minor()), (1, Some(4)));
    }
}
