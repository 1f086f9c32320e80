"""A panel's question as code: a ``%%claude`` cell, our client, the official client; and back; pure.

All make the same request.
"""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Mapping
from typing import Any

from claude_nb.notebook.errors import InputError
from claude_nb.notebook.options import parse_line
from claude_nb.notebook.settings import MANY, SETTINGS, Setting

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
_AS_HEADERS = frozenset({"user_profile_id", "workspace_id"})
_USE = """ as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
"""
_EMULATED = """import claude_nb
from claude_nb import emulator

# There is no key here, so the built-in emulator answers; with a key: claude_nb.Anthropic()
client = claude_nb.Anthropic(api_key="emulator", base_url=emulator.shared().url)
"""
_OURS = """import claude_nb

client = claude_nb.Anthropic()
"""
_OFFICIAL = """import anthropic

client = anthropic.Anthropic()
"""


def as_magic(values: Mapping[str, Any], text: str, params: Mapping[str, Any]) -> str:
    """Return the ``%%claude`` cell that asks `text` with these settings.

    Parameters
    ----------
    values : Mapping
        All settings by name.
    text : str
        The prompt, with its variables in double braces.
    params : Mapping
        The request that they make.
    """
    if "\n" in (values["system"] or ""):  # an option's value stands on one line
        system = f"system={json.dumps(params['system'], ensure_ascii=False)}"
        values = {**values, "system": None, "option": [*values["option"], system]}
    words = [word for setting in SETTINGS for word in _words(setting, values[setting.name])]
    first = " ".join([_MAGIC, *map(_quoted, words)])
    return f"{first}\n{text}"


def _words(setting: Setting, value: Any) -> list[str]:
    if value is None or value == setting.default or value == list(setting.default or ()):
        return []
    flag = setting.flags[-1]
    if setting.kind == "flag":
        return [flag] if value else []
    if setting.kind in MANY:
        return [word for item in value for word in (flag, _typed(setting, item))]
    return [flag, str(value)]


def _typed(setting: Setting, text: str) -> str:
    if setting.kind != "stops":
        return text
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _quoted(word: str) -> str:
    return word if word.startswith(_MAGIC) else shlex.quote(word)


def as_python(params: Mapping[str, Any], *, emulated: bool) -> str:
    """Return Python that sends this request with our client.

    Parameters
    ----------
    params : Mapping
        The request.
    emulated : bool
        Whether the built-in emulator answers.
    """
    return (_EMULATED if emulated else _OURS) + _call(params)


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
    rows = "".join(f"    {name}={_literal(value)},\n" for name, value in params.items())
    return f"with client.messages.stream(\n{rows}){_USE}"


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
    line, _, body = text.lstrip().partition("\n")
    while line.rstrip().endswith("\\"):
        first, _, body = body.partition("\n")
        line = f"{line.rstrip()[:-1]} {first}"
    return parse_line(line.strip().removeprefix(_MAGIC)), body.strip("\n")
