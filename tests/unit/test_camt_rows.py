"""Entries of camt statements, one rule a test."""

from datetime import date

import pytest

from matcher.errors import MatcherError
from matcher.model import Transaction
from matcher.parsers.camt.fields import kind_of
from matcher.parsers.camt.rows import EntryReader, read_date

OWN, OTHER = "DE02120300000000202051", "DE89370400440532013000"


def entry(details: str = "", sign: str = "CRDT", more: str = "", amount: str = '<Amt Ccy="EUR">12.50</Amt>') -> Transaction:
    reader = EntryReader()
    reader.begin(OWN, "EUR", date(2026, 3, 31))
    return reader.read(
        f"<Ntry>{amount}<CdtDbtInd>{sign}</CdtDbtInd><BookgDt><Dt>2026-03-30</Dt></BookgDt>{more}<NtryDtls>{details}</NtryDtls></Ntry>", 7
    )


def tx(body: str) -> str:
    return f"<TxDtls>{body}</TxDtls>"


def parties(debtor: str, creditor: str, debtor_account: str = "", creditor_account: str = "") -> str:
    def side(role: str, name: str, account: str) -> str:
        told = f"<{role}Acct><Id><IBAN>{account}</IBAN></Id></{role}Acct>" if account else ""
        return (f"<{role}><Nm>{name}</Nm></{role}>" if name else "") + told

    return f"<RltdPties>{side('Dbtr', debtor, debtor_account)}{side('Cdtr', creditor, creditor_account)}</RltdPties>"


def test_the_debtor_of_a_credit_and_the_creditor_of_a_debit_are_the_counterparty() -> None:
    both = tx(parties("Payer", "Payee"))
    assert entry(both).counterparty_name == "Payer"
    assert entry(both, "DBIT").counterparty_name == "Payee"


def test_a_reversed_or_returned_payment_names_the_parties_of_the_original() -> None:
    assert entry(tx(parties("Payer", "Payee")), more="<RvslInd>true</RvslInd>").counterparty_name == "Payee"
    returned = tx(parties("Payer", "Payee") + "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
    assert entry(returned, "DBIT").counterparty_name == "Payer"
    assert entry(returned, "DBIT").return_reason == "AC04"


def test_the_own_account_is_never_the_counterparty() -> None:
    assert entry(tx(parties("Us", "Them", OWN, OTHER))).counterparty_account == OTHER
    assert entry(tx(parties("", "Company", "", OTHER))).counterparty_name == "Company"
    assert entry(tx(parties("", "Us", "", OWN))).counterparty_name == ""


def test_an_ultimate_party_lends_its_name() -> None:
    account = f"<DbtrAcct><Id><IBAN>{OTHER}</IBAN></Id></DbtrAcct>"
    row = entry(tx(f"<RltdPties><Dbtr><Nm>Agent</Nm></Dbtr>{account}<UltmtDbtr><Nm>Customer</Nm></UltmtDbtr></RltdPties>"))
    assert (row.counterparty_name, row.counterparty_account) == ("Customer", OTHER)


def test_a_reversal_is_not_flipped() -> None:
    row = entry(sign="DBIT", more="<RvslInd>true</RvslInd>")
    assert (row.amount, row.reversal) == (-1250, True)


@pytest.mark.parametrize("status", ["<Sts>{}</Sts>", "<Sts><Cd>{}</Cd></Sts>"])
def test_only_booked_entries_are_not_pending(status: str) -> None:
    assert [entry(more=status.format(code)).pending for code in ("BOOK", "PDNG", "INFO", "FUTR")] == [False, True, True, True]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": ""}, "value.unknown"),
        ({"sign": "CREDIT"}, "value.unknown"),
        ({"more": "<Sts>RJCT</Sts>"}, "value.unknown"),
        ({"amount": ""}, "row.invalid"),
        ({"amount": '<Amt Ccy="EUR"></Amt>'}, "amount.invalid"),
        ({"amount": '<Amt Ccy="EUR">1.234,56</Amt>'}, "amount.invalid"),
        ({"amount": '<Amt Ccy="EUR">NaN</Amt>'}, "amount.invalid"),
        ({"amount": '<Amt Ccy="EUR">1E3</Amt>'}, "amount.invalid"),
        ({"amount": '<Amt Ccy="EUR">99999999999999999999</Amt>'}, "amount.range"),
        ({"amount": '<Amt Ccy="EUR">' + "9" * 6000 + "</Amt>"}, "amount.range"),
        ({"amount": '<Amt Ccy="XYZ">1</Amt>'}, "currency.unknown"),
    ],
)
def test_an_entry_that_cannot_be_booked_is_refused_by_name(changes: dict[str, str], code: str) -> None:
    with pytest.raises(MatcherError) as caught:
        entry(**changes)
    assert caught.value.code == code


def test_an_amount_with_its_own_sign_is_multiplied_with_the_indicator() -> None:
    assert entry(amount='<Amt Ccy="EUR">-12.50</Amt>').amount == -1250
    assert entry(sign="DBIT", amount='<Amt Ccy="EUR">-12.50</Amt>').amount == 1250


def test_more_places_than_the_currency_has_are_kept_and_marked() -> None:
    row = entry(sign="DBIT", amount='<Amt Ccy="JPY">12.5</Amt>')
    assert (row.amount, row.exact) == (-12, "-12.5")


def test_one_part_lends_its_fields_and_keeps_its_own() -> None:
    row = entry(
        tx(
            "<Refs><EndToEndId>E1</EndToEndId><MndtId>M1</MndtId><AcctSvcrRef>A1</AcctSvcrRef></Refs><RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd></RmtInf>"
        )
    )
    assert (row.end_to_end_id, row.mandate_id, row.bank_reference, row.remittance_information) == ("E1", "M1", "A1", "one two")
    assert len(row.details) == 1
    assert row.details[0].end_to_end_id == "E1"


def test_several_parts_explain_the_entry_and_are_not_added_up() -> None:
    row = entry(
        tx('<Amt Ccy="EUR">10.00</Amt>') + tx('<TxAmt/><Amt Ccy="USD">9.00</Amt>') + tx("<Refs/>"),
        more="<AddtlNtryInf>batch</AddtlNtryInf>",
    )
    assert row.amount == 1250
    assert row.remittance_information == "batch"
    assert [(part.amount, part.currency) for part in row.details] == [(1000, "EUR"), (900, "USD"), (0, "EUR")]


def test_parts_are_also_found_in_blocks_of_a_learnt_shape() -> None:
    reader = EntryReader()
    reader.begin(OWN, "EUR", None)
    head = '<Ntry><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-30</Dt></BookgDt>'
    one, two = tx("<Refs><EndToEndId>E</EndToEndId></Refs>"), tx("<Refs><EndToEndId>F</EndToEndId></Refs>")
    counts = [len(reader.read(f"{head}<NtryDtls>{parts}</NtryDtls></Ntry>", 1).details) for parts in (one, one + two, one) * 40]
    assert counts == [1, 2, 1] * 40


def test_amounts_before_conversion_and_charges() -> None:
    row = entry(
        tx(
            '<Amt Ccy="USD">15.00</Amt><AmtDtls><InstdAmt><Amt Ccy="USD">15.50</Amt></InstdAmt>'
            '<CntrValAmt><Amt Ccy="EUR">12.50</Amt><CcyXchg><XchgRate>1.2</XchgRate></CcyXchg></CntrValAmt></AmtDtls>'
        ),
        sign="DBIT",
        more='<Chrgs><Rcrd><Amt Ccy="EUR">2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd>'
        '<Rcrd><Amt Ccy="EUR">0.50</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Chrgs>',
    )
    assert (row.instructed_amount, row.instructed_currency, row.exchange_rate, row.charges) == (-1550, "USD", "1.2", 150)
    assert entry(tx('<Amt Ccy="USD">15.00</Amt>')).instructed_amount == 1500
    assert entry(more='<Chrgs><TtlChrgsAndTaxAmt Ccy="USD">1.00</TtlChrgsAndTaxAmt></Chrgs>').charges is None


def test_an_accompanying_amount_that_cannot_be_read_costs_only_itself() -> None:
    reader = EntryReader()
    reader.begin(OWN, "EUR", date(2026, 3, 31))
    block = (
        '<Ntry><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><ValDt><Dt>soon</Dt></ValDt>'
        '<AmtDtls><InstdAmt><Amt Ccy="EUR">x</Amt></InstdAmt></AmtDtls></Ntry>'
    )
    row = reader.read(block, 1)
    assert (row.amount, row.instructed_amount, row.value_date, row.booking_date) == (100, None, None, date(2026, 3, 31))
    assert (reader.unreadable, reader.undated) == (2, 1)


def test_references_documents_and_a_cheque_become_readable_text() -> None:
    documents = (
        "<RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>77</Nb></RfrdDocInf>"
        "<RfrdDocInf><Nb>78</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf>"
    )
    text = f"<Ustrd>text\n  wrapped</Ustrd><Strd>{documents}</Strd><Strd><CdtrRefInf><Ref>second</Ref></CdtrRefInf></Strd>"
    row = entry(tx(f"<Refs><ChqNb>00441</ChqNb></Refs><RmtInf>{text}</RmtInf><AddtlTxInf>unused</AddtlTxInf>"))
    assert row.creditor_reference == "RF18539007547034"
    assert row.remittance_information == "text wrapped invoice 77 78 second cheque 00441"
    assert entry(tx("<AddtlTxInf>used</AddtlTxInf>")).remittance_information == "used"


def test_not_provided_is_no_reference() -> None:
    assert entry(tx("<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"), more="<NtryRef>5</NtryRef>").end_to_end_id == ""
    assert entry(more="<NtryRef>5</NtryRef>").bank_reference == "5"
    assert entry(more="<AcctSvcrRef>NONREF</AcctSvcrRef>").bank_reference == ""


def test_codes_and_kinds() -> None:
    domain = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{}</Cd><SubFmlyCd>{}</SubFmlyCd></Fmly></Domn><Prtry><Cd>Z1</Cd></Prtry></BkTxCd>"
    row = entry(tx(domain.format("RCDT", "ESCT")))
    assert (row.transaction_code, row.kind) == ("PMNT/RCDT/ESCT", "transfer")
    assert entry(more="<BkTxCd><Prtry><Cd>Z1</Cd></Prtry></BkTxCd>").transaction_code == "Z1"
    kinds = {
        ("PMNT", "RDDT", "UPDD"): "return",
        ("PMNT", "ICDT", "SALA"): "salary",
        ("ACMT", "MDOP", "CHRG"): "fee",
        ("SECU", "SETT", "INTR"): "",
    }
    assert {code: kind_of(*code) for code in kinds} == kinds


def test_dates_are_days_as_written() -> None:
    assert read_date(" 2026-03-31T23:59:59-11:00 ") == (date(2026, 3, 31), "23:59:59-11:00")
    assert read_date("2026-03-31+14:00") == (date(2026, 3, 31), "")
    for text in ("2026-02-30", "20260331", "2026-W13-2", "31.03.2026", "", "2026-03-31x"):
        with pytest.raises(MatcherError):
            read_date(text)


def german(code: str, issuer: str = "DK") -> str:
    told = f"<Issr>{issuer}</Issr>" if issuer else ""
    return f"<BkTxCd><Prtry><Cd>{code}</Cd>{told}</Prtry></BkTxCd>"


@pytest.mark.parametrize(
    ("code", "issuer", "kind", "reason"),
    [
        ("NTRF+166+9301+000", "DK", "transfer", ""),
        ("NDDT+105+931", "ZKA", "direct_debit", ""),
        ("NRTI+109+9301+901", "DK", "return", "AC01"),
        ("NCHG+808+9301+000", "", "fee", ""),
        ("166", "DK", "transfer", ""),
        ("166", "", "", ""),
        ("NTRF+166+9301+000", "XYZ", "", ""),
    ],
)
def test_german_codes_tell_the_kind_and_why_a_payment_came_back(code: str, issuer: str, kind: str, reason: str) -> None:
    row = entry(tx(german(code, issuer)), "DBIT")
    assert (row.kind, row.return_reason, row.transaction_code) == (kind, reason, code)


def test_a_payment_that_a_german_code_calls_returned_names_the_parties_of_the_original() -> None:
    body = parties("Payer", "Us")
    assert entry(tx(german("NRTI+109+9301+914") + body), "DBIT").counterparty_name == "Payer"
    assert entry(tx(body), "DBIT", more=german("NRTI+109+9301+914")).counterparty_name == "Payer"


def test_the_id_of_an_entry_may_be_a_reference_of_the_bank_s_own_type() -> None:
    refs = "<Refs><Prtry><Tp>{}</Tp><Ref>2026-03-30-08.11</Ref></Prtry></Refs>"
    assert entry(tx(refs.format("FI-UMSATZ-ID"))).bank_reference == "2026-03-30-08.11"
    assert entry(tx(refs.format("ORDER"))).bank_reference == ""


@pytest.mark.parametrize(
    "placeholder",
    ["NOTPROVIDED", "Not Provided", "n/a", "-", "...", "Unbekannt", "keine Angabe", "Nicht angegeben", "XXX", "0", "Niet bekend", "BRAK"],
)
def test_a_party_that_is_only_a_placeholder_lends_no_name(placeholder: str) -> None:
    body = f"<RltdPties><Dbtr><Nm>Customer</Nm></Dbtr><UltmtDbtr><Nm>{placeholder}</Nm></UltmtDbtr></RltdPties>"
    assert entry(tx(body)).counterparty_name == "Customer"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<RmtInf><Strd><AddtlRmtInf>?REJECT?0</AddtlRmtInf><AddtlRmtInf>Halle 3</AddtlRmtInf></Strd></RmtInf>", "Halle 3"),
        ("<RmtInf><Strd><AddtlRmtInf>?ERROR?000</AddtlRmtInf></Strd></RmtInf>", ""),
        ("<RmtInf><Ustrd>Halle</Ustrd></RmtInf><AddtlTxInf>Miete 2026-77 Halle</AddtlTxInf>", "Miete 2026-77 Halle"),
        ("<RmtInf><Ustrd>Miete 2026-77</Ustrd></RmtInf><AddtlTxInf>SEPA CREDIT</AddtlTxInf>", "Miete 2026-77"),
    ],
)
def test_text_beside_the_payer_s(body: str, text: str) -> None:
    assert entry(tx(body)).remittance_information == text
