"""The page that holds the screen. It loads nothing from elsewhere."""

from html import escape
from importlib import resources
from pathlib import Path

STATIC = Path(str(resources.files("textual_serve"))) / "static"
"""The terminal of textual-serve, its style sheet and its font."""
FONT_SIZE = 15
"""Pixels; the browser's zoom does the rest."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="static/css/xterm.css">
<link rel="stylesheet" href="style.css">
<script src="static/js/textual.js"></script>
<script src="keys.js"></script>
</head>
<body>
<p class="opening">Opening the books …</p>
<p class="ended">The screen is closed; every decision is saved. <a href="{path}">Open it again</a>, or end
<code>matcher review --web</code> in its terminal with Ctrl-C.</p>
<div id="terminal" class="textual-terminal" data-session-websocket-url="{socket}" data-font-size="{size}"></div>
</body>
</html>
"""

STYLE = """\
@font-face { font-family: "Roboto Mono"; src: url("static/fonts/RobotoMono-VariableFont_wght.ttf"); font-weight: 100 700; }
@font-face { font-family: "Roboto Mono"; font-style: italic; font-weight: 100 700;
  src: url("static/fonts/RobotoMono-Italic-VariableFont_wght.ttf"); }
html, body { margin: 0; height: 100%; overflow: hidden; background: #121212; color: #e0e0e0; font: 16px "Roboto Mono", monospace; }
p { position: absolute; left: 0; right: 0; top: 40%; z-index: 2; margin: 0 2em; text-align: center; }
a { color: #7fb4ff; }
.ended, .-first-byte .opening, .-closed .opening, .-closed .textual-terminal { display: none; }
.-closed .ended { display: block; }
.textual-terminal { width: 100vw; height: 100vh; }
"""

SCRIPT = """\
// keys go to the screen from the beginning, without a click on it
const toScreen = () => document.querySelector(".-first-byte .xterm-helper-textarea")?.focus();
window.addEventListener("load", () => {
  new MutationObserver(toScreen).observe(document.body, { attributes: true, attributeFilter: ["class"] });
});
window.addEventListener("focus", toScreen);
"""


def page(title: str, path: str, socket: str) -> str:
    """The page.

    Args:
        title: in the browser's tab.
        path: of the page itself.
        socket: address of the websocket.
    """
    return _PAGE.format(title=escape(title), path=escape(path), socket=escape(socket), size=FONT_SIZE)
