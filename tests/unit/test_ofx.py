"""OFX statements as the parser's callers see them; single fields are in test_ofx_fields, deviations of real banks in fixtures/banks/ofx."""

from collections.abc import Callable
from datetime import date

import pytest

from matcher.model import Balance, Problem, StatementEnd, StatementStart, Transaction
from matcher.parsers import ofx, registry
from matcher.parsers.base import Event, ParseOptions, RowBatch, Source
from matcher.parsers.ofx import statement as ofx_statement
from matcher.parsers.ofx import text as ofx_text
from matcher.parsers.ofx import tokens as ofx_tokens
from matcher.parsers.tally import FileTally

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
ROW = "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261005<TRNAMT>10.00<FITID>{0}<NAME>HARTWELL TOOLS<MEMO>INV {0}</STMTTRN>\n"


def statement(rows: str, account: str = "0044120078", currency: str = "EUR") -> str:
    return (
        f"<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{currency}<BANKACCTFROM><BANKID>50070010<BRANCHID>12<ACCTID>{account}<ACCTTYPE>CHECKING"
        f"</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20261001<DTEND>20261031\n{rows}</BANKTRANLIST>"
        "<LEDGERBAL><BALAMT>77.10<DTASOF>20261031</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1>\n"
    )


def document(rows: str) -> str:
    return f"{HEADER}<OFX>\n<SIGNONMSGSRSV1><SONRS><FI><ORG>NORTHBANK</FI></SONRS></SIGNONMSGSRSV1>\n{statement(rows)}</OFX>\n"


def read(data: bytes | str, options: ParseOptions | None = None) -> tuple[list[Event], FileTally]:
    tally = FileTally()
    source = Source.of(data.encode() if isinstance(data, str) else data)
    return list(tally.watch(ofx.PARSER.parse(source, options or ParseOptions()))), tally


def rows_of(events: list[Event]) -> list[Transaction]:
    return [row for event in events if isinstance(event, RowBatch) for row in event.rows]


def test_a_statement_says_whose_and_when_and_what_is_left() -> None:
    events, tally = read(document(ROW.format(1)))
    start = next(event for event in events if isinstance(event, StatementStart))
    end = next(event for event in events if isinstance(event, StatementEnd))
    assert (start.account, start.bank, start.account_type, start.currency) == ("0044120078", "NORTHBANK/50070010/12", "CHECKING", "EUR")
    assert (start.from_date, start.to_date, start.line) == (date(2026, 10, 1), date(2026, 10, 31), 9)
    assert end.closing == Balance(7710, date(2026, 10, 31))
    assert tally.statements[0].balanced is None


def test_a_row_knows_its_line_and_its_source() -> None:
    row = rows_of(read(document(ROW.format(1) + ROW.format(2)))[0])[1]
    assert row.line == 12
    assert row.raw == ROW.format(2).strip()


def test_rows_come_in_batches_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofx_statement, "BATCH_ROWS", 3)
    events, _ = read(document("".join(ROW.format(n) for n in range(8))))
    assert [len(event.rows) for event in events if isinstance(event, RowBatch)] == [3, 3, 2]


def test_two_documents_in_one_file_are_both_read() -> None:
    _, tally = read(document(ROW.format(1)) + document(ROW.format(2)))
    assert (tally.outcome, len(tally.statements)) == ("read", 2)


def test_a_second_document_that_is_cut_refuses_the_file() -> None:
    _, tally = read(document(ROW.format(1)) + document(ROW.format(2)).replace("</OFX>", ""))
    assert tally.outcome == "reject"


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8, 0.9, 0.97])
def test_a_cut_file_is_never_silently_short(cut: float) -> None:
    whole = document("".join(ROW.format(n) for n in range(20)))
    _, tally = read(whole[: int(len(whole) * cut)])
    assert tally.outcome == "reject"
    assert "file.cut" in {problem.code for problem in tally.problems}


@pytest.mark.parametrize("swallowed", ["<MEMO><![CDATA[note {0}{1}]]>", "<MEMO><!-- {0}{1} -->"])
def test_a_transaction_swallowed_by_cdata_or_comment_is_named(swallowed: str) -> None:
    first = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261005<TRNAMT>-1.00<FITID>7"
    _, tally = read(
        document(first + swallowed.format("</STMTTRN>\n", ROW.format(8).replace("</STMTTRN>", "")) + "</STMTTRN>\n" + ROW.format(9))
    )
    assert tally.outcome == "partial"
    assert tally.statements[0].booked.count == 1


@pytest.mark.parametrize("open_for_ever", ["<!-- ", "<![CDATA["])
def test_what_never_ends_refuses_the_file_even_after_a_stray_end(open_for_ever: str) -> None:
    whole = document(ROW.format(1) + ROW.format(2))
    _, tally = read(whole.replace("<OFX>", "</OFX><OFX>").replace("<BANKTRANLIST>", f"<BANKTRANLIST>{open_for_ever}"))
    assert tally.outcome == "reject"


def test_two_transactions_run_into_each_other_are_refused() -> None:
    joined = (ROW.format(1) + ROW.format(2)).replace("</STMTTRN>\n<STMTTRN>", "")
    _, tally = read(document(joined + ROW.format(3)))
    assert [problem.code for problem in tally.problems] == ["row.invalid"]
    assert tally.statements[0].booked.count == 1


@pytest.mark.parametrize("cell", ["<TRNAMT>10</X>.00", "<TRNAMT>10</TRNAMT>.00", "<TRNAMT>1</OFX>0.00"])
def test_text_after_the_end_of_an_amount_is_never_dropped(cell: str) -> None:
    _, tally = read(document(ROW.format(1).replace("<TRNAMT>10.00", cell) + ROW.format(2)))
    assert [problem.code for problem in tally.problems] == ["row.invalid"]
    assert tally.statements[0].booked.credit == 1000


def test_one_problem_a_row_with_every_reason() -> None:
    _, tally = read(document("<STMTTRN><DTPOSTED>20260231<TRNAMT>$1<FITID>1</STMTTRN>\n"))
    assert [(p.code, p.line, p.statement) for p in tally.problems] == [("amount.invalid", 11, 0)]
    assert "'$1' is not an amount; '20260231' is not a date" in tally.problems[0].message


def test_a_transaction_outside_any_statement_is_not_lost() -> None:
    _, tally = read(
        f"{HEADER}<OFX><BANKMSGSRSV1><BANKTRANLIST>{ROW.format(1)}</BANKTRANLIST></BANKMSGSRSV1></OFX>", ParseOptions("7", "EUR")
    )
    assert tally.statements[0].booked.count == 1
    assert tally.outcome == "read_with_warnings"


def test_an_entry_in_a_currency_of_other_scale_is_refused() -> None:
    other = ROW.format(1).replace("</STMTTRN>", "<CURRENCY><CURRATE>0.006<CURSYM>JPY</CURRENCY></STMTTRN>")
    _, tally = read(document(other))
    assert [problem.code for problem in tally.problems] == ["currency.mixed"]


def test_an_entry_in_another_currency_keeps_it() -> None:
    other = ROW.format(1).replace("</STMTTRN>", "<CURRENCY><CURRATE>0.92<CURSYM>usd</CURRENCY></STMTTRN>")
    row = rows_of(read(document(other))[0])[0]
    assert (row.currency, row.amount, row.instructed_amount, row.exchange_rate) == ("USD", 1000, 1000, "0.92")


def test_a_bad_currency_is_named_and_the_money_still_summed() -> None:
    _, tally = read(document(ROW.format(1)).replace("<CURDEF>EUR", "<CURDEF>R$"))
    assert tally.statements[0].text(tally.statements[0].booked.credit) == "10.00"
    assert ("currency.unknown", "warning") in {(p.code, p.severity) for p in tally.problems}


def test_an_unknown_aggregate_does_no_harm() -> None:
    _, tally = read(document(ROW.format(1)).replace("<BANKTRANLIST>", "<X.OPTION><X.LEAF>1</X.LEAF><ACCTKEY>9</X.OPTION><BANKTRANLIST>"))
    assert (tally.outcome, tally.statements[0].start.account) == ("read", "0044120078")


def test_an_element_in_small_letters_is_text_only_inside_a_text() -> None:
    row = ROW.format(1).replace("<FITID>", "<seqNo>7<FITID>").replace("INV 1", "INV 1<br>and 2")
    events, tally = read(document(row).replace("<DTASOF>", "<bankNote>x<DTASOF>"))
    assert tally.outcome == "read"
    assert (rows_of(events)[0].amount, rows_of(events)[0].remittance_information) == (1000, "INV 1<br>and 2")
    assert tally.statements[0].closing == Balance(7710, date(2026, 10, 31))


def test_an_unreadable_value_date_is_said_and_the_row_kept() -> None:
    events, tally = read(document(ROW.format(1).replace("<NAME>", "<DTAVAIL>20261399<NAME>")))
    assert rows_of(events)[0].value_date is None
    assert tally.outcome == "read_with_warnings"


def test_a_comment_or_block_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofx_tokens, "MAX_TOKEN", 2000)
    monkeypatch.setattr(ofx_text, "CHUNK_BYTES", 500)
    _, tally = read(document(ROW.format(1) + "<!-- " + ROW.format(2) * 40))
    assert [(p.code, p.severity, p.line) for p in tally.problems][-1] == ("file.too_large", "fatal", 12)


def test_a_long_text_without_any_tag_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofx_tokens, "MAX_TOKEN", 2000)
    monkeypatch.setattr(ofx_text, "CHUNK_BYTES", 500)
    _, tally = read(document(ROW.format(1)) + "x" * 50_000)
    assert tally.outcome == "read"


def test_nothing_shrinks_when_the_reader_loses_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ofx_tokens.Scanner.__iter__

    def forgetful(scanner: ofx_tokens.Scanner) -> object:
        return (token for number, token in enumerate(whole(scanner)) if token.kind is not ofx_tokens.Kind.BLOCK or number % 2)

    monkeypatch.setattr(ofx_tokens.Scanner, "__iter__", forgetful)
    _, tally = read(document(ROW.format(1) + ROW.format(2)))
    assert [problem.code for problem in tally.problems] == ["file.malformed"]


def as_utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


@pytest.mark.parametrize(
    ("encode", "charset", "encoding", "severity"),
    [
        (lambda text: text.encode("utf-8"), "NONE", "utf-8", ""),
        (lambda text: text.encode("utf-8-sig"), "NONE", "utf-8", ""),
        (lambda text: text.encode("cp1252"), "1252", "cp1252", ""),
        (lambda text: text.encode("cp1252"), "ISO-8859-1", "cp1252", ""),
        (lambda text: text.encode("cp1250"), "1250", "cp1250", ""),
        (lambda text: text.encode("cp850"), "850", "cp850", ""),
        (lambda text: text.encode("utf-8"), "1252", "utf-8", "warning"),
        (lambda text: text.encode("cp1252"), "UTF-8", "cp1252", "warning"),
        (lambda text: text.encode("cp1252"), "zip", "cp1252", "info"),
        (lambda text: text.encode("cp1252") + b"\x81", "1252", "latin-1", "warning"),
        (as_utf16, "NONE", "utf-16-le", "info"),
        (lambda text: text.encode("utf-16-be"), "NONE", "utf-16-be", "info"),
    ],
)
def test_the_bytes_decide_the_encoding(encode: Callable[[str], bytes], charset: str, encoding: str, severity: str) -> None:
    text = document(ROW.format(1).replace("HARTWELL", "MÜLLER")).replace("CHARSET:1252", f"CHARSET:{charset}")
    events, tally = read(encode(text))
    assert tally.info is not None
    assert tally.info.encoding == encoding
    assert rows_of(events)[0].counterparty_name == "MÜLLER TOOLS"
    assert [p.severity for p in tally.problems if p.code == "note.encoding"] == [severity] * bool(severity)


def test_damaged_bytes_under_a_byte_order_mark_are_said() -> None:
    _, tally = read(document(ROW.format(1)).encode("utf-8-sig").replace(b"TOOLS", b"TO\xffLS"))
    assert [(p.code, p.severity) for p in tally.problems] == [("note.encoding", "warning")]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (HEADER, "ofx1"),
        ("\n\n<OFX>", "ofx1"),
        ("<ofx>", "ofx1"),
        ('<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>', "ofx2"),
        ('<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">', ""),
        (":20:940S260101\n:25:X", ""),
        ("Date,Text,Amount\n2026-10-01,<OFXFEE>,1.00\n", ""),
    ],
)
def test_it_is_recognised_by_its_contents_alone(head: str, found: str) -> None:
    assert ofx.PARSER.recognise(head.encode(), Source.of(head.encode()), ParseOptions()) == found


def test_it_is_registered() -> None:
    assert registry.load("ofx") is ofx.PARSER


def test_the_markers_are_left_out_only_in_brazil() -> None:
    marker = ROW.format(0).replace("<NAME>HARTWELL TOOLS", "").replace("INV 0", "SALDO DIA 05/10")
    assert read(document(marker).replace("EUR", "BRL"))[1].statements[0].booked.count == 0
    assert read(document(marker))[1].statements[0].booked.count == 1


def test_problems_never_quote_a_rows_text() -> None:
    _, tally = read(document(ROW.format(1).replace("10.00", "ten")))
    said = " ".join(problem.message for problem in tally.problems)
    assert "ten" in said
    assert "HARTWELL" not in said


def test_a_fatal_problem_is_the_last_word() -> None:
    events, _ = read(document(ROW.format(1)).replace("</OFX>", ""))
    assert isinstance(events[-1], Problem)
    assert events[-1].severity == "fatal"


def typed(kind: str, amount: str) -> str:
    return f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>20261005<TRNAMT>{amount}<FITID>{kind}{amount}<NAME>HARTWELL TOOLS</STMTTRN>\n"


@pytest.mark.parametrize("rows_before", [0, 100])
@pytest.mark.parametrize(
    ("rows", "amounts", "against"),
    [
        # amounts without any sign: the types tell
        ([("DEBIT", "70.00"), ("CREDIT", "300.00")], [-7000, 30000], "1; the types are taken"),
        ([("PAYMENT", "70.00"), ("DEP", "300.00")], [-7000, 30000], "1; the types are taken"),
        # one sign for all, and one type says nothing of the direction: the signs stand, and it is said
        ([("DEBIT", "70.00"), ("OTHER", "300.00")], [7000, 30000], "1; the signs are taken"),
        # signs that tell: they stand, and what contradicts them is said
        ([("DEBIT", "70.00"), ("DEBIT", "-300.00")], [7000, -30000], "1; the signs are taken"),
        # the standard leaves the direction of these to the sign: a shop's receipts, money paid in at a machine
        ([("POS", "70.00"), ("ATM", "300.00")], [7000, 30000], ""),
        # money back of a fee or a cheque is no contradiction
        ([("FEE", "2.50"), ("CHECK", "4.00"), ("DEBIT", "-300.00")], [250, 400, -30000], ""),
        ([("DEBIT", "-70.00"), ("CREDIT", "300.00")], [-7000, 30000], ""),
    ],
)
def test_types_and_signs_that_contradict_each_other_are_a_question(
    rows: list[tuple[str, str]], amounts: list[int], against: str, rows_before: int
) -> None:
    # as many as are read in columns
    more = "".join(typed("CREDIT", f"{n + 1}.00") for n in range(rows_before))
    events, tally = read(document(more + "".join(typed(*row) for row in rows)))
    got = [row.amount for event in events if isinstance(event, RowBatch) for row in event.records()]
    assert got[rows_before:] == amounts
    said = [problem.message for problem in tally.problems if problem.code == "statement.direction"]
    assert [against in message for message in said] == ([True] if against else [])


def test_payments_to_a_card_come_in() -> None:
    text = document(typed("PAYMENT", "70.00")).replace("STMTRS>", "CCSTMTRS>").replace("STMTTRNRS>", "CCSTMTTRNRS>")
    events, tally = read(text.replace("BANKACCTFROM>", "CCACCTFROM>"))
    assert [row.amount for row in rows_of(events)] == [7000]
    assert [problem.code for problem in tally.problems] == []


def test_an_entry_that_has_lost_its_opening_tag_is_named() -> None:
    events, tally = read(document(ROW.format(1) + ROW.format(2).removeprefix("<STMTTRN>") + ROW.format(3)))
    assert [row.bank_reference for row in rows_of(events)] == ["1", "3"]
    assert [(p.code, p.severity, p.line) for p in tally.problems] == [("row.invalid", "error", 12)]
    assert tally.outcome == "partial"


@pytest.mark.parametrize(
    ("payee", "name"),
    [
        ("<PAYEE>Hartwell Tools</PAYEE><MEMO>INV 7", "Hartwell Tools"),
        ("<PAYEE>Hartwell &amp; Sons\n<MEMO>INV 7", "Hartwell & Sons"),
        ("<PAYEE><NAME>Hartwell Tools<ADDR1>1 High Street<CITY>Leeds</PAYEE><MEMO>INV 7", "Hartwell Tools"),
    ],
)
def test_a_payee_is_an_aggregate_or_a_text(payee: str, name: str) -> None:
    rows = f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261005<TRNAMT>10.00<FITID>1{payee}</STMTTRN>\n"
    (row,) = rows_of(read(document(rows))[0])
    assert (row.counterparty_name, row.remittance_information) == (name, "INV 7")
