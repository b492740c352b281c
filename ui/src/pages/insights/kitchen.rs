//! The page on kitchens: tiles, the alert board, couriers' waits, and how good the forecasts are.

use std::time::Duration;

use domain::ipc::{InsightsQuery, KitchenInsights, Topic};
use domain::metrics::KitchenMetrics;
use leptos::prelude::*;

use super::board::Board;
use super::chart::{ChartCard, Entry, Swatch};
use super::figures::{Figure, Stale, exact_span, or_dash};
use super::model::{data_of, share_percent, to_tell, wait_bin};
use crate::components::{ProblemBanner, Skeleton};
use crate::i18n::{grouped, insights};
use crate::ipc;
use crate::query::use_query;

/// Forecasts age: they are asked for again even if nobody announces news.
const REFRESH: Duration = Duration::from_secs(30);

fn bin_words(index: usize, bins: usize) -> String {
    match wait_bin(index, bins) {
        (from, Some(to)) => format!("{from}–{to}"),
        (from, None) => format!("{from}+"),
    }
}

/// The page.
#[component]
pub fn Kitchen(
    /// What is asked for; nothing before the width is known.
    #[prop(into)]
    asked: Signal<Option<InsightsQuery>>,
) -> impl IntoView {
    let query = use_query(
        &[Topic::Insights, Topic::Session],
        move || asked.get(),
        |asked: Option<InsightsQuery>| async move {
            match asked {
                Some(asked) => ipc::insights_kitchen(&asked).await.map(Some),
                None => Ok(None),
            }
        },
    );
    if let Ok(timer) = set_interval_with_handle(move || query.refetch(), REFRESH) {
        on_cleanup(move || timer.clear());
    }
    let data = Signal::derive(move || query.get());
    let known = Memo::new(move |_| data.get().is_some_and(|data| data.is_some()));
    let read = move |pick: &dyn Fn(&KitchenInsights) -> Option<String>| {
        data.get().and_then(|data| data.as_ref().as_ref().filter(|data| data.as_of.is_some()).and_then(pick))
    };
    let metrics = Memo::new(move |_| {
        data.get().and_then(|data| data.as_ref().as_ref().map(|data| data.metrics.clone())).unwrap_or_default()
    });
    let chart = move |pick: fn(&KitchenInsights) -> domain::ipc::ChartView| {
        Signal::derive(move || data.get().and_then(|data| data.as_ref().as_ref().map(pick)).unwrap_or_default())
    };
    let wait = chart(|data| data.wait.clone());
    let calibration = chart(|data| data.calibration.clone());
    let orders = |metrics: &KitchenMetrics| metrics.avoidable_wait_min.iter().sum::<u64>();
    let has_data = Memo::new(move |_| {
        data.get().is_some_and(|data| data.as_ref().as_ref().is_some_and(|data| data.as_of.is_some()))
    });

    let wait_tip = move |nth: usize| {
        metrics.with(|metrics| {
            let bins = metrics.avoidable_wait_min.len();
            let range = wait.with(|chart| data_of(&chart.marks, nth, bins));
            let count = metrics.avoidable_wait_min.get(range.clone()).map_or(0, |counts| counts.iter().sum());
            let bin = match (range.len(), wait_bin(range.end.saturating_sub(1), bins).1) {
                (1, _) => bin_words(range.start, bins),
                (_, Some(to)) => format!("{}–{to}", range.start),
                (_, None) => format!("{}+", range.start),
            };
            insights::wait_tip(bin, count)
        })
    };
    let calibration_tip = move |nth: usize| {
        metrics.with(|metrics| {
            let bin =
                calibration.with(|chart| chart.marks.get(nth).and_then(|mark| metrics.calibration.get(mark.index)));
            bin.and_then(|bin| {
                Some(insights::calibration_tip(share_percent(bin.forecast)?, share_percent(bin.observed)?, bin.count))
            })
            .unwrap_or_default()
        })
    };
    view! {
        <ProblemBanner problem=query.problem />
        {move || (!known.get()).then(|| view! { <Skeleton /> })}
        <div class="figures" hidden=move || !known.get()>
            <Stale
                fresh=Signal::derive(move || data.get().is_none_or(|data| data.as_ref().as_ref().is_none_or(|data| data.fresh)))
                as_of=Signal::derive(move || data.get().and_then(|data| data.as_ref().as_ref().and_then(|data| data.as_of)))
            />
            <dl class="kpis card">
                <Figure
                    testid="kpi-window"
                    label=Signal::derive(move || {
                        read(&|data| data.board.as_ref().map(|board| insights::in_window(board.window_min)))
                            .unwrap_or_else(|| insights::in_window_none().to_owned())
                    })
                    value=Signal::derive(move || or_dash(read(&|data| Some(grouped(data.board.as_ref()?.alerts.len() as u64)))))
                    sub=Signal::derive(move || read(&|data| Some(insights::in_window_sub(to_tell(data.board.as_ref()?)))).unwrap_or_default())
                />
                <Figure
                    testid="kpi-error"
                    label=Signal::derive(|| insights::error_p50().to_owned())
                    value=Signal::derive(move || or_dash(read(&|data| data.metrics.error_p50_s.map(exact_span))))
                    sub=Signal::derive(move || {
                        read(&|data| data.metrics.baseline_error_p50_s.map(|s| insights::error_p50_sub(exact_span(s)))).unwrap_or_default()
                    })
                />
                <Figure
                    testid="kpi-coverage"
                    label=Signal::derive(|| insights::coverage().to_owned())
                    value=Signal::derive(move || or_dash(read(&|data| Some(format!("{}%", share_percent(data.metrics.coverage_80?)?)))))
                    sub=Signal::derive(move || read(&|data| Some(insights::coverage_sub(data.metrics.samples))).unwrap_or_default())
                />
                <Figure
                    testid="kpi-wait"
                    label=Signal::derive(|| insights::wait_p50().to_owned())
                    value=Signal::derive(move || or_dash(read(&|data| data.metrics.avoidable_wait_p50_s.map(exact_span))))
                    sub=Signal::derive(move || read(&|data| Some(insights::wait_p50_sub(orders(&data.metrics)))).unwrap_or_default())
                />
            </dl>
            {move || has_data.get().then(|| view! {
                <div class="live">
                    <Board query=query data=data />
                    <div class="stack">
                        <ChartCard
                            testid="chart-wait"
                            title=insights::wait_title
                            lead=insights::wait_lead
                            empty=insights::wait_empty
                            chart=wait
                            tip=wait_tip
                            headings=Signal::derive(|| vec![insights::wait_col_minutes().to_owned(), insights::wait_col_orders().to_owned()])
                            rows=Signal::derive(move || metrics.with(|metrics| {
                                let bins = metrics.avoidable_wait_min.len();
                                let counts = metrics.avoidable_wait_min.iter().enumerate();
                                counts.map(|(n, count)| vec![bin_words(n, bins), grouped(*count)]).collect()
                            }))
                        >
                            <Entry swatch=Swatch::Area("c1") label=insights::wait_legend_good />
                            <Entry swatch=Swatch::Area("c2") label=insights::wait_legend_late />
                        </ChartCard>
                        <ChartCard
                            testid="chart-calibration"
                            title=insights::calibration_title
                            lead=insights::calibration_lead
                            empty=insights::calibration_empty
                            chart=calibration
                            tip=calibration_tip
                            axes=[insights::calibration_y, insights::calibration_x]
                            headings=Signal::derive(|| vec![
                                insights::calibration_x().to_owned(),
                                insights::calibration_y().to_owned(),
                                insights::calibration_col_orders().to_owned(),
                            ])
                            rows=Signal::derive(move || metrics.with(|metrics| {
                                let share = |share| or_dash(share_percent(share).map(|share| format!("{share}%")));
                                metrics
                                    .calibration
                                    .iter()
                                    .map(|bin| vec![share(bin.forecast), share(bin.observed), grouped(bin.count)])
                                    .collect()
                            }))
                        >
                            <Entry swatch=Swatch::Line label=insights::calibration_observed />
                            <Entry swatch=Swatch::Ideal label=insights::calibration_ideal />
                        </ChartCard>
                    </div>
                </div>
            })}
        </div>
    }
}
