"""What may be posted, as the books say."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Policy:
    """What may be posted.

    Attributes:
        precision_ppm: share of postings that must be right, in millionths; `Calibration.least` makes the bar of it.
        auto_post: whether to post at all.
        rejected: lines with sets of items that a person refused for them; such a set is not proposed again.
        grace_days: days after the discount date on which the discount is still accepted.
        undone: lines with sets of items whose posting a person took back; such a set is proposed, and never posted by itself.
        demoted: what is withheld from posting, see `withheld`.
    """

    precision_ppm: int
    auto_post: bool
    rejected: frozenset[tuple[str, frozenset[str]]]
    grace_days: int
    undone: frozenset[tuple[str, frozenset[str]]] = frozenset()
    demoted: Mapping[str, str] = field(default_factory=dict)
