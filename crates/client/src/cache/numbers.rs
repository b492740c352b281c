//! Which merchants have a telephone number: for an import, which asks that of every row.

use domain::{MerchantId, digest};
use rusqlite::params;

use super::{Cache, json_numbers, pages, sql};
use crate::error::Result;

/// Rows read at a time.
const PAGE: u32 = 1_000;
/// What stands before a number where registers are written.
const FIELD: &str = "\"phones.+";

/// The numbers of all merchants: a number's hash, and where it stands, a record's row or less than nothing for an edit's.
/// Numbers that are gone may be among them: whoever finds a merchant by one looks at what it shows.
#[derive(Debug, Default)]
pub(crate) struct NumberIndex {
    /// Sorted.
    places: Vec<(u64, i64)>,
}

impl NumberIndex {
    /// Where a number stands, as it is stored; at most so many places.
    pub fn of(&self, number: &str, limit: usize) -> impl Iterator<Item = i64> {
        let hash = digest::bytes(number.as_bytes());
        let from = self.places.partition_point(|(other, _)| *other < hash);
        self.places[from..].iter().take_while(move |(other, _)| *other == hash).take(limit).map(|(_, n)| *n)
    }
}

/// The numbers in a record or an edit: reading all of it as JSON would take far longer.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(FIELD)
        .filter_map(|(at, _)| text[at + FIELD.len() - 1..].split_once('"').map(|(number, _)| number))
}

impl Cache {
    /// The numbers of all merchants.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn number_index(&self) -> Result<NumberIndex> {
        let mut index = NumberIndex::default();
        for (sql, sign) in [(sql!("imports/numbers_of_records"), 1), (sql!("imports/numbers_of_edits"), -1)] {
            let mut after = 0;
            loop {
                let (last, found) = self.numbers_behind(sql, after, sign).await?;
                index.places.extend(found);
                if last == after {
                    break;
                }
                after = last;
            }
        }
        index.places.sort_unstable();
        index.places.dedup();
        Ok(index)
    }

    async fn numbers_behind(&self, sql: &'static str, after: i64, sign: i64) -> Result<(i64, Vec<(u64, i64)>)> {
        self.direct
            .read(move |tx| {
                let mut select = tx.prepare_cached(sql)?;
                let mut rows = select.query(params![after, PAGE])?;
                let (mut last, mut found) = (after, Vec::new());
                while let Some(row) = rows.next()? {
                    last = row.get(0)?;
                    let text = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                    found.extend(numbers(text).map(|number| (digest::bytes(number.as_bytes()), sign * last)));
                }
                Ok((last, found))
            })
            .await
    }

    /// The merchants whose numbers stand in some places.
    ///
    /// # Errors
    /// `storage`.
    pub(crate) async fn having_numbers(&self, places: impl IntoIterator<Item = i64>) -> Result<Vec<MerchantId>> {
        let list = json_numbers(places);
        self.direct.read(move |tx| pages::merchants(tx, sql!("imports/having_numbers"), [list])).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_what_is_stored() {
        let text =
            r#"{"phones.+8613800138000":{},"phones.+861062561234;ext=801":1,"phones.primary":"+86139"} "phones.+1"#;
        assert_eq!(numbers(text).collect::<Vec<_>>(), ["+8613800138000", "+861062561234;ext=801"]);
        let index = NumberIndex { places: vec![(digest::bytes(b"+861"), -2), (digest::bytes(b"+861"), 3)] };
        assert_eq!((index.of("+861", 9).count(), index.of("+861", 1).count(), index.of("+862", 9).count()), (2, 1, 0));
    }
}
