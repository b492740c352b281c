//! Import and export through the outbox and the backend.

use std::io::Write as _;

use serde_json::{Value as Json, json};
use tests::world::World;

const CSV: &str = "\u{feff}店名,地址,电话,类目,备注列\n\
    一号面馆,长街 1 号,13900139001,面馆,甲\n\
    二号火锅,长街 2 号,,火锅,=1+1\n\
    ,长街 3 号,,火锅,无名\n\
    一号面馆,长街 1 号,13900139001,面馆,重复\n";

#[test]
fn an_offline_import_is_equal_on_the_second_device() {
    let world = World::new().unwrap();
    let mut backend = world.backend(0).unwrap();
    let one = world.device("one", &backend, "administrator").unwrap();
    let two = world.device("two", &backend, "administrator").unwrap();
    backend.kill();

    let plain = world.path("stores.csv");
    std::fs::write(&plain, CSV).unwrap();
    let zipped = world.path("stores.csv.gz");
    let mut encoder = flate2::write::GzEncoder::new(std::fs::File::create(&zipped).unwrap(), Default::default());
    encoder.write_all(CSV.as_bytes()).unwrap();
    encoder.finish().unwrap();

    let import = |file: &std::path::Path, dry: bool| {
        let file = file.display().to_string();
        let mut arguments = vec!["--json", "import", &file, "--env", "test", "--map", "note=备注列"];
        if dry {
            arguments.push("--dry-run");
        }
        let ended = one.run(&arguments);
        assert_eq!(ended.status, 0, "{ended:?}");
        ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Json>>()
    };
    for file in [&plain, &zipped] {
        let lines = import(file, true);
        assert_eq!(lines.len(), 5, "a line for each row and one with the counts");
        let outcomes: Vec<_> = lines[..4].iter().map(|l| l["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["create", "create", "invalid:name:missing", "duplicate-of:1"]);
        assert_eq!(lines[4]["counts"]["create"], 2);
    }
    assert_eq!(one.ask(&["status"])["merchants"], 0, "a dry run changes nothing");
    import(&zipped, false);
    assert_eq!(one.ask(&["status"])["merchants"], 2);
    let again = import(&plain, true);
    let outcomes: Vec<_> = again[..4].iter().map(|l| l["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes[..2], ["unchanged", "unchanged"]);

    backend.restart().unwrap();
    one.sync();
    two.sync();
    let export = |device: &tests::world::Device, name: &str| {
        let path = world.path(name).display().to_string();
        device.ask(&["export", &path]);
        std::fs::read_to_string(path).unwrap()
    };
    let (a, b) = (export(&one, "one.jsonl"), export(&two, "two.jsonl"));
    assert_eq!(a.lines().count(), 2);
    assert_eq!(a, b);
    let row: Json = serde_json::from_str(b.lines().find(|l| l.contains("二号火锅")).unwrap()).unwrap();
    assert_eq!(row["note"], json!("=1+1"), "nothing of a cell is lost");
}
