"""XML of invoices, read without following anything: no document types, no entities, no network."""

import re
from datetime import date

from lxml import etree

from matcher import money
from matcher.days import EARLIEST, LATEST
from matcher.errors import MatcherError
from matcher.money import PPM

MAX_XML = 64 << 20
"""Largest invoice in bytes: documents are attached to some as text."""
MAX_TEXT = 2_000
"""Longest number or name that is taken from an invoice, in characters."""
MAX_TERMS = 10_000
"""Longest text of terms of payment, in characters."""

_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ISO_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d|[T ][0-9:.]+(?:Z|[+-]\d\d:\d\d)?)?")
_PLAIN_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\d{4}|\d{6})?")

Element = etree._Element


def parse(data: bytes, name: str) -> Element:
    """The root element.

    Raises:
        MatcherError: ``file.too_large`` beyond `MAX_XML`, ``file.hostile`` for a document type or entity definition, ``file.malformed``
            when it is not well-formed.
    """
    if len(data) > MAX_XML:
        raise MatcherError("file.too_large", f"the invoice is larger than {MAX_XML >> 20} MB", name, "Ask for it without attachments.")
    if _DECLARED.search(data):
        raise _hostile(name)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        # in UTF-16 every other byte is zero
        root = etree.fromstring(data if data[:2] in _UTF_16 else data.strip(b"\0 \t\r\n"), parser)
    except etree.XMLSyntaxError as error:
        # in UTF-16 a declaration is found by the parser alone
        if "ntity" in str(error) or "DOCTYPE" in str(error):
            raise _hostile(name) from None
        hint = "Ask for the invoice again."
        raise MatcherError("file.malformed", "the invoice is not well-formed XML", f"{name}:{error.lineno or 1}", hint) from None
    if root.getroottree().docinfo.doctype:
        raise _hostile(name)
    return root


def _hostile(name: str) -> MatcherError:
    what = "the file holds a document type or entity definition, which is never followed"
    return MatcherError("file.hostile", what, name, "Ask the sender for a plain invoice file.")


def tag(element: Element) -> str:
    """Name of an element with its namespace, as ``{namespace}name``; '' for a comment and the like."""
    return element.tag if isinstance(element.tag, str) else ""


def local(element: Element) -> str:
    """Name of an element without its namespace."""
    return tag(element).rpartition("}")[2]


def find(element: Element | None, path: str) -> Element | None:
    """The first element of a path of local names such as ``BuyerTradeParty/Name``; None when there is none."""
    return None if element is None else element.find(_path(path))


def find_all(element: Element | None, path: str) -> list[Element]:
    """All elements of a path of local names."""
    return [] if element is None else element.findall(_path(path))


def text(element: Element | None, path: str, most: int = MAX_TEXT) -> str:
    """Text of the first element of that path that has any; '' when none has.

    Raises:
        MatcherError: ``file.too_large`` for more than `most` characters.
    """
    return next(iter(texts(element, path, most)), "")


def texts(element: Element | None, path: str, most: int = MAX_TEXT) -> tuple[str, ...]:
    """Texts of all elements of that path that have one, each once. Raises as `text` does."""
    found = [(one.text or "").strip() for one in find_all(element, path)]
    if any(len(one) > most for one in found):
        raise MatcherError("file.too_large", f"{path.rpartition('/')[2]} is longer than {most} characters", hint="Correct the invoice.")
    return tuple(dict.fromkeys(filter(None, found)))


def line(element: Element) -> int:
    """The line on which an element begins."""
    return int(element.sourceline or 1)


def amount(element: Element | None, path: str, currency: str) -> int | None:
    """Minor units of the amount at a path; None when there is none.

    Raises:
        MatcherError: as `money.parse`; ``currency.mixed`` for one in another currency than the invoice's.
    """
    found = [one for one in find_all(element, path) if (one.text or "").strip()]
    own = [one for one in found if one.get("currencyID", currency) == currency]
    if found and not own:
        what = f"{path.rpartition('/')[2]} is in {found[0].get('currencyID')!s}, the invoice in {currency}"
        raise MatcherError("currency.mixed", what[:200], hint="Correct the invoice.")
    return money.parse((own[0].text or "").strip(), currency) if own else None


def total(element: Element | None, path: str, amount_path: str, currency: str) -> int:
    """The sum of the amounts of all elements at a path, in minor units. Raises as `amount` does."""
    return sum(amount(one, amount_path, currency) or 0 for one in find_all(element, path))


def day(written: str, what: str) -> date:
    """A date as 2026-10-31 or 20261031; a time or a zone behind it is left out.

    Raises:
        MatcherError: ``date.invalid``.
    """
    iso, plain = _ISO_DATE.fullmatch(written), _PLAIN_DATE.fullmatch(written)
    try:
        found = date.fromisoformat(iso[1] if iso else "-".join(plain.groups()[:3]) if plain else "")
    except ValueError:
        raise MatcherError("date.invalid", f"{what} {written[:40]!r} is not a date", hint="Correct the invoice.") from None
    if not EARLIEST <= found <= LATEST:
        years = f"lies outside the years {EARLIEST.year} to {LATEST.year}"
        raise MatcherError("date.invalid", f"{what} {written[:40]!r} {years}", hint="Correct the invoice.")
    return found


def percent(written: str) -> int | None:
    """A percentage in millionths; None when it is none from 0 to below 100 with four places at most."""
    try:
        found = money.parse(written, "CLF")
    except MatcherError:
        return None
    return found if 0 <= found < PPM else None


def needed(found: str, what: str) -> str:
    """The text itself.

    Raises:
        MatcherError: ``invoice.incomplete`` when it is empty.
    """
    if not found:
        raise MatcherError("invoice.incomplete", f"the invoice has no {what}")
    return found


def _path(path: str) -> str:
    return "/".join(f"{{*}}{part}" for part in path.split("/"))
