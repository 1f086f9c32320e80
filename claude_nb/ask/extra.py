"""``-o key=value`` -> request parameters that have no option of their own.

Knows the names the Messages API takes, so that a mistyped one is caught before it is sent, and
what kind of value each takes. What a model refuses is not decided here.

References
----------
Messages API: body of ``POST /v1/messages``.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from claude_nb.ask.errors import InputError

__all__ = ["PARAMETERS", "TOOLS", "domain", "merged", "of_tools", "parameters"]

_Kind = tuple[type, ...] | tuple[str, ...]

# for each: the kinds of JSON value, or the words it takes
PARAMETERS: dict[str, _Kind] = {
    "betas": (list,),
    "cache_control": (dict,),
    "container": (str, dict),
    "context_management": (dict,),
    "diagnostics": (dict,),
    "extra_body": (dict,),
    "extra_headers": (dict,),
    "extra_query": (dict,),
    "inference_geo": (str,),
    "mcp_servers": (list,),
    "metadata": (dict,),
    "output_config": (dict,),
    "service_tier": ("auto", "standard_only"),
    "speed": ("standard", "fast"),
    "stop_sequences": (list,),
    "system": (str, list),
    "temperature": (int, float),
    "thinking": (dict,),
    "timeout": (int, float),
    "tool_choice": (dict,),
    "tools": (list,),
    "top_k": (int,),
    "top_p": (int, float),
    "user_profile_id": (str,),
    "workspace_id": (str,),
}
# what ``-o web_search.…`` and ``-o web_fetch.…`` set of the tools of --search and --fetch
TOOLS: dict[str, dict[str, _Kind]] = {
    "web_search": {
        "allowed_domains": (list,),
        "blocked_domains": (list,),
        "user_location": (dict,),
    },
    "web_fetch": {
        "allowed_domains": (list,),
        "blocked_domains": (list,),
        "max_content_tokens": (int,),
        "max_uses": (int,),
    },
}
_PLACE = ("city", "region", "country", "timezone")
_DOMAINS = ("allowed_domains", "blocked_domains")
_ELSEWHERE = {
    "model": "use -m",
    "max_tokens": "use --max-tokens",
    "messages": "the prompt is the cell's text, and -c names the chat",
    "stream": "use --no-stream",
    "api_key": "a key in a cell is saved with the notebook; set ANTHROPIC_API_KEY instead",
}
_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "a whole number",
    float: "a number",
}


def parameters(items: Iterable[str]) -> dict[str, Any]:
    """Return the parameters that ``-o`` options give.

    Parameters
    ----------
    items : iterable of str
        Each ``key=value``; those of tools (`of_tools`) are passed over. A value is JSON where it
        can be read as such (``5``, ``true``, ``{"type": "any"}``), else text. A dot in a key goes
        into an object: ``metadata.user_id=x``. ``extra_body.name=value`` sends any other field.

    Raises
    ------
    InputError
        No such parameter (near names are offered), or not its kind of value.
    """
    found: dict[str, Any] = {}
    for item in items:
        steps, text = _split(item)
        if steps[0] not in TOOLS:
            _check_name(steps[0], item)
            _put(found, steps, _value(steps, text), item)
    for name, value in found.items():
        _check_kind(name, value, PARAMETERS[name])
    return found


def of_tools(items: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what ``-o`` options set of the tools that ``--search`` and ``--fetch`` add.

    Parameters
    ----------
    items : iterable of str
        Those that begin with the name of a tool, among others:
        ``web_search.allowed_domains=a.org,b.org``, ``web_search.user_location.city=Bonn``.

    Raises
    ------
    InputError
        The tool has no such setting, or it is not its kind of value.
    """
    found: dict[str, Any] = {}
    for item in items:
        steps, text = _split(item)
        if steps[0] in TOOLS:
            _check_tool(steps, item)
            _put(found, steps, _of_tool(steps, text), item)
    for tool, given in found.items():
        _check_settings(tool, given)
    return found


def _split(item: str) -> tuple[list[str], str]:
    key, equals, text = item.partition("=")
    if not equals:
        raise InputError(f"-o {item}: write -o key=value, such as -o service_tier=auto.")
    return key.strip().split("."), text


def _of_tool(steps: list[str], text: str) -> Any:
    """Return the value of a tool's setting: hosts stand with commas between, places are texts."""
    _, name, *part = steps
    if name in _DOMAINS and text.lstrip()[:1] != "[":
        return [host.strip() for host in text.split(",") if host.strip()]
    return text if part else _value(steps, text)


def _check_tool(steps: list[str], item: str) -> None:
    tool, name = steps[0], ".".join(steps[1:])
    known = [*(n for n in TOOLS[tool] if n != "user_location")]
    known += [f"user_location.{part}" for part in _PLACE if "user_location" in TOOLS[tool]]
    if name not in {*known, *TOOLS[tool]}:
        raise InputError(f"-o {item:.80}: {tool} has {', '.join(known)}.")


def _check_settings(tool: str, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        _check_kind(f"{tool}.{name}", value, TOOLS[tool][name])
        if name in _DOMAINS:
            value[:] = [domain(each, f"-o {tool}.{name}") for each in value]
    unknown = [name for name in given.get("user_location", {}) if name not in {*_PLACE, "type"}]
    if unknown:
        raise InputError(
            f"-o {tool}.user_location has {', '.join(_PLACE)}; not {unknown[0]!r:.80}."
        )
    if given.keys() >= {*_DOMAINS}:
        raise InputError(
            f"-o {tool}: allowed_domains and blocked_domains cannot be set together: leave out one."
        )


def domain(text: Any, place: str) -> str:
    """Return a domain as the server takes it: without ``https://``, with no ``*`` in its name.

    Raises
    ------
    InputError
        It is none; `place` says where it stands.
    """
    found = re.sub(r"(?i)^https?://", "", str(text).strip()).rstrip("/")
    if not re.fullmatch(r"[^\s/*@:]+(?:/\S*)?", found):
        raise InputError(
            f"{place}: {text!r:.80} is no domain. Write example.org, which holds its subdomains, "
            "or example.org/blog for a part of it."
        )
    return found


def merged(params: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return request parameters with `more` put in; objects are joined, all else is replaced.

    So ``-o output_config.effort=high`` keeps the format that ``--schema`` has set.
    """
    whole = dict(params)
    for name, value in more.items():
        before = whole.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = merged(before, value)  # noqa: PLW2901 - joined with what was there
        whole[name] = value
    return whole


def _value(steps: list[str], text: str) -> Any:
    only_text = len(steps) == 1 and PARAMETERS.get(steps[0]) == (str,)
    try:
        return text if only_text else json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip()[:1] in {"{", "["}:
            raise InputError(
                f"-o {'.'.join(steps)}: {text:.80} is no JSON; quote the whole option: "
                f"""-o '{".".join(steps)}={{"key": "value"}}'."""
            ) from None
        return text


def _put(found: dict[str, Any], steps: list[str], value: Any, item: str) -> None:
    *outer, last = steps
    place = found
    for step in outer:
        place = place.setdefault(step, {})
        if not isinstance(place, dict):
            raise InputError(f"-o {item}: {step} was given a value before; it takes no parts then.")
    if not last or not all(outer):
        raise InputError(f"-o {item}: a name is missing before or behind a dot.")
    if last in place:
        raise InputError(f"-o {item}: {'.'.join(steps)} is given twice.")
    place[last] = value


def _check_name(name: str, item: str) -> None:
    if name in PARAMETERS:
        return
    if name in _ELSEWHERE:
        raise InputError(f"-o {name}: {_ELSEWHERE[name]}.")
    near = difflib.get_close_matches(name, [*PARAMETERS, *TOOLS], n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise InputError(
        f"-o {item:.80}: there is no parameter {name!r}.{hint} To send it all the same, write "
        f"extra_body.{item:.40}"
    )


def _check_kind(name: str, value: Any, allowed: _Kind) -> None:
    words = [word for word in allowed if isinstance(word, str)]
    kinds = tuple(kind for kind in allowed if isinstance(kind, type))
    is_number = isinstance(value, int) and not isinstance(value, bool)
    fits = isinstance(value, kinds) and (is_number or not isinstance(value, bool))
    if value in words or fits or value is None:
        return
    expected = words or [_NAMES[kind] for kind in kinds]
    raise InputError(f"-o {name} takes {' or '.join(expected)}, not {json.dumps(value):.80}.")
