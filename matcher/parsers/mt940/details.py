"""The structured grammars of field :86: in MT940, and what they tell of an entry: name, account, references, text.

- German: a Geschäftsvorfallcode and numbered parts, ``166?00GUTSCHRIFT?20EREF+...`` (DFÜ-Abkommen, Anlage 3); the separator is whatever
  stands in fourth place. Polish, Hungarian, Luxembourg and Dutch banks use the same form.
- Code words: ``/TRTP/SEPA OVERBOEKING/IBAN/NL.../NAME/...`` (Dutch and Belgian banks, SWIFT's own words).

MultiCash's field NS and free text are in `freetext`.
"""

import re

from matcher.model import TransactionKind
from matcher.parsers.german_codes import GVC, RETURN_REASONS
from matcher.parsers.mt940.codes import kind_of_title
from matcher.parsers.mt940.fields import StatementLine, amount_in

PART_WIDTH = 27
"""Width of a German text part. A part that fills it goes on in the next without a blank; a shorter one has lost its trailing blanks."""

LINE_WIDTH = 65
"""Width of a line of :86:. The same holds for lines of free text."""


class Details:
    """What an entry's text says. Unset attributes are the class's defaults, as most entries set few of them.

    Attributes are those of `matcher.model.Transaction`, but `name`, `account` and `bank` (of the counterparty), `text` (its
    remittance information), `code` and `kind`; `reference_is_account` says that the :61: reference was the counterparty's account.
    """

    name: str = ""
    account: str = ""
    bank: str = ""
    text: str = ""
    code: str = ""
    kind: TransactionKind = ""
    end_to_end_id: str = ""
    mandate_id: str = ""
    creditor_reference: str = ""
    return_reason: str = ""
    instructed_amount: int | None = None
    instructed_currency: str = ""
    exchange_rate: str = ""
    charges: int | None = None
    reference_is_account: bool = False


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

_CODE_WORDS = (
    "TRTP|TRCD|TYPE|IBAN|BIC|NAME|ADDR|REMI|EREF|KREF|PREF|IREF|CREF|MARF|CSID|ORDP|BENM|ULTB|ULTD|ULTC|ISDT|PURP|CNTP|RTRN|"
    "OCMT|OAMT|CHGS|COAM|EXCH|BBAN|ACCW|SVCL"
)
_CODES = re.compile(rf"/({_CODE_WORDS})/")
CODE_WORDS = re.compile(rf"\s?/(?:{_CODE_WORDS})/")
"""How a text of code words begins."""

ACCOUNT = re.compile(r"(?:[A-Z]{2}\d{2}[A-Z0-9]{11,30}|P?\d{7,10})$")
"""An IBAN, a Dutch account number or a Dutch giro number."""

_AMOUNT = re.compile(r"([A-Z]{3})?\s*([\d.,]+)")
_AMOUNT_WORDS = frozenset({"OCMT", "OAMT", "CHGS", "COAM", "EXCH"})
_TEXT_BEHIND = re.compile(r"\s*(?:[A-Z]{3})?\s*[\d.,]+\s*/{0,2}\s*(.*)", re.DOTALL)
_PARTY_ACCOUNT = re.compile(r"/(?:ORDP|BENM)/([A-Z]{0,2}\d[\dA-Z]{4,33})\s*")
_UNSTRUCTURED = re.compile(r"999(?=[A-Za-z\s])")
"""The Geschäftsvorfallcode of a text without numbered parts (DFÜ-Abkommen, Anlage 3)."""


def unwrapped(lines: list[str], width: int = LINE_WIDTH) -> str:
    """Lines of text as one. A line that fills its width was cut there and goes on at once; others are separated by a blank."""
    joined = lines[0]
    full = len(joined) >= width
    for line in lines[1:]:
        joined += line if full or joined.endswith(" ") or line.startswith(" ") else " " + line
        full = len(line) >= width
    return joined


_NO_REFERENCE = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED"})


def squeezed(text: str) -> str:
    """The text with every run of blanks as one, none at its ends."""
    return " ".join(text.split())


def reference(text: str) -> str:
    """A reference without the word that stands for none."""
    bare = text.strip()
    return "" if bare in _NO_REFERENCE else bare


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
        _set_instructed(details, values["OAMT"], line, currency)
    if "COAM" in values:
        details.charges = _amount(values["COAM"], currency)


def _amount(text: str, currency: str, factor: int = 1) -> int | None:
    """An amount such as ``EUR0,5``, when it is in the account's currency or names none."""
    written = _AMOUNT.match(text.strip())
    if not written or (written.group(1) or currency) != currency:
        return None
    return amount_in(written.group(2), currency, factor)


def _set_instructed(details: Details, text: str, line: StatementLine, currency: str) -> None:
    written = _AMOUNT.match(text.strip())
    if written:
        code = written.group(1) or currency
        details.instructed_amount = amount_in(written.group(2), code, line.sign)
        details.instructed_currency = code if details.instructed_amount is not None else ""


def code_words(details: Details, text: str, line: StatementLine, extra: list[str], currency: str) -> None:
    """Reads a text of code words. `extra` are the further lines of :61:, where Rabobank puts the counterparty's account."""
    items = _CODES.split(text)
    party = "ORDP" if line.sign > 0 else "BENM"
    where = party
    both = "/ORDP/" in text and "/BENM/" in text
    for word, written in zip(items[1::2], items[2::2], strict=True):
        value = written.strip(" /")
        if word in ("ORDP", "BENM"):
            where = word if both else party
        elif word in ("ULTB", "ULTD", "ULTC"):
            where = word
        if word == "CNTP":
            account, bank, name = [*written.split("/"), "", ""][:3]
            details.account, details.bank, details.name = account.replace(" ", ""), bank.strip(), squeezed(name)
        if not value:
            continue
        if word in ("NAME", "ORDP", "BENM"):
            if where == party and not details.name:
                details.name = squeezed(value)
        elif word in ("IBAN", "BBAN", "BIC"):
            if where == party:
                _set_account(details, word, value)
        elif word == "REMI":
            _remittance(details, value)
        else:
            _code_word(details, word, value, line, currency)
            if word in _AMOUNT_WORDS and (behind := _TEXT_BEHIND.fullmatch(written)) and behind[1]:
                details.text = squeezed(f"{details.text} {behind[1]}")
    if not details.account and extra and ACCOUNT.match(extra[0].strip()):
        details.account = extra[0].strip()
    if not details.text:
        details.text = squeezed(items[0])


def party_lines(details: Details, lines: list[str]) -> bool:
    """Balkan banks: ``/ORDP/account``, then a line each for the name and for pieces of the text, all of which begin with a slash.

    Whether it is such a text; else nothing is read.
    """
    account = _PARTY_ACCOUNT.fullmatch(lines[0])
    if not account or len(lines) < 2 or any(line[:1] != "/" or CODE_WORDS.match(line) for line in lines[1:]):
        return False
    details.account = account[1]
    details.name = squeezed(lines[1].strip("/ "))
    details.text = squeezed(" ".join(line[1:] for line in lines[2:]))
    return True


def unstructured(text: list[str]) -> list[str]:
    """Free text without the code that says that it is free text."""
    return [text[0][3:], *text[1:]] if text and _UNSTRUCTURED.match(text[0]) else text


def _set_account(details: Details, word: str, value: str) -> None:
    if word != "BIC":
        details.account = details.account or value.replace(" ", "")
    else:
        details.bank = details.bank or value


def _remittance(details: Details, value: str) -> None:
    """``/REMI/USTD//text`` is text, ``/REMI/STRD/CUR/reference`` a structured reference; anything else is text as it stands."""
    if value.startswith("USTD/"):
        value = value[5:].strip(" /")
    elif value.startswith("STRD/"):
        value = details.creditor_reference = value[5:].partition("/")[2].strip(" /")
    details.text = squeezed(f"{details.text} {value}")


def _code_word(details: Details, word: str, value: str, line: StatementLine, currency: str) -> None:
    if word in ("EREF", "KREF", "PREF"):
        details.end_to_end_id = details.end_to_end_id or reference(value)
    elif word == "MARF":
        details.mandate_id = reference(value)
    elif word == "CREF":
        details.creditor_reference = value
    elif word == "RTRN":
        details.return_reason, details.kind = value.split("/")[0].strip(), "return"
    elif word == "TRTP":
        details.kind = details.kind or kind_of_title(value)
    elif word == "PURP":
        if value.removeprefix("CD/").strip(" /") == "SALA":
            details.kind = "salary"
    elif word in ("OCMT", "OAMT"):
        _set_instructed(details, value, line, currency)
    elif word in ("CHGS", "COAM"):
        details.charges = _amount(value, currency)
    elif word == "EXCH":
        details.exchange_rate = value.strip(" /")


def supplementary(details: Details, lines: list[str], line: StatementLine, currency: str) -> None:
    """Reads original amount, charges and exchange rate in the further lines of :61:, ``/OCMT/USD100,//EXCH/1,08/``."""
    joined = "".join(lines)
    if CODE_WORDS.match(joined):
        items = _CODES.split(joined)
        for word, value in zip(items[1::2], items[2::2], strict=True):
            if word in ("OCMT", "CHGS", "EXCH"):
                _code_word(details, word, value.strip(" /"), line, currency)
