"""Whether matcher.toml still has the accounts that lines of the books are of."""

from matcher.config import CONFIG_NAME
from matcher.errors import MatcherError
from matcher.pipeline.session import Session
from matcher.store import lines


def check(session: Session) -> None:
    """Refuses to read statements once an account of the books has another id, entity or currency: its lines would come in twice.

    Raises:
        MatcherError: ``account.changed`` with the first account at fault.
    """
    where = str(session.directory / CONFIG_NAME)
    ours = {entry.id: entry for entry in session.config.account}
    for account, entity, currency in lines.accounts(session.store):
        configured = ours.get(account)
        if configured is None:
            raise MatcherError("account.changed", f"the books hold lines of account {account!r}, which is not listed", where)
        if configured.entity != entity:
            raise MatcherError("account.changed", f"account {account!r} is of entity {configured.entity!r}, its lines of {entity!r}", where)
        if configured.currency != currency:
            raise MatcherError("account.changed", f"account {account!r} is in {configured.currency}, its lines in {currency}", where)
