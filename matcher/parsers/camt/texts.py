"""The texts of camt entries: parties, references and what the payer wrote, without what stands for nothing."""

import re
from collections.abc import Sequence

from matcher.parsers.camt.fields import DOCUMENT_WORDS, Part, Party

Values = Sequence[str]
"""The texts of a block; the last one is ''."""

_NOT_PROVIDED = frozenset(("NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOREF"))
_NO_NAMES = frozenset((
    "NOTPROVIDED", "NOT PROVIDED", "NOT AVAILABLE", "NOT KNOWN", "NOT SPECIFIED", "UNKNOWN", "NONE", "N/A", "NA", "NN", "N.N.", "NULL",
    "UNBEKANNT", "KEINE ANGABE", "KEINE ANGABEN", "K.A.", "NICHT ANGEGEBEN", "NICHT VERFÜGBAR", "NICHT BEKANNT", "SIEHE AUFTRAGGEBER",
    "ONBEKEND", "NIET BEKEND", "INCONNU", "NON RENSEIGNE", "NON RENSEIGNÉ", "NON COMMUNIQUÉ", "BRAK", "BRAK DANYCH", "DESCONOCIDO",
    "SCONOSCIUTO", "NON DISPONIBILE",
))  # fmt: skip
_FILLED = re.compile(r"0+|X{3,}|[\W_]*", re.IGNORECASE)
"""What fills a field that must not be empty. No company is called so."""

_ENTRY_ID = "UMSATZ-ID"
_CODES_AS_TEXT = re.compile(r"\?(?:REJECT|ERROR)\?\d+")
"""What Swiss banks write beside a payment slip's reference: codes of their own processing, no text of the payer."""


def party_of(party: Party, values: Values) -> tuple[str, str, str]:
    """Name, account and bank of a party."""
    name = _name(values[party.ultimate]) or _name(values[party.name]) or _name(values[party.account_name])
    return name, values[party.account].strip().replace(" ", ""), (values[party.bank] or values[party.bank_code]).strip()


def _name(text: str) -> str:
    """A name without what stands for none."""
    name = clean(text)
    return "" if name.upper() in _NO_NAMES or _FILLED.fullmatch(name) else name


def entry_id(part: Part, values: Values) -> str:
    """The bank's own id of the entry where it is told as a reference of the bank's own type, as German banks do."""
    if part.further_reference < 0 or not values[part.further_reference_type].strip().upper().endswith(_ENTRY_ID):
        return ""
    return reference(values[part.further_reference])


def remittance(part: Part, values: Values) -> str:
    """The payer's text, then numbers of referred documents, further references and a cheque's number."""
    if part.only_text >= 0 and (text := clean(values[part.only_text])):
        return text
    texts = [clean(values[index]) for index in part.unstructured]
    if part.additional_remittance:
        further = [clean(values[index]) for index in part.additional_remittance]
        texts += [text for text in further if not _CODES_AS_TEXT.fullmatch(text)]
    for kind, number in part.documents:
        word = values[kind].strip()
        texts.append(f"{DOCUMENT_WORDS.get(word, word)} {values[number].strip()}".strip() if values[number] else "")
    if len(part.references) > 1:
        texts += [clean(values[index]) for index in part.references[1:]]
    if part.cheque_number >= 0:
        texts.append(f"cheque {values[part.cheque_number].strip()}")
    text, additional = " ".join(filter(None, texts)), joined(part.additional, values)
    # some banks shorten the payer's text and give the whole of it beside
    return additional if text in additional else text


def joined(indexes: Sequence[int], values: Values) -> str:
    """Several texts as one."""
    return " ".join([clean(values[index]) for index in indexes]) if indexes else ""


def clean(text: str) -> str:
    """Text on one line, without spaces at the ends; the bank's own spacing within a line stays."""
    return " ".join(text.split()) if "\n" in text else text.strip()


def reference(text: str) -> str:
    """A reference; empty for the words that stand for none."""
    if not text:
        return ""
    text = text.strip()
    return "" if text[:1] in "Nn" and text.upper() in _NOT_PROVIDED else text
