"""What the tests of advices in PDF and e-mail share: three documents that are paid, and what is asked of the readers."""

from collections.abc import Sequence
from datetime import date

import pytest
from advices import Facts, Paid, issued

from matcher.errors import MatcherError
from matcher.remittance.documents.mail import read_mail
from matcher.remittance.documents.pdf import read_pdf
from matcher.remittance.records import AdviceFile, IssuedDocument

FACTS = Facts(
    (
        Paid("RE-2026-0001", date(2026, 9, 1), 100_000, 3_000),
        Paid("RE-2026-0002", date(2026, 9, 2), 50_000),
        Paid("GS-2026-0003", date(2026, 9, 2), -10_000),
    )
)
ISSUED = issued(FACTS, "RE-2026-0009")
NETS = [("RE-2026-0001", 97_000), ("RE-2026-0002", 50_000), ("GS-2026-0003", -10_000)]
LINES = "RE-2026-0001 970,00\nRE-2026-0002 500,00\nGS-2026-0003 -100,00\n"


def of(data: bytes, documents: Sequence[IssuedDocument] = ISSUED) -> AdviceFile:
    read = read_mail(data, "advice.eml", documents) or read_pdf(data, "advice.pdf", documents)
    assert read is not None
    return read


def nets(read: AdviceFile) -> list[tuple[str, int]]:
    assert read.unproven == ()
    (advice,) = read.advices
    return [(row.document_no, row.net) for row in advice.rows]


def why(read: AdviceFile) -> str:
    assert read.advices == ()
    (unproven,) = read.unproven
    return unproven.why


def refusal(data: bytes, documents: Sequence[IssuedDocument] = ISSUED) -> str:
    with pytest.raises(MatcherError) as caught:
        of(data, documents)
    assert caught.value.where.startswith(("advice.pdf", "advice.eml"))
    return caught.value.code
