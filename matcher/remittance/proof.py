"""Whether an advice adds up. One that does not is kept for a person to see, and never used."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matcher import money
from matcher.remittance.records import Advice, AdviceFile, AdviceRow, Unproven

MOST_TEXT = 20_000
"""Characters of a page that are kept of what does not add up."""


def proven(read: AdviceFile) -> AdviceFile:
    """The same with every advice that does not add up among the unproven ones."""
    advices, unproven = [], list(read.unproven)
    for advice in read.advices:
        if why := fault(advice):
            text = f"{advice.advice_id} {advice.payment_reference} {money.render(advice.total, advice.currency)} {advice.currency}"
            unproven.append(Unproven(advice.place, why, " ".join(text.split()), advice.rows))
        else:
            advices.append(advice)
    return AdviceFile(tuple(advices), tuple(replace(one, text=one.text[:MOST_TEXT]) for one in unproven))


def fault(advice: Advice) -> str:
    """What does not add up, in words; '' when everything does."""
    return next(_faults(advice), "")


def _faults(advice: Advice) -> Iterator[str]:
    named = f"advice {advice.advice_id}" if advice.advice_id else "the advice"
    if not advice.rows:
        yield f"{named} has no rows"
    for row in advice.rows:
        if row.gross - row.discount - row.deduction != row.net:
            yield f"{named}: {_of_row(row)}: {_sum(row, advice.currency)}"
    total = sum(row.net for row in advice.rows)
    if total != advice.total:
        said, found = (money.render(amount, advice.currency) for amount in (advice.total, total))
        yield f"{named} is about {said} {advice.currency}, and its rows add up to {found}"
    if advice.total <= 0:
        yield f"{named} is about no money coming in: {money.render(advice.total, advice.currency)} {advice.currency}"
    elif twice := _twice(advice.rows):
        yield f"{named} lists document {twice} twice"


def _of_row(row: AdviceRow) -> str:
    return f"document {row.document_no}" if row.document_no else f"row {row.reference or row.reason_text or 'without a document'}"


def _sum(row: AdviceRow, currency: str) -> str:
    gross, discount, deduction, net = (money.render(n, currency) for n in (row.gross, row.discount, row.deduction, row.net))
    return f"{gross} less discount {discount} and deduction {deduction} is not {net}"


def _twice(rows: Sequence[AdviceRow]) -> str:
    """A row that is there twice, word for word: a file that was put together badly."""
    seen = set()
    for row in rows:
        key = (row.document_no, row.gross, row.net, row.reference)
        if row.document_no and not row.reference and key in seen:
            return row.document_no
        seen.add(key)
    return ""
