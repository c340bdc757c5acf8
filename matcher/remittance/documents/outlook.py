"""Bodies and attachments of an Outlook message (.msg). Runs only in the process that `apart` confines.

The format is a compound file of property streams ([MS-OXMSG], [MS-OXPROPS]): a stream's name holds the number and the type of the property.
"""

import codecs
import io
import json
import struct

import olefile

_TEXT, _BINARY = 0x001F, 0x0102
_BODY, _HTML = 0x1000, 0x1013
_DATA, _NAME, _SHORT_NAME, _METHOD = 0x3701, 0x3707, 0x3704, 0x3705
_EMBEDDED = 5
"""Of the attachment method: a message within the message."""

_WIDE, _PLAIN, _OLD = map(codecs.lookup, ("utf-16-le", "utf-8", "cp1252"))
"""Looked up while this process may still open files."""


class Ended(Exception):
    """That the message is not read, with the word for why."""


def read(data: bytes, max_parts: int, max_depth: int, max_characters: int) -> str:
    """One line "ok", then the message as JSON; attachments in hexadecimal digits.

    Raises:
        Ended: "damaged" or "parts".
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            told = _Message(file, max_parts, max_characters).read([], max_depth)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error, RecursionError):
        raise Ended("damaged") from None
    return "ok\n" + json.dumps(told)


class _Message:
    def __init__(self, file: olefile.OleFileIO, max_parts: int, max_characters: int) -> None:
        self._file, self._left, self._characters = file, max_parts, max_characters
        self._entries = file.listdir(streams=True, storages=True)
        self._streams = {tuple(part.upper() for part in entry): entry for entry in self._entries}

    def read(self, at: list[str], depth: int) -> dict[str, object]:
        """The message in a storage."""
        attachments, messages = [], []
        for storage in self._attachments(at):
            self._left -= 1
            if self._left < 0:
                raise Ended("parts")
            place = [*at, storage]
            if self._method(place) == _EMBEDDED:
                if depth <= 1:
                    raise Ended("parts")
                messages.append(self.read([*place, f"__substg1.0_{_DATA:04X}000D"], depth - 1))
            else:
                name = self._text(place, _NAME) or self._text(place, _SHORT_NAME)
                attachments.append((name, (self._bytes(place, _DATA, _BINARY) or b"").hex()))
        html = self._bytes(at, _HTML, _BINARY)
        page = self._text(at, _HTML) if html is None else _decoded(html)
        return {"body": self._text(at, _BODY), "html": page[: self._characters], "attachments": attachments, "messages": messages}

    def _attachments(self, at: list[str]) -> list[str]:
        size = len(at)
        found = {entry[size] for entry in self._entries if len(entry) > size and entry[:size] == at and entry[size].startswith("__attach_")}
        return sorted(found)

    def _bytes(self, at: list[str], number: int, kind: int) -> bytes | None:
        wanted = tuple(part.upper() for part in (*at, f"__substg1.0_{number:04X}{kind:04X}"))
        entry = self._streams.get(wanted)
        return self._file.openstream(entry).read() if entry else None

    def _text(self, at: list[str], number: int) -> str:
        wide = self._bytes(at, number, _TEXT)
        if wide is not None:
            return _WIDE.decode(wide, "replace")[0].rstrip("\0")[: self._characters]
        narrow = self._bytes(at, number, 0x001E)
        return "" if narrow is None else _decoded(narrow).rstrip("\0")[: self._characters]

    def _method(self, at: list[str]) -> int:
        """How the attachment is kept: its fixed properties are 16 bytes each, behind a head of 8."""
        entry = self._streams.get(tuple(part.upper() for part in (*at, "__properties_version1.0")))
        told = self._file.openstream(entry).read() if entry else b""
        for place in range(8, len(told) - 15, 16):
            tag, _, value = struct.unpack_from("<III", told, place)
            if tag >> 16 == _METHOD:
                return int(value)
        return 0


def _decoded(data: bytes) -> str:
    try:
        return _PLAIN.decode(data)[0]
    except UnicodeDecodeError:
        return _OLD.decode(data, "replace")[0]
