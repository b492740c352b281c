//! What is typed for single dates, until it is filled into the form.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::calendar::Chosen;
use crate::clock::{BEIJING, in_zone, now};

/// What the chosen days shall have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// What the week says.
    Week,
    /// Closed.
    #[default]
    Closed,
    /// Hours, in the text.
    Hours,
}

/// What stands in the inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The first day, as typed.
    pub from: String,
    /// The last day, as typed.
    pub to: String,
    /// What they shall have.
    pub kind: Kind,
    /// Which hours.
    pub text: String,
}

impl Typed {
    /// Is there something that `begun` did not have? Hours without a text are nothing yet.
    fn says_more_than(&self, begun: &Self) -> bool {
        let blank = self.kind == Kind::Hours && self.text.trim().is_empty();
        (&self.from, &self.to) != (&begun.from, &begun.to)
            || (!blank && self.kind != begun.kind)
            || (!blank && self.kind == Kind::Hours && self.text != begun.text)
    }
}

/// The inputs; they outlive the form, which another tab may cover.
#[derive(Clone, Copy)]
pub struct Wish {
    /// The days in the calendar.
    pub chosen: RwSignal<Chosen>,
    /// What stands in the inputs.
    pub typed: RwSignal<Typed>,
    begun: RwSignal<Typed>,
}

impl Wish {
    /// Today, and nothing typed.
    pub fn new() -> Self {
        let today = in_zone(now(), BEIJING).date();
        let typed = Typed { from: today.to_string(), to: today.to_string(), ..Typed::default() };
        Self {
            chosen: RwSignal::new(Chosen { anchor: today, cursor: today }),
            begun: RwSignal::new(typed.clone()),
            typed: RwSignal::new(typed),
        }
    }
    /// Is something typed that was not filled in? Tracked.
    pub fn waits(&self) -> bool {
        self.begun.with(|begun| self.typed.with(|typed| typed.says_more_than(begun)))
    }
    /// Begins with what some days have.
    pub fn begin(&self, typed: Typed) {
        self.begun.set(typed.clone());
        self.typed.set(typed);
    }
    /// What stands there is filled in.
    pub fn filled_in(&self) {
        self.begun.set(self.typed.get_untracked());
    }
    /// Back to what it began with.
    pub fn withdraw(&self) {
        let begun = self.begun.get_untracked();
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        if let (Some(cursor), Some(anchor)) = (day(&begun.from), day(&begun.to)) {
            self.chosen.set(Chosen { anchor, cursor });
        }
        self.typed.set(begun);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_as_long_as_something_is_typed_and_not_filled_in() {
        let typed = |from: &str, kind, text: &str| Typed {
            from: from.to_owned(),
            to: "2026-10-03".to_owned(),
            kind,
            text: text.to_owned(),
        };
        let closed = typed("2026-10-01", Kind::Closed, "");
        let some = typed("2026-10-01", Kind::Hours, "10:00-14:00");
        for (now, begun, waits) in [
            (&closed, &closed, false),
            (&typed("2026-10-02", Kind::Closed, ""), &closed, true),
            (&typed("2026-10-01", Kind::Hours, " "), &closed, false),
            (&some, &closed, true),
            (&typed("2026-10-01", Kind::Hours, "1"), &closed, true),
            (&typed("2026-10-01", Kind::Week, ""), &closed, true),
            (&some, &some, false),
            (&typed("2026-10-01", Kind::Hours, "10:00-15:00"), &some, true),
            (&typed("2026-10-01", Kind::Closed, "10:00-14:00"), &some, true),
        ] {
            assert_eq!(now.says_more_than(begun), waits, "{now:?} {begun:?}");
        }
    }
}
