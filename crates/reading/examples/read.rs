//! Reads lines `FIELD TAB TEXT`, prints what they are read as.
use std::io::BufRead;
fn main() {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let (field, text) = line.split_once('\t').unwrap_or(("hours", &line));
        let text = text.replace("\\n", "\n");
        match field {
            "phones" => match reading::phones::read(&text, std::env::var("CC").ok().as_deref()) {
                Ok(f) => println!(
                    "{text}\t{}",
                    serde_json::Value::from(f.phones.iter().map(|p| p.json()).collect::<Vec<_>>())
                ),
                Err(e) => println!("{text}\t{}", e.code),
            },
            _ => match reading::hours::read(&text) {
                Ok(h) => println!("{text}\t{} {:?} {:?}", reading::hours::osm(&h), h.flags, h.note),
                Err(e) => println!("{text}\t{}", e.code),
            },
        }
    }
}
