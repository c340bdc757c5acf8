"""Readers of remittance advices: what each format says becomes the same rows, and hostile files are refused."""

import io
from datetime import date

import openpyxl
import pytest

from matcher.errors import MatcherError
from matcher.remittance import registry
from matcher.remittance.iso20022 import statement_advices
from matcher.remittance.reason_codes import reason_of
from matcher.remittance.records import Advice, Unproven


def advice(data: bytes, name: str = "file") -> Advice:
    found = registry.read(data, name, ())
    assert found.unproven == ()
    (one,) = found.advices
    return one


def rows(one: Advice) -> list[tuple[str, int, int, int, str, int]]:
    return [(r.document_no, r.gross, r.discount, r.deduction, r.reason, r.net) for r in one.rows]


WANTED = [("KM-417", 1000_00, 0, 0, "", 1000_00), ("KM-423", 500_00, 0, 65_00, "damage", 435_00)]

X12 = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*SELLER         *261014*1200*U*00401*000000001*0*P*>~"
    "GS*RA*PAYER*SELLER*20261014*1200*1*X*004010~{body}GE*1*1~IEA*1*000000001~"
)
BODY = (
    "ST*820*0001~BPR*C*1435.00*C*ACH*CTX*01*071000013*DA*123456***01*071000505*DA*9876*20261015~TRN*1*PAY-7001~CUR*PR*EUR~"
    "N1*PR*Hafenbau Nordsee GmbH~ENT*1~RMR*IV*KM-417**1000.00*1000.00~RMR*IV*KM-423**435.00*500.00~ADX*-65.00*04~SE*9*0001~"
)


@pytest.mark.parametrize("text", [X12.format(body=BODY), BODY, X12.format(body=BODY).replace("~", "~\r\n")])
def test_x12_820(text: str) -> None:
    one = advice(text.encode())
    assert (one.advice_id, one.payment_reference, one.payer_name, one.date) == (
        "PAY-7001", "PAY-7001", "Hafenbau Nordsee GmbH", date(2026, 10, 15),
    )  # fmt: skip
    assert (one.currency, one.total, rows(one)) == ("EUR", 1435_00, WANTED)


REMADV = (
    "UNA:+.? 'UNB+UNOC:3+PAYER+SELLER+261014:1200+1'UNH+1+REMADV:D:96A:UN:EAN003'BGM+481+RA-2210+9'DTM+137:20261014:102'"
    "RFF+PQ:PAY-7001'NAD+PR+++Hafenbau Nordsee GmbH'CUX+2:EUR:11'DOC+380+KM-417'MOA+9:1000.00'MOA+12:1000.00'"
    "DOC+380+KM-423'MOA+9:500.00'MOA+12:435.00'AJT+3'MOA+165:65.00'UNS+S'MOA+12:1435.00'UNT+18+1'UNZ+1+1'"
)


def test_edifact_remadv() -> None:
    one = advice(REMADV.encode())
    assert (one.advice_id, one.payment_reference, one.payer_name, one.date) == (
        "RA-2210", "PAY-7001", "Hafenbau Nordsee GmbH", date(2026, 10, 14),
    )  # fmt: skip
    assert (one.total, rows(one)) == (1435_00, WANTED)


def test_edifact_with_other_separators_and_a_credit_note() -> None:
    text = "UNA|^,! ~UNH^1^REMADV|D|01B|UN~BGM^481^RA!^1~CUX^2|EUR~DOC^380^A1~MOA^9|10,50~DOC^381^C2~MOA^9|2,50~UNS^S~MOA^9|8,00~UNT^9^1~"
    one = advice(text.encode())
    assert (one.advice_id, one.total, [(r.document_no, r.net) for r in one.rows]) == ("RA^1", 8_00, [("A1", 10_50), ("C2", -2_50)])


REMT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:remt.001.001.04"><RmtAdvc>
<GrpHdr><MsgId>RA-2210</MsgId></GrpHdr><RmtInf>
<Strd><RfrdDocInf><Nb>KM-417</Nb></RfrdDocInf><RfrdDocAmt><DuePyblAmt Ccy="EUR">1000.00</DuePyblAmt><RmtdAmt Ccy="EUR">1000.00</RmtdAmt>
</RfrdDocAmt></Strd><Strd><RfrdDocInf><Nb>KM-423</Nb></RfrdDocInf><RfrdDocAmt><DuePyblAmt Ccy="EUR">500.00</DuePyblAmt>
<AdjstmntAmtAndRsn><Amt Ccy="EUR">65.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><AddtlInf>damaged goods</AddtlInf></AdjstmntAmtAndRsn>
<RmtdAmt Ccy="EUR">435.00</RmtdAmt></RfrdDocAmt></Strd>
<OrgnlPmtInf><Refs><EndToEndId>PAY-7001</EndToEndId></Refs><Amt><InstdAmt Ccy="EUR">1435.00</InstdAmt></Amt>
<Dbtr><Nm>Hafenbau Nordsee GmbH</Nm></Dbtr></OrgnlPmtInf></RmtInf></RmtAdvc></Document>"""


def test_remt_001() -> None:
    one = advice(REMT.encode())
    assert (one.advice_id, one.payment_reference, one.payer_name) == ("RA-2210", "PAY-7001", "Hafenbau Nordsee GmbH")
    assert (one.total, rows(one)) == (1435_00, WANTED)


def test_structured_remittance_of_a_statement() -> None:
    strd = REMT[REMT.index("<Strd>") : REMT.index("<OrgnlPmtInf>")]
    text = f"""<Document><BkToCstmrStmt><Stmt><Ntry>
    <Amt Ccy="EUR">1435.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-10-15</Dt></BookgDt>
    <NtryDtls><TxDtls><Refs><EndToEndId>PAY-7001</EndToEndId></Refs><RmtInf>{strd}</RmtInf></TxDtls></NtryDtls></Ntry>
    <Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
    <NtryDtls><TxDtls><RmtInf><Ustrd>KM-1</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
    </Stmt></BkToCstmrStmt></Document>"""
    (one,) = statement_advices(text.encode(), "s.xml")
    assert (one.payment_reference, one.total, rows(one)) == ("PAY-7001", 1435_00, WANTED)


def test_ubl() -> None:
    text = """<RemittanceAdvice xmlns="urn:oasis:names:specification:ubl:schema:xsd:RemittanceAdvice-2"
     xmlns:c="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><c:ID>RA-1</c:ID><c:IssueDate>2026-10-14</c:IssueDate>
     <c:DocumentCurrencyCode>EUR</c:DocumentCurrencyCode><c:TotalPaymentAmount currencyID="EUR">90.00</c:TotalPaymentAmount>
     <PaymentMeans><c:PaymentID>PAY-9</c:PaymentID></PaymentMeans>
     <RemittanceAdviceLine><c:DebitLineAmount currencyID="EUR">100.00</c:DebitLineAmount>
     <BillingReference><InvoiceDocumentReference><c:ID>R1</c:ID></InvoiceDocumentReference></BillingReference></RemittanceAdviceLine>
     <RemittanceAdviceLine><c:CreditLineAmount currencyID="EUR">10.00</c:CreditLineAmount>
     <BillingReference><CreditNoteDocumentReference><c:ID>G1</c:ID></CreditNoteDocumentReference></BillingReference></RemittanceAdviceLine>
     </RemittanceAdvice>"""
    one = advice(text.encode())
    assert (one.advice_id, one.payment_reference, one.total) == ("RA-1", "PAY-9", 90_00)
    assert [(r.document_no, r.net) for r in one.rows] == [("R1", 100_00), ("G1", -10_00)]


GERMAN = """Zahlungsavis Nr.: 2210;;;;
Datum: 14.10.2026;;;;

Beleg-Nr.;Bruttobetrag;Skonto;Abzug;Zahlbetrag EUR;Grund
KM-417;1.000,00;;;1.000,00;
KM-423;500,00;;65,00-;435,00;beschädigte Ware
Summe;1.500,00;;65,00;1.435,00;
"""
ENGLISH = """Remittance advice:,2210
Date:,2026-10-14
Currency,EUR
Invoice number,Invoice amount,Deduction,Amount paid,Reason
KM-417,"1,000.00",,"1,000.00",
KM-423,500.00,65.00,435.00,damaged
Total,,,"1,435.00",
"""
CHINESE = """付款单号:2210|||||
日期:2026-10-14|||||
发票号|金额|扣款|实付金额|原因|币种
KM-417|1000.00||1000.00||EUR
KM-423|500.00|65.00|435.00|破损|EUR
合计|||1435.00||
"""
FRENCH = """Avis: 2210;;;
Date: 2026-10-14;;;
N° facture;Montant brut;Retenue;Montant payé €;Motif
KM-417;1000,00;;1000,00;
KM-423;500,00;65,00;435,00;endommagé
Total;;;1435,00;
"""


@pytest.mark.parametrize("text", [GERMAN, ENGLISH, CHINESE, FRENCH])
def test_a_payers_own_table(text: str) -> None:
    one = advice(text.encode())
    assert (one.advice_id, one.date, one.currency, one.total, rows(one)) == ("2210", date(2026, 10, 14), "EUR", 1435_00, WANTED)


def test_a_payers_own_table_in_the_encoding_of_china() -> None:
    one = advice(CHINESE.encode("gb18030"))
    assert (one.advice_id, one.total, rows(one)) == ("2210", 1435_00, WANTED)
    assert advice(CHINESE.encode("utf-16")).total == 1435_00
    german = advice(GERMAN.encode("cp1252"))
    assert german.rows[1].reason_text == "beschädigte Ware"


def test_titles_that_are_none_of_a_number_or_an_amount() -> None:
    text = "Avis: 2210;;;;;;\nBelegart;Belegdatum;Belegnummer;Betrag EUR;Skonto %;Skontodatum;Skonto;Zahlbetrag\n"
    text += "RE;01.10.2026;KM-417;1.000,00;2,00;15.10.2026;20,00;980,00\nSumme;;;1.000,00;;;20,00;980,00\n"
    assert rows(advice(text.encode())) == [("KM-417", 1000_00, 20_00, 0, "", 980_00)]
    english = "Advice: 1\nInvoice type,Invoice date,Invoice no,Discount %,Discount,Net EUR\n"
    english += "INV,2026-10-01,KM-417,2.00,20.00,980.00\nTotal,,,,20.00,980.00\n"
    assert rows(advice(english.encode())) == [("KM-417", 1000_00, 20_00, 0, "", 980_00)]


@pytest.mark.parametrize("credit", ["(65,00)", "[65,00]", "（65,00）", "-65,00", "65,00-"])
def test_an_amount_in_brackets_is_taken_off(credit: str) -> None:
    text = f"Avis: 2210;\nRechnung;Betrag EUR\nKM-417;1.000,00\nKM-G1;{credit}\nSumme;935,00\n"
    assert [row.net for row in advice(text.encode()).rows] == [1000_00, -65_00]


def test_a_payers_own_workbook() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    head = ("Invoice", "Amount", "Deduction", "Paid", "Reason", "Currency")
    documents = (("KM-417", 1000, None, 1000, "", "EUR"), ("KM-423", 500.0, 65.0, 435.0, "damaged goods", "EUR"))
    for cells in (("Remittance advice", "2210"), head, *documents, ("Total", None, None, 1435, None, None)):
        sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    one = advice(stream.getvalue())
    assert (one.advice_id, one.total, rows(one)) == ("2210", 1435_00, WANTED)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ENGLISH[: ENGLISH.index("Total")], "has no total"),
        (ENGLISH.replace("Currency,EUR\n", ""), "names no currency"),
        (ENGLISH.replace("1,435.00", "1,436.00"), "add up to 1435.00"),
        (ENGLISH.replace("500.00", '"1,234"'), "decimal"),
        (ENGLISH + "KM-2026-00424,10.00,,10.00\n", "goes on behind its total"),
        ('Document no,Net,Currency\nKM-1,"120,000",USD\nKM-2,"30,500",USD\nTotal,"150,500",USD\n', "comma or a decimal point"),
    ],
)
def test_a_table_that_proves_nothing_is_not_used(text: str, why: str) -> None:
    found = registry.read(text.encode(), "file", ())
    assert found.advices == ()
    assert [why in one.why for one in found.unproven if isinstance(one, Unproven)] == [True]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"just a letter", "remittance.unknown"),
        (b"\x00\x01\x02", "remittance.unknown"),
        (REMT.replace("<Document", "<!DOCTYPE x [<!ENTITY a 'b'>]><Document", 1).encode(), "file.hostile"),
        (REMT[:-20].encode(), "file.malformed"),
        (REMADV[:-40].encode(), "file.cut"),
        (BODY[:-20].encode(), "file.cut"),
        (BODY.replace("1435.00", "1435.005").encode(), "amount.decimals"),
        (REMADV.replace("EUR", "ZZZ").encode(), "currency.unknown"),
    ],
)
def test_bad_files_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(MatcherError) as caught:
        registry.read(data, "file", ())
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("", ""), ("damage", "damage"), ("Beschädigte Ware", "damage"), ("Kürzung", "unknown"), ("Rücksendung", "return"), ("价格", "price")],
)
def test_reasons_in_words(text: str, code: str) -> None:
    assert reason_of(text) == code


def test_an_advice_in_two_sheets_is_not_read_by_half() -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Teil 2")
    assert first is not None
    for sheet, number in ((first, "KM-1"), (second, "KM-2")):
        sheet.append(["advice_id", "currency", "document_no", "net"])
        sheet.append(["A1", "EUR", number, 5])
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(MatcherError) as caught:
        registry.read(stream.getvalue(), "file", ())
    assert caught.value.code == "layout.ambiguous"
