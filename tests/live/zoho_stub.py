"""What Zoho's programs have in common: the accounts server, which gives an access token for a refresh token.

https://www.zoho.com/crm/developer/docs/api/v8/refresh.html: the four fields of the form; refusals come with status 200 and ``error``.
"""

from typing import Any, ClassVar

from live.stub import Call, Said, Stub

FORM = {"grant_type", "refresh_token", "client_id", "client_secret"}


class Zoho(Stub):
    """A program of Zoho, and its accounts server.

    Attributes:
        tokens: access tokens that were given; `expired` of them are no longer valid.
    """

    prefix: ClassVar[str]
    secrets: ClassVar[dict[str, str]]

    def __init__(self) -> None:
        super().__init__()
        self.tokens = self.expired = 0

    def let_in(self, call: Call) -> bool:
        if call.path == "/oauth/v2/token":
            return True
        number = call.headers.get("authorization", "").removeprefix("Zoho-oauthtoken 1000.access-")
        return number.isdecimal() and self.expired < int(number) <= self.tokens

    def writes(self, call: Call) -> bool:
        """A form asks for a token, and COQL is a query that is posted."""
        return call.method != "GET" and not call.path.endswith(("/token", "/coql"))

    def answer(self, call: Call) -> Said:
        if call.path == "/oauth/v2/token":
            return self._token(call)
        return self.called(call)

    def called(self, call: Call) -> Said:
        raise NotImplementedError

    def _token(self, call: Call) -> Said:
        form: dict[str, Any] = call.body if isinstance(call.body, dict) else {}
        if call.method != "POST" or set(form) != FORM or form["grant_type"] != "refresh_token" or call.query:
            raise self.mistake(f"no request for a token: {call.method} {sorted(form)}")
        known = [text for _, text in sorted(self.secrets.items())]
        if [form["client_id"], form["client_secret"], form["refresh_token"]] != known:
            return Said(200, {"error": "invalid_client"})
        self.tokens += 1
        return Said(200, {"access_token": f"1000.access-{self.tokens}", "token_type": "Bearer", "expires_in": 3600})


def secrets_of(prefix: str) -> dict[str, str]:
    return {
        f"MATCHER_{prefix}_CLIENT_ID": "1000.CLIENT", f"MATCHER_{prefix}_CLIENT_SECRET": "client-secret",
        f"MATCHER_{prefix}_REFRESH_TOKEN": "1000.refresh",
    }  # fmt: skip
