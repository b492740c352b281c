//! Independent, stable random streams from one seed and a list of names.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::normal;

/// A stream that depends on `seed` and all `parts`, in order, on every platform and version.
pub(crate) fn stream(seed: u64, parts: &[&[u8]]) -> ChaCha8Rng {
    // FNV-1a over length-prefixed parts, so that ("ab", "c") and ("a", "bc") differ.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    eat(&seed.to_le_bytes());
    for part in parts {
        eat(&(part.len() as u64).to_le_bytes());
        eat(part);
    }
    ChaCha8Rng::seed_from_u64(hash)
}

/// A log-normal draw.
pub(crate) fn log_normal(rng: &mut ChaCha8Rng, median: f64, sigma: f64) -> f64 {
    median * (sigma * normal::quantile(rng.random())).exp()
}

/// An exponential draw.
pub(crate) fn exponential(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.random::<f64>()).max(1e-12).ln()
}
