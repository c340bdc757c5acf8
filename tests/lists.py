"""Rows of a list for tests of how lists look: Latin and Chinese names, currencies with two places, none and three."""

from typing import Any

from matcher.cli.tables import Column, Kind, Tone
from matcher.cli.tables.columns import Table
from matcher.cli.tables.standard import ten

COLUMNS = (
    Column("line_id", "line", priority=0, shown=ten), Column("booking_date", "date", Kind.DATE), Column("entity", priority=4, once=True),
    Column("payer", kind=Kind.TEXT, priority=1), Column("text", kind=Kind.TEXT, priority=3),
    Column("amount", kind=Kind.AMOUNT, priority=0, total=True), Column("pending", "not applied", Kind.AMOUNT, priority=2, total=True),
    Column("currency", " ", priority=0, once=True), Column("confidence", kind=Kind.SHARE, priority=2),
    Column("days", "days late", Kind.COUNT, priority=3, tone=lambda row: Tone.BAD if row["days"] > 90 else Tone.PLAIN),
    Column("state", priority=5, tones={"posted": Tone.GOOD}),
)  # fmt: skip
COMPLETE = ("line_id", "booking_date", "entity", "payer", "text", "amount", "pending", "currency", "confidence", "days", "state")
HEAD = ("Brennhof group", "receipts that wait", "31 Oct 2026")


def row(line_id: str, day: str, payer: str, text: str, amount: str, pending: str, currency: str, *rest: Any) -> dict[str, Any]:
    confidence, days, state = rest
    return {
        "line_id": line_id, "booking_date": day, "entity": "1", "payer": payer, "text": text, "amount": amount, "pending": pending,
        "currency": currency, "confidence": confidence, "days": days, "state": state,
    }  # fmt: skip


LATIN = [
    row("5ab7942aa34d9d47", "2026-10-09", "TIDEWATER PROCESS SYSTEMS INC", "WIRE IN EX-2026-0111", "15845.00", "0.00", "USD",
        "0.999999", 0, "posted"),
    row("561e1f7b6ac09d67", "2026-10-07", "BAECKEREITECHNIK OHLSEN GMBH", "Rechnung vom 15.9.", "2318.45", "2318.45", "EUR",
        "0.642786", 120, "proposed"),
    row("365f7a9113536348", "2026-10-29", "BAECKEREITECHNIK OHLSEN GMBH", "RUECKLASTSCHRIFT AC04", "-643.00", "-643.00", "EUR",
        "", 3, "none"),
]  # fmt: skip
CHINESE = [
    row("368d86ad10fbeeed", "2026-10-16", "昆山裕丰印染有限公司", "货款 转账", "28730.00", "28730.00", "CNY", "0.85", 0, "proposed"),
    row("7d68d067ca0b2d36", "2026-10-23", "王晓蓓", "代付货款 转账 上海临澜环保工程有限公司", "1234567", "0", "JPY", "", 91, "none"),
    row("0b1e2c121e42cdbe", "2026-10-28", "苏州市吴中区科学技术局", "研发补助", "12000.125", "0.000", "BHD", "", 0, "none"),
]  # fmt: skip


def of(rows: list[dict[str, Any]], title: str = "") -> Table:
    known = {column.name: column for column in COLUMNS}
    return Table(rows, COLUMNS, tuple(known[name] for name in COMPLETE), title, HEAD)
