//! Which values fields have among the rows of a list, and which fields are in use.

use std::collections::HashMap;

use domain::FieldPath;
use domain::ipc::{COLUMNS_MAX, FACET_VALUES_MAX, Facet, FacetValue, Facets, FacetsQuery, StoresQuery};
use domain::problem::ErrorCode;
use domain::search::{self, TOKEN_BITS, Token, Tokens};
use rusqlite::{OptionalExtension, params};

use super::Moment;
use super::bits::{Bits, Rows};
use super::matching::{Postings, field_number};
use super::stores::plain;
use crate::cache::{Cache, count, sql};
use crate::error::{Error, Result};

/// Rows up to which each is looked at; of more the index counts.
const LOOKED_AT_MAX: u64 = 2_000;
/// Values of one field that are counted; of more the ones that are most frequent among all merchants.
const COUNTED_MAX: i64 = 500;

impl Moment<'_> {
    fn facets(&mut self, asked: &FacetsQuery) -> Result<Facets> {
        let all = self.all()?;
        let query = plain(&asked.query);
        let matching = self.matching(&query, None)?;
        let total = matching.as_ref().map_or(all, Rows::count);
        let mut fields = Vec::with_capacity(asked.fields.len());
        for field in &asked.fields {
            let has_own = query.conditions.iter().any(|condition| condition.field == *field);
            let others = if has_own { self.matching(&query, Some(field))? } else { None };
            let rows = if has_own { others.as_ref() } else { matching.as_ref() };
            fields.push(self.facet(field, rows)?);
        }
        Ok(Facets { total, fields })
    }

    fn facet(&self, field: &FieldPath, rows: Option<&Rows>) -> Result<Facet> {
        let mut counts: HashMap<String, i64> = HashMap::new();
        let mut more = false;
        match rows {
            Some(rows) if search::is_text(field.as_str()) || rows.count() <= LOOKED_AT_MAX => {
                let mut words = self.tx.prepare_cached(sql!("list/words_now"))?;
                more = rows.count() > LOOKED_AT_MAX;
                for n in rows.iter().take(LOOKED_AT_MAX as usize) {
                    let words: String = words.query_row([n], |row| row.get(0))?;
                    add(&mut counts, field, &words, 1);
                }
            }
            // Nearly every merchant has another: nothing to choose from.
            None if search::is_text(field.as_str()) => more = true,
            _ => {
                if let Some(number) = field_number(&self.tx, field.as_str())? {
                    more = self.counted(number, rows, &mut counts)?;
                }
                // The index is of what the rows were.
                let mut indexed = self.tx.prepare_cached(sql!("list/words"))?;
                for row in &self.memory.pending.rows {
                    if rows.is_none() {
                        let before: Option<String> = indexed.query_row([row.n], |row| row.get(0)).optional()?;
                        add(&mut counts, field, &before.unwrap_or_default(), -1);
                    }
                    if rows.is_none_or(|rows| rows.has(row.n)) {
                        add(&mut counts, field, &row.words, 1);
                    }
                }
            }
        }
        let mut values: Vec<FacetValue> = counts
            .into_iter()
            .filter(|(_, rows)| *rows > 0)
            .map(|(value, rows)| FacetValue { value, count: count(rows) })
            .collect();
        values.sort_unstable_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
        more |= values.len() > FACET_VALUES_MAX;
        values.truncate(FACET_VALUES_MAX);
        Ok(Facet { field: field.clone(), values, more })
    }

    /// Counts what the index says. Returns whether there are values that were not counted.
    fn counted(&self, field: u16, rows: Option<&Rows>, counts: &mut HashMap<String, i64>) -> Result<bool> {
        let mut select = self.tx.prepare_cached(sql!("list/frequent"))?;
        let found = select.query_map(params![field, COUNTED_MAX + 1], |row| {
            Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
        })?;
        let mut values = found.collect::<rusqlite::Result<Vec<_>>>()?;
        let more = values.len() as i64 > COUNTED_MAX;
        let Some(rows) = rows else {
            counts.extend(values.into_iter().map(|(_, value, rows)| (value, rows)));
            return Ok(more);
        };
        let mut postings = Postings::of(&self.tx)?;
        let mut numbers: HashMap<u32, i64> = values.iter().map(|(number, ..)| (*number, 0)).collect();
        let last: i64 = self.tx.prepare_cached(sql!("list/last_chunk"))?.query_row([], |row| row.get(0))?;
        let unindexed = |chunk, bits: &Bits| {
            let mut bits = bits.clone();
            if let Some(pending) = self.memory.pending.set.chunk(chunk) {
                bits.without(pending);
            }
            bits
        };
        for chunk in 0..=usize::try_from(last >> TOKEN_BITS).unwrap_or(0) {
            let Some(bits) = rows.chunk(chunk).filter(|bits| !bits.is_empty()) else { continue };
            let bits = unindexed(chunk, bits);
            let mut tally = |token: Token, kept: &[u8]| {
                if let Some(rows) = numbers.get_mut(&token.value_number()) {
                    *rows += bits.count_among(kept).cast_signed();
                }
            };
            if more {
                for (number, ..) in &values {
                    let one = Tokens::only(Token::value(field, *number));
                    postings.each(chunk, one.bounds(), &mut tally)?;
                }
            } else {
                postings.each(chunk, Tokens::values(field).bounds(), &mut tally)?;
            }
        }
        counts.extend(values.drain(..).map(|(number, value, _)| (value, numbers.get(&number).copied().unwrap_or(0))));
        Ok(more)
    }
}

fn add(counts: &mut HashMap<String, i64>, field: &FieldPath, words: &str, rows: i64) {
    for (_, value) in search::entries(words).filter(|(name, _)| *name == field.as_str()) {
        match counts.get_mut(value) {
            Some(count) => *count += rows,
            None => {
                counts.insert(value.to_owned(), rows);
            }
        }
    }
}

impl Cache {
    /// Values of fields among the rows of a list.
    ///
    /// # Errors
    /// `bad_request` for too much at once, `storage`.
    pub async fn facets(&self, asked: &FacetsQuery) -> Result<Facets> {
        asked.query.check()?;
        if asked.fields.len() > COLUMNS_MAX {
            return Err(Error::new(ErrorCode::BadRequest, format!("at most {COLUMNS_MAX} fields: leave some out")));
        }
        let asked = FacetsQuery { query: StoresQuery { columns: Vec::new(), ..asked.query.clone() }, ..asked.clone() };
        self.lists.read(move |moment| moment.facets(&asked)).await
    }

    /// Fields in use by which the list can be filtered and ordered, in the order of their paths.
    ///
    /// # Errors
    /// `storage`.
    pub async fn fields(&self) -> Result<Vec<FieldPath>> {
        let read = |moment: &mut Moment<'_>| {
            moment.pending()?;
            let mut select = moment.tx.prepare_cached(sql!("list/fields"))?;
            let found = select.query_map([], |row| row.get::<_, String>(0))?;
            let mut fields = found.collect::<rusqlite::Result<std::collections::BTreeSet<_>>>()?;
            for row in &moment.memory.pending.rows {
                fields.extend(search::entries(&row.words).map(|(field, _)| field.to_owned()));
            }
            fields.into_iter().map(|field| Ok(FieldPath::new(field)?)).collect()
        };
        self.lists.read(read).await
    }
}
