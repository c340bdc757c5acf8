"""Learning a shape must never change what is read: the slow and the fast way agree."""

import pytest

from matcher.errors import MatcherError
from matcher.parsers.camt.shapes import Leaf, Shapes, leaves_of

BLOCK = '<n:Ntry>\n <n:Amt Ccy="EUR">{}</n:Amt><n:D><n:D>{}</n:D><n:E/></n:D></n:Ntry>'


def test_leaves_carry_path_position_and_currency() -> None:
    leaves, positions = leaves_of(["Ntry", 'Amt Ccy="EUR"', "/Amt", "D", "x:Dt", "/x:Dt", "E/", "/D", "/Ntry"])
    assert leaves == [Leaf("Amt", 0, "EUR"), Leaf("D/Dt", 1, "")]
    assert positions == [4, 10]


def test_a_learnt_shape_reads_what_the_first_reading_read() -> None:
    shapes = Shapes(tuple[Leaf, ...])
    for round_ in range(60):
        block = BLOCK.format(f"{round_}.00", f"a &amp; {round_}")
        built, values = shapes.read(block)
        assert [leaf.path for leaf in built] == ["Amt", "D/D"]
        assert list(values) == [f"{round_}.00", f"a & {round_}", ""]
        assert (shapes.recall(block) is not None) == (round_ >= 15)


def test_other_tags_are_another_shape() -> None:
    shapes = Shapes(len)
    for round_ in range(40):
        for block, expected in (
            (f"<N><a>{round_}</a></N>", [str(round_), ""]),
            (f"<N><a>{round_}</a><b>x</b></N>", [str(round_), "x", ""]),
        ):
            built, values = shapes.read(block)
            assert (built + 1, list(values)) == (len(expected), expected)


def test_more_shapes_than_are_kept_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.parsers.camt.shapes._MAX_SHAPES", 5)
    shapes = Shapes(len)
    assert [shapes.read(f"<N><a{number}>{number}</a{number}></N>")[1][0] for number in range(50)] == [str(n) for n in range(50)]


@pytest.mark.parametrize(
    "block",
    [
        "<N><a></N>",
        "<N></a></N>",
        "<N><a></b></N>",
        "<N>< a></a></N>",
        "<N><a b></a></N>",
        "<N>1 < 2</N>",
        "<N></N><N></N>",
        "<N><a/ ></N>",
        "<N",
        "<N></ N>",
    ],
)
def test_a_block_that_is_not_well_formed_is_refused(block: str) -> None:
    with pytest.raises(MatcherError) as caught:
        Shapes(len).read(block)
    assert caught.value.code == "file.malformed"
