//! Numbers that a workbook shows with zeros in front, `000042` of 42: a code is what people see.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::hidden::attribute;

/// The most digits that are shown so.
const DIGITS_MAX: usize = 18;
/// The most formats and styles of a workbook.
const STYLES_MAX: usize = 100_000;

/// The styles of a workbook that show whole numbers with so many digits; nothing for all others.
#[derive(Debug, Default)]
pub(super) struct Styles(Vec<Option<usize>>);

/// The columns of a sheet, from 0, all of whose numbers are shown with so many digits.
#[derive(Debug, Default)]
pub(super) struct Padded(BTreeMap<u32, usize>);

/// `000000`, before what is said of negative numbers and texts.
fn digits(format: &str) -> Option<usize> {
    let positive = format.split(';').next().unwrap_or_default();
    let is_it = (2..=DIGITS_MAX).contains(&positive.len()) && positive.bytes().all(|byte| byte == b'0');
    is_it.then_some(positive.len())
}

/// Reads a part tag by tag until it ends or breaks off: what it says of zeros is worth no refusal.
fn tags(source: impl Read, mut each: impl FnMut(&Event<'_>)) {
    let mut reader = Reader::from_reader(BufReader::new(source));
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) | Err(_) => return,
            Ok(event) => each(&event),
        }
    }
}

impl Styles {
    /// Those of a workbook whose parts were held against limits already.
    pub fn of<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Self {
        let Ok(part) = zip.by_name("xl/styles.xml") else { return Self::default() };
        let (mut formats, mut styles, mut within) = (BTreeMap::new(), Vec::new(), false);
        tags(part, |event| match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "numFmt" if formats.len() < STYLES_MAX => {
                    formats.extend(
                        attribute(tag, "numFmtId").zip(attribute(tag, "formatCode").and_then(|code| digits(&code))),
                    );
                }
                "cellXfs" => within = true,
                "xf" if within && styles.len() < STYLES_MAX => {
                    styles.push(attribute(tag, "numFmtId").and_then(|id| formats.get(&id).copied()));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => within = false,
            _ => {}
        });
        Self(styles)
    }

    /// The columns of a sheet, whose part ends so; most workbooks have none, and their sheets are not read for it.
    pub fn columns<R: Read + Seek>(&self, zip: &mut ZipArchive<R>, part: Option<&str>) -> Padded {
        let Some(part) = part.filter(|_| self.0.iter().any(Option::is_some)) else { return Padded::default() };
        let name = zip.file_names().flatten().map(|name| name.into_owned()).find(|name| name.ends_with(part));
        let Some(source) = name.and_then(|name| zip.by_name(&name).ok()) else { return Padded::default() };
        let mut columns: BTreeMap<u32, Option<usize>> = BTreeMap::new();
        let mut cell = None;
        tags(source, |event| {
            let Event::Start(tag) = event else { return };
            match tag.local_name().as_ref() {
                "c" => cell = self.number(tag),
                "v" => {
                    if let Some((column, shown)) = cell.take() {
                        let known = columns.entry(column).or_insert(shown);
                        *known = known.filter(|digits| Some(*digits) == shown);
                    }
                }
                _ => {}
            }
        });
        Padded(columns.into_iter().filter_map(|(column, digits)| Some((column, digits?))).collect())
    }

    /// The column of a cell that holds a number, and how many digits are shown of it.
    fn number(&self, cell: &BytesStart<'_>) -> Option<(u32, Option<usize>)> {
        if attribute(cell, "t").is_some_and(|kind| kind != "n") {
            return None;
        }
        let style = attribute(cell, "s").and_then(|style| style.parse::<usize>().ok());
        Some((column(&attribute(cell, "r")?)?, style.and_then(|style| self.0.get(style).copied().flatten())))
    }
}

/// The column of `AB12`, from 0.
fn column(reference: &str) -> Option<u32> {
    let letters = reference.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters.take(4).fold(0, |number, letter| number * 26 + u32::from(letter - b'A') + 1);
    number.checked_sub(1)
}

impl Padded {
    /// A whole number as it is shown; nothing if it is shown as it is.
    pub fn shown(&self, column: u32, number: &str) -> Option<String> {
        let digits = *self.0.get(&column)?;
        let is_whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_whole && number.len() < digits).then(|| format!("{number:0>digits$}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_alone_are_a_width() {
        for (format, expected) in [
            ("000000", Some(6)),
            ("0000;@", Some(4)),
            ("0", None),
            ("0.00", None),
            ("#,##0", None),
            ("\"SH\"0000", None),
            ("General", None),
        ] {
            assert_eq!(digits(format), expected, "{format}");
        }
        assert_eq!([column("A1"), column("Z9"), column("AB12"), column("7")], [Some(0), Some(25), Some(27), None]);
    }
}
