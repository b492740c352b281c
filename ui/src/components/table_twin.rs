//! The table that says what a chart shows.

use leptos::prelude::*;

use super::Icon;
use crate::i18n::everywhere;

/// A folded table.
#[component]
pub fn TableTwin(
    /// Headings of the columns.
    #[prop(into)]
    headings: Signal<Vec<String>>,
    /// Cells, row by row.
    #[prop(into)]
    rows: Signal<Vec<Vec<String>>>,
) -> impl IntoView {
    view! {
        <details class="twin">
            <summary>
                <Icon name="table" size="s" />
                {everywhere::data_table}
            </summary>
            <table>
                <thead>
                    <tr>{move || headings.get().into_iter().map(|text| view! { <th scope="col">{text}</th> }).collect_view()}</tr>
                </thead>
                <tbody>
                    {move || {
                        rows.get()
                            .into_iter()
                            .map(|cells| {
                                view! { <tr>{cells.into_iter().map(|text| view! { <td>{text}</td> }).collect_view()}</tr> }
                            })
                            .collect_view()
                    }}
                </tbody>
            </table>
        </details>
    }
}
