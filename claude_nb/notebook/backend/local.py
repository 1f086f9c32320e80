"""Servers of this machine that speak the Messages API: Ollama, llama.cpp's, LM Studio, vLLM.

They are looked for on loopback only, with no key, past every proxy, and only when a person asks
for something that they could help with: never as the extension loads.

References
----------
Each lists its models at ``GET /v1/models`` as OpenAI's API does, with an ``owned_by`` of its own;
messages are ``POST /v1/messages``.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

from claude_nb import threads
from claude_nb.api import addresses, client
from claude_nb.ask.errors import InputError
from claude_nb.models import ModelTable
from claude_nb.models.clouds import anything
from claude_nb.notebook.backend.using import Used, lend

__all__ = ["KINDS", "Kind", "Server", "around", "chosen", "offer", "used"]

_PATIENCE = 0.3  # seconds that a silent port is waited for
_PATIENT = 2.0  # likewise, when a person names the server
_MOST = 1_000_000  # bytes of a list of models
_LONGEST = 200  # characters of a model's name
_SLOW = 3  # times that patience for a whole answer, which may come a byte at a time
_NO_SUCH_PATH = frozenset({404, 405, 501})
_WANTS_KEY = frozenset({401, 403})
_OK = 200
_UNEXPECTED = b"Unexpected endpoint"  # LM Studio says it with status 200
_TAKES = "%claude use takes {}, an address such as http://127.0.0.1:8080, or off"
_KEYLESS = "none"  # sent in the place of a key, which some of them want to see


@dataclass(frozen=True, slots=True)
class Kind:
    """A program that serves models.

    Attributes
    ----------
    word, name : str
        What is typed, and what it is called.
    port : int
        Where it listens unless told otherwise.
    owner : str
        Whose its models are, by its own list.
    is_sure : bool
        Whether that port is hardly ever anybody else's.
    """

    word: str
    name: str
    port: int
    owner: str
    is_sure: bool = False


KINDS = (
    Kind("ollama", "Ollama", 11434, "library", is_sure=True),
    Kind("llama.cpp", "llama.cpp", 8080, "llamacpp"),
    Kind("lmstudio", "LM Studio", 1234, "organization_owner", is_sure=True),
    Kind("vllm", "vLLM", 8000, "vllm"),
)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on this machine.

    Attributes
    ----------
    name : str
        What it is called.
    word : str
        What ``%claude use`` is told for it: its word, or its address.
    url : str
        Where it answers.
    models : tuple of str
        Ids of its models.
    """

    name: str
    word: str
    url: str
    models: tuple[str, ...]

    def told(self) -> str:
        """Return what is there, and how to use it, in a sentence."""
        many = len(self.models)
        listed = "1 model" if many == 1 else f"{many} models"
        port = urlsplit(self.url).port
        return f"{self.name} answers on {port} with {listed}: %claude use {self.word}"


def around(kinds: Sequence[Kind] = KINDS) -> list[Server]:
    """Return the servers that answer on the usual ports, within a third of a second."""
    if not threads.AVAILABLE:  # nor are there sockets
        return []
    found: list[Server | None] = [None] * len(kinds)

    def look(place: int) -> None:
        found[place] = _at_home(kinds[place])

    looking = [threading.Thread(target=look, args=(n,), daemon=True) for n in range(len(kinds))]
    for each in looking:
        each.start()
    for each in looking:
        each.join(_SLOW * _PATIENCE)
    return [server for server in found if server is not None]


def offer() -> str:
    """Return what answers on this machine and could be used, in sentences; empty if nothing."""
    return "; ".join(server.told() for server in around())


def chosen(word: str) -> Used:
    """Return the server that a person names, as what answers.

    Parameters
    ----------
    word : str
        A word of `KINDS`, or an address of this machine.

    Raises
    ------
    InputError
        There is none, or it does not speak the Messages API; says what to do.
    """
    word = word.strip().strip("\"'")
    kind = next((kind for kind in KINDS if kind.word == word.lower()), None)
    url = f"http://127.0.0.1:{kind.port}" if kind is not None else _checked(word)
    server = _named(url, kind)
    status, said = _asked(url, "POST", "/v1/messages", _PATIENT)  # refused, as it asks nothing
    if status in _NO_SUCH_PATH or _UNEXPECTED in said:
        raise InputError(
            f"{server.name} at {url} does not speak the Messages API (POST /v1/messages): its "
            "newer versions may, so update it."
        )
    return used(server)


def _named(url: str, kind: Kind | None) -> Server:
    status, listed = _asked(url, "GET", "/v1/models", _PATIENT)
    name = kind.name if kind is not None else "The server"
    if status in _WANTS_KEY:
        raise InputError(
            f"{name} at {url} wants a key: claude_nb.use(claude_nb.Anthropic(base_url={url!r}, "
            "api_key=...)) gives it one."
        )
    if status == 0:
        others = "; ".join(server.told() for server in around())
        raise InputError(
            f"Nothing answers at {url} within {_SLOW * _PATIENT:.0f} s: start "
            f"{kind.name if kind else 'the server'} first (or wait until it is up), or "
            f"name its address (%claude use http://127.0.0.1:PORT).{f' {others}.' * bool(others)}"
        )
    server = _server(url, listed, kind)
    if server is None:
        raise InputError(f"What answers at {url} lists no models: is this the server you mean?")
    if not server.models:
        raise InputError(f"{server.name} at {url} has no models yet: load one there first.")
    return server


def used(server: Server) -> Used:
    """Return a server as what answers."""
    made = client.Anthropic(api_key=_KEYLESS, base_url=server.url)
    table = ModelTable(tuple(anything(name) for name in server.models), (), server.url)
    label = f"by {server.name} on this machine"
    return replace(lend(made), name=server.name, label=label, models=table, listed=server.models)


def _at_home(kind: Kind) -> Server | None:
    """Return what answers on the port of a kind, if it is one of the known."""
    url = f"http://127.0.0.1:{kind.port}"
    status, listed = _asked(url, "GET", "/v1/models", _PATIENCE)
    server = _server(url, listed, kind) if status == _OK else None
    is_known = server is not None and (kind.is_sure or server.word != url)
    return server if is_known and server is not None and server.models else None


def _server(url: str, listed: bytes, expected: Kind | None) -> Server | None:
    """Return the server that sent this list of models; None if it is no such list."""
    try:
        data = json.loads(listed)
    except (ValueError, RecursionError):  # anything may listen there
        return None
    models: Any = cast("Mapping[str, Any]", data).get("data") if isinstance(data, dict) else None
    if not isinstance(models, list):
        return None
    rows = [cast("Mapping[str, Any]", row) for row in cast("list[Any]", models) if _is_row(row)]
    kind = _kind(rows) or (expected if expected is not None and expected.is_sure else None)
    names = tuple(dict.fromkeys(str(row["id"]) for row in rows))
    if kind is None:
        return Server(f"The server on port {urlsplit(url).port}", url, url, names)
    at_home = urlsplit(url).port == kind.port
    return Server(kind.name, kind.word if at_home else url, url, names)


def _is_row(row: Any) -> bool:
    name: Any = cast("Mapping[str, Any]", row).get("id") if isinstance(row, dict) else None
    return isinstance(name, str) and name.isprintable() and 0 < len(name.strip()) <= _LONGEST


def _kind(rows: Sequence[Mapping[str, Any]]) -> Kind | None:
    owners = {str(row.get("owned_by")) for row in rows}
    return next((kind for kind in KINDS if kind.owner in owners), None)


def _checked(word: str) -> str:
    """Return an address of this machine."""
    known = ", ".join(kind.word for kind in KINDS)
    given = word if "://" in word else f"http://{word}"
    try:
        url = addresses.base_url(given, allow_insecure_http=True) if ":" in word else ""
    except ValueError as problem:  # the address may hold a password, and is not repeated
        raise InputError(
            f"{_TAKES.format(known)}. That address cannot be used: {problem}"
        ) from None
    if not url:
        raise InputError(f"{_TAKES.format(known)}; not {word!r:.80}.")
    if not addresses.stays_here(url) or not url.startswith("http:"):
        raise InputError(
            f"{url} is no plain address of this machine. For a server elsewhere: claude_nb.use("
            "claude_nb.Anthropic(base_url=..., api_key=...)), or ANTHROPIC_BASE_URL."
        )
    return url


def _asked(url: str, method: str, path: str, patience: float) -> tuple[int, bytes]:
    """Return the status and body of a reply, with no key sent and no proxy asked; 0 for none."""
    found = [(0, b"")]
    if not threads.AVAILABLE:  # nor are there sockets
        return found[0]

    def ask() -> None:
        found[0] = _reply(url, method, path, patience)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_SLOW * patience)
    return found[0]


def _reply(url: str, method: str, path: str, patience: float) -> tuple[int, bytes]:
    parts = urlsplit(url)
    line = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=patience)
    body = b"{}" if method == "POST" else None
    headers = {"content-type": "application/json"} if body else {}
    try:
        line.request(method, f"{parts.path}{path}", body, headers)
        reply = line.getresponse()
        return reply.status, reply.read(_MOST)
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        line.close()
