//! The cases of RFC 7396 (JSON Merge Patch), Appendix A, as two people would come to them: one side changes a document
//! as the patch says, the other leaves it alone or changes something else.
#![allow(missing_docs, clippy::unwrap_used)]

use domain::profile::Profile;
use domain::rules::RuleSet;
use serde_json::{Value, json};
use sync_engine::three_way::{Merge, merge};

/// Original, patch, result.
fn cases() -> Vec<[Value; 3]> {
    vec![
        [json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})],
        [json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})],
        [json!({"a":"b"}), json!({"a":null}), json!({})],
        [json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})],
        [json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})],
        [json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})],
        [json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})],
        [json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})],
        [json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])],
        [json!({"a":"b"}), json!(["c"]), json!(["c"])],
        [json!({"a":"foo"}), json!(null), json!(null)],
        [json!({"a":"foo"}), json!("bar"), json!("bar")],
        [json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})],
        [json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})],
        [json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})],
    ]
}

fn profile(custom: &Value) -> Profile {
    serde_json::from_value(json!({"merchant_id": "A1", "name": "a", "custom": custom})).unwrap()
}

fn merged(base: &Value, mine: &Value, theirs: &Value) -> Merge {
    merge(Some(&profile(base)), Some(&profile(mine)), Some(&profile(theirs)), &RuleSet::default())
}

/// The custom fields that came out; no field and `null` mean the same.
fn custom(merge: &Merge) -> Value {
    let custom = &merge.merged.as_ref().unwrap().custom;
    custom.iter().map(|(key, value)| (key.clone(), value.0.clone())).collect::<serde_json::Map<_, _>>().into()
}

fn without_nulls(members: &Value) -> Value {
    members
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn a_document_of_one_field_is_replaced_whole() {
    for [original, patch, result] in cases() {
        let doc = |value: &Value| json!({"doc": value});
        for turned in [false, true] {
            let (mine, theirs) = if turned { (&original, &result) } else { (&result, &original) };
            let merge = merged(&doc(&original), &doc(mine), &doc(theirs));
            assert!(merge.review.is_empty(), "{original} {patch}");
            assert_eq!(custom(&merge), without_nulls(&doc(&result)), "{original} {patch}");
        }
    }
}

#[test]
fn members_that_are_fields_merge_one_by_one() {
    for [original, patch, result] in cases() {
        if !(original.is_object() && result.is_object()) {
            continue;
        }
        // The other side adds a member that the patch does not know.
        let mut theirs = original.clone();
        theirs["other"] = json!("x");
        let merge = merged(&original, &result, &theirs);
        let mut expected = without_nulls(&result);
        expected["other"] = json!("x");
        assert!(merge.review.is_empty(), "{original} {patch}");
        assert_eq!(custom(&merge), expected, "{original} {patch}");
    }
}
