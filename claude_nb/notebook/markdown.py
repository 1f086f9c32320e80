"""Markdown to safe HTML: the one renderer of the live view and of the saved output.

markdown-it-py with HTML off makes the structure, the rules below decide what a link, an image and a
code block become, and :func:`claude_nb.notebook.sanitise.clean` has the last word on every byte.
Knows nothing of messages, widgets or time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from claude_nb.notebook.highlight import highlighted
from claude_nb.notebook.sanitise import clean, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["parse", "render", "to_html"]

_LINK = re.compile(r"(?:https?://[^/\s]|mailto:[^\s])", re.IGNORECASE)
# A line end after a block costs a line of JSON in the notebook, and shows nothing.
_BETWEEN = re.compile(
    r"(</?(?:p|[ou]l|li|h[1-6]|table|thead|tbody|tr|t[hd]|blockquote)>|</pre>|<hr>|<br>)\n(?=<|$)"
)
_ADDRESS = re.compile(
    r"\s*(?:https?://|www\.|[\w.-]+\.(?:com|org|net|io|dev|gov|edu|ai)\b)", re.IGNORECASE
)


def host(url: str) -> str:
    """Return the host that `url` leads to, or the address of a ``mailto:`` link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts.hostname or parts.path


def _text(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    from claude_nb.notebook.mathematics import loose  # noqa: PLC0415  (imports the parser)

    return loose(visible(tokens[index].content))


def _code(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return f"<code>{visible(tokens[index].content, code=True)}</code>"


def _block(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    return f"<pre><code>{highlighted(token.content, language)}</code></pre>\n"


def _image(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Render an image as a link that shows its host: nothing is loaded unasked."""
    token = tokens[index]
    url = str(token.attrs["src"])
    alt = visible(self.renderInlineAsText(token.children or [], options, env)) or "untitled"
    label = f"image: {alt} ({visible(host(url))})"
    if _inside_link(tokens, index):
        return label
    return f'<a href="{_attribute(url)}">{label}</a>'


def _inside_link(tokens: Sequence[Token], index: int) -> bool:
    kinds = [token.type for token in tokens[:index]]
    return kinds.count("link_open") > kinds.count("link_close")


def _attribute(value: str) -> str:
    return visible(value).replace('"', "&quot;")


def _link_open(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return f'<a href="{_attribute(str(tokens[index].attrs["href"]))}">'


def _link_close(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """Close a link; one whose text reads like an address elsewhere tells where it leads."""
    opened = index - 1
    while tokens[opened].type != "link_open":
        opened -= 1
    target = host(str(tokens[opened].attrs["href"]))
    text = "".join(token.content for token in tokens[opened:index])
    deceives = _ADDRESS.match(text) and host(_with_scheme(text)).lower() != target.lower()
    return f"</a> ({visible(target)})" if deceives else "</a>"


def _with_scheme(text: str) -> str:
    text = text.strip()
    return text if "://" in text else f"https://{text}"


def _cell_open(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """Open a table cell; alignment as an attribute, for inline styles are not let through."""
    style = str(tokens[index].attrs.get("style", ""))
    align = style.removeprefix("text-align:")
    return f'<{tokens[index].tag} align="{align}">' if style else f"<{tokens[index].tag}>"


_RULES = {
    "text": _text,
    "code_inline": _code,
    "code_block": _block,
    "fence": _block,
    "image": _image,
    "link_open": _link_open,
    "link_close": _link_close,
    "th_open": _cell_open,
    "td_open": _cell_open,
}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415  (60 ms, only when something is shown)

    from claude_nb.notebook.mathematics import install  # noqa: PLC0415

    md = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    install(md)
    md.validateLink = lambda url: _LINK.match(url) is not None
    setattr(md, "normalizeLinkText", md.normalizeLink)  # noqa: B010  (look-alike hosts in ASCII)
    for name, rule in _RULES.items():
        md.add_render_rule(name, rule)
    return md


def parse(text: str, env: dict[str, Any]) -> list[Token]:
    """Return the block tokens of Markdown `text`; link definitions go to and come from `env`."""
    return _parser().parse(text, env)


def render(tokens: Sequence[Token], env: dict[str, Any]) -> str:
    """Return safe HTML for `tokens` as :func:`parse` gave them."""
    md = _parser()
    return _BETWEEN.sub(r"\1", clean(md.renderer.render(tokens, md.options, env)))


def to_html(text: str) -> str:
    """Return Markdown `text` as safe HTML.

    Parameters
    ----------
    text : str
        Markdown from anywhere. Raw HTML in it is shown as text; images become links; links other
        than ``http``, ``https`` and ``mailto`` stay text.
    """
    env: dict[str, Any] = {}
    return render(parse(text, env), env)
