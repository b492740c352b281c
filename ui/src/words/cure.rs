//! What to type instead: a sentence for what is wrong with a field, in the words of that field.

use domain::ipc::IpcError;
use domain::schema::CustomKind;
use domain::{ErrorCode, FieldPath};

use super::field::field_label;
use super::problem::sentence;
use crate::declared;
use crate::i18n::{cures, everywhere};

/// The sentence for a finding about the field with this path.
pub fn cure(path: &str, code: ErrorCode) -> &'static str {
    use ErrorCode::{BadValue, Charset, CheckDigit, Length, NotANumber, NotAPlace, Range, UnknownCode};
    let about_form = matches!(code, BadValue | Charset | Length | NotANumber | NotAPlace | Range | UnknownCode);
    let check = code == CheckDigit;
    let found = match path {
        "licence.credit_code" if check => Some(cures::credit_check()),
        "licence.food" if check => Some(cures::food_check()),
        _ if !about_form => None,
        // Its form is looked at before it is sent.
        "merchant_id" => Some(cures::id_taken()),
        "licence.credit_code" => Some(cures::credit_code()),
        "licence.food" => Some(cures::food_licence()),
        "location" => Some(cures::location()),
        "region_code" => Some(cures::region()),
        "category_code" => Some(cures::category()),
        "industry" => Some(cures::industry()),
        "closure" => Some(cures::closure()),
        "language" => Some(cures::language()),
        "time_zone" => Some(cures::time_zone()),
        _ => declared_cure(path),
    };
    found.unwrap_or_else(|| sentence(code))
}

/// Why an edit was refused, below the line of one of its fields: an edit stands or falls as a whole, so the field that is
/// wrong may be another one and is named then.
pub fn refusal(line: &str, problem: &IpcError) -> String {
    let field = problem.field.as_deref().unwrap_or(line);
    let text = cure(field, problem.code);
    let shown = FieldPath::new(field).map_or_else(|_| field.to_owned(), |path| path.shown_as().to_owned());
    if shown == line { text.to_owned() } else { everywhere::of_field(field_label(&shown), text) }
}

fn declared_cure(path: &str) -> Option<&'static str> {
    let schema = declared::schema();
    let field = schema.field(&FieldPath::new(path).ok()?)?;
    Some(match field.kind {
        CustomKind::Integer => cures::integer(),
        CustomKind::Decimal => cures::decimal(),
        CustomKind::Boolean => cures::boolean(),
        CustomKind::Date => cures::date(),
        CustomKind::Choice { .. } => cures::choice(),
        CustomKind::Several { .. } => cures::several(),
        CustomKind::Url => cures::url(),
        CustomKind::Email => cures::email(),
        CustomKind::Text | CustomKind::Phone | CustomKind::Unknown => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::schema::{CustomField, Schema, Words};

    use super::*;
    use crate::i18n::{Language, set_lang};

    #[test]
    fn a_field_says_what_it_takes() {
        let seats = CustomField::new("seats", Words::new("座位数", "Seats"), CustomKind::Integer);
        declared::follow(Arc::new(Schema { custom: vec![seats], ..Schema::default() }));
        let table = [
            ("custom.seats", ErrorCode::NotANumber, "只写数字，例如 40", "Write digits only, like 40"),
            (
                "merchant_id",
                ErrorCode::BadValue,
                "这个编号已有门店使用，请换一个",
                "Another store has this ID: choose a different one",
            ),
            ("licence.food", ErrorCode::Length, "写 JY 和 14 位数字", "Write JY and 14 digits"),
        ];
        for (path, code, chinese, english) in table {
            set_lang(Language::Chinese);
            assert_eq!(cure(path, code), chinese);
            set_lang(Language::English);
            assert_eq!(cure(path, code), english);
        }
        let refused = |field: Option<&str>| {
            let problem =
                IpcError { code: ErrorCode::NotANumber, message: String::new(), field: field.map(str::to_owned) };
            refusal("custom.seats", &problem)
        };
        assert_eq!(refused(None), "Write digits only, like 40");
        assert_eq!(refused(Some("custom.seats")), "Write digits only, like 40");
        assert_eq!(refused(Some("location")), format!("{}: {}", field_label("location"), cures::location()));
        assert_eq!(cure("custom.seats", ErrorCode::Required), sentence(ErrorCode::Required));
        assert_eq!(cure("custom.other", ErrorCode::BadValue), sentence(ErrorCode::BadValue));
    }
}
