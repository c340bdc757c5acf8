"""A first layout for a file that no profile knows, for a person to check: `matcher profile new FILE`.

The proposal says of every guess what it rests on. What is not certain is marked with ``CHECK`` in a comment; nothing is booked by it
before a person has kept it under a name.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcher.errors import MatcherError
from matcher.model import Problem, Transaction
from matcher.parsers.base import Event, ParseOptions, RowBatch, Source
from matcher.parsers.csv import PARSER, detect, direction, figures, habits, proposal, sheets
from matcher.parsers.csv.body import find, is_day
from matcher.parsers.csv.cells import Exact
from matcher.parsers.csv.guess import IBAN, day_formats, is_amount
from matcher.parsers.csv.proposal import Draft, used
from matcher.parsers.csv.schema import Columns, Profile
from matcher.parsers.csv.survey import month_first, swapped
from matcher.parsers.csv.text import fold
from matcher.parsers.csv.words import DATE_WORDS, fields_of

SHOWN = 10
_ENCODINGS = (
    "gb18030", "cp932", "big5", "cp949", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp874", "iso-8859-1",
)  # fmt: skip
_SHORT, _MOST_SPECIAL = 40, 12
_PENDING = {
    "offen",
    "vorgemerkt",
    "pending",
    "reserved",
    "varaus",
    "reserverad",
    "authorized",
    "umsatz vorgemerkt",
    "en attente",
    "pendiente",
}
_VOID = {"reverted", "declined", "failed", "cancelled", "canceled", "denied", "storniert", "abgelehnt"}
_MONEY = ("amount", "credit", "debit", "balance", "fee", "charges")
_BOOKED, _VALUED = re.compile(r"book|post|buch|boek|complet|finish|księg|comptab"), re.compile(r"valu|wert|avail|effect|rente|start")
_PAYER = re.compile(r"payer|sender|source name|auftraggeber|absender|ordenante|from name|remitter")
_PAYEE = re.compile(r"payee|recipient|target name|beneficiary|empf[äa]nger|beneficiario|to name|merchant")
_IDENTITY = re.compile(r"\bid\b|identif|transa\w*(?:code|nummer|number)|-?nr\.?$")
_PAYERS_TOO = re.compile(r"^(?:ref(?:erence|erenz|erencia|\.)?|r[ée]f[ée]rence)$")
"""Titles under which one bank gives its own reference, and another one the payer's."""
_SHORTEST_ID = 8
_STATE = re.compile(r"status|state|zustand|stan\b|estado|statut")
_BALANCE_ROW = re.compile(
    r"(?:open(?:ing)?|clos(?:e|ing)|beginning|ending|start|end|brought|carried|anfangs\w*|schluss\w*|alter|neuer)\b.{0,40}$|\w*saldo\b.{0,16}$"
    r"|s ?a ?l ?d ?o\b.{0,16}$|sold\b.{0,16}$"
    r"|turnover$|totals?$|summe\b.{0,16}$|合计$|总计$|小计$|合計$|итого\b.{0,16}$|σύνολο\b.{0,16}$",
    re.IGNORECASE,
)
_BALANCE = re.compile(r"balance|saldo|s a l d o|solde|brought|carried|turnover|total|summe|合计", re.IGNORECASE)
_TOTALS = re.compile(r"turnover|total|summe|合计", re.IGNORECASE)
_OPENS = re.compile(r"open|beginning|start|brought|anfang|alter", re.IGNORECASE)
_TAKEN = frozenset({*_MONEY, "booking_date", "value_date", "indicator"})
_PLACED = ("counterparty_account", "counterparty_bank", "creditor_reference", "end_to_end_id", "mandate_id", "time")


class Proposal(NamedTuple):
    """`toml`: the profile's text. `rows`: the first rows of the file as that profile reads them; none when it cannot."""

    toml: str
    rows: tuple[Transaction, ...]


def propose(source: Source, name: str = "my-bank") -> Proposal:
    """A profile for a file, and its first rows as that profile reads them.

    Raises:
        MatcherError: ``file.unknown`` when the file is no table with a date and an amount; otherwise what makes it unreadable.
    """
    body = find(_tables(source))
    if body is None:
        raise MatcherError("file.unknown", "no row holds both a day and a figure", source.name)
    draft = Draft(body)
    days = _days(draft)
    money = figures.assign(body, days)
    draft.columns |= money.fields
    draft.notes |= money.notes
    if "amount" not in draft.columns and not {"credit", "debit"} <= draft.columns.keys():
        raise MatcherError("file.unknown", "the rows hold days, but neither an amount nor both credit and debit", source.name)
    _marks(draft)
    direction.find(draft)
    habits.name(draft)
    _texts(draft, days)
    _rows_that_are_none(draft)
    text = proposal.text(draft, name)
    rows, problems = _read(source, ParseOptions(profile=name, profiles={name: text}))
    remarks = [f"# CHECK reading the first rows says: {problem.code}: {problem.message}" for problem in problems[:5]]
    return Proposal("\n".join([*remarks, text]) if remarks else text, rows)


def _tables(source: Source) -> Sequence[detect.Table]:
    what = sheets.kind(source.head())
    if what:
        return detect.sheet_tables(sheets.load(source, what))
    anything = {
        f"{d}{q}": Profile(
            name="any", bank="any", country="", seen="any", encodings=list(_ENCODINGS), delimiters=[d], quote=q,
            columns=Columns(booking_date=["?"], amount=["?"]),
        )
        for d in (",", ";", "\t", "|")
        for q in ('"', "'", "")
    }  # fmt: skip
    return list(detect.text_tables(source, anything))


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


def _days(draft: Draft) -> list[int]:
    """Chooses the day of booking and the value date among the columns of days; gives all such columns."""
    body = draft.body
    days = [n for n in range(body.width) if (cells := [cell for cell in body.column(n) if cell]) and all(map(is_day, cells))]
    full = [n for n in days if all(body.column(n))] or [body.day]

    def rank(n: int) -> tuple[int, int, int]:
        title = fold(body.title(n)).replace("#", "").strip()
        told = -1 if _BOOKED.search(title) else 1 if _VALUED.search(title) else 0
        return told, DATE_WORDS.index(title) if title in DATE_WORDS else len(DATE_WORDS), n

    booked, *others = sorted(full, key=rank)
    draft.columns["booking_date"] = booked
    if others:
        draft.columns["value_date"] = others[0]
        draft.notes["booking_date"] = "CHECK several columns hold a day; this one is taken for the day of booking"
    texts = [cell for cell in draft.cells("booking_date") if not isinstance(cell, Exact)]
    fits = Counter(text for cell in texts for text in day_formats(cell))
    if not fits:
        draft.formats = ["%Y-%m-%d"]
        draft.notes["formats"] = "" if texts else "CHECK the file has no dates as text"
        return days
    most = max(fits.values())
    fitting = [text for text in fits if fits[text] == most]
    draft.formats = fitting[:1]
    if most < len(texts):
        draft.notes["formats"] = f"CHECK {len(texts) - most} of the first {len(texts)} dates do not fit"
    elif month_first(fitting[0]) is not None and swapped(fitting[0]) in fitting:
        draft.notes["formats"] = "CHECK no day is above 12 in the first rows: day and month may be the other way round"
    return days


def _marks(draft: Draft) -> None:
    """The decimal mark and the grouping."""
    written = [cell for name in _MONEY for cell in draft.cells(name) if not isinstance(cell, Exact) and any(c.isdigit() for c in cell)]
    draft.lakh = any(re.search(r"\d,\d{2},\d{3}", cell) for cell in written)
    fits = {mark: sum(is_amount(mark, grouping, cell, draft.lakh) for cell in written) for mark, grouping in ((".", ", '"), (",", ". '"))}
    shown = "".join(written)
    if not re.search(r"[.,\s']", shown):
        return
    draft.decimal = "," if fits[","] > fits["."] else "."
    if fits[","] == fits["."] and re.search(r"[.,]", shown):
        draft.decimal = "auto"
        draft.notes["decimal"] = "CHECK points and commas could be decimal marks or grouping; the whole file decides at every reading"
        return
    others = ", '" if draft.decimal == "." else ". '"
    # larger sums than those of the first rows will be grouped, in the usual way where these do not show another
    draft.grouping = "," if draft.decimal == "." else "."
    if sum(is_amount(draft.decimal, "", cell, draft.lakh) for cell in written) < fits[draft.decimal]:
        draft.grouping = "".join(mark for mark in others if mark in shown or (mark == " " and re.search(r"\d[\u00a0\u202f ]\d", shown)))
    if fits[draft.decimal] < len(written):
        draft.notes["decimal"] = f"CHECK {len(written) - fits[draft.decimal]} of the first {len(written)} amounts do not fit"


def _texts(draft: Draft, days: Sequence[int]) -> None:
    """Gives every column with words to a field. What no title explains joins the text, so that nobody's words are lost."""
    body, columns = draft.body, draft.columns
    joined: list[int] = []
    named = [n for n in range(body.width) if _wordy(body.column(n)) and not re.search(r"mail|account|konto|iban", fold(body.title(n)))]
    payer = next((n for n in named if _PAYER.search(fold(body.title(n)))), None)
    payee = next((n for n in named if n != payer and _PAYEE.search(fold(body.title(n)))), None)
    if payer is not None and payee is not None and {payer, payee}.isdisjoint(used(columns)):
        columns["counterparty_name"] = {"credit": payer, "debit": payee}
    for n in range(body.width):
        cells, title = [cell for cell in body.column(n) if cell], body.title(n)
        if n in days or n in used(columns) or not cells:
            continue
        names = [name for name in fields_of(title) if name not in columns and name not in _TAKEN]
        pending = any(fold(cell) in _PENDING | _VOID for cell in cells)
        if (_STATE.search(fold(title)) or pending) and "status" not in columns:
            columns["status"] = n
        elif _is_account(cells, names):
            columns["account"] = n
        elif "bank_reference" in names and _PAYERS_TOO.search(fold(title)) and not _machine_made(cells):
            joined.append(n)
        elif "bank_reference" in names or ("bank_reference" not in columns and _is_identity(title, cells)):
            if len(set(cells)) == len(cells) and cells != [str(i + 1) for i in range(len(cells))]:
                columns["bank_reference"] = n
        elif names and names[0] in _PLACED:
            columns[names[0]] = n
        elif "counterparty_name" in names and _wordy(cells):
            columns["counterparty_name"] = n
        elif "transaction_code" in names and len(set(cells)) <= max(3, len(cells) // 2) and not any(" " in cell for cell in cells):
            columns["transaction_code"] = n
        elif not names and "counterparty_account" not in columns and all(map(IBAN.fullmatch, cells)):
            columns["counterparty_account"] = n
        elif _wordy(cells):
            joined.append(n)
    if joined:
        columns["remittance_information"] = joined[0] if len(joined) == 1 else joined
    left = [n for n in range(len(body.titles)) if body.titles[n] and n not in used(columns) and any(body.column(n))]
    draft.unread = [repr(body.titles[n]) for n in left]


def _is_account(cells: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a column holds one number, our own, in every row."""
    alone = len(set(cells)) == 1 and len(cells) > 1 and any(c.isdigit() for c in cells[0])
    return alone and ("account" in names or IBAN.fullmatch(cells[0]) is not None)


def _is_identity(title: str, cells: Sequence[str]) -> bool:
    return _IDENTITY.search(fold(title)) is not None and not any(" " in cell for cell in cells)


def _machine_made(cells: Sequence[str]) -> bool:
    """Whether references look like a bank's own: of one length, without a blank, each another. A payer writes what he likes."""
    return (
        len({len(cell) for cell in cells}) == 1
        and len(cells[0]) >= _SHORTEST_ID
        and len(set(cells)) == len(cells)
        and " " not in "".join(cells)
    )


def _wordy(cells: Sequence[str]) -> bool:
    return any(sum(c.isalpha() for c in cell) >= 3 for cell in cells)


def _rows_that_are_none(draft: Draft) -> None:
    """Balances and totals written as rows, announced and cancelled entries."""
    body, special = draft.body, draft.special
    states = list(dict.fromkeys(draft.cells("status")))
    special += [("status", "words", w, "pending" if fold(w) in _PENDING else "neutral", "") for w in states if fold(w) in _PENDING | _VOID]
    if len(others := [word for word in states if fold(word) not in _PENDING | _VOID]) > 1:
        draft.notes["status"] = f"CHECK all of these are read as booked: {', '.join(others[:6])}"
    for row in [*body.rows, *body.others]:
        entry = _special(draft, row, row in body.rows)
        if entry and entry[:4] not in [one[:4] for one in special] and len(special) < _MOST_SPECIAL and not _hides_bookings(draft, entry):
            special.append(entry)
    text = draft.columns.get("remittance_information")
    if isinstance(text, int) and any(row[text : text + 1] == [cell for cell in row if cell] for row in body.others):
        draft.continues = True


def _special(draft: Draft, row: Sequence[str], booked: bool) -> proposal.Special | None:
    """What tells a row that seems to be none from bookings; None for a booking."""
    empty = not _has_amount(draft, row)
    told = _balance_told(row, booked and not empty)
    if told:
        start = re.split(r"\s+(?:as of|on|at|vom|per)\b|\d", told)[0].strip() or told
        balance = draft.columns.get("balance")
        told_nowhere = empty and not (isinstance(balance, int) and balance < len(row) and row[balance])
        means = "skip" if told_nowhere else "opening" if _OPENS.search(told) else "skip" if _TOTALS.match(told) else "closing"
        return "any", "starts", start, means, "CHECK such rows have a day and an amount" if booked and not empty else ""
    told_by_digits = any(c.isdigit() for cell in row for c in cell)
    if not booked and (told_by_digits or not draft.body.titles) and not any(map(is_day, row)):
        return _undated(draft, row)
    if booked and empty and (words := next((cell for cell in row if len(cell) <= _SHORT and _wordy([cell])), "")):
        return "any", "words", words, "skip", "CHECK such rows have no amount"
    return None


def _has_amount(draft: Draft, row: Sequence[str]) -> bool:
    places = [n for name in ("amount", "credit", "debit") if isinstance(n := draft.columns.get(name), int)]
    return any(n < len(row) and any(c.isdigit() for c in row[n]) for n in places)


def _balance_told(row: Sequence[str], amount: bool) -> str:
    """The cell that calls a row a balance or a sum. With a day and an `amount` it must be short, and say so: a payer may be End Ltd."""
    told = [cell for cell in row if _BALANCE_ROW.match(cell)]
    sure = [cell for cell in told if len(cell) <= len("opening balance") and _BALANCE.search(cell)]
    return next(iter(sure if amount else told), "")


def _hides_bookings(draft: Draft, entry: proposal.Special) -> bool:
    """Whether rows with a day and an amount would be taken for what another row is."""
    column, how, word = entry[0], entry[1], fold(entry[2])
    for row in draft.body.rows:
        place = draft.columns.get(column)
        cells = (
            row
            if column == "any"
            else [next(filter(None, row), "")]
            if column == "first"
            else [row[place] if isinstance(place, int) else ""]
        )
        alike = any(fold(cell) == word or (how == "starts" and fold(cell).startswith(word)) for cell in cells)
        if alike and _has_amount(draft, row) and not _balance_told(row, True):
            return True
    return False


def _undated(draft: Draft, row: Sequence[str]) -> proposal.Special | None:
    """What tells a row without a day from bookings: the word where its day should be, else its first cell."""
    day = draft.columns["booking_date"]
    assert isinstance(day, int)
    word = row[day] if day < len(row) else ""
    if word and not any(c.isdigit() for c in word):
        return ("booking_date", "words", word[:_SHORT], "pending" if fold(word) in _PENDING else "skip", "")
    first = next((cell for cell in row if cell), "")
    start = re.split(r"\d", first)[0].strip(" :;")[:_SHORT] or first
    why = "CHECK such rows have an amount and no day" if _has_amount(draft, row) else ""
    return None if len(row) == 1 and draft.body.titles else ("first", "starts", start, "skip", why)
