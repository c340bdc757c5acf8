"""The German grammar of field :86:, ``166?00GUTSCHRIFT?20EREF+...``: numbered parts, and the SEPA identifiers in its text parts.

Rules: DFÜ-Abkommen, Anlage 3; the separator is whatever stands in fourth place. Polish, Hungarian, Luxembourg and Dutch banks use the same
form.
"""

import re

from matcher.parsers.german_codes import GVC, RETURN_REASONS
from matcher.parsers.mt940.details import ACCOUNT, LINE_WIDTH, Details, amount, reference, set_instructed, squeezed, unwrapped
from matcher.parsers.mt940.fields import StatementLine

PART_WIDTH = 27
"""Width of a German text part. A part that fills it goes on in the next without a blank; a shorter one has lost its trailing blanks."""

GERMAN = re.compile(r"\s?(?:(\d{3})|(?=[?>]))([?>](?=[0-7]\d)|[~^@&|<!$%§](?=00|10|20))")
"""How a German text begins: groups are the Geschäftsvorfallcode, or None, and the separator."""

_TEXT_PARTS = frozenset(map(str, (*range(20, 30), *range(60, 64))))
_NAME_PARTS = frozenset({"32", "33"})
_OTHER_PARTS = frozenset({"00", "10", "30", "31", "34", "35", "36", "37", "38", "39", "64", "65", "70", "71"})
_TRIMMED, _TRIMMED_ONE = "\x1f", "\x1e"
_SEPA_WORDS = "EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|BREF|RREF|PURP|ANAM"
_SEPA_HEADS = {word + "+": word for word in _SEPA_WORDS.split("|")} | {"MTLG:": "MTLG"}
_SEPA_INSIDE = re.compile(rf" ({_SEPA_WORDS})\+")
_REFERENCE_AND_TEXT = frozenset({"", "EREF", "SVWZ"})
_SEPA_LABELS = re.compile(r"(?:^|\s)(EREF|KREF|MREF|CRED|DEBT|ABWA|ABWE|IBAN|BIC|SVWZ): ")


def _joined(lines: list[str], separator: str) -> tuple[str, bool]:
    """Lines of a German text as one, without added blanks, and whether a mark stands where a line is a little short of its width."""
    for line in lines[:-1]:
        if LINE_WIDTH - 3 <= len(line) < LINE_WIDTH:
            break
    else:
        return "".join(lines), False
    pieces: list[str] = []
    marked = False
    # a bank that wraps one place early has no blank missing there
    narrow = sum(len(line) == LINE_WIDTH - 1 for line in lines[:-1]) > 1
    for line in lines[:-1]:
        pieces.append(line)
        if LINE_WIDTH - 3 <= len(line) < LINE_WIDTH and separator not in line[-2:]:
            pieces.append(_TRIMMED_ONE if len(line) == LINE_WIDTH - 1 and not narrow else _TRIMMED)
            marked = True
    pieces.append(lines[-1])
    return "".join(pieces), marked


def _restored(chunk: str) -> str:
    """A part, with its number, and with the blank that was trimmed from a line's end.

    It was there where the line is one place short, and where the part is just too short; never where the part is full.
    """
    bare = chunk.replace(_TRIMMED, "").replace(_TRIMMED_ONE, "")
    if len(bare) >= PART_WIDTH + 2:
        return bare
    chunk = chunk.replace(_TRIMMED_ONE, " ")
    return chunk.replace(_TRIMMED, " ") if len(bare) >= PART_WIDTH else chunk.replace(_TRIMMED, "")


def _sorted_parts(chunks: list[str]) -> tuple[list[str], list[str], dict[str, str]]:
    """Parts of a German text, each beginning with its number: text parts and name parts in order, the others by number."""
    texts: list[str] = []
    names: list[str] = []
    others: dict[str, str] = {}
    for chunk in chunks:
        number, content = chunk[:2], chunk[2:]
        if number in _TEXT_PARTS:
            texts.append(content)
        elif number in _NAME_PARTS:
            names.append(content)
        else:
            others[number] = content
    return texts, names, others


def _mended(chunks: list[str], separator: str) -> list[str]:
    """Chunks without a part number were cut at a separator that belongs to the text; they go back to where they were."""
    whole = [""]
    for chunk in chunks:
        if chunk[:2] in _TEXT_PARTS or chunk[:2] in _NAME_PARTS or chunk[:2] in _OTHER_PARTS:
            whole.append(chunk)
        else:
            whole[-1] += separator + chunk
    return whole[1:]


_COMMON = re.compile(
    r"\d{3}\?00([^?]*)(?:\?10[^?]*)?((?:\?2\d[^?]*)*)"
    r"(?:\?30([^?]*))?(?:\?31([^?]*))?(?:\?32([^?]*))?(?:\?33([^?]*))?(?:\?34([^?]*))?",
    re.ASCII,
)
"""The parts that most banks write, in order; `_taken_apart` finds the same in them, and all others."""


def german(details: Details, begin: re.Match[str], lines: list[str], line: StatementLine, currency: str) -> None:
    """Reads a text of numbered parts; `begin` is the match of `GERMAN` at its start."""
    code, separator = begin.groups("")
    text, marked = _joined(lines, separator)
    common = None if marked else _COMMON.fullmatch(text)
    if common:
        title, numbered, bank, account, name, more, extension = common.groups("")
        parts = [part[2:] for part in numbered.split("?")[1:]]
        name = name + more if len(name) >= PART_WIDTH else f"{name} {more}"
    else:
        title, parts, bank, account, name, extension = _taken_apart(text, separator, marked)
    details.code = code
    if code in GVC:
        details.kind = GVC[code]
    if account:
        details.account = account.replace(" ", "")
    details.bank = bank.strip()
    details.name = " ".join(name.split())
    if details.kind == "return" and (extension := extension.strip()).strip(" 0"):
        details.return_reason = RETURN_REASONS.get(extension[:3], extension)
    if parts:
        _sepa_text(details, parts, line, currency)
    if title and not details.text:
        details.text = squeezed(title)


def _taken_apart(text: str, separator: str, marked: bool) -> tuple[str, list[str], str, str, str, str]:
    """Title, text parts, bank, account, name and extension of a German text of any numbered parts, '' for what it lacks.

    `marked` says that there are marks of trimmed blanks in it.
    """
    chunks = text.split(separator)[1:]
    if marked:
        chunks = [_restored(chunk) for chunk in chunks]
    texts, names, others = _sorted_parts(chunks)
    if not _OTHER_PARTS.issuperset(others):
        texts, names, others = _sorted_parts(_mended(chunks, separator))
    account = others.get("38") or others.get("31", "")
    name = unwrapped(names, PART_WIDTH) if names else ""
    return others.get("00", ""), texts, others.get("30", ""), account, name, others.get("34", "")


def _sepa_text(details: Details, parts: list[str], line: StatementLine, currency: str) -> None:
    """Text parts taken together by SEPA identifier, each of which begins a part of its own (DFÜ-Abkommen, Anlage 3)."""
    values = {"": ""}
    word, before = "", PART_WIDTH
    width = -1
    for part in parts:
        # most parts go on with a text and have no sign where an identifier ends
        sign = part[3:5]
        if ("+" in sign or ":" in sign) and (head := _SEPA_HEADS.get(part[:5]) or _SEPA_HEADS.get(part[:4])):
            word = head
            piece = part[len(head) + 1 :]
            values[word] = f"{values[word]} {piece}" if word in values else piece
        elif before >= PART_WIDTH:
            values[word] += part
        else:
            if width < 0:
                width = _narrow_width(parts)
            values[word] += part if before == width else " " + part
        before = len(part)
        if part.find("+", 5) > 0 and _SEPA_INSIDE.search(part, 1):
            word = _take_apart(values, word)
    if word == "":
        labelled = _SEPA_LABELS.split(values[""])
        if len(labelled) < 5:
            details.text = squeezed(values[""])
            return
        values = {}
        for head, value in zip(["", *labelled[1::2]], labelled[0::2], strict=True):
            values.setdefault(head, value)
    purpose = values.get("SVWZ", "")
    if ": " in purpose:
        labelled = _SEPA_LABELS.split(purpose)
        purpose = labelled[0] if len(labelled) >= 5 else purpose
    text = f"{values['']} {purpose}"
    if "MTLG" in values:
        text = f"{text} {values['MTLG']}"
    if "ABWA" in values:
        text = f"{text} ABWA+{values['ABWA']}"
    details.text = " ".join(text.split())
    _identifiers(details, values, line, currency)


def _narrow_width(parts: list[str]) -> int:
    """The width of a bank that plainly wraps before the 27th place, as two parts of the greatest length show; 0 when it does not."""
    lengths = [len(part) for part in parts]
    longest = max(lengths)
    return longest if 20 <= longest < PART_WIDTH and lengths.count(longest) > 1 else 0


def _take_apart(values: dict[str, str], word: str) -> str:
    """Moves identifiers that stand inside a part, behind a blank, to their own entries; gives the last one's word."""
    items = _SEPA_INSIDE.split(values[word])
    values[word] = items[0]
    for inner, value in zip(items[1::2], items[2::2], strict=True):
        values.setdefault(inner, value)
        word = inner
    return word


def _identifiers(details: Details, values: dict[str, str], line: StatementLine, currency: str) -> None:
    if "EREF" in values:
        details.end_to_end_id = reference(values["EREF"])
    if values.keys() <= _REFERENCE_AND_TEXT:
        return
    if "KREF" in values:
        details.end_to_end_id = details.end_to_end_id or reference(values["KREF"])
    if "MREF" in values:
        details.mandate_id = reference(values["MREF"])
    if "IBAN" in values:
        iban = values["IBAN"].replace(" ", "")
        if ACCOUNT.match(iban):
            details.account = details.account or iban
        else:
            details.text = squeezed(f"{details.text} IBAN+{values['IBAN']}")
    if "BIC" in values:
        details.bank = details.bank or values["BIC"].strip().partition(" ")[0]
    if values.get("PURP", "").strip() == "SALA":
        details.kind = "salary"
    if "OAMT" in values:
        set_instructed(details, values["OAMT"], line, currency)
    if "COAM" in values:
        details.charges = amount(values["COAM"], currency)
