"""What is shown beside the list: what the bank said, what is proposed and why, why it was not posted, and the choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matcher import languages, money
from matcher.characters import visible
from matcher.display.difference import Paid, difference_words
from matcher.display.records import NOBODY, between, documents, late_words, long_day, why_not
from matcher.display.text import cut, fitted
from matcher.display.widths import width
from matcher.fullscreen.requests import pays_nothing
from matcher.fullscreen.rows import Row

if TYPE_CHECKING:
    from matcher.pipeline.choices.records import Choice
    from matcher.review.explanation import LineExplanation
    from matcher.review.queue import WaitingLine

_EVIDENCE = 5
"""Pieces of evidence that are shown; `matcher explain` shows all."""
_TEXTS = ("remittance_information", "creditor_reference", "end_to_end_id")


@dataclass(frozen=True, slots=True)
class Page:
    """How the detail is written.

    Attributes:
        columns: how wide rows may be.
        as_of: the day that is looked from.
        compact: without blank rows, and of the choices that are not highlighted only the first row.
        looking: whether more choices are being looked for.
    """

    columns: int
    as_of: date
    compact: bool = False
    looking: bool = False

    def rows(self, line: WaitingLine, why: LineExplanation | None, choices: Sequence[Choice], picked: int | None) -> list[Row]:
        """The rows for a receipt. `why`: the evidence, once it was read; `picked`: the choice that is highlighted, from 0."""
        blank = [] if self.compact else [Row("")]
        made = [*_bank(line, why, self.columns), *blank, *_proposal(line, why, self.as_of, self.columns), *blank]
        if not self.compact or not choices:
            made.append(Row(languages.sentence("Choices" if choices or self.looking else "Choices: none found"), "head"))
        for number, choice in enumerate(choices, 1):
            here = picked == number - 1
            told = list(_choice(number, choice, line, self.as_of, self.columns, here=here))
            made += told[:1] if self.compact and not here else told
        if self.looking:
            made.append(Row("   " + languages.sentence("looking for more …"), "quiet"))
        evidence = list(_evidence(why, self.columns))
        return [*made, *blank, *evidence] if evidence else made


def folded(text: str, columns: int, indent: str = "") -> Iterator[str]:
    """A text on as many rows as it needs; broken at blanks where it has some."""
    row = ""
    for word in visible(text).split(" "):
        rest = word
        if row and width(row) + 1 + width(rest) > columns:
            yield row
            row = ""
        while width(rest) > columns - len(indent):
            taken = _head(rest, columns - len(indent))
            yield indent + taken if not row else row + taken
            row, rest = "", rest[len(taken) :]
        row = f"{row} {rest}" if row else indent + rest
    if row.strip():
        yield row


def _head(text: str, columns: int) -> str:
    used = 0
    for n, sign in enumerate(text):
        used += width(sign)
        if used > columns:
            return text[: max(1, n)]
    return text


def _bank(line: WaitingLine, why: LineExplanation | None, columns: int) -> Iterator[Row]:
    left = f" left of {money.grouped(line.amount, line.currency)}" if line.pending != line.amount else ""
    amount = f"{money.grouped(line.pending, line.currency)} {line.currency}{left}"
    amount = languages.known(amount) if left else amount
    yield Row(cut(f"{amount}   {long_day(line.booking_date)}   {languages.known(f'account {line.account}')}", columns), "head")
    account = why.line["counterparty_account"] if why else ""
    yield from (Row(text) for text in folded(f"{line.payer.strip() or languages.word(NOBODY)}{f', {account}' if account else ''}", columns))
    texts = [why.line[name] for name in _TEXTS] if why else [line.text]
    yield from (Row(text) for text in folded(" | ".join(filter(None, map(str.strip, texts))) or languages.word("(no text)"), columns))


def _proposal(line: WaitingLine, why: LineExplanation | None, as_of: date, columns: int) -> Iterator[Row]:
    whose = " ".join(filter(None, (line.customer_id, line.customer_name)))
    if line.state == "proposed":
        sure = "" if line.confidence is None else f", {_percent(line.confidence)} sure"
        head = f"Proposed{sure}: {whose}" if whose else f"Proposed{sure}"
    elif pays_nothing(line):
        head = f"Pays nothing that is open; Enter puts it on account of {whose}"
    else:
        head = f"Nothing is proposed{f'; it may be of {whose}' if whose else ''}"
    yield Row(cut(languages.known(head), columns), "head")
    for item in line.items:
        pays = languages.known(f"pays {money.grouped(item.cash, line.currency)}")
        cleared = f"{money.grouped(item.adjustment, item.currency)} {languages.word(item.reason)}" if item.adjustment else ""
        yield Row(cut("  " + fitted((item.document_no, pays, cleared, _due(item.due_date, line, as_of)), columns - 2), columns))
    if line.items:
        words = between(line)
        yield Row(cut(f"  {languages.sentence(f'difference: {words}')}", columns), "good" if words == "exact" else "")
    reason = (why.blocked_by if why else "") or line.reason
    if line.state != "proposed" or line.other_line:
        reason = why_not(line)
    if reason:
        words = "Not posted" if line.state == "proposed" else "Why"
        yield from (Row(text, "quiet") for text in folded(languages.sentence(f"{words}: {reason}"), columns))


def _evidence(why: LineExplanation | None, columns: int) -> Iterator[Row]:
    way = (why.chosen or why.nearest) if why else None
    found = sorted(way.evidence if way else (), key=lambda one: -abs(one.points))[:_EVIDENCE]
    if found:
        yield Row(languages.sentence("Evidence" if why and why.chosen else "Evidence for the nearest candidate"), "head")
    for evidence in found:
        sign = "+" if evidence.points > 0 else "-" if evidence.points < 0 else " "
        yield Row(cut(f"  {sign} {languages.sentence(evidence.words)}", columns), "quiet")


def _choice(number: int, choice: Choice, line: WaitingLine, as_of: date, columns: int, *, here: bool) -> Iterator[Row]:
    whose = " ".join(filter(None, (choice.customer_id, choice.customer_name)))
    if choice.shares:
        paid = [Paid(share.item.item_id, share.item.currency, share.adjustment, share.reason, share.left) for share in choice.shares]
        named = documents(share.item.document_no or share.item.item_id for share in choice.shares)
        due = _due(choice.shares[0].item.due_date, line, as_of) if len(choice.shares) == 1 else ""
        parts: tuple[str, ...] = (whose, named, languages.sentence(difference_words(paid, choice.rest, line.currency)), due)
    else:
        parts = (whose, languages.word("on account"))
    head = f"{'>' if here else ' '}{number} "
    yield Row(head + fitted(parts, columns - len(head)), "here" if here else "", number)
    yield Row(cut(f"     {languages.sentence(choice.why)}", columns), "quiet", number)


def _due(due: date | None, line: WaitingLine, as_of: date) -> str:
    if due is None:
        return ""
    late = (line.booking_date - due).days
    return late_words(due, late, as_of)


def _percent(ppm: int) -> str:
    from matcher.amounts import percent

    return percent(ppm, 1)
