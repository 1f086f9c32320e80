"""The last gate before a browser: an allow-list for HTML, and characters that must not hide.

Model output is hostile. Everything that is shown, live or saved, goes through :func:`clean`; text
that is shown as code or in a terminal goes through :func:`visible` or :func:`plain` first, so that
no character can reorder it, hide in it, or drive the terminal. Knows nothing of Markdown or of
Jupyter.
"""

from __future__ import annotations

import re
from html import escape as _escape
from html import unescape
from typing import Any

try:
    import nh3
except ImportError:  # in a web page that Pyodide's own packages do not reach: nothing is formatted
    nh3 = None

__all__ = ["TAGS", "clean", "escape", "one_line", "plain", "visible"]

_PROSE = ("a", "b", "blockquote", "br", "em", "hr", "i", "li", "ol", "p", "s", "strong", "ul")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CODE = ("code", "dfn", "mark", "pre", "samp", "span")
_TABLE = ("table", "tbody", "td", "th", "thead", "tr")
TAGS = frozenset((*_PROSE, *_HEADINGS, *_CODE, *_TABLE))
"""Every element that an answer's text can become."""

# Values, not only names: what is not listed here cannot appear at all.
_VALUES = {
    "td": {"align": {"left", "center", "right"}},
    "th": {"align": {"left", "center", "right"}},
}

_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)


def _absolute(_tag: str, name: str, value: str) -> str | None:
    """Let an attribute pass, but a link only if it names its scheme: none leads into Jupyter."""
    return None if name == "href" and not _LINK.match(value) else value


_RULES: dict[str, Any] = {
    "tags": set(TAGS),
    "attributes": {"a": {"href"}, "ol": {"start"}},
    "attribute_filter": _absolute,
    "tag_attribute_values": _VALUES,
    "set_tag_attribute_values": {"a": {"target": "_blank"}},
    "url_schemes": {"http", "https", "mailto"},
    "link_rel": "noopener noreferrer",
    "clean_content_tags": {"script", "style"},
}

# C0 and C1 controls except tab and newline.
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
# Reordering embeddings and overrides, isolates, and the invisible tag alphabet: never innocent.
_DECEPTIVE = r"\u061c\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\u2028\u2029\ufff9-\ufffb"
# Invisible, but at home in prose (joiners, marks, soft hyphens): shown only in code.
_INVISIBLE = r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2065\u206a-\u206f"
_INVISIBLE += r"\u3164\ufeff\uffa0\ud800-\udfff\ue000-\uf8ff"

_IN_PROSE = re.compile(f"[{_CONTROLS}{_DECEPTIVE}\ud800-\udfff]")
_IN_CODE = re.compile(f"[{_CONTROLS}{_DECEPTIVE}{_INVISIBLE}]")
_MARK = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_END = re.compile(r"</(?:p|li|h[1-6]|tr|pre|blockquote)>|<br>")
_TAG = re.compile(r"<[^>]*>")
_MARKS = re.compile(f"({_MARK}{{6}}){_MARK}+")


def clean(html: str) -> str:
    """Return `html` with only allow-listed tags, attributes and link schemes; idempotent."""
    return nh3.clean(html, **_RULES) if nh3 else _unformatted(html)


def _unformatted(html: str) -> str:
    """Return the text of `html` in paragraphs: safe without a sanitiser."""
    lines = _TAG.sub("", _END.sub("\n", html)).split("\n")
    return "".join(f"<p>{escape(unescape(line))}</p>" for line in lines if line.strip())


def escape(text: str) -> str:
    """Return `text` as HTML text, for elements' contents (quotes stay as they are)."""
    return _escape(text, quote=False)


def _named(match: re.Match[str]) -> str:
    return f"U+{ord(match[0]):04X}"


def _normal(text: str) -> str:
    """Return `text` with one kind of line end and no towers of combining marks."""
    return _MARKS.sub(r"\1", text.replace("\r\n", "\n").replace("\r", "\n"))


def visible(text: str, *, code: bool = False) -> str:
    """Return `text` as HTML text in which control and reordering characters are named.

    Parameters
    ----------
    text : str
        Any text.
    code : bool
        Also name what is merely invisible (zero-width characters, joiners): prose in many scripts
        needs those, code never does.
    """
    pattern = _IN_CODE if code else _IN_PROSE
    return pattern.sub(lambda m: f"<mark>{_named(m)}</mark>", escape(_normal(text)))


def one_line(text: str, limit: int) -> str:
    """Return `text` as one line of at most `limit` characters; a cut is marked with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def plain(text: str) -> str:
    """Return `text` fit for a terminal: escape sequences and overrides shown by name."""
    return _IN_PROSE.sub(lambda m: f"<{_named(m)}>", _normal(text))
