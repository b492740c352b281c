//! `merchant-console merge`: base, mine and theirs in three lines, and rules in a fourth if there is one.
#![no_main]

use domain::Profile;
use domain::rules::RuleSet;
use libfuzzer_sys::fuzz_target;
use sync_engine::three_way::{Merge, merge};

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut profile = || serde_json::from_slice::<Option<Profile>>(lines.next()?).ok();
    let (Some(base), Some(mine), Some(theirs)) = (profile(), profile(), profile()) else { return };
    let rules = lines.next().and_then(|line| serde_json::from_slice(line).ok()).unwrap_or_else(RuleSet::default);
    let merged = merge(base.as_ref(), mine.as_ref(), theirs.as_ref(), &rules);
    let text = serde_json::to_string(&merged).expect("a result has a form");
    let again: Merge = serde_json::from_str(&text).expect("and is read again");
    fuzz::is_same(&again, &merged, &text);
    // From the other side the same registers come out, and the same questions.
    let turned = merge(base.as_ref(), theirs.as_ref(), mine.as_ref(), &rules);
    let registers = |merge: &Merge| merge.merged.as_ref().map(Profile::to_registers);
    let fields = |merge: &Merge| merge.review.iter().map(|question| question.field.clone()).collect::<Vec<_>>();
    fuzz::is_same(&fields(&merged), &fields(&turned), &text);
    if merged.review.is_empty() {
        let (a, b) = (registers(&merged), registers(&turned));
        assert_eq!(a.is_some(), b.is_some(), "{text}");
        for (field, value) in a.iter().flatten() {
            let other = b.as_ref().and_then(|b| b.get(field));
            assert!(other.is_some_and(|other| domain::validate::same(field, value, other)), "{field} {text}");
        }
    }
    // Who changed nothing leaves all to the other.
    let alone = merge(base.as_ref(), mine.as_ref(), base.as_ref(), &rules);
    if let (Some(_), Some(mine)) = (&base, &mine) {
        assert!(alone.review.is_empty(), "{text}");
        let registers = registers(&alone).unwrap_or_default();
        for (field, value) in mine.to_registers() {
            assert!(
                registers.get(&field).is_some_and(|there| domain::validate::same(&field, there, &value)),
                "{field}"
            );
        }
    }
});
