"""Values and fields: canonical text, normal form, sameness (docs/sync-protocol.md, section 3)."""

import datetime
import json
import math
import re
import unicodedata
from decimal import Decimal


class Refused(Exception):
    """A value or edit that is not taken: its code, and the field that it is about."""

    def __init__(self, code, about=None):
        super().__init__(code)
        self.code, self.about = code, about


def integer(text):
    """A number without point and exponent, as JSON has it."""
    number = int(text)
    is_integer = -(2**63) <= number < 2**64 and not (number == 0 and text.startswith("-"))
    return number if is_integer else float(text)


def text_of_double(number):
    """The fewest digits that read back as the same; Python finds them, and writes them otherwise."""
    sign = "-" if math.copysign(1, number) < 0 else ""
    if number == 0:
        return sign + "0.0"
    _, digits, exponent = Decimal(repr(number)).as_tuple()
    exponent += len(digits) - 1
    digits = "".join(map(str, digits)).rstrip("0")
    if exponent < -5 or exponent > 15:
        point = "." if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}{digits[1:]}e{exponent:+d}"
    if exponent < 0:
        return sign + "0." + "0" * (-exponent - 1) + digits
    return sign + digits[: exponent + 1].ljust(exponent + 1, "0") + "." + (digits[exponent + 1 :] or "0")


def text_of(value):
    """The canonical text of a value. JSON objects are dicts; integers and doubles differ."""
    if isinstance(value, float):
        return text_of_double(value)
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode())
        return "{" + ",".join(f"{text_of(key)}:{text_of(item)}" for key, item in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text_of, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def equal(a, b):
    return text_of(a) == text_of(b)


FIELD_ROOT = re.compile(r"[a-z][a-z0-9_]*")


def is_field(path):
    root, point, key = path.partition(".")
    return (
        FIELD_ROOT.fullmatch(root) is not None
        and len(path.encode()) <= 128
        and (not point or key != "")
        and not any(unicodedata.category(c) == "Cc" for c in path)
    )


TEXTS = {"name", "branch", "address", "category", "status", "region", "note", "phones.primary"} | {
    "region_code",
    "location",
    "category_code",
    "closure",
    "licence.credit_code",
    "licence.food",
    "settlement_cycle",
    "industry",
    "language",
    "time_zone",
}
WEEKDAYS = {"mo", "tu", "we", "th", "fr", "sa", "su"}
NO_REGISTERS = {"merchant_id", "phones", "tags", "hours", "special_hours", "custom", "state", "version", "review"}
CHOICES = {
    "status": {"open", "paused", "moving", "closed"},
    "settlement_cycle": {"t0", "t1", "t3", "t7", "weekly", "biweekly", "monthly"},
}
CODES = {
    "region_code": re.compile(r"([1-9][0-9]{5})(?:000000)?"),
    "category_code": re.compile(r"([A-Z0-9_]+(?:\.[A-Z0-9_]+)*)"),
    "licence.credit_code": re.compile(r"([0-9A-HJ-NPQRTUWXY]{18})"),
    "licence.food": re.compile(r"(JY[0-9]{14})"),
    "industry": re.compile(r"([A-T](?:[0-9]{2,4})?)"),
}
PHONE = re.compile(r"\+[0-9]{7,15}(?:;ext=[0-9]{1,8})?")
REQUIRED = {"name", "address"}


def kind(field):
    root, point, _ = field.partition(".")
    if field in TEXTS:
        return "text"
    if field == "deleted":
        return "deleted"
    if point:
        return {"phones": "set", "tags": "set", "hours": "hours", "custom": "custom"}.get(root, "unknown")
    return "unknown"


INVISIBLE = {0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)}
# Unicode's White_Space, which is not what str.isspace() answers.
WHITE = {0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, *range(0x09, 0x0E), *range(0x2000, 0x200B)}


def is_blank(c):
    return ord(c) in WHITE or unicodedata.category(c) == "Cc"


def tidy(text):
    words, word = [], []
    for c in text:
        if ord(c) in INVISIBLE:
            continue
        if not is_blank(c):
            word.append(c)
        elif word:
            words.append("".join(word))
            word = []
    return " ".join([*words, "".join(word)] if word else words)


def key(text):
    if text.isascii():
        return tidy(text).lower()
    lower = unicodedata.normalize("NFKC", tidy(text)).lower()
    return tidy(unicodedata.normalize("NFKC", lower))


MINUTE = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?")
CLOSED = {"closed", "off", "休息", "休", "不营业", "店休", "-"}
WHOLE_DAY = {"24h", "24小:00", "24小时", "全天", "24/7", "24hours"}


def minute(text):
    found = MINUTE.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2] or 0) if found else 1441
    if minutes > 1440 or int(found[2] or 0) > 59:
        raise Refused("bad_hours")
    return minutes


def hours(typed):
    plain = unicodedata.normalize("NFKC", typed).lower()
    for signs, becomes in (("–—~〜至到−", "-"), ("、;，；", ",")):
        plain = "".join(becomes if c in signs else c for c in plain)
    plain = plain.replace("次日", "").replace("翌日", "").replace("时", ":00").replace("点", ":00")
    plain = "".join(c for c in plain if ord(c) not in WHITE)
    if plain in CLOSED:
        return []
    if plain in WHOLE_DAY:
        return ["00:00-24:00"]
    spans = []
    for part in filter(None, plain.split(",")):
        begin, minus, end = part.partition("-")
        if not minus:
            raise Refused("bad_hours")
        begin, end = minute(begin), minute(end)
        if begin == 1440 or begin == end:
            raise Refused("bad_hours")
        spans.append((begin, end + 1440 if end < begin else end))
    spans.sort()
    overlaps = any(after[0] < before[1] for before, after in zip(spans, spans[1:]))
    if not 1 <= len(spans) <= 8 or overlaps:
        raise Refused("bad_hours")
    clock = lambda at: f"{at // 60:02}:{at % 60:02}"
    return [f"{clock(begin)}-{clock(end - 1440 if end > 1440 else end)}" for begin, end in spans]


def check_key(field):
    root, point, name = field.partition(".")
    if not point:
        if field in NO_REGISTERS:
            raise Refused("bad_field")
    elif root == "phones" and name != "primary":
        if not PHONE.fullmatch(name):
            raise Refused("bad_phone")
    elif root == "tags" and tidy(name) != name:
        raise Refused("bad_field")
    elif root == "hours" and name not in WEEKDAYS:
        date = name.removeprefix("special.")
        try:
            if date == name or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date):
                raise ValueError
            datetime.date.fromisoformat(date)
        except ValueError:
            raise Refused("bad_field") from None


def normal(field, value, declared=()):
    """The normal form of a value under some declared fields; Refused where it has none."""
    if len(text_of(value).encode()) > 16_384:
        raise Refused("too_large")
    if value is not None:
        check_key(field)
        value = normal_of_kind(field, value)
    found = next((one for one in declared if field == f"custom.{one['key']}"), {})
    if found:
        value = of_type(found, value)
    asked = found.get("required") and not found.get("deprecated")
    if value is None and (field in REQUIRED or asked):
        raise Refused("required")
    return value


def of_type(declared, value):
    """The form of the type of a declared field; Refused where the value has none."""
    kind, options = declared["type"], declared.get("options", [])
    if value is None or kind not in TYPES:
        return value
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "integer" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, list):
        texts = [written(item) for item in value]
        if kind == "several":
            return several(options, texts)
        if kind == "text":
            return read(kind, options, ", ".join(texts))
        if len(value) != 1:
            if value:
                raise Refused("bad_value")
            return None
        return of_type(declared, value[0])
    return read(kind, options, written(value))


TYPES = {"text", "integer", "decimal", "boolean", "date", "choice", "several", "phone", "url", "email"}
YES = {"true", "1", "yes", "y", "on", "是", "有", "对", "√", "✓"}
NO = {"false", "0", "no", "n", "off", "否", "没有", "×"}
HOST = re.compile(r"(?=.{1,253}$)[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")


def written(value):
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return text_of(value)
    raise Refused("bad_value")


def read(kind, options, typed):
    line = tidy(typed)
    plain = unicodedata.normalize("NFKC", line)
    if not line:
        return None
    if len(line) > 500:
        raise Refused("bad_value")
    found = None
    match kind:
        case "text":
            found = line
        case "integer" | "decimal":
            found = decimal(plain)
            if found is not None and kind == "integer":
                whole, _, fraction = found.partition(".")
                found = int(whole) if not fraction.strip("0") and -(2**63) <= int(whole) < 2**63 else None
        case "boolean":
            found = True if key(plain) in YES else False if key(plain) in NO else None
        case "date":
            found = date(plain)
        case "choice":
            found = one(options, line)
        case "several":
            return several(options, parts(options, line))
        case "phone":
            number = re.sub(r"[ .()-]", "", plain)
            found = number if PHONE.fullmatch(number) else None
        case "url":
            scheme, mark, rest = plain.partition("://")
            if not mark and plain.lower().startswith("www."):
                scheme, rest = "https", plain
            host = re.split(r"[/?#]", rest)[0]
            name, _, port = host.partition(":")
            is_port = re.fullmatch(r"[0-9]*", port) and int(port or 0) <= 65_535
            good = scheme.lower() in ("http", "https") and HOST.fullmatch(name) and is_port
            good = good and not re.search(r'[\s<>"]', plain)
            found = f"{scheme.lower()}://{host.lower()}{rest[len(host):]}" if good else None
        case "email":
            user, mark, host = plain.rpartition("@")
            dots = user.startswith(".") or user.endswith(".") or ".." in user
            good = re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}", user) and not dots and HOST.fullmatch(host)
            found = plain if good else None
    if found is None:
        raise Refused("bad_value")
    return found


def decimal(plain):
    whole, point, fraction = plain.partition(".")
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+", whole):
        plain = whole.replace(",", "") + point + fraction
    found = re.fullmatch(r"([+-]?)([0-9]*)(?:\.([0-9]*))?", plain)
    if not found or not (found[2] or found[3]) or len(plain.lstrip("+-")) > 40:
        return None
    whole, fraction = found[2].lstrip("0") or "0", found[3] or ""
    minus = "-" if found[1] == "-" and (whole + fraction).strip("0") else ""
    return f"{minus}{whole}" + (f".{fraction}" if fraction else "")


def date(plain):
    if re.fullmatch(r"[0-9]{8}", plain):
        digits = (plain[:4], plain[4:6], plain[6:])
    else:
        digits = [part.strip() for part in re.sub(r"[年月/.]", "-", plain.rstrip("日")).split("-")]
        if len(digits) != 3 or len(digits[0]) != 4 or not all(re.fullmatch(r"[0-9]+", part) for part in digits):
            return None
    try:
        return datetime.date(*map(int, digits)).isoformat()
    except ValueError:
        return None


def one(options, typed):
    exact = [option for option in options if option["value"] == typed]
    names = lambda option: [option["value"], *option.get("labels", {}).values()]
    alike = [option for option in options if key(typed) in map(key, names(option))]
    return next((option["value"] for option in [*exact, *alike]), None)


def parts(options, line):
    if one(options, line) is not None:
        return [line]
    return [
        piece
        for part in re.split("[,，、;；]", line)
        for piece in ([part] if one(options, tidy(part)) is not None else re.split(r"[/|]", part))
    ]


def several(options, texts):
    chosen = {one(options, tidy(text)) for text in texts if tidy(text)}
    if None in chosen:
        raise Refused("bad_value")
    return [option["value"] for option in options if option["value"] in chosen] or None


DEGREES = re.compile(r"[ \t]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))[ \t]*")


def degrees(text):
    """Latitude and longitude as they are written, and whether a Chinese map says so; nothing if it is no place."""
    on_map = text.rstrip().endswith("GCJ-02")
    plain = text.rstrip().removesuffix("GCJ-02").rstrip() if on_map else text
    found = [DEGREES.fullmatch(part) for part in plain.split(",")]
    if len(found) != 2 or not all(found):
        return None
    lat, lon = (part[1] for part in found)
    return (lat, lon, on_map) if abs(float(lat)) <= 90 and abs(float(lon)) <= 180 else None


def location(line):
    found = degrees(line)
    if not found:
        raise Refused("bad_value")
    return ",".join(part.removeprefix("+") for part in found[:2]) + (" GCJ-02" if found[2] else "")


LANGUAGE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?")


def language(line):
    plain = "".join(c for c in unicodedata.normalize("NFKC", line) if ord(c) not in WHITE).lower().replace("_", "-")
    found = LANGUAGE.fullmatch(plain)
    if not found:
        raise Refused("bad_value")
    usual = found[1], (found[2] or "").title(), (found[3] or "").upper()
    return "-".join(filter(None, usual))


def form(field, line):
    """The form of a coded text. Closures and time zones are left as they are here."""
    if field == "location":
        return location(line)
    if field == "language":
        return language(line)
    if field in CHOICES:
        if line not in CHOICES[field]:
            raise Refused("bad_value")
        return line
    if field in CODES:
        compact = "".join(c for c in unicodedata.normalize("NFKC", line) if ord(c) not in WHITE).upper()
        found = CODES[field].fullmatch(compact)
        if not found:
            raise Refused("bad_value")
        return found[1].lower() if field == "category_code" else found[1]
    return line


def normal_of_kind(field, value):
    match kind(field):
        case "text":
            if not isinstance(value, str):
                raise Refused("bad_value")
            line = tidy(value)
            if len(line) > 500:
                raise Refused("too_large")
            return form(field, line) if line else None
        case "set" | "deleted":
            if value is not True:
                raise Refused("bad_value")
        case "hours":
            if isinstance(value, str):
                return hours(value) if any(ord(c) not in WHITE for c in value) else None
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise Refused("bad_hours")
            return hours(",".join(value)) if value else []
        case "custom" if isinstance(value, str):
            return tidy(value) or None
    return value


def same(field, a, b):
    """Do two values of a field mean the same?"""
    if equal(a, b):
        return True
    if kind(field) in ("text", "custom"):
        return isinstance(a, str) and isinstance(b, str) and key(a) == key(b)
    if kind(field) == "hours":
        try:
            return equal(normal(field, a), normal(field, b))
        except Refused:
            return False
    return False
