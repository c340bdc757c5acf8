"""Settlement files that are odd, damaged or hostile: each is an error with a code, or unproven; none is read as something it is not."""

import csv
import io
import re
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from settlement_files import (
    Movement,
    Writer,
    adyen,
    alipay_trade,
    mollie,
    paypal_activity,
    paypal_settlement,
    square,
    stripe,
    wechat_trade,
)

from matcher.errors import MatcherError
from matcher.remittance import registry
from matcher.remittance.records import AdviceFile, AdviceKind, IssuedDocument
from matcher.remittance.settlements import figures, read
from matcher.remittance.settlements.documents import IssuedNumbers
from matcher.remittance.settlements.library import load_report, shipped

FILES = Path(__file__).resolve().parents[2] / "fixtures" / "settlements"
PAYOUT = [Movement("payment", 101, 119_000, 1_790), Movement("refund", 90, -9_000, 0)]
EURO = [IssuedDocument("I1", "1", "C1", "R-2026-0101", "", "EUR", 100, 100)]


def sample(name: str) -> str:
    return (FILES / f"{name}.csv").read_bytes().decode("gb18030" if name.startswith("alipay") else "utf-8")


def held(text: str | bytes, documents: tuple[IssuedDocument, ...] = ()) -> AdviceFile:
    file = read(text if isinstance(text, bytes) else text.encode(), "report.csv", documents)
    assert file is not None
    return file


def refused(text: str | bytes) -> MatcherError:
    with pytest.raises(MatcherError) as error:
        read(text if isinstance(text, bytes) else text.encode(), "report.csv", ())
    return error.value


def doubts(text: str | bytes) -> list[str]:
    return [one.why for one in held(text).unproven]


def test_an_advice_says_who_pays_and_what_the_bank_line_carries() -> None:
    (advice,) = held(stripe([PAYOUT])).advices
    assert (advice.kind, advice.payer_name, advice.payment_reference) == (AdviceKind.PAYOUT, "Stripe", "po_0")
    assert (advice.advice_id, advice.currency, advice.total, advice.date) == ("po_0", "EUR", 108_210, date(2026, 3, 6))
    row = advice.rows[0]
    assert (row.document_no, row.gross, row.deduction, row.reason, row.net) == ("R-2026-0101", 119_000, 1_790, "fee", 117_210)


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2\n", b"\0\1\2", b"PK\x03\x04", "date,amount,text\n".encode("utf-16"), b"advice_id,document_no,net\n"]
)
def test_other_files_are_left_to_others(data: bytes) -> None:
    assert read(data, "other", ()) is None


@pytest.mark.parametrize(
    "name", [p.name for p in sorted((FILES.parent / "banks" / "csv").glob("*.csv")) if not p.name.startswith("paypal")]
)
def test_bank_statements_are_no_settlement_files(name: str) -> None:
    assert read((FILES.parent / "banks" / "csv" / name).read_bytes(), name, ()) is None


# -- figures that contradict each other


def test_both_figures_are_said_where_a_payout_is_not_its_entries() -> None:
    text = stripe([PAYOUT]).decode().replace("-1082.10", "-1082.11")
    assert doubts(text) == ["payout po_0: its entries are 1082.10 EUR, it is 1082.11 EUR"]


def test_a_row_that_does_not_add_up_spoils_its_payout_and_no_other() -> None:
    other = [Movement("payment", 500, 5_000, 10)]
    file = held(stripe([PAYOUT, other]).decode().replace("1190.00,17.90", "1190.00,17.91"))
    assert [advice.advice_id for advice in file.advices] == ["po_1"]
    assert [one.why for one in file.unproven] == ["payout po_0: report.csv:2: gross 1190.00 less fee 17.91 is 1172.09, not 1172.10 EUR"]
    assert len(file.unproven[0].rows) == 2


def test_a_payout_that_came_back_is_not_used() -> None:
    text = stripe([PAYOUT]).decode() + "txn_9,2026-03-09 00:00:00,eur,1082.10,0.00,1082.10,payout_reversal,po_0,RETURNED,po_0,\n"
    assert doubts(text) == ["payout po_0: it came back from the bank"]


def test_a_batch_without_its_payout_is_not_proven() -> None:
    text = "\n".join(line for line in sample("adyen").splitlines() if "MerchantPayout" not in line) + "\n"
    assert "the file has no row of the payout itself; its entries are 487.60 EUR" in doubts(text)[0]


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("wechat-trade", "`3,`1195.00", "`4,`1195.00", "statement.totals"),
        ("wechat-trade", "`1195.00,`20.00", "`1196.00,`20.00", "statement.totals"),
        ("wechat-funds", "`3.0,`1160.00", "`3.0,`1161.00", "statement.totals"),
        ("alipay-trade", "交易合计：2笔", "交易合计：3笔", "statement.totals"),
        ("alipay-account", "共1210.00元", "共1210.10元", "statement.totals"),
        ("paypal-settlement", '"SC",7', '"SC",8', "statement.totals"),
        ("paypal-settlement", '"SF","USD",62000', '"SF","USD",62001', "statement.totals"),
        ("paypal-settlement", '"CR",50000', '"XX",50000', "value.unknown"),
        ("paypal-settlement", '"CR",50000', '"CR",500.00', "amount.invalid"),
        ("paypal-settlement", '"CR",50000', '"CR",9999999999999999', "amount.range"),
        ("paypal-settlement", '"Gross Transaction Amount",', '"Gross",', "column.missing"),
        ("stripe", "1190.00,17.90", "=1190.00+1,17.90", "amount.invalid"),
        ("stripe", "1190.00,17.90", "1190.001,17.90", "amount.decimals"),
        ("stripe", "1190.00,17.90", "99999999999999999.00,17.90", "amount.range"),
        ("stripe", ",eur,1190.00", ",euro,1190.00", "currency.unknown"),
        ("stripe", "2026-03-02 09:12:44", "2. March", "date.invalid"),
        ("stripe", "R-2026-0101", '"=HYPERLINK(""http://x"")"', "row.invalid"),
        ("stripe", "R-2026-0101", "@SUM(A1)", "row.invalid"),
        ("stripe", "R-2026-0101", "R-2026\u202e-0101", "row.invalid"),
        ("stripe", "txn_1Q02", "txn_1Q01", "row.invalid"),
        ("stripe", "ch_1Q01,R-2026-0101", "ch_1Q01,R-2026-0101,x", "row.width"),
        ("stripe", "ch_1Q01,R-2026-0101", "ch_1Q01", "row.invalid"),
        ("stripe", ",Heron Books Ltd,ch_1Q01", ',"Heron Books Ltd,ch_1Q01', "file.malformed"),
        ("stripe", ",gross,fee,net,", ",gross,fee,gross,net,", "file.malformed"),
        ("adyen", ",,500.00,1,EUR,,495.70,,1.80,0.50,2.00", ",,,1,EUR,,,,,,", "row.invalid"),
        ("wechat-trade", "`1160.00,`0.00,`0,`0", "`1160.005,`0.00,`0,`0", "amount.decimals"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(name: str, old: str, new: str, code: str) -> None:
    text = sample(name)
    assert old in text
    error = refused(text.replace(old, new, 1).encode("gb18030" if name.startswith("alipay") else "utf-8"))
    assert (error.code, error.where.startswith("report.csv")) == (code, True)


def test_all_faults_of_a_file_are_named() -> None:
    error = refused(sample("stripe").replace("1190.00,17.90", "x,17.90", 1).replace("250.00,3.95", "y,3.95", 1))
    assert [fault.where for fault in error.faults] == ["report.csv:2", "report.csv:3"]


@pytest.mark.parametrize(
    ("data", "mark"),
    [
        (wechat_trade([PAYOUT]), "总交易单数"),
        (alipay_trade([PAYOUT]), "#-----------------------------------------业务明细列表结束"),
        (paypal_settlement([PAYOUT]), '"SC"'),
        (paypal_settlement([PAYOUT]), '"RF"'),
    ],
)
def test_a_report_without_its_end_is_cut_off(data: bytes, mark: str) -> None:
    encoding = "gb18030" if mark.startswith("#") else "utf-8"
    text = data.decode(encoding)
    assert refused(text[: text.index(mark)].encode(encoding)).code == "file.cut"


def test_a_last_row_that_is_not_complete_is_cut_off() -> None:
    assert refused(stripe([PAYOUT])[:-60]).code == "file.cut"


# -- what is in no payout, and what cannot be told apart


def test_what_is_in_no_payout_yet_is_said_with_count_and_sum() -> None:
    text = stripe([PAYOUT]).decode() + "txn_9,2026-03-09 00:00:00,eur,10.00,0.30,9.70,charge,ch_9,,,R-2026-0900\n"
    file = held(text)
    assert len(file.advices) == 1
    assert [(one.why, len(one.rows)) for one in file.unproven] == [("1 entry is in no payout of this file: 9.70 EUR", 1)]


def test_the_balance_before_the_file_is_no_payment_of_it() -> None:
    lines = paypal_activity([PAYOUT]).decode("utf-8-sig").splitlines()
    text = "\n".join(lines[:-1]) + "\n"  # the oldest payment is in last month's file
    assert doubts(text) == [
        "payout W0: 1172.10 EUR of the balance is from before its first entry in this file; its entries are -90.00 EUR, it is 1082.10 EUR"
    ]


def test_a_row_that_is_missing_shows_in_the_balances() -> None:
    lines = paypal_activity([[PAYOUT[0], Movement("payment", 7, 5_000, 0), PAYOUT[1]]]).decode("utf-8-sig").splitlines()
    text = "\n".join(line for line in lines if "R-2026-0007" not in line) + "\n"
    assert doubts(text) == ["payout W0: the balance after report.csv:3 would be 1082.10, the file says 1132.10 EUR"]


def test_part_of_the_balance_that_is_paid_out_is_not_told_apart() -> None:
    text = paypal_activity([PAYOUT]).decode("utf-8-sig").replace('"-1.082,10"', '"-1.000,00"').replace('W0,,"0,00"', 'W0,,"82,10"')
    assert "it is 1000.00 EUR" in doubts(text)[0]


HEADER = "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,Transaction ID,Invoice Number,Balance\n"


def test_converted_money_is_not_guessed_at() -> None:
    rows = (
        "03/10/2026,10:00:00,CET,Owl Inc,Website Payment,Completed,USD,50.00,-1.50,48.50,1A,R-1,48.50\n"
        "03/14/2026,10:00:00,CET,,General Currency Conversion,Completed,USD,-48.50,0.00,-48.50,2A,,0.00\n"
        "03/14/2026,10:00:00,CET,,General Currency Conversion,Completed,EUR,41.00,0.00,41.00,3A,,41.00\n"
        "03/14/2026,11:00:00,CET,,General Withdrawal,Completed,EUR,-41.00,0.00,-41.00,4A,,0.00\n"
    )
    file = held(HEADER + rows)
    assert file.advices == ()
    assert [one.why for one in file.unproven] == [
        "payout 4A: money of another currency was converted into it; the payments that were cannot be told apart",
        "2 entries are in no payout of this file: 0.00 USD",
    ]


def test_a_payment_that_was_converted_counts_in_the_currency_it_is_paid_out_in() -> None:
    header = HEADER.replace("Invoice Number", "Reference Txn ID,Invoice Number")
    rows = (
        "03/10/2026,10:00:00,CET,Owl Inc,Website Payment,Completed,USD,50.00,-1.50,48.50,1A,,R-1,48.50\n"
        "03/10/2026,10:00:00,CET,,General Currency Conversion,Completed,USD,-48.50,0.00,-48.50,2A,1A,,0.00\n"
        "03/10/2026,10:00:00,CET,,General Currency Conversion,Completed,EUR,41.00,0.00,41.00,3A,1A,,41.00\n"
        "03/14/2026,11:00:00,CET,,General Withdrawal,Completed,EUR,-41.00,0.00,-41.00,4A,,,0.00\n"
    )
    file = held(header + rows)
    assert file.unproven == ()
    assert [(row.document_no, row.gross, row.net, row.reason_text) for row in file.advices[0].rows] == [
        ("R-1", 4_100, 4_100, "50.00 USD less fee 1.50, converted")
    ]
    other = held(header + rows.replace("-48.50,0.00,-48.50", "-48.00,0.00,-48.00").replace("1A,,0.00", "1A,,0.50"))
    assert other.advices == ()


def test_a_chargeback_without_a_number_is_of_the_document_of_its_payment() -> None:
    (advice,) = held(sample("paypal-settlement")).advices
    assert [row.document_no for row in advice.rows if row.reason_text == "T1201"] == ["R-2026-0701"]


def test_what_we_paid_ourselves_is_no_payment_of_a_customer() -> None:
    rows = (
        "03/10/2026,10:00:00,CET,Owl Inc,Website Payment,Completed,EUR,50.00,-1.50,48.50,1A,R-1,48.50\n"
        "03/11/2026,10:00:00,CET,Paper Mill,Website Payment,Completed,EUR,-8.50,0.00,-8.50,2A,S-9,40.00\n"
        "03/14/2026,11:00:00,CET,,User Initiated Withdrawal,Completed,EUR,-40.00,0.00,-40.00,4A,,0.00\n"
    )
    (advice,) = held(HEADER + rows).advices
    assert [(row.document_no, row.reason, row.net) for row in advice.rows] == [("R-1", "fee", 4_850), ("", "unknown", -850)]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            "Date,Heure,Fuseau horaire,Nom,Type,État,Devise,Avant commission,Commission,Net,Numéro de transaction,Numéro de facture,Solde",
            ("Paiement express", "Terminé", "Virement standard"),
        ),
        (
            "Fecha,Hora,Zona horaria,Nombre,Tipo,Estado,Divisa,Bruto,Comisión,Neto,Id. de transacción,Número de factura,Saldo",
            ("Pago en sitio web", "Completado", "Retirada general"),
        ),
        (
            "Data,Ora,Fuso orario,Nome,Tipo,Stato,Valuta,Lordo,Tariffa,Netto,Codice transazione,Numero fattura,Saldo",
            ("Pagamento su sito", "Completata", "Prelievo generico"),
        ),
        (
            "Datum,Tijd,Tijdzone,Naam,Type,Status,Valuta,Bruto,Kosten,Net,Transactiereferentie,Factuurnummer,Saldo",
            ("Websitebetaling", "Voltooid", "Algemene opname"),
        ),
    ],
)
def test_paypal_is_read_in_the_language_of_the_account(header: str, words: tuple[str, str, str]) -> None:
    paid, done, out = words
    rows = (
        f'10/03/2026,10:00:00,CET,A,{paid},{done},EUR,"1.050,00","-1,50","1.048,50",1A,R-1,"1.048,50"\n'
        f'14/03/2026,11:00:00,CET,,{out},{done},EUR,"-1.048,50","0,00","-1.048,50",4A,,"0,00"\n'
    )
    (advice,) = held(f"{header}\n{rows}").advices
    assert (advice.total, [(row.document_no, row.gross, row.deduction) for row in advice.rows]) == (104_850, [("R-1", 105_000, 150)])


def test_a_report_without_a_currency_takes_that_of_the_books() -> None:
    assert refused(sample("sumup")).code == "currency.missing"
    assert {advice.currency for advice in held(sample("sumup"), tuple(EURO)).advices} == {"EUR"}


@pytest.mark.parametrize("status", ["Paid out", "Successful"])
def test_a_sale_that_names_its_payout_counts_in_its_own_row(status: str) -> None:
    header = "Date,Transaction ID,Transaction Type,Status,Description,Total,Fee,Payout,Payout Date,Payout ID,Currency"
    (advice,) = held(f"{header}\n2026-03-09 12:43:22,T1,Sale,{status},R-7,20.0,0.3,19.7,2026-03-11,123,EUR\n").advices
    assert (advice.payment_reference, advice.date, advice.total) == ("PID123", date(2026, 3, 11), 1_970)
    assert [(row.document_no, row.gross, row.deduction) for row in advice.rows] == [("R-7", 2_000, 30)]


def test_what_a_coupon_gave_back_is_not_guessed_at() -> None:
    text = (
        sample("wechat-trade")
        .replace("`20.00,`0.00,`ORIGINAL", "`20.00,`5.00,`ORIGINAL")
        .replace("`20.00,`0.00,`7.05", "`20.00,`5.00,`7.05")
    )
    assert "充值券退款金额 is 5.00; what it does to the payout is not known" in doubts(text)[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Invoice R-2026-0101, thank you", "R-2026-0101"), ("(r-2026-0101)", "r-2026-0101"), ("INV-7", "INV-7"), ("Order 7 of May", ""),
        ("R-2026-0101 and R-2026-0102", ""), ("thanks", ""), ("=1+1", ""), ("@R7", ""), ("R-\u202e7", ""), ("", ""), ("9" * 60, ""),
    ],
)  # fmt: skip
def test_the_document_that_a_text_names(text: str, number: str) -> None:
    books = [IssuedDocument("I1", "1", "C1", name, "", "EUR", 1, 1) for name in ("R-2026-0101", "R-2026-0102")]
    assert IssuedNumbers(books).named(text) == number


# -- cells


@pytest.mark.parametrize(
    ("cell", "mark", "minor"),
    [
        ("1,234.50", ".", 123_450), ("1.234,50", ",", 123_450), ("-$0.95", ".", -95), ("($1,200.00)", ".", -120_000), ("", ".", 0),
        ("\u22121.00", ".", -100), ("1\u202f234,50", ",", 123_450), ("EUR 7.00", ".", 700), ("`6.96000", ".", 696), ("--", ".", 0),
        ("\uffe528.16", ".", 2_816), ("1,00,000.00", ".", 10_000_000),
    ],
)  # fmt: skip
def test_amounts(cell: str, mark: figures.Mark, minor: int) -> None:
    assert figures.amount(cell, mark, "EUR") == minor


@pytest.mark.parametrize("cell", ["1.2.3", "12,34.50", "1e3", "NaN", "-", "0x10", "1-", "=1", "."])
def test_what_is_no_amount(cell: str) -> None:
    if cell == "-":
        assert figures.amount(cell, ".", "EUR") == 0
        return
    with pytest.raises(MatcherError):
        figures.amount(cell, ".", "EUR")


def test_the_decimal_mark_is_that_of_all_amounts_or_none() -> None:
    assert figures.decimal_mark(["1.234,50", "7,00"]) == ","
    assert figures.decimal_mark(["1,234", "7.00"]) == "."
    assert figures.decimal_mark(["1,234"]) is None
    assert figures.decimal_mark(["7,00", "7.00"]) is None


def test_a_date_that_may_be_two_is_not_said() -> None:
    forms = ["%m/%d/%Y", "%d/%m/%Y"]
    assert figures.day("03/14/2026", forms) == date(2026, 3, 14)
    assert figures.day("03/04/2026", forms) is None


def test_a_report_says_what_is_wrong_with_it() -> None:
    with pytest.raises(MatcherError, match="group"):
        load_report(
            'name = "x"\npayer = "X"\ndocument = ""\nheader = [["A"], ["B"]]\ngroup = "week"\ncolumns = {}\ngross = {}\nrules = []\n',
            "x.toml",
        )


# -- the page


PAGE = (FILES.parents[1] / "docs" / "settlements.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_read_as_it_says() -> None:
    (advice,) = held(PAGE.split("```csv\n")[1].split("```")[0]).advices
    assert (advice.payment_reference, advice.total, advice.currency) == ("po_1", 107_410, "EUR")
    assert [(row.document_no, row.gross, row.deduction, row.net) for row in advice.rows] == [
        ("INV-2026-0117", 119_000, 1_790, 117_210), ("INV-2026-0090", -9_000, 0, -9_000), ("", 0, 800, -800),
    ]  # fmt: skip


def test_every_provider_has_a_section() -> None:
    missing = [
        one.name for one in shipped().values() if not re.search(rf"^## {one.name.partition('-')[0]}", PAGE, re.IGNORECASE | re.MULTILINE)
    ]
    assert missing == []


def as_workbook(data: bytes, *more: bytes) -> bytes:
    """Reports saved as XLSX, with real numbers and days where their cells are some."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as file:
        for one in (data, *more):
            sheet = file.add_worksheet()
            for row, cells in enumerate(csv.reader(io.StringIO(one.decode("utf-8-sig")))):
                for column, cell in enumerate(cells):
                    if re.fullmatch(r"-?\d+\.\d\d", cell):
                        sheet.write_number(row, column, float(cell))
                    elif re.match(r"\d{4}-\d\d-\d\d", cell):
                        sheet.write_datetime(row, column, datetime.fromisoformat(cell))
                    else:
                        sheet.write_string(row, column, cell)
    return made.getvalue()


@pytest.mark.parametrize("write", [stripe, adyen, mollie, square], ids=lambda write: write.__name__)
def test_a_settlement_as_a_workbook_says_the_same(write: Writer) -> None:
    text = write([[Movement("payment", 101, 1190_00, 17_90), Movement("refund", 90, -90_00, 0)]])
    plain, packed = registry.read(text, "f", ()), registry.read(as_workbook(text), "f", ())
    assert (len(packed.advices), packed.unproven) == (1, ())
    assert packed == plain


def test_two_settlements_in_a_workbook_are_refused() -> None:
    text = stripe([[Movement("payment", 101, 1190_00, 17_90)]])
    with pytest.raises(MatcherError) as caught:
        registry.read(as_workbook(text, text), "f", ())
    assert caught.value.code == "layout.ambiguous"
