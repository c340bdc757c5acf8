"""A proposed layout as text: keys that differ from the schema's defaults, each guess with what it rests on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matcher.parsers.csv import detect
from matcher.parsers.csv.body import Body
from matcher.parsers.csv.cells import Exact
from matcher.parsers.csv.guess import IBAN

_DUST = 6
"""Decimal places of a balance from which on they are floating-point dust."""
Special = tuple[str, str, str, str, str]
"""Column, ``words`` or ``starts``, the word, what such a row means, and what is to be said of it."""
Columns = dict[str, int | Sequence[int] | Mapping[str, int]]
"""Field to column; several columns are joined, and those of ``credit`` and ``debit`` depend on the direction."""


@dataclass
class Draft:
    """What has been found out of a file so far. `notes` holds, by key, what the guess rests on; `unread` are titles of columns left out."""

    body: Body
    columns: Columns = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    style: str = "signed"
    decimal: str = "."
    grouping: str = ""
    lakh: bool = False
    formats: list[str] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=lambda: {"credit": [], "debit": []})
    currency: str = ""
    special: list[Special] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    continues: bool = False
    neutral: list[str] = field(default_factory=list)

    def cells(self, name: str) -> list[str]:
        """The filled cells of a field's one column."""
        place = self.columns.get(name)
        return [cell for cell in self.body.column(place) if cell] if isinstance(place, int) else []


def used(columns: Columns) -> set[int]:
    """The places of all columns that are read."""
    places: set[int] = set()
    for column in columns.values():
        places |= {column} if isinstance(column, int) else set(column.values() if isinstance(column, Mapping) else column)
    return places


def text(draft: Draft, name: str) -> str:
    """The layout's text."""
    body, table = draft.body, draft.body.table
    lines = [_line("name", name), _line("bank", "?", "CHECK the bank's name"), _line("country", "", "two letters")]
    where = f"whose header is in row {table.records[body.header][0]}" if body.titles else "without header"
    lines.append(_line("seen", f"Proposed from a file {where}."))
    if table.encoding and table.encoding not in detect.UNICODE:
        lines.append(_line("encodings", [table.encoding], "the bytes are not UTF-8 and fit this encoding"))
    if table.encoding and table.delimiter != ",":
        lines.append(_line("delimiters", [table.delimiter]))
    if table.encoding and table.quote != '"':
        lines.append(_line("quote", table.quote))
    if draft.currency != "column":
        lines.append(_line("currency", draft.currency, draft.notes.get("currency", "")))
    if body.titles:
        read = used(draft.columns)
        note = f"CHECK not read: {', '.join(draft.unread)}" if draft.unread else ""
        lines.append(_line("known", [title for place, title in enumerate(body.titles) if title and place not in read], note))
    else:
        widths = sorted({len(row) for row in body.rows})
        lines.append(_line("widths", widths, "CHECK no header: every column is told by what its cells look like"))
    lines += [
        "",
        "[columns]",
        *(_column(draft, key) for key in sorted(draft.columns, key=lambda key: min(used({key: draft.columns[key]})))),
    ]
    lines += ["", "[amounts]", _line("style", draft.style, draft.notes.get("style", ""))]
    lines.append(_line("decimal", draft.decimal, draft.notes.get("decimal", "")))
    lines += [_line("grouping", draft.grouping)] if draft.grouping else []
    lines += ["lakh = true"] if draft.lakh else []
    lines += [_line("debit_sign", "either", draft.notes["debit_sign"])] if "debit_sign" in draft.notes else []
    if draft.style == "indicator":
        lines += [_line("credit", draft.words["credit"], draft.notes.get("words", "")), _line("debit", draft.words["debit"])]
    if draft.neutral:
        lines.append(_line("neutral", draft.neutral, "CHECK what such rows are: add [[special]] rows for those that are money in or out"))
    lines += ["", "[dates]", _line("formats", draft.formats, draft.notes.get("formats", ""))]
    if any(cell.startswith('="') for _, cells, _ in table.records for cell in cells if not isinstance(cell, Exact)):
        lines += ["", "[cells]", "formula = true"]
    elif "-" not in draft.words["credit"] + draft.words["debit"] and any(cell.strip() == "-" for row in body.rows for cell in row):
        lines += ["", "[cells]", 'blank = ["-"]']
    if any(len(cell.partition(".")[2]) > _DUST for cell in draft.cells("balance")):
        lines += ["", "[balance]", "drift = true"]
    elif "before" in draft.notes:
        lines += ["", "[balance]", _line("before", True, draft.notes["before"])]
    if draft.continues:
        lines += ["", "[rows]", "continuation = true"]
    lines += _outside(draft)
    for column, how, word, means, why in draft.special:
        lines += ["", "[[special]]", _line("column", column), _line(how, [word]), _line("means", means, why)]
    for word in draft.neutral:
        lines += ["", "[[special]]", 'column = "indicator"', f"words = {_quoted([word])}", 'means = "undecided"']
    return "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _line(key: str, value: object, why: str = "") -> str:
    return f"{key} = {_quoted(value)}" + (f"  # {why}" if why else "")


def _place(draft: Draft, place: int) -> str | int:
    """A column by its title; by its place where the title is not one column's alone."""
    if not draft.body.titles:
        return place + 1
    title = draft.body.title(place)
    return title if title and list(draft.body.titles).count(title) == 1 else f"#{place + 1}"


def _column(draft: Draft, key: str) -> str:
    column, why = draft.columns[key], draft.notes.get(key, "")
    if isinstance(column, int):
        place = _place(draft, column)
        return _line(key, [place] if isinstance(place, str) else place, why)
    if isinstance(column, Mapping):
        parts = ", ".join(f"{side} = {_quoted([_place(draft, place)])}" for side, place in column.items())
    else:
        parts = f"join = {_quoted([_place(draft, place) for place in column])}"
    return f"{key} = {{ {parts} }}" + (f"  # {why}" if why else "")


def _outside(draft: Draft) -> Sequence[str]:
    """A fact for the account number when the rows before the header hold an IBAN behind a label."""
    for _, cells, _ in draft.body.table.records[: max(draft.body.header, 0)]:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) > 1 and IBAN.fullmatch(filled[1]) and "account" not in draft.columns:
            return ["", "[facts]", f"account = {{ label = {_quoted(filled[0].rstrip(' :：'))} }}"]
    return []
