"""The model against the golden vectors."""

import json
import pathlib

import pytest

import merge
import rules
import values

FOLDER = pathlib.Path(__file__).parents[2] / "docs" / "sync-protocol"


def cases(name):
    file = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"), parse_int=values.integer)
    return [pytest.param(case["given"], case["expect"], file.get("cast"), id=case["name"]) for case in file["cases"]]


def equal(a, b):
    return values.text_of(a) == values.text_of(b)


@pytest.mark.parametrize("given, expect, cast", cases("merge"))
def test_merge(given, expect, cast):
    record, answers = None, []
    for step in given["edits"]:
        before = record
        record, answer, history = merge.take(record, step["edit"], cast[step["by"]])
        answers.append({**answer, "history": history, "changed": record != before})
    for answer in expect["answers"]:
        # What is said to people is not part of the protocol.
        for decision in [*answer["decisions"], *(line["decision"] for line in answer["history"])]:
            decision.pop("message", None)
    assert equal(answers, expect["answers"])
    assert equal(record, expect["record"])
    assert equal(merge.shown(record) if record else None, expect["shown"])
    assert equal(merge.review(record) if record else None, expect["review"])


@pytest.mark.parametrize("given, expect, cast", cases("settle"))
def test_settle(given, expect, cast):
    candidates = [{**one, "d": one["dot"], "dot": merge.pair(one["dot"])} for one in given["candidates"]]
    shows, rule, speakers = merge.settle(given["field"], candidates, given.get("rules", rules.FIRST))
    found = {"rule": rule} if speakers is None else {"open": [one["d"] for one in speakers]}
    assert {"shows": shows["d"], **found} == expect


@pytest.mark.parametrize("given, expect, cast", cases("rules"))
def test_rules(given, expect, cast):
    try:
        rules.check(given["rules"])
        found = {"ok": True}
    except values.Refused as refused:
        found = {"code": refused.code, "field": refused.about}
    assert found == expect


@pytest.mark.parametrize("given, expect, cast", cases("values"))
def test_values(given, expect, cast):
    try:
        found = {"value": values.normal(given["field"], given["value"])}
    except values.Refused as refused:
        found = {"code": refused.code}
    assert equal(found, expect)


@pytest.mark.parametrize("given, expect, cast", cases("declared"))
def test_declared(given, expect, cast):
    try:
        found = {"value": values.normal(given["field"], given["value"], given["schema"])}
    except values.Refused as refused:
        found = {"code": refused.code}
    assert equal(found, expect)


@pytest.mark.parametrize("given, expect, cast", cases("same"))
def test_same(given, expect, cast):
    assert values.same(given["field"], given["a"], given["b"]) == expect["same"]


@pytest.mark.parametrize("given, expect, cast", cases("clocks"))
def test_clocks(given, expect, cast):
    clock, stamps = merge.Clock(int(given["after"], 16)), []
    for step in given["steps"]:
        if "tick_ms" in step:
            stamps.append(f"{clock.tick(step['tick_ms']):016x}")
        else:
            clock.observe(int(step["observe"], 16), step["at_ms"])
    assert stamps == expect["stamps"]


@pytest.mark.parametrize("given, expect, cast", cases("versions"))
def test_versions(given, expect, cast):
    a, b = given["a"], given["b"]
    assert merge.join(a, b) == expect["join"]
    assert (merge.covers(a, b), merge.covers(b, a)) == (expect["a_covers_b"], expect["b_covers_a"])
    assert merge.has_seen(a, given["dot"]) == expect["a_contains_dot"]


@pytest.mark.parametrize("given, expect, cast", cases("records"))
def test_records(given, expect, cast):
    text = merge.canonical(given["record"])
    assert text == expect["text"]
    assert f"{merge.digest(text):016x}" == expect["digest"]
    assert merge.bucket(given["record"]["merchant_id"]) == expect["bucket"]
    assert merge.version(given["record"]) == expect["version"]
