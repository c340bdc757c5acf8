"""Reads a settlement file."""

from collections.abc import Sequence

from matcher.errors import MatcherError
from matcher.remittance.records import AdviceFile, IssuedDocument
from matcher.remittance.settlements import workbook
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
            ``currency.*``, ``date.invalid``, ``value.unknown`` or ``column.missing``, with the place; ``layout.ambiguous`` for a workbook
            with several settlements.
    """
    written = workbook.texts(data) if workbook.is_workbook(data) else [decode(data)]
    reports = shipped().values()
    found = [sheet for text in written if text and (sheet := records(text, name, reports) or find(text, name, reports))]
    if not found:
        return None
    if len(found) > 1:
        what = f"{len(found)} sheets of the workbook hold a settlement"
        raise MatcherError("layout.ambiguous", what, name, "Save each of them in a file of its own, or hide the others.")
    sheet = found[0]
    prove(sheet)
    return advices(related(read_entries(sheet, IssuedNumbers(documents))), sheet.report, name)
