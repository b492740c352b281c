//! A device: the real engine, the model of its store, and what a crash takes away.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::api::{ChangesPage, ChangesQuery, DigestReply, PushReply, PushRequest};
use domain::edit::Edit;
use domain::problem::Problem;
use domain::rules::RuleBook;
use domain::{ActorId, DeviceId, EditId};
use sync_engine::device::{Config, Engine, Failure, Input};

use crate::chance::Chance;
use crate::conduct::Conduct;
use crate::device_store::DeviceStore;
use crate::held::Row;
use crate::server::Token;

/// Work on the device's disk: one transaction each, in order.
pub enum DiskWork {
    LoadBatch {
        edits_max: usize,
        bytes_max: usize,
    },
    StoreOutcomes {
        reply: PushReply,
        retry_at_ms: u64,
    },
    Release {
        edit_ids: Vec<EditId>,
    },
    Reject {
        edit_id: EditId,
        problem: Problem,
    },
    StorePage {
        page: ChangesPage,
        end: PageEnd,
    },
    RestartPull,
    ReadAnew,
    /// Are these the digests of what it holds?
    Compare {
        digests: DigestReply,
    },
    /// Writes whole buckets anew.
    Repair {
        buckets: Vec<u8>,
        whole: Whole,
    },
    /// Reads where the next pull goes on; after it the request leaves.
    PullFrom {
        limit: usize,
    },
}

impl DiskWork {
    /// Does it need room?
    pub fn writes(&self) -> bool {
        !matches!(self, Self::PullFrom { .. } | Self::Compare { .. })
    }
    /// Does the driver hear nothing else until it is done?
    pub fn is_waited_for(&self) -> bool {
        matches!(self, Self::RestartPull | Self::ReadAnew)
    }
    /// Does a failure concern the outbox, or the pages?
    pub fn failure(&self) -> Input {
        match self {
            Self::LoadBatch { .. } | Self::StoreOutcomes { .. } | Self::Release { .. } | Self::Reject { .. } => {
                Input::PushStorageFailed
            }
            _ => Input::PullStorageFailed,
        }
    }
}

/// Which edit made the change that a cursor stands at; `None` where none did.
pub type Marker = Option<EditId>;

/// What a pull asks for.
#[derive(Clone, Debug)]
pub struct PullQuery {
    pub changes: ChangesQuery,
    /// Of the change at the cursor.
    pub marker: Marker,
    /// A reading from the first page that has not come to its end: what does not come is forgotten then, so that
    /// tombstones do not matter.
    pub whole: bool,
}

/// What came with a page.
#[derive(Clone, Default)]
pub struct PageEnd {
    /// Of the change that it ends at.
    pub marker: Marker,
    /// How often the server had been restored then.
    pub era: u64,
    /// The rules that it was settled by: whoever lacks them has fetched them before the page is stored.
    pub rules: Arc<RuleBook>,
    /// Its records, with their change numbers. The real cache reads them from the page itself.
    pub rows: Vec<(u64, Row)>,
}

/// All rows of some buckets, as the server has them.
pub struct Whole {
    pub epoch: String,
    pub rows: Vec<(u64, Row)>,
    /// The server's newest change then.
    pub head: u64,
}

/// What travels.
#[derive(Clone, Debug)]
pub enum Body {
    Push(PushRequest),
    Pull(PullQuery),
    Digests,
    Buckets(Vec<u8>),
    Refresh,
}

/// What comes back: word for the engine, or something that goes to the disk first.
pub enum Answer {
    Word(Input),
    Page { page: ChangesPage, end: PageEnd },
    Digests(DigestReply),
    Buckets(Vec<u8>, Whole),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    Push,
    Pull,
    Refresh,
}

impl Body {
    pub fn lane(&self) -> Lane {
        match self {
            Self::Push(_) => Lane::Push,
            Self::Pull(_) | Self::Digests | Self::Buckets(_) => Lane::Pull,
            Self::Refresh => Lane::Refresh,
        }
    }
    /// What a failure of it means for the engine.
    pub fn failed(&self, failure: Failure) -> Input {
        match self {
            Self::Push(_) => Input::Pushed(Err(failure)),
            Self::Pull(_) => Input::Pulled(Err(failure)),
            Self::Digests => Input::DigestsCompared(Err(failure)),
            Self::Buckets(_) => Input::BucketsRepaired(Err(failure)),
            Self::Refresh => Input::Refreshed(Err(failure)),
        }
    }
}

/// How long a lane may not send after a failure, unless a person asks.
#[derive(Clone, Copy, Default)]
pub struct Quiet {
    pub until_ms: u64,
    /// The server itself asked for it: then it counts although the other lane got through.
    pub asked: bool,
}

/// The program while it runs. All of it is lost in a crash.
pub struct Running {
    pub engine: Engine,
    /// Requests that are waited for.
    pub waits_for: BTreeSet<u64>,
    pub timer: u64,
    /// By lane: push, pull, refresh.
    pub quiet: [Quiet; 3],
    /// What came with the page that is on its way to the disk.
    pub page_end: PageEnd,
    /// Was the last page that it stored the last one there was?
    pub page_complete: bool,
    /// What came for the engine while the cursor is given up: the driver waits for that alone.
    pub held: Option<Vec<Input>>,
    pub conduct: Conduct,
}

pub struct Device {
    pub id: DeviceId,
    pub actor: usize,
    pub actor_id: ActorId,
    pub store: DeviceStore,
    pub token: Option<Token>,
    pub running: Option<Running>,
    /// Counts starts: what an earlier life began does not reach a later one.
    pub life: u64,
    /// How far its wall clock is off, in milliseconds.
    pub clock_off_ms: i64,
    pub disk_free_ms: u64,
    /// The disk refuses so many more times.
    pub disk_refuses: u32,
    /// Until when the disk is full, in milliseconds of virtual time.
    pub disk_full_until_ms: u64,
    pub config: Config,
    /// Edits that were on their way when it was killed.
    pub resumed: BTreeSet<EditId>,
}

impl Device {
    pub fn new(number: usize, actor_id: ActorId, chance: &mut Chance) -> Self {
        let id = DeviceId(0xd0 + number as u64);
        let config = Config {
            batch_edits_max: *chance.pick(&[1, 3, 8, 16]),
            batch_bytes_max: *chance.pick(&[1_000, 3_500, 8_000]),
            page_changes_max: *chance.pick(&[1, 2, 5, 100]),
            linger_ms: *chance.pick(&[0, 10, 200]),
            check_ms: *chance.pick(&[1_000, 5_000, 20_000]),
            first_check_ms: *chance.pick(&[0, 0, 5_000]),
            ..Config::default()
        };
        Self {
            id,
            actor: number,
            actor_id,
            store: DeviceStore::new(id),
            token: None,
            running: None,
            life: 0,
            clock_off_ms: 0,
            disk_free_ms: 0,
            disk_refuses: 0,
            disk_full_until_ms: 0,
            config,
            resumed: BTreeSet::new(),
        }
    }

    /// Takes the program away, at once and without a word.
    pub fn kill(&mut self) {
        self.running = None;
        self.life += 1;
        self.store.kill();
    }

    /// Is the word "synced" shown?
    pub fn says_synced(&self) -> bool {
        self.running.as_ref().is_some_and(|running| {
            let progress = running.engine.progress();
            progress.pull_complete && progress.damaged_buckets == 0 && !progress.paused && self.store.nothing_open()
        })
    }

    /// Does the disk refuse this time?
    pub fn disk_refuses(&mut self, now_ms: u64, writes: bool) -> bool {
        if self.disk_refuses > 0 {
            self.disk_refuses -= 1;
            return true;
        }
        writes && now_ms < self.disk_full_until_ms
    }

    /// A push of these edits.
    pub fn push_request(&self, edits: Vec<Edit>) -> Body {
        Body::Push(PushRequest { device_id: self.id, edits })
    }
}
