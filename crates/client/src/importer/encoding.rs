//! Which encoding a text has, and reading it as UTF-8.

use std::io::{self, Read};

use encoding_rs::{
    BIG5, CoderResult, Decoder, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};

use crate::error::{Error, Result};
use domain::problem::ErrorCode;

/// Bytes decoded at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// An encoding, and whether the text begins with its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub encoding: &'static Encoding,
    /// Length of the byte order mark.
    pub mark_bytes: usize,
}

impl Found {
    /// The name in reports: what decodes GBK reads GB18030.
    pub fn name(&self) -> &'static str {
        self.encoding.name()
    }
}

/// By name, as a person writes it.
///
/// # Errors
/// `bad_request` for a name that is none.
pub(super) fn named(name: &str) -> Result<&'static Encoding> {
    let found = Encoding::for_label_no_replacement(name.trim().as_bytes());
    let whole = found.map(|encoding| if encoding == encoding_rs::GBK { GB18030 } else { encoding });
    whole.ok_or_else(|| {
        let title =
            format!("--encoding {name}: no such encoding; write UTF-8, UTF-16LE, GB18030, Big5, windows-1252, …");
        Error::new(ErrorCode::BadRequest, title)
    })
}

/// The mark of UTF-32, least byte first.
pub(super) const UTF_32_MARK: [u8; 4] = [0xff, 0xfe, 0, 0];

/// Finds the encoding of a text by its first bytes; nothing if they are no text. `whole`: these are all bytes.
pub(super) fn detect(head: &[u8], whole: bool) -> Option<Found> {
    // Its mark begins with that of UTF-16.
    if head.starts_with(&UTF_32_MARK) {
        return None;
    }
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(head) {
        return Some(Found { encoding, mark_bytes });
    }
    let plain = |encoding| Some(Found { encoding, mark_bytes: 0 });
    let nuls = head.iter().filter(|byte| **byte == 0).count();
    let wide = if nuls > 0 { utf_16(head) } else { None };
    if let Some(encoding) = wide {
        return plain(encoding);
    }
    if is_nearly_utf_8(head, whole) {
        // A few of them are damage, many are no text.
        return plain(UTF_8).filter(|_| nuls * NULS_SHARE <= head.len());
    }
    if nuls > 0 { None } else { plain(of_a_country(head, whole)) }
}

/// One NUL in so many bytes is damage.
const NULS_SHARE: usize = 20;
/// One character in so many may be damaged.
const DAMAGED_SHARE: usize = 5;

/// Is it UTF-8, but for a few bytes that somebody damaged? Texts of other encodings are hardly ever, by chance, for the
/// length of a few characters.
fn is_nearly_utf_8(head: &[u8], whole: bool) -> bool {
    let (mut characters, mut damaged, mut rest) = (0, 0, head);
    while let Err(error) = simdutf8::compat::from_utf8(rest) {
        let (valid, broken) = rest.split_at(error.valid_up_to());
        characters += valid.iter().filter(|byte| **byte >= 0xc0).count();
        // A character may be cut at the end of the first bytes.
        let Some(length) = error.error_len() else {
            damaged += usize::from(whole);
            rest = &[];
            break;
        };
        damaged += 1;
        rest = &broken[length..];
        if damaged > ENOUGH_DAMAGED && damaged > characters {
            return false;
        }
    }
    characters += rest.iter().filter(|byte| **byte >= 0xc0).count();
    damaged * DAMAGED_SHARE <= characters
}

/// After so many damaged characters without as many whole ones it is another encoding.
const ENOUGH_DAMAGED: usize = 100;

/// UTF-16 without a mark: texts of tables are full of ASCII or Chinese, and the wrong order of bytes is neither.
fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    let even = &head[..head.len() / 2 * 2];
    let share = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(even);
        let usual = |c: char| {
            matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{2010}'..='\u{203b}'
                | '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
        };
        let (mut all, mut good, mut breaks) = (0_usize, 0_usize, false);
        for c in text.chars() {
            all += 1;
            good += usize::from(usual(c));
            breaks |= matches!(c, '\n' | '\r' | '\t' | ',' | ';');
        }
        if breaks { good * 100 / all.max(1) } else { 0 }
    };
    let (little, big) = (share(UTF_16LE), share(UTF_16BE));
    if little.max(big) < 90 {
        return None;
    }
    Some(if little >= big { UTF_16LE } else { UTF_16BE })
}

/// An encoding of a country. A byte that somebody damaged makes the statistics give up every encoding with characters of
/// several bytes; then the lines without damage are asked, unless most are broken: those are of another encoding.
fn of_a_country(head: &[u8], whole: bool) -> &'static Encoding {
    let guess = most_like(head, whole);
    if !guess.is_single_byte() || is_clean(GB18030, head, whole) {
        return guess;
    }
    let of_the_rest = sound_lines(head, whole).map(|lines| most_like(&lines, true));
    of_the_rest.filter(|encoding| !encoding.is_single_byte()).unwrap_or(guess)
}

/// Of the lines that are not ASCII one in so many may be damaged.
const DAMAGED_LINES_SHARE: usize = 3;

/// The lines that are sound in GB18030, if most are.
fn sound_lines(head: &[u8], whole: bool) -> Option<Vec<u8>> {
    let (mut sound, mut good, mut damaged) = (Vec::with_capacity(head.len()), 0, 0);
    let mut lines = head.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')).peekable();
    while let Some(line) = lines.next() {
        let ends = whole || lines.peek().is_some();
        let is_good = is_clean(GB18030, line, ends);
        // The first bytes may end within a character.
        if is_good && ends {
            sound.extend_from_slice(line);
        }
        let counts = usize::from(!line.is_ascii());
        (good, damaged) = if is_good { (good + counts, damaged) } else { (good, damaged + counts) };
    }
    (good > 0 && damaged * DAMAGED_LINES_SHARE <= good + damaged).then_some(sound)
}

/// What a text without damage most likely is. What GB18030 cannot be is left to the statistics.
fn most_like(head: &[u8], whole: bool) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(head, whole);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    if guess == BIG5 && is_clean(BIG5, head, whole) {
        return BIG5;
    }
    // Head offices here write GB18030; the statistics know only its two-byte part.
    let is_other = || is_korean(guess, head, whole) || is_japanese(guess, head, whole);
    if is_clean(GB18030, head, whole) && (guess == encoding_rs::GBK || has_chinese(head, whole) && !is_other()) {
        return GB18030;
    }
    if guess == encoding_rs::GBK { GB18030 } else { guess }
}

fn decoded(encoding: &'static Encoding, head: &[u8], whole: bool) -> Option<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(head.len())?);
    let (_, _, broken) = decoder.decode_to_string(head, &mut text, whole);
    (!broken).then_some(text)
}

fn is_clean(encoding: &'static Encoding, head: &[u8], whole: bool) -> bool {
    decoded(encoding, head, whole).is_some()
}

/// Is most of what is not ASCII in the part of GB18030 that GB 2312 has, where the usual characters are?
fn has_chinese(head: &[u8], whole: bool) -> bool {
    let text = decoded(GB18030, head, whole).unwrap_or_default();
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    let (mut usual, mut at) = (0, 0);
    while let Some(byte) = head.get(at) {
        let is_usual = (0xa1..=0xf7).contains(byte) && head.get(at + 1).is_some_and(|next| *next >= 0xa1);
        usual += usize::from(is_usual);
        at += if *byte < 0x80 { 1 } else { 2 };
    }
    usual * 10 >= foreign * 6
}

/// The share of characters, in percent of those that are not ASCII, for which something holds; nothing for a text that
/// is not in the encoding.
fn percent_of(encoding: &'static Encoding, head: &[u8], whole: bool, is: impl Fn(char) -> bool) -> Option<usize> {
    let text = decoded(encoding, head, whole)?;
    let foreign = text.chars().filter(|c| !c.is_ascii());
    let (all, some) = foreign.fold((0, 0), |(all, some), c| (all + 1, some + usize::from(is(c))));
    Some(some * 100 / all.max(1))
}

/// Korean is written in its own letters; Chinese read as Korean is a mixture of letters and characters.
fn is_korean(guess: &'static Encoding, head: &[u8], whole: bool) -> bool {
    let is_letter = |c: char| matches!(c, '\u{ac00}'..='\u{d7a3}');
    guess == EUC_KR && percent_of(guess, head, whole, is_letter).is_some_and(|percent| percent >= 80)
}

/// Japanese has its syllables among the characters; Chinese hardly ever has any.
fn is_japanese(guess: &'static Encoding, head: &[u8], whole: bool) -> bool {
    let is_syllable = |c: char| matches!(c, '\u{3041}'..='\u{30fe}');
    (guess == SHIFT_JIS || guess == EUC_JP)
        && percent_of(guess, head, whole, is_syllable).is_some_and(|percent| percent >= 10)
}

/// Reads a text as UTF-8. What cannot be decoded becomes U+FFFD, so that only its row is refused.
pub(super) struct Utf8<R> {
    source: R,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// Of `bytes`: what was read and not decoded.
    pending: std::ops::Range<usize>,
    text: Vec<u8>,
    /// Of `text`: what was decoded and not taken.
    ready: std::ops::Range<usize>,
    at_end: bool,
    finished: bool,
}

impl<R: Read> Utf8<R> {
    /// The source stands behind the mark.
    pub fn new(source: R, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_without_bom_handling(),
            bytes: vec![0; CHUNK_BYTES],
            pending: 0..0,
            text: vec![0; CHUNK_BYTES],
            ready: 0..0,
            at_end: false,
            finished: false,
        }
    }

    fn decode(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !self.finished {
            if self.pending.is_empty() && !self.at_end {
                let got = self.source.read(&mut self.bytes)?;
                self.pending = 0..got;
                self.at_end = got == 0;
            }
            let input = &self.bytes[self.pending.clone()];
            let (result, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.text, self.at_end);
            self.pending.start += read;
            self.ready = 0..written;
            self.finished = self.at_end && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.decode()?;
        let taken = self.ready.len().min(out.len());
        out[..taken].copy_from_slice(&self.text[self.ready.start..self.ready.start + taken]);
        self.ready.start += taken;
        Ok(taken)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TABLE: &str =
        "门店名称,地址,电话\r\n老王面馆,北京市朝阳区建国路88号,13800138001\r\n㐂寿司,海淀区中关村大街1号,\r\n";
    const TAIWAN: &str = "店名,地址,電話\r\n鼎泰豐,臺北市信義路二段一九四號,\r\n麵包新語,臺北市忠孝東路四段,\r\n";

    #[test]
    fn each_usual_encoding_is_found() {
        let utf_16 = |text: &str, little: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
        };
        let cases: [(Vec<u8>, &str); 7] = [
            (TABLE.into(), "UTF-8"),
            (b"a,b\r\n1,2\r\n".to_vec(), "UTF-8"),
            (GB18030.encode(TABLE).0.into_owned(), "gb18030"),
            (BIG5.encode(TAIWAN).0.into_owned(), "Big5"),
            (utf_16(TABLE, true), "UTF-16LE"),
            (utf_16(TABLE, false), "UTF-16BE"),
            (b"name;stadt\r\nCaf\xe9 Blau;K\xf6ln\r\n".to_vec(), "windows-1252"),
        ];
        for (bytes, name) in cases {
            let found = detect(&bytes, true).unwrap();
            assert_eq!((found.name(), found.mark_bytes), (name, 0));
            let mut text = String::new();
            Utf8::new(bytes.as_slice(), found.encoding).read_to_string(&mut text).unwrap();
            let (whole, _) = found.encoding.decode_without_bom_handling(&bytes);
            assert_eq!(text, whole);
        }
        assert_eq!(detect(b"\xff\xfea\0", true).map(|found| found.mark_bytes), Some(2));
        assert_eq!(detect(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x11", true), None, "a picture is no text");
    }

    #[test]
    fn what_is_cut_or_broken_costs_no_more_than_itself() {
        let cut = &TABLE.as_bytes()[..4];
        assert_eq!(detect(cut, false).map(|found| found.name()), Some("UTF-8"));
        let mut text = String::new();
        Utf8::new(&b"a,\xff,b"[..], UTF_8).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a,\u{fffd},b");
    }

    #[test]
    fn damage_makes_no_other_encoding_of_a_text() {
        use encoding_rs::{ISO_8859_2, KOI8_R, WINDOWS_874, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253};
        let korean = "매장명,주소,전화\r\n왕씨네 국수,서울특별시 종로구 세종대로 1,\r\n김씨네 식당,부산광역시 해운대구 우동 2,\r\n";
        let japanese =
            "店舗名,住所,電話\r\nラーメン太郎,東京都渋谷区道玄坂のとなり,\r\nすし花子,大阪市北区うめだ一丁目,\r\n";
        let russian = "НАЗВАНИЕ;АДРЕС\r\nКАФЕ ВЕСНА;МОСКВА УЛИЦА МИРА\r\nПИЦЦА ДОМ;КАЗАНЬ ПЛОЩАДЬ СВОБОДЫ\r\n";
        let greek = "Όνομα;Διεύθυνση\r\nΤο Καφενείο;Αθήνα οδός Ερμού\r\nΗ Ταβέρνα;Πάτρα οδός Κορίνθου\r\n";
        let thai = "ชื่อร้าน,ที่อยู่\r\nร้านก๋วยเตี๋ยว,ถนนสุขุมวิท กรุงเทพ\r\nร้านกาแฟ,ถนนนิมมาน เชียงใหม่\r\n";
        let french = "nom;ville\r\nCafé de la Gare;Orléans\r\nBrûlerie à l’été;Béziers à côté\r\n";
        let polish = "nazwa;miasto\r\nŻółta Łódź;Łódź\r\nKawiarnia Gęś;Kraków, Święty Krzyż\r\n";
        let german = "Name;Straße\r\nBäckerei Müller;Größe Straße 1\r\nCafé Schön;Köln, Grünstraße\r\n";
        let lower = russian.to_lowercase();
        let cases: [(&'static Encoding, &str); 13] = [
            (BIG5, TAIWAN),
            (EUC_KR, korean),
            (EUC_JP, japanese),
            (SHIFT_JIS, japanese),
            (WINDOWS_1251, russian),
            (WINDOWS_1251, &lower),
            (KOI8_R, &lower),
            (KOI8_R, russian),
            (WINDOWS_1253, greek),
            (WINDOWS_874, thai),
            (WINDOWS_1252, french),
            (WINDOWS_1252, german),
            (ISO_8859_2, polish),
        ];
        for (encoding, text) in cases {
            let sound = encoding.encode(&text.repeat(4)).0.into_owned();
            assert_ne!(detect(&sound, true).map(|found| found.name()), Some("gb18030"), "{}", encoding.name());
            for at in (0..sound.len()).step_by(3).filter(|at| sound[*at] >= 0x80) {
                for byte in [0xff, b' '] {
                    let mut damaged = sound.clone();
                    damaged[at] = byte;
                    let found = detect(&damaged, true).map(|found| found.name());
                    assert_ne!(found, Some("gb18030"), "{} with {byte} at {at}", encoding.name());
                }
                let found = detect(&sound[..at], true).map(|found| found.name());
                assert!(at < 200 || found != Some("gb18030"), "{} cut at {at}", encoding.name());
            }
        }
        let sound = GB18030.encode(TABLE).0.into_owned();
        for at in (0..sound.len()).filter(|at| sound[*at] >= 0x80) {
            let mut damaged = sound.clone();
            damaged[at] = 0xff;
            assert_eq!(detect(&damaged, true).map(|found| found.name()), Some("gb18030"), "at {at}");
        }
    }
}
