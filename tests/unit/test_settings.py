"""Files of settings: plain small text, or a coded refusal with the line."""

from pathlib import Path

import pytest

from matcher.errors import MatcherError
from matcher.settings import MAX_DEPTH, MAX_SIZE, load_toml, read_text


def refused(text: str) -> str:
    with pytest.raises(MatcherError) as caught:
        load_toml(text, "x.toml", "config.invalid")
    return f"{caught.value.where} {caught.value.what}"


def test_what_editors_write_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes("\ufeffa = 'ü'\r\nb = 2\r".encode())
    assert load_toml(read_text(path, "config.invalid"), "x", "config.invalid") == {"a": "ü", "b": 2}
    path.write_bytes(b"#" * MAX_SIZE)
    assert len(read_text(path, "config.invalid")) == MAX_SIZE


def test_a_refusal_names_the_line(tmp_path: Path) -> None:
    assert refused("a = 1\nb = \n") == "x.toml:2 is not valid TOML (Invalid value)"
    assert refused("a = 1\n" + ".".join("b" * (MAX_DEPTH + 1)) + " = 1") == f"x.toml:2 a key is nested deeper than {MAX_DEPTH}"
    assert refused('a = 1\n[["b" . ' + " . ".join(["'b'"] * MAX_DEPTH) + "]]").startswith("x.toml:2 a key is nested")
    path = tmp_path / "x.toml"
    path.write_bytes(b"a = 1\nb = '\xfc'\n")
    with pytest.raises(MatcherError, match=r"x\.toml:2: is not UTF-8"):
        read_text(path, "config.invalid")


def test_a_long_text_with_points_is_no_deep_key() -> None:
    words = " ".join(f"word{n}." for n in range(40))
    assert load_toml(f'a = "{words}"', "x", "config.invalid") == {"a": words}
    assert load_toml("a = '" + "b" * 900_000 + "'", "x", "config.invalid")["a"][:2] == "bb"
