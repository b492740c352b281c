//! The names of sources.

use domain::Source;

use crate::i18n::common;

/// Where an edit came from, in a word.
pub fn source_label(source: Source) -> &'static str {
    match source {
        Source::Feedback => common::source_feedback(),
        Source::ThirdParty => common::source_third_party(),
        Source::Import => common::source_import(),
        Source::Manual => common::source_manual(),
        Source::Resolution => common::source_resolution(),
    }
}
