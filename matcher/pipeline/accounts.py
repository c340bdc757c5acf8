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
    ours = {one.id: one for one in session.config.account}
    for account, entity, currency in lines.accounts(session.store):
        found = ours.get(account)
        if found is None:
            raise MatcherError("account.changed", f"the books hold lines of account {account!r}, which is not listed", where)
        if found.entity != entity:
            raise MatcherError("account.changed", f"account {account!r} is of entity {found.entity!r}, its lines of {entity!r}", where)
        if found.currency != currency:
            raise MatcherError("account.changed", f"account {account!r} is in {found.currency}, its lines in {currency}", where)
