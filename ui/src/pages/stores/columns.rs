//! The columns of the list. Pure.

use domain::FieldPath;
use domain::ipc::StoreSort;

use crate::i18n::stores;
use crate::words::field::field_label;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The name; always the first.
    Name,
    /// The id.
    Id,
    /// Today's hours.
    Today,
    /// How it stands with the sync.
    State,
    /// When it was changed last.
    Updated,
    /// Any field.
    Field(FieldPath),
}

/// The columns of a list that nobody has changed.
const USUAL: [&str; 7] = ["name", "merchant_id", "address", "category", "today", "state", "updated"];
/// Fields that are offered although no store may have one.
const OFFERED: [&str; 6] = ["region", "status", "phones", "tags", "branch", "note"];

impl Column {
    /// As it is remembered.
    pub fn key(&self) -> &str {
        match self {
            Column::Name => "name",
            Column::Id => "merchant_id",
            Column::Today => "today",
            Column::State => "state",
            Column::Updated => "updated",
            Column::Field(field) => field.as_str(),
        }
    }
    /// From what was remembered.
    pub fn of(key: &str) -> Option<Self> {
        Some(match key {
            "name" => Column::Name,
            "merchant_id" => Column::Id,
            "today" => Column::Today,
            "state" => Column::State,
            "updated" => Column::Updated,
            other => Column::Field(FieldPath::new(other).ok()?),
        })
    }
    /// What people call it.
    pub fn label(&self) -> String {
        match self {
            Column::Name => stores::c_name().to_owned(),
            Column::Id => stores::c_id().to_owned(),
            Column::Today => stores::c_today().to_owned(),
            Column::State => stores::c_state().to_owned(),
            Column::Updated => stores::c_updated().to_owned(),
            Column::Field(field) => field_label(field.as_str()),
        }
    }
    /// How the list is ordered by it; nothing where there is no order.
    pub fn sort(&self) -> Option<StoreSort> {
        match self {
            Column::Name => Some(StoreSort::Name),
            Column::Id => Some(StoreSort::Id),
            Column::Updated => Some(StoreSort::Updated),
            Column::Today | Column::State => None,
            Column::Field(field) => match field.as_str() {
                "address" => Some(StoreSort::Address),
                "category" => Some(StoreSort::Category),
                "phones" => FieldPath::new("phones.primary").ok().map(StoreSort::Field),
                "tags" | "hours" => None,
                _ => Some(StoreSort::Field(field.clone())),
            },
        }
    }
    /// How wide it is, in CSS pixels; the name takes what is left and has at least this.
    pub fn width_px(&self) -> f64 {
        match self {
            Column::Name => 180.0,
            Column::Id => 92.0,
            // Two spans of hours, the second one until after midnight.
            Column::Today => 196.0,
            // The widest chip, in English.
            Column::State => 124.0,
            Column::Updated => 100.0,
            Column::Field(field) => match field.as_str() {
                "address" => 200.0,
                "category" => 84.0,
                "status" => 88.0,
                "phones" | "tags" | "note" | "hours" => 180.0,
                _ => 120.0,
            },
        }
    }
    /// How soon it goes where there is no room; 0 never.
    fn goes(&self) -> u8 {
        match self {
            Column::Name | Column::State => 0,
            Column::Today => 1,
            Column::Id => 2,
            Column::Updated => 3,
            Column::Field(field) if field.as_str() == "category" => 4,
            Column::Field(_) => 5,
        }
    }
}

/// The columns of a list that nobody has changed.
pub fn usual() -> Vec<Column> {
    USUAL.iter().filter_map(|key| Column::of(key)).collect()
}

/// From what was remembered; the name comes first. Nothing remembered is the usual.
pub fn of_keys(keys: &[String]) -> Vec<Column> {
    if keys.is_empty() {
        return usual();
    }
    let mut columns = vec![Column::Name];
    for column in keys.iter().filter_map(|key| Column::of(key)) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

/// To be remembered; nothing for the usual.
pub fn to_keys(columns: &[Column]) -> Vec<String> {
    if *columns == *usual() {
        return Vec::new();
    }
    columns.iter().map(|column| column.key().to_owned()).collect()
}

/// The fields that rows have to bring for these columns.
pub fn fields(columns: &[Column]) -> Vec<FieldPath> {
    // Address and category are part of every row.
    let own = |field: &&FieldPath| !matches!(field.as_str(), "address" | "category");
    let of = |column: &Column| match column {
        Column::Field(field) => Some(field.clone()),
        _ => None,
    };
    columns.iter().filter_map(of).filter(|field| own(&field)).collect()
}

/// All columns that can be chosen: the usual ones, then fields; `in_use` are fields that some store has.
pub fn choosable(in_use: &[FieldPath]) -> Vec<Column> {
    let mut all = usual();
    let offered = OFFERED.iter().filter_map(|key| Column::of(key));
    // One column shows all numbers, tags or days together.
    let within = |field: &FieldPath| matches!(field.root(), "phones" | "tags") && field.key().is_some();
    let left_out =
        |field: &FieldPath| matches!(field.root(), "name" | "deleted" | "hours" | "location") || within(field);
    let fields = in_use.iter().filter(|field| !left_out(field));
    for column in offered.chain(fields.map(|field| Column::Field(field.clone()))) {
        if !all.contains(&column) {
            all.push(column);
        }
    }
    all
}

/// The columns that there is room for. Chosen ones stay all, and are scrolled; of the usual ones some go.
pub fn fitting(columns: &[Column], room_px: f64, chosen: bool) -> Vec<Column> {
    let mut shown = columns.to_vec();
    if chosen {
        return shown;
    }
    while width_px(&shown) > room_px {
        let Some(last) =
            shown.iter().enumerate().filter(|(_, column)| column.goes() > 0).max_by_key(|(_, column)| column.goes())
        else {
            break;
        };
        shown.remove(last.0);
    }
    shown
}

/// The least width of a table with these columns, the boxes for choosing included.
pub fn width_px(columns: &[Column]) -> f64 {
    44.0 + columns.iter().map(Column::width_px).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(columns: &[Column]) -> Vec<&str> {
        columns.iter().map(Column::key).collect()
    }

    #[test]
    fn what_is_remembered_comes_back_and_the_name_is_first() {
        assert_eq!((keys(&usual()), to_keys(&usual())), (USUAL.to_vec(), Vec::new()));
        assert_eq!(of_keys(&[]), usual());
        let chosen = of_keys(&["state".to_owned(), "custom.seats".to_owned(), "state".to_owned(), "Bad!".to_owned()]);
        assert_eq!(keys(&chosen), ["name", "state", "custom.seats"]);
        assert_eq!(of_keys(&to_keys(&chosen)), chosen);
        assert_eq!(fields(&chosen).iter().map(FieldPath::as_str).collect::<Vec<_>>(), ["custom.seats"]);
        assert_eq!(fields(&usual()), []);
    }

    #[test]
    fn every_field_in_use_can_be_a_column_once() {
        let in_use =
            ["custom.seats", "region", "phones.+8613800138000", "tags.清真", "hours.mo", "name", "phones.primary"];
        let in_use: Vec<FieldPath> = in_use.iter().map(|path| FieldPath::new(*path).unwrap()).collect();
        let all = choosable(&in_use);
        let all = keys(&all);
        assert_eq!(all.iter().filter(|key| **key == "region").count(), 1);
        assert!(all.contains(&"custom.seats") && all.contains(&"phones") && all.contains(&"tags"), "{all:?}");
        assert!(!all.iter().any(|key| key.starts_with("phones.") || key.starts_with("hours.")), "{all:?}");
    }

    #[test]
    fn where_there_is_no_room_the_address_goes_first_and_name_and_state_stay() {
        assert_eq!(keys(&fitting(&usual(), 2_000.0, false)), USUAL);
        assert_eq!(
            keys(&fitting(&usual(), 832.0, false)),
            ["name", "merchant_id", "category", "today", "state", "updated"]
        );
        assert_eq!(keys(&fitting(&usual(), 544.0, false)), ["name", "today", "state"]);
        assert_eq!(keys(&fitting(&usual(), 10.0, false)), ["name", "state"]);
        assert_eq!(keys(&fitting(&usual(), 10.0, true)), USUAL, "what somebody chose stays");
    }

    #[test]
    fn what_has_an_order_can_be_sorted() {
        let sort = |key: &str| Column::of(key).unwrap().sort();
        assert_eq!(sort("address"), Some(StoreSort::Address));
        assert_eq!((sort("tags"), sort("today"), sort("state")), (None, None, None));
        assert_eq!(sort("custom.seats"), Some(StoreSort::Field(FieldPath::new("custom.seats").unwrap())));
    }
}
