"""The receipts that wait, as the rows of a decision file: what the bank said, what is proposed, and what else may be chosen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from matcher import money
from matcher.amounts import percent
from matcher.characters import visible
from matcher.exports import sheets
from matcher.exports.sheets import Cell, SheetColumn
from matcher.filters import Filters
from matcher.ledger.fold import fold
from matcher.money import grouped
from matcher.pipeline import choices
from matcher.pipeline.choices.records import Choice
from matcher.pipeline.decision_file.applying import seen
from matcher.pipeline.decision_file.columns import COLUMNS, FILLED, KEY, WORDS, short
from matcher.pipeline.session import Session
from matcher.review.difference import Paid, difference_words
from matcher.review.queue import WaitingLine, lines_of
from matcher.store import near, queue

_WIDTHS = {
    "payer": 26, "text": 36, "proposed_customer": 24, "proposed_documents": 20, "proposed_amounts": 16, "difference": 20, "why": 30,
    "choices": 60, "decision": 18, "documents": 26, "reason": 20, "note": 24, "currency": 6, "account": 9, "confidence": 9,
}  # fmt: skip
_ABOUT = {
    "decision": "accept takes what is proposed; choice 2 to 5 take another one of the choices. An empty row is left as it is.",
    "documents": "For allocate: DOCUMENT, or DOCUMENT=CASH, or DOCUMENT=CASH+ADJUSTMENT:REASON; several with semicolons between them.",
    "customer": "For on account: whose money it is, by number.",
    "until": "For hold: the first day on which the receipt waits again, like 2026-12-31.",
    "reason": "Why; kept with the decision.",
    "owner": "Who follows the receipt up; with hold, or without a decision.",
    "note": "Kept with the receipt; stands in the discrepancies.",
    "decided_by": "Your name, if somebody else reads the file in.",
}


def write(session: Session, path: Path, as_of: date, filters: Filters) -> int:
    """Writes the receipts that wait as of a day, and that the filters let through, to a file. Returns how many.

    Raises:
        MatcherError: ``usage.option`` for a file that is neither .xlsx nor .csv, ``file.unwritable``.
    """
    found = queue.waiting(session.store, as_of, filters, None).line_ids
    lines = lines_of(session, as_of, found)
    state = fold(near.facts(session.store, found), date.max, session.config.books.base_currency)
    ways_of = choices.of_lines(session, found)
    rows: list[list[Cell]] = []
    for line in lines:
        now = seen(state, line.line_id)
        if now is None:
            continue
        ways = ways_of[line.line_id]
        key = replace(now, choices=tuple(short(one.digest) for one in ways)).key()
        told = _told(line, ways) | {KEY: key}
        rows.append([told.get(name) for name in COLUMNS])
    sheets.write(path, "Decisions", [_column(name) for name in COLUMNS], rows)
    return len(rows)


def _column(name: str) -> SheetColumn:
    words = WORDS if name == "decision" else ()
    return SheetColumn(name, _WIDTHS.get(name, 14), name in FILLED, name == KEY, words, _ABOUT.get(name, ""))


def _told(line: WaitingLine, ways: Sequence[Choice]) -> dict[str, Cell]:
    paid = [Paid(item.item_id, item.currency, item.adjustment, item.reason, item.left) for item in line.items]
    return {
        "booking_date": line.booking_date,
        "amount": money.decimal(line.pending, line.currency),
        "currency": line.currency,
        "payer": visible(line.payer),
        "text": visible(line.text),
        "account": line.account,
        "proposed_customer": visible(" ".join(filter(None, (line.customer_id, line.customer_name)))),
        "proposed_documents": visible("; ".join(item.document_no for item in line.items)),
        "proposed_amounts": "; ".join(grouped(item.cash, line.currency) for item in line.items),
        "difference": difference_words(paid, line.rest, line.currency) if line.items else "",
        "confidence": "" if line.confidence is None else percent(line.confidence, 2),
        "why": visible(line.reason),
        "choices": "\n".join(f"{number}: {_words(one, line.currency)}" for number, one in enumerate(ways, 1)),
    }


def _words(choice: Choice, currency: str) -> str:
    whose = visible(" ".join(filter(None, (choice.customer_id, choice.customer_name))))
    if not choice.shares:
        return f"{whose}: on account ({choice.why.removesuffix(': on account')})"
    paid = [Paid(share.item.item_id, share.item.currency, share.adjustment, share.reason, share.left) for share in choice.shares]
    pays = ", ".join(f"{visible(share.item.document_no or share.item.item_id)} {grouped(share.cash, currency)}" for share in choice.shares)
    return f"{whose}: {pays}; {difference_words(paid, choice.rest, currency)} ({choice.why})"
