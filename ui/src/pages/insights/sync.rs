//! The page on syncing: lag, conflicts, and where they come from.

use chrono::NaiveDate;
use domain::ipc::{AxisUnit, InsightsQuery, Topic};
use leptos::prelude::*;

use super::answer::{Answer, FiguresPage};
use super::chart::{ChartCard, Entry, Swatch};
use super::figures::{Figure, or_dash};
use super::model::{GROUPS, by_group, conflicts, data_of, lag, percent, reviewed};
use crate::clock::{local, use_now};
use crate::i18n::{grouped, insights, listed};
use crate::ipc;
use crate::words::source::source_label;
use crate::words::time;

const GROUP_WORDS: [fn() -> &'static str; 5] = [
    insights::group_phones,
    insights::group_hours,
    insights::group_address,
    insights::group_name,
    insights::group_other,
];
const GROUP_COLOURS: [&str; 5] = ["c1", "c2", "c3", "c4", "c6"];

/// What the digits at the axis of the lag mean.
fn lag_unit(unit: AxisUnit) -> &'static str {
    match unit {
        AxisUnit::Plain => "",
        AxisUnit::Seconds => insights::axis_seconds(),
        AxisUnit::MinutesSeconds => insights::axis_minutes(),
        AxisUnit::HoursMinutes => insights::axis_hours(),
    }
}

/// The page.
#[component]
pub fn Sync(
    /// What is asked for; nothing before the width is known.
    #[prop(into)]
    asked: Signal<Option<InsightsQuery>>,
) -> impl IntoView {
    let now = use_now();
    let answer = Answer::new(&[Topic::Insights, Topic::Session, Topic::Outbox], asked, |asked| async move {
        ipc::insights_sync(&asked).await
    });
    let metrics = answer.metrics;
    let lag_chart = answer.chart(|data| data.lag.clone());
    let conflicts_chart = answer.chart(|data| data.conflicts.clone());
    let sources_chart = answer.chart(|data| data.sources.clone());
    let rejected = Memo::new(move |_| answer.own(|data| Some(data.rejected)).unwrap_or(0));
    let waits = Memo::new(move |_| answer.own(|data| data.oldest_unsynced_s).is_some());

    let bucket = move |at| {
        let (at, now) = (local(at), local(now.get()));
        if metrics.with(|metrics| metrics.bucket_s >= 86_400) {
            time::day(at.date(), now)
        } else {
            time::moment(at, now)
        }
    };
    let day = move |day: NaiveDate| time::day(day, local(now.get()));
    let lag_tip = move |nth: usize| {
        metrics.with(|metrics| {
            let range = lag_chart.with(|chart| data_of(&chart.marks, nth, metrics.lag.len()));
            let Some(lag) = metrics.lag.get(range).and_then(lag) else { return String::new() };
            let when = if lag.from == lag.to {
                bucket(lag.from)
            } else {
                format!("{} – {}", bucket(lag.from), bucket(lag.to))
            };
            let p50 = match lag.p50_ms {
                (low, high) if low == high => time::span_ms(low),
                (low, high) => format!("{}–{}", time::span_ms(low), time::span_ms(high)),
            };
            insights::lag_tip(when, p50, time::span_ms(lag.p95_ms), lag.edits)
        })
    };
    let conflicts_tip = move |nth: usize| {
        metrics.with(|metrics| {
            let range = conflicts_chart.with(|chart| data_of(&chart.marks, nth, metrics.conflicts.len()));
            let Some(days) = metrics.conflicts.get(range) else { return String::new() };
            let (Some(first), Some(last)) = (days.first(), days.last()) else { return String::new() };
            let when =
                if days.len() == 1 { day(first.day) } else { format!("{} – {}", day(first.day), day(last.day)) };
            let mut counts = [0_u64; GROUPS.len()];
            for one in days {
                counts.iter_mut().zip(by_group(one)).for_each(|(sum, count)| *sum += count);
            }
            let all: u64 = counts.iter().sum();
            if all == 0 {
                return insights::conflicts_tip_none(when);
            }
            let parts: Vec<String> = counts
                .into_iter()
                .zip(GROUP_WORDS)
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| insights::group_count(word(), count))
                .collect();
            insights::conflicts_tip(when, all, days.iter().map(reviewed).sum::<u64>(), listed(&parts))
        })
    };
    let sources_tip = move |nth: usize| {
        metrics.with(|metrics| {
            let source =
                sources_chart.with(|chart| chart.marks.get(nth).and_then(|mark| metrics.sources.get(mark.index)));
            source
                .map(|source| {
                    insights::sources_tip(
                        source_label(source.source),
                        grouped(source.auto),
                        source.auto + source.reviewed,
                    )
                })
                .unwrap_or_default()
        })
    };
    let source_names = move || {
        metrics.with(|metrics| {
            sources_chart.with(|chart| {
                let named = chart.marks.iter().map(|mark| metrics.sources.get(mark.index));
                named
                    .map(|source| source.map(|source| source_label(source.source).to_owned()).unwrap_or_default())
                    .collect()
            })
        })
    };
    let tiles = move || {
        view! {
            <Figure
                testid="kpi-p50"
                label=Signal::derive(|| insights::lag_p50().to_owned())
                value=Signal::derive(move || or_dash(answer.told(|data| data.metrics.p50_ms.map(time::span_ms))))
                sub=Signal::derive(move || answer.told(|data| Some(insights::lag_edits(data.metrics.edits))).unwrap_or_default())
            />
            <Figure
                testid="kpi-p95"
                label=Signal::derive(|| insights::lag_p95().to_owned())
                value=Signal::derive(move || or_dash(answer.told(|data| data.metrics.p95_ms.map(time::span_ms))))
                sub=Signal::derive(move || answer.told(|data| Some(insights::lag_edits(data.metrics.edits))).unwrap_or_default())
            />
            <Figure
                testid="kpi-oldest"
                // Where nothing waits but something was refused there is no age to tell.
                label=Signal::derive(move || match (waits.get(), rejected.get()) {
                    (false, 1..) => insights::oldest_needs_you().to_owned(),
                    _ => insights::oldest().to_owned(),
                })
                value=Signal::derive(move || or_dash(answer.own(|data| {
                    Some(match (data.oldest_unsynced_s, data.rejected) {
                        (Some(age), _) => time::span(age),
                        (None, 0) => insights::oldest_none().to_owned(),
                        (None, count) => insights::oldest_refused(count),
                    })
                })))
                sub=Signal::derive(move || match (waits.get(), rejected.get()) {
                    (true, count @ 1..) => insights::oldest_refused(count),
                    _ => insights::oldest_here().to_owned(),
                })
                bad=Signal::derive(move || rejected.get() > 0)
            />
            <Figure
                testid="kpi-conflicts"
                label=Signal::derive(|| insights::open_conflicts().to_owned())
                value=Signal::derive(move || or_dash(answer.own(|data| Some(insights::open_conflicts_stores(data.reviews)))))
                sub=Signal::derive(move || {
                    let fields = answer.told(|data| Some(insights::open_conflicts_fields(data.metrics.open_conflicts)));
                    let new = answer.told(|data| {
                        let (all, auto) = conflicts(&data.metrics);
                        Some(match percent(auto, all) {
                            Some(share) => insights::open_conflicts_sub(all, share),
                            None => insights::open_conflicts_quiet().to_owned(),
                        })
                    });
                    [fields, new].into_iter().flatten().collect::<Vec<_>>().join(" · ")
                })
            />
        }
    };
    view! {
        <FiguresPage answer=answer tiles=tiles.into()>
            <ChartCard
                testid="chart-lag"
                title=insights::lag_title
                lead=insights::lag_lead
                empty=insights::lag_empty
                chart=lag_chart
                tip=lag_tip
                vertical=Signal::derive(move || lag_unit(lag_chart.with(|chart| chart.unit)).to_owned())
                headings=Signal::derive(|| vec![
                    insights::lag_col_time().to_owned(), "p50".to_owned(), "p95".to_owned(), insights::lag_col_edits().to_owned(),
                ])
                rows=Signal::derive(move || metrics.with(|metrics| {
                    let points = metrics.lag.iter();
                    points
                        .map(|p| vec![bucket(p.at), time::span_ms(p.p50_ms), time::span_ms(p.p95_ms), grouped(p.edits)])
                        .collect()
                }))
            >
                <Entry swatch=Swatch::Line label=insights::lag_legend_p50 />
                <Entry swatch=Swatch::Dashed label=insights::lag_legend_p95 />
            </ChartCard>
            <div class="pair">
                <ChartCard
                    testid="chart-conflicts"
                    title=insights::conflicts_title
                    lead=insights::conflicts_lead
                    empty=insights::conflicts_empty
                    chart=conflicts_chart
                    tip=conflicts_tip
                    headings=Signal::derive(|| {
                        let groups = GROUP_WORDS.iter().map(|word| word().to_owned());
                        std::iter::once(insights::conflicts_col_day().to_owned())
                            .chain(groups)
                            .chain([insights::conflicts_col_all().to_owned(), insights::conflicts_col_people().to_owned()])
                            .collect::<Vec<_>>()
                    })
                    rows=Signal::derive(move || metrics.with(|metrics| {
                        let days = metrics.conflicts.iter();
                        days.map(|one| {
                            let counts = by_group(one);
                            std::iter::once(day(one.day))
                                .chain(counts.iter().map(|count| grouped(*count)))
                                .chain([grouped(counts.iter().sum()), grouped(reviewed(one))])
                                .collect::<Vec<_>>()
                        })
                        .collect()
                    }))
                >
                    {GROUP_WORDS
                        .iter()
                        .zip(GROUP_COLOURS)
                        .map(|(word, colour)| view! { <Entry swatch=Swatch::Area(colour) label=*word /> })
                        .collect_view()}
                </ChartCard>
                <ChartCard
                    testid="chart-sources"
                    title=insights::sources_title
                    lead=insights::sources_lead
                    empty=insights::sources_empty
                    chart=sources_chart
                    tip=sources_tip
                    names=Signal::derive(source_names)
                    headings=Signal::derive(|| vec![
                        insights::sources_col_source().to_owned(),
                        insights::sources_auto().to_owned(),
                        insights::sources_people().to_owned(),
                        insights::sources_col_all().to_owned(),
                    ])
                    rows=Signal::derive(move || metrics.with(|metrics| {
                        let sources = metrics.sources.iter();
                        sources
                            .map(|s| vec![source_label(s.source).to_owned(), grouped(s.auto), grouped(s.reviewed), grouped(s.auto + s.reviewed)])
                            .collect()
                    }))
                >
                    <Entry swatch=Swatch::Area("c1") label=insights::sources_auto />
                    <Entry swatch=Swatch::Tint label=insights::sources_people />
                </ChartCard>
            </div>
        </FiguresPage>
    }
}
