"""Lists beyond CommonMark's: boxes before tasks, and terms with what they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

__all__ = ["boxed", "install"]

_BOX = re.compile(r"\[([ xX])\](?=\s+\S)\s+")
_NAMES = {True: ' checked="" aria-label="done"', False: ' aria-label="to do"'}


def install(md: MarkdownIt) -> None:
    """Teach `md` these lists."""
    deflist_plugin(md)
    md.add_render_rule("task", _box)


def boxed(tokens: Sequence[Token]) -> None:
    """Take the box out of the words of each task; `Token.meta` says that it is there."""
    for item, paragraph, words in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if item.type != "list_item_open" or paragraph.type != "paragraph_open":
            continue
        if found := _BOX.match(words.content):
            words.content = words.content[found.end() :]
            words.meta = {"task": found[1] != " "}


def _box(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """Return a box that cannot be ticked: the text stays as it was written."""
    return f'<input type="checkbox" disabled=""{_NAMES[tokens[index].meta["done"]]}> '
