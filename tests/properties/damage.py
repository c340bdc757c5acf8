"""Damage done to fixtures: bytes cut off, flipped, deleted, inserted."""

from pathlib import Path

from hypothesis import strategies as st

BANKS = Path(__file__).resolve().parents[2] / "fixtures" / "banks"


def fixtures(folder: str) -> list[bytes]:
    """The bank files of a folder."""
    return [p.read_bytes() for p in sorted((BANKS / folder).iterdir()) if not p.name.endswith((".json", ".toml"))]


@st.composite
def damaged(draw: st.DrawFn, files: list[bytes], insertions: list[bytes]) -> bytes:
    """One of the files with up to four injuries."""
    data = draw(st.sampled_from(files))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(("cut", "flip", "delete", "insert", "repeat"))):
            case "cut":
                data = data[:at]
            case "flip" if at < len(data):
                data = data[:at] + bytes((data[at] ^ (1 << draw(st.integers(0, 7))),)) + data[at + 1 :]
            case "delete":
                data = data[:at] + data[at + draw(st.integers(1, 40)) :]
            case "insert":
                data = data[:at] + draw(st.one_of(st.sampled_from(insertions), st.binary(min_size=1, max_size=4))) + data[at:]
            case _:
                data = data[:at] + data[at : at + draw(st.integers(1, 400))] + data[at:]
    return data
