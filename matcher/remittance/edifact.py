"""UN/EDIFACT REMADV, remittance advice (D.96A and later; FINREM-like rows are read the same).

Segments (UN/EDIFACT directories): UNA separators, BGM the advice's number, DTM days, RFF references, NAD the payer (PR, BY), CUX currency,
DOC a document, MOA amounts of what stands before it (9 due, 12 paid, 52 discount, 165 adjustment), AJT the reason of the adjustment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from matcher.errors import MatcherError
from matcher.remittance.amounts import amount, day, made_id, row
from matcher.remittance.reason_codes import AJT, UNKNOWN
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, IssuedDocument

_CREDIT = frozenset({"381", "83", "261", "296", "308", "396", "420", "458"})
"""Documents that lower what is paid: credit notes."""

_DUE, _PAID, _DISCOUNT, _ADJUSTED = frozenset({"9", "77", "39"}), frozenset({"12", "11"}), frozenset({"52"}), frozenset({"165", "8"})
_TOTAL = ("12", "9", "11", "86", "79")
_DAYS = ("203", "209", "138", "137", "171")
_PAYMENT = ("PQ", "CR", "TN", "PY", "ACD")
"""References of the payment itself, as the bank line may carry them."""

Parts = list[list[str]]


@dataclass(slots=True)
class _Document:
    kind: str
    number: str
    place: str
    amounts: dict[str, str] = field(default_factory=dict)
    adjusted: list[list[str]] = field(default_factory=list)  # reason and amount


@dataclass(slots=True)
class _Message:
    place: str
    number: str = ""
    currency: str = ""
    payer: str = ""
    account: str = ""
    references: dict[str, str] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    totals: dict[str, str] = field(default_factory=dict)
    documents: list[_Document] = field(default_factory=list)


def read(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile | None:
    """The advices of an interchange; None for anything else, and for one without a REMADV.

    Raises:
        MatcherError: ``file.cut`` for a message without its end, ``file.malformed`` without a currency, ``amount.*``.
    """
    del documents
    head = data.lstrip()[:3]
    if head not in (b"UNA", b"UNB", b"UNH") or b"REMADV" not in data[:4096]:
        return None
    messages: list[_Message] = []
    message: _Message | None = None
    for number, (tag, parts) in enumerate(_segments(data.lstrip().decode("utf-8", "replace")), 1):
        place = f"{name} segment {number}"
        if tag == "UNH":
            message = _Message(place) if _at(parts, 1, 0) == "REMADV" else None
        elif message is not None and tag == "UNT":
            messages.append(message)
            message = None
        elif message is not None:
            _take(message, tag, parts, place)
    if message is not None:
        raise MatcherError("file.cut", "the message has no end (UNT)", name)
    return AdviceFile(tuple(_advice(one, name) for one in messages)) if messages else None


def _segments(text: str) -> Iterator[tuple[str, Parts]]:
    """Each segment's tag and its elements, taken apart into components; a release character keeps a separator."""
    component, element, release, end = ":", "+", "?", "'"
    if text.startswith("UNA") and len(text) >= 9:
        component, element, release, end = text[3], text[4], text[6], text[8]
        text = text[9:]
    parts: Parts = [[""]]
    held = False
    for sign in text:
        if held:
            parts[-1][-1] += sign
            held = False
        elif sign == release and release != " ":
            held = True
        elif sign == end:
            if tag := parts[0][0].strip():
                yield tag, parts[1:]
            parts = [[""]]
        elif sign == element:
            parts.append([""])
        elif sign == component:
            parts[-1].append("")
        elif sign not in "\r\n":
            parts[-1][-1] += sign


def _take(message: _Message, tag: str, parts: Parts, place: str) -> None:
    document = message.documents[-1] if message.documents else None
    match tag:
        case "BGM":
            message.number = _at(parts, 1, 0)
        case "CUX":
            message.currency = message.currency or _at(parts, 0, 1)
        case "DTM" if document is None:
            message.days[_at(parts, 0, 0)] = _at(parts, 0, 1)
        case "RFF" if document is None:
            message.references[_at(parts, 0, 0)] = _at(parts, 0, 1)
        case "NAD" if _at(parts, 0, 0) in ("PR", "BY", "OY") and not message.payer:
            message.payer = _at(parts, 3, 0) or _at(parts, 2, 0)
        case "FII" if _at(parts, 0, 0) in ("PB", "OR", "OB"):
            message.account = _at(parts, 1, 0)
        case "DOC":
            message.documents.append(_Document(_at(parts, 0, 0), _at(parts, 1, 0), place))
        case "UNS":
            message.documents.append(_Document("UNS", "", place))
        case "MOA":
            _amount(message, document, parts)
        case "AJT" if document is not None:
            document.adjusted.append([_at(parts, 0, 0), ""])


def _amount(message: _Message, document: _Document | None, parts: Parts) -> None:
    kind, value = _at(parts, 0, 0), _at(parts, 0, 1)
    message.currency = message.currency or _at(parts, 0, 2)
    if document is None or document.kind == "UNS":
        message.totals[kind] = value
    elif document.adjusted and kind in _ADJUSTED and not document.adjusted[-1][1]:
        document.adjusted[-1][1] = value
    elif kind in _ADJUSTED:
        document.adjusted.append(["", value])
    else:
        document.amounts[kind] = value


def _advice(message: _Message, name: str) -> Advice:
    if not message.currency:
        raise MatcherError("file.malformed", "the message names no currency (CUX)", message.place)
    rows = tuple(_row(one, message.currency) for one in message.documents if one.kind != "UNS")
    said = next((message.totals[kind] for kind in _TOTAL if kind in message.totals), "")
    total = amount(said, message.currency, message.place) if said else sum(one.net for one in rows)
    reference = next((message.references[kind] for kind in _PAYMENT if message.references.get(kind)), "")
    when = next((found for kind in _DAYS if (found := day(message.days.get(kind, "")))), None)
    number = message.number or made_id(message.payer, total, [one.document_no for one in rows])
    return Advice(number, AdviceKind.PAYER, reference, "", message.payer, message.account, when, message.currency, total, rows, name)


def _row(document: _Document, currency: str) -> AdviceRow:
    sign = -1 if document.kind in _CREDIT else 1

    def of(kinds: frozenset[str]) -> int | None:
        text = next((document.amounts[kind] for kind in sorted(kinds) if kind in document.amounts), None)
        return None if text is None else amount(text, currency, document.place)

    gross, paid, discount = of(_DUE), of(_PAID), of(_DISCOUNT)
    kept = [
        (sign * abs(amount(text, currency, document.place)), AJT.get(code, UNKNOWN), f"AJT {code}" if code else "")
        for code, text in document.adjusted
        if text
    ]
    signed = {"gross": _signed(gross, sign), "paid": _signed(paid, sign)}
    taken = sign * abs(discount or 0)
    net = signed["paid"]
    if net is None:
        net = (signed["gross"] or 0) - taken - sum(part for part, *_ in kept)
    if not kept and document.adjusted and signed["gross"] is not None:
        code = document.adjusted[0][0]
        kept = [(signed["gross"] - taken - net, AJT.get(code, UNKNOWN), f"AJT {code}")]
    return row(document.number, net, document.place, gross=signed["gross"], discount=taken, deductions=kept)


def _signed(value: int | None, sign: int) -> int | None:
    # some write a credit note's amounts with their sign, most without
    return None if value is None else value if value < 0 else sign * value


def _at(parts: Parts, element: int, component: int) -> str:
    return parts[element][component].strip() if element < len(parts) and component < len(parts[element]) else ""
