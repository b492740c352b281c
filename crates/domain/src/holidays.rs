//! Public holidays of the Chinese mainland and the working days that make up for them.
//!
//! Sources. 2026: 《国务院办公厅关于2026年部分节假日安排的通知》, 国办发明电〔2025〕7号, 4 November 2025. Other years
//! have the days off that 《全国年节及纪念日放假办法》 (国务院令第795号, in force since 1 January 2025) gives by
//! itself; which days around them are off or worked is known once that year's notice is out, and is added here then.

use chrono::{Datelike, NaiveDate};

/// A holiday by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HolidayName {
    /// 元旦
    NewYear,
    /// 春节
    SpringFestival,
    /// 清明节
    Qingming,
    /// 劳动节
    LabourDay,
    /// 端午节
    DragonBoat,
    /// 中秋节
    MidAutumn,
    /// 国庆节
    NationalDay,
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolidayKind {
    /// Nobody has to work.
    Off,
    /// A Saturday or Sunday that is worked, for a day off near it.
    MakeUp,
}

/// What is special about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Which holiday it belongs to.
    pub name: HolidayName,
    /// Off or worked.
    pub kind: HolidayKind,
}

/// From and to, both inclusive, as month and day.
type Days = ((u32, u32), (u32, u32));

struct Year {
    year: i32,
    /// Has the year's notice been entered, with the working days that make up?
    arranged: bool,
    off: &'static [(HolidayName, Days)],
    make_up: &'static [(HolidayName, (u32, u32))],
}

use HolidayName::{DragonBoat, LabourDay, MidAutumn, NationalDay, NewYear, Qingming, SpringFestival};

const YEARS: [Year; 2] = [
    Year {
        year: 2026,
        arranged: true,
        off: &[
            (NewYear, ((1, 1), (1, 3))),
            (SpringFestival, ((2, 15), (2, 23))),
            (Qingming, ((4, 4), (4, 6))),
            (LabourDay, ((5, 1), (5, 5))),
            (DragonBoat, ((6, 19), (6, 21))),
            (MidAutumn, ((9, 25), (9, 27))),
            (NationalDay, ((10, 1), (10, 7))),
        ],
        make_up: &[
            (NewYear, (1, 4)),
            (SpringFestival, (2, 14)),
            (SpringFestival, (2, 28)),
            (LabourDay, (5, 9)),
            (NationalDay, (9, 20)),
            (NationalDay, (10, 10)),
        ],
    },
    Year {
        year: 2027,
        arranged: false,
        off: &[
            (NewYear, ((1, 1), (1, 1))),
            (SpringFestival, ((2, 5), (2, 8))),
            (Qingming, ((4, 5), (4, 5))),
            (LabourDay, ((5, 1), (5, 2))),
            (DragonBoat, ((6, 9), (6, 9))),
            (MidAutumn, ((9, 15), (9, 15))),
            (NationalDay, ((10, 1), (10, 3))),
        ],
        make_up: &[],
    },
];

fn year(of: i32) -> Option<&'static Year> {
    YEARS.iter().find(|year| year.year == of)
}

/// What is special about a date, as far as the table goes.
pub fn on(date: NaiveDate) -> Option<Holiday> {
    let day = (date.month(), date.day());
    let year = year(date.year())?;
    let off = year.off.iter().find(|(_, (from, to))| (*from..=*to).contains(&day)).map(|(name, _)| *name);
    let made_up = || year.make_up.iter().find(|(_, worked)| *worked == day).map(|(name, _)| *name);
    off.map(|name| Holiday { name, kind: HolidayKind::Off })
        .or_else(|| made_up().map(|name| Holiday { name, kind: HolidayKind::MakeUp }))
}

/// Is the year's arrangement known, with its working days that make up for others?
pub fn is_arranged(of: i32) -> bool {
    year(of).is_some_and(|year| year.arranged)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::Weekday;

    use super::*;

    fn days(of: i32) -> impl Iterator<Item = NaiveDate> {
        NaiveDate::from_ymd_opt(of, 1, 1).unwrap().iter_days().take_while(move |day| day.year() == of)
    }

    fn count(of: i32, kind: HolidayKind) -> usize {
        days(of).filter(|day| on(*day).is_some_and(|holiday| holiday.kind == kind)).count()
    }

    #[test]
    fn the_notice_of_2026_gives_33_days_off_and_6_worked() {
        assert_eq!((count(2026, HolidayKind::Off), count(2026, HolidayKind::MakeUp)), (33, 6));
        assert!(is_arranged(2026) && !is_arranged(2027) && !is_arranged(2031));
    }

    #[test]
    fn the_law_gives_13_days_a_year() {
        assert_eq!((count(2027, HolidayKind::Off), count(2027, HolidayKind::MakeUp)), (13, 0));
    }

    #[test]
    fn only_weekends_are_worked_for_other_days() {
        let worked = days(2026).filter(|day| on(*day).is_some_and(|holiday| holiday.kind == HolidayKind::MakeUp));
        assert!(worked.into_iter().all(|day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun)));
    }
}
