//! What a week's text was read as.

use domain::Value;
use domain::field::WEEKDAYS;
use domain::hours::{Span, from_value};

/// Days in a row with the same hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The first day, 0 = Monday.
    pub first: usize,
    /// The last.
    pub last: usize,
    /// Their hours.
    pub spans: Vec<Span>,
    /// Does one of them have other hours now?
    pub differs: bool,
}

fn span(value: &serde_json::Value) -> Option<Span> {
    let pair = value.as_array()?;
    let minute = |n: usize| pair.get(n)?.as_u64().and_then(|minute| u16::try_from(minute).ok());
    (pair.len() == 2).then_some(Span { start_min: minute(0)?, end_min: minute(1)? })
}

/// The hours of a day as a check gives them: `HH:MM-HH:MM` or pairs of minutes; nothing if they are none.
pub fn day(value: &serde_json::Value) -> Option<Vec<Span>> {
    let minutes: Option<Vec<Span>> = value.as_array()?.iter().map(span).collect();
    minutes.or_else(|| from_value(&Value(value.clone())).ok().flatten())
}

/// The seven days of what a check of `hours` found; nothing if it is no week.
pub fn week(normalised: &Value) -> Option<[Vec<Span>; 7]> {
    let object = normalised.0.get("week").unwrap_or(&normalised.0);
    let days: Option<Vec<Vec<Span>>> = WEEKDAYS.iter().map(|name| day(object.get(*name)?)).collect();
    days?.try_into().ok()
}

/// Puts days with the same hours together; `now` is what they are at present.
pub fn groups(week: &[Vec<Span>; 7], now: &[Option<Vec<Span>>; 7]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (n, spans) in week.iter().enumerate() {
        let differs = now[n].as_ref() != Some(spans);
        match groups.last_mut() {
            Some(group) if group.spans == *spans => {
                group.last = n;
                group.differs |= differs;
            }
            _ => groups.push(Group { first: n, last: n, spans: spans.clone(), differs }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_of_a_week_are_read() {
        let texts = json!({"mo": ["09:00-21:00"], "tu": ["09:00-21:00"], "we": [], "th": ["17:00-02:00"],
            "fr": ["00:00-24:00"], "sa": [], "su": []});
        let minutes = json!({"week": {"mo": [[540, 1260]], "tu": [[540, 1260]], "we": [], "th": [[1020, 1560]],
            "fr": [[0, 1440]], "sa": [], "su": []}});
        let week_of = |json| week(&Value(json));
        assert_eq!(week_of(texts.clone()), week_of(minutes));
        let read = week_of(texts).unwrap();
        assert_eq!(read[3], [Span { start_min: 1020, end_min: 1560 }]);
        let now = std::array::from_fn(|n| (n < 2).then(|| read[0].clone()));
        let found: Vec<_> =
            groups(&read, &now).into_iter().map(|group| (group.first, group.last, group.differs)).collect();
        assert_eq!(found, [(0, 1, false), (2, 2, true), (3, 3, true), (4, 4, true), (5, 6, true)]);
    }

    #[test]
    fn what_is_no_week_is_none() {
        for json in [json!(null), json!("周一"), json!({"mo": []}), json!({"mo": [[1, 2, 3]]})] {
            assert_eq!(week(&Value(json)), None);
        }
    }
}
