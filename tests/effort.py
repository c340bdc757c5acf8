"""How hard tests try. HYPOTHESIS_PROFILE=deep looks long for what the suite has no time for."""

import os

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


def tries(usual: int) -> int:
    """Examples of a property test: a third of the usual number in the suite, ten times as many in the deep profile."""
    return usual * 10 if DEEP else max(4, usual // 3)
