"""The members of a bundle of evidence: a page to read, tables, and one file for programs. English, whatever people read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import polars as pl

from matcher.exports.credit_control.pages import Number, heading, line, page, table
from matcher.exports.tables import csv_chunks

Rows = Sequence[Mapping[str, object]]


def members(title: str, about: Mapping[str, object], frames: Mapping[str, pl.DataFrame], records: Mapping[str, Rows]) -> dict[str, bytes]:
    """The files of a bundle by name.

    Args:
        title: of the page.
        about: what the bundle is about: books, customer, day, journal head.
        frames: tables by name, amounts as decimal text.
        records: more tables by name, as records; a value may be a list.
    """
    tables = {name: frame.to_dicts() for name, frame in frames.items()} | {
        name: [dict(row) for row in rows] for name, rows in records.items()
    }
    made = {"index.html": page(title, _page(title, about, tables)), "evidence.json": _json(dict(about) | tables)}
    for name, frame in frames.items():
        made[f"{name}.csv"] = b"".join(csv_chunks(frame))
    for name, rows in records.items():
        made[f"{name}.csv"] = b"".join(csv_chunks(_flat(rows)))
    listed = [{"name": name, "sha256": sha256(made[name]).hexdigest(), "size": len(made[name])} for name in sorted(made)]
    made["manifest.json"] = _json(dict(about) | {"members": listed})
    return made


def _flat(rows: Rows) -> pl.DataFrame:
    """Records as a frame of texts; a value that is a list or a record is written as JSON."""
    columns = list(rows[0]) if rows else ["none"]
    return pl.DataFrame([[_text(row[name]) for name in columns] for row in rows], schema=dict.fromkeys(columns, pl.String()), orient="row")


def _text(value: object) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def _json(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def _page(title: str, about: Mapping[str, object], tables: Mapping[str, Rows]) -> Iterable[str]:
    yield heading(title, 1)
    for name, value in about.items():
        yield line(f"{name.replace('_', ' ')}: {value}", quiet=True)
    for name, rows in tables.items():
        yield heading(name.replace("_", " ").capitalize())
        if not rows:
            yield line("None.")
            continue
        columns = [column for column in rows[0] if any(row[column] not in ("", None, []) for row in rows)]
        yield table([column.replace("_", " ") for column in columns], [[_cell(row[column]) for column in columns] for row in rows])


def _cell(value: object) -> str:
    text = _text(value)
    return Number(text) if text.removeprefix("-").replace(".", "", 1).isdecimal() and "." in text else text
