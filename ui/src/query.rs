//! Views that stay true: each names the topics it shows, and asks the shell again when one is announced.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use domain::ipc::{IpcError, Topic};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::ipc::{self, Reply};

/// Announcements that come closer together than this count as one.
const COALESCE: Duration = Duration::from_millis(40);

/// How often each topic was announced. Provided once by the app.
#[derive(Clone)]
pub struct Topics(Arc<BTreeMap<Topic, RwSignal<u64>>>);

impl Topics {
    /// Starts to listen and provides the context.
    pub fn provide() {
        let topics = Self(Arc::new(Topic::ALL.into_iter().map(|topic| (topic, RwSignal::new(0))).collect()));
        provide_context(topics.clone());
        let waiting: Rc<RefCell<BTreeSet<Topic>>> = Rc::default();
        ipc::on_changed(move |changed| {
            let first = waiting.borrow().is_empty();
            waiting.borrow_mut().extend(changed.topics);
            if first && !waiting.borrow().is_empty() {
                let (topics, waiting) = (topics.clone(), waiting.clone());
                set_timeout(
                    move || {
                        for topic in std::mem::take(&mut *waiting.borrow_mut()) {
                            topics.announce(topic);
                        }
                    },
                    COALESCE,
                );
            }
        });
    }

    /// As if the shell had announced it: for changes that this window made itself.
    pub fn announce(&self, topic: Topic) {
        if let Some(signal) = self.0.get(&topic) {
            signal.update(|n| *n += 1);
        }
    }

    fn signal(&self, topic: Topic) -> Signal<u64> {
        self.0.get(&topic).map_or_else(|| Signal::stored(0), |signal| (*signal).into())
    }
}

/// A number that rises with each announcement of the topic.
pub fn use_topic(topic: Topic) -> Signal<u64> {
    use_context::<Topics>().map_or_else(|| Signal::stored(0), |topics| topics.signal(topic))
}

/// What a query knows. `data` stays while it asks again, so nothing flickers.
pub struct Query<T: Send + Sync + 'static> {
    /// The newest answer.
    pub data: RwSignal<Option<Arc<T>>>,
    /// Why the newest attempt failed.
    pub problem: RwSignal<Option<IpcError>>,
    /// Is an answer waited for?
    pub busy: RwSignal<bool>,
    again: RwSignal<u64>,
}

impl<T: Send + Sync + 'static> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Send + Sync + 'static> Copy for Query<T> {}

impl<T: Send + Sync + 'static> Query<T> {
    /// The newest answer, tracked.
    pub fn get(&self) -> Option<Arc<T>> {
        self.data.get()
    }
    /// Asks again.
    pub fn refetch(&self) {
        self.again.update(|n| *n += 1);
    }
}

/// Asks `fetch` with `args`, again whenever `args` changes or one of the topics is announced. At most one question is
/// under way; what changes meanwhile is asked once afterwards.
pub fn use_query<A, T, Fut>(
    topics: &'static [Topic],
    args: impl Fn() -> A + 'static,
    fetch: impl Fn(A) -> Fut + 'static,
) -> Query<T>
where
    A: Clone + PartialEq + 'static,
    T: Send + Sync + 'static,
    Fut: Future<Output = Reply<T>> + 'static,
{
    let query = Query {
        data: RwSignal::new(None),
        problem: RwSignal::new(None),
        busy: RwSignal::new(false),
        again: RwSignal::new(0),
    };
    let signals: Vec<Signal<u64>> = topics.iter().map(|topic| use_topic(*topic)).collect();
    let wanted: Rc<RefCell<Option<A>>> = Rc::default();
    let running = Rc::new(Cell::new(false));
    let fetch = Rc::new(fetch);
    Effect::new(move |_| {
        for signal in &signals {
            signal.track();
        }
        query.again.track();
        *wanted.borrow_mut() = Some(args());
        if running.replace(true) {
            return;
        }
        query.busy.set(true);
        let (wanted, running, fetch) = (wanted.clone(), running.clone(), fetch.clone());
        spawn_local(async move {
            loop {
                let Some(args) = wanted.borrow_mut().take() else { break };
                let reply = fetch(args.clone()).await;
                // Not of use any more if something else is wanted by now.
                if wanted.borrow().as_ref().is_some_and(|newer| *newer != args) {
                    continue;
                }
                // The view may be gone: then nobody is told.
                let problem = match reply {
                    Ok(data) => {
                        query.data.try_set(Some(Arc::new(data)));
                        None
                    }
                    Err(problem) => Some(problem),
                };
                // Said only when it changed: what depends on it would be built anew, with what people typed there.
                if query.problem.try_with_untracked(|known| *known != problem) == Some(true) {
                    query.problem.try_set(problem);
                }
            }
            running.set(false);
            query.busy.try_set(false);
        });
    });
    query
}
