//! Banners say what happened, what is safe and what to do.

use domain::ipc::IpcError;
use leptos::prelude::*;

use super::{Icon, Problem};

/// How urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// To know.
    #[default]
    Plain,
    /// Under way.
    Wait,
    /// To look at.
    Clash,
    /// To do.
    Bad,
    /// Paused.
    Hold,
}

impl Tone {
    /// Class of the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Wait => "wait",
            Tone::Clash => "clash",
            Tone::Bad => "bad",
            Tone::Hold => "hold",
        }
    }
    fn icon(self) -> &'static str {
        match self {
            Tone::Plain => "info",
            Tone::Wait => "sync",
            Tone::Clash => "warn",
            Tone::Bad => "bad",
            Tone::Hold => "hold",
        }
    }
}

/// A banner. Its children are its text, buttons go into `acts`. Only the text is read out when it changes.
#[component]
pub fn Banner(
    /// How urgent.
    tone: Tone,
    /// Icon, if not that of the tone.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Text behind the other that changes by itself, an age for example: shown, but not read out with each change.
    #[prop(optional, into)]
    quiet: ViewFn,
    /// Buttons at the end.
    #[prop(optional, into)]
    acts: ViewFn,
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class=format!("banner {}", tone.class()) data-testid="banner">
            <Icon name=icon.unwrap_or_else(|| tone.icon()) />
            <p>
                <span role=role>{children()}</span>
                {move || quiet.run()}
            </p>
            <div class="acts">{move || acts.run()}</div>
        </div>
    }
}

/// Shows a failed command, or nothing.
#[component]
pub fn ProblemBanner(
    /// What failed.
    #[prop(into)]
    problem: Signal<Option<IpcError>>,
) -> impl IntoView {
    move || problem.get().map(|problem| view! { <Banner tone=Tone::Bad><Problem problem=problem /></Banner> })
}
