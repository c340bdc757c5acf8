"""What a provider paid out, written in any of its reports, is read back to the cent; one changed amount is never read as another payout."""

import random
import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from settlement_files import BY_DAY, FEES_APART, WITH_FEES, Kind, Movement, Writer, alipay_trade

from matcher.errors import MatcherError
from matcher.remittance.records import AdviceFile
from matcher.remittance.settlements import read

NOT_SUMMED = (alipay_trade,)
"""Reports that say nothing by which a changed fee could be seen: only the bank line's amount shows it."""
ALL = (*WITH_FEES, *FEES_APART, *BY_DAY)
Line = tuple[str, int, int, int]


def payouts(seed: int, fees: bool) -> list[list[Movement]]:
    rand = random.Random(seed)
    numbers = iter(range(1001, 9999))
    made = []
    for _ in range(rand.randint(1, 3)):
        known: list[Kind] = ["payment", "refund", "fee"]
        kinds = rand.choices(known if fees else known[:2], k=rand.randint(0, 6))
        rows = [Movement("payment", next(numbers), 1_000_000 + rand.randint(0, 99), rand.randint(0, 999))]
        for kind in kinds:
            amount = rand.randint(1, 9_999_99)
            gross = {"payment": amount, "refund": -rand.randint(1, 9_999), "fee": 0}[kind]
            fee = {"payment": min(amount, rand.randint(0, 500)), "refund": -rand.randint(0, 20), "fee": rand.randint(1, 999)}[kind]
            rows.append(Movement(kind, next(numbers), gross, fee))
        made.append(rows)
    return made


def lines(write: Writer, payout: list[Movement]) -> list[Line]:
    apart = write in FEES_APART
    found = []
    for one in payout:
        if one.kind != "fee":
            found.append((one.document, one.gross, 0 if apart else one.fee, one.gross if apart else one.net))
        if one.kind == "fee" or (apart and one.fee):
            found.append(("", 0, one.fee, -one.fee))
    return sorted(found)


def seen(file: AdviceFile) -> list[list[Line]]:
    return sorted(sorted((row.document_no, row.gross, row.deduction, row.net) for row in advice.rows) for advice in file.advices)


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_what_is_written_is_read_back(write: Writer) -> None:
    for seed in range(25):
        made = payouts(seed, write not in BY_DAY)
        file = read(write(made), "report.csv", ())
        assert file is not None
        assert file.unproven == ()
        assert seen(file) == sorted(lines(write, payout) for payout in made)
        assert sorted(advice.total for advice in file.advices) == sorted(sum(one.net for one in payout) for payout in made)


def changed(data: bytes, encoding: str) -> Iterator[bytes]:
    """The file with the last digit of one amount changed, for each amount."""
    text = data.decode(encoding)
    for match in re.finditer(r"(?<![\d.,])\d+(?:[.,]\d{3})*[.,]\d\d(?![\d.])|(?<=R\",)\d+", text):
        at = match.end() - 1
        yield (text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]).encode(encoding)


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_one_changed_amount_is_never_another_payout(write: Writer) -> None:
    made = payouts(7, write not in BY_DAY)
    true = {sum(one.net for one in payout): lines(write, payout) for payout in made}
    for other in changed(write(made), "gb18030" if write.__name__.startswith("alipay") else "utf-8"):
        try:
            file = read(other, "report.csv", ())
        except MatcherError:
            continue
        assert file is not None
        for advice in file.advices:
            # a bank line of the payout's amount never meets rows that are not the payout's
            (found,) = seen(AdviceFile((advice,)))
            assert true.get(advice.total, found) == found
        if write not in NOT_SUMMED:
            assert {advice.total for advice in file.advices} <= true.keys()


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_a_file_that_is_cut_off_gives_no_row_that_is_not_in_it(write: Writer) -> None:
    made = payouts(11, write not in BY_DAY)
    data = write(made)
    whole = {line[1:] for payout in made for line in lines(write, payout)}
    totals = {sum(one.net for one in payout): sorted(line[1:] for line in lines(write, payout)) for payout in made}
    for end in range(len(data) // 4, len(data) - 3, 37):
        try:
            file = read(data[:end], "report.csv", ())
        except MatcherError:
            continue
        for advice in file.advices if file else ():
            found = sorted((row.gross, row.deduction, row.net) for row in advice.rows)
            assert set(found) <= whole
            assert totals.get(advice.total, found) == found


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_damage_is_an_error_with_a_code_or_said(write: Writer) -> None:
    rand = random.Random(write.__name__)
    data = write(payouts(3, write not in BY_DAY))
    for _ in range(60):
        bad = bytearray(data)
        for _ in range(rand.randint(1, 4)):
            at = rand.randrange(len(bad))
            bad[at : at + rand.randint(0, 3)] = rand.choice((b"", b",", b'"', b"\n", b"=", b"-", b"\xff", b"9", b"`", b"#", b"\t", b";"))
        with suppress(MatcherError):
            read(bytes(bad), "report.csv", ())
