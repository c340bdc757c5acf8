"""SWIFT MT940 (customer statement) and MT942 (interim transaction report), as banks export them.

Only listed tags are fields, so that a line of text which happens to begin like one stays text. What fields make is in `machine`.

Rules: SWIFT Standards MT, category 9. Deviations: `fixtures/banks/mt940`.
"""

import re
from collections.abc import Iterator

from matcher.model import FileInfo, Problem
from matcher.parsers.base import Event, ParseOptions, Source
from matcher.parsers.mt940.machine import Machine
from matcher.parsers.mt940.text import FieldTooLongError, Lines, detect, fields_and_pairs

_START = re.compile(rb"(?m)^(?:[^\r\n]{0,200}[{\xe4\xa4]4:)?[\x00- \xef\xbb\xbf@\"]*:(?:20|25P?):")
_MARK = re.compile(rb"(?m)^[\x00- ]*:(?:28C?:|34F:[A-Z]{3}|6[02][FM]?:|61:\d{6})")
_BALANCES = re.compile(rb"(?m)^[\x00- ]*:6[02][FM]?:")
_INTERIM = re.compile(rb"(?m)^[\x00- ]*:(?:34F|13D?|90[CD]|942):|\{2:[IO]942")


class _Parser:
    """The parser for MT940 and MT942; MT941 and MT950 have the same fields and are read as MT940."""

    name = "mt940"

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        """``mt940`` or ``mt942`` when the head has a :20: or :25: and a field that only statements have, else ''."""
        text = _plain(head)
        if not (_START.search(text) and _MARK.search(text)):
            return ""
        return "mt942" if _INTERIM.search(text) and not _BALANCES.search(text) else "mt940"

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        """The file's statements as events."""
        encoding = detect(source)
        yield FileInfo(self.recognise(source.head(), source, options) or self.name, encoding.name)
        if encoding.problem is not None:
            yield encoding.problem
        machine, lines = Machine(options), Lines(source, encoding.name, encoding.letters)
        try:
            for field in fields_and_pairs(lines):
                if isinstance(field, list):
                    machine.take_pairs(field)
                else:
                    machine.take(field)
                if machine.events:
                    yield from machine.events
                    machine.events.clear()
            machine.finish(lines.unfinished)
        except FieldTooLongError as error:
            machine.finish(False)
            machine.events.append(Problem("file.too_large", "fatal", str(error)))
        yield from machine.events


def _plain(head: bytes) -> bytes:
    """The head with every kind of line end as a newline, and UTF-16 as one byte a character, for the patterns above."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "replace").encode("latin-1", "replace")
    return head.replace(b"\r", b"\n")


PARSER = _Parser()
