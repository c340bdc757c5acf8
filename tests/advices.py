"""Remittance advices as payers' programs print them: rows of documents, and how they are put on paper."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from matcher.money import scale
from matcher.remittance.records import IssuedDocument

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


@dataclass(frozen=True)
class Paid:
    """A document that is paid: gross - discount - deduction = net, in minor units."""

    document_no: str
    day: date
    gross: int
    discount: int = 0
    deduction: int = 0
    reason_text: str = ""

    @property
    def net(self) -> int:
        return self.gross - self.discount - self.deduction


@dataclass(frozen=True)
class Facts:
    """What an advice says."""

    rows: tuple[Paid, ...]
    currency: str = "EUR"
    reference: str = "PAY-2026-000815"
    payer: str = "Nordlicht Handels GmbH"
    day: date = date(2026, 10, 28)

    @property
    def total(self) -> int:
        return sum(row.net for row in self.rows)


def issued(facts: Facts, *others: str) -> tuple[IssuedDocument, ...]:
    """The documents of the advice, and some others, as the books have them."""
    own = [(row.document_no, row.gross) for row in facts.rows]
    documents = [*dict(own).items(), *((number, 10_000) for number in others)]
    return tuple(
        IssuedDocument(f"I{n}", "1", "C1", number, "", facts.currency, gross, gross) for n, (number, gross) in enumerate(documents)
    )


Number = Callable[[int, str], str]


def _grouped(amount: int, currency: str, group: str, mark: str) -> str:
    places = scale(currency)
    whole, cents = divmod(abs(amount), 10**places)
    return f"{whole:,}".replace(",", group) + (f"{mark}{cents:0{places}d}" if places else "")


def english(amount: int, currency: str) -> str:
    return ("-" if amount < 0 else "") + _grouped(amount, currency, ",", ".")


def brackets(amount: int, currency: str) -> str:
    told = _grouped(amount, currency, ",", ".")
    return f"({told})" if amount < 0 else told


def german(amount: int, currency: str) -> str:
    return _grouped(amount, currency, ".", ",") + ("-" if amount < 0 else "")


def french(amount: int, currency: str) -> str:
    return ("-" if amount < 0 else "") + _grouped(amount, currency, " ", ",")


def swiss(amount: int, currency: str) -> str:
    return ("-" if amount < 0 else "") + _grouped(amount, currency, "'", ".")


def yuan(amount: int, currency: str) -> str:
    return ("-" if amount < 0 else "") + "￥" + _grouped(amount, currency, ",", ".")


@dataclass(frozen=True)
class Layout:
    """How a payer's program prints: its words, columns and numbers.

    Columns are heads with what stands below: ``document day gross discount deduction net reason own`` and ``less`` for a negative discount.
    """

    name: str
    title: str
    columns: tuple[tuple[str, str], ...]
    number: Number
    day: str
    total: str
    facts: tuple[tuple[str, str], ...] = ()
    top: str = ""
    forward: tuple[str, str] = ("", "")
    font: str = "Helvetica"
    size: float = 9
    per_page: int = 40
    page: tuple[float, float] = A4
    align: str = "right"
    spell: Callable[[str], str] = str
    sums: bool = False
    symbol: str = ""
    footer: str = ""
    below: bool = False

    def render(self, facts: Facts, more: Sequence[Facts] = (), encrypt: StandardEncryption | None = None) -> bytes:
        """One document; of several advices each begins on a page of its own."""
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=self.page, invariant=1, encrypt=encrypt)
        for one in (facts, *more):
            _Page(canvas, self, one).draw()
        canvas.save()
        return out.getvalue()


class _Page:
    def __init__(self, canvas: Canvas, layout: Layout, facts: Facts) -> None:
        self.canvas, self.layout, self.facts = canvas, layout, facts
        self.y = 0.0

    def draw(self) -> None:
        layout, facts = self.layout, self.facts
        self._begin()
        for label, what in layout.facts:
            self._text(50, f"{label}: {self._fact(what)}")
        if layout.top:
            self.y -= 8
            self._text(50, layout.top.format(total=self._amount(facts.total), currency=facts.currency, day=facts.day.strftime(layout.day)))
        self._heads()
        running = 0
        for place, row in enumerate(facts.rows):
            if place and place % layout.per_page == 0:
                if layout.forward[0]:
                    self._sum(layout.forward[0], running)
                self.canvas.showPage()
                self._begin()
                self._heads()
                if layout.forward[1]:
                    self._sum(layout.forward[1], running)
            self._row(row)
            running += row.net
        self.y -= 6
        self._sum(layout.total, facts.total, all_columns=layout.sums)
        if layout.footer:
            self.y -= 20
            self._text(50, layout.footer)
        self.canvas.showPage()

    def _begin(self) -> None:
        self.canvas.setFont(self.layout.font, self.layout.size)
        self.y = self.layout.page[1] - 60
        self._text(50, self.layout.title)
        self.y -= 10

    def _fact(self, what: str) -> str:
        facts = self.facts
        told = {"reference": facts.reference, "payer": facts.payer, "day": facts.day.strftime(self.layout.day), "currency": facts.currency}
        return told.get(what, what)

    def _amount(self, amount: int) -> str:
        return self.layout.number(amount, self.facts.currency) + self.layout.symbol

    def _places(self) -> list[tuple[str, str, float, float]]:
        """Head, what, left and right of each column."""
        weights = {"document": 2.2, "day": 1.3, "reason": 2.4, "own": 1.6}
        told = [weights.get(what, 1.6) for _, what in self.layout.columns]
        unit = (self.layout.page[0] - 100) / sum(told)
        places, left = [], 50.0
        for (head, what), weight in zip(self.layout.columns, told, strict=True):
            places.append((head, what, left, left + weight * unit - 8))
            left += weight * unit
        return places

    def _heads(self) -> None:
        self.y -= 10
        for head, what, left, right in self._places():
            self._cell(head, what, left, right)
        self.y -= self.layout.size * 1.6

    def _cell(self, text: str, what: str, left: float, right: float) -> None:
        if what in ("document", "day", "reason", "own") or self.layout.align == "left":
            self.canvas.drawString(left, self.y, text)
        elif self.layout.align == "center":
            self.canvas.drawCentredString((left + right) / 2, self.y, text)
        else:
            self.canvas.drawRightString(right, self.y, text)

    def _row(self, row: Paid) -> None:
        layout = self.layout
        for _, what, left, right in self._places():
            self._cell(self._told(row, what), what, left, right)
        self.y -= layout.size * 1.5
        if layout.below and row.reason_text:
            self._text(70, row.reason_text)

    def _told(self, row: Paid, what: str) -> str:
        layout = self.layout
        match what:
            case "document":
                return layout.spell(row.document_no)
            case "day":
                return row.day.strftime(layout.day)
            case "reason":
                return "" if layout.below else row.reason_text
            case "own":
                return f"{1900000000 + row.gross % 99991}"
            case "less":
                return self._amount(-row.discount) if row.discount else ""
            case "deduction":
                return self._amount(row.deduction) if row.deduction else ""
        return self._amount({"gross": row.gross, "discount": row.discount, "net": row.net}[what])

    def _sum(self, label: str, amount: int, all_columns: bool = False) -> None:
        rows = self.facts.rows
        sums = {
            "gross": sum(r.gross for r in rows),
            "discount": sum(r.discount for r in rows),
            "deduction": sum(r.deduction for r in rows),
            "net": amount,
        }
        for _, what, left, right in self._places():
            if what == "document":
                self.canvas.drawString(left, self.y, label)
            elif what == "net" or (all_columns and what in sums):
                self._cell(self._amount(sums[what]), what, left, right)
        self.y -= self.layout.size * 1.5

    def _text(self, left: float, text: str) -> None:
        self.canvas.drawString(left, self.y, text)
        self.y -= self.layout.size * 1.5
