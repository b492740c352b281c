//! What differs between two lines of text, character by character; between the hours of two days, span by span.

/// The longest text that is compared character by character; longer ones are shown as replaced whole.
const DIFF_CHARS_MAX: usize = 500;
/// What stands between the spans of a day, in every language.
const BETWEEN_SPANS: &str = ", ";

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Is it missing in the other text?
    pub differs: bool,
}

/// The pieces of `before` and of `after`: what differs is what the longest common subsequence leaves out.
pub fn pieces(before: &str, after: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (old, new): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    if old.len() > DIFF_CHARS_MAX || new.len() > DIFF_CHARS_MAX {
        return (whole(before, before != after), whole(after, before != after));
    }
    let (old_kept, new_kept) = common(&old, &new);
    // Two texts with little in common read better as one replaced by the other.
    let shared = old_kept.iter().filter(|kept| **kept).count();
    if shared * 2 < old.len().max(new.len()) {
        return (whole(before, true), whole(after, true));
    }
    (join(&old, &old_kept), join(&new, &new_kept))
}

/// The pieces of two days' hours as they are worded: a span differs as a whole, not by its digits.
pub fn span_pieces(before: &str, after: &str) -> (Vec<Piece>, Vec<Piece>) {
    (spans_not_in(after, before), spans_not_in(before, after))
}

fn spans_not_in(other: &str, text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for span in text.split(BETWEEN_SPANS) {
        if !pieces.is_empty() {
            pieces.push(Piece { text: BETWEEN_SPANS.to_owned(), differs: false });
        }
        let differs = !other.split(BETWEEN_SPANS).any(|known| known == span);
        pieces.push(Piece { text: span.to_owned(), differs });
    }
    pieces
}

fn whole(text: &str, differs: bool) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![Piece { text: text.to_owned(), differs }] }
}

/// Which characters belong to the longest common subsequence.
fn common(old: &[char], new: &[char]) -> (Vec<bool>, Vec<bool>) {
    let width = new.len() + 1;
    let mut best = vec![0u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            best[i * width + j] = if old[i] == new[j] {
                best[(i + 1) * width + j + 1] + 1
            } else {
                best[(i + 1) * width + j].max(best[i * width + j + 1])
            };
        }
    }
    let (mut old_kept, mut new_kept) = (vec![false; old.len()], vec![false; new.len()]);
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            (old_kept[i], new_kept[j]) = (true, true);
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    (old_kept, new_kept)
}

fn join(text: &[char], kept: &[bool]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (c, kept) in text.iter().zip(kept) {
        match pieces.last_mut() {
            Some(last) if last.differs != *kept => last.text.push(*c),
            _ => pieces.push(Piece { text: c.to_string(), differs: !kept }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(pieces: &[Piece]) -> String {
        pieces.iter().map(|p| if p.differs { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn marks_what_came_and_what_went() {
        for (before, after, old, new) in [
            ("美味小馆望京店", "美味小馆（望京店）", "美味小馆望京店", "美味小馆[（]望京店[）]"),
            ("+861064782210", "+861064782218", "+86106478221[0]", "+86106478221[8]"),
            ("", "国庆照常营业", "", "[国庆照常营业]"),
            ("国庆照常营业", "", "[国庆照常营业]", ""),
            ("same", "same", "same", "same"),
            ("工体北路 4 号", "工体北路 4 号院 1 层", "工体北路 4 号", "工体北路 4 号[院 1 层]"),
            ("川菜", "面馆小吃", "[川菜]", "[面馆小吃]"),
            ("138 0013 8000", "010-8281 3611", "[138 0013 8000]", "[010-8281 3611]"),
        ] {
            let (left, right) = pieces(before, after);
            assert_eq!((marked(&left).as_str(), marked(&right).as_str()), (old, new), "{before} → {after}");
        }
    }

    #[test]
    fn hours_differ_by_whole_spans() {
        for (before, after, old, new) in [
            ("10:00–14:00, 17:00–次日 02:00", "08:00–20:00", "[10:00–14:00], [17:00–次日 02:00]", "[08:00–20:00]"),
            ("10:00–14:00, 17:00–22:00", "10:00–14:00", "10:00–14:00, [17:00–22:00]", "10:00–14:00"),
            ("休息", "全天", "[休息]", "[全天]"),
        ] {
            let (left, right) = span_pieces(before, after);
            assert_eq!((marked(&left).as_str(), marked(&right).as_str()), (old, new), "{before} → {after}");
        }
    }

    #[test]
    fn pieces_put_together_are_the_text() {
        let long = "长".repeat(DIFF_CHARS_MAX + 1);
        for (before, after) in [("abcabba", "cbabac"), (long.as_str(), "短"), ("a", "")] {
            let (left, right) = pieces(before, after);
            let text = |pieces: &[Piece]| pieces.iter().map(|p| p.text.as_str()).collect::<String>();
            assert_eq!((text(&left).as_str(), text(&right).as_str()), (before, after));
        }
    }
}
