//! What was written since the last sync: written down before it happens, taken back after the kill.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

const WRITTEN: u8 = 1;
const CUT_OFF: u8 = 2;
const SYNCED: u8 = 3;

/// The notes of a running process.
pub(super) struct Journal {
    file: File,
    /// Notes since the last sync of each file.
    open: BTreeMap<PathBuf, u64>,
}

impl Journal {
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, open: BTreeMap::new() })
    }

    /// `new` is about to be written at `at`, over `old`, to a file of `size` bytes.
    pub(super) fn written(&mut self, path: &Path, at: u64, size: u64, old: &[u8], new: &[u8]) -> io::Result<()> {
        self.note(WRITTEN, path, [at, size], [old, new])
    }

    /// A file of `size` bytes is about to end at `at`, without `old`.
    pub(super) fn cut_off(&mut self, path: &Path, at: u64, size: u64, old: &[u8]) -> io::Result<()> {
        self.note(CUT_OFF, path, [at, size], [old, &[]])
    }

    /// All of the file is on the disk.
    pub(super) fn synced(&mut self, path: &Path) -> io::Result<()> {
        if self.open.remove(path).is_none() {
            return Ok(());
        }
        if self.open.is_empty() {
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
            return Ok(());
        }
        self.note(SYNCED, path, [0, 0], [&[], &[]])?;
        self.open.remove(path);
        Ok(())
    }

    /// One write to the notes, so that a kill leaves whole ones and at most a part of the last.
    fn note(&mut self, kind: u8, path: &Path, numbers: [u64; 2], bytes: [&[u8]; 2]) -> io::Result<()> {
        let name = path.as_os_str().as_encoded_bytes();
        let mut note = vec![kind];
        for length in [name.len(), bytes[0].len(), bytes[1].len()] {
            note.extend((length as u64).to_le_bytes());
        }
        note.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        note.extend(name);
        note.extend(bytes.concat());
        self.file.write_all(&note)?;
        *self.open.entry(path.to_owned()).or_default() += 1;
        Ok(())
    }
}

struct Note {
    kind: u8,
    path: PathBuf,
    at: u64,
    size: u64,
    old: Vec<u8>,
    new: Vec<u8>,
}

/// What a power cut took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Writes that were not synced.
    pub unsynced: u64,
    /// Of these, the ones that are gone.
    pub dropped: u64,
}

/// Takes back what a killed process wrote and did not sync; `survives` says of each such write whether the disk
/// had it all the same. Nobody else may have the files open.
///
/// # Errors
/// When a file cannot be written.
pub fn cut_power(log: &Path, mut survives: impl FnMut() -> bool) -> io::Result<Lost> {
    let mut open: Vec<Note> = Vec::new();
    for note in notes(&std::fs::read(log)?) {
        match note.kind {
            SYNCED => open.retain(|earlier| earlier.path != note.path),
            _ => open.push(note),
        }
    }
    for note in open.iter().rev() {
        let file = File::options().write(true).open(&note.path)?;
        file.write_all_at(&note.old, note.at)?;
        file.set_len(note.size)?;
    }
    let mut lost = Lost::default();
    for note in &open {
        lost.unsynced += 1;
        if !survives() {
            lost.dropped += 1;
            continue;
        }
        let file = File::options().write(true).open(&note.path)?;
        match note.kind {
            CUT_OFF => file.set_len(note.at)?,
            _ => file.write_all_at(&note.new, note.at)?,
        }
    }
    std::fs::remove_file(log)?;
    Ok(lost)
}

/// The whole notes.
fn notes(mut log: &[u8]) -> Vec<Note> {
    let mut notes = Vec::new();
    while let Some(note) = next(&mut log) {
        notes.push(note);
    }
    notes
}

fn next(log: &mut &[u8]) -> Option<Note> {
    use std::os::unix::ffi::OsStringExt as _;
    let mut kind = [0];
    log.read_exact(&mut kind).ok()?;
    let mut numbers = [0_u64; 5];
    for number in &mut numbers {
        let mut bytes = [0; 8];
        log.read_exact(&mut bytes).ok()?;
        *number = u64::from_le_bytes(bytes);
    }
    let mut take = |length: u64| {
        let (taken, rest) = log.split_at_checked(usize::try_from(length).ok()?)?;
        *log = rest;
        Some(taken.to_vec())
    };
    let [name, old, new, at, size] = numbers;
    let path = PathBuf::from(std::ffi::OsString::from_vec(take(name)?));
    let (old, new) = (take(old)?, take(new)?);
    Some(Note { kind: kind[0], path, at, size, old, new })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Disk {
        journal: Journal,
        file: PathBuf,
        log: PathBuf,
        _folder: tempfile::TempDir,
    }

    impl Disk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (file, log) = (folder.path().join("f"), folder.path().join("log"));
            std::fs::write(&file, "").unwrap();
            Self { journal: Journal::begin(&log).unwrap(), file, log, _folder: folder }
        }
        fn note(&mut self, at: u64, text: &str) {
            let before = std::fs::read(&self.file).unwrap();
            let old = &before[at as usize..before.len().min(at as usize + text.len())];
            self.journal.written(&self.file, at, before.len() as u64, old, text.as_bytes()).unwrap();
        }
        fn write(&mut self, at: u64, text: &str) {
            self.note(at, text);
            File::options().write(true).open(&self.file).unwrap().write_all_at(text.as_bytes(), at).unwrap();
        }
        fn cut_off(&mut self, at: u64) {
            let before = std::fs::read(&self.file).unwrap();
            self.journal.cut_off(&self.file, at, before.len() as u64, &before[at as usize..]).unwrap();
            File::options().write(true).open(&self.file).unwrap().set_len(at).unwrap();
        }
        fn after(self, survivors: &[bool]) -> String {
            let mut survivors = survivors.iter();
            cut_power(&self.log, || survivors.next().copied().unwrap_or_default()).unwrap();
            std::fs::read_to_string(&self.file).unwrap()
        }
    }

    #[test]
    fn what_was_synced_stays_and_the_rest_is_taken_back() {
        let mut disk = Disk::new();
        disk.write(0, "abcdef");
        disk.journal.synced(&disk.file.clone()).unwrap();
        disk.write(2, "XY");
        disk.cut_off(3);
        disk.write(3, "longer than before");
        assert_eq!(disk.after(&[]), "abcdef");
    }

    #[test]
    fn any_part_of_what_was_not_synced_may_stay() {
        let mut disk = Disk::new();
        disk.write(0, "abcdef");
        disk.journal.synced(&disk.file.clone()).unwrap();
        disk.write(0, "1");
        disk.write(0, "23");
        disk.write(5, "45");
        assert_eq!(disk.after(&[true, false, true]), "1bcde45");
    }

    #[test]
    fn a_note_that_a_kill_cut_short_is_of_a_write_that_never_was() {
        let mut disk = Disk::new();
        disk.write(0, "abc");
        let whole = std::fs::metadata(&disk.log).unwrap().len();
        disk.note(1, "Z");
        File::options().write(true).open(&disk.log).unwrap().set_len(whole + 20).unwrap();
        assert_eq!(disk.after(&[true]), "abc");
    }
}
