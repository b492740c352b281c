//! A record that does not change any more. Server, pages and devices share it, so that equal ones are mostly one, and
//! what follows from it alone is reckoned once.

use std::cell::{OnceCell, RefCell};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use domain::digest;
use domain::profile::Registers;
use domain::rules::RuleBook;
use domain::{Record, VersionVector};
use sync_engine::reconcile;

pub struct Held {
    record: Record,
    digest: OnceCell<u64>,
    version: OnceCell<VersionVector>,
    /// What it shows, and by which rules.
    shown: RefCell<Option<(Arc<RuleBook>, Rc<Registers>)>>,
}

/// A record that is shared. Two are compared by their values only if they are not one.
pub type Row = Rc<Held>;

/// A record that changes no more.
pub fn hold(record: Record) -> Row {
    Rc::new(Held { record, digest: OnceCell::new(), version: OnceCell::new(), shown: RefCell::new(None) })
}

impl Held {
    /// The digest of the row.
    pub fn digest(&self) -> u64 {
        *self.digest.get_or_init(|| digest::row(&digest::canonical(&self.record).unwrap()))
    }

    /// Everything that somebody who looks at it has seen.
    pub fn version(&self) -> &VersionVector {
        self.version.get_or_init(|| self.record.version())
    }

    /// What the product makes it show.
    pub fn shown(&self, rules: &Arc<RuleBook>) -> Rc<Registers> {
        if let Some((by, shown)) = &*self.shown.borrow()
            && Arc::ptr_eq(by, rules)
        {
            return Rc::clone(shown);
        }
        let shown = Rc::new(reconcile::shown(&self.record, &rules.rules));
        *self.shown.borrow_mut() = Some((Arc::clone(rules), Rc::clone(&shown)));
        shown
    }
}

impl Deref for Held {
    type Target = Record;
    fn deref(&self) -> &Record {
        &self.record
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.record == other.record
    }
}

impl Eq for Held {}
