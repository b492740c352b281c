//! Values as people read them.

use domain::stored_phone::StoredPhone;
use domain::{FieldPath, Value, hours};

use super::field::{cycle_label, status_label};
use crate::declared;
use crate::i18n::{Language, everywhere, fields, lang, listed, times};

/// A value of a field in one line. Absent values have words too: `未填写`, `休息`.
pub fn value_text(field: &str, value: &Value) -> String {
    let root = field.split('.').next().unwrap_or_default();
    match (root, value) {
        ("hours", value) => match hours::from_value(value) {
            Ok(spans) => hours_text(spans.as_deref()),
            Err(_) => value.plain(),
        },
        ("deleted", value) => if value.is_null() { fields::value_kept() } else { fields::value_deleted() }.to_owned(),
        ("phones" | "tags", value) if *value == Value::yes() => fields::value_in().to_owned(),
        (_, value) if value.is_null() => everywhere::not_given().to_owned(),
        ("phones", value) => match (value.as_str(), value.as_list()) {
            (Some(number), _) => phone(number),
            (None, Some(numbers)) if numbers.is_empty() => everywhere::none().to_owned(),
            (None, Some(numbers)) => listed(&numbers.into_iter().map(phone).collect::<Vec<_>>()),
            (None, None) => value.plain(),
        },
        ("status", value) => value.as_str().map_or_else(|| value.plain(), status_label),
        ("settlement_cycle", value) => value.as_str().map_or_else(|| value.plain(), cycle_label),
        ("closure", value) => value.as_str().map_or_else(|| value.plain(), period_text),
        ("custom", value) if is_chosen(field, value) => declared_text(field, value),
        (_, value) => match value.as_list() {
            Some(items) if items.is_empty() => everywhere::none().to_owned(),
            Some(items) => listed(&items.into_iter().map(str::to_owned).collect::<Vec<_>>()),
            None => match value.0.as_bool() {
                Some(true) => everywhere::yes().to_owned(),
                Some(false) => everywhere::no().to_owned(),
                None => value.plain(),
            },
        },
    }
}

/// `2026-02-10/..` as people read it.
fn period_text(period: &str) -> String {
    match period.split_once('/') {
        Some((from, "..")) => fields::period_open(from),
        Some((from, to)) => fields::period_span(from, to),
        None => period.to_owned(),
    }
}

/// Is it a value that has words of its own, of a declared choice?
fn is_chosen(field: &str, value: &Value) -> bool {
    let declared = FieldPath::new(field)
        .ok()
        .is_some_and(|path| declared::schema().field(&path).is_some_and(|field| !field.kind.options().is_empty()));
    declared && (value.as_str().is_some() || value.as_list().is_some())
}

/// The words of what was chosen; a value that is no option any more stands for itself.
fn declared_text(field: &str, value: &Value) -> String {
    let (schema, chinese) = (declared::schema(), lang() == Language::Chinese);
    let declared = FieldPath::new(field).ok().and_then(|path| schema.field(&path).cloned());
    let word = |item: &str| {
        let option = declared.as_ref().and_then(|field| field.kind.option(item));
        option.map_or_else(|| item.to_owned(), |option| option.label(chinese).to_owned())
    };
    match (value.as_str(), value.as_list()) {
        (Some(item), _) => word(item),
        (None, Some(items)) => listed(&items.into_iter().map(word).collect::<Vec<_>>()),
        (None, None) => value.plain(),
    }
}

/// Spans of one day: `10:00–14:00, 17:00–次日 02:00`, `休息`, `未填写`.
pub fn hours_text(spans: Option<&[hours::Span]>) -> String {
    let Some(spans) = spans else { return everywhere::not_given().to_owned() };
    if spans.is_empty() {
        return times::closed_day().to_owned();
    }
    if let [hours::Span { start_min: 0, end_min: 1440 }] = spans {
        return times::all_day().to_owned();
    }
    spans.iter().map(|span| span_text(*span)).collect::<Vec<_>>().join(", ")
}

/// Spans as the registers hold them (`["10:00-22:00"]`), worded.
pub fn hours_of_texts(spans: Option<&Vec<String>>) -> String {
    match spans {
        None => everywhere::not_given().to_owned(),
        Some(texts) => value_text("hours", &Value::list(texts.iter().map(String::as_str))),
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn span_text(span: hours::Span) -> String {
    if span.end_min > 1440 {
        times::span_range_next(clock(span.start_min), clock(span.end_min - 1440))
    } else {
        times::span_range(clock(span.start_min), clock(span.end_min))
    }
}

/// Spans of one day for where there is no room for the words "next day": each with whether it ends there. Nothing where
/// no span does.
pub fn short_spans(spans: &[String]) -> Option<Vec<(String, bool)>> {
    let spans = hours::from_value(&Value::list(spans.iter().map(String::as_str))).ok().flatten()?;
    let short = |span: &hours::Span| {
        let next_day = span.end_min > 1440;
        let end = if next_day { span.end_min - 1440 } else { span.end_min };
        (times::span_range(clock(span.start_min), clock(end)), next_day)
    };
    spans.iter().any(|span| span.end_min > 1440).then(|| spans.iter().map(short).collect())
}

/// A stored number, grouped as people of its country read it where we know how; else as it is. It can be typed like this.
pub fn phone(stored: &str) -> String {
    let Some(phone) = StoredPhone::parse(stored) else { return stored.to_owned() };
    let number = match (phone.service(), phone.number.strip_prefix("+86")) {
        (Some(service), _) => service.to_owned(),
        (None, Some(national)) => chinese(national).unwrap_or_else(|| phone.number.to_owned()),
        (None, None) => phone.number.to_owned(),
    };
    match phone.ext {
        Some(ext) => fields::phone_ext(&number, ext),
        None => number,
    }
}

/// A national number of mainland China: mobiles, numbers that many branches share, fixed lines. Beijing and the 2x cities
/// have two-digit area codes, all others three.
fn chinese(national: &str) -> Option<String> {
    let area = match (national.len(), national.as_bytes()) {
        (11, [b'1', ..]) => return Some(format!("{} {} {}", &national[..3], &national[3..7], &national[7..])),
        (10, [b'4' | b'8', b'0', b'0', ..]) => {
            return Some(format!("{}-{}-{}", &national[..3], &national[3..6], &national[6..]));
        }
        (10, [b'1' | b'2', ..]) => 2,
        (10 | 11, _) => 3,
        _ => return None,
    };
    let (area, rest) = national.split_at(area);
    Some(match rest.len() {
        8 => format!("0{area}-{} {}", &rest[..4], &rest[4..]),
        _ => format!("0{area}-{rest}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn an_end_on_the_next_day_is_marked_where_there_is_little_room() {
        let spans = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let span = |text: &str, next_day: bool| (text.to_owned(), next_day);
        let late = Some(vec![span("10:00–14:00", false), span("17:00–02:00", true)]);
        assert_eq!(short_spans(&spans(&["10:00-14:00", "17:00-02:00"])), late);
        for texts in [&["10:00-22:00"][..], &["00:00-24:00"], &[], &["nonsense"]] {
            assert_eq!(short_spans(&spans(texts)), None, "{texts:?}");
        }
    }

    #[test]
    fn values_read_as_people_write_them() {
        let table = [
            ("name", Value::text("美味小馆"), "美味小馆", "美味小馆"),
            ("name", Value::NULL, "未填写", "Not given"),
            ("hours.mo", Value::NULL, "未填写", "Not given"),
            ("hours.mo", Value::list::<&str>([]), "休息", "Closed"),
            ("hours.mo", Value::list(["00:00-24:00"]), "全天", "All day"),
            (
                "hours.mo",
                Value::list(["10:00-14:00", "17:00-02:00"]),
                "10:00–14:00, 17:00–次日 02:00",
                "10:00–14:00, 17:00–02:00 next day",
            ),
            (
                "phones",
                Value::list(["+8613800138000", "+861064782218"]),
                "138 0013 8000、010-6478 2218",
                "138 0013 8000, 010-6478 2218",
            ),
            (
                "phones",
                Value::list(["+862158881234;ext=801", "+8695188", "+864008108888", "+8675512345678"]),
                "021-5888 1234 转 801、95188、400-810-8888、0755-1234 5678",
                "021-5888 1234 ext. 801, 95188, 400-810-8888, 0755-1234 5678",
            ),
            ("phones", Value::list::<&str>([]), "无", "None"),
            ("phones.primary", Value::text("+442071234567"), "+442071234567", "+442071234567"),
            ("status", Value::text("open"), "营业中", "Open"),
            ("deleted", Value::NULL, "保留", "Kept"),
            ("deleted", Value::yes(), "已删除", "Deleted"),
            ("custom.seats", Value(serde_json::json!(40)), "40", "40"),
            ("tags", Value::list(["清真", "外卖"]), "清真、外卖", "清真, 外卖"),
        ];
        for (field, value, chinese, english) in table {
            set_lang(Language::Chinese);
            assert_eq!(value_text(field, &value), chinese);
            set_lang(Language::English);
            assert_eq!(value_text(field, &value), english);
        }
    }
}
