//! Names of divisions as people write them: each part in full or short, and some left out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{NAMES, Region, below, by_code, is_filler};

/// Endings that people leave out.
const ENDINGS: [&str; 13] = [
    "特别行政区",
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "自治区",
    "新区",
    "林区",
    "地区",
    "省",
    "市",
    "区",
    "县",
    "盟",
];

/// Peoples in the names of autonomous prefectures and counties, where their 族 may be missing.
const PEOPLES: [&str; 48] = [
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "鄂温克",
    "保安",
    "裕固",
    "独龙",
    "鄂伦春",
    "门巴",
    "各",
];

/// All that a division is called, its full name first.
static CALLED: LazyLock<BTreeMap<&'static str, Vec<String>>> = LazyLock::new(|| {
    let named = NAMES.iter().filter(|(_, name)| !is_filler(name));
    named.map(|(code, name)| (*code, called(name))).collect()
});

fn called(name: &str) -> Vec<String> {
    let mut forms = vec![name.to_owned()];
    let is_long = |stem: &&str| stem.chars().count() > 1;
    for (ending, brief) in [("自治州", "州"), ("自治县", "县"), ("自治旗", "旗")] {
        // 延边朝鲜族自治州 is 延边州, or 延边.
        if let Some(stem) = name.strip_suffix(ending).and_then(without_peoples) {
            forms.extend([format!("{stem}{brief}"), stem.to_owned()]);
            return forms;
        }
    }
    // 新疆自治区
    let autonomous = ["维吾尔自治区", "壮族自治区", "回族自治区"].iter().find_map(|ending| name.strip_suffix(ending));
    forms.extend(autonomous.map(|stem| format!("{stem}自治区")));
    let stem = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).filter(is_long);
    forms.extend(stem.map(str::to_owned));
    forms
}

/// `积石山` of `积石山保安族东乡族撒拉族`; nothing where no people is named behind two characters.
fn without_peoples(name: &str) -> Option<&str> {
    let ends = name.char_indices().map(|(at, _)| at).skip(2);
    ends.map(|at| name.split_at(at)).find(|(_, behind)| is_peoples(behind)).map(|(stem, _)| stem)
}

fn is_peoples(text: &str) -> bool {
    PEOPLES.iter().filter_map(|people| text.strip_prefix(people)).any(|behind| {
        let rest = behind.strip_prefix('族').unwrap_or(behind);
        rest.is_empty() || is_peoples(rest)
    })
}

/// Is a text the names of some of these divisions, in their order?
fn is_of(text: &str, divisions: &[&'static str]) -> bool {
    let Some((last, above)) = divisions.split_last() else { return text.is_empty() };
    text.is_empty() || is_of(text, above) || ends_in(text, last).any(|front| is_of(front, above))
}

/// What stands before one of a division's names.
fn ends_in<'a>(text: &'a str, code: &str) -> impl Iterator<Item = &'a str> {
    CALLED.get(code).into_iter().flatten().filter_map(|form| text.strip_suffix(form.as_str()))
}

/// Endings of towns, which have no codes of their own here.
const TOWNS: [&str; 4] = ["镇", "乡", "街道", "街道办事处"];
/// The most characters of a town's name.
const TOWN_CHARS_MAX: usize = 8;

/// The place that a town belongs to, and the town: `东莞市` and `长安镇`. Nothing where a district between them is missing.
pub(super) fn with_town(wanted: &str) -> Option<(Region, &str)> {
    if !TOWNS.iter().any(|ending| wanted.ends_with(ending)) {
        return None;
    }
    let mut splits: Vec<usize> = wanted.char_indices().map(|(at, _)| at).rev().take(TOWN_CHARS_MAX).collect();
    splits.retain(|at| *at > 0 && !TOWNS.iter().any(|ending| wanted[*at..] == **ending));
    // The longest name of a place: 东莞市, not 东莞.
    let (found, town) =
        splits.into_iter().map(|at| (find(&wanted[..at]), &wanted[at..])).find(|(found, _)| !found.is_empty())?;
    match <[Region; 1]>::try_from(found) {
        Ok([region]) if below(&region.code).is_empty() => Some((region, town)),
        _ => None,
    }
}

/// A county by the name that it had before it became a district or a city: `崇明县`.
pub(super) fn once_county(wanted: &str) -> Vec<Region> {
    let stem = wanted.strip_suffix('县').filter(|stem| stem.chars().count() > 1);
    let found = stem.map(|stem| ["区", "市"].map(|ending| find(&format!("{stem}{ending}"))).concat());
    found.unwrap_or_default().into_iter().filter(|region| region.district.is_some()).collect()
}

/// The regions that a name in simplified characters can mean, by their codes.
pub(super) fn find(wanted: &str) -> Vec<Region> {
    // Of what is above a division some may be left out, but not the division itself.
    let means = |code: &&&'static str| {
        let (province, city) = (format!("{}0000", &code[..2]), format!("{}00", &code[..4]));
        let above = [province, city].map(|above| CALLED.get_key_value(above.as_str()).map(|(above, _)| *above));
        let above: Vec<&str> = above.into_iter().flatten().filter(|above| above != *code).collect();
        ends_in(wanted, code).any(|front| is_of(front, &above))
    };
    CALLED.keys().filter(means).filter_map(|code| by_code(code)).collect()
}
