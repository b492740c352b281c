//! The list of keyboard shortcuts.

use leptos::prelude::*;

use crate::components::Kbd;
use crate::i18n::help;

type Text = fn() -> &'static str;
type Line = (&'static [&'static str], Text);

const EVERYWHERE: &[Line] = &[
    (&["Ctrl", "K"], help::k_palette),
    (&["Ctrl", "S"], help::k_save),
    (&["Ctrl", "Shift", "S"], help::k_sync),
    (&["F6"], help::k_region),
    (&["F8"], help::k_error),
    (&["G", "S/O/C/I/M"], help::k_go),
    (&["/"], help::k_search),
    (&["?"], help::k_help),
];
const LISTS: &[Line] = &[
    (&["J", "K"], help::k_move),
    (&["Enter"], help::k_open),
    (&["E"], help::k_edit),
    (&["R"], help::k_retry),
    (&["N"], help::k_new),
];
const STORES: &[Line] = &[
    (&["X"], help::k_choose),
    (&["Shift", "↑↓"], help::k_choose_range),
    (&["Ctrl", "A"], help::k_choose_all),
    (&["B"], help::k_bulk),
    (&["F"], help::k_filter),
    (&["S"], help::k_sort),
    (&["V"], help::k_views),
    (&["C"], help::k_columns),
];
const CONFLICTS: &[Line] =
    &[(&["1", "2", "3"], help::k_take), (&["E"], help::k_type), (&["Enter"], help::k_next), (&["Z"], help::k_undo)];

/// The list.
#[component]
pub fn ShortcutList() -> impl IntoView {
    let groups: [(Text, &'static [Line]); 4] = [
        (help::everywhere, EVERYWHERE),
        (help::in_lists, LISTS),
        (help::in_stores, STORES),
        (help::in_conflicts, CONFLICTS),
    ];
    groups
        .into_iter()
        .map(|(title, lines)| {
            view! {
                <h4 class="gapped">{title}</h4>
                <dl class="shortcuts">
                    {lines
                        .iter()
                        .map(|(keys, what)| {
                            view! {
                                <dt class="row g2">{keys.iter().map(|keys| view! { <Kbd keys=keys /> }).collect_view()}</dt>
                                <dd>{*what}</dd>
                            }
                        })
                        .collect_view()}
                </dl>
            }
        })
        .collect_view()
}
