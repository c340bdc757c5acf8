"""Explanations as the journal keeps them: each version that was ever written is read for ever."""

import pytest

from matcher.errors import MatcherError
from matcher.matching.explanations.encoding import VERSION, decode, encode
from matcher.matching.records import Explanation
from matcher.model import Allocation

ONE = Explanation(
    "named-fee", "named", "fee", "matched", "C1", (Allocation("A1", 95_00, 95_00, 5_00, "fee"),),
    (("reference_whole", 30), ("date_due", -2)), 28, note="a fee of 5.00",
)  # fmt: skip
TEXTS = {
    1: '{"v":1,"rule":"named-fee","basis":"named","difference":"fee","customer":"C1","evidence":"reference_whole=+30 date_due=-2",'
    '"shares":[{"item":"A1","amount":9500,"item_amount":9500,"adjustment":500,"reason":"fee"}],"note":"a fee of 5.00"}'
}


def test_the_present_version_is_written() -> None:
    assert encode(ONE) == TEXTS[VERSION]
    assert encode(None) == ""


@pytest.mark.parametrize("version", TEXTS)
def test_every_version_is_read(version: int) -> None:
    found = decode(TEXTS[version])
    assert found is not None
    assert (found.rule, found.basis, found.difference, found.customer_id) == ("named-fee", "named", "fee", "C1")
    assert (found.points, found.evidence, found.shares, found.note) == (28, ONE.evidence, ONE.shares, ONE.note)
    assert decode("") is None


def test_one_of_a_later_program_is_refused() -> None:
    with pytest.raises(MatcherError, match=r"books\.newer"):
        decode(TEXTS[1].replace('"v":1', f'"v":{VERSION + 1}'))
