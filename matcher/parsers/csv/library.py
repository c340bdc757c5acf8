"""The layouts at hand: those that come with the program, and those that the caller brings."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from matcher.errors import MatcherError
from matcher.parsers.csv.schema import Profile
from matcher.settings import load_toml


def load_profile(text: str, where: str) -> Profile:
    """A layout from TOML text. `where` names its file for messages.

    Raises:
        MatcherError: ``profile.invalid``, naming the file and the key.
    """
    keys = load_toml(text, where, "profile.invalid")
    try:
        return Profile.model_validate(keys)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "profile"
        raise MatcherError("profile.invalid", f"{key}: {first['msg'].removeprefix('Value error, ')}", where) from None


@cache
def shipped() -> Mapping[str, Profile]:
    """The layouts that come with the program, by name, in the order of their names.

    Raises:
        MatcherError: ``profile.invalid`` when a file's name is not its profile's.
    """
    profiles: dict[str, Profile] = {}
    for entry in sorted(files("matcher.parsers").joinpath("profiles").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            profile = load_profile(entry.read_text(encoding="utf-8"), entry.name)
            if profile.name + ".toml" != entry.name:
                raise MatcherError("profile.invalid", f"name: {profile.name!r} is not the name of the file", entry.name)
            profiles[profile.name] = profile
    return profiles


def available(further: Mapping[str, str]) -> Mapping[str, Profile]:
    """The shipped layouts and `further` ones (name to TOML text); a further one of the same name takes the shipped one's place.

    Raises:
        MatcherError: ``profile.invalid``.
    """
    if not further:
        return shipped()
    own = {name: load_profile(text, f"{name}.toml") for name, text in further.items()}
    for name, profile in own.items():
        if profile.name != name:
            raise MatcherError("profile.invalid", f"name: {profile.name!r} is not the name it is kept under", f"{name}.toml")
    return dict(sorted({**shipped(), **own}.items()))
