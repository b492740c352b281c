//! Where one is on the way, in the heading.

use leptos::prelude::*;

use super::model::Step;
use crate::components::Icon;
use crate::i18n::imports;

type Text = fn() -> &'static str;

const STEPS: [(Step, &str, Text); 4] = [
    (Step::File, "1", imports::step_file),
    (Step::Mapping, "2", imports::step_mapping),
    (Step::DryRun, "3", imports::step_dry_run),
    (Step::Apply, "4", imports::step_apply),
];

/// The steps.
#[component]
pub fn Steps(
    /// The one that is shown.
    #[prop(into)]
    step: Signal<Step>,
) -> impl IntoView {
    view! {
        <ol class="steps" aria-label=imports::steps>
            {STEPS
                .map(|(this, number, label)| {
                    let done = Memo::new(move |_| this < step.get());
                    view! {
                        <li
                            class:done=done
                            aria-current=move || (step.get() == this).then_some("step")
                        >
                            <b>
                                {move || if done.get() {
                                    view! { <Icon name="check" size="s" /><span class="vh">{imports::step_done}</span> }.into_any()
                                } else {
                                    number.into_any()
                                }}
                            </b>
                            <span>{label}</span>
                        </li>
                    }
                })
                .into_iter()
                .collect_view()}
        </ol>
    }
}
