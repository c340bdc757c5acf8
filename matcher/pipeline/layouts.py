"""The layouts that books bring along: of banks in `profiles` beside matcher.toml, of the ERP's lists in `layouts`."""

from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.config import CONFIG_NAME, Config
from matcher.errors import MatcherError
from matcher.settings import read_text

if TYPE_CHECKING:
    # only named here: a command that looks at files must not wait for all that takes them in
    from matcher.pipeline.ingest import IngestOptions


def with_own(options: "IngestOptions", directory: Path, config: Config) -> "IngestOptions":
    """The options with the books' own layouts; a layout in the options comes before one of the same name.

    Raises:
        MatcherError: ``profile.invalid``, or ``config.invalid`` when an account names a layout that does not exist: its files would be
            read with whatever layout looks like them.
    """
    profiles = own_layouts(directory) | options.profiles
    named = {account.id: account.profile for account in config.account if account.profile}
    if named:
        from matcher.parsers.csv.library import available

        _refuse_unknown(named, available(profiles), str(directory / CONFIG_NAME))
    return replace(options, profiles=profiles)


def own_layouts(directory: Path) -> dict[str, str]:
    """The texts of the layouts beside matcher.toml, by name.

    Raises:
        MatcherError: ``profile.invalid`` when one cannot be read.
    """
    return {path.stem: read_text(path, "profile.invalid") for path in sorted((directory / "profiles").glob("*.toml"))}


def own_lists(directory: Path) -> dict[str, str]:
    """The texts of the layouts of open items and customers in `layouts` beside matcher.toml, by name.

    Raises:
        MatcherError: ``layout.invalid`` when one cannot be read.
    """
    texts = {path.stem: read_text(path, "layout.invalid") for path in sorted((directory / "layouts").glob("*.toml"))}
    # `matcher layout new FILE > layouts/NAME.toml` makes an empty file before the command begins
    return {name: text for name, text in texts.items() if text.strip()}


def _refuse_unknown(named: dict[str, str], layouts: Collection[str], where: str) -> None:
    for account, profile in named.items():
        if profile not in layouts:
            near = " or ".join(map(repr, get_close_matches(profile, layouts, n=3, cutoff=0.5)))
            hint = f"perhaps {near} is meant" if near else "`matcher profile list` lists the shipped ones"
            raise MatcherError("config.invalid", f"account {account!r}: profile: there is no layout {profile!r}; {hint}", where)
