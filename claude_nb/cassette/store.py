"""A file of recorded exchanges: which are kept, how they are found, and how they are written.

A text file of JSON Lines, one exchange a line, found by a hash of its request: method, path, API
version, beta features and body, but not the server's address. It holds answers to messages and
token counts that succeeded and are whole; no key, and of the headers only what an answer needs.
Anything else a client asks goes to the server as ever.
"""

from __future__ import annotations

import hashlib
import json
import threading
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from claude_nb.api.credentials import available
from claude_nb.api.errors import AnthropicError
from claude_nb.api.secret import scrub
from claude_nb.api.wire import Request, Response
from claude_nb.cassette.tape import Taped, tape

__all__ = ["MODES", "Cassette", "CassetteError"]

MODES = ("auto", "record", "replay")
_PATHS = ("/v1/messages", "/v1/messages/count_tokens")
_REQUEST_HEADERS = ("anthropic-version", "anthropic-beta")
_REPLY_HEADERS = ("content-type", "request-id", "x-claude-emulator")
_STREAM = "text/event-stream"
_PIECES = ("text", "thinking", "partial_json")
_SHOWN = 60  # characters of a prompt in an error

ClientT = TypeVar("ClientT")


class CassetteError(AnthropicError):
    """The cassette cannot be read, or holds no answer to a request."""


class Cassette:
    """A file of recorded answers.

    Parameters
    ----------
    path : str or Path
        The file, UTF-8; made with the first answer that is recorded.
    mode : str, optional
        ``"auto"`` plays what is recorded, and asks and records what is not; ``"replay"`` never
        asks; ``"record"`` always asks, and records over what there was.

    Attributes
    ----------
    played : int
        Answers that were played so far.

    Raises
    ------
    CassetteError
        The mode is none of these, or the file is no cassette.

    Examples
    --------
    >>> from claude_nb import Anthropic
    >>> from claude_nb.cassette import Cassette
    >>> client = Cassette("answers.jsonl").through(Anthropic(api_key="sk-ant-…"))
    """

    def __init__(self, path: str | Path, mode: str = "auto") -> None:
        if mode not in MODES:
            raise CassetteError(f"The mode is {mode!r}, but must be one of {', '.join(MODES)}.")
        self.path, self.mode = Path(path), mode
        self.played = 0
        self._lock = threading.Lock()
        self._taped: dict[str, Taped] = {}
        self._state: object = None
        self._catch_up()

    def __len__(self) -> int:
        return len(self._taped)

    def __repr__(self) -> str:
        return f"Cassette({str(self.path)!r}, {self.mode!r}): {len(self)} answers"

    def through(self, client: ClientT) -> ClientT:
        """Return a client, on the same connections, whose answers are recorded or played."""
        through = cast("Any", client).via(partial(tape, store=self))
        if self.mode == "replay" and not (through.auth_token or through.api_key or available()):
            through = through.copy(api_key="none is needed")
        return cast("ClientT", through)

    def find(self, request: Request) -> Taped | None:
        """Return the recorded exchange, or None if the server is to be asked.

        Raises
        ------
        CassetteError
            There is none, and nothing may be asked.
        """
        if not _is_kept(request) or self.mode == "record":
            return None
        with self._lock:
            self._catch_up()
            taped = self._taped.get(_key(request))
            self.played += taped is not None
        if taped is None and self.mode == "replay":
            raise CassetteError(self._miss(request))
        return taped

    def _catch_up(self) -> None:
        """Read the file anew if anyone has changed it: another kernel, an editor, this one."""
        state = _state(self.path)
        if state != self._state:
            self._taped = {taped.key: taped for taped in _read(self.path)}
            self._state = state

    def _miss(self, request: Request) -> str:
        body = _body(request)
        turns = cast("list[dict[str, Any]]", body.get("messages") or [{}])
        last = json.dumps(turns[-1].get("content"), ensure_ascii=False)
        return (
            f"{self.path} holds no answer to this request to {body.get('model')}: "
            f"{scrub(last)[:_SHOWN]} ({len(self)} are recorded; any change of prompt, history or "
            "settings is another request)."
        )

    def keep(self, reply: Response, content: bytes) -> None:
        """Record a whole answer, if it is one; a later answer to an equal request replaces it."""
        request = reply.request
        if not _is_kept(request) or not _is_whole(reply, content):
            return
        headers = {n: reply.headers[n] for n in _REPLY_HEADERS if n in reply.headers}
        asked = {**_identity(request), "body": _body(request)}
        taped = Taped(_key(request), asked, reply.status_code, headers, content.decode())
        line = json.dumps(asdict(taped), ensure_ascii=False)
        if scrub(line) != line or scrub(said := _said(taped.body)) != said:
            warnings.warn("An exchange that holds an API key was not recorded.", stacklevel=2)
        else:
            self._write(line)

    def _write(self, line: str) -> None:
        try:
            with self._lock, self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(line + "\n")
        except OSError as problem:  # the answer itself is not lost for that
            warnings.warn(f"The answer was not recorded: {problem}.", stacklevel=2)


def _is_kept(request: Request) -> bool:
    return request.method == "POST" and urlsplit(request.url).path.endswith(_PATHS)


def _is_whole(reply: Response, content: bytes) -> bool:
    if reply.status_code != 200:  # noqa: PLR2004 (the only success that these calls have)
        return False
    if not reply.headers.get("content-type", "").startswith(_STREAM):
        return bool(content)
    events = [line for line in content.splitlines() if line.startswith(b"event:")]
    return bool(events) and events[-1].removeprefix(b"event:").strip() == b"message_stop"


def _said(body: str) -> str:
    """Return what the pieces of a stream say together: a key may be in no single one."""
    pieces: list[str] = []
    for line in body.split("\n"):
        if line.startswith("data:"):
            event = json.loads(line.removeprefix("data:"))
            delta = cast("dict[str, Any]", event.get("delta", {}))
            pieces += [str(delta.get(name) or "") for name in _PIECES]
    return "".join(pieces)


def _identity(request: Request) -> dict[str, Any]:
    path = urlsplit(request.url).path
    kept = next(known for known in reversed(_PATHS) if path.endswith(known))
    headers = {name: request.headers.get(name, "") for name in _REQUEST_HEADERS}
    return {"path": kept, **headers}


def _body(request: Request) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(request.content))


def _key(request: Request) -> str:
    identity = {**_identity(request), "body": _body(request)}
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _state(path: Path) -> object:
    """Return what is another as soon as the file is."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> Iterator[Taped]:
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, ValueError) as problem:
        raise CassetteError(f"{path} cannot be read: {problem}") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _taped(path, number, line)


def _taped(path: Path, number: int, line: str) -> Taped:
    try:
        return Taped(**json.loads(line))
    except (ValueError, TypeError):
        raise CassetteError(
            f"Line {number} of {path} is no recorded answer: delete it, or name another file."
        ) from None
