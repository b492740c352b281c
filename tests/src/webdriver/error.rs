//! What can go wrong in a window.

/// Why a step in the window failed.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The driver could not be started.
    #[error("{program} could not be started: {source}; `./dev doctor` names what is missing")]
    Start {
        /// The program's name.
        program: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The driver could not be reached or did not answer.
    #[error("the driver did not answer {step}: {source}")]
    Connection {
        /// The request.
        step: String,
        /// What the HTTP client said.
        source: reqwest::Error,
    },
    /// The driver answered with an error of its specification.
    #[error("{step}: {code}: {message}")]
    Driver {
        /// The request.
        step: String,
        /// WebDriver's error code, such as `no such element`.
        code: String,
        /// Its explanation.
        message: String,
    },
    /// A condition did not come true in time.
    #[error("waited {waited_s} s in vain for {what}; last seen: {last}")]
    TimedOut {
        /// The condition, in words.
        what: String,
        /// What was seen the last time.
        last: String,
        /// How long it was waited for.
        waited_s: u64,
    },
    /// The driver runs, but the program does not: it ended at once, or in between.
    #[error("the program is not running; what it said is on standard error")]
    NoProgram,
}

impl WindowError {
    /// True for what can pass by itself: the element is not there yet, was drawn anew, or is still
    /// covered.
    pub(super) fn may_pass(&self) -> bool {
        let Self::Driver { code, message, .. } = self else { return false };
        // Without a word it fails when an element goes away between its look at it and the click.
        let is_gone = code == "unknown error" && message.is_empty();
        is_gone
            || matches!(
                code.as_str(),
                "no such element"
                    | "stale element reference"
                    | "element not interactable"
                    | "element click intercepted"
                    | "javascript error"
            )
    }
}

/// The result of a step.
pub type Result<T> = std::result::Result<T, WindowError>;
