//! Coordinates.

pub(super) struct Found {
    pub latitude_deg: f64,
    pub longitude_deg: f64,
    pub swapped: bool,
}

pub(super) fn read(typed: &str) -> Result<Found, &'static str> {
    let plain = if typed.contains(';') { typed.replace(',', ".").replace(';', ",") } else { typed.to_owned() };
    let (a, b) = plain.split_once(',').ok_or("unreadable")?;
    let (a, b): (f64, f64) = (a.trim().parse().map_err(|_| "unreadable")?, b.trim().parse().map_err(|_| "unreadable")?);
    if a == 0.0 && b == 0.0 {
        return Err("null_island");
    }
    let swapped = a.abs() > 90.0 && b.abs() <= 90.0 || (72.0..138.0).contains(&a) && (0.0..56.0).contains(&b);
    let (latitude_deg, longitude_deg) = if swapped { (b, a) } else { (a, b) };
    if latitude_deg.abs() > 90.0 || longitude_deg.abs() > 180.0 {
        return Err("range");
    }
    Ok(Found { latitude_deg, longitude_deg, swapped })
}
