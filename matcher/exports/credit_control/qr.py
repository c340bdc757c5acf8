"""QR codes as SVG, where the package for them is installed."""

_MARGIN = 4
_CROSS = 7 / 46
"""Width of the Swiss cross in that of the code: 7 of 46 millimetres (Style Guide QR-bill, SIX)."""


def svg(content: str, label: str, *, swiss: bool = False) -> str:
    """A code with error correction M, as EPC069-12 and the QR-bill ask for; '' for no content, and where the package is not installed.

    `swiss`: with the Swiss cross in its middle.
    """
    if not content:
        return ""
    try:
        import segno
    except ImportError:
        return ""
    code = segno.make_qr(content, error="M", boost_error=False, encoding="utf-8", eci=False)
    drawn: str = code.svg_inline(scale=3, border=_MARGIN, title=label, svgclass="code", lineclass=None, omitsize=True)
    return drawn.replace("</svg>", f"{_cross(int(3 * code.symbol_size(border=0)[0]), 3 * _MARGIN)}</svg>") if swiss else drawn


def _cross(width: int, margin: int) -> str:
    """A white cross on a black square with a white edge, in the middle of a code of this width behind a margin."""
    side, middle = width * _CROSS, margin + width / 2
    shapes = []
    # of the square with its edge: the square itself, then both bars of the cross
    for colour, across, down in (("#fff", 1, 1), ("#000", 6 / 7, 6 / 7), ("#fff", 1 / 7, 4 / 7), ("#fff", 4 / 7, 1 / 7)):
        wide, high = side * across, side * down
        box = {"x": middle - wide / 2, "y": middle - high / 2, "width": wide, "height": high}
        told = {name: f"{length:.2f}" for name, length in box.items()} | {"fill": colour}
        shapes.append("<rect " + " ".join(f'{name}="{value}"' for name, value in told.items()) + "/>")
    return "".join(shapes)
