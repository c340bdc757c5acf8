"""A receipt that waits, in two lines: what the bank said, and what is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matcher import languages
from matcher.display.difference import Paid, difference_words
from matcher.display.text import fitted, padded
from matcher.display.widths import width

if TYPE_CHECKING:
    from matcher.review.queue import WaitingLine

WIDE = 100
"""Page width from which on the bank account is shown."""
NOBODY = "(no name)"
_SURE = len("99.9 %")


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide the columns are that several records share; `page` is the width of all."""

    page: int
    digits: int
    money: int
    days: int
    accounts: int
    payer: int

    @classmethod
    def of(cls, lines: Iterable[WaitingLine], as_of: date, page: int, digits: int) -> Columns:
        """Wide enough for these receipts. `digits`: of the largest number that stands before a record."""
        shown = list(lines)
        return cls(
            page,
            digits,
            max((len(_grouped(one.pending, one.currency)) for one in shown), default=0),
            max((len(day(one.booking_date, as_of)) for one in shown), default=0),
            max((len(one.account) for one in shown), default=0),
            max((width(one.payer or languages.word(NOBODY)) for one in shown), default=0),
        )

    def wider(self, other: Columns) -> Columns:
        """Wide enough for what either is wide enough for; the page is this one's."""
        return Columns(
            self.page,
            self.digits,
            max(self.money, other.money),
            max(self.days, other.days),
            max(self.accounts, other.accounts),
            max(self.payer, other.payer),
        )


def record(number: str, line: WaitingLine, as_of: date, columns: Columns) -> Iterator[str]:
    """The two lines of a receipt; neither is wider than the page. `number`: what stands before it."""
    booked, amount = day(line.booking_date, as_of), _grouped(line.pending, line.currency)
    head = f"{number:>{columns.digits}}  {booked:<{columns.days}}  {amount:>{columns.money}} {line.currency}  "
    tail = f"  {padded(line.account, columns.accounts)}" if columns.page >= WIDE else ""
    tail += f"  {'' if line.confidence is None else _percent(line.confidence):>{_SURE}}"
    room = max(2, columns.page - len(head) - width(tail) - 2)
    payer = min(room // 2, columns.payer)
    yield (head + padded(line.payer or languages.word(NOBODY), payer) + "  " + padded(line.text.strip(), room - payer) + tail).rstrip()
    indent = " " * (columns.digits + 2) + "-> "
    yield indent + proposal(line, as_of, columns.page - len(indent))


def proposal(line: WaitingLine, as_of: date, columns: int) -> str:
    """What is proposed, in as many of its parts as fit: whose it is, which documents, what lies between the amounts, when they were due."""
    whose = " ".join(filter(None, (line.customer_id, line.customer_name)))
    if not line.items:
        return fitted([whose, languages.sentence(why_not(line))], columns)
    first = line.items[0]
    due = ""
    if first.due_date and len(line.items) == 1:
        late = (line.booking_date - first.due_date).days
        due = late_words(first.due_date, late, as_of)
    return fitted([whose, documents(item.document_no for item in line.items), languages.sentence(between(line)), due], columns)


def late_words(due: date, late: int, as_of: date) -> str:
    """When a document was due, and by how many days it is paid late; in the person's language, as `day` is."""
    told = f"due {day(due, as_of)}" + (f", {late} day{'' if late == 1 else 's'} late" if late > 0 else "")
    return languages.sentence(told)


def documents(numbers: Iterable[str], most: int = 3) -> str:
    """Document numbers, the first ones by name."""
    named = list(numbers)
    return ", ".join(named[:most]) + (languages.known(f" and {len(named) - most} more") if len(named) > most else "")


def between(line: WaitingLine) -> str:
    """What lies between the receipt and the documents that are proposed."""
    paid = [Paid(item.item_id, item.currency, item.adjustment, item.reason, item.left) for item in line.items]
    return difference_words(paid, line.rest, line.currency)


def why_not(line: WaitingLine) -> str:
    """Why nothing is proposed, or that it goes with another line."""
    if line.other_line:
        return f"goes with line {line.other_line[:10]}: {line.reason}"
    if line.state == "proposed" and line.outcome == "non_receivable":
        return line.reason
    outcome = {"unexplained": "", "matched": ""}.get(line.outcome, line.outcome.replace("_", " "))
    return ": ".join(filter(None, (outcome, line.reason))) or "no run has looked at it yet"


def day(day: date, as_of: date) -> str:
    """A day of the year that is looked from without the year."""
    if day.year == as_of.year:
        return languages.short_day(day)
    return f"{languages.short_day(day)} {day.year}" if languages.language() == "en" else languages.long_day(day)


def long_day(day: date) -> str:
    """A day with its year."""
    return languages.long_day(day)


def _grouped(minor: int, currency: str) -> str:
    from matcher.money import grouped

    return grouped(minor, currency)


def _percent(ppm: int) -> str:
    from matcher.amounts import percent

    return percent(ppm, 1)
