//! Which writes to the log wait for the next one, and when they go to the file.
//!
//! SQLite writes each frame in two pieces, its header and then its page, the last frame of a transaction with a mark in
//! its header (<https://www.sqlite.org/fileformat2.html#walformat>). Within a commit, frames wait until that last one has
//! come, so that whoever is told of the transaction finds all of it in the file. Whatever else is written goes to the file at
//! once. Above all what is written ahead of a commit, because memory is full: if that is given up, others write in its place,
//! and it must not come after them.
//!
//! Behind a small transaction that makes the file longer, the file is made longer still. A flush of bytes that were in the
//! file before takes half as long as one that has to note where the new ones lie, and the next transactions write there.
//! Zeros are no frame: whoever reads the log ends there.

use std::ffi::c_int;
use std::num::NonZeroU64;

/// A frame's header, in bytes.
const HEADER_BYTES: usize = 24;
/// Where in it the size of the database after the transaction stands; zero unless the frame is the last one.
const COMMIT_MARK: std::ops::Range<usize> = 4..8;
/// What waits at most: a transaction larger than this is written in several pieces.
const GATHERED_BYTES_MAX: usize = 120 * 1024;

/// What a file is made longer by at once: a part of itself, within these bounds.
const AHEAD_PART: u64 = 4;
const AHEAD_BYTES: std::ops::RangeInclusive<u64> = 64 * 1024..=ZEROS.len() as u64;
/// What is written ahead.
static ZEROS: [u8; 1024 * 1024] = [0; 1024 * 1024];

/// Where the writes go; the answer is SQLite's result code if that is not 0.
pub(crate) trait Log {
    /// Writes all bytes from there on.
    fn write(&mut self, bytes: &[u8], at: u64) -> Result<(), c_int>;
}

/// What waits for one open log.
#[derive(Default)]
pub(crate) struct Gathered {
    bytes: Vec<u8>,
    /// Where they belong.
    at: u64,
    /// The last piece is a header: its page comes next.
    awaits_page: bool,
    /// That header is the one of a transaction's last frame.
    commits: bool,
    /// What was read last.
    read_at: Option<u64>,
    /// The commit that it is of.
    commit: Option<NonZeroU64>,
    /// It did not fit into one piece.
    is_large: bool,
    /// Nothing ever waits.
    straight: bool,
    /// Where the file ends, as far as this connection knows.
    end: u64,
}

impl Gathered {
    /// For a file of so many bytes.
    pub fn of(end: u64) -> Self {
        Self { end, ..Self::default() }
    }

    /// Nothing waits: for a disk on which a write may damage what lies beside it. There SQLite fills up the sector behind a
    /// transaction with frames in pieces of any size.
    pub fn straight() -> Self {
        Self { straight: true, ..Self::default() }
    }

    /// Takes a write, within a commit or outside of any, and brings what waits to the file if that is due.
    ///
    /// # Errors
    /// The file's. What waited is not in the file then: SQLite gives the transaction up.
    pub fn write(
        &mut self,
        log: &mut impl Log,
        commit: Option<NonZeroU64>,
        bytes: &[u8],
        at: u64,
    ) -> Result<(), c_int> {
        self.enter(commit);
        let read_at = self.read_at.take();
        let follows = !self.bytes.is_empty() && at == self.at + self.bytes.len() as u64;
        if follows && self.awaits_page {
            self.bytes.extend_from_slice(bytes);
            self.awaits_page = false;
            if self.commits {
                return self.complete(log);
            }
            if self.bytes.len() < GATHERED_BYTES_MAX {
                return Ok(());
            }
            self.is_large = true;
            return self.bring(log);
        }
        if !follows {
            self.bring(log)?;
        }
        // A header that was read at this place is one that is corrected: no page follows it.
        let is_header = commit.is_some() && !self.straight && bytes.len() == HEADER_BYTES && read_at != Some(at);
        if !is_header {
            self.bring(log)?;
            log.write(bytes, at)?;
            self.end = self.end.max(at + bytes.len() as u64);
            return Ok(());
        }
        if self.bytes.is_empty() {
            self.at = at;
        }
        self.bytes.extend_from_slice(bytes);
        (self.awaits_page, self.commits) = (true, bytes[COMMIT_MARK] != [0; 4]);
        Ok(())
    }

    /// Before something is read.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn read(&mut self, log: &mut impl Log, commit: Option<NonZeroU64>, at: u64) -> Result<(), c_int> {
        self.read_at = Some(at);
        self.flush(log, commit)
    }

    /// Brings what waits to the file.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn flush(&mut self, log: &mut impl Log, commit: Option<NonZeroU64>) -> Result<(), c_int> {
        self.enter(commit);
        self.bring(log)
    }

    /// The file was cut.
    pub fn cut(&mut self, end: u64) {
        self.end = end;
    }

    /// What an earlier commit has left is of one that failed: nobody has been told of it, and others may have written there.
    fn enter(&mut self, commit: Option<NonZeroU64>) {
        if self.commit != commit {
            self.bytes.clear();
            (self.awaits_page, self.is_large) = (false, false);
            self.commit = commit;
        }
    }

    fn bring(&mut self, log: &mut impl Log) -> Result<(), c_int> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let written = log.write(&self.bytes, self.at);
        if written.is_ok() {
            self.end = self.end.max(self.at + self.bytes.len() as u64);
        }
        self.bytes.clear();
        self.awaits_page = false;
        written
    }

    /// Brings a transaction, or its last piece, to the file, and makes that longer for the next ones.
    fn complete(&mut self, log: &mut impl Log) -> Result<(), c_int> {
        let end = self.end;
        self.bring(log)?;
        if self.end > end && !self.is_large {
            let ahead = (self.end / AHEAD_PART).clamp(*AHEAD_BYTES.start(), *AHEAD_BYTES.end());
            // The transaction is in the file. Whether there is room for more than that is of no account to it.
            if log.write(&ZEROS[..ahead as usize], self.end).is_ok() {
                self.end += ahead;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use libsqlite3_sys::SQLITE_FULL;
    use proptest::prelude::*;

    use super::*;

    const PAGE_BYTES: usize = 512;
    const FRAME_BYTES: u64 = (HEADER_BYTES + PAGE_BYTES) as u64;
    /// The log's own header.
    const BEGIN: u64 = 32;

    /// A file in memory that counts its writes, and refuses them after so many.
    #[derive(Default)]
    struct Disk {
        bytes: Vec<u8>,
        writes: usize,
        room: Option<usize>,
    }

    impl Disk {
        /// How many there are before the zeros.
        fn frames(&self) -> u64 {
            let frames = self.bytes[BEGIN as usize..].chunks(FRAME_BYTES as usize);
            frames.take_while(|frame| frame[HEADER_BYTES..].iter().any(|byte| *byte != 0)).count() as u64
        }
    }

    impl Log for Disk {
        fn write(&mut self, bytes: &[u8], at: u64) -> Result<(), c_int> {
            if self.room.is_some_and(|room| self.writes >= room) {
                return Err(SQLITE_FULL);
            }
            self.writes += 1;
            let (from, to) = (at as usize, at as usize + bytes.len());
            self.bytes.resize(self.bytes.len().max(to), 0);
            self.bytes[from..to].copy_from_slice(bytes);
            Ok(())
        }
    }

    fn header(commits: bool, seed: u8) -> Vec<u8> {
        let mut header = vec![seed; HEADER_BYTES];
        header[COMMIT_MARK].fill(u8::from(commits));
        header
    }

    fn number(commit: u8) -> Option<NonZeroU64> {
        NonZeroU64::new(commit.into())
    }

    /// Writes a transaction of so many frames, the first in this place, in a commit of this number.
    fn transaction(gathered: &mut Gathered, disk: &mut Disk, place: u64, frames: u64, commit: u8) -> Result<(), c_int> {
        for n in 0..frames {
            let at = BEGIN + (place + n) * FRAME_BYTES;
            gathered.write(disk, number(commit), &header(n + 1 == frames, commit), at)?;
            gathered.write(disk, number(commit), &[commit; PAGE_BYTES], at + HEADER_BYTES as u64)?;
        }
        Ok(())
    }

    #[test]
    fn a_transaction_is_one_write_and_complete_with_its_last_frame() {
        let (mut gathered, mut disk) = (Gathered::default(), Disk::default());
        gathered.write(&mut disk, number(7), &[9; BEGIN as usize], 0).unwrap();
        assert_eq!(disk.writes, 1, "the log's header is there at once");
        transaction(&mut gathered, &mut disk, 0, 9, 7).unwrap();
        // The second makes the file longer.
        assert_eq!((disk.writes, disk.frames()), (3, 9));
        transaction(&mut gathered, &mut disk, 9, 600, 8).unwrap();
        assert!(disk.writes < 10, "{} writes", disk.writes);
        assert_eq!(disk.bytes.len() as u64, BEGIN + 609 * FRAME_BYTES, "a large one is long enough");
    }

    #[test]
    fn the_file_grows_in_few_and_rising_steps() {
        let (mut gathered, mut disk) = (Gathered::of(0), Disk::default());
        let mut sizes = vec![0];
        for n in 0..1_000 {
            transaction(&mut gathered, &mut disk, n * 9, 9, 1 + (n % 200) as u8).unwrap();
            sizes.push(disk.bytes.len());
        }
        assert_eq!(disk.frames(), 9_000);
        sizes.dedup();
        let steps: Vec<usize> = sizes.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(steps.len() < 20, "{steps:?}");
        assert!(steps[0] < 80_000 && steps.iter().all(|step| *step < 1_200_000), "{steps:?}");
        assert!(*steps.last().unwrap() > 1_000_000, "{steps:?}");
        // It begins anew: nothing is longer for that, until it is cut.
        let writes = disk.writes;
        transaction(&mut gathered, &mut disk, 0, 9, 250).unwrap();
        assert_eq!((disk.writes, disk.bytes.len()), (writes + 1, *sizes.last().unwrap()));
        gathered.cut(10_000);
        disk.bytes.truncate(10_000);
        transaction(&mut gathered, &mut disk, 9, 18, 251).unwrap();
        assert!(disk.bytes.len() > 70_000);
    }

    #[test]
    fn a_transaction_that_fits_succeeds_where_nothing_more_does() {
        let (mut gathered, mut disk) = (Gathered::of(0), Disk { room: Some(1), ..Disk::default() });
        transaction(&mut gathered, &mut disk, 0, 9, 1).unwrap();
        assert_eq!((disk.frames(), disk.bytes.len() as u64), (9, BEGIN + 9 * FRAME_BYTES));
        disk.room = None;
        transaction(&mut gathered, &mut disk, 9, 9, 2).unwrap();
        assert_eq!(disk.frames(), 18);
    }

    #[test]
    fn outside_of_a_commit_nothing_waits_nor_where_writes_may_damage_what_lies_beside_them() {
        for (mut gathered, commit) in [(Gathered::default(), 0), (Gathered::straight(), 1)] {
            let mut disk = Disk::default();
            transaction(&mut gathered, &mut disk, 0, 9, commit).unwrap();
            assert_eq!(disk.writes, 18);
        }
    }

    #[test]
    fn a_header_that_is_corrected_does_not_wait_for_a_page() {
        let (mut gathered, mut disk) = (Gathered::default(), Disk::default());
        transaction(&mut gathered, &mut disk, 0, 2, 7).unwrap();
        gathered.read(&mut disk, number(7), BEGIN).unwrap();
        gathered.write(&mut disk, number(7), &header(true, 3), BEGIN).unwrap();
        assert_eq!(disk.bytes[BEGIN as usize], 3);
    }

    #[test]
    fn what_a_commit_that_failed_has_left_is_never_written() {
        let (mut gathered, mut disk) = (Gathered::default(), Disk { room: Some(1), ..Disk::default() });
        transaction(&mut gathered, &mut disk, 0, 3, 1).unwrap();
        assert_eq!(transaction(&mut gathered, &mut disk, 3, 2, 2), Err(SQLITE_FULL));
        // One that was given up before its last frame.
        gathered.write(&mut disk, number(3), &header(false, 3), BEGIN + 3 * FRAME_BYTES).unwrap();
        disk.room = None;
        // Meanwhile another connection has written there.
        transaction(&mut Gathered::default(), &mut disk, 3, 4, 4).unwrap();
        let before = disk.bytes[..(BEGIN + 7 * FRAME_BYTES) as usize].to_vec();
        transaction(&mut gathered, &mut disk, 7, 1, 5).unwrap();
        assert!(disk.bytes.starts_with(&before));
        assert_eq!(disk.frames(), 8);
    }

    /// What SQLite does with a log.
    #[derive(Clone, Debug)]
    enum Step {
        /// A transaction of so many frames; of these, so many are written ahead of the rest, and taken back or read again.
        Commit { frames: u64, ahead: u64, taken_back: bool, read: bool },
        /// Frames of a commit that is given up; then another connection writes there.
        GiveUp { frames: u64 },
        /// A page of the transaction that is written again in its place, and headers that are corrected.
        Correct,
        /// The log begins anew.
        Restart,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (1..400_u64, 0..400_u64, any::<bool>(), any::<bool>())
                .prop_map(|(frames, ahead, taken_back, read)| Step::Commit { frames, ahead, taken_back, read }),
            1 => (1..300_u64).prop_map(|frames| Step::GiveUp { frames }),
            1 => Just(Step::Correct),
            1 => Just(Step::Restart),
        ]
    }

    /// The same writes to both.
    struct Pair {
        commit: u8,
        gathered: Gathered,
        disk: Disk,
        plain: Disk,
    }

    impl Pair {
        fn write(&mut self, bytes: &[u8], at: u64) {
            self.gathered.write(&mut self.disk, number(self.commit), bytes, at).unwrap();
            self.plain.write(bytes, at).unwrap();
        }
        fn frame(&mut self, place: u64, commits: bool, seed: u8) {
            let at = BEGIN + place * FRAME_BYTES;
            self.write(&header(commits, seed), at);
            self.write(&[seed; PAGE_BYTES], at + HEADER_BYTES as u64);
        }
        fn read(&mut self, at: u64) {
            self.gathered.read(&mut self.disk, number(self.commit), at).unwrap();
            // What lies behind is nobody's yet.
            let upto = at as usize + PAGE_BYTES;
            assert_eq!(self.disk.bytes.get(..upto), self.plain.bytes.get(..upto));
        }
    }

    proptest! {
        #[test]
        fn whoever_may_look_finds_what_was_written(steps in proptest::collection::vec(step(), 1..12)) {
            let (gathered, disk, plain) = (Gathered::default(), Disk::default(), Disk::default());
            let mut pair = Pair { commit: 1, gathered, disk, plain };
            pair.write(&[1; BEGIN as usize], 0);
            let mut place = 0;
            for (n, step) in steps.into_iter().enumerate() {
                let seed = n as u8 + 2;
                pair.commit = seed;
                match step {
                    Step::Commit { frames, ahead, taken_back, read } => {
                        (0..ahead).for_each(|n| pair.frame(place + n, false, seed));
                        if read && ahead > 0 {
                            pair.read(BEGIN + (place + ahead - 1) * FRAME_BYTES + HEADER_BYTES as u64);
                        }
                        let from = if taken_back { place + ahead / 2 } else { place + ahead };
                        (0..frames).for_each(|n| pair.frame(from + n, n + 1 == frames, seed ^ 0x80));
                        place = from + frames;
                    }
                    Step::GiveUp { frames } => {
                        (0..frames).for_each(|n| pair.frame(place + n, false, seed));
                        let mut other = Gathered::default();
                        transaction(&mut other, &mut pair.disk, place, 3, seed ^ 0x40).unwrap();
                        transaction(&mut Gathered::default(), &mut pair.plain, place, 3, seed ^ 0x40).unwrap();
                        place += 3;
                    }
                    Step::Correct if place > 1 => {
                        pair.write(&[seed; PAGE_BYTES], BEGIN + HEADER_BYTES as u64);
                        for n in [place - 2, place - 1] {
                            pair.read(BEGIN + n * FRAME_BYTES);
                            pair.write(&header(n + 1 == place, seed), BEGIN + n * FRAME_BYTES);
                        }
                    }
                    Step::Correct => {}
                    Step::Restart => {
                        place = 0;
                        pair.write(&[seed; BEGIN as usize], 0);
                    }
                }
                // What a transaction that was given up has left is nobody's.
                let committed = (BEGIN + place * FRAME_BYTES) as usize;
                prop_assert_eq!(&pair.disk.bytes[..committed], &pair.plain.bytes[..committed]);
            }
        }
    }
}
