"""Whether matcher.toml still has the accounts that lines of the books are of, and what to say of a statement of another one."""

from matcher.account_numbers import nearest
from matcher.config import CONFIG_NAME, Config
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


def unknown(config: Config, number: str, where: str) -> MatcherError:
    """The error for a statement of an account that matcher.toml does not list, with the listed number that looks most like it."""
    near = nearest(number, [account.number for account in config.account])
    what = f"account {number!r} is not in matcher.toml" + (f"; the nearest is {near!r}" if near else "")
    return MatcherError("account.unknown", what, where)
