"""Ten layouts of remittance advices, in four languages, and random advices that they can print."""

import random
from dataclasses import replace
from datetime import date, timedelta

from advices import Facts, Layout, Paid, brackets, english, french, german, swiss, yuan
from reportlab.lib.pagesizes import LETTER, landscape

LAYOUTS = (
    Layout(
        "english",
        "Remittance Advice",
        (("Invoice", "document"), ("Date", "day"), ("Gross", "gross"), ("Discount", "discount"), ("Net paid", "net")),
        english,
        "%d %b %Y",
        "Total",
        (("Payment reference", "reference"), ("Payment date", "day"), ("Payer", "payer"), ("Currency", "currency")),
    ),
    Layout(
        "american",
        "PAYMENT ADVICE",
        (
            ("Our doc", "own"),
            ("Your invoice", "document"),
            ("Inv date", "day"),
            ("Amount", "gross"),
            ("Disc.", "less"),
            ("Deduction", "deduction"),
            ("Reason", "reason"),
            ("Net amount", "net"),
        ),
        brackets,
        "%Y-%m-%d",
        "Payment total",
        (("Check no", "reference"), ("Payment date", "day")),
        page=landscape(LETTER),
        symbol=" EUR",
        per_page=25,
    ),
    Layout(
        "ledger",
        "Remittance advice",
        (("Document", "document"), ("Amount", "net")),
        swiss,
        "%d.%m.%Y",
        "Amount paid",
        (("Payer", "payer"), ("Transfer ref", "reference")),
        align="left",
        symbol=" CHF",
        footer="Share capital CHF 100'000.00. Page 1 of 1.",
    ),
    Layout(
        "german",
        "Zahlungsavis",
        (
            ("Beleg", "document"),
            ("Datum", "day"),
            ("Brutto", "gross"),
            ("Skonto", "discount"),
            ("Abzug", "deduction"),
            ("Zahlbetrag", "net"),
        ),
        german,
        "%d.%m.%Y",
        "Summe",
        (("Zahlungsreferenz", "reference"), ("Zahlungsdatum", "day"), ("Auftraggeber", "payer"), ("Währung", "currency")),
        forward=("Übertrag", "Übertrag"),
        per_page=12,
        below=True,
        sums=False,
    ),
    Layout(
        "letter",
        "Zahlungsavis",
        (("Rechnung", "document"), ("Betrag", "net")),
        german,
        "%d.%m.%Y",
        "Gesamtbetrag",
        (("Zahlungsnummer", "reference"),),
        top="am {day} haben wir Ihnen {total} {currency} überwiesen:",
        spell=lambda number: number.replace("-", " "),
        footer="Stammkapital 50.000,00 EUR",
    ),
    Layout(
        "sap",
        "Avis",
        (("Belegnr", "own"), ("Ihr Beleg", "document"), ("Bruttobetrag", "gross"), ("Skonto", "discount"), ("Nettobetrag", "net")),
        german,
        "%d.%m.%y",
        "Zahlungssumme",
        (("Zahlbeleg", "x"), ("Datum", "day")),
        symbol=" EUR",
        sums=True,
        font="Courier",
        size=8,
    ),
    Layout(
        "french",
        "Avis de règlement",
        (("Facture", "document"), ("Date", "day"), ("Montant brut", "gross"), ("Escompte", "discount"), ("Montant réglé", "net")),
        french,
        "%d/%m/%Y",
        "Total réglé",
        (("Référence de paiement", "reference"), ("Date de paiement", "day"), ("Payeur", "payer")),
        symbol=" €",
        per_page=20,
        forward=("A reporter", "Report"),
    ),
    Layout(
        "chinese",
        "付款通知书",
        (
            ("发票号", "document"),
            ("日期", "day"),
            ("发票金额", "gross"),
            ("扣款", "deduction"),
            ("扣款原因", "reason"),
            ("实付金额", "net"),
        ),
        yuan,
        "%Y年%m月%d日",
        "合计",
        (("付款编号", "reference"), ("付款日期", "day"), ("付款人", "payer")),
        font="STSong-Light",
    ),
    Layout(
        "chinese_short",
        "付款明细",
        (("单号", "document"), ("付款金额", "net")),
        english,
        "%Y-%m-%d",
        "付款总额",
        (("汇款日期", "day"), ("币种", "currency")),
        font="STSong-Light",
        spell=lambda number: number.replace("-", ""),
        align="center",
        per_page=15,
        forward=("小计", ""),
    ),
    Layout(
        "packed",
        "Remittance",
        (("Document", "document"), ("Gross", "gross"), ("Discount", "discount"), ("Paid", "net")),
        english,
        "%m/%d/%Y",
        "Grand total",
        (("Payment id", "reference"),),
        font="Times-Roman",
        size=6.5,
        per_page=60,
        sums=True,
        spell=lambda number: number.lower(),
    ),
)
BY_NAME = {layout.name: layout for layout in LAYOUTS}
CURRENCY = {"american": "EUR", "ledger": "CHF", "chinese": "CNY", "chinese_short": "CNY"}

REASONS = ("damaged goods", "Preisdifferenz", "shortage", "freight", "破损", "短缺")
OF_REASON = {
    "damaged goods": "damage",
    "Preisdifferenz": "price",
    "shortage": "quantity",
    "freight": "freight",
    "破损": "damage",
    "短缺": "quantity",
}


def facts_for(layout: Layout, rng: random.Random, rows: int) -> Facts:
    """A random advice that the layout can print."""
    kinds = {what for _, what in layout.columns}
    numbers = rng.sample(range(1, 9999), rows)
    paid = []
    for number in numbers:
        credit = rng.random() < 0.1
        gross = rng.choice((rng.randint(100, 99_999), rng.randint(100_000, 5_000_000), 10_000 * rng.randint(1, 90)))
        day = date(2026, 9, 1) + timedelta(days=rng.randint(0, 55))
        row = Paid(f"{'GS' if credit else 'RE'}-2026-{number:04d}", day, -gross if credit else gross)
        if not credit and kinds & {"discount", "less"} and rng.random() < 0.5:
            row = replace(row, discount=gross * rng.choice((2, 3)) // 100)
        if not credit and "deduction" in kinds and rng.random() < 0.2:
            row = replace(row, deduction=rng.randint(1, gross // 10), reason_text=_reason(layout, rng))
        paid.append(row)
    if sum(row.net for row in paid) <= 0:
        paid.append(Paid("RE-2026-9999", date(2026, 10, 1), 10_000_000))
    return Facts(tuple(paid), CURRENCY.get(layout.name, "EUR"))


def _reason(layout: Layout, rng: random.Random) -> str:
    return rng.choice(REASONS[4:] if layout.font == "STSong-Light" else REASONS[:4])
