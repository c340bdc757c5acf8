"""The fields of BAI2 records: amounts, dates, availability, summaries of an account and details of a transaction."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from matcher import money
from matcher.errors import MatcherError
from matcher.parsers.bai2.records import Record

_SIMPLE = frozenset(("", "Z", "0", "1", "2"))
"""Funds types that add no fields: unknown, immediate, one and two days."""
_FUNDS = frozenset(("S", "V", "D")) | _SIMPLE
_TYPE_CODE = re.compile(r"\d{3}")
_LABEL = re.compile(r"([A-Z]{4}): *(.*)")
_MAX_FIELDS = 4_096
"""Characters the fields of a transaction in front of its text may have."""
_BREAK = "\n"
"""Stands between the fields of two physical records."""


def whole(text: str, bound: bool = True) -> int | None:
    """A signed whole number of minor units; None when blank. Only control totals may be larger than any amount.

    Raises:
        MatcherError: ``amount.invalid``, ``amount.range``.
    """
    text = text.strip()
    if not text:
        return None
    digits = text[1:] if text[0] in "+-" else text
    if not (digits.isascii() and digits.isdigit()):
        raise MatcherError("amount.invalid", f"{text[:40]!r} is not an amount without decimal point")
    if len(digits) > 40 or ((amount := int(digits)) > money.MAX_MINOR and bound):
        raise MatcherError("amount.range", f"{text[:40]!r} is larger than any amount this program accepts")
    return -amount if text[0] == "-" else amount


def day(text: str) -> date | None:
    """A date as YYMMDD or YYYYMMDD, years 80 to 99 in the last century; None when blank or zero.

    Raises:
        MatcherError: ``date.invalid``.
    """
    text = text.strip()
    if not text.strip("0"):
        return None
    if text.isascii() and text.isdigit() and len(text) in (6, 8):
        year = int(text[:-4]) if len(text) == 8 else int(text[:2]) + (1900 if text[0] in "89" else 2000)
        try:
            return date(year, int(text[-4:-2]), int(text[-2:]))
        except ValueError:
            pass
    raise MatcherError("date.invalid", f"{text[:20]!r} is not a date")


def rows_of(record: Record) -> list[str]:
    """The texts of a record's physical records, with bare lines joined to the one they wrap."""
    rows = [[record.text]]
    for more in record.more:
        if more.by_code:
            rows.append([])
        rows[-1].append(more.text)
    return ["".join(row) for row in rows]


def fields_of(record: Record, number: int) -> list[str]:
    """The fields of a header or trailer, filled up with blanks."""
    return [*(field.strip() for field in ",".join(rows_of(record)).split(",", number)), *[""] * number][:number]


class Detail(NamedTuple):
    """The fields of a transaction record (16), as text; `labels` are the ``NAME: value`` lines that some banks write in 88 records."""

    code: str
    amount: str
    value_date: str
    time: str
    bank_reference: str
    customer_reference: str
    text: str
    labels: dict[str, str]


_NO_LABELS: dict[str, str] = {}


def detail(record: Record) -> Detail:
    """Takes a transaction record apart. Of funds type V the value date is kept, and of type 0 it is ``0``: the day itself."""
    fields = record.text.split(",", 5)
    if record.more or len(fields) < 6 or fields[2] not in _SIMPLE:
        return _long_detail(record)
    code, amount, funds, bank, customer, words = fields
    return Detail(code, amount, "0" if funds == "0" else "", "", bank.strip(), customer.strip(), " ".join(words.split()), _NO_LABELS)


def _long_detail(record: Record) -> Detail:
    """A record with availability fields, continuations or too few fields."""
    body, words, labels = record.text, list[str](), dict[str, str]()
    for more in record.more:
        # until all fields before the text are there, a continuation goes on with fields
        if words or len(body) > _MAX_FIELDS or body.count(",") >= 5 + _availability(body):
            words.append(more.text)
            if more.by_code and (label := _LABEL.fullmatch(more.text.strip())):
                labels[label[1]] = label[2].strip()
        else:
            body = f"{body},{more.text}" if more.by_code else body + more.text
    extra = _availability(body)
    fields = [*body.split(",", 5 + extra), *[""] * (6 + extra)]
    code, amount, funds = fields[0].strip(), fields[1], fields[2].strip()
    value_date, time = (fields[3], fields[4].strip()) if funds == "V" else ("0" if funds == "0" else "", "")
    bank, customer, first = fields[3 + extra : 6 + extra]
    return Detail(code, amount, value_date, time, bank.strip(), customer.strip(), " ".join(" ".join((first, *words)).split()), labels)


def counterparty(labels: dict[str, str], credit: bool) -> tuple[str, str, str]:
    """Name, account and bank of the other side from labelled lines: the debtor of a credit, the creditor of a debit."""
    side = "D" if credit else "C"
    name = labels.get("DBNM" if credit else "CRNM", "")
    return name, labels.get(f"{side}ACT", ""), labels.get(f"{side}BIC") or labels.get(f"{side}ABA", "")


def _availability(body: str) -> int:
    """How many availability fields the funds type of a transaction record adds."""
    fields = body.split(",", 4)
    funds = fields[2].strip() if len(fields) > 2 else ""
    if funds == "D":
        return 1 + 2 * _pairs(fields[3] if len(fields) > 3 else "")
    return {"S": 3, "V": 2}.get(funds, 0)


def _pairs(text: str) -> int:
    """The number of day and amount pairs of funds type D."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


class Summary(NamedTuple):
    """One status or summary of an account: type code, amount and number of items as told."""

    code: str
    amount: int | None
    items: int | None


def summaries(record: Record) -> Iterator[Summary]:
    """The statuses and summaries of an account record (03).

    A bank may end a physical record after any field, leave out the last empty ones, or add one more; type codes, which have
    three digits, tell where the next summary begins.

    Raises:
        MatcherError: for an amount that is not one.
    """
    fields = [field for row in rows_of(record) for field in (*row.split(","), _BREAK)]
    at = _skip(fields, 0, 2)
    while at < len(fields):
        if fields[at].strip():
            at, summary = _summary(fields, at)
            yield summary
        else:
            at += 1


def account_of(record: Record) -> tuple[str, str]:
    """Account number and currency code of an account record (03)."""
    number, _, rest = record.text.partition(",")
    return number.strip(), rest.partition(",")[0].strip().upper()


def _summary(fields: Sequence[str], at: int) -> tuple[int, Summary]:
    """One summary that begins at a field, and where the next one does."""
    code = fields[at].strip()
    values: list[str] = []
    at += 1
    while len(values) < 3 and at < len(fields):
        if fields[at] == _BREAK:
            # a new record that begins with a type code begins a summary, unless the amount is still to come
            if values and at + 1 < len(fields) and _TYPE_CODE.fullmatch(fields[at + 1]):
                break
            at += 1
            continue
        if len(values) == 2 and fields[at].strip() not in _FUNDS:
            break
        values.append(fields[at].strip())
        at += 1
    amount, items, funds = (*values, "", "", "")[:3]
    if funds not in _SIMPLE:
        told = _skip(fields, at, 1)
        pairs = _pairs(fields[told - 1]) if told else 0
        at = _skip(fields, at, {"S": 3, "V": 2, "D": 1 + 2 * pairs}[funds])
    return at, Summary(code, whole(amount), whole(items))


def _skip(fields: Sequence[str], at: int, number: int) -> int:
    """The position after a number of fields, whatever record breaks lie between them."""
    while number and at < len(fields):
        number -= fields[at] != _BREAK
        at += 1
    return at
