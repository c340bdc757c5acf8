"""The structured texts of field :86: in MT940, and what they tell of an entry: name, account, references, text.

Code words, ``/TRTP/SEPA OVERBOEKING/IBAN/NL.../NAME/...`` (Dutch and Belgian banks, SWIFT's own words), and what all grammars share.
Numbered parts are in `german`; MultiCash's field NS and free text in `freetext`.
"""

import re

from matcher.model import TransactionKind
from matcher.parsers.mt940.codes import kind_of_title
from matcher.parsers.mt940.fields import StatementLine, amount_in

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


def amount(text: str, currency: str, factor: int = 1) -> int | None:
    """An amount such as ``EUR0,5``, when it is in the account's currency or names none."""
    written = _AMOUNT.match(text.strip())
    if not written or (written.group(1) or currency) != currency:
        return None
    return amount_in(written.group(2), currency, factor)


def set_instructed(details: Details, text: str, line: StatementLine, currency: str) -> None:
    """Takes an amount such as ``USD100,`` for the one that was ordered, in the account's currency when it names none."""
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
        set_instructed(details, value, line, currency)
    elif word in ("CHGS", "COAM"):
        details.charges = amount(value, currency)
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
