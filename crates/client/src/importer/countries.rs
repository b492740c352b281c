//! The country that a row names, and what it says of the telephone numbers beside it.

use domain::text;
use reading::phones::{Kind, Phone};

use super::header_words::forms;
use super::memo::Memo;
use super::rows::Cells;

/// What a column of countries is called.
const HEADERS: [&str; 9] =
    ["country", "country name", "country/region", "country code", "国家", "國家", "国家/地区", "國家/地區", "所在国家"];

/// Countries by the code of their telephone numbers, as lists name them.
const COUNTRIES: [(&str, &[&str]); 26] = [
    ("1", &["us", "usa", "u.s.", "u.s.a.", "united states", "united states of america", "美国", "美國"]),
    ("1", &["ca", "can", "canada", "加拿大"]),
    ("44", &["uk", "gb", "gbr", "united kingdom", "great britain", "england", "scotland", "wales", "英国", "英國"]),
    ("61", &["au", "aus", "australia", "澳大利亚", "澳洲"]),
    ("64", &["nz", "nzl", "new zealand", "新西兰", "紐西蘭"]),
    ("81", &["jp", "jpn", "japan", "日本"]),
    ("82", &["kr", "kor", "korea", "south korea", "republic of korea", "韩国", "韓國", "대한민국"]),
    ("65", &["sg", "sgp", "singapore", "新加坡"]),
    ("60", &["my", "mys", "malaysia", "马来西亚", "馬來西亞"]),
    ("66", &["th", "tha", "thailand", "泰国", "泰國"]),
    ("84", &["vn", "vnm", "vietnam", "viet nam", "越南"]),
    ("63", &["ph", "phl", "philippines", "菲律宾", "菲律賓"]),
    ("62", &["id", "idn", "indonesia", "印度尼西亚", "印尼"]),
    ("91", &["in", "ind", "india", "印度"]),
    ("852", &["hk", "hkg", "hong kong", "香港"]),
    ("853", &["mo", "mac", "macau", "macao", "澳门", "澳門"]),
    ("886", &["tw", "twn", "taiwan", "台湾", "台灣", "臺灣"]),
    ("49", &["de", "deu", "germany", "deutschland", "德国", "德國"]),
    ("33", &["fr", "fra", "france", "法国", "法國"]),
    ("39", &["it", "ita", "italy", "italia", "意大利", "義大利"]),
    ("34", &["es", "esp", "spain", "españa", "西班牙"]),
    ("31", &["nl", "nld", "netherlands", "the netherlands", "荷兰", "荷蘭"]),
    ("41", &["ch", "che", "switzerland", "瑞士"]),
    ("43", &["at", "aut", "austria", "奥地利", "奧地利"]),
    ("353", &["ie", "irl", "ireland", "爱尔兰", "愛爾蘭"]),
    ("971", &["ae", "are", "uae", "united arab emirates", "阿联酋", "阿聯酋"]),
];

/// The column in which rows name their country.
pub(super) struct CountryColumn {
    column: usize,
    known: Memo<Option<&'static str>>,
}

impl CountryColumn {
    /// Where a header is called so.
    pub fn find(headers: &[String]) -> Option<Self> {
        let is_called = |header: &String| forms(header).iter().any(|form| HEADERS.contains(&form.as_str()));
        Some(Self { column: headers.iter().position(is_called)?, known: Memo::default() })
    }

    /// The code of the numbers of a row's country, if that is a known one outside mainland China.
    pub fn code(&mut self, cells: &Cells<'_>) -> Option<&'static str> {
        let cell = cells.get(self.column).text;
        self.known.get(cell, || code(cell))
    }
}

fn code(country: &str) -> Option<&'static str> {
    let key = text::key(country);
    COUNTRIES.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(code, _)| *code)
}

/// Does a place lie so far from China that a fixed line there is none of China?
pub(super) fn is_far_from_china((latitude, longitude): (f64, f64)) -> bool {
    !(15.0..=55.0).contains(&latitude) || !(70.0..=140.0).contains(&longitude)
}

/// Of mainland China, by what was read, and of which kind.
pub(super) fn is_chinese(phone: &Phone, kind: Kind) -> bool {
    phone.kind == kind && phone.e164.as_deref().is_some_and(|e164| e164.starts_with("+86"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_their_names() {
        for (cell, expected) in [
            ("United States", Some("1")),
            (" USA ", Some("1")),
            ("CA", Some("1")),
            ("日本", Some("81")),
            ("Australia", Some("61")),
            ("China", None),
            ("中国", None),
            ("", None),
        ] {
            assert_eq!(code(cell), expected, "{cell}");
        }
        assert!(
            is_far_from_china((40.7, -74.0)) && is_far_from_china((1.3, 103.8)) && is_far_from_china((-33.9, 151.2))
        );
        assert!(!is_far_from_china((22.3, 114.2)) && !is_far_from_china((31.2, 121.4)));
    }
}
