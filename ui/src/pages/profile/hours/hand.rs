//! What keys and the mouse do to the week: where the cursor is, and what is being painted.

use domain::hours::Span;

use super::spans::{self, DAY, END, Refused};

/// The step of the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// 15 minutes.
    Quarter,
    /// 30 minutes.
    #[default]
    Half,
}

impl Step {
    /// In minutes.
    pub fn minutes(self) -> u16 {
        match self {
            Step::Quarter => 15,
            Step::Half => 30,
        }
    }
}

/// Where painting began, and on what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// The first minute of the step where it began.
    pub anchor: u16,
    /// Does it open or close?
    pub open: bool,
    base: Vec<Span>,
}

/// The cursor on the week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// 0 = Monday.
    pub day: usize,
    /// The first minute of the step under the cursor, from the day's midnight.
    pub minute: u16,
    /// How far it steps.
    pub step: Step,
    /// What is being painted, if anything.
    pub stroke: Option<Stroke>,
}

/// What came of a key or a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The cursor moved.
    Moved,
    /// The day has these spans now.
    Painted(Vec<Span>),
    /// It cannot be painted.
    Refused(Refused),
    /// The day's text is to be edited.
    EditText,
}

impl Hand {
    /// A key on the week's drawing. `days` are the spans of all days as they stand; nothing for keys without a meaning.
    pub fn key(&mut self, key: &str, shift: bool, days: &[Vec<Span>; 7]) -> Option<Deed> {
        let step = self.step.minutes();
        if !shift && self.stroke.is_some() && key != "Escape" {
            self.stroke = None;
        }
        match (key, shift) {
            ("ArrowRight" | "ArrowLeft", true) => {
                if self.stroke.is_none() {
                    self.begin(&days[self.day % 7]);
                    return Some(self.paint());
                }
                let moved = if key == "ArrowRight" { self.minute + step } else { self.minute.saturating_sub(step) };
                let was = self.minute;
                self.minute = moved.min(END - step);
                let deed = self.paint();
                if matches!(deed, Deed::Refused(_)) {
                    self.minute = was;
                }
                return Some(deed);
            }
            ("ArrowRight", false) => self.minute = (self.minute + step).min(END - step),
            ("ArrowLeft", false) => self.minute = self.minute.saturating_sub(step),
            ("ArrowDown", false) => self.day = (self.day + 1).min(6),
            ("ArrowUp", false) => self.day = self.day.saturating_sub(1),
            ("Home", false) => self.minute = 0,
            ("End", false) => self.minute = DAY - step,
            ("PageDown", false) => self.minute = (self.minute + 360).min(END - step),
            ("PageUp", false) => self.minute = self.minute.saturating_sub(360),
            (" ", _) => {
                self.begin(&days[self.day % 7]);
                let deed = self.paint();
                self.stroke = None;
                return Some(deed);
            }
            ("Delete" | "Backspace", false) => {
                let span = spans::around(&days[self.day % 7], self.minute)?;
                let closed = spans::paint(&days[self.day % 7], span.start_min, span.end_min, false);
                return Some(closed.map_or_else(Deed::Refused, Deed::Painted));
            }
            ("Enter", false) => return Some(Deed::EditText),
            ("Escape", _) => return self.cancel().map(Deed::Painted),
            _ => return None,
        }
        Some(Deed::Moved)
    }

    /// The mouse went down or clicked at a minute. Without a stroke it begins one; with one on the same day it ends it,
    /// so that two clicks do what dragging does.
    pub fn press(&mut self, day: usize, minute: u16, days: &[Vec<Span>; 7]) -> Deed {
        let ends = self.stroke.is_some() && self.day == day;
        (self.day, self.minute) = (day, self.snapped(minute));
        if !ends {
            self.begin(&days[day % 7]);
        }
        self.paint()
    }

    /// The mouse moved with the button down.
    pub fn drag(&mut self, minute: u16) -> Option<Deed> {
        let minute = self.snapped(minute);
        if self.stroke.is_none() || minute == self.minute {
            return None;
        }
        self.minute = minute;
        Some(self.paint())
    }

    /// Painting is over.
    pub fn lift(&mut self) {
        self.stroke = None;
    }

    /// Takes the stroke back: the day, and the cursor, as they were.
    pub fn cancel(&mut self) -> Option<Vec<Span>> {
        let stroke = self.stroke.take()?;
        self.minute = stroke.anchor;
        Some(stroke.base)
    }

    fn snapped(&self, minute: u16) -> u16 {
        let step = self.step.minutes();
        (minute / step * step).min(END - step)
    }

    fn begin(&mut self, day: &[Span]) {
        self.stroke = Some(Stroke { anchor: self.minute, open: !spans::is_open(day, self.minute), base: day.to_vec() });
    }

    fn paint(&self) -> Deed {
        let Some(stroke) = &self.stroke else { return Deed::Moved };
        let from = stroke.anchor.min(self.minute);
        let to = stroke.anchor.max(self.minute) + self.step.minutes();
        spans::paint(&stroke.base, from, to, stroke.open).map_or_else(Deed::Refused, Deed::Painted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start_min: u16, end_min: u16) -> Span {
        Span { start_min, end_min }
    }

    fn week() -> [Vec<Span>; 7] {
        std::array::from_fn(|_| vec![span(600, 1320)])
    }

    /// Presses keys as a person does: `S-` is with Shift. Gives the day's spans at the end.
    fn typed(hand: &mut Hand, days: &mut [Vec<Span>; 7], keys: &str) {
        for key in keys.split_whitespace() {
            let (key, shift) = key.strip_prefix("S-").map_or((key, false), |key| (key, true));
            let key = if key == "Space" { " " } else { key };
            if let Some(Deed::Painted(spans)) = hand.key(key, shift, days) {
                days[hand.day] = spans;
            }
        }
    }

    #[test]
    fn arrows_move_within_the_week() {
        let (mut hand, mut days) = (Hand::default(), week());
        typed(&mut hand, &mut days, "ArrowLeft ArrowUp");
        assert_eq!((hand.day, hand.minute), (0, 0));
        typed(&mut hand, &mut days, "ArrowDown ArrowRight ArrowRight");
        assert_eq!((hand.day, hand.minute), (1, 60));
        typed(&mut hand, &mut days, "End PageDown PageDown PageDown");
        assert_eq!(hand.minute, END - 30);
        assert_eq!(days, week());
    }

    #[test]
    fn shift_and_arrows_paint_and_shrink_again() {
        let (mut hand, mut days) = (Hand { day: 2, minute: 1320, ..Hand::default() }, week());
        typed(&mut hand, &mut days, "S-ArrowRight S-ArrowRight S-ArrowRight");
        assert_eq!(days[2], [span(600, 1410)]);
        typed(&mut hand, &mut days, "S-ArrowLeft");
        assert_eq!(days[2], [span(600, 1380)]);
        typed(&mut hand, &mut days, "Escape");
        assert_eq!(days[2], [span(600, 1320)]);
        typed(&mut hand, &mut days, "S-ArrowRight S-ArrowRight S-ArrowRight S-ArrowRight S-ArrowRight S-ArrowRight");
        assert!(days[2][0].end_min > DAY, "past midnight");
    }

    #[test]
    fn space_toggles_one_step_and_delete_a_span() {
        let (mut hand, mut days) = (Hand { minute: 840, step: Step::Quarter, ..Hand::default() }, week());
        typed(&mut hand, &mut days, "Space");
        assert_eq!(days[0], [span(600, 840), span(855, 1320)]);
        typed(&mut hand, &mut days, "Space");
        assert_eq!(days[0], [span(600, 1320)]);
        typed(&mut hand, &mut days, "Delete");
        assert_eq!(days[0], []);
        assert_eq!(hand.key("Enter", false, &days), Some(Deed::EditText));
        assert_eq!(hand.key("x", false, &days), None);
    }

    #[test]
    fn two_clicks_do_what_dragging_does() {
        let days = week();
        let (mut clicked, mut dragged) = (Hand::default(), Hand::default());
        clicked.press(3, 847, &days);
        let by_clicks = clicked.press(3, 1010, &days);
        dragged.press(3, 847, &days);
        let by_drag = dragged.drag(1010);
        assert_eq!(by_clicks, Deed::Painted(vec![span(600, 840), span(1020, 1320)]));
        assert_eq!(by_drag, Some(by_clicks));
    }

    #[test]
    fn hours_after_midnight_without_a_beginning_are_refused() {
        let mut hand = Hand { minute: 1500, ..Hand::default() };
        assert_eq!(hand.key(" ", false, &week()), Some(Deed::Refused(Refused::NextDay)));
    }
}
