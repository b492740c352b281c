//! The names of sources.

use domain::Source;

use crate::i18n::everywhere;

/// Where an edit came from, in a word.
pub fn source_label(source: Source) -> &'static str {
    match source {
        Source::Feedback => everywhere::source_feedback(),
        Source::ThirdParty => everywhere::source_third_party(),
        Source::Import => everywhere::source_import(),
        Source::Manual => everywhere::source_manual(),
        Source::Resolution => everywhere::source_resolution(),
    }
}
