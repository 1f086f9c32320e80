"""A panel's question as code: a ``%%claude`` cell, our client, the official client; and back; pure.

All make the same request, but for keys: what is shown, copied and saved with a notebook has
``[key]`` in the place of each.
"""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Mapping
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.hiding.known import HIDDEN, known
from claude_nb.api.hiding.names import authenticates, surely
from claude_nb.ask.arguments import parse_line, split_cell
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import SETTINGS, Options, Setting

__all__ = ["as_magic", "as_python", "as_sdk", "is_cell", "read_cell"]

_MAGIC = "%%claude"
# what the official client's `stream` takes by name
_SDK = frozenset(
    {
        *("max_tokens", "messages", "metadata", "model", "output_config", "service_tier"),
        *("stop_sequences", "system", "thinking", "tool_choice", "tools"),
        *("extra_query", "timeout"),
    }
)
# fields in which people write what says who they are
_WITH_KEYS = frozenset({"extra_body", "extra_headers", "extra_query", "mcp_servers"})
_AS_HEADERS = frozenset({"user_profile_id", "workspace_id"})
_USE = """ as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
"""
_EMULATED = """import claude_nb
from claude_nb import emulator

# There is no key here, so the built-in emulator answers; with a key: claude_nb.Anthropic()
server = emulator.shared()
client = claude_nb.Anthropic(api_key=server.api_key, base_url=server.url)
"""
_OURS = """import claude_nb

client = claude_nb.Anthropic()
"""
_LENT = """import claude_nb

client = claude_nb.connect()  # as claude_nb.use or %claude use was told
"""
_OFFICIAL = """import anthropic

client = anthropic.Anthropic()
"""


def as_magic(options: Options, text: str, params: Mapping[str, Any]) -> str:
    """Return the ``%%claude`` cell that asks `text` with these settings.

    Parameters
    ----------
    options : Options
        Of the cell.
    text : str
        The prompt, with its variables in double braces.
    params : Mapping
        The request that they make.
    """
    options = options.changed({"option": list(map(_without_key, options.option))})
    if "\n" in (options.system or ""):  # an option's value stands on one line
        system = f"system={json.dumps(params['system'], ensure_ascii=False)}"
        options = options.changed({"system": None, "option": [*options.option, system]})
    words = [word for setting in SETTINGS for word in _words(setting, options)]
    first = " ".join([_MAGIC, *map(_quoted, words)])
    return known().hide(f"{first}\n{text}")


def _without_key(item: str) -> str:
    """Return the value of an ``-o`` without what says who sends."""
    path, equals, text = item.partition("=")
    steps = path.strip().split(".")
    if steps[0] not in _WITH_KEYS:
        return item
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    shown = _shown(steps[-1], value)
    return item if shown == value else path + equals + json.dumps(shown, ensure_ascii=False)


def _shown(name: str, value: Any) -> Any:
    """Return what may be shown of a field: all but what is a key, by its name or by itself."""
    if isinstance(value, Mapping):
        return {each: _shown(str(each), item) for each, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(name, item) for item in value]
    if isinstance(value, bool) or value is None or not str(value):
        return value
    if surely(name) or authenticates(name, str(value)):
        return HIDDEN
    return hidden(value) if isinstance(value, str) else value


def _words(setting: Setting, options: Options) -> list[str]:
    value = getattr(options, setting.name)
    if value is None or value == setting.default:
        return []
    flag = setting.flags[-1]
    if setting.kind == "flag":
        return [flag] if value else []
    if setting.many:
        return [word for item in value for word in (flag, _typed(setting, item))]
    return [flag, str(value)]


def _typed(setting: Setting, text: str) -> str:
    if setting.kind != "stops":
        return text
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _quoted(word: str) -> str:
    return word if word.startswith(_MAGIC) else shlex.quote(word)


def as_python(params: Mapping[str, Any], *, emulated: bool, lent: bool = False) -> str:
    """Return Python that sends this request with our client.

    Parameters
    ----------
    params : Mapping
        The request.
    emulated : bool
        Whether the built-in emulator answers.
    lent : bool
        Whether a client that was lent does, or a server of this machine.
    """
    begin = _LENT if lent else _OURS
    return (_EMULATED if emulated else begin) + _call(params)


def as_sdk(params: Mapping[str, Any]) -> str:
    """Return Python that sends this request with the official client.

    Notes
    -----
    Its newer releases have no sampling parameters and ask for an API version that refuses them;
    the body and the header still take both.
    """
    rest = dict(params)
    headers = {"anthropic-version": "2023-06-01"}
    if betas := rest.pop("betas", None):
        headers["anthropic-beta"] = ",".join(betas)
    for name in _AS_HEADERS & rest.keys():
        headers[f"anthropic-{name.replace('_', '-')}"] = rest.pop(name)
    headers |= rest.pop("extra_headers", {})
    body = rest.pop("extra_body", {})
    named = {name: rest.pop(name) for name in params if name in _SDK}
    named["extra_headers"] = headers
    if body or rest:
        named["extra_body"] = {**rest, **body}
    return _OFFICIAL + _call(named)


def _call(params: Mapping[str, Any]) -> str:
    told = {
        name: _shown(name, each) if name in _WITH_KEYS else each for name, each in params.items()
    }
    rows = "".join(f"    {name}={_literal(value)},\n" for name, value in told.items())
    return known().hide(f"with client.messages.stream(\n{rows}){_USE}")


def _literal(value: Any) -> str:
    text = pprint.pformat(value, width=88, sort_dicts=False)
    if isinstance(value, str) and "\n" in text:
        text = f"({text})" if not text.startswith("(") else text
    return text.replace("\n", "\n    ")


def is_cell(text: str) -> bool:
    """Return whether `text` is a ``%%claude`` cell."""
    return text.lstrip().split(None, 1)[:1] == [_MAGIC]


def read_cell(text: str) -> tuple[dict[str, Any], str]:
    """Return the settings given in a ``%%claude`` cell, and its prompt.

    Raises
    ------
    InputError
        It is no such cell, or its options cannot be read.
    """
    if not is_cell(text):
        raise InputError(f"A cell to read begins with {_MAGIC}.")
    line, body = split_cell(*text.lstrip().removeprefix(_MAGIC).partition("\n")[::2])
    return parse_line(line), body.strip("\n")
