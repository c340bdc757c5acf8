"""BAI2 type codes: which side of the account they are booked on, and what kind of movement they are.

Source: Cash Management Balance Reporting Specifications Version 2, appendix A, and BAI's answer on custom codes (900-929 status,
930-959 credit, 960-999 debit).
"""

from typing import NamedTuple

from matcher.model import TransactionKind

OPENING_LEDGER = "010"
CLOSING_LEDGER = "015"
TOTAL_CREDITS = "100"
TOTAL_DEBITS = "400"
NON_MONETARY = "890"
"""A record that only carries text."""

_LOAN_CREDITS = frozenset((706, 708, *range(720, 729)))
_LOAN_DEBITS = frozenset((760,))
_SEPA_CREDITS = frozenset((827, 829))
_SEPA_DEBITS = frozenset((828,))
_REVERSALS = frozenset((258, 395, 552, 558, 694))

_KINDS: dict[TransactionKind, str] = {
    "transfer": "121 122 142 143 158 164 165 169 191 195 206 208 227 421 422 447 452 458 462 464 491 493 495 506 508 527 827 828 829",
    "direct_debit": "155 156 451 455 469",
    "card": "147",
    "cheque": "115 116 175 176 187 221 435 472 474 475 487 581 597",
    "cash": "295 366 595 666",
    "fee": "398 524 564 567 661 698 724 726 728",
    "interest": "354 359 654 659 721 727",
    "tax": "677",
    "salary": "373 673",
    "return": "168 255 257 258 261 266 268 395 423 468 552 555 557 558 561 566 568",
    "own_transfer": "135 145 201 274 275 277 278 445 501 575 577 578",
}
_KIND_OF: dict[int, TransactionKind] = {int(code): kind for kind, codes in _KINDS.items() for code in codes.split()}


class TypeCode(NamedTuple):
    """What a type code says of a transaction: +1 credit or -1 debit, its kind, and whether it takes back an earlier one."""

    sign: int
    kind: TransactionKind
    reversal: bool


def _sign(code: int) -> int:
    """+1 credit, -1 debit, 0 for status codes, which are balances or counts and no movements."""
    if 100 <= code <= 399 or 930 <= code <= 959 or code in _LOAN_CREDITS or code in _SEPA_CREDITS:
        return 1
    if 400 <= code <= 699 or 960 <= code <= 999 or code in _LOAN_DEBITS or code in _SEPA_DEBITS:
        return -1
    return 0


MOVEMENTS: dict[str, TypeCode] = {
    f"{code:03}": TypeCode(_sign(code), _KIND_OF.get(code, ""), code in _REVERSALS) for code in range(1000) if _sign(code)
}
"""Every type code that is a credit or a debit."""
