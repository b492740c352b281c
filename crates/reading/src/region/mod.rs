//! Provinces, prefectures and counties of China by their codes (GB/T 2260).

mod spoken;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::{ErrorCode, forms, text};

use crate::finding::{Finding, shortened};
use crate::simplified;

static NAMES: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/divisions.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).collect()
});

/// Where a code leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Six digits.
    pub code: String,
    /// The province's name.
    pub province: &'static str,
    /// The prefecture's, unless the code names a province or the province has none.
    pub city: Option<&'static str>,
    /// The county's, unless the code ends above it.
    pub district: Option<&'static str>,
}

/// Names of prefectures that are none: all counties of a municipality, or those directly below a province.
fn is_filler(name: &str) -> bool {
    matches!(name, "市辖区" | "县" | "省直辖县级行政区划" | "自治区直辖县级行政区划")
}

/// The region of a code that the table has.
pub fn by_code(code: &str) -> Option<Region> {
    let (name, province) = (NAMES.get(code)?, NAMES.get(format!("{}0000", code.get(..2)?).as_str())?);
    let city =
        NAMES.get(format!("{}00", code.get(..4)?).as_str()).filter(|name| !code.ends_with("0000") && !is_filler(name));
    let district = (!code.ends_with("00")).then_some(*name);
    Some(Region { code: code.to_owned(), province, city: city.copied(), district })
}

/// Does a code of six digits lie in a prefecture, or a province, of the table, or name the country? Counties come and go,
/// and zones have codes of their own, which licences keep.
pub fn has_prefecture(code: &str) -> bool {
    let prefecture = code.get(..4).map(|digits| format!("{digits}00"));
    code == "100000" || prefecture.is_some_and(|code| NAMES.contains_key(code.as_str()))
}

/// The places right below a code, with their names: provinces below nothing. Where the level below is a filler (市辖区) its
/// counties stand in its place.
pub fn below(code: &str) -> Vec<(&'static str, &'static str)> {
    let level = |code: &str| match code {
        "" => 0,
        code if code.ends_with("0000") => 1,
        code if code.ends_with("00") => 2,
        _ => 3,
    };
    let (own, prefix) = (level(code), code.get(..2 * level(code)).unwrap_or_default());
    let within = |code: &&str| code.starts_with(prefix);
    let names = || NAMES.iter().map(|(code, name)| (*code, *name));
    names()
        .filter(|(one, _)| within(one))
        .filter(|(one, name)| match level(one) {
            3 if own == 1 => NAMES.get(format!("{}00", &one[..4]).as_str()).is_none_or(|above| is_filler(above)),
            at => at == own + 1 && !is_filler(name),
        })
        .collect()
}

fn key(name: &str) -> String {
    text::key(name).chars().filter(|c| c.is_alphanumeric()).map(simplified).collect()
}

/// A name in simplified characters, without the country's.
fn within_china(name: &str) -> String {
    let wanted = key(name);
    wanted.strip_prefix("中国").map_or_else(|| wanted.clone(), str::to_owned)
}

/// The regions that a name can mean: `广东省深圳市南山区`, `深圳`, `南山区`, `江苏昆山`.
pub fn by_name(name: &str) -> Vec<Region> {
    let wanted = within_china(name);
    if wanted.chars().count() < 2 { Vec::new() } else { spoken::find(&wanted) }
}

/// The region of a name with a town behind it, or of a county that is a district or a city now, and what to look at.
fn by_other_name(typed: &str) -> Option<(String, Option<Finding>)> {
    let wanted = within_china(typed);
    if let Some((region, town)) = spoken::with_town(&wanted) {
        return Some((region.code, Some(Finding::not_kept(town))));
    }
    let [region] = <[Region; 1]>::try_from(spoken::once_county(&wanted)).ok()?;
    let name = [Some(region.province), region.city, region.district].into_iter().flatten().collect::<String>();
    let text = format!("“{}” is not in the list of divisions of this program: read as {name}", shortened(typed));
    Some((region.code, Some(Finding::new(ErrorCode::UnknownCode, text))))
}

/// Reads a code or a name. A well-formed code that the table does not have is kept with a warning: divisions
/// change every year.
///
/// # Errors
/// `empty`, `charset`, `length`; `ambiguous` for a name of several regions, `unknown_code` for one of none or for
/// a code of no province.
pub fn read(typed: &str) -> Result<(String, Option<Finding>), Finding> {
    if crate::is_empty(typed) {
        return Err(Finding::new(ErrorCode::Empty, "nothing given"));
    }
    let says = |code: ErrorCode, text: &str| Finding::new(code, format!("“{}” {text}", shortened(typed)));
    if !typed.chars().any(|c| c.is_numeric()) {
        let found = by_name(typed);
        return match found.as_slice() {
            [one] => Ok((one.code.clone(), None)),
            [] => by_other_name(typed).ok_or_else(|| {
                let text = "is no region by this name: write province, city and district, or the six digits";
                says(ErrorCode::UnknownCode, text)
            }),
            // A province before whatever has its name, and a prefecture before its county of one name.
            _ if let [province] = found.iter().filter(|one| one.code.ends_with("0000")).collect::<Vec<_>>()[..] => {
                Ok((province.code.clone(), None))
            }
            [first, rest @ ..] if rest.iter().all(|other| other.code.starts_with(first.code.trim_end_matches('0'))) => {
                Ok((first.code.clone(), None))
            }
            _ => Err(says(ErrorCode::Ambiguous, "is the name of several regions: write the province or city in front")),
        };
    }
    let code = forms::region_code(typed)
        .map_err(|code| says(code, "is no division code: write the six digits of GB/T 2260, like 110105"))?;
    if NAMES.contains_key(code.as_str()) {
        return Ok((code, None));
    }
    let unknown = says(ErrorCode::UnknownCode, "is not in the list of divisions of this program: check the digits");
    if NAMES.contains_key(format!("{}0000", &code[..2]).as_str()) { Ok((code, Some(unknown))) } else { Err(unknown) }
}
