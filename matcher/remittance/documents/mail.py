"""Reader of e-mails (.eml, .msg): what the message says, and what its attachments say. Who sent it is nothing to trust, and proves nothing.

Nothing that a message points to is fetched, archives within are not opened, and messages within messages are read to a bounded depth.
"""

import email
import email.errors
import email.message
import email.policy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matcher.errors import MatcherError
from matcher.remittance.documents import advice, apart, html
from matcher.remittance.documents.apart import RawMessage
from matcher.remittance.documents.bounds import BOUNDS, Bounds
from matcher.remittance.documents.issued import issued_of
from matcher.remittance.documents.lines import Line, of_text
from matcher.remittance.documents.pdf import is_pdf, read_pdf
from matcher.remittance.documents.proof import NO_DOCUMENT
from matcher.remittance.records import Advice, AdviceFile, IssuedDocument, Unproven

Attempt = Callable[[bytes, str, Sequence[IssuedDocument]], AdviceFile | None]
"""Reads an attachment of any other kind; None when nobody knows it."""

_OUTLOOK = bytes.fromhex("d0cf11e0a1b11ae1")
_OUTLOOK_STREAM = "__substg1.0_".encode("utf-16-le")
_HEADER = re.compile(rb"(?:From [^\r\n]*\r?\n)?(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2}")
_OF_MAIL = re.compile(rb"^(?:From|Received|Return-Path|MIME-Version|Message-ID|Delivered-To|DKIM-Signature):", re.IGNORECASE | re.MULTILINE)
_HEAD = 8192
_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"PK\x03\x04")
_WORKBOOK = b"[Content_Types].xml"
_REFUSED = frozenset(("file.hostile", "file.too_large", "extra.missing"))
"""What is wrong with an attachment and refuses the whole message; anything else is told of the attachment alone."""


def is_mail(data: bytes) -> bool:
    """Whether bytes begin as an e-mail does (RFC 5322), or are an Outlook message."""
    if data.startswith(_OUTLOOK):
        return _OUTLOOK_STREAM in data
    return bool(_HEADER.match(data[:_HEAD])) and bool(_OF_MAIL.search(data[:_HEAD]))


def read_mail(
    data: bytes, name: str, issued: Sequence[IssuedDocument], bounds: Bounds = BOUNDS, others: Attempt | None = None
) -> AdviceFile | None:
    """The advices of an e-mail and its attachments; None for what is none.

    Args:
        data: the file.
        name: of it, for messages.
        issued: the documents of the books.
        bounds: how much is read.
        others: reads attachments that are neither PDF nor message; the registry's readers where it is not given.

    Raises:
        MatcherError: ``file.too_large``, ``file.hostile``, ``file.malformed``, or ``extra.missing`` where olefile is not installed.
    """
    if not is_mail(data):
        return None
    try:
        message = _message(data, bounds)
        return _Mail(name, issued, bounds, others or _registered).read(message)
    except MatcherError as error:
        raise (error if error.where else error.at(name)) from None


def _registered(data: bytes, name: str, issued: Sequence[IssuedDocument]) -> AdviceFile | None:
    """The registry knows this reader, so it is looked for only when a message has an attachment."""
    from matcher.remittance import registry

    return registry.attempt(data, name, issued)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message, of either kind."""

    text: str
    page: str
    attachments: tuple[tuple[str, bytes], ...]
    messages: tuple["_Message", ...]


def _message(data: bytes, bounds: Bounds) -> _Message:
    if len(data) > bounds.size:
        raise MatcherError("file.too_large", f"a message may have {bounds.size >> 20} MB")
    if data.startswith(_OUTLOOK):
        return _of_outlook(apart.message(data, bounds))
    # the parser of the standard library nests as deeply, and takes as long, as the message says
    if len(re.findall(rb"content-type\s*:", data, re.IGNORECASE)) > bounds.parts or data.count(b"\n--") > bounds.marks:
        raise MatcherError("file.too_large", f"the message has more than {bounds.parts} parts")
    if data.count(b"\n") + data.count(b"\r") > 2 * bounds.lines:
        raise MatcherError("file.too_large", f"the message has more than {bounds.lines} lines")
    try:
        return _of_mail(email.message_from_bytes(data, policy=email.policy.compat32), bounds.depth)
    except (RecursionError, email.errors.MessageError):
        raise MatcherError("file.hostile", "the message nests deeper than a mail program does") from None


def _of_outlook(raw: RawMessage) -> _Message:
    return _Message(raw.body, raw.html, raw.attachments, tuple(map(_of_outlook, raw.messages)))


def _of_mail(message: email.message.Message, depth: int) -> _Message:
    if depth < 1:
        raise MatcherError("file.hostile", "messages nest deeper within each other than is read")
    texts: list[str] = []
    pages: list[str] = []
    attachments: list[tuple[str, bytes]] = []
    messages: list[_Message] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        kind = part.get_content_type()
        inner = part.get_payload()
        if kind == "message/rfc822" and isinstance(inner, list):
            messages += [_of_mail(one, depth - 1) for one in inner if isinstance(one, email.message.Message)]
        elif isinstance(inner, list):
            waiting[:0] = [one for one in inner if isinstance(one, email.message.Message)]
        else:
            data = part.get_payload(decode=True)
            data = data if isinstance(data, bytes) else b""
            file = part.get_filename()
            if file or kind not in ("text/plain", "text/html"):
                attachments.append((_file_name(file), data))
            else:
                (texts if kind == "text/plain" else pages).append(_decoded(data, part.get_content_charset()))
    return _Message("\n".join(texts), "\n".join(pages), tuple(attachments), tuple(messages))


def _file_name(told: str | None) -> str:
    """The last part of a name, without what a terminal would act on."""
    return "".join(character for character in re.split(r"[/\\]", told or "")[-1] if character.isprintable())[:80] or "attachment"


def _decoded(data: bytes, charset: str | None) -> str:
    for code in (charset or "utf-8", "utf-8"):
        try:
            return data.decode(code)
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


class _Mail:
    """Reads one file: bodies first, then attachments, then messages within."""

    def __init__(self, name: str, issued: Sequence[IssuedDocument], bounds: Bounds, others: Attempt) -> None:
        self._name, self._issued, self._bounds, self._others = name, issued, bounds, others
        self._index = issued_of(issued)
        self._left = bounds.documents

    def read(self, message: _Message) -> AdviceFile:
        """What all of it holds; what speaks of no document of ours is left out where something else does."""
        found = self._parts(message, self._name)
        advices: dict[str, Advice] = {}
        for one in found:
            for made in one.advices:
                advices.setdefault(_contents(made), made)
        told = {row.document_no for made in advices.values() for row in made.rows}
        unproven = [one for part in found for one in part.unproven if one.why != NO_DOCUMENT]
        # a letter around an attached advice names its documents again, and has no rows of its own
        unproven = [one for one in unproven if not (advices and one.place == self._name and {row.document_no for row in one.rows} <= told)]
        if not advices and not unproven:
            unproven = [one for part in found for one in part.unproven][:1] or [Unproven(self._name, NO_DOCUMENT, "")]
        return AdviceFile(tuple(advices.values()), tuple(unproven))

    def _parts(self, message: _Message, name: str) -> list[AdviceFile]:
        found = [self._body(message, name)]
        for file, data in message.attachments:
            place = f"{name}/{file}"
            try:
                held = self._attachment(data, place)
            except MatcherError as error:
                if error.code in _REFUSED:
                    raise
                held = AdviceFile((), (Unproven(place, f"it cannot be read: {error.what} ({error.code})", ""),))
            if isinstance(held, AdviceFile):
                found.append(held)
            elif held is not None:
                found += self._parts(held, place)
        for inner in message.messages:
            found += self._parts(inner, f"{name}/message")
        return found

    def _attachment(self, data: bytes, place: str) -> AdviceFile | _Message | None:
        if not data.strip():
            return None
        if is_pdf(data) or is_mail(data):
            self._left -= 1
            if self._left < 0:
                raise MatcherError("file.too_large", f"the message has more than {self._bounds.documents} documents attached")
        if is_pdf(data):
            return read_pdf(data, place, self._issued, self._bounds)
        if is_mail(data):
            if place.count("/") >= self._bounds.depth:
                raise MatcherError("file.hostile", "messages nest deeper within each other than is read", place)
            return _message(data, self._bounds)
        if data.startswith(_ARCHIVES) and not (data.startswith(b"PK") and _WORKBOOK in data):
            raise MatcherError("file.hostile", "an archive within a message is not opened", place)
        return self._others(data, place, self._issued)

    def _body(self, message: _Message, name: str) -> AdviceFile:
        """The page, or the plain text; where both are there and prove different things, nothing is proven."""
        if len(message.text) + len(message.page) > self._bounds.characters:
            raise MatcherError("file.too_large", "the message has more text than an advice may", name)
        page, text = html.lines(message.page, self._bounds), of_text(message.text)
        made = [self._lines(page, name, counted=all(line.cells < 2 for line in page))] if page else []
        made += [self._lines(text, name, counted=True)] if text else []
        proven = [one for one in made if one.advices]
        if len({tuple(map(_contents, one.advices)) for one in proven}) > 1:
            why = "the message says one thing as a page and another as plain text"
            return AdviceFile((), (Unproven(name, why, proven[0].advices[0].place),))
        return (proven or made or [AdviceFile((), ())])[0]

    def _lines(self, lines: Sequence[Line], name: str, *, counted: bool) -> AdviceFile:
        return advice.read(lines, name, self._index, paged=False, counted_columns=counted)


def _contents(made: Advice) -> str:
    """What an advice says of money; the same advice as text and attached is one."""
    return f"{made.currency} {made.total} {sorted((row.document_no, row.net) for row in made.rows)}"
