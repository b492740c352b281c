//! A workload of our own, for a measurement without others': merchants of about 600 bytes; A edits one field of so
//! many, B one field of a hundredth of the same, half of them the same field.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use rand::seq::{SliceRandom, index};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::Failure;
use crate::figures::Figures;
use crate::workload::FIELDS;

const SEED: u64 = 20_261_120;
const LETTERS: &str = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜";
/// Characters of each field of a merchant.
const CHARACTERS: [usize; 8] = [10, 20, 6, 5, 20, 12, 24, 66];

fn text(random: &mut ChaCha8Rng, letters: &[char], characters: usize) -> String {
    (0..characters).map(|_| letters[random.random_range(0..letters.len())]).collect()
}

/// Writes the files of a workload.
pub fn generate(folder: &Path, merchants: usize, edits: usize) -> Result<Figures, Failure> {
    std::fs::create_dir_all(folder)?;
    let letters: Vec<char> = LETTERS.chars().collect();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut file = BufWriter::new(File::create(folder.join("merchants.ndjson"))?);
    for n in 0..merchants {
        let mut merchant = json!({ "merchant_id": format!("m{n:07}") });
        for (field, characters) in FIELDS.iter().zip(CHARACTERS) {
            merchant[*field] = format!("{}#{n}", text(&mut random, &letters, characters)).into();
        }
        writeln!(file, "{merchant}")?;
    }
    file.flush()?;
    let mut of_a = Vec::with_capacity(edits);
    for n in index::sample(&mut random, merchants, edits.min(merchants)) {
        of_a.push((n, random.random_range(0..FIELDS.len())));
    }
    write(folder, "edits_a.ndjson", "A", &of_a, &mut random, &letters)?;
    let mut of_b = of_a.clone();
    of_b.shuffle(&mut random);
    of_b.truncate((edits / 100).max(2));
    let same = of_b.len() / 2;
    of_b.iter_mut().skip(same).for_each(|(_, field)| *field = (*field + 1) % FIELDS.len());
    write(folder, "edits_b.ndjson", "B", &of_b, &mut random, &letters)?;
    Ok(Figures { ops: merchants as u64, ..Figures::default() })
}

fn write(
    folder: &Path,
    name: &str,
    who: &str,
    edits: &[(usize, usize)],
    random: &mut ChaCha8Rng,
    letters: &[char],
) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(folder.join(name))?);
    for (seq, (merchant, field)) in edits.iter().enumerate() {
        let value = format!("{}·{who}{seq:06}", text(random, letters, 8));
        let edit =
            json!({ "seq": seq, "merchant_id": format!("m{merchant:07}"), "field": FIELDS[*field], "value": value });
        writeln!(file, "{edit}")?;
    }
    Ok(file.flush()?)
}
