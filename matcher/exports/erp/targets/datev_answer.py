"""Answers of DATEV: postings that were written from there, each with the notes that it was taken in with."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from matcher.errors import MatcherError
from matcher.exports.erp.base import Answer
from matcher.exports.erp.targets.datev_columns import ID, PART
from matcher.states import Answered

_NOTES = 20


def read(data: bytes, name: str, settings: Any) -> Sequence[Answer]:
    """A Buchungsstapel that DATEV wrote. A document is accepted when all its rows are there; of one with fewer nobody knows.

    Raises:
        MatcherError: ``ack.unreadable``, ``file.empty``, ``file.encoding``.
    """
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    try:
        text = data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "cp1252")
    except UnicodeDecodeError:
        raise MatcherError("file.encoding", "the bytes are neither Windows-1252 nor UTF-8", name) from None
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    if len(rows) < 2 or rows[0][:1] not in (["EXTF"], ["DTVF"]) or rows[0][2:3] != ["21"]:
        raise MatcherError("ack.unreadable", "the file is no Buchungsstapel in the DATEV format", name)
    found: dict[str, list[tuple[str, str]]] = {}
    places: dict[str, str] = {}
    for line, cells in enumerate(rows[2:], 3):
        row = dict(zip((title.replace("Zusatzinformation -", "Zusatzinformation-") for title in rows[1]), cells, strict=False))
        notes = _notes(row)
        if ID in notes:
            found.setdefault(notes[ID], []).append((notes.get(PART, ""), row.get("Buchungs GUID", "")))
            places.setdefault(notes[ID], f"{name}:{line}")
    return [_answer(key, parts, places[key]) for key, parts in found.items()]


def _notes(row: Mapping[str, str]) -> dict[str, str]:
    titles = [(f"Zusatzinformation- Art {number}", f"Zusatzinformation- Inhalt {number}") for number in range(1, _NOTES + 1)]
    return {row[kind]: row.get(contents, "") for kind, contents in titles if row.get(kind)}


def _answer(key: str, parts: Sequence[tuple[str, str]], place: str) -> Answer:
    there, count = {part for part, _ in parts}, next((part.partition("/")[2] for part, _ in parts), "")
    if count.isdecimal() and len(there) == int(count):
        return Answer(key, Answered.ACCEPTED, parts[0][1], "", place)
    return Answer(key, Answered.UNKNOWN, "", f"{len(there)} of {count or '?'} rows are there", place)
