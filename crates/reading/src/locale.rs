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

/// The languages that have two letters (ISO 639-1, as registered for BCP 47). There are some eight thousand of three.
const TWO_LETTERS: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da \
    de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io \
    is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my \
    na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so \
    sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Countries and codes that are written for a language, or for another country.
const MEANT: [(&str, &str); 7] = [
    ("cn", "zh-CN"),
    ("hk", "zh-HK"),
    ("jp", "ja"),
    ("us", "en-US"),
    ("gb", "en-GB"),
    ("en-UK", "en-GB"),
    ("vn", "vi"),
];

/// Are the language and the region of a well-formed tag ones that there are?
fn is_registered(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    // Regions of two letters are countries, and those have telephones.
    let is_region = |part: &str| part.len() != 2 || part.parse::<phonenumber::country::Id>().is_ok();
    (language.len() > 2 || TWO_LETTERS.split(' ').any(|known| known == language)) && parts.all(is_region)
}

/// Reads a language tag (BCP 47) or a language's name.
///
/// # Errors
/// `empty`, `bad_value`; `unknown_code` for a language or a country that there is not.
pub fn language(typed: &str) -> Result<String, Finding> {
    empty(typed)?;
    if let Some(tag) = word(typed, &LANGUAGES) {
        return Ok(tag);
    }
    let says = |code, like: &str| {
        Finding::new(code, format!("“{}” is no language: write a tag like {like}", shortened(typed)))
    };
    let tag = forms::language(typed).map_err(|code| says(code, "zh-CN or en"))?;
    let meant = MEANT.iter().find(|(written, _)| *written == tag).map_or("zh-CN or en", |(_, meant)| meant);
    if is_registered(&tag) { Ok(tag) } else { Err(says(ErrorCode::UnknownCode, meant)) }
}

/// Reads a time zone's name, whatever its case; its blanks may be blanks.
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
    let letters = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let name = letters(&forms::time_zone(typed).map_err(says)?);
    let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).find(|known| letters(known) == name);
    known.map(str::to_owned).ok_or_else(|| says(ErrorCode::UnknownCode))
}
