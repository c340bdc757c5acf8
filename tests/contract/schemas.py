"""The schemas of what `--format json` prints, `docs/schemas/NAME.json`: made from what the commands print, with the words of `names.json`.

    PYTHONPATH=tests:tests/contract:. .venv/bin/python tests/contract/schemas.py --write     after a command prints a new key

`names.json` says in words what each key means; a new one stands there with an empty description until somebody writes it.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from desk import FIXTURES, ROOT, Desk, prepared

from matcher.codes import DONE, NEEDS_PERSON

SCHEMAS = ROOT / "docs" / "schemas"
NAMES = SCHEMAS / "names.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
DEMO = FIXTURES / "demo"
LAST = "2026-10-31"
Records = list[dict[str, Any]]
Schema = dict[str, Any]

PREPARED = (
    "init .", "import customers {demo}/customers.csv", "import items {demo}/items.csv --snapshot-date 2026-10-31",
    "import rates {demo}/rates.csv", "import book book.csv",
    "ingest {demo}/statements/cn-cny-2026-10.csv {demo}/statements/de-eur-2026-10-15.sta",
)  # fmt: skip
BOOK = """entry_id,account,date,amount,currency,description,reference,kind
GL-0,DE-EUR,2026-10-01,84120.77,EUR,Opening balance,,balance
GL-1,DE-EUR,2026-10-01,18640.75,EUR,Receipt,261001000001,
GL-2,DE-EUR,2026-10-30,-99.00,EUR,Transfer to the tax office,,
"""
PRINTED: Mapping[str, Sequence[str]] = {
    "inspect": ("inspect {demo}/statements/cn-cny-2026-10.csv --transactions", "inspect {demo}/items.csv"),
    "ingest": ("ingest {demo}/statements/de-eur-2026-10-30.sta {demo}/statements/nl-eur-2026-10.csv {demo}/statements/us-usd-2026-10.ofx",
               "ingest {demo}/statements/cn-cny-2026-10.csv"),
    "run": ("run --as-of 2026-10-31",),
    "import": ("import items {demo}/items.csv --dry-run", "import customers {demo}/customers.csv --dry-run"),
    "decision": (
        "accept 368d86 --reason seen", "undo 368d86 --reason wrong", "hold 7d68d0 --until 2027-01-15 --owner ben",
        "on-account ref:261022000040 --customer C1014", "accept 5ab794 --dry-run",
    ),
    "queue": ("queue --as-of 2026-10-31", "queue --held"),
    "status": ("status --as-of 2026-10-31",),
    "show": ("show 368d86", "show ref:261022000040"),
    "explain": ("explain 368d86", "explain ref:261022000040"),
    "items": ("items --customer C1001",),
    "customer": ("customer C1012",),
    "aging": ("aging --as-of 2026-10-31",),
    "aging-detail": ("aging --detail --as-of 2026-10-31",),
    "bridge": ("bridge --month 2026-10 --control 1=456615.19", "bridge --month 2026-10 --group customer"),
    "log": ("log",),
    "outbox": ("outbox --state new",),
    "ack": ("ack --resolve {external_id}=by-hand:4711 --target generic --reason booked",),
    "learned": ("learned list",),
    "statement-list": ("statement list",),
    "statement-show": ("statement show 3407420776",),
    "close": ("close 2026-10 --dry-run",),
    "verify": ("verify",),
    "sample": ("sample --month 2026-10 --materiality 30000 --seed 4711",),
    "drill": ("drill",),
    "rules-show": ("rules show",),
    "rules-trust": ("rules trust",),
    "profile-list": ("profile list",),
    "layout-list": ("layout list",),
    "kpi": ("kpi --month 2026-10",),
    "behaviour": ("behaviour --as-of 2026-10-31",),
    "behaviour-expected": ("behaviour --expected --as-of 2026-10-31",),
    "forecast": ("forecast --as-of 2026-10-31",),
    "exposure": ("exposure --as-of 2026-10-31",),
    "team": ("team",),
    "proof": ("proof --as-of 2026-10-31",),
    "dunning": ("dunning --as-of 2026-10-31",),
    "dunning-detail": ("dunning --detail --as-of 2026-10-31", "dunning --left-out --as-of 2026-10-31"),
    "interest": ("interest --customer C1006 --as-of 2026-10-31",),
    "placement": ("placement --agency Nord --as-of 2026-10-31",),
    "declare-overdue": ("declare-overdue --as-of 2026-10-31",),
    "account-statement": ("account-statement C1006 -o statements",),
    "evidence": ("evidence RE-2026-00341 -o evidence.zip",),
}  # fmt: skip
"""Name of a schema: the commands whose records it describes, in the order in which they are run on the demo's October."""

ALWAYS = frozenset("line_id item_id statement_id booking_date issue_date amount currency month check result".split())
"""What is never empty where it stands; other keys may hold null, or an empty text, where nothing is known."""

_FREE = re.compile(r"[A-Z]{3}|.* .*")
"""Keys of objects that have one for each currency, or for each sentence."""

_AMOUNT, _DAY, _MOMENT = re.compile(r"-?\d+(\.\d+)?"), re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\S+")
_FORMS = (("amount", _AMOUNT), ("date", _DAY), ("date-time", _MOMENT))
_IDS = re.compile(r"(^|_)(id|no|number|account|reference|key|value|entity|version|text|name|sequence|file|run|by|said|type|code|kind)$")


def printed(desk: Desk) -> dict[str, Records]:
    """What each of the commands prints, by the name of its schema."""
    (desk.folder / "book.csv").write_text(BOOK, encoding="utf-8")
    prepared(desk, [command.format(demo=DEMO).split() for command in PREPARED])
    found: dict[str, Records] = {}
    for name, commands in PRINTED.items():
        found[name] = []
        for command in commands:
            external_id = found["outbox"][0]["external_id"] if found.get("outbox") else ""
            result = desk.run(*command.format(demo=DEMO, external_id=external_id).split(), "--format", "json")
            assert {result.exit_code} <= {DONE, NEEDS_PERSON}, f"{command}: {result.output}"
            found[name] += [json.loads(line) for line in result.stdout.splitlines()]
    return found


def schema(name: str, records: Records) -> Schema:
    """The schema of these records: their keys, what each may hold, and which are always there."""
    return {"$schema": DRAFT, "$id": f"{name}.json", "title": _title(name), **_of_objects(records)}


def _title(name: str) -> str:
    shown = ", ".join(f"`matcher {' '.join(command_words(command))}`" for command in PRINTED[name])
    return f"One record of {shown.split(', ')[0]}"


def command_words(command: str) -> list[str]:
    """The words of a command without what it is given."""
    words = command.split()
    return words[: 2 if words[0] in ("statement", "rules", "profile", "layout", "learned") else 1]


def _of_objects(records: Iterable[Mapping[str, Any]]) -> Schema:
    rows = list(records)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    properties = {key: _property(key, [row[key] for row in rows if key in row]) for key in keys}
    required = [key for key in keys if all(key in row for row in rows)]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(key: str, values: Sequence[Any]) -> Schema:
    described: Schema = {"description": {"$words": key}}
    return described | _kind(key, values)


def _kind(key: str, values: Sequence[Any]) -> Schema:
    lists = [value for value in values if isinstance(value, list)]
    objects = [value for value in values if isinstance(value, dict)]
    plain = [value for value in values if not isinstance(value, list | dict)]
    kinds = {_type(value) for value in values}
    if key not in ALWAYS and kinds <= {"string", "integer", "number", "object", "null"}:
        kinds.add("null")
    made: Schema = {"type": min(kinds) if len(kinds) == 1 else sorted(kinds)}
    if lists:
        inside = [one for value in lists for one in value]
        made["items"] = _of_objects(inside) if inside and isinstance(inside[0], dict) else _kind(key, inside) if inside else {}
    if objects and all(_FREE.fullmatch(name) for one in objects for name in one):
        made["additionalProperties"] = _kind("amount", [value for one in objects for value in one.values()])
    elif objects:
        made |= {name: value for name, value in _of_objects(objects).items() if name != "type"}
    texts = [value for value in plain if isinstance(value, str)]
    form = next((form for form, pattern in _FORMS if texts and _has_form(key, form, pattern, texts)), "")
    if form == "amount":
        made["pattern"] = r"^-?\d+(\.\d+)?$" if key in ALWAYS else r"^(-?\d+(\.\d+)?)?$"
    elif form:
        made |= {"format": form} if key in ALWAYS else {"anyOf": [{"const": ""}, {"type": "null"}, {"format": form}]}
    return made


def _has_form(key: str, form: str, pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    stated = [text for text in texts if text]
    return bool(stated) and not (form == "amount" and _IDS.search(key)) and all(pattern.fullmatch(text) for text in stated)


def _type(value: Any) -> str:
    if value is None:
        return "null"
    names: tuple[tuple[type, str], ...] = (
        (bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
    )  # fmt: skip
    return next(name for kind, name in names if isinstance(value, kind))


def names_of(made: Any) -> set[str]:
    """The keys that a schema describes."""
    if isinstance(made, dict):
        own = set(made["properties"]) if "properties" in made and "type" in made else set()
        return own.union(*(names_of(value) for value in made.values())) if made else own
    return set().union(*(names_of(value) for value in made)) if isinstance(made, list) else set()


def with_words(made: Any, words: Mapping[str, str]) -> Any:
    """A schema with its descriptions in the place of the names of them."""
    if isinstance(made, dict):
        return {
            key: words.get(value["$words"], "") if isinstance(value, dict) and "$words" in value else with_words(value, words)
            for key, value in made.items()
        }
    return [with_words(value, words) for value in made] if isinstance(made, list) else made


def known_words() -> dict[str, str]:
    """What each key means, as `names.json` says it."""
    found: dict[str, str] = json.loads(NAMES.read_text(encoding="utf-8")) if NAMES.exists() else {}
    return found


def text_of(value: object) -> str:
    """A schema as it stands in its file."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def write() -> None:
    """Makes every file anew; words that nobody needs any more are left out."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        place = Path(folder)
        (place / "matcher.toml").write_bytes((DEMO / "matcher.toml").read_bytes())
        found = printed(Desk(place, monkeypatch))
    words, made = known_words(), {name: schema(name, records) for name, records in found.items()}
    needed = sorted(set().union(*map(names_of, made.values())))
    kept = {name: words.get(name, "") for name in needed}
    NAMES.write_text(text_of(kept), encoding="utf-8")
    for name, one in made.items():
        (SCHEMAS / f"{name}.json").write_text(text_of(with_words(one, kept)), encoding="utf-8")
    sys.stdout.write(f"{len(made)} schemas; without words: {', '.join(name for name, said in kept.items() if not said) or 'none'}")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()
