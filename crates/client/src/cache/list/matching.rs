//! Which rows match: everything that is asked becomes sets of rows, which the index keeps.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::FieldPath;
use domain::ipc::{Condition, MERCHANT_ID, StoreFilter, StoresQuery, Test, UPDATED};
use domain::search::{self, Part, Piece, TOKEN_BITS, Token, Tokens};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, params};

use super::bits::{Bits, Rows};
use super::pending::{Pending, PendingRow};
use crate::cache::{Cache, int, sql};
use crate::error::Result;

/// Values up to here are looked up one by one; of more, all values of the field are read.
const LOOKED_UP_MAX: usize = 64;

/// One thing that is asked.
enum Need {
    /// A piece of text.
    Piece(Piece),
    /// One of these tokens.
    Any(Vec<Tokens>),
    /// None of these.
    None(Vec<Tokens>),
    /// One of these values of a field.
    Values(u16, HashSet<u32>),
    /// One of these rows.
    Rows(Rows),
}

/// All that is asked.
pub(super) struct Needs<'q> {
    needs: Vec<Need>,
    /// What rows that are not indexed are asked.
    pieces: Vec<Piece>,
    conditions: Vec<&'q Condition>,
    /// What the index only says roughly.
    rough: Vec<&'q Condition>,
    /// Can nothing match?
    is_vain: bool,
}

/// The key of a token in a chunk.
pub(super) fn key(chunk: usize, token: u64) -> i64 {
    int(((chunk as u64) << TOKEN_BITS) | token)
}

/// The token of such a key.
pub(super) fn token(key: i64) -> Token {
    Token::from_number(key.cast_unsigned() & ((1 << TOKEN_BITS) - 1))
}

/// What is kept for each token, by ranges of keys.
pub(super) struct Postings<'t>(CachedStatement<'t>);

impl<'t> Postings<'t> {
    pub fn of(tx: &'t Connection) -> Result<Self> {
        Ok(Self(tx.prepare_cached(sql!("list/postings"))?))
    }

    /// Calls with each token in a range that is kept in a chunk, and its rows.
    pub fn each(&mut self, chunk: usize, (from, to): (u64, u64), mut each: impl FnMut(Token, &[u8])) -> Result<()> {
        let mut rows = self.0.query([key(chunk, from), key(chunk, to)])?;
        while let Some(row) = rows.next()? {
            each(token(row.get(0)?), row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
        }
        Ok(())
    }

    fn add(&mut self, chunk: usize, tokens: &Tokens, bits: &mut Bits) -> Result<()> {
        self.each(chunk, tokens.bounds(), |token, kept| {
            if tokens.has(token) {
                bits.add(kept);
            }
        })
    }

    fn any(&mut self, chunk: usize, of: &[Tokens]) -> Result<Bits> {
        let mut bits = Bits::NONE;
        for tokens in of {
            self.add(chunk, tokens, &mut bits)?;
        }
        Ok(bits)
    }

    fn piece(&mut self, chunk: usize, piece: &Piece) -> Result<Bits> {
        let mut found = Bits::NONE;
        // Ways to read the same letters have most tokens in common.
        let mut known: Vec<(&Tokens, Bits)> = Vec::new();
        for way in &piece.ways {
            let mut all: Option<Bits> = None;
            for tokens in way {
                let at = match known.iter().position(|(known, _)| *known == tokens) {
                    Some(at) => at,
                    None => {
                        let mut bits = Bits::NONE;
                        self.add(chunk, tokens, &mut bits)?;
                        known.push((tokens, bits));
                        known.len() - 1
                    }
                };
                let bits = &known[at].1;
                match &mut all {
                    Some(all) => all.and(bits),
                    None => all = Some(bits.clone()),
                }
                if all.as_ref().is_some_and(Bits::is_empty) {
                    break;
                }
            }
            found.or(&all.unwrap_or(Bits::NONE));
        }
        Ok(found)
    }
}

/// The rows that a statement names.
fn rows(tx: &Connection, statement: &str, values: impl Params) -> Result<Rows> {
    let mut statement = tx.prepare_cached(statement)?;
    let mut found = statement.query(values)?;
    let mut rows = Rows::default();
    while let Some(row) = found.next()? {
        rows.insert(row.get(0)?);
    }
    Ok(rows)
}

/// A moment as it is typed in a condition; of a day its beginning.
fn moment_ms(text: &str) -> Option<i64> {
    let instant = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc));
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0).map(|at| at.and_utc());
    instant.ok().or_else(day).map(|at| at.timestamp_millis())
}

impl Cache {
    /// Can a condition on [`UPDATED`] name this moment?
    pub(crate) fn is_moment(text: &str) -> bool {
        moment_ms(text).is_some()
    }
}

/// The number of a field.
pub(super) fn field_number(tx: &Connection, field: &str) -> Result<Option<u16>> {
    let mut select = tx.prepare_cached(sql!("list/field"))?;
    Ok(select.query_row([field], |row| row.get(0)).optional()?)
}

impl<'q> Needs<'q> {
    /// What a list asks; nothing if it leaves nothing out. Conditions on `except` are passed over.
    pub fn of(tx: &Connection, query: &'q StoresQuery, except: Option<&FieldPath>) -> Result<Option<Self>> {
        let mut needs = Self {
            needs: Vec::new(),
            pieces: search::pieces(&query.text),
            conditions: query.conditions.iter().filter(|condition| Some(&condition.field) != except).collect(),
            rough: Vec::new(),
            is_vain: false,
        };
        // Typed, but nothing that could be looked for.
        needs.is_vain = needs.pieces.is_empty() && !query.text.trim().is_empty();
        needs.needs.extend(needs.pieces.iter().cloned().map(Need::Piece));
        match query.filter {
            StoreFilter::All => {}
            StoreFilter::Pending => needs.needs.push(Need::Rows(rows(tx, sql!("own/queued"), [])?)),
            StoreFilter::Conflict => needs.needs.push(Need::Rows(rows(tx, sql!("list/contested"), [])?)),
            StoreFilter::Rejected => needs.needs.push(Need::Rows(rows(tx, sql!("own/rejected"), [])?)),
        }
        for condition in needs.conditions.clone() {
            needs.add(tx, condition)?;
        }
        Ok((needs.is_vain || !needs.needs.is_empty()).then_some(needs))
    }

    fn add(&mut self, tx: &Connection, condition: &'q Condition) -> Result<()> {
        let field = condition.field.as_str();
        match (field, &condition.test) {
            (UPDATED | MERCHANT_ID, Test::Set) => return Ok(()),
            (UPDATED | MERCHANT_ID, Test::NotSet) => {
                self.is_vain = true;
                return Ok(());
            }
            (UPDATED, Test::AtLeast(at)) => return self.updated(tx, moment_ms(at), None),
            (UPDATED, Test::AtMost(at)) => return self.updated(tx, None, moment_ms(at)),
            _ => {}
        }
        if search::is_text(field) {
            return self.add_text(tx, condition);
        }
        let number = field_number(tx, field)?;
        let Some(number) = number else {
            if !matches!(condition.test, Test::NoneOf(_) | Test::NotSet) {
                self.needs.push(Need::Any(Vec::new()));
            } else {
                self.needs.push(Need::None(Vec::new()));
            }
            return Ok(());
        };
        let is_set = || vec![Tokens::only(Token::value(number, 0))];
        let need = match &condition.test {
            Test::Set => Need::Any(is_set()),
            Test::NotSet => Need::None(is_set()),
            Test::AnyOf(of) => any(number, values(tx, number, of)?),
            Test::NoneOf(of) => {
                let of = values(tx, number, of)?;
                Need::None(of.into_iter().map(|value| Tokens::only(Token::value(number, value))).collect())
            }
            Test::Contains(_) | Test::AtLeast(_) | Test::AtMost(_) => {
                let mut of = HashSet::new();
                let mut select = tx.prepare_cached(sql!("list/values"))?;
                let mut found = select.query([number])?;
                while let Some(row) = found.next()? {
                    let value = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                    if condition.holds([value]) {
                        of.insert(row.get(0)?);
                    }
                }
                any(number, of)
            }
        };
        self.needs.push(need);
        Ok(())
    }

    fn updated(&mut self, tx: &Connection, least: Option<i64>, most: Option<i64>) -> Result<()> {
        let values = params![least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX)];
        // A moment that cannot be read is reached by none.
        self.is_vain |= least.is_none() && most.is_none();
        self.needs.push(Need::Rows(rows(tx, sql!("list/updated"), values)?));
        Ok(())
    }

    /// Of free text the index knows the pieces; equality and order are looked at row by row.
    fn add_text(&mut self, tx: &Connection, condition: &'q Condition) -> Result<()> {
        let part = Part::of(condition.field.as_str());
        let is_set = match field_number(tx, condition.field.as_str())? {
            Some(number) => vec![Tokens::only(Token::value(number, 0))],
            None => Vec::new(),
        };
        match &condition.test {
            Test::Set => self.needs.push(Need::Any(is_set)),
            Test::NotSet => self.needs.push(Need::None(is_set)),
            Test::Contains(text) => {
                let pieces = search::pieces_within(text, Some(part));
                self.is_vain |= pieces.is_empty();
                self.needs.extend(pieces.into_iter().map(Need::Piece));
                // Several fields share this part.
                if part == Part::Other {
                    self.rough.push(condition);
                }
            }
            Test::AnyOf(of) if of.len() == 1 => {
                self.needs.extend(search::pieces_within(&of[0], Some(part)).into_iter().map(Need::Piece));
                self.needs.push(Need::Any(is_set));
                self.rough.push(condition);
            }
            Test::NoneOf(_) => {
                self.needs.push(Need::None(Vec::new()));
                self.rough.push(condition);
            }
            Test::AnyOf(_) | Test::AtLeast(_) | Test::AtMost(_) => {
                self.needs.push(Need::Any(is_set));
                self.rough.push(condition);
            }
        }
        Ok(())
    }

    /// The rows that match.
    pub fn rows(&self, tx: &Connection, pending: &Pending) -> Result<Rows> {
        let mut found = Rows::default();
        if self.is_vain {
            return Ok(found);
        }
        let mut postings = Postings::of(tx)?;
        let last: i64 = tx.prepare_cached(sql!("list/last_chunk"))?.query_row([], |row| row.get(0))?;
        let all = [Tokens::only(Token::ALL)];
        for chunk in 0..=usize::try_from(last >> TOKEN_BITS).unwrap_or(0) {
            let mut bits = postings.any(chunk, &all)?;
            if let Some(pending) = pending.set.chunk(chunk) {
                bits.without(pending);
            }
            for need in &self.needs {
                if bits.is_empty() {
                    break;
                }
                narrow(&mut postings, chunk, need, &mut bits)?;
            }
            if !bits.is_empty() {
                found.chunk_mut(chunk).or(&bits);
            }
        }
        if !self.rough.is_empty() {
            let mut words = tx.prepare_cached(sql!("list/words"))?;
            for n in found.clone().iter() {
                let holds = words.query_row([n], |row| {
                    let words = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                    Ok(self.rough.iter().all(|condition| holds(condition, words)))
                });
                if !holds.optional()?.unwrap_or(false) {
                    found.remove(n);
                }
            }
        }
        pending.rows.iter().filter(|row| self.hold(row)).for_each(|row| found.insert(row.n));
        Ok(found)
    }

    /// Does everything hold for a row that is not indexed?
    fn hold(&self, row: &PendingRow) -> bool {
        let of_words = |condition: &&&Condition| !matches!(condition.field.as_str(), UPDATED);
        !row.words.is_empty()
            && self.needs.iter().all(|need| !matches!(need, Need::Rows(rows) if !rows.has(row.n)))
            && self.pieces.iter().all(|piece| row.has_piece(piece))
            && self.conditions.iter().filter(of_words).all(|condition| holds(condition, &row.words))
    }
}

/// Does a condition hold for what a row is found by?
fn holds(condition: &Condition, words: &str) -> bool {
    let of_field = search::entries(words).filter(|(field, _)| *field == condition.field.as_str());
    condition.holds(of_field.map(|(_, value)| value))
}

fn narrow(postings: &mut Postings<'_>, chunk: usize, need: &Need, bits: &mut Bits) -> Result<()> {
    match need {
        Need::Piece(piece) => bits.and(&postings.piece(chunk, piece)?),
        Need::Any(of) => bits.and(&postings.any(chunk, of)?),
        Need::None(of) => bits.without(&postings.any(chunk, of)?),
        Need::Values(field, of) => {
            let mut any = Bits::NONE;
            postings.each(chunk, Tokens::values(*field).bounds(), |token, kept| {
                if of.contains(&token.value_number()) {
                    any.add(kept);
                }
            })?;
            bits.and(&any);
        }
        Need::Rows(rows) => match rows.chunk(chunk) {
            Some(rows) => bits.and(rows),
            None => *bits = Bits::NONE,
        },
    }
    Ok(())
}

fn any(field: u16, of: HashSet<u32>) -> Need {
    if of.len() > LOOKED_UP_MAX {
        return Need::Values(field, of);
    }
    Need::Any(of.into_iter().map(|value| Tokens::only(Token::value(field, value))).collect())
}

/// The numbers of some values of a field, as they are compared.
fn values(tx: &Connection, field: u16, of: &[String]) -> Result<HashSet<u32>> {
    let mut numbers = HashSet::new();
    let mut select = tx.prepare_cached(sql!("list/value_numbers"))?;
    for value in of {
        let found = select.query_map(params![field, domain::text::key(value)], |row| row.get(0))?;
        for number in found {
            numbers.insert(number?);
        }
    }
    Ok(numbers)
}
