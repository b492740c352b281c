"""What must hold of any history: the order of arrival does not matter, repetitions change nothing, no value is
lost, replicas converge. Under the first rules and under any others."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

import merge
import rules
import values

settings.register_profile("bounded", max_examples=int(os.environ.get("MODEL_EXAMPLES", "100")), deadline=None,
                          derandomize=True, database=None)
settings.load_profile("bounded")

ACTOR = {"id": "ops", "name": "ops", "role": "operations", "scope": "all"}
ADMIN = {**ACTOR, "id": "admin", "role": "administrator"}
DEVICES = [f"{n:016x}" for n in (0xA, 0xB, 0xC, 0xD)]
FIRST_MS = 1_790_000_000_000

WRITES = {
    "name": ["王记", "王 记", "wang", "Ｗang", "老王"],
    "hours.tu": ["10-22", ["10:00-22:00"], [], None],
    "hours.special.2026-10-01": [[], ["10:00-16:00"]],
    "custom.seats": ["40", 40, {"a": 1}, None],
    "tags.halal": [True, None],
    "phones.+8613800138000": [True, None],
    "location": ["39.9042,116.4074", "39.9043,116.4074", "39.9044,116.4074"],
    "menu.top": [{"n": 1}, {"n": 2}],
    "deleted": [True, None],
}


def stamp(seconds):
    return f"{(FIRST_MS + 1000 * seconds) << 16:016x}"


def edit(device, counter, base, seconds, source, writes):
    dot = f"{device}:{counter}"
    return {"edit_id": f"{device[-1]}-{counter}", "merchant_id": "BJ-1", "dot": dot, "base": dict(base),
            "hlc": stamp(seconds), "source": source, "trace_id": "",
            "writes": [{"field": field, "value": value} for field, value in writes.items()]}


OPENING = edit("0" * 16, 1, {}, 0, "import", {"name": "老王面馆", "address": "长安街1号", "hours.tu": ["10:00-22:00"]})

some_writes = st.lists(st.sampled_from(list(WRITES)), min_size=1, max_size=3, unique=True).flatmap(
    lambda fields: st.fixed_dictionaries({field: st.sampled_from(WRITES[field]) for field in fields})
)
wrote = st.tuples(st.just("wrote"), st.sampled_from(DEVICES), st.integers(0, 6),
                  st.sampled_from(["feedback", "third_party", "import", "manual"]), some_writes)
saw = st.tuples(st.just("saw"), st.sampled_from(DEVICES), st.sampled_from(DEVICES))


@st.composite
def histories(draw):
    """Edits of four devices that have seen some of each other, with who is signed in."""
    seen = {device: {"0" * 16: 1} for device in DEVICES}
    counters, edits = dict.fromkeys(DEVICES, 0), []
    for did, device, *how in draw(st.lists(st.one_of(wrote, wrote, saw), max_size=9)):
        if did == "saw":
            seen[device] = merge.join(seen[device], seen[how[0]])
            continue
        counters[device] += 1
        edits.append((edit(device, counters[device], seen[device], *how), draw(st.sampled_from([ACTOR, ADMIN]))))
        seen[device] = merge.join(seen[device], {device: counters[device]})
    return edits


def any_sides(words):
    side = st.lists(st.sampled_from(words), max_size=3)
    return st.fixed_dictionaries({"of": side, "over": side})


preferences = st.one_of(
    any_sides(rules.SOURCES).map(lambda both: {"source": both}),
    any_sides(rules.ROLES).map(lambda both: {"role": both}),
    st.sampled_from(["later", "present", "longest", {"near": {"metres": 12}}, {"near": {"metres": 50}}]),
)
rule_sets = st.one_of(
    st.just(rules.FIRST),
    st.lists(st.tuples(st.sampled_from(["*", "name", "hours.*", "custom.*", "location"]), preferences), max_size=4).map(
        lambda found: [{"id": f"r{n}", "fields": of, "prefer": prefer} for n, (of, prefer) in enumerate(found)]
    ),
)


def arrive(edits, chosen, record=None):
    lines = []
    for one, actor in edits:
        record, answer, history = merge.take(record, one, actor, chosen)
        assert answer["state"] != "rejected", answer
        lines += [(one["dot"], line) for line in history]
    return record, lines


def state(edits, chosen):
    record, _ = arrive([(OPENING, ACTOR), *edits], chosen)
    return merge.canonical(record), merge.review(record, chosen), merge.shown(record, chosen)


@given(histories().flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))), rule_sets)
def test_the_order_of_arrival_does_not_matter(orders, chosen):
    made, shuffled = orders
    assert state(made, chosen) == state(shuffled, chosen)


@given(histories(), rule_sets, st.data())
def test_repetitions_change_nothing(made, chosen, data):
    again = data.draw(st.lists(st.sampled_from(made), max_size=5)) if made else []
    assert state(made, chosen) == state([*made, *again], chosen)


@given(histories(), rule_sets)
def test_no_value_is_lost(made, chosen):
    record, lines = arrive([(OPENING, ACTOR), *made], chosen)
    shown = merge.shown(record, chosen)
    for one, _ in [(OPENING, ACTOR), *made]:
        for write in one["writes"]:
            field, value = write["field"], values.normal(write["field"], write["value"])
            # It is in the history for ever, as it was stored …
            assert any(dot == one["dot"] and line["field"] == field and values.equal(line["after"], value)
                       for dot, line in lines)
            # … and it is a candidate until somebody who had seen it writes the register.
            heirs = [other for other, _ in made if merge.has_seen(other["base"], one["dot"])
                     and any(w["field"] == field for w in other["writes"])]
            candidates = merge.candidates_of(record, field)
            assert heirs or any(found["d"] == one["dot"] for found in candidates)
            # What shows is one of the candidates, never something between them.
            if field in shown:
                assert any(values.equal(found["value"], shown[field]) for found in candidates)


@given(histories(), rule_sets, st.data())
def test_replicas_converge(made, chosen, data):
    """Replicas that got different edits in different orders are equal once each has got all."""
    ends = []
    for _ in range(3):
        early = data.draw(st.permutations(made))[: data.draw(st.integers(0, len(made)))]
        record, _ = arrive([(OPENING, ACTOR), *early], chosen)
        record, _ = arrive(data.draw(st.permutations(made)), chosen, record)
        ends.append(merge.canonical(record))
    assert len(set(ends)) == 1


@given(histories(), rule_sets)
def test_a_question_has_two_answers_and_a_resolution_ends_it(made, chosen):
    record, _ = arrive([(OPENING, ACTOR), *made], chosen)
    asked = merge.review(record, chosen)
    for item in asked["items"] if asked else []:
        assert len(item["candidates"]) > 1
        value = item["candidates"][-1]["value"]
        one = edit("f" * 16, 1, merge.version(record), 99, "resolution", {item["field"]: value})
        one["settles"] = {"review_id": asked["review_id"], "candidates": [item["dots"]]}
        record, answer, _ = merge.take(record, one, ACTOR, chosen)
        assert answer["state"] == "applied", answer
        assert not merge.is_contested(record, item["field"], chosen)
        again = {**one, "edit_id": "again", "dot": f"{'f' * 16}:2"}
        assert merge.take(record, again, ACTOR, chosen)[1]["decisions"][0]["code"] == "review_moved"
        break
