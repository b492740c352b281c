//! One spelling for a text: half width, small letters, simplified characters, one kind of dash. Character by
//! character, so that every part can still be shown as it was typed.

use domain::text::is_invisible;
use unicode_normalization::UnicodeNormalization;

use crate::chinese::simplified;

/// A text, as typed (NFKC) and in one spelling; both have the same length.
pub(super) struct Spelling {
    pub typed: Vec<char>,
    pub plain: Vec<char>,
}

impl Spelling {
    pub fn new(text: &str) -> Self {
        let typed: Vec<char> = text.chars().map(before_nfkc).nfkc().filter(|c| !is_invisible(*c)).collect();
        let plain = typed.iter().map(|c| plain(*c)).collect();
        Self { typed, plain }
    }

    /// What was typed between two positions.
    pub fn part(&self, from: usize, to: usize) -> String {
        self.typed[from..to].iter().collect()
    }
}

/// What NFKC makes two full stops of is a colon to who types it.
fn before_nfkc(c: char) -> char {
    if c == '\u{fe30}' { ':' } else { c }
}

fn plain(c: char) -> char {
    match c {
        '–' | '—' | '―' | '─' | '━' | '~' | '〜' | '∼' | '∽' | '−' | '‐' | '‑' | '‒' | '→' | '➝' | '⁓' | '˜' | 'ー' => {
            '-'
        }
        '：' | '∶' | 'ː' => ':',
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => '\n',
        '’' | '‘' | '`' | '´' => '\'',
        '“' | '”' | '„' => '"',
        '〔' | '【' | '{' | '［' | '〈' | '《' | '「' => '(',
        '〕' | '】' | '}' | '］' | '〉' | '》' | '」' => ')',
        c if c.is_whitespace() || c.is_control() => ' ',
        c => {
            let mut lower = c.to_lowercase();
            let first = lower.next().unwrap_or(c);
            simplified(if lower.next().is_some() { c } else { first })
        }
    }
}
