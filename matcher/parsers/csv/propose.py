"""A first layout for a file that no profile knows, for a person to check: `matcher profile new FILE`.

The proposal says of every guess what it rests on. What is not certain is marked with ``CHECK`` in a comment; nothing is booked by it
before a person has kept it under a name.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from matcher.errors import MatcherError
from matcher.model import Problem, Transaction
from matcher.parsers.base import Event, ParseOptions, RowBatch, Source
from matcher.parsers.csv import PARSER, detect, sheets
from matcher.parsers.csv.cells import CellError, Exact, currency_code
from matcher.parsers.csv.detect import Table
from matcher.parsers.csv.guess import CREDIT, DEBIT, FORMATS, IBAN, is_amount, is_date, positions
from matcher.parsers.csv.schema import Columns, Profile
from matcher.parsers.csv.survey import swapped
from matcher.parsers.csv.text import bare, fold
from matcher.parsers.csv.words import DATE_WORDS, fields_of, looks_like_header

SHOWN = 10
_ENCODINGS = ("gb18030", "cp932", "cp1252", "cp1250", "iso-8859-1")
_PENDING = {"vorgemerkt", "pending", "reserved", "varaus", "reserverad", "authorized", "umsatz vorgemerkt", "en attente", "pendiente"}
_MONEY_FIELDS = ("amount", "credit", "debit", "balance")


class Proposal(NamedTuple):
    """`toml`: the profile's text. `rows`: the first rows of the file as that profile reads them; none when it cannot."""

    toml: str
    rows: tuple[Transaction, ...]


@dataclass
class _Draft:
    """What has been found out so far. `notes` holds, by key, what the guess rests on."""

    table: Table
    header: int
    titles: list[str]
    fields: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    style: str = "signed"
    decimal: str = "."
    grouping: str = ""
    lakh: bool = False
    formats: list[str] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=lambda: {"credit": [], "debit": []})
    pending: list[str] = field(default_factory=list)
    currency: str = ""
    widths: list[int] = field(default_factory=list)

    def column(self, name: str) -> list[str]:
        """The filled cells of a field's column below the header."""
        place = self.fields.get(name)
        if place is None:
            return []
        below = self.table.records[self.header + 1 :]
        column = (cells[place] for _, cells, _ in below if place < len(cells))
        return [text for cell in column if (text := cell if isinstance(cell, Exact) else bare(cell.strip()))]


def propose(source: Source, name: str = "my-bank") -> Proposal:
    """A profile for a file, and its first rows as that profile reads them.

    Raises:
        MatcherError: ``file.unknown`` when the file is no table with a date and an amount; otherwise what makes it unreadable.
    """
    draft = _best_table(source)
    if draft.titles:
        _assign(draft)
    _dates(draft)
    _amounts(draft)
    _direction(draft)
    _currency(draft)
    text = _toml(draft, name)
    options = ParseOptions(profile=name, profiles={name: text})
    rows, problems = _read(source, options)
    remarks = [f"# CHECK reading the first rows says: {problem.code}: {problem.message}" for problem in problems[:5]]
    return Proposal("\n".join([*remarks, text]) if remarks else text, rows)


def _read(source: Source, options: ParseOptions) -> tuple[tuple[Transaction, ...], list[Problem]]:
    rows: list[Transaction] = []
    problems: list[Problem] = []
    for event in _until_shown(PARSER.parse(source, options)):
        if isinstance(event, RowBatch) and isinstance(event.rows, list):
            rows += event.rows[: SHOWN - len(rows)]
        elif isinstance(event, Problem) and event.severity in ("error", "fatal"):
            problems.append(event)
    return tuple(rows), problems


def _until_shown(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        yield event
        if isinstance(event, RowBatch):
            return


def _best_table(source: Source) -> _Draft:
    head = source.head()
    what = sheets.kind(head)
    anything = {
        f"{d}{q}": Profile(
            name="any", bank="any", country="", seen="any", encodings=list(_ENCODINGS), delimiters=[d], quote=q,
            columns=Columns(booking_date=["?"], amount=["?"]),
        )
        for d in (",", ";", "\t", "|")
        for q in ('"', "'", "")
    }  # fmt: skip
    tables = detect.sheet_tables(sheets.load(source, what)) if what else list(detect.text_tables(source, anything))
    best: tuple[int, _Draft] | None = None
    for table in tables:
        for place, (_, cells, _) in enumerate(table.records):
            score = sum(bool(fields_of(bare(cell.strip()))) for cell in cells)
            if looks_like_header(cells) and (best is None or score > best[0]):
                best = score, _Draft(table, place, [bare(cell.strip()) for cell in cells])
    return best[1] if best else _without_header(tables, source)


def _without_header(tables: Sequence[Table], source: Source) -> _Draft:
    """The reading of the file in which most columns can be told by their contents."""
    drafts = []
    for table in tables:
        fields, widths = positions([cells for _, cells, _ in table.records if any(cells)])
        if fields:
            drafts.append(
                _Draft(
                    table, -1, [], fields, {"widths": "CHECK no header: every column is told by what its cells look like"}, widths=widths
                )
            )
    if not drafts:
        raise MatcherError("file.unknown", "no row names a date and an amount, and no columns look like them", source.name)
    return max(drafts, key=lambda draft: len(draft.fields))


def _assign(draft: _Draft) -> None:
    """Gives every column that its title explains to one field; a title that fits several goes to the first one still free."""
    days = [(DATE_WORDS.index(fold(title)), place) for place, title in enumerate(draft.titles) if fold(title) in DATE_WORDS]
    if len(days) > 1:
        # "Posting date" beats "Date" beats "Transaction date", wherever they stand.
        draft.fields["booking_date"] = min(days)[1]
        draft.notes["booking_date"] = "CHECK several columns hold a day; this one is taken for the day of booking"
    for place, title in enumerate(draft.titles):
        if place == draft.fields.get("booking_date"):
            continue
        for name in fields_of(title):
            if name not in draft.fields:
                draft.fields[name] = place
                if len(fields_of(title)) > 1:
                    draft.notes[name] = f"CHECK the title may also mean {', '.join(n for n in fields_of(title) if n != name)}"
                break
    if len(set(draft.column("account"))) > 1 and "counterparty_account" not in draft.fields:
        draft.fields["counterparty_account"] = draft.fields.pop("account")
        draft.notes["counterparty_account"] = "CHECK the numbers differ from row to row, so they are taken for the other side's"
    if {"amount", "credit", "debit"} <= draft.fields.keys() and not draft.column("amount"):
        del draft.fields["amount"]
    if "amount" in draft.fields and {"credit", "debit"} <= draft.fields.keys():
        for name in ("credit", "debit"):
            del draft.fields[name]
        draft.notes["amount"] = "CHECK the file has columns for credit and debit as well; the single amount is used"
    if "amount" not in draft.fields and not {"credit", "debit"} <= draft.fields.keys():
        _by_contents(draft)
    if "amount" not in draft.fields and not {"credit", "debit"} <= draft.fields.keys():
        raise MatcherError("file.unknown", "the header names a date, but neither an amount nor both credit and debit")


def _by_contents(draft: _Draft) -> None:
    """Takes the first column without a known title whose cells are all figures, some with places, for the amount."""
    for place in set(range(len(draft.titles))) - set(draft.fields.values()):
        draft.fields["amount"] = place
        cells = draft.column("amount")
        figures = [cell for cell in cells if is_amount(".", ", '", cell) or is_amount(",", ". '", cell)]
        if cells and len(figures) == len(cells) and any(re.search(r"[.,]\d{2}\D*$", cell) for cell in cells):
            draft.notes["amount"] = "CHECK the title is not known; its cells look like amounts"
            return
        del draft.fields["amount"]


def _dates(draft: _Draft) -> None:
    texts = [text for text in draft.column("booking_date") if not isinstance(text, Exact)]
    fitting = [text for text in FORMATS if texts and all(is_date(text, cell) for cell in texts)]
    most = max(FORMATS, key=lambda text: sum(is_date(text, cell) for cell in texts))
    draft.formats = fitting[:1] or [most]
    if texts and not fitting:
        bad = sum(not is_date(most, cell) for cell in texts)
        draft.notes["formats"] = f"CHECK {bad} of the first {len(texts)} dates do not fit; they may be footers or announced entries"
    elif any(swapped(text) in fitting for text in draft.formats):
        draft.notes["formats"] = "CHECK no day is above 12 in the first rows: day and month may be the other way round"
    elif not texts:
        draft.notes["formats"] = "CHECK the file has no dates as text"


def _amounts(draft: _Draft) -> None:
    cells = [
        cell for name in _MONEY_FIELDS for cell in draft.column(name) if not isinstance(cell, Exact) and any(c.isdigit() for c in cell)
    ]
    draft.lakh = any(re.search(r"\d,\d{2},\d{3}", cell) for cell in cells)
    fits = {}
    for mark, grouping in ((".", ", '"), (",", ". '")):
        fits[mark] = sum(is_amount(mark, grouping, cell, draft.lakh) for cell in cells)
    shown = "".join(cells)
    if not cells or not re.search(r"[.,]", shown):
        return
    draft.decimal = "," if fits[","] > fits["."] else "."
    if fits[","] == fits["."]:
        draft.decimal = "auto"
        draft.notes["decimal"] = "CHECK points and commas could be decimal marks or grouping; the whole file decides at every reading"
    others = (", '" if draft.decimal == "." else ". '") if draft.decimal != "auto" else ""
    plain = sum(is_amount(draft.decimal, "", cell, draft.lakh) for cell in cells) if others else 0
    if others and plain < fits[draft.decimal]:
        draft.grouping = "".join(mark for mark in others if mark in shown or (mark == " " and re.search(r"\d[\u00a0\u202f ]\d", shown)))
    if others and fits[draft.decimal] < len(cells):
        draft.notes["decimal"] = f"CHECK {len(cells) - fits[draft.decimal]} of the first {len(cells)} amounts do not fit"


def _direction(draft: _Draft) -> None:
    if "credit" in draft.fields:
        draft.style = "split"
        if any(cell.lstrip("' ").startswith(("-", "−")) for cell in draft.column("debit")):
            draft.notes["debit_sign"] = "the first rows show negative debits"
        return
    words = dict.fromkeys(draft.column("indicator"))
    signs = any(cell.startswith(("-", "−", "(")) or cell.endswith("-") for cell in draft.column("amount"))
    if words:
        draft.style = "both" if signs else "indicator"
        draft.words = {
            "credit": [word for word in words if fold(word) in CREDIT],
            "debit": [word for word in words if fold(word) in DEBIT],
        }
        unknown = [word for word in words if fold(word) not in CREDIT | DEBIT]
        if unknown or not all(draft.words.values()):
            draft.notes["credit"] = "CHECK which words mean money in and which money out; seen: " + ", ".join(list(words)[:8])
            draft.words["credit"] = draft.words["credit"] or ["?credit"]
            draft.words["debit"] = draft.words["debit"] or ["?debit"]
    elif not signs:
        draft.notes["style"] = "CHECK no amount is negative: is money out written as positive (then reversed = true)?"
    draft.pending = [word for word in dict.fromkeys(draft.column("status")) if fold(word) in _PENDING]


def _currency(draft: _Draft) -> None:
    if draft.column("currency"):
        draft.currency = "column"
        return
    for name in _MONEY_FIELDS[:3]:
        place = draft.fields.get(name)
        title = draft.titles[place] if place is not None and draft.titles else ""
        match = re.search(r"[\s(\[（](\S{1,5}?)\s*[)\]）]?$", title)
        if match and _is_currency(match[1]):
            draft.currency = currency_code(match[1])
            draft.notes["currency"] = f"from the title {title!r}"
            return
    titles = "".join(draft.titles)
    draft.currency = "JPY" if re.search("[\u3040-\u30ff]", titles) else "CNY" if re.search("[\u4e00-\u9fff]", titles) else "EUR"
    draft.notes["currency"] = "CHECK the file does not say its currency; this is a guess from the language of the titles"


def _is_currency(text: str) -> bool:
    try:
        return bool(currency_code(text))
    except CellError:
        return False


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _toml(draft: _Draft, name: str) -> str:
    """The profile's text: keys that differ from the schema's defaults, each guess with what it rests on."""

    def line(key: str, value: object, note: str = "") -> str:
        why = draft.notes.get(key, note)
        return f"{key} = {_quoted(value)}" + (f"  # {why}" if why else "")

    table = draft.table
    lines = [line("name", name), line("bank", "?", "CHECK the bank's name"), line("country", "", "two letters")]
    where = f"whose header is in row {table.records[draft.header][0]}" if draft.titles else "without header"
    lines.append(line("seen", f"Proposed from a file {where}."))
    if table.encoding and table.encoding not in detect.UNICODE:
        lines.append(line("encodings", [table.encoding], "the bytes are not UTF-8 and fit this encoding"))
    if table.encoding and table.delimiter != ",":
        lines.append(line("delimiters", [table.delimiter]))
    if table.encoding and table.quote != '"':
        lines.append(line("quote", table.quote))
    if draft.currency != "column":
        lines.append(line("currency", draft.currency))
    if draft.titles:
        used = draft.fields.values()
        lines.append(line("known", [title for place, title in enumerate(draft.titles) if title and place not in used]))
    else:
        lines.append(line("widths", draft.widths))
    columns = sorted(draft.fields.items(), key=lambda item: item[1])
    lines += ["", "[columns]", *(line(key, [draft.titles[place]] if draft.titles else place + 1) for key, place in columns)]
    lines += ["", "[amounts]", line("style", draft.style), line("decimal", draft.decimal)]
    if draft.grouping:
        lines.append(line("grouping", draft.grouping))
    if draft.lakh:
        lines.append("lakh = true")
    if "debit_sign" in draft.notes:
        lines.append(line("debit_sign", "negative"))
    if "indicator" in draft.fields and draft.style != "split":
        lines += [line("credit", draft.words["credit"]), line("debit", draft.words["debit"])]
    lines += ["", "[dates]", line("formats", draft.formats)]
    if any(cell.startswith('="') for _, cells, _ in table.records for cell in cells):
        lines += ["", "[cells]", "formula = true"]
    lines += _outside(draft)
    for word in draft.pending:
        lines += ["", "[[special]]", 'column = "status"', f"words = {_quoted([word])}", 'means = "pending"']
    return "\n".join(lines) + "\n"


def _outside(draft: _Draft) -> Sequence[str]:
    """A fact for the account number when the rows before the header hold an IBAN behind a label."""
    for _, cells, _ in draft.table.records[: draft.header]:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) > 1 and IBAN.fullmatch(filled[1]) and "account" not in draft.fields:
            return ["", "[facts]", f"account = {{ label = {_quoted(filled[0].rstrip(' :：'))} }}"]
    return []
