//! Places on the earth, as a register holds them: a text `lat,lon` in decimal degrees (WGS 84), with ` GCJ-02`
//! behind it where the degrees are those of a Chinese map.

/// The earth's mean radius `R1 = (2a + b) / 3` of the GRS 80 ellipsoid, in metres
/// (Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74, 2000).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Terms of the series of the sine; the rest is below the last bit for every angle used here.
const SINE_TERMS: u32 = 16;

/// A place, in radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    latitude_rad: f64,
    longitude_rad: f64,
}

impl Place {
    /// Reads `lat,lon` in decimal degrees, north and east positive: digits with at most one point and one
    /// sign each, blanks around them allowed. `None` for anything else or outside of ±90 and ±180.
    pub fn parse(text: &str) -> Option<Self> {
        let (pair, datum) = parts(text);
        let (latitude, longitude) = pair.split_once(',')?;
        let read = Degrees { lat: degrees(latitude, 90.0)?, lng: degrees(longitude, 180.0)? };
        let Degrees { lat, lng } = if datum == Datum::Gcj02 { read.gcj02_to_wgs84() } else { read };
        Some(Self { latitude_rad: lat.to_radians(), longitude_rad: lng.to_radians() })
    }

    /// Is the other place at most so many metres away, on the great circle? By the haversine formula
    /// (Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984), compared without its inverse.
    /// Additions, multiplications and divisions only, in one order: every machine gives the same answer,
    /// which libraries of sines do not.
    pub fn is_within(self, other: Self, metres: u32) -> bool {
        let between = haversine(self.latitude_rad - other.latitude_rad)
            + cosine(self.latitude_rad)
                * cosine(other.latitude_rad)
                * haversine(self.longitude_rad - other.longitude_rad);
        between <= haversine(f64::from(metres) / EARTH_RADIUS_M)
    }
}

/// What degrees are measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datum {
    /// The satellites'.
    Wgs84,
    /// That of maps of mainland China, some hundred metres beside it.
    Gcj02,
}

impl Datum {
    /// Its usual name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wgs84 => "WGS-84",
            Self::Gcj02 => "GCJ-02",
        }
    }
}

fn parts(text: &str) -> (&str, Datum) {
    match text.trim_end().strip_suffix("GCJ-02") {
        Some(pair) => (pair.trim_end(), Datum::Gcj02),
        None => (text, Datum::Wgs84),
    }
}

/// The stored form of a place: without blanks and signs that say nothing, its digits as typed. `None` for what
/// [`Place::parse`] does not read.
pub fn stored(text: &str) -> Option<String> {
    Place::parse(text)?;
    let (pair, datum) = parts(text);
    let plain: String = pair.chars().filter(|c| !matches!(c, ' ' | '\t' | '+')).collect();
    Some(if datum == Datum::Gcj02 { format!("{plain} GCJ-02") } else { plain })
}

/// Latitude and longitude in degrees, north and east positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degrees {
    /// Latitude.
    pub lat: f64,
    /// Longitude.
    pub lng: f64,
}

impl Degrees {
    /// Within the rectangle in which the published formula shifts. It covers neighbours too, whose maps are not
    /// shifted: which datum a place has must be known, not guessed from where it is.
    pub fn is_shifted(self) -> bool {
        (72.004..=137.8347).contains(&self.lng) && (0.8293..=55.8271).contains(&self.lat)
    }

    /// The reading on a Chinese map (the published formula of "eviltransform").
    pub fn wgs84_to_gcj02(self) -> Self {
        if !self.is_shifted() {
            return self;
        }
        let shift = self.shift();
        Self { lat: self.lat + shift.lat, lng: self.lng + shift.lng }
    }

    /// The satellites' reading of a place on a Chinese map: the formula has no inverse, so it is approached
    /// until a step is below a millimetre.
    pub fn gcj02_to_wgs84(self) -> Self {
        if !self.is_shifted() {
            return self;
        }
        let mut found = self;
        for _ in 0..INVERSE_STEPS_MAX {
            let there = found.wgs84_to_gcj02();
            let (lat, lng) = (self.lat - there.lat, self.lng - there.lng);
            found = Self { lat: found.lat + lat, lng: found.lng + lng };
            if lat.abs() < 1e-9 && lng.abs() < 1e-9 {
                break;
            }
        }
        found
    }

    fn shift(self) -> Self {
        use std::f64::consts::PI;
        let (x, y) = (self.lng - 105.0, self.lat - 35.0);
        let wave = |amplitude: f64, angle: f64| amplitude * whole_sine(angle);
        let both = wave(20.0, 6.0 * x * PI) + wave(20.0, 2.0 * x * PI);
        let north = both
            + wave(20.0, y * PI)
            + wave(40.0, y / 3.0 * PI)
            + wave(160.0, y / 12.0 * PI)
            + wave(320.0, y / 30.0 * PI);
        let east = both
            + wave(20.0, x * PI)
            + wave(40.0, x / 3.0 * PI)
            + wave(150.0, x / 12.0 * PI)
            + wave(300.0, x / 30.0 * PI);
        let north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt() + north * 2.0 / 3.0;
        let east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt() + east * 2.0 / 3.0;
        let latitude_rad = self.lat.to_radians();
        let sine_of = sine(latitude_rad);
        let magic = 1.0 - KRASOVSKY_E2 * sine_of * sine_of;
        let meridian_m = KRASOVSKY_A_M * (1.0 - KRASOVSKY_E2) / (magic * magic.sqrt());
        let parallel_m = KRASOVSKY_A_M / magic.sqrt() * cosine(latitude_rad);
        Self { lat: (north_m / meridian_m).to_degrees(), lng: (east_m / parallel_m).to_degrees() }
    }
}

/// Semi-major axis and squared eccentricity of the Krasovsky 1940 ellipsoid, as the published formula has them.
const KRASOVSKY_A_M: f64 = 6_378_245.0;
const KRASOVSKY_E2: f64 = 0.006_693_421_622_965_943;
/// Three steps are enough everywhere; more only for places at the rectangle's rim.
const INVERSE_STEPS_MAX: u32 = 30;

/// The sine of any angle: whole turns first taken off.
fn whole_sine(angle_rad: f64) -> f64 {
    let turns = (angle_rad / std::f64::consts::TAU).round();
    sine(angle_rad - turns * std::f64::consts::TAU)
}

fn degrees(text: &str, most: f64) -> Option<f64> {
    let text = text.trim_matches([' ', '\t']);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.bytes().any(|b| b.is_ascii_digit());
    // What the number parser reads beyond that (1e3, inf, nan) is no coordinate.
    text.parse::<f64>().ok().filter(|value| plain && value.abs() <= most)
}

/// The series of Taylor about 0, for angles up to a half turn.
fn sine(angle_rad: f64) -> f64 {
    let square = angle_rad * angle_rad;
    let (mut term, mut sum) = (angle_rad, angle_rad);
    for n in 1..=SINE_TERMS {
        let n = f64::from(n);
        term = -(term * square) / ((2.0 * n) * (2.0 * n + 1.0));
        sum += term;
    }
    sum
}

fn haversine(angle_rad: f64) -> f64 {
    let half = sine(angle_rad / 2.0);
    half * half
}

fn cosine(angle_rad: f64) -> f64 {
    1.0 - 2.0 * haversine(angle_rad)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place::parse(text).unwrap()
    }

    #[test]
    fn places_are_read() {
        for good in ["39.9042,116.4074", " -33.8568 , +151.2153 ", "90,180", "-90,-180", "0,0", "5.,.5"] {
            assert!(Place::parse(good).is_some(), "{good}");
        }
        for bad in ["", ",", "39.9", "91,0", "0,181", "1e1,0", "nan,0", "inf,0", "--1,0", "1,2,3", "39,9042;116"] {
            assert!(Place::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        // One degree of a great circle: pi / 180 * R = 111,195.08 m.
        for (a, b) in [("0,0", "1,0"), ("0,0", "0,1"), ("0,179.5", "0,-179.5"), ("89.5,0", "89.5,180")] {
            assert!(place(a).is_within(place(b), 111_196), "{a} {b}");
            assert!(!place(a).is_within(place(b), 111_195), "{a} {b}");
        }
        // Half the way round: pi * R = 20,015,114.4 m.
        assert!(!place("0,0").is_within(place("0,180"), 20_015_000));
        assert!(place("39.9042,116.4074").is_within(place("39.9042,116.4074"), 0));
    }

    #[test]
    fn the_series_is_the_sine() {
        for n in -1000_i32..=1000 {
            let angle = f64::from(n) / 1000.0 * std::f64::consts::PI;
            assert!((sine(angle) - angle.sin()).abs() < 1e-14, "{angle}");
        }
    }
}
