//! CSV and its kin: any bytes, through detection, header, rows and judgement, against an empty cache.
#![no_main]

use std::sync::LazyLock;

use fuzz::Importer;
use libfuzzer_sys::fuzz_target;

static IMPORTER: LazyLock<Importer> = LazyLock::new(Importer::new);

fuzz_target!(|bytes: &[u8]| IMPORTER.import(bytes));
