"""Proposed layouts: of tables of many kinds, in many languages, each reads its file right and leaves nobody's words out."""

from decimal import Decimal

import pytest

from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.csv.propose import propose

CASES: dict[str, tuple[str, int, str, str, str, str]] = {
    "chase": (
        "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n"
        "DEBIT,02/17/2026,\"ACH PAYMENT PAPER MILL\",-120.50,ACH_DEBIT,1880.00,,\n"
        "CREDIT,02/14/2026,\"WIRE IN KESTREL LLC\",900.00,WIRE_INCOMING,2000.50,,\n"
        "CHECK,02/13/2026,\"CHECK 204\",-40.00,CHECK_PAID,1100.50,204,\n",
        3,
        "900.00",
        "160.50",
        "USD",
        "KESTREL",
    ),
    "boa": (
        "Description,,Summary Amt.\n"
        "Beginning balance as of 02/01/2026,,\"1,000.00\"\n"
        "Total credits,,\"2,500.00\"\n"
        "Total debits,,\"-300.25\"\n"
        "Ending balance as of 02/28/2026,,\"3,199.75\"\n"
        "\n"
        "Date,Description,Amount,Running Bal.\n"
        "02/01/2026,Beginning balance as of 02/01/2026,,\"1,000.00\"\n"
        "02/13/2026,\"KESTREL LLC DES:PAY\",\"2,500.00\",\"3,500.00\"\n"
        "02/19/2026,\"PAPER MILL\",\"-300.25\",\"3,199.75\"\n",
        2,
        "2500.00",
        "300.25",
        "USD",
        "KESTREL",
    ),
    "halifax": (
        "Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit"
        " Amount,Credit Amount,Balance\n"
        "18/02/2026,FPI,'11-22-33,12345678,KESTREL LTD INV 9,,250.00,1250.00\n"
        "17/02/2026,DEB,'11-22-33,12345678,PAPER MILL,20.00,,1000.00\n",
        2,
        "250.00",
        "20.00",
        "GBP",
        "KESTREL",
    ),
    "wise": (
        "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Excha"
        "nge From,Exchange To,Exchange Rate,Payer Name,Payee Name,Payee Account Number,Merchant,C"
        "ard Last Four Digits,Card Holder Full Name,Attachment,Note,Total fees\n"
        "TRANSFER-77,18-02-2026,250.00,EUR,Received money from KESTREL with reference 9,INV 9,125"
        "0.00,,,,KESTREL,,,,,,,,0.00\n"
        "TRANSFER-78,17-02-2026,-20.50,EUR,Sent money to Paper Mill,B7,1000.00,,,,,Paper Mill,DE0"
        "2120300000000202051,,,,,,0.50\n",
        2,
        "250.00",
        "20.50",
        "EUR",
        "INV 9",
    ),
    "wisehist": (
        "ID,Status,Direction,Created on,Finished on,Source fee amount,Source fee currency,Target "
        "fee amount,Target fee currency,Source name,Source amount (after fees),Source currency,Ta"
        "rget name,Target amount (after fees),Target currency,Exchange rate,Reference,Batch\n"
        "TRANSFER-1,COMPLETED,IN,2026-02-18 10:11:12,2026-02-18 10:11:13,0.00,EUR,,,KESTREL,250.0"
        "0,EUR,Us Ltd,250.00,EUR,1.0,INV 9,\n"
        "TRANSFER-2,COMPLETED,OUT,2026-02-19 10:11:12,2026-02-19 10:11:13,0.50,EUR,,,Us Ltd,20.00"
        ",EUR,Paper Mill,20.00,EUR,1.0,B7,\n",
        2,
        "250.00",
        "20.00",
        "EUR",
        "INV 9",
    ),
    "paypal": (
        "﻿\"Datum\",\"Uhrzeit\",\"Zeitzone\",\"Name\",\"Typ\",\"Status\",\"Währung\",\"Brutto\",\"Gebühr\",\"Netto\","
        "\"Absender E-Mail-Adresse\",\"Empfänger E-Mail-Adresse\",\"Transaktionscode\",\"Guthaben\"\n"
        "\"18.02.2026\",\"10:11:12\",\"CET\",\"Kestrel GmbH\",\"Website-Zahlung\",\"Abgeschlossen\",\"EUR\",\"10"
        "0,00\",\"-2,84\",\"97,16\",\"a@x.de\",\"b@x.de\",\"1AB\",\"97,16\"\n"
        "\"19.02.2026\",\"10:11:12\",\"CET\",\"Paper Mill\",\"Zahlung\",\"Abgeschlossen\",\"EUR\",\"-20,00\",\"0,0"
        "0\",\"-20,00\",\"b@x.de\",\"c@x.de\",\"2AB\",\"77,16\"\n"
        "\"20.02.2026\",\"10:11:12\",\"CET\",\"Owl Inc\",\"Zahlung\",\"Abgeschlossen\",\"USD\",\"50,00\",\"-1,50\","
        "\"48,50\",\"d@x.de\",\"b@x.de\",\"3AB\",\"48,50\"\n",
        3,
        "145.66",
        "20.00",
        "",
        "Kestrel",
    ),
    "stripe": (
        "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description\n"
        "txn_1,charge,ch_1,100.00,3.20,96.80,eur,2026-02-18 10:11,2026-02-20 00:00,Invoice 9 KEST"
        "REL\n"
        "txn_2,payout,po_1,-96.80,0.00,-96.80,eur,2026-02-20 00:00,2026-02-20 00:00,STRIPE PAYOUT"
        "\n",
        2,
        "96.80",
        "96.80",
        "EUR",
        "KESTREL",
    ),
    "axis": (
        "Name :- US TRADERS,,,,,,\n"
        "Customer No :- 77,,,,,,\n"
        "Statement of Account No :- 917020012345678 for the period (From : 01-02-2026 To : 28-02-"
        "2026),,,,,,\n"
        ",,,,,,\n"
        "Tran Date,CHQNO,PARTICULARS,DR,CR,BAL,SOL\n"
        "17-02-2026,,NEFT/KESTREL/INV9, ,25000.00,35000.00,77\n"
        "18-02-2026,123,PAPER MILL,5000.00, ,30000.00,77\n",
        2,
        "25000.00",
        "5000.00",
        "",
        "KESTREL",
    ),
    "icici": (
        "S No.,Value Date,Transaction Date,Cheque Number,Transaction Remarks,Withdrawal Amount (I"
        "NR ),Deposit Amount (INR ),Balance (INR )\n"
        "1,17/02/2026,17/02/2026,-,NEFT-KESTREL-INV9,0.0,25000.00,35000.00\n"
        "2,18/02/2026,18/02/2026,-,PAPER MILL,5000.00,0.0,30000.00\n",
        2,
        "25000.00",
        "5000.00",
        "INR",
        "KESTREL",
    ),
    "mbank": (
        "mBank S.A. Bankowość;;\n"
        "#Klient;;\n"
        "US SP. Z O.O.;;\n"
        "\n"
        "#Data operacji;#Opis operacji;#Rachunek;#Kategoria;#Kwota;\n"
        "2026-02-18;\"PRZELEW KESTREL FV 9\";\"mBiznes 1234\";\"Wpływy\";1 200,00 PLN;;\n"
        "2026-02-17;\"PAPER MILL\";\"mBiznes 1234\";\"Inne\";-120,50 PLN;;\n",
        2,
        "1200.00",
        "120.50",
        "PLN",
        "KESTREL",
    ),
    "rbc": (
        "\"Account Type\",\"Account Number\",\"Transaction Date\",\"Cheque Number\",\"Description 1\",\"Desc"
        "ription 2\",\"CAD$\",\"USD$\"\n"
        "Chequing,01234-5123456,2/17/2026,,\"Deposit\",\"KESTREL INC\",250.00,,\n"
        "Chequing,01234-5123456,2/18/2026,,\"Bill pay\",\"PAPER MILL\",-20.00,,\n",
        2,
        "250.00",
        "20.00",
        "CAD",
        "KESTREL",
    ),
    "rakuten": (
        "取引日,入出金(円),取引後残高(円),入出金内容\n"
        "20260217,50000,150000,振込 カワセミ商会\n"
        "20260218,-3000,147000,ペーパーミル\n",
        2,
        "50000",
        "3000",
        "JPY",
        "カワセミ",
    ),
    "standard2": (
        "ALL,0,ACC-NO,77001234,,,,\n"
        "0,20260201,OPEN,1000.00,OPEN BALANCE,,0,0\n"
        "HIST,20260205,,-100.00,PAYMENT,PAPER MILL,77,0\n"
        "HIST,20260209,,2500.00,CREDIT TRANSFER,KESTREL CC INV 9,77,0\n"
        "HIST,20260210,,-50.00,FEE,ADMIN,77,0\n"
        "0,20260228,CLOSE,3350.00,CLOSE BALANCE,,0,0\n",
        3,
        "2500.00",
        "150.00",
        "",
        "KESTREL",
    ),
    "belfius": (
        "Boekingsdatum vanaf;01/02/2026\n"
        "Boekingsdatum tot en met;28/02/2026\n"
        "Bedrag vanaf;\n"
        "Laatste saldo;1.230,00 EUR\n"
        "Datum/uur van het laatste saldo;28/02/2026 10:00:00\n"
        ";\n"
        "Rekening;Boekingsdatum;Rekeninguittrekselnummer;Transactienummer;Rekening tegenpartij;Na"
        "am tegenpartij bevat;Straat en nummer;Postcode en plaats;Transactie;Valutadatum;Bedrag;D"
        "evies;BIC;Landcode;Mededelingen\n"
        "BE68 5390 0754 7034;17/02/2026;2;12;BE02 1203 0000 0000;KESTREL BV;;;OVERSCHRIJVING;17/0"
        "2/2026;250,00;EUR;GKCCBEBB;BE;FACTUUR 9\n"
        "BE68 5390 0754 7034;18/02/2026;2;13;BE02 1203 0000 0001;PAPER MILL;;;BETALING;18/02/2026"
        ";-20,00;EUR;GKCCBEBB;BE;B7\n",
        2,
        "250.00",
        "20.00",
        "EUR",
        "FACTUUR 9",
    ),
    "ubs": (
        "Kontonummer:;0234 00123456.01;\n"
        "IBAN:;CH93 0076 2011 6238 5295 7;\n"
        "Von:;2026-02-01;\n"
        "Bis:;2026-02-28;\n"
        "Anfangssaldo:;1000.00;\n"
        "Schlusssaldo:;1230.00;\n"
        "Bewertet in:;CHF;\n"
        "Anzahl Transaktionen in diesem Zeitraum:;2;\n"
        "\n"
        "Abschlussdatum;Abschlusszeit;Buchungsdatum;Valutadatum;Währung;Belastung;Gutschrift;Einz"
        "elbetrag;Saldo;Transaktions-Nr.;Beschreibung1;Beschreibung2;Beschreibung3;Fussnoten;\n"
        "2026-02-18;;2026-02-18;2026-02-18;CHF;-20.00;;;1230.00;9930;PAPER MILL;Zahlung;Ref B7;;\n"
        "2026-02-17;;2026-02-17;2026-02-17;CHF;;250.00;;1250.00;9931;KESTREL AG;Gutschrift;Ref IN"
        "V 9;;\n",
        2,
        "250.00",
        "20.00",
        "CHF",
        "INV 9",
    ),
    "itau": (
        "17/02/2026;TED RECEBIDA KESTREL;250,00\n"
        "18/02/2026;PAG BOLETO PAPER MILL;-20,00\n"
        "19/02/2026;TAR PACOTE;-9,90\n",
        3,
        "250.00",
        "29.90",
        "",
        "KESTREL",
    ),
    "discover": (
        "Trans. Date,Post Date,Description,Amount,Category\n"
        "02/13/2026,02/14/2026,\"PAPER MILL\",35.10,Office\n"
        "02/20/2026,02/20/2026,\"INTERNET PAYMENT\",-35.10,Payments\n",
        2,
        "35.10",
        "35.10",
        "USD",
        "PAPER MILL",
    ),
    "seb": (
        "Bokföringsdatum;Valutadatum;Verifikationsnummer;Text/mottagare;Belopp;Saldo\n"
        "2026-02-18;2026-02-18;5490990007;KESTREL AB;250,00;1250,00\n"
        "2026-02-17;2026-02-17;5490990008;PAPER MILL;-20,00;1000,00\n",
        2,
        "250.00",
        "20.00",
        "",
        "KESTREL",
    ),
    "swiss": (
        "Datum;Buchungstext;Belastung CHF;Gutschrift CHF;Saldo CHF\n"
        "17.02.2026;KESTREL AG;;1'250.00;2'250.00\n"
        "18.02.2026;PAPER MILL;20.00;;2'230.00\n",
        2,
        "1250.00",
        "20.00",
        "CHF",
        "KESTREL",
    ),
    "monzolike": (
        "Date,Description,Type,Amount,Currency\n"
        "2026-02-05,Retainer KESTREL,Credit,840.00,NGN\n"
        "2026-02-07,Rent,Debit,310.00,NGN\n",
        2,
        "840.00",
        "310.00",
        "NGN",
        "KESTREL",
    ),
    "letterhead": (
        "First Harbour Bank\n"
        "Statement for: Us Ltd\n"
        "Account: 77001234\n"
        "\n"
        "Date,Narrative,Withdrawn,Paid In,Balance\n"
        "17/02/2026,KESTREL LTD,,250.00,1250.00\n"
        "18/02/2026,PAPER MILL,20.00,,1230.00\n"
        "Total,,20.00,250.00,\n",
        2,
        "250.00",
        "20.00",
        "",
        "KESTREL",
    ),
    "korea": (
        "거래일시,적요,출금액,입금액,잔액\n"
        "2026.02.17 10:11:12,KESTREL,0,50000,150000\n"
        "2026.02.18 10:11:12,PAPER MILL,3000,0,147000\n",
        2,
        "50000",
        "3000",
        "",
        "KESTREL",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_proposal_reads_its_file_right(name: str) -> None:
    text, count, credit, debit, currency, words = CASES[name]
    source = Source.of(text.encode(), f"{name}.csv")
    proposal = propose(source)
    found = inspect(source, ParseOptions(profile="my-bank", profiles={"my-bank": proposal.toml}), transactions=True)
    assert [p["message"] for p in found["problems"] if p["severity"] == "error"] == []
    sums = {side: sum(Decimal(s[side]) for s in found["statements"]) for side in ("credit", "debit")}
    assert (sum(s["transactions"] for s in found["statements"]), sums) == (count, {"credit": Decimal(credit), "debit": Decimal(debit)})
    assert {currency} - {"", *(s["currency"] for s in found["statements"])} == set()
    assert any(words in f"{row['counterparty_name']} {row['remittance_information']}" for row in found["transactions"])


def test_columns_that_are_not_read_are_named() -> None:
    text = "Date,Description,Amount,Zone,Balance\n2026-02-17,KESTREL,250.00,7,1250.00\n2026-02-18,MILL,-20.00,9,1230.00\n"
    assert "# CHECK not read: 'Zone'" in propose(Source.of(text.encode())).toml


def test_balances_and_totals_written_as_rows_are_no_bookings() -> None:
    toml = propose(Source.of(CASES["boa"][0].encode())).toml
    assert 'starts = ["Beginning balance"]' in toml
    assert 'means = "opening"' in toml


HEAD = "Date,Amount,Text,Currency\n"


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        # payers whose names begin like a balance
        (HEAD + "2026-03-14,10.00,End Point Ltd,EUR\n2026-03-15,-20.00,Open Sky Ltd,EUR\n", [1000, -2000]),
        # a row without its day begins like one that has it
        ("Text,Date,Amount,Currency\nCust 1,,99.00,EUR\nCust 2,2026-03-15,-20.00,EUR\nAbc,2026-03-16,5.00,EUR\n", [-2000, 500]),
        ("Date,Amount,Balance,Text,Currency\n2026-03-13,,100.00,KESTREL,EUR\n2026-03-14,10.00,110.00,KESTREL,EUR\n", [1000]),
        # debits with a minus, in brackets, with a word; and one that came back
        ("Date,Text,Debit,Credit,Currency\n2026-03-14,Abc,(10.00),,EUR\n2026-03-16,Cde,,5.00,EUR\n", [-1000, 500]),
        ("Date,Text,Debit,Credit,Currency\n2026-03-14,Abc,10.00 DR,,EUR\n2026-03-16,Cde,,5.00,EUR\n", [-1000, 500]),
        (
            "Date,Text,Debit,Credit,Balance,Currency\n2026-03-14,Abc,10.00,,90.00,EUR\n2026-03-15,Bcd,-20.00,,110.00,EUR\n"
            "2026-03-16,Cde,,5.00,115.00,EUR\n",
            [-1000, 2000, 500],
        ),
        ("Date;Text;Amount;Sign;Currency\n14.03.2026;Abc;10,00;-;EUR\n15.03.2026;Bcd;20,00;+;EUR\n", [-1000, 2000]),
    ],
)
def test_a_proposal_takes_no_booking_for_none_and_keeps_its_direction(text: str, amounts: list[int]) -> None:
    assert [row.amount for row in propose(Source.of(text.encode())).rows] == amounts


def test_a_fee_that_few_rows_have_is_taken_off() -> None:
    rows, balance = [], Decimal(1000)
    for day in range(1, 21):
        fee = Decimal("0.50") if day == 8 else Decimal(0)
        balance += day - fee
        rows.append(f"2026-03-{day:02},{day}.00,{fee:.2f},{balance:.2f},Abc,EUR\n")
    proposal = propose(Source.of(f"Date,Amount,Fee,Balance,Text,Currency\n{''.join(rows)}".encode()))
    assert [proposal.rows[place].amount for place in (6, 7, 8)] == [700, 750, 900]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Date,Amount,Text,Currency,Status\n2026-03-14,10.00,Abc,EUR,Booked\n2026-03-15,-20.00,Def,EUR,Blocked\n",
            "# CHECK all of these are read as booked: Booked, Blocked",
        ),
        (
            "Date,Text,Net,VAT,Gross,Currency\n2026-03-14,Abc,-10.00,-1.90,-11.90,EUR\n2026-03-15,Bcd,20.00,3.80,23.80,EUR\n",
            "# CHECK the net amount",
        ),
        (
            "Date,Text,Debit,Credit,Currency\n2026-03-14,Abc,-10.00,,EUR\n2026-03-15,Bcd,20.00,,EUR\n2026-03-16,Cde,,5.00,EUR\n",
            "# CHECK some debits are negative",
        ),
        (HEAD + "2026-03-14,10.00,Opening balance,EUR\n2026-03-15,-20.00,Cust,EUR\n", "# CHECK such rows have a day and an amount"),
        (HEAD + "2026-03-14,10.00,Abc,EUR\n,99.00,Cust,EUR\n2026-03-15,-20.00,Cust,EUR\n", "# CHECK such rows have an amount and no day"),
    ],
)
def test_what_a_proposal_cannot_know_is_to_be_checked(text: str, said: str) -> None:
    assert said in propose(Source.of(text.encode())).toml
