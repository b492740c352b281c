//! Rows with what is said of them: only those that are seen are in the page.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::model::{Line, ROW_PX, visible};
use super::tiles::{group_name, look};
use crate::components::{Icon, use_size};
use crate::i18n::imports;
use crate::keyboard::is_composing;
use crate::words::remark::{reason_text, target_label};

/// The table.
#[component]
pub fn Rows(
    /// Its lines.
    #[prop(into)]
    lines: Signal<Vec<Line>>,
    /// Was the import taken back?
    #[prop(into)]
    undone: Signal<bool>,
) -> impl IntoView {
    let viewport = NodeRef::<html::Div>::new();
    let size = use_size(viewport);
    let scrolled = RwSignal::new(0.0_f64);
    let total = Memo::new(move |_| lines.with(Vec::len));
    let range = Memo::new(move |_| visible(scrolled.get(), size.get().1, total.get()));
    let scroll_to = move |px: f64| {
        if let Some(viewport) = viewport.get_untracked() {
            // Within the table's height, far below an i32's limit.
            #[allow(clippy::cast_possible_truncation)]
            viewport.set_scroll_top(px as i32);
        }
    };
    // Another group begins at its top.
    Effect::new(move |before: Option<usize>| {
        let now = total.get();
        if before.is_some_and(|before| before > now) {
            scroll_to(0.0);
        }
        now
    });
    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let by = match event.key().as_str() {
            "j" | "J" => ROW_PX,
            "k" | "K" => -ROW_PX,
            _ => return,
        };
        event.prevent_default();
        scroll_to((scrolled.get_untracked() + by).max(0.0));
    };
    view! {
        <div
            class="scroll body split1"
            tabindex="0"
            role="region"
            aria-label=imports::rows_label
            data-region="list"
            node_ref=viewport
            on:keydown=keys
            on:scroll=move |_| {
                if let Some(viewport) = viewport.get_untracked() {
                    scrolled.set(f64::from(viewport.scroll_top()));
                }
            }
        >
            <table
                class="tbl tall import-rows"
                aria-label=imports::rows_label
                aria-rowcount=move || (total.get() + 1).to_string()
                data-testid="import-rows"
            >
                <colgroup>
                    <col class="w80" /><col class="w120" /><col class="store" /><col class="field-name" /><col />
                </colgroup>
                <thead>
                    <tr aria-rowindex="1">
                        <th scope="col" class="num">{imports::col_row}</th>
                        <th scope="col">{imports::col_outcome}</th>
                        <th scope="col">{imports::col_store}</th>
                        <th scope="col">{imports::col_about}</th>
                        <th scope="col">{imports::col_reason}</th>
                    </tr>
                </thead>
                <tbody>
                    <tr class="spacer" aria-hidden="true">
                        <td style:height=move || format!("{}px", range.get().start as f64 * ROW_PX)></td>
                    </tr>
                    <For each=move || range.get() key=|index| *index let:index>
                        <Row index=index lines=lines undone=undone />
                    </For>
                    <tr class="spacer" aria-hidden="true">
                        <td
                            style:height=move || format!("{}px", total.get().saturating_sub(range.get().end) as f64 * ROW_PX)
                        ></td>
                    </tr>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(index: usize, lines: Signal<Vec<Line>>, undone: Signal<bool>) -> impl IntoView {
    let line = Memo::new(move |_| lines.with(|lines| lines.get(index).cloned()));
    view! {
        <tr data-testid="import-row" aria-rowindex=(index + 2).to_string()>
            {move || line.get().map(|line| {
                let (colour, icon) = look(line.group);
                let (group, remark, row) = (line.group, line.remark, line.row);
                let store = if line.store.is_empty() { "—".to_owned() } else { line.store };
                let (title, typed) = (line.typed.clone(), line.typed);
                let field = remark.as_ref().and_then(|remark| remark.field.clone());
                view! {
                    <td class="num faint">{row}</td>
                    <td>
                        <span class="row g2">
                            <span class=colour>{icon.map(|icon| view! { <Icon name=icon size="s" /> })}</span>
                            {move || group_name(group)}
                        </span>
                        {move || (group.is_saved() && undone.get()).then(|| view! { <span class="two faint xs">{imports::row_undone}</span> })}
                    </td>
                    <td class="cut" data-full=store.clone()>{store.clone()}</td>
                    <td data-full=title>
                        <span class="two">{move || field.as_deref().map(target_label)}</span>
                        {(!typed.is_empty()).then(|| view! { <span class="two" data-testid="import-typed">{typed}</span> })}
                    </td>
                    <td class="why">
                        {remark.map(|remark| {
                            let (icon, tone) = if remark.is_error { ("bad", "fg-bad") } else { ("warn", "fg-clash") };
                            let is_error = remark.is_error;
                            view! {
                                <span class="said-of">
                                    <span class=tone><Icon name=icon size="s" /></span>
                                    <span class="lines">
                                        <span class="vh">{move || if is_error { imports::sr_error() } else { imports::sr_warning() }}</span>
                                        {move || reason_text(&remark.reason)}
                                    </span>
                                </span>
                            }
                        })}
                    </td>
                }
            })}
        </tr>
    }
}
