//! Rows are read while others are judged and saved: some batches ahead, on every core, handed over in order.

use std::sync::{Arc, Mutex, PoisonError};

use domain::edit::Write;
use domain::ipc::ImportRequest;
use domain::profile::Registers;
use domain::{MerchantId, Problem, Value};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::columns::Columns;
use super::likeness::{Keys, Likeness};
use super::reader::RowReader;
use super::report::{self, Undo};
use super::row::{Manner, Row};
use super::rows::{Cells, Rows, Unclosed};
use super::table::{Piece, Seen, Sheet, Table, bad_file};
use crate::cache::NewMerchant;
use crate::error::Result;

/// Batches that are being read or wait to be judged.
const BATCHES_AHEAD: usize = 6;

/// One row that was read, as far as it is judged by it.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub id: Option<MerchantId>,
    /// Of a row without an id: what its id is made of.
    pub identity: Option<Uuid>,
    pub keys: Keys,
    /// How many digits its code has, if it has nothing else and begins with no zero.
    pub digits: usize,
    /// `field:reason`, in the order code, name, address, phone, hours, others.
    pub problems: Vec<String>,
    pub warnings: Vec<String>,
    /// For those who save or print it.
    pub content: Option<Box<Content>>,
    /// It only repeats the header.
    pub is_header: bool,
}

/// What a row says.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub says: Says,
    pub normalised: serde_json::Value,
    pub others: serde_json::Value,
}

/// What a row makes of a merchant.
#[derive(Debug)]
pub(super) enum Says {
    Registers(Registers),
    /// A merchant, should it be new and have this id.
    New(Box<Created>),
}

/// A merchant that a row makes.
#[derive(Debug)]
pub(super) struct Created {
    pub merchant: NewMerchant,
    /// For an undo.
    pub undo: String,
}

impl Default for Says {
    fn default() -> Self {
        Self::Registers(Registers::new())
    }
}

impl Says {
    /// # Errors
    /// None: what was written a moment ago can be read.
    pub fn registers(self) -> Result<Registers> {
        match self {
            Self::Registers(registers) => Ok(registers),
            Self::New(created) => {
                let writes = created.merchant.writes()?;
                Ok(writes.into_iter().map(|write| (write.field, write.value)).collect())
            }
        }
    }
}

impl Created {
    /// # Errors
    /// Only if a value cannot be written as JSON; none can.
    pub fn new(id: MerchantId, registers: Registers) -> Result<Self> {
        let undo = serde_json::to_string(&Undo::Created(report::shown(registers.iter())?))?;
        let writes: Vec<Write> =
            registers.into_iter().map(|(field, value)| Write { field, base_value: Value::NULL, value }).collect();
        Ok(Self { merchant: NewMerchant::new(id, &writes)?, undo })
    }
}

impl Content {
    /// `id` is what the merchant will be called, if it is new and that is known.
    pub fn of(row: &Row<'_>, in_full: bool, id: Option<MerchantId>) -> Self {
        let (normalised, others) = if in_full { (row.normalised(), row.others()) } else { Default::default() };
        let created = id.and_then(|id| Created::new(id, row.registers()).ok());
        let says = created.map_or_else(|| Says::Registers(row.registers()), |created| Says::New(Box::new(created)));
        Self { says, normalised, others }
    }
}

/// Some rows in order; blank ones are nothing.
pub(super) struct Batch {
    pub cells: Rows,
    pub rows: Vec<Option<Read>>,
    /// Length of the longest code of digits only with a zero in front.
    pub zero_padded: usize,
}

/// What rows are read for.
#[derive(Clone, Debug)]
pub(super) struct Purpose {
    /// Where the file comes from.
    pub source: Arc<str>,
    /// The name space of derived ids.
    pub space: Uuid,
    /// Somebody prints what each row says.
    pub in_full: bool,
    /// They are saved.
    pub saves: bool,
}

impl Purpose {
    /// To judge the rows of a file.
    ///
    /// # Errors
    /// `bad_request` if the source has no good name.
    pub fn of(request: &ImportRequest) -> Result<Self> {
        let (source, space) = (request.source.as_str().into(), super::space(&request.source)?);
        Ok(Self { source, space, in_full: false, saves: false })
    }
}

/// The id of a row without one: the same whenever the same store comes from the same source.
pub(super) fn derived_id(source: &str, identity: Uuid) -> std::result::Result<MerchantId, Problem> {
    let short = identity.as_simple().to_string();
    MerchantId::new(format!("{source}-{}", &short[..12]))
}

/// What comes next.
pub(super) enum Ahead {
    /// A sheet begins.
    Sheet(Arc<Sheet>, Columns),
    /// Its next rows.
    Rows(JoinHandle<Batch>),
    /// The end.
    End(Seen),
}

impl Batch {
    pub fn read(cells: Rows, reader: &mut RowReader, purpose: &Purpose) -> Self {
        let mut zero_padded = 0;
        let mut rows = Vec::with_capacity(cells.len());
        for (n, row) in cells.iter().enumerate() {
            zero_padded = zero_padded.max(zero_padded_digits(reader.code(&row)));
            rows.push(match (cells.unclosed(n), row.is_blank()) {
                (Some(unclosed), _) => Some(Read::broken(unclosed)),
                (None, true) => None,
                (None, false) if reader.is_header(&row) => Some(Read::header()),
                (None, false) => Some(Read::new(&row, reader, purpose)),
            });
        }
        Self { cells, rows, zero_padded }
    }
}

pub(super) fn is_digits(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit())
}

/// How many digits a code has, if it has nothing else and begins with a zero.
pub(super) fn zero_padded_digits(code: &str) -> usize {
    if code.starts_with('0') && is_digits(code) { code.len() } else { 0 }
}

impl Read {
    /// A row with a quotation mark that was not closed: nobody knows where its cells end.
    fn broken(unclosed: Unclosed) -> Self {
        let problem = format!("row:unclosed_quote:{}-{}", unclosed.from, unclosed.to);
        Self { problems: vec![problem], ..Self::default() }
    }

    /// The header once more.
    fn header() -> Self {
        Self { is_header: true, warnings: vec!["row:repeated_header".to_owned()], ..Self::default() }
    }

    fn new(cells: &Cells<'_>, reader: &mut RowReader, purpose: &Purpose) -> Self {
        let row = reader.read(cells);
        let is_good = row.problems.is_empty();
        let like = if is_good { row.likeness() } else { Likeness::default() };
        let named = || format!("{}\n{}", like.name, like.address);
        let wants = is_good && (purpose.saves || purpose.in_full);
        let identity = (is_good && row.id.is_none()).then(|| Uuid::new_v5(&purpose.space, named().as_bytes()));
        let keys = if is_good { Keys::new(&row.code, &like).at(row.place) } else { Keys::default() };
        drop(like);
        let id = || row.id.clone().or_else(|| derived_id(&purpose.source, identity?).ok());
        Self {
            keys,
            digits: if !row.code.starts_with('0') && is_digits(&row.code) { row.code.len() } else { 0 },
            content: wants.then(|| Box::new(Content::of(&row, purpose.in_full, id().filter(|_| purpose.saves)))),
            identity,
            id: row.id,
            problems: row.problems,
            warnings: row.warnings,
            is_header: false,
        }
    }
}

/// Readers that nobody uses at the moment; each remembers cells of its own.
#[derive(Clone)]
struct Readers {
    columns: Arc<Columns>,
    manner: Manner,
    idle: Arc<Mutex<Vec<RowReader>>>,
}

impl Readers {
    fn new(columns: &Columns, manner: Manner) -> Self {
        Self { columns: Arc::new(columns.clone()), manner, idle: Arc::default() }
    }

    fn read(&self, cells: Rows, purpose: &Purpose) -> Batch {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let mut reader = waiting.unwrap_or_else(|| RowReader::new(&self.columns, self.manner.clone()));
        let batch = Batch::read(cells, &mut reader, purpose);
        idle().push(reader);
        batch
    }
}

/// Reads a table from its beginning. `columns` says where a sheet's columns go. Whoever drops the receiver ends it.
pub(super) fn read(
    mut table: Table,
    columns: impl Fn(&Sheet) -> Result<Columns> + Send + 'static,
    manner: Manner,
    purpose: Purpose,
) -> mpsc::Receiver<Result<Ahead>> {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    tokio::spawn(async move {
        let mut readers = Readers::new(&Columns::default(), manner.clone());
        loop {
            let next = match table.next().await {
                Ok(Some(Piece::Sheet(sheet))) => columns(&sheet).map(|columns| {
                    readers = Readers::new(&columns, manner.clone());
                    Ahead::Sheet(sheet, columns)
                }),
                Ok(Some(Piece::Rows(rows))) => {
                    let (readers, purpose) = (readers.clone(), purpose.clone());
                    Ok(Ahead::Rows(tokio::task::spawn_blocking(move || readers.read(rows, &purpose))))
                }
                Ok(Some(Piece::End(seen))) => Ok(Ahead::End(seen)),
                Ok(None) => Err(stopped()),
                Err(error) => Err(error),
            };
            let is_last = matches!(next, Err(_) | Ok(Ahead::End(_)));
            if sender.send(next).await.is_err() || is_last {
                return;
            }
        }
    });
    receiver
}

/// The thread that reads ended without an end.
pub(super) fn stopped() -> crate::Error {
    bad_file(
        "this file stopped its reader: rows before it are kept, none behind them was imported; save the file anew and import that",
    )
}
