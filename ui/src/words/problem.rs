//! A sentence for every error code: what happened, what is safe, what to do.

use domain::ErrorCode;

use crate::i18n::problems;

/// The sentence of a code.
pub fn sentence(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadId => problems::bad_id(),
        ErrorCode::BadField => problems::bad_field(),
        ErrorCode::BadValue => problems::bad_value(),
        ErrorCode::Required => problems::required(),
        ErrorCode::BadPhone => problems::bad_phone(),
        ErrorCode::BadHours => problems::bad_hours(),
        ErrorCode::BadRequest => problems::bad_request(),
        ErrorCode::TooLarge => problems::too_large(),
        ErrorCode::NotFound => problems::not_found(),
        ErrorCode::BadCredentials => problems::bad_credentials(),
        ErrorCode::SignedOut => problems::signed_out(),
        ErrorCode::Forbidden => problems::forbidden(),
        ErrorCode::InReview => problems::in_review(),
        ErrorCode::ReviewMoved => problems::review_moved(),
        ErrorCode::BadRules => problems::bad_rules(),
        ErrorCode::RulesMoved => problems::rules_moved(),
        ErrorCode::BadSchema => problems::bad_schema(),
        ErrorCode::SchemaMoved => problems::schema_moved(),
        ErrorCode::SchemaTooOld => problems::schema_too_old(),
        ErrorCode::TooManyCandidates => problems::too_many_candidates(),
        ErrorCode::ReadOnly => problems::read_only(),
        ErrorCode::OutboxFull => problems::outbox_full(),
        ErrorCode::EpochChanged => problems::epoch_changed(),
        ErrorCode::CursorTooOld => problems::cursor_too_old(),
        ErrorCode::Protocol => problems::protocol(),
        ErrorCode::Unreachable => problems::unreachable(),
        ErrorCode::Busy => problems::busy(),
        ErrorCode::Storage => problems::storage(),
        ErrorCode::AlreadyOpen => problems::already_open(),
        ErrorCode::NewerData => problems::newer_data(),
        ErrorCode::BadFile => problems::bad_file(),
        ErrorCode::Empty => problems::empty(),
        ErrorCode::NoTime => problems::no_time(),
        ErrorCode::BadTime => problems::bad_time(),
        ErrorCode::MissingEnd => problems::missing_end(),
        ErrorCode::ZeroLength => problems::zero_length(),
        ErrorCode::Overlap => problems::overlap(),
        ErrorCode::Ambiguous => problems::ambiguous(),
        ErrorCode::Irregular => problems::irregular(),
        ErrorCode::ConflictDays => problems::conflict_days(),
        ErrorCode::BadDay => problems::bad_day(),
        ErrorCode::MangledScientific => problems::mangled_scientific(),
        ErrorCode::MissingAreaCode => problems::missing_area_code(),
        ErrorCode::TooShort => problems::too_short(),
        ErrorCode::TooLong => problems::too_long(),
        ErrorCode::InvalidRange => problems::invalid_range(),
        ErrorCode::NotANumber => problems::not_a_number(),
        ErrorCode::ForeignUnlikely => problems::foreign_unlikely(),
        ErrorCode::Charset => problems::charset(),
        ErrorCode::Length => problems::length(),
        ErrorCode::CheckDigit => problems::check_digit(),
        ErrorCode::NullIsland => problems::null_island(),
        ErrorCode::Range => problems::range(),
        ErrorCode::Swapped => problems::swapped(),
        ErrorCode::NotAPlace => problems::not_a_place(),
        ErrorCode::UnknownCode => problems::unknown_code(),
        ErrorCode::Note => problems::note(),
        ErrorCode::Millionths => problems::millionths(),
        ErrorCode::NotKept => problems::not_kept(),
        ErrorCode::AreaCodeAssumed => problems::area_code_assumed(),
        ErrorCode::DigitsLostSuspected => problems::digits_lost_suspected(),
        ErrorCode::Internal => problems::internal(),
        ErrorCode::Unknown => problems::unknown(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn every_code_has_its_own_sentence() {
        for language in [Language::Chinese, Language::English] {
            set_lang(language);
            let sentences: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| sentence(*code)).collect();
            assert_eq!(sentences.len(), ErrorCode::ALL.len());
        }
    }
}
