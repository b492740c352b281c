//! Telephone numbers of the shapes that most cells have, read without asking the tables each time.

use std::borrow::Cow;
use std::collections::HashMap;

use reading::phones::{self, Phone};

/// Eleven digits that are a mobile number of mainland China for certain, which most cells are: the tables behind
/// [`phones::read`] need not be asked. Blocks of these prefixes are wholly in use (metadata of libphonenumber).
pub(super) fn plain_mobile(cell: &str) -> Option<Phone> {
    // Written 138 0013 8000 or 138-0013-8000.
    let grouped = match cell.as_bytes() {
        [_, _, _, first @ (b' ' | b'-'), _, _, _, _, second, _, _, _, _] => first == second,
        _ => false,
    };
    let digits: Cow<'_, str> = if grouped { cell.replace([' ', '-'], "").into() } else { cell.into() };
    let bytes = digits.as_bytes();
    let whole = matches!(bytes, [b'1', b'3' | b'8', ..] | [b'1', b'5' | b'9', b'0'..=b'3' | b'5'..=b'9', ..]);
    let is_mobile = whole && bytes.len() == 11 && bytes.iter().all(u8::is_ascii_digit);
    is_mobile.then(|| Phone {
        e164: Some(format!("+86{digits}")),
        ext: None,
        service: None,
        kind: phones::Kind::Mobile,
    })
}

/// Blocks of a thousand fixed lines that were looked up: no plan of numbers is finer.
#[derive(Default)]
pub(super) struct FixedLines {
    blocks: HashMap<String, bool>,
}

/// Blocks that are remembered.
const BLOCKS_MAX: usize = 65_536;

impl FixedLines {
    /// A Chinese fixed line with its area code, `010-62561234`, and nothing else; the tables are asked once a block.
    pub fn read(&mut self, cell: &str) -> Option<Phone> {
        let area = cell.bytes().take_while(u8::is_ascii_digit).count();
        let (first, rest) = cell.split_once('-')?;
        let is_line = first.starts_with('0')
            && matches!(area, 3 | 4)
            && matches!(rest.len(), 7 | 8)
            && rest.bytes().all(|byte| byte.is_ascii_digit());
        if !is_line {
            return None;
        }
        let e164 = format!("+86{}{rest}", &first[1..]);
        let fixed = Phone { e164: Some(e164), ext: None, service: None, kind: phones::Kind::Fixed };
        let block = &cell[..cell.len() - 3];
        let known = match self.blocks.get(block) {
            Some(known) => *known,
            None => {
                let found =
                    phones::read(cell, None).is_ok_and(|found| found.note.is_none() && found.phones == [fixed.clone()]);
                if self.blocks.len() < BLOCKS_MAX {
                    self.blocks.insert(block.to_owned(), found);
                }
                found
            }
        };
        known.then_some(fixed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_says_what_the_long_one_says() {
        let mut taken = 0;
        for prefix in 100..200 {
            let digits = format!("{prefix}12345678");
            if let Some(phone) = plain_mobile(&digits) {
                assert_eq!(phones::read(&digits, None).unwrap().phones, std::slice::from_ref(&phone), "{digits}");
                for grouped in [format!("{prefix} 1234 5678"), format!("{prefix}-1234-5678")] {
                    assert_eq!(plain_mobile(&grouped), Some(phone.clone()));
                    assert_eq!(phones::read(&grouped, None).unwrap().phones, std::slice::from_ref(&phone), "{grouped}");
                }
                taken += 1;
            }
        }
        assert!(taken > 30, "{taken}");
        for other in [
            "1381234567",
            "138123456789",
            "13812a45678",
            "12345678901",
            "",
            "15412345678",
            "138 1234-5678",
            "138 12 345678",
        ] {
            assert_eq!(plain_mobile(other), None, "{other}");
        }
    }

    #[test]
    fn a_block_of_fixed_lines_is_one() {
        let mut lines = FixedLines::default();
        let mut taken = 0;
        for area in ["010", "021", "0755", "0571", "0999", "0138", "0532", "0898", "0012"] {
            for subscriber in (1_000_000..99_999_999_u32).step_by(1_237_111) {
                for last in [0, 7, 118, 999] {
                    let cell = format!("{area}-{}", subscriber / 1000 * 1000 + last);
                    let Some(phone) = lines.read(&cell) else { continue };
                    assert_eq!(phones::read(&cell, None).unwrap().phones, [phone], "{cell}");
                    taken += 1;
                }
            }
        }
        assert!(taken > 500, "{taken}");
        for other in ["010-6256123", "010 62561234", "010-62561234-8", "13800138000", "010-6256123a"] {
            let read = lines.read(other);
            assert!(read.is_none() || phones::read(other, None).is_ok(), "{other}");
        }
    }
}
