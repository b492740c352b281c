"""The merge, written from docs/sync-protocol.md alone (sections 2, 4 to 7 and 9): plain and slow, to be held
against the program. Records and edits are the JSON that travels."""

import copy
import uuid

import xxhash

from rules import FIRST, preferred
from values import Refused, normal, same, text_of

REVIEWERS = ("operations", "administrator")
REVIEW_SPACE = uuid.UUID("6f1d7c5a-9a0e-5d0b-8f53-0d6a31c842e7")


def pair(dot):
    device, _, counter = dot.partition(":")
    return device, int(counter)


def has_seen(vector, dot):
    device, counter = pair(dot)
    return vector.get(device, 0) >= counter


def join(a, b):
    return {device: max(a.get(device, 0), b.get(device, 0)) for device in a.keys() | b.keys()}


def covers(a, b):
    return all(a.get(device, 0) >= counter for device, counter in b.items())


class Clock:
    """A hybrid logical clock that goes on after a stamp."""

    def __init__(self, last):
        self.last = last

    def tick(self, wall_ms):
        self.last = max(wall_ms << 16, self.last + 1)
        return self.last

    def observe(self, stamp, wall_ms):
        if stamp >> 16 <= wall_ms + 300_000:
            self.last = max(self.last, stamp)


def version(record):
    seen = {}
    for register in record["registers"].values():
        seen = join(seen, register.get("c", {}))
    for dot in record["edits"]:
        seen = join(seen, dict([pair(dot)]))
    return seen


def canonical(record):
    """The canonical form of a record."""

    def candidate(one):
        base = f',"b":{text_of(one["b"])}' if one.get("b") is not None else ""
        return f'{{"d":{text_of(one["d"])},"v":{text_of(one["v"])}{base}}}'

    def register(one):
        context = f',"c":{text_of(one["c"])}' if one.get("c") else ""
        return '{"s":[' + ",".join(map(candidate, one["s"])) + f"]{context}}}"

    fields = sorted(record["registers"], key=str.encode)
    registers = ",".join(f"{text_of(field)}:{register(record['registers'][field])}" for field in fields)
    members = lambda meta: ",".join(f'"{name}":{text_of(meta[name])}' for name in "eanroh")
    edits = ",".join(f"{text_of(d)}:{{{members(record['edits'][d])}}}" for d in sorted(record["edits"], key=pair))
    return f'{{"merchant_id":{text_of(record["merchant_id"])},"registers":{{{registers}}},"edits":{{{edits}}}}}'


def digest(text):
    return xxhash.xxh3_64_intdigest(text.encode())


def bucket(merchant_id):
    return digest(merchant_id) & 0xFF


def candidates_of(record, field):
    """The candidates of a register with who made them, oldest first."""
    register = record["registers"].get(field, {"s": []})
    found = []
    for one in register["s"]:
        meta = record["edits"][one["d"]]
        found.append({"dot": pair(one["d"]), "d": one["d"], "value": one["v"], "base": one.get("b"), "hlc": meta["h"],
                      "source": meta["o"], "role": meta["r"]})
    return sorted(found, key=age)


def age(candidate):
    return candidate["hlc"], candidate["dot"]


def settle(field, candidates, rules):
    """What a register shows: the candidate, the rule if one decided, and who speaks if people must choose."""
    voices = []
    for one in sorted(candidates, key=age):
        said = next((voice for voice in voices if same(field, voice[0]["value"], one["value"])), None)
        said.append(one) if said else voices.append([one])
    if len(voices) == 1:
        return voices[0][0], None, None
    everybody = [one for voice in voices for one in voice]
    voice_of = {one["dot"]: n for n, voice in enumerate(voices) for one in voice}

    def rule_for(a, b):
        return preferred(rules, field, a, b) if voice_of[a["dot"]] != voice_of[b["dot"]] else None

    below = {a["dot"]: {b["dot"] for b in everybody if rule_for(a, b)} for a in everybody}

    def all_below(dot):
        found, to_do = set(), [dot]
        while to_do:
            for one in below[to_do.pop()] - found:
                found.add(one)
                to_do.append(one)
        return found

    reach = {dot: all_below(dot) for dot in below}
    outdone = {dot for dot in reach if any(dot in reach[other] and other not in reach[dot] for other in reach)}
    speakers, rule = [], None
    for voice in voices:
        standing = [one for one in voice if one["dot"] not in outdone]
        if standing:
            speakers.append(standing[0])
        else:
            rule = next(filter(None, (rule_for(other, voice[0]) for other in everybody)), rule)
    speakers.sort(key=age)
    return (speakers[0], rule, None) if len(speakers) == 1 else (speakers[0], None, speakers)


def settled(record, field, rules):
    candidates = candidates_of(record, field)
    return settle(field, candidates, rules) if candidates else None


def unaware(record):
    """Those who wrote without having seen that the merchant was deleted, oldest first."""
    deletion = record["registers"].get("deleted", {"s": []})
    deleters = [one["d"] for one in deletion["s"] if one["v"] is not None]
    if not deleters:
        return []
    found = set()
    for field, register in record["registers"].items():
        knew = any(has_seen(register.get("c", {}), dot) for dot in deleters)
        if field != "deleted" and not knew:
            found |= {one["d"] for one in register["s"] if not has_seen(deletion.get("c", {}), one["d"])}
    return sorted(found - set(deleters), key=lambda dot: (record["edits"][dot]["h"], pair(dot)))


def is_contested(record, field, rules):
    if field == "deleted" and unaware(record):
        return True
    found = settled(record, field, rules)
    return found is not None and found[2] is not None


def shown(record, rules=FIRST):
    values = {field: found[0]["value"] for field in record["registers"] if (found := settled(record, field, rules))}
    if unaware(record):
        values.pop("deleted", None)
    return {field: value for field, value in values.items() if value is not None}


def review(record, rules=FIRST):
    """The open questions."""

    def candidate(dot, value):
        meta = record["edits"][dot]
        return {"dot": dot, "edit_id": meta["e"], "value": value, "actor": meta["a"], "actor_name": meta["n"],
                "role": meta["r"], "source": meta["o"], "hlc": meta["h"]}

    dots = lambda field: [one["d"] for one in record["registers"][field]["s"]]
    against, items = unaware(record), []
    for field in sorted(record["registers"], key=str.encode):
        found = settled(record, field, rules)
        if found is None or found[2] is None or field == "deleted" and against:
            continue
        items.append({"field": field, "kind": "conflict", "base": found[2][0]["base"], "dots": dots(field),
                      "candidates": [candidate(one["d"], one["value"]) for one in found[2]]})
    if against:
        deletion = next(one["d"] for one in record["registers"]["deleted"]["s"] if one["v"] is not None)
        both = [candidate(deletion, True), candidate(against[0], None)]
        both.sort(key=lambda one: (one["hlc"], pair(one["dot"])))
        items.append({"field": "deleted", "kind": "deleted_and_changed", "base": None, "dots": dots("deleted"),
                      "candidates": both})
    if not items:
        return None
    name = shown(record, rules).get("name")
    return {"review_id": str(uuid.uuid5(REVIEW_SPACE, record["merchant_id"])), "merchant_id": record["merchant_id"],
            "merchant_name": name if isinstance(name, str) else "", "items": items,
            "since": min(item["candidates"][1]["hlc"] for item in items)}


def examine(record, edit, actor, rules):
    """The writes in normal form; Refused if the edit is not taken."""
    scope, base, settles = actor["scope"], edit.get("base", {}), edit.get("settles")
    reviewer = actor["role"] in REVIEWERS
    stored = record or {"merchant_id": edit["merchant_id"], "registers": {}, "edits": {}}
    if scope != "all" and not any(edit["merchant_id"].startswith(prefix) for prefix in scope["prefixes"]):
        raise Refused("forbidden", "edit")
    if edit.get("actor", actor["id"]) != actor["id"]:
        raise Refused("forbidden", "edit")
    own = pair(edit["dot"])[1]
    if not 1 <= len(edit["writes"]) <= 256 or len(base) > 4096 or own == 0 or max([own, *base.values()]) >= 2**63:
        raise Refused("bad_request", "edit")
    if has_seen(base, edit["dot"]):
        raise Refused("bad_request", "edit")
    if stored["edits"].get(edit["dot"], {"e": edit["edit_id"]})["e"] != edit["edit_id"]:
        raise Refused("bad_request", "edit")
    if settles is None and edit["source"] == "resolution":
        raise Refused("bad_request", "edit")
    if settles is not None:
        if not reviewer:
            raise Refused("forbidden", "edit")
        if settles["review_id"] != str(uuid.uuid5(REVIEW_SPACE, edit["merchant_id"])):
            raise Refused("bad_request", "edit")
        if len(settles.get("reason") or "") > 2000:
            raise Refused("too_large", "edit")
        if len(settles["candidates"]) != len(edit["writes"]):
            raise Refused("bad_request", "edit")
    writes = {}
    for n, write in enumerate(edit["writes"]):
        field = write["field"]
        try:
            value = normal(field, write["value"])
        except Refused as refused:
            raise Refused(refused.code, field) from None
        if len(text_of(write.get("base_value")).encode()) > 16_384:
            raise Refused("too_large", field)
        if field in writes:
            raise Refused("bad_request", field)
        present = [one["d"] for one in stored["registers"].get(field, {"s": []})["s"]]
        if settles is not None:
            if not is_contested(stored, field, rules) or settles["candidates"][n] != present:
                raise Refused("review_moved", field)
            if not all(has_seen(base, dot) for dot in present):
                raise Refused("bad_request", field)
        elif not reviewer and would_settle(stored, field, base, rules):
            raise Refused("in_review", field)
        if sum(not has_seen(base, dot) for dot in present) >= 32:
            raise Refused("too_many_candidates", field)
        writes[field] = {"v": value, "b": write.get("base_value")}
    new = writes.keys() - stored["registers"].keys()
    if new and len(stored["registers"]) + len(new) > 1024:
        raise Refused("too_large", "edit")
    size = lambda value: len(text_of(value).encode())
    values_size = sum(size(write["v"]) + size(write["b"]) for write in writes.values())
    if (size(record) if record else 0) + values_size + len(writes) * (size(base) + 512) > 4 * 1024 * 1024:
        raise Refused("too_large", "edit")
    before = version(stored)
    after = before.keys() | base.keys() | {edit["dot"].split(":")[0]}
    if len(after) > max(len(before), 4095 if reviewer else 2048):
        raise Refused("too_large", "edit")
    if record is None:
        for field in ("name", "address"):
            if field not in writes:
                raise Refused("not_found", "edit") if base else Refused("required", field)
    return writes


def would_settle(record, field, base, rules):
    candidates = [one for one in candidates_of(record, field) if has_seen(base, one["d"])]
    if field == "deleted" and is_contested(record, field, rules):
        return bool(candidates)
    return bool(candidates) and settle(field, candidates, rules)[2] is not None


def take(record, edit, actor, rules=FIRST):
    """Takes an edit: the record afterwards, the answer, the lines of history."""
    line = lambda write, value, decision: {"field": write["field"], "before": write.get("base_value"), "after": value,
                                           "decision": decision}
    try:
        writes = examine(record, edit, actor, rules)
    except Refused as refused:
        decision = {"decision": "rejected", "code": refused.code}
        kept = refused.code not in ("forbidden", "bad_request", "too_large")
        short = lambda value: None if len(text_of(value).encode()) > 16_384 else value
        refused_line = lambda write: line({**write, "base_value": short(write.get("base_value"))}, short(write["value"]), decision)
        history = [refused_line(write) for write in edit["writes"]] if kept else []
        return record, {"state": "rejected", "decisions": [{"field": refused.about, **decision}]}, history
    base, dot = edit.get("base", {}), edit["dot"]
    after = copy.deepcopy(record) if record else {"merchant_id": edit["merchant_id"], "registers": {}, "edits": {}}
    concurrent = not all(has_seen(base, other) for other in after["edits"])
    for field, write in writes.items():
        register = after["registers"].setdefault(field, {"s": []})
        late = has_seen(register.get("c", {}), dot)
        kept = [one for one in register["s"] if not has_seen(base, one["d"])]
        if not late and all(one["d"] != dot for one in kept):
            own = {"d": dot, "v": write["v"]}
            kept.append(own if write["b"] is None else {**own, "b": write["b"]})
        register["s"] = sorted(kept, key=lambda one: pair(one["d"]))
        if context := join(register.get("c", {}), base):
            register["c"] = context
    after["edits"][dot] = {"e": edit["edit_id"], "a": actor["id"], "n": actor["name"], "r": actor["role"],
                           "o": edit["source"], "h": edit["hlc"]}
    left = {one["d"] for register in after["registers"].values() for one in register["s"]}
    after["edits"] = {one: meta for one, meta in after["edits"].items() if one in left}
    decisions = [{"field": field, **decide(after, field, dot, rules)} for field in writes]
    history = [line(write, writes[write["field"]]["v"], {k: v for k, v in found.items() if k != "field"})
               for write, found in zip(edit["writes"], decisions)]
    if any(one["decision"] == "needs_review" for one in decisions):
        state = "in_review"
    elif concurrent or any(one["decision"] == "auto_resolved" for one in decisions):
        state = "merged"
    else:
        state = "applied"
    return after, {"state": state, "decisions": decisions}, history


def decide(record, field, dot, rules):
    """What became of a write, read off the record."""
    own = next((one for one in candidates_of(record, field) if one["d"] == dot), None)
    if own is None:
        return {"decision": "auto_resolved", "rule": "superseded", "won": False}
    if field == "deleted" and is_contested(record, field, rules):
        return {"decision": "needs_review"}
    shows, rule, speakers = settled(record, field, rules)
    if speakers is not None:
        if any(same(field, own["value"], one["value"]) for one in speakers):
            return {"decision": "needs_review"}
        return {"decision": "auto_resolved", "rule": "ruled_out", "won": False}
    if rule is None:
        return {"decision": "applied" if shows["d"] == dot else "same"}
    return {"decision": "auto_resolved", "rule": rule, "won": same(field, own["value"], shows["value"])}
