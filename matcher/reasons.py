"""Why an item is cleared without cash: a closed list, since what is cleared for any word at all is money lost."""

from dataclasses import dataclass
from difflib import get_close_matches

from matcher.errors import MatcherError


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code.

    Attributes:
        code: as in files and commands.
        disputed: whether the customer contests what he does not pay.
        dunnable: whether what he deducts for it is asked for again.
        gl_account: the ledger account that takes it; '' when none is named.
    """

    code: str
    disputed: bool = False
    dunnable: bool = False
    gl_account: str = ""


_SHIPPED = (
    Reason("discount"),
    Reason("discount_unearned", dunnable=True),
    Reason("tolerance"),
    Reason("rounding"),
    Reason("fee"),
    Reason("exchange_difference"),
    Reason("withholding_tax"),
    Reason("price", disputed=True),
    Reason("quantity", disputed=True),
    Reason("damage", disputed=True),
    Reason("return", disputed=True),
    Reason("freight", disputed=True),
    Reason("promotion"),
    Reason("tax_error", disputed=True),
    Reason("duplicate_payment"),
    Reason("already_paid", disputed=True),
    Reason("netted"),
    Reason("retention"),
    Reason("penalty", disputed=True),
    Reason("bad_debt"),
    Reason("write_off"),
    Reason("unknown", disputed=True, dunnable=True),
)
SHIPPED = {reason.code: reason for reason in _SHIPPED}
"""The reasons that every set of books knows."""


def check(code: str, known: dict[str, Reason]) -> Reason:
    """The reason of that code.

    Raises:
        MatcherError: ``reason.unknown`` with the nearest codes, or all of them.
    """
    if code in known:
        return known[code]
    near = get_close_matches(code.strip().lower().replace("-", "_").replace(" ", "_"), known, n=3, cutoff=0.6)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"The codes are {', '.join(known)}."
    raise MatcherError("reason.unknown", f"{code!r} is no reason for clearing an amount", hint=hint)
