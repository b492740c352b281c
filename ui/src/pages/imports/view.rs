//! The page: its heading with the steps, and the step that is shown.

use leptos::prelude::*;

use super::choose::ChooseStep;
use super::export::ExportButton;
use super::mapping::MappingStep;
use super::model::{Step, file_name};
use super::run::{ApplyStep, DryRunStep};
use super::state::use_desk;
use super::steps::Steps;
use crate::i18n::imports;

/// The page.
#[component]
pub fn ImportsPage() -> impl IntoView {
    let desk = use_desk();
    let name = move || desk.request.with(|request| file_name(&request.file).to_owned());
    let at_file = Memo::new(move |_| desk.step.get() == Step::File);
    view! {
        <div class="head">
            <h1>
                {imports::title}
                <small data-testid="import-file-name">{name}</small>
            </h1>
            <div class="acts">
                <Steps step=desk.step />
                {move || at_file.get().then(|| view! { <ExportButton /> })}
            </div>
        </div>
        {move || match desk.step.get() {
            Step::File => view! { <ChooseStep desk=desk /> }.into_any(),
            Step::Mapping => view! { <MappingStep desk=desk /> }.into_any(),
            Step::DryRun => view! { <DryRunStep desk=desk /> }.into_any(),
            Step::Apply => view! { <ApplyStep desk=desk /> }.into_any(),
        }}
    }
}
