"""What the interfaces of Zoho's programs have in common: data centres and OAuth 2.0.

An access token is had for the refresh token of a *Self Client*, from the accounts server of the data centre
(https://www.zoho.com/crm/developer/docs/api/v8/refresh.html and multi-dc.html). It lives for an hour; the refresh token stays the same.
Refusals come with status 200, or 400 when more than ten tokens were asked for within ten minutes.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from pydantic import field_validator

from matcher.exports.erp.live import oauth
from matcher.exports.erp.live.base import Access, Ask, Connection, is_loopback
from matcher.exports.erp.live.secret import Secret

SECRETS = ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")
HOSTS = tuple(
    f"accounts.{domain}"
    for domain in (
        "zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.com.cn", "zoho.jp", "zoho.sa", "zoho.uk", "zohocloud.ca"
    )
)  # fmt: skip
"""Accounts servers, one for each data centre."""


class ZohoConnection(Connection):
    """What the tables of Zoho's programs have in common.

    Attributes:
        accounts_server: of the data centre, which gives access tokens.
    """

    accounts_server: str = "https://accounts.zoho.com"

    @field_validator("accounts_server")
    @classmethod
    def _known(cls, value: str) -> str:
        host = urlsplit(value).hostname or ""
        if (value == f"https://{host}" and host in HOSTS) or (value.startswith("http://") and is_loopback(host)):
            return value
        raise ValueError(f"must be https:// and one of {', '.join(HOSTS)}")


def sign_in(ask: Ask, secrets: Sequence[Secret], connection: ZohoConnection) -> Access:
    """Asks for an access token.

    Raises:
        MatcherError: ``api.denied``, ``api.*``.
    """
    client, word, refresh = secrets
    form = {"client_id": client.reveal(), "client_secret": word.reveal()}
    given = oauth.tokens(ask, f"{connection.accounts_server}/oauth/v2/token", refresh, form)
    return Access({"Authorization": Secret(f"Zoho-oauthtoken {given.access.reveal()}")})
