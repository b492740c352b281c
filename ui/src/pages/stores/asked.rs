//! What the list is asked: text, conditions and order. Pure.

use domain::FieldPath;
use domain::ipc::{Condition, StoreFilter, StoreSort, StoresQuery, Test};

use super::model::PAGE_ROWS;

/// The question for one page.
pub fn page(query: &StoresQuery, page: u64) -> StoresQuery {
    let mut columns = query.columns.clone();
    // Whoever types digits may mean a telephone number: the row says which one it was.
    if query.text.bytes().any(|byte| byte.is_ascii_digit()) {
        columns.extend(FieldPath::new("phones").ok().filter(|phones| !columns.contains(phones)));
    }
    StoresQuery {
        text: query.text.trim().to_owned(),
        columns,
        offset: page * PAGE_ROWS,
        limit: u32::try_from(PAGE_ROWS).unwrap_or(u32::MAX),
        ..query.clone()
    }
}

/// Does it leave anything out?
pub fn narrows(query: &StoresQuery) -> bool {
    !query.text.trim().is_empty() || query.filter != StoreFilter::All || !query.conditions.is_empty()
}

/// The same without filters.
pub fn widened(query: &StoresQuery) -> StoresQuery {
    StoresQuery {
        sort: query.sort.clone(),
        descending: query.descending,
        columns: query.columns.clone(),
        ..StoresQuery::default()
    }
}

/// Do two questions find the same stores in the same order?
pub fn finds_the_same(one: &StoresQuery, other: &StoresQuery) -> bool {
    StoresQuery { columns: Vec::new(), ..one.clone() } == StoresQuery { columns: Vec::new(), ..other.clone() }
}

/// A heading was pressed: order by it, or turn the order round.
pub fn sort_by(query: &mut StoresQuery, sort: StoreSort) {
    query.descending = query.sort == sort && !query.descending;
    query.sort = sort;
}

/// For `aria-sort`. "Changed" starts with the newest.
pub fn aria_sort(query: &StoresQuery, sort: &StoreSort) -> Option<&'static str> {
    (query.sort == *sort).then_some(if query.descending == (*sort == StoreSort::Updated) {
        "ascending"
    } else {
        "descending"
    })
}

/// The condition on a field, if there is one.
pub fn condition<'q>(query: &'q StoresQuery, field: &FieldPath) -> Option<&'q Test> {
    query.conditions.iter().find(|condition| condition.field == *field).map(|condition| &condition.test)
}

/// Sets the condition on a field, in its place; nothing takes it away.
pub fn set_condition(query: &mut StoresQuery, field: &FieldPath, test: Option<Test>) {
    let place = query.conditions.iter().position(|condition| condition.field == *field);
    match (place, test) {
        (Some(place), Some(test)) => query.conditions[place].test = test,
        (Some(place), None) => {
            query.conditions.remove(place);
        }
        (None, Some(test)) => query.conditions.push(Condition { field: field.clone(), test }),
        (None, None) => {}
    }
}

/// As the address has it; nothing for the list as it is at first. Columns are no part of it.
pub fn to_address(query: &StoresQuery) -> String {
    let plain = StoresQuery { columns: Vec::new(), offset: 0, limit: 0, ..query.clone() };
    if plain == StoresQuery::default() {
        return String::new();
    }
    let mut json = serde_json::to_value(&plain).unwrap_or_default();
    if let Some(parts) = json.as_object_mut() {
        let dull = serde_json::to_value(StoresQuery::default()).unwrap_or_default();
        parts.retain(|name, value| dull.get(name) != Some(&*value));
    }
    json.to_string()
}

/// From an address; one that cannot be read is the list as it is at first.
pub fn of_address(text: &str, columns: &[FieldPath]) -> StoresQuery {
    let query: StoresQuery = serde_json::from_str(text).unwrap_or_default();
    let query = if query.check().is_ok() { query } else { StoresQuery::default() };
    StoresQuery { columns: columns.to_vec(), offset: 0, limit: 0, ..query }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str) -> FieldPath {
        FieldPath::new(path).unwrap()
    }

    #[test]
    fn headings_turn_the_order_round() {
        let mut query = StoresQuery::default();
        assert_eq!(aria_sort(&query, &StoreSort::Updated), Some("descending"));
        sort_by(&mut query, StoreSort::Name);
        assert_eq!(aria_sort(&query, &StoreSort::Name), Some("ascending"));
        assert_eq!(aria_sort(&query, &StoreSort::Updated), None);
        sort_by(&mut query, StoreSort::Name);
        assert_eq!(aria_sort(&query, &StoreSort::Name), Some("descending"));
        let seats = StoreSort::Field(field("custom.seats"));
        sort_by(&mut query, seats.clone());
        assert_eq!(aria_sort(&query, &seats), Some("ascending"));
        sort_by(&mut query, StoreSort::Updated);
        assert_eq!(aria_sort(&query, &StoreSort::Updated), Some("descending"));
    }

    #[test]
    fn a_field_has_one_condition_that_keeps_its_place() {
        let mut query = StoresQuery::default();
        set_condition(&mut query, &field("status"), Some(Test::AnyOf(vec!["open".to_owned()])));
        set_condition(&mut query, &field("region"), Some(Test::Set));
        set_condition(&mut query, &field("status"), Some(Test::NotSet));
        let fields: Vec<&str> = query.conditions.iter().map(|condition| condition.field.as_str()).collect();
        assert_eq!((fields, condition(&query, &field("status"))), (vec!["status", "region"], Some(&Test::NotSet)));
        assert!(narrows(&query));
        set_condition(&mut query, &field("status"), None);
        set_condition(&mut query, &field("region"), None);
        set_condition(&mut query, &field("region"), None);
        assert!(!narrows(&query));
    }

    #[test]
    fn an_address_leads_back_to_the_same_list() {
        let mut query = StoresQuery { text: "美味 & 100%".to_owned(), descending: true, ..StoresQuery::default() };
        query.sort = StoreSort::Field(field("custom.seats"));
        set_condition(&mut query, &field("tags"), Some(Test::NoneOf(vec!["外卖".to_owned()])));
        query.columns = vec![field("region")];
        let address = to_address(&query);
        assert!(!address.contains("region") && !address.contains("offset"), "{address}");
        assert_eq!(of_address(&address, &query.columns), query);
        assert!(finds_the_same(&of_address(&address, &[]), &query));
        assert_eq!(to_address(&StoresQuery { columns: vec![field("region")], ..StoresQuery::default() }), "");
        assert_eq!(of_address("{nonsense", &[]), StoresQuery::default());
        let many: Vec<String> = (0..99).map(|n| format!("{{\"field\":\"custom.f{n}\",\"test\":\"set\"}}")).collect();
        assert_eq!(of_address(&format!("{{\"conditions\":[{}]}}", many.join(",")), &[]), StoresQuery::default());
    }
}
