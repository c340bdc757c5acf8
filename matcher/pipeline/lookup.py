"""What a person means by the beginning of an id."""

from matcher.errors import MatcherError
from matcher.pipeline.session import Session
from matcher.store import lines


def line(session: Session, typed_id: str) -> str:
    """Id of the line of that id, or of that beginning of an id, whether it counts or not.

    Raises:
        MatcherError: ``line.unknown`` or ``line.ambiguous``.
    """
    matches = lines.ids_beginning(session.store, "raw.line", typed_id.lower())
    if not matches:
        raise MatcherError("line.unknown", f"no line has the id {typed_id!r}")
    if len(matches) > 1:
        raise MatcherError("line.ambiguous", f"{len(matches)} lines have ids that begin with {typed_id!r}")
    return matches[0][0]


def decision(session: Session, typed_id: str) -> tuple[str, str]:
    """Ids of the line and the decision of that id or beginning of an id; without a decision where it is the line's.

    Raises:
        MatcherError: ``decision.unknown``, ``line.unknown`` or ``line.ambiguous``, also when it begins the ids of both.
    """
    by_id = lines.ids_beginning(session.store, "log.decision", typed_id.lower())
    if len(by_id) > 1:
        raise MatcherError("decision.unknown", f"{len(by_id)} decisions have ids that begin with {typed_id!r}")
    if not by_id:
        return line(session, typed_id), ""
    (decision_id, line_id) = by_id[0]
    others = [name for name, _ in lines.ids_beginning(session.store, "raw.line", typed_id.lower()) if name != line_id]
    if others and typed_id.lower() != decision_id:
        what = f"decision {decision_id} and line {others[0]} have ids that begin with {typed_id!r}"
        raise MatcherError("line.ambiguous", what)
    return line_id, decision_id
