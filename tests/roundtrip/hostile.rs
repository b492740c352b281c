//! Files that nobody should have sent, through the whole program: each ends with a message that says what to do, in little
//! memory, and nothing of it is imported.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value as Json;
use tests::world::{Device, World, console_program, wait_until};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The most address space of the program, in KiB: what unpacks to gigabytes does not fit.
const ADDRESS_SPACE_KIB: u32 = 1_500_000;

/// How it ends.
enum Ends {
    /// Refused, with these words.
    Refused(&'static str),
    /// Read, with so many rows.
    Read(u64),
}
use Ends::{Read, Refused};

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Imports dry within bounded memory; the status, the lines of the result, the message.
fn dry_run(device: &Device, world: &World, file: &Path) -> (i32, Vec<Json>, String) {
    let (out, err) = (world.path("out"), world.path("err"));
    let to = |path: &Path| Stdio::from(std::fs::File::create(path).unwrap());
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -v $0; exec \"$@\"", &ADDRESS_SPACE_KIB.to_string()])
        .arg(console_program())
        .args(["--json", "import", "--env", "test", "--dry-run"])
        .arg(file)
        .envs(device.environment())
        .stdout(to(&out))
        .stderr(to(&err))
        .spawn()
        .unwrap();
    let status = wait_until(&format!("the end of {}", file.display()), || child.try_wait().unwrap());
    let lines = std::fs::read_to_string(out).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (status.code().unwrap_or(-1), lines, std::fs::read_to_string(err).unwrap())
}

#[test]
fn a_hostile_file_ends_with_words_and_changes_nothing() {
    let world = World::new().unwrap();
    let backend = world.backend(0).unwrap();
    let device = world.device("one", &backend, "administrator").unwrap();
    device.ask(&["set", "A-1", "name=一号面馆", "address=长街 1 号"]);
    let book = world.path("sound.xlsx").display().to_string();
    device.ask(&["export", &book]);
    let book = std::fs::read(book).unwrap();

    let csv = "name,address\n二号面馆,长街 2 号\n三号面馆,长街 3 号\n".as_bytes();
    let long = [csv, "x".repeat(3 << 20).as_bytes()].concat();
    let noise: Vec<u8> = (0..64_u32 * 1024).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let picture = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &noise].concat();
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &noise].concat();
    let bomb = vec![b'x'; 128 << 20];
    let open_document: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
    let files: [(&str, Vec<u8>, Ends); 18] = [
        ("empty.csv", Vec::new(), Refused("no rows")),
        ("blank.csv", b"\r\n \r\n\r\n".to_vec(), Refused("no rows")),
        ("header-only.csv", b"name,address\n".to_vec(), Read(0)),
        ("renamed.csv", book.clone(), Read(1)),
        ("renamed.xlsx", csv.to_vec(), Read(2)),
        ("packed.xlsx", packed(csv), Read(2)),
        ("cut.xlsx", book[..book.len() / 2].to_vec(), Refused("cannot be read")),
        ("head-only.xlsx", book[..30].to_vec(), Refused("cannot be read")),
        ("cut.csv.gz", packed(csv)[..40].to_vec(), Refused("breaks off")),
        ("twice.csv.gz.gz", packed(&packed(&noise)), Refused("neither a text nor a workbook")),
        ("archive.xlsx", archive(&[("readme.txt", b"no workbook")]), Refused("packed folder")),
        ("no-sheet.ods", archive(&[("mimetype", open_document)]), Refused("cannot be read")),
        ("bomb.xlsx", archive(&[("xl/workbook.xml", &bomb)]), Refused("unpacks to more")),
        ("bomb.csv.gz", packed(&[csv, &bomb].concat()), Refused("row 3 is too large")),
        ("picture.csv", picture, Refused("neither a text nor a workbook")),
        ("old.xls", old, Refused("cannot be read")),
        ("zeros.csv", vec![0; 1 << 20], Refused("neither a text nor a workbook")),
        ("one-line.csv", long, Refused("row 3 is too large")),
    ];
    for (name, bytes, ends) in files {
        let file = world.path(name);
        std::fs::write(&file, bytes).unwrap();
        let (status, lines, message) = dry_run(&device, &world, &file);
        match ends {
            Refused(words) => {
                assert_eq!(status, 1, "{name}: {message}");
                assert!(message.contains("[bad_file]") && message.contains(words), "{name}: {message}");
                assert!(lines.iter().all(|line| line["counts"].is_null()), "{name}: {lines:?}");
            }
            Read(rows) => {
                assert_eq!(status, 0, "{name}: {message}");
                let last = lines.last().unwrap();
                assert_eq!(last["file"]["data_records"], rows, "{name}: {last}");
            }
        }
    }

    // What is no file at all.
    let (folder, pipe) = (world.path("folder.csv"), world.path("pipe.csv"));
    std::fs::create_dir(&folder).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (file, words) in [(folder, "is a folder"), (pipe, "is no file"), (world.path("nothing.csv"), "nothing.csv")] {
        let (status, lines, message) = dry_run(&device, &world, &file);
        assert_eq!((status, lines.len()), (1, 0), "{}: {message}", file.display());
        assert!(message.contains("[bad_file]") && message.contains(words), "{}: {message}", file.display());
    }
    assert_eq!(device.ask(&["status"])["merchants"], 1);
}
