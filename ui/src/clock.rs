//! What time it is, as a signal, and how far local time is ahead of UTC.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use leptos::prelude::*;

/// How often relative times are worded anew.
const TICK: Duration = Duration::from_secs(10);

/// This computer's clock.
pub fn now() -> DateTime<Utc> {
    // Milliseconds since 1970 are whole and far from the limits of an i64.
    #[allow(clippy::cast_possible_truncation)]
    let millis = js_sys::Date::now() as i64;
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// Minutes that local time was ahead of UTC at that moment.
pub fn utc_offset_min(at: DateTime<Utc>) -> i32 {
    #[allow(clippy::cast_precision_loss)]
    let date = js_sys::Date::new(&(at.timestamp_millis() as f64).into());
    #[allow(clippy::cast_possible_truncation)]
    let behind = date.get_timezone_offset() as i32;
    -behind
}

/// The same moment on the wall clock.
pub fn local(at: DateTime<Utc>) -> NaiveDateTime {
    (at + TimeDelta::minutes(i64::from(utc_offset_min(at)))).naive_utc()
}

/// The time zone of the Chinese mainland.
pub const BEIJING: &str = "Asia/Shanghai";

/// The same moment on the wall clock of a time zone, by its IANA name; in Beijing where the name is not known or given.
pub fn in_zone(at: DateTime<Utc>, zone: &str) -> NaiveDateTime {
    // No summer time since 1991.
    let beijing = (at + TimeDelta::hours(8)).naive_utc();
    if zone.is_empty() || zone == BEIJING { beijing } else { shown_in(at, zone).unwrap_or(beijing) }
}

/// Asks the browser, which has the tables of all time zones.
fn shown_in(at: DateTime<Utc>, zone: &str) -> Option<NaiveDateTime> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"timeZone".into(), &zone.into()).ok()?;
    #[allow(clippy::cast_precision_loss)]
    let date = js_sys::Date::new(&(at.timestamp_millis() as f64).into());
    let write = js_sys::Reflect::get(&date, &"toLocaleString".into()).ok()?;
    // Swedish writes the date as ISO 8601 does. A zone that is not known throws.
    let text = js_sys::Function::from(write).call2(&date, &"sv-SE".into(), &options).ok()?.as_string()?;
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").ok()
}

#[derive(Clone, Copy)]
struct Clock(RwSignal<DateTime<Utc>>);

/// Starts the clock. Once, by the app.
pub fn provide() {
    let clock = RwSignal::new(now());
    provide_context(Clock(clock));
    let _ = set_interval_with_handle(move || clock.set(now()), TICK);
}

/// The time, good for wording: steps every ten seconds.
pub fn use_now() -> Signal<DateTime<Utc>> {
    use_context::<Clock>().map_or_else(|| Signal::stored(now()), |clock| clock.0.into())
}
