"""What banks make of a payment: their own layout of the text, and the harm they do to it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.second.chance import Chance
from benchmarks.second.payment import Payment
from benchmarks.second.world import World

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "ß": "ss", "đ": "d", "’": "'", "–": "-"})


@dataclass
class Line:
    """A line of a statement as it is written, and the payment behind it."""

    payment: Payment
    account: str
    name: str
    number: str
    text: str
    reference: str
    end_to_end: str
    bank_reference: str
    code: str
    value_gap: int
    balance: int = 0


def plain(text: str, german: bool = False) -> str:
    """Without diacritics; umlauts with an e where a German bank does it."""
    text = text.translate(_GERMAN) if german else text
    text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(sign for sign in text if not unicodedata.combining(sign))


def lost(text: str, sign: str) -> str:
    """Letters that a bank's character set lacks are replaced."""
    return "".join(letter if letter.isascii() else sign for letter in text)


def wrap(text: str, width: int, between: str) -> str:
    """In lines of a width, put together again with something between."""
    return between.join(text[at : at + width] for at in range(0, len(text), width))


def _mt940(line: Line, chance: Chance) -> None:
    payment = line.payment
    line.name = plain(line.name, german=True)[:54]
    text = plain(line.text, german=True)
    eref = f"EREF+{line.end_to_end or 'NOTPROVIDED'}"
    parts = [eref, f"SVWZ+{text}"] if chance.happens(700) else [f"SVWZ+{text}"]
    if payment.kind == "collected":
        parts.insert(1, f"MREF+M{payment.account[-6:]}")
    if payment.instructed is not None:
        parts.append(f"OCMT+{payment.instructed_currency}{payment.instructed // 100},{payment.instructed % 100:02d}")
    line.text = wrap(chance.pick((" ", "")).join(parts), 27, chance.pick((" ", "", "")))


def _wrapped(line: Line, chance: Chance) -> None:
    line.name = wrap(plain(line.name, german=True).upper(), 27, " ")[:55]
    line.text = wrap(plain(line.text, german=True).upper(), 27, " ")


def _camt(line: Line, chance: Chance) -> None:
    line.name, line.text = line.name[:70], line.text[:140]
    if chance.happens(150):
        line.text = plain(line.text)


def _french(line: Line, chance: Chance) -> None:
    text = plain(line.text).upper()
    name = plain(line.name).upper()[:35]
    line.text = chance.pick(
        (f"VIR SEPA RECU /DE {name} /MOTIF {text} /REF {line.end_to_end}", f"VIR {name} {text}", text, f"VIREMENT DE {name} /MOT {text}")
    )[:160]
    line.name = name if chance.happens(750) else ""
    line.number = line.number if chance.happens(500) else ""


def _belgian(line: Line, chance: Chance) -> None:
    told = f"{line.reference} {line.text}".strip()
    line.text = f"OVERSCHRIJVING IN EURO VAN REKENING {line.number} {plain(line.name)} MEDEDELING : {told} REF. : {chance.digits(10)}"
    if chance.happens(600):
        line.text = told
    elif chance.happens(500):
        line.reference = ""


def _dutch(line: Line, chance: Chance) -> None:
    name = plain(line.name)[:35]
    if chance.happens(600):
        parts = f"/TRTP/SEPA OVERBOEKING/IBAN/{line.number}/NAME/{name}/REMI/{plain(line.text)}/EREF/{line.end_to_end or 'NOTPROVIDED'}"
        line.text = wrap(parts, 65, chance.pick(("", " ")))
    else:
        line.text = f"Naam: {name} Omschrijving: {plain(line.text)} IBAN: {line.number}"
    line.name = name


def _british(line: Line, chance: Chance) -> None:
    line.name = plain(line.name).upper()[:18].strip()
    line.text = plain(line.text).upper()[:18].strip()
    line.number = "" if chance.happens(850) else line.number
    line.end_to_end = ""
    if chance.happens(300):
        line.text = f"{line.name} {line.text} {chance.pick(('BGC', 'FPI', 'FP ' + chance.digits(6)))}"


def _american(line: Line, chance: Chance) -> None:
    name = plain(line.name).upper()
    text = plain(line.text).upper()
    day = f"{line.payment.day:%y%m%d}"
    line.name = name[:16] if chance.happens(500) else name[:35]
    line.number = ""
    if chance.happens(550):
        line.text = (
            f"ORIG CO NAME:{name[:16]} ORIG ID:{chance.digits(10)} DESC DATE:{day} "
            f"CO ENTRY DESCR:{chance.pick(('PAYMENT', 'AP PAYMENT', 'CORP PAY'))} "
            f"SEC:CTX TRACE#:{chance.digits(15)} EED:{day} IND ID:{chance.digits(7)} TRN*1*{chance.digits(6)}\\RMR*IV*{text}\\"
        )  # fmt: skip
    else:
        line.text = text[:80]


def _wire(line: Line, chance: Chance) -> None:
    name = plain(line.name).upper()[:35]
    text = plain(line.text).upper()
    line.text = f"WIRE TYPE:WIRE IN DATE:{line.payment.day:%y%m%d} TRN:{chance.digits(10)} ORIG:{name} PMT DET:{wrap(text, 35, ' ')} OBI"
    line.name = name if chance.happens(700) else ""
    line.number = line.number if chance.happens(300) else ""


def _chinese(line: Line, chance: Chance) -> None:
    line.text = line.text[: chance.pick((30, 60, 60))]
    line.end_to_end = ""


def _plain(line: Line, chance: Chance) -> None:
    line.text = line.text[:140]
    line.name = line.name.upper() if chance.happens(400) else line.name
    line.number = line.number if chance.happens(600) else ""


_LAYOUTS: dict[str, Callable[[Line, Chance], None]] = {
    "mt940": _mt940, "wrapped": _wrapped, "camt": _camt, "french": _french, "belgian": _belgian, "dutch": _dutch, "british": _british,
    "american": _american, "wire": _wire, "chinese": _chinese, "plain": _plain,
}  # fmt: skip
_CODES = {
    "mt940": "NTRF",
    "wrapped": "166",
    "camt": "PMNT-RCDT-ESCT",
    "french": "VIR",
    "dutch": "SEPA",
    "british": "BGC",
    "american": "165",
}


class Bank:
    """Puts payments on statements; keeps balances and references of each account."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.counts: dict[str, int] = {}
        self.balances: dict[str, int] = {}

    def book(self, payment: Payment, chance: Chance) -> Line:
        """The line of a payment."""
        seller, place = payment.seller, payment.place
        account = f"{seller.id}-{place + 1}"
        count = self.counts[account] = self.counts.get(account, 0) + 1
        bank = seller.banks[place]
        line = Line(
            payment, account, payment.name, payment.account, payment.text, payment.reference, payment.end_to_end,
            self._reference(account, count, payment), payment.code or (_CODES.get(bank, "") if payment.amount > 0 else ""),
            chance.weighted(((0, 85), (1, 10), (-1, 5))),
        )  # fmt: skip
        if payment.reference and chance.happens(100):
            line.text, line.reference = f"{line.reference} {line.text}".strip(), ""
        if chance.happens(self.world.damage):
            _harm(line, chance)
        if payment.told != "cheque":
            _LAYOUTS[bank](line, chance)
        line.text = " ".join(line.text.split())
        if not payment.name_form or not line.name:
            payment.name_form = payment.name_form if line.name else ""
        if payment.account_form and not line.number:
            payment.account_form = ""
        payment.named = payment.named and _still_named(line)
        self.balances[account] = line.balance = self.balances.get(account, 10_000_000) + payment.amount
        return line

    @staticmethod
    def _reference(account: str, count: int, payment: Payment) -> str:
        return f"{payment.day:%y%m%d}{account.replace('-', '')[-3:]}{count:06d}"


def _harm(line: Line, chance: Chance) -> None:
    """One of the things that banks and old programs do to a text."""
    how = chance.below(9)
    text = line.text
    if how == 0:
        line.text = text[: chance.pick((18, 27, 35, 54))].rstrip()
    elif how == 1:
        line.text = wrap(text, chance.pick((9, 12, 20, 27, 35)), " ")
    elif how == 2:
        line.text = re.sub(r"(?<![0-9])0+(?=[1-9])", "", text)
    elif how == 3:
        line.text = re.sub(r"[-/.]", chance.pick((" ", "")), text)
    elif how == 4:
        line.text, line.name = lost(text, chance.pick(("?", ".", ""))), lost(line.name, "?") if line.name.isascii() else line.name
    elif how == 5:
        line.text = plain(text).upper()
    elif how == 6:
        line.number = ""
    elif how == 7:
        line.name = line.name[: chance.pick((18, 22, 27))].rstrip()
    else:
        line.text = f"{line.end_to_end} {text}".strip()


def _still_named(line: Line) -> bool:
    """Whether the text still holds what names the documents; slips of the hand are taken as legible."""
    payment = line.payment
    if payment.told in ("mistyped", "slip_wrong", "order") or not payment.meant:
        return True
    digits = re.sub(r"\D", "", f"{line.text}{line.reference}{line.end_to_end}")
    if payment.told == "slip":
        return re.sub(r"\D", "", payment.meant[0].reference).lstrip("0") in digits
    numbers = [re.sub(r"\D", "", item.called).lstrip("0") for item in payment.meant if item.amount > 0]
    if payment.told in ("range", "shortened"):
        _, _, after = digits.partition(numbers[0])
        return bool(after) and numbers[-1][-2:] in after
    return all(number in digits for number in numbers)


def value_date(line: Line) -> str:
    """The day from which the bank counts interest."""
    return (line.payment.day + timedelta(days=max(line.value_gap, -1))).isoformat()
