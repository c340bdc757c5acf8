"""The reports that are known."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from matcher.errors import MatcherError
from matcher.remittance.settlements.schema import Report
from matcher.settings import load_toml


def load_report(text: str, where: str) -> Report:
    """A report from TOML text. `where` names its file for messages.

    Raises:
        MatcherError: ``profile.invalid``, naming the file and the key.
    """
    try:
        return Report.model_validate(load_toml(text, where, "profile.invalid"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "report"
        raise MatcherError("profile.invalid", f"{key}: {first['msg']}", where) from None


@cache
def shipped() -> Mapping[str, Report]:
    """The reports that come with the program, by name, in the order of their names."""
    folder = files("matcher.remittance.settlements").joinpath("reports")
    entries = sorted((e for e in folder.iterdir() if e.name.endswith(".toml")), key=lambda e: e.name)
    return {report.name: report for report in (load_report(e.read_text(encoding="utf-8"), e.name) for e in entries)}
