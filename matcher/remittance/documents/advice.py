"""Lines of a page or message into advices: one for each payment, each proven by itself."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from matcher.remittance.documents import dates, words
from matcher.remittance.documents.issued import Issued
from matcher.remittance.documents.lines import Line, bounded, shown
from matcher.remittance.documents.proof import Failure, Proof, Row, prove
from matcher.remittance.documents.table import words_of
from matcher.remittance.documents.words import TITLE, Label, no_payment
from matcher.remittance.reason_codes import UNKNOWN, reason_of
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, Unproven

_MOST_PARTS = 40
_EFFORT = 3
"""How often each line may be read on the way to advices of several parts."""

_TEXT = 20_000
"""Characters of a page that are shown of an advice that is not proven."""

_REFERENCE = re.compile(
    r"(?:payment|transfer|transaction|end[- ]to[- ]end|eft|cheque|check|remitter'?s?|bank)[- ]?"
    r"(?:ref(?:erence|\.)?|id|document|no|number)\.?[ ]?(?:no|number|id)?"
    r"|(?:zahlungs|überweisungs|ueberweisungs)-?(?:referenz|nummer|nr|beleg|id)|verwendungszweck"
    r"|r[ée]f[ée]rence (?:de |du )?(?:paiement|virement|r[èe]glement)|n° (?:de |du )?(?:virement|paiement|r[èe]glement)"
    r"|付款(?:参考)?(?:编号|单号|流水号|号)|交易流水号|流水号|汇款编号",
    re.IGNORECASE,
)
_PAID_ON = re.compile(
    r"payment date|date of payment|value date|payment value date|pay date|zahlungsdatum|zahldatum|zahltag|valuta"
    r"|ausführungsdatum|wertstellung"
    r"|date (?:de |du )?(?:paiement|r[èe]glement|virement|valeur)|付款日期|支付日期|汇款日期|付款日",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?:advice |document )?date\b|dated|datum|avisdatum|日期", re.IGNORECASE)
_PAYER = re.compile(
    r"payer(?: name)?\b(?! acc)|paid by|remitter(?: name)?\b(?!'|s)|ordering (?:party|customer)|sender\b|zahler\b|auftraggeber\b|absender\b"
    r"|zahlungspflichtiger|payeur|[ée]metteur|donneur d'ordre|付款人(?:名称)?|付款单位|付款方|汇款人",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"payer'?s? account|debit(?:ed)? account|from account|belastungskonto|auftraggeberkonto|zahlerkonto"
    r"|iban (?:des )?(?:auftraggebers?|zahlers)|compte débité|付款账号|付款账户",
    re.IGNORECASE,
)
_ADVICE_NO = re.compile(
    r"(?:remittance |payment )?advice[ ]?(?:no|number|nr|id)|(?:zahlungs)?avis-?[ ]?(?:nr|nummer)|avis n[°o]|numéro d'avis"
    r"|通知书?(?:编号|单号|号)",
    re.IGNORECASE,
)
_LETTER = re.compile("[A-Za-z]")
_NEXT = re.compile(r"[^\W\d]{2,20}:")
_LABELS = (_REFERENCE, _PAID_ON, _DATED, _PAYER, _ACCOUNT, _ADVICE_NO)


@dataclass(frozen=True, slots=True)
class _Part:
    """Lines that may be an advice of their own; `has_documents` if they name documents of ours, or what looks so."""

    lines: tuple[Line, ...]
    has_documents: bool
    has_total: bool
    reference: str


def read(lines: Sequence[Line], name: str, issued: Issued, *, paged: bool, counted_columns: bool = False) -> AdviceFile:
    """What these lines hold: advices that prove themselves, and what is left to a person.

    Args:
        lines: of all pages, or of a message.
        name: of the file, for messages.
        issued: the documents of the books.
        paged: whether the lines are of pages that a person can turn to.
        counted_columns: see `proof.prove`.
    """
    lines = bounded(lines)
    place = _Places(name, paged)
    parts = _parts(lines, issued)
    if sum(part.has_documents for part in parts) > 1:
        read_apart = _apart(parts, place, issued, counted_columns)
        if read_apart is not None and not read_apart.unproven:
            return read_apart
    else:
        read_apart = None
    whole = _one(lines, place, issued, counted_columns)
    payments = _payments(parts)
    if isinstance(whole, Advice) and len(payments) < 2:
        return AdviceFile((whole,))
    if isinstance(whole, Advice):
        why = f"it is about several payments ({', '.join(payments)}), and not each adds up by itself"
        whole = Unproven(whole.place, why, shown(lines)[:_TEXT], whole.rows)
    return read_apart if read_apart is not None and read_apart.advices else AdviceFile((), (whole,))


def _payments(parts: Sequence[_Part]) -> list[str]:
    """The payments that parts with documents name, in their order."""
    return list(dict.fromkeys(part.reference for part in parts if part.has_documents and part.reference))


@dataclass(frozen=True, slots=True)
class _Places:
    name: str
    paged: bool

    def of(self, line: Line) -> str:
        """Where a line stands."""
        return f"{self.name} page {line.page}" if self.paged else self.name


def _parts(lines: Sequence[Line], issued: Issued) -> list[_Part]:
    """The lines cut before each title, or where there is one at most before each other payment reference."""
    starts = [
        place for place, line in enumerate(lines) if TITLE.search(line.text) and not issued.named(line) and len(line.words) < _TITLE_WORDS
    ]
    if len(starts) < 2:
        told = [(place, value) for place, line in enumerate(lines) if (value := _reference((line,)))]
        starts = [next(group)[0] for _, group in groupby(told, lambda one: one[1])]
        if len(starts) != len({value for _, value in told}):
            return []
    if not 1 < len(starts) <= _MOST_PARTS:
        return []
    parts = []
    for start, end in zip((0, *starts[1:]), (*starts[1:], len(lines)), strict=True):
        mine = tuple(lines[start:end])
        documents = any(issued.named(line) or issued.alike(line) for line in mine)
        parts.append(_Part(mine, documents, any(_states_total(line, issued) for line in mine), _reference(mine)))
    return parts


_TITLE_WORDS = 12


def _states_total(line: Line, issued: Issued) -> bool:
    return words.label(line.text) in {Label.TOTAL, Label.PAYMENT} and any(map(str.isdigit, line.text)) and not issued.named(line)


def _apart(parts: Sequence[_Part], place: _Places, issued: Issued, count: bool) -> AdviceFile | None:
    """The parts as advices, each of as few parts as prove it; None where a part with documents states no total of its own."""
    advices: list[Advice] = []
    unproven: list[Unproven] = []
    own = all(part.has_total for part in parts if part.has_documents)
    left = _EFFORT * sum(len(part.lines) for part in parts)
    first = 0
    while first < len(parts):
        if not parts[first].has_documents:
            first += 1
            continue
        for last in range(first + 1, len(parts) + 1):
            mine = [line for part in parts[first:last] for line in part.lines]
            left -= len(mine)
            if left < 0:
                return None
            made = _one(mine, place, issued, count)
            if isinstance(made, Advice) and len(_payments(parts[first:last])) < 2:
                advices.append(made)
                first = last
                break
        else:
            if not own:
                return None
            made = _one(parts[first].lines, place, issued, count)
            unproven += [made] if isinstance(made, Unproven) else []
            first += 1
    return AdviceFile(tuple(advices), tuple(unproven)) if len(advices) + len(unproven) > 1 else None


def _one(lines: Sequence[Line], place: _Places, issued: Issued, count: bool) -> Advice | Unproven:
    """One advice, or why there is none."""
    if lines and (word := no_payment(shown(lines))):
        return Unproven(place.of(lines[0]), f"it says {word!r}, so that it may tell of no payment", shown(lines)[:_TEXT])
    try:
        proof = prove(lines, issued, counted_columns=count)
    except Failure as failure:
        rows = tuple(_row(row, lines, place) for row in failure.rows)
        return Unproven(place.of(lines[0]) if lines else place.name, failure.why, shown(lines)[:_TEXT], rows)
    return _advice(proof, lines, place)


def _advice(proof: Proof, lines: Sequence[Line], place: _Places) -> Advice:
    rows = tuple(_row(row, lines, place) for row in proof.rows)
    reference = _reference(lines)
    told = _labelled(lines, _PAID_ON) or _labelled(lines, _DATED)
    day = dates.read(told) or next(
        (day for line in lines if words.label(line.text) is Label.PAYMENT and (day := dates.read(line.text))), None
    )
    number = _token(_labelled(lines, _ADVICE_NO))
    contents = [reference, str(day), proof.currency, str(proof.total), *(f"{row.document_no}\t{row.gross}\t{row.net}" for row in rows)]
    made = hashlib.sha256("\n".join(contents).encode()).hexdigest()[:16]
    return Advice(
        advice_id=number or f"doc-{made}",
        kind=AdviceKind.PAYER,
        payment_reference=reference,
        customer_id="",
        payer_name=_labelled(lines, _PAYER)[:140],
        payer_account=_token(_labelled(lines, _ACCOUNT)),
        date=day,
        currency=proof.currency,
        total=proof.total,
        rows=rows,
        place=place.name,
    )


def _row(row: Row, lines: Sequence[Line], place: _Places) -> AdviceRow:
    text = words_of(row.entry) if row.deduction or not row.entry.is_row else ""
    if row.deduction and reason_of(text) in ("", UNKNOWN) and row.entry.place + 1 < len(lines):
        below = lines[row.entry.place + 1]
        if not any(map(str.isdigit, below.text)) and reason_of(below.text) not in ("", UNKNOWN):
            text = f"{text} {below.text}".replace("\t", " ").strip()
    return AdviceRow(
        document_no=row.entry.named.written if row.entry.named else "",
        gross=row.gross,
        discount=row.discount,
        deduction=row.deduction,
        reason=(reason_of(text) or UNKNOWN) if row.deduction else "",
        net=row.net,
        reason_text=text,
        place=place.of(row.entry.line),
    )


def _reference(lines: Sequence[Line]) -> str:
    return _token(_labelled(lines, _REFERENCE))


def _labelled(lines: Sequence[Line], pattern: re.Pattern[str]) -> str:
    """What stands behind a label: in its cell, in the next one, or below it; '' for no such label."""
    for place, line in enumerate(lines):
        cells = [list(group) for _, group in groupby(line.words, lambda word: word.cell)]
        for number, cell in enumerate(cells):
            text = " ".join(word.text for word in cell)
            match = _at_label(pattern, text)
            if not match:
                continue
            rest = _up_to_label(text[match.end() :].strip(" :.#-"))
            if rest:
                return rest
            beside = " ".join(word.text for word in cells[number + 1]) if number + 1 < len(cells) else ""
            if beside and not any(label.match(beside) for label in _LABELS) and words.label(beside) is Label.NONE:
                return beside.strip(" :")
            if place + 1 < len(lines) and lines[place + 1].page == line.page:
                left, right = cell[0].left, cell[-1].right
                below = [word for word in lines[place + 1].words if word.left <= right and left <= word.right]
                if below:
                    return " ".join(word.text for word in lines[place + 1].words if word.cell == below[0].cell)
    return ""


def _at_label(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """A label at the beginning of a cell, or within it before a colon."""
    match = pattern.match(text)
    if match and not (match[0][-1:].isalpha() and _LETTER.match(text, match.end())):
        return match
    for space in re.finditer(" ", text):
        match = pattern.match(text, space.end())
        if match and text[match.end() : match.end() + 1] == ":":
            return match
    return None


def _up_to_label(told: str) -> str:
    """What stands behind a label, without the next label and what is behind that."""
    ends = [len(told)]
    for space in re.finditer(" ", told):
        if _NEXT.match(told, space.end()) or any(
            (match := label.match(told, space.end())) and told[match.end() :][:1] == ":" for label in _LABELS
        ):
            ends.append(space.start())
    return told[: min(ends)].strip()


def _token(told: str) -> str:
    """A number or reference out of what stands behind a label: all of it where each word has a digit, else the first word with one."""
    numbered = [word for word in told.split() if any(map(str.isdigit, word))]
    if numbered and len(numbered) == len(told.split()):
        return " ".join(numbered)[:70]
    return numbered[0].strip(",;:")[:70] if numbered else ""
