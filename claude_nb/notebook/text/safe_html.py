"""The one gate to a browser: every string that becomes HTML passes through here.

Model output is hostile. `SafeHtml` is a type of its own, which only the functions below make: by an
allow-list, by escaping, or from markup that stands in our own source. A type checker refuses
any other string where it is asked for, and so do these functions. Text becomes HTML in which the
reader's MathJax finds nothing to typeset; only `formula` makes what it may. Knows nothing of
Markdown or of Jupyter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from html import escape, unescape
from typing import Any, Literal, LiteralString

from claude_nb.characters import IN_CODE, IN_PROSE, code_point, normal, plain
from claude_nb.notebook.page import assets
from claude_nb.notebook.page.constants import FORMULA, IGNORED
from claude_nb.notebook.text.formulas import typeset

try:
    import nh3
except ImportError:  # in a web page that Pyodide's own packages do not reach: nothing is formatted
    nh3 = None

# fmt: off
__all__ = [
    "EMPTY", "FORMULA", "IGNORED", "PLACE", "TAGS", "UNBOXED", "SafeHtml", "attribute", "clean",
    "element", "elements", "formula", "join", "markup", "own_name", "proven", "style",
    "substituted", "visible_html",
]
# fmt: on

_PROSE = ("a", "b", "blockquote", "br", "em", "hr", "i", "kbd", "p", "s", "strong", "sub", "sup")
_LISTS = ("aside", "dd", "dl", "dt", "input", "li", "ol", "ul")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CODE = ("code", "dfn", "mark", "pre", "samp", "span")
_TABLE = ("table", "tbody", "td", "th", "thead", "tr")
TAGS = frozenset((*_PROSE, *_LISTS, *_HEADINGS, *_CODE, *_TABLE))
"""Every element that an answer's text can become."""

# Values, not only names: what is not listed here cannot appear at all.
_VALUES = {
    "input": {
        "type": {"checkbox"},
        "disabled": {""},
        "checked": {""},
        "aria-label": {"done", "to do"},
    },
    "pre": {"tabindex": {"0"}},
    "span": {"class": {FORMULA}},
    "td": {"align": {"left", "center", "right"}},
    "th": {"align": {"left", "center", "right"}},
}

_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_OWN = re.compile(r"claude-nb-[0-9a-f]{12}")
_NUMBER = re.compile(r"-[nr][1-9]\d{0,5}")
# Links within an answer open no other window; nothing but the sanitiser writes such a tag.
_INNER = re.compile(
    rf'(<a href="#{_OWN.pattern}{_NUMBER.pattern}") target="_blank" rel="noopener noreferrer">'
)


def _passing(own: str) -> Callable[[str, str, str], str | None]:
    """Return what lets an attribute pass.

    A link does if it names its scheme, so that none leads into Jupyter, or if it leads to an id of
    the answer's own; and so do those ids.
    """

    def passing(_tag: str, name: str, value: str) -> str | None:
        if name not in {"href", "id"} or (name == "href" and _LINK.match(value)):
            return value
        prefix = own if name == "id" else f"#{own}"
        inner = own and value.startswith(prefix) and _NUMBER.fullmatch(value[len(prefix) :])
        return value if inner else None

    return passing


_RULES: dict[str, Any] = {
    "tags": set(TAGS),
    "attributes": {"a": {"href"}, "aside": {"id"}, "ol": {"start"}, "sup": {"id", "title"}},
    "tag_attribute_values": _VALUES,
    "set_tag_attribute_values": {
        "a": {"target": "_blank"},
        "input": {"type": "checkbox", "disabled": ""},
    },
    "url_schemes": {"http", "https", "mailto"},
    "link_rel": "noopener noreferrer",
    "clean_content_tags": {"script", "style"},
}

_END = re.compile(r"</(?:p|li|h[1-6]|tr|pre|blockquote)>|<br>")
_ANY_TAG = re.compile(r"<[^>]*>")
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>')
_VOID = {"br", "hr", "img", "input"}
_OPENING = re.compile(r"\$|\\(?=[$(\[\])]|begin|end|(?:eq)?ref|$)")  # of what MathJax looks for
_FENCED: LiteralString = r"<span>\g<0></span>"
_PIECE = 20_000  # characters of text that become HTML at once


class SafeHtml(str):
    """HTML that may go to a browser as it is. Text methods return ordinary strings again."""

    __slots__ = ()


EMPTY = SafeHtml()
UNBOXED: LiteralString = '<div hidden="hidden"><table class="dataframe"></table></div>'
"""Never seen: dark Sphinx themes put each output but a frame onto a light box, ours as well.

JupyterLab takes a `hidden` without a value out of files that nobody trusts.
"""
PLACE = SafeHtml("<samp>\x01</samp>")
"""Where `clean` puts a text. None becomes this itself: tags are escaped, the character is named."""


def own_name(*of: str) -> str:
    """Return what the ids of an answer begin with: its own, of whatever tells it from others."""
    return f"claude-nb-{sha256(chr(0).join(of).encode(errors='replace')).hexdigest()[:12]}"


def clean(html: str, own: str = "", *, texts: Sequence[SafeHtml] = ()) -> SafeHtml:
    """Return `html` with only allow-listed tags, attributes and link schemes; idempotent.

    Parameters
    ----------
    html : str
        From anywhere.
    own : str
        What ids in it begin with (`own_name`). Without one it keeps no id, and no link to one.
    texts : sequence of SafeHtml
        What goes into its `PLACE`, one each: long texts, of which a sanitiser, whose time grows
        with the square of a text, has nothing to take.
    """
    if nh3 is None:
        return _unformatted(_filled(html, texts))
    own = own if _OWN.fullmatch(own) else ""
    cleaned = nh3.clean(html, attribute_filter=_passing(own), **_RULES)
    return _filled(_INNER.sub(r"\1>", cleaned) if own else cleaned, texts)


def _filled(html: str, texts: Sequence[SafeHtml]) -> SafeHtml:
    pairs = zip(html.split(PLACE), [*map(proven, texts), EMPTY], strict=True)
    return SafeHtml("".join(part for pair in pairs for part in pair))


def _unformatted(html: str) -> SafeHtml:
    """Return the text of `html` in paragraphs: safe without a sanitiser.

    Hidden characters are named without an element, which a second pass would not keep.
    """
    lines = _ANY_TAG.sub("", _END.sub("\n", normal(html))).split("\n")
    named = (IN_PROSE.sub(lambda found: code_point(found[0]), unescape(line)) for line in lines)
    return join(markup("<p>{}</p>", visible_html(line)) for line in named if line.strip())


def _escaped(text: str) -> SafeHtml:
    return SafeHtml(escape(text, quote=False))


def visible_html(text: str, *, code: bool = False) -> SafeHtml:
    """Return `text` as HTML text in which control and reordering characters are named.

    Whatever MathJax could take for the begin or end of a formula stands in an element of its own,
    so that it is none.

    Parameters
    ----------
    text : str
        Any text.
    code : bool
        It stands in ``<code>``, where MathJax never looks. Also name what is merely invisible
        (zero-width characters, joiners): prose in many scripts needs those, code never does.
    """
    named = _named(text, IN_CODE if code else IN_PROSE)
    return named if code else substituted(_OPENING, _FENCED, named)


def _named(text: str, hidden: re.Pattern[str]) -> SafeHtml:
    text = normal(text)
    pieces = (_escaped(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))
    return SafeHtml("".join(hidden.sub(_mark, piece) for piece in pieces))


def _mark(hidden: re.Match[str]) -> str:
    return f"<mark>{code_point(hidden[0])}</mark>"


def formula(content: str, delimiter: Literal["$", "$$"]) -> SafeHtml:
    """Return a formula: for MathJax if it may have it, else as it was written, in ``<code>``.

    Parameters
    ----------
    content : str
        TeX, without what stands around it.
    delimiter : str
        Two dollars for a formula on a line of its own.
    """
    allowed = typeset(content)
    if allowed is None:
        return element("code", visible_html(f"{delimiter}{content}{delimiter}", code=True))
    named = _named(f"{delimiter}{allowed}{delimiter}", IN_PROSE)
    return SafeHtml(f'<span class="{FORMULA}">{named}</span>')


def attribute(value: str) -> SafeHtml:
    """Return text for the inside of an attribute in double quotes."""
    return SafeHtml(escape(plain(value)).replace("&#x27;", "'"))


def markup(template: LiteralString, *parts: SafeHtml) -> SafeHtml:
    """Return markup of our own, with parts in the places of ``{}``.

    Raises
    ------
    TypeError
        A part is an ordinary string.
    """
    return SafeHtml(template.format(*map(proven, parts)))


def join(parts: Iterable[SafeHtml], between: LiteralString = "") -> SafeHtml:
    """Return parts in a row, with markup of our own between them.

    Raises
    ------
    TypeError
        A part is an ordinary string.
    """
    return SafeHtml(between.join(map(proven, parts)))


def proven(html: str) -> SafeHtml:
    """Return HTML that was made here, and went through something that calls it a string.

    Raises
    ------
    TypeError
        It is an ordinary string.
    """
    if type(html) is not SafeHtml:
        raise TypeError(f"expected SafeHtml, got {type(html).__name__}")
    return html


def element(tag: str, content: SafeHtml) -> SafeHtml:
    """Return an element of the allow-list, without attributes.

    Raises
    ------
    ValueError
        An answer's text never becomes such an element.
    """
    if tag not in TAGS:
        raise ValueError(f"<{tag}> is not in the allow-list")
    return SafeHtml(f"<{tag}>{content}</{tag}>")


def substituted(pattern: re.Pattern[str], template: LiteralString, html: SafeHtml) -> SafeHtml:
    """Return `html` with markup of our own for each match, groups as in `re.sub`."""
    return SafeHtml(pattern.sub(template, proven(html)))


def elements(html: SafeHtml) -> Iterator[SafeHtml]:
    """Split HTML into its outermost elements."""
    start = depth = 0
    for tag in _TAG.finditer(proven(html)):
        if tag[2] not in _VOID:
            depth += -1 if tag[1] else 1
        if not depth:
            yield SafeHtml(html[start : tag.end()])
            start = tag.end()
    if start < len(html):
        yield SafeHtml(html[start:])


@cache
def style(*sheets: LiteralString) -> SafeHtml:
    """Return some of our own style sheets as an element."""
    return SafeHtml(f"<style>{assets.style(*sheets)}</style>")
