"""Rules: which candidate is preferred, and which sets a server takes (docs/sync-protocol.md, section 8)."""

import math
import re

from values import Refused, degrees, is_field

SOURCES = ("feedback", "third_party", "import", "manual", "resolution")
ROLES = ("merchant", "operations", "administrator")

FIRST = [
    {
        "id": "merchant_over_third_party",
        "fields": "*",
        "prefer": {"source": {"of": ["import", "manual", "resolution"], "over": ["third_party", "feedback"]}},
    },
    {"id": "tag_added", "fields": "tags.*", "prefer": "present"},
    {"id": "phone_added", "fields": "phones.+*", "prefer": "present"},
    {"id": "custom_later", "fields": "custom.*", "prefer": "later"},
]


def matches(pattern, field):
    return field.startswith(pattern[:-1]) if pattern.endswith("*") else field == pattern


def sides(prefer, name, words):
    """The two sides of a preference by source or role; nothing if it is none that is known."""
    if not isinstance(prefer, dict) or list(prefer) != [name] or not isinstance(prefer[name], dict):
        return None
    both = prefer[name].get("of"), prefer[name].get("over")
    return both if all(isinstance(side, list) and all(w in words for w in side) for side in both) else None


def metres_of(prefer):
    near = prefer.get("near") if isinstance(prefer, dict) and list(prefer) == ["near"] else None
    metres = near.get("metres") if isinstance(near, dict) else None
    return metres if isinstance(metres, int) and not isinstance(metres, bool) and metres >= 0 else None


def beats(prefer, a, b):
    """Does `a` have the quality that `b` lacks? Candidates are dicts: dot (a pair), value, hlc, source, role."""
    later = (a["hlc"], a["dot"]) > (b["hlc"], b["dot"])
    for name, words in (("source", SOURCES), ("role", ROLES)):
        if both := sides(prefer, name, words):
            return a[name] in both[0] and b[name] in both[1]
    if prefer == "later":
        return later
    if prefer == "present":
        return a["value"] is not None and b["value"] is None
    metres = metres_of(prefer)
    return metres is not None and later and are_near(a["value"], b["value"], metres)


def preferred(rules, field, a, b):
    """The rule by which `a` is preferred to `b`, if any."""
    for rule in rules:
        if matches(rule["fields"], field):
            wins, loses = beats(rule["prefer"], a, b), beats(rule["prefer"], b, a)
            if wins != loses:
                return rule["id"] if wins else None
    return None


def place(value):
    found = degrees(value) if isinstance(value, str) else None
    if found is None:
        return None
    lat, lon, on_map = float(found[0]), float(found[1]), found[2]
    if on_map:
        lat, lon = back(lat, lon)
    return lat * (math.pi / 180), lon * (math.pi / 180)


def is_shifted(lat, lon):
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def back(lat, lon):
    """From the degrees of a Chinese map to those of WGS 84."""
    if not is_shifted(lat, lon):
        return lat, lon
    found = lat, lon
    for _ in range(30):
        there = on_chinese_map(*found)
        off = lat - there[0], lon - there[1]
        found = found[0] + off[0], found[1] + off[1]
        if all(abs(one) < 1e-9 for one in off):
            break
    return found


def on_chinese_map(lat, lon):
    if not is_shifted(lat, lon):
        return lat, lon
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    both = 20.0 * wave(6.0 * x * pi) + 20.0 * wave(2.0 * x * pi)
    north = both + 20.0 * wave(y * pi) + 40.0 * wave(y / 3.0 * pi) + 160.0 * wave(y / 12.0 * pi)
    north = north + 320.0 * wave(y / 30.0 * pi)
    east = both + 20.0 * wave(x * pi) + 40.0 * wave(x / 3.0 * pi) + 150.0 * wave(x / 12.0 * pi)
    east = east + 300.0 * wave(x / 30.0 * pi)
    root = math.sqrt(abs(x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + north * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + east * 2.0 / 3.0
    axis, squared = 6_378_245.0, 0.006_693_421_622_965_943
    s = sine(lat * (pi / 180))
    magic = 1.0 - squared * s * s
    meridian_m = axis * (1.0 - squared) / (magic * math.sqrt(magic))
    parallel_m = axis / math.sqrt(magic) * cosine(lat * (pi / 180))
    return lat + north_m / meridian_m * (180 / pi), lon + east_m / parallel_m * (180 / pi)


def wave(angle):
    turns = angle / (2 * math.pi)
    return sine(angle - math.copysign(math.floor(abs(turns) + 0.5), turns) * (2 * math.pi))


def sine(x):
    t = s = x
    for k in range(1, 17):
        t = -(t * (x * x)) / ((2.0 * k) * (2.0 * k + 1.0))
        s = s + t
    return s


def hav(x):
    half = sine(x / 2)
    return half * half


def cosine(x):
    return 1 - 2 * hav(x)


def are_near(a, b, metres):
    a, b = place(a), place(b)
    if a is None or b is None:
        return False
    return hav(a[0] - b[0]) + (cosine(a[0]) * cosine(b[0])) * hav(a[1] - b[1]) <= hav(metres / 6371008.8)


def could_match(pattern):
    if pattern == "*":
        return True
    begin = pattern[:-1] if pattern.endswith("*") else pattern
    begin += "x" if pattern.endswith("*") and begin.endswith(".") else ""
    return len(pattern.encode()) <= 128 and "*" not in begin and is_field(begin)


def is_preference(prefer):
    for name, words in (("source", SOURCES), ("role", ROLES)):
        if both := sides(prefer, name, words):
            together = [*both[0], *both[1]]
            return bool(both[0] and both[1]) and len(set(together)) == len(together)
    metres = metres_of(prefer)
    return prefer in ("later", "present") or metres is not None and 1 <= metres <= 10_000


def check(rules):
    """Refused unless a server may put these rules in force."""
    if len(rules) > 100:
        raise Refused("too_large")
    ids = set()
    for n, rule in enumerate(rules):
        good = (
            re.fullmatch(r"[a-z0-9_]{1,64}", rule["id"])
            and rule["id"] not in ids | {"superseded", "ruled_out"}
            and could_match(rule["fields"])
            and is_preference(rule["prefer"])
        )
        if not good:
            raise Refused("bad_rules", f"rules.{n}")
        ids.add(rule["id"])
