"""Statement files of any size in the formats that banks send, to time readers with: `python -m benchmarks.statements mt940 1000000 FILE`.

All formats tell the same invented transactions of one account and one month. Every file's balances hold to the cent.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from benchmarks.month.draws import Draws
from benchmarks.month.payers import plain_letters
from benchmarks.month.words import BUSINESS, ENDS, STARTS

ACCOUNT = "DE84100900001234567892"
CURRENCY = "EUR"
OPENING = 1_000_000_00
_FIRST = date(2026, 10, 1)
_DAYS = 31
_CHUNK = 20_000


class Entry(NamedTuple):
    """One transaction; amount in cents, credit > 0; the plain name is in ASCII, for formats that allow no more."""

    day: date
    amount: int
    reference: str
    name: str
    plain_name: str
    account: str
    text: str
    end_to_end_id: str


def entries(count: int) -> Iterator[Entry]:
    """The transactions, day by day."""
    names = [f"{start}{end} {trade} GmbH" for start in STARTS[:20] for end in ENDS[:12] for trade in BUSINESS["de"][:6]]
    plain = [plain_letters(name) for name in names]
    for start in range(0, count, _CHUNK):
        size, draws = min(_CHUNK, count - start), Draws(start)
        amounts = draws.between("amount", size, 100, 5_000_00).tolist()
        debit, payer = draws.chance("debit", size, 170).tolist(), draws.below("name", size, len(names)).tolist()
        number = draws.below("number", size, 10**6).tolist()
        for i in range(size):
            at = start + i
            yield Entry(
                _FIRST + timedelta(days=at * _DAYS // count), -amounts[i] if debit[i] else amounts[i], f"B{at:012d}", names[payer[i]],
                plain[payer[i]], f"DE{payer[i] % 90 + 10:02d}1002003000{payer[i]:010d}",
                f"Rechnung RE-2026-{number[i]:06d} vom 12.09.2026 Kd-Nr {payer[i] + 10_000}",
                f"E2E-{at * 7:012d}",
            )  # fmt: skip


def _decimal(cents: int) -> str:
    sign, digits = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{digits // 100}.{digits % 100:02d}"


def ofx1(count: int) -> Iterator[str]:
    """OFX 1.x: SGML with unclosed leaves."""
    yield "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:UTF-8\nCHARSET:NONE\nCOMPRESSION:NONE\n"
    yield "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
    yield from _ofx(count, lambda tag, value: f"<{tag}>{value}\n")


def ofx2(count: int) -> Iterator[str]:
    """OFX 2.x: XML."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
    yield from _ofx(count, lambda tag, value: f"<{tag}>{value}</{tag}>\n")


def _ofx(count: int, leaf: Callable[[str, str], str]) -> Iterator[str]:
    balance = OPENING
    status = f"<STATUS>\n{leaf('CODE', '0')}{leaf('SEVERITY', 'INFO')}</STATUS>\n"
    yield f"<OFX>\n<SIGNONMSGSRSV1><SONRS>\n{status}{leaf('DTSERVER', '20261101')}{leaf('LANGUAGE', 'ENG')}</SONRS></SIGNONMSGSRSV1>\n"
    yield f"<BANKMSGSRSV1><STMTTRNRS>\n{leaf('TRNUID', '1')}{status}<STMTRS>\n{leaf('CURDEF', CURRENCY)}<BANKACCTFROM>\n"
    yield f"{leaf('BANKID', '10090000')}{leaf('ACCTID', ACCOUNT)}{leaf('ACCTTYPE', 'CHECKING')}</BANKACCTFROM>\n"
    yield f"<BANKTRANLIST>\n{leaf('DTSTART', '20261001')}{leaf('DTEND', '20261031')}"
    for e in entries(count):
        balance += e.amount
        kind = "CREDIT" if e.amount > 0 else "DEBIT"
        yield (
            f"<STMTTRN>\n{leaf('TRNTYPE', kind)}{leaf('DTPOSTED', f'{e.day:%Y%m%d}')}{leaf('TRNAMT', _decimal(e.amount))}"
            f"{leaf('FITID', e.reference)}{leaf('NAME', e.name[:32])}{leaf('MEMO', e.text)}</STMTTRN>\n"
        )
    yield f"</BANKTRANLIST>\n<LEDGERBAL>\n{leaf('BALAMT', _decimal(balance))}{leaf('DTASOF', '20261031')}</LEDGERBAL>\n"
    yield "</STMTRS></STMTTRNRS></BANKMSGSRSV1>\n</OFX>\n"


def mt940(count: int) -> Iterator[str]:
    """MT940 with German ?NN details, one message a day."""
    balance = OPENING
    for number, (day, of_day) in enumerate(groupby(entries(count), key=lambda e: e.day), start=1):
        yield f":20:STARTUMSE\r\n:25:{ACCOUNT}\r\n:28C:{number:05d}/001\r\n:60F:{_mt_balance(balance, day)}\r\n"
        for e in of_day:
            balance += e.amount
            mark = "C" if e.amount > 0 else "D"
            amount = _decimal(abs(e.amount)).replace(".", ",")
            gvc, about = ("166", "GUTSCHRIFT") if e.amount > 0 else ("177", "UEBERWEISUNG")
            yield f":61:{day:%y%m%d}{day:%m%d}{mark}{amount}NTRFNONREF//{e.reference}\r\n"
            yield f":86:{gvc}?00{about}?10931?20EREF+{e.end_to_end_id}?21SVWZ+{e.text[:22]}\r\n?22{e.text[22:49]}?23{e.text[49:76]}\r\n"
            yield f"?30BELADEBEXXX?31{e.account}?32{e.plain_name[:27]}?33{e.plain_name[27:54]}\r\n"
        yield f":62F:{_mt_balance(balance, day)}\r\n-\r\n"


def _mt_balance(cents: int, day: date) -> str:
    return f"{'C' if cents >= 0 else 'D'}{day:%y%m%d}{CURRENCY}{_decimal(abs(cents)).replace('.', ',')}"


def camt(count: int) -> Iterator[str]:
    """camt.053.001.08, one statement."""
    closing = OPENING + sum(e.amount for e in entries(count))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\n'
    yield "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-01T06:00:00</CreDtTm></GrpHdr>\n<Stmt><Id>S1</Id><ElctrncSeqNb>10</ElctrncSeqNb>\n"
    yield "<CreDtTm>2026-11-01T06:00:00</CreDtTm>\n"
    yield "<FrToDt><FrDtTm>2026-10-01T00:00:00</FrDtTm><ToDtTm>2026-10-31T23:59:59</ToDtTm></FrToDt>\n"
    yield f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>{CURRENCY}</Ccy></Acct>\n"
    yield _camt_balance("OPBD", OPENING, _FIRST) + _camt_balance("CLBD", closing, date(2026, 10, 31))
    for e in entries(count):
        mark, side = ("CRDT", "Dbtr") if e.amount > 0 else ("DBIT", "Cdtr")
        yield (
            f'<Ntry><NtryRef>{e.reference[1:]}</NtryRef><Amt Ccy="{CURRENCY}">{_decimal(abs(e.amount))}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'
            f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{e.day}</Dt></BookgDt><ValDt><Dt>{e.day}</Dt></ValDt>"
            f"<AcctSvcrRef>{e.reference}</AcctSvcrRef>"
            "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{e.end_to_end_id}</EndToEndId></Refs>"
            f'<Amt Ccy="{CURRENCY}">{_decimal(abs(e.amount))}</Amt>'
            f"<CdtDbtInd>{mark}</CdtDbtInd><RltdPties><{side}><Pty><Nm>{escape(e.name)}</Nm></Pty></{side}>"
            f"<{side}Acct><Id><IBAN>{e.account}</IBAN></Id></{side}Acct></RltdPties>"
            f"<RmtInf><Ustrd>{escape(e.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        )
    yield "</Stmt></BkToCstmrStmt></Document>\n"


def _camt_balance(code: str, cents: int, day: date) -> str:
    mark = "CRDT" if cents >= 0 else "DBIT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{CURRENCY}">{_decimal(abs(cents))}</Amt>'
        f"<CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def bai2(count: int) -> Iterator[str]:
    """BAI2: one group and account, text in 88 records, all control totals."""
    net = sum(e.amount for e in entries(count))
    credit = sum(e.amount for e in entries(count) if e.amount > 0)
    yield "01,BANKXY,CLIENT,261101,0600,1,80,,2/\n02,CLIENT,BANKXY,1,261031,2400,EUR,2/\n"
    yield f"03,{ACCOUNT},{CURRENCY},010,{OPENING},,,015,{OPENING + net},,/\n88,100,{credit},,,400,{credit - net},,/\n"
    records, total = 2, OPENING + (OPENING + net) + credit + (credit - net)
    for e in entries(count):
        kind = "195" if e.amount > 0 else "495"
        yield f"16,{kind},{abs(e.amount)},V,{e.day:%y%m%d},,{e.reference},{e.end_to_end_id},{e.plain_name}\n88,{e.text} {e.account}\n"
        records, total = records + 2, total + abs(e.amount)
    yield f"49,{total},{records + 1}/\n98,{total},1,{records + 3}/\n99,{total},1,{records + 5}/\n"


def canonical(count: int) -> Iterator[str]:
    """The product's own CSV layout."""
    yield (
        "account,booking_date,value_date,amount,currency,counterparty_name,counterparty_account,remittance_information,end_to_end_id,"
        "bank_reference,balance\n"
    )
    balance = OPENING
    for e in entries(count):
        balance += e.amount
        yield (
            f"{ACCOUNT},{e.day},{e.day},{_decimal(e.amount)},{CURRENCY},{e.name},{e.account},{e.text},{e.end_to_end_id},"
            f"{e.reference},{_decimal(balance)}\n"
        )


FORMATS: Mapping[str, tuple[Callable[[int], Iterator[str]], str]] = {
    "ofx1": (ofx1, "ofx"), "ofx2": (ofx2, "ofx"), "mt940": (mt940, "sta"), "camt": (camt, "xml"), "bai2": (bai2, "bai"),
    "csv": (canonical, "csv"),
}  # fmt: skip
"""Format by name: its writer and the usual ending of its files."""


def write(name: str, count: int, path: Path) -> int:
    """Writes a file of so many transactions and returns its size in bytes."""
    make, _ = FORMATS[name]
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(make(count))
    return path.stat().st_size


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes one statement file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statements", description=__doc__.splitlines()[0])
    parser.add_argument("format", choices=sorted(FORMATS))
    parser.add_argument("count", type=int, help="transactions")
    parser.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    print(f"{given.file}: {write(given.format, given.count, given.file)} bytes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
