"""Markdown to safe HTML: the one renderer of the live view and of the saved output.

markdown-it-py with HTML off makes the structure, the rules below decide what a link, an image and a
code block become, and :func:`claude_nb.notebook.text.safe_html.clean` has the last word on every
byte. Blocks are parsed at once, what is in them as they are rendered: tokens take a hundred times
the memory of their text. Knows nothing of messages, widgets or time.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, LiteralString
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore, text_join
from markdown_it.token import Token

from claude_nb.notebook.text import (
    bounds,
    citations,
    emphasis,
    footnotes,
    lists,
    mathematics,
    tags,
)
from claude_nb.notebook.text.highlight import highlighted
from claude_nb.notebook.text.safe_html import (
    PLACE,
    SafeHtml,
    attribute,
    clean,
    join,
    markup,
    substituted,
    visible_html,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["PLAIN", "parse", "plain_html", "render", "to_html"]

PLAIN: LiteralString = (
    "This text is too long, or nested too deeply, to be formatted. It is shown as it came."
)
"""What is said above such a text."""

_PLAIN: LiteralString = '<p><em>{}</em></p><pre tabindex="0"><code>{}</code></pre>'
_LINK = re.compile(r"(?:https?://[^/\s]|mailto:[^\s])", re.IGNORECASE)
# A line end after a block costs a line of JSON in the notebook, and shows nothing.
_BETWEEN = re.compile(
    r"(</?(?:p|[ou]l|li|d[ltd]|h[1-6]|table|thead|tbody|tr|t[hd]|blockquote|aside)>|</pre>|<hr>|<br>)"
    r"\n(?=<|$)"
)
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_KNOWN_ADDRESS = re.compile(
    r"(?:https?://|(?<![@.\w-])www\.)[\w.-]{1,200}|(?<![@.\w-])(?:[\w-]{1,63}\.){1,8}"
    r"(?:app|biz|ch|cn|co|com|de|dev|edu|eu|fr|gov|info|io|net|org|ru|uk)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\s*(?:https?://|(?:[\w-]+\.)+[^\W\d_]{2,}\b)", re.IGNORECASE)


_TOGETHER = 100  # tokens, of one block at least, that are rendered at once
_ADDRESS_MOST = 2_000  # characters of an address that is a link
_BELOW = 2  # levels that an answer's headings stand below the notebook's own
_LOWEST = 6


def host(url: str) -> str:
    """Return the host that `url` leads to, or the address of a ``mailto:`` link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts.hostname or parts.path


def _text(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return visible_html(citations.in_words(tokens[index].content))


def _long(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    """Render a paragraph that is not formatted; as code, where nothing is mathematics."""
    shown = citations.in_words(tokens[index].content)
    return f"<code>{_held(visible_html(shown, code=True), env)}</code>"


def _held(text: SafeHtml, env: Any) -> SafeHtml:
    """Return `text`, or the place that it is put into after all else was cleaned."""
    if len(text) <= bounds.PARAGRAPH:
        return text
    env.setdefault("texts", []).append(text)
    return PLACE


def _code(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return f"<code>{visible_html(citations.unmarked(tokens[index].content), code=True)}</code>"


def _block(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    code = _held(highlighted(citations.unmarked(token.content), language), env)
    return f'<pre tabindex="0"><code>{code}</code></pre>\n'


def _image(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Render an image as a link that shows its host: nothing is loaded unasked."""
    token = tokens[index]
    url = str(token.attrs["src"])
    alt = visible_html(self.renderInlineAsText(token.children or [], options, env)) or "untitled"
    label = f"image: {alt} ({visible_html(host(url))})"
    return label if env.get("in_link") else f'<a href="{attribute(url)}">{label}</a>'


def _link_open(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    env["in_link"] = True
    return f'<a href="{attribute(str(tokens[index].attrs["href"]))}">'


def _link_close(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    """Close a link; one whose text reads like an address elsewhere tells where it leads."""
    env["in_link"] = False
    opened = index - 1
    while tokens[opened].type != "link_open":
        opened -= 1
    url = str(tokens[opened].attrs["href"])
    text = "".join(token.content for token in tokens[opened:index]).translate(_DOTS)
    deceives = _has_user(url) or not all(_leads_to(url, each[0]) for each in _addresses(text))
    return f"</a> ({visible_html(host(url))})" if deceives else "</a>"


def _addresses(text: str) -> Iterator[re.Match[str]]:
    """Yield what reads like an address: all of a text, or some that are known by their end."""
    if whole := _ADDRESS.match(text):
        yield re.match(r"\s*\S+", text) or whole
    yield from _KNOWN_ADDRESS.finditer(text)


def _leads_to(url: str, text: str) -> bool:
    return host(_with_scheme(text)).lower() == host(url).lower()


def _has_user(url: str) -> bool:
    """Return whether a user name stands before the host, which reads like the host itself."""
    return "@" in url.partition("://")[2].partition("/")[0]


def _with_scheme(text: str) -> str:
    text = text.strip()
    return text if "://" in text else f"https://{text}"


def _cell_open(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """Open a table cell; alignment as an attribute, for inline styles are not let through."""
    style = str(tokens[index].attrs.get("style", ""))
    align = style.removeprefix("text-align:")
    return f'<{tokens[index].tag} align="{align}">' if style else f"<{tokens[index].tag}>"


def _heading(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """Open or close a heading, below those that the notebook itself has."""
    level = min(int(tokens[index].tag[1:]) + _BELOW, _LOWEST)
    return f"<h{level}>" if tokens[index].nesting > 0 else f"</h{level}>\n"


_RULES = {
    "text": _text,
    "long": _long,
    "code_inline": _code,
    "code_block": _block,
    "fence": _block,
    "image": _image,
    "link_open": _link_open,
    "link_close": _link_close,
    "th_open": _cell_open,
    "td_open": _cell_open,
    "heading_open": _heading,
    "heading_close": _heading,
}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    for rules in (mathematics, emphasis, tags, footnotes, citations, lists, bounds):
        rules.install(md)
    md.core.ruler.disable(["inline", "text_join"])  # `render` does both, a block at a time
    normalize = md.normalizeLink
    md.normalizeLink = lambda url: normalize(url) if len(url) <= _ADDRESS_MOST else ""
    md.validateLink = lambda url: _LINK.match(url) is not None
    setattr(md, "normalizeLinkText", md.normalizeLink)  # noqa: B010  (look-alike hosts in ASCII)
    for name, rule in _RULES.items():
        md.add_render_rule(name, rule)
    return md


def parse(text: str, env: dict[str, Any]) -> list[Token]:
    """Return the block tokens of Markdown `text`; link definitions go to and come from `env`.

    One token for it all, of type ``plain``, if it is too much work.
    """
    try:
        if len(text) <= bounds.LONGEST:
            return _blocks(text, env)
    except bounds.TooMuchError:
        pass
    return [Token("plain", "", 0, content=text, map=[0, text.count("\n") + 1])]


def _blocks(text: str, env: dict[str, Any]) -> list[Token]:
    md = _parser()
    env["work"] = env["blocks"] = bounds.Work.of_blocks(text)
    state = StateCore(text, md, env)
    state.tokens = bounds.Tokens(env["work"])
    md.core.process(state)
    lists.boxed(state.tokens)
    env["work"] = bounds.Work.of(text)  # for what is in the blocks
    return state.tokens


def render(tokens: Sequence[Token], env: dict[str, Any]) -> SafeHtml:
    """Return safe HTML for `tokens` as :func:`parse` gave them, with what `env` held since."""
    if tokens and tokens[0].type == "plain":
        return plain_html(tokens[0].content)
    return join(_html(group, env) for group in _groups(tokens))


def _groups(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Split tokens into whole blocks, few enough together to be held in memory."""
    start = 0
    for index, token in enumerate(tokens):
        if index - start >= _TOGETHER and token.level == 0 and token.nesting >= 0:
            yield tokens[start:index]
            start = index
    yield tokens[start:]


def _html(tokens: Sequence[Token], env: dict[str, Any]) -> SafeHtml:
    md = _parser()
    for token in tokens:
        if token.type == "inline":
            token.children = _children(token, env)
    footnotes.labelled(tokens)
    html = md.renderer.render(tokens, md.options, env)
    for token in tokens:
        token.children = None
    whole = clean(html, env.get("own", ""), texts=env.pop("texts", ()))
    return substituted(_BETWEEN, r"\1", whole)


def _children(token: Token, env: dict[str, Any]) -> list[Token]:
    """Return what a paragraph consists of, with the box before a task."""
    done = token.meta.get("task")
    box = [] if done is None else [Token("task", "input", 0, meta={"done": done})]
    return box + _inline(token.content, env)


def _inline(content: str, env: dict[str, Any]) -> list[Token]:
    """Return what text consists of; the text as it is if that is too much work."""
    if len(content) > bounds.PARAGRAPH:
        return [Token("long", "", 0, content=content)]
    md = _parser()
    whole = Token("inline", "", 0, content=content)
    with suppress(bounds.TooMuchError):
        whole.children = md.inline.parse(content, md, env, [])
        text_join(StateCore("", md, env, [whole]))
        return whole.children
    return [Token("text", "", 0, content=content)]


def plain_html(text: str) -> SafeHtml:
    """Return `text` as it is, and a sentence that says so."""
    shown = visible_html(citations.in_words(text), code=True)
    return markup(_PLAIN, visible_html(PLAIN), shown)


def to_html(text: str, own: str = "", quoted: Mapping[int, str] | None = None) -> SafeHtml:
    """Return Markdown `text` as safe HTML.

    Parameters
    ----------
    text : str
        Markdown from anywhere. Raw HTML in it is shown as text; images become links; links other
        than ``http``, ``https`` and ``mailto`` stay text. What is more work than its length allows
        (`claude_nb.notebook.text.bounds`) is shown as it came.
    own : str
        What the ids of its footnotes begin with, as `safe_html.own_name` makes it; without one,
        footnotes are not linked.
    quoted : Mapping, optional
        What the marks of citations in it tell, by number (`claude_nb.notebook.text.citations`).
    """
    env: dict[str, Any] = {"own": own, "quoted": quoted}
    return render(parse(text, env), env)
