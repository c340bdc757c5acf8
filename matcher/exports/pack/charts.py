"""The pack's charts as SVG that stands in the page: drawn by pygal without a browser, the same bytes for the same figures.

Of what pygal draws only the shapes and texts are kept. Its style sheet, its script and its remark with the day's date are taken out: the
page's own style colours the charts, for light and dark screens and for paper.
"""

import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from lxml import etree

from matcher import money
from matcher.exports.pack.record import Bars, Step, Waterfall

if TYPE_CHECKING:
    from pygal.graph.graph import Graph

WIDTH, ROW, HEIGHT = 600, 20, 240
"""Of a chart, and of a step of a waterfall, in units of the drawing."""
_NOT_KEPT = frozenset({"script", "style", "defs", "title", "desc"})
_LEVEL, _RISE, _FALL = "level", "rise", "fall"


@cache
def _library() -> Any:
    import pygal

    # it looks for plug-ins of its own at every import from then on, in a way that Python has given up
    sys.meta_path[:] = [finder for finder in sys.meta_path if not type(finder).__module__.startswith("pygal")]
    return pygal


@cache
def _style() -> Any:
    return _library().style.Style(font_family="inherit", label_font_size=12, legend_font_size=12, value_font_size=11)


def _options() -> dict[str, Any]:
    return {
        "style": _style(), "js": (), "css": (), "no_prefix": True, "show_legend": False, "print_values": False, "margin": 0,
        "disable_xml_declaration": True, "pretty_print": False,
    }  # fmt: skip


def waterfall(fall: Waterfall) -> str:
    """One bar for each step, from where the amounts stood to where it brings them; the first step on top."""
    chart = _library().HorizontalStackedBar(
        width=WIDTH, height=ROW * len(fall.steps), spacing=0, show_x_labels=False, show_y_labels=False, show_y_guides=False, **_options()
    )
    # a chart of bars that lie begins below
    spans = list(reversed(_spans(fall.steps)))
    for name, pick in _SERIES:
        chart.add(name, [_share(pick(kind, start, end), fall.currency) for kind, start, end in spans])
    names = [name for name, _ in _SERIES]
    return _drawn(chart, [name.split()[0] for name in names], stretched=True)


_Span = tuple[str, int, int]


def _spans(steps: Sequence[Step]) -> list[_Span]:
    found: list[_Span] = []
    height = 0
    for step in steps:
        if step.level:
            found.append((_LEVEL, 0, step.amount))
            height = step.amount
        else:
            found.append((_RISE if step.amount >= 0 else _FALL, height, height + step.amount))
            height += step.amount
    return found


def _above(start: int, end: int) -> tuple[int, int]:
    """Of a span what is above zero: what lies free below it, and its own length."""
    low, high = max(min(start, end), 0), max(start, end, 0)
    return low, high - low


def _below(start: int, end: int) -> tuple[int, int]:
    high, low = min(max(start, end), 0), min(start, end, 0)
    return high, low - high


def _free(kind: str, start: int, end: int) -> int:
    return _above(start, end)[0] or _below(start, end)[0]


def _length(of: str, side: Callable[[int, int], tuple[int, int]]) -> Callable[[str, int, int], int]:
    return lambda kind, start, end: side(start, end)[1] if kind == of else 0


_SERIES = (
    ("free", _free),
    *((f"{kind} above", _length(kind, _above)) for kind in (_LEVEL, _RISE, _FALL)),
    *((f"{kind} below", _length(kind, _below)) for kind in (_LEVEL, _RISE, _FALL)),
)
"""Bars that lie on each other: nothing up to where a step begins, then the step, above zero and below it."""


def bars(chart_of: Bars, say: Callable[[str], str]) -> str:
    """For each label one bar of each series. `say`: puts words into the reader's language."""
    chart = _library().Bar(width=WIDTH, height=HEIGHT, spacing=14, show_y_guides=True, max_scale=6, truncate_label=-1, **_options())
    chart.x_labels = [say(label) for label in chart_of.labels]
    chart.value_formatter = _rough
    for name, amounts in chart_of.series:
        chart.add(say(name), [_share(amount, chart_of.currency) for amount in amounts])
    return _drawn(chart, [f"series-{place}" for place in range(len(chart_of.series))])


def _rough(value: float) -> str:
    """A height beside the axis: full units with commas."""
    return f"{value:,.0f}"


def _share(minor: int, currency: str) -> float:
    """An amount as a length: charts are drawn in floating point, and no figure is read from them."""
    return float(Decimal(minor).scaleb(-money.scale(currency)))


def _drawn(chart: "Graph", classes: Sequence[str], *, stretched: bool = False) -> str:
    """The chart as one element. `classes`: of each series, for the page's style; `stretched`: it fills its place, whatever its form."""
    tree = chart.render_tree()
    for node in list(tree.iter()):
        if not _kept(node) and (parent := node.getparent()) is not None:
            parent.remove(node)
    for node in tree.iter():
        named = (node.get("class") or "").split()
        for place, name in enumerate(classes):
            if f"serie-{place}" in named:
                node.set("class", f"series {name}")
        if "reactive" in named:
            node.attrib.pop("class")
        for attribute in ("id", "style", "onclick"):
            node.attrib.pop(attribute, None)
    tree.set("class", "chart")
    tree.set("aria-hidden", "true")
    if stretched:
        tree.set("preserveAspectRatio", "none")
    etree.cleanup_namespaces(tree)
    return str(etree.tostring(tree, encoding="unicode"))


def _kept(node: Any) -> bool:
    """Whether the page needs an element: a shape of some size, a text, or what holds them."""
    if not isinstance(node.tag, str):
        return False
    name, named = etree.QName(node).localname, (node.get("class") or "").split()
    if name == "rect" and not (float(node.get("width", "0")) and float(node.get("height", "0"))):
        return False
    return name not in _NOT_KEPT and not {"tooltip", "overlay", "tooltip-overlay", "text-overlay", "titles", "background"} & set(named)
