"""What would be posted and goes to a person all the same: its class has erred in these books, or it is one of those that are checked."""

from collections.abc import Mapping
from hashlib import sha256

from matcher.money import PPM
from matcher.rules.classes import SAMPLED, of_rule
from matcher.rules.rulebook import Rule


def withheld(rule: Rule, line_id: str, demoted: Mapping[str, str], sample_ppm: int) -> str:
    """Why a posting by a rule waits for a person; '' when it does not. It is asked last, when nothing else speaks against the posting.

    Args:
        demoted: classes of evidence that only propose, with the reason.
        sample_ppm: share of postings that are checked, in millionths.
    """
    if demoted and (reason := demoted.get(of_rule(rule))):
        return reason
    return SAMPLED if sampled(line_id, sample_ppm) else ""


def sampled(line_id: str, share_ppm: int) -> bool:
    """Whether a line is one of those that are checked. It is chosen by its id alone, so that every run chooses the same."""
    return share_ppm > 0 and int.from_bytes(sha256(f"check {line_id}".encode()).digest()[:8], "big") % PPM < share_ppm
