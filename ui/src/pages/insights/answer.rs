//! The frame of a page of figures: what the shell answered, and what stands around it.

use chrono::{DateTime, Utc};
use domain::ipc::{ChartView, InsightsQuery, KitchenInsights, SyncInsights, Topic};
use domain::metrics::{KitchenMetrics, SyncMetrics};
use leptos::prelude::*;

use super::figures::Stale;
use crate::components::{ProblemBanner, Skeleton};
use crate::ipc::Reply;
use crate::query::{Query, use_query};

/// What the shell answers for a page.
pub trait Figures: Send + Sync + 'static {
    /// What only the server knows.
    type Metrics: Clone + Default + PartialEq + Send + Sync + 'static;
    /// Could the server be asked now?
    fn fresh(&self) -> bool;
    /// Of when the figures are; nothing if the server was never asked.
    fn as_of(&self) -> Option<DateTime<Utc>>;
    /// The figures.
    fn metrics(&self) -> &Self::Metrics;
}

impl Figures for KitchenInsights {
    type Metrics = KitchenMetrics;
    fn fresh(&self) -> bool {
        self.fresh
    }
    fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of
    }
    fn metrics(&self) -> &KitchenMetrics {
        &self.metrics
    }
}

impl Figures for SyncInsights {
    type Metrics = SyncMetrics;
    fn fresh(&self) -> bool {
        self.fresh
    }
    fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of
    }
    fn metrics(&self) -> &SyncMetrics {
        &self.metrics
    }
}

/// The newest answer for a page.
pub struct Answer<T: Figures> {
    query: Query<Option<T>>,
    /// The figures; empty until they are known.
    pub metrics: Memo<T::Metrics>,
}

impl<T: Figures> Clone for Answer<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Figures> Copy for Answer<T> {}

impl<T: Figures> Answer<T> {
    /// Asks whenever the question or a topic changes; there is no question before the width is known.
    pub fn new<Fut>(
        topics: &'static [Topic],
        asked: Signal<Option<InsightsQuery>>,
        fetch: impl Fn(InsightsQuery) -> Fut + Clone + 'static,
    ) -> Self
    where
        Fut: Future<Output = Reply<T>> + 'static,
    {
        let query = use_query(
            topics,
            move || asked.get(),
            move |asked: Option<InsightsQuery>| {
                let fetch = fetch.clone();
                async move {
                    match asked {
                        Some(asked) => fetch(asked).await.map(Some),
                        None => Ok(None),
                    }
                }
            },
        );
        let metrics = Memo::new(move |_| {
            query
                .get()
                .and_then(|answer| answer.as_ref().as_ref().map(|figures| figures.metrics().clone()))
                .unwrap_or_default()
        });
        Self { query, metrics }
    }

    /// Asks again.
    pub fn refetch(self) {
        self.query.refetch();
    }

    /// Something of the answer, also what this device knows by itself; tracked.
    pub fn own<R>(self, pick: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        self.query.get().and_then(|answer| answer.as_ref().as_ref().and_then(pick))
    }

    /// Something that only the server knows: nothing, if it was never asked; tracked.
    pub fn told<R>(self, pick: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        self.own(|figures| figures.as_of().and_then(|_| pick(figures)))
    }

    /// One of its charts.
    pub fn chart(self, pick: fn(&T) -> ChartView) -> Signal<ChartView> {
        Signal::derive(move || self.own(|figures| Some(pick(figures))).unwrap_or_default())
    }
}

/// Problem, waiting and age around a page of figures. The charts come once the server has told something.
#[component]
pub fn FiguresPage<T: Figures>(
    /// The answer.
    answer: Answer<T>,
    /// The tiles.
    tiles: ViewFn,
    /// The charts.
    children: ChildrenFn,
) -> impl IntoView {
    let known = Memo::new(move |_| answer.own(|_| Some(())).is_some());
    let told = Memo::new(move |_| answer.told(|_| Some(())).is_some());
    view! {
        <ProblemBanner problem=answer.query.problem />
        {move || (!known.get()).then(|| view! { <Skeleton /> })}
        <div class="figures" hidden=move || !known.get()>
            <Stale
                fresh=Signal::derive(move || answer.own(|figures| Some(figures.fresh())).unwrap_or(true))
                as_of=Signal::derive(move || answer.own(Figures::as_of))
            />
            <dl class="kpis card">{tiles.run()}</dl>
            {move || told.get().then(|| children())}
        </div>
    }
}
