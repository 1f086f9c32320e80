"""MCP servers: their addresses and tokens as ``%config`` says them, and tokens into a request.

A token is a secret like the key: it is one from the moment it is taken, and one that stands in the
cell itself is refused, for cells are saved. It is put into a request as late as can be: a question
does not hold it, so that nothing which shows or keeps a question can show it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from claude_nb.api.secret import Secret
from claude_nb.ask.errors import InputError
from claude_nb.ask.server_tools import mcp_servers, token_variable
from claude_nb.notebook.session import Session

__all__ = ["servers", "take", "tokens", "with_tokens"]


def take(given: dict[str, Any], source: str) -> None:
    """Put what was checked in the place of what was given: nothing keeps a token as it came.

    Parameters
    ----------
    given : dict
        What ``%config`` says of `ClaudeMagics`.
    source : str
        The running cell.

    Raises
    ------
    InputError
        Something cannot be used.
    """
    checks = {"mcp_servers": servers, "mcp_tokens": lambda value: tokens(value, source)}
    for name, checked in checks.items():
        if isinstance(given.get(name), dict):
            given[name] = checked(given[name])


def servers(value: Mapping[Any, Any]) -> dict[str, str]:
    """Return addresses by name.

    Raises
    ------
    InputError
        A name or an address cannot be one.
    """
    listed = ",".join(f"{name}={url}" for name, url in value.items())
    try:
        return {each["name"]: each["url"] for each in mcp_servers(listed)} if value else {}
    except InputError as problem:
        raise InputError(f"mcp_servers: {str(problem).removeprefix('--mcp ')}") from None


def tokens(value: Mapping[Any, Any], source: str) -> dict[str, Secret]:
    """Return tokens by the names of their servers.

    Parameters
    ----------
    value : Mapping
        Texts, or secrets already.
    source : str
        The running cell.

    Raises
    ------
    InputError
        One is no text, is empty, or stands in the cell. The message shows none.
    """
    return {str(name): _token(str(name), token, source) for name, token in value.items()}


def _token(name: str, token: Any, source: str) -> Secret:
    if isinstance(token, Secret):
        return token
    text = token.strip() if isinstance(token, str) else ""
    if not text:
        raise InputError(f"mcp_tokens: the token of {name!r:.80} is no text, or empty.")
    if text in source:
        raise InputError(
            f"mcp_tokens: the token of {name!r:.80} stands in this cell, which is saved with the "
            "notebook. Take it out of the cell, and set it before Jupyter starts "
            f"({token_variable(name[:40])}), or let the cell ask for it: "
            f'%config ClaudeMagics.mcp_tokens = {{"{name:.40}": __import__("getpass").getpass()}}'
        )
    return Secret(text)


def with_tokens(params: Mapping[str, Any], session: Session) -> dict[str, Any]:
    """Return a request with the token of each MCP server for which there is one.

    Parameters
    ----------
    params : Mapping
        The request.
    session : Session
        What ``%config`` says of a server comes before the environment, where the token of a server
        ``docs-eu`` is ``CLAUDE_NB_MCP_TOKEN_DOCS_EU``.
    """
    servers = params.get("mcp_servers")
    if not isinstance(servers, list):
        return dict(params)
    return {**params, "mcp_servers": [_with_token(server, session) for server in servers]}


def _with_token(server: Any, session: Session) -> Any:
    if not isinstance(server, dict) or server.get("authorization_token"):
        return server
    name = str(server.get("name", ""))
    if session.servers.get(name, server.get("url")) != server.get("url"):
        return (
            server  # a cell may come from anyone: the token is for the address that has this name
        )
    given: Mapping[str, Secret] = getattr(session.settings, "mcp_tokens", None) or {}
    token = given.get(name) or Secret(os.environ.get(token_variable(name), "").strip())
    return {**server, "authorization_token": token} if token else server
