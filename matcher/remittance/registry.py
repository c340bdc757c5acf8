"""The readers of remittance advices: each is asked by the contents, in order, and the first that knows the file reads it."""

from collections.abc import Sequence

from matcher.errors import MatcherError
from matcher.remittance import edifact, iso20022, layouts, settlements, table, ubl, x12
from matcher.remittance.documents import mail, pdf
from matcher.remittance.proof import proven
from matcher.remittance.records import AdviceFile, IssuedDocument, Reader

READERS: tuple[Reader, ...] = (
    pdf.read_pdf,
    mail.read_mail,
    iso20022.read,
    ubl.read,
    x12.read,
    edifact.read,
    settlements.read,
    table.read,
    layouts.read,
)  # fmt: skip
"""In order: those that know a file by its marks stand before those that read any table or text."""

MAX_BYTES = 200_000_000
"""Largest file that is looked at."""


def read(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile:
    """What a file holds; advices that do not add up are among the unproven ones.

    Raises:
        MatcherError: ``remittance.unknown`` when nobody knows the file; ``file.empty``, ``file.too_large``, and whatever its reader raises.
    """
    found = attempt(data, name, documents)
    if found is None:
        raise MatcherError("remittance.unknown", "no reader of remittance advices recognises the contents", name)
    return found


def attempt(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile | None:
    """As `read`; None when nobody knows the file."""
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    if len(data) > MAX_BYTES:
        raise MatcherError("file.too_large", f"the file has more than {MAX_BYTES // 1_000_000} MB", name)
    for reader in READERS:
        found = reader(data, name, documents)
        if found is not None:
            return proven(found)
    return None
