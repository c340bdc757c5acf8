"""Live connections to ERPs: what a target of one tells, and the wire to it. Registered as entry points ``matcher.live``."""

from matcher.exports.erp.live.base import (
    Access,
    Ask,
    Connection,
    Context,
    Control,
    Fed,
    Listing,
    Live,
    Outcome,
    Reply,
    Request,
    Row,
    Step,
    Wait,
)
from matcher.exports.erp.live.registry import connection_of, load, names
from matcher.exports.erp.live.secret import Secret, secrets_of

__all__ = [
    "Access", "Ask", "Connection", "Context", "Control", "Fed", "Listing", "Live", "Outcome", "Reply", "Request",
    "Row", "Secret", "Step", "Wait", "connection_of", "load", "names", "secrets_of",
]  # fmt: skip
