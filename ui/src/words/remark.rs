//! What an import says of rows and columns.

use super::field::field_label;
use super::problem::sentence;
use crate::declared;
use crate::i18n::imports;
use crate::pages::imports::Reason;

/// How people call what a column is imported into: `hours_open` → `开门时间`.
pub fn target_label(target: &str) -> String {
    match target {
        "code" => field_label("merchant_id"),
        "phone" => field_label("phones"),
        "row" => imports::col_row().to_owned(),
        "address_front" => imports::t_address_front().to_owned(),
        "area_code" => imports::t_area_code().to_owned(),
        "hours_open" => imports::t_open().to_owned(),
        "hours_close" => imports::t_close().to_owned(),
        "uscc" => imports::t_credit_code().to_owned(),
        "lat" => imports::t_latitude().to_owned(),
        "lng" => imports::t_longitude().to_owned(),
        "coords" => imports::t_coordinates().to_owned(),
        "opened" => imports::t_opened().to_owned(),
        other => match other.strip_prefix("custom.") {
            Some(key) if declared::schema().custom(key).is_none() => imports::t_custom(key),
            _ => field_label(other),
        },
    }
}

/// What is said of a row, as a sentence.
pub fn reason_text(reason: &Reason) -> String {
    match reason {
        Reason::Code(code) => sentence(*code).to_owned(),
        Reason::Like(other) => match other.parse::<u64>() {
            Ok(row) => imports::r_like_row(row),
            Err(_) => imports::r_like_store(other),
        },
        Reason::Perhaps(other) => match other.parse::<u64>() {
            Ok(row) => imports::r_perhaps_row(row),
            Err(_) => imports::r_perhaps_store(other),
        },
        Reason::IdTwice => imports::r_id_twice().to_owned(),
        Reason::ZerosLost => imports::r_zeros_lost().to_owned(),
        Reason::ZeroRestored => imports::r_zero_restored().to_owned(),
        Reason::Formula => imports::r_formula().to_owned(),
        Reason::MoreThanNumbers => imports::r_more().to_owned(),
        Reason::BadDate => imports::r_bad_date().to_owned(),
        Reason::BadEncoding => imports::r_bad_encoding().to_owned(),
        Reason::Other(word) => other_text(word),
    }
}

/// What is said of a whole row, or of an id.
fn other_text(word: &str) -> String {
    if let Some(lines) = word.strip_prefix("unclosed_quote:") {
        return imports::r_unclosed_quote(lines);
    }
    match word {
        "too_many_cells" => imports::r_too_many_cells().to_owned(),
        "not_a_store" => imports::r_not_a_store().to_owned(),
        "repeated_header" => imports::r_repeated_header().to_owned(),
        "other_store" => imports::r_other_store().to_owned(),
        "formula_error" => imports::r_formula_error().to_owned(),
        "may_be_foreign" => imports::r_may_be_foreign().to_owned(),
        "millionths" => imports::r_millionths().to_owned(),
        "point_dropped" => imports::r_point_dropped().to_owned(),
        word => imports::r_other(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn every_target_and_reason_is_worded_in_both_languages() {
        let targets = [
            ("code", "门店编号", "Store ID"),
            ("hours_open", "开门时间", "Opens at"),
            ("address_front", "地址前的省、市、区", "Region before the address"),
            ("area_code", "电话区号", "Area code of phones"),
            ("custom.座位", "自定义：座位", "Custom: 座位"),
            ("name", "门店名称", "Name"),
        ];
        for (target, chinese, english) in targets {
            set_lang(Language::Chinese);
            assert_eq!(target_label(target), chinese);
            set_lang(Language::English);
            assert_eq!(target_label(target), english);
        }
        set_lang(Language::English);
        assert_eq!(reason_text(&Reason::Like("12".to_owned())), "The same store as row 12");
        assert_eq!(
            reason_text(&Reason::Like("BJ-0187".to_owned())),
            "The same store as BJ-0187, which is here already"
        );
        let unclosed = reason_text(&Reason::Other("unclosed_quote:3-9".to_owned()));
        assert!(unclosed.contains("3-9") && target_label("row") == "Row", "{unclosed}");
        assert_eq!(reason_text(&Reason::Other("new".to_owned())), "Reason code: new");
        assert_eq!(reason_text(&Reason::Code(domain::ErrorCode::Overlap)), sentence(domain::ErrorCode::Overlap));
    }
}
