//! Rows of one file that mean one store.
//!
//! Most rows have a code, a name, an address and numbers of their own. So only these are noted of each row, and what
//! two of them mean together when one of them comes again.

use reading::names::{Verdict, compare_keys};

use super::likeness::{Keys, is_near};
use super::sightings::Sightings;

/// What a row is to the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twin {
    /// The same store as that row.
    Duplicate(u64),
    /// Another store with the code of that row.
    CodeTaken,
    /// Perhaps the same store as these rows: the first with something in common but the name, and the first of its name.
    Possible(Option<u64>, Option<u64>),
    /// Nothing like it.
    New,
}

/// What is noted of a row that is to be imported. Halves of hashes are enough here: they are looked at only beside an
/// address or a number that is the same.
#[derive(Clone, Copy)]
struct Noted {
    row: u32,
    /// Where its name begins among the others.
    spelt: u32,
    name: u32,
    stem: u32,
    address: u32,
    place: Option<[f32; 2]>,
}

/// The key alone, or what two rows have in common, for the hash.
#[derive(Clone, Copy)]
enum By {
    Code = 1,
    Name,
    Address,
    Phone,
    /// The name and the address.
    NameAddress,
    /// The name without its branch and the address, of rows that name a branch.
    BranchAddress,
    /// The name and the number.
    NamePhone,
    /// The name without its branch and the number, of rows that name a branch.
    BranchPhone,
    /// The address and the number.
    House,
    /// The name, of rows without a place.
    NameNowhere,
    /// The name and the square in which the row's place lies.
    NameSquare,
}

/// Squares are so many to a degree of latitude: a side is 111 metres long, a bit more than one store takes.
const SQUARES_PER_DEGREE: f32 = 1_000.0;

/// The square of a place, some squares north and east of it.
#[allow(clippy::cast_possible_truncation)]
fn square([latitude, longitude]: [f32; 2], north: i32, east: i32) -> u64 {
    let row = (latitude * SQUARES_PER_DEGREE).floor() as i32 + north;
    // Degrees of longitude become shorter towards the poles.
    let share = (row as f32 / SQUARES_PER_DEGREE).to_radians().cos().max(0.01);
    let column = (longitude * SQUARES_PER_DEGREE * share).floor() as i32 + east;
    u64::from(row.cast_unsigned()) << 32 | u64::from(column.cast_unsigned())
}

/// Where a row of a name is looked up.
fn by_place(name: u64, place: Option<[f32; 2]>, north: i32, east: i32) -> u64 {
    place.map_or_else(|| key(By::NameNowhere, name, 0), |place| key(By::NameSquare, name, square(place, north, east)))
}

/// Mixes as the finish of SplitMix64 does (Steele et al. 2014).
fn key(by: By, one: u64, other: u64) -> u64 {
    let mut key = one ^ other.rotate_left(32).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (by as u64) << 56;
    key = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    key ^ (key >> 31)
}

/// The lower half of a hash.
fn half(hash: u64) -> u32 {
    (hash & u64::from(u32::MAX)) as u32
}

fn pair(by: By, part: u32, whole: u64) -> u64 {
    key(by, whole, u64::from(part))
}

/// What was seen in earlier rows: hashes, and the names.
#[derive(Default)]
pub(super) struct Twins {
    sightings: Sightings,
    /// Where the values of `sightings` point to.
    noted: Vec<Noted>,
    /// Their names, one behind the other, for rows that have another name and an address or number in common.
    spelt: String,
    /// Length of the longest all-digit code with a leading zero.
    zero_padded: usize,
    /// How many rows passed with a code of so many digits that begins with none.
    plain_codes: [u64; DIGITS_MAX],
}

/// Codes of more digits lose no zeros: a spreadsheet would have shortened them otherwise.
const DIGITS_MAX: usize = 32;

/// The most rows that room is made for before they are seen.
const EXPECTED_MAX: usize = 250_000;
/// Name, address, number, and often a code.
const KEYS_A_ROW: usize = 4;

/// A value of `sightings`: which noted row, and in the last bit, of an address or number alone, whether it came again.
fn sighting(noted: usize) -> u32 {
    u32::try_from(noted << 1).unwrap_or(u32::MAX - 1)
}

impl Twins {
    /// With room for about so many rows; more of them only take longer.
    pub fn expecting(rows: usize) -> Self {
        let rows = rows.min(EXPECTED_MAX);
        let sightings = Sightings::expecting(rows * KEYS_A_ROW);
        Self { sightings, noted: Vec::with_capacity(rows), ..Self::default() }
    }

    fn at(&self, sighting: u32) -> Option<Noted> {
        self.noted.get((sighting >> 1) as usize).copied()
    }

    fn row(&self, key: u64) -> Option<u64> {
        self.at(self.sightings.get(key)?).map(|noted| u64::from(noted.row))
    }

    /// The first row with this address or number alone, if by the names a person must look.
    fn alike(&self, alone: u64, keys: &Keys) -> Option<u64> {
        let seen = self.sightings.get(alone)?;
        let (first, behind) = (self.at(seen)?, self.at(sighting((seen >> 1) as usize + 1)));
        let end = behind.map_or(self.spelt.len(), |behind| behind.spelt as usize);
        let name = self.spelt.get(first.spelt as usize..end)?;
        (compare_keys(name, &keys.spelt) == Verdict::Review).then_some(u64::from(first.row))
    }

    /// Was this address or number alone noted before? If it comes again for the first time, what its row is together
    /// with it is noted now.
    fn again(&mut self, alone: u64, note: impl Fn(&mut Sightings, &Noted, u32)) -> bool {
        let Some(seen) = self.sightings.get(alone) else { return false };
        if seen & 1 == 0
            && let Some(first) = self.at(seen)
        {
            note(&mut self.sightings, &first, seen);
            self.sightings.replace(alone, seen | 1);
        }
        true
    }

    /// Has what is noted about a row brought near, some rows before it is compared.
    pub fn fetch(&self, keys: &Keys) {
        let phones = keys.own_phones.iter().chain(&keys.shared_phones).map(|phone| key(By::Phone, *phone, 0));
        let code = keys.code.map(|code| key(By::Code, code, 0));
        let texts = [key(By::Name, keys.name, 0), key(By::Address, keys.address, 0)];
        texts.into_iter().chain(code).chain(phones).for_each(|key| self.sightings.fetch(key));
    }

    /// Compares a row with the earlier ones.
    pub fn judge(&mut self, keys: &Keys) -> Twin {
        let (name, stem, address) = (half(keys.name), half(keys.stem), half(keys.address));
        let (mut duplicate, mut possible, namesake) = (None, None, self.namesake(keys));
        let earlier = |known: &mut Option<u64>, row: Option<u64>| *known = known.iter().copied().chain(row).min();
        // Two named branches are two stores; a brand without a branch may be any of them.
        let branch = |by: By, whole: u64| match keys.has_branch {
            true => pair(if matches!(by, By::BranchAddress) { By::NameAddress } else { By::NamePhone }, stem, whole),
            false => pair(by, name, whole),
        };
        if self.again(key(By::Address, keys.address, 0), note_address(keys.address)) {
            earlier(&mut duplicate, self.row(pair(By::NameAddress, name, keys.address)));
            earlier(&mut possible, self.row(branch(By::BranchAddress, keys.address)));
            earlier(&mut possible, self.alike(key(By::Address, keys.address, 0), keys));
        }
        for (phones, is_own) in [(&keys.own_phones, true), (&keys.shared_phones, false)] {
            for phone in phones {
                if self.again(key(By::Phone, *phone, 0), note_phone(*phone, is_own)) {
                    if is_own {
                        earlier(&mut duplicate, self.row(pair(By::NamePhone, name, *phone)));
                        earlier(&mut possible, self.row(pair(By::House, address, *phone)));
                        earlier(&mut possible, self.alike(key(By::Phone, *phone, 0), keys));
                    }
                    if !is_own && !keys.has_branch {
                        earlier(&mut possible, self.row(pair(By::NamePhone, name, *phone)));
                    }
                    earlier(&mut possible, self.row(branch(By::BranchPhone, *phone)));
                }
            }
        }
        match (duplicate, possible, namesake) {
            (Some(row), ..) => Twin::Duplicate(row),
            _ if self.has_code(keys) => Twin::CodeTaken,
            (None, None, None) => Twin::New,
            (None, possible, namesake) => Twin::Possible(possible, namesake),
        }
    }

    /// The first row of this name that may lie where this one lies.
    fn namesake(&mut self, keys: &Keys) -> Option<u64> {
        let alone = key(By::Name, keys.name, 0);
        if !self.again(alone, note_name(keys.name)) {
            return None;
        }
        let Some(place) = keys.place else { return self.row(alone) };
        let around = (-1..=1).flat_map(|north| (-1..=1).map(move |east| (north, east)));
        let near = around
            .filter_map(|(north, east)| self.at(self.sightings.get(by_place(keys.name, keys.place, north, east))?))
            .filter(|noted| noted.place.is_some_and(|other| is_near(place, other)))
            .map(|noted| u64::from(noted.row));
        near.chain(self.row(by_place(keys.name, None, 0, 0))).min()
    }

    /// Has an earlier row this code?
    pub fn has_code(&self, keys: &Keys) -> bool {
        keys.code.is_some_and(|code| self.sightings.get(key(By::Code, code, 0)).is_some())
    }

    /// Notes a row that is to be imported.
    pub fn note(&mut self, row: u64, keys: &Keys) {
        let seen = sighting(self.noted.len());
        let noted = Noted {
            row: u32::try_from(row).unwrap_or(u32::MAX),
            spelt: u32::try_from(self.spelt.len()).unwrap_or(u32::MAX),
            name: half(keys.name),
            stem: if keys.has_branch { half(keys.stem) } else { half(keys.name) },
            address: half(keys.address),
            place: keys.place,
        };
        self.noted.push(noted);
        self.spelt.push_str(&keys.spelt);
        if self.sightings.note(key(By::Name, keys.name, 0), seen).is_some() {
            note_name(keys.name)(&mut self.sightings, &noted, seen);
        }
        if let Some(code) = keys.code {
            self.sightings.note(key(By::Code, code, 0), seen);
        }
        if self.sightings.note(key(By::Address, keys.address, 0), seen).is_some() {
            note_address(keys.address)(&mut self.sightings, &noted, seen);
        }
        for (phones, is_own) in [(&keys.own_phones, true), (&keys.shared_phones, false)] {
            for phone in phones {
                if self.sightings.note(key(By::Phone, *phone, 0), seen).is_some() {
                    note_phone(*phone, is_own)(&mut self.sightings, &noted, seen);
                }
            }
        }
    }

    /// Looks at codes before rows are judged: how long are the longest with their zeros?
    pub fn look_at(&mut self, zero_padded: usize) {
        self.zero_padded = self.zero_padded.max(zero_padded);
    }

    /// Did a spreadsheet take the leading zeros of a code of so many digits that begins with none?
    pub fn zeros_lost(&mut self, digits: usize) -> bool {
        let is_lost = digits > 0 && digits < self.zero_padded;
        if let (false, Some(count)) = (is_lost, self.plain_codes.get_mut(digits)) {
            *count += 1;
        }
        is_lost
    }

    /// How many rows passed before it was seen that codes have zeros which theirs may have lost?
    pub fn zeros_lost_late(&self) -> u64 {
        self.plain_codes.iter().take(self.zero_padded).skip(1).sum()
    }
}

fn note_name(name: u64) -> impl Fn(&mut Sightings, &Noted, u32) {
    move |sightings, noted, seen| {
        sightings.note(by_place(name, noted.place, 0, 0), seen);
    }
}

fn note_address(address: u64) -> impl Fn(&mut Sightings, &Noted, u32) {
    move |sightings, noted, seen| {
        sightings.note(pair(By::NameAddress, noted.name, address), seen);
        if noted.stem != noted.name {
            sightings.note(pair(By::BranchAddress, noted.stem, address), seen);
        }
    }
}

fn note_phone(phone: u64, is_own: bool) -> impl Fn(&mut Sightings, &Noted, u32) {
    move |sightings, noted, seen| {
        // Numbers that branches share say nothing by themselves.
        sightings.note(pair(By::NamePhone, noted.name, phone), seen);
        if is_own {
            sightings.note(pair(By::House, noted.address, phone), seen);
        }
        if noted.stem != noted.name {
            sightings.note(pair(By::BranchPhone, noted.stem, phone), seen);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::borrow::Cow;

    use super::super::likeness::Likeness;
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug)]
    struct Shop {
        code: String,
        name: String,
        address: String,
        phones: Vec<String>,
        place: Option<(f64, f64)>,
    }

    impl Shop {
        fn keys(&self) -> Keys {
            Keys::new(&self.code, &self.like()).at(self.place)
        }

        fn like(&self) -> Likeness<'_> {
            let phones = self.phones.iter().map(|number| Cow::Borrowed(number.as_str()));
            Likeness::new(&self.name, &self.address, phones, None)
        }
    }

    fn shop() -> impl Strategy<Value = Shop> {
        let name = prop::sample::select(vec![
            "甲",
            "甲（东店）",
            "甲（西店）",
            "乙",
            "乙（东店）",
            "丙",
            "jia",
            "乙丙",
            "乙丙公司",
        ]);
        let phone = prop::sample::select(vec![
            "+8613800138000",
            "+861062561234",
            "+861062561234;ext=801",
            "+861062561234;ext=802",
            "+864008001234",
            "+864008001234;ext=1",
        ]);
        let phones = prop::collection::btree_set(phone, 0..3);
        // Two within some metres, over the border of a square, and one far away.
        let places = [None, Some((31.234_99, 121.48)), Some((31.235_01, 121.48)), Some((31.235, 121.58))];
        (0..6_u8, name, 0..3_u8, phones, prop::sample::select(places.to_vec())).prop_map(
            |(code, name, address, phones, place)| Shop {
                place,
                code: if code < 2 { String::new() } else { code.to_string() },
                name: name.to_owned(),
                address: format!("路{address}号"),
                phones: phones.into_iter().map(str::to_owned).collect(),
            },
        )
    }

    /// What the rules say, row against row.
    fn by_the_rules(earlier: &[(u64, &Shop)], shop: &Shop) -> Twin {
        let like = shop.like();
        let common = |a: &[Cow<'_, str>], b: &[Cow<'_, str>]| a.iter().any(|phone| b.contains(phone));
        let first =
            |is: &dyn Fn(&Likeness<'_>) -> bool| earlier.iter().find(|(_, other)| is(&other.like())).map(|(n, _)| *n);
        let duplicate = first(&|other| {
            other.name == like.name && (other.address == like.address || common(&like.own_phones, &other.own_phones))
        });
        if let Some(row) = duplicate {
            return Twin::Duplicate(row);
        }
        if !shop.code.is_empty() && earlier.iter().any(|(_, other)| other.code == shop.code) {
            return Twin::CodeTaken;
        }
        let possible = first(&|other| {
            let own = common(&like.own_phones, &other.own_phones);
            let near = other.address == like.address || own || common(&like.shared_phones, &other.shared_phones);
            let one = other.stem == like.stem && near && !(like.has_branch && other.has_branch);
            one || other.address == like.address && own
        });
        let apart = |other: &Shop| {
            let far = |place: Option<(f64, f64)>| place.map(|(_, longitude)| longitude > 121.5);
            far(other.place).zip(far(shop.place)).is_some_and(|(one, other)| one != other)
        };
        let namesake =
            earlier.iter().find(|(_, other)| other.like().name == like.name && !apart(other)).map(|(n, _)| *n);
        // A person must look at the first that has the address or a number, if the names alone do not decide.
        let alike = |has: &dyn Fn(&Likeness<'_>) -> bool| {
            let (row, other) = earlier.iter().find(|(_, other)| has(&other.like()))?;
            (reading::names::compare(&other.name, &shop.name) == Verdict::Review).then_some(*row)
        };
        let by_number = like.own_phones.iter().filter_map(|phone| alike(&|other| other.own_phones.contains(phone)));
        let alike = by_number.chain(alike(&|other| other.address == like.address));
        match (possible.into_iter().chain(alike).min(), namesake) {
            (None, None) => Twin::New,
            (possible, namesake) => Twin::Possible(possible, namesake),
        }
    }

    proptest! {
        #[test]
        fn hashes_say_what_the_rules_say(shops in prop::collection::vec(shop(), 1..30)) {
            let (mut twins, mut earlier) = (Twins::default(), Vec::new());
            for (n, shop) in (1..).zip(&shops) {
                let keys = shop.keys();
                let found = twins.judge(&keys);
                prop_assert_eq!(found, by_the_rules(&earlier, shop), "row {}", n);
                if !matches!(found, Twin::Duplicate(_) | Twin::CodeTaken) {
                    twins.note(n, &keys);
                    earlier.push((n, shop));
                }
            }
        }
    }

    #[test]
    fn zeros_are_missed_where_longer_codes_have_them() {
        let mut twins = Twins::default();
        assert!(!twins.zeros_lost(4));
        assert_eq!(twins.zeros_lost_late(), 0);
        twins.look_at(5);
        assert!(twins.zeros_lost(4) && !twins.zeros_lost(5) && !twins.zeros_lost(0) && !twins.zeros_lost(99));
        assert_eq!(twins.zeros_lost_late(), 1, "the first one");
    }
}
