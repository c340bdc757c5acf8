"""Tables to statements: every refusal names its line, every balance proves what it can."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from matcher.errors import MatcherError
from matcher.inspection import inspect, records
from matcher.model import Problem, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import BATCH_ROWS, MAX_LINE, Event, ParseOptions, RowBatch, Source
from matcher.parsers.csv import PARSER, columnar, parser
from matcher.parsers.csv.propose import propose
from matcher.parsers.tally import FileTally

HEADER = "account,booking_date,value_date,amount,currency,remittance_information,balance\n"


def events(text: str | bytes, options: ParseOptions | None = None) -> list[Event]:
    data = text if isinstance(text, bytes) else text.encode()
    tally = FileTally()
    return list(tally.watch(PARSER.parse(Source.of(data), options or ParseOptions())))


def problems(text: str | bytes, options: ParseOptions | None = None) -> list[tuple[str, str, int]]:
    found = [e for e in events(text, options) if isinstance(e, Problem) and e.severity != "info"]
    return [(p.code, p.severity, p.line) for p in found]


def rows(text: str | bytes, options: ParseOptions | None = None) -> list[Transaction]:
    return [row for event in events(text, options) if isinstance(event, RowBatch) for row in records(event)]


def outcome(text: str | bytes, options: ParseOptions | None = None) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    found: str = inspect(Source.of(data), options or ParseOptions(), "csv")["outcome"]
    return found


@pytest.fixture(params=["columns", "rows"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The plain layout read in bulk and row by row."""
    if request.param == "rows":
        monkeypatch.setattr(parser, "is_plain", lambda *_: False)
    return str(request.param)


def test_an_empty_file() -> None:
    assert problems("") == [("file.empty", "fatal", 0)]


def test_a_header_without_rows_is_an_empty_statement_file(either_way: str) -> None:
    assert outcome(HEADER) == "empty"
    assert [(e.code, e.severity) for e in events(HEADER) if isinstance(e, Problem)] == [("file.no_statement", "info")]


def test_a_header_without_rows_but_with_balances_is_a_statement_without_lines() -> None:
    head = 'Account Number : 08012345678,,,,\nBalance at end of period,,,,"{}"\nDate,Operation Number,Label,Debit,Credit\n'
    ends = [e for e in events(head.format("+100,00")) if isinstance(e, StatementEnd)]
    assert [end.closing and end.closing.amount for end in ends] == [10000]
    assert [code for code, _, _ in problems(head.format("n/a"))] == ["note.balance_missing"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A,2026-01-05,,12.345,EUR,t,", "amount.decimals"),
        ("A,2026-01-05,,12.3.4,EUR,t,", "amount.invalid"),
        ('A,2026-01-05,,"1,200.00",EUR,t,', "amount.invalid"),
        ("A,2026-01-05,,99999999999999999.00,EUR,t,", "amount.range"),
        ("A,05.01.2026,,1.00,EUR,t,", "date.invalid"),
        ("A,2026-02-30,,1.00,EUR,t,", "date.invalid"),
        ("A,2026-01-05,2026-13-01,1.00,EUR,t,", "date.invalid"),
        ("A,2026-01-05,,1.00,EUX,t,", "currency.unknown"),
        ("A,2026-01-05,,1.50,JPY,t,", "amount.decimals"),
        (",2026-01-05,,1.00,EUR,t,", "row.invalid"),
        ("A,,,1.00,EUR,t,", "row.invalid"),
        ("A,2026-01-05,,,EUR,t,", "row.invalid"),
        ("A,2026-01-05,,1.00,,t,", "row.invalid"),
        ("A,2026-01-05,,1.00,EUR,t,1.00,more", "row.width"),
        ("A,2026-01-05,,1.00", "row.invalid"),
        ("A,2026-01-05,,1.00,EUR,t,1.001", "amount.decimals"),
        ('A,2026-01-05,,1.00,EUR,"t,1', "row.invalid"),
        ("A,2026-01-05,,1.00,EUR,t\0,", "row.invalid"),
    ],
)
def test_a_bad_row_is_an_error_at_its_line_and_its_neighbours_are_read(row: str, code: str, either_way: str) -> None:
    text = HEADER + 'A,2026-01-04,,1.00,EUR,"two\nlines",\n' + row + "\nA,2026-01-06,,2.00,EUR,,\n\nA,2026-01-07,,4.00,EUR,,\n"
    assert problems(text) == [(code, "error", 4)]
    assert [(r.line, r.amount) for r in rows(text)] == [(2, 100), (5, 200), (7, 400)]
    assert outcome(text) == "partial"


def test_an_error_names_the_column_and_not_the_row(either_way: str) -> None:
    text = HEADER + "A,2026-01-05,,12.345,EUR,secret text,\n"
    message = next(e.message for e in events(text) if isinstance(e, Problem) and e.severity == "error")
    assert "column amount" in message
    assert "secret" not in message


def test_trailing_zeros_and_trailing_empty_cells_are_fine(either_way: str) -> None:
    text = HEADER + "A,2026-01-05,,1200.00,JPY,,,,,\nA,2026-01-05,,7.500,KWD,,\nA,2026-01-06,,5,EUR\n"
    assert [(r.amount, r.currency) for r in rows(text)] == [(1200, "JPY"), (7500, "KWD"), (500, "EUR")]
    assert problems(text) == []


def test_a_row_cut_off_at_the_end_of_the_file(either_way: str) -> None:
    text = HEADER + "A,2026-01-05,,1.00,EUR,,\nA,2026-01-06,,1.00,EUR,inv"
    assert problems(text) == [("file.cut", "error", 3)]
    assert len(rows(text)) == 1
    assert problems(HEADER + "A,2026-01-05,,1.00,EUR,,") == []


def test_a_booking_cut_off_before_its_balance_where_rows_may_end_anywhere() -> None:
    text = (
        "交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言\n"
        "20260201,123456,转存,+10000.00,11000.00,李强,369396693,超级网银,一月工程款\n"
        "20260204,,结息,+0."
    )
    found = list(PARSER.parse(Source.of(text.encode()), ParseOptions(account="1", currency="CNY")))
    assert [(e.code, e.severity, e.line) for e in found if isinstance(e, Problem)] == [("file.cut", "error", 3)]


def test_wrong_bytes_name_their_line(either_way: str) -> None:
    data = (HEADER + "A,2026-01-05,,1.00,EUR,\u00e9,\n" * 3).encode() + b"A,2026-01-05,,1.00,EUR,\xe9,\n"
    assert problems(data) == [("file.encoding", "fatal", 5)]
    assert outcome(data) == "reject"


def test_a_line_of_ten_megabytes(either_way: str) -> None:
    data = (HEADER + "A,2026-01-05,,1.00,EUR,,\n").encode() * 2 + b"A,2026-01-05,,1.00,EUR," + b"x" * (10 << 20) + b",\n"
    assert ("file.too_large", "fatal", 5) in problems(data)
    assert MAX_LINE < 10 << 20


def test_a_quotation_mark_never_closed_spoils_one_line(either_way: str) -> None:
    good = "".join(f"A,2026-01-06,,{n}.00,EUR,text {n},\n" for n in range(300))
    text = HEADER + 'A,2026-01-05,,1.00,EUR,"open,\n' + good
    assert problems(text) == [("row.invalid", "error", 2)]
    assert len(rows(text)) == 300


def test_old_line_ends(either_way: str) -> None:
    text = (HEADER + "A,2026-01-05,,1.00,EUR,,\nA,2026-01-05,,x,EUR,,\n").replace("\n", "\r")
    assert [r.line for r in rows(text)] == [2]
    assert problems(text) == [("amount.invalid", "error", 3)]


def test_two_accounts_and_two_currencies_make_a_statement_each(either_way: str) -> None:
    text = HEADER + "A,2026-01-05,,1.00,EUR,,\nB,2026-01-05,,2.00,EUR,,\nA,2026-01-06,,3.00,USD,,\nB,2026-01-06,,4.00,EUR,,\n"
    starts = [e for e in events(text) if isinstance(e, StatementStart)]
    assert [(s.statement, s.account, s.currency) for s in starts] == [(0, "A", "EUR"), (1, "B", "EUR"), (2, "A", "USD")]
    assert [r.amount for r in rows(text)] == [100, 200, 400, 300]


def table(*lines: tuple[str, str]) -> str:
    return HEADER + "".join(f"A,2026-01-{day:02d},,{amount},EUR,,{balance}\n" for day, (amount, balance) in enumerate(lines, 1))


OLDEST_FIRST = (("10.00", "110.00"), ("-20.00", "90.00"), ("5.00", "95.00"), ("7.00", "102.00"))


@pytest.mark.parametrize("backwards", [False, True])
def test_the_running_balance_gives_opening_and_closing_in_either_order(backwards: bool, either_way: str) -> None:
    text = HEADER + "".join(table(*OLDEST_FIRST).splitlines(keepends=True)[1:][:: -1 if backwards else 1])
    (end,) = [e for e in events(text) if isinstance(e, StatementEnd)]
    assert end.opening is not None
    assert end.closing is not None
    assert (end.opening.amount, end.closing.amount) == (10000, 10200)
    assert problems(text) == []


@pytest.mark.parametrize("backwards", [False, True])
def test_a_lost_line_is_found_where_the_balance_breaks(backwards: bool, either_way: str) -> None:
    lines = [line for place, line in enumerate(table(*OLDEST_FIRST).splitlines(keepends=True)[1:]) if place != 1]
    found = problems(HEADER + "".join(lines[:: -1 if backwards else 1]))
    assert {code for code, _, _ in found} == {"statement.unbalanced"}
    assert found[0][2] == (4 if backwards else 3)


def test_exchanged_signs_are_called_so(either_way: str) -> None:
    text = table(("-10.00", "110.00"), ("20.00", "90.00"), ("-5.00", "95.00"), ("-7.00", "102.00"))
    message = next(e.message for e in events(text) if isinstance(e, Problem) and e.code == "statement.unbalanced")
    assert "credit and debit exchanged" in message


def test_blank_balances_are_bridged(either_way: str) -> None:
    assert problems(table(("10.00", "110.00"), ("-20.00", ""), ("5.00", "95.00"), ("7.00", ""))) == []
    assert [c for c, _, _ in problems(table(("10.00", "110.00"), ("-20.00", ""), ("5.00", "96.00"), ("7.00", "103.00")))] != []


def test_the_chinese_columns_are_the_banks_view_and_the_balance_proves_it() -> None:
    head = "交易日期,借方(出账),贷方(入账),余额,摘要,收(付)方名称,收(付)方账号,交易类型\n"
    right = head + '20260204,,"100.00","600.00",a,b,c,d\n20260211,"50.00",,"550.00",a,b,c,d\n20260212,"30.00",,"520.00",a,b,c,d\n'
    assert [r.amount for r in rows(right)] == [10000, -5000, -3000]
    turned = head + '20260204,"100.00",,"600.00",a,b,c,d\n20260211,,"50.00","550.00",a,b,c,d\n20260212,,"30.00","520.00",a,b,c,d\n'
    assert "statement.unbalanced" in [code for code, _, _ in problems(turned, ParseOptions(account="1"))]


def bank(body: str, **parts: str) -> ParseOptions:
    """A caller's layout with columns Tag, Wert, Text and what `body` adds."""
    columns = {"booking_date": '["Tag"]', "amount": '["Wert"]', "remittance_information": '["Text"]'} | parts
    listed = "\n".join(f"{key} = {value}" for key, value in columns.items())
    head = 'name = "own"\nbank = "Own"\ncountry = ""\nseen = "invented"\n'
    top, _, rest = body.partition("---")
    return ParseOptions(account="1", profiles={"own": f"{head}{top}\n[columns]\n{listed}\n{rest}"})


def test_a_file_without_any_currency_is_refused() -> None:
    assert problems("Tag,Wert,Text\n2026-01-05,1.00,x\n", bank("")) == [("currency.missing", "fatal", 1)]
    options = bank("")
    named = ParseOptions(account="1", currency="CHF", profiles=options.profiles)
    assert [r.currency for r in rows("Tag,Wert,Text\n2026-01-05,1.00,x\n", named)] == ["CHF"]


def test_a_currency_beside_the_figure_must_agree_with_the_column() -> None:
    options = bank("", currency='["Ccy"]')
    text = "Tag,Wert,Text,Ccy\n2026-01-05,CHF 1.00,x,CHF\n2026-01-05,EUR 1.00,x,CHF\n2026-01-05,2.00 USD,x,\n"
    assert problems(text, options) == [("currency.mixed", "error", 3)]
    assert [r.currency for r in rows(text, options)] == ["CHF", "USD"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(("03/04/2026", "05/04/2026"), "date.ambiguous"), (("03/04/2026", "13/04/2026"), 3), (("03/04/2026", "04/13/2026"), 4),
     (("14/04/2026", "04/13/2026"), "date.ambiguous")],
)  # fmt: skip
def test_the_order_of_day_and_month_is_the_columns(days: tuple[str, str], expected: str | int) -> None:
    options = bank('currency = "EUR"\n---[dates]\nformats = ["%d/%m/%Y", "%m/%d/%Y"]')
    text = "Tag,Wert,Text\n" + "".join(f"{day},1.00,x\n" for day in days)
    if isinstance(expected, str):
        assert problems(text, options) == [(expected, "fatal", 1)]
    else:
        assert rows(text, options)[0].booking_date.day == expected


@pytest.mark.parametrize(
    ("figures", "expected"),
    [(("2,000", "3,000"), None), (("2,000", "1.50"), [200000, 150]), (("2.000", "1,50"), [200000, 150]), (("2,00", "1.50"), None),
     (("2", "3"), [200, 300]), (("1.234,50", "2.000"), [123450, 200000])],
)  # fmt: skip
def test_the_decimal_mark_is_the_columns(figures: tuple[str, str], expected: list[int] | None) -> None:
    options = bank('currency = "EUR"\n---[amounts]\ndecimal = "auto"')
    text = "Tag,Wert,Text\n" + "".join(f'2026-01-05,"{figure}",x\n' for figure in figures)
    if expected is None:
        assert problems(text, options) == [("amount.ambiguous", "fatal", 1)]
    else:
        assert [r.amount for r in rows(text, options)] == expected


def test_special_rows() -> None:
    body = 'currency = "EUR"\n---'
    for column, word, means in (("status", "offen", "pending"), ("status", "storniert", "neutral"), ("first", "Summe", "end")):
        body += f'\n[[special]]\ncolumn = "{column}"\nwords = ["{word}"]\nmeans = "{means}"\n'
    options = bank(body, status='["Stand"]')
    text = (
        "Tag,Wert,Text,Stand\n2026-01-05,1.00,a,ok\n2026-01-06,2.00,b,offen\n2026-01-07,4.00,c,storniert\n,8.00,d,offen\nSumme,1.00,,\n"
        "erstellt am 08.01.2026\n2026-01-09,16.00,late,ok\n"
    )
    assert [(r.amount, r.pending) for r in rows(text, options)] == [(100, False), (200, True), (1600, False)]
    notes = {e.code: e.message for e in events(text, options) if isinstance(e, Problem) and e.severity == "info"}
    assert notes["note.neutral"].endswith(": 1")
    assert "not booked: 2" in notes["note.pending"]


def test_control_sums_of_a_totals_row_are_checked() -> None:
    head = "Data;Histórico;Docto.;Crédito (R$);Débito (R$);Saldo (R$)\n"
    text = head + "05/01/2026;A;1;10,00;;110,00\n05/01/2026;B;2;;4,00;106,00\nTotal;;;{};4,00;106,00\n"
    assert problems(text.format("10,00"), ParseOptions(account="1")) == []
    assert [code for code, _, _ in problems(text.format("11,00"), ParseOptions(account="1"))] == ["statement.totals"]


def test_a_split_row_with_two_amounts_or_none_is_refused() -> None:
    text = "Date,Details,Debit,Credit,Balance\n13/01/2026,a,1.00,2.00,\n14/01/2026,b,,,\n15/01/2026,c,0.00,5.00,\n"
    found = problems(text, ParseOptions(account="1"))
    assert found == [("row.invalid", "error", 2), ("row.invalid", "error", 3)]
    assert [r.amount for r in rows(text)] == [500]


def test_repeated_headers_and_rows_of_words_are_no_bookings() -> None:
    text = HEADER + "A,2026-01-05,,1.00,EUR,,\n" + HEADER + "continued overleaf\nA,2026-01-06,,2.00,EUR,,\n"
    assert problems(text) == []
    assert len(rows(text)) == 2


def test_a_file_that_names_no_account_says_so() -> None:
    text = "Date,Details,Debit,Credit,Balance\n13/01/2026,a,1.00,,9.00\n"
    said = [event for event in PARSER.parse(Source.of(text.encode()), ParseOptions()) if isinstance(event, Problem)]
    assert ("account.missing", "info", 1) in [(event.code, event.severity, event.line) for event in said]
    assert problems(text, ParseOptions(account="77")) == []


def test_chunks_may_end_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        f'A,2026-01-05,,{n}.00,EUR,"a ""b""\r\nc,{n}" ,\n' if n % 7 == 3 else f'B,2026-01-06,,{n}.25,EUR,"x, {n}",\n' for n in range(60)
    ]
    lines[40] = 'A,2026-01-05,,bad,EUR,"q\nr",\n'
    data = (HEADER + "".join(lines)).encode()
    expected = sorted(rows(data), key=lambda row: row.line)
    assert len(expected) == 59
    for size in (1, 2, 37, 64, 100, 1000):
        monkeypatch.setattr(columnar, "CHUNK", size)
        monkeypatch.setattr(columnar, "HEAD_BYTES", len(HEADER) + size)
        assert sorted(rows(data), key=lambda row: row.line) == expected
        assert len(problems(data)) == 1


def test_batches_are_bounded(either_way: str) -> None:
    text = HEADER + "A,2026-01-05,,1.00,EUR,some text to fill the line a little,\n" * (2 * BATCH_ROWS + 5)
    sizes = [len(e.rows) for e in events(text) if isinstance(e, RowBatch)]
    assert sum(sizes) == 2 * BATCH_ROWS + 5
    assert max(sizes) <= 4 * BATCH_ROWS
    assert {row.line for row in rows(text)} == set(range(2, 2 * BATCH_ROWS + 7))


OPEN = "http://schemas.openxmlformats.org"
OFFICE = f"{OPEN}/officeDocument/2006/relationships"


def relation(kind: str, target: str) -> str:
    one = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{OPEN}/package/2006/relationships">{one}</Relationships>'


def workbook(markup: str) -> bytes:
    """An XLSX file of one sheet with this markup."""
    sheet = f'<sheets><sheet name="S" sheetId="1" xmlns:r="{OFFICE}" r:id="r1"/></sheets>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{OPEN}/package/2006/content-types"><Default Extension="xml" ContentType="a/xml"/></Types>',
        "_rels/.rels": relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{OPEN}/spreadsheetml/2006/main">{sheet}</workbook>',
        "xl/_rels/workbook.xml.rels": relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": markup,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def cells(number: int, *values: str | float) -> str:
    made = "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' if isinstance(v, str) else f"<c><v>{v!r}</v></c>" for v in values)
    return f'<row r="{number}">{made}</row>'


def test_a_workbooks_numbers_are_exact_or_refused() -> None:
    markup = (
        cells(1, *HEADER.strip().split(","))
        + cells(2, "A", "2026-01-05", "", 0.1, "EUR")
        + cells(3, "A", "2026-01-05", "", 0.1 + 0.2, "EUR")
    )
    data = workbook(SHEET.format(markup))
    assert problems(data) == [("amount.decimals", "error", 3)]
    assert [r.amount for r in rows(data)] == [10]


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        (SHEET.format('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "file.too_large"),
        (SHEET.format('<row r="9999999"><c><v>1</v></c></row>'), "file.too_large"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + SHEET.format(""), "file.hostile"),
        ("<worksheet><unclosed", "file.malformed"),
    ],
)
def test_a_workbook_that_claims_too_much_is_refused(markup: str, code: str) -> None:
    assert [c for c, _, _ in problems(workbook(markup))] == [code]


def test_entities_in_workbooks_written_as_text_are_refused() -> None:
    attack = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    text = f'<?xml version="1.0"?>{attack}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">&a;</Workbook>'
    assert [c for c, _, _ in problems(text)] == ["file.hostile"]


def test_a_zip_file_that_is_no_workbook_is_not_claimed() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("statement.xml", "<Document/>")
    source = Source.of(packed.getvalue())
    assert PARSER.recognise(source.head(), source, ParseOptions()) == ""


def test_a_proposed_layout_reads_the_file_it_was_proposed_from() -> None:
    text = (
        "Extracto\nIBAN;ES91 2100 0418 4502 0005 1332\n\nFecha operación;Fecha valor;Concepto;Importe;Divisa;Saldo\n"
        "17/01/2026;17/01/2026;ACME SL;1.200,50;EUR;1.500,50\n18/01/2026;19/01/2026;LUZ;-45,10;EUR;1.455,40\n"
    )
    source = Source.of(text.encode("cp1252"), "extracto.csv")
    toml, first = propose(source, "es-acme")
    assert [(r.booking_date.isoformat(), r.amount, r.currency, r.balance) for r in first] == [
        ("2026-01-17", 120050, "EUR", 150050),
        ("2026-01-18", -4510, "EUR", 145540),
    ]
    found = inspect(source, ParseOptions(profiles={"es-acme": toml}), "csv")
    assert found["format"] == "csv:es-acme"
    assert found["statements"][0]["account"] == "ES9121000418450200051332"
    assert found["statements"][0]["balanced"] is True


def test_a_proposal_marks_what_is_not_certain() -> None:
    toml, first = propose(Source.of("日期,摘要,金额,余额\n2026/1/5,货款,100.00,300.00\n".encode("gb18030")), "cn-x")
    assert 'encodings = ["gb18030"]' in toml
    assert "CHECK no amount is negative" in toml
    assert "CHECK the file does not say its currency" in toml
    assert [r.amount for r in first] == [10000]


def test_a_proposal_for_a_table_without_header_goes_by_what_cells_look_like() -> None:
    text = "".join(f"{day};12345678;ACME {day} Ltd;{amount};EUR;{balance}\n" for day, amount, balance in
                   (("17.01.2026", "10,00", "110,00"), ("18.01.2026", "-20,00", "90,00"), ("19.01.2026", "5,00", "95,00")))  # fmt: skip
    toml, first = propose(Source.of(text.encode()), "own")
    assert "CHECK no header" in toml
    assert [(r.amount, r.balance, r.currency, r.remittance_information) for r in first][:2] == [
        (1000, 11000, "EUR", "ACME 17.01.2026 Ltd"),
        (-2000, 9000, "EUR", "ACME 18.01.2026 Ltd"),
    ]


def test_nothing_is_proposed_for_what_is_no_table() -> None:
    with pytest.raises(MatcherError) as caught:
        propose(Source.of(b"Dear Sir,\nas agreed, see below.\n"))
    assert caught.value.code == "file.unknown"


def test_a_header_that_names_the_amount_twice_is_refused(either_way: str) -> None:
    assert problems("account,booking_date,amount,currency,amount\nA,2026-01-05,1.00,EUR,2.00\n") == [("file.malformed", "fatal", 1)]


def test_a_cell_is_never_cut_to_fit(either_way: str) -> None:
    text = HEADER + f"A,2026-01-05,,1.00{' ' * 200}9,EUR,,\nA,2026-01-05{' ' * 200}7,,1.00,EUR,,\n"
    assert problems(text) == [("amount.invalid", "error", 2), ("date.invalid", "error", 3)]
    options = bank('currency = "EUR"')
    assert problems(f"Tag,Wert,Text\n2026-01-05,1.00{' ' * 200}9,x\n", options) == [("amount.invalid", "error", 2)]


def test_many_accounts_do_not_fall_into_tiny_batches() -> None:
    text = HEADER + "".join(f"A{n % 500},2026-01-05,,1.00,EUR,,{1 + n // 500}.00\n" for n in range(50_000))
    found = events(text)
    assert sum(isinstance(e, StatementStart) for e in found) == 500
    assert sum(isinstance(e, RowBatch) for e in found) <= 1000
    assert [p for p in found if isinstance(p, Problem)] == []


def test_an_instructed_amount_needs_its_currency(either_way: str) -> None:
    head = "account,booking_date,amount,currency,instructed_amount,instructed_currency\n"
    text = head + "A,2026-01-05,-1.00,EUR,5.00,\nA,2026-01-05,-1.00,EUR,5.00,USD\nA,2026-01-05,-1.00,EUR,,USD\n"
    assert problems(text) == [("row.invalid", "error", 2)]
    assert [(r.instructed_amount, r.instructed_currency) for r in rows(text)] == [(-500, "USD"), (None, "")]


def test_the_plain_layout_may_be_parquet() -> None:
    frame = pl.DataFrame(
        {
            "account": ["A", "A", "A"],
            "booking_date": [date(2026, 1, 5), date(2026, 1, 6), None],
            "amount": [Decimal("10.00"), Decimal("-2.50"), Decimal("1.00")],
            "currency": ["EUR", "EUR", "EUR"],
            "balance": [110.0, 107.5, None],
            "cost_centre": [4100, None, 1],
        }
    )
    packed = io.BytesIO()
    frame.write_parquet(packed)
    assert problems(packed.getvalue()) == [("row.invalid", "error", 3)]
    assert [(r.line, r.amount, r.balance) for r in rows(packed.getvalue())] == [(1, 1000, 11000), (2, -250, 10750)]
    assert problems(packed.getvalue()[:-9]) == [("file.malformed", "fatal", 0)]
    packed = io.BytesIO()
    frame.drop("amount").write_parquet(packed)
    assert [code for code, _, _ in problems(packed.getvalue())] == ["column.missing"]


def test_bookings_above_the_header_are_named() -> None:
    header, *body = "Date,Details,Debit,Credit,Balance\n13/01/2026,a,1.00,,9.00\n14/01/2026,b,2.00,,7.00\n".splitlines(keepends=True)
    text = body[0] + header + body[1]
    assert problems(text, ParseOptions(account="1")) == [("row.invalid", "error", 1)]
    assert [r.amount for r in rows(text)] == [-200]
    assert problems("Statement of,12/01/2026\nPeriod,1,2,,\n" + header + "".join(body), ParseOptions(account="1")) == []


def test_rows_of_totals_and_balances_are_no_bookings() -> None:
    text = "Date,Details,Debit,Credit,Balance\n13/01/2026,a,1.00,,9.00\nTotal,,1.00,,\nClosing balance,,,,9.00\nPaid,,4.00,,\n"
    assert problems(text, ParseOptions(account="1")) == [("date.invalid", "error", 5)]


def test_a_quotation_mark_that_lost_its_partner_makes_no_second_account() -> None:
    titles = '"IBAN/BBAN","Munt","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Omschrijving-1","Omschrijving-2","Omschrijving-3"\n'
    row = 'NL02ABNA0123456789","EUR","{0}","2026-03-{0}","2026-03-{0}","+5,00","+{0},00","a","",""\n'
    found = inspect(Source.of((titles + '"' + row.format(15) + row.format(20)).encode()), ParseOptions())
    assert [(s["account"], s["closing"]) for s in found["statements"]] == [("NL02ABNA0123456789", "20.00")]
    assert [p["code"] for p in found["problems"] if p["severity"] == "warning"] == ["note.syntax"]


@pytest.mark.parametrize(
    ("reference", "kept"),
    [("2026031500001234", "2026031500001234"), ("2.02603E+20", ""), ("202603150000123000000", ""), ("1000000000", "1000000000")],
)
def test_references_that_a_spreadsheet_has_damaged_are_not_used(either_way: str, reference: str, kept: str) -> None:
    text = f"account,booking_date,amount,currency,bank_reference\nA,2026-01-05,1.00,EUR,{reference}\nA,2026-01-06,1.00,EUR,x\n"
    assert [row.bank_reference for row in sorted(rows(text), key=lambda row: row.line)] == [kept, "x"]
    assert problems(text) == ([] if kept else [("note.identity", "warning", 1)])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("EREF+R-77MREF+M-9CRED+DE98ZZZ0SVWZ+Rechnung 77 Glas", ("Rechnung 77 Glas", "R-77", "M-9")),
        ("SVWZ+Rechnung 77 ABWA+Werk Sued", ("Rechnung 77 ABWA+Werk Sued", "", "")),
        ("EREF+NOTPROVIDED SVWZ+Miete", ("Miete", "", "")),
        ("Miete SVWZ+ Maerz", ("Miete SVWZ+ Maerz", "", "")),
    ],
)
def test_sepa_words_in_the_text_of_a_table(text: str, read: tuple[str, str, str]) -> None:
    titles = "Auftragskonto;Buchungstag;Valutadatum;Buchungstext;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;Betrag;Waehrung\n"
    (row,) = rows(titles + f"DE02120300000000202051;13.01.26;13.01.26;GUTSCHRIFT;{text};Glas GmbH;7,70;EUR\n")
    assert (row.remittance_information, row.end_to_end_id, row.mandate_id) == read


def sheets_of(*sheets: tuple[str, str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, state, content in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for cells in content:
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


COLUMNS: list[object] = ["account", "booking_date", "amount", "currency", "bank_reference"]
MARCH: list[list[object]] = [COLUMNS, ["A", "2026-03-05", 12.5, "EUR", "R1"], ["A", "2026-03-06", -2.5, "EUR", "R2"]]
APRIL: list[list[object]] = [COLUMNS, ["A", "2026-04-05", 7, "EUR", "R3"]]


@pytest.mark.parametrize(
    ("sheets", "amounts", "said"),
    [
        ([("Mar", "visible", MARCH), ("Mar (2)", "visible", MARCH)], [1250, -250], ["'Mar (2)' repeats rows of sheet 'Mar'"]),
        ([("Mar", "visible", MARCH[:2]), ("All", "visible", MARCH)], [1250, -250], ["'Mar' repeats rows of sheet 'All'"]),
        ([("Mar", "visible", MARCH), ("Old", "hidden", APRIL)], [1250, -250], ["'Old' is hidden"]),
        ([("Mar", "visible", MARCH), ("Old", "veryHidden", APRIL)], [1250, -250], ["'Old' is hidden"]),
        ([("Mar", "visible", MARCH), ("Apr", "visible", APRIL)], [1250, -250, 700], []),
        ([("Notes", "visible", [["see the other sheet"]]), ("Mar", "hidden", MARCH)], [1250, -250], []),
    ],
)
def test_sheets_that_do_not_count(sheets: list[tuple[str, str, list[list[object]]]], amounts: list[int], said: list[str]) -> None:
    data = sheets_of(*sheets)
    assert [row.amount for row in rows(data)] == amounts
    found = [event.message for event in events(data) if isinstance(event, Problem) and event.code == "note.sheet"]
    assert [words in message for words, message in zip(said, found, strict=True)] == [True] * len(said)


def test_numbers_of_more_digits_than_a_workbook_keeps_are_no_references() -> None:
    data = sheets_of(
        ("Mar", "visible", [COLUMNS, ["A", "2026-03-05", 12.5, "EUR", 20260305000012345678], ["A", "2026-03-06", 1, "EUR", 42]])
    )
    assert [row.bank_reference for row in rows(data)] == ["", "42"]
    assert problems(data) == [("note.identity", "warning", 1)]
