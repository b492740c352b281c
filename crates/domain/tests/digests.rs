//! Digests, against values that any implementation of XXH3-64 gives.

#![allow(clippy::unwrap_used, reason = "a test may stop where it finds something wrong")]

use domain::digest::{self, Bucket, Digests};
use domain::{MerchantId, Record};

fn id(text: &str) -> MerchantId {
    MerchantId::new(text).unwrap()
}

#[test]
fn rows_are_digested_as_the_specification_of_xxh3_says() {
    // From the reference implementation: `XXH3_64bits`, no secret, no seed.
    let table = [("", 0x2d06_8005_38d3_94c2_u64), ("a", 0xe6c6_32b6_1e96_4e1f), ("abc", 0x78af_5f94_892f_3950)];
    for (text, expected) in table {
        assert_eq!(digest::row(text), expected, "{text:?}: {:x}", digest::row(text));
    }
    // The low byte of the same is the bucket.
    assert_eq!(digest::bucket(&id("a")), 0x1f);
    assert_eq!(digest::bucket(&id("abc")), 0x50);
}

#[test]
fn the_canonical_form_has_no_spaces_and_reads_back() {
    let record = Record::empty(id("BJ-1"));
    let text = digest::canonical(&record).unwrap();
    assert_eq!(text, r#"{"merchant_id":"BJ-1","registers":{},"edits":{}}"#);
    assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
}

#[test]
fn the_order_of_rows_does_not_matter_and_each_row_does() {
    let rows = [u64::MAX, 1, 77, u64::MAX - 3, 1 << 63];
    let of = |rows: &[u64]| {
        let mut bucket = Bucket::default();
        rows.iter().for_each(|row| bucket.add(*row));
        bucket
    };
    let mut backwards = rows;
    backwards.reverse();
    assert_eq!(of(&rows), of(&backwards));
    assert_eq!(of(&rows).rows, 5);
    assert_ne!(of(&rows), of(&rows[1..]));
    assert_ne!(of(&[0]), of(&[]), "a row whose digest is 0 counts all the same");
    // Summed in halves, as SQL does it.
    let high = rows.iter().map(|row| row >> 32).sum();
    let low = rows.iter().map(|row| row & 0xffff_ffff).sum();
    assert_eq!(Bucket::of_halves(5, high, low), of(&rows));
}

#[test]
fn buckets_that_differ_are_named() {
    let mut one = Digests::empty("e1".to_owned(), 7);
    let mut other = one.clone();
    assert_eq!(one.differing(&other), [] as [u8; 0]);
    one.add(&id("a"), 5);
    other.add(&id("abc"), 5);
    assert_eq!(one.differing(&other), [0x1f, 0x50]);
    other.buckets.truncate(0x51);
    one.add(&id("abc"), 5);
    other.add(&id("a"), 5);
    assert_eq!(one.differing(&other), (0x51..=0xff).collect::<Vec<u8>>(), "what one side lacks differs");
}

#[test]
fn on_the_wire() {
    let mut sent = Digests::empty("e1".to_owned(), 7);
    sent.add(&id("a"), 0xab);
    let text = serde_json::to_string(&sent).unwrap();
    assert!(text.starts_with(r#"{"epoch":"e1","seq":7,"buckets":[[0,"0000000000000000"],"#), "{text}");
    assert!(text.contains(r#"[1,"00000000000000ab"]"#));
    assert_eq!(serde_json::from_str::<Digests>(&text).unwrap(), sent);
    let table = [
        r#"{"epoch":"e1","seq":7,"buckets":[]}"#.to_owned(),
        text.replace("00000000000000ab", "00000000000000AB"),
        text.replace("00000000000000ab", "ab"),
        text.replace("00000000000000ab", "+0000000000000ab"),
    ];
    for wrong in table {
        assert!(serde_json::from_str::<Digests>(&wrong).is_err(), "{wrong:.80}");
    }
}
