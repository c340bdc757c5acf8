"""How long a list of open items takes that is in an ERP's own layout: a German CSV of SAP, and a workbook.

Run it with ``python -m benchmarks.list_layouts [ROWS]``; it prints seconds of the whole reading, from bytes to checked items.
"""

import datetime as dt
import io
import sys
import time

import polars as pl

from matcher.openitems.layouts.convert import Context
from matcher.openitems.layouts.library import available
from matcher.openitems.readers import How, read_file

_TITLES = (
    "Debitor", "Debitor: Name", "Buchungskreis", "Zuordnung", "Belegnummer", "Belegart", "Referenz", "Belegdatum", "Nettofälligkeit",
    "Betrag in Belegwährung", "Belegwährung", "Betrag in Hauswährung", "Hauswährung", "Zahlungsbedingung",
)  # fmt: skip
_START = dt.date(2026, 1, 1)


def rows(count: int) -> list[tuple[object, ...]]:
    """Documents of 2,000 customers."""
    made: list[tuple[object, ...]] = []
    for number in range(count):
        day = _START + dt.timedelta(days=number % 300)
        amount = (number * 7919 % 1_000_000 + 100) / 100
        made.append((
            f"{10_000 + number % 2_000:010d}", f"Kunde {number % 2_000}", "1000", day.strftime("%Y%m%d"), str(1_800_000_000 + number), "RV",
            str(90_000_000 + number), day, day + dt.timedelta(days=30), amount, "EUR", amount, "EUR", "2% 10 Tage, 30 Tage netto",
        ))  # fmt: skip
    return made


def as_text(documents: list[tuple[object, ...]]) -> bytes:
    """A text with semicolons, decimal commas and days with points, in the code page of Windows."""
    lines = [";".join(_TITLES)]
    for document in documents:
        cells = (
            f"{cell:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".") if isinstance(cell, float)
            else cell.strftime("%d.%m.%Y") if isinstance(cell, dt.date) else str(cell)
            for cell in document
        )  # fmt: skip
        lines.append(";".join(cells))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def as_workbook(documents: list[tuple[object, ...]]) -> bytes:
    """A workbook with real numbers and days below a title row."""
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"constant_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "Offene Posten")
        sheet.write_row(1, 0, _TITLES)
        for place, document in enumerate(documents, 2):
            for column, cell in enumerate(document):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(place, column, dt.datetime.combine(cell, dt.time()))
                else:
                    sheet.write(place, column, cell)
    return made.getvalue()


def measure(name: str, data: bytes, how: How) -> None:
    """Prints how long a file takes."""
    start = time.perf_counter()
    read = read_file("items", data, name, ["1"], how=how)
    seconds = time.perf_counter() - start
    sys.stdout.write(f"{name}: {read.frame.height} items, {len(data) / 1e6:.1f} MB, {seconds:.2f} s, layout {read.table.layout}\n")


def main() -> None:
    """Measures both forms."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    customers = pl.DataFrame(
        [(str(10_000 + n), "", f"Kunde {n}", "", "", "EUR") for n in range(2_000)],
        schema=["customer_id", "customer_no", "name", "trade_name", "alias", "currency"],
        orient="row",
    )
    how = How(available({}), "", Context({"1": "Nordwerk"}, "EUR", customers))
    documents = rows(count)
    measure("items.csv", as_text(documents), how)
    measure("items.xlsx", as_workbook(documents), how)


if __name__ == "__main__":
    main()
