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
