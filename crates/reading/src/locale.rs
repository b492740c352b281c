//! Languages and time zones.

use domain::{ErrorCode, forms, text};

use crate::finding::{Finding, shortened};

/// Words for languages that are no tags.
const LANGUAGES: [(&str, &str); 14] = [
    ("中文", "zh"),
    ("简体中文", "zh-Hans"),
    ("繁体中文", "zh-Hant"),
    ("繁體中文", "zh-Hant"),
    ("简体", "zh-Hans"),
    ("繁体", "zh-Hant"),
    ("英文", "en"),
    ("英语", "en"),
    ("日文", "ja"),
    ("日语", "ja"),
    ("韩语", "ko"),
    ("chinese", "zh"),
    ("english", "en"),
    ("japanese", "ja"),
];

/// Languages to choose from: tag, name in Chinese and English.
pub(crate) const LANGUAGE_NAMES: [(&str, &str, &str); 8] = [
    ("zh-CN", "简体中文", "Chinese (simplified)"),
    ("zh-HK", "繁体中文（香港）", "Chinese (Hong Kong)"),
    ("zh-TW", "繁体中文（台湾）", "Chinese (Taiwan)"),
    ("en", "英语", "English"),
    ("ja", "日语", "Japanese"),
    ("ko", "韩语", "Korean"),
    ("ug", "维吾尔语", "Uyghur"),
    ("bo", "藏语", "Tibetan"),
];

/// Time zones to choose from: name, in Chinese and English.
pub(crate) const ZONE_NAMES: [(&str, &str, &str); 8] = [
    ("Asia/Shanghai", "北京时间", "Beijing"),
    ("Asia/Urumqi", "乌鲁木齐", "Urumqi"),
    ("Asia/Hong_Kong", "香港", "Hong Kong"),
    ("Asia/Macau", "澳门", "Macao"),
    ("Asia/Taipei", "台北", "Taipei"),
    ("Asia/Tokyo", "东京", "Tokyo"),
    ("Asia/Singapore", "新加坡", "Singapore"),
    ("UTC", "协调世界时", "UTC"),
];

/// Words for time zones that are no names.
const ZONES: [(&str, &str); 8] = [
    ("北京时间", "Asia/Shanghai"),
    ("中国标准时间", "Asia/Shanghai"),
    ("china standard time", "Asia/Shanghai"),
    ("beijing", "Asia/Shanghai"),
    ("utc", "UTC"),
    ("gmt", "UTC"),
    ("香港时间", "Asia/Hong_Kong"),
    ("台北时间", "Asia/Taipei"),
];

fn word(typed: &str, of: &[(&str, &str)]) -> Option<String> {
    let key = text::key(typed);
    of.iter().find(|(word, _)| *word == key).map(|(_, value)| (*value).to_owned())
}

fn empty(typed: &str) -> Result<(), Finding> {
    if crate::is_empty(typed) { Err(Finding::new(ErrorCode::Empty, "nothing given")) } else { Ok(()) }
}

/// Reads a language tag (BCP 47) or a language's name.
///
/// # Errors
/// `empty`, `bad_value`.
pub fn language(typed: &str) -> Result<String, Finding> {
    empty(typed)?;
    word(typed, &LANGUAGES).map_or_else(|| forms::language(typed), Ok).map_err(|code| {
        Finding::new(code, format!("“{}” is no language: write a tag like zh-CN or en", shortened(typed)))
    })
}

/// Reads a time zone's name, whatever its case.
///
/// # Errors
/// `empty`, `bad_value`; `unknown_code` for a name that the tz database does not have.
pub fn time_zone(typed: &str) -> Result<String, Finding> {
    empty(typed)?;
    if let Some(name) = word(typed, &ZONES) {
        return Ok(name);
    }
    let says = |code| {
        let text = format!("“{}” is no time zone: write area and city, like Asia/Shanghai", shortened(typed));
        Finding::new(code, text)
    };
    let name = forms::time_zone(typed).map_err(says)?;
    let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).find(|known| known.eq_ignore_ascii_case(&name));
    known.map(str::to_owned).ok_or_else(|| says(ErrorCode::UnknownCode))
}
