"""Whole camt files that no golden pair can show: archives, recognition, batches, memory."""

import io
import zipfile
from typing import Any

import pytest

from matcher.inspection import inspect
from matcher.model import FileInfo, StatementEnd, StatementStart
from matcher.parsers import archive
from matcher.parsers.base import BATCH_ROWS, ParseOptions, RowBatch, Source
from matcher.parsers.camt.parser import PARSER, format_of

NS = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
ENTRY = '<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-31</Dt></BookgDt></Ntry>'


def document(body: str = ENTRY, account: str = "DE02120300000000202051") -> bytes:
    own = f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    return f'<Document xmlns="{NS}"><BkToCstmrStmt><Stmt>{own}{body}</Stmt></BkToCstmrStmt></Document>'.encode()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return packed.getvalue()


def look(data: bytes) -> dict[str, Any]:
    return inspect(Source.of(data), ParseOptions(), "camt", transactions=True)


def codes(found: dict[str, object]) -> set[str]:
    problems = found["problems"]
    assert isinstance(problems, list)
    return {problem["code"] for problem in problems if problem["severity"] != "info"}


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b'<Document xmlns="' + NS.encode() + b'"><BkToCstmrStmt>', "camt.053.001.08"),
        (
            b"\xef\xbb\xbf\r\n<?xml version=\"1.0\"?>\n<d:Document xmlns:d='urn:swift:xsd:$camt.052.001.02'><d:BkToCstmrAcctRpt>",
            "camt.052.001.02",
        ),
        ('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.04"><BkToCstmrDbtCdtNtfctn>'.encode("utf-16"), "camt.054.001.04"),
        (b"<Document><BkToCstmrStmt/></Document>", "camt.053"),
        (b"<Document><BkToCstmrAcctRptV01 x='1'>", "camt.052"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.060.001.03"><AcctRptgReq><ReqdMsgNmId>camt.053.001.02</ReqdMsgNmId>', ""),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn>', ""),
        (b"OFXHEADER:100 <BkToCstmrStmt>", ""),
        (b":20:STARTUMS", ""),
        (b"", ""),
    ],
)
def test_recognises_messages_by_root_and_namespace(head: bytes, found: str) -> None:
    assert format_of(head) == found


def test_an_envelope_around_the_message_is_looked_through() -> None:
    inner = document().decode()
    found = look(f"<Envelope><AppHdr><BizMsgIdr>1</BizMsgIdr></AppHdr>{inner}</Envelope>".encode())
    assert (found["format"], found["outcome"], len(found["transactions"])) == ("camt.053.001.08", "read", 1)


def test_all_files_of_an_archive_are_read_in_order() -> None:
    data = zipped({"a.xml": document(account="AAA"), "__MACOSX/._a.xml": b"x", "dir/b.xml": document(account="BBB")})
    assert PARSER.recognise(data[:100], Source.of(data), ParseOptions()) == "camt.053.001.08"
    events = list(PARSER.parse(Source.of(data), ParseOptions()))
    assert [(e.statement, e.account) for e in events if isinstance(e, StatementStart)] == [(0, "AAA"), (1, "BBB")]
    assert [e for e in events if isinstance(e, FileInfo)] == [FileInfo("camt.053.001.08", "ascii")]


def test_an_archive_of_something_else_is_not_ours() -> None:
    data = zipped({"xl/workbook.xml": b"<workbook/>", "notes.txt": b"x"})
    assert PARSER.recognise(data[:100], Source.of(data), ParseOptions()) == ""
    assert look(data)["outcome"] == "reject"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"a.xml": document(), "b.zip": zipped({"c.xml": document()})}), "file.hostile"),
        (zipped({"a.xml": document(), "bomb.xml": b" " * (32 << 20)}), "file.hostile"),
        (zipped({"a.xml": document()})[:-30], "file.cut"),
        (zipped({"a.xml": document()}).replace(b"PK\x05\x06", b"PK\x05\x07"), "file.cut"),
        (zipped({"a.xml": document()[:-20]}), "file.cut"),
        (zipped({"a.xml": document("<Bal/></Stmt>")}), "file.malformed"),
    ],
)
def test_archives_that_are_refused(data: bytes, code: str) -> None:
    found = look(data)
    assert found["outcome"] == "reject"
    assert code in codes(found)


def test_damaged_data_in_an_archive_is_told_and_never_shortens_a_statement() -> None:
    data = bytearray(zipped({"a.xml": document(ENTRY * 3000)}, zipfile.ZIP_STORED))
    data[len(data) // 2] ^= 0x01
    assert look(bytes(data))["outcome"] == "reject"


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(zipped({"a.xml": document()}))
    directory = data.find(b"PK\x01\x02")
    data[directory + 8] |= 1
    assert codes(look(bytes(data))) == {"file.malformed"}


def test_bounds_of_archives(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({f"{number}.xml": document() for number in range(5)})
    for name, bound in (("MAX_MEMBERS", 4), ("MAX_DIRECTORY", 50), ("MAX_UNPACKED", 100)):
        with monkeypatch.context() as patch:
            patch.setattr(archive, name, bound)
            assert codes(look(data)) == {"file.too_large"}
    assert look(data)["outcome"] == "read"


def test_a_directory_that_lost_a_file_is_refused() -> None:
    data = bytearray(zipped({"a.xml": document(), "b.xml": document()}))
    at = data.find(b"PK\x05\x06")
    data[at + 10 : at + 12] = (3).to_bytes(2, "little")
    assert codes(look(bytes(data))) == {"file.malformed"}


def test_a_file_without_a_name_is_no_reason_to_fail() -> None:
    data = bytearray(zipped({"q": document()}))
    at = data.find(b"PK\x01\x02")
    data[at + 28 : at + 32] = bytes((0, 0, 1, 0))
    assert look(bytes(data))["outcome"] == "reject"


def test_a_declared_size_that_lies_is_noticed() -> None:
    data = bytearray(zipped({"a.xml": document(ENTRY * 100)}))
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = (500).to_bytes(4, "little")
    assert look(bytes(data))["outcome"] == "reject"


def test_rows_come_in_batches() -> None:
    events = PARSER.parse(Source.of(document(ENTRY * (BATCH_ROWS + 5))), ParseOptions())
    assert [len(event.rows) for event in events if isinstance(event, RowBatch)] == [BATCH_ROWS, 5]


def test_a_cut_file_is_refused_even_after_whole_batches() -> None:
    found = look(document(ENTRY * 100)[:-60])
    assert (found["outcome"], codes(found)) == ("reject", {"file.cut"})


def test_an_entry_outside_of_a_statement_is_refused_by_name() -> None:
    found = look(f"<Document><BkToCstmrStmt><Stmt></Stmt>{ENTRY}</BkToCstmrStmt></Document>".encode())
    assert found["outcome"] == "partial"


def test_a_statement_that_tells_no_currency_still_reads() -> None:
    found = look(b"<Document><BkToCstmrAcctRpt><Rpt><Acct><Id><IBAN>X1</IBAN></Id></Acct></Rpt></BkToCstmrAcctRpt></Document>")
    assert found["outcome"] == "read"
    assert found["statements"][0]["credit"] == "0"


def test_options_fill_what_the_file_leaves_out() -> None:
    data = ENTRY.replace(' Ccy="EUR"', "").join(("<Document><Stmt>", "</Stmt></Document>")).encode()
    starts = [e for e in PARSER.parse(Source.of(data), ParseOptions(account="42", currency="CHF")) if isinstance(e, StatementStart)]
    assert [(start.account, start.currency) for start in starts] == [("42", "CHF")]
    assert codes(look(data)) == {"currency.unknown", "account.missing"}


@pytest.mark.parametrize(("pages", "opening", "closing"), [(0, None, None), (1, None, None), (2, "1.00", None)])
def test_a_single_interim_balance_neither_opens_nor_closes(pages: int, opening: str | None, closing: str | None) -> None:
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>ITBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{n}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        for n in range(1, pages + 1)
    )
    found = look(f"<Document><BkToCstmrAcctRpt><Rpt>{balances}{ENTRY}</Rpt></BkToCstmrAcctRpt></Document>".encode())
    statement = found["statements"][0]
    assert (statement["opening"], statement["closing"]) == (opening, closing)


def test_totals_are_not_compared_where_they_may_count_something_else() -> None:
    totals = "<TxsSummry><TtlNtries><NbOfNtries>9</NbOfNtries></TtlNtries><TtlCdtNtries><Sum>9.00</Sum></TtlCdtNtries></TxsSummry>"
    for more in (ENTRY.replace("<BookgDt>", "<Sts>PDNG</Sts><BookgDt>"), ENTRY.replace("EUR", "USD")):
        events = PARSER.parse(Source.of(document(totals + ENTRY + more)), ParseOptions())
        assert {event.totals.count for event in events if isinstance(event, StatementEnd)} == {None}
    events = PARSER.parse(Source.of(document(totals + ENTRY)), ParseOptions())
    assert [event.totals.count for event in events if isinstance(event, StatementEnd)] == [9]


def balances(opening: str, closing: str, currency: str = "EUR") -> str:
    return "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-03-31</Dt></Dt></Bal>"
        for kind, amount in (("OPBD", opening), ("CLBD", closing))
    )


def booked(amount: str, sign: str, more: str = "", currency: str = "EUR", details: str = "") -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}<BookgDt><Dt>2026-03-31</Dt></BookgDt>'
        f"<NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry>"
    )


REVERSED = "<RvslInd>true</RvslInd>"
SIDES = "<RltdPties><Dbtr><Nm>Us</Nm></Dbtr><Cdtr><Nm>Supplier</Nm></Cdtr></RltdPties>"


@pytest.mark.parametrize(
    ("closing", "amounts", "name", "said"),
    [
        # a debit is reversed: marked as a debit, and booked as a credit
        ("130.00", ["10.00", "20.00"], "Supplier", {"note.reversal"}),
        # the standard: marked as it is booked
        ("90.00", ["10.00", "-20.00"], "Us", set()),
        # neither way: as it is marked, and said
        ("95.00", ["10.00", "-20.00"], "Us", {"statement.unbalanced"}),
    ],
)
def test_the_balances_tell_which_way_a_reversal_was_booked(closing: str, amounts: list[str], name: str, said: set[str]) -> None:
    found = look(document(balances("100.00", closing) + booked("10.00", "CRDT") + booked("20.00", "DBIT", REVERSED, details=SIDES)))
    assert [row["amount"] for row in found["transactions"]] == amounts
    assert found["transactions"][1]["counterparty_name"] == name
    assert codes(found) == said


TOLD = '<AmtDtls><InstdAmt><Amt Ccy="EUR">18.00</Amt></InstdAmt></AmtDtls>'


@pytest.mark.parametrize(
    ("closing", "details", "amounts", "said"),
    [
        ("128.00", TOLD, [["10.00", "18.00"]], {"note.syntax"}),
        ("130.00", "", [["10.00", "20.00"]], {"note.syntax"}),
        ("110.00", "", [["10.00"], ["20.00"]], set()),
    ],
)
def test_an_entry_marked_with_another_currency_is_in_the_account_s_when_the_balances_say_so(
    closing: str, details: str, amounts: list[list[str]], said: set[str]
) -> None:
    odd = booked("20.00", "CRDT", currency="USD", details=details)
    found = look(document(balances("100.00", closing) + booked("10.00", "CRDT") + odd))
    by_statement = [[row["amount"] for row in found["transactions"] if row["statement"] == n] for n in range(len(found["statements"]))]
    assert by_statement == amounts
    assert codes(found) == said


def test_one_of_two_entries_that_tell_what_they_are_speaks_for_itself_alone() -> None:
    opening = balances("100.00", "1.00").split("</Bal>")[0] + "</Bal>"
    odd = [booked("20.00", "CRDT", currency="USD", details=TOLD), booked("30.00", "CRDT", currency="USD")]
    found = look(document(opening + booked("10.00", "CRDT") + "".join(odd)))
    assert [(row["amount"], row["currency"]) for row in found["transactions"]] == [("10.00", "EUR"), ("20.00", "USD"), ("30.00", "USD")]
