//! Places in links of maps, as they are copied from a browser or shared from a telephone.

use domain::place::Datum;

/// Where a link leads: both degrees as text, and their datum if the map has one everywhere.
pub(super) struct Link {
    /// Latitude in degrees.
    pub lat: String,
    /// Longitude in degrees.
    pub lng: String,
    /// Which datum.
    pub datum: Option<Datum>,
}

/// A map that names places in its links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Map {
    Amap,
    Tencent,
    Google,
    Osm,
}

/// The place of the first link of a text to a map that is known here.
pub(super) fn read(cell: &str) -> Option<Link> {
    let (_, link) = cell.split_once("//")?;
    let map = map(link)?;
    let link = link.split(char::is_whitespace).next()?.replace("%2C", ",").replace("%2c", ",").replace("%3A", ":");
    let (lat, lng) = match map {
        // Longitude first.
        Map::Amap => ["position=", "lnglat="].iter().find_map(|key| pair(&link, key, ",")).map(|(lng, lat)| (lat, lng)),
        Map::Tencent => pair(&link, "coord:", ","),
        // The place itself before the middle of what is seen.
        Map::Google => place_of_google(&link)
            .or_else(|| ["?q=", "&q=", "query=", "?ll=", "&ll="].iter().find_map(|key| pair(&link, key, ",")))
            .or_else(|| pair(&link, "/@", ",")),
        Map::Osm => pair(&link, "mlat=", "&mlon=").or_else(|| pair(link.split_once("#map=")?.1, "/", "/")),
    }?;
    let datum = match map {
        Map::Amap | Map::Tencent => Some(Datum::Gcj02),
        Map::Osm => Some(Datum::Wgs84),
        Map::Google => None,
    };
    Some(Link { lat: lat.to_owned(), lng: lng.to_owned(), datum })
}

/// Is there a link to a Google map? Of its places those in mainland China alone are of GCJ-02, and no link says which those
/// are.
pub(super) fn is_of_google(cell: &str) -> bool {
    cell.split_once("//").is_some_and(|(_, link)| map(link) == Some(Map::Google))
}

fn map(link: &str) -> Option<Map> {
    let host = link.split(['/', '?', '#', ':']).next()?.to_ascii_lowercase();
    let is_of = |name: &str| host.strip_suffix(name).is_some_and(|front| front.is_empty() || front.ends_with('.'));
    match host.as_str() {
        _ if is_of("amap.com") => Some(Map::Amap),
        _ if is_of("map.qq.com") => Some(Map::Tencent),
        _ if is_of("openstreetmap.org") => Some(Map::Osm),
        _ if host.split('.').any(|label| label == "google") => Some(Map::Google),
        _ => None,
    }
}

/// `!3d33.93911!4d67.709953`: the last of several is the place, those before it are on the way.
fn place_of_google(link: &str) -> Option<(&str, &str)> {
    pair(&link[link.rfind("!3d")?..], "!3d", "!4d")
}

/// The two numbers behind a key, with this between them.
fn pair<'a>(link: &'a str, key: &str, between: &str) -> Option<(&'a str, &'a str)> {
    let (first, rest) = number(link.split_once(key)?.1)?;
    let (second, _) = number(rest.strip_prefix(between)?)?;
    Some((first, second))
}

/// Decimal degrees at the beginning of a text, and what follows.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    // Whole degrees are the beginning of something else: `q=39,116街`.
    text[..end].contains('.').then(|| text.split_at(end))
}
