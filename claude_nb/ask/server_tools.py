"""Tools of the provider: their definitions, by model, and the options that ask for them; pure.

Which version of a tool a model takes stands in the model table. Helpers of the same names make the
definitions for ``tools=[...]`` in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from claude_nb.api.schemas.memory import MemoryTool
from claude_nb.ask import extra
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import BY_NAME, Options
from claude_nb.models import (
    BUILT_IN,
    COMPACT_BETA,
    DEFAULT_MODEL,
    MCP_BETA,
    ModelInfo,
    ModelTable,
    ToolTypes,
)

# fmt: off
__all__ = [
    "added", "check_used", "cited", "code_execution", "mcp_servers", "memory", "search_result",
    "token_variable", "web_fetch", "web_search", "with_named",
]
# fmt: on

Json = dict[str, Any]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOKENS = "CLAUDE_NB_MCP_TOKEN_"
_CHOICES = ("auto", "any", "none")
_CITABLE = ("document", "search_result")


def web_search(
    *,
    max_uses: int | None = None,
    allowed_domains: Sequence[str] | None = None,
    blocked_domains: Sequence[str] | None = None,
    user_location: Mapping[str, str] | None = None,
    model: str = DEFAULT_MODEL,
) -> Json:
    """Return the tool with which the server searches the web, for ``tools=[...]``.

    Parameters
    ----------
    max_uses : int, optional
        Most searches for one request; each is billed.
    allowed_domains, blocked_domains : sequence of str, optional
        Hosts to search, or not to search; one of the two.
    user_location : Mapping, optional
        ``city``, ``region``, ``country`` and ``timezone`` for local results.
    model : str
        Whom it is for; the newest version that it takes is chosen.
    """
    place = {"type": "approximate", **user_location} if user_location else None
    return _given(
        type=_info(model).tools.web_search,
        name="web_search",
        max_uses=max_uses,
        allowed_domains=_listed(allowed_domains),
        blocked_domains=_listed(blocked_domains),
        user_location=place,
    )


def web_fetch(
    *,
    max_uses: int | None = None,
    allowed_domains: Sequence[str] | None = None,
    blocked_domains: Sequence[str] | None = None,
    max_content_tokens: int | None = None,
    citations: bool = True,
    model: str = DEFAULT_MODEL,
) -> Json:
    """Return the tool with which the server reads web pages, for ``tools=[...]``.

    Parameters
    ----------
    max_uses : int, optional
        Most pages for one request.
    allowed_domains, blocked_domains : sequence of str, optional
        Hosts to read from, or not to read from; one of the two.
    max_content_tokens : int, optional
        Most tokens of a page.
    citations : bool
        Whether the answer cites what it read.
    model : str
        Whom it is for; the newest version that it takes is chosen.
    """
    return _given(
        type=_info(model).tools.web_fetch,
        name="web_fetch",
        max_uses=max_uses,
        allowed_domains=_listed(allowed_domains),
        blocked_domains=_listed(blocked_domains),
        max_content_tokens=max_content_tokens,
        citations={"enabled": True} if citations else None,
    )


def code_execution(*, model: str = DEFAULT_MODEL) -> Json:
    """Return the tool with which the server runs code, for ``tools=[...]``.

    Parameters
    ----------
    model : str
        Whom it is for; the newest version that it takes is chosen.
    """
    return {"type": _info(model).tools.code_execution, "name": "code_execution"}


def search_result(
    title: str, source: str, text: str | Sequence[str], *, citations: bool = True
) -> Json:
    """Return something that you found yourself as a block that an answer can cite.

    Parameters
    ----------
    title, source : str
        What it is called and where it is, such as an address; shown with the citation.
    text : str or sequence of str
        What it says; each text of a sequence can be cited by itself.
    citations : bool
        Whether the answer cites it. In one request all results do, or none.
    """
    texts = [text] if isinstance(text, str) else list(text)
    if not any(each.strip() for each in texts):
        raise InputError(f"The search result {title!r:.80} has no text.")
    return _given(
        type="search_result",
        title=title,
        source=source,
        content=[{"type": "text", "text": each} for each in texts if each.strip()],
        citations={"enabled": True} if citations else None,
    )


def _given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _listed(items: Sequence[str] | None) -> list[str] | None:
    given = [items] if isinstance(items, str) else items
    return None if given is None else [extra.domain(each, "a list of domains") for each in given]


def _info(model: str, table: ModelTable = BUILT_IN) -> ModelInfo:
    return table.get(model) or ModelInfo(id=model, display_name=model, line="")


# What options add to a request.


def added(
    options: Options, params: Mapping[str, Any], models: ModelTable, functions: Sequence[str] = ()
) -> Json:
    """Return a request with the tools that the options ask for, before those it has.

    Parameters
    ----------
    options : Options
        Of the question.
    params : Mapping
        The request, with what ``-o`` put in.
    models : ModelTable
        What is known of the models of the server.
    functions : sequence of str
        Names of the functions that the model may call.

    Raises
    ------
    InputError
        A server cannot be used, a tool is there twice, or the choice is none.
    """
    own = _tools(options, _info(options.model, models).tools)
    more: Json = {}
    if options.mcp:
        servers = mcp_servers(options.mcp)
        own += [{"type": "mcp_toolset", "mcp_server_name": each["name"]} for each in servers]
        more["mcp_servers"] = [*servers, *(params.get("mcp_servers") or ())]
    betas = [*(params.get("betas") or ()), *_betas(params, mcp=bool(options.mcp))]
    if betas:
        more["betas"] = list(dict.fromkeys(betas))
    tools = [*own, *(params.get("tools") or ())]
    _check_twice(own, params.get("tools") or ())
    if tools:
        more["tools"] = tools
    if options.tool_choice:
        names = [*functions, *(str(tool["name"]) for tool in tools if "name" in tool)]
        more["tool_choice"] = _choice(options.tool_choice, names, any_tool=bool(tools or functions))
    return {**params, **more}


def _betas(params: Mapping[str, Any], *, mcp: bool) -> list[str]:
    """Return the headers for MCP servers and compaction, of now and of earlier in the chat."""
    blocks = [block for message in params["messages"] for block in _blocks(message)]
    kinds = {str(block.get("type")) for block in blocks}
    mcp = mcp or any(kind.startswith("mcp_") for kind in kinds)
    return [MCP_BETA] * mcp + [COMPACT_BETA] * ("compaction" in kinds)


def _tools(options: Options, types: ToolTypes) -> list[Json]:
    tools: list[Json] = []
    told = extra.of_tools(options.option)
    if options.search:
        given = told.get("web_search", {})
        tools.append({**web_search(max_uses=options.search, **given), "type": types.web_search})
    if options.fetch:
        tools.append({**web_fetch(**told.get("web_fetch", {})), "type": types.web_fetch})
    if options.run_code:
        tools.append({**code_execution(), "type": types.code_execution})
    return tools


def check_used(options: Options) -> None:
    """Raise `InputError` if ``-o`` sets something of a tool that is not asked for."""
    for tool in extra.of_tools(options.option):
        flag = BY_NAME[tool.removeprefix("web_")].flags[-1]
        if not getattr(options, tool.removeprefix("web_")):
            raise InputError(
                f"-o {tool}.… sets what {flag} sends: write {flag} too, or leave it out."
            )


def _check_twice(own: Sequence[Json], given: Sequence[Any]) -> None:
    named = {tool.get("name") for tool in given if isinstance(tool, dict)}
    for tool in own:
        if tool.get("name") in named:
            raise InputError(
                f"The tool {tool['name']} is asked for twice, by an option and by -o tools=: "
                "leave one of them out."
            )


def _choice(word: str, names: Sequence[str], *, any_tool: bool) -> Json:
    if not any_tool:
        raise InputError("--tool-choice needs tools to choose from: --tools, --search, --mcp, ….")
    if word in _CHOICES:
        return {"type": word}
    if word not in names:
        known = ", ".join([*_CHOICES, *names])
        raise InputError(f"--tool-choice {word:.64}: there is no such tool; there are: {known}.")
    return {"type": "tool", "name": word}


def with_named(options: Options, named: Mapping[str, str]) -> Options:
    """Return the options with ``NAME=URL`` in the place of each MCP server that has only a name.

    Parameters
    ----------
    options : Options
        Of the question.
    named : Mapping
        Addresses by name, as ``%config ClaudeMagics.mcp_servers`` has them.

    Raises
    ------
    InputError
        There is no server of that name.
    """
    if not options.mcp:
        return options
    items = [item.strip() for item in options.mcp.split(",")]
    written = [_written(item, named) if _NAME.fullmatch(item) else item for item in items]
    return options.changed({"mcp": ",".join(written)})


def _written(name: str, named: Mapping[str, str]) -> str:
    if name in named:
        return f"{name}={named[name]}"
    known = f"there are {', '.join(named)}" if named else "there is none yet"
    raise InputError(
        f"--mcp {name}: no MCP server has that name ({known}). Write its address, or name it: "
        f'%config ClaudeMagics.mcp_servers = {{"{name}": "https://…"}}'
    )


def token_variable(name: str) -> str:
    """Return the variable of the environment that has the token of the MCP server of that name."""
    return _TOKENS + re.sub(r"[^A-Z0-9]", "_", name.upper())


def mcp_servers(listed: str) -> list[Json]:
    """Return the servers that ``--mcp`` names, without their tokens.

    Parameters
    ----------
    listed : str
        ``URL`` or ``NAME=URL``, with commas between.

    Raises
    ------
    InputError
        It is no https address, holds a password, or two servers have one name.
    """
    found = [_server(item.strip()) for item in listed.split(",") if item.strip()]
    names = [each["name"] for each in found]
    if not found:
        raise InputError("--mcp takes addresses, such as --mcp https://mcp.example.com/mcp.")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"--mcp: two servers are called {name}: write NAME=URL.")
    return found


def _server(item: str) -> Json:
    named = re.match(r"([^=/:]*)=(?=https?:)", item)
    name, url = (named[1], item[named.end() :]) if named else ("", item)
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme != "https" or not host:
        raise InputError(f"--mcp {_harmless(url)}: an MCP server has an address with https://.")
    if parts.username or parts.password or parts.query:
        raise InputError(
            f"--mcp: an address with a password or a query is not sent. A token for {host} comes "
            f"from the environment: {_TOKENS}NAME, for --mcp NAME=URL."
        )
    name = name or re.sub(r"[^A-Za-z0-9_-]", "-", host)[:64]
    if not _NAME.fullmatch(name):
        raise InputError(f"--mcp {name:.80}=…: a name has letters, digits, - and _ only.")
    return {"type": "url", "url": url, "name": name}


def _harmless(url: str) -> str:
    """Return an address without what may be a password in it."""
    return re.sub(r"//[^/@]*@", "//…@", url.partition("?")[0])[:100]


def memory(options: Options, models: ModelTable) -> MemoryTool | None:
    """Return the tool of ``--memory``; None if it is not asked for.

    Raises
    ------
    InputError
        What it names is no folder, and cannot be made one.
    """
    if not options.memory:
        return None
    folder = Path(options.memory).expanduser()
    if not folder.exists() and not folder.absolute().parent.is_dir():
        raise InputError(
            f"--memory {folder}: the folder {folder.absolute().parent} does not exist."
        )
    try:
        return MemoryTool(folder, _info(options.model, models).tools.memory)
    except NotADirectoryError as problem:
        raise InputError(f"--memory {problem}") from None


def cited(messages: Sequence[Mapping[str, Any]], *, cite: bool) -> list[Any]:
    """Return the messages with citations switched on, in all that can be cited, or as they are.

    The API takes documents that are cited and others in one request no more than a schema with
    them; so what was cited before goes on to be.

    Raises
    ------
    InputError
        Nothing can be cited.
    """
    blocks = [block for message in messages for block in _blocks(message)]
    citable = [block for block in blocks if block.get("type") in _CITABLE]
    if cite and not citable:
        raise InputError("--cite: there is nothing to cite. Attach a document or text with -a.")
    documents = [block for block in citable if block["type"] == "document"]
    if not cite and not any(_is_on(block) for block in documents):
        return list(messages)
    return [_switched_on(message) for message in messages]


def _blocks(message: Mapping[str, Any]) -> list[Json]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def _is_on(block: Json) -> bool:
    return bool((block.get("citations") or {}).get("enabled"))


def _switched_on(message: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _blocks(message)
    if message.get("role") != "user" or not any(b.get("type") in _CITABLE for b in found):
        return message
    return {**message, "content": [_citing(block) for block in found]}


def _citing(block: Json) -> Json:
    if block.get("type") not in _CITABLE or _is_on(block):
        return block
    return {**block, "citations": {"enabled": True}}
