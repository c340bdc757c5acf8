"""Reader of remittance advices in PDF: any layout, any of the languages in `words`, believed only where the rows add up."""

from collections.abc import Sequence

from matcher.errors import MatcherError
from matcher.remittance.documents import advice, apart
from matcher.remittance.documents.bounds import BOUNDS, Bounds
from matcher.remittance.documents.issued import issued_of
from matcher.remittance.documents.lines import of_pages
from matcher.remittance.records import AdviceFile, IssuedDocument

_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024
"""Bytes in which PDF readers look for the mark (ISO 32000-1, annex H, note 13)."""


def is_pdf(data: bytes) -> bool:
    """Whether bytes begin as a PDF document does."""
    return _MAGIC in data[:_MAGIC_WITHIN] and not data.startswith((b"From ", b"Received:", b"Return-Path:"))


def read_pdf(data: bytes, name: str, issued: Sequence[IssuedDocument], bounds: Bounds = BOUNDS) -> AdviceFile | None:
    """The advices of a PDF document; None for what is none.

    Raises:
        MatcherError: ``document.scan`` for pictures without text, ``document.encrypted``, ``file.too_large``, ``file.malformed``, or
            ``extra.missing`` where pypdfium2 is not installed.
    """
    if not is_pdf(data):
        return None
    try:
        pages = apart.pages(data, bounds)
    except MatcherError as error:
        raise error.at(name) from None
    if not any(page.words for page in pages):
        pictures = sum(page.picture for page in pages)
        why = "the pages are pictures without text" if pictures else "the document has no text"
        raise MatcherError("document.scan", why, name)
    return advice.read(of_pages(pages), name, issued_of(issued), paged=True)
