"""XML of other people: parsed whole, within bounds, and nothing in it followed. Names are looked at without their namespace."""

from collections.abc import Iterator

from lxml import etree

from matcher.errors import MatcherError

MAX_BYTES = 64 << 20
"""Largest document that is laid out in memory."""


def root_of(data: bytes, name: str, among: frozenset[str]) -> etree._Element | None:
    """The outermost element of a document whose outermost element has one of these names; None for any other file.

    Raises:
        MatcherError: ``file.hostile`` for a document type declaration, ``file.too_large``, ``file.malformed``; only of a file that is ours.
    """
    head = data[:4096].replace(b"\0", b"")
    if not head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<") or not any(one.encode() in head for one in among):
        return None
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise MatcherError("file.hostile", "the file has a document type declaration, which is never followed", name)
    if len(data) > MAX_BYTES:
        raise MatcherError("file.too_large", f"the file has more than {MAX_BYTES >> 20} MB", name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise MatcherError("file.malformed", "the XML is not well-formed", f"{name}:{line}" if line else name) from None
    if root.getroottree().docinfo.doctype:
        raise MatcherError("file.hostile", "the file has a document type declaration, which is never followed", name)
    return root if local(root) in among else None


def local(element: etree._Element) -> str:
    """An element's name without its namespace; '' for what is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def each(element: etree._Element | None, path: str) -> Iterator[etree._Element]:
    """The elements at a path of names, such as ``RmtInf/Strd``."""
    if element is None:
        return
    first, _, rest = path.partition("/")
    for child in element:
        if local(child) == first:
            if rest:
                yield from each(child, rest)
            else:
                yield child


def at(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first element at a path; None when there is none."""
    return next(each(element, path), None)


def text(element: etree._Element | None, *paths: str) -> str:
    """The text at the first of the paths that has some; '' when none has."""
    for path in paths:
        for found in each(element, path):
            if words := " ".join("".join(map(str, found.itertext())).split()):
                return words
    return ""
