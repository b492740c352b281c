//! Places on the earth, as a register holds them: a text `lat,lon` in decimal degrees (WGS 84).

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
        let (latitude, longitude) = text.split_once(',')?;
        Some(Self {
            latitude_rad: degrees(latitude, 90.0)?.to_radians(),
            longitude_rad: degrees(longitude, 180.0)?.to_radians(),
        })
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
