//! Sets of the list's rows. A set is kept in chunks of neighbouring rows, small enough that changing one row rewrites
//! little, and is worked with as bits.

/// Bits of a row's place within its chunk.
pub(super) const CHUNK_BITS: u32 = 13;
/// Rows of a chunk.
pub(super) const CHUNK_ROWS: usize = 1 << CHUNK_BITS;
const WORDS: usize = CHUNK_ROWS / 64;
/// Bytes of a chunk as bits. What is kept as a list is shorter.
const BYTES: usize = CHUNK_ROWS / 8;

/// The rows of one chunk that are in a set.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bits([u64; WORDS]);

impl Bits {
    pub const NONE: Self = Self([0; WORDS]);

    pub fn set(&mut self, place: u16) {
        self.0[usize::from(place) / 64 % WORDS] |= 1 << (place % 64);
    }
    pub fn clear(&mut self, place: u16) {
        self.0[usize::from(place) / 64 % WORDS] &= !(1 << (place % 64));
    }
    pub fn has(&self, place: u16) -> bool {
        self.0[usize::from(place) / 64 % WORDS] >> (place % 64) & 1 == 1
    }
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
    pub fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
    pub fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }
    pub fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }
    pub fn without(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= !other);
    }
    /// The places in it, in order.
    pub fn places(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    (at * 64) as u16 + bit as u16
                })
            })
        })
    }

    /// Adds what is kept: bits if it is as long as a chunk's, else the distances between places, each in as few groups of
    /// seven bits as it needs (LEB128).
    pub fn add(&mut self, kept: &[u8]) {
        if kept.len() == BYTES {
            for (word, bytes) in self.0.iter_mut().zip(kept.chunks_exact(8)) {
                *word |= bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            }
            return;
        }
        each(kept, |place| self.set(place));
    }

    /// How many of what is kept are in it.
    pub fn count_among(&self, kept: &[u8]) -> u64 {
        if kept.len() == BYTES {
            let mut other = Self::NONE;
            other.add(kept);
            other.and(self);
            return other.count();
        }
        let mut among = 0;
        each(kept, |place| among += u64::from(self.has(place)));
        among
    }

    /// As it is kept; nothing for an empty set.
    pub fn to_kept(&self) -> Vec<u8> {
        keep(self.places()).unwrap_or_else(|| self.0.iter().flat_map(|word| word.to_le_bytes()).collect())
    }
}

fn each(list: &[u8], mut place: impl FnMut(u16)) {
    let (mut at, mut gap, mut shift) = (0_u32, 0_u32, 0);
    for byte in list {
        gap |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            at += gap;
            place((at % (1 << CHUNK_BITS)) as u16);
            (gap, shift) = (0, 0);
        }
    }
}

/// Places in order as a list of distances; nothing if bits are shorter.
fn keep(places: impl Iterator<Item = u16>) -> Option<Vec<u8>> {
    let mut list = Vec::new();
    let mut before = 0;
    for place in places {
        let mut gap = place - before;
        before = place;
        while gap >= 0x80 {
            list.push(gap as u8 | 0x80);
            gap >>= 7;
        }
        list.push(gap as u8);
        if list.len() >= BYTES {
            return None;
        }
    }
    Some(list)
}

/// Places in order as they are kept.
pub(super) fn kept(places: &[u16]) -> Vec<u8> {
    keep(places.iter().copied()).unwrap_or_else(|| {
        let mut bits = Bits::NONE;
        places.iter().for_each(|place| bits.set(*place));
        bits.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    })
}

/// A set of rows, whatever their numbers.
#[derive(Clone, Default)]
pub(super) struct Rows {
    chunks: Vec<Bits>,
}

/// The chunk and the place of a row.
pub(super) fn place(n: i64) -> (usize, u16) {
    let n = usize::try_from(n).unwrap_or(0);
    (n >> CHUNK_BITS, (n % CHUNK_ROWS) as u16)
}

/// The row at a place of a chunk.
pub(super) fn row(chunk: usize, place: u16) -> i64 {
    (chunk << CHUNK_BITS) as i64 + i64::from(place)
}

impl Rows {
    pub fn insert(&mut self, n: i64) {
        let (chunk, place) = place(n);
        self.chunk_mut(chunk).set(place);
    }
    pub fn remove(&mut self, n: i64) {
        let (chunk, place) = place(n);
        if let Some(bits) = self.chunks.get_mut(chunk) {
            bits.clear(place);
        }
    }
    pub fn has(&self, n: i64) -> bool {
        let (chunk, place) = place(n);
        self.chunks.get(chunk).is_some_and(|bits| bits.has(place))
    }
    pub fn chunk(&self, chunk: usize) -> Option<&Bits> {
        self.chunks.get(chunk)
    }
    pub fn chunk_mut(&mut self, chunk: usize) -> &mut Bits {
        if self.chunks.len() <= chunk {
            self.chunks.resize(chunk + 1, Bits::NONE);
        }
        &mut self.chunks[chunk]
    }
    pub fn count(&self) -> u64 {
        self.chunks.iter().map(Bits::count).sum()
    }
    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.chunks.iter().enumerate().flat_map(|(chunk, bits)| bits.places().map(move |place| row(chunk, place)))
    }
}

impl FromIterator<i64> for Rows {
    fn from_iter<T: IntoIterator<Item = i64>>(rows: T) -> Self {
        let mut set = Self::default();
        rows.into_iter().for_each(|n| set.insert(n));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_comes_back_as_it_was_kept() {
        for step in [1, 2, 3, 7, 8, 9, 64, 127, 128, 129, 500, 8191] {
            let places: Vec<u16> = (0..CHUNK_ROWS as u16).step_by(step).collect();
            let bytes = kept(&places);
            assert!(bytes.len() <= BYTES, "{step}");
            let mut bits = Bits::NONE;
            bits.add(&bytes);
            assert_eq!(bits.places().collect::<Vec<_>>(), places, "{step}");
            assert_eq!(bits.to_kept(), bytes);
            assert_eq!((bits.count(), bits.count_among(&bytes)), (places.len() as u64, places.len() as u64));
            let mut other = Bits::NONE;
            places.iter().for_each(|place| other.set(*place));
            other.clear(0);
            assert_eq!(other.count_among(&bytes), places.len() as u64 - 1);
        }
        assert!(kept(&[]).is_empty() && Bits::NONE.is_empty());
    }
}
