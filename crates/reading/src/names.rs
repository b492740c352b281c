//! Do two names mean the same store? By the name alone, and the same from either side.

use domain::text;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::chinese::simplified;

/// What two names say about their stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One store: with one telephone number or address in common a duplicate.
    Same,
    /// Not one store, whatever else is the same.
    Different,
    /// The names alone do not decide.
    Review,
}

impl Verdict {
    /// The verdict as programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Review => "review",
        }
    }
}

/// Between the parts of a key; in no name, because marks go.
const PARTED: &str = "\u{1f}";

/// A name in the form in which names are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Without its branch, blanks and punctuation; in small letters and simplified characters.
    pub brand: String,
    /// `朝阳` of `（朝阳分店）`.
    pub branch: Option<String>,
    /// The branch calls itself the head one.
    pub head: bool,
}

impl Name {
    /// Reads a name.
    pub fn new(name: &str) -> Self {
        let lower = plain(name)
            .unwrap_or_else(|| name.nfkc().collect::<String>().to_lowercase().nfkc().map(simplified).collect());
        let plain = if lower.contains('【') { without_advertising(&lower) } else { lower };
        let plain = if text::has_plain_ends(&plain) {
            &plain
        } else {
            plain.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
        };
        let (brand, branch) = branch(plain).map_or((plain, None), |(brand, branch)| (brand, Some(branch)));
        let (branch, head) = match branch {
            None => (None, false),
            Some(text) => {
                let mut text = letters(text);
                let head = text.ends_with("总店");
                let stem = ["总店", "分店", "店"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(&text);
                text.truncate(stem.len());
                (Some(with_digits(text)), head)
            }
        };
        Self { brand: letters(brand), branch, head }
    }

    /// One text for both, to group equal names by.
    pub fn key(&self) -> String {
        match &self.branch {
            None => self.brand.clone(),
            Some(branch) => [self.brand.as_str(), PARTED, branch, PARTED, if self.head { "总" } else { "" }].concat(),
        }
    }
}

/// A name of usual characters in NFKC, small letters and simplified characters, one by one.
fn plain(name: &str) -> Option<String> {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        out.push(match c {
            // Those that stand in names between the others, and change as little.
            '·' | '、' | '。' | '《' | '》' | '「' | '」' | '【' | '】' | '〔' | '〕' | '–' | '—' | '•' => {
                c
            }
            _ => simplified(text::plain_key(c)?),
        });
    }
    Some(out)
}

/// Compares two names.
pub fn compare(a: &str, b: &str) -> Verdict {
    compare_keys(&Name::new(a).key(), &Name::new(b).key())
}

/// Compares two names by their [`Name::key`].
pub fn compare_keys(a: &str, b: &str) -> Verdict {
    let (a, b) = (Parts::of(a), Parts::of(b));
    if a.brand.is_empty() || b.brand.is_empty() {
        return Verdict::Review;
    }
    let branches = match (a.branch, b.branch) {
        (None, None) => Verdict::Same,
        (Some(x), Some(y)) if x == y => {
            if a.is_head == b.is_head {
                Verdict::Same
            } else {
                Verdict::Review
            }
        }
        (Some(_), Some(_)) => return Verdict::Different,
        _ => Verdict::Review,
    };
    if a.brand == b.brand {
        branches
    } else if is_alike(a.brand, b.brand) {
        Verdict::Review
    } else {
        Verdict::Different
    }
}

/// A key in its parts.
struct Parts<'a> {
    brand: &'a str,
    branch: Option<&'a str>,
    is_head: bool,
}

impl<'a> Parts<'a> {
    fn of(key: &'a str) -> Self {
        let mut parts = key.split(PARTED);
        let brand = parts.next().unwrap_or_default();
        Self { brand, branch: parts.next(), is_head: parts.next().is_some_and(|head| !head.is_empty()) }
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

/// Text in 【】 goes.
fn without_advertising(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, inside)) = rest.split_once('【') {
        let Some((_, after)) = inside.split_once('】') else { break };
        out.push_str(before);
        rest = after;
    }
    out + rest
}

/// The branch at the end: in brackets, or behind a blank, dot or dash.
fn branch(name: &str) -> Option<(&str, &str)> {
    let is_branch = |text: &str| text.ends_with('店') && text.chars().count() > 1;
    if let Some(open) = name.strip_suffix([')', ']', '〕', '》', '」', '>']) {
        let (brand, inside) = open.rsplit_once(['(', '[', '〔', '《', '「', '<'])?;
        let inside = inside.trim();
        return (is_branch(inside) && !brand.trim().is_empty()).then_some((brand, inside));
    }
    let (brand, last) = name.rsplit_once([' ', '·', '・', '•', '-', '–', '—', '/', '|', ',', ':', '_', '~'])?;
    let is_kind = KINDS.contains(&last.trim());
    (is_branch(last.trim()) && !is_kind && !letters(brand).is_empty()).then_some((brand, last.trim()))
}

/// Behind a blank these say what kind of shop it is, not which branch.
const KINDS: [&str; 16] = [
    "饭店",
    "酒店",
    "面店",
    "粉店",
    "便利店",
    "咖啡店",
    "奶茶店",
    "甜品店",
    "火锅店",
    "烧烤店",
    "烤鸭店",
    "小吃店",
    "快餐店",
    "面包店",
    "蛋糕店",
    "水果店",
];

/// Without blanks and punctuation. What is neither stays: a rare character may be all that tells two names apart.
fn letters(text: &str) -> String {
    let is_mark = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || c.is_ascii_punctuation()
            || is_invisible(c)
            || matches!(c, '\u{a0}'..='\u{bf}' | '×' | '÷' | '\u{2000}'..='\u{206f}' | '\u{2190}'..='\u{23ff}' | '\u{2500}'..='\u{27bf}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}' | '\u{30fb}' | '\u{fe10}'..='\u{fe6f}' | '\u{ff01}'..='\u{ff0f}')
                && !matches!(c, 'ª' | 'º' | 'µ' | '²' | '³' | '¹' | '¼'..='¾')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{4e00}'..='\u{9fff}' | '0'..='9' | 'a'..='z' => out.push(c),
            'ß' => out.push_str("ss"),
            _ if is_mark(c) => {}
            _ => out.push(c),
        }
    }
    out
}

/// Chinese numerals as digits: `人民路一` is `人民路1`, `一百零二` is `102`.
fn with_digits(text: String) -> String {
    // Looked for one by one: almost no branch has any.
    if !text.chars().any(|c| is_unit(c) || digit(c).is_some()) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    for run in chars.chunk_by(|a, b| is_numeral(*a) == is_numeral(*b)) {
        match below_thousand(run) {
            Some(value) => out.push_str(&value.to_string()),
            None => run.iter().for_each(|c| match digit(*c) {
                Some(value) => out.push_str(&value.to_string()),
                None => out.push(*c),
            }),
        }
    }
    out
}

fn digit(c: char) -> Option<usize> {
    ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'].iter().position(|d| *d == c)
}

fn is_unit(c: char) -> bool {
    matches!(c, '十' | '百')
}

fn is_numeral(c: char) -> bool {
    is_unit(c) || digit(c).is_some()
}

/// A number in tens and hundreds.
fn below_thousand(numerals: &[char]) -> Option<usize> {
    match numerals {
        [hundreds, '百', rest @ ..] => {
            let rest = match rest {
                [] => 0,
                ['零', one] => digit(*one)?,
                rest => below_thousand(rest).filter(|_| !rest.contains(&'百'))?,
            };
            Some(digit(*hundreds)? * 100 + rest)
        }
        ['十'] => Some(10),
        ['十', one] => digit(*one).map(|one| 10 + one),
        [tens, '十'] => digit(*tens).map(|tens| tens * 10),
        [tens, '十', one] => digit(*tens).zip(digit(*one)).map(|(tens, one)| tens * 10 + one),
        _ => None,
    }
}

/// Alike enough that a person must look: one within the other, one translated, or equal but for accents,
/// numerals and the ending of a company.
fn is_alike(a: &str, b: &str) -> bool {
    let within = |short: &str, long: &str| short.chars().count() >= 2 && long.contains(short);
    if within(a, b) || within(b, a) {
        return true;
    }
    let is_han = |text: &str| text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}'));
    let is_other = |text: &str| text.chars().any(|c| c.is_alphabetic()) && !is_han(text);
    if is_han(a) && is_other(b) || is_other(a) && is_han(b) {
        return true;
    }
    let (a, b) = (loose(a), loose(b));
    a == b || within(&a, &b) || within(&b, &a)
}

/// Without accents, company endings; numerals and number words as digits.
fn loose(brand: &str) -> String {
    let endings = ["股份有限公司", "有限责任公司", "有限公司", "公司", "limited", "ltd", "inc", "llc", "plc"];
    let stem = endings.iter().find_map(|end| brand.strip_suffix(end)).filter(|stem| !stem.is_empty()).unwrap_or(brand);
    let plain: String = stem.nfd().filter(|c| !is_combining_mark(*c)).collect();
    let mut plain = with_digits(plain);
    let words = [
        ("seventeen", "17"),
        ("sixteen", "16"),
        ("fourteen", "14"),
        ("thirteen", "13"),
        ("fifteen", "15"),
        ("eighteen", "18"),
        ("nineteen", "19"),
        ("eleven", "11"),
        ("twelve", "12"),
        ("twenty", "20"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("ten", "10"),
        ("zero", "0"),
    ];
    for (word, digits) in words {
        plain = plain.replace(word, digits);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_short_way_of_usual_names_is_the_long_one(
            name in prop_oneof![any::<String>(), "[一-鿿（）０-９Ａ-ｚ!-~ ·、。《》「」【】〔〕–—•]{0,24}"],
        ) {
            if let Some(short) = plain(&name) {
                let long = name.nfkc().collect::<String>().to_lowercase().nfkc().map(simplified).collect::<String>();
                prop_assert_eq!(short, long);
            }
        }
    }

    #[test]
    fn usual_names_take_the_short_way() {
        for name in ["老王麵館（朝陽店）", "KFC·望京店", "【外卖】张记", "Ｃａｆé"] {
            assert_eq!(plain(name).is_some(), !name.contains('é'), "{name}");
        }
        assert_eq!(plain("老王麵館（ABC）").as_deref(), Some("老王面馆(abc)"));
    }
}
