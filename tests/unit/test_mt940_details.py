"""What the text of an MT940 entry tells: one literal text a case."""

from typing import Any

import pytest

from matcher.model import Transaction
from matcher.parsers.mt940 import german
from matcher.parsers.mt940.entry import Entry, transaction

HEAD = "2403150315{}12,50{}"


def read(text: str, head: str = "NTRFNONREF", mark: str = "C", extra: str = "", tag: str = "86") -> Transaction:
    lines = [HEAD.format(mark, head), *(extra.split("\n") if extra else [])]
    row, _ = transaction(Entry(7, lines, [text.split("\n")] if text else [], tag), "EUR")
    return row


def seen(row: Transaction, **fields: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in fields}


CASES: list[tuple[str, Transaction, dict[str, Any]]] = [
    (
        "all SEPA identifiers",
        read(
            "166?00GUTSCHRIFT?20EREF+RE-1?21KREF+K-1?22MREF+M-1?23CRED+DE98ZZZ?24SVWZ+Rechnung 1?25ABWA+Tochter GmbH"
            "?30COBADEFFXXX?31DE02 1203?32Mutter AG?34000"
        ),
        {
            "transaction_code": "166",
            "kind": "transfer",
            "end_to_end_id": "RE-1",
            "mandate_id": "M-1",
            "remittance_information": "Rechnung 1 ABWA+Tochter GmbH",
            "counterparty_bank": "COBADEFFXXX",
            "counterparty_account": "DE021203",
            "counterparty_name": "Mutter AG",
        },
    ),
    ("an identifier over two parts", read("105?20EREF+1234567890?21567?22SVWZ+A"), {"end_to_end_id": "1234567890 567"}),
    (
        "an identifier that fills its part",
        read("105?20EREF+1234567890123456789012?21567?22SVWZ+A"),
        {"end_to_end_id": "1234567890123456789012567"},
    ),
    ("no end-to-end id", read("166?20EREF+NOTPROVIDED?21SVWZ+A"), {"end_to_end_id": "", "remittance_information": "A"}),
    (
        "identifiers inside a part",
        read("166?20EREF+E1 MREF+M1 SVWZ+A+B"),
        {"end_to_end_id": "E1", "mandate_id": "M1", "remittance_information": "A+B"},
    ),
    (
        "an account in the text",
        read("166?20IBAN+DE02120300000000202051?21BIC+BYLADEM1001?22SVWZ+A"),
        {"counterparty_account": "DE02120300000000202051"},
    ),
    (
        "numbered parts without a code, the account wrapped",
        read(">20Za fakture 118/2026>21z 3 marca>3011401010>3155114010100000\n0012345678>32Zaklad Szklarski J Nowak"),
        {
            "counterparty_name": "Zaklad Szklarski J Nowak",
            "counterparty_account": "551140101000000012345678",
            "remittance_information": "Za fakture 118/2026 z 3 marca",
        },
    ),
    (
        "a blank trimmed where a line is one place short",
        read("834?00UMBUCHUNG?109999?20AUSGLEICH LIEFERUNG 771204?21BESTELLUNG\n70050101?3070050101?3122222222"),
        {"remittance_information": "AUSGLEICH LIEFERUNG 771204 BESTELLUNG 70050101"},
    ),
    ("the code of free text", read("999MIETE MAERZ HALLE 3"), {"remittance_information": "MIETE MAERZ HALLE 3"}),
    ("a number in front of free text", read("9991 MIETE MAERZ"), {"remittance_information": "9991 MIETE MAERZ"}),
    (
        "a party in lines",
        read("/ORDP/210000000771204\n/PEKARA ZLATNO ZITO DOO\n/12//34\n/Uplata faktura 12"),
        {
            "counterparty_account": "210000000771204",
            "counterparty_name": "PEKARA ZLATNO ZITO DOO",
            "remittance_information": "12//34 Uplata faktura 12",
        },
    ),
    (
        "text behind an original amount",
        read("/OCMT/USD118,40/\nINVOICE 77120 HARBOUR GLASS LTD"),
        {"remittance_information": "INVOICE 77120 HARBOUR GLASS LTD", "instructed_amount": 11840, "instructed_currency": "USD"},
    ),
    (
        "a number that is no IBAN",
        read("/TRTP/SEPA OVERBOEKING/BBAN/42771204/NAME/Glas B.V./REMI/F 7"),
        {"counterparty_account": "42771204"},
    ),
    ("an account of zeros", read("/PREF/BATCH-7", extra="0000000000"), {"counterparty_account": ""}),
    (
        "labels of ABN AMRO behind a full line",
        read(
            "SEPA OVERBOEKING                 IBAN: NL02ABNA0123456789\n"
            "BIC: ABNANL2A                    NAAM: GLASHANDEL DE LINDEBOOM BV.\n"
            "OMSCHRIJVING: NOTA 77-12\nKENMERK: 554"
        ),
        {"counterparty_name": "GLASHANDEL DE LINDEBOOM BV.", "remittance_information": "NOTA 77-12", "end_to_end_id": "554"},
    ),
    (
        "code words behind account and name",
        read(
            "NL02ABNA0123456789 glashandel linde\n\n/TRTP/Europese Incasso/NAME/GLASHANDEL LINDE/MARF/M-77/REMI/Nota 12/EREF/E/12",
            head="NINCNL02ABNA0123456789",
        ),
        {"mandate_id": "M-77", "end_to_end_id": "E/12", "remittance_information": "Nota 12", "counterparty_name": "glashandel linde"},
    ),
    (
        "a word that is no account",
        read("166?20IBAN+BIC bitte angeben"),
        {"counterparty_account": "", "remittance_information": "IBAN+BIC bitte angeben"},
    ),
    ("short parts are lines", read("051?20ABSCHLAG?21MAERZ?22RE 5"), {"remittance_information": "ABSCHLAG MAERZ RE 5"}),
    (
        "a bank that wraps at 25",
        read("051?20" + "a" * 25 + "?21" + "b" * 25 + "?22cc"),
        {"remittance_information": "a" * 25 + "b" * 25 + "cc"},
    ),
    (
        "a name over two parts",
        read("051?32Zimmermann Beteiligungs- un?33d Verwaltungs GmbH"),
        {"counterparty_name": "Zimmermann Beteiligungs- und Verwaltungs GmbH"},
    ),
    ("a name on two lines", read("051?32Karl?33Kessler"), {"counterparty_name": "Karl Kessler"}),
    ("the title when there is no text", read("805?00ABSCHLUSS?10931"), {"remittance_information": "ABSCHLUSS", "kind": "fee"}),
    (
        "an IBAN beside an account number",
        read("020?31123?38PL61109010140000071219812874"),
        {"counterparty_account": "PL61109010140000071219812874"},
    ),
    ("a return with its reason", read("109?20SVWZ+R?34902", mark="D"), {"kind": "return", "return_reason": "AC04"}),
    ("a return with a reason that is not in the table", read("109?20SVWZ+R?34917", mark="D"), {"return_reason": "917"}),
    ("a key extension that is no reason", read("166?20SVWZ+R?34992"), {"return_reason": ""}),
    (
        "original amount and fee of a return",
        read("109?20OAMT+10,00?21COAM+2,50", mark="D"),
        {"instructed_amount": -1000, "instructed_currency": "EUR", "charges": 250},
    ),
    ("a salary by purpose", read("166?20PURP+SALA?21SVWZ+Lohn"), {"kind": "salary", "remittance_information": "Lohn"}),
    (
        "a question mark in the text",
        read("166?20Was? Rechnung 7?32A"),
        {"remittance_information": "Was? Rechnung 7", "counterparty_name": "A"},
    ),
    ("another separator", read("166>00GUTSCHRIFT>20A>32B"), {"remittance_information": "A", "counterparty_name": "B"}),
    ("a separator from outside the usual", read("166~00GUTSCHRIFT~20A~32B"), {"remittance_information": "A", "counterparty_name": "B"}),
    ("a number and a mark are not German", read("166!55 per cent"), {"remittance_information": "166!55 per cent"}),
    ("a code broken over lines", read("166?00X?2\n0EREF+E?2\n1SVWZ+A"), {"end_to_end_id": "E", "remittance_information": "A"}),
    ("an empty first line", read("\n166?20A"), {"remittance_information": "A", "transaction_code": "166"}),
    (
        "code words",
        read("/TRTP/SEPA INCASSO/NAME/A BV/IBAN/NL20INGB 0001234567/BIC/INGBNL2A/REMI/X/MARF/M/EREF/E"),
        {
            "kind": "direct_debit",
            "counterparty_name": "A BV",
            "counterparty_account": "NL20INGB0001234567",
            "counterparty_bank": "INGBNL2A",
            "remittance_information": "X",
            "mandate_id": "M",
            "end_to_end_id": "E",
        },
    ),
    (
        "slashes in the text of code words",
        read("/REMI/INV 1/2/3 A/B/EREF/E"),
        {"remittance_information": "INV 1/2/3 A/B", "end_to_end_id": "E"},
    ),
    ("both parties, money in", read("/ORDP//NAME/PAYER/BENM//NAME/US/REMI/X"), {"counterparty_name": "PAYER"}),
    ("both parties, money out", read("/ORDP//NAME/US/BENM//NAME/PAYEE/REMI/X", mark="D"), {"counterparty_name": "PAYEE"}),
    ("one party, whatever its word", read("/ORDP//NAME/CREDITOR/REMI/X", mark="D"), {"counterparty_name": "CREDITOR"}),
    ("the ultimate party is another", read("/ORDP//NAME/PAYER/ULTD//NAME/OTHER/REMI/X"), {"counterparty_name": "PAYER"}),
    (
        "a counterparty without account",
        read("/CNTP///A. NAME//REMI/USTD//X Y/"),
        {"counterparty_name": "A. NAME", "counterparty_account": "", "remittance_information": "X Y"},
    ),
    (
        "a structured reference",
        read("/REMI/STRD/CUR/RF18539007547034/"),
        {"creditor_reference": "RF18539007547034", "remittance_information": "RF18539007547034"},
    ),
    (
        "amounts in code words",
        read("/REMI/X/OCMT/USD20,00/EXCH/1,6/CHGS/EUR1,50/"),
        {
            "instructed_amount": 2000,
            "instructed_currency": "USD",
            "exchange_rate": "1,6",
            "charges": 150,
        },
    ),
    ("charges in another currency are not ours", read("/CHGS/USD1,50/REMI/X"), {"charges": None}),
    (
        "second line of :61:",
        read("text", extra="/OCMT/JPY900,//EXCH/0,0139/", mark="D"),
        {"instructed_amount": -900, "instructed_currency": "JPY", "exchange_rate": "0,0139"},
    ),
    ("second line without :86:", read("", extra="CHEQUE DEPOSIT"), {"remittance_information": "CHEQUE DEPOSIT"}),
    ("second line beside text", read("text", extra="CHEQUE DEPOSIT"), {"remittance_information": "text"}),
    (
        "MultiCash",
        read("01text one\n02text two\n15Name\n17Title\n3350070010\n34123456", tag="NS"),
        {
            "remittance_information": "text one text two",
            "counterparty_name": "Name",
            "counterparty_bank": "50070010",
            "counterparty_account": "123456",
        },
    ),
    ("lines of 65 go on", read("x" * 65 + "\nyy"), {"remittance_information": "x" * 65 + "yy"}),
    ("shorter lines are parted", read("one\ntwo\nthree"), {"remittance_information": "one two three"}),
    ("Dutch payment reference", read("BETALINGSKENM.  1100000044887766 NOTA"), {"creditor_reference": "1100000044887766"}),
    (
        "account that is the reference and begins the text",
        read("NL91ABNA0417164300 j janssen\n\nNota 5", head="NOVBNL91ABNA0417164300"),
        {
            "counterparty_account": "NL91ABNA0417164300",
            "counterparty_name": "j janssen",
            "remittance_information": "Nota 5",
            "end_to_end_id": "",
        },
    ),
    (
        "an account in the text alone is not taken",
        read("NL91ABNA0417164300 j janssen\n\nNota 5"),
        {"counterparty_account": "", "counterparty_name": ""},
    ),
    (
        "name behind a padded reference",
        read("Nota 5", head="N0560123456789      FIETSENHUIS"),
        {
            "counterparty_account": "0123456789",
            "counterparty_name": "FIETSENHUIS",
            "end_to_end_id": "",
        },
    ),
    (
        "Knab",
        read("Nota 5\nREK: NL20INGB0001234567/NAAM: A B.V."),
        {"counterparty_account": "NL20INGB0001234567", "counterparty_name": "A B.V.", "remittance_information": "Nota 5"},
    ),
    ("a word in free text is not a party", read("NAAM: nobody in particular"), {"counterparty_name": ""}),
    ("kind by SWIFT's code", read("x", head="NCHG"), {"kind": "fee", "transaction_code": "NCHG"}),
    ("an entry of a SWIFT transfer", read("x", head="S103"), {"kind": "transfer", "transaction_code": "S103"}),
    ("a bank's own number is not SWIFT's", read("x", head="N103"), {"kind": ""}),
    ("a code that says nothing", read("x", head="NMSC"), {"kind": ""}),
    ("a code with two meanings says nothing", read("x", head="NSTO"), {"kind": ""}),
]


@pytest.mark.parametrize(("row", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_details(row: Transaction, expected: dict[str, Any]) -> None:
    assert seen(row, **expected) == expected


def test_many_parts_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    width = german._narrow_width
    monkeypatch.setattr(german, "_narrow_width", lambda parts: looks.append(len(parts)) or width(parts))
    read("166?00GUTSCHRIFT?20SVWZ+A" + "".join(f"?{20 + n % 10}part {n}" for n in range(400)))
    assert len(looks) <= 1
