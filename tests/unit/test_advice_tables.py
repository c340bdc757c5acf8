"""Four layouts that were written after the reader of rows: an American grid, a Swiss list, a Chinese one, and a page by mail."""

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.message import EmailMessage

import pytest
from advice_layouts import BY_NAME, facts_for
from advices import Facts, english, german, issued, swiss
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from matcher.remittance.documents.mail import read_mail
from matcher.remittance.documents.pdf import read_pdf

STYLES = getSampleStyleSheet()


def printed(*story: Flowable) -> bytes:
    out = io.BytesIO()
    SimpleDocTemplate(out, invariant=1).build(list(story))
    return out.getvalue()


def line(text: str, style: str = "Normal", font: str = "Helvetica") -> Paragraph:
    return Paragraph(text, STYLES[style].clone(f"{style}-{font}", fontName=font))


def american(facts: Facts) -> bytes:
    """The payment in a box of its own, heads of two lines, a grid, totals of three columns."""
    amounts = [[english(n, "USD") for n in (row.gross, row.discount, row.net)] for row in facts.rows]
    sums = [english(sum(n), "USD") for n in zip(*((row.gross, row.discount, row.net) for row in facts.rows), strict=True)]
    box = [["Vendor No.", "Payment Date", "Payment No.", "Payment Amount"]]
    box.append(["0000104711", facts.day.strftime("%m/%d/%Y"), facts.reference, f"USD {english(facts.total, 'USD')}"])
    rows = [["Invoice\nNumber", "Invoice\nDate", "PO Number", "Gross\nAmount", "Discount\nTaken", "Net\nAmount"]]
    for row, told in zip(facts.rows, amounts, strict=True):
        rows.append([row.document_no, row.day.strftime("%m/%d/%Y"), f"45{row.gross % 10**8:08d}", *told])
    table = Table([*rows, ["", "", "TOTALS", *sums]], repeatRows=1)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("ALIGN", (3, 0), (-1, -1), "RIGHT")]))
    title = (line("Acme Manufacturing Inc.", "Title"), line("Remittance Statement", "Heading2"))
    return printed(*title, Table(box), Spacer(1, 20), table, Spacer(1, 10), line("Questions? Call 1-800-555-0199."))


def swiss_list(facts: Facts) -> bytes:
    """Numbered rows, the currency in each cell, the total below another column."""
    rows = [["Pos.", "Text", "Ihre Referenz", "Fälligkeit", "Überwiesen"]]
    for place, row in enumerate(facts.rows, start=1):
        kind = "Gutschrift" if row.gross < 0 else "Rechnung"
        rows.append([str(place), kind, row.document_no, row.day.strftime("%d.%m.%Y"), f"CHF {swiss(row.net, 'CHF')}"])
    rows.append(["", "", "", "Total Vergütung", f"CHF {swiss(facts.total, 'CHF')}"])
    table = Table(rows, repeatRows=1, colWidths=[30, 80, 130, 100, 130])
    table.setStyle(TableStyle([("ALIGN", (4, 0), (-1, -1), "RIGHT")]))
    return printed(
        line("Vergütungsanzeige", "Title"), line("Auftraggeber: Muster AG, 8000 Zürich"), line(f"Valuta: {facts.day:%d.%m.%Y}"), table
    )


def chinese(facts: Facts) -> bytes:
    """Numbered rows, deductions with their reasons, labels in one line."""
    rows = [["序号", "发票号码", "开票日期", "应付金额", "扣减金额", "备注", "实付金额"]]
    for place, row in enumerate(facts.rows, start=1):
        gross, deduction, net = (english(n, "CNY") for n in (row.gross, row.deduction, row.net))
        rows.append([str(place), row.document_no, row.day.strftime("%Y/%m/%d"), gross, deduction, row.reason_text, net])
    sums = [english(sum(n), "CNY") for n in zip(*((row.gross, row.deduction, row.net) for row in facts.rows), strict=True)]
    table = Table([*rows, ["", "", "总计", *sums[:2], "", sums[2]]], repeatRows=1)
    table.setStyle(TableStyle([("FONTNAME", (0, 0), (-1, -1), "STSong-Light")]))
    heads = ("供应商付款清单", f"付款单位:上海某某贸易有限公司  币种:人民币  付款日期:{facts.day:%Y-%m-%d}")
    return printed(*(line(text, font="STSong-Light") for text in heads), table)


def page(facts: Facts) -> bytes:
    """A table within a table, the total in a sentence above."""

    def told(amount: int) -> str:
        return f"{german(amount, 'EUR')} EUR"

    rows = "".join(
        f"<tr><td><font size=2>{row.day:%d.%m.%y}</font></td><td><p>{row.document_no}</p></td><td align=right>{told(row.gross)}</td>"
        f"<td>{told(-row.discount) if row.discount else ''}</td><td align=right><b>{told(row.net)}</b></td></tr>"
        for row in facts.rows
    )
    heads = "<tr><th>Datum</th><th>Rechnung</th><th>Betrag</th><th>./. Skonto</th><th>Zahlung</th></tr>"
    letter = f"Wir haben am {facts.day:%d.%m.%Y} den Betrag von <b>{told(facts.total)}</b> auf Ihr Konto überwiesen."
    message = EmailMessage()
    message["From"], message["Subject"] = "buchhaltung@example.com", "Avis"
    message.set_content("Diese Nachricht ist eine Seite.")
    inner = f"<table>{heads}{rows}</table>"
    body = f"<table><tr><td><h2>Avis</h2></td></tr><tr><td>{letter}</td></tr><tr><td>{inner}</td></tr></table><p>HRB 12345</p>"
    message.add_alternative(body, subtype="html")
    return message.as_bytes()


LAYOUTS: Sequence[tuple[Callable[[Facts], bytes], str, str]] = (
    (american, "english", "USD"),
    (swiss_list, "ledger", "CHF"),
    (chinese, "chinese", "CNY"),
    (page, "english", "EUR"),
)  # fmt: skip


@pytest.mark.parametrize(("layout", "like", "currency"), LAYOUTS, ids=lambda one: getattr(one, "__name__", one))
@pytest.mark.parametrize("rows", [1, 4, 60])
def test_a_layout_nobody_thought_of_is_read(layout: Callable[[Facts], bytes], like: str, currency: str, rows: int) -> None:
    facts = replace(facts_for(BY_NAME[like], random.Random(rows), rows), currency=currency)
    documents, data = issued(facts, "RE-2026-0000"), layout(facts)
    read = read_mail(data, "a.eml", documents) or read_pdf(data, "a.pdf", documents)
    assert read is not None
    told = [(row.document_no, row.discount, row.deduction, row.net) for one in read.advices for row in one.rows]
    assert told == [(row.document_no, row.discount, row.deduction, row.net) for row in facts.rows]
    assert [(one.currency, one.date) for one in read.advices] == [(currency, facts.day)]
    assert {one.payer_name for one in read.advices} <= {"", "Muster AG, 8000 Zürich", "上海某某贸易有限公司"}
