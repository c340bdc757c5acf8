"""SEPA identifiers that a German bank leaves in the text of its tables: ``EREF+...MREF+...SVWZ+...``, run together or not."""

import re
from typing import NamedTuple

_WORDS = "EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|BREF|RREF|PURP"
_SPLIT = re.compile(rf"({_WORDS})\+")
_BEGINS = re.compile(rf"(?:{_WORDS})\+")
_NONE = frozenset({"NOTPROVIDED", "NONREF"})


class Identifiers(NamedTuple):
    """What such a text says; empty where it does not."""

    text: str
    end_to_end_id: str
    mandate_id: str


def taken_apart(text: str) -> Identifiers | None:
    """The parts of a text that begins with such a word; None for any other."""
    if not _BEGINS.match(text):
        return None
    items = _SPLIT.split(text)
    values: dict[str, str] = {}
    for word, value in zip(items[1::2], items[2::2], strict=True):
        values.setdefault(word, value.strip())
    words = [values.get("SVWZ", ""), f"ABWA+{values['ABWA']}" if values.get("ABWA") else ""]
    end_to_end = values.get("EREF", "") or values.get("KREF", "")
    return Identifiers(" ".join(filter(None, words)), "" if end_to_end in _NONE else end_to_end, values.get("MREF", ""))
