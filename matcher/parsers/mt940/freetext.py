"""Free text in field :86: of MT940, and MultiCash's field NS.

A few banks write free text by a convention firm enough to rely on; each is one function here. Where none is recognised, name and
account stay empty: guessing them would make evidence out of nothing.
"""

import re

from matcher.parsers.mt940.codes import kind_of_text, kind_of_title
from matcher.parsers.mt940.details import (
    ACCOUNT,
    CODE_WORDS,
    Details,
    code_words,
    reference,
    squeezed,
    unstructured,
    unwrapped,
)
from matcher.parsers.mt940.fields import StatementLine
from matcher.parsers.mt940.german import PART_WIDTH

_KNAB = re.compile(r"\bREK: (\S+)/NAAM: (.*)$")
_POLISH = re.compile(r"(?:^|; *)(ID IPH|Z RACH\.|NA RACH\.|OD|DLA|TYT\.|TNR): ?")
_ABN = re.compile(r"(?:^|\s)(IBAN|BIC|NAAM|OMSCHRIJVING|KENMERK|MACHTIGING|INCASSANT|BETALINGSKENM\.|TRANSACTIEDATUM): *")
_DUTCH_REFERENCE = re.compile(r"\bBETALINGSKENM(?:ERK)?\.?:? +(\d{7,16})")


def multicash(details: Details, lines: list[str]) -> None:
    """Field NS: each line begins with its number. 01 to 14 text, 15 and 16 name, 17 title, 33 bank, 34 account of the counterparty."""
    texts: list[str] = []
    names: list[str] = []
    title = ""
    for line in lines:
        number, value = line[:2], line[2:].strip()
        if not value:
            continue
        if "01" <= number <= "14":
            texts.append(value)
        elif number in ("15", "16"):
            names.append(value)
        elif number == "17":
            title = value
        elif number == "33":
            details.bank = value
        elif number == "34":
            details.account = value
    details.text = squeezed(unwrapped(texts, PART_WIDTH)) if texts else title
    details.name = squeezed(unwrapped(names, PART_WIDTH)) if names else ""


def free_text(details: Details, line: StatementLine, text: list[str], currency: str) -> None:
    """Reads free text; `text` has an empty line for each hard break."""
    text = unstructured(text)
    while text and not text[-1].strip():
        text = text[:-1]
    if not text:
        return
    joined = unwrapped(text)
    details.text = squeezed(joined)
    details.kind = kind_of_text(details.text)
    labelled = _DUTCH_REFERENCE.search(joined)
    if labelled:
        details.creditor_reference = labelled.group(1)
    for convention in (_account_then_name, _padded_reference, _knab, _abn, _polish):
        if convention(details, line, text, joined):
            if CODE_WORDS.match(rest := details.text):
                details.text = ""
                code_words(details, rest, line, [], currency)
            return


def _account_then_name(details: Details, line: StatementLine, text: list[str], joined: str) -> bool:
    """SNS and ASN: the :61: reference is the counterparty's account; the text is it and the name, a blank line, the payer's text."""
    account = line.reference
    if not account or not ACCOUNT.match(account) or not text[0].startswith(account + " "):
        return False
    if len(text) > 1 and text[1].strip():
        return False
    details.account, details.reference_is_account = account, True
    details.name = squeezed(text[0][len(account) :])
    details.text = squeezed(unwrapped(text[1:])) if len(text) > 1 else ""
    return True


def _padded_reference(details: Details, line: StatementLine, text: list[str], joined: str) -> bool:
    """Rabobank until 2013: account padded to 16 places, then the name, both behind the type code in :61:."""
    if not line.remainder or (line.reference and not ACCOUNT.match(line.reference)):
        return False
    details.account, details.name, details.reference_is_account = line.reference, squeezed(line.remainder), True
    return True


def _knab(details: Details, line: StatementLine, text: list[str], joined: str) -> bool:
    """Knab: the last line is ``REK: account/NAAM: name``."""
    party = _KNAB.search(joined)
    if not party:
        return False
    details.account, details.name = party.group(1), squeezed(party.group(2))
    details.text = squeezed(joined[: party.start()])
    return True


def _abn(details: Details, line: StatementLine, text: list[str], joined: str) -> bool:
    """ABN AMRO: a title that begins with SEPA, then labelled columns."""
    if not joined.startswith("SEPA "):
        return False
    # a label begins a line; behind a full line there is no blank before it
    items = _ABN.split(unwrapped([f" {row}" if _ABN.match(row) else row for row in text]))
    if len(items) < 5:
        return False
    values = {word: value.strip() for word, value in zip(items[1::2], items[2::2], strict=True)}
    details.kind = kind_of_title(items[0])
    details.account = values.get("IBAN", "").replace(" ", "")
    details.bank = values.get("BIC", "")
    details.name = squeezed(values.get("NAAM", ""))
    details.end_to_end_id = reference(values.get("KENMERK", ""))
    details.mandate_id = values.get("MACHTIGING", "")
    details.creditor_reference = values.get("BETALINGSKENM.", "")
    details.text = squeezed(values.get("OMSCHRIJVING", "")) or details.creditor_reference
    return True


def _polish(details: Details, line: StatementLine, text: list[str], joined: str) -> bool:
    """mBank: labels between semicolons; behind the name, two blanks and the address."""
    items = _POLISH.split(joined)
    if len(items) < 5:
        return False
    values = {word: value.strip(" ;") for word, value in zip(items[1::2], items[2::2], strict=True)}
    details.account = (values.get("Z RACH.") or values.get("NA RACH.") or "").replace(" ", "")
    details.name = re.split(r" {2,}", values.get("OD") or values.get("DLA") or "")[0]
    details.text = squeezed(values.get("TYT.", ""))
    return True
