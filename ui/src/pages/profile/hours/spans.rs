//! Painting the spans of a day. Pure arithmetic on minutes from the day's midnight.

use domain::hours::{SPANS_MAX, Span};

/// A day in minutes.
pub const DAY: u16 = 1440;
/// The farthest that hours run into the next day, in minutes.
pub const END: u16 = 1800;

/// Why a stroke cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Hours that begin after midnight are the next day's.
    NextDay,
    /// Longer than a day, or a day with no end.
    TooLong,
    /// More spans than a day has.
    TooMany,
}

/// Is it open at this minute?
pub fn is_open(spans: &[Span], minute: u16) -> bool {
    spans.iter().any(|span| (span.start_min..span.end_min).contains(&minute))
}

/// The day with the minutes from `from` to before `to` made open or closed. What is left of a span beyond midnight when
/// its beginning is closed goes too: it would be the next day's.
pub fn paint(spans: &[Span], from: u16, to: u16, open: bool) -> Result<Vec<Span>, Refused> {
    let mut out: Vec<Span> = Vec::new();
    if open {
        let (mut start_min, mut end_min) = (from, to);
        for span in spans {
            if span.end_min < start_min || span.start_min > end_min {
                out.push(*span);
            } else {
                (start_min, end_min) = (start_min.min(span.start_min), end_min.max(span.end_min));
            }
        }
        out.push(Span { start_min, end_min });
        out.sort();
        if out.iter().any(|span| span.start_min >= DAY) {
            return Err(Refused::NextDay);
        }
    } else {
        for span in spans {
            let before = Span { end_min: span.end_min.min(from), ..*span };
            let after = Span { start_min: span.start_min.max(to), ..*span };
            out.extend(
                [before, after].into_iter().filter(|span| span.start_min < span.end_min && span.start_min < DAY),
            );
        }
    }
    // `10:00-10:00` could not be told from nothing; the whole day from midnight can.
    let too_long = |span: &Span| span.end_min - span.start_min >= DAY && (span.start_min, span.end_min) != (0, DAY);
    if out.iter().any(too_long) {
        return Err(Refused::TooLong);
    }
    if out.len() > SPANS_MAX { Err(Refused::TooMany) } else { Ok(out) }
}

/// The span around a minute.
pub fn around(spans: &[Span], minute: u16) -> Option<Span> {
    spans.iter().find(|span| (span.start_min..span.end_min).contains(&minute)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(of: &[(u16, u16)]) -> Vec<Span> {
        of.iter().map(|(start_min, end_min)| Span { start_min: *start_min, end_min: *end_min }).collect()
    }

    #[test]
    fn strokes_join_cut_and_are_refused() {
        let lunch_and_dinner: &[(u16, u16)] = &[(600, 840), (1020, 1320)];
        let late: &[(u16, u16)] = &[(1020, 1560)];
        type Case<'a> = (&'a [(u16, u16)], u16, u16, bool, Result<&'a [(u16, u16)], Refused>);
        let table: &[Case<'_>] = &[
            (&[], 600, 630, true, Ok(&[(600, 630)])),
            (lunch_and_dinner, 840, 1020, true, Ok(&[(600, 1320)])),
            (lunch_and_dinner, 570, 600, true, Ok(&[(570, 840), (1020, 1320)])),
            (lunch_and_dinner, 0, 1440, false, Ok(&[])),
            (&[(600, 1320)], 840, 1020, false, Ok(lunch_and_dinner)),
            (&[(1020, 1320)], 1290, 1560, true, Ok(late)),
            (late, 1440, 1560, false, Ok(&[(1020, 1440)])),
            (late, 1020, 1500, false, Ok(&[])),
            (late, 1260, 1470, false, Ok(&[(1020, 1260)])),
            (&[(600, 1320)], 1500, 1530, true, Err(Refused::NextDay)),
            (&[(600, 1320)], 0, 1440, true, Ok(&[(0, 1440)])),
            (&[(600, 1320)], 0, 1470, true, Err(Refused::TooLong)),
        ];
        for (before, from, to, open, after) in table {
            let painted = paint(&spans(before), *from, *to, *open);
            assert_eq!(painted, after.map(spans), "{before:?} {from}..{to} {open}");
        }
        let many = spans(&[(0, 30), (60, 90), (120, 150), (180, 210), (240, 270), (300, 330), (360, 390), (420, 450)]);
        assert_eq!(paint(&many, 600, 630, true), Err(Refused::TooMany));
    }

    #[test]
    fn what_is_painted_is_open_and_reads_back() {
        for from in (0..DAY).step_by(45) {
            for to in (from + 15..=END).step_by(60) {
                let Ok(day) = paint(&spans(&[(300, 420), (1200, 1500)]), from, to, true) else { continue };
                assert!((from..to).step_by(15).all(|minute| is_open(&day, minute)), "{from}..{to}");
                let text = day.iter().map(Span::to_string).collect::<Vec<_>>().join(", ");
                assert_eq!(domain::hours::parse_day(&text), Ok(day), "{text}");
            }
        }
    }
}
