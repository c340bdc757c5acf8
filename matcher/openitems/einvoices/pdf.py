"""The invoice inside a PDF: the embedded file of Factur-X, ZUGFeRD and XRechnung. What is printed on the pages is not read."""

import io
import logging
from collections.abc import Callable

from matcher.errors import MatcherError
from matcher.openitems.einvoices.xml import MAX_XML

MAX_PDF = 100 << 20
MAX_ATTACHMENTS = 100
NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "cii-invoice.xml", "ubl-invoice.xml")
"""What the embedded file is called, in any case of letters (ZUGFeRD 1.0 to 2.3, Factur-X 1.0, XRechnung)."""
_AGAIN = "Ask for the invoice again, as PDF with the XML inside or as XML."


def embedded(data: bytes, name: str, known: Callable[[bytes], bool]) -> bytes:
    """The XML text of the one invoice inside a PDF.

    Args:
        data: of the PDF.
        name: for messages.
        known: whether XML text is an invoice, for attachments with another name.

    Raises:
        MatcherError: ``extra.missing`` without the library, ``file.malformed`` for a PDF that is damaged or encrypted, ``file.too_large``,
            ``invoice.missing`` when none is inside, ``invoice.several`` when it is not one.
    """
    if len(data) > MAX_PDF:
        raise MatcherError("file.too_large", f"the PDF is larger than {MAX_PDF >> 20} MB", name, _AGAIN)
    found = _attachments(data, name)
    named = {content for title, content in found if title.lower() in NAMES}
    others = {content for title, content in found if title.lower().endswith(".xml") and known(content)}
    invoices = named or others
    if not invoices:
        what = "the PDF has no invoice inside that a program can read" + (f" (only {_titles(found)})" if found else "")
        raise MatcherError("invoice.missing", what, name)
    if len(invoices) > 1:
        raise MatcherError("invoice.several", f"the PDF has {len(invoices)} different invoices inside ({_titles(found)})", name)
    return invoices.pop()


def _titles(found: list[tuple[str, bytes]]) -> str:
    names = sorted({title[:60] for title, _ in found})
    return ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")


def _attachments(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """Name and bytes of every embedded file that may be XML; of the others the name alone."""
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError:
        what = "an invoice inside a PDF needs the package pypdf, which is not installed"
        raise MatcherError("extra.missing", what, name, 'Install it with `pip install "matcher-recon[documents]"`.') from None
    # it writes what it thinks of a file, and names of the file are statement contents
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise MatcherError("file.malformed", "the PDF is encrypted", name, "Save it without a password.")
        found: list[tuple[str, bytes]] = []
        for count, one in enumerate(reader.attachment_list):
            if count == MAX_ATTACHMENTS:
                raise MatcherError("file.too_large", f"the PDF has more than {MAX_ATTACHMENTS} files inside", name, _AGAIN)
            titles = [str(title) for title in (one.name, one.alternative_name) if title]
            title = next((title for title in titles if title.lower() in NAMES), titles[0] if titles else "")
            content = one.content if title.lower().endswith(".xml") else b""
            if len(content) > MAX_XML:
                raise MatcherError("file.too_large", f"a file inside the PDF is larger than {MAX_XML >> 20} MB", name, _AGAIN)
            found.append((title, content))
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError, NotImplementedError):
        # the library raises all of these for a damaged file
        raise MatcherError("file.malformed", "the PDF is damaged and cannot be read", name, _AGAIN) from None
    return found
