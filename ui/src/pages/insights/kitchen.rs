//! The page on kitchens: tiles, the alert board, couriers' waits, and how good the forecasts are.

use std::time::Duration;

use domain::ipc::{InsightsQuery, Topic};
use domain::metrics::{KitchenMetrics, WAIT_TARGET_S};
use leptos::prelude::*;

use super::answer::{Answer, FiguresPage};
use super::board::Board;
use super::chart::{ChartCard, Entry, Swatch};
use super::figures::{Figure, exact_span, or_dash};
use super::model::{data_of, share_percent, to_tell, wait_bin};
use crate::i18n::{grouped, insights};
use crate::ipc;

/// The target as it is said, in minutes.
const TARGET_MIN: u32 = WAIT_TARGET_S / 60;
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
    let answer =
        Answer::new(
            &[Topic::Insights, Topic::Session],
            asked,
            |asked| async move { ipc::insights_kitchen(&asked).await },
        );
    if let Ok(timer) = set_interval_with_handle(move || answer.refetch(), REFRESH) {
        on_cleanup(move || timer.clear());
    }
    let metrics = answer.metrics;
    let wait = answer.chart(|data| data.wait.clone());
    let calibration = answer.chart(|data| data.calibration.clone());
    let orders = |metrics: &KitchenMetrics| metrics.avoidable_wait_min.iter().sum::<u64>();
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
    let tiles = move || {
        view! {
            <Figure
                testid="kpi-window"
                label=Signal::derive(move || {
                    answer.told(|data| data.board.as_ref().map(|board| insights::in_window(board.window_min)))
                        .unwrap_or_else(|| insights::in_window_none().to_owned())
                })
                value=Signal::derive(move || or_dash(answer.told(|data| Some(grouped(data.board.as_ref()?.alerts.len() as u64)))))
                sub=Signal::derive(move || answer.told(|data| Some(insights::in_window_sub(to_tell(data.board.as_ref()?)))).unwrap_or_default())
            />
            <Figure
                testid="kpi-error"
                label=Signal::derive(|| insights::error_p50().to_owned())
                value=Signal::derive(move || or_dash(answer.told(|data| data.metrics.error_p50_s.map(exact_span))))
                sub=Signal::derive(move || {
                    answer.told(|data| data.metrics.baseline_error_p50_s.map(|s| insights::error_p50_sub(exact_span(s)))).unwrap_or_default()
                })
            />
            <Figure
                testid="kpi-coverage"
                label=Signal::derive(|| insights::coverage().to_owned())
                value=Signal::derive(move || or_dash(answer.told(|data| Some(format!("{}%", share_percent(data.metrics.coverage_80?)?)))))
                sub=Signal::derive(move || answer.told(|data| Some(insights::coverage_sub(data.metrics.samples))).unwrap_or_default())
            />
            <Figure
                testid="kpi-wait"
                label=Signal::derive(|| insights::wait_p50().to_owned())
                value=Signal::derive(move || or_dash(answer.told(|data| data.metrics.avoidable_wait_p50_s.map(exact_span))))
                sub=Signal::derive(move || answer.told(|data| Some(insights::wait_p50_sub(orders(&data.metrics)))).unwrap_or_default())
            />
        }
    };
    view! {
        <FiguresPage answer=answer tiles=tiles.into()>
            <div class="live">
                <Board answer=answer />
                <div class="stack">
                    <ChartCard
                        testid="chart-wait"
                        title=insights::wait_title
                        lead=insights::wait_lead
                        empty=insights::wait_empty
                        chart=wait
                        tip=wait_tip
                        vertical=Signal::derive(|| insights::wait_col_orders().to_owned())
                        horizontal=Signal::derive(|| insights::wait_col_minutes().to_owned())
                        headings=Signal::derive(|| vec![insights::wait_col_minutes().to_owned(), insights::wait_col_orders().to_owned()])
                        rows=Signal::derive(move || metrics.with(|metrics| {
                            let bins = metrics.avoidable_wait_min.len();
                            let counts = metrics.avoidable_wait_min.iter().enumerate();
                            counts.map(|(n, count)| vec![bin_words(n, bins), grouped(*count)]).collect()
                        }))
                    >
                        <Entry swatch=Swatch::Area("c1") label=|| insights::wait_legend_good(TARGET_MIN) />
                        <Entry swatch=Swatch::Area("c2") label=|| insights::wait_legend_late(TARGET_MIN) />
                    </ChartCard>
                    <ChartCard
                        testid="chart-calibration"
                        title=insights::calibration_title
                        lead=insights::calibration_lead
                        empty=insights::calibration_empty
                        chart=calibration
                        tip=calibration_tip
                        vertical=Signal::derive(|| insights::calibration_y().to_owned())
                        horizontal=Signal::derive(|| insights::calibration_x().to_owned())
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
        </FiguresPage>
    }
}
