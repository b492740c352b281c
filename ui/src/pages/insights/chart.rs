//! A chart in its card: the shell's picture, the words around it, a tooltip for pointer and keyboard, and the
//! table that says the same.

use domain::ipc::ChartView;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::model::{drawn_size, is_drawn, next_mark, place};
use crate::components::TableTwin;
use crate::i18n::insights;
use crate::keyboard::is_composing;

/// How a series looks, for its legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swatch {
    /// A filled area in a colour role.
    Area(&'static str),
    /// An outlined, lightly filled one.
    Tint,
    /// A line.
    Line,
    /// A dashed line.
    Dashed,
    /// The dashed line of the ideal.
    Ideal,
}

/// An entry of a legend.
#[component]
pub fn Entry(
    /// Its look.
    swatch: Swatch,
    /// Its words.
    #[prop(into)]
    label: ViewFn,
) -> impl IntoView {
    let shape = match swatch {
        Swatch::Area(colour) => {
            view! { <rect x="4" y="0" width="10" height="10" rx="2" fill=format!("var(--{colour})")></rect> }.into_any()
        }
        Swatch::Tint => view! {
            <rect x="0.5" y="0.5" width="17" height="9" rx="2" fill="var(--c1)" fill-opacity="0.22" stroke="var(--c1)"></rect>
        }
        .into_any(),
        Swatch::Line => view! { <line x1="0" y1="5" x2="18" y2="5" stroke="var(--c1)" stroke-width="2.2"></line> }.into_any(),
        Swatch::Dashed => view! {
            <line x1="0" y1="5" x2="18" y2="5" stroke="var(--c1)" stroke-width="1.8" stroke-dasharray="5 3"></line>
        }
        .into_any(),
        Swatch::Ideal => view! {
            <line x1="0" y1="5" x2="18" y2="5" stroke="var(--chart-axis)" stroke-width="1.2" stroke-dasharray="4 3"></line>
        }
        .into_any(),
    };
    view! { <span><svg viewBox="0 0 18 10" aria-hidden="true">{shape}</svg>{move || label.run()}</span> }
}

/// The card.
#[component]
pub fn ChartCard(
    /// What it shows.
    title: fn() -> &'static str,
    /// In a few more words.
    lead: fn() -> &'static str,
    /// What to say when there is nothing to draw.
    empty: fn() -> &'static str,
    /// The picture.
    #[prop(into)]
    chart: Signal<ChartView>,
    /// The words of the nth mark.
    #[prop(into)]
    tip: Callback<usize, String>,
    /// Headings of the table.
    #[prop(into)]
    headings: Signal<Vec<String>>,
    /// Rows of the table.
    #[prop(into)]
    rows: Signal<Vec<Vec<String>>>,
    /// Names at the left of each mark, for charts whose rows have names.
    #[prop(optional, into)]
    names: Option<Signal<Vec<String>>>,
    /// Words at the upper end of the vertical axis.
    #[prop(optional, into)]
    vertical: Option<Signal<String>>,
    /// Words at the right end of the horizontal axis.
    #[prop(optional, into)]
    horizontal: Option<Signal<String>>,
    /// For tests.
    testid: &'static str,
    /// The legend.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let drawn = Memo::new(move |_| chart.with(is_drawn));
    view! {
        <section class="card figure" data-testid=testid>
            <header>
                <h3>{title}</h3>
                <p>{lead}</p>
                <TableTwin headings=headings rows=rows />
            </header>
            <div class="in-pad">
                {vertical.map(|words| view! { <span class="axis xs faint">{words}</span> })}
                <div class="named">
                    {names.map(|names| view! { <Names names=names chart=chart /> })}
                    <Plot title=title chart=chart tip=tip />
                </div>
                {horizontal.map(|words| view! { <span class="axis below xs faint">{words}</span> })}
                {move || (!drawn.get()).then(|| view! { <p class="hint">{empty}</p> })}
                {children.map(|legend| view! { <div class="legend">{legend()}</div> })}
            </div>
        </section>
    }
}

#[component]
fn Names(names: Signal<Vec<String>>, chart: Signal<ChartView>) -> impl IntoView {
    view! {
        <ul class="names" aria-hidden="true">
            {move || {
                chart.with(|chart| {
                    let Some(size) = drawn_size(&chart.svg) else { return ().into_any() };
                    let marks = chart.marks.iter().zip(names.get());
                    marks
                        .map(|(mark, name)| {
                            let (_, top, _, height) = place(mark, size);
                            view! { <li style:top=format!("{top}%") style:height=format!("{height}%")><span class="cut">{name}</span></li> }
                        })
                        .collect_view()
                        .into_any()
                })
            }}
        </ul>
    }
}

/// The picture with its marks: one tab stop, arrows walk, Escape hides the tooltip.
#[component]
fn Plot(title: fn() -> &'static str, chart: Signal<ChartView>, tip: Callback<usize, String>) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let stop = RwSignal::new(0_usize);
    let shown = RwSignal::new(None::<usize>);
    let count = Memo::new(move |_| chart.with(|chart| chart.marks.len()));
    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        if event.key() == "Escape" && shown.get_untracked().is_some() {
            shown.set(None);
            event.stop_propagation();
            return;
        }
        let Some(to) = next_mark(&event.key(), stop.get_untracked(), count.get_untracked()) else { return };
        event.prevent_default();
        stop.set(to);
        let mark =
            root.get_untracked().and_then(|root| root.query_selector(&format!("[data-mark=\"{to}\"]")).ok().flatten());
        if let Some(mark) = mark.and_then(|mark| mark.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = mark.focus();
        }
    };
    let marks = move || {
        chart.with(|chart| {
            let Some(size) = drawn_size(&chart.svg) else { return ().into_any() };
            chart
                .marks
                .iter()
                .enumerate()
                .map(|(n, mark)| {
                    let (left, top, width, height) = place(mark, size);
                    view! {
                        <span
                            class="mark"
                            role="img"
                            data-mark=n.to_string()
                            aria-label=move || tip.run(n)
                            tabindex=move || if stop.get() == n { "0" } else { "-1" }
                            style:left=format!("{left}%")
                            style:top=format!("{top}%")
                            style:width=format!("{width}%")
                            style:height=format!("{height}%")
                            on:pointerenter=move |_| shown.set(Some(n))
                            on:focus=move |_| {
                                stop.set(n);
                                shown.set(Some(n));
                            }
                            on:blur=move |_| shown.set(None)
                        ></span>
                    }
                })
                .collect_view()
                .into_any()
        })
    };
    let bubble = move || {
        let n = shown.get()?;
        let (left, top, width, _) = chart.with(|chart| Some(place(chart.marks.get(n)?, drawn_size(&chart.svg)?)))?;
        let middle = left + width / 2.0;
        let side = match middle {
            0.0..25.0 => "tip at-start",
            75.0..=100.0 => "tip at-end",
            _ => "tip",
        };
        Some(view! {
            <div class=side aria-hidden="true" data-testid="chart-tip" style:left=format!("{middle}%") style:top=format!("{top}%")>
                {move || tip.run(n)}
            </div>
        })
    };
    view! {
        <div
            class="plot"
            node_ref=root
            role="group"
            aria-label=move || format!("{} ({})", title(), insights::chart_hint())
            on:keydown=keys
            on:pointerleave=move |_| shown.set(None)
        >
            <div class="svg" inner_html=move || chart.with(|chart| chart.svg.clone())></div>
            {marks}
            {bubble}
        </div>
    }
}
