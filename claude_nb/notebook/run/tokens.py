"""The tokens of MCP servers: from the environment into a request, as late as can be.

A question does not hold them, so that nothing which shows or keeps a question can show them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from claude_nb.api.secret import Secret

__all__ = ["PREFIX", "with_tokens"]

PREFIX = "CLAUDE_NB_MCP_TOKEN_"


def with_tokens(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request with the token of each MCP server for which the environment has one.

    Parameters
    ----------
    params : Mapping
        The request. The token of a server ``docs-eu`` is ``CLAUDE_NB_MCP_TOKEN_DOCS_EU``.
    """
    servers = params.get("mcp_servers")
    if not isinstance(servers, list):
        return dict(params)
    return {**params, "mcp_servers": [_with_token(server) for server in servers]}


def _with_token(server: Any) -> Any:
    if not isinstance(server, dict) or server.get("authorization_token"):
        return server
    name = re.sub(r"[^A-Z0-9]", "_", str(server.get("name", "")).upper())
    token = os.environ.get(PREFIX + name, "").strip()
    return {**server, "authorization_token": Secret(token)} if token else server
