"""Another library and a plain XML parser read the same fixtures; where they can, they must agree with us."""

import io
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from matcher.inspection import inspect
from matcher.parsers.bai2.codes import MOVEMENTS
from matcher.parsers.base import ParseOptions, Source

BANKS = Path(__file__).resolve().parents[2] / "fixtures" / "banks"
BOOKED = ("", "BOOK")


def ours(path: Path) -> dict[str, Any]:
    return inspect(Source.of(path.read_bytes(), path.name), ParseOptions(), transactions=True)


def well_formed() -> list[Path]:
    found = []
    for path in sorted((BANKS / "camt").glob("*.xml")):
        try:
            etree.parse(io.BytesIO(path.read_bytes()), etree.XMLParser(resolve_entities=False))
        except etree.XMLSyntaxError:
            continue
        if ours(path)["outcome"] in ("read", "read_with_warnings"):
            found.append(path)
    return found


def text_of(element: Any, path: str) -> str:
    steps = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
    found = element.xpath(f"string({steps})")
    return str(found).strip()


@pytest.mark.parametrize("path", well_formed(), ids=lambda p: p.name)
def test_lxml_sums_the_same_entries(path: Path) -> None:
    entries = etree.parse(io.BytesIO(path.read_bytes()), etree.XMLParser(resolve_entities=False)).xpath("//*[local-name()='Ntry']")
    found = ours(path)
    # a report or notification shows what is announced as well
    told = (*BOOKED, "PDNG", "INFO", "FUTR") if found["format"].startswith(("camt.052", "camt.054")) else BOOKED
    booked = [e for e in entries if (text_of(e, "Sts/Cd") or text_of(e, "Sts")) in told]
    assert sum(statement["transactions"] for statement in found["statements"]) == len(booked)
    for side, indicator in (("credit", "CRDT"), ("debit", "DBIT")):
        expected = sum((Decimal(text_of(e, "Amt")) for e in booked if text_of(e, "CdtDbtInd") == indicator), Decimal(0))
        assert sum(Decimal(statement[side]) for statement in found["statements"]) == expected
    assert [t["bank_reference"] for t in found["transactions"]] == [text_of(e, "AcctSvcrRef") for e in entries]
    assert [t["line"] for t in found["transactions"]] == [e.sourceline for e in entries]


def bai2_files() -> list[Path]:
    return sorted((BANKS / "bai2").glob("*.bai2"))


def test_bai2_library_reads_the_same_transactions() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bai2 import bai2
    agreed = 0
    for path in bai2_files():
        found = ours(path)
        if found["outcome"] not in ("read", "read_with_warnings"):
            continue
        try:
            file = bai2.parse_from_string(path.read_text(encoding="utf-8"), check_integrity=False)
        except Exception:  # noqa: BLE001 - it raises whatever comes for the files it cannot read
            continue
        accounts = [account for group in file.children for account in group.children]
        assert [s["account"] for s in found["statements"]] == [account.header.customer_account_number for account in accounts]
        theirs = [t for account in accounts for t in account.children]
        signed = [t.amount * (1 if t.type_code.transaction.value == "credit" else -1) for t in theirs]
        assert [int(Decimal(t["amount"]).scaleb(places(t["currency"]))) for t in found["transactions"]] == signed
        assert [t["bank_reference"] for t in found["transactions"]] == [t.bank_reference or "" for t in theirs]
        agreed += 1
    assert agreed >= 10


def places(currency: str) -> int:
    return {"JPY": 0, "KWD": 3}.get(currency, 2)


def test_directions_of_type_codes_agree_with_the_bai2_library() -> None:
    from bai2 import constants

    for code, known in constants.TypeCodes.items():
        side = known.transaction.value if known.transaction else None
        expected = {"credit": 1, "debit": -1}.get(side)
        assert (MOVEMENTS[code].sign if code in MOVEMENTS else None) == expected, code
