//! Quotation marks behind blanks, as some programs write them: `a, "b, c"`.

/// Bytes that decide are not read yet.
pub(super) struct NotThere;

/// Where the mark stands that opens a cell behind its blanks: only if it is closed in its line and nothing but blanks
/// stands behind that. Otherwise it is a character of the cell, as a mark for inches is.
///
/// # Errors
/// If more bytes are needed to say so.
pub(super) fn behind_blanks(
    bytes: &[u8],
    start: usize,
    at_end: bool,
    delimiter: u8,
) -> Result<Option<usize>, NotThere> {
    if delimiter == b' ' {
        return Ok(None);
    }
    let byte = |at: usize| match bytes.get(at) {
        None if !at_end => Err(NotThere),
        other => Ok(other.copied()),
    };
    let behind = |mut at: usize| {
        while byte(at)? == Some(b' ') {
            at += 1;
        }
        Ok(at)
    };
    let mark = behind(start)?;
    if byte(mark)? != Some(b'"') {
        return Ok(None);
    }
    let mut at = mark + 1;
    loop {
        match byte(at)? {
            None | Some(b'\n' | b'\r') => return Ok(None),
            Some(b'"') if byte(at + 1)? == Some(b'"') => at += 2,
            Some(b'"') => break,
            Some(_) => at += 1,
        }
    }
    let next = byte(behind(at + 1)?)?;
    let ends = next.is_none_or(|byte| byte == delimiter || matches!(byte, b'\n' | b'\r'));
    Ok(ends.then_some(mark))
}
