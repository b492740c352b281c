//! The names of registers.

use domain::field::WEEKDAYS;

use crate::declared;
use crate::i18n::{Language, fields, lang, times};

/// How people call the field with this path: `hours.tu` → `周二营业时间`.
pub fn field_label(path: &str) -> String {
    match path.split_once('.').unwrap_or((path, "")) {
        ("merchant_id", _) => fields::merchant_id().to_owned(),
        ("name", _) => fields::name().to_owned(),
        ("branch", _) => fields::branch().to_owned(),
        ("address", _) => fields::address().to_owned(),
        ("region", _) => fields::region().to_owned(),
        ("category", _) => fields::category().to_owned(),
        ("status", _) => fields::status().to_owned(),
        ("note", _) => fields::note().to_owned(),
        ("deleted", _) => fields::deleted().to_owned(),
        ("phones", "") => fields::phones().to_owned(),
        ("phones", "primary") => fields::phones_primary().to_owned(),
        ("phones", number) => format!("{} {}", fields::phones(), super::value::phone(number)),
        ("tags", "") => fields::tags().to_owned(),
        ("tags", tag) => format!("{} {tag}", fields::tags()),
        ("hours", "") => fields::hours().to_owned(),
        ("hours", day) => match (day.strip_prefix("special."), WEEKDAYS.iter().position(|known| *known == day)) {
            (Some(date), _) => fields::hours_special(date),
            (None, Some(0)) => fields::hours_of(times::mo()),
            (None, Some(n)) => fields::hours_of(super::time::weekday(n)),
            (None, None) => path.to_owned(),
        },
        ("region_code", _) => fields::region_code().to_owned(),
        ("location", _) => fields::location().to_owned(),
        ("category_code", _) => fields::category_code().to_owned(),
        ("closure", _) => fields::closure().to_owned(),
        ("licence", "credit_code") => fields::credit_code().to_owned(),
        ("licence", "food") => fields::food_licence().to_owned(),
        ("settlement_cycle", _) => fields::settlement_cycle().to_owned(),
        ("industry", _) => fields::industry().to_owned(),
        ("language", _) => fields::language().to_owned(),
        ("time_zone", _) => fields::time_zone().to_owned(),
        ("custom", key) if !key.is_empty() => match declared::schema().custom(key) {
            Some(field) => field.label(lang() == Language::Chinese).to_owned(),
            None => key.to_owned(),
        },
        _ => path.to_owned(),
    }
}

/// The word for a settlement cycle, or the text itself if it is not one that we know.
pub fn cycle_label(cycle: &str) -> String {
    match cycle {
        "t0" => fields::cycle_t0(),
        "t1" => fields::cycle_t1(),
        "t3" => fields::cycle_t3(),
        "t7" => fields::cycle_t7(),
        "weekly" => fields::cycle_weekly(),
        "biweekly" => fields::cycle_biweekly(),
        "monthly" => fields::cycle_monthly(),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// The word for a business status, or the text itself if it is not one that we know.
pub fn status_label(status: &str) -> String {
    match status {
        "open" => fields::status_open().to_owned(),
        "paused" => fields::status_paused().to_owned(),
        "moving" => fields::status_moving().to_owned(),
        "closed" => fields::status_closed().to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn no_declared_register_shows_its_path() {
        for declared in domain::schema::SCHEMA.iter().filter(|declared| !declared.path.ends_with('*')) {
            for language in [Language::Chinese, Language::English] {
                set_lang(language);
                assert_ne!(field_label(declared.path), declared.path);
            }
        }
    }

    #[test]
    fn every_register_has_a_name_in_both_languages() {
        let table = [
            ("name", "门店名称", "Name"),
            ("phones", "电话", "Phones"),
            ("phones.+8613800138000", "电话 138 0013 8000", "Phones 138 0013 8000"),
            ("phones.primary", "主要电话", "Main phone"),
            ("hours.mo", "周一营业时间", "Mon hours"),
            ("hours.tu", "周二营业时间", "Tue hours"),
            ("hours.special.2026-10-01", "特殊日期 2026-10-01", "Hours on 2026-10-01"),
            ("custom.seats", "seats", "seats"),
            ("licence.credit_code", "统一社会信用代码", "Social credit code"),
            ("deleted", "删除", "Deletion"),
            ("something_new", "something_new", "something_new"),
        ];
        for (path, chinese, english) in table {
            set_lang(Language::Chinese);
            assert_eq!(field_label(path), chinese);
            set_lang(Language::English);
            assert_eq!(field_label(path), english);
        }
    }
}
