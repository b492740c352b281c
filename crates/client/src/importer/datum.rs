//! What a header says about the degrees beneath it: those of a Chinese map lie some hundred metres beside the satellites'.

use std::sync::LazyLock;

use domain::ErrorCode;
use domain::place::Datum;
use reading::coordinates::{self, Coordinates};
use regex::Regex;

use super::header_words::{forms, header_key};

/// The degrees of a header's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Degrees {
    /// Of a datum that is read.
    Of(Datum),
    /// Of a Baidu map, or of two datums at once: nobody can say where they lie.
    Unusable,
}

/// The names, in a header's key form; the most particular ones first.
const NAMES: [(&str, Degrees); 3] = [
    (r"百度(地图|地圖)?|(^|[^a-z])bd([-_ ]?09(ll|mc)?|[^a-z]|$)", Degrees::Unusable),
    (
        r"(高德|腾讯|騰訊)(地图|地圖)?|火星|(gcj|国测局|國測局)[-_ ]?(02)?|(?-u:\b)amap(?-u:\b)",
        Degrees::Of(Datum::Gcj02),
    ),
    (r"wgs[-_ ]?(84)?", Degrees::Of(Datum::Wgs84)),
];

static COMPILED: LazyLock<Vec<(Regex, Degrees)>> = LazyLock::new(|| {
    // A test holds that all of them compile.
    NAMES.iter().filter_map(|(names, degrees)| Some((Regex::new(names).ok()?, *degrees))).collect()
});

/// What a column is called that names the datum of each row.
const HEADERS: [&str; 11] = [
    "坐标系",
    "座標系",
    "坐标系统",
    "坐标类型",
    "坐标标准",
    "datum",
    "crs",
    "coordinate system",
    "coord system",
    "coord type",
    "coordtype",
];

/// The column in which rows name their datum.
pub(super) fn column(headers: &[String]) -> Option<usize> {
    headers.iter().position(|header| forms(header).iter().any(|form| HEADERS.contains(&form.as_str())))
}

/// What the header says.
pub(super) fn said_by(header: &str) -> Option<Degrees> {
    let key = header_key(header);
    COMPILED.iter().find(|(names, _)| names.is_match(&key)).map(|(_, degrees)| *degrees)
}

/// What the headers of two columns say together.
pub(super) fn of_both(one: Option<Degrees>, other: Option<Degrees>) -> Option<Degrees> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(Degrees::Unusable),
        _ => one.or(other),
    }
}

/// A key without the name of a datum and the brackets around it: `高德坐标` → `坐标`; nothing if it names none.
pub(super) fn unnamed(key: &str) -> Option<String> {
    let (names, _) = COMPILED.iter().find(|(names, _)| names.is_match(key))?;
    let rest = names.replace(key, " ");
    let edge = [' ', '-', '_', '.', '(', ')', '[', ']', '【', '】'];
    Some(rest.trim_matches(edge).to_owned())
}

/// Reads a cell beneath headers that say this of it. What the cell says itself counts more.
pub(super) fn read(cell: &str, said: Option<Degrees>) -> Result<Coordinates, ErrorCode> {
    let found = coordinates::read(cell).map_err(|finding| finding.code)?;
    match (found.datum, said) {
        (None, Some(Degrees::Unusable)) => Err(ErrorCode::NotAPlace),
        (None, Some(Degrees::Of(datum))) => Ok(Coordinates { datum: Some(datum), ..found }),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_their_datum() {
        assert_eq!(COMPILED.len(), NAMES.len(), "each expression compiles");
        let gcj = Some(Degrees::Of(Datum::Gcj02));
        for (header, said, rest) in [
            ("经度(GCJ02)", gcj, "经度"),
            ("纬度（高德）", gcj, "纬度"),
            ("高德坐标", gcj, "坐标"),
            ("腾讯地图经度", gcj, "经度"),
            ("火星坐标", gcj, "坐标"),
            ("lng_gcj-02", gcj, "lng"),
            ("BD_lat", Some(Degrees::Unusable), "lat"),
            ("经度（BD-09）", Some(Degrees::Unusable), "经度"),
            ("百度经度", Some(Degrees::Unusable), "经度"),
            ("bd09ll lng", Some(Degrees::Unusable), "lng"),
            ("WGS84纬度", Some(Degrees::Of(Datum::Wgs84)), "纬度"),
        ] {
            assert_eq!(said_by(header), said, "{header}");
            assert_eq!(unnamed(&header_key(header)).as_deref(), Some(rest), "{header}");
        }
        for header in ["经度", "坐标", "GPS坐标", "abd", "lat", ""] {
            assert_eq!((said_by(header), unnamed(header)), (None, None), "{header}");
        }
    }
}
