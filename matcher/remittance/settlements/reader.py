"""Reads a settlement file."""

from collections.abc import Sequence

from matcher.remittance.records import AdviceFile, IssuedDocument
from matcher.remittance.settlements.closing import prove
from matcher.remittance.settlements.documents import IssuedNumbers
from matcher.remittance.settlements.entries import read_entries
from matcher.remittance.settlements.library import shipped
from matcher.remittance.settlements.payouts import advices
from matcher.remittance.settlements.records import records
from matcher.remittance.settlements.relations import related
from matcher.remittance.settlements.sheet import decode, find


def read(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile | None:
    """The payouts of a payment provider's report; None when the file is none that is known.

    Args:
        data: the file.
        name: of the file, for messages.
        documents: of the books, open and closed: what free texts may name; and whose currency counts where a report says none.

    Raises:
        MatcherError: ``file.cut``, ``file.malformed``, ``file.too_large``, ``statement.totals``, ``row.*``, ``amount.*``,
            ``currency.*``, ``date.invalid``, ``value.unknown`` or ``column.missing``, with the place.
    """
    text = decode(data)
    if not text:
        return None
    reports = shipped().values()
    sheet = records(text, name, reports) or find(text, name, reports)
    if sheet is None:
        return None
    prove(sheet)
    return advices(related(read_entries(sheet, IssuedNumbers(documents))), sheet.report, name)
