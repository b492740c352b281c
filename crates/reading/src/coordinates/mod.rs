//! Cells with latitude and longitude.

mod link;

use domain::ErrorCode;
use domain::place::{Datum, Degrees};
use domain::text::is_invisible;
use unicode_normalization::UnicodeNormalization;

use crate::finding::{Finding, TEXT_CHARS_MAX, shortened};

/// A place that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordinates {
    /// Latitude in degrees, its digits as typed.
    pub lat: String,
    /// Longitude in degrees.
    pub lng: String,
    /// What the cell says about the datum.
    pub datum: Option<Datum>,
    /// Longitude stood first.
    pub swapped: bool,
    /// Whole numbers were read as millionths of a degree, which are common in China, but the place is elsewhere.
    pub millionths: bool,
}

impl Coordinates {
    /// As programs read it: `lat=31.1774276,lng=121.5272106`.
    pub fn plain(&self) -> String {
        format!("lat={},lng={}", self.lat, self.lng)
    }
    /// The value of the register `location`.
    pub fn stored(&self) -> String {
        let datum = if self.datum == Some(Datum::Gcj02) { " GCJ-02" } else { "" };
        format!("{},{}{datum}", self.lat, self.lng)
    }
    /// What should be looked at: the order, the unit.
    pub fn warnings(&self) -> Vec<Finding> {
        let place = format!("latitude {}, longitude {}", self.lat, self.lng);
        let swapped = ErrorCode::Swapped;
        let swapped = self.swapped.then(|| Finding::new(swapped, format!("longitude stood first: read as {place}")));
        let text = format!("whole numbers are read as millionths of a degree: {place}; write degrees if that is wrong");
        swapped.into_iter().chain(self.millionths.then(|| Finding::new(ErrorCode::Millionths, text))).collect()
    }
}

/// One of the two numbers.
#[derive(Clone, Debug, PartialEq)]
struct Number {
    text: String,
    value: f64,
    /// What a letter says: `true` latitude.
    latitude: Option<bool>,
}

/// The longest number without its sign, in characters.
const NUMBER_CHARS_MAX: usize = 20;

/// The longest cell that is no link, in characters.
const CHARS_MAX: usize = 200;

/// Reads a cell: decimal degrees with point or comma, degrees, minutes and seconds, degrees times a million, or the link of
/// a map.
///
/// # Errors
/// `empty`, `null_island`, `range`, `not_a_place`, `mangled_scientific`.
pub fn read(cell: &str) -> Result<Coordinates, Finding> {
    let fail = |code| Err(Finding::new(code, message(code, cell)));
    if crate::is_empty(cell) {
        return fail(ErrorCode::Empty);
    }
    let chars = cell.chars().count();
    let link = if chars > TEXT_CHARS_MAX || is_of_baidu(cell) { None } else { link::read(cell) };
    let found = match link {
        Some(link) => linked(link),
        None if chars > CHARS_MAX => Err(ErrorCode::NotAPlace),
        None => coordinates(cell),
    };
    match found {
        Ok(found) => Ok(found),
        Err(code) => fail(code),
    }
}

/// The place of a link; of none to a Google map where degrees may be of either datum.
fn linked(link: link::Link) -> Result<Coordinates, ErrorCode> {
    let found = coordinates(&format!("LAT {}, LNG {}", link.lat, link.lng))?;
    let place = found.lat.parse().ok().zip(found.lng.parse().ok()).map(|(lat, lng)| Degrees { lat, lng });
    match link.datum {
        None if place.is_none_or(Degrees::is_shifted) => Err(ErrorCode::NotAPlace),
        datum => Ok(Coordinates { datum, ..found }),
    }
}

fn coordinates(cell: &str) -> Result<Coordinates, ErrorCode> {
    // NFKC would make a letter of the one and a blank of the other.
    let plain = cell.chars().filter(|c| !is_invisible(*c)).map(|c| if matches!(c, 'º' | '˚') { '°' } else { c });
    let plain: String = plain.nfkc().collect::<String>().to_uppercase();
    let (plain, datum) = without_datum(&plain);
    if is_of_baidu(&plain) {
        return Err(ErrorCode::NotAPlace);
    }
    let longitude_first = plain.contains("POINT");
    let [first, second] = numbers(&plain)?;
    let (mut lat, mut lng, mut swapped) = match (first.latitude, second.latitude) {
        (Some(true) | None, Some(false)) | (Some(true), None) => (first, second, false),
        (Some(false), Some(true) | None) | (None, Some(true)) => (second, first, false),
        (None, None) if longitude_first => (second, first, false),
        (None, None) => (first, second, false),
        _ => return Err(ErrorCode::NotAPlace),
    };
    let scaled = scale(&mut lat, &mut lng)?;
    if lat.latitude.is_none() && lng.latitude.is_none() && !longitude_first {
        let given = Degrees { lat: lat.value, lng: lng.value };
        let turned = Degrees { lat: lng.value, lng: lat.value };
        // Within China latitude is always the smaller number.
        let possible = turned.lat.abs() <= 90.0 && turned.lng.abs() <= 180.0;
        if possible && (given.lat.abs() > 90.0 || !given.is_shifted() && turned.is_shifted()) {
            (lat, lng, swapped) = (lng, lat, true);
        }
    }
    if lat.value.abs() > 90.0 || lng.value.abs() > 180.0 {
        return Err(ErrorCode::Range);
    }
    if lat.value.abs() < 1e-6 && lng.value.abs() < 1e-6 {
        return Err(ErrorCode::NullIsland);
    }
    let millionths = scaled && !(Degrees { lat: lat.value, lng: lng.value }).is_shifted();
    Ok(Coordinates { lat: lat.text, lng: lng.text, datum, swapped, millionths })
}

/// Degrees of a map of its own, some hundred metres beside both others.
fn is_of_baidu(cell: &str) -> bool {
    let upper = cell.to_uppercase();
    ["BD-09", "BD09", "百度", "MAP.BAIDU", "BMAP."].iter().any(|name| upper.contains(name))
}

/// Cuts out the name of the datum: `GCJ-02`, `GCJ 02`, `WGS84`, or of a map that has one.
fn without_datum(plain: &str) -> (String, Option<Datum>) {
    let names = [
        ("GCJ", "02", Datum::Gcj02),
        ("火星坐标", "", Datum::Gcj02),
        ("高德地图", "", Datum::Gcj02),
        ("腾讯地图", "", Datum::Gcj02),
        ("高德", "", Datum::Gcj02),
        ("腾讯", "", Datum::Gcj02),
        ("WGS", "84", Datum::Wgs84),
        ("GPS", "", Datum::Wgs84),
    ];
    for (name, year, datum) in names {
        if let Some((before, behind)) = plain.split_once(name) {
            let behind = behind.trim_start_matches(['-', '_', ' ']).strip_prefix(year).unwrap_or(behind);
            return (format!("{before} {behind}"), Some(datum));
        }
    }
    (plain.to_owned(), None)
}

/// The two numbers of a cell.
fn numbers(plain: &str) -> Result<[Number; 2], ErrorCode> {
    let sexagesimal = plain.contains(['°', '′', '″', '度', '分', '\'', '"', 'º', '˚', '’', '”']);
    let mut plain = plain.replace(['−', '–'], "-");
    for (word, sign) in [
        ("经纬度", " "),
        ("經緯度", " "),
        ("坐标", " "),
        ("坐標", " "),
        ("北纬", "N"),
        ("南纬", "S"),
        ("东经", "E"),
        ("西经", "W"),
        ("纬度", "N"),
        ("經度", "E"),
        ("緯度", "N"),
        ("经度", "E"),
        ("北緯", "N"),
        ("東經", "E"),
        ("LATITUDE", "N"),
        ("LONGITUDE", "E"),
        ("LAT", "N"),
        ("LNG", "E"),
        ("LONG", "E"),
        ("LON", "E"),
        ("POINT", " "),
        ("GEO:", " "),
    ] {
        plain = plain.replace(word, sign);
    }
    // As a link has them: `lat=39.9&lng=116.4`.
    plain = plain.replace('&', ";");
    // Two numbers with decimal commas have another separator between them.
    let decimal_comma = !plain.contains('.') && plain.matches(',').count() == 2;
    let separators: &[char] =
        if decimal_comma { &[';', '/', '|', ' ', '\t', '\n'] } else { &[',', ';', '/', '|', '、', '\t', '\n'] };
    let mut parts: Vec<String> = plain
        .split(separators)
        .map(str::trim)
        .filter(|part| part.contains(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    if parts.len() == 1 {
        parts = if sexagesimal || plain.contains(['N', 'S', 'E', 'W']) {
            by_letters(&parts[0])
        } else {
            parts[0].split_whitespace().map(str::to_owned).collect()
        };
    }
    match parts.as_slice() {
        [first, second] => Ok([number(first, decimal_comma)?, number(second, decimal_comma)?]),
        _ => Err(ErrorCode::NotAPlace),
    }
}

/// `31°10′N 121°31′E` and `N31.17 E121.52`: parted at the letters.
fn by_letters(text: &str) -> Vec<String> {
    let letters: Vec<usize> = text.match_indices(['N', 'S', 'E', 'W']).map(|(at, _)| at).collect();
    match letters.as_slice() {
        // The letter stands before its number.
        [first, second] if text[..*first].trim_matches(['(', '[', ' ', ':', '=']).is_empty() => {
            vec![text[..*second].to_owned(), text[*second..].to_owned()]
        }
        [first, _] => vec![text[..=*first].to_owned(), text[first + 1..].to_owned()],
        _ => text.split_whitespace().map(str::to_owned).collect(),
    }
}

fn number(text: &str, decimal_comma: bool) -> Result<Number, ErrorCode> {
    let text = if decimal_comma { text.replace(',', ".") } else { text.to_owned() };
    let letters: Vec<char> = text.chars().filter(|c| matches!(c, 'N' | 'S' | 'E' | 'W')).collect();
    let (latitude, west) = match letters.as_slice() {
        [] => (None, false),
        ['N'] => (Some(true), false),
        ['S'] => (Some(true), true),
        ['E'] if text.trim_matches(['(', ')', '[', ']', '{', '}', '"', '\'', ' ']).starts_with('E') => {
            (Some(false), false)
        }
        ['E'] if text.trim_end().ends_with('E') => (Some(false), false),
        ['E'] => return Err(ErrorCode::MangledScientific),
        ['W'] => (Some(false), true),
        _ => return Err(ErrorCode::NotAPlace),
    };
    let bare: String = text
        .chars()
        .filter(|c| !matches!(c, 'N' | 'S' | 'E' | 'W' | '(' | ')' | '[' | ']' | '{' | '}' | ':' | '='))
        .collect();
    let bare = bare.trim().trim_matches('"').trim();
    let is_mark =
        |c: char| matches!(c, '°' | '′' | '″' | '度' | '分' | '秒' | '\'' | '"' | 'º' | '˚' | '’' | '”' | ' ');
    let fields: Vec<&str> = bare.split(is_mark).filter(|field| !field.is_empty()).collect();
    if fields.len() > 1 {
        return sexagesimal(&fields, west, latitude);
    }
    let digits = fields.first().ok_or(ErrorCode::NotAPlace)?.trim_start_matches('+');
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let good = unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value: f64 = digits.parse().ok().filter(|_| good).ok_or(ErrorCode::NotAPlace)?;
    let sign = if value < 0.0 || west && value > 0.0 { "-" } else { "" };
    let whole = unsigned.split('.').next().unwrap_or_default().trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = unsigned.split_once('.').map(|(_, fraction)| fraction).filter(|fraction| !fraction.is_empty());
    let text = match fraction {
        Some(fraction) => format!("{whole}.{fraction}"),
        None => whole.to_owned(),
    };
    // As it is stored: what is read from it again is as long.
    if text.len() > NUMBER_CHARS_MAX {
        return Err(ErrorCode::NotAPlace);
    }
    let text = format!("{sign}{text}");
    let value = if west { -value.abs() } else { value };
    Ok(Number { text, value, latitude })
}

fn sexagesimal(fields: &[&str], west: bool, latitude: Option<bool>) -> Result<Number, ErrorCode> {
    if fields.len() > 3 {
        return Err(ErrorCode::NotAPlace);
    }
    let mut value = 0.0;
    for (n, field) in fields.iter().enumerate() {
        // Only the last has a fraction: "116.4074 18" are not degrees and minutes.
        let is_last = n + 1 == fields.len();
        let is_digit = |b: u8| b.is_ascii_digit() || is_last && b == b'.';
        let plain = field.trim_start_matches(['-', '+']).bytes().all(is_digit);
        let part: f64 = field.parse().ok().filter(|_| plain).ok_or(ErrorCode::NotAPlace)?;
        if n > 0 && !(0.0..60.0).contains(&part) {
            return Err(ErrorCode::Range);
        }
        value += part.abs() / [1.0, 60.0, 3600.0][n];
    }
    if west || fields[0].starts_with('-') {
        value = -value;
    }
    Ok(Number { text: degrees(value), value, latitude })
}

/// As it is stored; the equator and the meridian have one form.
fn degrees(value: f64) -> String {
    let text = format!("{value:.6}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'0'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// Below so many degrees in both directions lies the Gulf of Guinea: other units, which are no millionths, end there.
const MILLIONTHS_FROM: f64 = 10.0;

/// Whole numbers far outside of degrees are millionths of a degree. Was it so?
fn scale(lat: &mut Number, lng: &mut Number) -> Result<bool, ErrorCode> {
    let millionths = |number: &Number| !number.text.contains('.') && number.value.abs() > 180.0;
    if !(millionths(lat) && millionths(lng)) {
        return Ok(false);
    }
    for number in [&mut *lat, &mut *lng] {
        number.value /= 1e6;
        number.text = degrees(number.value);
    }
    if lat.value.abs().max(lng.value.abs()) < MILLIONTHS_FROM { Err(ErrorCode::Range) } else { Ok(true) }
}

/// What is wrong with a cell of coordinates, and what to type instead.
pub fn message(code: ErrorCode, cell: &str) -> String {
    let cure = match code {
        ErrorCode::Empty => return "no coordinates: write latitude and longitude, like 31.17743,121.52721".to_owned(),
        ErrorCode::NullIsland => {
            "is a place in the Gulf of Guinea, as it comes of a missing value: leave the cell empty"
        }
        ErrorCode::Range => "is no place: latitude goes to 90, longitude to 180, minutes and seconds to 59",
        ErrorCode::MangledScientific => "was cut by a spreadsheet: write the degrees in full",
        _ if is_of_baidu(cell) => "is of a Baidu map, whose degrees are moved: write those of GCJ-02 or WGS-84",
        _ if link::is_of_google(cell) => {
            "is no place whose degrees can be used: those of Google maps are moved in mainland China; write degrees, with GCJ-02 behind if it lies there"
        }
        _ => {
            "is no latitude and longitude: write them in degrees, like 31.17743,121.52721 (WGS-84, or with GCJ-02 behind)"
        }
    };
    format!("“{}” {cure}", shortened(cell))
}
