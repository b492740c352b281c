//! Hours before their days: `9am-5pm Mon-Fri, 10am-4pm Sat, closed Sun`.

use domain::ErrorCode;

use super::phrases::Phrase;
use super::rules::{Rule, Rules};
use super::spans::DAY_MIN;
use super::words::Word;

pub(super) fn days_behind(phrases: &[Phrase], found: Rules) -> Result<Rules, ErrorCode> {
    let mut rules: Vec<Rule> = vec![Rule::default()];
    let mut closes = false;
    for (at, phrase) in phrases.iter().enumerate() {
        let last = rules.len() - 1;
        match phrase {
            Phrase::Span(span) => {
                if rules[last].names_days() {
                    rules.push(Rule::default());
                }
                closes = false;
                let last = rules.len() - 1;
                rules[last].spans.push(*span);
            }
            Phrase::Say(Word::AllDay) => rules.push(Rule { spans: vec![(0, DAY_MIN)], ..Rule::default() }),
            Phrase::On(subject) => {
                let is_closed = phrases.get(at + 1) == Some(&Phrase::Say(Word::Closed));
                if !closes && (!rules[last].has_body() || is_closed) {
                    return Err(ErrorCode::Ambiguous);
                }
                rules[last].name(subject);
            }
            Phrase::Say(Word::Closed) => {
                rules.push(Rule { closed: true, ..Rule::default() });
                closes = true;
            }
            Phrase::Say(
                Word::Break
                | Word::Open
                | Word::Shut
                | Word::EveryDay
                | Word::AlwaysOpen
                | Word::NoRest
                | Word::Opens
                | Word::StaysOpen
                | Word::Dash
                | Word::Sitting(_),
            ) => {}
            Phrase::Say(_) => return Err(ErrorCode::Ambiguous),
        }
    }
    rules.retain(Rule::has_body);
    if rules.iter().any(|rule| !rule.names_days()) {
        return Err(ErrorCode::Ambiguous);
    }
    Ok(Rules { rules, ..found })
}
